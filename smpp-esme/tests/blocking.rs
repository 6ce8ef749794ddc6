//! The client without async, against a centre in a thread of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it goes wrong")]

mod centre;

use std::{net::SocketAddr, thread, time::Duration};

use smpp_esme::{
    ConnectError, Delivery, EsmeClient, Message,
    blocking::BlockingEsme,
    pdu::{Body, CommandStatus, DeliverSm},
    session::CloseReason,
};
use tokio::net::TcpListener;

use self::centre::{Centre, accepted, receipt};

#[test]
fn it_submits_waits_for_receipts_receives_and_unbinds() {
    let centre = listening(CommandStatus::ESME_ROK);
    let esme = BlockingEsme::connect(builder(centre)).unwrap();

    let submission = esme.submit(Message::text("4790000000", "x".repeat(200)).request_receipt()).unwrap();
    let receipts = esme.receipts_of(&submission, Duration::from_secs(20));
    let Some(Delivery::Message(message)) = esme.receive(Duration::from_secs(20)) else {
        panic!("a message was due");
    };
    message.accept();

    assert_eq!(submission.message_ids().len(), 2);
    assert!(receipts.is_complete());
    assert!(esme.receive(Duration::from_millis(20)).is_none(), "the time is up");
    assert_eq!(esme.unbind(), CloseReason::Unbound);
}

#[test]
fn many_threads_share_one_session() {
    let esme = BlockingEsme::connect(builder(listening(CommandStatus::ESME_ROK))).unwrap();

    thread::scope(|scope| {
        let submit = || esme.submit(Message::text("4790000000", "x"));
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(submit)).collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap().is_ok()));
    });
}

#[test]
fn a_refused_bind_says_its_status() {
    let centre = listening(CommandStatus::ESME_RINVSYSID);

    let refused = BlockingEsme::connect(builder(centre)).unwrap_err();

    assert_eq!(refused, ConnectError::Refused { command_status: CommandStatus::ESME_RINVSYSID });
}

fn builder(centre: SocketAddr) -> smpp_esme::EsmeClientBuilder {
    EsmeClient::builder(centre.ip().to_string(), centre.port()).system_id("esme").password("secret")
}

/// A centre for one session: a receipt for each message that asks for one, and
/// a message of its own after the second.
fn listening(bind: CommandStatus) -> SocketAddr {
    let (told, address) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let mut centre = Centre::serve(stream);
            centre.bind(bind).await;
            let mut number = 0;
            while let Some(request) = centre.requests.next().await {
                let Body::SubmitSm(pdu) = request.body else { continue };
                number += 1;
                request.responder.respond(accepted(&number.to_string()));
                if pdu.registered_delivery.0 == 0 {
                    continue;
                }
                let handle = centre.handle.clone();
                tokio::spawn(async move {
                    let taken = handle.request(receipt(&number.to_string(), "DELIVRD")).await.is_ok();
                    if taken && number == 2 {
                        drop(handle.request(DeliverSm::default()).await);
                    }
                });
            }
        });
    });
    address.recv().expect("the centre listens")
}
