//! Answers that are not ready yet, kept so that they leave in the order of the requests.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::stream::{FuturesUnordered, StreamExt};
use smpp_pdu::SequenceNumber;

use crate::reply::Reply;

/// The pending futures, each woken singly, and the order their replies leave in.
///
/// As `FuturesOrdered`, but an unordered reply leaves when it is ready.
#[derive(Debug)]
pub(crate) struct Parked<F> {
    /// Made with the first future and given back by [`shrink`](Self::shrink): an
    /// idle session need not hold its queue.
    running: Option<FuturesUnordered<Running<F>>>,
    /// One for each request from the oldest whose answer has not left.
    slots: VecDeque<Slot>,
    /// The number of the first slot.
    first: u64,
}

#[derive(Debug)]
struct Slot {
    sequence_number: SequenceNumber,
    reply: Progress,
}

#[derive(Debug)]
enum Progress {
    Running,
    /// Ready, behind an earlier one that is not.
    Ready(Reply),
    /// Left before its turn.
    Gone,
}

#[derive(Debug)]
struct Running<F> {
    slot: u64,
    future: Pin<Box<F>>,
}

impl<F: Future<Output = Reply>> Parked<F> {
    pub(crate) const fn new() -> Self {
        Self { running: None, slots: VecDeque::new(), first: 0 }
    }

    /// Nothing waits: a reply may leave at once.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(crate) fn push(&mut self, sequence_number: SequenceNumber, future: Pin<Box<F>>) {
        let slot = self.first + self.slots.len() as u64;
        self.slots.push_back(Slot { sequence_number, reply: Progress::Running });
        self.running.get_or_insert_with(FuturesUnordered::new).push(Running { slot, future });
    }

    /// Keeps a reply that is ready behind earlier ones that are not.
    pub(crate) fn push_ready(&mut self, sequence_number: SequenceNumber, reply: Reply) {
        self.slots.push_back(Slot { sequence_number, reply: Progress::Ready(reply) });
    }

    /// Polls what was woken and lets out what may leave. True if anything became ready.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut leave: impl FnMut(SequenceNumber, Reply),
    ) -> bool {
        if self.slots.is_empty() {
            return false;
        }
        let mut progress = false;
        while let Some(Poll::Ready(Some((number, reply)))) =
            self.running.as_mut().map(|running| running.poll_next_unpin(cx))
        {
            progress = true;
            let index = usize::try_from(number.saturating_sub(self.first)).unwrap_or(usize::MAX);
            let Some(slot) = self.slots.get_mut(index) else {
                continue;
            };
            if reply.unordered {
                slot.reply = Progress::Gone;
                leave(slot.sequence_number, reply);
            } else {
                slot.reply = Progress::Ready(reply);
            }
        }
        while let Some(slot) = self.slots.pop_front() {
            match slot.reply {
                Progress::Running => {
                    self.slots.push_front(slot);
                    break;
                }
                Progress::Ready(reply) => leave(slot.sequence_number, reply),
                Progress::Gone => {}
            }
            self.first += 1;
        }
        progress
    }

    /// Gives memory back while nothing waits.
    pub(crate) fn shrink(&mut self) {
        if self.slots.is_empty() && self.slots.capacity() > 0 {
            self.slots = VecDeque::new();
            self.running = None;
        }
    }
}

impl<F: Future<Output = Reply>> Future for Running<F> {
    type Output = (u64, Reply);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let slot = self.slot;
        self.future.as_mut().poll(cx).map(|reply| (slot, reply))
    }
}
