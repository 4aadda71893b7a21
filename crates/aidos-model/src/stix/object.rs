//! Typed objects (STIX 2.1 sections 3 to 7): one table says what each type has.
//!
//! The table in `table.rs` makes a struct for each type, its reading and writing, and the list of its properties that
//! [`check`](super::check) goes by. All properties are optional in the structs: what an object lacks is a violation, which is told, and no
//! reason to refuse it. What the table does not know, custom properties first, stands in [`Common::rest`], as does a
//! property whose value has another shape than the standard says.
//!
//! ```
//! use aidos_model::json::{self, Shape};
//! use aidos_model::stix::{Body, Object};
//!
//! let text = br#"{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
//!     "pattern":"[url:value = 'http://a.example/']","pattern_type":"stix","x_score":7}"#;
//! let object: Object = json::read(text)?;
//! assert!(matches!(&object.body, Body::Indicator(one) if one.pattern_type.as_deref() == Some("stix")));
//! assert_eq!(object.common.rest["x_score"], 7);
//! assert_eq!(object.to_value(), serde_json::from_slice::<serde_json::Value>(text)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod parts;
mod table;

use std::borrow::Cow;

use serde::de::{Deserialize, MapAccess};
use serde_json::Value;
use serde_json::value::RawValue;

pub use parts::{
    Common, Extensions, ExternalReference, GranularMarking, Hashes, KillChainPhase, Times,
};
pub use table::*;

use super::Kind;
use crate::json::shape::{Members, Name, Seed, key};
use crate::json::{Shape, push_str};

/// A STIX object: what all have, and what its type has.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// What all objects have.
    pub common: Common,
    /// What its type has.
    pub body: Body,
}

/// What a property may point to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// It is no reference.
    None,
    /// Any object.
    Any,
    /// A domain object.
    Domain,
    /// A cyber observable, also a custom one.
    Observable,
    /// One of these types.
    Kinds(&'static [Kind]),
}

/// A property of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Whether every object of the type has it.
    pub required: bool,
    /// What is expected, as a noun.
    pub expected: &'static str,
    /// What it points to.
    pub target: Target,
}

impl Object {
    /// An object of a type without any property.
    pub fn new(kind: Kind) -> Self {
        Self {
            common: Common::default(),
            body: Body::of(kind),
        }
    }

    /// Its type; `None` for a custom one.
    pub fn kind(&self) -> Option<Kind> {
        self.body.kind()
    }

    /// The word of its type, which is empty where it has none.
    pub fn type_word(&self) -> &str {
        match &self.body {
            Body::Custom(word) => word,
            other => other.kind().map_or("", Kind::word),
        }
    }

    /// Its id; empty where it has none.
    pub fn id(&self) -> &str {
        self.common.id.as_deref().unwrap_or_default()
    }

    /// Sets a property by its name; one that the type does not have, or of another shape, becomes part of the rest.
    pub fn set(&mut self, name: &str, value: Value) {
        let other = match self.body.set(name, value) {
            Ok(()) => None,
            Err(other) => self.common.set(name, other).err(),
        };
        if let Some(other) = other {
            self.common.rest.insert(name.to_owned(), other);
        }
    }
}

impl Shape for Object {
    const EXPECTED: &'static str = "an object";

    fn of(value: Value) -> Result<Self, Value> {
        let Value::Object(mut members) = value else {
            return Err(value);
        };
        let mut object = Self {
            common: Common::default(),
            body: Body::Custom(String::new()),
        };
        match members.remove("type") {
            Some(Value::String(word)) => object.body = Body::of_word(&word),
            Some(other) => drop(object.common.rest.insert("type".into(), other)),
            None => {}
        }
        for (name, value) in members {
            object.set(&name, value);
        }
        Ok(object)
    }

    fn of_object<'de, A: MapAccess<'de>>(mut members: A) -> Result<Result<Self, Value>, A::Error> {
        let mut common = Common::default();
        let mut body: Option<Body> = None;
        // What stands before `type` and is no common property: its meaning is not known yet.
        let mut early: Vec<(Cow<'de, str>, Box<RawValue>)> = Vec::new();
        while let Some(name) = members.next_key_seed(Name)? {
            if name == "type" && body.is_none() {
                match members.next_value_seed(Seed::<String>::new())? {
                    Ok(word) => body = Some(Body::of_word(&word)),
                    Err(other) => drop(common.rest.insert("type".into(), other)),
                }
                continue;
            }
            if let Some(body) = &mut body {
                match body.fill(&name, &mut members)? {
                    Filled::Yes => continue,
                    Filled::Shape(other) => {
                        common.rest.insert(name.into_owned(), other);
                        continue;
                    }
                    Filled::No => {}
                }
            }
            match common.fill(&name, &mut members)? {
                Filled::Yes => {}
                Filled::Shape(other) => drop(common.rest.insert(name.into_owned(), other)),
                Filled::No if body.is_some() => {
                    common.rest.insert(name.into_owned(), members.next_value()?);
                }
                Filled::No => early.push((name, members.next_value()?)),
            }
        }
        let mut object = Self {
            common,
            body: body.unwrap_or_else(|| Body::Custom(String::new())),
        };
        for (name, raw) in early {
            let mut json = serde_json::Deserializer::from_str(raw.get());
            let value = Value::deserialize(&mut json).map_err(serde::de::Error::custom)?;
            object.set(&name, value);
        }
        Ok(Ok(object))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut members = Members::begin(out);
        if !self.common.rest.contains_key("type") && !self.type_word().is_empty() {
            push_str(members.key(key!("type")), self.type_word());
        }
        self.common.write_to(&mut members);
        self.body.write_to(&mut members);
        members.rest(&self.common.rest);
        members.end();
    }
}

/// What became of a member.
pub(super) enum Filled {
    /// It was taken.
    Yes,
    /// It has another shape.
    Shape(Value),
    /// There is no such property; its value was not read.
    No,
}

/// Makes the structs, the enum over them, and the lists of properties.
macro_rules! objects {
    ($($(#[$about:meta])* $name:ident {
        $($need:ident $field:ident $(as $json:literal)?: $shape:ty $(=> $target:expr)?;)*
    })*) => {
        $(
            $(#[$about])*
            ///
            /// The standard's section on the type says what each property means.
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $name {
                $(#[doc = concat!("`", stringify!($field), "`.")] pub $field: Option<$shape>,)*
            }

            impl $name {
                /// What the type has beside the common properties.
                pub const PROPERTIES: &'static [Property] = &[$(Property {
                    name: objects!(@json $field $($json)?),
                    required: objects!(@need $need),
                    expected: <$shape as Shape>::EXPECTED,
                    target: objects!(@target $($target)?),
                },)*];
            }
        )*

        /// What the types have, one variant a type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body {
            $($(#[$about])* $name(Box<$name>),)*
            /// A type that the standard does not know; all of its own stands in [`Common::rest`](crate::stix::Common::rest).
            Custom(String),
        }

        $(
            impl From<$name> for Body {
                fn from(body: $name) -> Self {
                    Self::$name(Box::new(body))
                }
            }
        )*

        impl Body {
            /// The type; `None` for a custom one.
            pub fn kind(&self) -> Option<Kind> {
                match self {
                    $(Self::$name(_) => Some(Kind::$name),)*
                    Self::Custom(_) => None,
                }
            }

            /// The empty body of a type.
            pub fn of(kind: Kind) -> Self {
                match kind {
                    $(Kind::$name => Self::$name(Box::default()),)*
                    Kind::Bundle => Self::Custom(kind.word().to_owned()),
                }
            }

            /// The empty body of the type of a word.
            pub fn of_word(word: &str) -> Self {
                Kind::parse(word).map_or_else(|| Self::Custom(word.to_owned()), Self::of)
            }

            /// What a type has beside the common properties.
            pub fn properties(kind: Kind) -> &'static [Property] {
                match kind {
                    $(Kind::$name => $name::PROPERTIES,)*
                    Kind::Bundle => &[],
                }
            }

            #[inline(never)]
            pub(super) fn fill<'de, A: MapAccess<'de>>(&mut self, name: &str, members: &mut A) -> Result<Filled, A::Error> {
                match self {
                    $(Self::$name(body) => match name {
                        $(objects!(@json $field $($json)?) => body.$field.fill(members).map(|other| other.map_or(Filled::Yes, Filled::Shape)),)*
                        _ => Ok(Filled::No),
                    },)*
                    Self::Custom(_) => Ok(Filled::No),
                }
            }

            pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), Value> {
                match self {
                    $(Self::$name(body) => match name {
                        $(objects!(@json $field $($json)?) => body.$field.fill_with(value).map_or(Ok(()), Err),)*
                        _ => Err(value),
                    },)*
                    Self::Custom(_) => Err(value),
                }
            }

            pub(super) fn write_to(&self, members: &mut Members<'_>) {
                match self {
                    $(Self::$name(_body) => { $(_body.$field.push_to(members, key!(objects!(@json $field $($json)?)));)* })*
                    Self::Custom(_) => {}
                }
            }
        }
    };
    (@json $field:ident) => { stringify!($field) };
    (@json $field:ident $json:literal) => { $json };
    (@need must) => { true };
    (@need may) => { false };
    (@target) => { Target::None };
    (@target $target:expr) => { $target };
}
use objects;
