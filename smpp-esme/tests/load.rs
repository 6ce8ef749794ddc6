//! Load, under a paused clock: rates, windows, latencies without omission, receipts one by one.

mod centre;

use std::{io, sync::atomic::AtomicU64, sync::atomic::Ordering, time::Duration};

use smpp_esme::{
    EsmeClientBuilder,
    load::{LoadPlan, Pace, run},
    pdu::{Body, CommandStatus, SubmitSm},
};
use tokio::time::sleep_until;

use self::centre::{Centre, accepted, account, pipe, receipt};

#[tokio::test(start_paused = true)]
async fn a_closed_loop_keeps_the_window_full() {
    let plan = LoadPlan::new(vec![SubmitSm::default()]).window(10).count(1000);

    let report = run(answering(Duration::from_millis(100), None), plan, |_| {}).await.unwrap();

    assert_eq!((report.submitted, report.accepted, report.failed()), (1000, 1000, 0));
    assert_eq!(report.elapsed.as_secs(), 10, "10 in flight at 100 ms are 100 a second");
    assert_eq!(report.latencies.percentile(50.0).as_millis(), 100);
}

#[tokio::test(start_paused = true)]
async fn an_open_loop_keeps_its_rate_over_all_binds() {
    let plan = LoadPlan::new(vec![SubmitSm::default()])
        .binds(4)
        .window(100)
        .pace(Pace::Open { rate: 200.0 })
        .duration(Duration::from_secs(5));

    let report = run(answering(Duration::from_millis(20), None), plan, |_| {}).await.unwrap();

    assert_eq!(report.accepted, 1000);
    assert_eq!(report.latencies.percentile(99.0).as_millis(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_stall_of_the_centre_is_in_the_percentiles() {
    let plan = LoadPlan::new(vec![SubmitSm::default()]).window(1).pace(Pace::Open { rate: 100.0 }).count(100);

    let report = run(answering(Duration::from_millis(20), None), plan, |_| {}).await.unwrap();

    // Every second message comes while one is in flight: the last waits for a second.
    assert_eq!(report.accepted, 100);
    assert!(report.latencies.max() >= Duration::from_millis(980), "{:?}", report.latencies);
    assert!(report.latencies.percentile(50.0) >= Duration::from_millis(500), "{:?}", report.latencies);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_counted_by_status() {
    let plan = LoadPlan::new(vec![SubmitSm::default()]).count(30);

    let report =
        run(answering(Duration::ZERO, Some(CommandStatus::ESME_RTHROTTLED)), plan, |_| {}).await.unwrap();

    assert_eq!(report.refused.into_iter().collect::<Vec<_>>(), [(CommandStatus::ESME_RTHROTTLED, 30)]);
}

#[tokio::test(start_paused = true)]
async fn receipts_are_waited_for_and_matched() {
    let plan = LoadPlan::new(vec![SubmitSm::default()]).binds(2).count(40).receipts(Duration::from_secs(30));
    let mut seen = 0;

    let report = run(answering(Duration::from_millis(1), None), plan, |progress| seen = progress.receipts)
        .await
        .unwrap();

    assert_eq!(report.receipts.get("DELIVRD"), Some(&40));
    assert_eq!((report.receipts_missing, report.receipts_stray), (0, 0));
    assert!(seen <= 40);
}

#[tokio::test(start_paused = true)]
async fn a_bind_that_is_refused_ends_the_load() {
    let refusing = account().dial_with(|_, _| async {
        Err::<tokio::io::DuplexStream, _>(io::ErrorKind::ConnectionRefused.into())
    });

    let report = run(refusing, LoadPlan::new(vec![SubmitSm::default()]), |_| {}).await;

    assert!(report.is_err());
}

/// A member whose every connection meets a centre that answers after `delay`,
/// with a receipt half a second later where one is asked for.
fn answering(delay: Duration, refusal: Option<CommandStatus>) -> EsmeClientBuilder {
    account().dial_with(move |_, _| async move {
        let (ours, theirs) = pipe();
        tokio::spawn(serve(Centre::serve(theirs), delay, refusal));
        Ok(ours)
    })
}

async fn serve(mut centre: Centre, delay: Duration, refusal: Option<CommandStatus>) {
    centre.bind(CommandStatus::ESME_ROK).await;
    while let Some(request) = centre.requests.next().await {
        let Body::SubmitSm(pdu) = request.body else { continue };
        let due = tokio::time::Instant::now() + delay;
        let handle = centre.handle.clone();
        tokio::spawn(async move {
            sleep_until(due).await;
            let Some(status) = refusal else {
                let id = NEXT.fetch_add(1, Ordering::Relaxed).to_string();
                request.responder.respond(accepted(&id));
                if pdu.registered_delivery.0 == 1 {
                    sleep_until(due + Duration::from_millis(500)).await;
                    let _ = handle.request(receipt(&id, "DELIVRD")).await;
                }
                return;
            };
            request.responder.respond(status);
        });
    }
}

static NEXT: AtomicU64 = AtomicU64::new(1);
