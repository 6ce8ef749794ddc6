//! One bind's share of a load.

use std::sync::{Arc, Mutex, PoisonError};

use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use smpp_session::{
    RequestError,
    pdu::{MessageId, SubmitSm, SubmitSmResp},
};
use tokio::{
    task::yield_now,
    time::{Instant, sleep_until, timeout_at},
};

use super::{LoadPlan, LoadReport, Pace, Receipts};
use crate::client::EsmeClient;

pub(super) struct Bind {
    pub(super) index: usize,
    pub(super) client: EsmeClient,
    pub(super) plan: Arc<LoadPlan>,
    pub(super) tally: Arc<Mutex<LoadReport>>,
    pub(super) receipts: Option<Arc<Mutex<Receipts>>>,
    pub(super) start: Instant,
}

/// What came of one submit_sm, and when it was due.
type Outcome = (Instant, Result<SubmitSmResp, RequestError>);

impl Bind {
    pub(super) async fn run(self) {
        match self.plan.pace {
            Pace::Closed => self.closed().await,
            Pace::Open { rate } => self.open(rate).await,
        }
    }

    /// Keeps the window full.
    async fn closed(&self) {
        let ends = self.plan.ends_after().map(|after| self.start + after);
        let mut left = self.plan.share(self.index);
        let mut messages = self.messages();
        let mut in_flight = FuturesUnordered::new();
        loop {
            let now = Instant::now();
            let open = left > 0 && ends.is_none_or(|ends| now < ends);
            while open && left > 0 && in_flight.len() < self.plan.window {
                let Some(message) = messages.next() else {
                    break;
                };
                in_flight.push(self.submit(message, now));
                left -= 1;
            }
            let Some(outcome) = in_flight.next().await else {
                return;
            };
            if !self.note(outcome) {
                // The session is over, and so is this bind's share.
                left = 0;
            }
        }
    }

    /// Submits what is due, answered or not.
    async fn open(&self, rate: f64) {
        let ends = self.plan.ends_after().map(|after| self.start + after);
        let share = self.plan.share(self.index);
        let binds = u32::try_from(self.plan.binds).unwrap_or(u32::MAX);
        let rate = rate / f64::from(binds);
        let mut messages = self.messages();
        let mut in_flight = FuturesUnordered::new();
        let mut number = 0;
        while number < share {
            let due = self.start + self.plan.due(number, rate);
            if ends.is_some_and(|ends| due >= ends) {
                break;
            }
            let Some(message) = messages.next() else {
                return;
            };
            // Answers are noted when they come, also by a loop that lags behind.
            while let Some(Some(outcome)) = in_flight.next().now_or_never() {
                self.note(outcome);
            }
            if due > Instant::now() {
                while let Ok(Some(outcome)) = timeout_at(due, in_flight.next()).await {
                    self.note(outcome);
                }
                sleep_until(due).await;
            } else if number % TURN == 0 {
                yield_now().await;
            }
            in_flight.push(self.submit(message, due));
            number += 1;
        }
        while let Some(outcome) = in_flight.next().await {
            self.note(outcome);
        }
    }

    fn messages(&self) -> impl Iterator<Item = SubmitSm> + '_ {
        self.plan.messages.iter().cycle().skip(self.index).cloned()
    }

    fn submit(&self, message: SubmitSm, due: Instant) -> impl Future<Output = Outcome> + use<> {
        self.lock().submitted += 1;
        let response = self.client.queue_submit_sm(message);
        async move { (due, response.await) }
    }

    /// Counts an outcome; false if the session is over.
    fn note(&self, (due, outcome): Outcome) -> bool {
        let now = Instant::now();
        let mut tally = self.lock();
        tally.elapsed = now.saturating_duration_since(self.start);
        match outcome {
            Ok(response) => {
                tally.accepted += 1;
                tally.latencies.record(now.saturating_duration_since(due));
                drop(tally);
                if let Some(receipts) = &self.receipts {
                    let message_id = response.message_id.unwrap_or(MessageId::EMPTY);
                    receipts.lock().unwrap_or_else(PoisonError::into_inner).expect(message_id, due);
                }
                true
            }
            Err(error) => {
                match error.command_status() {
                    Some(status) => {
                        *tally.refused.entry(status).or_default() += 1;
                        tally.latencies.record(now.saturating_duration_since(due));
                    }
                    None if error == RequestError::Expired => tally.expired += 1,
                    None => tally.lost += 1,
                }
                !matches!(error, RequestError::Closed { .. } | RequestError::NotPermitted(_))
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LoadReport> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many messages an open loop that lags submits before others have a turn.
const TURN: u64 = 64;
