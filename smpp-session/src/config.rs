//! What can be set on a session, with every default and its reason.

use std::time::Duration;

use smpp_pdu::{CodecOptions, InterfaceVersion};

use crate::error::ConfigError;

/// The settings of a session; share one [`Arc`](std::sync::Arc) among many sessions.
///
/// Setters consume and return the value, so that they chain. A timer set to
/// `None` or to zero is off.
///
/// ```
/// use std::time::Duration;
/// use smpp_session::SessionConfig;
///
/// # fn main() -> Result<(), smpp_session::ConfigError> {
/// let config = SessionConfig::default()
///     .send_window(100)?
///     .response_timeout(Some(Duration::from_secs(20)));
/// # assert_eq!(config.limits().send_window, 100);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionConfig {
    timers: Timers,
    limits: Limits,
    interface_version: InterfaceVersion,
    assume_requested_version: bool,
    deliver_unknown: bool,
    inbound_policy: InboundPolicy,
    codec: CodecOptions,
}

/// The time limits of a session, as [`SessionConfig::timers`] shows them; `None` is off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timers {
    /// From the start to a successful bind. 30 s, as Jasmin has it; a shorter
    /// one cuts off peers whose password check is slow.
    pub session_init: Option<Duration>,
    /// Silence of the peer before an enquire_link. 30 s, as Kannel, Jasmin and
    /// SMPPEX have it; many gateways drop a line after 60 s.
    pub enquire_link: Option<Duration>,
    /// From our enquire_link to any PDU. 30 s, as SMPPEX has it: a peer that
    /// is busy with a long batch still answers in that time.
    pub enquire_link_answer: Option<Duration>,
    /// From the last transaction to the end. Off: enquire_link already finds a
    /// dead line, and an idle one is not a fault.
    pub inactivity: Option<Duration>,
    /// From a request to its response. 60 s, as Kannel, SMPPEX and Jasmin's
    /// server have it; one request may be given another.
    pub response: Option<Duration>,
    /// How long an unbind waits for open requests, its own and the peer's. 10 s.
    /// Off: it waits for none.
    pub drain: Option<Duration>,
    /// From our unbind to its answer, and for the last octets to leave. 5 s, as
    /// cloudhopper has it: the peer has nothing left to do but to answer.
    pub unbind: Option<Duration>,
    /// For what waits to be written to leave. 30 s: as long as a dead line is
    /// looked for.
    pub write: Option<Duration>,
    /// From the first octet of a frame to its last. 10 s, as Jasmin has it.
    pub frame: Option<Duration>,
}

/// The bounds of a session, as [`SessionConfig::limits`] shows them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Our requests in flight. 10, as v3.4 section 2.9 advises.
    pub send_window: usize,
    /// The owner's requests that wait for the window in the driver's queue. 65,536.
    pub queue: usize,
    /// The peer's requests not answered yet. 1024: enough for the windows seen
    /// in the field, and under 200 KiB of parked handlers.
    pub inbound: usize,
    /// Octets not written yet above which nothing more is read. 64 KiB.
    pub output: usize,
    /// Octets taken from the transport at once. 16 KiB: about 230 submit_sm,
    /// 35 µs; more starves other sessions, less costs system calls.
    pub read_buffer: usize,
    /// The greatest command_length accepted before a bind. 1 KiB; the longest
    /// PDU that is due then has 98 octets.
    pub command_length_unbound: u32,
    /// The greatest command_length accepted once bound. 70,000: every PDU of
    /// v5.0 with each of its TLVs fits.
    pub command_length: u32,
    /// Empty PDUs a second (enquire_link, refused, malformed, unmatched) above
    /// which the peer is not read for the rest of the second. 1,000.
    pub flood: u32,
}

/// What happens to a peer's request beyond [`Limits::inbound`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum InboundPolicy {
    /// The peer is not read until an answer leaves; TCP slows it down.
    #[default]
    StopReading,
    /// It is answered with ESME_RTHROTTLED; reading goes on.
    Throttle,
}

impl SessionConfig {
    /// Returns the time limits.
    #[must_use]
    pub const fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Returns the bounds.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the highest version this end speaks.
    #[must_use]
    pub const fn own_interface_version(&self) -> InterfaceVersion {
        self.interface_version
    }

    /// Tells whether a bind response without sc_interface_version means the version that was asked for.
    #[must_use]
    pub const fn assumes_requested_version(&self) -> bool {
        self.assume_requested_version
    }

    /// Tells whether requests with an unknown command_id go to the owner.
    #[must_use]
    pub const fn delivers_unknown(&self) -> bool {
        self.deliver_unknown
    }

    /// Returns what happens to requests beyond [`Limits::inbound`].
    #[must_use]
    pub const fn inbound_policy(&self) -> InboundPolicy {
        self.inbound_policy
    }

    /// Returns how PDUs are decoded and encoded.
    #[must_use]
    pub const fn codec_options(&self) -> &CodecOptions {
        &self.codec
    }

    /// Sets the limit from the start to a bind ([`Timers::session_init`]).
    #[must_use]
    pub fn session_init_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.session_init = on(limit);
        self
    }

    /// Sets the silence before an enquire_link ([`Timers::enquire_link`]).
    #[must_use]
    pub fn enquire_link_interval(mut self, interval: Option<Duration>) -> Self {
        self.timers.enquire_link = on(interval);
        self
    }

    /// Sets the limit for the answer to an enquire_link ([`Timers::enquire_link_answer`]).
    #[must_use]
    pub fn enquire_link_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.enquire_link_answer = on(limit);
        self
    }

    /// Sets the longest time without a transaction ([`Timers::inactivity`]).
    #[must_use]
    pub fn inactivity_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.inactivity = on(limit);
        self
    }

    /// Sets the limit from a request to its response ([`Timers::response`]).
    #[must_use]
    pub fn response_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.response = on(limit);
        self
    }

    /// Sets how long an unbind waits for open requests ([`Timers::drain`]).
    #[must_use]
    pub fn drain_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.drain = on(limit);
        self
    }

    /// Sets the limit for the answer to an unbind ([`Timers::unbind`]).
    #[must_use]
    pub fn unbind_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.unbind = on(limit);
        self
    }

    /// Sets the limit for waiting octets to leave ([`Timers::write`]).
    #[must_use]
    pub fn write_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.write = on(limit);
        self
    }

    /// Sets the limit for the rest of a frame ([`Timers::frame`]).
    #[must_use]
    pub fn frame_timeout(mut self, limit: Option<Duration>) -> Self {
        self.timers.frame = on(limit);
        self
    }

    /// Sets the number of our requests in flight, 1 to 65,535.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn send_window(mut self, requests: usize) -> Result<Self, ConfigError> {
        self.limits.send_window = within("send_window", requests, 1, 65_535)?;
        Ok(self)
    }

    /// Sets how many requests may wait for the window, 0 to 16,777,216.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn queue_limit(mut self, requests: usize) -> Result<Self, ConfigError> {
        self.limits.queue = within("queue_limit", requests, 0, 1 << 24)?;
        Ok(self)
    }

    /// Sets how many of the peer's requests may be unanswered, 1 to 65,535.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn inbound_limit(mut self, requests: usize) -> Result<Self, ConfigError> {
        self.limits.inbound = within("inbound_limit", requests, 1, 65_535)?;
        Ok(self)
    }

    /// Sets how many unsent octets stop reading, 1 KiB to 16 MiB.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn output_limit(mut self, octets: usize) -> Result<Self, ConfigError> {
        self.limits.output = within("output_limit", octets, 1 << 10, 1 << 24)?;
        Ok(self)
    }

    /// Sets how many octets are read at once, 1 KiB to 1 MiB.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn read_buffer(mut self, octets: usize) -> Result<Self, ConfigError> {
        self.limits.read_buffer = within("read_buffer", octets, 1 << 10, 1 << 20)?;
        Ok(self)
    }

    /// Sets the greatest command_length accepted once bound, 1,024 to 16,777,216 octets.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn max_command_length(mut self, octets: u32) -> Result<Self, ConfigError> {
        within("max_command_length", octets as usize, 1 << 10, 1 << 24)?;
        self.limits.command_length = octets;
        Ok(self)
    }

    /// Sets how many empty PDUs a second are worked on, 1 to 1,000,000.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] outside that range.
    pub fn flood_limit(mut self, pdus_per_second: u32) -> Result<Self, ConfigError> {
        within("flood_limit", pdus_per_second as usize, 1, 1_000_000)?;
        self.limits.flood = pdus_per_second;
        Ok(self)
    }

    /// Sets the highest version this end speaks; v5.0 by default.
    ///
    /// The session's version is the lower of the two ends' (`spec` section 5).
    #[must_use]
    pub fn interface_version(mut self, version: InterfaceVersion) -> Self {
        self.interface_version = version;
        self
    }

    /// Sets what a bind response without sc_interface_version means.
    ///
    /// True, the default: the version that was asked for, since many centres of
    /// v3.4 leave the TLV out. False: no TLVs, as v3.4 section 4.1.2 has it.
    #[must_use]
    pub fn assume_requested_version(mut self, assume: bool) -> Self {
        self.assume_requested_version = assume;
        self
    }

    /// Sets what happens to a request with an unknown command_id on a bound session.
    ///
    /// False, the default: answered with generic_nack ESME_RINVCMDID. True: it
    /// goes to the owner as any other, for vendors' own operations.
    #[must_use]
    pub fn deliver_unknown(mut self, deliver: bool) -> Self {
        self.deliver_unknown = deliver;
        self
    }

    /// Sets what happens to requests beyond the inbound limit.
    #[must_use]
    pub fn when_inbound_full(mut self, policy: InboundPolicy) -> Self {
        self.inbound_policy = policy;
        self
    }

    /// Sets how PDUs are decoded and encoded: strictness and vendors' TLVs.
    ///
    /// Its peer version and its limit on command_length are the session's
    /// affair and are overwritten.
    #[must_use]
    pub fn codec(mut self, options: CodecOptions) -> Self {
        self.codec = options;
        self
    }
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            timers: Timers::default(),
            limits: Limits::default(),
            interface_version: InterfaceVersion::V5_0,
            assume_requested_version: true,
            deliver_unknown: false,
            inbound_policy: InboundPolicy::StopReading,
            codec: CodecOptions::default(),
        }
    }
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            session_init: Some(Duration::from_secs(30)),
            enquire_link: Some(Duration::from_secs(30)),
            enquire_link_answer: Some(Duration::from_secs(30)),
            inactivity: None,
            response: Some(Duration::from_secs(60)),
            drain: Some(Duration::from_secs(10)),
            unbind: Some(Duration::from_secs(5)),
            write: Some(Duration::from_secs(30)),
            frame: Some(Duration::from_secs(10)),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            send_window: 10,
            queue: 65_536,
            inbound: 1024,
            output: 64 << 10,
            read_buffer: 16 << 10,
            command_length_unbound: 1 << 10,
            command_length: 70_000,
            flood: 1_000,
        }
    }
}

fn on(limit: Option<Duration>) -> Option<Duration> {
    limit.filter(|limit| !limit.is_zero())
}

const fn within(setting: &'static str, value: usize, min: usize, max: usize) -> Result<usize, ConfigError> {
    if value < min || value > max {
        return Err(ConfigError { setting, value, min, max });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_out_of_range_are_refused_by_name() {
        assert_eq!(SessionConfig::default().send_window(0).unwrap_err().setting, "send_window");
        assert_eq!(SessionConfig::default().inbound_limit(65_536).unwrap_err().setting, "inbound_limit");
        assert_eq!(SessionConfig::default().output_limit(1).unwrap_err().setting, "output_limit");
        assert_eq!(SessionConfig::default().read_buffer(1 << 21).unwrap_err().setting, "read_buffer");
        assert_eq!(SessionConfig::default().max_command_length(15).unwrap_err().min, 1 << 10);
        assert_eq!(SessionConfig::default().flood_limit(0).unwrap_err().value, 0);
    }

    #[test]
    fn zero_turns_a_timer_off() {
        let config = SessionConfig::default().enquire_link_interval(Some(Duration::ZERO));

        assert_eq!(config.timers().enquire_link, None);
    }
}
