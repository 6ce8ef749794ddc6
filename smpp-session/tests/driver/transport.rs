//! TCP.

use std::io;
use std::time::Duration;

use smpp_session::driver::{self, TcpOptions, connect, drive};
use smpp_session::pdu::BindTransceiver;
use smpp_session::{CloseReason, Role, SessionConfig};
use tokio::net::TcpListener;

use crate::support::{Accepting, submit};

#[tokio::test]
async fn a_session_runs_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = TcpOptions::default();
    let (stream, accepted) = tokio::join!(connect(address, &options), listener.accept());
    let (stream, accepted) = (stream.unwrap(), accepted.unwrap().0);
    options.apply(&accepted).unwrap();
    assert!(stream.nodelay().unwrap() && accepted.nodelay().unwrap());

    let config = std::sync::Arc::new(SessionConfig::default());
    let (_mc, server) = drive(accepted, driver::session(Role::Mc, config.clone()), Accepting::default());
    let (esme, client) = drive(stream, driver::session(Role::Esme, config), Accepting::default());
    let ends = (tokio::spawn(server.run()), tokio::spawn(client.run()));
    esme.request(BindTransceiver::default()).await.unwrap();
    let pending: Vec<_> = (0..1_000).map(|number| esme.request(submit(number))).collect();
    for pending in pending {
        pending.await.unwrap();
    }
    esme.unbind().await;

    assert_eq!(ends.0.await.unwrap(), CloseReason::PeerUnbound);
    assert_eq!(ends.1.await.unwrap(), CloseReason::Unbound);
}

#[tokio::test]
async fn a_refused_connection_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);

    let error = connect(address, &TcpOptions::default()).await.unwrap_err();

    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn options_are_as_set() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = TcpOptions::default().nodelay(false).keepalive(None).connect_timeout(Duration::ZERO);

    let stream = connect(address, &options).await.unwrap();

    assert!(!stream.nodelay().unwrap());
}
