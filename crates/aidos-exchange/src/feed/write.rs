//! A MISP feed as others make it: the form of `MISPEvent.to_feed` and `feed_meta_generator` of `PyMISP` 2.5.34.4.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aidos_model::stix::Uuid;
use aidos_privacy::gate::Shareable;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use crate::misp::{as_number, flag};
use crate::{Error, keep};

/// The largest event that is read back from a feed.
const LARGEST: u64 = 256 << 20;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Written {
    /// Events that were given.
    pub events: usize,
    /// Events of the feed, those of earlier times included.
    pub all: usize,
    /// Lines of `hashes.csv`.
    pub hashes: usize,
}

/// Writes released events into the folder of a feed, and manifest and hashes anew over all events in it.
///
/// `organisation` (name, uuid) is who made the events where they do not say. `hashes.csv` is MD5 without a salt: for short
/// values as good as the values themselves; it is made of what was released, and of nothing else. The manifest comes last,
/// so that who reads meanwhile finds all that it names.
///
/// # Errors
/// When an event has no uuid, `info` or timestamp or nobody who made it, or a file cannot be written.
pub fn write(
    folder: &Path,
    events: &Shareable<Vec<Value>>,
    organisation: Option<(&str, &str)>,
) -> Result<Written, Error> {
    fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    let mut made = Vec::with_capacity(events.item().len());
    for (at, event) in events.item().iter().enumerate() {
        made.push(one(event, organisation).map_err(|why| Error::Event {
            number: at + 1,
            why,
        })?);
    }
    for (uuid, event) in &made {
        keep::replace(
            &folder.join(format!("{uuid}.json")),
            event.to_string().as_bytes(),
        )?;
    }
    let all = uuids(folder)?;
    let mut manifest = Map::new();
    let mut lines = Vec::new();
    for uuid in &all {
        let path = folder.join(format!("{uuid}.json"));
        let event = event_of(&path)?;
        lines.extend(
            hashes(&event)
                .into_iter()
                .map(|hash| format!("{hash},{uuid}\n")),
        );
        manifest.insert(uuid.clone(), line(&event));
    }
    keep::replace(&folder.join("hashes.csv"), lines.concat().as_bytes())?;
    keep::replace(
        &folder.join("manifest.json"),
        Value::Object(manifest).to_string().as_bytes(),
    )?;
    Ok(Written {
        events: made.len(),
        all: all.len(),
        hashes: lines.len(),
    })
}

/// The events of a folder, by name.
fn uuids(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let name = entry.map_err(Error::file("read", folder))?.file_name();
        let uuid = name.to_str().and_then(|name| name.strip_suffix(".json"));
        if let Some(uuid) = uuid.filter(|uuid| Uuid::parse(uuid).is_some()) {
            found.insert(uuid.to_owned());
        }
    }
    Ok(found)
}

fn event_of(path: &Path) -> Result<Map<String, Value>, Error> {
    let refuse = |why: &str| Error::Form {
        path: path.to_owned(),
        why: why.into(),
    };
    let bytes = keep::read(path, LARGEST)?.ok_or_else(|| refuse("it is gone"))?;
    let event: Value = serde_json::from_slice(&bytes).map_err(|_| refuse("no JSON"))?;
    let event = event.get("Event").and_then(Value::as_object);
    event.cloned().ok_or_else(|| refuse("it has no `Event`"))
}

/// The line of an event in the manifest.
fn line(event: &Map<String, Value>) -> Value {
    let number = |name: &str, missing: i64| event.get(name).and_then(as_number).unwrap_or(missing);
    let get = |name: &str| event.get(name).cloned().unwrap_or_default();
    json!({
        "Orgc": get("Orgc"),
        "Tag": event.get("Tag").cloned().unwrap_or_else(|| json!([])),
        "info": get("info"),
        "date": get("date"),
        "analysis": number("analysis", 2),
        "threat_level_id": number("threat_level_id", 4),
        "timestamp": number("timestamp", 0),
    })
}

/// MD5 of each value of an event, and of each part of a composite one, in order: attributes, then those of objects.
///
/// ```
/// let event = serde_json::json!({"Attribute": [{"type": "ip-dst|port", "value": "198.51.100.3|80"}]});
/// let hashes = aidos_exchange::feed::hashes(event.as_object().unwrap());
/// assert_eq!(hashes, ["f1fdd78d6b6951da25711891f3b458b2", "f033ab37c30201f73f142449d037028d"]);
/// ```
pub fn hashes(event: &Map<String, Value>) -> Vec<String> {
    let own = list(event, "Attribute");
    let of_objects = list(event, "Object").flat_map(|object| list(object, "Attribute"));
    let mut hashes = Vec::new();
    for attribute in own.chain(of_objects) {
        let kind = attribute
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let value = attribute.get("value").map(words).unwrap_or_default();
        if kind.contains('|') || kind == "malware-sample" {
            hashes.extend(value.split('|').map(md5));
        } else {
            hashes.push(md5(&value));
        }
    }
    hashes
}

fn md5(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    digest
        .iter()
        .fold(String::with_capacity(32), |mut hex, byte| {
            hex.push_str(&format!("{byte:02x}"));
            hex
        })
}

fn list<'m>(
    map: &'m Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'m Map<String, Value>> + use<'m> {
    let list = map.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object)
}

/// A text, or a number as text.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What a field becomes.
#[derive(Clone, Copy)]
enum As {
    /// A text; the default where it is missing.
    Text(&'static str),
    /// A text; it has to be there.
    Needed,
    /// A text; left out where it is missing.
    Maybe,
    /// Yes or no; the default where it is missing.
    Flag(bool),
    /// Yes or no; left out where it is missing.
    MaybeFlag,
    /// A time; left out where it is missing.
    Time,
}

const EVENT: [(&str, As); 10] = [
    ("uuid", As::Needed),
    ("info", As::Needed),
    ("threat_level_id", As::Text("4")),
    ("analysis", As::Text("2")),
    ("timestamp", As::Needed),
    ("publish_timestamp", As::Maybe),
    ("published", As::Flag(true)),
    ("date", As::Maybe),
    ("extends_uuid", As::Text("")),
    ("protected", As::Flag(false)),
];
const ATTRIBUTE: [(&str, As); 13] = [
    ("uuid", As::Needed),
    ("value", As::Needed),
    ("category", As::Text("Other")),
    ("type", As::Needed),
    ("comment", As::Text("")),
    ("data", As::Maybe),
    ("deleted", As::MaybeFlag),
    ("timestamp", As::Maybe),
    ("to_ids", As::Flag(false)),
    ("disable_correlation", As::Flag(false)),
    ("first_seen", As::Time),
    ("last_seen", As::Time),
    ("object_relation", As::Maybe),
];
const OBJECT: [(&str, As); 11] = [
    ("uuid", As::Needed),
    ("name", As::Needed),
    ("meta-category", As::Text("misc")),
    ("description", As::Text("<unknown>")),
    ("template_uuid", As::Maybe),
    ("template_version", As::Text("1")),
    ("timestamp", As::Maybe),
    ("comment", As::Text("")),
    ("first_seen", As::Time),
    ("last_seen", As::Time),
    ("deleted", As::MaybeFlag),
];
const REFERENCE: [(&str, As); 6] = [
    ("uuid", As::Needed),
    ("timestamp", As::Maybe),
    ("relationship_type", As::Needed),
    ("comment", As::Text("")),
    ("object_uuid", As::Needed),
    ("referenced_uuid", As::Needed),
];
const TAG: [(&str, As); 3] = [
    ("name", As::Needed),
    ("colour", As::Text("#ffffff")),
    ("relationship_type", As::Text("")),
];

/// An event in the form of a feed, with its uuid.
fn one(event: &Value, organisation: Option<(&str, &str)>) -> Result<(String, Value), &'static str> {
    let from = event
        .get("Event")
        .unwrap_or(event)
        .as_object()
        .ok_or("it is no object")?;
    let uuid = from.get("uuid").and_then(Value::as_str).unwrap_or_default();
    if Uuid::parse(uuid).is_none() {
        return Err("it has no uuid");
    }
    let mut out = pick(from, &EVENT).ok_or("it has no info or no timestamp")?;
    let timestamp = out
        .get("timestamp")
        .and_then(as_number)
        .ok_or("it has no timestamp")?;
    out.entry("publish_timestamp")
        .or_insert_with(|| Value::String(timestamp.to_string()));
    if !out.contains_key("date") {
        let day = aidos_model::Timestamp::from_seconds(timestamp)
            .ok_or("its timestamp is out of range")?;
        out.insert(
            "date".into(),
            day.to_string().chars().take(10).collect::<String>().into(),
        );
    }
    let made_by = from
        .get("Orgc")
        .and_then(Value::as_object)
        .and_then(|own| Some((own.get("name")?.as_str()?, own.get("uuid")?.as_str()?)));
    let (name, id) = made_by
        .or(organisation)
        .ok_or("it does not say who made it; pass --organisation and --organisation-uuid")?;
    out.insert("Orgc".into(), json!({"name": name, "uuid": id}));
    out.insert("Tag".into(), Value::Array(tags(from)));
    let attributes: Vec<Value> = list(from, "Attribute")
        .filter_map(|own| attribute(own, false))
        .collect();
    if !attributes.is_empty() {
        out.insert("Attribute".into(), attributes.into());
    }
    let objects: Vec<Value> = list(from, "Object").filter_map(object).collect();
    if !objects.is_empty() {
        out.insert("Object".into(), objects.into());
    }
    Ok((uuid.to_ascii_lowercase(), json!({"Event": out})))
}

fn attribute(from: &Map<String, Value>, in_object: bool) -> Option<Value> {
    let mut out = pick(from, &ATTRIBUTE)?;
    if !in_object {
        out.remove("object_relation");
    }
    let tags = tags(from);
    if !tags.is_empty() {
        out.insert("Tag".into(), tags.into());
    }
    Some(Value::Object(out))
}

fn object(from: &Map<String, Value>) -> Option<Value> {
    let mut out = pick(from, &OBJECT)?;
    if !out.contains_key("template_uuid") {
        // The namespace is PyMISP's own, for old events.
        let namespace = Uuid::parse("9319371e-2504-4128-8410-3741cebbcfd3")?;
        let name = words(out.get("name")?);
        let uuid = Uuid::v5(namespace, name.as_bytes()).text();
        out.insert(
            "template_uuid".into(),
            String::from_utf8_lossy(&uuid).into(),
        );
    }
    let references: Vec<Value> = list(from, "ObjectReference")
        .filter_map(|own| pick(own, &REFERENCE).map(Value::Object))
        .collect();
    if !references.is_empty() {
        out.insert("ObjectReference".into(), references.into());
    }
    let attributes: Vec<Value> = list(from, "Attribute")
        .filter_map(|own| attribute(own, true))
        .collect();
    out.insert("Attribute".into(), attributes.into());
    Some(Value::Object(out))
}

/// Tags, but those that are for one instance only: `PyMISP` hands local ones on unless it is told not to, we never do.
fn tags(from: &Map<String, Value>) -> Vec<Value> {
    list(from, "Tag")
        .filter(|tag| {
            let is = |name: &str| tag.get(name).and_then(flag);
            is("local") != Some(true) && is("exportable") != Some(false)
        })
        .filter_map(|tag| {
            let mut out = pick(tag, &TAG)?;
            out.insert("local".into(), Value::Bool(false));
            Some(Value::Object(out))
        })
        .collect()
}

/// The fields of a list, each in its form; `None` where one is missing that has to be there.
fn pick(from: &Map<String, Value>, fields: &[(&str, As)]) -> Option<Map<String, Value>> {
    let mut sorted: BTreeMap<&str, As> = BTreeMap::new();
    sorted.extend(fields.iter().copied());
    let mut out = Map::new();
    for (name, form) in sorted {
        let given = from
            .get(name)
            .filter(|value| !value.is_null() && !value.is_array() && !value.is_object());
        let value = match (form, given) {
            (As::Needed, None) => return None,
            (As::Needed | As::Text(_) | As::Maybe, Some(value)) => Value::String(words(value)),
            (As::Text(missing), None) => Value::String(missing.into()),
            (As::Flag(_) | As::MaybeFlag, Some(value)) => Value::Bool(flag(value)?),
            (As::Flag(missing), None) => Value::Bool(missing),
            (As::Time, Some(value)) => Value::String(iso(value.as_str()?)),
            (As::Maybe | As::MaybeFlag | As::Time, None) => continue,
        };
        out.insert(name.into(), value);
    }
    Some(out)
}

/// A time as Python's `isoformat` writes it: six digits of a second or none, an offset in place of `Z`.
fn iso(text: &str) -> String {
    let (date, rest) = match text.get(..19).zip(text.get(19..)) {
        Some((date, rest)) if date.is_ascii() => (date.replace(' ', "T"), rest),
        _ => return text.to_owned(),
    };
    let digits = rest.strip_prefix('.').map_or("", |rest| {
        let end = rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(rest.len());
        &rest[..end]
    });
    let offset = match rest
        .trim_start_matches('.')
        .trim_start_matches(|char: char| char.is_ascii_digit())
    {
        "Z" | "z" | "" => "+00:00".to_owned(),
        short if short.len() == 5 => format!("{}:{}", &short[..3], &short[3..]),
        offset => offset.to_owned(),
    };
    let micros: String = digits.chars().chain("000000".chars()).take(6).collect();
    if micros.bytes().all(|byte| byte == b'0') {
        format!("{date}{offset}")
    } else {
        format!("{date}.{micros}{offset}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_python() {
        for (given, wanted) in [
            ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00+00:00"),
            (
                "2026-03-01T10:00:00.500Z",
                "2026-03-01T10:00:00.500000+00:00",
            ),
            (
                "2026-03-01T10:00:00.000000+00:00",
                "2026-03-01T10:00:00+00:00",
            ),
            (
                "2026-03-01T10:00:00.123456789+0200",
                "2026-03-01T10:00:00.123456+02:00",
            ),
            ("2026-03-01", "2026-03-01"),
        ] {
            assert_eq!(iso(given), wanted);
        }
    }
}
