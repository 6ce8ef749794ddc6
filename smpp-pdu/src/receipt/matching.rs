//! Ids compared across the forms that Message Centres write them in.

/// How far two ids may differ and still mean the same message.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum IdMatching {
    /// Octet by octet.
    Exact,
    /// Without regard to case, leading zeros and hyphens.
    Loose,
    /// As `Loose`, and one may be the other's number in decimal or hexadecimal. An id of digits alone can be
    /// read in either base, so unlike messages may match: compare ids of one Message Centre only.
    #[default]
    AnyBase,
}

/// Whether two ids mean the same message.
///
/// ```
/// use smpp_pdu::receipt::{IdMatching, same_id};
///
/// assert!(same_id("0000AB12", "ab12", IdMatching::Loose));
/// assert!(same_id("1891273321", "70BA8A69", IdMatching::AnyBase));
/// assert!(!same_id("17", "18", IdMatching::AnyBase));
/// ```
#[must_use]
pub fn same_id(one: &str, other: &str, matching: IdMatching) -> bool {
    if one == other {
        return true;
    }
    if matching == IdMatching::Exact {
        return false;
    }
    let (one, other) = (bare(one), bare(other));
    if one == other {
        return true;
    }
    matching == IdMatching::AnyBase && !one.is_empty() && (converts(&one, &other) || converts(&other, &one))
}

/// The forms under which an id may have been kept, the likeliest first, without repetition: as it is; bare
/// (lower case, no leading zeros, no hyphens); its decimal reading in hexadecimal; its hexadecimal reading in
/// decimal. For looking it up in a map whose keys are bare.
#[must_use]
pub fn id_forms(id: &str) -> Vec<String> {
    let bare = bare(id);
    let hexadecimal = number(&bare, 10).map(|number| format!("{number:x}"));
    let decimal = number(&bare, 16).map(|number| number.to_string());
    let mut forms = vec![id.to_owned()];
    for form in [Some(bare), hexadecimal, decimal].into_iter().flatten() {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// Lower case, without hyphens, blanks and leading zeros; a zero stays a zero.
fn bare(id: &str) -> String {
    let kept = id.chars().filter(|char| *char != '-' && !char.is_whitespace());
    let plain: String = kept.map(|char| char.to_ascii_lowercase()).collect();
    match plain.trim_start_matches('0') {
        "" if !plain.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    }
}

/// Whether the first in decimal is the second in hexadecimal.
fn converts(decimal: &str, hexadecimal: &str) -> bool {
    number(decimal, 10).is_some_and(|decimal| number(hexadecimal, 16) == Some(decimal))
}

/// Digits alone: a sign makes no number.
fn number(digits: &str, radix: u32) -> Option<u128> {
    if digits.starts_with('+') { None } else { u128::from_str_radix(digits, radix).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_id_match() {
        let any = |one, other| same_id(one, other, IdMatching::AnyBase);
        assert!(any("0000436949", "436949"));
        assert!(any("483D47F1", "1211975665"));
        assert!(any("1211975665", "483d47f1"));
        assert!(any("4a38dc46-5125-4969-90be-72104c340d5c", "4A38DC465125496990BE72104C340D5C"));
        assert!(any("64567564356765435676", "3800e11b0592d471c"));
        assert!(!any("foo", "bar"));
        assert!(!any("", "0"));
        assert!(any("000", "0"));
    }

    #[test]
    fn exact_and_loose_are_narrower() {
        assert!(!same_id("ab", "AB", IdMatching::Exact));
        assert!(same_id("ab", "AB", IdMatching::Loose));
        assert!(!same_id("16", "10", IdMatching::Loose));
        assert!(same_id("16", "10", IdMatching::AnyBase));
    }

    #[test]
    fn forms_to_look_under() {
        assert_eq!(id_forms("0010"), ["0010", "10", "a", "16"]);
        assert_eq!(id_forms("ab-CD"), ["ab-CD", "abcd", "43981"]);
        assert_eq!(id_forms("m1"), ["m1"]);
        assert_eq!(id_forms("+5"), ["+5"]);
        for id in ["0\n'\0", "-0 -a", "0 0", ""] {
            assert!(id_forms(id).iter().all(|form| same_id(id, form, IdMatching::AnyBase)), "{id:?}");
        }
    }
}
