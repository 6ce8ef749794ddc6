//! A next hop that remembers, and does as the test says.

use std::collections::VecDeque;
use std::sync::Mutex;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use smpp_mc::connector::{Connector, ConnectorEvent, EventBatch, Outgoing, SendOutcome};
use tokio::sync::{Notify, mpsc, oneshot};

pub(crate) struct Hop {
    name: String,
    state: Mutex<State>,
    arrived: Notify,
    events: mpsc::UnboundedSender<EventBatch>,
    batches: tokio::sync::Mutex<mpsc::UnboundedReceiver<EventBatch>>,
}

#[derive(Default)]
struct State {
    down: bool,
    held: bool,
    answers: VecDeque<SendOutcome>,
    received: Vec<Outgoing>,
    waiting: VecDeque<oneshot::Sender<SendOutcome>>,
}

impl Hop {
    pub(crate) fn new(name: &str) -> Self {
        let (events, batches) = mpsc::unbounded_channel();
        Self {
            name: name.to_owned(),
            state: Mutex::default(),
            arrived: Notify::new(),
            events,
            batches: tokio::sync::Mutex::new(batches),
        }
    }

    /// The next answer to a message; without any, messages are taken.
    pub(crate) fn answer_next(&self, outcome: SendOutcome) {
        self.state.lock().unwrap().answers.push_back(outcome);
    }

    /// Messages from now on get no answer before `release`.
    pub(crate) fn hold(&self) {
        self.state.lock().unwrap().held = true;
    }

    /// Answers the oldest message that has none.
    pub(crate) fn release(&self, outcome: SendOutcome) {
        self.state.lock().unwrap().waiting.pop_front().unwrap().send(outcome).unwrap();
    }

    pub(crate) fn set_down(&self, down: bool) {
        self.state.lock().unwrap().down = down;
        self.event(if down { ConnectorEvent::Down } else { ConnectorEvent::Up });
    }

    /// Something comes from below; the receiver says whether it was made safe.
    pub(crate) fn event(&self, event: ConnectorEvent) -> oneshot::Receiver<bool> {
        let (safe, told) = oneshot::channel();
        let batch = EventBatch::acknowledged(vec![event], move |outcome| {
            // A test that does not ask has dropped the receiver.
            let _ = safe.send(outcome);
        });
        self.events.send(batch).unwrap();
        told
    }

    /// The first `count` messages, when they have arrived.
    pub(crate) async fn received(&self, count: usize) -> Vec<Outgoing> {
        loop {
            let arrived = self.arrived.notified();
            {
                let state = self.state.lock().unwrap();
                if state.received.len() >= count {
                    return state.received.clone();
                }
            }
            arrived.await;
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.state.lock().unwrap().received.len()
    }
}

impl Connector for Hop {
    fn name(&self) -> &str {
        &self.name
    }

    fn remembers(&self) -> bool {
        true
    }

    fn window(&self) -> usize {
        16
    }

    fn is_up(&self) -> bool {
        !self.state.lock().unwrap().down
    }

    fn send(&self, outgoing: Outgoing) -> BoxFuture<'_, SendOutcome> {
        let mut state = self.state.lock().unwrap();
        if state.down {
            return std::future::ready(SendOutcome::Unavailable).boxed();
        }
        state.received.push(outgoing);
        self.arrived.notify_waiters();
        if let Some(outcome) = state.answers.pop_front() {
            return std::future::ready(outcome).boxed();
        }
        if !state.held {
            return std::future::ready(SendOutcome::Taken { remote_id: None }).boxed();
        }
        let (answer, answered) = oneshot::channel();
        state.waiting.push_back(answer);
        answered.map(|outcome| outcome.unwrap_or(SendOutcome::Unknown)).boxed()
    }

    fn events(&self) -> BoxFuture<'_, Option<EventBatch>> {
        async { self.batches.lock().await.recv().await }.boxed()
    }
}
