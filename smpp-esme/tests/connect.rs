//! Connecting: each step that can fail, and what is known afterwards.

mod centre;

use std::time::Duration;

use smpp_esme::{
    ConnectError, EsmeClient, OutbindListener,
    pdu::{CommandStatus, InterfaceVersion, Outbind},
    session::{BindMode, CloseReason, SessionState},
};
use tokio::net::{TcpListener, TcpStream};

use self::centre::{Centre, account, bound, pipe};

#[tokio::test(start_paused = true)]
async fn each_kind_of_bind_is_bound_as_asked() {
    for (mode, state) in [
        (BindMode::Transmitter, SessionState::BoundTx),
        (BindMode::Receiver, SessionState::BoundRx),
        (BindMode::Transceiver, SessionState::BoundTrx),
    ] {
        let (client, _deliveries, _centre) = bound(account().bind_mode(mode)).await;

        assert_eq!(client.bind_info().mode, mode);
        assert_eq!(client.state(), state);
    }
}

#[tokio::test(start_paused = true)]
async fn the_bind_carries_the_account_and_the_version() {
    let (ours, theirs) = pipe();
    let mut centre = Centre::serve(theirs);
    let builder = account().system_type("test").interface_version(InterfaceVersion::V5_0);

    let (connected, bind) = tokio::join!(builder.bind(ours), centre.bind(CommandStatus::ESME_ROK));

    assert_eq!(bind.system_id, "esme");
    assert_eq!(bind.password.as_str(), Some("secret"));
    assert_eq!(bind.system_type, "test");
    assert_eq!(bind.interface_version, InterfaceVersion::V5_0);
    assert_eq!(connected.unwrap().0.bind_info().mc_system_id, "MC");
}

#[tokio::test(start_paused = true)]
async fn a_refused_bind_says_its_status() {
    let (ours, theirs) = pipe();
    let mut centre = Centre::serve(theirs);

    let (connected, _) = tokio::join!(account().bind(ours), centre.bind(CommandStatus::ESME_RINVPASWD));

    let error = connected.unwrap_err();
    assert_eq!(error, ConnectError::Refused { command_status: CommandStatus::ESME_RINVPASWD });
    assert_eq!(centre.handle.closed().await, CloseReason::PeerClosed, "nothing leaks after a refusal");
}

#[tokio::test(start_paused = true)]
async fn silence_after_the_bind_ends_in_time() {
    let (ours, _theirs) = pipe();

    let connected = account().bind_timeout(Duration::from_secs(7)).bind(ours).await;

    assert_eq!(connected.unwrap_err(), ConnectError::BindTimeout);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_hangs_up_before_the_answer_is_told() {
    let (ours, theirs) = pipe();
    drop(theirs);

    let connected = account().bind(ours).await;

    assert!(matches!(connected.unwrap_err(), ConnectError::Lost { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_field_that_does_not_fit_is_named_and_nothing_is_sent() {
    let (ours, theirs) = pipe();
    let mut centre = Centre::serve(theirs);

    let connected = account().system_id("x".repeat(100)).bind(ours).await;

    assert!(matches!(connected.unwrap_err(), ConnectError::Field { field: "system_id", .. }));
    assert!(centre.requests.next().await.is_none(), "the line closes without a PDU");
}

#[tokio::test]
async fn a_port_without_a_listener_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let connected = EsmeClient::builder("127.0.0.1", address.port()).system_id("esme").connect().await;

    let error = connected.unwrap_err();
    assert!(matches!(&error, ConnectError::Connect { address: tried, .. } if *tried == address), "{error:?}");
}

#[tokio::test]
async fn a_listener_that_never_accepts_a_session_is_a_bind_time_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let builder =
        EsmeClient::builder("127.0.0.1", port).system_id("esme").bind_timeout(Duration::from_millis(50));

    let connected = builder.connect().await;

    assert!(connected.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn dropping_client_and_deliveries_unbinds() {
    let (client, deliveries, centre) = bound(account()).await;

    drop(client);
    assert_eq!(centre.handle.state(), SessionState::BoundTrx, "deliveries are still wanted");
    drop(deliveries);

    assert_eq!(centre.handle.closed().await, CloseReason::PeerUnbound);
}

#[tokio::test(start_paused = true)]
async fn unbinding_is_answered_and_seen_by_both_ends() {
    let (client, mut deliveries, centre) = bound(account()).await;

    let reason = client.unbind().await;

    assert_eq!(reason, CloseReason::Unbound);
    assert_eq!(centre.handle.closed().await, CloseReason::PeerUnbound);
    assert!(deliveries.next().await.is_none());
}

#[tokio::test]
async fn a_centre_that_calls_is_bound_to_if_it_is_the_right_one() {
    let listener = OutbindListener::listen("127.0.0.1:0", account()).await.unwrap().expect("MC", "open");
    let address = listener.local_addr().unwrap();

    for (password, right) in [("guess", false), ("open", true)] {
        let mut centre = Centre::serve(TcpStream::connect(address).await.unwrap());
        let outbind = Outbind {
            system_id: "MC".try_into().unwrap(),
            password: password.try_into().unwrap(),
            ..Outbind::default()
        };
        centre.handle.notify(outbind).await.unwrap();

        let (connected, ()) = tokio::join!(listener.accept(), async {
            if right {
                centre.bind(CommandStatus::ESME_ROK).await;
            }
        });

        match connected {
            Ok((client, _deliveries)) => assert!(right && client.state() == SessionState::BoundTrx),
            Err(error) => assert!(!right && error == ConnectError::Outbind, "{error}"),
        }
    }
}
