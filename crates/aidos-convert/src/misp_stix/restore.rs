//! What the extension carried, made MISP again.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use aidos_model::Timestamp;
use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Event, EventReport, Object as MispObject, ObjectReference, Organisation, Sighting,
};
use aidos_model::stix::{Body, Object};
use aidos_model::{Tlp, misp};
use serde_json::{Map, Value, json};

use super::extension::detach;
use super::place::fill;
use super::to_stix::tlp_of;

/// The objects of a bundle by their ids.
pub(super) enum Index<'b> {
    /// All of them are in memory.
    Held(BTreeMap<&'b str, &'b Object>),
    /// They are read when they are asked for.
    Read(&'b dyn Look),
}

/// Finds objects that are not in memory.
pub(super) trait Look {
    /// The first object of this id.
    fn look(&self, id: &str) -> Option<Rc<Object>>;
}

/// An object that was found.
pub(super) enum Found<'b> {
    Held(&'b Object),
    Read(Rc<Object>),
}

impl Deref for Found<'_> {
    type Target = Object;

    fn deref(&self) -> &Object {
        match self {
            Self::Held(object) => object,
            Self::Read(object) => object,
        }
    }
}

/// Reads a noun from members; they are of our own making, and what is wrong in them stays in its rest.
fn noun<T: Shape + Default>(members: Map<String, Value>) -> T {
    T::of(Value::Object(members)).unwrap_or_default()
}

/// The UUID in an id.
pub(super) fn uuid_of(id: &str) -> &str {
    id.split_once("--").map_or("", |(_, uuid)| uuid)
}

/// Seconds since 1970 of a time.
pub(super) fn seconds(text: Option<&String>) -> Option<i64> {
    Some(Timestamp::parse(text?)?.seconds())
}

/// Sets the time that an object has, where the extension does not say another.
fn set_time(members: &mut Map<String, Value>, name: &str, object: &Object) {
    match members.get(name) {
        Some(Value::Null) => drop(members.shift_remove(name)),
        Some(_) => {}
        None => {
            if let Some(seconds) = seconds(object.common.modified.as_ref()) {
                members.insert(name.to_owned(), seconds.to_string().into());
            }
        }
    }
}

impl<'b> Index<'b> {
    pub(super) fn new(objects: impl Iterator<Item = &'b Object>) -> Self {
        let mut by_id = BTreeMap::new();
        for object in objects {
            by_id.entry(object.id()).or_insert(object);
        }
        Self::Held(by_id)
    }

    pub(super) fn get(&self, id: &str) -> Option<Found<'b>> {
        match self {
            Self::Held(by_id) => by_id.get(id).copied().map(Found::Held),
            Self::Read(look) => look.look(id).map(Found::Read),
        }
    }

    /// What templates speak of: the observables of observed data, else the object itself.
    fn sources(&self, object: &Object) -> Vec<Value> {
        match &object.body {
            Body::ObservedData(body) => body
                .object_refs
                .iter()
                .flatten()
                .map(|id| self.get(id).map_or(Value::Null, |one| one.to_value()))
                .collect(),
            _ => vec![object.to_value()],
        }
    }

    pub(super) fn organisation(&self, id: &str) -> Option<Organisation> {
        let identity = self.get(id)?;
        let Body::Identity(body) = &identity.body else {
            return None;
        };
        let mut organisation: Organisation =
            noun(detach(&identity, "organisation").unwrap_or_default());
        organisation.uuid = Some(uuid_of(id).to_owned());
        organisation.name.clone_from(&body.name);
        Some(organisation)
    }

    /// The event itself, without its parts.
    pub(super) fn event(&self, object: &Object) -> Option<Event> {
        let mut members = detach(object, "event")?;
        let name = match &object.body {
            Body::Report(body) => &body.name,
            Body::Grouping(body) => &body.name,
            _ => &None,
        };
        match members.get("info") {
            Some(Value::Null) => drop(members.shift_remove("info")),
            Some(_) => {}
            None => drop(members.insert("info".into(), json!(name))),
        }
        self.galaxies(&mut members);
        tags(&mut members, object);
        let mut event: Event = noun(members);
        event.uuid = Some(uuid_of(object.id()).to_owned());
        if let Some(by) = &object.common.created_by_ref {
            event.orgc = self.organisation(by);
        }
        Some(event)
    }

    fn value(members: &mut Map<String, Value>, sources: &[Value]) {
        for (from, to) in [("from", "value"), ("data_from", "data")] {
            if let Some(Value::String(template)) = members.shift_remove(from)
                && let Some(text) = fill(&template, sources)
            {
                members.insert(to.to_owned(), text.into());
            }
        }
    }

    pub(super) fn attribute(&self, object: &Object) -> Option<Attribute> {
        let mut members = detach(object, "attribute")?;
        Self::value(&mut members, &self.sources(object));
        set_time(&mut members, "timestamp", object);
        self.galaxies(&mut members);
        tags(&mut members, object);
        let mut attribute: Attribute = noun(members);
        attribute.uuid = Some(uuid_of(object.id()).to_owned());
        Some(attribute)
    }

    pub(super) fn object(&self, object: &Object) -> Option<MispObject> {
        let mut members = detach(object, "object")?;
        set_time(&mut members, "timestamp", object);
        let mut list = match members.shift_remove("Attribute") {
            Some(Value::Array(list)) => list,
            _ => match object.common.rest.get("x_misp_attributes") {
                Some(Value::Array(list)) => list.clone(),
                _ => Vec::new(),
            },
        };
        let sources = self.sources(object);
        for one in &mut list {
            if let Value::Object(members) = one {
                Self::value(members, &sources);
                self.galaxies(members);
            }
        }
        if !list.is_empty() {
            members.insert("Attribute".into(), Value::Array(list));
        }
        let mut made: MispObject = noun(members);
        made.uuid = Some(uuid_of(object.id()).to_owned());
        Some(made)
    }

    pub(super) fn report(object: &Object) -> Option<EventReport> {
        let mut members = detach(object, "report")?;
        set_time(&mut members, "timestamp", object);
        tags(&mut members, object);
        let mut report: EventReport = noun(members);
        report.uuid = Some(uuid_of(object.id()).to_owned());
        if let Body::Note(body) = &object.body {
            report.name.clone_from(&body.abstract_);
            report.content.clone_from(&body.content);
        }
        Some(report)
    }

    /// A sighting, its place among its like, and what was seen.
    pub(super) fn sighting(&self, object: &Object) -> Option<(String, i64, Sighting)> {
        let mut members = detach(object, "sighting")?;
        let at = members
            .shift_remove("at")
            .and_then(|at| at.as_i64())
            .unwrap_or_default();
        let by = members.shift_remove("by");
        let of = match &object.body {
            Body::Sighting(body) => body.sighting_of_ref.clone(),
            Body::Opinion(body) => body
                .object_refs
                .as_ref()
                .and_then(|refs| refs.first().cloned()),
            _ => None,
        }?;
        set_time(&mut members, "date_sighting", object);
        let mut sighting: Sighting = noun(members);
        sighting.uuid = Some(uuid_of(object.id()).to_owned());
        if let Some(by) = by.as_ref().and_then(Value::as_str) {
            sighting.organisation = self.organisation(by);
        }
        Some((of, at, sighting))
    }

    /// A reference, its place among its like, and where it begins.
    pub(super) fn reference(object: &Object) -> Option<(String, i64, ObjectReference)> {
        let mut members = detach(object, "reference")?;
        let at = members
            .shift_remove("at")
            .and_then(|at| at.as_i64())
            .unwrap_or_default();
        let Body::Relationship(body) = &object.body else {
            return None;
        };
        set_time(&mut members, "timestamp", object);
        let mut reference: ObjectReference = noun(members);
        reference.uuid = Some(uuid_of(object.id()).to_owned());
        Some((body.source_ref.clone()?, at, reference))
    }

    /// References that led to nothing in the event.
    pub(super) fn references(object: &Object) -> Vec<(i64, ObjectReference)> {
        let list =
            detach(object, "references").and_then(|mut members| members.shift_remove("list"));
        let Some(Value::Array(list)) = list else {
            return Vec::new();
        };
        list.into_iter()
            .filter_map(|one| match one {
                Value::Object(mut members) => {
                    let at = members
                        .shift_remove("at")
                        .and_then(|at| at.as_i64())
                        .unwrap_or_default();
                    Some((at, noun(members)))
                }
                _ => None,
            })
            .collect()
    }

    /// Galaxies that refer to objects, made whole.
    fn galaxies(&self, members: &mut Map<String, Value>) {
        let Some(Value::Array(galaxies)) = members.get_mut("Galaxy") else {
            return;
        };
        for galaxy in galaxies.iter_mut() {
            let Some(refs) = galaxy.get("refs").and_then(Value::as_array) else {
                continue;
            };
            let found: Vec<Found<'_>> = refs
                .iter()
                .filter_map(|id| self.get(id.as_str()?))
                .collect();
            let mut header = Map::new();
            let mut clusters = Vec::new();
            for object in &found {
                let Some(mut content) = detach(object, "galaxy") else {
                    continue;
                };
                if let Some(Value::Object(one)) = content.shift_remove("galaxy") {
                    header = one;
                }
                if let Some(Value::Object(cluster)) = content.shift_remove("cluster") {
                    clusters.push(Value::Object(whole(cluster, object)));
                }
            }
            header.insert("GalaxyCluster".into(), Value::Array(clusters));
            *galaxy = Value::Object(header);
        }
    }
}

/// A cluster with what stands in its object.
fn whole(mut cluster: Map<String, Value>, object: &Object) -> Map<String, Value> {
    cluster.insert("uuid".into(), uuid_of(object.id()).into());
    let value = object.to_value();
    if let Some(name) = value.get("name") {
        cluster.insert("value".into(), name.clone());
    }
    if let Some(text) = value.get("description")
        && !cluster.contains_key("description")
    {
        cluster.insert("description".into(), text.clone());
    }
    if let Some(Value::Object(meta)) = cluster.get_mut("meta") {
        if let Some(aliases) = value.get("aliases") {
            meta.entry("synonyms").or_insert_with(|| aliases.clone());
        }
        if let Some(phases) = value.get("kill_chain_phases").and_then(Value::as_array) {
            let text = |phase: &Value, name: &str| {
                phase
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let phases: Vec<String> = phases
                .iter()
                .map(|phase| {
                    format!(
                        "{}:{}",
                        text(phase, "kill_chain_name"),
                        text(phase, "phase_name")
                    )
                })
                .collect();
            meta.entry("kill_chain").or_insert_with(|| phases.into());
        }
    }
    cluster
}

/// Markings of TLP 1.0 in STIX 2.0 and 2.1.
const OLD_TLP: [(&str, Tlp); 4] = [
    ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
];

/// The label of a marking of TLP.
pub(super) fn tlp_of_marking(id: &str) -> Option<Tlp> {
    let uuid = id.strip_prefix("marking-definition--")?;
    let old = OLD_TLP
        .iter()
        .find(|(known, _)| *known == uuid)
        .map(|(_, tlp)| *tlp);
    old.or_else(|| {
        Tlp::ALL
            .into_iter()
            .find(|tlp| tlp.stix_id().to_string() == id)
    })
}

/// The tags that labels and markings of an object are.
pub(super) fn tags_of(object: &Object) -> Vec<misp::Tag> {
    let markings = object.common.object_marking_refs.iter().flatten();
    let tlp = markings.filter_map(|id| tlp_of_marking(id));
    let tlp = tlp.map(|tlp| format!("tlp:{}", tlp.word()));
    let labels = object.common.labels.iter().flatten();
    let labels = labels.filter(|label| !label.starts_with("misp:")).cloned();
    tlp.chain(labels).map(misp::Tag::new).collect()
}

/// Tags as they were, less those that somebody took away since, and those that somebody added.
fn tags(members: &mut Map<String, Value>, object: &Object) {
    let now = tags_of(object);
    let mut kept = match members.shift_remove("Tag") {
        Some(Value::Array(kept)) => kept,
        _ => Vec::new(),
    };
    let same = |kept: &Value, tag: &misp::Tag| {
        let word = kept.get("name").and_then(Value::as_str).unwrap_or_default();
        word == tag.word() || (tlp_of(word).is_some() && tlp_of(word) == tlp_of(tag.word()))
    };
    kept.retain(|one| {
        let nameless = one
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .is_empty();
        nameless || now.iter().any(|tag| same(one, tag))
    });
    for tag in now {
        if !kept.iter().any(|one| same(one, &tag)) {
            kept.push(tag.into_value());
        }
    }
    if !kept.is_empty() {
        members.insert("Tag".into(), Value::Array(kept));
    }
}
