//! Arbitrary streams from bearerbox: frames, messages, a link that reads them, and what is made of them.

#![no_main]

use std::time::Instant;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smpp_bearerbox::{
    AckStatus, Converter, FrameDecoder, KannelVersion, KsmppdDlrUrl, Link, LinkConfig, LinkEvent, MetaData,
    Msg, Report, Sms,
};

fuzz_target!(|input: (bool, &[u8])| {
    let (old, stream) = input;
    let version = if old { KannelVersion::V1_4_2 } else { KannelVersion::V1_4_4 };
    let decoder = FrameDecoder::new(4_096);

    // As a stream, and as the body of one frame, or hardly any input would get past the length.
    let mut buffer = BytesMut::from(stream);
    while let Ok(Some(frame)) = decoder.decode(&mut buffer) {
        read(Msg::decode(frame, version).ok(), version);
    }
    read(Msg::decode(bytes::Bytes::copy_from_slice(stream), version).ok(), version);

    let now = Instant::now();
    let mut link = Link::<()>::new(LinkConfig::new().version(version).frame_limit(4_096), now);
    let mut buffer = BytesMut::from(stream);
    link.handle_input(&mut buffer, now);
    while let Some(event) = link.poll_event() {
        if let LinkEvent::Sms { token, .. } = event {
            link.acknowledge(token, AckStatus::Success, now);
        }
    }
    let written = link.output().len();
    link.transmitted(written);
});

fn read(msg: Option<Msg>, version: KannelVersion) {
    let Some(msg) = msg else { return };
    let mut wire = BytesMut::new();
    if msg.encode(version, &mut wire).is_ok() && version == KannelVersion::V1_4_4 {
        let frame = FrameDecoder::default().decode(&mut wire).expect("a frame").expect("a whole one");
        assert_eq!(Msg::decode(frame, version).as_ref(), Ok(&msg));
    }
    if let Msg::Sms(sms) = msg {
        interpret(&sms);
    }
}

fn interpret(sms: &Sms) {
    let _ = (sms.check_mt(), Report::of(sms), Converter::new().deliver_sm(sms));
    let _ = Converter::new().deliver_sms(sms, &Default::default(), 1);
    let _ = sms.dlr_url.as_deref().and_then(KsmppdDlrUrl::parse);
    if let Some(Ok(meta_data)) = sms.meta_data.as_deref().map(MetaData::parse) {
        assert_eq!(MetaData::parse(&meta_data.to_bytes()), Ok(meta_data));
    }
}
