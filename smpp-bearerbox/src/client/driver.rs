//! The loop between the transport, the link, the handles and the inbox.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Sleep, sleep_until, timeout};
use tracing::debug;

use crate::client::attempts::{Attempts, Proof};
use crate::client::builder::BearerboxClientBuilder;
use crate::client::error::SendError;
use crate::client::handle::ConnectionState;
use crate::client::inbox::{Acknowledgement, Incoming, IncomingSms};
use crate::client::shared::{Queued, Shared, Waiter};
use crate::client::transport::Transport;
use crate::link::{Link, LinkConfig, LinkEvent, Loss, LossReason, Unsettled};

/// Connects, keeps the connection, and connects again. Made by
/// [`BearerboxClientBuilder::build`](crate::BearerboxClientBuilder::build); does nothing until it is run.
#[derive(Debug)]
#[must_use = "nothing is sent or received unless the driver runs"]
pub struct BearerboxDriver {
    settings: BearerboxClientBuilder,
    state: Driver,
}

impl BearerboxDriver {
    pub(super) fn new(
        settings: BearerboxClientBuilder,
        shared: Arc<Shared>,
        inbox: mpsc::Sender<Incoming>,
    ) -> Self {
        let state = Driver { shared, inbox, outbox: VecDeque::new(), connection: 0 };
        Self { settings, state }
    }

    /// Runs over TCP until [`BearerboxClient::stop`](crate::BearerboxClient::stop) is called, or every handle or the
    /// [`Inbox`](crate::Inbox) is dropped. Connections lost are made anew for ever. Dropping the future closes the
    /// connection at once and leaves MTs in flight in doubt.
    pub async fn run(self) {
        let (host, port) = (self.settings.host.clone(), self.settings.port);
        let limit = self.settings.connect_timeout;
        #[cfg(feature = "tls")]
        if let Some((server_name, config)) = self.settings.tls.clone() {
            let connector = tokio_rustls::TlsConnector::from(config);
            let connect = || {
                let (host, server_name, connector) = (host.clone(), server_name.clone(), connector.clone());
                async move {
                    let stream = Transport::connect(&host, port, limit).await?;
                    timeout(limit, connector.connect(server_name, stream)).await?
                }
            };
            return self.run_over(connect).await;
        }
        let connect = || {
            let host = host.clone();
            async move { Transport::connect(&host, port, limit).await }
        };
        self.run_over(connect).await;
    }

    /// Runs like [`run`](Self::run) over whatever `connect` gives: TLS, a proxy, a pipe in a test. Each call makes one
    /// attempt, and is responsible for its own time limit. On TCP, the stream should renew TCP_QUICKACK before each read.
    pub async fn run_over<C, F, S>(mut self, mut connect: C)
    where
        C: FnMut() -> F + Send,
        F: Future<Output = io::Result<S>> + Send,
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let mut attempts = Attempts::new(self.settings.backoff, self.settings.goodbye_pause);
        while self.state.wait(attempts.until()).await.is_continue() {
            attempts.begin(now());
            let connected = self.state.serve_while_down(connect()).await;
            let Some(connected) = connected else { break };
            match connected {
                Ok(stream) => {
                    let since = now();
                    let lost =
                        self.state.drive(stream, self.settings.link.clone(), attempts.probation(now())).await;
                    if lost.reason == LossReason::Stopped {
                        break;
                    }
                    let retry_in = attempts.after_loss(lost.reason, since, (self.settings.random)(), now());
                    debug!(reason = %lost.reason, ?retry_in, "connection to bearerbox lost");
                    let Lost { reason, in_doubt } = lost;
                    self.state.outbox.push_back(Incoming::Down { reason, in_doubt, retry_in });
                }
                Err(error) => {
                    let error = error.kind();
                    let retry_in = attempts.after_failure((self.settings.random)(), now());
                    debug!(%error, ?retry_in, "cannot connect to bearerbox");
                    self.state.tell_connect_failed(error, retry_in);
                }
            }
        }
        self.state.end();
    }
}

/// What outlives a connection.
#[derive(Debug)]
struct Driver {
    shared: Arc<Shared>,
    inbox: mpsc::Sender<Incoming>,
    /// What the inbox had no room for yet. While it holds anything nothing is read, so it does not grow beyond what one
    /// read brings.
    outbox: VecDeque<Incoming>,
    /// The number of the connection, so that an acknowledgement of an earlier one is known.
    connection: u64,
}

enum Turn {
    Read(io::Result<usize>),
    Written(io::Result<usize>),
    Woken,
    Due,
    Room(bool),
}

enum Flow {
    Continue,
    Stop,
}

impl Flow {
    const fn is_continue(&self) -> bool {
        matches!(self, Self::Continue)
    }
}

/// How a connection ended.
struct Lost {
    reason: LossReason,
    in_doubt: usize,
}

impl Driver {
    /// Waits for a moment, and for the inbox to have taken what there was to tell, without a connection.
    async fn wait(&mut self, until: Option<Instant>) -> Flow {
        if self.serve_while_down(pause_until(until)).await.is_none() {
            return Flow::Stop;
        }
        while !self.outbox.is_empty() {
            let inbox = self.inbox.clone();
            if self.serve_while_down(async { inbox.reserve().await.is_ok() }).await != Some(true) {
                return Flow::Stop;
            }
            self.flush_outbox();
        }
        Flow::Continue
    }

    /// Runs `work` and answers meanwhile, without a connection, what the handles ask. `None` when it is time to end.
    async fn serve_while_down<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let shared = Arc::clone(&self.shared);
        let inbox = self.inbox.clone();
        loop {
            self.flush_outbox();
            if !self.settle_while_down().is_continue() {
                return None;
            }
            let sweep = shared.next_sweep(0, now());
            tokio::select! {
                done = &mut work => return Some(done),
                () = shared.woken() => {}
                () = inbox.closed() => return None,
                () = pause_until(sweep), if sweep.is_some() => {}
                Ok(_) = inbox.reserve(), if !self.outbox.is_empty() => {}
            }
        }
    }

    /// Answers what cannot wait for a connection.
    fn settle_while_down(&mut self) -> Flow {
        let mut queues = self.shared.queues();
        // Whatever came on the last connection will come again on the next.
        queues.acknowledgements.clear();
        if queues.stopped {
            return Flow::Stop;
        }
        let refused = if self.shared.limits.hold_while_down {
            queues.take_expired(now()).into_iter().map(|queued| (queued, SendError::NotSentInTime)).collect()
        } else {
            queues.waiting.drain(..).map(|queued| (queued, SendError::NotConnected)).collect::<Vec<_>>()
        };
        drop(queues);
        for (mut queued, error) in refused {
            queued.waiter.answer(Err(error));
        }
        Flow::Continue
    }

    /// Drives one connection from its beginning to its end.
    async fn drive<S>(&mut self, stream: S, config: LinkConfig, mut probation: Option<Instant>) -> Lost
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut link = Link::new(config, now());
        let mut input = BytesMut::new();
        // Whether the stream may hold back something that was written, as TLS does.
        let mut unflushed = false;
        let shared = Arc::clone(&self.shared);
        let inbox = self.inbox.clone();
        let mut timer = pin!(sleep_until(now().into()));
        self.connection = self.connection.saturating_add(1);
        self.outbox.push_back(Incoming::Up);
        shared.set_state(ConnectionState::Up);
        debug!("connected to bearerbox");

        loop {
            let now_ = now();
            if let Some(until) = probation {
                match Proof::of(link.counters()) {
                    Proof::Alive => probation = None,
                    Proof::Open if now_ < until => {}
                    Proof::Open | Proof::GoingDown => {
                        probation = None;
                        link.stop_because(LossReason::Doubtful, now_);
                    }
                }
            }
            self.feed(&mut link, now_);
            if let Some(loss) = self.tell(&mut link) {
                shared.set_state(ConnectionState::Down);
                let lost = self.settle_loss(loss);
                // The peer may be gone or stuck; closing is what matters, saying so politely is not.
                let _ = timeout(CLOSE_WITHIN, writer.shutdown()).await;
                return lost;
            }
            self.flush_outbox();
            let sweep = shared.next_sweep(link.in_flight(), now_);
            arm(timer.as_mut(), [link.poll_timeout(), sweep, probation], now_);
            let reads = link.wants_input() && self.outbox.is_empty();
            if reads {
                input.reserve(READ_SIZE);
            }
            let turn = tokio::select! {
                read = reader.read_buf(&mut input), if reads => Turn::Read(read),
                written = write(&mut writer, link.output()), if unflushed || !link.output().is_empty() => {
                    Turn::Written(written)
                }
                () = shared.woken() => Turn::Woken,
                () = &mut timer => Turn::Due,
                permit = inbox.reserve(), if !self.outbox.is_empty() => Turn::Room(permit.is_ok()),
                () = inbox.closed(), if !link.is_draining() => Turn::Room(false),
            };
            match turn {
                Turn::Read(Ok(0)) => link.handle_disconnect(LossReason::Closed),
                Turn::Read(Ok(_)) => link.handle_input(&mut input, now()),
                Turn::Written(Ok(octets)) => {
                    link.transmitted(octets);
                    unflushed = octets > 0;
                }
                // Over TLS, the end of a stream without a goodbye, which is all that bearerbox does.
                Turn::Read(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    link.handle_disconnect(LossReason::Closed);
                }
                Turn::Read(Err(error)) | Turn::Written(Err(error)) => {
                    link.handle_disconnect(LossReason::Io(error.kind()));
                }
                // Others that are about to send get their turn first, and share the write.
                Turn::Woken => tokio::task::yield_now().await,
                Turn::Due => {
                    let now = now();
                    link.handle_timeout(now);
                    self.sweep(&mut link, now);
                }
                Turn::Room(true) => {}
                Turn::Room(false) => link.stop(now()),
            }
            if link.is_draining() {
                shared.set_state(ConnectionState::Down);
            }
        }
    }

    /// Hands the link what the handles and the acknowledgements have queued.
    fn feed(&mut self, link: &mut Link<Waiter>, now: Instant) {
        let mut refused = Vec::new();
        let mut queues = self.shared.queues();
        for (connection, token, status) in std::mem::take(&mut queues.acknowledgements) {
            if connection == self.connection {
                link.acknowledge(token, status, now);
            }
        }
        if queues.stopped {
            link.stop(now);
        }
        let mut time = None;
        while link.free_window() > 0 {
            let Some(Queued { mut sms, waiter }) = queues.waiting.pop_front() else { break };
            if waiter.is_abandoned() {
                continue;
            }
            if sms.time.is_none() {
                sms.time = *time.get_or_insert_with(unix_time);
            }
            if let Err(unsent) = link.send(sms, waiter, now) {
                refused.push(unsent);
            }
        }
        drop(queues);
        for unsent in refused {
            let mut waiter = unsent.message.tag;
            waiter.answer(Err(unsent.refusal.into()));
        }
    }

    /// Passes on what the link has to tell. Gives the loss when the link has ended.
    fn tell(&mut self, link: &mut Link<Waiter>) -> Option<Loss<Waiter>> {
        while let Some(event) = link.poll_event() {
            match event {
                LinkEvent::Acked { tag: mut waiter, id, status, .. } => {
                    if waiter.is_late() {
                        self.outbox.push_back(Incoming::LateAck { id, status });
                    } else {
                        waiter.answer(Ok(status));
                    }
                }
                LinkEvent::Sms { sms, token } => {
                    let acknowledgement =
                        Acknowledgement::new(Arc::clone(&self.shared), self.connection, token);
                    self.outbox.push_back(Incoming::Sms(IncomingSms { sms, acknowledgement }));
                }
                LinkEvent::Draining { command } => self.outbox.push_back(Incoming::Draining { command }),
                LinkEvent::Stalled { unacknowledged } => {
                    self.outbox.push_back(Incoming::Stalled { unacknowledged });
                }
                LinkEvent::Resumed => self.outbox.push_back(Incoming::Resumed),
                LinkEvent::Malformed { error } => self.outbox.push_back(Incoming::Malformed { error }),
                LinkEvent::Lost(loss) => return Some(loss),
            }
        }
        None
    }

    /// Answers the MTs of a lost connection, or queues again those it never wrote.
    fn settle_loss(&mut self, loss: Loss<Waiter>) -> Lost {
        let Loss { reason, in_doubt, unsent } = loss;
        let lost = Lost { reason, in_doubt: in_doubt.len() };
        for Unsettled { tag: mut waiter, .. } in in_doubt {
            waiter.answer(Err(SendError::Lost(reason)));
        }
        let stopped = reason == LossReason::Stopped;
        if self.shared.limits.hold_while_down && !stopped {
            let mut queues = self.shared.queues();
            for Unsettled { sms, tag: waiter } in unsent.into_iter().rev() {
                queues.waiting.push_front(Queued { sms, waiter });
            }
        } else {
            let error = if stopped { SendError::Ended } else { SendError::NotConnected };
            for Unsettled { tag: mut waiter, .. } in unsent {
                waiter.answer(Err(error));
            }
        }
        lost
    }

    /// Answers the MTs that have waited too long.
    fn sweep(&mut self, link: &mut Link<Waiter>, now: Instant) {
        let expired = self.shared.queues().take_expired(now);
        for mut queued in expired {
            queued.waiter.answer(Err(SendError::NotSentInTime));
        }
        for waiter in link.in_flight_tags_mut().filter(|waiter| waiter.deadline <= now) {
            waiter.answer(Err(SendError::AckTimeout));
        }
    }

    /// Moves what the inbox has room for. What nobody takes any more is dropped, unacknowledged.
    fn flush_outbox(&mut self) {
        while let Some(incoming) = self.outbox.pop_front() {
            match self.inbox.try_send(incoming) {
                Ok(()) => {}
                Err(TrySendError::Full(incoming)) => return self.outbox.push_front(incoming),
                Err(TrySendError::Closed(_)) => self.outbox.clear(),
            }
        }
    }

    /// Tells of a failure to connect; of several that nobody has taken, only the last.
    fn tell_connect_failed(&mut self, error: io::ErrorKind, retry_in: Duration) {
        if let Some(Incoming::ConnectFailed { .. }) = self.outbox.back() {
            self.outbox.pop_back();
        }
        self.outbox.push_back(Incoming::ConnectFailed { error, retry_in });
    }

    /// Refuses everything that is and will be queued.
    fn end(&mut self) {
        let queued = {
            let mut queues = self.shared.queues();
            queues.stopped = true;
            queues.acknowledgements.clear();
            std::mem::take(&mut queues.waiting)
        };
        self.shared.set_state(ConnectionState::Ended);
        for mut queued in queued {
            queued.waiter.answer(Err(SendError::Ended));
        }
        self.flush_outbox();
    }
}

/// A driver dropped in its course leaves no handle waiting for a connection.
impl Drop for Driver {
    fn drop(&mut self) {
        self.end();
    }
}

/// Sets the timer to the earliest moment, unless it is set to that or an earlier one already: one that rings early costs
/// less than setting it for each message.
fn arm(timer: Pin<&mut Sleep>, dues: [Option<Instant>; 3], now: Instant) {
    let set = timer.deadline().into_std();
    // Nothing is due only once the link has ended, when nobody waits for the timer either.
    let due = dues.into_iter().flatten().min().unwrap_or(now + FAR);
    if set > due || set <= now {
        timer.reset(due.into());
    }
}

/// Writes what there is to write, or flushes when there is nothing, and gives how much was written. Nothing is lost when the
/// future is dropped.
async fn write(writer: &mut (impl AsyncWrite + Unpin), output: &[u8]) -> io::Result<usize> {
    if output.is_empty() {
        writer.flush().await?;
        return Ok(0);
    }
    match writer.write(output).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        octets => Ok(octets),
    }
}

async fn pause_until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        sleep_until(moment.into()).await;
    }
}

/// The one place where the clock is read while driving: tokio's, so that tests can turn it.
#[expect(clippy::disallowed_methods, reason = "the clock's seam")]
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The wall clock, for the `time` of an MT that has none. `None` outside 1970 to 2038.
#[expect(clippy::disallowed_methods, reason = "the clock's seam")]
fn unix_time() -> Option<i32> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    i32::try_from(since.as_secs()).ok()
}

/// How many octets one read has room for.
const READ_SIZE: usize = 16 * 1024;

/// How long the goodbye of the transport may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// When the timer rings if nothing is due.
const FAR: Duration = Duration::from_secs(3_600);
