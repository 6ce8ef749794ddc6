//! `BindChooser`: which of an ESME's several binds a message goes out on.

use std::collections::HashMap;

use super::esme_handle::EsmeHandle;

/// Chooses among the receivers of one system_id, and keeps what belongs together on one bind.
///
/// Messages of one flow, which mostly is one source and one destination, go out on the bind that
/// the first of them went out on, as long as that bind lives: sent on two binds they could overtake
/// each other. The [`BindChoice`] decides for the first. Remembers the last
/// [`FLOWS`](Self::FLOWS) flows at least, and twice as many at most; of a flow that was silent for
/// longer nothing is under way any more.
///
/// ```
/// use smpp_mc::{BindChoice, BindChooser, EsmeHandle, Registry};
///
/// fn next(chooser: &mut BindChooser, registry: &Registry, flow: u64) -> Option<EsmeHandle> {
///     chooser.choose(&registry.receivers("esme"), flow, None)
/// }
/// # assert!(next(&mut BindChooser::new(BindChoice::RoundRobin), &Registry::new(), 7).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct BindChooser {
    choice: BindChoice,
    /// The session chosen last.
    last: u64,
    recent: HashMap<u64, u64>,
    older: HashMap<u64, u64>,
}

/// How the first message of a flow is given its bind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum BindChoice {
    /// The bind that the message it answers was submitted on, if that is a receiver and lives;
    /// the least loaded else.
    #[default]
    Submitting,
    /// The one with the fewest requests unanswered or waiting.
    LeastLoaded,
    /// Each in turn.
    RoundRobin,
}

impl BindChooser {
    /// Flows remembered at least.
    pub const FLOWS: usize = 4096;

    /// Knows no flow yet.
    #[must_use]
    pub fn new(choice: BindChoice) -> Self {
        Self { choice, last: 0, recent: HashMap::new(), older: HashMap::new() }
    }

    /// The bind for the next message of `flow`; `None` if there is no receiver.
    ///
    /// `flow` is the caller's number for what must stay in order. `submitting` is the
    /// [`id`](EsmeHandle::id) of the session that the message it answers came in on, a receipt's
    /// submission say.
    pub fn choose(
        &mut self,
        receivers: &[EsmeHandle],
        flow: u64,
        submitting: Option<u64>,
    ) -> Option<EsmeHandle> {
        let binds: Vec<_> = receivers.iter().map(|esme| (esme.id(), esme.window_in_use())).collect();
        let id = self.choose_id(&binds, flow, submitting)?;
        receivers.iter().find(|esme| esme.id() == id).cloned()
    }

    /// `binds` are sessions and their load.
    fn choose_id(&mut self, binds: &[(u64, usize)], flow: u64, submitting: Option<u64>) -> Option<u64> {
        let lives = |wanted: &u64| binds.iter().any(|(id, _)| id == wanted);
        let known = self.recent.get(&flow).or_else(|| self.older.get(&flow)).copied();
        let id = match (known.filter(lives), self.choice) {
            (Some(id), _) => id,
            (None, BindChoice::Submitting) => submitting.filter(lives).or_else(|| least_loaded(binds))?,
            (None, BindChoice::LeastLoaded) => least_loaded(binds)?,
            (None, BindChoice::RoundRobin) => self.in_turn(binds)?,
        };
        self.last = id;
        if self.recent.len() >= Self::FLOWS && !self.recent.contains_key(&flow) {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(flow, id);
        Some(id)
    }

    /// The next session by number, after the greatest the least.
    fn in_turn(&self, binds: &[(u64, usize)]) -> Option<u64> {
        let ids = || binds.iter().map(|(id, _)| *id);
        ids().filter(|id| *id > self.last).min().or_else(|| ids().min())
    }
}

fn least_loaded(binds: &[(u64, usize)]) -> Option<u64> {
    binds.iter().min_by_key(|(id, load)| (*load, *id)).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_stays_on_its_bind_while_that_lives() {
        for choice in [BindChoice::Submitting, BindChoice::LeastLoaded, BindChoice::RoundRobin] {
            let mut chooser = BindChooser::new(choice);
            let first = chooser.choose_id(&[(1, 0), (2, 0)], 7, None).unwrap();
            let busy = [(1, 90), (2, 90), (3, 0)];
            assert_eq!(chooser.choose_id(&busy, 7, Some(3)), Some(first), "{choice:?}");

            let without: Vec<_> = busy.into_iter().filter(|(id, _)| *id != first).collect();
            let second = chooser.choose_id(&without, 7, None).unwrap();
            assert_ne!(second, first);
            assert_eq!(chooser.choose_id(&busy, 7, None), Some(second), "{choice:?}");
        }
    }

    #[test]
    fn the_submitting_bind_comes_first_if_it_can_receive() {
        let mut chooser = BindChooser::new(BindChoice::Submitting);
        assert_eq!(chooser.choose_id(&[(1, 0), (2, 50)], 1, Some(2)), Some(2));
        assert_eq!(chooser.choose_id(&[(1, 9), (2, 5)], 2, Some(44)), Some(2));
    }

    #[test]
    fn the_least_loaded_is_the_one_with_the_fewest_open() {
        let mut chooser = BindChooser::new(BindChoice::LeastLoaded);
        assert_eq!(chooser.choose_id(&[(1, 3), (2, 1), (3, 1)], 1, Some(1)), Some(2));
    }

    #[test]
    fn round_robin_gives_each_its_turn() {
        let mut chooser = BindChooser::new(BindChoice::RoundRobin);
        let binds = [(3, 0), (5, 0), (9, 0)];
        let turns: Vec<_> = (0..6).filter_map(|flow| chooser.choose_id(&binds, flow, None)).collect();
        assert_eq!(turns, [3, 5, 9, 3, 5, 9]);
    }

    #[test]
    fn without_a_receiver_there_is_no_choice() {
        let mut chooser = BindChooser::new(BindChoice::Submitting);
        assert_eq!(chooser.choose_id(&[], 1, Some(1)), None);
    }

    #[test]
    fn memory_is_bounded_and_the_recent_is_kept() {
        let mut chooser = BindChooser::new(BindChoice::RoundRobin);
        let binds = [(1, 0), (2, 0)];
        let chosen: Vec<_> = (0..20_000).filter_map(|flow| chooser.choose_id(&binds, flow, None)).collect();

        assert!(chooser.recent.len() + chooser.older.len() <= 2 * BindChooser::FLOWS);
        let flows: Vec<u64> = (0..20_000).collect();
        for (flow, first) in flows.iter().zip(chosen).rev().take(BindChooser::FLOWS) {
            assert_eq!(chooser.choose_id(&binds, *flow, None), Some(first));
        }
    }
}
