//! What analysts add to the data of others: notes, opinions, relationships (MISP 2.5).

use super::{List, Number, Organisation};
use crate::json::shape::noun;

noun! {
    /// A note on something.
    Note {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// UUID of what it is about.
        object_uuid = "object_uuid": Option<String>;
        /// What that is: `Event`, `Attribute` ….
        object_type = "object_type": Option<String>;
        /// Who wrote it.
        authors = "authors": Option<String>;
        /// Since when: `YYYY-MM-DD hh:mm:ss`.
        created = "created": Option<String>;
        /// Changed when.
        modified = "modified": Option<String>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The words.
        note = "note": Option<String>;
        /// Their language.
        language = "language": Option<String>;
        /// Organisation that made it.
        orgc = "Orgc": Option<Organisation>;
        /// Notes on it.
        notes = "Note": List<Note>;
        /// Opinions on it.
        opinions = "Opinion": List<Opinion>;
    }
}

noun! {
    /// An opinion on something, 0 (strongly disagree) to 100.
    Opinion {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// UUID of what it is about.
        object_uuid = "object_uuid": Option<String>;
        /// What that is.
        object_type = "object_type": Option<String>;
        /// Who has it.
        authors = "authors": Option<String>;
        /// Since when.
        created = "created": Option<String>;
        /// Changed when.
        modified = "modified": Option<String>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The opinion, 0 to 100.
        opinion = "opinion": Option<Number>;
        /// Why.
        comment = "comment": Option<String>;
        /// Organisation that made it.
        orgc = "Orgc": Option<Organisation>;
        /// Notes on it.
        notes = "Note": List<Note>;
        /// Opinions on it.
        opinions = "Opinion": List<Opinion>;
    }
}

noun! {
    /// A relationship that an analyst drew.
    Relationship {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// UUID of its source.
        object_uuid = "object_uuid": Option<String>;
        /// What that is.
        object_type = "object_type": Option<String>;
        /// Who drew it.
        authors = "authors": Option<String>;
        /// Since when.
        created = "created": Option<String>;
        /// Changed when.
        modified = "modified": Option<String>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// What it says.
        relationship_type = "relationship_type": Option<String>;
        /// UUID of its target.
        related_object_uuid = "related_object_uuid": Option<String>;
        /// What that is.
        related_object_type = "related_object_type": Option<String>;
        /// Organisation that made it.
        orgc = "Orgc": Option<Organisation>;
    }
}
