//! Texts of logs to values of observables, normalised before they are hashed.
//!
//! What does not become a valid value becomes none: an invalid object would make its whole bundle invalid.

use std::borrow::Cow;

/// An e-mail address with its domain in lower case.
///
/// Only what stix2-validator's grammar takes: letters, digits and `_.+-` before the `@`, a host name with a
/// dot behind it. RFC 5322 allows more (`o'brien@x.org`), but a bundle with it would be called invalid by
/// those who validate.
pub(super) fn email(text: &str) -> Option<Cow<'_, str>> {
    let (local, domain) = text.split_once('@')?;
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-');
    if local.is_empty() || !local.bytes().all(is_local) || !is_host(domain) || !domain.contains('.')
    {
        return None;
    }
    if !domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned(format!(
        "{local}@{}",
        domain.to_ascii_lowercase()
    )))
}

/// A host name (RFC 1034, RFC 1123) in lower case, without the dot of the root.
///
/// Names in other scripts must be A-labels already; what looks like an IPv4 address is none.
pub(super) fn domain(text: &str) -> Option<Cow<'_, str>> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next()?;
    if !is_host(name) || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(Cow::Owned(name.to_ascii_lowercase()));
    }
    Some(Cow::Borrowed(name))
}

fn is_host(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    // `--` at the third place is kept for A-labels (RFC 5891 section 4.2.3.1).
    let reserved = bytes.get(2..4) == Some(b"--")
        && !bytes
            .get(..2)
            .is_some_and(|tag| tag.eq_ignore_ascii_case(b"xn"));
    (1..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !reserved
}

/// An absolute URI (RFC 3986) with a host; characters that may not stand in it are percent-encoded as
/// RFC 3987 section 3.1 maps IRIs.
///
/// Scheme and host come out in lower case, the rest as it stands. A path alone, as web servers log it, is no
/// URI: its host would be a guess.
pub(super) fn url(text: &str) -> Option<Cow<'_, str>> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.bytes().enumerate().all(|(index, byte)| {
        byte.is_ascii_alphabetic()
            || (index > 0 && (byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')))
    });
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, host_port) = authority
        .rsplit_once('@')
        .map_or((None, authority), |(user, host)| (Some(user), host));
    if scheme.is_empty() || !is_scheme || !is_host_port(host_port) {
        return None;
    }
    let mut url = String::with_capacity(text.len());
    url.push_str(&scheme.to_ascii_lowercase());
    url.push_str("://");
    if let Some(user) = user {
        push_encoded(&mut url, user, |byte| byte == b':');
        url.push('@');
    }
    url.push_str(&host_port.to_ascii_lowercase());
    let (before, fragment) = path
        .split_once('#')
        .map_or((path, None), |(before, fragment)| (before, Some(fragment)));
    let in_path = |byte| matches!(byte, b':' | b'@' | b'/' | b'?');
    push_encoded(&mut url, before, in_path);
    if let Some(fragment) = fragment {
        url.push('#');
        push_encoded(&mut url, fragment, in_path);
    }
    Some(if url == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(url)
    })
}

/// A host name or address, and a port where one is given.
fn is_host_port(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, ""),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_host = match bracketed {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        // Underscores stand in names of the DNS, if not of hosts.
        None => is_host(&host.replace('_', "a")),
    };
    is_host && (port.is_empty() || port.parse::<u16>().is_ok())
}

fn push_encoded(url: &mut String, text: &str, also: impl Fn(u8) -> bool) {
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let escape = byte == b'%'
            && matches!(bytes.get(index + 1..index + 3), Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        // unreserved and sub-delims of RFC 3986 section 2
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte);
        if escape || plain || also(byte) {
            url.push(char::from(byte));
        } else {
            url.push('%');
            url.extend(
                aidos_model::json::hex(&[byte]).map(|digit| char::from(digit.to_ascii_uppercase())),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emails() {
        for (text, value) in [
            ("Ab.c+d_e-f@X.org", Some("Ab.c+d_e-f@x.org")),
            ("a@mail.x.org", Some("a@mail.x.org")),
            ("o'brien@x.org", None),
            ("a@b@x.org", None),
            ("a@localhost", None),
            ("a@x..org", None),
            ("@x.org", None),
            ("a", None),
            ("a@x.org\n", None),
        ] {
            assert_eq!(email(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn domains() {
        for (text, value) in [
            ("WWW.Example.com.", Some("www.example.com")),
            ("xn--mnchen-3ya.example", Some("xn--mnchen-3ya.example")),
            ("localhost", Some("localhost")),
            ("198.51.100.7", None),
            ("_dmarc.example.com", None),
            ("-a.example", None),
            ("ab--c.example", None),
            ("", None),
            (".", None),
            ("münchen.example", None),
        ] {
            assert_eq!(domain(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn urls() {
        for (text, value) in [
            (
                "HTTP://Example.COM/A?b=c#d",
                Some("http://example.com/A?b=c#d"),
            ),
            (
                "http://x.org/a b<c>\"%zz%41",
                Some("http://x.org/a%20b%3Cc%3E%22%25zz%41"),
            ),
            ("http://x.org/é#a#b", Some("http://x.org/%C3%A9#a%23b")),
            ("https://u:p@x.org:8443", Some("https://u:p@x.org:8443")),
            ("http://[2001:db8::1]:80/", Some("http://[2001:db8::1]:80/")),
            ("http://198.51.100.7", Some("http://198.51.100.7")),
            ("http://x.org:99999/", None),
            ("http://a b/", None),
            ("://x.org/", None),
            ("1http://x.org/", None),
            ("/a?b", None),
            ("", None),
        ] {
            assert_eq!(url(text).as_deref(), value, "{text}");
        }
    }

    proptest! {
        #[test]
        fn normal_values_stay(text in "[a-zA-Z0-9:/?#@.\\[\\]%' <é_-]{0,40}|http://[a-z.]{1,9}/\\PC{0,20}") {
            for normalise in [email, domain, url] {
                if let Some(value) = normalise(&text) {
                    let again = normalise(&value).map(Cow::into_owned);
                    prop_assert_eq!(again.as_deref(), Some(&*value));
                }
            }
        }
    }
}
