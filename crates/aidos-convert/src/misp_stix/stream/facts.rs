//! What is noted of all objects of a bundle while it is indexed.

use aidos_model::stix::{Body, Namer, OURS, Object};
use serde_json::Value;

use super::library::hash;
use crate::misp_stix::extension::{detach, is_ours};
use crate::misp_stix::restore::{seconds, uuid_of};
use crate::misp_stix::to_misp::is_main;

/// What is noted while a bundle is indexed.
pub(super) struct Facts {
    /// The first object that was an event of MISP, and the first that speaks of all others.
    ours: Option<u32>,
    main: Option<u32>,
    /// When the latest was modified, in seconds since 1970.
    pub(super) latest: Option<i64>,
    /// Hashes the ids of all.
    pub(super) name: Namer,
    /// What may be a sighting, a reference, by the UUID of what it belongs to.
    pub(super) sightings: Vec<(u64, u32)>,
    pub(super) references: Vec<(u64, u32)>,
    /// The UUIDs that references lead to.
    pub(super) wanted: Vec<u64>,
}

impl Default for Facts {
    fn default() -> Self {
        let mut name = Namer::new(OURS);
        name.update(b"event");
        Self {
            ours: None,
            main: None,
            latest: None,
            name,
            sightings: Vec::new(),
            references: Vec::new(),
            wanted: Vec::new(),
        }
    }
}

impl Facts {
    /// The object that speaks of the event.
    pub(super) fn main(&self) -> Option<u32> {
        self.ours.or(self.main)
    }

    /// Notes an object.
    pub(super) fn take(&mut self, object: &Object, unit: u32) {
        self.latest = self.latest.max(seconds(object.common.modified.as_ref()));
        self.name.update(object.id().as_bytes());
        if self.main.is_none() && is_main(object) {
            self.main = Some(unit);
        }
        if is_ours(object, "event") {
            self.ours.get_or_insert(unit);
            let objects = detach(object, "event").and_then(|mut one| one.shift_remove("Object"));
            for one in objects.iter().filter_map(Value::as_array).flatten() {
                self.want(one.get("ObjectReference"));
            }
        }
        if is_ours(object, "sighting") {
            let of = match &object.body {
                Body::Sighting(body) => body.sighting_of_ref.as_ref(),
                Body::Opinion(body) => body.object_refs.as_ref().and_then(|refs| refs.first()),
                _ => None,
            };
            self.sightings
                .extend(of.map(|of| (hash(uuid_of(of)), unit)));
        }
        if is_ours(object, "reference")
            && let Body::Relationship(body) = &object.body
            && let Some(from) = &body.source_ref
        {
            self.references.push((hash(uuid_of(from)), unit));
            let to = detach(object, "reference")
                .and_then(|one| Some(hash(one.get("referenced_uuid")?.as_str()?)));
            self.wanted.extend(to);
        }
        if is_ours(object, "object") {
            if let Some(one) = detach(object, "references") {
                self.references.push((hash(uuid_of(object.id())), unit));
                self.want(one.get("list"));
            }
            let one = detach(object, "object");
            self.want(one.as_ref().and_then(|one| one.get("ObjectReference")));
        }
    }

    fn want(&mut self, references: Option<&Value>) {
        let references = references.and_then(Value::as_array).into_iter().flatten();
        let uuids = references.filter_map(|one| Some(hash(one.get("referenced_uuid")?.as_str()?)));
        self.wanted.extend(uuids);
    }

    /// Brings all in order.
    pub(super) fn end(&mut self) {
        self.sightings.sort_unstable();
        self.sightings.shrink_to_fit();
        self.references.sort_unstable();
        self.references.shrink_to_fit();
        self.wanted.sort_unstable();
        self.wanted.dedup();
        self.wanted.shrink_to_fit();
    }
}

/// Those of a UUID.
pub(super) fn of_uuid<'f>(all: &'f [(u64, u32)], uuid: &str) -> &'f [(u64, u32)] {
    let wanted = hash(uuid);
    let begin = all.partition_point(|(of, _)| *of < wanted);
    let rest = all.get(begin..).unwrap_or_default();
    let len = rest.partition_point(|(of, _)| *of == wanted);
    rest.get(..len).unwrap_or_default()
}
