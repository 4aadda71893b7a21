//! Bytes by hand: numbers, addresses, MACs, JSON strings.
//!
//! The log and its truth are several hundred bytes a line, so nothing here goes through `fmt` on
//! the usual path.

use std::fmt::Write as _;

/// An IP address, small and copied freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    /// IPv4.
    V4(u32),
    /// IPv6.
    V6(u128),
}

impl Address {
    /// True for IPv6.
    pub(crate) fn is_v6(self) -> bool {
        matches!(self, Self::V6(_))
    }

    /// 64 bits that tell addresses apart.
    pub(crate) fn key(self) -> u64 {
        match self {
            Self::V4(a) => u64::from(a),
            Self::V6(a) => crate::random::mix(a as u64 ^ crate::random::mix((a >> 64) as u64)),
        }
    }
}

/// Appends `n` in decimal.
pub(crate) fn int(out: &mut Vec<u8>, n: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = n;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends the last `width` decimal digits of `n`, zeros in front.
pub(crate) fn padded(out: &mut Vec<u8>, n: u64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    let mut rest = n;
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Appends an address: dotted quad, or RFC 5952.
pub(crate) fn ip(out: &mut Vec<u8>, address: Address) {
    match address {
        Address::V4(a) => {
            for (i, octet) in a.to_be_bytes().into_iter().enumerate() {
                if i > 0 {
                    out.push(b'.');
                }
                int(out, u64::from(octet));
            }
        }
        Address::V6(a) => {
            let mut text = String::with_capacity(40);
            // Writing to a String cannot fail.
            let _ = write!(text, "{}", std::net::Ipv6Addr::from(a));
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// How a MAC is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MacText {
    /// `00:17:10:88:bc:02`
    #[default]
    Colon,
    /// `00:17:10:88:BC:02`
    Upper,
    /// `00-17-10-88-BC-02`
    Dash,
    /// `0017.1088.bc02`
    Dotted,
    /// `00171088bc02`
    Bare,
    /// `00:17:10:88`: beyond repair.
    Cut,
    /// `00:17:10:`: beyond repair.
    CutColon,
    /// `----`: beyond repair.
    Dashes,
}

/// Appends a MAC in one of its spellings.
pub(crate) fn mac(out: &mut Vec<u8>, address: [u8; 6], spelling: MacText) {
    let (digits, between, groups): (&[u8; 16], _, usize) = match spelling {
        MacText::Colon => (b"0123456789abcdef", Some(b':'), 6),
        MacText::Upper => (b"0123456789ABCDEF", Some(b':'), 6),
        MacText::Dash => (b"0123456789ABCDEF", Some(b'-'), 6),
        MacText::Dotted | MacText::Bare => (b"0123456789abcdef", None, 6),
        MacText::Cut => (b"0123456789abcdef", Some(b':'), 4),
        MacText::CutColon => (b"0123456789abcdef", Some(b':'), 3),
        MacText::Dashes => {
            out.extend_from_slice(b"----");
            return;
        }
    };
    for (i, byte) in address.into_iter().take(groups).enumerate() {
        if i > 0 {
            match between {
                Some(mark) => out.push(mark),
                None if spelling == MacText::Dotted && i % 2 == 0 => out.push(b'.'),
                None => {}
            }
        }
        out.push(digits[usize::from(byte >> 4)]);
        out.push(digits[usize::from(byte & 15)]);
    }
    if spelling == MacText::CutColon {
        out.push(b':');
    }
}

/// Appends a quoted JSON string (RFC 8259, only the escapes that must be).
pub(crate) fn json(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                out.extend_from_slice(b"\\u00");
                out.push(b'0' + (byte >> 4));
                out.push(b"0123456789abcdef"[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Appends a quoted JSON string with the escapes that may be: `\/`, `\u003c`.
pub(crate) fn json_escaped(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    json(out, text);
    let plain = out.split_off(start);
    for byte in plain {
        match byte {
            b'/' => out.extend_from_slice(b"\\/"),
            b'<' => out.extend_from_slice(b"\\u003c"),
            b'>' => out.extend_from_slice(b"\\u003E"),
            b'\'' => out.extend_from_slice(b"\\u0027"),
            _ => out.push(byte),
        }
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64 with padding (RFC 4648, section 4).
pub(crate) fn base64(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(char::from(BASE64[(bits >> (18 - 6 * i)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// Percent-encodes all but letters, digits and `-._~` (RFC 3986, section 2).
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(half)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("made of ASCII")
    }

    #[test]
    fn numbers() {
        for n in [0, 9, 10, 255, 65_535, u64::MAX] {
            assert_eq!(written(|o| int(o, n)), n.to_string());
        }
        assert_eq!(written(|o| padded(o, 7, 2)), "07");
        assert_eq!(written(|o| padded(o, 1234, 6)), "001234");
    }

    #[test]
    fn addresses_and_macs() {
        assert_eq!(written(|o| ip(o, Address::V4(0xc633_6407))), "198.51.100.7");
        assert_eq!(
            written(|o| ip(o, Address::V6(0x2001_0db8 << 96 | 1))),
            "2001:db8::1"
        );
        let address = [0, 0x17, 0x10, 0x88, 0xbc, 2];
        for (spelling, text) in [
            (MacText::Colon, "00:17:10:88:bc:02"),
            (MacText::Upper, "00:17:10:88:BC:02"),
            (MacText::Dash, "00-17-10-88-BC-02"),
            (MacText::Dotted, "0017.1088.bc02"),
            (MacText::Bare, "00171088bc02"),
            (MacText::Cut, "00:17:10:88"),
            (MacText::CutColon, "00:17:10:"),
            (MacText::Dashes, "----"),
        ] {
            assert_eq!(written(|o| mac(o, address, spelling)), text);
        }
    }

    #[test]
    fn strings_read_back_as_they_were() {
        for text in [
            "",
            "a\"b\\c",
            "tab\tline\nnull\u{0}\u{1f}",
            "Ωmega",
            "</script>'",
        ] {
            for write in [json, json_escaped] {
                let read: String =
                    serde_json::from_str(&written(|o| write(o, text))).expect("JSON");
                assert_eq!(read, text);
            }
        }
    }

    #[test]
    fn encodings_match_their_rfcs() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(percent_encoded("a' OR 1=1"), "a%27%20OR%201%3D1");
    }
}
