//! GSM 03.38, unpacked: one septet an octet, as most Message Centres take it.

use super::{
    language::{Language, Shifts},
    tables::{LOCKING, SINGLE},
};

/// What selects the extension table for the next septet.
pub(crate) const ESCAPE: u8 = 0x1B;

/// The septets of one character.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Septets {
    One(u8),
    Escaped(u8),
}

/// The septets of a text, or the index (in characters) of the first that has none.
pub(super) fn encode(text: &str, shifts: Shifts) -> Result<Vec<u8>, usize> {
    let mut septets = Vec::with_capacity(text.len());
    for (index, char) in text.chars().enumerate() {
        match septets_of(char, shifts).ok_or(index)? {
            Septets::One(septet) => septets.push(septet),
            Septets::Escaped(septet) => septets.extend([ESCAPE, septet]),
        }
    }
    Ok(septets)
}

/// The septets of one character. The basic table comes first; where a table lists a character twice, the
/// lowest code is taken.
pub(super) fn septets_of(char: char, shifts: Shifts) -> Option<Septets> {
    if shifts.locking == Language::DEFAULT
        && let Ok(ascii) = u8::try_from(char)
        && matches!(ascii, b' '..=b'#' | b'%'..=b'?' | b'A'..=b'Z' | b'a'..=b'z')
    {
        return Some(Septets::One(ascii));
    }
    let code = |index: usize| u8::try_from(index).ok().filter(|code| *code != ESCAPE);
    if let Some(septet) = basic(shifts.locking).iter().position(|entry| *entry == char).and_then(code)
        && char != '\0'
    {
        return Some(Septets::One(septet));
    }
    extension(shifts.single).iter().find(|(_, entry)| *entry == char).map(|(code, _)| Septets::Escaped(*code))
}

/// The text of septets. Every sequence is some text: an extension code without a character shows the basic
/// character, a second escape and an escape at the end show a space; octets above 0x7F lose their top bit.
pub(super) fn decode(septets: &[u8], shifts: Shifts) -> String {
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets.iter().map(|septet| septet & 0x7F);
    while let Some(septet) = rest.next() {
        if septet != ESCAPE {
            text.push(char_of(septet, shifts));
            continue;
        }
        match rest.next() {
            None | Some(ESCAPE) => text.push(' '),
            Some(code) => {
                let extended = extension(shifts.single).iter().find(|(entry, _)| *entry == code);
                text.push(extended.map_or_else(|| char_of(code, shifts), |(_, char)| *char));
            }
        }
    }
    text
}

fn char_of(septet: u8, shifts: Shifts) -> char {
    match basic(shifts.locking).get(usize::from(septet)) {
        None | Some('\0') => ' ',
        Some(char) => *char,
    }
}

/// The basic table of a language; the default alphabet for one that has none or is reserved.
fn basic(language: Language) -> &'static [char; 128] {
    static NONE: [char; 128] = ['\0'; 128];
    let table = |index: usize| LOCKING.get(index).copied().flatten();
    table(usize::from(language.0)).or_else(|| table(0)).unwrap_or(&NONE)
}

fn extension(language: Language) -> &'static [(u8, char)] {
    let table = |index: usize| SINGLE.get(index).copied();
    table(usize::from(language.0)).or_else(|| table(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        let mut count = 0;
        for line in include_str!("../../tests/data/spec/gsm0338.csv").lines().skip(1) {
            let mut cells = line.split(',');
            let table = cells.next().unwrap();
            let language = Language(cells.next().unwrap().parse().unwrap());
            let code = u8::from_str_radix(cells.nth(1).unwrap().trim_start_matches("0x"), 16).unwrap();
            let unicode = cells.next().unwrap();
            count += 1;
            let Ok(unicode) = u32::from_str_radix(unicode.trim_start_matches("U+"), 16) else { continue };
            let char = char::from_u32(unicode).unwrap();
            let (shifts, septets) = match table {
                "default" | "locking" => (Shifts { locking: language, ..Shifts::DEFAULT }, vec![code]),
                _ => (Shifts { single: language, ..Shifts::DEFAULT }, vec![ESCAPE, code]),
            };
            assert_eq!(decode(&septets, shifts), char.to_string(), "{line}");
            let encoded = encode(&char.to_string(), shifts).unwrap();
            assert!(encoded.len() <= septets.len(), "{line}");
            assert_eq!(decode(&encoded, shifts), char.to_string(), "{line}");
        }
        assert_eq!(count, 2566);
    }

    #[test]
    fn odd_escapes_are_text() {
        assert_eq!(decode(&[ESCAPE, 0x41, b'x'], Shifts::DEFAULT), "Ax");
        assert_eq!(decode(&[ESCAPE, ESCAPE, b'x'], Shifts::DEFAULT), " x");
        assert_eq!(decode(&[b'x', ESCAPE], Shifts::DEFAULT), "x ");
    }
}
