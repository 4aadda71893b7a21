//! One cleansed entry of a log, in ECS 8 field names.
//!
//! An event borrows its text: from the row it was read from, or from the arena of its batch. It is
//! written by [`Event::write_json`] and read by [`Event::parse`]; the two are inverse.

mod extra;
mod parse;
mod write;

use std::net::IpAddr;

use crate::{Defects, Mac, Timestamp};

pub use parse::EventError;

/// One entry of `entries.jsonl`. What is unknown is absent; nothing is guessed.
///
/// ```
/// # use aidos_model::Event;
/// let event = Event { provider: "8bells", source: "198.51.100.7".parse::<std::net::IpAddr>()?.into(), ..Event::default() };
/// let mut line = Vec::new();
/// event.write_json(&mut line);
/// let arena = bumpalo::Bump::new();
/// assert_eq!(Event::parse(std::str::from_utf8(&line)?, &arena)?, event);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Event<'a> {
    /// `@timestamp`: when it happened.
    pub timestamp: Option<Timestamp>,
    /// `event.provider`: who made the log.
    pub provider: &'a str,
    /// `event.kind`.
    pub kind: Kind,
    /// `event.category`, words of ECS.
    pub category: &'a [&'a str],
    /// `event.action`.
    pub action: Option<&'a str>,
    /// `event.outcome`.
    pub outcome: Option<Outcome>,
    /// `event.severity`.
    pub severity: Option<i64>,
    /// `source.*`.
    pub source: Endpoint,
    /// `destination.*`.
    pub destination: Endpoint,
    /// `network.transport`: the log's own word or number, lower case.
    pub transport: Option<&'a str>,
    /// `network.bytes`.
    pub bytes: Option<u64>,
    /// `observer.ingress.interface.name`.
    pub ingress: Option<&'a str>,
    /// `observer.egress.interface.name`.
    pub egress: Option<&'a str>,
    /// `user.name`.
    pub user: Option<&'a str>,
    /// `email.from.address`, where the log names the sender.
    pub email_from: &'a [&'a str],
    /// `email.to.address`, where the log names recipients.
    pub email_to: &'a [&'a str],
    /// `log.syslog.hostname`.
    pub hostname: Option<&'a str>,
    /// `log.syslog.priority`.
    pub priority: Option<u64>,
    /// `aidos.routeros.*`.
    pub routeros: RouterOs<'a>,
    /// `aidos.email_addresses`: addresses of no known role, in row order.
    pub email_addresses: &'a [&'a str],
    /// `aidos.exus.payload`, as it stands in the log.
    pub payload: Option<&'a str>,
    /// Fields beyond these: dotted ECS path and compact JSON text of the value, sorted by path.
    /// No path may be the beginning of another or name a field above.
    pub extra: &'a [(&'a str, &'a str)],
    /// `log.file.path`: path inside the input.
    pub path: &'a str,
    /// `log.origin.file.line`, from 1.
    pub line: u64,
    /// `aidos.defects`: what was wrong with the row.
    pub defects: Defects,
    /// `message`: the cleansed row.
    pub message: Message<'a>,
}

/// `event.kind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Something that happened.
    #[default]
    Event,
    /// Something that a detector raised.
    Alert,
}

impl Kind {
    /// The ECS word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Alert => "alert",
        }
    }
}

/// `event.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It worked.
    Success,
    /// It did not.
    Failure,
    /// The log does not say.
    Unknown,
}

impl Outcome {
    /// The ECS word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

/// The words of `event.category` that our own extractors use, as ECS spells them.
pub struct Category;

impl Category {
    /// Log-ins.
    pub const AUTHENTICATION: &'static [&'static str] = &["authentication"];
    /// E-mail.
    pub const EMAIL: &'static [&'static str] = &["email"];
    /// Intrusion detection.
    pub const INTRUSION: &'static [&'static str] = &["intrusion_detection"];
    /// Network traffic.
    pub const NETWORK: &'static [&'static str] = &["network"];
}

/// One side of a conversation: `source.*` or `destination.*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// `ip`; v4-mapped IPv6 addresses are kept as IPv4, zones are dropped.
    pub ip: Option<IpAddr>,
    /// `port`.
    pub port: Option<u16>,
    /// `mac`.
    pub mac: Option<Mac>,
    /// `nat.ip`: what this side is called on the other side of the translator.
    pub nat_ip: Option<IpAddr>,
    /// `nat.port`.
    pub nat_port: Option<u16>,
}

impl From<IpAddr> for Endpoint {
    fn from(ip: IpAddr) -> Self {
        Self {
            ip: Some(ip),
            ..Self::default()
        }
    }
}

impl Endpoint {
    /// Whether nothing is known of this side.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `aidos.routeros.*`: what RouterOS says beyond ECS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouterOs<'a> {
    /// Log topics, `firewall,info`.
    pub topics: Option<&'a str>,
    /// The rule's `log-prefix`: text of the operator.
    pub prefix: Option<&'a str>,
    /// The chain, `input`.
    pub chain: Option<&'a str>,
    /// Connection state, `established,snat`.
    pub state: Option<&'a str>,
    /// Connection mark.
    pub mark: Option<&'a str>,
    /// TCP flags, `ACK,PSH`.
    pub flags: Option<&'a str>,
    /// ICMP type and code, `8/0`.
    pub icmp: Option<&'a str>,
}

impl RouterOs<'_> {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The cleansed row, whose stamp is rendered when its year is known.
///
/// Its text is `before`, then the stamp, then `after`. The stamp is the event's time in RFC 3339 and
/// UTC, or, where that is unknown, the text of the log. Extracting the text again gives the same event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Message<'a> {
    /// What stands before the stamp.
    pub before: &'a str,
    /// The stamp as the log has it; `None` where the row has none.
    pub stamp: Option<&'a str>,
    /// What stands after the stamp, or the whole row.
    pub after: &'a str,
}

impl<'a> Message<'a> {
    /// A row without a stamp of its own.
    pub const fn plain(text: &'a str) -> Self {
        Self {
            before: "",
            stamp: None,
            after: text,
        }
    }

    /// Appends the text, for an event at this time.
    pub fn push_text(&self, time: Option<Timestamp>, out: &mut String) {
        out.push_str(self.before);
        match (self.stamp, time) {
            (Some(_), Some(time)) => {
                out.push_str(std::str::from_utf8(time.text().as_bytes()).unwrap_or_default());
            }
            (Some(stamp), None) => out.push_str(stamp),
            (None, _) => {}
        }
        out.push_str(self.after);
    }
}

/// A field's value as [`Event::fields`] shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// An instant.
    Time(Timestamp),
    /// An address.
    Ip(IpAddr),
    /// A hardware address.
    Mac(Mac),
    /// A number.
    Number(i64),
    /// Text.
    Text(&'a str),
    /// A list of one text.
    One(&'a str),
    /// Several texts.
    List(&'a [&'a str]),
    /// Up to four addresses.
    Ips([Option<IpAddr>; 4]),
    /// Defects.
    Defects(Defects),
    /// The cleansed row of an event at this time.
    Message(Message<'a>, Option<Timestamp>),
    /// JSON text.
    Json(&'a str),
}

impl<'a> Event<'a> {
    /// The distinct addresses of the event: source, destination, then their translations.
    pub fn ips(&self) -> [Option<IpAddr>; 4] {
        let all = self.all_ips();
        let mut distinct = [None; 4];
        let mut len = 0;
        for ip in all.into_iter().flatten() {
            if !distinct.contains(&Some(ip)) {
                distinct[len] = Some(ip);
                len += 1;
            }
        }
        distinct
    }

    /// The addresses of the event, each in its place: source, destination, their translations.
    fn all_ips(&self) -> [Option<IpAddr>; 4] {
        [
            self.source.ip,
            self.destination.ip,
            self.source.nat_ip,
            self.destination.nat_ip,
        ]
    }

    /// Shows each known field as dotted ECS path and value, in the order in which they are written;
    /// the extra fields come last.
    pub fn fields(&self, show: &mut dyn FnMut(&'a str, Value<'a>)) {
        let mut put = |path: &'static str, value: Option<Value<'a>>| {
            if let Some(value) = value {
                show(path, value);
            }
        };
        let text = |text: Option<&'a str>| text.map(Value::Text);
        let list = |list: &'a [&'a str]| (!list.is_empty()).then_some(Value::List(list));
        #[allow(clippy::cast_possible_wrap)] // lengths and lines of logs stay far below 2^63
        let number = |number: Option<u64>| number.map(|number| Value::Number(number as i64));
        let port = |port: Option<u16>| port.map(|port| Value::Number(port.into()));
        put("@timestamp", self.timestamp.map(Value::Time));
        put("event.provider", Some(Value::Text(self.provider)));
        put("event.kind", Some(Value::Text(self.kind.word())));
        put("event.category", list(self.category));
        put("event.action", text(self.action));
        put(
            "event.outcome",
            self.outcome.map(|outcome| Value::Text(outcome.word())),
        );
        put("event.severity", self.severity.map(Value::Number));
        put("source.ip", self.source.ip.map(Value::Ip));
        put("source.port", port(self.source.port));
        put("source.mac", self.source.mac.map(Value::Mac));
        put("source.nat.ip", self.source.nat_ip.map(Value::Ip));
        put("source.nat.port", port(self.source.nat_port));
        put("destination.ip", self.destination.ip.map(Value::Ip));
        put("destination.port", port(self.destination.port));
        put("destination.mac", self.destination.mac.map(Value::Mac));
        put("destination.nat.ip", self.destination.nat_ip.map(Value::Ip));
        put("destination.nat.port", port(self.destination.nat_port));
        put("network.transport", text(self.transport));
        put("network.bytes", number(self.bytes));
        put("observer.ingress.interface.name", text(self.ingress));
        put("observer.egress.interface.name", text(self.egress));
        put("user.name", text(self.user));
        put("email.from.address", list(self.email_from));
        put("email.to.address", list(self.email_to));
        let ips = self.ips();
        put("related.ip", ips[0].map(|_| Value::Ips(ips)));
        put("related.user", self.user.map(Value::One));
        put("log.syslog.hostname", text(self.hostname));
        put("log.syslog.priority", number(self.priority));
        put(
            "log.file.path",
            (!self.path.is_empty()).then_some(Value::Text(self.path)),
        );
        put(
            "log.origin.file.line",
            number((self.line > 0).then_some(self.line)),
        );
        put("aidos.routeros.topics", text(self.routeros.topics));
        put("aidos.routeros.prefix", text(self.routeros.prefix));
        put("aidos.routeros.chain", text(self.routeros.chain));
        put("aidos.routeros.state", text(self.routeros.state));
        put("aidos.routeros.mark", text(self.routeros.mark));
        put("aidos.routeros.flags", text(self.routeros.flags));
        put("aidos.routeros.icmp", text(self.routeros.icmp));
        put("aidos.email_addresses", list(self.email_addresses));
        put("aidos.exus.payload", text(self.payload));
        put(
            "aidos.defects",
            (!self.defects.is_empty()).then_some(Value::Defects(self.defects)),
        );
        put(
            "message",
            Some(Value::Message(self.message, self.timestamp)),
        );
        for &(path, json) in self.extra {
            show(path, Value::Json(json));
        }
    }

    /// Appends what makes two rows of a provider the same: all fields but place and defects.
    ///
    /// The bytes are for hashing in this process only. The message says nothing that the fields do not,
    /// so it is left out: two spellings of the same row are the same row.
    pub fn push_identity(&self, out: &mut Vec<u8>) {
        /// A bit for each field that may be missing says whether it is there; only then it is written.
        struct Fields<'o> {
            out: &'o mut Vec<u8>,
            there: u64,
        }
        impl Fields<'_> {
            #[inline]
            fn put<const N: usize>(&mut self, bytes: Option<[u8; N]>) {
                self.there = self.there << 1 | u64::from(bytes.is_some());
                if let Some(bytes) = bytes {
                    self.out.extend_from_slice(&bytes);
                }
            }
            #[inline]
            fn text(&mut self, text: Option<&str>) {
                self.there = self.there << 1 | u64::from(text.is_some());
                if let Some(text) = text {
                    push_sized(self.out, text);
                }
            }
        }
        #[allow(clippy::cast_possible_truncation)] // a row is at most 4 MiB
        #[inline]
        fn push_sized(out: &mut Vec<u8>, text: &str) {
            out.extend_from_slice(&(text.len() as u32).to_le_bytes());
            out.extend_from_slice(text.as_bytes());
        }
        // The bits stand before the fields, so that no two sets of fields give the same bytes.
        let at = out.len();
        out.extend_from_slice(&[0; 8]);
        let mut fields = Fields { out, there: 0 };
        fields.put(self.timestamp.map(|time| time.0.to_le_bytes()));
        // A row whose date is unknown is the same only if its stamp reads the same.
        fields.text(self.message.stamp.filter(|_| self.timestamp.is_none()));
        fields.put(self.outcome.map(|outcome| [outcome as u8]));
        for side in [&self.source, &self.destination] {
            for ip in [side.ip, side.nat_ip] {
                let v4 = match ip {
                    Some(IpAddr::V4(v4)) => Some(v4.octets()),
                    _ => None,
                };
                let v6 = match ip {
                    Some(IpAddr::V6(v6)) => Some(v6.octets()),
                    _ => None,
                };
                fields.put(v4);
                fields.put(v6);
            }
            fields.put(side.port.map(u16::to_le_bytes));
            fields.put(side.nat_port.map(u16::to_le_bytes));
            fields.put(side.mac.map(|mac| mac.0));
        }
        fields.put(self.bytes.map(u64::to_le_bytes));
        fields.put(self.priority.map(u64::to_le_bytes));
        fields.put(self.severity.map(i64::to_le_bytes));
        for part in [
            self.action,
            self.transport,
            self.ingress,
            self.egress,
            self.user,
            self.hostname,
            self.routeros.topics,
            self.routeros.prefix,
            self.routeros.chain,
            self.routeros.state,
            self.routeros.mark,
            self.routeros.flags,
            self.routeros.icmp,
            self.payload,
        ] {
            fields.text(part);
        }
        let there = fields.there.to_le_bytes();
        if let Some(bits) = out.get_mut(at..at + there.len()) {
            bits.copy_from_slice(&there);
        }
        out.push(self.kind as u8);
        push_sized(out, self.provider);
        for part in [
            self.category,
            self.email_from,
            self.email_to,
            self.email_addresses,
        ] {
            out.extend_from_slice(&part.len().to_le_bytes());
            for item in part {
                push_sized(out, item);
            }
        }
        for (path, json) in self.extra {
            push_sized(out, path);
            push_sized(out, json);
        }
    }
}
