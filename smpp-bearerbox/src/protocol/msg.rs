//! The five messages.

use bytes::{BufMut, Bytes, BytesMut};

use crate::protocol::ack::Ack;
use crate::protocol::admin::Admin;
use crate::protocol::error::{MsgError, SmsError};
use crate::protocol::field::fields;
use crate::protocol::parser;
use crate::protocol::sms::Sms;
use crate::protocol::version::KannelVersion;

/// One message of the box protocol.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Msg {
    /// Type 0, from a box to bearerbox.
    Heartbeat(Heartbeat),
    /// Type 1.
    Admin(Admin),
    /// Type 2: an MT, an MO or a report.
    Sms(Box<Sms>),
    /// Type 3.
    Ack(Ack),
    /// Type 4, between a wapbox and bearerbox. On the port of the smsboxes it is ignored.
    WdpDatagram(WdpDatagram),
}

impl Msg {
    /// Decodes the body of a frame, which is what [`FrameDecoder`](crate::FrameDecoder) returns.
    ///
    /// Octets after the last known field are ignored, and an `sms` that ends exactly before `meta_data` has none,
    /// so that every Kannel from 1.4.2 on can be read. `version` says whether `validity` and `deferred` come as
    /// minutes, which are turned into Unix seconds by the message's `time`; without a `time` they are dropped.
    ///
    /// # Errors
    ///
    /// When the body is not one of the five messages. The stream is not harmed: the next frame can be read.
    pub fn decode(frame: Bytes, version: KannelVersion) -> Result<Self, MsgError> {
        let decoded = parser::integer("type", &frame).and_then(|(input, number)| match number {
            Heartbeat::TYPE => Heartbeat::parse(&frame, input).map(|(_, value)| Self::Heartbeat(value)),
            Admin::TYPE => Admin::parse(&frame, input).map(|(_, value)| Self::Admin(value)),
            Sms::TYPE => Sms::parse(&frame, input).map(|(_, value)| Self::Sms(Box::new(value))),
            Ack::TYPE => Ack::parse(&frame, input).map(|(_, value)| Self::Ack(value)),
            WdpDatagram::TYPE => WdpDatagram::parse(&frame, input).map(|(_, value)| Self::WdpDatagram(value)),
            _ => Err(nom::Err::Error(MsgError::UnknownType { number })),
        });
        match decoded {
            Ok(Self::Sms(mut sms)) => {
                if version.uses_minutes() {
                    sms.minutes_to_seconds();
                }
                Ok(Self::Sms(sms))
            }
            Ok(other) => Ok(other),
            Err(nom::Err::Error(error) | nom::Err::Failure(error)) => Err(error),
            // The parsers are those for complete input and never ask for more.
            Err(nom::Err::Incomplete(_)) => Err(MsgError::Truncated { field: "type" }),
        }
    }

    /// Appends the whole frame, its length included, to `dst`.
    ///
    /// # Errors
    ///
    /// Only for an `sms`: when `validity` or `deferred` has to be written in minutes and `time` is absent, or when
    /// the message exceeds the length a frame can state. `dst` is left alone. Whether an MT may be sent at all is
    /// not checked here, but by [`Sms::check_mt`].
    pub fn encode(&self, version: KannelVersion, dst: &mut BytesMut) -> Result<(), SmsError> {
        if let Self::Sms(sms) = self {
            sms.body_len(version)?;
        }
        self.write(version, dst);
        Ok(())
    }

    /// Appends the whole frame of a message that needs no check or had it.
    pub(crate) fn write(&self, version: KannelVersion, dst: &mut BytesMut) {
        match self {
            Self::Heartbeat(value) => frame(Heartbeat::TYPE, value.encoded_len(), dst, |dst| value.put(dst)),
            Self::Admin(value) => frame(Admin::TYPE, value.encoded_len(), dst, |dst| value.put(dst)),
            Self::Sms(value) => value.write(version, dst),
            Self::Ack(value) => frame(Ack::TYPE, value.encoded_len(), dst, |dst| value.put(dst)),
            Self::WdpDatagram(value) => {
                frame(WdpDatagram::TYPE, value.encoded_len(), dst, |dst| value.put(dst));
            }
        }
    }
}

impl Sms {
    const TYPE: i32 = 2;

    /// How many octets the body of the frame has, at most; fails where [`Msg::encode`] would.
    pub(crate) fn body_len(&self, version: KannelVersion) -> Result<usize, SmsError> {
        let length = self.encoded_len().saturating_add(4);
        if length > FRAME_MAX {
            return Err(SmsError::TooLong { length, limit: FRAME_MAX });
        }
        if version.uses_minutes() {
            self.check_minutes()?;
        }
        Ok(length)
    }

    /// Appends the whole frame of a message of which [`body_len`](Self::body_len) is known to succeed.
    pub(crate) fn write(&self, version: KannelVersion, dst: &mut BytesMut) {
        if version == KannelVersion::V1_4_4 {
            return frame(Self::TYPE, self.encoded_len(), dst, |dst| self.put(dst));
        }
        let old = self.seconds_to_minutes();
        // The field that is left out is the last one, and absent, so it takes four octets.
        let length = old.encoded_len().saturating_sub(4);
        frame(Self::TYPE, length, dst, |dst| {
            old.put(dst);
            dst.truncate(dst.len().saturating_sub(4));
        });
    }
}

impl Ack {
    const TYPE: i32 = 3;
}

impl Admin {
    const TYPE: i32 = 1;
}

impl From<Sms> for Msg {
    fn from(sms: Sms) -> Self {
        Self::Sms(Box::new(sms))
    }
}

impl From<Ack> for Msg {
    fn from(ack: Ack) -> Self {
        Self::Ack(ack)
    }
}

impl From<Admin> for Msg {
    fn from(admin: Admin) -> Self {
        Self::Admin(admin)
    }
}

fields! {
    /// A sign of life from a box. Bearerbox answers none and times no box out.
    #[derive(Clone, Copy, Eq, PartialEq)]
    pub struct Heartbeat {
        /// How much the box has to do; used only to choose a wapbox.
        pub load: Option<i32>,
    }
}

impl Heartbeat {
    const TYPE: i32 = 0;
}

fields! {
    /// A datagram between a wapbox and bearerbox.
    #[derive(Clone, Eq, PartialEq)]
    pub struct WdpDatagram {
        /// Where it comes from.
        pub source_address: Option<Bytes>,
        /// The port there.
        pub source_port: Option<i32>,
        /// Where it goes.
        pub destination_address: Option<Bytes>,
        /// The port there.
        pub destination_port: Option<i32>,
        /// What it carries.
        pub user_data: Option<Bytes>,
    }
}

impl WdpDatagram {
    const TYPE: i32 = 4;
}

/// The longest body whose length can be stated, in octets.
const FRAME_MAX: usize = i32::MAX as usize;

/// Appends length, type and what `put` appends, which is `length` octets.
fn frame(number: i32, length: usize, dst: &mut BytesMut, put: impl FnOnce(&mut BytesMut)) {
    let length = length.saturating_add(4);
    dst.reserve(length.saturating_add(4));
    dst.put_i32(i32::try_from(length).unwrap_or(i32::MAX));
    dst.put_i32(number);
    put(dst);
}
