//! Addresses and names that mean nothing in the world: private, reserved, for documentation, of one machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges of IPv4 that are not globally reachable, or reach nobody in particular.
/// Source: IANA IPv4 Special-Purpose Address Registry, RFC 5771 (multicast), RFC 7526 (6to4 relays).
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The same of IPv6, inside of `2000::/3`; all outside of that is special.
/// Source: IANA IPv6 Special-Purpose Address Registry. 6to4 and Teredo hold an IPv4 address that nobody looked at.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Last labels of names that are nobody's in the world.
/// Source: IANA Special-Use Domain Names (RFC 6761, 6762, 7686, 8375, 9476), ICANN's `internal`, and common private ones.
const SPECIAL_NAMES: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "domain",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "test",
];

/// Whether an address is somebody's in the world: not private, reserved, for documentation, multicast or a transition's.
///
/// ```
/// use aidos_privacy::gate::is_global;
/// assert!(is_global("9.9.9.9".parse()?));
/// assert!(!is_global("10.1.2.3".parse()?));
/// assert!(!is_global("::ffff:192.168.0.1".parse()?));
/// assert!(!is_global("2001:db8::1".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn is_global(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !SPECIAL_V4
            .iter()
            .any(|(net, length)| (ip.to_bits() ^ net.to_bits()) >> (32 - length) == 0),
        IpAddr::V6(ip) => {
            ip.to_bits() >> 125 == 1
                && !SPECIAL_V6
                    .iter()
                    .any(|(net, length)| (ip.to_bits() ^ net.to_bits()) >> (128 - length) == 0)
        }
    }
}

/// Whether a text is the name of a host in the world: letters, digits and hyphens in at least two labels, the last of
/// which is no special one. Names of other alphabets stand in it as A-labels.
pub fn is_public_name(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let Some((last, above)) = labels.split_last() else {
        return false;
    };
    let lawful = |label: &&str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let lower = last.to_ascii_lowercase();
    let documentation = above
        .last()
        .is_some_and(|label| label.eq_ignore_ascii_case("example"))
        && matches!(lower.as_str(), "com" | "net" | "org");
    name.len() <= 253
        && !above.is_empty()
        && labels.iter().all(lawful)
        // No top-level domain begins otherwise, and a number in any notation may be read as an address.
        && last.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && !SPECIAL_NAMES.contains(&lower.as_str())
        && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_ranges_end_where_their_registry_says() {
        for (text, global) in [
            ("1.1.1.1", true),
            ("9.255.255.255", true),
            ("10.0.0.0", false),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.127.255.255", false),
            ("172.15.255.255", true),
            ("172.31.255.255", false),
            ("172.32.0.0", true),
            ("198.17.255.255", true),
            ("198.19.0.1", false),
            ("203.0.112.255", true),
            ("203.0.113.7", false),
            ("223.255.255.255", true),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("64:ff9b::a00:1", false),
            ("2001:0:1::1", false),
            ("2001:200::1", true),
            ("2002:a00:1::", false),
            ("2606:4700:4700::1111", true),
            ("3fff:0fff::1", false),
            ("::ffff:8.8.8.8", true),
            ("::ffff:10.0.0.1", false),
        ] {
            assert_eq!(is_global(text.parse().unwrap()), global, "{text}");
        }
    }

    #[test]
    fn names_of_nobody_are_known() {
        for public in ["a.org", "xn--mgbh0fb.xn--kgbechtv.net", "mail_1.example.gr"] {
            assert!(is_public_name(public), "{public}");
        }
        for special in [
            "",
            "org",
            "a..org",
            ".org",
            "-a.org",
            "printer.local",
            "www.example.com",
            "EXAMPLE.ORG",
            "a.test",
            "9.9.9.9",
            "10.0.0.0x1",
            "ä.de",
            "a b.org",
            "1.0.0.127.in-addr.arpa",
        ] {
            assert!(!is_public_name(special), "{special}");
        }
    }
}
