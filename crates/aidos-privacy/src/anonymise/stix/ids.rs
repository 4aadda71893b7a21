//! Ids and references, last of all: each id is made from what its object shows now, with the new ids of what it refers to.
//!
//! Objects that refer to each other in a circle are named together: each by what all of them show and its place among them. So
//! no id depends on what an object was called before, and naming twice is naming once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aidos_model::stix::canonical::push_members;
use aidos_model::stix::{Group, Kind, OURS, Uuid, id_of};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::super::event::{Work, text};
use super::{Rebuilt, Renamed, circles, is_observable, marks};
use crate::key::mac;
use crate::technique::Hidden;

/// The bundle of these objects, with new ids and references.
pub(super) fn renamed(work: &mut Work<'_>, mut rebuilt: Rebuilt) -> Value {
    drop_orphans(work, &mut rebuilt);
    let here: HashSet<String> = rebuilt.iter().map(|(id, _)| id.clone()).collect();
    for (_, object) in &mut rebuilt {
        prune(object, &here);
    }
    let names = Naming::new(&rebuilt).names(work);
    let mut objects = Vec::with_capacity(rebuilt.len());
    let mut seen = HashSet::new();
    for (old, object) in &rebuilt {
        let mut new = settled(object, &|old| name(&names, old));
        if let Some(id) = name(&names, old) {
            new.insert("id".to_owned(), id.into());
        }
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

/// The new id of an old one; a published marking keeps its own.
fn name(names: &Renamed, old: &str) -> Option<String> {
    if marks::is_published(old) {
        return Some(old.to_owned());
    }
    names.get(old).cloned()
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
    kind.is_some_and(|kind| kind.group() != Group::Observable)
}

/// Leaves out references to what was left out, and what is no reference.
fn prune(object: &mut Map<String, Value>, here: &HashSet<String>) {
    object.retain(|property, value| {
        if !is_reference(property) {
            return true;
        }
        let stays = |item: &Value| {
            item.as_str().is_some_and(|old| {
                here.contains(old)
                    || marks::is_published(old)
                    // Markings and makers that are not here are nobody's business.
                    || (!matches!(property.as_str(), "object_marking_refs" | "created_by_ref")
                        && may_be_elsewhere(old))
            })
        };
        match value {
            Value::Array(items) => {
                items.retain(stays);
                !items.is_empty()
            }
            one => stays(one),
        }
    });
    // What is marked with a marking that is not here is not marked by it.
    if let Some(Value::Array(items)) = object.get_mut("granular_markings") {
        items.retain(|mark| {
            marking_of(mark).is_some_and(|old| here.contains(old) || marks::is_published(old))
        });
    }
}

fn is_reference(property: &str) -> bool {
    property.ends_with("_ref") || property.ends_with("_refs")
}

fn marking_of(mark: &Value) -> Option<&str> {
    mark.get("marking_ref").and_then(Value::as_str)
}

/// The old ids that an object refers to.
fn references(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let own = object
        .iter()
        .filter(|(property, _)| is_reference(property))
        .flat_map(|(_, value)| super::strings(value));
    let marks = object.get("granular_markings").and_then(Value::as_array);
    own.chain(marks.into_iter().flatten().filter_map(marking_of))
}

/// What of an object its id is made of: of an observable what the standard says, if it has it.
fn telling(object: &Map<String, Value>) -> Cow<'_, Map<String, Value>> {
    if !is_observable(object) || id_of(object).is_none() {
        return Cow::Borrowed(object);
    }
    let kind = Kind::parse(text(object, "type"));
    let parts = kind.map(Kind::contributing).unwrap_or_default();
    let members = object
        .iter()
        .filter(|(property, _)| *property == "type" || parts.contains(&property.as_str()))
        .map(|(property, value)| (property.clone(), value.clone()));
    Cow::Owned(members.collect())
}

/// An object with new references in place of the old, and without an id.
fn settled(
    object: &Map<String, Value>,
    renamed: &impl Fn(&str) -> Option<String>,
) -> Map<String, Value> {
    let mut new = Map::new();
    for (property, value) in object {
        if property == "id" {
            continue;
        }
        let value = match value {
            Value::String(old) if is_reference(property) => renamed(old).map(Value::from),
            Value::Array(items) if is_reference(property) => {
                let mut seen = BTreeSet::new();
                let items = items.iter().filter_map(Value::as_str).filter_map(renamed);
                let made: Vec<Value> = items
                    .filter(|id| seen.insert(id.clone()))
                    .map(Value::from)
                    .collect();
                Some(Value::Array(made))
            }
            value => Some(value.clone()),
        };
        if let Some(value) = value {
            new.insert(property.clone(), value);
        }
    }
    marks::granular(&mut new, renamed);
    new
}

/// An old id, and what the new one is made of.
type Named<'n> = (&'n str, Cow<'n, Map<String, Value>>);

/// The objects that give the ids.
struct Naming<'n> {
    rebuilt: &'n Rebuilt,
    /// One for each id, in the order of the objects.
    named: Vec<Named<'n>>,
}

impl<'n> Naming<'n> {
    fn new(rebuilt: &'n Rebuilt) -> Self {
        // Of several versions of an object the last gives the id; of equals the first, which stays when equals become one.
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, (id, object)) in rebuilt.iter().enumerate() {
            let before = last.get(id.as_str()).and_then(|at| rebuilt.get(*at));
            let is_newer = before
                .is_none_or(|(_, before)| text(before, "modified") < text(object, "modified"));
            if is_newer && !marks::is_published(id) {
                last.insert(id, index);
            }
        }
        let mut places: Vec<usize> = last.into_values().collect();
        places.sort_unstable();
        let named = places
            .into_iter()
            .filter_map(|at| rebuilt.get(at))
            .map(|(id, object)| (id.as_str(), telling(object)))
            .collect();
        Self { rebuilt, named }
    }

    /// New ids by old ones, of all objects and all that they refer to.
    fn names(&self, work: &mut Work<'_>) -> Renamed {
        let places: HashMap<&str, usize> = self
            .named
            .iter()
            .enumerate()
            .map(|(at, (id, _))| (*id, at))
            .collect();
        let mut names = Renamed::new();
        for old in self
            .rebuilt
            .iter()
            .flat_map(|(_, object)| references(object))
        {
            if !places.contains_key(old) && !marks::is_published(old) && !names.contains_key(old) {
                names.insert(old.to_owned(), stranger(work, old));
            }
        }
        let edges: Vec<Vec<usize>> = self
            .named
            .iter()
            .map(|(_, object)| {
                let to = references(object).filter_map(|old| places.get(old).copied());
                to.collect::<BTreeSet<_>>().into_iter().collect()
            })
            .collect();
        for part in circles::parts(&edges) {
            match part.as_slice() {
                [one] if !edges.get(*one).is_some_and(|to| to.contains(one)) => {
                    if let Some((old, object)) = self.named.get(*one) {
                        let id = id_alone(&settled(object, &|old| name(&names, old)));
                        names.insert((*old).to_owned(), id);
                    }
                }
                _ => self.name_circle(part, &mut names),
            }
        }
        names
    }

    /// Names objects of which each refers to the others: by all that they show, and the place of each among them.
    ///
    /// The places follow from what they show, and among those that show the same from the order of the objects.
    fn name_circle(&self, mut part: Vec<usize>, names: &mut Renamed) {
        part.sort_unstable();
        let members: Vec<&Named<'_>> = part.iter().filter_map(|at| self.named.get(*at)).collect();
        let types: HashMap<&str, &str> = members
            .iter()
            .map(|(old, object)| (*old, text(object, "type")))
            .collect();
        let shown = |object: &Map<String, Value>, inside: &dyn Fn(&str) -> Option<String>| {
            let object = settled(object, &|old| inside(old).or_else(|| name(names, old)));
            let mut bytes = Vec::new();
            push_members(&mut bytes, object.iter());
            bytes
        };
        let mut sorted: Vec<(Vec<u8>, &str, &Map<String, Value>)> = members
            .iter()
            .map(|(old, object)| {
                let kind = |old: &str| types.get(old).map(|kind| format!("{kind}--"));
                (shown(object, &kind), *old, object.as_ref())
            })
            .collect();
        // Stable: equals stay in the order of the objects.
        sorted.sort_by(|one, other| one.0.cmp(&other.0));
        let ranks: HashMap<&str, usize> = sorted
            .iter()
            .enumerate()
            .map(|(rank, (_, old, _))| (*old, rank))
            .collect();
        let mut all = Sha256::new();
        for (_, _, object) in &sorted {
            let rank = |old: &str| ranks.get(old).map(|rank| format!("--{rank}"));
            all.update(shown(object, &rank));
        }
        let all = all.finalize();
        let made: Vec<(String, String)> = sorted
            .iter()
            .enumerate()
            .map(|(rank, (_, old, object))| {
                let mut bytes = all.to_vec();
                bytes.extend_from_slice(rank.to_string().as_bytes());
                let id = format!("{}--{}", text(object, "type"), Uuid::v5(OURS, &bytes));
                ((*old).to_owned(), id)
            })
            .collect();
        names.extend(made);
    }
}

/// The id of an object that shows this, all its references being new.
fn id_alone(shown: &Map<String, Value>) -> String {
    if let Some(id) = id_of(shown) {
        return id.to_string();
    }
    // A process has a random id: here one of what it shows.
    let mut bytes = Vec::new();
    push_members(&mut bytes, shown.iter());
    format!("{}--{}", text(shown, "type"), Uuid::v5(OURS, &bytes))
}

/// The id that stands for an object that is not here: keyed, so that nobody can guess what it was made of.
fn stranger(work: &mut Work<'_>, old: &str) -> String {
    if let Some(earlier) = work.document.earlier_output("STIX_ID", old) {
        return earlier;
    }
    let kind = old.split_once("--").and_then(|(kind, _)| Kind::parse(kind));
    let kind = kind.map_or("identity", Kind::word);
    let digest = mac(&work.own.key.subkey("stix id", ""), &[old.as_bytes()]);
    let text = format!("{kind}--{}", Uuid::v5(OURS, &digest));
    let hidden = Hidden {
        text,
        reversible: false,
    };
    work.document.note("STIX_ID", &hidden);
    hidden.text
}
