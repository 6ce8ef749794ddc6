//! Durable sending: nothing enqueued is lost, what may come twice is known, receipts find their message.

#![expect(clippy::unwrap_used, reason = "a test ends where it goes wrong")]

mod centre;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use smpp_esme::{
    Backoff, DurableEsme, DurableHandler, EsmePool, IncomingMessage, Message, PaceConfig, Receipt, Split,
    SubmitFailure,
    broker::{Broker, MemoryBroker, Outgoing, TrackingId},
    correlator::{Correlated, MemoryCorrelator, SentPart},
    pdu::{CommandStatus, DeliverSm, MessageId, text::TextOptions},
};
use tokio::{sync::oneshot, task::JoinHandle};

use self::centre::{accepted, network::Network, network::network, receipt};

#[tokio::test(start_paused = true)]
async fn what_is_enqueued_is_sent_and_its_receipt_names_it() {
    let mut esme = Running::start(Message::text("4790000000", "x").reference("order 17"));
    let mut centre = esme.network.centre().await;
    esme.enqueue().await;

    centre.accept("a").await;
    let answer = centre.handle.request(receipt("a", "DELIVRD")).await;
    esme.stop().await;

    assert!(answer.is_ok());
    assert_eq!(esme.heard(), ["submitted order 17 a", "receipt order 17 DELIVRD"]);
    assert!(esme.broker.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_receipt_that_overtakes_its_answer_is_matched() {
    let mut esme = Running::start(Message::text("4790000000", "x").reference("order 17"));
    let mut centre = esme.network.centre().await;
    esme.enqueue().await;
    let (_, responder) = centre.submit_sm().await;

    let early = centre.handle.request(receipt("a", "DELIVRD"));
    tokio::time::sleep(Duration::from_secs(1)).await;
    responder.respond(accepted("a"));

    assert!(early.await.is_ok());
    assert!(esme.heard().contains(&"receipt order 17 DELIVRD".to_owned()), "{:?}", esme.heard());
}

#[tokio::test(start_paused = true)]
async fn a_foreign_receipt_is_told_as_such() {
    let mut esme = Running::start(Message::text("4790000000", "x"));
    let centre = esme.network.centre().await;

    let answer = centre.handle.request(receipt("foreign", "DELIVRD")).await;

    assert!(answer.is_ok());
    assert_eq!(esme.heard(), ["receipt unknown DELIVRD"]);
}

#[tokio::test(start_paused = true)]
async fn a_line_lost_before_the_answer_sends_it_again_or_lets_it_die() {
    for resend in [true, false] {
        let mut esme = Running::start(Message::text("4790000000", "x").reference("r"));
        let mut centre = esme.network.centre().await;
        esme.enqueue_with(resend).await;
        let silent = centre.submit_sm().await;
        centre.cut();

        let mut centre = esme.network.centre().await;
        if resend {
            centre.accept("a").await;
        }
        drop(silent);
        esme.settled().await;

        let expected = if resend { "submitted r a" } else { "failed r" };
        assert_eq!(esme.heard(), [expected]);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_parts_without_an_answer_are_sent_again() {
    let mut esme = Running::start(Message::text("4790000000", "x".repeat(400)).reference("r"));
    let mut centre = esme.network.centre().await;
    esme.enqueue().await;
    let first = centre.accept("a").await;
    let (second, silent) = centre.submit_sm().await;
    centre.accept("c").await;
    while esme.heard().len() < 2 {
        tokio::task::yield_now().await;
    }
    centre.cut();

    let mut centre = esme.network.centre().await;
    let again = centre.accept("b").await;
    esme.settled().await;

    assert_eq!(again, second, "with the same reference, so that it joins");
    assert_ne!(again, first);
    assert_eq!(esme.heard(), ["submitted r a", "submitted r c", "submitted r b"]);
    drop(silent);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_may_pass_is_tried_again_and_another_is_final() {
    let mut esme = Running::start(Message::text("4790000000", "x").reference("r"));
    let mut centre = esme.network.centre().await;

    esme.enqueue().await;
    centre.submit_sm().await.1.respond(CommandStatus::ESME_RMSGQFUL);
    centre.accept("a").await;
    esme.enqueue().await;
    centre.submit_sm().await.1.respond(CommandStatus::ESME_RINVDSTADR);
    esme.settled().await;

    assert_eq!(esme.heard(), ["submitted r a", "failed r"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_while_no_bind_is_up() {
    let mut esme = Running::start(Message::text("4790000000", "x").reference("r"));
    esme.enqueue().await;
    esme.network.refuse().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let untouched = esme.broker.lease(1).await.unwrap();
    assert_eq!(untouched.len(), 1, "still there for anyone");
    esme.broker
        .settle(untouched[0].id, smpp_esme::broker::Settlement::Retry { after: Duration::ZERO })
        .await
        .unwrap();

    let mut centre = esme.network.centre().await;
    centre.accept("a").await;
    esme.settled().await;

    assert_eq!(esme.heard(), ["submitted r a"]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_open_answers_and_keeps_the_rest() {
    let mut esme = Running::start(Message::text("4790000000", "x").reference("r"));
    let mut centre = esme.network.centre().await;
    esme.enqueue().await;
    let (_, responder) = centre.submit_sm().await;

    esme.shutdown();
    esme.enqueue().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    responder.respond(accepted("a"));
    esme.stop().await;

    assert_eq!(esme.heard(), ["submitted r a"]);
    assert_eq!(esme.broker.len(), 1, "the later one waits for the next run");
}

#[tokio::test(start_paused = true)]
async fn messages_go_to_the_handler_and_wait_for_its_verdict() {
    let mut esme = Running::start(Message::text("4790000000", "x"));
    let centre = esme.network.centre().await;
    let mo = |text: &[u8]| DeliverSm { short_message: text.into(), ..DeliverSm::default() };

    let accepted = centre.handle.request(mo(b"good")).await;
    let refused = centre.handle.request(mo(b"bad")).await;

    assert!(accepted.is_ok());
    assert_eq!(refused.unwrap_err().command_status(), Some(CommandStatus::ESME_RX_P_APPN));
}

#[tokio::test(start_paused = true)]
async fn throttling_is_met_by_the_pace_of_the_client() {
    let mut esme = Running::with_pace(Message::text("4790000000", "x").reference("r"), PaceConfig::default());
    let mut centre = esme.network.centre().await;
    for _ in 0..5 {
        esme.enqueue().await;
    }

    let (_, responder) = centre.submit_sm().await;
    responder.respond(CommandStatus::ESME_RTHROTTLED);
    let mut answered = 0;
    while answered < 5 {
        centre.accept(&answered.to_string()).await;
        answered += 1;
    }
    esme.settled().await;

    assert_eq!(esme.heard().len(), 5, "{:?}", esme.heard());
    assert!(esme.heard().iter().all(|line| line.starts_with("submitted")));
}

/// A durable ESME at work, and what its handler heard.
struct Running {
    network: Network,
    broker: Arc<MemoryBroker>,
    message: Message,
    heard: Heard,
    shutdown: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(message: Message) -> Self {
        Self::run(message, |member| member)
    }

    fn with_pace(message: Message, pace: PaceConfig) -> Self {
        Self::run(message, |member| member.pace(pace))
    }

    fn run(
        message: Message,
        with: impl FnOnce(smpp_esme::EsmeClientBuilder) -> smpp_esme::EsmeClientBuilder,
    ) -> Self {
        let (network, member) = network();
        let (pool, deliveries) = EsmePool::builder().member(with(member)).start();
        let broker = Arc::new(MemoryBroker::default());
        let correlator = Arc::new(MemoryCorrelator::default());
        let heard = Heard::default();
        let (shutdown, stopped) = oneshot::channel::<()>();
        let esme = DurableEsme::new(pool, deliveries, Arc::clone(&broker), correlator)
            .retries(5, Backoff::new(Duration::from_secs(1), Duration::from_secs(10)));
        let handler = heard.clone();
        let task = tokio::spawn(async move {
            esme.run(handler, async { drop(stopped.await) }).await.unwrap();
        });
        Self { network, broker, message, heard, shutdown: Some(shutdown), task }
    }

    async fn enqueue(&self) {
        self.enqueue_with(true).await;
    }

    async fn enqueue_with(&self, resend: bool) {
        let outgoing = Outgoing::new(&self.message, &TextOptions::default(), Split::default(), 7).unwrap();
        self.broker.enqueue(outgoing.resend_unknown(resend)).await.unwrap();
    }

    fn heard(&self) -> Vec<String> {
        self.heard.0.lock().unwrap().clone()
    }

    /// Until the broker has nothing left.
    async fn settled(&self) {
        while !self.broker.is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn shutdown(&mut self) {
        self.shutdown = None;
    }

    async fn stop(&mut self) {
        self.shutdown();
        (&mut self.task).await.unwrap();
    }
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl DurableHandler for Heard {
    fn submitted(&self, part: &SentPart, message_id: &MessageId) {
        self.note(format!("submitted {} {message_id}", part.reference.as_deref().unwrap_or("-")));
    }

    fn failed(&self, _: TrackingId, reference: Option<&str>, _: &SubmitFailure) {
        self.note(format!("failed {}", reference.unwrap_or("-")));
    }

    async fn receipt(&self, receipt: &Receipt, correlated: Option<&Correlated>) -> Result<(), CommandStatus> {
        let reference = correlated.map_or(Some("unknown"), |correlated| correlated.part.reference.as_deref());
        self.note(format!("receipt {} {}", reference.unwrap_or("-"), receipt.stat()));
        Ok(())
    }

    async fn message(&self, message: &IncomingMessage) -> Result<(), CommandStatus> {
        if message.octets() == b"good" { Ok(()) } else { Err(CommandStatus::ESME_RX_P_APPN) }
    }
}

#[cfg(feature = "sqlite")]
mod on_disk {
    use std::time::SystemTime;

    use smpp_esme::{
        correlator::{Correlator as _, Lives},
        sqlite::{SqliteBroker, SqliteCorrelator},
    };

    use super::*;

    #[tokio::test]
    async fn after_a_crash_only_what_was_not_answered_is_sent() {
        let folder = tempfile::TempDir::new().unwrap();
        let message = Message::text("4790000000", "x".repeat(200)).reference("order 17");
        let outgoing = Outgoing::new(&message, &TextOptions::default(), Split::default(), 7).unwrap();
        {
            // An earlier process: enqueued, the first part answered, then killed.
            let broker = SqliteBroker::open(folder.path().join("broker")).unwrap();
            let correlator =
                SqliteCorrelator::open(folder.path().join("correlator"), Lives::default()).unwrap();
            let id = broker.enqueue(outgoing.clone()).await.unwrap();
            broker.lease(1).await.unwrap();
            let part = SentPart { id, number: 1, total: 2, reference: Some("order 17".into()) };
            correlator.submitted(&part, &"a".try_into().unwrap(), SystemTime::now()).await.unwrap();
        }
        let (mut network, member) = network();
        let (pool, deliveries) = EsmePool::builder().member(member).start();
        let broker = Arc::new(opened(|| SqliteBroker::open(folder.path().join("broker"))).await);
        let correlator = Arc::new(
            opened(|| SqliteCorrelator::open(folder.path().join("correlator"), Lives::default())).await,
        );
        let heard = Heard::default();
        let (shutdown, stopped) = oneshot::channel::<()>();
        let esme = DurableEsme::new(pool, deliveries, Arc::clone(&broker), correlator);
        let running = tokio::spawn(esme.run(heard.clone(), async { drop(stopped.await) }));

        let mut centre = network.centre().await;
        let sent = centre.accept("b").await;
        let answer = centre.handle.request(receipt("a", "DELIVRD")).await;
        drop(shutdown);
        running.await.unwrap().unwrap();

        assert_eq!(sent, outgoing.parts()[1], "the first part is not sent again");
        assert!(answer.is_ok());
        let mut heard = heard.0.lock().unwrap().clone();
        heard.sort();
        assert_eq!(heard, ["receipt order 17 DELIVRD", "submitted order 17 b"]);
        assert!(broker.is_empty());
    }

    /// The threads of the earlier process may need a moment to let the files go.
    async fn opened<T>(open: impl Fn() -> Result<T, smpp_esme::sqlite::SqliteError>) -> T {
        loop {
            match open() {
                Err(smpp_esme::sqlite::SqliteError::Held) => tokio::task::yield_now().await,
                opened => return opened.unwrap(),
            }
        }
    }
}
