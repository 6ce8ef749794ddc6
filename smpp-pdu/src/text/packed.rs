//! Septets packed into octets (GSM 03.38 section 6.1.2.1), with the fill bits that a user data header asks
//! for.

/// The zero bits between a user data header of that many octets (its length octet counted) and the first
/// septet, so that the text begins on a septet's border.
#[must_use]
pub fn fill_bits(header_len: usize) -> u8 {
    // Below 7, so it fits.
    ((7 - header_len * 8 % 7) % 7) as u8
}

/// Packs septets behind that many fill bits. Where seven bits would be left over at the end they are a
/// carriage return, so that a receiver does not read `@`.
#[must_use]
pub fn pack(septets: &[u8], fill_bits: u8) -> Vec<u8> {
    if septets.is_empty() {
        return Vec::new();
    }
    let mut packed = Vec::with_capacity(septets.len().saturating_add(1));
    let mut bits = u32::from(fill_bits.min(6));
    let mut window = 0_u32;
    for septet in septets {
        window |= u32::from(septet & 0x7F) << bits;
        bits += 7;
        if bits >= 8 {
            packed.push((window & 0xFF) as u8);
            window >>= 8;
            bits -= 8;
        }
    }
    if bits == 1 {
        window |= u32::from(b'\r') << 1;
    }
    if bits > 0 {
        packed.push((window & 0xFF) as u8);
    }
    packed
}

/// Unpacks all septets that follow that many fill bits. If the last octet's bits could be padding (the
/// octets hold a whole number of septets), a closing carriage return is dropped and a closing `@` kept.
#[must_use]
pub fn unpack(packed: &[u8], fill_bits: u8) -> Vec<u8> {
    let mut septets = Vec::with_capacity(packed.len().saturating_mul(8) / 7);
    let mut skip = u32::from(fill_bits.min(6));
    let mut window = 0_u32;
    let mut bits = 0;
    for octet in packed {
        window |= u32::from(*octet) << bits;
        bits += 8;
        if skip > 0 {
            window >>= skip;
            bits -= skip;
            skip = 0;
        }
        while bits >= 7 {
            septets.push((window & 0x7F) as u8);
            window >>= 7;
            bits -= 7;
        }
    }
    if bits == 0 && septets.last() == Some(&b'\r') {
        septets.pop();
    }
    septets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_bits_of_the_usual_headers() {
        let expected = [(0, 0), (6, 1), (7, 0), (4, 3), (9, 5), (12, 2), (10, 4), (13, 1)];
        for (header_len, bits) in expected {
            assert_eq!(fill_bits(header_len), bits, "{header_len}");
        }
    }

    #[test]
    fn hello_is_packed_as_everywhere() {
        assert_eq!(pack(b"hellohello", 0), [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
        assert_eq!(unpack(&[0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37], 0), b"hellohello");
    }

    #[test]
    fn there_and_back_with_every_fill() {
        for fill in 0..7 {
            for len in 1..40_u8 {
                let septets: Vec<u8> = (0..len).map(|n| 0x40 | n).collect();
                let packed = pack(&septets, fill);
                assert_eq!(packed.len(), (usize::from(fill) + septets.len() * 7).div_ceil(8));
                assert_eq!(unpack(&packed, fill), septets, "{fill} {len}");
            }
        }
    }

    #[test]
    fn seven_characters_do_not_gain_an_at_sign() {
        let packed = pack(b"sevench", 0);
        assert_eq!(packed.len(), 7);
        assert_eq!(unpack(&packed, 0), b"sevench");
    }
}
