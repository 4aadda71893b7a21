//! What stands before the chain: priority, stamp, host, topics, prefix.

use crate::clean::stamp::{self, Stamp};

/// The head of a record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head<'a> {
    /// `<134>`, as text with its brackets.
    pub(super) priority_text: &'a str,
    /// Its number.
    pub(super) priority: Option<u64>,
    /// The stamp and its text.
    pub(super) stamp: Option<(Stamp, &'a str)>,
    /// What follows the stamp up to the chain, as it stands.
    pub(super) host: Option<&'a str>,
    /// `firewall,info`.
    pub(super) topics: Option<&'a str>,
    /// The operator's text.
    pub(super) prefix: Option<&'a str>,
    /// Offset in the record at which the text after the stamp begins.
    pub(super) after_stamp: usize,
    /// Whether the message needs `-` for the host, so that the prefix is not taken for one.
    pub(super) needs_nil_host: bool,
}

/// First words of RouterOS log topics.
const TOPICS: [&str; 30] = [
    "firewall",
    "info",
    "system",
    "error",
    "critical",
    "warning",
    "account",
    "debug",
    "dhcp",
    "dns",
    "interface",
    "ipsec",
    "l2tp",
    "ppp",
    "pppoe",
    "pptp",
    "ovpn",
    "sstp",
    "wireguard",
    "wireless",
    "script",
    "route",
    "bgp",
    "ospf",
    "ssh",
    "telnet",
    "web-proxy",
    "hotspot",
    "radius",
    "manager",
];

/// Whether the word is a list of topics, such as `firewall,info` or `firewall,`.
#[inline]
fn is_topics(word: &str) -> bool {
    if word == "firewall,info" {
        return true;
    }
    let word = word.strip_suffix(',').unwrap_or(word);
    !word.is_empty() && word.split(',').all(|topic| TOPICS.contains(&topic))
}

/// Whether the text begins with topics of at least two words: `firewall,info `.
pub(super) fn starts_with_topics(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    word.len() > 3
        && word.as_bytes()[0].is_ascii_lowercase()
        && word.contains(',')
        && is_topics(word)
}

/// Splits off the first word and the blanks before it.
#[inline]
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches(' ');
    match memchr::memchr(b' ', text.as_bytes()) {
        Some(at) => (&text[..at], &text[at..]),
        None => (text, ""),
    }
}

/// Reads the head that ends where the chain (or the log-in text) begins.
#[inline]
pub(super) fn read(text: &str) -> Head<'_> {
    let mut head = Head::default();
    let mut rest = text;
    if let Some(inner) = rest.strip_prefix('<')
        && let Some(close) = inner.find('>').filter(|close| (1..=3).contains(close))
        && let Ok(priority) = inner[..close].parse()
    {
        head.priority = Some(priority);
        head.priority_text = &text[..close + 2];
        rest = &inner[close + 1..];
    }
    let mut relayed = false;
    if let Some((stamp, len)) = stamp::read(rest) {
        let stamp_text = &rest[..len];
        // Relays write RFC 3339 or BSD stamps and a host behind them; RouterOS itself writes neither.
        relayed = match stamp {
            Stamp::Offset(..) | Stamp::Epoch(_) => true,
            _ => {
                stamp_text.as_bytes().get(3) == Some(&b' ') || stamp_text.as_bytes().contains(&b'T')
            }
        };
        head.stamp = Some((stamp, stamp_text));
        rest = &rest[len..];
    }
    head.after_stamp = text.len() - rest.len();
    let (first, after_first) = word(rest);
    if first.is_empty() {
        return head;
    }
    if is_topics(first) {
        head.topics = Some(first.strip_suffix(',').unwrap_or(first));
        rest = after_first;
    } else {
        let (second, after_second) = word(after_first);
        if is_topics(second) && head.stamp.is_some() {
            head.host = (first != "-").then_some(first);
            head.topics = Some(second.strip_suffix(',').unwrap_or(second));
            rest = after_second;
        } else if head.stamp.is_some() && (relayed || first == "-") {
            head.host = (first != "-").then_some(first);
            head.needs_nil_host = first == "-";
            rest = after_first;
        } else {
            head.needs_nil_host = head.stamp.is_some();
        }
    }
    let prefix = rest.trim_matches(' ');
    head.prefix = (!prefix.is_empty()).then_some(prefix);
    head
}
