//! Who may be connected without being bound, and how many may be connected at all.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Counts connections, and those among them that are not bound yet.
///
/// A connection that is not bound has cost its peer nothing. So beyond the limit for all of them
/// the oldest has to go, not the newest to be refused: a flood of silent connections then pushes out
/// its own, and a customer, who binds at once, gets through.
#[derive(Debug)]
pub(super) struct Guard {
    limits: ConnectionLimits,
    connections: Mutex<Connections>,
}

/// How many connections there may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct ConnectionLimits {
    pub(super) sessions: usize,
    pub(super) unbound: usize,
    pub(super) unbound_per_address: usize,
}

#[derive(Debug, Default)]
struct Connections {
    open: usize,
    unbound: BTreeMap<u64, Unbound>,
    per_address: BTreeMap<IpAddr, usize>,
}

#[derive(Debug)]
struct Unbound {
    address: Option<IpAddr>,
    evict: Arc<Notify>,
}

/// A connection's place; dropping it frees the place.
#[derive(Debug)]
pub(super) struct Place {
    guard: Arc<Guard>,
    id: u64,
    evict: Arc<Notify>,
}

/// Why a connection is not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Full {
    Sessions,
    Address,
}

impl Guard {
    pub(super) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self { limits, connections: Mutex::default() })
    }

    /// Takes a place for a new connection. `id` must grow from call to call. `None` is an address that
    /// is not known yet, see [`Place::comes_from`].
    pub(super) fn enter(self: &Arc<Self>, id: u64, address: Option<IpAddr>) -> Result<Place, Full> {
        let address = address.map(network_of);
        let mut connections = self.connections();
        if connections.open >= self.limits.sessions {
            return Err(Full::Sessions);
        }
        if let Some(address) = address {
            connections.count_address(address, self.limits.unbound_per_address)?;
        }
        if connections.unbound.len() >= self.limits.unbound
            && let Some((_, oldest)) = connections.unbound.pop_first()
        {
            connections.forget_address(oldest.address);
            oldest.evict.notify_one();
        }
        let evict = Arc::new(Notify::new());
        connections.open += 1;
        connections.unbound.insert(id, Unbound { address, evict: Arc::clone(&evict) });
        Ok(Place { guard: Arc::clone(self), id, evict })
    }

    /// How many connections there are, and how many of them are not bound.
    pub(super) fn counts(&self) -> (usize, usize) {
        let connections = self.connections();
        (connections.open, connections.unbound.len())
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    fn bound(&mut self, id: u64) {
        if let Some(unbound) = self.unbound.remove(&id) {
            self.forget_address(unbound.address);
        }
    }

    fn count_address(&mut self, address: IpAddr, limit: usize) -> Result<(), Full> {
        let count = self.per_address.entry(address).or_default();
        if *count >= limit {
            return Err(Full::Address);
        }
        *count += 1;
        Ok(())
    }

    fn forget_address(&mut self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        if let Some(count) = self.per_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&address);
            }
        }
    }
}

impl Place {
    /// The connection turns out to come from `address`, which counts from now on.
    pub(super) fn comes_from(&self, address: IpAddr) -> Result<(), Full> {
        let address = network_of(address);
        let mut connections = self.guard.connections();
        connections.count_address(address, self.guard.limits.unbound_per_address)?;
        let before = match connections.unbound.get_mut(&self.id) {
            Some(unbound) => unbound.address.replace(address),
            // Evicted meanwhile: it counts nowhere.
            None => Some(address),
        };
        connections.forget_address(before);
        Ok(())
    }

    /// The connection is bound: it no longer counts among those that are not.
    pub(super) fn bound(&self) {
        self.guard.connections().bound(self.id);
    }

    /// Waits until the connection has to make room.
    pub(super) async fn evicted(&self) {
        self.evict.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connections = self.guard.connections();
        connections.bound(self.id);
        connections.open -= 1;
    }
}

/// Whoever has one IPv6 address has the /64 around it.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_oldest_unbound_connection_makes_room() {
        let guard = Guard::new(ConnectionLimits { sessions: 10, unbound: 2, unbound_per_address: 10 });
        let places: Vec<_> = (1..=3).map(|id| guard.enter(id, Some(v4(1))).unwrap()).collect();

        assert!(places[0].evicted().now_or_never().is_some());
        assert!(places[1].evicted().now_or_never().is_none());
        assert_eq!(guard.counts(), (3, 2));
        drop(places);
        assert_eq!(guard.counts(), (0, 0));
    }

    #[test]
    fn bound_connections_are_not_pushed_out() {
        let guard = Guard::new(ConnectionLimits { sessions: 10, unbound: 1, unbound_per_address: 10 });
        let first = guard.enter(1, Some(v4(1))).unwrap();
        first.bound();
        let second = guard.enter(2, Some(v4(1))).unwrap();
        let _third = guard.enter(3, Some(v4(1))).unwrap();

        assert!(first.evicted().now_or_never().is_none());
        assert!(second.evicted().now_or_never().is_some());
    }

    #[test]
    fn an_address_cannot_take_all_places() {
        let guard = Guard::new(ConnectionLimits { sessions: 10, unbound: 10, unbound_per_address: 2 });
        let first = guard.enter(1, Some(v4(1))).unwrap();
        let _second = guard.enter(2, Some(v4(1))).unwrap();

        assert_eq!(guard.enter(3, Some(v4(1))).unwrap_err(), Full::Address);
        assert!(guard.enter(4, Some(v4(2))).is_ok());
        first.bound();
        assert!(guard.enter(5, Some(v4(1))).is_ok());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_together() {
        let guard = Guard::new(ConnectionLimits { sessions: 10, unbound: 10, unbound_per_address: 1 });
        let _place = guard.enter(1, Some("2001:db8::1".parse().unwrap())).unwrap();

        assert_eq!(guard.enter(2, Some("2001:db8::2:3".parse().unwrap())).unwrap_err(), Full::Address);
        assert!(guard.enter(3, Some("2001:db8:0:1::1".parse().unwrap())).is_ok());
    }

    #[test]
    fn an_address_known_later_counts_from_then_on() {
        let guard = Guard::new(ConnectionLimits { sessions: 10, unbound: 10, unbound_per_address: 1 });
        let (first, second) = (guard.enter(1, None).unwrap(), guard.enter(2, None).unwrap());

        assert_eq!(first.comes_from(v4(1)), Ok(()));
        assert_eq!(second.comes_from(v4(1)), Err(Full::Address));
        assert_eq!(second.comes_from(v4(2)), Ok(()));
        drop(first);
        assert!(guard.enter(3, Some(v4(1))).is_ok());
        drop(second);
        assert!(guard.connections().per_address.is_empty());
    }

    #[test]
    fn connections_in_all_are_limited_bound_or_not() {
        let guard = Guard::new(ConnectionLimits { sessions: 1, unbound: 10, unbound_per_address: 10 });
        let place = guard.enter(1, Some(v4(1))).unwrap();
        place.bound();

        assert_eq!(guard.enter(2, Some(v4(2))).unwrap_err(), Full::Sessions);
        drop(place);
        assert!(guard.enter(3, Some(v4(2))).is_ok());
    }

    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }
}
