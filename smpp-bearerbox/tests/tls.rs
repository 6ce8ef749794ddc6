//! The client over TLS, against a server that closes as bearerbox does: without a word.

#![expect(clippy::unwrap_used, reason = "support code of tests")]

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use smpp_bearerbox::testing::{self, BoxConnection};
use smpp_bearerbox::{
    AckStatus, BearerboxClient, Incoming, InvalidServerName, KannelVersion, LossReason, Sms, SmsId,
};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn sends_and_loses_a_connection_over_tls() {
    let (server, trusting) = identity("bearerbox.example");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (client, mut inbox, driver) = BearerboxClient::builder("127.0.0.1", port)
        .boxc_id("box")
        .tls("bearerbox.example", trusting)
        .unwrap()
        .build();
    let bearerbox = async {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = TlsAcceptor::from(server).accept(stream).await.unwrap();
        let mut connection = BoxConnection::new(stream, KannelVersion::default());
        for _ in 0..200 {
            let sms = connection.receive_sms().await.unwrap().unwrap();
            connection.send(&testing::ack(&sms, AckStatus::Success)).await.unwrap();
        }
    };
    let test = async {
        client.up().await.unwrap();
        let text = "x".repeat(1_000);
        let sendings: Vec<_> =
            (0..200).map(|_| client.send(Sms::text(SmsId::random(), "1000", "2000", text.clone()))).collect();
        for sending in sendings {
            assert_eq!(sending.await, Ok(AckStatus::Success));
        }
        loop {
            if let Some(Incoming::Down { reason, .. }) = inbox.recv().await {
                break assert!(matches!(reason, LossReason::Closed | LossReason::Io(_)));
            }
        }
        client.stop();
    };

    tokio::join!(bearerbox, test, driver.run());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_taken() {
    let (server, trusting) = identity("bearerbox.example");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (client, mut inbox, driver) =
        BearerboxClient::builder("127.0.0.1", port).tls("other.example", trusting).unwrap().build();
    let bearerbox = async {
        let (stream, _) = listener.accept().await.unwrap();
        assert!(TlsAcceptor::from(server).accept(stream).await.is_err());
    };
    let test = async {
        assert!(matches!(inbox.recv().await, Some(Incoming::ConnectFailed { .. })));
        client.stop();
    };

    tokio::join!(bearerbox, test, driver.run());
}

#[test]
fn a_name_that_is_none_is_refused() {
    let (_, trusting) = identity("bearerbox.example");

    let refused = BearerboxClient::builder("127.0.0.1", 1).tls("not a name", trusting);

    assert_eq!(refused.err(), Some(InvalidServerName));
}

/// A server with a certificate of its own, and a client that trusts it.
fn identity(name: &str) -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let certified = generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client))
}
