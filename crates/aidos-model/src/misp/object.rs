//! Objects: attributes that belong together, by a template.

use super::{Attribute, Flag, List, Note, Number, Opinion, Relationship, SharingGroup};
use crate::json::shape::noun;

noun! {
    /// Attributes that belong together.
    Object {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Number of the event.
        event_id = "event_id": Option<Number>;
        /// Name of the template: `file`, `ip-port`.
        name = "name": Option<String>;
        /// Category of the template.
        meta_category = "meta-category": Option<String>;
        /// What the template is.
        description = "description": Option<String>;
        /// UUID of the template.
        template_uuid = "template_uuid": Option<String>;
        /// Version of the template.
        template_version = "template_version": Option<Number>;
        /// Words about it.
        comment = "comment": Option<String>;
        /// When it was changed, in seconds since 1970.
        timestamp = "timestamp": Option<Number>;
        /// When it was first seen, RFC 3339.
        first_seen = "first_seen": Option<String>;
        /// When it was last seen.
        last_seen = "last_seen": Option<String>;
        /// To whom it may go; see [`Attribute::distribution`].
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The group itself.
        sharing_group = "SharingGroup": Option<Box<SharingGroup>>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
        /// Its attributes.
        attributes = "Attribute": List<Attribute>;
        /// What it points to.
        references = "ObjectReference": List<ObjectReference>;
        /// Notes of analysts.
        notes = "Note": List<Note>;
        /// Opinions of analysts.
        opinions = "Opinion": List<Opinion>;
        /// Relationships of analysts.
        relationships = "Relationship": List<Relationship>;
    }
}

impl Object {
    /// An object of this template's name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }
}

noun! {
    /// That an object has to do with another object or attribute.
    ObjectReference {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// When it was changed.
        timestamp = "timestamp": Option<Number>;
        /// Number of the object that points.
        object_id = "object_id": Option<Number>;
        /// Number of the event.
        event_id = "event_id": Option<Number>;
        /// UUID of the object that points.
        object_uuid = "object_uuid": Option<String>;
        /// The same, in older exports.
        source_uuid = "source_uuid": Option<String>;
        /// UUID of what it points to.
        referenced_uuid = "referenced_uuid": Option<String>;
        /// Number of what it points to.
        referenced_id = "referenced_id": Option<Number>;
        /// 0 an attribute, 1 an object.
        referenced_type = "referenced_type": Option<Number>;
        /// What the one does to the other.
        relationship_type = "relationship_type": Option<String>;
        /// Words about it.
        comment = "comment": Option<String>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
    }
}
