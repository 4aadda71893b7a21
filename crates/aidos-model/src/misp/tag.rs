//! Tags.

use super::{Flag, Number};
use crate::json::shape::noun;

noun! {
    /// A tag: a word on an event or attribute, `tlp:green` or `misp-galaxy:tool="X"`.
    Tag {
        /// Number on its server.
        id = "id": Option<Number>;
        /// The tag itself.
        name = "name": Option<String>;
        /// Colour, `#rrggbb`.
        colour = "colour": Option<String>;
        /// Whether it goes along to other servers.
        exportable = "exportable": Option<Flag>;
        /// Organisation that alone may use it.
        org_id = "org_id": Option<Number>;
        /// User who alone may use it.
        user_id = "user_id": Option<Number>;
        /// Whether it is kept out of selections.
        hide_tag = "hide_tag": Option<Flag>;
        /// A number for sorting.
        numerical_value = "numerical_value": Option<Number>;
        /// Whether it is put on here only.
        local = "local": Option<Flag>;
        /// Whether it names a cluster.
        is_galaxy = "is_galaxy": Option<Flag>;
        /// Whether it comes from a custom galaxy.
        is_custom_galaxy = "is_custom_galaxy": Option<Flag>;
        /// How it relates to what it is on.
        relationship_type = "relationship_type": Option<String>;
    }
}

impl Tag {
    /// A tag of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..Self::default()
        }
    }

    /// Its name; empty where it has none.
    pub fn word(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}
