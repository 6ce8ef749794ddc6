//! Addresses that guessed too often.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::guard::network_of;
use crate::network::Network;

/// When an address is blocked, and for how long.
///
/// Only refused credentials count: binds answered with ESME_RINVPASWD, ESME_RINVSYSID or
/// ESME_RBINDFAIL by the handler. A connection that says nothing or no SMPP, or an account that has
/// all its binds, blocks nobody. A good bind clears the count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BlockPolicy {
    refusals: u32,
    within: Duration,
    block_for: Duration,
    exempt: Vec<Network>,
}

/// An address that is blocked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Blocked {
    /// The IPv4 address, or the first address of the IPv6 /64.
    pub address: IpAddr,
    /// How much longer.
    pub remaining: Duration,
}

/// The counts in the making. Holds at most [`CAPACITY`] addresses; beyond that, new ones are counted
/// only once old ones have lapsed.
#[derive(Debug)]
pub(super) struct BlockList {
    policy: Option<BlockPolicy>,
    addresses: Mutex<BTreeMap<IpAddr, Guesses>>,
}

#[derive(Clone, Copy, Debug)]
struct Guesses {
    count: u32,
    since: Instant,
    blocked_until: Option<Instant>,
}

impl BlockPolicy {
    /// Blocks for `block_for` after `refusals` refused binds (at least 1) `within` that time.
    #[must_use]
    pub fn new(refusals: u32, within: Duration, block_for: Duration) -> Self {
        Self { refusals: refusals.max(1), within, block_for, exempt: Vec::new() }
    }

    /// Networks that are never blocked.
    #[must_use]
    pub fn exempt(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.exempt.extend(networks);
        self
    }
}

impl BlockList {
    /// Without a policy nobody is blocked.
    pub(super) fn new(policy: Option<BlockPolicy>) -> Self {
        Self { policy, addresses: Mutex::default() }
    }

    pub(super) fn is_blocked(&self, address: IpAddr, now: Instant) -> bool {
        self.policy.is_some()
            && self.addresses().get(&network_of(address)).is_some_and(|guesses| guesses.blocks(now))
    }

    /// Counts a refused bind. True if that blocks the address from now on.
    pub(super) fn refused(&self, address: IpAddr, now: Instant) -> bool {
        let Some(policy) = &self.policy else { return false };
        if policy.exempt.iter().any(|network| network.contains(address)) {
            return false;
        }
        let address = network_of(address);
        let mut addresses = self.addresses();
        if addresses.len() >= CAPACITY && !addresses.contains_key(&address) {
            addresses.retain(|_, guesses| !guesses.lapsed(policy, now));
            if addresses.len() >= CAPACITY {
                return false;
            }
        }
        let fresh = Guesses { count: 0, since: now, blocked_until: None };
        let guesses = addresses.entry(address).or_insert(fresh);
        if guesses.lapsed(policy, now) {
            *guesses = fresh;
        }
        guesses.count = guesses.count.saturating_add(1);
        if guesses.count < policy.refusals || guesses.blocks(now) {
            return false;
        }
        // A time beyond what the clock can say is as good as never.
        guesses.blocked_until = now.checked_add(policy.block_for);
        true
    }

    /// A good bind clears the count, but lifts no block: it came on a connection from before.
    pub(super) fn accepted(&self, address: IpAddr, now: Instant) {
        if self.policy.is_none() {
            return;
        }
        let mut addresses = self.addresses();
        let address = network_of(address);
        if addresses.get(&address).is_some_and(|guesses| !guesses.blocks(now)) {
            addresses.remove(&address);
        }
    }

    pub(super) fn blocked(&self, now: Instant) -> Vec<Blocked> {
        let addresses = self.addresses();
        let blocked = addresses.iter().filter_map(|(address, guesses)| {
            let remaining = guesses.blocked_until?.checked_duration_since(now)?;
            (!remaining.is_zero()).then_some(Blocked { address: *address, remaining })
        });
        blocked.collect()
    }

    /// True if the address was blocked.
    pub(super) fn release(&self, address: IpAddr, now: Instant) -> bool {
        self.addresses().remove(&network_of(address)).is_some_and(|guesses| guesses.blocks(now))
    }

    fn addresses(&self) -> MutexGuard<'_, BTreeMap<IpAddr, Guesses>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guesses {
    fn blocks(&self, now: Instant) -> bool {
        self.blocked_until.is_some_and(|until| now < until)
    }

    fn lapsed(&self, policy: &BlockPolicy, now: Instant) -> bool {
        match self.blocked_until {
            Some(until) => now >= until,
            None => now.saturating_duration_since(self.since) >= policy.within,
        }
    }
}

const CAPACITY: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_refusals_as_allowed_block_for_a_while() {
        let (list, now) = (BlockList::new(Some(policy())), Instant::now());
        assert!(!list.refused(v4(1), now));
        assert!(!list.refused(v4(1), now));
        assert!(!list.is_blocked(v4(1), now));
        assert!(list.refused(v4(1), now));

        assert!(list.is_blocked(v4(1), now));
        assert!(!list.is_blocked(v4(2), now));
        assert_eq!(list.blocked(now), [Blocked { address: v4(1), remaining: Duration::from_secs(300) }]);
        assert!(!list.is_blocked(v4(1), now + Duration::from_secs(300)));
        assert!(list.blocked(now + Duration::from_secs(300)).is_empty());
        assert!(!list.refused(v4(1), now + Duration::from_secs(300)));
    }

    #[test]
    fn refusals_far_apart_do_not_add_up() {
        let (list, now) = (BlockList::new(Some(policy())), Instant::now());
        for minute in 0..20 {
            assert!(!list.refused(v4(1), now + Duration::from_secs(60 * minute)));
        }
    }

    #[test]
    fn a_good_bind_clears_the_count_and_lifts_no_block() {
        let (list, now) = (BlockList::new(Some(policy())), Instant::now());
        for _ in 0..10 {
            list.refused(v4(1), now);
            list.refused(v4(1), now);
            list.accepted(v4(1), now);
        }
        assert!(!list.is_blocked(v4(1), now));
        for _ in 0..3 {
            list.refused(v4(1), now);
        }
        list.accepted(v4(1), now);
        assert!(list.is_blocked(v4(1), now));
    }

    #[test]
    fn an_address_can_be_released() {
        let (list, now) = (BlockList::new(Some(policy())), Instant::now());
        for _ in 0..3 {
            list.refused("2001:db8::1".parse().unwrap(), now);
        }
        assert!(list.is_blocked("2001:db8::ffff".parse().unwrap(), now));
        assert!(list.release("2001:db8::2".parse().unwrap(), now));
        assert!(!list.is_blocked("2001:db8::1".parse().unwrap(), now));
        assert!(!list.release(v4(1), now));
    }

    #[test]
    fn exempt_networks_and_no_policy_block_nobody() {
        let now = Instant::now();
        let exempt = policy().exempt(["192.0.2.0/24".parse().unwrap()]);
        for list in [BlockList::new(Some(exempt)), BlockList::new(None)] {
            assert!((0..100).all(|_| !list.refused(v4(1), now)));
            assert!(!list.is_blocked(v4(1), now));
        }
    }

    #[test]
    fn memory_is_bounded_and_old_counts_make_room() {
        let (list, now) = (BlockList::new(Some(policy())), Instant::now());
        for number in 0..u32::try_from(CAPACITY).unwrap() + 10 {
            list.refused(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(list.addresses().len(), CAPACITY);
        list.refused(v4(1), now + Duration::from_secs(60));
        assert_eq!(list.addresses().len(), 1);
    }

    fn policy() -> BlockPolicy {
        BlockPolicy::new(3, Duration::from_secs(60), Duration::from_secs(300))
    }

    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }
}
