//! What the server counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a server counted since it was built; each only grows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ServerCounters {
    /// Connections taken.
    pub connections: u64,
    /// Connections closed at once because as many were open as may be.
    pub refused_full: u64,
    /// Connections closed at once because their address had as many unbound ones as it may have.
    pub refused_address: u64,
    /// Connections closed at once because their address is blocked.
    pub refused_blocked: u64,
    /// Connections from a proxy that did not begin with a good PROXY protocol header.
    pub proxy_errors: u64,
    /// Unbound connections closed to make room for newer ones.
    pub evicted: u64,
    /// Times that accepting failed: no file descriptor, no memory.
    pub accept_errors: u64,
    /// Binds accepted.
    pub binds: u64,
    /// Binds refused, whatever the reason.
    pub binds_refused: u64,
    /// Sessions ended by a panic in a handler.
    pub panics: u64,
}

/// The counters in the making.
#[derive(Debug, Default)]
pub(super) struct Counting {
    pub(super) connections: Count,
    pub(super) refused_full: Count,
    pub(super) refused_address: Count,
    pub(super) refused_blocked: Count,
    pub(super) proxy_errors: Count,
    pub(super) evicted: Count,
    pub(super) accept_errors: Count,
    pub(super) binds: Count,
    pub(super) binds_refused: Count,
    pub(super) panics: Count,
}

/// One counter.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counting {
    pub(super) fn snapshot(&self) -> ServerCounters {
        ServerCounters {
            connections: self.connections.read(),
            refused_full: self.refused_full.read(),
            refused_address: self.refused_address.read(),
            refused_blocked: self.refused_blocked.read(),
            proxy_errors: self.proxy_errors.read(),
            evicted: self.evicted.read(),
            accept_errors: self.accept_errors.read(),
            binds: self.binds.read(),
            binds_refused: self.binds_refused.read(),
            panics: self.panics.read(),
        }
    }
}
