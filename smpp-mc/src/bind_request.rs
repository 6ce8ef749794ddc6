//! `BindRequest`: what a peer says when it wants to be let in, and where it says it from.

use std::fmt::{self, Debug, Formatter};
use std::net::SocketAddr;

use smpp_session::BindMode;
use smpp_session::pdu::InterfaceVersion;

/// A bind_transmitter, bind_receiver or bind_transceiver, with the peer's address.
///
/// `Debug` shows the length of the password and nothing more of it.
#[derive(Clone)]
pub struct BindRequest {
    peer: SocketAddr,
    bind_mode: BindMode,
    system_id: Box<str>,
    password: Box<[u8]>,
    system_type: Box<str>,
    interface_version: InterfaceVersion,
}

impl BindRequest {
    /// A request made by hand, for tests of authenticators. Its interface_version is 3.4.
    #[must_use]
    pub fn new(peer: SocketAddr, bind_mode: BindMode, system_id: &str, password: &[u8]) -> Self {
        Self {
            peer,
            bind_mode,
            system_id: system_id.into(),
            password: password.into(),
            system_type: Box::default(),
            interface_version: InterfaceVersion::V3_4,
        }
    }

    /// The same request with another system_type.
    #[must_use]
    pub fn with_system_type(self, system_type: &str) -> Self {
        Self { system_type: system_type.into(), ..self }
    }

    /// The same request with another interface_version.
    #[must_use]
    pub fn with_interface_version(self, interface_version: InterfaceVersion) -> Self {
        Self { interface_version, ..self }
    }

    /// The address that the connection came from.
    #[must_use]
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Which of the three binds it is.
    #[must_use]
    pub fn bind_mode(&self) -> BindMode {
        self.bind_mode
    }

    /// Who the peer says it is. Octets that are no UTF-8 are replaced by U+FFFD.
    #[must_use]
    pub fn system_id(&self) -> &str {
        &self.system_id
    }

    /// The password as it was on the wire, without the terminating NUL.
    #[must_use]
    pub fn password(&self) -> &[u8] {
        &self.password
    }

    /// The system_type, which most centres ignore.
    #[must_use]
    pub fn system_type(&self) -> &str {
        &self.system_type
    }

    /// The SMPP version that the peer speaks.
    #[must_use]
    pub fn interface_version(&self) -> InterfaceVersion {
        self.interface_version
    }
}

impl Debug for BindRequest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindRequest")
            .field("peer", &self.peer)
            .field("bind_mode", &self.bind_mode)
            .field("system_id", &self.system_id)
            .field("password", &format_args!("[{} octets]", self.password.len()))
            .field("system_type", &self.system_type)
            .field("interface_version", &self.interface_version)
            .finish()
    }
}
