//! `Admission`: the decision to let an ESME in, and what is agreed with it.

use std::time::Duration;

use smpp_session::SessionConfig;

use crate::handler::SessionHandler;

/// A bind that is accepted: the handler of its session, and where the session differs from what
/// the server grants to all.
///
/// A handler alone is an admission without differences:
///
/// ```
/// use smpp_mc::{Admission, SessionHandler, SessionLimits};
///
/// struct Demo;
/// impl SessionHandler for Demo {}
///
/// let plain: Admission<Demo> = Demo.into();
/// let limits = SessionLimits { window: Some(100), ..SessionLimits::default() };
/// let limited = Admission::new(Demo).max_binds(4).limits(limits);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Admission<S> {
    pub(super) session: S,
    pub(super) max_binds: Option<u32>,
    pub(super) at_limit: AtBindLimit,
    pub(super) limits: SessionLimits,
}

/// What happens to a bind beyond [`Admission::max_binds`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum AtBindLimit {
    /// It is refused with ESME_RBINDFAIL.
    #[default]
    Refuse,
    /// It takes the place of the account's oldest session, which is closed without unbind: for
    /// ESMEs that come back before their old connection is known to be dead.
    ReplaceOldest,
}

/// Limits of one session that differ from the server's own; `None` leaves the server's.
///
/// Numbers outside a session's range count as the nearest end of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by struct update")]
pub struct SessionLimits {
    /// Requests that the Message Centre may have unanswered at the ESME, 1 to 65,535.
    pub window: Option<u32>,
    /// Requests that the ESME may have unanswered here before its socket is no longer read, 1 to
    /// 65,535.
    pub inbound_limit: Option<u32>,
    /// Silence after which enquire_link is sent; zero is never.
    pub enquire_link: Option<Duration>,
    /// Time without any message after which the session ends; zero is never.
    pub inactivity: Option<Duration>,
    /// Time for an answer to a request of the Message Centre; zero is for ever.
    pub response: Option<Duration>,
}

impl<S: SessionHandler> Admission<S> {
    /// Lets in, with the server's own limits and as many binds as there is room for.
    pub fn new(session: S) -> Self {
        Self { session, max_binds: None, at_limit: AtBindLimit::default(), limits: SessionLimits::default() }
    }

    /// Sessions of any kind that this system_id may have at a time, this one included. Counted and
    /// taken in one step: of binds that come together no more get through. `None` is no limit.
    pub fn max_binds(mut self, max_binds: impl Into<Option<u32>>) -> Self {
        self.max_binds = max_binds.into();
        self
    }

    /// What happens when there are as many already.
    pub fn at_bind_limit(mut self, at_limit: AtBindLimit) -> Self {
        self.at_limit = at_limit;
        self
    }

    /// Limits of this session, in force before the bind is answered.
    pub fn limits(mut self, limits: SessionLimits) -> Self {
        self.limits = limits;
        self
    }
}

impl<S: SessionHandler> From<S> for Admission<S> {
    fn from(session: S) -> Self {
        Self::new(session)
    }
}

impl SessionLimits {
    /// `base` with what differs; `None` if nothing does.
    pub(super) fn over(&self, base: &SessionConfig) -> Option<SessionConfig> {
        if *self == Self::default() {
            return None;
        }
        let mut config = base.clone();
        if let Some(window) = self.window {
            config = config.clone().send_window(in_range(window)).unwrap_or(config);
        }
        if let Some(inbound_limit) = self.inbound_limit {
            config = config.clone().inbound_limit(in_range(inbound_limit)).unwrap_or(config);
        }
        if let Some(enquire_link) = self.enquire_link {
            config = config.enquire_link_interval(Some(enquire_link));
        }
        if let Some(inactivity) = self.inactivity {
            config = config.inactivity_timeout(Some(inactivity));
        }
        if let Some(response) = self.response {
            config = config.response_timeout(Some(response));
        }
        Some(config)
    }
}

fn in_range(requests: u32) -> usize {
    usize::try_from(requests).unwrap_or(usize::MAX).clamp(1, 65_535)
}
