//! Ids and references, last of all: each id is made from what its object shows now.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aidos_model::stix::{Kind, OURS, Uuid, id_of};
use serde_json::{Map, Value};

use super::super::event::{Work, text};
use super::{Rebuilt, Renamed, marks};
use crate::key::mac;
use crate::technique::Hidden;

/// Objects that refer to objects that refer … : beyond this many, an id stands for its old one.
const DEPTH: usize = 64;

/// The bundle of these objects, with new ids and references.
pub(super) fn renamed(work: &mut Work<'_>, mut rebuilt: Rebuilt) -> Value {
    drop_orphans(work, &mut rebuilt);
    // Of several versions of an object the last gives the id.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (index, (id, object)) in rebuilt.iter().enumerate() {
        let newer = last
            .get(id)
            .and_then(|at| rebuilt.get(*at))
            .is_none_or(|(_, before)| text(before, "modified") <= text(object, "modified"));
        if newer {
            last.insert(id.clone(), index);
        }
    }
    let mut naming = Naming {
        work,
        rebuilt: &rebuilt,
        last: &last,
        names: Renamed::new(),
        open: BTreeSet::new(),
    };
    for (id, _) in &rebuilt {
        naming.name(id, 0);
    }
    let mut objects = Vec::with_capacity(rebuilt.len());
    let mut seen = HashSet::new();
    for (old, object) in &rebuilt {
        let mut new = naming.settled(object, 0);
        let id = naming.name(old, 0);
        new.insert("id".to_owned(), id.into());
        let value = Value::Object(ordered(new));
        // Two objects that show the same are one.
        if seen.insert(value.to_string()) {
            objects.push(value);
        }
    }
    let mut bundle = Map::new();
    bundle.insert("type".to_owned(), "bundle".into());
    if !objects.is_empty() {
        bundle.insert("objects".to_owned(), Value::Array(objects));
    }
    let id = id_of(&bundle).map_or_else(
        || format!("bundle--{}", Uuid::v5(OURS, b"")),
        |id| id.to_string(),
    );
    bundle.insert("id".to_owned(), id.into());
    Value::Object(ordered(bundle))
}

/// Type and id first, as people read them.
fn ordered(mut object: Map<String, Value>) -> Map<String, Value> {
    let mut out = Map::new();
    for name in ["type", "spec_version", "id"] {
        if let Some(value) = object.shift_remove(name) {
            out.insert(name.to_owned(), value);
        }
    }
    out.extend(object);
    out
}

/// Leaves out what refers with need to what was left out, until nothing does.
fn drop_orphans(work: &mut Work<'_>, rebuilt: &mut Rebuilt) {
    loop {
        let here: HashSet<String> = rebuilt.iter().map(|(id, _)| id.clone()).collect();
        let before = rebuilt.len();
        rebuilt.retain(|(_, object)| !is_orphan(object, &here));
        let gone = before - rebuilt.len();
        work.document.statistics.objects_dropped += gone as u64;
        if gone == 0 {
            return;
        }
    }
}

/// Whether an object needs another that is not there.
///
/// Domain objects may stand elsewhere, such as ATT&CK's. An observable that is not there was left out.
fn is_orphan(object: &Map<String, Value>, here: &HashSet<String>) -> bool {
    let gone = |id: &str| !here.contains(id) && !may_be_elsewhere(id);
    let one = |name: &str| object.get(name).and_then(Value::as_str).is_some_and(gone);
    match text(object, "type") {
        "relationship" => one("source_ref") || one("target_ref"),
        "sighting" => one("sighting_of_ref"),
        "note" | "opinion" | "report" | "grouping" | "observed-data" => {
            let refs = object.get("object_refs").and_then(Value::as_array);
            let mut refs = refs.into_iter().flatten().filter_map(Value::as_str);
            refs.all(gone)
        }
        "network-traffic" => {
            let there = |name: &str| {
                object
                    .get(name)
                    .and_then(Value::as_str)
                    .is_some_and(|id| here.contains(id))
            };
            !there("src_ref") && !there("dst_ref")
        }
        _ => false,
    }
}

fn may_be_elsewhere(id: &str) -> bool {
    let kind = id.split_once("--").and_then(|(kind, _)| Kind::parse(kind));
    kind.is_some_and(|kind| kind.group() != aidos_model::stix::Group::Observable)
}

struct Naming<'n, 'w> {
    work: &'n mut Work<'w>,
    rebuilt: &'n Rebuilt,
    last: &'n BTreeMap<String, usize>,
    names: Renamed,
    open: BTreeSet<String>,
}

impl Naming<'_, '_> {
    /// The new id of an old one.
    fn name(&mut self, old: &str, depth: usize) -> String {
        if let Some(name) = self.names.get(old) {
            return name.clone();
        }
        if marks::is_published(old) {
            return old.to_owned();
        }
        let found = self.last.get(old).and_then(|at| self.rebuilt.get(*at));
        let name = match found {
            // A circle, or a chain without end: something of it has to be named by its old id.
            Some(_) if depth > DEPTH || self.open.contains(old) => return self.stranger(old),
            Some((_, object)) => {
                self.open.insert(old.to_owned());
                let settled = self.settled(object, depth + 1);
                self.open.remove(old);
                match id_of(&settled) {
                    Some(id) => id.to_string(),
                    // A process has a random id: here one of what it shows.
                    None => {
                        let mut bytes = Vec::new();
                        aidos_model::stix::canonical::push_members(&mut bytes, settled.iter());
                        format!("{}--{}", text(object, "type"), Uuid::v5(OURS, &bytes))
                    }
                }
            }
            None => self.stranger(old),
        };
        self.names.insert(old.to_owned(), name.clone());
        name
    }

    /// The id that stands for an object that is not here: keyed, so that nobody can guess what it was made of.
    fn stranger(&mut self, old: &str) -> String {
        if let Some(earlier) = self.work.document.earlier_output("STIX_ID", old) {
            return earlier;
        }
        let kind = old.split_once("--").and_then(|(kind, _)| Kind::parse(kind));
        let kind = kind.map_or("identity", Kind::word);
        let digest = mac(&self.work.own.key.subkey("stix id", ""), &[old.as_bytes()]);
        let text = format!("{kind}--{}", Uuid::v5(OURS, &digest));
        let hidden = Hidden {
            text,
            reversible: false,
        };
        self.work.document.note("STIX_ID", &hidden);
        hidden.text
    }

    /// An object with new references in place of the old, and without an id.
    fn settled(&mut self, object: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut new = Map::new();
        for (property, value) in object {
            if property == "id" {
                continue;
            }
            let is_ref = property.ends_with("_ref") || property.ends_with("_refs");
            let value = if is_ref {
                self.refs(property, value, depth)
            } else {
                Some(value.clone())
            };
            if let Some(value) = value {
                new.insert(property.clone(), value);
            }
        }
        let mut marking = BTreeMap::new();
        for mark in object
            .get("granular_markings")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(old) = mark.get("marking_ref").and_then(Value::as_str)
                && (self.last.contains_key(old) || marks::is_published(old))
            {
                marking.insert(old.to_owned(), self.name(old, depth));
            }
        }
        marks::granular(&mut new, &|old| marking.get(old).cloned());
        new
    }

    fn refs(&mut self, property: &str, value: &Value, depth: usize) -> Option<Value> {
        match value {
            Value::String(old) => self.reference(property, old, depth).map(Value::from),
            Value::Array(items) => {
                let mut seen = BTreeSet::new();
                let mut made = Vec::new();
                for old in items.iter().filter_map(Value::as_str) {
                    if let Some(id) = self.reference(property, old, depth)
                        && seen.insert(id.clone())
                    {
                        made.push(Value::from(id));
                    }
                }
                (!made.is_empty()).then_some(Value::Array(made))
            }
            _ => None,
        }
    }

    /// A reference; `None` where what it refers to was left out.
    fn reference(&mut self, property: &str, old: &str, depth: usize) -> Option<String> {
        let here = self.last.contains_key(old) || marks::is_published(old);
        // Markings and makers that are not here are nobody's business.
        if !here
            && (matches!(property, "object_marking_refs" | "created_by_ref")
                || !may_be_elsewhere(old))
        {
            return None;
        }
        Some(self.name(old, depth))
    }
}
