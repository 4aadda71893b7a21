//! Values into the fields of one event, repaired on the way.

use std::borrow::Cow;

use aidos_model::json::{push_ip, push_str};
use aidos_model::{Defect, Event, Kind, Mac, Message, Outcome};
use bumpalo::collections::Vec as ArenaVec;

use super::field::{Side, Target, Type};
use super::file::Case;
use super::groups::Groups;
use super::pairs::{each, unescape};
use super::plan::{FieldId, Goal, Mapping, Pattern, Use};
use super::time;
use crate::clean::ip;
use crate::extract::{Context, Row, Sink, Year, apply_stamp};

/// An event on its way.
pub(super) struct Fill<'a, 's> {
    pub(super) mapping: &'s Mapping,
    context: &'s Context<'a>,
    sink: &'s mut Sink<'a>,
    event: Event<'a>,
    extra: ArenaVec<'a, (&'a str, &'a str)>,
    seen: [u64; 4],
    year: Year,
    /// The stamp, where one was found: a piece of the row's text if it can be.
    stamp: Option<&'a str>,
    date: Option<&'a str>,
    clock: Option<&'a str>,
}

impl<'a, 's> Fill<'a, 's> {
    pub(super) fn new(
        mapping: &'s Mapping,
        context: &'s Context<'a>,
        row: Row<'a, '_>,
        sink: &'s mut Sink<'a>,
    ) -> Self {
        let event = Event {
            provider: context.provider,
            path: context.path,
            line: row.line,
            ..Event::default()
        };
        Self {
            mapping,
            context,
            extra: ArenaVec::new_in(sink.arena),
            sink,
            event,
            seen: [0; 4],
            year: Year::None,
            stamp: None,
            date: None,
            clock: None,
        }
    }

    /// Where text of this event may live.
    pub(super) fn arena(&self) -> &'a bumpalo::Bump {
        self.sink.arena
    }

    /// Whether any field has a value from the row.
    pub(super) fn is_empty(&self) -> bool {
        self.seen == [0; 4]
    }

    /// Notes damage of the whole row.
    pub(super) fn note(&mut self, defect: Defect, before: &'a str, after: Option<&'a str>) {
        self.event.defects.add(defect);
        self.sink.repair(defect, None, before, after);
    }

    /// Adds the constants and hands the event over. `text` is the cleansed row.
    pub(super) fn finish(mut self, pattern: &Pattern, text: &'a str) {
        if let (Some(date), Some(clock), false) = (self.date, self.clock, self.has_time()) {
            let joined = bumpalo::format!(in self.sink.arena, "{} {}", date, clock).into_bump_str();
            self.time(joined);
            // The two stand apart in the row, so the row keeps them as they are.
            self.stamp = None;
        }
        for constant in &pattern.constants {
            if self.is_seen(constant.field) {
                continue;
            }
            let Some(field) = self.mapping.fields.get(constant.field) else {
                continue;
            };
            match field.target {
                Target::Extra(_) => {
                    let json = self.sink.arena.alloc_str(&constant.json);
                    self.push_extra(constant.field, json);
                }
                Target::Category => {
                    let arena = self.sink.arena;
                    self.event.category = arena.alloc_slice_fill_iter(
                        constant
                            .texts
                            .iter()
                            .map(|word| intern(word).unwrap_or_else(|| arena.alloc_str(word))),
                    );
                    self.mark(constant.field);
                }
                _ => {
                    for text in &constant.texts {
                        let text = self.sink.arena.alloc_str(text);
                        self.store(constant.field, field.target, text);
                    }
                }
            }
        }
        for side in [&mut self.event.source, &mut self.event.destination] {
            // An address that is called the same on both sides is not translated.
            if side.nat_ip == side.ip && (side.nat_port.is_none() || side.nat_port == side.port) {
                side.nat_ip = None;
                side.nat_port = None;
            }
        }
        self.extra.sort_unstable();
        self.event.extra = self.extra.into_bump_slice();
        self.event.message = message(text, self.stamp);
        self.sink.entry(self.event, self.year);
    }

    fn has_time(&self) -> bool {
        self.event.timestamp.is_some() || self.year != Year::None
    }

    pub(super) fn is_seen(&self, id: FieldId) -> bool {
        self.seen
            .get(id / 64)
            .is_some_and(|word| word & (1 << (id % 64)) != 0)
    }

    fn mark(&mut self, id: FieldId) {
        if let Some(word) = self.seen.get_mut(id / 64) {
            *word |= 1 << (id % 64);
        }
    }

    /// Does with a value what its column, path or key asks for.
    pub(super) fn apply(&mut self, how: &Use, value: &'a str) {
        match how {
            Use::Whole(goals) => self.goals(goals, value),
            Use::Apart {
                groups,
                goals,
                otherwise,
            } => {
                if !self.groups(groups, goals, value) {
                    self.goals(otherwise, value);
                }
            }
        }
    }

    /// Puts each group where it goes; says whether the text matches.
    pub(super) fn groups(&mut self, groups: &Groups, goals: &[Vec<Goal>], text: &'a str) -> bool {
        groups.each(text, &mut |index, range| {
            if let Some(goals) = goals.get(index) {
                self.goals(goals, text.get(range).unwrap_or_default());
            }
        })
    }

    /// Puts a piece of the row everywhere it belongs.
    pub(super) fn goals(&mut self, goals: &[Goal], value: &'a str) {
        for goal in goals {
            self.goal(*goal, value);
        }
    }

    pub(super) fn goal(&mut self, goal: Goal, value: &'a str) {
        match goal {
            Goal::Nowhere => {}
            Goal::Field(id) => self.put(id, value),
            Goal::Pairs => self.pairs(value),
            Goal::Date => self.date = self.date.or(Some(value)),
            Goal::Clock => self.clock = self.clock.or(Some(value)),
        }
    }

    fn pairs(&mut self, text: &'a str) {
        let mapping = self.mapping;
        let Some(pairs) = &mapping.pairs else { return };
        each(text, &pairs.style, &mut |key, value| {
            if let Some(how) = pairs.keys.get(key) {
                let value = match value {
                    Cow::Borrowed(value) => value,
                    Cow::Owned(value) => self.sink.arena.alloc_str(&value),
                };
                self.apply(how, value);
            }
        });
    }

    pub(super) fn alloc(&self, bytes: &[u8]) -> &'a str {
        self.sink
            .arena
            .alloc_str(std::str::from_utf8(bytes).unwrap_or_default())
    }

    /// Puts a value into a field that has none yet.
    pub(super) fn put(&mut self, id: FieldId, value: &'a str) {
        let mapping = self.mapping;
        let Some(field) = mapping.fields.get(id) else {
            return;
        };
        if self.is_seen(id) {
            return;
        }
        let mut value = value.trim();
        if value.is_empty() || mapping.absent.iter().any(|word| word == value) {
            return;
        }
        if field.unescape && value.contains('\\') {
            value = self.sink.arena.alloc_str(&unescape(value));
        }
        if !field.map.is_empty() {
            let found = field
                .map
                .get(value)
                .or_else(|| field.has_default.then(|| field.map.get("*")).flatten());
            if let Some(found) = found {
                value = self.sink.arena.alloc_str(found);
                if value.is_empty() {
                    return;
                }
            }
        }
        match field.case {
            Some(Case::Lower) => value = self.lower(value),
            Some(Case::Upper) if value.chars().any(char::is_lowercase) => {
                value = self.sink.arena.alloc_str(&value.to_uppercase());
            }
            _ => {}
        }
        self.store(id, field.target, value);
    }

    fn lower(&self, value: &'a str) -> &'a str {
        if value.chars().any(char::is_uppercase) {
            self.sink.arena.alloc_str(&value.to_lowercase())
        } else {
            value
        }
    }

    pub(super) fn bad(&mut self, defect: Defect, target: Target, value: &'a str) {
        self.event.defects.add(defect);
        self.sink.repair(defect, target.path(), value, None);
    }

    fn store(&mut self, id: FieldId, target: Target, value: &'a str) {
        match target {
            Target::Time => {
                if !self.has_time() {
                    self.time(value);
                }
                // A stamp that cannot be read leaves the field to a later one.
                if !self.has_time() {
                    return;
                }
            }
            Target::Kind => match value {
                "alert" => self.event.kind = Kind::Alert,
                "event" => self.event.kind = Kind::Event,
                _ => return self.bad(Defect::BadType, target, value),
            },
            Target::Outcome => {
                self.event.outcome = Some(match value {
                    "success" => Outcome::Success,
                    "failure" => Outcome::Failure,
                    "unknown" => Outcome::Unknown,
                    _ => return self.bad(Defect::BadType, target, value),
                });
            }
            Target::Category => {
                let arena = self.sink.arena;
                let words = value
                    .split(',')
                    .map(str::trim)
                    .filter(|word| !word.is_empty());
                self.event.category = ArenaVec::from_iter_in(words, arena).into_bump_slice();
            }
            Target::Ip(side) => match ip::parse(value) {
                Some(ip) => self.side(side).ip = Some(ip),
                None => return self.bad(bad_ip(value), target, value),
            },
            Target::NatIp(side) => match ip::parse(value) {
                Some(ip) => self.side(side).nat_ip = Some(ip),
                None => return self.bad(bad_ip(value), target, value),
            },
            Target::Port(side) => match ip::port(value) {
                Some(port) => self.side(side).port = Some(port),
                None => return self.bad(Defect::BadPort, target, value),
            },
            Target::NatPort(side) => match ip::port(value) {
                Some(port) => self.side(side).nat_port = Some(port),
                None => return self.bad(Defect::BadPort, target, value),
            },
            Target::Mac(side) => match Mac::parse(value) {
                Some(mac) => self.side(side).mac = Some(mac),
                None => return self.bad(Defect::BadMac, target, value),
            },
            Target::Severity => match value.parse() {
                Ok(number) => self.event.severity = Some(number),
                Err(_) => return self.bad(Defect::BadNumber, target, value),
            },
            Target::Bytes | Target::Priority => match value.parse::<u64>() {
                // The model shows numbers as `i64`.
                Ok(number) if i64::try_from(number).is_ok() => {
                    if target == Target::Bytes {
                        self.event.bytes = Some(number);
                    } else {
                        self.event.priority = Some(number);
                    }
                }
                _ => return self.bad(Defect::BadNumber, target, value),
            },
            Target::Transport => self.event.transport = Some(self.lower(value)),
            Target::Action => self.event.action = Some(value),
            Target::Ingress => self.event.ingress = Some(value),
            Target::Egress => self.event.egress = Some(value),
            Target::User => self.event.user = Some(value),
            Target::Hostname => self.event.hostname = Some(value),
            Target::Payload => self.event.payload = Some(value),
            Target::From => self.event.email_from = self.addresses(target, value),
            Target::To => self.event.email_to = self.addresses(target, value),
            Target::Addresses => self.event.email_addresses = self.addresses(target, value),
            Target::Extra(kind) => return self.store_extra(id, kind, value),
        }
        self.mark(id);
    }

    fn side(&mut self, side: Side) -> &mut aidos_model::Endpoint {
        match side {
            Side::Source => &mut self.event.source,
            Side::Destination => &mut self.event.destination,
        }
    }

    fn store_extra(&mut self, id: FieldId, kind: Type, value: &'a str) {
        let target = Target::Extra(kind);
        let mut out = Vec::with_capacity(value.len() + 2);
        match kind {
            Type::Auto | Type::Text => push_str(&mut out, value),
            Type::Integer => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                let digits = digits.strip_prefix('+').unwrap_or(digits);
                if digits.parse::<u64>().is_err() || digits.len() > 18 {
                    return self.bad(Defect::BadNumber, target, value);
                }
                let digits = digits.trim_start_matches('0');
                let digits = if digits.is_empty() { "0" } else { digits };
                if value.starts_with('-') && digits != "0" {
                    out.push(b'-');
                }
                out.extend_from_slice(digits.as_bytes());
            }
            Type::Number => match serde_json::from_str::<serde_json::Number>(value) {
                Ok(number) => out.extend_from_slice(number.to_string().as_bytes()),
                Err(_) => return self.bad(Defect::BadNumber, target, value),
            },
            Type::Boolean => {
                let word: &[u8] = match value.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "1" | "t" | "y" => b"true",
                    "false" | "no" | "0" | "f" | "n" => b"false",
                    _ => return self.bad(Defect::BadType, target, value),
                };
                out.extend_from_slice(word);
            }
            Type::Ip => match ip::parse(value) {
                Some(ip) => {
                    out.push(b'"');
                    push_ip(&mut out, ip);
                    out.push(b'"');
                }
                None => return self.bad(bad_ip(value), target, value),
            },
            Type::Mac => match Mac::parse(value) {
                Some(mac) => {
                    out.push(b'"');
                    out.extend_from_slice(&mac.text());
                    out.push(b'"');
                }
                None => return self.bad(Defect::BadMac, target, value),
            },
            Type::List => {
                out.push(b'[');
                for item in value
                    .split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                {
                    if out.len() > 1 {
                        out.push(b',');
                    }
                    push_str(&mut out, item);
                }
                out.push(b']');
            }
        }
        let json = self.alloc(&out);
        self.push_extra(id, json);
    }

    pub(super) fn push_extra(&mut self, id: FieldId, json: &'a str) {
        let Some(field) = self.mapping.fields.get(id) else {
            return;
        };
        let path = self.sink.arena.alloc_str(&field.path);
        self.extra.push((path, json));
        self.mark(id);
    }

    fn time(&mut self, value: &'a str) {
        let (when, stamp) = time::read(value, &self.mapping.time_formats, self.context.zone);
        self.stamp = Some(stamp);
        self.year = apply_stamp(&mut self.event, when, stamp, self.sink);
    }

    /// The addresses of a list such as `<a@x.org>, Jane <B@X.ORG>`.
    fn addresses(&mut self, target: Target, value: &'a str) -> &'a [&'a str] {
        let mut list = ArenaVec::new_in(self.sink.arena);
        for part in value.split([',', ';']) {
            let inner = part
                .rsplit_once('<')
                .map_or(part, |(_, inner)| inner.split('>').next().unwrap_or(inner));
            let inner = inner.trim().trim_matches('"');
            let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
            if inner.is_empty() {
                continue;
            }
            let sound = inner.split_once('@').filter(|(local, domain)| {
                !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && !inner.contains(char::is_whitespace)
            });
            let Some((local, domain)) = sound else {
                self.bad(Defect::BadAddress, target, part);
                continue;
            };
            let address = if domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
                bumpalo::format!(in self.sink.arena, "{}@{}", local, domain.to_ascii_lowercase())
                    .into_bump_str()
            } else {
                inner
            };
            if !list.contains(&address) {
                list.push(address);
            }
        }
        list.into_bump_slice()
    }
}

pub(super) fn bad_ip(value: &str) -> Defect {
    if ip::is_masked(value) {
        Defect::MaskedIp
    } else {
        Defect::BadIp
    }
}

/// The row's text with the stamp in its place, where the stamp is a piece of it.
fn message<'a>(text: &'a str, stamp: Option<&'a str>) -> Message<'a> {
    let Some(stamp) = stamp else {
        return Message::plain(text);
    };
    let start = (stamp.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let piece = text.get(start..).and_then(|rest| rest.get(..stamp.len()));
    if piece.is_none_or(|piece| piece.as_ptr() != stamp.as_ptr() || piece != stamp) {
        return Message::plain(text);
    }
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(start + stamp.len()..).unwrap_or_default();
    // Joined to a word, the rewritten stamp could read as another one.
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if joins(before.chars().next_back()) || joins(after.chars().next()) {
        return Message::plain(text);
    }
    Message {
        before,
        stamp: Some(stamp),
        after,
    }
}

/// The words of `event.category`, so that they need no room in each arena.
fn intern(word: &str) -> Option<&'static str> {
    [
        "authentication",
        "configuration",
        "database",
        "email",
        "file",
        "host",
        "iam",
        "intrusion_detection",
        "malware",
        "network",
        "process",
        "session",
        "threat",
        "vulnerability",
        "web",
    ]
    .into_iter()
    .find(|known| *known == word)
}
