//! Attributes: values with a type.

use super::{
    Flag, Galaxy, List, Note, Number, Opinion, Organisation, Relationship, SharingGroup, Sighting,
    Tag,
};
use crate::json::shape::noun;

noun! {
    /// A value with its type and context.
    Attribute {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Number of the event.
        event_id = "event_id": Option<Number>;
        /// Number of the object that it is part of; 0 for none.
        object_id = "object_id": Option<Number>;
        /// What it is in its object: `ip`, `dst-port`.
        object_relation = "object_relation": Option<String>;
        /// Category: `Network activity`.
        category = "category": Option<String>;
        /// Type: `ip-src`, `filename|sha256`.
        kind = "type": Option<String>;
        /// The value; the parts of a composite stand apart by `|`.
        value = "value": Option<String>;
        /// First part of a composite, in some exports.
        value1 = "value1": Option<String>;
        /// Second part.
        value2 = "value2": Option<String>;
        /// Whether it is good for detection.
        to_ids = "to_ids": Option<Flag>;
        /// Words about it.
        comment = "comment": Option<String>;
        /// When it was changed, in seconds since 1970.
        timestamp = "timestamp": Option<Number>;
        /// When it was first seen, RFC 3339.
        first_seen = "first_seen": Option<String>;
        /// When it was last seen.
        last_seen = "last_seen": Option<String>;
        /// To whom it may go: 0 organisation, 1 community, 2 connected, 3 all, 4 sharing group, 5 as the event.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The group itself.
        sharing_group = "SharingGroup": Option<Box<SharingGroup>>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
        /// Whether it is left out of correlation.
        disable_correlation = "disable_correlation": Option<Flag>;
        /// The file in base64, of `attachment` and `malware-sample`.
        data = "data": Option<String>;
        /// Whether the file is to be packed with a password.
        encrypt = "encrypt": Option<Flag>;
        /// Tags.
        tags = "Tag": List<Tag>;
        /// Galaxies with the clusters on it.
        galaxies = "Galaxy": List<Galaxy>;
        /// Sightings.
        sightings = "Sighting": List<Sighting>;
        /// Proposals of others.
        proposals = "ShadowAttribute": List<ShadowAttribute>;
        /// Notes of analysts.
        notes = "Note": List<Note>;
        /// Opinions of analysts.
        opinions = "Opinion": List<Opinion>;
        /// Relationships of analysts.
        relationships = "Relationship": List<Relationship>;
    }
}

impl Attribute {
    /// An attribute of this type and value.
    pub fn new(kind: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            kind: Some(kind.into()),
            value: Some(value.into()),
            ..Self::default()
        }
    }

    /// Its type; empty where it has none.
    pub fn type_word(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }

    /// Whether it is good for detection.
    pub fn detects(&self) -> bool {
        self.to_ids.is_some_and(Flag::get)
    }
}

noun! {
    /// What another organisation proposes to add or change.
    ShadowAttribute {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// UUID of what it would change.
        old_uuid = "old_uuid": Option<String>;
        /// Category.
        category = "category": Option<String>;
        /// Type.
        kind = "type": Option<String>;
        /// Value.
        value = "value": Option<String>;
        /// Whether it is good for detection.
        to_ids = "to_ids": Option<Flag>;
        /// Words about it.
        comment = "comment": Option<String>;
        /// When it was changed.
        timestamp = "timestamp": Option<Number>;
        /// When it was first seen.
        first_seen = "first_seen": Option<String>;
        /// When it was last seen.
        last_seen = "last_seen": Option<String>;
        /// Whether it proposes to delete.
        proposal_to_delete = "proposal_to_delete": Option<Flag>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
        /// The file in base64.
        data = "data": Option<String>;
        /// Who proposes.
        org = "Org": Option<Organisation>;
    }
}
