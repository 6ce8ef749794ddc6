//! Submitting: one PDU, a long message, and every way it can fail.

#![expect(clippy::expect_used, reason = "a test ends where it goes wrong")]

mod centre;

use std::time::Duration;

use smpp_esme::{
    Message, MessageError, PaceConfig, Split, SubmitError,
    pdu::{
        CommandStatus, DataCoding, QuerySm, QuerySmResp, RegisteredDelivery, SubmitSm, multipart, tlv::TlvTag,
    },
    session::{CloseReason, Reply, RequestError, SessionConfig},
};
use tokio::time::Instant;

use self::centre::{accepted, account, bound};

#[tokio::test(start_paused = true)]
async fn one_text_is_one_submit_sm() {
    let (client, _deliveries, mut centre) = bound(account()).await;
    let message = Message::text("+4790000000", "Hei, verden").from("DEMO").request_receipt();

    let (submitted, pdu) = tokio::join!(client.submit(message), centre.accept("17"));

    assert_eq!(submitted.unwrap().message_ids(), ["17"]);
    assert_eq!(pdu.destination_addr, "4790000000");
    assert_eq!(pdu.source_addr, "DEMO");
    assert_eq!(pdu.short_message.as_bytes(), b"Hei, verden");
    assert_eq!(pdu.data_coding, DataCoding::MC_DEFAULT);
    assert_eq!(pdu.registered_delivery, RegisteredDelivery::FINAL);
}

#[tokio::test(start_paused = true)]
async fn a_long_text_is_split_in_order_by_each_policy() {
    for (split, header) in [(Split::Udh8, 6), (Split::Udh16, 7), (Split::Sar, 0)] {
        let (client, _deliveries, mut centre) = bound(account().split(split)).await;
        let message = Message::text("4790000000", "x".repeat(400));

        let (submitted, parts) = tokio::join!(client.submit(message), async {
            [centre.accept("a").await, centre.accept("b").await, centre.accept("c").await]
        });

        let ids: Vec<String> = submitted.unwrap().message_ids().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["a", "b", "c"]);
        let octets: usize = parts.iter().map(|part| part.short_message.len() - header).sum();
        assert_eq!(octets, 400);
        let numbers: Vec<u8> = parts.iter().map(|part| place(part).sequence).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn message_payload_carries_a_long_text_whole() {
    let (client, _deliveries, mut centre) = bound(account()).await;
    let message = Message::text("4790000000", "x".repeat(400)).split(Split::Payload);

    let (_, pdu) = tokio::join!(client.submit(message), centre.accept("a"));

    assert!(pdu.short_message.is_empty());
    assert_eq!(pdu.tlvs.get(TlvTag::MESSAGE_PAYLOAD).map(<[u8]>::len), Some(400));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_must_not_be_split_is_an_error_before_anything_is_sent() {
    let (client, _deliveries, centre) = bound(account()).await;

    let submitted = client.submit(Message::text("4790000000", "x".repeat(161)).split(Split::None)).await;

    assert!(matches!(submitted, Err(SubmitError::Message(MessageError::TooLong { octets: 161 }))));
    drop(centre);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_does_not_fit_is_named() {
    let (client, _deliveries, _centre) = bound(account()).await;

    let submitted = client.submit(Message::text("4".repeat(21), "x")).await;

    let Err(SubmitError::Message(MessageError::Field { field, .. })) = submitted else {
        panic!("a field error was due");
    };
    assert_eq!(field, "destination_addr");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_carries_its_status() {
    let (client, _deliveries, mut centre) = bound(account()).await;

    let (submitted, ()) = tokio::join!(client.submit(Message::text("4790000000", "x")), async {
        centre.submit_sm().await.1.respond(CommandStatus::ESME_RINVDSTADR);
    });

    let error = submitted.unwrap_err();
    assert_eq!(error.command_status(), Some(CommandStatus::ESME_RINVDSTADR));
    assert!(!error.is_fate_unknown());
}

#[tokio::test(start_paused = true)]
async fn a_refused_part_leaves_the_others_visible() {
    let (client, _deliveries, mut centre) = bound(account()).await;

    let (submitted, ()) = tokio::join!(client.submit(Message::text("4790000000", "x".repeat(400))), async {
        centre.accept("a").await;
        centre.submit_sm().await.1.respond(CommandStatus::ESME_RSUBMITFAIL);
        centre.accept("c").await;
    });

    let error = submitted.unwrap_err();
    assert_eq!(error.command_status(), Some(CommandStatus::ESME_RSUBMITFAIL));
    assert_eq!(error.accepted(), ["a", "c"]);
    let SubmitError::Parts(parts) = error else {
        panic!("the outcome of each part was due");
    };
    assert_eq!(parts.outcomes().iter().map(Result::is_ok).collect::<Vec<bool>>(), [true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_answer_is_told_apart_from_a_refusal() {
    let session = SessionConfig::default().response_timeout(Some(Duration::from_secs(5)));
    let (client, _deliveries, mut centre) = bound(account().session(session)).await;

    let (submitted, silent) =
        tokio::join!(client.submit(Message::text("4790000000", "x")), centre.submit_sm());

    let error = submitted.unwrap_err();
    assert_eq!(error, SubmitError::Request(RequestError::Expired));
    assert!(error.is_timeout() && error.is_fate_unknown());
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn a_line_lost_after_the_write_leaves_the_fate_unknown() {
    let (client, _deliveries, mut centre) = bound(account()).await;

    let (submitted, ()) = tokio::join!(client.submit(Message::text("4790000000", "x")), async {
        let silent = centre.submit_sm().await;
        centre.cut();
        drop(silent);
    });

    let error = submitted.unwrap_err();
    assert!(matches!(error, SubmitError::Request(RequestError::Closed { sent: true, .. })), "{error:?}");
    assert!(error.is_fate_unknown());
}

#[tokio::test(start_paused = true)]
async fn what_never_left_is_known_to_be_unsent() {
    let session = SessionConfig::default().send_window(1).unwrap();
    let (client, _deliveries, mut centre) = bound(account().session(session)).await;

    let first = client.queue_submit_sm(SubmitSm::default());
    let second = client.queue_submit_sm(SubmitSm::default());
    let silent = centre.submit_sm().await;
    centre.cut();

    assert!(matches!(first.await, Err(RequestError::Closed { sent: true, .. })));
    assert!(matches!(second.await, Err(RequestError::Closed { sent: false, .. })));
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn any_request_has_its_own_response() {
    let (client, _deliveries, mut centre) = bound(account()).await;
    let query = QuerySm { message_id: "17".try_into().unwrap(), ..QuerySm::default() };

    let (answer, ()) = tokio::join!(client.request(query), async {
        let request = centre.next().await;
        let response = QuerySmResp { error_code: 9, ..QuerySmResp::default() };
        request.responder.respond(Reply::ok(response));
    });

    assert_eq!(answer.unwrap().error_code, 9);
}

#[tokio::test(start_paused = true)]
async fn after_the_end_nothing_is_accepted() {
    let (client, _deliveries, _centre) = bound(account()).await;
    client.unbind().await;

    let submitted = client.submit(Message::text("4790000000", "x")).await;

    assert!(matches!(submitted, Err(SubmitError::Request(error)) if error.is_unsent()));
    assert_eq!(client.closed().await, CloseReason::Unbound);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_part_alone_is_sent_again_after_the_pause() {
    let pace = PaceConfig::default().pause(Duration::from_secs(3));
    let (client, _deliveries, mut centre) = bound(account().pace(pace)).await;
    let start = Instant::now();

    let (submitted, again) =
        tokio::join!(client.submit(Message::text("4790000000", "x".repeat(400))), async {
            centre.accept("a").await;
            let (refused, responder) = centre.submit_sm().await;
            responder.respond(CommandStatus::ESME_RTHROTTLED);
            centre.accept("c").await;
            let again = centre.accept("b").await;
            assert_eq!(again, refused, "the same part comes again");
            start.elapsed()
        });

    let ids: Vec<String> = submitted.unwrap().message_ids().iter().map(ToString::to_string).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert!(again >= Duration::from_secs(3), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_becomes_a_refusal() {
    let pace = PaceConfig::default().attempts(3);
    let (client, _deliveries, mut centre) = bound(account().pace(pace)).await;

    let (submitted, ()) = tokio::join!(client.submit(Message::text("4790000000", "x")), async {
        for _ in 0..3 {
            centre.submit_sm().await.1.respond(CommandStatus::ESME_RMSGQFUL);
        }
    });

    assert_eq!(submitted.unwrap_err().command_status(), Some(CommandStatus::ESME_RMSGQFUL));
}

#[tokio::test(start_paused = true)]
async fn the_rate_holds_over_parts_and_messages() {
    let (client, _deliveries, mut centre) = bound(account().pace(PaceConfig::default().rate(10.0))).await;
    let start = Instant::now();

    let all = futures::future::join_all(
        (0..4).map(|_| client.submit(Message::text("4790000000", "x".repeat(400)))),
    );
    let (submitted, ()) = tokio::join!(all, async {
        for number in 0..12 {
            centre.submit_sm().await.1.respond(accepted(&number.to_string()));
        }
    });

    assert!(submitted.iter().all(Result::is_ok));
    assert_eq!(start.elapsed().as_millis() / 100, 11, "12 PDUs at 10 a second, the first at once");
}

#[tokio::test(start_paused = true)]
async fn fields_and_tlvs_of_a_message_reach_every_part() {
    let (client, _deliveries, mut centre) = bound(account()).await;
    let message = Message::text("4790000000", "x".repeat(200))
        .from("2030")
        .validity(Duration::from_secs(3600))
        .delay(Duration::from_secs(60))
        .service_type("CMT")
        .protocol_id(0x40)
        .tlv(TlvTag::USER_MESSAGE_REFERENCE, [0, 7]);

    let (_, parts) =
        tokio::join!(client.submit(message), async { [centre.accept("a").await, centre.accept("b").await] });

    for part in parts {
        assert_eq!(part.validity_period.unwrap().to_string(), "000000010000000R");
        assert_eq!(part.schedule_delivery_time.unwrap().to_string(), "000000000100000R");
        assert_eq!(part.service_type, "CMT");
        assert_eq!(part.protocol_id, 0x40);
        assert_eq!(part.tlvs.u16(TlvTag::USER_MESSAGE_REFERENCE), Some(7));
    }
}

#[tokio::test(start_paused = true)]
async fn a_character_outside_gsm_makes_it_ucs2_and_binary_stays_binary() {
    let (client, _deliveries, mut centre) = bound(account()).await;

    let (_, cyrillic) =
        tokio::join!(client.submit(Message::text("4790000000", "Привет")), centre.accept("a"));
    let (_, binary) =
        tokio::join!(client.submit(Message::binary("4790000000", [0, 255])), centre.accept("b"));

    assert_eq!(cyrillic.data_coding, DataCoding::UCS2);
    assert_eq!(cyrillic.short_message.len(), 12);
    assert_eq!(binary.data_coding, DataCoding::OCTET);
    assert_eq!(binary.short_message.as_bytes(), [0, 255]);
}

fn place(pdu: &SubmitSm) -> smpp_esme::pdu::udh::Concatenation {
    multipart::Part::of_submit_sm(pdu).expect("a part").concatenation
}
