//! From what the file says to parts that run: the one place that names concrete providers.

use std::sync::Arc;
use std::{fmt, io};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use smpp_session::SessionConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::data_folder::{DataFolder, DataFolderError};
use super::{BearerboxConfig, McConfig, SimulatorConfig, SmppConfig, StoreConfig};
use crate::auth::{AccountTable, TableError, TableOptions};
use crate::clock::{Clock, SystemClock};
use crate::connector::Connector;
use crate::connector::bearerbox::{BearerboxConnector, BearerboxOptions};
use crate::dispatch::Dispatcher;
use crate::gateway::{BuildError, Gateway};
use crate::message::MessageIds;
use crate::simulator::{Scenario, Simulator};
use crate::store::{MemoryStore, MessageStore, SqliteStore, StoreError};
use crate::{Mc, McBuilder};

/// A message centre with all its parts, recovered and ready to serve.
pub struct MessageCentre {
    mc: Mc<Gateway>,
    dispatcher: Dispatcher,
    store: Arc<dyn MessageStore>,
    links: Vec<BoxFuture<'static, ()>>,
    /// Held until everything has stopped.
    folder: Option<DataFolder>,
}

/// Makes the parts. The data folder is locked and recovery is done when this returns; nothing listens yet.
///
/// # Errors
///
/// Which part cannot be made, and why.
pub async fn assemble(config: McConfig) -> Result<MessageCentre, AssembleError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (store, folder) = open_store(&config.store, &clock)?;
    let options = TableOptions { refusal: config.smpp.refusal, ..TableOptions::default() };
    let accounts = AccountTable::new(config.accounts, options)?;

    let mut builder = Gateway::builder()
        .authenticator(Arc::new(accounts))
        .router(Arc::new(config.routes))
        .store(Arc::clone(&store))
        .clock(Arc::clone(&clock))
        .options(config.gateway.clone());
    for simulator in config.simulators {
        builder = builder.connector(simulated(simulator, &clock));
    }
    let mut links = Vec::new();
    for bearerbox in config.bearerboxes {
        let (connector, link) = kannel(bearerbox, store.message_ids(), &clock);
        builder = builder.connector(connector);
        links.push(link);
    }
    let (gateway, dispatcher) = builder.build()?;
    let mc = server(&config.smpp, &gateway).drain_timeout(config.gateway.drain).handler(gateway);
    Ok(MessageCentre { mc, dispatcher, store, links, folder })
}

impl fmt::Debug for MessageCentre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageCentre").field("dispatcher", &self.dispatcher).finish_non_exhaustive()
    }
}

impl MessageCentre {
    /// Serves until `shutdown`, then drains: nothing new is accepted, open answers are written, sessions are unbound,
    /// and what is with a connector is waited for, all within the drain time.
    ///
    /// # Errors
    ///
    /// The listener or the dispatcher failed for good.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let stop_dispatching = CancellationToken::new();
        let links = TaskTracker::new();
        for link in self.links {
            let stop = stop_dispatching.clone();
            links.spawn(async move {
                tokio::select! {
                    () = link => {}
                    () = stop.cancelled() => {}
                }
            });
        }
        links.close();
        let mut dispatching = tokio::spawn(self.dispatcher.run(stop_dispatching.clone().cancelled_owned()));
        // The dispatcher goes on while the sessions drain: in forward mode their answers are its connectors'. A dispatcher
        // that ends by itself ends the service: an OK for what is never sent would be no favour.
        let mut ended = None;
        let served = self
            .mc
            .serve(listener, async {
                tokio::select! {
                    () = shutdown => {}
                    outcome = &mut dispatching => ended = Some(outcome),
                }
            })
            .await;
        stop_dispatching.cancel();
        let dispatched = match ended {
            Some(outcome) => outcome,
            None => dispatching.await,
        };
        let dispatched =
            dispatched.map_err(io::Error::other).and_then(|outcome| outcome.map_err(io::Error::other));
        links.wait().await;
        // What the store still holds is written before the folder is given free.
        drop(self.store);
        drop(self.folder);
        served.and(dispatched)
    }
}

fn open_store(
    config: &StoreConfig,
    clock: &Arc<dyn Clock>,
) -> Result<(Arc<dyn MessageStore>, Option<DataFolder>), AssembleError> {
    match config {
        StoreConfig::Memory => {
            let clock = Arc::clone(clock);
            Ok((Arc::new(MemoryStore::builder().clock(move || clock.now()).build()?), None))
        }
        StoreConfig::Folder(path) => {
            let folder = DataFolder::open(path)?;
            let clock = Arc::clone(clock);
            let store = SqliteStore::builder().clock(move || clock.now()).open(folder.path())?;
            Ok((Arc::new(store), Some(folder)))
        }
    }
}

fn simulated(config: SimulatorConfig, clock: &Arc<dyn Clock>) -> Arc<dyn Connector> {
    let scenario = if config.number_plan { Scenario::number_plan() } else { Scenario::new() };
    Arc::new(Simulator::new(config.name, Arc::clone(clock)).scenario(scenario).delay(config.delay))
}

fn kannel(
    config: BearerboxConfig,
    ids: MessageIds,
    clock: &Arc<dyn Clock>,
) -> (Arc<dyn Connector>, BoxFuture<'static, ()>) {
    let mut options = BearerboxOptions::new(config.host, config.port, config.box_id);
    options.smsc_id = config.smsc_id;
    options.window = config.window;
    options.ack_timer = config.ack_timer;
    let (connector, driver) = BearerboxConnector::new(config.name, options, ids, Arc::clone(clock));
    (Arc::new(connector), driver.run().boxed())
}

fn server(config: &SmppConfig, gateway: &Gateway) -> McBuilder {
    let session = SessionConfig::default()
        .session_init_timeout(Some(config.session_init_timer))
        .enquire_link_interval(Some(config.enquire_link_timer))
        .response_timeout(Some(config.response_timer));
    Mc::builder()
        .system_id(&config.system_id)
        .max_sessions(config.max_sessions)
        .session(session)
        .registry(gateway.registry())
}

/// Why a message centre cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// The store cannot be opened.
    #[error("the store cannot be opened: {0}")]
    Store(#[from] StoreError),
    /// The accounts cannot be used.
    #[error("the accounts cannot be used: {0}")]
    Accounts(#[from] TableError),
    /// The parts do not fit together.
    #[error(transparent)]
    Build(#[from] BuildError),
}
