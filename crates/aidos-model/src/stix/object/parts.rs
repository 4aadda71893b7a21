//! What all objects have, and the small types in them (STIX 2.1 sections 2 and 3).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, MapAccess};
use serde_json::Value;

use super::Filled;
use crate::json::shape::{Fields, Members, Shape, Slot, key, noun};

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

/// Extensions by their definition's id.
///
/// Those that are written as soon as they are made are held as text: no value is built of them until somebody looks.
/// Which way they are held is not to be seen; equal are two of the same members.
#[derive(Clone, Default)]
pub struct Extensions {
    values: Fields,
    /// The text of an object that stands for the values; empty once they are there.
    text: Vec<u8>,
}

impl Extensions {
    /// Extensions of the text of a JSON object, which must be sound: it is written as it stands.
    ///
    /// ```
    /// use aidos_model::stix::Extensions;
    ///
    /// let text = Extensions::of_json(br#"{"extension-definition--1":{"rank":5}}"#.to_vec());
    /// assert_eq!(text.values()["extension-definition--1"]["rank"], 5);
    /// assert_eq!(text, Extensions::from(text.values().into_owned()));
    /// ```
    pub const fn of_json(text: Vec<u8>) -> Self {
        let values = Fields::new();
        Self { values, text }
    }

    /// The extensions as values.
    pub fn values(&self) -> Cow<'_, Fields> {
        if self.text.is_empty() {
            Cow::Borrowed(&self.values)
        } else {
            Cow::Owned(parsed(&self.text))
        }
    }

    /// The extensions as values that can be changed.
    pub fn values_mut(&mut self) -> &mut Fields {
        if !self.text.is_empty() {
            self.values = parsed(&std::mem::take(&mut self.text));
        }
        &mut self.values
    }
}

fn parsed(text: &[u8]) -> Fields {
    serde_json::from_slice(text).unwrap_or_default()
}

impl From<Fields> for Extensions {
    fn from(values: Fields) -> Self {
        let text = Vec::new();
        Self { values, text }
    }
}

impl PartialEq for Extensions {
    fn eq(&self, other: &Self) -> bool {
        self.values() == other.values()
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.values().fmt(f)
    }
}

impl Shape for Extensions {
    const EXPECTED: &'static str = Fields::EXPECTED;

    fn of(value: Value) -> Result<Self, Value> {
        Fields::of(value).map(Self::from)
    }

    fn of_object<'de, A: MapAccess<'de>>(object: A) -> Result<Result<Self, Value>, A::Error> {
        // Any value will do: no map in between.
        let values = Fields::deserialize(MapAccessDeserializer::new(object))?;
        Ok(Ok(values.into()))
    }

    fn write(&self, out: &mut Vec<u8>) {
        if self.text.is_empty() {
            self.values.write(out);
        } else {
            out.extend_from_slice(&self.text);
        }
    }

    fn into_value(mut self) -> Value {
        std::mem::take(self.values_mut()).into_value()
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
                $(self.$field.push_to(members, key!(stringify!($field)));)*
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
    extensions: Extensions;
}
