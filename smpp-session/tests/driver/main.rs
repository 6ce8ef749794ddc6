//! The tokio driver, over pipes and with a paused clock.

#![expect(clippy::unwrap_used, reason = "a test fails so")]
#![expect(clippy::disallowed_methods, reason = "a test runs its own tasks")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it is about")]

use std::sync::Arc;

use smpp_session::driver::{self, Dispatch, SessionHandle, drive};
use smpp_session::pdu::{
    BindTransceiver, Body, CommandStatus, DeliverSm, DeliverSmResp, SequenceNumber, SubmitSm, SubmitSmResp,
};
use smpp_session::{CloseReason, Reply, Role, SessionConfig, SessionState};

#[tokio::test(start_paused = true)]
async fn an_esme_binds_submits_receives_and_unbinds() {
    let (esme, mc, ends) = connected(SessionConfig::default(), Accepting, Accepting);

    esme.request(BindTransceiver::default()).await.unwrap();
    let submitted = esme.request(SubmitSm::default()).await;
    let delivered = mc.request(DeliverSm::default()).await;

    assert!(submitted.is_ok() && delivered.is_ok());
    assert_eq!(esme.state(), SessionState::BoundTrx);
    assert_eq!(esme.unbind().await, CloseReason::Unbound);
    assert_eq!(mc.closed().await, CloseReason::PeerUnbound);
    let (esme_end, mc_end) = ends.await.unwrap();
    assert_eq!((esme_end, mc_end), (CloseReason::Unbound, CloseReason::PeerUnbound));
}

/// Accepts whatever is asked.
struct Accepting;

impl Dispatch for Accepting {
    async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
        match body {
            Body::SubmitSm(_) => Reply::ok(SubmitSmResp::default()),
            Body::DeliverSm(_) => Reply::ok(DeliverSmResp::default()),
            _ => Reply::from(CommandStatus::ESME_ROK),
        }
    }
}

type Ends = tokio::task::JoinHandle<(CloseReason, CloseReason)>;

fn connected(
    config: SessionConfig,
    esme: impl Dispatch,
    mc: impl Dispatch,
) -> (SessionHandle, SessionHandle, Ends) {
    let (near, far) = tokio::io::duplex(64 << 10);
    let config = Arc::new(config);
    let (esme, esme_driver) = drive(near, driver::session(Role::Esme, config.clone()), esme);
    let (mc, mc_driver) = drive(far, driver::session(Role::Mc, config), mc);
    let ends = tokio::spawn(async move { tokio::join!(esme_driver.run(), mc_driver.run()) });
    (esme, mc, ends)
}
