//! URLs: the parts that mean the same in any spelling (RFC 3986, section 6.2.2 and 6.2.3).

use super::name::domain;

/// Scheme and host in lower case, no user, no default port, dot segments resolved, no fragment, `/` for no path.
/// Escapes keep their meaning and get upper-case digits.
pub(super) fn url(text: &str) -> Result<String, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("it has no ://")?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !is_scheme {
        return Err("what stands before its :// is no scheme");
    }
    if !rest.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it has blanks or letters beyond ASCII; escape them");
    }
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let host = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => {
            let address: std::net::Ipv6Addr =
                address.parse().map_err(|_| "its host is no IPv6 address")?;
            format!("[{address}]")
        }
        None => domain(host)?,
    };
    let port = match (scheme.as_str(), port) {
        ("http", "80") | ("https", "443") | ("ftp", "21") | (_, "") => String::new(),
        (_, port) => {
            let port: u16 = port.parse().map_err(|_| "its port is not 0 to 65535")?;
            format!(":{port}")
        }
    };
    let (path, query) = tail
        .split_once('?')
        .map_or((tail, None), |(p, q)| (p, Some(q)));
    let query = query
        .map(|query| format!("?{}", escapes(query)))
        .unwrap_or_default();
    Ok(format!(
        "{scheme}://{host}{port}{}{query}",
        escapes(&segments(path))
    ))
}

/// A path without `.` and `..` (RFC 3986, section 5.2.4).
fn segments(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut open = true;
    for segment in path.split('/').skip(1) {
        open = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    let mut path = String::new();
    for segment in kept {
        path.push('/');
        path.push_str(segment);
    }
    if open {
        path.push('/');
    }
    path
}

/// The digits of escapes in upper case.
fn escapes(text: &str) -> String {
    let mut digits = 0;
    text.chars()
        .map(|c| {
            let is_digit = digits > 0;
            digits = if c == '%' { 2 } else { 0.max(digits - 1) };
            if is_digit { c.to_ascii_uppercase() } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_url_are_one() {
        for (text, expected) in [
            ("http://example.com", "http://example.com/"),
            (
                "HTTPS://User:x@Example.COM:443/a/./b/../c?q=%7e#f",
                "https://example.com/a/c?q=%7E",
            ),
            ("http://example.com:8080/A/..", "http://example.com:8080/"),
            ("http://[2001:DB8::0]/x", "http://[2001:db8::]/x"),
            ("http://[2001:db8::1]:81/", "http://[2001:db8::1]:81/"),
            ("http://example.com?x", "http://example.com/?x"),
            ("http://example.com/a//b", "http://example.com/a//b"),
        ] {
            assert_eq!(url(text).unwrap(), expected);
            assert_eq!(url(expected).unwrap(), expected, "once is enough");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for bad in [
            "example.com",
            "://x",
            "1a://x",
            "http://",
            "http://a b/",
            "http://x:99999/",
            "http://[x]/",
        ] {
            assert!(url(bad).is_err(), "{bad}");
        }
    }
}
