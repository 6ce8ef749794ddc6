//! The codec against the specification's tables and against what other implementations wrote.

mod properties;
mod receipts;
mod tables;
mod text;
mod tolerance;
mod vectors;

/// Octets from hexadecimal.
fn octets(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().as_chunks::<2>().0;
    digits.iter().map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
