//! The bearerbox for tests, over TCP, against the client.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "support code of tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use smpp_bearerbox::testing::{self, TestBearerbox};
use smpp_bearerbox::{
    AckStatus, AdminCommand, BearerboxClient, Inbox, Incoming, IncomingSms, KannelVersion, LossReason, Sms,
    SmsId,
};

#[tokio::test]
async fn a_thousand_messages_and_their_reports_over_tcp() {
    let bearerbox = TestBearerbox::bind().await.unwrap();
    let port = bearerbox.local_addr().unwrap().port();
    let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", port).boxc_id("box").build();
    let test = async {
        client.up().await.unwrap();
        let sendings: Vec<_> = (0..1_000)
            .map(|number| {
                let sms = Sms::text(SmsId::random(), "1000", "2000", "hello");
                client.send(Sms { dlr_url: Some(number.to_string().into()), ..sms })
            })
            .collect();
        let mut reported = BTreeSet::new();
        while reported.len() < 1_000 {
            let report = sms(&mut inbox).await;
            assert!(reported.insert(report.sms.dlr_url.clone().unwrap()));
            report.acknowledge(AckStatus::Success);
        }
        for sending in sendings {
            assert_eq!(sending.await, Ok(AckStatus::Success));
        }
        client.stop();
    };

    serving(bearerbox, async { tokio::join!(test, driver.run()) }).await;
}

#[tokio::test]
async fn sends_no_more_than_its_window_and_again_what_was_not_acknowledged() {
    let bearerbox = TestBearerbox::bind().await.unwrap().max_pending(2);
    let injector = bearerbox.injector();
    let port = bearerbox.local_addr().unwrap().port();
    let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", port)
        .boxc_id("box")
        .drain_time(Duration::from_millis(10))
        .goodbye_pause(Duration::ZERO)
        .build();
    let test = async {
        client.up().await.unwrap();
        for number in 1..=3 {
            injector.inject(testing::mo(SmsId::from_bytes([number; 16]), "1", "2", "x"));
        }
        injector.inject(testing::admin(AdminCommand::Restart));
        let held = (sms(&mut inbox).await, sms(&mut inbox).await);
        // The third is held back, the command is not.
        loop {
            match inbox.recv().await.unwrap() {
                Incoming::Sms(_) => panic!("beyond the window"),
                Incoming::Down { reason, .. } => break assert_eq!(reason, LossReason::Restart),
                _ => {}
            }
        }
        let mut again = Vec::new();
        for _ in 0..3 {
            let incoming = sms(&mut inbox).await;
            again.push(incoming.sms.id.as_bytes()[0]);
            incoming.acknowledge(AckStatus::Success);
        }
        assert_eq!(again, [1, 2, 3]);
        drop(held);
        client.stop();
    };

    serving(bearerbox, async { tokio::join!(test, driver.run()) }).await;
}

#[tokio::test]
async fn the_old_wire_works_as_well() {
    let bearerbox = TestBearerbox::bind().await.unwrap().version(KannelVersion::V1_4_2);
    let port = bearerbox.local_addr().unwrap().port();
    let (client, mut inbox, driver) =
        BearerboxClient::builder("127.0.0.1", port).version(KannelVersion::V1_4_2).boxc_id("box").build();
    let test = async {
        client.up().await.unwrap();
        let sms_ = Sms::text(SmsId::random(), "1000", "2000", "hello");
        let sending = client.send(Sms { validity: Some(2_000_000_000), dlr_url: Some("k".into()), ..sms_ });
        assert_eq!(sending.await, Ok(AckStatus::Success));
        let report = sms(&mut inbox).await;
        assert_eq!(report.sms.dlr_url.as_deref(), Some(&b"k"[..]));
        report.acknowledge(AckStatus::Success);
        client.stop();
    };

    serving(bearerbox, async { tokio::join!(test, driver.run()) }).await;
}

#[tokio::test]
async fn an_absent_bearerbox_is_told_and_found_when_it_comes() {
    let bearerbox = TestBearerbox::bind().await.unwrap();
    let address = bearerbox.local_addr().unwrap();
    drop(bearerbox);
    let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", address.port()).build();
    let test = async {
        let failed = inbox.recv().await.unwrap();
        assert!(matches!(
            failed,
            Incoming::ConnectFailed { error: std::io::ErrorKind::ConnectionRefused, .. }
        ));
        let bearerbox = TestBearerbox::bind_to(address).await.unwrap();
        serving(bearerbox, async { client.up().await.unwrap() }).await;
        client.stop();
    };

    tokio::join!(test, driver.run());
}

/// Runs `test` while `bearerbox` delivers everything.
async fn serving<T>(bearerbox: TestBearerbox, test: impl Future<Output = T>) {
    tokio::select! {
        result = bearerbox.serve(testing::delivered) => panic!("{result:?}"),
        _ = test => {}
    }
}

/// The next MO or report, whatever else arrives before.
async fn sms(inbox: &mut Inbox) -> IncomingSms {
    loop {
        if let Incoming::Sms(sms) = inbox.recv().await.unwrap() {
            return sms;
        }
    }
}
