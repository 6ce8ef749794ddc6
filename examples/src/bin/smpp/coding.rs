//! Alphabets and ways of splitting, as they are named on a command line.

use clap::ValueEnum;
use smpp_esme::{Split, pdu::text::Encoding};

/// How a long message is split.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SplitArg {
    /// Not at all: too long is an error.
    None,
    /// User data header with an 8-bit reference.
    Udh8,
    /// User data header with a 16-bit reference.
    Udh16,
    /// TLVs sar_msg_ref_num, sar_total_segments and sar_segment_seqnum.
    Sar,
    /// One PDU with the TLV message_payload.
    Payload,
}

impl From<SplitArg> for Split {
    fn from(split: SplitArg) -> Self {
        match split {
            SplitArg::None => Self::None,
            SplitArg::Udh8 => Self::Udh8,
            SplitArg::Udh16 => Self::Udh16,
            SplitArg::Sar => Self::Sar,
            SplitArg::Payload => Self::Payload,
        }
    }
}

/// The alphabet of a text.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EncodingArg {
    /// GSM 03.38.
    Gsm,
    /// ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// ISO 8859-5.
    Cyrillic,
    /// ISO 8859-8.
    Hebrew,
    /// UCS-2.
    Ucs2,
}

impl From<EncodingArg> for Encoding {
    fn from(encoding: EncodingArg) -> Self {
        match encoding {
            EncodingArg::Gsm => Self::Gsm7,
            EncodingArg::Ascii => Self::Ascii,
            EncodingArg::Latin1 => Self::Latin1,
            EncodingArg::Cyrillic => Self::Cyrillic,
            EncodingArg::Hebrew => Self::Hebrew,
            EncodingArg::Ucs2 => Self::Ucs2,
        }
    }
}
