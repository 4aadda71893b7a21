//! The text of a bundle, whose objects are written as they are settled.

use aidos_model::json::{Shape, push_key, push_str};
use aidos_model::stix::{Object, StixId};

use crate::misp_stix::extension::is_ours;
use crate::misp_stix::table::CLUSTERS;

/// Objects that are settled: nothing will change them.
#[derive(Default)]
pub(super) struct Settled {
    /// Their text, a comma before each.
    text: Vec<u8>,
    /// Clusters, which others are compared with, and where in the text each belongs.
    held: Vec<(usize, Object)>,
}

impl Settled {
    /// With room for what becomes of so many attributes.
    pub(super) fn of(attributes: usize) -> Self {
        Self {
            // Most attributes need less: one allocation for the whole, the preface among it.
            text: Vec::with_capacity(8192 + attributes * 3584),
            held: Vec::new(),
        }
    }

    /// Takes the next object.
    pub(super) fn take(&mut self, object: Object) {
        let may_be = object.kind().is_some_and(|kind| CLUSTERS.contains(&kind));
        if may_be && is_ours(&object, "galaxy") {
            self.held.push((self.text.len(), object));
        } else {
            self.text.push(b',');
            object.write(&mut self.text);
        }
    }

    /// The objects that are held.
    pub(super) fn held(&self) -> impl Iterator<Item = &Object> {
        self.held.iter().map(|(_, object)| object)
    }

    /// The same, to change them.
    pub(super) fn held_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.held.iter_mut().map(|(_, object)| object)
    }

    /// The text of the bundle of this id: `preface`, what is settled, and the other objects.
    pub(super) fn finish(mut self, id: StixId, preface: &[Object], others: &[Object]) -> Vec<u8> {
        let mut head = b"{".to_vec();
        push_key(&mut head, "type");
        push_str(&mut head, "bundle");
        head.push(b',');
        push_key(&mut head, "id");
        push_str(&mut head, &id.text());
        head.push(b',');
        push_key(&mut head, "objects");
        head.push(b'[');
        for (at, object) in preface.iter().enumerate() {
            if at > 0 {
                head.push(b',');
            }
            object.write(&mut head);
        }
        let mut text = if self.held.is_empty() {
            // In place: memory that was not touched yet costs more than the move.
            self.text.splice(..0, head);
            self.text
        } else {
            head.reserve(self.text.len() + self.held.len() * 1024);
            let mut from = 0;
            for (at, object) in &self.held {
                head.extend_from_slice(self.text.get(from..*at).unwrap_or_default());
                head.push(b',');
                object.write(&mut head);
                from = *at;
            }
            head.extend_from_slice(self.text.get(from..).unwrap_or_default());
            head
        };
        for object in others {
            text.push(b',');
            object.write(&mut text);
        }
        text.extend_from_slice(b"]}");
        text
    }
}
