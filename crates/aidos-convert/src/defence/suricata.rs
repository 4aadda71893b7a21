//! Rules of Suricata 6 and later.
//!
//! Source: the Suricata user guide, "Rules format" and "DNS, HTTP, TLS keywords". Letters that a `content` or `msg` would
//! read otherwise are escaped; `http.host` holds lower case only and takes no `nocase`.

use super::{Error, Head, Threat, Written, comment, hosts::is_name, one_line};
use crate::indicator::{Kind, host_of_url};

/// A rule or more for each address, network, domain and URL, numbered from `sid` on.
///
/// An address or network: any traffic to or from it. A domain, with all below it: a question for it, a TLS handshake
/// and an HTTP request that name it. A URL: its host and its path together.
///
/// # Errors
/// [`Error::Sids`] when the numbers do not suffice.
///
/// ```
/// # use aidos_convert::defence::{Head, Threat, suricata};
/// # use aidos_convert::indicator::Kind;
/// let threat = Threat { kind: Kind::Ipv4, value: "198.51.100.7".into(), last: None };
/// let rules = suricata(&[threat], &Head { of: "march", tlp: None }, 1_000_000)?;
/// assert!(rules.text.contains("alert ip [198.51.100.7] any <> $HOME_NET any (msg:\"AIDOS address 198.51.100.7\";"));
/// # Ok::<(), aidos_convert::defence::Error>(())
/// ```
pub fn suricata(threats: &[Threat], head: &Head<'_>, sid: u32) -> Result<Written, Error> {
    let mut written = Written {
        text: comment(head, "Suricata rules"),
        ..Written::default()
    };
    let mut rules = Vec::new();
    for threat in threats {
        let before = rules.len();
        each_rule(threat, &mut rules);
        if rules.len() == before {
            written.skipped += 1;
        } else {
            written.values += 1;
        }
    }
    let wrong = || Error::Sids {
        first: sid,
        rules: rules.len(),
    };
    let count = u32::try_from(rules.len()).map_err(|_| wrong())?;
    sid.checked_add(count).ok_or_else(wrong)?;
    for (rule, sid) in rules.iter().zip(sid..) {
        let Rule {
            head,
            what,
            options,
            last,
        } = rule;
        let day = last
            .as_deref()
            .map_or_else(String::new, |last| format!(" metadata:last_seen {last};"));
        written.text += &format!(
            "alert {head} (msg:\"AIDOS {}\";{options} classtype:bad-unknown;{day} sid:{sid}; rev:1;)\n",
            escaped(what)
        );
    }
    Ok(written)
}

struct Rule {
    head: String,
    what: String,
    options: String,
    /// The day when it was seen last, `2026_03_07`.
    last: Option<String>,
}

fn each_rule(threat: &Threat, rules: &mut Vec<Rule>) {
    let mut push = |head: String, what: &str, options: String| {
        let day = threat.last.as_deref().and_then(|last| last.get(..10));
        rules.push(Rule {
            head,
            what: format!("{what} {}", one_line(&threat.value)),
            options,
            last: day
                .filter(|day| {
                    day.bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'-')
                })
                .map(|day| day.replace('-', "_")),
        });
    };
    let web = "$HOME_NET any -> $EXTERNAL_NET any";
    match threat.kind {
        Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => {
            push(
                format!("ip [{}] any <> $HOME_NET any", threat.value),
                "address",
                String::new(),
            );
        }
        Kind::Domain if is_name(&threat.value) => {
            let name = content(&format!(".{}", threat.value));
            let asks = |buffer: &str, nocase: &str| {
                format!(" {buffer}; dotprefix; content:\"{name}\"; endswith;{nocase}")
            };
            push(
                "dns $HOME_NET any -> any any".into(),
                "question for",
                asks("dns.query", " nocase;"),
            );
            push(format!("tls {web}"), "TLS to", asks("tls.sni", " nocase;"));
            push(format!("http {web}"), "HTTP to", asks("http.host", ""));
        }
        Kind::Url => {
            let Some(host) = host_of_url(&threat.value) else {
                return;
            };
            if !threat.value.starts_with("http://") && !threat.value.starts_with("https://") {
                return;
            }
            let host = content(host);
            let path = path_of(&threat.value);
            push(
                format!("http {web}"),
                "URL",
                format!(
                    " http.host; content:\"{host}\"; bsize:{}; http.uri.raw; content:\"{}\"; startswith;",
                    host_of_url(&threat.value).map_or(0, str::len),
                    content(path)
                ),
            );
        }
        _ => {}
    }
}

/// Path and query of a URL, `/` where there is none, without the fragment that no server sees.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// Bytes of a `content`: letters, digits and a few signs as they are, all else in hexadecimal between bars.
pub(super) fn content(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hex = false;
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'=' | b'&' | b'%');
        if plain == hex {
            out.push('|');
            hex = !hex;
        } else if hex {
            out.push(' ');
        }
        if plain {
            out.push(char::from(byte));
        } else {
            out += &format!("{byte:02X}");
        }
    }
    if hex {
        out.push('|');
    }
    out
}

/// A text in a `msg`: what would end it is escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '"' | ';' | '\\' | ':') {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}
