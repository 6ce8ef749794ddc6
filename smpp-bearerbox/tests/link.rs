//! The link on a virtual clock.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "support code of tests"
)]

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use smpp_bearerbox::{
    Ack, AckStatus, Admin, AdminCommand, FrameDecoder, FrameError, Heartbeat, KannelVersion, Link,
    LinkConfig, LinkEvent, Loss, LossReason, Msg, MsgError, SendRefusal, Sms, SmsError, SmsId, SmsType,
};

#[test]
fn identifies_first_and_by_name() {
    let mut end = End::new(LinkConfig::new().boxc_id("probe"));
    let mut unnamed = End::new(LinkConfig::new());

    assert_eq!(end.written(), [identify(Some("probe"))]);
    assert_eq!(unnamed.written(), [identify(None)]);
}

#[test]
fn sends_a_heartbeat_every_thirty_seconds_with_its_load() {
    let mut end = End::open(LinkConfig::new().window(1));
    end.pass(Duration::from_millis(29_999));
    assert_eq!(end.written(), []);

    end.pass(Duration::from_millis(1));
    assert_eq!(end.written(), [heartbeat(0)]);

    end.send(1).unwrap();
    end.send(2).unwrap();
    let sent = end.written();
    assert_eq!(sent.len(), 1);
    end.pass(Duration::from_secs(30));
    assert_eq!(end.written(), [heartbeat(2)]);
    assert_eq!(end.link.counters().heartbeats_sent, 2);
}

#[test]
fn puts_its_name_in_every_mt() {
    let mut end = End::open(LinkConfig::new().boxc_id("probe"));

    end.link.send(Box::new(Sms { boxc_id: Some("other".into()), ..mt(1) }), 1, end.now).unwrap();

    let [Msg::Sms(sms)] = &end.written()[..] else { panic!("one sms") };
    assert_eq!(sms.boxc_id.as_deref(), Some(&b"probe"[..]));
}

#[test]
fn matches_acknowledgements_by_id_in_any_order() {
    let mut end = End::open(LinkConfig::new());
    for tag in 1..=4 {
        end.send(tag).unwrap();
    }
    end.written();
    end.pass(Duration::from_millis(5));

    end.receive(&[
        ack(3, AckStatus::Buffered),
        ack(1, AckStatus::Success),
        ack(9, AckStatus::Success),
        ack(4, AckStatus::FailedTmp),
        ack(2, AckStatus::Failed),
    ]);

    assert_eq!(
        end.acked(),
        [
            (3, AckStatus::Buffered),
            (1, AckStatus::Success),
            (4, AckStatus::FailedTmp),
            (2, AckStatus::Failed)
        ]
    );
    let counters = end.link.counters();
    assert_eq!((counters.acks_unmatched, counters.mt_sent), (1, 4));
    assert_eq!(end.link.in_flight(), 0);
}

#[test]
fn one_id_sent_twice_is_acknowledged_twice_oldest_first() {
    let mut end = End::open(LinkConfig::new());
    end.link.send(Box::new(mt(7)), 1, end.now).unwrap();
    end.link.send(Box::new(mt(7)), 2, end.now).unwrap();

    end.receive(&[ack(7, AckStatus::Success), ack(7, AckStatus::Failed)]);

    assert_eq!(end.acked(), [(1, AckStatus::Success), (2, AckStatus::Failed)]);
}

#[test]
fn keeps_to_its_window_and_to_the_limit_of_waiting_ones() {
    let mut end = End::open(LinkConfig::new().window(2).max_waiting(1));
    for tag in 1..=3 {
        end.send(tag).unwrap();
    }
    assert_eq!(end.send(4), Err(SendRefusal::Full));
    assert_eq!(ids(&end.written()), [1, 2]);
    assert_eq!((end.link.in_flight(), end.link.waiting(), end.link.room()), (2, 1, 0));

    end.receive(&[ack(1, AckStatus::Success)]);

    assert_eq!(ids(&end.written()), [3]);
    assert_eq!(end.link.room(), 1);
    end.send(4).unwrap();
}

#[test]
fn a_waiting_message_can_be_withdrawn_and_one_in_flight_cannot() {
    let mut end = End::open(LinkConfig::new().window(1));
    for tag in 1..=3 {
        end.send(tag).unwrap();
    }

    let withdrawn = end.link.withdraw(|tag| *tag == 3);

    assert_eq!(withdrawn.iter().map(|message| message.tag).collect::<Vec<_>>(), [2]);
    assert_eq!((end.link.in_flight(), end.link.waiting()), (1, 1));
}

#[test]
fn refuses_what_would_harm_bearerbox_and_goes_on() {
    let mut end = End::open(LinkConfig::new().frame_limit(300));
    let refusal = |end: &mut End, sms: Sms| {
        let unsent = end.link.send(Box::new(sms), 1, end.now).unwrap_err();
        assert_eq!(unsent.message.tag, 1);
        unsent.refusal
    };

    assert_eq!(
        refusal(&mut end, Sms { msgdata: None, ..mt(1) }),
        SendRefusal::Invalid(SmsError::Missing { field: "msgdata" })
    );
    assert_eq!(
        refusal(&mut end, Sms { msgdata: Some(Bytes::from(vec![b'x'; 400])), ..mt(1) }),
        SendRefusal::Invalid(SmsError::TooLong { length: 572, limit: 300 })
    );
    assert_eq!(end.written(), []);
    end.send(2).unwrap();
    assert_eq!(ids(&end.written()), [2]);
}

#[test]
fn minutes_without_a_time_are_refused_on_the_old_wire_only() {
    let sms = Sms { validity: Some(1_795_000_600), ..mt(1) };
    let mut old = End::open(LinkConfig::new().version(KannelVersion::V1_4_2));
    let mut new = End::open(LinkConfig::new());

    let refused = old.link.send(Box::new(sms.clone()), 1, old.now).unwrap_err();
    assert_eq!(refused.refusal, SendRefusal::Invalid(SmsError::TimeMissing { field: "validity" }));
    assert!(new.link.send(Box::new(sms), 1, new.now).is_ok());
}

#[test]
fn hands_up_mo_and_report_with_what_acknowledges_them() {
    let mut end = End::open(LinkConfig::new());
    let report = Sms { time: Some(5), ..Sms::new(SmsType::ReportMo, id(8)) };
    end.receive(&[mo(7), report.into()]);

    let (first, second) = (end.sms(), end.sms());
    end.link.acknowledge(second.1, AckStatus::Success, end.now);
    end.link.acknowledge(first.1, AckStatus::Failed, end.now);

    assert_eq!((first.0.id, second.0.id), (id(7), id(8)));
    assert_eq!(
        end.written(),
        [
            Msg::Ack(Ack { nack: AckStatus::Success, time: Some(5), id: id(8) }),
            Msg::Ack(Ack { nack: AckStatus::Failed, time: None, id: id(7) }),
        ]
    );
    let counters = end.link.counters();
    assert_eq!((counters.mo_received, counters.reports_received), (1, 1));
}

#[test]
fn stops_wanting_input_while_too_much_is_unacknowledged() {
    let mut end = End::open(LinkConfig::new().max_unacknowledged(2));
    end.receive(&[mo(1), mo(2)]);
    assert!(!end.link.wants_input());

    let (_, token) = end.sms();
    end.link.acknowledge(token, AckStatus::Success, end.now);

    assert!(end.link.wants_input());
}

#[test]
fn holds_failed_tmp_back_so_that_it_makes_no_circle() {
    let mut end = End::open(LinkConfig::new().failed_tmp_delay(Duration::from_secs(2)));
    end.receive(&[mo(1)]);
    let (_, token) = end.sms();

    end.link.acknowledge(token, AckStatus::FailedTmp, end.now);
    end.pass(Duration::from_millis(1_999));
    assert_eq!(end.written(), []);
    end.pass(Duration::from_millis(1));

    assert_eq!(end.written(), [ack(1, AckStatus::FailedTmp)]);
}

#[test]
fn tells_once_that_bearerbox_is_silent_and_once_that_it_is_back() {
    let mut end = End::open(LinkConfig::new().stall_after(Duration::from_secs(10)));
    end.send(1).unwrap();
    end.pass(Duration::from_secs(5));
    end.send(2).unwrap();
    end.pass(Duration::from_secs(4));
    assert!(end.link.poll_event().is_none());

    end.pass(Duration::from_secs(1));
    assert!(matches!(end.link.poll_event(), Some(LinkEvent::Stalled { unacknowledged: 2 })));
    end.pass(Duration::from_secs(60));
    assert!(end.link.poll_event().is_none());

    end.receive(&[ack(1, AckStatus::Success)]);
    assert!(matches!(end.link.poll_event(), Some(LinkEvent::Resumed)));
    assert_eq!(end.acked(), [(1, AckStatus::Success)]);
    // The second has waited for 65 s, but bearerbox is alive.
    end.pass(Duration::from_millis(1));
    assert!(end.link.poll_event().is_none());
}

#[test]
fn at_shutdown_it_waits_for_what_is_under_way_and_sends_no_more() {
    let mut end = End::open(LinkConfig::new().window(1));
    end.receive(&[mo(9)]);
    let (_, token) = end.sms();
    end.send(1).unwrap();
    end.send(2).unwrap();
    end.written();

    end.receive(&[admin(AdminCommand::Shutdown)]);
    assert!(matches!(end.link.poll_event(), Some(LinkEvent::Draining { command: AdminCommand::Shutdown })));
    assert_eq!(end.send(3), Err(SendRefusal::Closing));
    end.receive(&[ack(1, AckStatus::FailedTmp)]);
    assert_eq!(end.acked(), [(1, AckStatus::FailedTmp)]);
    assert!(!end.link.is_lost());
    end.link.acknowledge(token, AckStatus::Success, end.now);
    assert_eq!(end.written(), [ack(9, AckStatus::Success)]);

    let loss = end.loss();
    assert_eq!(loss.reason, LossReason::Shutdown);
    assert!(loss.in_doubt.is_empty());
    assert_eq!(loss.unsent.iter().map(|message| message.tag).collect::<Vec<_>>(), [2]);
}

#[test]
fn at_restart_it_closes_after_the_drain_time_at_the_latest() {
    let mut end = End::open(LinkConfig::new().drain_time(Duration::from_secs(2)));
    end.send(1).unwrap();
    end.written();
    end.receive(&[admin(AdminCommand::Restart)]);
    assert!(matches!(end.link.poll_event(), Some(LinkEvent::Draining { command: AdminCommand::Restart })));

    end.pass(Duration::from_secs(2));

    let loss = end.loss();
    assert_eq!(loss.reason, LossReason::Restart);
    assert_eq!(loss.in_doubt.len(), 1);
    assert_eq!(end.link.poll_timeout(), None);
}

#[test]
fn a_close_after_shutdown_is_a_shutdown_and_a_close_alone_is_a_close() {
    let mut told = End::open(LinkConfig::new());
    told.send(1).unwrap();
    told.receive(&[admin(AdminCommand::Shutdown)]);
    told.link.poll_event();
    let mut untold = End::open(LinkConfig::new());

    told.link.handle_disconnect(LossReason::Closed);
    untold.link.handle_disconnect(LossReason::Closed);

    assert_eq!(told.loss().reason, LossReason::Shutdown);
    assert_eq!(untold.loss().reason, LossReason::Closed);
}

#[test]
fn what_was_written_in_full_is_in_doubt_and_nothing_else() {
    let mut end = End::open(LinkConfig::new().window(3));
    for tag in 1..=5 {
        end.send(tag).unwrap();
    }
    let first = 4 + 164 + 12;
    end.link.transmitted(2 * first + 1);
    end.receive(&[ack(1, AckStatus::Success)]);
    assert_eq!(end.acked(), [(1, AckStatus::Success)]);

    end.link.handle_disconnect(LossReason::Io(std::io::ErrorKind::ConnectionReset));

    let loss = end.loss();
    let tags = |messages: &[smpp_bearerbox::Unsettled<u8>]| {
        messages.iter().map(|message| message.tag).collect::<Vec<_>>()
    };
    assert_eq!(tags(&loss.in_doubt), [2]);
    assert_eq!(tags(&loss.unsent), [3, 4, 5]);
    assert_eq!(loss.unsent.first().unwrap().sms.id, id(3));
}

#[test]
fn a_frame_that_is_no_message_is_skipped() {
    let mut end = End::open(LinkConfig::new());
    end.input.extend_from_slice(&[0, 0, 0, 0]);
    end.input.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 9]);

    end.receive(&[mo(1)]);

    assert!(matches!(
        end.link.poll_event(),
        Some(LinkEvent::Malformed { error: MsgError::Truncated { field: "type" } })
    ));
    assert!(matches!(
        end.link.poll_event(),
        Some(LinkEvent::Malformed { error: MsgError::UnknownType { number: 9 } })
    ));
    assert_eq!(end.sms().0.id, id(1));
    assert_eq!(end.link.counters().malformed, 2);
}

#[test]
fn a_stream_that_is_no_frames_ends_the_link() {
    let mut end = End::open(LinkConfig::new().frame_limit(1_000));
    end.input.extend_from_slice(b"HTTP/1.1 400 Bad Request");

    end.receive(&[]);

    let loss = end.loss();
    assert_eq!(loss.reason, LossReason::Frame(FrameError::TooLong { length: 0x4854_5450, limit: 1_000 }));
}

#[test]
fn what_means_nothing_to_a_box_is_ignored() {
    let mut end = End::open(LinkConfig::new());

    end.receive(&[
        heartbeat(3),
        admin(AdminCommand::Suspend),
        admin(AdminCommand::Resume),
        identify(Some("x")),
        admin(AdminCommand::Unknown(77)),
    ]);

    assert!(end.link.poll_event().is_none());
    assert_eq!(end.link.counters().ignored, 5);
}

#[test]
fn stopped_when_idle_it_ends_as_soon_as_its_output_is_written() {
    let mut end = End::new(LinkConfig::new());

    end.link.stop(end.now);
    assert!(!end.link.is_lost());
    assert_eq!(end.written(), [identify(None)]);

    assert_eq!(end.loss().reason, LossReason::Stopped);
}

#[test]
fn any_cut_of_the_stream_gives_the_same_events() {
    let mut stream = BytesMut::new();
    for msg in [ack(1, AckStatus::Success), mo(5), ack(2, AckStatus::Failed), admin(AdminCommand::Restart)] {
        msg.encode(KannelVersion::V1_4_4, &mut stream).unwrap();
    }
    for cut in 0..stream.len() {
        let mut end = End::open(LinkConfig::new());
        end.send(1).unwrap();
        end.send(2).unwrap();
        let (first, second) = stream.split_at(cut);

        for part in [first, second] {
            end.input.extend_from_slice(part);
            end.receive(&[]);
        }

        let mut seen = Vec::new();
        while let Some(event) = end.link.poll_event() {
            seen.push(match event {
                LinkEvent::Acked { tag, status, .. } => format!("{tag} {status:?}"),
                LinkEvent::Sms { sms, .. } => format!("sms {}", sms.id),
                LinkEvent::Draining { command } => format!("{command:?}"),
                other => panic!("{other:?}"),
            });
        }
        let sms = format!("sms {}", id(5));
        assert_eq!(seen, ["1 Success", &sms, "2 Failed", "Restart"], "cut at {cut}");
    }
}

/// A link, its clock and its transport.
struct End {
    link: Link<u8>,
    now: Instant,
    input: BytesMut,
}

impl End {
    fn new(config: LinkConfig) -> Self {
        #[expect(clippy::disallowed_methods, reason = "only differences from this moment matter")]
        let now = Instant::now();
        Self { link: Link::new(config, now), now, input: BytesMut::new() }
    }

    /// A link that has identified.
    fn open(config: LinkConfig) -> Self {
        let mut end = Self::new(config);
        assert_eq!(end.written().len(), 1);
        end
    }

    /// Lets time pass and calls the link exactly when it asked for it.
    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(due) = self.link.poll_timeout().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.link.handle_timeout(self.now);
        }
        self.now = until;
    }

    fn send(&mut self, tag: u8) -> Result<(), SendRefusal> {
        self.link.send(Box::new(mt(tag)), tag, self.now).map_err(|unsent| unsent.refusal)
    }

    fn receive(&mut self, msgs: &[Msg]) {
        for msg in msgs {
            msg.encode(KannelVersion::V1_4_4, &mut self.input).unwrap();
        }
        self.link.handle_input(&mut self.input, self.now);
    }

    /// Takes everything out of the output.
    fn written(&mut self) -> Vec<Msg> {
        let mut output = BytesMut::from(self.link.output());
        self.link.transmitted(output.len());
        let mut msgs = Vec::new();
        while let Some(frame) = FrameDecoder::default().decode(&mut output).unwrap() {
            msgs.push(Msg::decode(frame, KannelVersion::V1_4_4).unwrap());
        }
        assert!(output.is_empty());
        msgs
    }

    fn acked(&mut self) -> Vec<(u8, AckStatus)> {
        std::iter::from_fn(|| self.link.poll_event())
            .map(|event| match event {
                LinkEvent::Acked { tag, status, .. } => (tag, status),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn sms(&mut self) -> (Box<Sms>, smpp_bearerbox::AckToken) {
        match self.link.poll_event() {
            Some(LinkEvent::Sms { sms, token }) => (sms, token),
            other => panic!("{other:?}"),
        }
    }

    /// The last event.
    fn loss(&mut self) -> Loss<u8> {
        let Some(LinkEvent::Lost(loss)) = self.link.poll_event() else { panic!("not lost") };
        assert!(self.link.poll_event().is_none());
        assert!(self.link.is_lost());
        loss
    }
}

fn id(number: u8) -> SmsId {
    SmsId::from_bytes([number; 16])
}

fn mt(number: u8) -> Sms {
    Sms::text(id(number), "1000", "2000", "text")
}

fn mo(number: u8) -> Msg {
    Sms::new(SmsType::Mo, id(number)).into()
}

fn ack(number: u8, nack: AckStatus) -> Msg {
    Msg::Ack(Ack { nack, time: None, id: id(number) })
}

fn admin(command: AdminCommand) -> Msg {
    Msg::Admin(Admin { command, boxc_id: None })
}

fn identify(boxc_id: Option<&'static str>) -> Msg {
    Msg::Admin(Admin { command: AdminCommand::Identify, boxc_id: boxc_id.map(Bytes::from) })
}

fn heartbeat(load: i32) -> Msg {
    Msg::Heartbeat(Heartbeat { load: Some(load) })
}

fn ids(msgs: &[Msg]) -> Vec<u8> {
    msgs.iter()
        .map(|msg| match msg {
            Msg::Sms(sms) => sms.id.as_bytes()[0],
            other => panic!("{other:?}"),
        })
        .collect()
}
