//! The figures of a load, for people and for programs.

use std::time::Duration;

use serde_json::{Map, Value, json};
use smpp_esme::load::{Latencies, LoadReport};

pub(super) fn json(report: &LoadReport, missed: &[String]) -> String {
    let refused: Map<String, Value> =
        report.refused.iter().map(|(status, count)| (status.to_string(), json!(count))).collect();
    json!({
        "elapsed_s": report.elapsed.as_secs_f64(),
        "submitted": report.submitted,
        "accepted": report.accepted,
        "accepted_per_s": report.rate(),
        "refused": refused,
        "expired": report.expired,
        "lost": report.lost,
        "latency_ms": percentiles(&report.latencies),
        "receipts": report.receipts,
        "receipts_missing": report.receipts_missing,
        "receipts_stray": report.receipts_stray,
        "receipt_latency_ms": percentiles(&report.receipt_latencies),
        "missed": missed,
    })
    .to_string()
}

pub(super) fn text(report: &LoadReport, missed: &[String]) -> String {
    let mut lines = vec![
        format!(
            "{} accepted of {} in {:.2} s: {:.0} per second",
            report.accepted,
            report.submitted,
            report.elapsed.as_secs_f64(),
            report.rate()
        ),
        format!("answers: {}", spread(&report.latencies)),
    ];
    for (status, count) in &report.refused {
        lines.push(format!("refused with {status}: {count}"));
    }
    if report.expired + report.lost > 0 {
        lines.push(format!(
            "not answered in time: {}, lost with the session: {}",
            report.expired, report.lost
        ));
    }
    for (stat, count) in &report.receipts {
        lines.push(format!("receipts {stat}: {count}"));
    }
    if report.receipt_latencies.count() > 0 {
        lines.push(format!("receipts: {}", spread(&report.receipt_latencies)));
    }
    if report.receipts_missing + report.receipts_stray > 0 {
        lines
            .push(format!("receipts missing: {}, stray: {}", report.receipts_missing, report.receipts_stray));
    }
    lines.extend(missed.iter().map(|objective| format!("missed: {objective}")));
    lines.join("\n")
}

fn percentiles(latencies: &Latencies) -> Value {
    let at = |percent| millis(latencies.percentile(percent));
    json!({
        "p50": at(50.0),
        "p90": at(90.0),
        "p99": at(99.0),
        "p99.9": at(99.9),
        "max": millis(latencies.max()),
        "mean": millis(latencies.mean()),
    })
}

fn spread(latencies: &Latencies) -> String {
    let at = |percent| millis(latencies.percentile(percent));
    format!(
        "p50 {:.2} ms, p90 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, max {:.2} ms",
        at(50.0),
        at(90.0),
        at(99.0),
        at(99.9),
        millis(latencies.max())
    )
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
