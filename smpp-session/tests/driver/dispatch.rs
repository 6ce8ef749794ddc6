//! The peer's requests: order, pending handlers, back-pressure, what follows a reply.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use smpp_session::driver::{self, Dispatch, InboundRequests, SessionHandle, drive, drive_with};
use smpp_session::pdu::{
    AlertNotification, BindTransceiver, Body, CommandId, CommandStatus, SequenceNumber, SubmitSmResp,
};
use smpp_session::testing::ScriptedPeer;
use smpp_session::{CloseReason, Reply, Role, SessionConfig};
use tokio::sync::Semaphore;

use crate::support::{Accepting, bound, connected_by, deliver, id, response_to, submit};

/// Answers a submit_sm after as many milliseconds as its text says; `u` in front: unordered.
#[derive(Clone, Default)]
struct Delaying;

impl Dispatch for Delaying {
    async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
        let Body::SubmitSm(submit) = body else { return Reply::from(CommandStatus::ESME_ROK) };
        let text = String::from_utf8(submit.short_message.to_vec()).unwrap();
        let (unordered, millis) = match text.strip_prefix('u') {
            Some(millis) => (true, millis),
            None => (false, text.as_str()),
        };
        let millis: u64 = millis.parse().unwrap();
        if millis > 0 {
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
        let reply = Reply::ok(response_to(&submit));
        if unordered { reply.unordered() } else { reply }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_leave_in_the_order_of_the_requests() {
    let (mut peer, _handle, _end) = bound_mc(SessionConfig::default(), |_| Delaying).await;
    for text in ["300", "0", "100", "200", "0"] {
        peer.request(submit(text)).await.unwrap();
    }

    let mut order = Vec::new();
    for _ in 0..5 {
        let pdu = peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
        order.push(id(&pdu.body.try_into().unwrap()));
    }

    assert_eq!(order, ["300", "0", "100", "200", "0"]);
}

#[tokio::test(start_paused = true)]
async fn an_unordered_answer_overtakes() {
    let (mut peer, _handle, _end) = bound_mc(SessionConfig::default(), |_| Delaying).await;
    for text in ["300", "u200", "u0", "100"] {
        peer.request(submit(text)).await.unwrap();
    }

    let mut order = Vec::new();
    for _ in 0..4 {
        let pdu = peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
        order.push(id(&pdu.body.try_into().unwrap()));
    }

    assert_eq!(order, ["u0", "u200", "300", "100"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_stops_neither_keep_alive_nor_our_own_requests() {
    let (mut peer, handle, _end) = bound_mc(SessionConfig::default(), |_| Delaying).await;
    peer.request(submit("100000")).await.unwrap();
    let delivered = handle.request(deliver());
    let request = peer.expect_command(CommandId::DELIVER_SM).await.unwrap();
    peer.accept(&request).await.unwrap();
    assert!(delivered.await.is_ok());
    for _ in 0..3 {
        let probe = peer.expect_command(CommandId::ENQUIRE_LINK).await.unwrap();
        peer.accept(&probe).await.unwrap();
        peer.request(smpp_session::pdu::EnquireLink::default()).await.unwrap();
        peer.expect_command(CommandId::ENQUIRE_LINK_RESP).await.unwrap();
    }

    peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_inbound_limit_bounds_pending_handlers_and_left_over_frames_are_gone_on_with() {
    #[derive(Default)]
    struct Counting {
        now: Arc<AtomicUsize>,
        most: Arc<AtomicUsize>,
    }
    impl Dispatch for Counting {
        async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
            let Body::SubmitSm(submit) = body else { return Reply::from(CommandStatus::ESME_ROK) };
            let running = self.now.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(running, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.now.fetch_sub(1, Ordering::Relaxed);
            Reply::ok(response_to(&submit))
        }
    }
    let counting = Counting::default();
    let most = counting.most.clone();
    let config = SessionConfig::default().inbound_limit(3).unwrap();
    let (mut peer, _handle, _end) = bound_mc(config, |_| counting).await;
    // All in one write: no later octets announce what is left over.
    let mut octets = Vec::new();
    for number in 1..=100_u32 {
        let mut frame = bytes::BytesMut::new();
        smpp_session::pdu::Pdu::new(SequenceNumber(number), submit(number)).encode(&mut frame).unwrap();
        octets.extend_from_slice(&frame);
    }
    peer.send_octets(&octets).await.unwrap();
    for number in 1..=100 {
        let pdu = peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
        assert_eq!(pdu.sequence_number, SequenceNumber(number));
    }

    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_sends_while_it_decides_a_bind_waits_for_the_bind() {
    struct Eager(SessionHandle);
    impl Dispatch for Eager {
        async fn dispatch(&self, _: SequenceNumber, _: Body) -> Reply {
            drop_later(self.0.request(deliver()));
            tokio::time::sleep(Duration::from_millis(100)).await;
            Reply::from(CommandStatus::ESME_ROK)
        }
    }
    let (mut peer, _handle, _end) = mc(SessionConfig::default(), |handle| Eager(handle.clone()));
    peer.request(BindTransceiver::default()).await.unwrap();

    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();
    peer.expect_command(CommandId::DELIVER_SM).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_queued_behind_a_refused_bind_is_not_sent() {
    struct Refusing(SessionHandle, Arc<Mutex<Option<tokio::task::JoinHandle<bool>>>>);
    impl Dispatch for Refusing {
        async fn dispatch(&self, _: SequenceNumber, _: Body) -> Reply {
            let pushed = self.0.request(deliver());
            *self.1.lock().unwrap() =
                Some(tokio::spawn(async move { pushed.await.unwrap_err().is_unsent() }));
            Reply::from(CommandStatus::ESME_RBINDFAIL)
        }
    }
    let pushed = Arc::default();
    let (mut peer, _handle, _end) =
        mc(SessionConfig::default(), |handle| Refusing(handle.clone(), Arc::clone(&pushed)));
    peer.request(BindTransceiver::default()).await.unwrap();
    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();

    let pushed = pushed.lock().unwrap().take().unwrap();
    assert!(pushed.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_receipt_sent_when_the_ticket_is_told_follows_its_response() {
    struct Receipting(OnceLock<SessionHandle>);
    impl Dispatch for Receipting {
        async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
            match body {
                Body::SubmitSm(submit) => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    Reply::ok(response_to(&submit)).ticket(7)
                }
                _ => Reply::from(CommandStatus::ESME_ROK),
            }
        }
        fn replied(&self, ticket: u64) {
            assert_eq!(ticket, 7);
            drop_later(self.0.get().unwrap().request(deliver()));
        }
    }
    let (mut peer, _handle, _end) = bound_mc(SessionConfig::default(), |handle| {
        let cell = OnceLock::new();
        cell.set(handle.clone()).unwrap();
        Receipting(cell)
    })
    .await;
    peer.request(submit("text")).await.unwrap();

    peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
    peer.expect_command(CommandId::DELIVER_SM).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_not_told_once_the_session_is_over() {
    struct Slow(Arc<AtomicUsize>);
    impl Dispatch for Slow {
        async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
            if matches!(body, Body::SubmitSm(_)) {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Reply::from(CommandStatus::ESME_ROK).ticket(1)
        }
        fn replied(&self, _: u64) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let told = Arc::new(AtomicUsize::new(0));
    let (mut peer, _handle, end) = bound_mc(SessionConfig::default(), |_| Slow(told.clone())).await;
    peer.request(submit("text")).await.unwrap();
    tokio::task::yield_now().await;
    drop(peer);

    assert_eq!(end.await.unwrap(), CloseReason::PeerClosed);
    assert_eq!(told.load(Ordering::Relaxed), 1, "the bind's only");
}

#[tokio::test(start_paused = true)]
async fn a_batch_ends_with_one_call() {
    #[derive(Clone, Default)]
    struct Batching(Arc<Mutex<Vec<usize>>>, Arc<AtomicUsize>);
    impl Dispatch for Batching {
        async fn dispatch(&self, _: SequenceNumber, _: Body) -> Reply {
            self.1.fetch_add(1, Ordering::Relaxed);
            Reply::from(CommandStatus::ESME_ROK)
        }
        fn turn_ended(&self) {
            self.0.lock().unwrap().push(self.1.swap(0, Ordering::Relaxed));
        }
    }
    let batching = Batching::default();
    let (mut peer, _handle, _end) = bound_mc(SessionConfig::default(), |_| batching.clone()).await;
    let mut octets = bytes::BytesMut::new();
    for number in 10..30 {
        smpp_session::pdu::Pdu::new(SequenceNumber(number), submit("x")).encode(&mut octets).unwrap();
    }
    peer.send_octets(&octets).await.unwrap();
    for _ in 0..20 {
        peer.expect_command(CommandId::SUBMIT_SM_RESP).await.unwrap();
    }

    assert_eq!(*batching.0.lock().unwrap(), [1, 20], "the bind, then twenty at once");
}

#[tokio::test(start_paused = true)]
async fn settings_changed_by_the_handler_hold_before_its_reply() {
    struct Configuring(SessionHandle);
    impl Dispatch for Configuring {
        fn dispatch(&self, _: SequenceNumber, _: Body) -> impl Future<Output = Reply> + Send {
            let account = SessionConfig::default().send_window(2).unwrap().enquire_link_interval(None);
            self.0.configure(Arc::new(account));
            std::future::ready(Reply::from(CommandStatus::ESME_ROK))
        }
    }
    let (mut peer, handle, _end) = mc(SessionConfig::default(), |handle| Configuring(handle.clone()));
    peer.request(BindTransceiver::default()).await.unwrap();
    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();
    let _pushed: Vec<_> = (0..3).map(|_| handle.request(deliver())).collect();

    assert_eq!(handle.config().limits().send_window, 2);
    for _ in 0..2 {
        peer.expect_command(CommandId::DELIVER_SM).await.unwrap();
    }
    assert!(
        tokio::time::timeout(Duration::from_secs(50), peer.next()).await.is_err(),
        "neither third nor probe"
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_handler_resolves_what_its_session_owes() {
    struct Panicking;
    impl Dispatch for Panicking {
        async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
            assert!(!matches!(body, Body::SubmitSm(_)), "as a handler with a defect would");
            Reply::from(CommandStatus::ESME_ROK)
        }
    }
    let (mut peer, handle, end) = bound_mc(SessionConfig::default(), |_| Panicking).await;
    let pushed = handle.request(deliver());
    peer.expect_command(CommandId::DELIVER_SM).await.unwrap();
    peer.request(submit("text")).await.unwrap();

    assert!(pushed.await.is_err());
    assert_eq!(handle.closed().await, CloseReason::DriverDropped);
    assert!(end.await.unwrap_err().is_panic());
    peer.expect_closed().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn requests_can_be_pulled_from_a_stream() {
    let (dispatch, mut requests) = InboundRequests::new(4);
    let consumer = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            match request.body {
                Body::SubmitSm(submit) if submit.short_message.is_empty() => drop(request.responder),
                Body::SubmitSm(submit) => request.responder.respond(Reply::ok(response_to(&submit))),
                _ => request.responder.respond(CommandStatus::ESME_ROK),
            }
        }
        "over"
    });
    let ends = connected_by(64 << 10, SessionConfig::default(), Accepting::default(), dispatch);
    ends.esme.request(BindTransceiver::default()).await.unwrap();
    let pending: Vec<_> = (0..50).map(|number| ends.esme.request(submit(number))).collect();
    for (number, pending) in pending.into_iter().enumerate() {
        assert_eq!(id(&pending.await.unwrap()), number.to_string());
    }
    let dropped = ends.esme.request(submit("")).await.unwrap_err();
    assert_eq!(dropped.command_status(), Some(CommandStatus::ESME_RSYSERR));

    ends.esme.unbind().await;
    assert_eq!(consumer.await.unwrap(), "over");
}

#[tokio::test(start_paused = true)]
async fn notifications_and_the_end_reach_the_dispatch() {
    let accepting = Accepting::default();
    let ends = connected_by(64 << 10, SessionConfig::default(), accepting.clone(), Accepting::default());
    ends.esme.request(BindTransceiver::default()).await.unwrap();
    ends.mc.notify(AlertNotification::default()).await.unwrap();
    ends.mc.unbind().await;
    ends.esme_end.await.unwrap();

    let events = accepting.events.lock().unwrap();
    let position = |what: &str| events.iter().position(|event| event.contains(what));
    let told =
        [position("Bound"), position("AlertNotification"), position("UnbindReceived"), position("Closed")];
    assert!(told.iter().all(Option::is_some) && told.is_sorted(), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_hold_a_lock_of_its_own_while_it_sends_on_its_session() {
    struct Pushing(SessionHandle, Semaphore);
    impl Dispatch for Pushing {
        async fn dispatch(&self, _: SequenceNumber, body: Body) -> Reply {
            if matches!(body, Body::SubmitSm(_)) {
                let _permit = self.1.acquire().await.unwrap();
                let delivered = self.0.request(deliver()).await;
                return Reply::from(
                    delivered.map(|_| SubmitSmResp::default()).map_err(|_| CommandStatus::ESME_RSYSERR),
                );
            }
            Reply::from(CommandStatus::ESME_ROK)
        }
    }
    let (near, far) = tokio::io::duplex(1 << 10);
    let config = Arc::new(SessionConfig::default());
    let (esme, esme_driver) = drive(near, driver::session(Role::Esme, config.clone()), Accepting::default());
    let (_mc, mc_driver) = drive_with(far, driver::session(Role::Mc, config), |handle| {
        Pushing(handle.clone(), Semaphore::new(1))
    });
    tokio::spawn(esme_driver.run());
    tokio::spawn(mc_driver.run());
    esme.request(BindTransceiver::default()).await.unwrap();
    let pending: Vec<_> = (0..20).map(|number| esme.request(submit(number))).collect();

    for pending in pending {
        assert!(pending.await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn open_answers_go_out_before_a_graceful_end() {
    let ends = bound(SessionConfig::default(), Delaying).await;
    let pending = ends.esme.request(submit("500"));
    tokio::time::sleep(Duration::from_millis(1)).await;

    let unbound = ends.mc.unbind();

    assert!(pending.await.is_ok());
    assert_eq!(unbound.await, CloseReason::Unbound);
    assert_eq!(ends.esme.closed().await, CloseReason::PeerUnbound);
}

fn mc<D: Dispatch>(
    config: SessionConfig,
    dispatch: impl FnOnce(&SessionHandle) -> D,
) -> (ScriptedPeer, SessionHandle, tokio::task::JoinHandle<CloseReason>) {
    let (line, peer) = ScriptedPeer::pipe();
    let (handle, driver) = drive_with(line, driver::session(Role::Mc, config.into()), dispatch);
    (peer, handle, tokio::spawn(driver.run()))
}

async fn bound_mc<D: Dispatch>(
    config: SessionConfig,
    dispatch: impl FnOnce(&SessionHandle) -> D,
) -> (ScriptedPeer, SessionHandle, tokio::task::JoinHandle<CloseReason>) {
    let (mut peer, handle, end) = mc(config, dispatch);
    peer.request(BindTransceiver::default()).await.unwrap();
    peer.expect_command(CommandId::BIND_TRANSCEIVER_RESP).await.unwrap();
    (peer, handle, end)
}

/// Keeps a future alive without waiting for it: dropped while queued it would not be sent.
fn drop_later<F: Future + Send + 'static>(future: F)
where
    F::Output: Send,
{
    tokio::spawn(future);
}
