//! Transports as STIX names them.

/// The word for `protocols` of a network traffic object: the log's own, or the name of its number.
///
/// A number (`47`) becomes the keyword of IANA's registry of protocol numbers in lower case (`gre`), 89
/// the registry of service names' shorter `ospf`. A word is kept as it stands if it could be the name of a
/// service (RFC 6335 section 5.1: up to 15 letters, digits and hyphens). `None` for any other.
///
/// ```
/// # use aidos_core::compose::protocol::word;
/// assert_eq!(word("tcp"), Some("tcp"));
/// assert_eq!(word("47"), Some("gre"));
/// assert_eq!(word("253"), None);
/// ```
#[inline]
pub fn word(transport: &str) -> Option<&str> {
    let bytes = transport.as_bytes();
    if bytes.is_empty() || bytes.len() > 15 {
        return None;
    }
    if bytes.iter().all(u8::is_ascii_digit) {
        return transport.parse().ok().and_then(of_number);
    }
    bytes
        .iter()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        .then_some(transport)
}

/// Source: IANA, "Assigned Internet Protocol Numbers"; those that are in use.
const fn of_number(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "hopopt",
        1 => "icmp",
        2 => "igmp",
        3 => "ggp",
        4 => "ipv4",
        6 => "tcp",
        8 => "egp",
        9 => "igp",
        17 => "udp",
        27 => "rdp",
        33 => "dccp",
        41 => "ipv6",
        43 => "ipv6-route",
        44 => "ipv6-frag",
        46 => "rsvp",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "ipv6-icmp",
        59 => "ipv6-nonxt",
        60 => "ipv6-opts",
        88 => "eigrp",
        89 => "ospf",
        94 => "ipip",
        97 => "etherip",
        103 => "pim",
        108 => "ipcomp",
        112 => "vrrp",
        115 => "l2tp",
        124 => "isis",
        132 => "sctp",
        136 => "udplite",
        137 => "mpls-in-ip",
        139 => "hip",
        143 => "ethernet",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_word() {
        for number in 0..=u8::MAX {
            if let Some(name) = of_number(number) {
                assert_eq!(word(name), Some(name));
                assert_eq!(word(&number.to_string()), Some(name));
            }
        }
        for transport in ["", "TCP", "tcp/udp", "a b", "300", "0123456789abcdef"] {
            assert_eq!(word(transport), None, "{transport}");
        }
    }
}
