//! MISP events, rebuilt from the fields that may be shown: whatever is not named here is not there afterwards.
//!
//! As for STIX, all is read first (whose each value is, from category, type, `to_ids`, object and relation; what comments and
//! reports tell of persons) and then written anew. UUIDs are made from what each thing shows now, and references follow. Left out:
//! ids of the database, the creator's e-mail address, attachments' data, related events, sharing groups, sightings,
//! keys, and all that MISP may add later. An object `anonymisation` says what was done.

mod fields;
mod learn;
mod statement;
mod types;

use std::collections::BTreeMap;

use aidos_model::stix::{OURS, Uuid, canonical};
use serde_json::{Map, Value, json};

use super::event::{Refused, Work, text};
use super::prose::Setting;
use super::{Anonymiser, Document, REDACTED};
use crate::key::mac;
use crate::role::{Misp, Role};
use fields::flags;
use statement::{statement, statement_object};
use types::{Part, parts};

/// The place of an attribute, for whoever judges its role.
#[derive(Clone, Copy)]
struct Place<'p> {
    category: &'p str,
    kind: &'p str,
    to_ids: Option<bool>,
    object: &'p str,
    relation: &'p str,
}

impl<'p> Place<'p> {
    fn of(attribute: &'p Map<String, Value>, object: &'p str) -> Self {
        Self {
            category: text(attribute, "category"),
            kind: text(attribute, "type"),
            to_ids: attribute.get("to_ids").and_then(is_set),
            object,
            relation: text(attribute, "object_relation"),
        }
    }

    fn misp(&self) -> Misp<'p> {
        Misp {
            category: self.category,
            kind: self.kind,
            to_ids: self.to_ids,
            object: self.object,
            relation: self.relation,
        }
    }

    fn setting(&self) -> Setting<'p> {
        Setting {
            misp: Some(self.misp()),
            ..Setting::default()
        }
    }
}

/// A flag, as MISP writes it: `true`, `1`, `"1"`.
fn is_set(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_u64() == Some(1)),
        Value::String(word) => Some(word == "1" || word == "true"),
        _ => None,
    }
}

fn list<'m>(
    object: &'m Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'m Map<String, Value>> {
    let items = object.get(name).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_object)
}

impl Anonymiser {
    /// A MISP event, `{"Event": {…}}`, rebuilt from what may be shown; a `{"response": […]}` of events likewise.
    ///
    /// Attackers' values stay byte for byte, but for what is a victim's inside of them. The result depends on event, policy
    /// and key alone.
    ///
    /// # Errors
    /// The document holds no `Event`.
    pub fn misp(&self, document: &mut Document, event: &Value) -> Result<Value, Refused> {
        if let Some(events) = event.get("response").and_then(Value::as_array) {
            let made: Result<Vec<Value>, Refused> = events
                .iter()
                .map(|event| self.misp(document, event))
                .collect();
            return Ok(json!({"response": made?}));
        }
        let event = event
            .get("Event")
            .and_then(Value::as_object)
            .ok_or(Refused::NotMisp)?;
        let mut work = Work {
            own: self,
            document,
        };
        work.learn_event(event);
        work.document.known.prepare();
        let made = Event {
            work,
            names: BTreeMap::new(),
            taken: BTreeMap::new(),
            head: Vec::new(),
        }
        .rebuild(event);
        Ok(json!({"Event": made}))
    }
}

struct Event<'e> {
    work: Work<'e>,
    /// New UUIDs by old ones.
    names: BTreeMap<String, String>,
    /// How often a UUID was given: things that show the same still are two.
    taken: BTreeMap<String, u32>,
    /// What the event itself shows: MISP takes no UUID that another event has, so the same attribute of two is two.
    head: Vec<u8>,
}

impl Event<'_> {
    fn rebuild(&mut self, event: &Map<String, Value>) -> Value {
        let before = self.work.document.statistics.clone();
        let mut new = Map::new();
        let info = self.work.prose(text(event, "info"), &Setting::default());
        new.insert(
            "info".to_owned(),
            info.unwrap_or_else(|| REDACTED.to_owned()).into(),
        );
        self.digits(
            event,
            &mut new,
            &["threat_level_id", "analysis", "distribution"],
        );
        flags(event, &mut new, &["published", "disable_correlation"]);
        if let Some(date) = self
            .work
            .time(&format!("{}T00:00:00Z", text(event, "date")))
        {
            new.insert("date".to_owned(), date.get(..10).unwrap_or_default().into());
        }
        self.times(event, &mut new, &["timestamp", "publish_timestamp"]);
        for name in ["Org", "Orgc"] {
            if let Some(org) = event.get(name).and_then(Value::as_object) {
                let made = self.org(text(org, "name"));
                new.insert(name.to_owned(), made);
            }
        }
        self.tags(event, &mut new);
        self.galaxies(event, &mut new);
        canonical::push_members(&mut self.head, new.iter());
        for name in ["Attribute", "ShadowAttribute"] {
            self.attributes(event, &mut new, name, "");
        }
        let mut objects = Vec::new();
        let mut stated = false;
        for object in list(event, "Object") {
            let kept = statement_object(self.work.own, object);
            stated |= kept.is_some();
            match kept.or_else(|| self.object(object)) {
                Some(made) => objects.push((object, made)),
                None => self.work.document.statistics.objects_dropped += 1,
            }
        }
        let mut done = Vec::new();
        for (old, made) in objects {
            done.push(self.with_references(old, made));
        }
        let changed = super::stix::is_changed(&before, &self.work.document.statistics);
        if changed && !stated {
            let made = statement(self.work.own);
            let made = self.named(made, "");
            done.push(Value::Object(made));
        }
        if !done.is_empty() {
            new.insert("Object".to_owned(), Value::Array(done));
        }
        self.reports(event, &mut new);
        let mut new = self.named(new, text(event, "uuid"));
        let extends = text(event, "extends_uuid");
        if !extends.is_empty() {
            let uuid = self.reference(extends);
            new.insert("extends_uuid".to_owned(), uuid.into());
        }
        self.analysts(event, &mut new);
        self.count_dropped(event);
        Value::Object(new)
    }

    /// Gives a UUID made from what a thing shows.
    fn named(&mut self, mut new: Map<String, Value>, old: &str) -> Map<String, Value> {
        let mut bytes = self.head.clone();
        canonical::push_members(&mut bytes, new.iter());
        let mut uuid = Uuid::v5(OURS, &bytes).to_string();
        let taken = self.taken.entry(uuid.clone()).or_default();
        *taken += 1;
        if *taken > 1 {
            bytes.extend_from_slice(taken.to_string().as_bytes());
            uuid = Uuid::v5(OURS, &bytes).to_string();
        }
        if !old.is_empty() {
            self.names.insert(old.to_owned(), uuid.clone());
        }
        new.insert("uuid".to_owned(), uuid.into());
        new
    }

    /// The UUID that stands for one: of a thing of the event, or keyed for one that is elsewhere.
    fn reference(&mut self, old: &str) -> String {
        if let Some(new) = self.names.get(old) {
            return new.clone();
        }
        let document = &mut *self.work.document;
        if let Some(earlier) = document.earlier_output("MISP_UUID", old) {
            return earlier;
        }
        let digest = mac(
            &self.work.own.key.subkey("misp uuid", ""),
            &[old.as_bytes()],
        );
        let text = Uuid::v5(OURS, &digest).to_string();
        let hidden = crate::technique::Hidden {
            text,
            reversible: false,
        };
        document.note("MISP_UUID", &hidden);
        hidden.text
    }

    fn org(&mut self, name: &str) -> Value {
        let made = self.work.value("ORGANIZATION", Role::Own, name);
        let made = made.unwrap_or_else(|| REDACTED.to_owned());
        let uuid = Uuid::v5(OURS, made.as_bytes()).to_string();
        json!({"name": made, "uuid": uuid})
    }

    fn attributes(
        &mut self,
        from: &Map<String, Value>,
        new: &mut Map<String, Value>,
        name: &str,
        object: &str,
    ) {
        let mut made = Vec::new();
        for attribute in list(from, name) {
            match self.attribute(attribute, object) {
                Some(attribute) => made.push(Value::Object(attribute)),
                None => self.work.document.statistics.objects_dropped += 1,
            }
        }
        if !made.is_empty() {
            new.insert(name.to_owned(), Value::Array(made));
        }
    }

    fn attribute(
        &mut self,
        attribute: &Map<String, Value>,
        object: &str,
    ) -> Option<Map<String, Value>> {
        let place = Place::of(attribute, object);
        let kinds = parts(place.kind);
        let category = types::CATEGORIES.iter().find(|own| **own == place.category);
        let mut new = Map::new();
        new.insert(
            "type".to_owned(),
            if kinds.is_some() { place.kind } else { "other" }.into(),
        );
        new.insert(
            "category".to_owned(),
            (*category.unwrap_or(&"Other")).into(),
        );
        let (first, second) = kinds.unwrap_or((Part::Prose, None));
        let (one, two) = split(text(attribute, "value"), second.is_some());
        let mut value = self.part(&place, first, one)?;
        if let Some(second) = second {
            value.push('|');
            value.push_str(&self.part(&place, second, two)?);
        }
        new.insert("value".to_owned(), value.into());
        if let Some(to_ids) = place.to_ids {
            new.insert("to_ids".to_owned(), to_ids.into());
        }
        if !place.relation.is_empty() && self.is_slug(place.relation) {
            new.insert("object_relation".to_owned(), place.relation.into());
        } else if !object.is_empty() {
            new.insert("object_relation".to_owned(), "value".into());
        }
        self.comment(attribute, &mut new, &place.setting());
        flags(attribute, &mut new, &["deleted", "disable_correlation"]);
        self.digits(attribute, &mut new, &["distribution"]);
        self.times(attribute, &mut new, &["timestamp"]);
        for name in ["first_seen", "last_seen"] {
            if let Some(time) = self.work.time(text(attribute, name)) {
                new.insert(name.to_owned(), time.into());
            }
        }
        self.tags(attribute, &mut new);
        self.galaxies(attribute, &mut new);
        self.attributes(attribute, &mut new, "ShadowAttribute", object);
        self.count_dropped(attribute);
        Some(self.named(new, text(attribute, "uuid")))
    }

    fn part(&mut self, place: &Place<'_>, part: Part, value: &str) -> Option<String> {
        let work = &mut self.work;
        match part {
            Part::Value(kind) => {
                let role = work.role_at(place, kind, value);
                work.value(kind, role, value)
            }
            Part::Hash => {
                let role = work.role_at(place, "HASH", value);
                work.hash(role, value)
            }
            Part::Number => {
                let shaped = value.len() <= 16
                    && value.bytes().all(|byte| {
                        byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'A' | b'S')
                    });
                (shaped && work.is_clean(value)).then(|| value.to_owned())
            }
            Part::Time => work.time(value).or_else(|| {
                let full = format!("{value}T00:00:00Z");
                let made = work.time(&full)?;
                made.get(..10).map(str::to_owned)
            }),
            Part::Machine => {
                let made = work.name(value, &place.setting());
                if made == value && work.role_at(place, "TEXT", value) == Role::Attacker {
                    work.document.statistics.iocs_kept += 1;
                }
                (made != REDACTED).then_some(made)
            }
            Part::Prose => work.prose(value, &place.setting()),
        }
    }

    fn object(&mut self, object: &Map<String, Value>) -> Option<Map<String, Value>> {
        let name = text(object, "name");
        let name = if self.is_slug(name) { name } else { "misc" };
        let mut new = Map::new();
        new.insert("name".to_owned(), name.into());
        let meta = text(object, "meta-category");
        let meta = if types::META.contains(&meta) {
            meta
        } else {
            "misc"
        };
        new.insert("meta-category".to_owned(), meta.into());
        self.comment(object, &mut new, &Setting::default());
        flags(object, &mut new, &["deleted"]);
        self.digits(object, &mut new, &["distribution", "template_version"]);
        self.times(object, &mut new, &["timestamp"]);
        for name in ["first_seen", "last_seen"] {
            if let Some(time) = self.work.time(text(object, name)) {
                new.insert(name.to_owned(), time.into());
            }
        }
        self.attributes(object, &mut new, "Attribute", name);
        self.count_dropped(object);
        new.contains_key("Attribute")
            .then(|| self.named(new, text(object, "uuid")))
    }

    fn with_references(&mut self, old: &Map<String, Value>, mut new: Map<String, Value>) -> Value {
        let mut made = Vec::new();
        for reference in list(old, "ObjectReference") {
            let target = text(reference, "referenced_uuid");
            if target.is_empty() {
                continue;
            }
            let target = self.reference(target);
            let mut own = Map::new();
            own.insert("referenced_uuid".to_owned(), target.into());
            if let Some(uuid) = new.get("uuid") {
                own.insert("object_uuid".to_owned(), uuid.clone());
            }
            let word = text(reference, "relationship_type");
            let word = if self.is_slug(word) {
                word
            } else {
                "related-to"
            };
            own.insert("relationship_type".to_owned(), word.into());
            self.comment(reference, &mut own, &Setting::default());
            made.push(Value::Object(self.named(own, text(reference, "uuid"))));
        }
        if !made.is_empty() {
            new.insert("ObjectReference".to_owned(), Value::Array(made));
        }
        Value::Object(new)
    }

    fn reports(&mut self, event: &Map<String, Value>, new: &mut Map<String, Value>) {
        let mut made = Vec::new();
        for report in list(event, "EventReport") {
            let mut own = Map::new();
            for name in ["name", "content"] {
                let prose = self.work.prose(text(report, name), &Setting::default());
                own.insert(
                    name.to_owned(),
                    prose.unwrap_or_else(|| REDACTED.to_owned()).into(),
                );
            }
            self.digits(report, &mut own, &["distribution"]);
            self.times(report, &mut own, &["timestamp"]);
            made.push(Value::Object(self.named(own, text(report, "uuid"))));
        }
        if !made.is_empty() {
            new.insert("EventReport".to_owned(), Value::Array(made));
        }
    }

    /// Analysts' notes, opinions and relationships: of the event alone, by whom is not said.
    fn analysts(&mut self, event: &Map<String, Value>, new: &mut Map<String, Value>) {
        for (name, prose) in [
            ("Note", "note"),
            ("Opinion", "comment"),
            ("Relationship", ""),
        ] {
            let mut made = Vec::new();
            for note in list(event, name) {
                let mut own = Map::new();
                if name == "Relationship" {
                    let kind = text(note, "related_object_type");
                    // Without it MISP takes no relationship.
                    if !is_analysed(kind) {
                        self.work.dropped();
                        continue;
                    }
                    own.insert("related_object_type".to_owned(), kind.into());
                }
                if !prose.is_empty() {
                    let text = self.work.prose(text(note, prose), &Setting::default());
                    own.insert(
                        prose.to_owned(),
                        text.unwrap_or_else(|| REDACTED.to_owned()).into(),
                    );
                }
                let about = text(note, "object_uuid");
                if !about.is_empty() {
                    let about = self.reference(about);
                    own.insert("object_uuid".to_owned(), about.into());
                }
                let kind = text(note, "object_type");
                if is_analysed(kind) {
                    own.insert("object_type".to_owned(), kind.into());
                }
                self.digits(note, &mut own, &["opinion", "distribution"]);
                if name == "Relationship" {
                    let word = text(note, "relationship_type");
                    let word = if self.is_slug(word) {
                        word
                    } else {
                        "related-to"
                    };
                    own.insert("relationship_type".to_owned(), word.into());
                    let target = self.reference(text(note, "related_object_uuid"));
                    own.insert("related_object_uuid".to_owned(), target.into());
                }
                made.push(Value::Object(self.named(own, text(note, "uuid"))));
            }
            if !made.is_empty() {
                new.insert(name.to_owned(), Value::Array(made));
            }
        }
    }
}

/// The two parts of a composite value.
fn split(value: &str, two: bool) -> (&str, &str) {
    if two {
        value.split_once('|').unwrap_or((value, ""))
    } else {
        (value, "")
    }
}

/// What analysts speak of: words of MISP.
fn is_analysed(kind: &str) -> bool {
    matches!(
        kind,
        "Event" | "Attribute" | "Object" | "EventReport" | "Note" | "Opinion"
    )
}
