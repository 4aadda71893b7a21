//! The ledger of a bundle that is not in memory: each part goes home as it is written, and is compared there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Seek};

use aidos_model::json::Shape;
use aidos_model::stix::{Body, Kind, Object, Uuid, canonical};
use serde_json::{Value, json};

use super::library::{Library, flag, hash};
use super::{Follow, Unstreamed};
use crate::misp_stix::Ledger;
use crate::misp_stix::extension::{AUTHOR, EXTENSION};
use crate::misp_stix::ledger::note;
use crate::misp_stix::table::CLUSTERS;
use crate::misp_stix::to_misp::{NO_OBJECT, NO_PLACE, compare};
use crate::misp_stix::to_stix::Store;

/// What a maker remembers of objects that were compared and forgotten.
pub(super) struct Fresh<'l, R> {
    library: &'l Library<R>,
    /// What was made since it was compared last.
    pub(super) objects: Vec<Object>,
    /// The UUIDs that references lead to, and hashes of the ids that stand for them; 0 for none yet.
    wanted: Vec<(u64, u64)>,
    /// Hashes of the ids of what may be a cluster, and of what it is.
    clusters: HashMap<u64, u64>,
}

impl<'l, R> Fresh<'l, R> {
    pub(super) fn new(library: &'l Library<R>, wanted: Vec<u64>) -> Self {
        Self {
            library,
            objects: Vec::new(),
            wanted: wanted.into_iter().map(|uuid| (uuid, 0)).collect(),
            clusters: HashMap::new(),
        }
    }
}

/// Begins a reference whose target is known by a hash only.
const HASHED: char = '#';

fn hashed(id: u64) -> String {
    format!("{HASHED}{id:016x}")
}

fn content(object: &Object) -> u64 {
    let mut text = Vec::new();
    canonical::push(&mut text, &object.to_value());
    hash(&String::from_utf8_lossy(&text))
}

fn may_be_cluster(id: &str) -> bool {
    let kind = id.split_once("--").and_then(|(word, _)| Kind::parse(word));
    kind.is_some_and(|kind| CLUSTERS.contains(&kind))
}

impl<R: Read + Seek> Store for Fresh<'_, R> {
    fn add(&mut self, object: Object) {
        if may_be_cluster(object.id()) {
            let what = self.clusters.entry(hash(object.id()));
            what.or_insert_with(|| content(&object));
        }
        self.objects.push(object);
    }

    fn clashes(&self, object: &Object) -> bool {
        let there = self.clusters.get(&hash(object.id()));
        there.is_some_and(|there| *there != content(object))
    }

    fn has(&self, uuid: &Uuid) -> bool {
        self.library.stands(&uuid.to_string())
    }

    fn stand(&mut self, uuid: Uuid, id: &str) {
        let uuid = uuid.to_string();
        self.library.stand(&uuid);
        let wanted = hash(&uuid);
        let at = self.wanted.binary_search_by_key(&wanted, |(uuid, _)| *uuid);
        if let Some((_, stands)) = at.ok().and_then(|at| self.wanted.get_mut(at)) {
            *stands = hash(id).max(1);
        }
    }

    fn standing(&self, uuid: &Uuid) -> Option<String> {
        let wanted = hash(&uuid.to_string());
        let at = self.wanted.binary_search_by_key(&wanted, |(uuid, _)| *uuid);
        let (_, id) = at.ok().and_then(|at| self.wanted.get(at))?;
        (*id != 0).then(|| hashed(*id))
    }

    fn ids(&self) -> Vec<String> {
        Vec::new()
    }

    fn leave(&mut self, _left: BTreeMap<String, Vec<Value>>) {}
}

/// What an object is that comes home.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Part,
    /// References that lead to nothing may still be attached to it.
    Open,
    /// The event itself, without what it refers to.
    Main,
}

/// Compares what comes home with what it was.
pub(super) struct Home<'l, R> {
    library: &'l Library<R>,
    main: Order,
    pub(super) losses: u64,
}

/// Whether what the event refers to comes home in the order that it had.
struct Order {
    /// Hashes of what the event's object referred to, where it is in the bundle.
    refs: Option<Vec<u64>>,
    /// Who made the event: that one is not referred to.
    by: Option<String>,
    /// How many came, how many of these in order, and those of them that are not in the bundle.
    came: usize,
    right: usize,
    others: HashSet<u64>,
}

impl Order {
    fn take(&mut self, id: &str, is_first: Option<bool>) {
        if self.by.as_deref() == Some(id) || is_first == Some(false) {
            return;
        }
        let id = hash(id);
        if is_first.is_none() && self.others.contains(&id) {
            return;
        }
        let next = self.refs.as_ref().and_then(|refs| refs.get(self.right));
        if self.came == self.right && next == Some(&id) {
            self.right += 1;
            if is_first.is_none() {
                self.others.insert(id);
            }
        }
        self.came += 1;
    }

    fn is_same(&self) -> bool {
        let refs = self.refs.as_deref().unwrap_or_default();
        if self.came == 0 {
            let by = self.by.as_deref().unwrap_or(AUTHOR);
            return refs == [hash(by)];
        }
        self.came == self.right && self.right == refs.len()
    }
}

impl<'l, R: Read + Seek> Home<'l, R> {
    /// Begins for an event whose object has this id at home, made by `by`.
    pub(super) fn new(
        library: &'l Library<R>,
        id: &str,
        by: Option<String>,
    ) -> Result<Self, Unstreamed> {
        let unit = library.unit_of(id);
        let refs = unit.map(|unit| library.cut(unit)).transpose()?;
        Ok(Self {
            library,
            main: Order {
                refs: refs.and_then(|(_, refs)| refs),
                by,
                came: 0,
                right: 0,
                others: HashSet::new(),
            },
            losses: 0,
        })
    }

    /// Compares an object.
    pub(super) fn take(
        &mut self,
        mut home: Object,
        how: As,
        follow: &mut dyn Follow,
    ) -> Result<(), Unstreamed> {
        let all = self.library.all(home.id());
        let is_first = self
            .library
            .unit(all.start)
            .filter(|_| !all.is_empty())
            .map(|unit| !self.library.has(unit, flag::HOME));
        if how != As::Main {
            self.main.take(home.id(), is_first);
        }
        if is_first != Some(true) {
            return Ok(());
        }
        for at in all {
            let Some(unit) = self.library.unit(at) else {
                continue;
            };
            self.library.set(unit, flag::HOME);
            if self.library.has(unit, flag::TLP) {
                continue;
            }
            let path = format!("/objects/{}", self.library.place(unit).1);
            let mut ledger = Ledger::new();
            if how == As::Main {
                self.event(unit, &path, &mut home, &mut ledger)?;
            } else {
                let object = self.library.other(unit)?;
                if object.id() != home.id() {
                    continue;
                }
                resolve(&mut home, &object);
                if how == As::Open {
                    let mut object = (*object).clone();
                    drop(references_of(&mut object));
                    compare(&mut ledger, &path, &object, &home);
                } else {
                    compare(&mut ledger, &path, &object, &home);
                }
            }
            if ledger.iter().any(|loss| loss.path.ends_with("/extensions")) {
                self.library.set(unit, flag::LOST);
            }
            self.give(ledger, follow)?;
        }
        Ok(())
    }

    /// Compares the object of the event, which refers to all others.
    fn event(
        &self,
        unit: u32,
        path: &str,
        home: &mut Object,
        ledger: &mut Ledger,
    ) -> Result<(), Unstreamed> {
        let (mut object, refs) = self.library.cut(unit)?;
        for one in [&mut object, &mut *home] {
            match &mut one.body {
                Body::Report(body) => body.object_refs = None,
                Body::Grouping(body) => body.object_refs = None,
                _ => {}
            }
        }
        compare(ledger, path, &object, home);
        if refs.is_some() && (refs != self.main.refs || !self.main.is_same()) {
            note(ledger, path, "object_refs", NO_PLACE);
        }
        Ok(())
    }

    /// Compares the references of an object that lead to nothing, when all that they may lead to is there.
    pub(super) fn leave(
        &mut self,
        from: &str,
        left: &[Value],
        follow: &mut dyn Follow,
    ) -> Result<(), Unstreamed> {
        let left = (!left.is_empty()).then(|| json!({"list": left}));
        for at in self.library.all(from) {
            let Some(unit) = self.library.unit(at) else {
                continue;
            };
            let mut object = (*self.library.other(unit)?).clone();
            if object.id() == from
                && object.common.extensions.is_some()
                && !self.library.has(unit, flag::LOST)
                && references_of(&mut object) != left
            {
                let mut ledger = Ledger::new();
                let path = format!("/objects/{}", self.library.place(unit).1);
                note(&mut ledger, &path, "extensions", NO_PLACE);
                self.give(ledger, follow)?;
            }
        }
        Ok(())
    }

    /// Tells what did not come home at all.
    pub(super) fn end(&mut self, follow: &mut dyn Follow) -> Result<(), Unstreamed> {
        for unit in 0..self.library.len() {
            if !self.library.has(unit, flag::HOME | flag::TLP) {
                let mut ledger = Ledger::new();
                let path = format!("/objects/{}", self.library.place(unit).1);
                note(&mut ledger, &path, "", NO_OBJECT);
                self.give(ledger, follow)?;
            }
        }
        Ok(())
    }

    fn give(&mut self, ledger: Ledger, follow: &mut dyn Follow) -> Result<(), Unstreamed> {
        for loss in ledger {
            self.losses += 1;
            follow.loss(loss).map_err(Unstreamed::Write)?;
        }
        Ok(())
    }
}

/// Takes out of an object the references that led to nothing.
fn references_of(object: &mut Object) -> Option<Value> {
    let own = object
        .common
        .extensions
        .as_mut()?
        .values_mut()
        .get_mut(EXTENSION)?;
    own.as_object_mut()?.shift_remove("references")
}

/// Puts the id of a target where only its hash is known, if it is the one that was there.
fn resolve(home: &mut Object, object: &Object) {
    if let (Body::Relationship(home), Body::Relationship(there)) = (&mut home.body, &object.body)
        && let (Some(known), Some(id)) = (&home.target_ref, &there.target_ref)
        && *known == hashed(hash(id).max(1))
    {
        home.target_ref.clone_from(&there.target_ref);
    }
}
