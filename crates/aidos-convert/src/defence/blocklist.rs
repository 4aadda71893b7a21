//! A blocklist: one value a line, `#` before comments.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Head, Threat, Written, comment};
use crate::indicator::Kind;

/// Addresses, networks and domains, one a line. With `collapse`, addresses that fill a network become that network.
///
/// ```
/// # use aidos_convert::defence::{Head, Threat, blocklist};
/// # use aidos_convert::indicator::Kind;
/// let ip = |value: &str| Threat { kind: Kind::Ipv4, value: value.into(), last: None };
/// let list = blocklist(&[ip("198.51.100.8"), ip("198.51.100.9")], &Head { of: "march", tlp: None }, true);
/// assert_eq!(list.text, "# blocklist of march\n198.51.100.8/31\n");
/// ```
pub fn blocklist(threats: &[Threat], head: &Head<'_>, collapse: bool) -> Written {
    let mut written = Written {
        text: comment(head, "blocklist"),
        ..Written::default()
    };
    let mut networks = Vec::new();
    for threat in threats {
        match threat.kind {
            Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => networks.push(threat.value.as_str()),
            Kind::Domain
            | Kind::Url
            | Kind::Email
            | Kind::Md5
            | Kind::Sha1
            | Kind::Sha256
            | Kind::Sha512 => {}
            _ => written.skipped += 1,
        }
    }
    written.values = threats.len() as u64 - written.skipped;
    let mut line = |value: &str| {
        written.text += value;
        written.text.push('\n');
    };
    if collapse {
        for network in collapsed(networks.iter().copied()) {
            line(&network);
        }
    } else {
        for value in &networks {
            line(value);
        }
    }
    for threat in threats {
        if matches!(
            threat.kind,
            Kind::Domain
                | Kind::Url
                | Kind::Email
                | Kind::Md5
                | Kind::Sha1
                | Kind::Sha256
                | Kind::Sha512
        ) {
            line(&threat.value);
        }
    }
    written
}

/// The fewest networks that hold exactly these addresses and networks, in order; a single address has no `/`.
///
/// What is no address is left out.
pub fn collapsed<'v>(values: impl IntoIterator<Item = &'v str>) -> Vec<String> {
    let (mut four, mut six) = (Vec::new(), Vec::new());
    for value in values {
        let (address, bits) = match value.split_once('/') {
            Some((address, bits)) => (address, bits.parse::<u32>().ok()),
            None => (value, Some(128)),
        };
        match (address.parse::<IpAddr>(), bits) {
            (Ok(IpAddr::V4(ip)), Some(bits)) => {
                four.push((u128::from(u32::from(ip)) << 96, bits.min(32)));
            }
            (Ok(IpAddr::V6(ip)), Some(bits)) => six.push((u128::from(ip), bits.min(128))),
            _ => {}
        }
    }
    let four = merged(four).into_iter().map(|(first, bits)| {
        #[allow(clippy::cast_possible_truncation)] // the upper 32 bits
        let ip = Ipv4Addr::from((first >> 96) as u32);
        if bits == 32 {
            ip.to_string()
        } else {
            format!("{ip}/{bits}")
        }
    });
    let six = merged(six).into_iter().map(|(first, bits)| {
        let ip = Ipv6Addr::from(first);
        if bits == 128 {
            ip.to_string()
        } else {
            format!("{ip}/{bits}")
        }
    });
    four.chain(six).collect()
}

/// Networks left-aligned in 128 bits: those inside of others go, two halves become one.
fn merged(mut networks: Vec<(u128, u32)>) -> Vec<(u128, u32)> {
    let mask = |bits: u32| u128::MAX.checked_shl(128 - bits).unwrap_or(0);
    for (first, bits) in &mut networks {
        *first &= mask(*bits);
    }
    networks.sort_unstable();
    let mut out: Vec<(u128, u32)> = Vec::with_capacity(networks.len());
    for (first, bits) in networks {
        if let Some(&(last, wide)) = out.last()
            && first & mask(wide) == last
            && wide <= bits
        {
            continue;
        }
        out.push((first, bits));
        while let [.., (left, a), (right, b)] = *out.as_slice() {
            let halves = a == b
                && a > 0
                && left & mask(a - 1) == left
                && right & mask(a - 1) == left
                && left != right;
            if !halves {
                break;
            }
            out.truncate(out.len() - 2);
            out.push((left, a - 1));
        }
    }
    out
}
