//! [`WapPush`]: service indication and service loading, as WSP push of binary XML (WAP-167, WAP-168,
//! WAP-230).

/// A push of an address to a mobile's browser.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub enum WapPush {
    /// A text and an address, shown to the user.
    Indication {
        /// The address.
        url: String,
        /// The text.
        text: String,
        /// How insistently it is shown.
        action: PushAction,
    },
    /// An address that is loaded.
    Loading {
        /// The address.
        url: String,
        /// Whether the user is asked less (`High`) or more.
        action: PushAction,
    },
}

/// How insistently a push is handled.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PushAction {
    /// Kept and not shown; of a loading: cached.
    None,
    /// Shown without disturbing.
    Low,
    /// Shown when convenient.
    #[default]
    Medium,
    /// Shown at once.
    High,
}

impl WapPush {
    /// A text and an address, shown when convenient.
    #[must_use]
    pub fn indication(url: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Indication { url: url.into(), text: text.into(), action: PushAction::Medium }
    }

    /// An address that is loaded as soon as the user agrees.
    #[must_use]
    pub fn loading(url: impl Into<String>) -> Self {
        Self::Loading { url: url.into(), action: PushAction::Low }
    }

    /// The octets behind the header with the ports: WSP push, content type, binary XML in UTF-8. NULs in
    /// address and text are left out.
    #[must_use]
    pub fn to_octets(&self, transaction_id: u8) -> Vec<u8> {
        // Push, one octet of headers: the content type.
        let mut octets = vec![transaction_id, 0x06, 0x01];
        match self {
            Self::Indication { url, text, action } => {
                octets.push(0xAE);
                // Version 1.2, public id of SI 1.0, UTF-8, no strings; <si>, <indication>.
                octets.extend([0x02, 0x05, 0x6A, 0x00, 0x45, 0xC6]);
                address(&mut octets, 0x0B, url);
                octets.push(match action {
                    PushAction::None => 0x05,
                    PushAction::Low => 0x06,
                    PushAction::Medium => 0x07,
                    PushAction::High => 0x08,
                });
                octets.push(0x01);
                inline(&mut octets, text);
                octets.extend([0x01, 0x01]);
            }
            Self::Loading { url, action } => {
                octets.push(0xB0);
                // Version 1.2, public id of SL 1.0, UTF-8, no strings; <sl>.
                octets.extend([0x02, 0x06, 0x6A, 0x00, 0x85]);
                address(&mut octets, 0x08, url);
                octets.push(match action {
                    PushAction::None => 0x07,
                    PushAction::Low | PushAction::Medium => 0x05,
                    PushAction::High => 0x06,
                });
                octets.push(0x01);
            }
        }
        octets
    }
}

/// The attribute href: its token, or the one of the four behind it that stands for the beginning.
fn address(octets: &mut Vec<u8>, href: u8, url: &str) {
    let beginnings = [("https://www.", 4), ("http://www.", 2), ("https://", 3), ("http://", 1)];
    let found = beginnings.iter().find_map(|(beginning, token)| Some((*token, url.strip_prefix(beginning)?)));
    let (token, rest) = found.unwrap_or((0, url));
    octets.push(href + token);
    inline(octets, rest);
}

fn inline(octets: &mut Vec<u8>, text: &str) {
    octets.push(0x03);
    octets.extend(text.bytes().filter(|octet| *octet != 0));
    octets.push(0x00);
}

impl core::fmt::Debug for WapPush {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Indication { url, text, action } => {
                write!(f, "Indication({} octets, {} octets, {action:?})", url.len(), text.len())
            }
            Self::Loading { url, action } => write!(f, "Loading({} octets, {action:?})", url.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indication() {
        let octets = WapPush::indication("http://www.a.b/", "Hi").to_octets(0x25);
        let expected = b"\x25\x06\x01\xAE\x02\x05\x6A\x00\x45\xC6\x0D\x03a.b/\x00\x07\x01\x03Hi\x00\x01\x01";
        assert_eq!(octets, expected);
    }

    #[test]
    fn loading() {
        let octets = WapPush::loading("https://a.b").to_octets(0x25);
        assert_eq!(octets, b"\x25\x06\x01\xB0\x02\x06\x6A\x00\x85\x0B\x03a.b\x00\x05\x01");
        let octets = WapPush::loading("ftp://a").to_octets(0x25);
        assert_eq!(octets, b"\x25\x06\x01\xB0\x02\x06\x6A\x00\x85\x08\x03ftp://a\x00\x05\x01");
    }
}
