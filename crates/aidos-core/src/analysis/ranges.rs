//! Which addresses can be somebody's outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is of no use beyond a network of one's own: it names no host of the Internet.
///
/// Private (RFC 1918), shared (RFC 6598), "this network" (`0.0.0.0/8`), loopback, link-local, multicast,
/// reserved and broadcast (`240.0.0.0/4`); for IPv6 unspecified, loopback, unique local (RFC 4193),
/// link-local, site-local and multicast. A v4-mapped address is what its IPv4 address is. The ranges for
/// documentation (RFC 5737, RFC 3849) and benchmarks count as public: examples and simulations play the
/// Internet with them.
///
/// ```
/// # use aidos_core::analysis::ranges::is_private;
/// assert!(is_private("100.64.0.1".parse()?));
/// assert!(!is_private("198.51.100.7".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[inline]
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

#[inline]
const fn is_private_v4(v4: Ipv4Addr) -> bool {
    let [a, b, ..] = v4.octets();
    match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => b >= 64 && b < 128,
        169 => b == 254,
        172 => b >= 16 && b < 32,
        192 => b == 168,
        _ => false,
    }
}

const fn is_private_v6(v6: Ipv6Addr) -> bool {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_private_v4(v4);
    }
    let first = v6.segments()[0];
    v6.is_unspecified()
        || v6.is_loopback()
        || first & 0xfe00 == 0xfc00 // unique local
        || first & 0xff80 == 0xfe80 // link-local and site-local, fe80::/10 and fec0::/10
        || first & 0xff00 == 0xff00 // multicast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_the_ranges() {
        for (text, private) in [
            ("0.0.0.0", true),
            ("0.255.255.255", true),
            ("1.0.0.0", false),
            ("9.255.255.255", false),
            ("10.0.0.0", true),
            ("11.0.0.0", false),
            ("100.63.255.255", false),
            ("100.64.0.0", true),
            ("100.127.255.255", true),
            ("100.128.0.0", false),
            ("127.0.0.1", true),
            ("169.253.0.0", false),
            ("169.254.0.0", true),
            ("172.15.255.255", false),
            ("172.16.0.0", true),
            ("172.31.255.255", true),
            ("172.32.0.0", false),
            ("192.167.255.255", false),
            ("192.168.0.0", true),
            ("192.169.0.0", false),
            ("192.0.2.1", false),
            ("198.51.100.1", false),
            ("203.0.113.1", false),
            ("223.255.255.255", false),
            ("224.0.0.1", true),
            ("255.255.255.255", true),
            ("::", true),
            ("::1", true),
            ("::2", false),
            ("2001:db8::1", false),
            ("fbff::1", false),
            ("fc00::1", true),
            ("fdff::1", true),
            ("fe7f::1", false),
            ("fe80::1", true),
            ("fec0::1", true),
            ("feff::1", true),
            ("ff02::1", true),
            ("::ffff:10.0.0.1", true),
            ("::ffff:8.8.8.8", false),
        ] {
            assert_eq!(is_private(text.parse().unwrap()), private, "{text}");
        }
    }
}
