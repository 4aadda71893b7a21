//! JSON to events: the inverse of the writer.

use std::fmt;
use std::net::IpAddr;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Event, Kind, Message, Outcome};
use crate::json::TextIn;
use crate::{Defect, Mac, Timestamp};

/// The text is no entry.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// No JSON, or a field of another type than an entry's.
    #[error("not an entry: {0}")]
    Json(#[from] serde_json::Error),
    /// The event names no provider.
    #[error("not an entry: `event.provider` is missing; pass the lines of `entries.jsonl`")]
    NoProvider,
    /// A field stands twice, or where another one stands: `{"url":1,"url.original":2}`.
    #[error("not an entry: `{}` stands twice or inside of another field; keep one of them", .0.escape_debug())]
    Twice(String),
    /// A key with so many dots that the objects for it would nest too deep for readers of JSON.
    #[error("not an entry: a key has more than {MOST_PARTS} parts; shorten it")]
    TooDeep,
}

/// Objects that a path may stand for, each in the one before it. No field of ECS has more than six.
const MOST_PARTS: usize = 32;

impl<'a> Event<'a> {
    /// Reads one line of `entries.jsonl`.
    ///
    /// Text without escapes is borrowed from the line, the rest lives in the arena. Fields that the
    /// model does not know are kept in [`Event::extra`] in the order of the line and written back where they stood.
    ///
    /// # Errors
    /// [`EventError`] where the line is no entry: no JSON, a value of another type than its field's, no
    /// provider, two values for one field, or a key of very many dots.
    pub fn parse(line: &'a str, arena: &'a Bump) -> Result<Self, EventError> {
        let mut event = Event::default();
        let mut extra = Vec::new();
        let mut json = serde_json::Deserializer::from_str(line);
        Object {
            event: &mut event,
            extra: &mut extra,
            arena,
            path: "",
        }
        .deserialize(&mut json)?;
        json.end()?;
        if event.provider.is_empty() {
            return Err(EventError::NoProvider);
        }
        if !extra.is_empty() {
            event.extra = arena.alloc_slice_copy(&extra);
            let is_deep = |path: &str| path.split('.').nth(MOST_PARTS).is_some();
            if extra.iter().any(|(path, _)| is_deep(path)) {
                return Err(EventError::TooDeep);
            }
            // Sorted for the search only: what is written back must keep the order of the line.
            extra.sort_unstable_by_key(|(path, _)| *path);
            if let Some(path) = in_the_way(&extra) {
                return Err(EventError::Twice(path.to_owned()));
            }
        }
        Ok(event)
    }
}

/// The first extra field that names a field of the model or one above or below it, or stands twice, or
/// below another extra field. A path may have dots in its keys, so that it must be taken apart anew.
fn in_the_way<'a>(sorted: &[(&'a str, &'a str)]) -> Option<&'a str> {
    let names_known = |path: &str| {
        let mut object = "";
        for key in path.split('.') {
            match member(object, key) {
                Member::Object(inner) => object = inner,
                Member::Field(_) => return true,
                Member::Unknown => return false,
            }
        }
        true
    };
    let is_below = |path: &str| {
        path.match_indices('.').any(|(dot, _)| {
            let above = path.get(..dot).unwrap_or_default();
            sorted
                .binary_search_by_key(&above, |(path, _)| *path)
                .is_ok()
        })
    };
    sorted
        .iter()
        .zip(sorted.iter().skip(1).map(Some).chain([None]))
        .find(|((path, _), next)| {
            next.is_some_and(|(next, _)| next == path) || names_known(path) || is_below(path)
        })
        .map(|((path, _), _)| *path)
}

/// An object of the entry at this path (with its final dot, or empty).
struct Object<'e, 'a> {
    event: &'e mut Event<'a>,
    extra: &'e mut Vec<(&'a str, &'a str)>,
    arena: &'a Bump,
    path: &'static str,
}

/// What stands behind a key.
pub(super) enum Member {
    Object(&'static str),
    Field(Field),
    Unknown,
}

#[derive(Clone, Copy)]
pub(super) enum Field {
    Timestamp,
    Provider,
    Kind,
    Category,
    Action,
    Outcome,
    Severity,
    Ip(Side),
    Port(Side),
    Mac(Side),
    NatIp(Side),
    NatPort(Side),
    Transport,
    Bytes,
    Ingress,
    Egress,
    User,
    From,
    To,
    Hostname,
    Priority,
    RouterOs(RouterOsField),
    Addresses,
    Payload,
    Path,
    Line,
    Defects,
    Message,
    /// Derived: written again from the other fields.
    Related,
}

#[derive(Clone, Copy)]
pub(super) enum Side {
    Source,
    Destination,
}

#[derive(Clone, Copy)]
pub(super) enum RouterOsField {
    Topics,
    Prefix,
    Chain,
    State,
    Mark,
    Flags,
    Icmp,
}

/// What the model knows by this key in the object at this path.
pub(super) fn member(path: &str, key: &str) -> Member {
    use Member::{Field as F, Object as O};
    match (path, key) {
        ("", "@timestamp") => F(Field::Timestamp),
        ("", "event") => O("event."),
        ("", "source") => O("source."),
        ("", "destination") => O("destination."),
        ("", "network") => O("network."),
        ("", "observer") => O("observer."),
        ("", "user") => O("user."),
        ("", "email") => O("email."),
        ("", "related") => O("related."),
        ("", "log") => O("log."),
        ("", "aidos") => O("aidos."),
        ("", "message") => F(Field::Message),
        ("event.", "provider") => F(Field::Provider),
        ("event.", "kind") => F(Field::Kind),
        ("event.", "category") => F(Field::Category),
        ("event.", "action") => F(Field::Action),
        ("event.", "outcome") => F(Field::Outcome),
        ("event.", "severity") => F(Field::Severity),
        ("source.", "ip") => F(Field::Ip(Side::Source)),
        ("source.", "port") => F(Field::Port(Side::Source)),
        ("source.", "mac") => F(Field::Mac(Side::Source)),
        ("source.", "nat") => O("source.nat."),
        ("source.nat.", "ip") => F(Field::NatIp(Side::Source)),
        ("source.nat.", "port") => F(Field::NatPort(Side::Source)),
        ("destination.", "ip") => F(Field::Ip(Side::Destination)),
        ("destination.", "port") => F(Field::Port(Side::Destination)),
        ("destination.", "mac") => F(Field::Mac(Side::Destination)),
        ("destination.", "nat") => O("destination.nat."),
        ("destination.nat.", "ip") => F(Field::NatIp(Side::Destination)),
        ("destination.nat.", "port") => F(Field::NatPort(Side::Destination)),
        ("network.", "transport") => F(Field::Transport),
        ("network.", "bytes") => F(Field::Bytes),
        ("observer.", "ingress") => O("observer.ingress."),
        ("observer.ingress.", "interface") => O("observer.ingress.interface."),
        ("observer.ingress.interface.", "name") => F(Field::Ingress),
        ("observer.", "egress") => O("observer.egress."),
        ("observer.egress.", "interface") => O("observer.egress.interface."),
        ("observer.egress.interface.", "name") => F(Field::Egress),
        ("user.", "name") => F(Field::User),
        ("email.", "from") => O("email.from."),
        ("email.from.", "address") => F(Field::From),
        ("email.", "to") => O("email.to."),
        ("email.to.", "address") => F(Field::To),
        ("related.", "ip" | "user") => F(Field::Related),
        ("log.", "syslog") => O("log.syslog."),
        ("log.syslog.", "hostname") => F(Field::Hostname),
        ("log.syslog.", "priority") => F(Field::Priority),
        ("log.", "file") => O("log.file."),
        ("log.file.", "path") => F(Field::Path),
        ("log.", "origin") => O("log.origin."),
        ("log.origin.", "file") => O("log.origin.file."),
        ("log.origin.file.", "line") => F(Field::Line),
        ("aidos.", "routeros") => O("aidos.routeros."),
        ("aidos.routeros.", "topics") => F(Field::RouterOs(RouterOsField::Topics)),
        ("aidos.routeros.", "prefix") => F(Field::RouterOs(RouterOsField::Prefix)),
        ("aidos.routeros.", "chain") => F(Field::RouterOs(RouterOsField::Chain)),
        ("aidos.routeros.", "state") => F(Field::RouterOs(RouterOsField::State)),
        ("aidos.routeros.", "mark") => F(Field::RouterOs(RouterOsField::Mark)),
        ("aidos.routeros.", "flags") => F(Field::RouterOs(RouterOsField::Flags)),
        ("aidos.routeros.", "icmp") => F(Field::RouterOs(RouterOsField::Icmp)),
        ("aidos.", "email_addresses") => F(Field::Addresses),
        ("aidos.", "exus") => O("aidos.exus."),
        ("aidos.exus.", "payload") => F(Field::Payload),
        ("aidos.", "defects") => F(Field::Defects),
        _ => Member::Unknown,
    }
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object at `{}`", self.path.trim_end_matches('.'))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let Object {
            event,
            extra,
            arena,
            path,
        } = self;
        while let Some(key) = map.next_key_seed(TextIn(arena))? {
            match member(path, key) {
                Member::Object(path) => {
                    map.next_value_seed(Object {
                        event,
                        extra,
                        arena,
                        path,
                    })?;
                }
                Member::Field(field) => set(event, field, &mut map, arena)?,
                Member::Unknown => {
                    let value: &RawValue = map.next_value()?;
                    let path = if path.is_empty() {
                        key
                    } else {
                        bumpalo::format!(in arena, "{}{}", path, key).into_bump_str()
                    };
                    extra.push((path, value.get()));
                }
            }
        }
        Ok(())
    }
}

fn set<'a, A: MapAccess<'a>>(
    event: &mut Event<'a>,
    field: Field,
    map: &mut A,
    arena: &'a Bump,
) -> Result<(), A::Error> {
    use serde::de::Error;
    macro_rules! text {
        () => {
            map.next_value_seed(TextIn(arena))?
        };
    }
    macro_rules! parsed {
        ($what:literal, $parse:expr) => {{
            let text = text!();
            let parse = $parse;
            Some(parse(text).ok_or_else(|| {
                A::Error::custom(concat!("a field that should hold ", $what, " does not"))
            })?)
        }};
    }
    macro_rules! number {
        () => {{
            let number: u64 = map.next_value()?;
            // The general writer and other languages count no further.
            if i64::try_from(number).is_err() {
                return Err(A::Error::custom("a number of 2^63 or more"));
            }
            number
        }};
    }
    let ip = |text: &str| text.parse::<IpAddr>().ok();
    match field {
        Field::Timestamp => event.timestamp = parsed!("an RFC 3339 time", Timestamp::parse),
        Field::Provider => event.provider = text!(),
        Field::Kind => {
            event.kind = if text!() == "alert" {
                Kind::Alert
            } else {
                Kind::Event
            }
        }
        Field::Category => event.category = map.next_value_seed(List(arena))?,
        Field::Action => event.action = Some(text!()),
        Field::Outcome => {
            event.outcome = Some(match text!() {
                "success" => Outcome::Success,
                "failure" => Outcome::Failure,
                _ => Outcome::Unknown,
            });
        }
        Field::Severity => event.severity = Some(map.next_value()?),
        Field::Ip(side) => endpoint(event, side).ip = parsed!("an address", ip),
        Field::Port(side) => endpoint(event, side).port = Some(map.next_value()?),
        Field::Mac(side) => endpoint(event, side).mac = parsed!("a hardware address", Mac::parse),
        Field::NatIp(side) => endpoint(event, side).nat_ip = parsed!("an address", ip),
        Field::NatPort(side) => endpoint(event, side).nat_port = Some(map.next_value()?),
        Field::Transport => event.transport = Some(text!()),
        Field::Bytes => event.bytes = Some(number!()),
        Field::Ingress => event.ingress = Some(text!()),
        Field::Egress => event.egress = Some(text!()),
        Field::User => event.user = Some(text!()),
        Field::From => event.email_from = map.next_value_seed(List(arena))?,
        Field::To => event.email_to = map.next_value_seed(List(arena))?,
        Field::Hostname => event.hostname = Some(text!()),
        Field::Priority => event.priority = Some(number!()),
        Field::RouterOs(field) => {
            let text = Some(text!());
            let routeros = &mut event.routeros;
            match field {
                RouterOsField::Topics => routeros.topics = text,
                RouterOsField::Prefix => routeros.prefix = text,
                RouterOsField::Chain => routeros.chain = text,
                RouterOsField::State => routeros.state = text,
                RouterOsField::Mark => routeros.mark = text,
                RouterOsField::Flags => routeros.flags = text,
                RouterOsField::Icmp => routeros.icmp = text,
            }
        }
        Field::Addresses => event.email_addresses = map.next_value_seed(List(arena))?,
        Field::Payload => event.payload = Some(text!()),
        Field::Path => event.path = text!(),
        Field::Line => event.line = number!(),
        Field::Defects => {
            for word in map.next_value_seed(List(arena))? {
                if let Some(defect) = Defect::from_word(word) {
                    event.defects.add(defect);
                }
            }
        }
        Field::Message => event.message = Message::plain(text!()),
        Field::Related => drop(map.next_value::<IgnoredAny>()?),
    }
    Ok(())
}

fn endpoint<'e>(event: &'e mut Event<'_>, side: Side) -> &'e mut super::Endpoint {
    match side {
        Side::Source => &mut event.source,
        Side::Destination => &mut event.destination,
    }
}

/// A list of texts.
struct List<'a>(&'a Bump);

impl<'a> DeserializeSeed<'a> for List<'a> {
    type Value = &'a [&'a str];

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for List<'a> {
    type Value = &'a [&'a str];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = ArenaVec::new_in(self.0);
        while let Some(text) = seq.next_element_seed(TextIn(self.0))? {
            list.push(text);
        }
        Ok(list.into_bump_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(members: &str) -> Option<String> {
        let line = format!("{{\"event\":{{\"provider\":\"x\"}},{members}}}");
        let arena = Bump::new();
        Event::parse(&line, &arena)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn a_field_has_one_value() {
        for (members, path) in [
            (r#""url":1,"url":2"#, "url"),
            (r#""url":1,"url.original":2"#, "url.original"),
            (r#""a.b":1,"a.b.c.d":2,"a.b-c":3"#, "a.b.c.d"),
            (r#""source.ip":"192.0.2.1""#, "source.ip"),
            (r#""log.syslog":{}"#, "log.syslog"),
            (r#""message.a\n":1"#, r"message.a\n"),
        ] {
            let error = refused(members).unwrap_or_default();
            assert!(error.contains(&format!("`{path}`")), "{members}: {error}");
        }
        assert_eq!(refused(r#""url.b":1,"url.a":2,"source.geo":{}"#), None);
    }

    #[test]
    fn keys_of_many_dots_are_refused() {
        let dots = |count: usize| format!("\"a{}\":1", ".b".repeat(count));
        assert_eq!(refused(&dots(31)), None);
        // Each would be an object in an object: a million of them are more than a stack holds.
        for count in [32, 1_000_000] {
            let error = refused(&dots(count)).unwrap_or_default();
            assert!(error.contains("parts"), "{error}");
        }
    }

    #[test]
    fn what_was_written_is_written_again() {
        // By path `a)` stands before `a.c`, by key behind it.
        let line = r#"{"event":{"provider":"x"},"a.c":1,"a)":2,"a.b":{"b":[]},"message":""}"#;
        let arena = Bump::new();
        let mut texts = vec![line.to_owned()];
        for _ in 0..2 {
            let mut out = Vec::new();
            let last = texts.last().map_or("", |text| text.trim_end());
            Event::parse(last, &arena).unwrap().write_json(&mut out);
            texts.push(String::from_utf8(out).unwrap());
        }
        assert_eq!(texts[1], texts[2]);
        assert!(texts[1].contains(r#""a":{"c":1,"b":{"b":[]}},"a)":2"#));
    }

    #[test]
    fn numbers_are_those_of_every_language() {
        assert_eq!(refused(r#""network":{"bytes":9223372036854775807}"#), None);
        for members in [
            r#""network":{"bytes":9223372036854775808}"#,
            r#""log":{"syslog":{"priority":-1}}"#,
        ] {
            assert!(refused(members).is_some(), "{members}");
        }
    }
}
