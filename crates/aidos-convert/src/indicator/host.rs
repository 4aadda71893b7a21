//! Addresses, networks, names of machines, and addresses of e-mail.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aidos_model::tld::{Sure, sureness};

use super::walk::Line;
use super::{Kind, Reach};

/// Four numbers below 256 in decimal, without leading zeros.
pub(super) fn octets(text: &[u8]) -> Option<Ipv4Addr> {
    if !(7..=15).contains(&text.len()) {
        return None;
    }
    let mut octets = [0u8; 4];
    let (mut at, mut value, mut digits) = (0, 0u16, 0);
    for &byte in text {
        if byte == b'.' {
            if digits == 0 || at == 3 {
                return None;
            }
            octets[at] = u8::try_from(value).ok()?;
            (at, value, digits) = (at + 1, 0, 0);
        } else {
            if !byte.is_ascii_digit() || digits > 0 && value == 0 || digits == 3 {
                return None;
            }
            value = value * 10 + u16::from(byte - b'0');
            digits += 1;
        }
    }
    if at != 3 || digits == 0 {
        return None;
    }
    octets[3] = u8::try_from(value).ok()?;
    Some(Ipv4Addr::from(octets))
}

/// An IPv4 address that is no version of a product.
pub(super) fn ipv4(line: &mut Line<'_, '_>, word: usize, start: usize, end: usize) -> bool {
    let Some(ip) = octets(&line.text[start..end]) else {
        return false;
    };
    if !is_version(line.text, word, start) {
        line.found(
            Kind::Ipv4,
            start,
            end,
            ip.to_string().into(),
            reach_of_ip(ip.into()),
        );
    }
    true
}

/// Whether the words before say that numbers with full stops are a version: `Chrome/120.0.0.0`, `version 1.2.3.4`.
fn is_version(text: &[u8], word: usize, start: usize) -> bool {
    if start > word && text[start - 1] == b'/' {
        let product = &text[word..start - 1];
        return product.first().is_some_and(u8::is_ascii_uppercase)
            && product
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    }
    let before = &text[start.saturating_sub(10)..start];
    let before = before.trim_ascii_end();
    let from = before
        .iter()
        .rposition(|byte| !byte.is_ascii_alphabetic())
        .map_or(0, |at| at + 1);
    let last = &before[from..];
    [
        &b"version"[..],
        b"ver",
        b"v",
        b"build",
        b"release",
        b"firmware",
        b"versions",
    ]
    .iter()
    .any(|word| last.eq_ignore_ascii_case(word))
}

/// An IPv6 address, also with a port or a zone behind it.
pub(super) fn ipv6(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    if word.iter().filter(|byte| **byte == b':').take(2).count() < 2 {
        return false;
    }
    let len = word
        .iter()
        .position(|byte| !(byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')))
        .unwrap_or(word.len());
    let zone = word.get(len) == Some(&b'%');
    if len < word.len() && !zone {
        return false;
    }
    let Some(ip) = lawful_ipv6(&word[..len]) else {
        return false;
    };
    line.found(
        Kind::Ipv6,
        start,
        start + len,
        ip.to_string().into(),
        reach_of_ip(ip.into()),
    );
    true
}

fn lawful_ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    let ip: Ipv6Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    // `dead::beef` may be code, and eight pairs a long hardware address.
    let digit = text.iter().any(u8::is_ascii_digit);
    let pairs = text.len() == 23 && text.split(|byte| *byte == b':').all(|part| part.len() == 2);
    (digit && !pairs && !ip.is_unspecified()).then_some(ip)
}

/// `address/bits`. What has bits behind its prefix is kept as the address's network.
pub(super) fn network(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let Some(slash) = memchr::memchr(b'/', word) else {
        return false;
    };
    let (address, bits) = (&word[..slash], &word[slash + 1..]);
    if bits.is_empty() || bits.len() > 3 || !bits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let bits = bits
        .iter()
        .fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    let ip = match octets(address) {
        Some(ip) => IpAddr::V4(ip),
        None => match lawful_ipv6(address) {
            Some(ip) => IpAddr::V6(ip),
            None => return false,
        },
    };
    let Some(value) = network_of(ip, bits) else {
        return false;
    };
    line.found(Kind::Cidr, start, end, value.into(), reach_of_ip(ip));
    true
}

/// The network of an address, in its one spelling; `None` for more bits than it has.
pub(crate) fn network_of(ip: IpAddr, bits: u32) -> Option<String> {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32u32.checked_sub(bits)?).unwrap_or(0);
            Some(format!("{}/{bits}", Ipv4Addr::from(u32::from(ip) & mask)))
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX
                .checked_shl(128u32.checked_sub(bits)?)
                .unwrap_or(0);
            Some(format!("{}/{bits}", Ipv6Addr::from(u128::from(ip) & mask)))
        }
    }
}

/// A bare name that ends in a top-level label. Where the text defangs it, any label of letters will do.
pub(super) fn domain(line: &mut Line<'_, '_>, word: usize, start: usize, end: usize) -> bool {
    let text = &line.text[start..end];
    let defanged = line.is_defanged(start, end);
    // A call of a method, or what an assignment gives a value to; a path of files; a word behind a dollar.
    if !defanged {
        let behind = line.byte(end);
        let before = if start > 0 { line.text[start - 1] } else { 0 };
        if matches!(behind, b'(' | b'=' | b'$') || matches!(before, b'\\' | b'$') {
            return false;
        }
        if before == b'/' && start > word && !line.text[word..start].ends_with(b"//") {
            return false;
        }
    }
    let Some(name) = bare_name(text, defanged) else {
        return false;
    };
    let reach = reach_of_name(&name);
    line.found(Kind::Domain, start, end, name, reach);
    true
}

/// The name in its one spelling, if it may stand alone.
fn bare_name(text: &[u8], defanged: bool) -> Option<Cow<'_, str>> {
    let dot = memchr::memrchr(b'.', text)?;
    let last = &text[dot + 1..];
    // The cheap look first: most words with a full stop end in no such label.
    if last.len() < 2 || last.iter().any(u8::is_ascii_digit) && !last.starts_with(b"xn--") {
        return None;
    }
    if !defanged {
        let labels = 1 + memchr::memchr_iter(b'.', text).count();
        let mut lower = [0; 24];
        let known = match lower.get_mut(..last.len()) {
            Some(lower) => {
                lower.copy_from_slice(last);
                lower.make_ascii_lowercase();
                match sureness(lower) {
                    Sure::Plain => true,
                    Sure::File => labels >= 3,
                    Sure::No => {
                        matches!(
                            &*lower,
                            b"example" | b"test" | b"invalid" | b"local" | b"lan" | b"internal"
                        ) && labels >= 2
                    }
                }
            }
            None => last.starts_with(b"xn--"),
        };
        if !known {
            return None;
        }
        // A sentence that ends without a blank, a class of a library.
        if last[0].is_ascii_uppercase() && last[1..].iter().any(u8::is_ascii_lowercase) {
            return None;
        }
        if labels == 2 && !sure_pair(&text[..dot], last) {
            return None;
        }
    }
    let name = name_of(text)?;
    // Idna may have made a label that is none.
    Some(name)
}

/// Whether two labels are a name: `ASP.NET` and `e.at` are not, `t.co` is.
fn sure_pair(first: &[u8], last: &[u8]) -> bool {
    if first.len() == 1 {
        return matches!(
            (first[0].to_ascii_lowercase(), last),
            (b't', b"co" | b"me") | (b'g' | b'x', b"co" | b"com")
        );
    }
    let lower = first.to_ascii_lowercase();
    let product =
        last.eq_ignore_ascii_case(b"net") && matches!(&*lower, b"asp" | b"vb" | b"ado" | b"ml");
    let code = matches!(
        &*lower,
        b"java" | b"javax" | b"system" | b"self" | b"this" | b"std"
    );
    !product && !code && !first.iter().all(u8::is_ascii_digit)
}

/// A lawful name of a host of any top-level label, in its one spelling.
pub(super) fn lawful_name(text: &[u8]) -> Option<String> {
    if memchr::memchr(b'.', text).is_none() {
        // `http://localhost/`, `http://intranet/`
        let word = !text.is_empty()
            && text.len() <= 63
            && text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        return (word && text[0].is_ascii_alphabetic())
            .then(|| String::from_utf8_lossy(text).to_ascii_lowercase());
    }
    name_of(text).map(Cow::into_owned)
}

/// Labels of letters, digits, `-` and `_`, the last of letters; other scripts become ASCII.
fn name_of(text: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(text).ok()?;
    let ascii: Cow<'_, str> = if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            text.to_ascii_lowercase().into()
        } else {
            text.into()
        }
    } else {
        idna::domain_to_ascii(text).ok()?.into()
    };
    if ascii.len() > 253 {
        return None;
    }
    let mut last = "";
    for label in ascii.split('.') {
        let bytes = label.as_bytes();
        let lawful = (1..=63).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && bytes.first() != Some(&b'-')
            && bytes.last() != Some(&b'-');
        if !lawful {
            return None;
        }
        last = label;
    }
    let top = last.len() >= 2
        && (last.starts_with("xn--") || last.bytes().all(|byte| byte.is_ascii_alphabetic()));
    top.then_some(ascii)
}

/// An address of e-mail: RFC 5321's usual form, its domain with a top-level label that is one.
pub(super) fn email(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let Some(at) = memchr::memrchr(b'@', word) else {
        return false;
    };
    let (local, name) = (&word[..at], &word[at + 1..]);
    let from = local
        .iter()
        .rposition(|byte| *byte == b'@')
        .map_or(0, |at| at + 1);
    let local = &local[from..];
    let lawful = (1..=64).contains(&local.len())
        && local.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
        })
        && local.first() != Some(&b'.')
        && local.last() != Some(&b'.');
    let (Some(name), true) = (name_of(name), lawful) else {
        return false;
    };
    let Some((_, top)) = name.rsplit_once('.') else {
        return false;
    };
    let reach = reach_of_name(&name);
    let known = sureness(top.as_bytes()) != Sure::No
        || reach != Reach::Public
        || matches!(
            top,
            "email" | "name" | "date" | "host" | "link" | "run" | "bar" | "id" | "to" | "as"
        );
    if !known && !line.is_defanged(start, end) {
        return false;
    }
    let value = format!("{}@{name}", String::from_utf8_lossy(local));
    line.found(Kind::Email, start + from, end, value.into(), reach);
    true
}

/// Who may own an address.
///
/// Private: RFC 1918, RFC 6598, loopback, link-local, unique local. Reserved: documentation (RFC 5737, 3849), benchmarks,
/// multicast, `0.0.0.0/8`, `240.0.0.0/4`.
pub(super) fn reach_of_ip(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => match ip.octets() {
            [10 | 127, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [169, 254, ..]
            | [100, 64..=127, ..] => Reach::Private,
            [0 | 224..=255, ..]
            | [192, 0, 0 | 2, _]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _] => Reach::Reserved,
            _ => Reach::Public,
        },
        IpAddr::V6(ip) => {
            if let Some(inner) = ip.to_ipv4_mapped() {
                return reach_of_ip(inner.into());
            }
            let first = ip.segments();
            match first {
                _ if ip.is_loopback() => Reach::Private,
                [0xfc00..=0xfdff | 0xfe80..=0xfebf, ..] => Reach::Private,
                [0xff00..=0xffff, ..]
                | [0x2001, 0xdb8, ..]
                | [0x3fff, 0..=0xfff, ..]
                | [0x100, 0, 0, 0, ..] => Reach::Reserved,
                _ if ip.is_unspecified() => Reach::Reserved,
                _ => Reach::Public,
            }
        }
    }
}

/// Who may own a name: RFC 6761, 6762, 8375 and usual names of networks of one's own.
pub(super) fn reach_of_name(name: &str) -> Reach {
    let top = name.rsplit_once('.').map_or(name, |(_, top)| top);
    match top {
        "local" | "localhost" | "lan" | "internal" | "intranet" | "localdomain" | "home"
        | "corp" => Reach::Private,
        _ if !name.contains('.')
            || name.ends_with(".home.arpa")
            || name.ends_with(".in-addr.arpa")
            || name.ends_with(".ip6.arpa") =>
        {
            Reach::Private
        }
        "example" | "test" | "invalid" => Reach::Reserved,
        _ if ["example.com", "example.net", "example.org"]
            .iter()
            .any(|known| {
                name == *known
                    || name
                        .strip_suffix(known)
                        .is_some_and(|rest| rest.ends_with('.'))
            }) =>
        {
            Reach::Reserved
        }
        _ => Reach::Public,
    }
}

/// Who may own a value of a kind, as [`scan`](super::scan) would mark it.
///
/// ```
/// # use aidos_convert::indicator::{Kind, Reach, reach_of};
/// assert_eq!(reach_of(Kind::Ipv4, "192.168.88.10"), Reach::Private);
/// assert_eq!(reach_of(Kind::Url, "http://203.0.113.9:8080/x"), Reach::Reserved);
/// assert_eq!(reach_of(Kind::Md5, "d41d8cd98f00b204e9800998ecf8427e"), Reach::Public);
/// ```
pub fn reach_of(kind: Kind, value: &str) -> Reach {
    let of_host = |host: &str| match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => reach_of_ip(ip),
        Err(_) => reach_of_name(host),
    };
    match kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Domain => of_host(value),
        Kind::Cidr => of_host(value.split('/').next().unwrap_or(value)),
        Kind::Email => of_host(value.rsplit_once('@').map_or(value, |(_, host)| host)),
        Kind::Url => of_host(host_of_url(value).unwrap_or(value)),
        _ => Reach::Public,
    }
}

/// The host of a URL, an IPv6 address without its brackets.
///
/// ```
/// # use aidos_convert::indicator::host_of_url;
/// assert_eq!(host_of_url("http://u:p@[2001:db8::1]:80/x"), Some("2001:db8::1"));
/// assert_eq!(host_of_url("https://evil.example?x"), Some("evil.example"));
/// ```
pub fn host_of_url(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(inner) => inner.split_once(']').map(|(ip, _)| ip),
        None => Some(host.split_once(':').map_or(host, |(host, _)| host)),
    }
}

/// A text that is a value as a whole, as it stands in a list; there a name may end in any label.
pub(crate) fn whole_value(text: &str) -> Option<(super::Kind, String)> {
    let text = text.trim();
    let mut found = None;
    super::scan(text.as_bytes(), &mut |find| {
        if find.start == 0 && find.len == text.len() {
            found = Some((find.kind, find.value.into_owned()));
        }
    });
    match found {
        // In a list of names `evil.zip` is one.
        Some((Kind::FileName, _)) | None => {
            let clean = super::refang(text);
            let dotted = memchr::memchr(b'.', clean.as_bytes()).is_some();
            let name = name_of(clean.as_bytes()).filter(|_| dotted);
            name.map(|name| (Kind::Domain, name.into_owned())).or(found)
        }
        found => found,
    }
}
