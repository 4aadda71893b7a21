//! Where is asked: scheme, host and path.

use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;

use super::Error;

/// The root of a partner: scheme, host, port and the path below which all of it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// `https` or `http`.
    pub(super) scheme: String,
    /// Host, with its port where one was given.
    pub(super) host: String,
    /// Path without a stroke at its end.
    pub(super) path: String,
}

impl Base {
    /// Reads the address of a partner.
    ///
    /// `insecure` lets plain HTTP go to other machines.
    pub(super) fn parse(address: &str, insecure: bool) -> Result<Self, Error> {
        // Nothing of a user part or a query is repeated: there may be a key in it.
        let refuse = |why| Error::Address {
            address: tellable(address),
            why,
        };
        if address.contains('@') {
            return Err(refuse(
                "it holds a user or a password; pass them by environment or file",
            ));
        }
        if address.contains(['?', '#']) {
            return Err(refuse("it has a query; name the address without it"));
        }
        let uri: Uri = address
            .trim()
            .parse()
            .map_err(|_| refuse("it is no URL; write https://host/path"))?;
        let scheme = uri.scheme_str().unwrap_or_default().to_owned();
        let host = uri
            .authority()
            .map(|authority| authority.as_str().to_owned())
            .filter(|host| !host.is_empty())
            .ok_or_else(|| refuse("it is no URL; write https://host/path"))?;
        match scheme.as_str() {
            "https" => {}
            "http" if insecure || is_this_machine(uri.host().unwrap_or_default()) => {}
            "http" => {
                return Err(refuse(
                    "plain HTTP goes to this machine only; write https, or say --insecure-http",
                ));
            }
            _ => return Err(refuse("it is neither https nor http")),
        }
        Ok(Self {
            scheme,
            host,
            path: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// The whole address of a path, which may have a query.
    pub(super) fn join(&self, path: &str) -> String {
        let stroke = if path.is_empty() || path.starts_with(['/', '?']) {
            ""
        } else {
            "/"
        };
        format!("{}://{}{}{stroke}{path}", self.scheme, self.host, self.path)
    }

    /// What a `Location` means for one who asked for `path`: a path of the same host, or `Err` with scheme and host
    /// of another.
    pub(super) fn follow(&self, asked: &str, location: &str) -> Result<String, String> {
        let uri: Uri = location.parse().map_err(|_| "no address".to_owned())?;
        match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => {
                let same = scheme == self.scheme
                    && with_port(scheme, authority.as_str()) == with_port(&self.scheme, &self.host);
                if same {
                    Ok(path_of(&uri))
                } else {
                    Err(format!("{scheme}://{}", tellable(authority.as_str())))
                }
            }
            // `//host/path` reads as a path that begins with two strokes.
            _ if location.starts_with("//") => {
                let host = location.trim_start_matches('/').split('/').next();
                Err(tellable(host.unwrap_or_default()))
            }
            _ if location.starts_with('/') => Ok(path_of(&uri)),
            _ => {
                let folder = asked.split('?').next().unwrap_or_default();
                let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
                Ok(format!("{folder}/{location}"))
            }
        }
    }
}

fn path_of(uri: &Uri) -> String {
    uri.path_and_query()
        .map(|path| path.as_str().to_owned())
        .unwrap_or_default()
}

/// The host with the port that its scheme means where none is given.
fn with_port(scheme: &str, host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let after = host.rsplit(']').next().unwrap_or_default();
    if after.contains(':') {
        host
    } else {
        format!("{host}:{}", if scheme == "http" { 80 } else { 443 })
    }
}

/// What may be told of an address: nothing of its user and its query.
fn tellable(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://…{}", &address[..scheme], &address[at..])
        }
        (_, Some(at)) => format!("…{}", &address[at..]),
        _ => address.to_owned(),
    }
}

/// Whether this host is the machine itself (RFC 6761 section 6.3, RFC 1122, RFC 4291).
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
        || host
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// A text as a part of a path or a query: all but letters, digits, `-`, `.`, `_` and `~` by their bytes (RFC 3986).
///
/// ```
/// use aidos_exchange::http::encode;
/// assert_eq!(encode("a/b c@d"), "a%2Fb%20c%40d");
/// ```
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Takes a whole URL apart: the address of the host, and the path with its query.
///
/// ```
/// use aidos_exchange::http::split;
/// let (host, path) = split("https://lists.example/a/b.txt?v=2").unwrap();
/// assert_eq!((host, path), ("https://lists.example", "/a/b.txt?v=2"));
/// assert_eq!(split("no address"), None);
/// ```
pub fn split(url: &str) -> Option<(&str, &str)> {
    let host = url.find("://")? + 3;
    let url = url.split('#').next()?;
    let end = url[host..]
        .find(['/', '?'])
        .map_or(url.len(), |at| host + at);
    (end > host).then(|| url.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_only() {
        for fine in [
            "http://127.0.0.1:80",
            "http://localhost/x",
            "http://[::1]:8080",
            "https://a.example/",
        ] {
            assert!(Base::parse(fine, false).is_ok(), "{fine}");
        }
        for bad in [
            "http://a.example",
            "http://127.0.0.1.a.example",
            "http://localhost.a.example",
            "ftp://a.example",
            "a.example",
            "",
            "https://",
        ] {
            assert!(Base::parse(bad, false).is_err(), "{bad}");
        }
        assert!(Base::parse("http://a.example", true).is_ok());
    }

    #[test]
    fn no_key_of_an_address_is_told() {
        for address in [
            "https://me:hunter2@a.example/x",
            "https://a.example/x?key=hunter2",
            "hunter2@a.example",
        ] {
            let error = Base::parse(address, true).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn paths_join_and_redirects_stay() {
        let base = Base::parse("https://a.example/misp/", false).unwrap();
        assert_eq!(
            base.join("/events/index"),
            "https://a.example/misp/events/index"
        );
        assert_eq!(base.join("events"), "https://a.example/misp/events");
        assert_eq!(base.join(""), "https://a.example/misp");
        assert_eq!(
            base.follow("/misp/a", "https://A.example:443/b?c").unwrap(),
            "/b?c"
        );
        assert_eq!(base.follow("/misp/a?q", "b").unwrap(), "/misp/b");
        assert_eq!(base.follow("/misp/a", "/b").unwrap(), "/b");
        for other in [
            "https://b.example/",
            "http://a.example/",
            "https://a.example:444/",
            "//b.example/x",
        ] {
            assert!(base.follow("/", other).is_err(), "{other}");
        }
    }
}
