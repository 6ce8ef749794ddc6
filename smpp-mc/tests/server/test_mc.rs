//! A Message Centre that does as the names in its requests say.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use smpp_mc::pdu::{Body, CommandStatus, DeliverSm, MessageId, SubmitSm, SubmitSmResp};
use smpp_mc::{
    Admission, Answer, AtBindLimit, BindRequest, EsmeHandle, Mc, McBuilder, McHandler, SessionHandler,
    SessionLimits,
};
use smpp_session::CloseReason;
use tokio::sync::Semaphore;

/// | system_id | |
/// |---|---|
/// | `two` | may bind twice |
/// | `newest` | may bind once, the newest bind wins |
/// | `narrow` | is sent one request at a time |
/// | `slow-bind` | is let in when the gate opens |
/// | `eager` | is sent a deliver_sm while it binds |
/// | `panic-bind` | panics |
/// | `panic-closed` | panics when told of its end |
/// | any other | may bind |
#[derive(Clone, Default)]
pub(crate) struct TestMc {
    pub(crate) watch: Arc<Watch>,
}

pub(crate) struct Watch {
    pub(crate) gate: Semaphore,
    pub(crate) submitted: AtomicUsize,
    pub(crate) started: AtomicUsize,
    pub(crate) closed: AtomicUsize,
    pub(crate) turns: AtomicUsize,
    pub(crate) released: AtomicUsize,
}

/// | destination | |
/// |---|---|
/// | `panic` | panics |
/// | `panic-later` | panics once it has waited |
/// | `gate` | is answered when the gate opens |
/// | `full` | ESME_RMSGQFUL |
/// | `unordered` | is answered out of order |
/// | `then` | a deliver_sm follows the answer |
/// | `push` | a deliver_sm is sent from inside the handler |
/// | `guard` | counts when its answer is on its way |
/// | any other | ESME_ROK |
pub(crate) struct TestSession {
    esme: EsmeHandle,
    watch: Arc<Watch>,
}

impl TestMc {
    pub(crate) fn builder() -> McBuilder {
        Mc::builder().system_id("test-mc")
    }

    /// Opens the gate for good.
    pub(crate) fn open_gate(&self) {
        self.watch.gate.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            gate: Semaphore::new(0),
            submitted: AtomicUsize::new(0),
            started: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
            turns: AtomicUsize::new(0),
            released: AtomicUsize::new(0),
        }
    }
}

impl McHandler for TestMc {
    type Session = TestSession;

    async fn bind(
        &self,
        request: BindRequest,
        esme: EsmeHandle,
    ) -> Result<Admission<TestSession>, CommandStatus> {
        if request.password() != b"secret" {
            return Err(CommandStatus::ESME_RINVPASWD);
        }
        let session = TestSession { esme: esme.clone(), watch: Arc::clone(&self.watch) };
        let admission = Admission::new(session);
        match request.system_id() {
            "two" => Ok(admission.max_binds(2)),
            "newest" => Ok(admission.max_binds(1).at_bind_limit(AtBindLimit::ReplaceOldest)),
            "narrow" => Ok(admission.limits(SessionLimits { window: Some(1), ..SessionLimits::default() })),
            "slow-bind" => {
                self.watch.pass_gate().await;
                Ok(admission)
            }
            "eager" => {
                tokio::spawn(esme.deliver_sm(DeliverSm::default()));
                Ok(admission)
            }
            "panic-bind" => panic!("as asked"),
            _ => Ok(admission),
        }
    }

    async fn closed(&self, session: &TestSession, _: CloseReason) {
        self.watch.closed.fetch_add(1, Ordering::SeqCst);
        assert_ne!(session.esme.system_id(), "panic-closed", "as asked");
    }
}

impl SessionHandler for TestSession {
    async fn answer(&self, body: Body) -> Answer {
        let Body::SubmitSm(pdu) = body else { return Answer::nack(CommandStatus::ESME_RINVCMDID) };
        let destination = pdu.destination_addr;
        let accepted = Answer::from(self.submit_sm(pdu).await);
        match destination.as_str() {
            Some("unordered") => accepted.unordered(),
            Some("then") => accepted.then(DeliverSm::default()),
            Some("guard") => accepted.on_written(Released(Arc::clone(&self.watch))),
            _ => accepted,
        }
    }

    async fn submit_sm(&self, pdu: SubmitSm) -> Result<SubmitSmResp, CommandStatus> {
        self.watch.started.fetch_add(1, Ordering::SeqCst);
        match pdu.destination_addr.as_str() {
            Some("panic") => panic!("as asked"),
            Some("panic-later") => {
                self.watch.pass_gate().await;
                panic!("as asked");
            }
            Some("gate") => self.watch.pass_gate().await,
            Some("full") => return Err(CommandStatus::ESME_RMSGQFUL),
            Some("push") => {
                tokio::spawn(self.esme.deliver_sm(DeliverSm::default()));
            }
            _ => {}
        }
        let number = self.watch.submitted.fetch_add(1, Ordering::SeqCst) + 1;
        let message_id = MessageId::try_from(number.to_string().as_str()).unwrap();
        Ok(SubmitSmResp { message_id: Some(message_id), ..SubmitSmResp::default() })
    }

    fn turn_ended(&self) {
        self.watch.turns.fetch_add(1, Ordering::SeqCst);
    }
}

impl Watch {
    async fn pass_gate(&self) {
        self.gate.acquire().await.unwrap().forget();
    }
}

struct Released(Arc<Watch>);

impl Drop for Released {
    fn drop(&mut self) {
        self.0.released.fetch_add(1, Ordering::SeqCst);
    }
}
