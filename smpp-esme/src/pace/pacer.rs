//! The part of the pace that waits.

use std::sync::{Arc, Mutex, PoisonError};

use smpp_session::pdu::CommandStatus;
use tokio::time::{Instant, sleep};

use super::{Pace, PaceConfig, PaceEvent};
use crate::hook::Hooks;

/// Lets callers through one after the other, in the order they came.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Mutex<Pace>,
    turn: tokio::sync::Mutex<()>,
    attempts: u32,
    hooks: Arc<Hooks>,
}

impl Pacer {
    pub(crate) fn new(config: PaceConfig, hooks: Arc<Hooks>) -> Self {
        let attempts = config.attempts;
        let pace = Mutex::new(Pace::new(config, Instant::now().into_std()));
        Self { pace, turn: tokio::sync::Mutex::new(()), attempts, hooks }
    }

    /// How often one part is sent before its refusal is final.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Waits for the right to send one PDU. Dropped while waiting, it takes
    /// nothing.
    pub(crate) async fn admitted(&self) {
        let _turn = self.turn.lock().await;
        loop {
            let (admission, event) = self.lock().admit(Instant::now().into_std());
            self.tell(event);
            match admission {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    /// Notes the status of a submit_sm_resp.
    pub(crate) fn answered(&self, command_status: CommandStatus) {
        let event = self.lock().answered(command_status, Instant::now().into_std());
        self.tell(event);
    }

    fn tell(&self, event: Option<PaceEvent>) {
        if let Some(event) = event {
            self.hooks.paced(&event);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
