//! `Registry`: the bound sessions by system_id.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures::FutureExt;
use tokio::sync::Notify;

use super::account_counters::AccountCounters;
use super::admission::AtBindLimit;
use super::esme_handle::EsmeHandle;

/// Who is bound, shared by the server and whoever sends to ESMEs. Cheap to clone.
///
/// A session is listed from the moment its bind is accepted, just before the answer is sent, and no
/// longer than it lives: its place is free before anything else is done about its end. A handle
/// that was taken from here may have ended since; requests on it then fail with `Closed`.
#[derive(Clone, Default)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    bound: Mutex<Bound>,
    last_id: AtomicU64,
}

#[derive(Default)]
struct Bound {
    by_system_id: BTreeMap<Box<str>, Vec<EsmeHandle>>,
    sessions: usize,
    /// Sessions whose figures are not among the totals yet, listed above or on their way out.
    uncounted: BTreeMap<u64, EsmeHandle>,
    /// What passed on sessions that have ended. At most [`ACCOUNTS`] entries and one for the rest.
    totals: BTreeMap<Box<str>, AccountCounters>,
    watchers: Vec<Weak<Watcher>>,
}

#[derive(Default)]
struct Watcher {
    changed: Mutex<BTreeSet<Box<str>>>,
    wake: Notify,
}

/// Which system_ids got a receiver, as [`Registry::new_receivers`] tells it.
#[derive(Debug)]
pub struct NewReceivers {
    watcher: Arc<Watcher>,
}

/// A session's place; dropping it frees the place.
#[derive(Debug)]
pub(super) struct Registration {
    registry: Registry,
    esme: EsmeHandle,
}

/// Adds a session's figures to its account's when it is dropped, which must be after the session's
/// end.
#[derive(Debug)]
pub(super) struct Accounting {
    registry: Registry,
    esme: EsmeHandle,
}

/// As many sessions as the account may have are bound.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooManyBinds;

impl Registry {
    /// Nobody is bound.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The sessions of `system_id`, the oldest first.
    #[must_use]
    pub fn sessions(&self, system_id: &str) -> Vec<EsmeHandle> {
        self.bound().by_system_id.get(system_id).cloned().unwrap_or_default()
    }

    /// Those of them that deliver_sm may be sent to.
    #[must_use]
    pub fn receivers(&self, system_id: &str) -> Vec<EsmeHandle> {
        let bound = self.bound();
        let sessions = bound.by_system_id.get(system_id).into_iter().flatten();
        sessions.filter(|esme| esme.is_receiver()).cloned().collect()
    }

    /// How many sessions of any kind `system_id` has.
    #[must_use]
    pub fn count(&self, system_id: &str) -> usize {
        self.bound().by_system_id.get(system_id).map_or(0, Vec::len)
    }

    /// Every session, by system_id, the oldest of each first.
    #[must_use]
    pub fn all(&self) -> Vec<EsmeHandle> {
        self.bound().by_system_id.values().flatten().cloned().collect()
    }

    /// How many sessions are bound in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bound().sessions
    }

    /// Whether nobody is bound.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What passed on all binds of `system_id`, those that have ended included. `None` if it never
    /// bound.
    ///
    /// Beyond 65,536 system_ids the figures of ended sessions are kept under the empty one.
    pub async fn counters(&self, system_id: &str) -> Option<AccountCounters> {
        let (mut counters, open) = {
            let bound = self.bound();
            let open = bound.uncounted.values().filter(|esme| esme.system_id() == system_id);
            (bound.totals.get(system_id)?.clone(), open.cloned().collect::<Vec<_>>())
        };
        for esme in open {
            if let Some(statistics) = esme.statistics().await {
                counters.add(&statistics.counters);
            }
        }
        Some(counters)
    }

    /// The system_ids that have bound so far.
    #[must_use]
    pub fn known(&self) -> Vec<Box<str>> {
        self.bound().totals.keys().cloned().collect()
    }

    /// Tells from now on which system_ids got a receiver or transceiver; those that have one now
    /// are told first.
    ///
    /// What is not fetched is gathered: at most one entry for each system_id.
    #[must_use]
    pub fn new_receivers(&self) -> NewReceivers {
        let watcher = Arc::new(Watcher::default());
        let mut bound = self.bound();
        let receiving = |sessions: &[EsmeHandle]| sessions.iter().any(EsmeHandle::is_receiver);
        let now = bound.by_system_id.iter().filter(|(_, sessions)| receiving(sessions));
        watcher.changed().extend(now.map(|(system_id, _)| system_id.clone()));
        watcher.wake.notify_one();
        bound.watchers.push(Arc::downgrade(&watcher));
        NewReceivers { watcher }
    }

    /// A number for a connection, greater than all before.
    pub(super) fn next_id(&self) -> u64 {
        self.inner.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Lists `esme` unless its system_id has `max_binds` sessions; checked and done in one step.
    ///
    /// Under [`AtBindLimit::ReplaceOldest`] the oldest make room and are closed.
    pub(super) fn register(
        &self,
        esme: EsmeHandle,
        max_binds: Option<u32>,
        at_limit: AtBindLimit,
    ) -> Result<(Registration, Accounting), TooManyBinds> {
        let limit =
            max_binds.map_or(usize::MAX, |max_binds| usize::try_from(max_binds).unwrap_or(usize::MAX));
        let mut replaced = Vec::new();
        let mut bound = self.bound();
        let Bound { by_system_id, sessions: count, watchers, uncounted, totals } = &mut *bound;
        let sessions = by_system_id.entry(esme.system_id().into()).or_default();
        if sessions.len() >= limit {
            match at_limit {
                AtBindLimit::ReplaceOldest if limit > 0 => {
                    let surplus = sessions.len().saturating_sub(limit - 1);
                    replaced.extend(sessions.drain(..surplus));
                    *count -= replaced.len();
                }
                AtBindLimit::ReplaceOldest | AtBindLimit::Refuse => {
                    if sessions.is_empty() {
                        by_system_id.remove(esme.system_id());
                    }
                    return Err(TooManyBinds);
                }
            }
        }
        sessions.push(esme.clone());
        *count += 1;
        uncounted.insert(esme.id(), esme.clone());
        account(totals, esme.system_id()).binds += 1;
        if esme.is_receiver() {
            watchers.retain(|watcher| match watcher.upgrade() {
                Some(watcher) => {
                    watcher.changed().insert(esme.system_id().into());
                    watcher.wake.notify_one();
                    true
                }
                None => false,
            });
        }
        drop(bound);
        for old in replaced {
            drop(old.close());
        }
        let accounting = Accounting { registry: self.clone(), esme: esme.clone() };
        Ok((Registration { registry: self.clone(), esme }, accounting))
    }

    fn settle(&self, esme: &EsmeHandle) {
        // Known at once, for the session has ended.
        let last = esme.statistics().now_or_never().flatten();
        let mut bound = self.bound();
        if bound.uncounted.remove(&esme.id()).is_some()
            && let Some(statistics) = last
        {
            account(&mut bound.totals, esme.system_id()).add(&statistics.counters);
        }
    }

    fn remove(&self, esme: &EsmeHandle) {
        let mut bound = self.bound();
        let Some(sessions) = bound.by_system_id.get_mut(esme.system_id()) else { return };
        let Some(place) = sessions.iter().position(|session| session.id() == esme.id()) else { return };
        sessions.remove(place);
        if sessions.is_empty() {
            bound.by_system_id.remove(esme.system_id());
        }
        bound.sessions -= 1;
    }

    fn bound(&self) -> MutexGuard<'_, Bound> {
        self.inner.bound.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NewReceivers {
    /// Waits until at least one system_id got a receiver since the last call, and returns them all.
    ///
    /// Safe to drop: nothing is lost, the next call returns it.
    pub async fn next(&mut self) -> BTreeSet<Box<str>> {
        loop {
            let changed = std::mem::take(&mut *self.watcher.changed());
            if !changed.is_empty() {
                return changed;
            }
            self.watcher.wake.notified().await;
        }
    }
}

impl Watcher {
    fn changed(&self) -> MutexGuard<'_, BTreeSet<Box<str>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Accounting {
    fn drop(&mut self) {
        self.registry.settle(&self.esme);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.remove(&self.esme);
    }
}

impl Debug for Registry {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("sessions", &self.len()).finish_non_exhaustive()
    }
}

impl Debug for Watcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("changed", &self.changed().len()).finish_non_exhaustive()
    }
}

fn account<'a>(
    totals: &'a mut BTreeMap<Box<str>, AccountCounters>,
    system_id: &str,
) -> &'a mut AccountCounters {
    let full = totals.len() >= ACCOUNTS && !totals.contains_key(system_id);
    totals.entry(if full { "" } else { system_id }.into()).or_default()
}

const ACCOUNTS: usize = 1 << 16;
