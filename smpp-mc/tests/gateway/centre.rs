//! A message centre for tests: the accounts, a next hop that does what the test says, and the simulator.

use std::sync::Arc;
use std::time::Duration;

use smpp_mc::auth::{Account, AccountBuilder, AccountTable, HashCost, MessageMode, TableOptions, Throughput};
use smpp_mc::clock::{Clock, TokioClock};
use smpp_mc::gateway::{Gateway, GatewayOptions};
use smpp_mc::pdu::{
    Body, DeliverSm, DeliverSmResp, EnquireLinkResp, MessageId, Pdu, RegisteredDelivery, SubmitSm,
    SubmitSmResp,
};
use smpp_mc::routing::{MobileRule, RouteRule, RouteTable};
use smpp_mc::simulator::{Scenario, Simulator};
use smpp_mc::store::{MemoryStore, MessageStore};
use smpp_mc::{DispatcherFailed, Mc, Registry};
use tokio::io::DuplexStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::esme::{Esme, connect};
use crate::hop::Hop;

/// | system_id | mode |
/// |---|---|
/// | `kept` | store and forward, over the hop |
/// | `asked` | as esm_class asks, over the hop |
/// | `forward` | forward with tracking, over the hop |
/// | `fast` | forward without tracking, over the simulator |
/// | `simulated` | store and forward, over the simulator |
/// | `slow` | store and forward, ten messages and then one a second |
pub(crate) struct Centre {
    pub(crate) mc: Mc<Gateway>,
    pub(crate) registry: Registry,
    pub(crate) hop: Arc<Hop>,
    pub(crate) store: Arc<dyn MessageStore>,
    pub(crate) clock: Arc<dyn Clock>,
    stop: CancellationToken,
    dispatching: tokio::task::JoinHandle<Result<(), DispatcherFailed>>,
}

impl Centre {
    pub(crate) fn start() -> Self {
        let clock: Arc<dyn Clock> = Arc::new(TokioClock::default());
        let told = Arc::clone(&clock);
        let store = MemoryStore::builder().clock(move || told.now()).build().unwrap();
        Self::on(Arc::new(store), clock, Hop::new("hop"))
    }

    /// A centre on a store that may hold something already.
    pub(crate) fn on(store: Arc<dyn MessageStore>, clock: Arc<dyn Clock>, hop: Hop) -> Self {
        let hop = Arc::new(hop);
        let simulator = Simulator::new("simulator", Arc::clone(&clock)).scenario(Scenario::number_plan());
        let accounts = [
            account("kept", MessageMode::StoreAndForward, true).build().unwrap(),
            account("asked", MessageMode::AsAsked, true).build().unwrap(),
            account("forward", MessageMode::Forward, true).build().unwrap(),
            account("fast", MessageMode::Forward, false).build().unwrap(),
            account("simulated", MessageMode::StoreAndForward, true).build().unwrap(),
            account("slow", MessageMode::StoreAndForward, true)
                .throughput(Throughput::new(1, Some(10)))
                .build()
                .unwrap(),
        ];
        let routes = RouteTable::new()
            .rule(RouteRule::to("simulator").account("fast"))
            .rule(RouteRule::to("simulator").account("simulated"))
            .mobile_rule(MobileRule::to("kept").connector("hop"))
            .default_connector("hop");
        let (gateway, dispatcher) = Gateway::builder()
            .authenticator(Arc::new(AccountTable::new(accounts, TableOptions::default()).unwrap()))
            .router(Arc::new(routes))
            .store(Arc::clone(&store))
            .clock(Arc::clone(&clock))
            .connector(Arc::clone(&hop) as Arc<_>)
            .connector(Arc::new(simulator))
            .registry(Registry::new())
            .options(GatewayOptions::default())
            .build()
            .unwrap();
        let stop = CancellationToken::new();
        let dispatching = tokio::spawn(dispatcher.run(stop.clone().cancelled_owned()));
        let registry = gateway.registry();
        let mc = Mc::builder().system_id("test-mc").registry(registry.clone()).handler(gateway);
        Self { mc, registry, hop, store, clock, stop, dispatching }
    }

    /// A transceiver of this account.
    pub(crate) async fn bound(&self, system_id: &str) -> Esme<DuplexStream> {
        let mut esme = connect(&self.mc);
        assert_eq!(esme.bind(system_id, "secret").await, smpp_mc::pdu::CommandStatus::ESME_ROK);
        esme
    }

    /// Ends the dispatcher; what it has leased is free again, as after the end of the process.
    pub(crate) async fn stop(self) -> (Arc<dyn MessageStore>, Arc<dyn Clock>) {
        self.stop.cancel();
        self.dispatching.await.unwrap().unwrap();
        (self.store, self.clock)
    }
}

/// The cheapest hash there is: these passwords protect nothing.
fn account(system_id: &str, mode: MessageMode, tracking: bool) -> AccountBuilder {
    Account::builder(system_id)
        .password("secret")
        .hash_cost(HashCost::new(8, 1).unwrap())
        .message_mode(mode)
        .tracking(tracking)
}

/// A message that asks for a receipt.
pub(crate) fn submission(destination: &str) -> SubmitSm {
    SubmitSm {
        source_addr: "2000".try_into().unwrap(),
        destination_addr: destination.try_into().unwrap(),
        registered_delivery: RegisteredDelivery(1),
        short_message: b"hello".into(),
        ..SubmitSm::default()
    }
}

/// Submits, and gives the message_id of the answer, which must be OK.
pub(crate) async fn submitted(esme: &mut Esme<DuplexStream>, submission: SubmitSm) -> MessageId {
    let answer = esme.ask(submission).await;
    assert_eq!(answer.command_status, smpp_mc::pdu::CommandStatus::ESME_ROK);
    let Body::SubmitSmResp(SubmitSmResp { message_id: Some(message_id), .. }) = answer.body else {
        panic!("no message_id in {answer:?}");
    };
    message_id
}

/// Takes the next deliver_sm and answers it with OK, and enquire_link before it.
pub(crate) async fn delivered(esme: &mut Esme<DuplexStream>) -> DeliverSm {
    let given_up = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < given_up, "nothing but enquire_link came");
        let pdu: Pdu = esme.receive().await;
        match pdu.body.clone() {
            Body::DeliverSm(delivery) => {
                esme.respond(&pdu, DeliverSmResp::default()).await;
                return delivery;
            }
            Body::EnquireLink(_) => esme.respond(&pdu, EnquireLinkResp::default()).await,
            _ => panic!("no deliver_sm: {pdu:?}"),
        }
    }
}

// Only reached when a test fails; on a paused clock at once.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a receipt says of which message.
pub(crate) fn receipt(delivery: &DeliverSm) -> (String, String) {
    assert!(delivery.esm_class.is_delivery_receipt());
    let text = smpp_mc::pdu::receipt::ReceiptText::parse(&delivery.short_message);
    (text.id.unwrap(), text.stat.unwrap())
}
