//! Arbitrary chunks of a stream give the same PDUs and errors as the whole of it.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smpp_pdu::{CodecOptions, DecodeError, FrameDecoder, Pdu};

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (cuts, stream) = input;
    let whole = read(stream, core::iter::repeat(usize::MAX));
    let in_chunks = read(stream, cuts.iter().map(|cut| usize::from(*cut)).chain(core::iter::repeat(1)));
    assert_eq!(whole, in_chunks);
});

/// What a stream gives up to the loss of its position.
fn read(mut stream: &[u8], chunks: impl Iterator<Item = usize>) -> Vec<Result<Pdu, &'static str>> {
    let mut decoder = FrameDecoder::new(CodecOptions::default().with_max_command_length(2_000));
    let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
    for len in chunks {
        let (chunk, rest) = stream.split_at(len.min(stream.len()));
        buffer.extend_from_slice(chunk);
        stream = rest;
        loop {
            match decoder.decode(&mut buffer) {
                Ok(Some(pdu)) => found.push(Ok(pdu)),
                Ok(None) => break,
                Err(DecodeError::Field { field, .. }) => found.push(Err(field)),
                Err(error) => {
                    assert!(!error.is_recoverable());
                    found.push(Err("position lost"));
                    return found;
                }
            }
        }
        if stream.is_empty() {
            return found;
        }
    }
    found
}
