//! What kind of values a column holds: inferred from the values, the column's name breaks ties only.

use std::collections::HashSet;
use std::hash::Hasher;

use aidos_core::clean::{ip, stamp};
use aidos_model::Mac;
use serde::Serialize;
use siphasher::sip::SipHasher13;

/// The type of a value or column, from the most to the least specific.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// An IPv4 or IPv6 address.
    Ip,
    /// An address with its port, or a network in CIDR form.
    Endpoint,
    /// A hardware address.
    Mac,
    /// A UUID.
    Uuid,
    /// MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal.
    Hash,
    /// An e-mail address.
    Email,
    /// A URL with its scheme.
    Url,
    /// A date with or without a clock time, or an epoch in a column that says so.
    Time,
    /// `true`, `false`, `yes`, `no`.
    Boolean,
    /// A number from 0 to 65535 in a column that says so.
    Port,
    /// A whole number.
    Integer,
    /// A number with a fraction or exponent.
    Decimal,
    /// A host or domain name.
    Domain,
    /// A JSON object or array.
    Json,
    /// One of few words that come again and again.
    Category,
    /// Anything else.
    Text,
    /// There are no values.
    Empty,
}

impl Type {
    /// All of them.
    const ALL: [Self; 17] = [
        Self::Ip,
        Self::Endpoint,
        Self::Mac,
        Self::Uuid,
        Self::Hash,
        Self::Email,
        Self::Url,
        Self::Time,
        Self::Boolean,
        Self::Port,
        Self::Integer,
        Self::Decimal,
        Self::Domain,
        Self::Json,
        Self::Category,
        Self::Text,
        Self::Empty,
    ];

    /// As it is written in JSON and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Endpoint => "endpoint",
            Self::Mac => "mac",
            Self::Uuid => "uuid",
            Self::Hash => "hash",
            Self::Email => "email",
            Self::Url => "url",
            Self::Time => "time",
            Self::Boolean => "boolean",
            Self::Port => "port",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Domain => "domain",
            Self::Json => "json",
            Self::Category => "category",
            Self::Text => "text",
            Self::Empty => "empty",
        }
    }
}

/// A column as it was inferred. It holds counts, never values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Its name: the header's, the dotted path of a JSON member, or its number from 1.
    pub name: String,
    /// The type of most of its values.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Share of the values that have the type, 0 to 1.
    pub share: f64,
    /// Its values; a row may give several to a column that holds a list.
    pub filled: u64,
    /// Different values.
    pub distinct: u64,
}

/// Columns that are kept; what else a hostile file has is counted only.
const MOST_COLUMNS: usize = 512;
/// Values of a column that are told apart.
const MOST_DISTINCT: usize = 20_000;
/// A column of at most this many different words may be a category.
const CATEGORY: usize = 24;
/// How much of a value is looked at.
const LOOK: usize = 4_096;

/// Infers columns as their values come.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    inferring: Vec<Inferring>,
    places: std::collections::HashMap<String, usize>,
    pub(crate) left_out: u64,
}

#[derive(Debug)]
struct Inferring {
    name: String,
    counts: [u64; Type::ALL.len()],
    filled: u64,
    distinct: HashSet<u64>,
}

impl Columns {
    /// Makes sure that the column is there, also when no row fills it.
    pub(crate) fn declare(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.places.get(name) {
            return Some(*at);
        }
        if self.inferring.len() >= MOST_COLUMNS {
            self.left_out += 1;
            return None;
        }
        self.inferring.push(Inferring {
            name: name.to_owned(),
            counts: [0; Type::ALL.len()],
            filled: 0,
            distinct: HashSet::new(),
        });
        self.places
            .insert(name.to_owned(), self.inferring.len() - 1);
        Some(self.inferring.len() - 1)
    }

    /// Takes a value of a column.
    pub(crate) fn take(&mut self, name: &str, value: &str) {
        let Some(at) = self.declare(name) else { return };
        let value = value.trim();
        if is_absent(value) {
            return;
        }
        let Some(column) = self.inferring.get_mut(at) else {
            return;
        };
        column.filled += 1;
        if let Some(count) = column.counts.get_mut(type_of(value, name) as usize) {
            *count += 1;
        }
        if column.distinct.len() < MOST_DISTINCT {
            // A collision would only make the count of different values one too low.
            let mut hasher = SipHasher13::new();
            hasher.write(value.as_bytes());
            column.distinct.insert(hasher.finish());
        }
    }

    /// What was inferred, in the order in which the columns came.
    pub(crate) fn finish(self) -> Vec<Column> {
        self.inferring
            .into_iter()
            .map(|column| {
                let (kind, share) = column.verdict();
                Column {
                    name: column.name,
                    kind,
                    share,
                    filled: column.filled,
                    distinct: column.distinct.len() as u64,
                }
            })
            .collect()
    }
}

impl Inferring {
    fn verdict(&self) -> (Type, f64) {
        if self.filled == 0 {
            return (Type::Empty, 1.0);
        }
        let count = |kind: Type| self.counts.get(kind as usize).copied().unwrap_or(0);
        let (mut best, mut most) = (Type::Text, 0);
        for kind in Type::ALL {
            // Whole numbers among decimals are decimals, and those that fit a port may be none.
            let wider = match kind {
                Type::Decimal if count(Type::Decimal) > 0 => {
                    count(Type::Integer) + count(Type::Port)
                }
                Type::Integer if count(Type::Integer) > 0 => count(Type::Port),
                _ => 0,
            };
            let found = count(kind) + wider;
            if found > most {
                (best, most) = (kind, found);
            }
        }
        let words = matches!(best, Type::Text | Type::Domain);
        let often = self.filled >= 4 * self.distinct.len() as u64;
        if words && often && self.distinct.len() <= CATEGORY {
            return (Type::Category, 1.0);
        }
        #[allow(clippy::cast_precision_loss)] // counts of a sample
        let share = most as f64 / self.filled as f64;
        (best, share)
    }
}

/// The ways in which logs write that there is nothing.
fn is_absent(value: &str) -> bool {
    value.is_empty()
        || matches!(value, "-" | "(none)" | "(empty)")
        || ["null", "none", "n/a", "nan", "nil"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
}

/// The type of a value in a column of this name.
pub(crate) fn type_of(value: &str, column: &str) -> Type {
    if value.len() > LOOK {
        return if value.starts_with(['{', '[']) {
            Type::Json
        } else {
            Type::Text
        };
    }
    let says = |words: &[&str]| {
        let column = column.to_ascii_lowercase();
        words.iter().any(|word| column.contains(word))
    };
    if ip::parse(value).is_some() {
        return Type::Ip;
    }
    if Mac::parse(value).is_some() {
        return Type::Mac;
    }
    if is_endpoint(value) {
        return Type::Endpoint;
    }
    if is_number(value) {
        let whole = !value.contains(['.', 'e', 'E']);
        if says(&["time", "date", "epoch", "stamp"]) && is_epoch(value) {
            return Type::Time;
        }
        if whole && says(&["port"]) && value.parse::<u16>().is_ok() {
            return Type::Port;
        }
        return if whole { Type::Integer } else { Type::Decimal };
    }
    if is_hex(value) {
        return Type::Hash;
    }
    if is_uuid(value) {
        return Type::Uuid;
    }
    if stamp::read(value).is_some_and(|(_, end)| end == value.len()) {
        return Type::Time;
    }
    if ["true", "false", "yes", "no"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
    {
        return Type::Boolean;
    }
    if is_json(value) {
        return Type::Json;
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        let fine = scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b));
        if fine && !scheme.is_empty() && !rest.is_empty() && !value.contains(' ') {
            return Type::Url;
        }
    }
    if is_email(value) {
        return Type::Email;
    }
    if is_domain(value) {
        return Type::Domain;
    }
    Type::Text
}

/// `192.0.2.1:80`, `[2001:db8::1]:80`, `192.0.2.0/24`.
fn is_endpoint(value: &str) -> bool {
    if let Some((host, bits)) = value.split_once('/') {
        return bits.parse::<u8>().is_ok_and(|bits| bits <= 128) && ip::parse(host).is_some();
    }
    value.rsplit_once(':').is_some_and(|(host, port)| {
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        port.parse::<u16>().is_ok() && ip::parse(host).is_some()
    })
}

fn is_number(value: &str) -> bool {
    let digits = value.trim_start_matches(['-', '+']);
    digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && value.len() - digits.len() <= 1
        && value.len() <= 40
        && value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Seconds, milliseconds or microseconds since 1970, of the years 1990 to 2100.
fn is_epoch(value: &str) -> bool {
    value.parse::<f64>().is_ok_and(|number| {
        [1.0, 1e3, 1e6]
            .iter()
            .any(|unit| (6.3e8..4.2e9).contains(&(number / unit)))
    })
}

fn is_hex(value: &str) -> bool {
    matches!(value.len(), 32 | 40 | 64 | 128) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_json(value: &str) -> bool {
    (value.starts_with('{') && value.ends_with('}')
        || value.starts_with('[') && value.ends_with(']'))
        && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
}

/// One address, also with a name or in angle brackets.
fn is_email(value: &str) -> bool {
    let inner = match (value.rfind('<'), value.strip_suffix('>')) {
        (Some(at), Some(head)) => head.get(at + 1..).unwrap_or_default(),
        _ => value,
    };
    inner.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !local.contains([' ', ',', ';', '<', '@'])
            && (is_domain(domain) || !domain.is_ascii() && domain.contains('.'))
    })
}

/// Two labels at least, the last of letters: `mail.example.org`.
fn is_domain(value: &str) -> bool {
    let value = value.strip_suffix('.').unwrap_or(value);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    value.len() <= 253
        && value.split('.').all(label)
        && value.rsplit_once('.').is_some_and(|(_, top)| {
            top.len() >= 2
                && (top.bytes().all(|b| b.is_ascii_alphabetic()) || top.starts_with("xn--"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_types() {
        for (value, column, wanted) in [
            ("192.0.2.1", "", Type::Ip),
            ("2001:db8::1", "", Type::Ip),
            ("192.0.2.1:80", "", Type::Endpoint),
            ("[2001:db8::1]:80", "", Type::Endpoint),
            ("192.0.2.0/24", "", Type::Endpoint),
            ("00:1a:2b:3c:4d:5e", "", Type::Mac),
            ("443", "dst_port", Type::Port),
            ("443", "count", Type::Integer),
            ("70000", "port", Type::Integer),
            ("-1.5e3", "", Type::Decimal),
            ("1678185483", "timestamp", Type::Time),
            ("1678185483", "id", Type::Integer),
            ("2023-03-07T10:38:03Z", "", Type::Time),
            ("mar/07/2023 10:38:03", "", Type::Time),
            ("d41d8cd98f00b204e9800998ecf8427e", "", Type::Hash),
            ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "", Type::Uuid),
            ("a.b@x.org", "", Type::Email),
            ("Jane <jane@x.org>", "", Type::Email),
            ("https://x.org/a?b", "", Type::Url),
            ("mail.x.org", "", Type::Domain),
            ("TRUE", "", Type::Boolean),
            ("[1,2]", "", Type::Json),
            ("a, b", "", Type::Text),
            ("nan", "", Type::Text),
            ("--5", "", Type::Text),
        ] {
            assert_eq!(type_of(value, column), wanted, "{value} in {column}");
        }
    }

    #[test]
    fn columns_take_the_type_of_most_values() {
        let mut columns = Columns::default();
        columns.declare("empty");
        for number in 0..100u32 {
            columns.take(
                "ip",
                if number < 90 {
                    "192.0.2.1"
                } else {
                    "unknown host"
                },
            );
            columns.take("number", if number % 2 == 0 { "1" } else { "1.5" });
            columns.take("word", if number % 2 == 0 { "up" } else { "down" });
            columns.take("text", &format!("event number {number}"));
            columns.take("gone", "-");
        }
        let found: Vec<_> = columns
            .finish()
            .into_iter()
            .map(|c| (c.name, c.kind, c.share, c.filled, c.distinct))
            .collect();
        let is = |name: &str, kind, share, filled, distinct| {
            (name.to_owned(), kind, share, filled, distinct)
        };
        assert_eq!(
            found,
            [
                is("empty", Type::Empty, 1.0, 0, 0),
                is("ip", Type::Ip, 0.9, 100, 2),
                is("number", Type::Decimal, 1.0, 100, 2),
                is("word", Type::Category, 1.0, 100, 2),
                is("text", Type::Text, 1.0, 100, 100),
                is("gone", Type::Empty, 1.0, 0, 0),
            ]
        );
    }

    #[test]
    fn a_hostile_number_of_columns_is_bounded() {
        let mut columns = Columns::default();
        for number in 0..10_000 {
            columns.take(&number.to_string(), "x");
        }
        assert_eq!(columns.left_out, 10_000 - MOST_COLUMNS as u64);
        assert_eq!(columns.finish().len(), MOST_COLUMNS);
    }
}
