//! What a link is told before it starts.

use std::time::Duration;

use bytes::Bytes;

use crate::protocol::{FrameDecoder, KannelVersion};

/// The settings of a [`Link`](crate::Link). The defaults suit Kannel's own defaults.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    pub(crate) boxc_id: Option<Bytes>,
    pub(crate) version: KannelVersion,
    pub(crate) heartbeat: Duration,
    pub(crate) window: usize,
    pub(crate) max_waiting: usize,
    pub(crate) max_unacknowledged: usize,
    pub(crate) stall_after: Duration,
    pub(crate) drain_time: Duration,
    pub(crate) failed_tmp_delay: Duration,
    pub(crate) frame_limit: usize,
}

impl LinkConfig {
    /// The defaults, without a name.
    pub const fn new() -> Self {
        Self {
            boxc_id: None,
            version: KannelVersion::V1_4_4,
            heartbeat: Duration::from_secs(30),
            window: 500,
            max_waiting: 1_000,
            max_unacknowledged: 1_000,
            stall_after: Duration::from_secs(30),
            drain_time: Duration::from_secs(3),
            failed_tmp_delay: Duration::from_secs(5),
            frame_limit: FrameDecoder::DEFAULT_LIMIT,
        }
    }

    /// The name of this box: it identifies with it and puts it in every MT, so that reports come back here. Without
    /// a name it gets the MOs that match no `smsbox-route`, and reports may go to another box.
    #[must_use]
    pub fn boxc_id(mut self, boxc_id: impl Into<Bytes>) -> Self {
        self.boxc_id = Some(boxc_id.into());
        self
    }

    /// The wire form bearerbox speaks. Default: that of Kannel 1.4.4 and later.
    #[must_use]
    pub const fn version(mut self, version: KannelVersion) -> Self {
        self.version = version;
        self
    }

    /// How often a heartbeat is sent. Default: 30 s, like smsbox. At least 1 s.
    #[must_use]
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.heartbeat = every.max(Duration::from_secs(1));
        self
    }

    /// How many MTs may be sent and not acknowledged. Default: 500; more gains nothing. At least 1.
    #[must_use]
    pub fn window(mut self, messages: usize) -> Self {
        self.window = messages.max(1);
        self
    }

    /// How many MTs may wait for a place in the window. Default: 1,000. Beyond it [`Link::send`](crate::Link::send)
    /// refuses.
    #[must_use]
    pub const fn max_waiting(mut self, messages: usize) -> Self {
        self.max_waiting = messages;
        self
    }

    /// With how many received messages not acknowledged [`Link::wants_input`](crate::Link::wants_input) turns false.
    /// Default: 1,000, ten times Kannel's own `smsbox-max-pending`, which usually stops bearerbox long before. At
    /// least 1.
    #[must_use]
    pub fn max_unacknowledged(mut self, messages: usize) -> Self {
        self.max_unacknowledged = messages.max(1);
        self
    }

    /// How long the oldest MT may wait without any acknowledgement coming, before [`LinkEvent::Stalled`](crate::LinkEvent) is
    /// told: bearerbox is suspended or dead, which look alike from here. Default: 30 s.
    #[must_use]
    pub const fn stall_after(mut self, silence: Duration) -> Self {
        self.stall_after = silence;
        self
    }

    /// How long a link that is to close waits for the acknowledgements still running, in both directions. Default:
    /// 3 s. Bearerbox waits for the box without any limit.
    #[must_use]
    pub const fn drain_time(mut self, time: Duration) -> Self {
        self.drain_time = time;
        self
    }

    /// How long an acknowledgement of `failed_tmp` is held back. Default: 5 s. Bearerbox answers one by sending the
    /// message again at once, so without a delay the two would turn in circles at full speed. At least 100 ms.
    #[must_use]
    pub fn failed_tmp_delay(mut self, delay: Duration) -> Self {
        self.failed_tmp_delay = delay.max(Duration::from_millis(100));
        self
    }

    /// The longest body of a frame, received or sent, in octets. Default: 1 MiB.
    #[must_use]
    pub const fn frame_limit(mut self, octets: usize) -> Self {
        self.frame_limit = octets;
        self
    }
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self::new()
    }
}
