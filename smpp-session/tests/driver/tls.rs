//! TLS: both roles, host name, client certificates, a new certificate while running.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use smpp_session::driver::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use smpp_session::driver::rustls::server::WebPkiClientVerifier;
use smpp_session::driver::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use smpp_session::driver::{self, TlsServer, connect_tls, drive};
use smpp_session::pdu::BindTransceiver;
use smpp_session::{CloseReason, Role, SessionConfig};

use crate::support::{Accepting, submit};

const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_session_runs_over_tls() {
    let server = Identity::of("centre.example");
    let (near, far) = tokio::io::duplex(4 << 10);
    let acceptor = TlsServer::new(server.serves(None));
    let client = connect_tls(near, "centre.example", server.is_trusted(None), LIMIT);
    let (near, far) = tokio::join!(client, acceptor.accept(far, LIMIT));
    let config = Arc::new(SessionConfig::default());
    let (esme, client) =
        drive(near.unwrap(), driver::session(Role::Esme, config.clone()), Accepting::default());
    let (_mc, server) = drive(far.unwrap(), driver::session(Role::Mc, config), Accepting::default());
    let ends = (tokio::spawn(client.run()), tokio::spawn(server.run()));
    esme.request(BindTransceiver::default()).await.unwrap();
    let pending: Vec<_> = (0..500).map(|number| esme.request(submit(number))).collect();
    for pending in pending {
        pending.await.unwrap();
    }

    assert_eq!(esme.unbind().await, CloseReason::Unbound);
    assert_eq!(
        (ends.0.await.unwrap(), ends.1.await.unwrap()),
        (CloseReason::Unbound, CloseReason::PeerUnbound)
    );
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused() {
    let server = Identity::of("centre.example");

    let outcome =
        handshake(&TlsServer::new(server.serves(None)), "other.example", server.is_trusted(None)).await;

    assert!(outcome.is_err());
}

#[tokio::test]
async fn a_certificate_of_a_stranger_is_refused() {
    let (server, stranger) = (Identity::of("centre.example"), Identity::of("centre.example"));

    let outcome =
        handshake(&TlsServer::new(server.serves(None)), "centre.example", stranger.is_trusted(None)).await;

    assert!(outcome.is_err());
}

#[tokio::test]
async fn a_client_certificate_can_be_asked_for() {
    let (server, client) = (Identity::of("centre.example"), Identity::of("esme.example"));
    let acceptor = TlsServer::new(server.serves(Some(&client)));

    let with = handshake(&acceptor, "centre.example", server.is_trusted(Some(&client))).await;
    let without = handshake(&acceptor, "centre.example", server.is_trusted(None)).await;

    assert!(with.is_ok());
    assert!(without.is_err());
}

#[tokio::test]
async fn a_new_certificate_serves_without_a_restart() {
    let (old, new) = (Identity::of("centre.example"), Identity::of("centre.example"));
    let acceptor = TlsServer::new(old.serves(None));
    assert!(handshake(&acceptor, "centre.example", old.is_trusted(None)).await.is_ok());

    acceptor.replace(new.serves(None));

    assert!(handshake(&acceptor, "centre.example", new.is_trusted(None)).await.is_ok());
    assert!(handshake(&acceptor, "centre.example", old.is_trusted(None)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_has_a_limit() {
    let server = Identity::of("centre.example");
    let (_near, far) = tokio::io::duplex(4 << 10);

    let outcome = TlsServer::new(server.serves(None)).accept(far, LIMIT).await;

    assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

/// Both ends, and one octet through, since a client learns late that its certificate is refused.
async fn handshake(server: &TlsServer, host: &str, client: Arc<ClientConfig>) -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (near, far) = tokio::io::duplex(4 << 10);
    let (near, far) = tokio::join!(connect_tls(near, host, client, LIMIT), server.accept(far, LIMIT));
    let (mut near, mut far) = (near?, far?);
    far.write_all(b"x").await?;
    far.flush().await?;
    near.read_u8().await.map(|_| ())
}

struct Identity {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Identity {
    fn of(host: &str) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([host.to_owned()]).unwrap();
        Self { certificate: cert.der().clone(), key: signing_key.serialize_der() }
    }

    fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.clone()).unwrap()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    fn serves(&self, client: Option<&Self>) -> Arc<ServerConfig> {
        let provider = Arc::new(crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match client {
            Some(client) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(client.roots().into(), provider)
                    .build()
                    .unwrap();
                builder.with_client_cert_verifier(verifier)
            }
            None => builder.with_no_client_auth(),
        };
        Arc::new(builder.with_single_cert(vec![self.certificate.clone()], self.key()).unwrap())
    }

    /// A client that trusts this server, perhaps with a certificate of its own.
    fn is_trusted(&self, client: Option<&Self>) -> Arc<ClientConfig> {
        let provider = Arc::new(crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots());
        Arc::new(match client {
            Some(client) => {
                builder.with_client_auth_cert(vec![client.certificate.clone()], client.key()).unwrap()
            }
            None => builder.with_no_client_auth(),
        })
    }
}
