//! `smpp load`: puts load on a centre and measures it.

mod mix;
mod summary;

use std::{process::ExitCode, time::Duration};

use clap::Args as ClapArgs;
use indicatif::{ProgressBar, ProgressStyle};
use smpp_esme::{
    load::{LoadPlan, LoadReport, Pace, Progress, run as put_load},
    session::BindMode,
};

use self::mix::Mix;
use crate::{connection::Connection, exit, output};

/// Without --rate the loop is closed: each bind's window is kept full. With
/// --rate it is open: messages leave when they are due, and each latency counts
/// from that moment. Exit code 0: done. 1: no bind, or an objective was missed.
#[derive(ClapArgs, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    mix: Mix,
    /// Binds.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    binds: u16,
    /// Requests in flight on each bind.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    window: u16,
    /// submit_sm per second over all binds; without it, as fast as the windows allow.
    #[arg(long, value_parser = positive)]
    rate: Option<f64>,
    /// Seconds until the rate is reached.
    #[arg(long, default_value_t = 0, requires = "rate")]
    ramp: u64,
    /// Seconds to submit. Default: 10, unless --count says when to end.
    #[arg(long)]
    duration: Option<u64>,
    /// submit_sm to submit.
    #[arg(long)]
    count: Option<u64>,
    /// Ask for receipts, match each, and wait so many seconds for the last ones.
    #[arg(long, value_name = "SECONDS")]
    receipts: Option<u64>,
    #[command(flatten)]
    objectives: Objectives,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    /// Show no progress and print nothing.
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
}

/// What must hold for exit code 0.
#[derive(ClapArgs, Debug)]
struct Objectives {
    /// The 99th percentile of the answers, in milliseconds, at most this.
    #[arg(long, value_name = "MS")]
    max_p99: Option<u64>,
    /// At most so many refused, expired or lost.
    #[arg(long, value_name = "N")]
    max_failed: Option<u64>,
    /// At least so many accepted per second.
    #[arg(long, value_name = "RATE", value_parser = positive)]
    min_rate: Option<f64>,
    /// At most so many receipts missing or stray.
    #[arg(long, value_name = "N", requires = "receipts")]
    max_missing: Option<u64>,
}

pub(crate) async fn run(args: Args) -> ExitCode {
    let plan = match args.plan() {
        Ok(plan) => plan,
        Err(error) => return exit::usage(&error),
    };
    let bar = args.bar();
    let loaded =
        put_load(args.connection.builder(BindMode::Transceiver), plan, |progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    let report = match loaded {
        Ok(report) => report,
        Err(error) => return exit::failed(&error),
    };
    let missed = args.objectives.missed(&report);
    if !args.quiet {
        let text = if args.json { summary::json(&report, &missed) } else { summary::text(&report, &missed) };
        output::line(&text);
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::REFUSED) }
}

impl Args {
    fn plan(&self) -> Result<LoadPlan, String> {
        let mut plan = LoadPlan::new(self.mix.messages()?)
            .binds(self.binds.into())
            .window(self.window.into())
            .ramp(Duration::from_secs(self.ramp));
        if let Some(rate) = self.rate {
            plan = plan.pace(Pace::Open { rate });
        }
        if let Some(seconds) = self.duration {
            plan = plan.duration(Duration::from_secs(seconds));
        }
        if let Some(count) = self.count {
            plan = plan.count(count);
        }
        if let Some(seconds) = self.receipts {
            plan = plan.receipts(Duration::from_secs(seconds));
        }
        Ok(plan)
    }

    /// Hidden by itself where standard error is no terminal.
    fn bar(&self) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let length = self.count.or_else(|| self.rate.map(|rate| whole(rate * self.seconds())));
        let (bar, template) = match length {
            Some(length) => (ProgressBar::new(length), "{elapsed_precise} {bar:30} {pos}/{len} {msg}"),
            None => (ProgressBar::new_spinner(), "{elapsed_precise} {spinner} {pos} {msg}"),
        };
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    fn seconds(&self) -> f64 {
        self.duration.map_or(10.0, |seconds| Duration::from_secs(seconds).as_secs_f64())
    }
}

impl Objectives {
    /// The objectives that were missed, in words.
    fn missed(&self, report: &LoadReport) -> Vec<String> {
        let p99 = report.latencies.percentile(99.0);
        let astray = report.receipts_missing + report.receipts_stray;
        let mut missed = Vec::new();
        if let Some(limit) = self.max_p99.filter(|limit| p99 > Duration::from_millis(*limit)) {
            missed.push(format!("p99 is {p99:?}, above {limit} ms"));
        }
        if let Some(limit) = self.max_failed.filter(|limit| report.failed() > *limit) {
            missed.push(format!("{} failed, above {limit}", report.failed()));
        }
        if let Some(limit) = self.min_rate.filter(|limit| report.rate() < *limit) {
            missed.push(format!("{:.1} accepted per second, below {limit}", report.rate()));
        }
        if let Some(limit) = self.max_missing.filter(|limit| astray > *limit) {
            missed.push(format!("{astray} receipts missing or stray, above {limit}"));
        }
        missed
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.accepted + progress.failed);
    let Progress { failed, receipts, .. } = progress;
    bar.set_message(format!("failed {failed}, receipts {receipts}"));
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| "a number above 0 expected".to_owned())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the length of a bar")]
fn whole(number: f64) -> u64 {
    number as u64
}
