//! Handlers and connected sessions.

use std::sync::{Arc, Mutex};

use smpp_session::driver::{self, Dispatch, SessionHandle, drive};
use smpp_session::pdu::{
    BindTransceiver, Body, CommandStatus, DeliverSm, DeliverSmResp, SequenceNumber, SubmitSm, SubmitSmResp,
};
use smpp_session::{CloseReason, Event, Reply, Role, SessionConfig};
use tokio::task::JoinHandle;

/// Accepts whatever is asked, and keeps the events.
#[derive(Clone, Default)]
pub(crate) struct Accepting {
    pub(crate) events: Arc<Mutex<Vec<String>>>,
}

impl Dispatch for Accepting {
    async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
        match body {
            Body::SubmitSm(submit) => Reply::ok(response_to(&submit)),
            Body::DeliverSm(_) => Reply::ok(DeliverSmResp::default()),
            _ => Reply::from(CommandStatus::ESME_ROK),
        }
    }

    fn event(&self, event: Event) {
        self.events.lock().unwrap().push(format!("{event:?}"));
    }
}

/// Echoes the text as the message_id, so that answers can be told apart.
pub(crate) fn response_to(submit: &SubmitSm) -> SubmitSmResp {
    let text = std::str::from_utf8(&submit.short_message).unwrap();
    SubmitSmResp { message_id: Some(text.try_into().unwrap()), ..SubmitSmResp::default() }
}

pub(crate) fn submit(text: impl ToString) -> SubmitSm {
    SubmitSm { short_message: text.to_string().into_bytes().into(), ..SubmitSm::default() }
}

pub(crate) fn id(response: &SubmitSmResp) -> String {
    response.message_id.as_ref().unwrap().as_str().unwrap().to_owned()
}

pub(crate) type End = JoinHandle<CloseReason>;

/// An ESME and an MC on a pipe, both running.
pub(crate) struct Connected {
    pub(crate) esme: SessionHandle,
    pub(crate) mc: SessionHandle,
    pub(crate) esme_end: End,
    pub(crate) mc_end: End,
}

pub(crate) fn connected(config: SessionConfig, mc: impl Dispatch) -> Connected {
    connected_by(64 << 10, config, Accepting::default(), mc)
}

pub(crate) fn connected_by(
    pipe: usize,
    config: SessionConfig,
    esme: impl Dispatch,
    mc: impl Dispatch,
) -> Connected {
    let (near, far) = tokio::io::duplex(pipe);
    let config = Arc::new(config);
    let (esme, esme_driver) = drive(near, driver::session(Role::Esme, config.clone()), esme);
    let (mc, mc_driver) = drive(far, driver::session(Role::Mc, config), mc);
    Connected { esme, mc, esme_end: tokio::spawn(esme_driver.run()), mc_end: tokio::spawn(mc_driver.run()) }
}

pub(crate) async fn bound(config: SessionConfig, mc: impl Dispatch) -> Connected {
    let connected = connected(config, mc);
    connected.esme.request(BindTransceiver::default()).await.unwrap();
    connected
}

pub(crate) fn deliver() -> DeliverSm {
    DeliverSm::default()
}
