//! One bound ESME, as the gateway serves it.

use std::sync::Arc;

use smpp_session::pdu::{Body, CommandStatus, DataSmResp, InterfaceVersion, SubmitSmResp};

use super::batch::{Committed, TurnBatch};
use super::core::Core;
use crate::auth::Account;
use crate::handler::SessionHandler;
use crate::server::{Answer, Handling};
use crate::store::Change;
use crate::throttle::TokenBucket;

/// Serves the requests of one bound ESME.
#[derive(Debug)]
pub struct GatewaySession {
    core: Arc<Core>,
    account: Arc<Account>,
    system_id: Arc<str>,
    interface_version: InterfaceVersion,
    throughput: Option<Arc<TokenBucket>>,
    batch: Arc<TurnBatch>,
}

impl GatewaySession {
    pub(super) fn new(core: Arc<Core>, account: Arc<Account>, interface_version: InterfaceVersion) -> Self {
        let system_id = Arc::from(account.system_id());
        let throughput = core.throttle.bucket(&account, tokio::time::Instant::now().into_std());
        Self { core, account, system_id, interface_version, throughput, batch: Arc::default() }
    }

    pub(super) fn interface_version(&self) -> InterfaceVersion {
        self.interface_version
    }

    /// Takes `messages` from what the account may submit at present.
    ///
    /// # Errors
    ///
    /// ESME_RTHROTTLED if that is less.
    pub(super) fn throttle(&self, messages: u32) -> Result<(), CommandStatus> {
        let Some(bucket) = &self.throughput else { return Ok(()) };
        bucket
            .take(messages, tokio::time::Instant::now().into_std())
            .map_err(|_| CommandStatus::ESME_RTHROTTLED)
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    pub(super) fn system_id(&self) -> &Arc<str> {
        &self.system_id
    }

    /// Commits changes together with whatever else this session accepts in the same turn.
    pub(super) fn commit(&self, changes: impl IntoIterator<Item = Change>) -> Committed {
        let (committed, alone) = self.batch.add(changes);
        if alone {
            let core = Arc::clone(&self.core);
            let batch = Arc::clone(&self.batch);
            self.core.tasks.spawn(async move { core.commit_batch(&batch).await });
        }
        committed
    }
}

impl SessionHandler for GatewaySession {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the defaults answer what is not served here")]
    async fn answer(&self, body: Body) -> Answer {
        self.batch.turn_began();
        match body {
            Body::SubmitSm(pdu) => match self.accept(pdu).await {
                Ok(accepted) => Answer::ok(SubmitSmResp {
                    message_id: Some(accepted.message_id),
                    ..SubmitSmResp::default()
                })
                .on_written(accepted.pending),
                Err(status) => status.into(),
            },
            Body::DataSm(pdu) => match self.accept_data(*pdu).await {
                Ok(accepted) => {
                    Answer::ok(DataSmResp { message_id: Some(accepted.message_id), ..DataSmResp::default() })
                        .on_written(accepted.pending)
                }
                Err(status) => status.into(),
            },
            Body::SubmitMulti(pdu) => self.accept_multi(*pdu).await.unwrap_or_else(Answer::from),
            Body::QuerySm(pdu) => self.query(*pdu).await.into(),
            Body::CancelSm(pdu) => self.cancel(*pdu).await.into(),
            Body::ReplaceSm(pdu) => self.replace(*pdu).await.into(),
            other => Handling::of(self, other).await,
        }
    }

    /// Commits what the turn accepted. The commit goes on, and its queues are served, whatever becomes of the session.
    fn turn_ended(&self) {
        if let Some((changes, settle)) = self.batch.take() {
            let core = Arc::clone(&self.core);
            self.core.tasks.spawn(async move { settle.settle(core.commit(changes).await) });
        }
    }
}
