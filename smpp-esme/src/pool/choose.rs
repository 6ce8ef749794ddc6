//! Which bind carries a request.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use smpp_session::BindMode;
use tokio::sync::watch;

use super::Share;
use crate::{client::EsmeClient, error::ConnectError, reconnect::LinkState};

pub(super) enum Choice {
    Up(EsmeClient),
    Wait,
    Stopped(Option<ConnectError>),
}

/// The first bind that is up, or the one that `affinity` prefers among them:
/// the highest of one hash for each bind, so that one bind's coming or going
/// moves only what it carries.
pub(super) fn choose(links: &[watch::Receiver<LinkState>], share: Share, affinity: &[u8]) -> Choice {
    let mut best: Option<(u64, EsmeClient)> = None;
    let mut waits = false;
    let mut last = None;
    for (index, link) in links.iter().enumerate() {
        match &*link.borrow() {
            LinkState::Up(client)
                if client.bind_info().mode == BindMode::Receiver || !client.state().is_bound() =>
            {
                waits |= client.bind_info().mode != BindMode::Receiver;
            }
            LinkState::Up(client) => match share {
                Share::FailOver => return Choice::Up(client.clone()),
                Share::Spread => {
                    let score = score(index, affinity);
                    if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                        best = Some((score, client.clone()));
                    }
                }
            },
            LinkState::Down => waits = true,
            LinkState::Stopped(error) => last = error.clone().or(last),
        }
    }
    match best {
        Some((_, client)) => Choice::Up(client),
        None if waits => Choice::Wait,
        None => Choice::Stopped(last),
    }
}

fn score(index: usize, affinity: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (index, affinity).hash(&mut hasher);
    hasher.finish()
}
