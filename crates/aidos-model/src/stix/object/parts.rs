//! What all objects have, and the small types in them (STIX 2.1 sections 2 and 3).

use std::collections::BTreeMap;

use serde::de::MapAccess;
use serde_json::Value;

use super::Filled;
use crate::json::shape::{Fields, Members, Slot, noun};

/// Hashes by the name of their algorithm.
pub type Hashes = BTreeMap<String, String>;

/// The properties whose texts are times (RFC 3339 with `Z`).
#[derive(Clone, Copy, Debug)]
pub struct Times;

impl Times {
    /// Whether a property of this name holds a time.
    pub fn has(name: &str) -> bool {
        matches!(
            name,
            "created"
                | "modified"
                | "valid_from"
                | "valid_until"
                | "first_seen"
                | "last_seen"
                | "first_observed"
                | "last_observed"
                | "start_time"
                | "stop_time"
                | "submitted"
                | "analysis_started"
                | "analysis_ended"
                | "published"
                | "object_modified"
                | "ctime"
                | "mtime"
                | "atime"
                | "date"
                | "start"
                | "end"
                | "created_time"
                | "account_created"
                | "account_expires"
                | "credential_last_changed"
                | "account_first_login"
                | "account_last_login"
                | "modified_time"
                | "validity_not_before"
                | "validity_not_after"
        )
    }
}

noun! {
    /// A pointer to something outside of STIX.
    ExternalReference {
        /// Whose: `mitre-attack`.
        source_name = "source_name": Option<String>;
        /// Words about it.
        description = "description": Option<String>;
        /// Where it is.
        url = "url": Option<String>;
        /// Hashes of what is there.
        hashes = "hashes": Option<Hashes>;
        /// Its name there: `T1059`.
        external_id = "external_id": Option<String>;
    }
}

noun! {
    /// A phase of a kill chain.
    KillChainPhase {
        /// The kill chain.
        kill_chain_name = "kill_chain_name": Option<String>;
        /// The phase.
        phase_name = "phase_name": Option<String>;
    }
}

noun! {
    /// A marking or language of some properties only.
    GranularMarking {
        /// The language.
        lang = "lang": Option<String>;
        /// The marking definition.
        marking_ref = "marking_ref": Option<String>;
        /// The properties.
        selectors = "selectors": Option<Vec<String>>;
    }
}

macro_rules! common {
    ($($(#[$said:meta])* $field:ident: $shape:ty;)*) => {
        /// What all objects have.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Common {
            $($(#[$said])* pub $field: Option<$shape>,)*
            /// Custom properties, and those of another shape than the standard says.
            pub rest: Fields,
        }

        impl Common {
            /// The names of the common properties with what is expected there.
            pub const MEMBERS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($field), <$shape as crate::json::Shape>::EXPECTED),)*];

            pub(super) fn fill<'de, A: MapAccess<'de>>(
                &mut self,
                name: &str,
                members: &mut A,
            ) -> Result<Filled, A::Error> {
                match name {
                    $(stringify!($field) => self.$field.fill(members).map(|other| other.map_or(Filled::Yes, Filled::Shape)),)*
                    _ => Ok(Filled::No),
                }
            }

            pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), Value> {
                match name {
                    $(stringify!($field) => self.$field.fill_with(value).map_or(Ok(()), Err),)*
                    _ => Err(value),
                }
            }

            pub(super) fn write_to(&self, members: &mut Members<'_>) {
                $(self.$field.push_to(members, stringify!($field));)*
            }
        }
    };
}

common! {
    /// Id: `type--uuid`.
    id: String;
    /// Version of STIX: `2.1`.
    spec_version: String;
    /// Who made it: an identity.
    created_by_ref: String;
    /// When it was made.
    created: String;
    /// When this version was made.
    modified: String;
    /// Whether it is withdrawn.
    revoked: bool;
    /// Words to find it by.
    labels: Vec<String>;
    /// 0 to 100.
    confidence: i64;
    /// Language of its texts.
    lang: String;
    /// Pointers to something outside of STIX.
    external_references: Vec<ExternalReference>;
    /// Markings of the whole object.
    object_marking_refs: Vec<String>;
    /// Markings of parts.
    granular_markings: Vec<GranularMarking>;
    /// Whether an observable is written so that nobody clicks it.
    defanged: bool;
    /// Extensions by their definition's id.
    extensions: Fields;
}
