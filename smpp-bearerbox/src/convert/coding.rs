//! data_coding on one side; `coding`, `mclass`, `mwi`, `compress` and `alt_dcs` on the other.

use bytes::Bytes;
use smpp_pdu::text::{Encoded, Encoding, Shifts, TextOptions, Unencodable};
use smpp_pdu::{Alphabet, DataCoding, MessageClass, MessageWaiting, WaitingKind};

use crate::convert::Converter;
use crate::protocol::{Coding, Sms};

/// User data of an MT in Kannel's form.
pub(super) struct KannelData {
    pub(super) coding: Coding,
    pub(super) msgdata: Bytes,
    /// The data_coding that bearerbox is to use on SMPP links, because its own choice would lose characters.
    pub(super) data_coding: Option<DataCoding>,
}

/// Converts the user data of an MT, which followed a header of that many octets.
pub(super) fn to_kannel(
    converter: &Converter,
    data_coding: DataCoding,
    data: &[u8],
    header_len: usize,
) -> KannelData {
    let plain = |coding| KannelData { coding, msgdata: Bytes::copy_from_slice(data), data_coding: None };
    if data_coding.is_compressed() {
        // Nobody here can read it, so the octets pass as they are.
        return plain(Coding::Binary);
    }
    match data_coding.alphabet() {
        Alphabet::Octets => plain(Coding::Binary),
        // GSM's reading of 0x09 is UCS-2, and bearerbox passes that unchanged.
        Alphabet::Ucs2 | Alphabet::Pictogram => plain(Coding::Ucs2),
        Alphabet::Reserved if header_len > 0 => plain(Coding::Binary),
        Alphabet::McDefault
        | Alphabet::Gsm7
        | Alphabet::Ascii
        | Alphabet::Latin1
        | Alphabet::Jis
        | Alphabet::Cyrillic
        | Alphabet::Hebrew
        | Alphabet::Iso2022Jp
        | Alphabet::ExtendedKanji
        | Alphabet::KsC5601
        | Alphabet::Reserved => text_to_kannel(converter, data_coding, data, header_len),
        // An alphabet that this crate does not know yet.
        _ => plain(Coding::Binary),
    }
}

fn text_to_kannel(
    converter: &Converter,
    data_coding: DataCoding,
    data: &[u8],
    header_len: usize,
) -> KannelData {
    let text = text(&converter.text, data_coding, data, header_len);
    let is_gsm = data_coding.alphabet() == Alphabet::Gsm7
        || data_coding.alphabet() == Alphabet::McDefault && converter.text.mc_default() == Encoding::Gsm7;
    if is_gsm || TextOptions::default().encode_as(&text, Encoding::Gsm7).is_ok() {
        return KannelData { coding: Coding::Text, msgdata: text.into(), data_coding: None };
    }
    if converter.meta_data && BEARERBOX_CHARSETS.contains(&data_coding) {
        return KannelData { coding: Coding::Text, msgdata: text.into(), data_coding: Some(data_coding) };
    }
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    KannelData { coding: Coding::Ucs2, msgdata: units.into(), data_coding: None }
}

/// The text of the user data. What a peer sends as ASCII is often UTF-8, and is taken as that.
fn text(options: &TextOptions, data_coding: DataCoding, data: &[u8], header_len: usize) -> String {
    if data_coding == DataCoding::ASCII
        && let Ok(text) = str::from_utf8(data)
    {
        return text.to_owned();
    }
    // The tables of a national language are not looked for: bearerbox could not write them, while octets read in the default
    // table and written in it again stay what they are.
    let decode = |data_coding| options.decode_user_data(data_coding, data, Shifts::DEFAULT, header_len);
    // Reserved values name no alphabet; GSM 03.38 says to take them for the default one.
    decode(data_coding).or_else(|_| decode(DataCoding::MC_DEFAULT)).unwrap_or_default()
}

/// Sets what a data_coding says beside the alphabet.
pub(super) fn set_groups(data_coding: DataCoding, sms: &mut Sms) {
    sms.mclass = data_coding.message_class().map(|class| match class {
        MessageClass::Class0 => 0,
        MessageClass::Class1 => 1,
        MessageClass::Class2 => 2,
        MessageClass::Class3 => 3,
    });
    sms.mwi = data_coding.message_waiting().map(|waiting| {
        let kind = i32::from(waiting.kind.bits());
        if waiting.active { kind } else { kind + 4 }
    });
    sms.compress = data_coding.is_compressed().then_some(1);
    sms.alt_dcs = sms.mclass.map(|_| i32::from(data_coding.0 >= 0xF0));
}

/// Converts the `msgdata` of an MO. GSM septets are one an octet still.
pub(super) fn to_smpp(converter: &Converter, mo: &Sms) -> Encoded {
    let msgdata = mo.msgdata.as_deref().unwrap_or_default();
    let plain = match Coding::of(mo) {
        Coding::Text => DataCoding::MC_DEFAULT,
        Coding::Binary => DataCoding::OCTET,
        Coding::Ucs2 => DataCoding::UCS2,
    };
    if mo.compress == Some(1) {
        return Encoded::binary(with_groups(mo, DataCoding(0x20 | plain.0), msgdata), msgdata.to_vec());
    }
    match Coding::of(mo) {
        Coding::Text => text_to_smpp(converter, mo, &String::from_utf8_lossy(msgdata)),
        Coding::Binary => Encoded::binary(with_groups(mo, plain, msgdata), msgdata.to_vec()),
        Coding::Ucs2 => {
            let data_coding = with_groups(mo, plain, msgdata);
            // As text it is never cut inside a character; what is no text is cut anywhere.
            let options = TextOptions::default();
            let text = options.decode(DataCoding::UCS2, msgdata).unwrap_or_default();
            match options.encode_as(&text, Encoding::Ucs2) {
                Ok(encoded) if encoded.octets() == msgdata => encoded.with_data_coding(data_coding),
                _ => Encoded::binary(data_coding, msgdata.to_vec()),
            }
        }
    }
}

fn text_to_smpp(converter: &Converter, mo: &Sms, text: &str) -> Encoded {
    // A class or an indication has a form for GSM 03.38 and one for UCS-2, and none for the account's own alphabet.
    let has_group = mo.mclass.is_some() || mo.mwi.is_some();
    let wanted = if has_group { Encoding::Gsm7 } else { converter.text.mc_default() };
    let options = converter.text.clone().with_mc_default(wanted).with_unencodable(Unencodable::Strict);
    let msgdata = text.as_bytes();
    match options.encode_as(text, wanted) {
        Ok(encoded) => encoded.with_data_coding(with_groups(mo, DataCoding::MC_DEFAULT, msgdata)),
        Err(_) => {
            let data_coding = with_groups(mo, DataCoding::UCS2, msgdata);
            let octets = || text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            options
                .encode_as(text, Encoding::Ucs2)
                .unwrap_or_else(|_| Encoded::binary(data_coding, octets()))
                .with_data_coding(data_coding)
        }
    }
}

/// The data_coding with the class or the indication of an MO, by Kannel's rules: an indication only for text, and a class
/// in the form 0xFx where that has one.
fn with_groups(mo: &Sms, plain: DataCoding, msgdata: &[u8]) -> DataCoding {
    let ucs2 = plain == DataCoding::UCS2;
    let mwi = mo.mwi.and_then(|mwi| u8::try_from(mwi).ok()).filter(|mwi| *mwi < 8);
    if let Some(mwi) = mwi
        && plain != DataCoding::OCTET
    {
        let kind = WaitingKind::from_bits(mwi);
        return DataCoding::with_message_waiting(MessageWaiting {
            store: ucs2 || !msgdata.is_empty(),
            ucs2,
            active: mwi < 4,
            kind,
        });
    }
    let class = match mo.mclass {
        Some(0) => MessageClass::Class0,
        Some(1) => MessageClass::Class1,
        Some(2) => MessageClass::Class2,
        Some(3) => MessageClass::Class3,
        _ => return plain,
    };
    let alphabet = match plain {
        DataCoding::MC_DEFAULT => Alphabet::Gsm7,
        DataCoding::UCS2 => Alphabet::Ucs2,
        _ => Alphabet::Octets,
    };
    DataCoding::with_class(alphabet, class)
}

/// The charsets that bearerbox converts text into, on being told so in `meta_data`. Those of Japan and Korea it knows by
/// name and fails to convert into (measured with Debian's 1.4.5, which then sends UTF-8 under their number).
const BEARERBOX_CHARSETS: [DataCoding; 4] =
    [DataCoding::ASCII, DataCoding::LATIN_1, DataCoding::CYRILLIC, DataCoding::HEBREW];
