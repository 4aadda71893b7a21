//! Addresses and ports as logs write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads a dotted IPv4 address at the start of the bytes; returns it and how many bytes it took.
///
/// Four numbers of one to three digits, each at most 255. What follows is not looked at.
#[inline]
pub fn v4_prefix(bytes: &[u8]) -> Option<(Ipv4Addr, usize)> {
    let mut octets = [0u8; 4];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let mut number = u16::from(digit(bytes, at)?);
        at += 1;
        if let Some(next) = digit(bytes, at) {
            number = number * 10 + u16::from(next);
            at += 1;
            if let Some(next) = digit(bytes, at) {
                number = number * 10 + u16::from(next);
                at += 1;
            }
        }
        *octet = u8::try_from(number).ok()?;
    }
    Some((Ipv4Addr::from(octets), at))
}

#[inline]
fn digit(bytes: &[u8], at: usize) -> Option<u8> {
    bytes
        .get(at)
        .map(|byte| byte.wrapping_sub(b'0'))
        .filter(|digit| *digit < 10)
}

/// Reads a whole text as an address: IPv4, or IPv6 with or without brackets and zone.
///
/// The zone (`%ether1`) is dropped, STIX has none. A v4-mapped address becomes the IPv4 address.
///
/// ```
/// # use aidos_core::clean::ip::parse;
/// assert_eq!(parse("::ffff:198.51.100.7"), parse("198.51.100.7"));
/// assert_eq!(parse("[fe80::1%ether1]"), parse("fe80::1"));
/// assert_eq!(parse("999.51.100.7"), None);
/// ```
pub fn parse(text: &str) -> Option<IpAddr> {
    let bytes = text.as_bytes();
    if let Some((v4, len)) = v4_prefix(bytes) {
        return (len == bytes.len()).then_some(IpAddr::V4(v4));
    }
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let plain = inner.split_once('%').map_or(inner, |(address, _)| address);
    plain
        .parse::<Ipv6Addr>()
        .ok()
        .map(|v6| IpAddr::V6(v6).to_canonical())
}

/// Reads a port, 0 to 65535.
#[inline]
pub fn port(text: &str) -> Option<u16> {
    if text.is_empty() || text.len() > 5 {
        return None;
    }
    let number = text.bytes().try_fold(0u32, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + u32::from(byte - b'0'))
    })?;
    u16::try_from(number).ok()
}

/// Whether the text looks like an address that was masked on purpose: `x.x.x.x`, `x.y.z.a`,
/// `10.x.x.x`, `*.*.*.*`.
pub fn is_masked(text: &str) -> bool {
    let mut groups = 0;
    let mut masked = false;
    for group in text.split('.') {
        groups += 1;
        match group.as_bytes() {
            [b'a'..=b'z' | b'A'..=b'Z' | b'*' | b'#'] => masked = true,
            [b'x' | b'X' | b'*', rest @ ..]
                if rest.len() < 3 && rest.iter().all(|b| b == &group.as_bytes()[0]) =>
            {
                masked = true;
            }
            digits
                if !digits.is_empty()
                    && digits.len() <= 3
                    && digits.iter().all(u8::is_ascii_digit) => {}
            _ => return false,
        }
    }
    masked && groups == 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v4_is_read_exactly() {
        assert_eq!(
            v4_prefix(b"1.2.3.4:5"),
            Some((Ipv4Addr::new(1, 2, 3, 4), 7))
        );
        assert_eq!(v4_prefix(b"256.2.3.4"), None);
        assert_eq!(v4_prefix(b"1.2.3"), None);
        assert_eq!(parse("1.2.3.4.5"), None);
        assert_eq!(parse("1.2.3.4444"), None);
    }

    #[test]
    fn masks_are_seen() {
        for text in [
            "x.x.x.x",
            "x.y.z.a",
            "10.x.x.x",
            "*.*.*.*",
            "xxx.xxx.xxx.xxx",
        ] {
            assert!(is_masked(text), "{text}");
        }
        for text in ["1.2.3.4", "x.x.x", "ether1.a.b.cd", ""] {
            assert!(!is_masked(text), "{text}");
        }
    }

    #[test]
    fn ports_have_a_range() {
        assert_eq!(port("65535"), Some(65535));
        assert_eq!(port("65536"), None);
        assert_eq!(port(""), None);
        assert_eq!(port("+1"), None);
    }
}
