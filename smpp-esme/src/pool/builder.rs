//! [`EsmePoolBuilder`]: which binds, and how they share.

use std::sync::Arc;

use smpp_session::RequestError;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

use super::{EsmePool, Shared};
use crate::{
    builder::EsmeClientBuilder,
    deliveries::Deliveries,
    error::fate_unknown,
    reconnect::{Link, LinkState, ReconnectPolicy},
};

/// How several binds share what is submitted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Share {
    /// What goes from one address to another stays on one bind while the same
    /// binds are up, and so does each long message; the rest is spread evenly.
    #[default]
    Spread,
    /// The first bind that is up carries all; the others stand by.
    FailOver,
}

/// What happens to a request whose bind is lost before it is answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum AtLoss {
    /// Its error is returned, and it is never sent again here.
    Return,
    /// Sent again if it was certainly never received; what was written and not
    /// answered is reported with its fate unknown.
    #[default]
    ResendUnsent,
    /// Sent again in any case; the recipient may see it twice.
    Resend,
}

impl AtLoss {
    pub(super) fn sends_again(self, error: &RequestError) -> bool {
        let RequestError::Closed { .. } = error else {
            return false;
        };
        match self {
            Self::Return => false,
            Self::ResendUnsent => !fate_unknown(error),
            Self::Resend => true,
        }
    }
}

/// Which binds a pool has, and how they share.
#[derive(Debug)]
#[must_use = "nothing happens until `start`"]
pub struct EsmePoolBuilder {
    members: Vec<EsmeClientBuilder>,
    share: Share,
    at_loss: AtLoss,
    policy: ReconnectPolicy,
    delivery_queue: usize,
}

impl Default for EsmePoolBuilder {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            share: Share::default(),
            at_loss: AtLoss::default(),
            policy: ReconnectPolicy::default(),
            delivery_queue: 1024,
        }
    }
}

impl EsmePoolBuilder {
    /// Adds a bind. The order matters to [`Share::FailOver`].
    pub fn member(mut self, member: EsmeClientBuilder) -> Self {
        self.members.push(member);
        self
    }

    /// How the binds share what is submitted. Default: [`Share::Spread`].
    pub fn share(mut self, share: Share) -> Self {
        self.share = share;
        self
    }

    /// What happens to requests whose bind is lost. Default:
    /// [`AtLoss::ResendUnsent`].
    pub fn at_loss(mut self, at_loss: AtLoss) -> Self {
        self.at_loss = at_loss;
        self
    }

    /// When a lost bind is tried again.
    pub fn policy(mut self, policy: ReconnectPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// How many deliveries of all binds may wait for the application, at least
    /// 1. Default: 1024.
    pub fn delivery_queue(mut self, deliveries: usize) -> Self {
        self.delivery_queue = deliveries.max(1);
        self
    }

    /// Begins to connect every bind, each in a task of its own on the current
    /// tokio runtime, and returns at once. The tasks end with
    /// [`EsmePool::shutdown`], or when the pool is dropped.
    pub fn start(self) -> (EsmePool, Deliveries) {
        let (deliveries, queue) = mpsc::channel(self.delivery_queue);
        let (stop, stopped) = watch::channel(false);
        let (changes, changed) = watch::channel(0_u64);
        let mut tasks = JoinSet::new();
        let mut links = Vec::new();
        for builder in self.members {
            let (state, receiver) = watch::channel(LinkState::Down);
            let link = Link {
                builder,
                policy: self.policy.clone(),
                deliveries: deliveries.clone(),
                state,
                stop: stopped.clone(),
            };
            tasks.spawn(link.keep());
            tasks.spawn(announce(receiver.clone(), changes.clone()));
            links.push(receiver);
        }
        let tasks = tokio::sync::Mutex::new(tasks);
        let shared = Shared { links, share: self.share, at_loss: self.at_loss, stop, changed, tasks };
        (EsmePool { shared: Arc::new(shared) }, Deliveries::new(queue, None))
    }
}

/// Tells of every change of one link, until the link has ended.
async fn announce(mut link: watch::Receiver<LinkState>, changes: watch::Sender<u64>) {
    while link.changed().await.is_ok() {
        changes.send_modify(|count| *count = count.wrapping_add(1));
    }
    changes.send_modify(|count| *count = count.wrapping_add(1));
}
