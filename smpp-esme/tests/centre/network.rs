//! A network for tests: every connection that a client dials is taken or refused by the test.

use std::io;

use smpp_esme::{EsmeClientBuilder, pdu::CommandStatus};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    sync::mpsc,
};

use super::{Centre, account, pipe};

/// The far ends of what a client dials.
pub(crate) struct Network {
    dialled: mpsc::UnboundedReceiver<tokio::sync::oneshot::Sender<io::Result<DuplexStream>>>,
}

pub(crate) fn network() -> (Network, EsmeClientBuilder) {
    let (sender, dialled) = mpsc::unbounded_channel();
    let member = account().dial_with(move |_host, _port| {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let sent = sender.send(answer).is_ok();
        async move {
            if !sent {
                return std::future::pending().await;
            }
            answered.await.unwrap_or_else(|_| Err(io::ErrorKind::ConnectionReset.into()))
        }
    });
    (Network { dialled }, member)
}

impl Network {
    /// Takes the next connection and accepts its bind.
    pub(crate) async fn centre(&mut self) -> Centre {
        let mut centre = self.connected().await;
        centre.bind(CommandStatus::ESME_ROK).await;
        // The answer is written, too.
        while !centre.handle.state().is_bound() {
            tokio::task::yield_now().await;
        }
        centre
    }

    /// Takes the next connection and refuses its bind.
    pub(crate) async fn refuse_bind(&mut self, command_status: CommandStatus) {
        self.connected().await.bind(command_status).await;
    }

    /// Refuses the next connection.
    pub(crate) async fn refuse(&mut self) {
        let answer = self.dialled.recv().await.expect("the client dials");
        let _ = answer.send(Err(io::ErrorKind::ConnectionRefused.into()));
    }

    /// Takes the next connection, accepts the bind, and never says a word again.
    pub(crate) async fn dead_centre(&mut self) -> DuplexStream {
        let (ours, mut theirs) = pipe();
        let answer = self.dialled.recv().await.expect("the client dials");
        answer.send(Ok(ours)).expect("the client waits");
        let mut bind = [0; 16];
        theirs.read_exact(&mut bind).await.expect("a bind");
        let accepted = [&[0, 0, 0, 17, 0x80, 0, 0, 9, 0, 0, 0, 0], &bind[12..], &[0]].concat();
        theirs.write_all(&accepted).await.expect("the client reads");
        theirs
    }

    async fn connected(&mut self) -> Centre {
        let (ours, theirs) = pipe();
        let answer = self.dialled.recv().await.expect("the client dials");
        answer.send(Ok(ours)).expect("the client waits");
        Centre::serve(theirs)
    }
}
