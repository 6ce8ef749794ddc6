//! What a bind agrees on: its kind, who is who, and the version.
//!
//! The version of a session is the lower of the two ends' (SMPP v5.0 section
//! 2.8). An ESME names its own in the bind, a Message Centre of v3.4 or later
//! in the response's sc_interface_version. The peer's decides what is sent to
//! it: nothing newer, and below v3.4 no TLVs at all.

use smpp_pdu::{Body, CommandId, Header, InterfaceVersion, TlvTag, Tlvs};

use crate::config::SessionConfig;

/// The three kinds of bind.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "SMPP has three binds")]
pub enum BindMode {
    /// bind_transmitter: the ESME submits.
    Transmitter,
    /// bind_receiver: the MC delivers.
    Receiver,
    /// bind_transceiver: both.
    Transceiver,
}

impl BindMode {
    /// Returns the kind of a bind request or of its response.
    #[must_use]
    pub const fn of(command_id: CommandId) -> Option<Self> {
        match command_id.0 & 0x7FFF_FFFF {
            0x0000_0001 => Some(Self::Receiver),
            0x0000_0002 => Some(Self::Transmitter),
            0x0000_0009 => Some(Self::Transceiver),
            _ => None,
        }
    }
}

/// What a successful bind agreed on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BindInfo {
    /// Which kind.
    pub mode: BindMode,
    /// The ESME's system_id, from the bind.
    pub system_id: String,
    /// The MC's system_id, from the response.
    pub mc_system_id: String,
    /// The version the peer named, as it stands in its PDU; `None` if it named none.
    pub peer_interface_version: Option<u8>,
    /// The version of the session: the lower of the two ends'.
    pub interface_version: InterfaceVersion,
}

/// What a bind or its response says, read from the frame itself so that an
/// irregular one is read too.
#[derive(Debug, Default)]
pub(crate) struct BindFields {
    system_id: String,
    /// interface_version of a request, sc_interface_version of a response.
    version: Option<u8>,
}

impl BindFields {
    pub(crate) fn read(command_id: CommandId, frame: &[u8]) -> Self {
        let body = frame.get(Header::LEN..).unwrap_or_default();
        let (system_id, rest) = c_octet_string(body);
        let version = if command_id.is_request() {
            let (_password, rest) = c_octet_string(rest);
            let (_system_type, rest) = c_octet_string(rest);
            rest.first().copied()
        } else {
            Tlvs::from_wire(rest).ok().and_then(|tlvs| tlvs.u8(TlvTag::SC_INTERFACE_VERSION))
        };
        Self { system_id: String::from_utf8_lossy(system_id).into_owned(), version }
    }
}

/// A bind that is not answered yet.
#[derive(Debug)]
pub(crate) struct Binding {
    mode: BindMode,
    /// The ESME's.
    fields: BindFields,
}

impl Binding {
    pub(crate) const fn new(mode: BindMode, fields: BindFields) -> Self {
        Self { mode, fields }
    }

    /// The version of the session if this bind of a peer's is accepted.
    pub(crate) fn session_version(&self, config: &SessionConfig) -> InterfaceVersion {
        let asked = InterfaceVersion(self.fields.version.unwrap_or_default()).level();
        // bind_transceiver came with v3.4: who sends it and names less has
        // written 34 in decimal.
        let asked =
            if self.mode == BindMode::Transceiver { asked.max(InterfaceVersion::V3_4) } else { asked };
        config.own_interface_version().negotiated_with(asked)
    }

    /// Tells a peer of v3.4 or later which version this MC speaks.
    pub(crate) fn add_sc_interface_version(&self, response: &mut Body, config: &SessionConfig) {
        let told = self.session_version(config).permits_tlvs();
        if let Some(tlvs) = response.tlvs_mut().filter(|_| told)
            && !tlvs.contains(TlvTag::SC_INTERFACE_VERSION)
        {
            // One octet fits wherever a TLV does; a response too long for it is refused when encoded.
            let _pushed = tlvs.push_u8(TlvTag::SC_INTERFACE_VERSION, config.own_interface_version().0);
        }
    }

    /// The bind was accepted by this end.
    pub(crate) fn accepted_here(self, response: &Body, config: &SessionConfig) -> BindInfo {
        let mc_system_id = if let Body::BindTransceiverResp(response) = response {
            response.system_id.as_ref().map(|id| text(id.as_bytes()))
        } else if let Body::BindTransmitterResp(response) = response {
            response.system_id.as_ref().map(|id| text(id.as_bytes()))
        } else if let Body::BindReceiverResp(response) = response {
            response.system_id.as_ref().map(|id| text(id.as_bytes()))
        } else {
            None
        };
        BindInfo {
            mode: self.mode,
            mc_system_id: mc_system_id.unwrap_or_default(),
            peer_interface_version: self.fields.version,
            interface_version: self.session_version(config),
            system_id: self.fields.system_id,
        }
    }

    /// The bind was accepted by the peer, whose response says `answer`.
    pub(crate) fn accepted_there(self, answer: BindFields, config: &SessionConfig) -> BindInfo {
        let asked = self.session_version(config);
        let peer = match answer.version {
            Some(version) => InterfaceVersion(version),
            None if config.assumes_requested_version() => asked,
            None => InterfaceVersion::V3_3,
        };
        BindInfo {
            mode: self.mode,
            system_id: self.fields.system_id,
            mc_system_id: answer.system_id,
            peer_interface_version: answer.version,
            interface_version: asked.negotiated_with(peer),
        }
    }
}

fn c_octet_string(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
    let (string, rest) = octets.split_at_checked(end).unwrap_or((octets, &[]));
    (string, rest.get(1..).unwrap_or_default())
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_version_wins() {
        let config = SessionConfig::default();
        let version = |mode, octet| {
            let fields = BindFields { system_id: String::new(), version: Some(octet) };
            Binding::new(mode, fields).session_version(&config)
        };

        assert_eq!(version(BindMode::Transmitter, 0x33), InterfaceVersion::V3_3);
        assert_eq!(version(BindMode::Transmitter, 0x00), InterfaceVersion::V3_3);
        assert_eq!(version(BindMode::Receiver, 0x34), InterfaceVersion::V3_4);
        assert_eq!(version(BindMode::Transceiver, 0x50), InterfaceVersion::V5_0);
        assert_eq!(version(BindMode::Transceiver, 34), InterfaceVersion::V3_4, "34 in decimal");
    }

    #[test]
    fn a_response_without_version_is_taken_as_the_config_says() {
        let info = |config: &SessionConfig| {
            let asked = BindFields { system_id: "esme".into(), version: Some(0x34) };
            Binding::new(BindMode::Transceiver, asked).accepted_there(BindFields::default(), config)
        };

        assert_eq!(info(&SessionConfig::default()).interface_version, InterfaceVersion::V3_4);
        let strict = SessionConfig::default().assume_requested_version(false);
        assert_eq!(info(&strict).interface_version, InterfaceVersion::V3_3);
    }

    #[test]
    fn fields_are_read_from_any_frame() {
        let frame = [&[0; 16][..], b"esme\0secret\0\0\x34\x01\x01\0"].concat();

        let fields = BindFields::read(CommandId::BIND_TRANSCEIVER, &frame);

        assert_eq!((fields.system_id.as_str(), fields.version), ("esme", Some(0x34)));
        assert_eq!(BindFields::read(CommandId::BIND_TRANSCEIVER, &[]).version, None);
    }
}
