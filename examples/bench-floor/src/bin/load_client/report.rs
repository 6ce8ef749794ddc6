//! What became of the messages.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::Options;

pub(crate) struct Report {
    /// Messages answered with status 0.
    pub(crate) ok: u64,
    /// From the first submit_sm to the last answer, over all connections.
    pub(crate) took: Duration,
    /// Other answers by their status.
    refused: BTreeMap<u32, u64>,
    nanoseconds: Histogram<u64>,
}

impl Default for Report {
    fn default() -> Self {
        // Up to 100 s, to three digits.
        let nanoseconds =
            Histogram::new_with_bounds(1, 100_000_000_000, 3).expect("bounds that are in order");
        Self { ok: 0, took: Duration::ZERO, refused: BTreeMap::new(), nanoseconds }
    }
}

impl Report {
    /// Counts one answer.
    pub(crate) fn note(&mut self, status: u32, latency: Duration) {
        if status == 0 {
            self.ok += 1;
        } else {
            *self.refused.entry(status).or_default() += 1;
        }
        self.nanoseconds.saturating_record(latency.as_nanos() as u64);
    }

    /// Adds what another connection counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.ok += other.ok;
        for (status, count) in &other.refused {
            *self.refused.entry(*status).or_default() += count;
        }
        self.nanoseconds.add(&other.nanoseconds).expect("histograms of the same bounds");
    }

    pub(crate) fn to_json(&self, options: &Options) -> Value {
        let answered = self.nanoseconds.len();
        let refused: BTreeMap<_, _> =
            self.refused.iter().map(|(status, count)| (format!("0x{status:08x}"), count)).collect();
        let microseconds = |quantile| self.nanoseconds.value_at_quantile(quantile) as f64 / 1000.0;
        json!({
            "connections": options.connections,
            "window": options.window,
            "messages": options.messages,
            "answered": answered,
            "ok": self.ok,
            "refused": refused,
            "seconds": self.took.as_secs_f64(),
            "per_second": (answered as f64 / self.took.as_secs_f64()).round(),
            "latency_us": {
                "p50": microseconds(0.5), "p99": microseconds(0.99), "p999": microseconds(0.999), "max": microseconds(1.0),
            },
        })
    }
}
