//! References of objects.

use std::collections::BTreeMap;

use aidos_model::misp::ObjectReference;

use super::{
    Body, Kind, Maker, ROW, Store, Uuid, Value, attach, leave, members_of, revoked, stamp,
};

/// A reference of an object, and where it stands.
pub(in crate::misp_stix) struct Pointer {
    pub(in crate::misp_stix) from: String,
    pub(in crate::misp_stix) reference: ObjectReference,
    pub(in crate::misp_stix) at: usize,
    pub(in crate::misp_stix) path: String,
}

impl<S: Store> Maker<S> {
    /// Relationships for the references of objects, when all that they may lead to is known.
    pub(super) fn point(&mut self) {
        let mut left: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for pointer in std::mem::take(&mut self.pointers) {
            let from = pointer.from.clone();
            if let Some(kept) = self.pointer(pointer) {
                left.entry(from).or_default().push(kept);
            }
        }
        self.store.leave(left);
    }

    /// A relationship for a reference; what is kept of one that leads to nothing.
    pub(in crate::misp_stix) fn pointer(&mut self, pointer: Pointer) -> Option<Value> {
        let Pointer {
            from,
            mut reference,
            at,
            path,
        } = pointer;
        for (name, field) in [
            ("id", &mut reference.id),
            ("event_id", &mut reference.event_id),
            ("object_id", &mut reference.object_id),
            ("referenced_id", &mut reference.referenced_id),
        ] {
            leave(&mut self.ledger, &path, name, field, ROW);
        }
        let target = reference.referenced_uuid.as_ref().and_then(|text| {
            let uuid = Uuid::parse(text).filter(|uuid| uuid.text() == text.as_bytes())?;
            self.store.standing(&uuid)
        });
        let word = reference.relationship_type.clone().unwrap_or_default();
        let sound = !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let own = reference.uuid.take();
        let uuid = self.uuid(&path, own.as_deref(), &reference);
        let time = stamp(reference.timestamp);
        let Some(target) = target else {
            let mut kept = members_of(reference);
            kept.insert("uuid".into(), uuid.to_string().into());
            kept.insert("at".into(), at.into());
            return Some(Value::Object(kept));
        };
        if time.is_some() {
            reference.timestamp = None;
        } else if reference.timestamp.is_none() {
            reference
                .rest
                .entry("timestamp".into())
                .or_insert(Value::Null);
        }
        let mut relation = self.begin(Kind::Relationship, uuid, time.as_deref());
        if let Body::Relationship(body) = &mut relation.body {
            body.relationship_type = Some(if sound { word } else { "related-to".into() });
            body.source_ref = Some(from);
            body.target_ref = Some(target);
            body.description = reference
                .comment
                .clone()
                .filter(|comment| !comment.is_empty());
        }
        relation.common.revoked = revoked(reference.deleted);
        let mut kept = members_of(reference);
        kept.insert("at".into(), at.into());
        attach(&mut relation, "reference", Value::Object(kept));
        self.add(relation);
        None
    }
}
