//! [`OutbindListener`]: a centre that has something to deliver calls the ESME.

use std::{io, net::SocketAddr};

use smpp_session::{
    driver::TcpOptions,
    pdu::{Outbind, Password},
};
use tokio::{
    net::{TcpListener, ToSocketAddrs},
    sync::mpsc,
};

use crate::{
    builder::EsmeClientBuilder, client::EsmeClient, connect, deliveries::Deliveries, error::ConnectError,
};

/// Waits for a centre to connect and to send outbind, and binds on that
/// connection (SMPP v3.4 section 2.2.1, section 4.1.7).
#[derive(Debug)]
pub struct OutbindListener {
    listener: TcpListener,
    builder: EsmeClientBuilder,
    expected: Option<Expected>,
}

/// Who may call.
#[derive(Clone, Debug)]
struct Expected {
    system_id: String,
    password: String,
}

impl OutbindListener {
    /// Listens; each connection is bound as `builder` says, whose host and port
    /// are not looked at.
    ///
    /// # Errors
    ///
    /// What the system says about the address.
    pub async fn listen(address: impl ToSocketAddrs, builder: EsmeClientBuilder) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, builder, expected: None })
    }

    /// Binds only if the outbind bears this system_id and password. Default:
    /// whoever connects is taken for the centre, which is right only in a
    /// network that lets nobody else in.
    #[must_use]
    pub fn expect(mut self, system_id: impl Into<String>, password: impl Into<String>) -> Self {
        self.expected = Some(Expected { system_id: system_id.into(), password: password.into() });
        self
    }

    /// The address listened on.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Waits for the next connection, for its outbind as long as for the answer
    /// to a bind, and binds.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Outbind`] for a caller that is not expected; else as
    /// [`EsmeClientBuilder::bind`]. The listener goes on.
    pub async fn accept(&self) -> Result<(EsmeClient, Deliveries), ConnectError> {
        let failed =
            |error: io::Error| ConnectError::Transport { kind: error.kind(), reason: error.to_string() };
        let (stream, _) = self.listener.accept().await.map_err(failed)?;
        TcpOptions::default().apply(&stream).map_err(failed)?;
        let (sender, queue) = mpsc::channel(self.builder.delivery_queue);
        let expected = self.expected.clone();
        let verify =
            move |outbind: &Outbind| expected.as_ref().is_none_or(|expected| expected.matches(outbind));
        let client = connect::bind_called(self.builder.clone(), stream, sender, verify).await?;
        let alive = client.alive();
        Ok((client, Deliveries::new(queue, Some(alive))))
    }
}

impl Expected {
    fn matches(&self, outbind: &Outbind) -> bool {
        let password = Password::try_from(self.password.as_str());
        outbind.system_id.as_bytes() == self.system_id.as_bytes()
            && password.is_ok_and(|own| own == outbind.password)
    }
}
