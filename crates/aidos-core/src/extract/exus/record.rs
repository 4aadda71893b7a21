//! The members of an object to an entry and its cleansed row.

use aidos_model::json::{push_i64, push_ip, push_u64};
use aidos_model::{Category, Defect, Defects, Event, Kind, Message};
use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::keys::{Folded, Meaning, Slot};
use super::slots::{Filled, Sorted};
use super::value::Value;
use crate::clean::json;
use crate::extract::{Context, Row, Sink, Year, apply_stamp};

/// A member of the row, at the end of its path.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    /// The path from the row's object, dots between.
    pub(super) key: &'a str,
    /// The value as it stands.
    pub(super) json: &'a str,
    /// What the key stands for.
    pub(super) meaning: Option<Meaning>,
}

/// The members of a row.
pub(super) struct Members<'a> {
    pub(super) list: Vec<Member<'a>>,
}

impl<'a> Members<'a> {
    /// Reads an object strictly; what stands in `source`, `event` and the like is taken by its path.
    pub(super) fn read(text: &'a str, arena: &'a Bump) -> Result<Self, serde_json::Error> {
        let mut members = Self {
            list: Vec::with_capacity(24),
        };
        members.object(text, "", arena)?;
        Ok(members)
    }

    fn object(&mut self, text: &'a str, path: &str, arena: &'a Bump) -> Result<(), serde_json::Error> {
        let mut inner = Ok(());
        let mut is_empty = true;
        json::members(text, arena, &mut |key, json| {
            is_empty = false;
            let key = if path.is_empty() {
                key
            } else {
                bumpalo::format!(in arena, "{}.{}", path, key).into_bump_str()
            };
            let folded = Folded::of(key);
            if json.starts_with('{') && folded.as_ref().is_some_and(Folded::is_container) {
                if let Err(error) = self.object(json, key, arena) {
                    inner = Err(error);
                }
                return;
            }
            let meaning = folded.and_then(|folded| folded.meaning());
            self.list.push(Member { key, json, meaning });
        })?;
        if is_empty && !path.is_empty() {
            // Nothing in it, but it was there.
            self.list.push(Member {
                key: arena.alloc_str(path),
                json: "{}",
                meaning: None,
            });
        }
        inner
    }
}

/// Pushes the entry of a row, or its reject where no member is known.
pub(super) fn extract<'a>(
    members: &Members<'a>,
    defects: Defects,
    row: &Row<'a, '_>,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let arena = sink.arena;
    let sorted = Sorted::of(members, sink);
    if !sorted.has_known {
        return sink.reject(row.line, "unknown_shape", row.text);
    }
    let mut event = Event {
        provider: context.provider,
        kind: Kind::Alert,
        category: Category::INTRUSION,
        path: context.path,
        line: row.line,
        defects,
        ..Event::default()
    };
    event.defects.extend(sorted.defects);
    let mut writer = Writer {
        out: ArenaString::with_capacity_in(row.text.len() + 64, arena),
        arena,
    };
    // The quotation mark that closes the stamp, or the bracket that opens the row.
    let has_time = matches!(sorted.filled.first(), Some(Some(_)));
    writer.out.push(if has_time { '"' } else { '{' });
    let mut year = Year::None;
    let mut before = "";
    let mut stamp = None;
    let mut behind = [None; 2];
    for (slot, filled) in Slot::ALL.into_iter().zip(sorted.filled) {
        let Some(filled) = filled else {
            if let Some(port) = port_behind(slot, &behind) {
                set(&mut event, slot, Value::Port(port));
                if !sorted.is_taken(slot) {
                    writer.key(slot.key());
                    writer.number(|out| push_u64(out, port.into()));
                }
            }
            continue;
        };
        let (Filled::Good(_, member) | Filled::Damaged(_, _, member)) = filled;
        let key = if sorted.is_taken(slot) { member.key } else { slot.key() };
        if slot == Slot::Time {
            let text = match filled {
                Filled::Good(Value::Time(found, text), _) => {
                    year = apply_stamp(&mut event, found.when(context.zone), text, sink);
                    text
                }
                Filled::Good(..) => continue,
                Filled::Damaged(defect, text, _) => {
                    event.defects.add(defect);
                    sink.repair(defect, Some(slot.field()), text, None);
                    text
                }
            };
            before = opening(key, arena);
            stamp = Some(escaped(text, arena));
            continue;
        }
        writer.key(key);
        match filled {
            Filled::Damaged(defect, text, member) => {
                event.defects.add(defect);
                sink.repair(defect, Some(slot.field()), text, None);
                json::push_compact(&mut writer.out, member.json, arena);
            }
            Filled::Good(value, member) => {
                if let Some(port) = port_behind(slot, &behind)
                    && value != Value::Port(port)
                {
                    // The address has one port behind it, its member another: this one counts.
                    event.defects.add(Defect::BadPort);
                    sink.repair(Defect::BadPort, Some(slot.field()), member.json, Some(member.json));
                }
                let mut shown = value;
                if let Value::Ip(ip, port) = value {
                    let is_source = slot == Slot::SourceIp;
                    if let Some(place) = behind.get_mut(usize::from(!is_source)) {
                        *place = port;
                    }
                    // The port stands alone where its own key is free.
                    let own = if is_source { Slot::SourcePort } else { Slot::DestinationPort };
                    if sorted.is_free(own) {
                        shown = Value::Ip(ip, None);
                    }
                }
                writer.value(shown, member.json);
                set(&mut event, slot, value);
            }
        }
    }
    let fields = writer.fields(&sorted.unknown, &mut event, sink);
    if let Some(fields) = fields {
        event.extra = arena.alloc_slice_copy(&[("aidos.fields", fields)]);
    }
    event.message = writer.message(before, stamp);
    sink.entry(event, year);
}

fn port_behind(slot: Slot, behind: &[Option<u16>; 2]) -> Option<u16> {
    match slot {
        Slot::SourcePort => behind.first().copied().flatten(),
        Slot::DestinationPort => behind.last().copied().flatten(),
        _ => None,
    }
}

fn set<'a>(event: &mut Event<'a>, slot: Slot, value: Value<'a>) {
    match (slot, value) {
        (Slot::SourceIp, Value::Ip(ip, _)) => event.source.ip = Some(ip),
        (Slot::DestinationIp, Value::Ip(ip, _)) => event.destination.ip = Some(ip),
        (Slot::SourcePort, Value::Port(port)) => event.source.port = Some(port),
        (Slot::DestinationPort, Value::Port(port)) => event.destination.port = Some(port),
        (Slot::SourceMac, Value::Mac(mac)) => event.source.mac = Some(mac),
        (Slot::DestinationMac, Value::Mac(mac)) => event.destination.mac = Some(mac),
        (Slot::Transport, Value::Text { text, .. }) => event.transport = Some(text),
        (Slot::Attack, Value::Text { text, .. }) => event.action = Some(text),
        (Slot::Payload, Value::Text { text, .. }) => event.payload = Some(text),
        (Slot::User, Value::Text { text, .. }) => event.user = Some(text),
        (Slot::Hostname, Value::Text { text, .. }) => event.hostname = Some(text),
        (Slot::Severity, Value::Signed(number)) => event.severity = Some(number),
        (Slot::Bytes, Value::Count(number)) => event.bytes = Some(number),
        _ => {}
    }
}

/// `{"timestamp":"`, or the same with another key.
fn opening<'a>(key: &str, arena: &'a Bump) -> &'a str {
    if key == Slot::Time.key() {
        return "{\"timestamp\":\"";
    }
    let mut out = ArenaString::new_in(arena);
    out.push('{');
    json::push_quoted(&mut out, key);
    out.push_str(":\"");
    out.into_bump_str()
}

fn escaped<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    let needs = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f);
    if !text.bytes().any(needs) {
        return text;
    }
    let mut out = ArenaString::with_capacity_in(text.len() + 8, arena);
    json::push_escaped(&mut out, text);
    out.into_bump_str()
}

/// Writes the members of the cleansed row.
struct Writer<'a> {
    out: ArenaString<'a>,
    arena: &'a Bump,
}

impl<'a> Writer<'a> {
    fn comma(&mut self) {
        if self.out != "{" {
            self.out.push(',');
        }
    }

    fn key(&mut self, key: &str) {
        self.comma();
        json::push_quoted(&mut self.out, key);
        self.out.push(':');
    }

    fn number(&mut self, push: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = Vec::with_capacity(40);
        push(&mut bytes);
        self.out.push_str(std::str::from_utf8(&bytes).unwrap_or_default());
    }

    fn value(&mut self, value: Value<'a>, json: &'a str) {
        match value {
            Value::Ip(ip, port) => {
                let brackets = port.is_some() && ip.is_ipv6();
                self.out.push_str(if brackets { "\"[" } else { "\"" });
                self.number(|out| push_ip(out, ip));
                self.out.push_str(if brackets { "]" } else { "" });
                if let Some(port) = port {
                    self.out.push(':');
                    self.number(|out| push_u64(out, port.into()));
                }
                self.out.push('"');
            }
            Value::Port(port) => self.number(|out| push_u64(out, port.into())),
            Value::Mac(mac) => {
                self.out.push('"');
                self.number(|out| out.extend_from_slice(&mac.text()));
                self.out.push('"');
            }
            Value::Text { is_raw: true, .. } if json.starts_with('"') => self.out.push_str(json),
            Value::Text { text, .. } => json::push_quoted(&mut self.out, text),
            Value::Signed(number) => self.number(|out| push_i64(out, number)),
            Value::Count(number) => self.number(|out| push_u64(out, number)),
            Value::Time(..) => {}
        }
    }

    /// Writes the members of no field; returns them as one object, too.
    fn fields(
        &mut self,
        unknown: &[(&'a str, &'a str)],
        event: &mut Event<'a>,
        sink: &mut Sink<'a>,
    ) -> Option<&'a str> {
        if unknown.is_empty() {
            return None;
        }
        let len: usize = unknown.iter().map(|(key, json)| key.len() + json.len() + 4).sum();
        let mut object = ArenaString::with_capacity_in(len + 2, self.arena);
        for (index, (key, json)) in unknown.iter().enumerate() {
            object.push(if index == 0 { '{' } else { ',' });
            json::push_quoted(&mut object, key);
            object.push(':');
            if json::push_compact(&mut object, json, self.arena) {
                event.defects.add(Defect::BadEncoding);
                sink.repair(Defect::BadEncoding, None, json, None);
            }
        }
        object.push('}');
        let object = object.into_bump_str();
        self.comma();
        self.out.push_str(object.get(1..object.len() - 1).unwrap_or_default());
        Some(object)
    }

    fn message(mut self, before: &'a str, stamp: Option<&'a str>) -> Message<'a> {
        self.out.push('}');
        Message {
            before,
            stamp,
            after: self.out.into_bump_str(),
        }
    }
}
