//! Conversations: rows folded by provider, source, destination, destination port and protocol.
//!
//! A [`Key`] is written as bytes whose order is the order of the results, so that any sorter can sort
//! them; [`Stats`] add up in any order to the same sum.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aidos_model::{Event, Timestamp};

use super::role::Verdict;

/// One side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party<'a> {
    /// The log does not say.
    Unknown,
    /// An address.
    Ip(IpAddr),
    /// An e-mail address.
    Email(&'a str),
}

impl From<Option<IpAddr>> for Party<'_> {
    fn from(ip: Option<IpAddr>) -> Self {
        ip.map_or(Self::Unknown, Self::Ip)
    }
}

impl std::fmt::Display for Party<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Ip(ip) => ip.fmt(f),
            Self::Email(address) => f.write_str(address),
        }
    }
}

impl Party<'_> {
    /// The STIX type of the value; `None` where it is unknown.
    pub const fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Ip(IpAddr::V4(_)) => Some("ipv4-addr"),
            Self::Ip(IpAddr::V6(_)) => Some("ipv6-addr"),
            Self::Email(_) => Some("email-addr"),
        }
    }

    /// Appends bytes that sort by kind, then value.
    pub fn push(&self, out: &mut Vec<u8>) {
        match self {
            Self::Unknown => out.push(0),
            Self::Ip(IpAddr::V4(v4)) => {
                out.push(4);
                out.extend_from_slice(&v4.octets());
            }
            Self::Ip(IpAddr::V6(v6)) => {
                out.push(6);
                out.extend_from_slice(&v6.octets());
            }
            Self::Email(address) => {
                out.push(9);
                // No address holds a NUL: the cleaner strips it.
                out.extend(address.bytes().filter(|byte| *byte != 0));
                out.push(0);
            }
        }
    }

    /// Reads one back; returns it and what follows.
    pub fn read(bytes: &[u8]) -> Option<(Party<'_>, &[u8])> {
        let (kind, rest) = bytes.split_first()?;
        match kind {
            0 => Some((Party::Unknown, rest)),
            4 => {
                let (octets, rest) = rest.split_first_chunk::<4>()?;
                Some((Party::Ip(IpAddr::from(*octets)), rest))
            }
            6 => {
                let (octets, rest) = rest.split_first_chunk::<16>()?;
                Some((Party::Ip(IpAddr::from(*octets)), rest))
            }
            9 => {
                let end = memchr::memchr(0, rest)?;
                let text = std::str::from_utf8(&rest[..end]).ok()?;
                Some((Party::Email(text), &rest[end + 1..]))
            }
            _ => None,
        }
    }
}

/// What rows are folded by. The provider is a number that orders as its name does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// Number of the provider.
    pub provider: u8,
    /// Who speaks.
    pub source: Party<'a>,
    /// Who is spoken to.
    pub destination: Party<'a>,
    /// Its port.
    pub port: Option<u16>,
    /// The protocol; empty where unknown.
    pub transport: &'a str,
}

impl<'a> Key<'a> {
    /// The key of a row with addresses.
    pub fn of(event: &Event<'a>, provider: u8) -> Self {
        Self {
            provider,
            source: event.source.ip.into(),
            destination: event.destination.ip.into(),
            port: event.destination.port,
            transport: event.transport.unwrap_or_default(),
        }
    }

    /// Appends the sortable bytes.
    pub fn push(&self, out: &mut Vec<u8>) {
        out.push(self.provider);
        self.source.push(out);
        self.destination.push(out);
        // Unknown sorts first.
        let port = self.port.map_or(0, |port| u32::from(port) + 1);
        out.extend_from_slice(&port.to_be_bytes()[1..]);
        out.extend_from_slice(self.transport.as_bytes());
    }

    /// Reads a key back.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&provider, rest) = bytes.split_first()?;
        let (source, rest) = Party::read(rest)?;
        let (destination, rest) = Party::read(rest)?;
        let ([a, b, c], rest) = rest.split_first_chunk::<3>()?;
        let port = u32::from_be_bytes([0, *a, *b, *c]);
        Some(Self {
            provider,
            source,
            destination,
            port: port
                .checked_sub(1)
                .and_then(|port| u16::try_from(port).ok()),
            transport: std::str::from_utf8(rest).ok()?,
        })
    }
}

/// How often and when.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Stats {
    /// Rows.
    pub count: u64,
    /// The earliest of them; `None` when no row has a time.
    pub first: Option<Timestamp>,
    /// The latest.
    pub last: Option<Timestamp>,
    /// Rows a day (days since 1970, UTC), in order.
    pub days: Vec<(i32, u64)>,
    /// The strongest verdict, as its number.
    pub verdict: u8,
}

impl Stats {
    /// Counts a row.
    pub fn add(&mut self, time: Option<Timestamp>, verdict: Verdict) {
        self.count += 1;
        self.verdict = self.verdict.max(verdict as u8);
        let Some(time) = time else { return };
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
        self.add_day(time.day(), 1);
    }

    fn add_day(&mut self, day: i32, count: u64) {
        // Logs are in order, nearly: the last day is nearly always the one.
        match self.days.last_mut() {
            Some((last, sum)) if *last == day => *sum += count,
            _ => match self.days.binary_search_by_key(&day, |(day, _)| *day) {
                Ok(at) => self.days[at].1 += count,
                Err(at) => self.days.insert(at, (day, count)),
            },
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.verdict = self.verdict.max(other.verdict);
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = [self.last, other.last].into_iter().flatten().max();
        for &(day, count) in &other.days {
            self.add_day(day, count);
        }
    }

    /// The strongest verdict.
    pub fn verdict(&self) -> Verdict {
        Verdict::from_number(self.verdict).unwrap_or(Verdict::Unknown)
    }

    /// Appends the sum as bytes.
    pub fn push(&self, out: &mut Vec<u8>) {
        out.push(self.verdict);
        push_varint(out, self.count);
        let none = i64::MIN;
        for time in [self.first, self.last] {
            out.extend_from_slice(&time.map_or(none, |time| time.0).to_le_bytes());
        }
        push_varint(out, self.days.len() as u64);
        for (day, count) in &self.days {
            out.extend_from_slice(&day.to_le_bytes());
            push_varint(out, *count);
        }
    }

    /// Reads a sum back.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let (&verdict, rest) = bytes.split_first()?;
        bytes = rest;
        let count = read_varint(&mut bytes)?;
        let mut times = [None; 2];
        for time in &mut times {
            let (nanos, rest) = bytes.split_first_chunk::<8>()?;
            bytes = rest;
            let nanos = i64::from_le_bytes(*nanos);
            *time = (nanos != i64::MIN).then_some(Timestamp(nanos));
        }
        let len = read_varint(&mut bytes)?;
        let mut days = Vec::new();
        for _ in 0..len {
            let (day, rest) = bytes.split_first_chunk::<4>()?;
            bytes = rest;
            days.push((i32::from_le_bytes(*day), read_varint(&mut bytes)?));
        }
        Some(Self {
            count,
            first: times[0],
            last: times[1],
            days,
            verdict,
        })
    }
}

/// A day count per date, for people: `{"2023-03-07": 3}`.
pub fn days_by_date(days: &[(i32, u64)]) -> BTreeMap<String, u64> {
    days.iter()
        .map(|(day, count)| (date(*day), *count))
        .collect()
}

/// The date of a day since 1970, `2023-03-07`.
pub fn date(day: i32) -> String {
    let text = Timestamp::from_seconds(i64::from(day) * 86_400)
        .map_or_else(String::new, |time| time.to_string());
    text.get(..10).unwrap_or_default().to_owned()
}

/// Appends a number in groups of seven bits, least first.
pub fn push_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        #[allow(clippy::cast_possible_truncation)] // the low seven bits are meant
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    #[allow(clippy::cast_possible_truncation)] // below 128
    out.push(number as u8);
}

/// Reads a number written by [`push_varint`] off the front of the bytes.
pub fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_read_back_and_sort_by_source(
            a: [u8; 4], b: [u8; 4], port: Option<u16>, mail in "[a-z]{1,8}@[a-z]{1,8}\\.org"
        ) {
            let key = |ip: [u8; 4]| Key {
                provider: 1,
                source: Party::Ip(ip.into()),
                destination: Party::Email(&mail),
                port,
                transport: "tcp",
            };
            let bytes = |ip| {
                let mut out = Vec::new();
                key(ip).push(&mut out);
                out
            };
            let written = bytes(a);
            prop_assert_eq!(Key::read(&written), Some(key(a)));
            prop_assert_eq!(bytes(a).cmp(&bytes(b)), a.cmp(&b));
        }

        #[test]
        fn sums_do_not_depend_on_the_order(times in proptest::collection::vec(any::<Option<i64>>(), 0..40), cut in 0usize..40) {
            let sum = |times: &[Option<i64>]| {
                let mut stats = Stats::default();
                for time in times {
                    stats.add(time.map(Timestamp), Verdict::Inbound);
                }
                stats
            };
            let whole = sum(&times);
            let (left, right) = times.split_at(cut.min(times.len()));
            let mut parts = sum(right);
            parts.merge(&sum(left));
            prop_assert_eq!(&parts, &whole);
            let mut out = Vec::new();
            whole.push(&mut out);
            prop_assert_eq!(Stats::read(&out), Some(whole));
        }
    }
}
