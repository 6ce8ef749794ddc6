//! What the gateway does where neither an account nor a route says otherwise.

use std::time::Duration;

/// Settings of the gateway as a whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GatewayOptions {
    /// How long a message is worth delivering when its validity_period is empty and its account sets nothing.
    /// One day by default, as Kannel has it.
    pub validity: Duration,
    /// How long a final state is kept for query_sm. One day by default.
    pub keep_final: Duration,
    /// How long past its validity a report is waited for before the message counts as EXPIRED. One hour by default.
    pub report_grace: Duration,
    /// How long a receipt is kept for a receiver that does not come. Three days by default.
    pub keep_receipts: Duration,
    /// How long the gateway goes on with what is under way once it is told to stop. 10 s by default.
    pub drain: Duration,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            validity: DAY,
            keep_final: DAY,
            report_grace: Duration::from_secs(3_600),
            keep_receipts: 3 * DAY,
            drain: Duration::from_secs(10),
        }
    }
}

const DAY: Duration = Duration::from_secs(86_400);
