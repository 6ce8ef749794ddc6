//! Stopping: no new binds, open answers leave, everybody is unbound, and there is a deadline.

use std::sync::atomic::Ordering;
use std::time::Duration;

use smpp_mc::pdu::{CommandId, CommandStatus, Unbind, UnbindResp};
use smpp_mc::{Mc, McBuilder};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::esme::{Esme, to, transceiver};
use crate::test_mc::TestMc;

#[tokio::test]
async fn open_answers_leave_before_unbind() {
    let served = Served::start(TestMc::builder()).await;
    let mut esme = served.bound().await;
    let slow = esme.send(to("gate")).await;
    served.until_started(1).await;

    let (handler, stopped) = served.stop();
    handler.open_gate();

    let answer = esme.receive().await;
    assert_eq!((answer.sequence_number, answer.command_status), (slow, CommandStatus::ESME_ROK));
    let unbind = esme.receive().await;
    assert_eq!(unbind.command_id(), CommandId::UNBIND);
    esme.respond(&unbind, UnbindResp::default()).await;
    esme.closed().await;
    stopped.await.unwrap();
    assert_eq!(handler.watch.closed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn unbinds_that_cross_are_both_answered() {
    let served = Served::start(TestMc::builder()).await;
    let mut esme = served.bound().await;

    let (_, stopped) = served.stop();
    let theirs = esme.receive().await;
    let ours = esme.send(Unbind::default()).await;
    esme.respond(&theirs, UnbindResp::default()).await;

    let rest = esme.closed().await;
    assert!(
        rest.iter().any(|pdu| pdu.sequence_number == ours && pdu.command_id() == CommandId::UNBIND_RESP),
        "{rest:?}"
    );
    stopped.await.unwrap();
}

#[tokio::test]
async fn while_stopping_nobody_gets_in() {
    let served = Served::start(TestMc::builder()).await;
    let mut esme = served.bound().await;
    let mut waiting = Esme::tcp(served.address).await;
    assert!(waiting.is_alive().await);
    let mut deciding = Esme::tcp(served.address).await;
    deciding.send(transceiver("slow-bind", "secret")).await;
    assert!(deciding.is_alive().await);
    esme.send(to("gate")).await;
    served.until_started(1).await;
    let address = served.address;

    let (handler, stopped) = served.stop();

    waiting.closed().await;
    assert!(deciding.closed().await.iter().all(|pdu| pdu.command_status != CommandStatus::ESME_ROK));
    assert!(TcpStream::connect(address).await.is_err());
    handler.open_gate();
    esme.receive().await;
    let unbind = esme.receive().await;
    esme.respond(&unbind, UnbindResp::default()).await;
    stopped.await.unwrap();
}

#[tokio::test]
async fn after_the_drain_time_what_is_left_is_closed() {
    let builder = TestMc::builder().drain_timeout(Duration::from_millis(50));
    let served = Served::start(builder).await;
    let mut stuck = served.bound().await;
    stuck.send(to("gate")).await;
    served.until_started(1).await;
    let mut silent = served.bound().await;
    let mc = served.mc.clone();

    let (handler, stopped) = served.stop();
    stopped.await.unwrap();

    stuck.closed().await;
    silent.closed().await;
    assert_eq!(mc.open_connections(), 0);
    assert!(mc.registry().is_empty());
    assert_eq!(handler.watch.closed.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn dropping_the_server_closes_every_session() {
    let served = Served::start(TestMc::builder()).await;
    let mut esme = served.bound().await;

    served.serving.abort();

    assert!(esme.closed().await.is_empty());
}

#[tokio::test]
async fn several_addresses_are_served_by_one_centre() {
    let handler = TestMc::default();
    let mc = TestMc::builder().handler(handler);
    let mut listeners = vec![TcpListener::bind("127.0.0.1:0").await.unwrap()];
    listeners.extend(TcpListener::bind("[::1]:0").await);
    let addresses: Vec<_> = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
    let (stop, stopping) = oneshot::channel::<()>();
    let serving = tokio::spawn(mc.clone().serve_all(listeners, async {
        let _ = stopping.await;
    }));

    for address in &addresses {
        let mut esme = Esme::tcp(*address).await;
        assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);
        esme.unbind().await;
    }

    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert_eq!(mc.counters().binds, addresses.len() as u64);
}

/// A Message Centre on a free port.
struct Served {
    mc: Mc<TestMc>,
    handler: TestMc,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Served {
    async fn start(builder: McBuilder) -> Self {
        let handler = TestMc::default();
        let mc = builder.handler(handler.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel::<()>();
        let server = mc.clone();
        let serving = tokio::spawn(async move {
            let stopping = async {
                let _ = stopping.await;
            };
            server.serve(listener, stopping).await.unwrap();
        });
        Self { mc, handler, address, stop, serving }
    }

    async fn bound(&self) -> Esme<TcpStream> {
        let mut esme = Esme::tcp(self.address).await;
        assert_eq!(esme.bind("esme", "secret").await, CommandStatus::ESME_ROK);
        esme
    }

    async fn until_started(&self, requests: usize) {
        while self.handler.watch.started.load(Ordering::SeqCst) < requests {
            tokio::task::yield_now().await;
        }
    }

    fn stop(self) -> (TestMc, JoinHandle<()>) {
        self.stop.send(()).unwrap();
        (self.handler, self.serving)
    }
}
