//! A message centre for tests: the other end of a pipe, moved by the test itself.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test ends where it goes wrong"
)]

pub(crate) mod network;

use std::sync::Arc;

use smpp_esme::{
    Deliveries, EsmeClient, EsmeClientBuilder,
    pdu::{
        BindReceiver, BindReceiverResp, BindTransceiver, BindTransceiverResp, BindTransmitter,
        BindTransmitterResp, Body, CommandStatus, DeliverSm, EsmClass, SubmitSm, SubmitSmResp,
    },
    session::{
        Reply, Role, Session, SessionConfig,
        driver::{InboundRequest, InboundRequests, Responder, SessionHandle, drive},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, duplex},
    task::JoinHandle,
    time::Instant,
};

/// One session of a message centre.
pub(crate) struct Centre {
    pub(crate) requests: InboundRequests,
    pub(crate) handle: SessionHandle,
    driver: JoinHandle<()>,
}

impl Centre {
    /// Serves a transport.
    pub(crate) fn serve<T>(transport: T) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let config = SessionConfig::default().deliver_unknown(true).send_window(100).unwrap();
        let session = Session::new(Role::Mc, Arc::new(config), Instant::now().into_std());
        let (dispatch, requests) = InboundRequests::new(1024);
        let (handle, driver) = drive(transport, session, dispatch);
        let driver = tokio::spawn(async move {
            driver.run().await;
        });
        Self { requests, handle, driver }
    }

    /// The next request, whatever it is.
    pub(crate) async fn next(&mut self) -> InboundRequest {
        self.requests.next().await.expect("the session lives")
    }

    /// Answers the bind that must come next; returns it as a transceiver's,
    /// whichever kind it was.
    pub(crate) async fn bind(&mut self, command_status: CommandStatus) -> BindTransceiver {
        let request = self.next().await;
        let (bind, response): (BindTransceiver, Body) = match request.body {
            Body::BindTransceiver(bind) => (
                *bind,
                BindTransceiverResp { system_id: Some("MC".try_into().unwrap()), ..Default::default() }
                    .into(),
            ),
            Body::BindTransmitter(bind) => {
                let BindTransmitter { system_id, password, system_type, interface_version, .. } = *bind;
                let bind = BindTransceiver {
                    system_id,
                    password,
                    system_type,
                    interface_version,
                    ..Default::default()
                };
                (bind, BindTransmitterResp::default().into())
            }
            Body::BindReceiver(bind) => {
                let BindReceiver { system_id, password, system_type, interface_version, .. } = *bind;
                let bind = BindTransceiver {
                    system_id,
                    password,
                    system_type,
                    interface_version,
                    ..Default::default()
                };
                (bind, BindReceiverResp::default().into())
            }
            _ => panic!("a bind was due"),
        };
        match command_status {
            CommandStatus::ESME_ROK => {
                request.responder.respond(Reply { body: Some(response), ..command_status.into() })
            }
            refused => request.responder.respond(refused),
        }
        bind
    }

    /// The submit_sm that must come next.
    pub(crate) async fn submit_sm(&mut self) -> (SubmitSm, Responder) {
        let request = self.next().await;
        let Body::SubmitSm(pdu) = request.body else {
            panic!("a submit_sm was due, not {:?}", request.body.command_id());
        };
        (pdu, request.responder)
    }

    /// Accepts the submit_sm that must come next.
    pub(crate) async fn accept(&mut self, message_id: &str) -> SubmitSm {
        let (pdu, responder) = self.submit_sm().await;
        responder.respond(accepted(message_id));
        pdu
    }

    /// Cuts the line without a word.
    pub(crate) fn cut(self) {
        self.driver.abort();
    }
}

/// Binds `builder` to a new centre over a pipe.
pub(crate) async fn bound(builder: EsmeClientBuilder) -> (EsmeClient, Deliveries, Centre) {
    let (ours, theirs) = pipe();
    let mut centre = Centre::serve(theirs);
    let (connected, _) = tokio::join!(builder.bind(ours), centre.bind(CommandStatus::ESME_ROK));
    let (client, deliveries) = connected.expect("the centre accepts");
    (client, deliveries, centre)
}

/// A builder with an account; host and port are not looked at.
pub(crate) fn account() -> EsmeClientBuilder {
    EsmeClient::builder("centre.invalid", 2775).system_id("esme").password("secret")
}

pub(crate) fn pipe() -> (DuplexStream, DuplexStream) {
    duplex(64 * 1024)
}

/// The answer that accepts a message; it waits for no earlier one.
pub(crate) fn accepted(message_id: &str) -> Reply {
    Reply::ok(SubmitSmResp { message_id: Some(message_id.try_into().unwrap()), ..SubmitSmResp::default() })
        .unordered()
}

/// A receipt in the words of the specification's appendix B.
pub(crate) fn receipt(message_id: &str, stat: &str) -> DeliverSm {
    let text = format!(
        "id:{message_id} sub:001 dlvrd:001 submit date:2601020304 done date:2601020305 stat:{stat} err:000 text:Hello"
    );
    DeliverSm {
        esm_class: EsmClass(0x04),
        source_addr: "4790000000".try_into().unwrap(),
        destination_addr: "DEMO".try_into().unwrap(),
        short_message: text.into_bytes().into(),
        ..DeliverSm::default()
    }
}
