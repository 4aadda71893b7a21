//! Where the objects of an event go, and what is remembered of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use aidos_model::misp::Event;
use aidos_model::stix::{Bundle, Object, Uuid};
use serde_json::{Value, json};

use super::settled::Settled;
use crate::misp_stix::extension::attach;

/// Where a maker puts its objects, and what it remembers of them.
pub(in crate::misp_stix) trait Store {
    /// Takes an object; the first of an id stays.
    fn add(&mut self, object: Object);

    /// Whether another object of this id is there.
    fn clashes(&self, object: &Object) -> bool;

    /// Whether an object stands for a UUID of the event.
    fn has(&self, uuid: &Uuid) -> bool;

    /// From now on the object of this id stands for a UUID.
    fn stand(&mut self, uuid: Uuid, id: &str);

    /// The id of the object that stands for a UUID.
    fn standing(&self, uuid: &Uuid) -> Option<String>;

    /// The ids of all objects, in order.
    fn ids(&self) -> Vec<String>;

    /// Attaches to the objects of these ids the references that lead to nothing.
    fn leave(&mut self, left: BTreeMap<String, Vec<Value>>);
}

/// A store that holds everything.
#[derive(Default)]
pub(super) struct Held {
    /// Objects that may still change.
    pub(super) objects: Vec<Object>,
    /// Those that nothing changes any more, where text is wanted; all that are made while `settles` are such.
    settled: Option<Settled>,
    pub(super) settles: bool,
    /// Ids that are in the bundle: as a set, and in their order.
    ids: HashSet<Rc<str>>,
    order: Vec<Rc<str>>,
    /// The object that stands for each UUID of the event.
    stands: HashMap<Uuid, String>,
}

impl Held {
    /// With room for what becomes of an event: hashes are not computed again.
    pub(super) fn of(event: &Event) -> Self {
        let attributes = event.all_attributes().count();
        Self {
            // What was observed, where, the indicator, and what joins them.
            ids: HashSet::with_capacity(4 * attributes),
            order: Vec::with_capacity(4 * attributes),
            stands: HashMap::with_capacity(attributes),
            ..Self::default()
        }
    }

    /// The same, whose objects are written as soon as they are settled.
    pub(super) fn written(self, event: &Event) -> Self {
        Self {
            settled: Some(Settled::of(event.all_attributes().count())),
            ..self
        }
    }

    /// Says that the objects so far, and those that come, will not change.
    pub(super) fn settle(&mut self) {
        self.settles = true;
        if let Some(settled) = &mut self.settled {
            self.objects.drain(..).for_each(|one| settled.take(one));
        }
    }

    /// The text of the bundle, and how many objects it has; `preface` stands before those of the event.
    pub(super) fn text(mut self, preface: &[Object]) -> (Vec<u8>, usize) {
        let ids = preface.iter().map(Object::id);
        let id = Bundle::id_of(ids.chain(self.order.iter().map(|id| &**id)));
        let count = preface.len() + self.order.len();
        let settled = self.settled.take().unwrap_or_default();
        (settled.finish(id, preface, &self.objects), count)
    }
}

impl Store for Held {
    fn add(&mut self, object: Object) {
        let id = Rc::from(object.id());
        if self.ids.insert(Rc::clone(&id)) {
            self.order.push(id);
            match &mut self.settled {
                Some(settled) if self.settles => settled.take(object),
                _ => self.objects.push(object),
            }
        }
    }

    fn clashes(&self, object: &Object) -> bool {
        let held = self.settled.iter().flat_map(Settled::held);
        let mut there = held.chain(&self.objects);
        // Of what is settled and not held there is no object to compare with: it is another.
        self.ids.contains(object.id()) && there.find(|one| one.id() == object.id()) != Some(object)
    }

    fn has(&self, uuid: &Uuid) -> bool {
        self.stands.contains_key(uuid)
    }

    fn stand(&mut self, uuid: Uuid, id: &str) {
        self.stands.insert(uuid, id.to_owned());
    }

    fn standing(&self, uuid: &Uuid) -> Option<String> {
        self.stands.get(uuid).cloned()
    }

    fn ids(&self) -> Vec<String> {
        self.order.iter().map(|id| String::from(&**id)).collect()
    }

    fn leave(&mut self, mut left: BTreeMap<String, Vec<Value>>) {
        let held = self.settled.iter_mut().flat_map(Settled::held_mut);
        for object in held.chain(&mut self.objects) {
            if let Some(left) = left.remove(object.id()) {
                attach(object, "references", json!({"list": left}));
            }
        }
    }
}
