//! Load on a centre: open-loop or closed-loop, with latencies that leave out
//! nothing (feature `load`).
//!
//! A closed loop keeps each bind's window full: it measures what a centre can
//! do. An open loop submits at a rate, whether or not answers come, and counts
//! each latency from the moment the message was due: a centre that stalls for a
//! second shows a second in the percentiles, not one slow message.

mod bind;
mod latencies;
mod plan;
mod receipts;
mod report;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use smpp_session::BindMode;
use tokio::time::{Instant, sleep_until, timeout_at};

use self::{bind::Bind, receipts::Receipts};
pub use self::{
    latencies::Latencies,
    plan::{LoadPlan, Pace},
    report::{LoadReport, Progress},
};
use crate::{
    builder::EsmeClientBuilder,
    client::EsmeClient,
    deliveries::{Deliveries, Delivery},
    error::ConnectError,
};

/// Binds as often as the plan says, submits, waits for the receipts, unbinds,
/// and reports. `progress` is called about ten times a second.
///
/// Each bind has a task for submitting and one for what is delivered, spawned on
/// the current tokio runtime. Dropped, the load ends.
///
/// # Errors
///
/// The first bind that fails; none is left open then.
pub async fn run(
    builder: EsmeClientBuilder,
    plan: LoadPlan,
    mut progress: impl FnMut(&Progress),
) -> Result<LoadReport, ConnectError> {
    let plan = Arc::new(plan);
    let mut bound = Vec::new();
    for _ in 0..plan.binds {
        bound.push(member(&builder, &plan)?.connect().await?);
    }
    let receipts = Arc::new(Mutex::new(Receipts::default()));
    let start = Instant::now();
    let mut load = Running::start(bound, &plan, &receipts, start);
    let mut tick = start;
    while !load.is_finished() {
        tick += TICK;
        sleep_until(tick).await;
        progress(&load.progress(start.elapsed()));
    }
    load.wait_for_receipts(Instant::now() + plan.receipt_wait, &mut progress, start).await;
    Ok(load.finish().await)
}

fn member(builder: &EsmeClientBuilder, plan: &LoadPlan) -> Result<EsmeClientBuilder, ConnectError> {
    let mode = if plan.receipts { BindMode::Transceiver } else { builder.bind_mode };
    let session = builder.session.clone().send_window(plan.window)?;
    Ok(builder.clone().bind_mode(mode).session(session))
}

/// The binds at work.
struct Running {
    clients: Vec<EsmeClient>,
    senders: Vec<tokio::task::JoinHandle<()>>,
    receivers: tokio::task::JoinSet<()>,
    tallies: Vec<Arc<Mutex<LoadReport>>>,
    receipts: Arc<Mutex<Receipts>>,
}

impl Running {
    fn start(
        bound: Vec<(EsmeClient, Deliveries)>,
        plan: &Arc<LoadPlan>,
        receipts: &Arc<Mutex<Receipts>>,
        start: Instant,
    ) -> Self {
        let mut running = Self {
            clients: Vec::new(),
            senders: Vec::new(),
            receivers: tokio::task::JoinSet::new(),
            tallies: Vec::new(),
            receipts: Arc::clone(receipts),
        };
        for (index, (client, deliveries)) in bound.into_iter().enumerate() {
            let tally = Arc::new(Mutex::new(LoadReport::default()));
            let bind = Bind {
                index,
                client: client.clone(),
                plan: Arc::clone(plan),
                tally: Arc::clone(&tally),
                receipts: plan.receipts.then(|| Arc::clone(receipts)),
                start,
            };
            running.receivers.spawn(receive(deliveries, Arc::clone(receipts)));
            running.senders.push(tokio::spawn(bind.run()));
            running.tallies.push(tally);
            running.clients.push(client);
        }
        running
    }

    fn is_finished(&self) -> bool {
        self.senders.iter().all(tokio::task::JoinHandle::is_finished)
    }

    fn progress(&self, elapsed: Duration) -> Progress {
        let mut progress = Progress { elapsed, ..Progress::default() };
        for tally in &self.tallies {
            let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            progress.submitted += tally.submitted;
            progress.accepted += tally.accepted;
            progress.failed += tally.failed();
        }
        progress.receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner).matched();
        progress
    }

    /// Until every message has its receipt, or the time is up.
    async fn wait_for_receipts(
        &mut self,
        until: Instant,
        progress: &mut impl FnMut(&Progress),
        start: Instant,
    ) {
        while self.receipts.lock().unwrap_or_else(PoisonError::into_inner).waiting() > 0 {
            if timeout_at(until, sleep_until(Instant::now() + TICK)).await.is_err() {
                return;
            }
            progress(&self.progress(start.elapsed()));
        }
    }

    async fn finish(mut self) -> LoadReport {
        let mut report = LoadReport::default();
        for client in self.clients.drain(..) {
            client.unbind().await;
        }
        while self.receivers.join_next().await.is_some() {}
        for tally in &self.tallies {
            report.add(&tally.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).report(&mut report);
        report
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for sender in &self.senders {
            sender.abort();
        }
    }
}

async fn receive(mut deliveries: Deliveries, receipts: Arc<Mutex<Receipts>>) {
    while let Some(delivery) = deliveries.next().await {
        if let Delivery::Receipt(receipt) = &delivery
            && receipt.is_final()
        {
            let mut receipts = receipts.lock().unwrap_or_else(PoisonError::into_inner);
            receipts.came(receipt.message_id(), receipt.stat(), Instant::now());
        }
        delivery.accept();
    }
}

const TICK: Duration = Duration::from_millis(100);
