//! STIX 2.0 read as 2.1.
//!
//! What changed between the two (STIX 2.1 appendix C) and is put right here: objects say their version, the
//! `labels` of a type that has a vocabulary become the property that 2.1 has for it, an indicator says its pattern's type, a malware
//! whether it is a family; the observables inside of observed data become objects of their own, with the ids of the standard,
//! and what pointed to them by number points by id.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use serde_json::{Map, Value, json};

use super::{Kind, OBSERVABLES, Uuid, id_of};

/// Whether a bundle or an object is of STIX 2.0.
pub fn is_old(members: &Map<String, Value>) -> bool {
    if let Some(version) = members.get("spec_version").and_then(Value::as_str) {
        return version == "2.0";
    }
    // Objects of 2.0 have no version; those of 2.1 may lack it if they are observables.
    let kind = members.get("type").and_then(Value::as_str);
    let kind = kind.and_then(Kind::parse);
    kind.is_some_and(|kind| {
        !matches!(
            kind.group(),
            super::Group::Observable | super::Group::Bundle
        )
    })
}

/// Turns an object of 2.0 into objects of 2.1: itself, after the observables that were inside of it.
pub fn upgrade(mut object: Map<String, Value>) -> Vec<Map<String, Value>> {
    object.insert("spec_version".into(), "2.1".into());
    let kind = object
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let labels = match Kind::parse(kind) {
        Some(Kind::Indicator) => Some("indicator_types"),
        Some(Kind::Malware) => Some("malware_types"),
        Some(Kind::Report) => Some("report_types"),
        Some(Kind::ThreatActor) => Some("threat_actor_types"),
        Some(Kind::Tool) => Some("tool_types"),
        _ => None,
    };
    match Kind::parse(kind) {
        Some(Kind::Indicator) => {
            object
                .entry("pattern_type")
                .or_insert_with(|| "stix".into());
            object
                .entry("pattern_version")
                .or_insert_with(|| "2.0".into());
        }
        Some(Kind::Malware) => {
            object.entry("is_family").or_insert(Value::Bool(false));
        }
        _ => {}
    }
    if let Some(name) = labels
        && !object.contains_key(name)
        && let Some(labels) = object.shift_remove("labels")
    {
        object.insert(name.into(), labels);
    }
    let mut made = Vec::new();
    if object
        .get("type")
        .is_some_and(|kind| kind == "observed-data")
        && let Some(Value::Object(inner)) = object.shift_remove("objects")
    {
        let refs = observables(inner, &mut made);
        object.insert(
            "object_refs".into(),
            refs.into_iter().map(Value::String).collect(),
        );
    }
    made.push(object);
    made
}

/// The observables as objects of their own, and their ids in the order of their numbers.
fn observables(inner: Map<String, Value>, made: &mut Vec<Map<String, Value>>) -> Vec<String> {
    let mut waiting: BTreeMap<String, Map<String, Value>> = inner
        .into_iter()
        .filter_map(|(key, value)| match value {
            Value::Object(object) => Some((key, object)),
            _ => None,
        })
        .collect();
    let order: Vec<String> = {
        let mut keys: Vec<String> = waiting.keys().cloned().collect();
        keys.sort_by_key(|key| (key.len(), key.clone()));
        keys
    };
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut turns = Turns::new(&order, &waiting);
    while let Some(key) = turns.next() {
        let Some(mut object) = waiting.remove(key) else {
            break;
        };
        object.insert("spec_version".into(), "2.1".into());
        rename(&mut object);
        let mut shown = object.clone();
        point(&mut shown, &ids);
        let kind = object
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let id = id_of(&shown).map_or_else(
            || {
                let mut name = Vec::new();
                super::canonical::push_members(&mut name, shown.iter());
                format!("{kind}--{}", Uuid::v5(OBSERVABLES, &name))
            },
            |id| id.to_string(),
        );
        object.insert("id".into(), id.clone().into());
        ids.insert(key.clone(), id);
        made.push(object);
    }
    for object in made.iter_mut() {
        point(object, &ids);
    }
    order
        .iter()
        .filter_map(|key| ids.get(key).cloned())
        .collect()
}

/// Whose turn it is. An id may depend on those it points to: the first comes that points to finished ones only; where there
/// is a ring, the first of all.
struct Turns<'o> {
    order: &'o [String],
    /// To how many waiting ones each points, and who points to each.
    left: Vec<usize>,
    behind: Vec<Vec<usize>>,
    ready: BinaryHeap<Reverse<usize>>,
    done: Vec<bool>,
    first: usize,
}

impl<'o> Turns<'o> {
    fn new(order: &'o [String], waiting: &BTreeMap<String, Map<String, Value>>) -> Self {
        let numbers: BTreeMap<&str, usize> = order
            .iter()
            .enumerate()
            .map(|(number, key)| (key.as_str(), number))
            .collect();
        let mut left = vec![0; order.len()];
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); order.len()];
        for (number, key) in order.iter().enumerate() {
            let mut to: BTreeSet<usize> = BTreeSet::new();
            if let Some(object) = waiting.get(key) {
                contributing_keys(object, &mut |key| to.extend(numbers.get(key)));
            }
            if let Some(left) = left.get_mut(number) {
                *left = to.len();
            }
            for to in to {
                if let Some(behind) = behind.get_mut::<usize>(to) {
                    behind.push(number);
                }
            }
        }
        let ready = left.iter().enumerate().filter(|(_, left)| **left == 0);
        Self {
            ready: ready.map(|(number, _)| Reverse(number)).collect(),
            done: vec![false; order.len()],
            order,
            left,
            behind,
            first: 0,
        }
    }

    fn next(&mut self) -> Option<&'o String> {
        while self.done.get(self.first) == Some(&true) {
            self.first += 1;
        }
        let number = self
            .ready
            .pop()
            .map_or(self.first, |Reverse(number)| number);
        *self.done.get_mut(number)? = true;
        for behind in self.behind.get_mut(number).map(std::mem::take)? {
            if let Some(left) = self.left.get_mut(behind) {
                *left -= 1;
                if *left == 0 && self.done.get(behind) == Some(&false) {
                    self.ready.push(Reverse(behind));
                }
            }
        }
        self.order.get(number)
    }
}

/// What 2.1 calls otherwise.
fn rename(object: &mut Map<String, Value>) {
    let pairs: &[(&str, &str)] = match object.get("type").and_then(Value::as_str) {
        Some("file" | "directory") => &[
            ("created", "ctime"),
            ("modified", "mtime"),
            ("accessed", "atime"),
        ],
        Some("process") => &[("created", "created_time"), ("binary_ref", "image_ref")],
        Some("windows-registry-key") => &[("modified", "modified_time")],
        Some("user-account") => &[("password_last_changed", "credential_last_changed")],
        _ => &[],
    };
    for (old, new) in pairs {
        if let Some(value) = object.shift_remove(*old) {
            object.insert((*new).into(), value);
        }
    }
    // 2.1 has the name of the program in its file only.
    if object.get("type").is_some_and(|kind| kind == "process")
        && let Some(name) = object.shift_remove("name")
    {
        object.insert("x_name".into(), name);
    }
}

/// Calls for each number that an observable points to.
fn contributing_keys(object: &Map<String, Value>, take: &mut dyn FnMut(&str)) {
    for (name, value) in object {
        match value {
            Value::String(key) if name.ends_with("_ref") => take(key),
            Value::Array(keys) if name.ends_with("_refs") => {
                keys.iter().filter_map(Value::as_str).for_each(&mut *take);
            }
            Value::Object(inner) => contributing_keys(inner, take),
            _ => {}
        }
    }
}

/// Replaces numbers by ids where they are known.
fn point(object: &mut Map<String, Value>, ids: &BTreeMap<String, String>) {
    for (name, value) in object.iter_mut() {
        match value {
            Value::String(key) if name.ends_with("_ref") => {
                if let Some(id) = ids.get(key) {
                    *key = id.clone();
                }
            }
            Value::Array(keys) if name.ends_with("_refs") => {
                for key in keys {
                    if let Some(id) = key.as_str().and_then(|key| ids.get(key)) {
                        *key = json!(id);
                    }
                }
            }
            Value::Object(inner) => point(inner, ids),
            Value::Array(items) => {
                for item in items.iter_mut().filter_map(Value::as_object_mut) {
                    point(item, ids);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;
    use crate::stix::Object;

    fn members(value: Value) -> Map<String, Value> {
        let Value::Object(members) = value else {
            panic!("no object")
        };
        members
    }

    #[test]
    fn observables_become_objects() {
        let old = members(json!({
            "type": "observed-data", "id": "observed-data--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2017-01-01T00:00:00Z", "modified": "2017-01-01T00:00:00Z",
            "first_observed": "2017-01-01T00:00:00Z", "last_observed": "2017-01-01T00:00:00Z", "number_observed": 1,
            "objects": {
                "0": {"type": "network-traffic", "src_ref": "1", "dst_ref": "2", "src_port": 2487, "dst_port": 1723,
                      "protocols": ["ipv4", "pptp"]},
                "1": {"type": "ipv4-addr", "value": "198.51.100.2"},
                "2": {"type": "ipv4-addr", "value": "198.51.100.3"},
                "3": {"type": "file", "name": "a", "created": "2017-01-01T00:00:00Z"},
                "4": {"type": "process", "pid": 4, "binary_ref": "3"},
            },
        }));
        assert!(is_old(&old));
        let made = upgrade(old);
        assert_eq!(made.len(), 6);
        let last = made.last().unwrap();
        // The ids are the standard's: see the vectors in `id`.
        assert_eq!(
            last["object_refs"][0],
            "network-traffic--a263dc77-e1e7-5313-95a0-ba43b20e2700"
        );
        assert_eq!(
            last["object_refs"][2],
            "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"
        );
        let process = made.iter().find(|one| one["type"] == "process").unwrap();
        assert_eq!(process["image_ref"], last["object_refs"][3]);
        for object in made {
            let object: Object = read(Value::Object(object).to_string().as_bytes()).unwrap();
            assert_eq!(object.check(), []);
        }
    }

    #[test]
    fn a_ring_of_references_ends() {
        let ring = members(
            json!({"0": {"type": "process", "parent_ref": "1"}, "1": {"type": "process", "parent_ref": "0"}}),
        );
        let mut made = Vec::new();
        let ids = observables(ring, &mut made);
        assert_eq!(made.len(), 2);
        assert!(
            made.iter()
                .all(|one| ids.iter().any(|id| one["parent_ref"] == **id))
        );
    }

    #[test]
    fn long_chains_take_linear_time() {
        // Each points to the next one, so that the last one comes first: 50,000 looks, not 50,000².
        let chain: Map<String, Value> = (0..50_000)
            .map(|number| {
                let to = (number + 1).to_string();
                let object = json!({"type": "process", "pid": number, "parent_ref": to});
                (number.to_string(), object)
            })
            .collect();
        let mut made = Vec::new();
        assert_eq!(observables(chain, &mut made).len(), 50_000);
        assert_eq!(made[0]["pid"], 49_999);
        assert_eq!(made[1]["parent_ref"], made[0]["id"]);
    }

    #[test]
    fn labels_find_their_property() {
        let made = upgrade(members(
            json!({"type": "indicator", "labels": ["malicious-activity"], "pattern": "[a:b = 1]"}),
        ));
        assert_eq!(made[0]["indicator_types"], json!(["malicious-activity"]));
        assert_eq!(made[0]["pattern_type"], "stix");
        assert_eq!(made[0].get("labels"), None);
    }
}
