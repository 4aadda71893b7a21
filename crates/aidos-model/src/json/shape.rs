//! What a property of foreign JSON may be, read without failing.
//!
//! A value of another shape than its property has is no error: it is handed back as it stands, so that whoever
//! reads an object keeps it, writes it again, and can say what is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::push_str;

/// Members of an object that have no field of their own, by name.
pub type Fields = BTreeMap<String, Value>;

/// A type that a JSON value may have.
pub trait Shape: Sized {
    /// What is expected, as a noun: `a text`.
    const EXPECTED: &'static str;

    /// Takes a JSON scalar, or gives it back.
    ///
    /// # Errors
    /// The value, where it has another shape.
    fn of(value: Value) -> Result<Self, Value>;

    /// Takes a text that is borrowed; texts are most of all values.
    ///
    /// # Errors
    /// The value, where a text is none of this shape.
    fn of_text(text: &str) -> Result<Self, Value> {
        Self::of(Value::from(text))
    }

    /// Reads a list.
    ///
    /// # Errors
    /// Where the text is no JSON.
    fn of_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Result<Self, Value>, A::Error> {
        let list = Value::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(Self::of(list))
    }

    /// Reads an object.
    ///
    /// # Errors
    /// Where the text is no JSON.
    fn of_object<'de, A: MapAccess<'de>>(object: A) -> Result<Result<Self, Value>, A::Error> {
        let object = Map::deserialize(MapAccessDeserializer::new(object))?;
        Ok(Self::of(Value::Object(object)))
    }

    /// Appends the value as JSON.
    fn write(&self, out: &mut Vec<u8>);

    /// The value as JSON that can be walked, texts moved and not copied.
    fn into_value(self) -> Value {
        self.to_value()
    }

    /// The value as JSON that can be walked.
    fn to_value(&self) -> Value {
        let mut out = Vec::new();
        self.write(&mut out);
        serde_json::from_slice(&out).unwrap_or_default()
    }
}

/// Reads a value of a shape, or keeps it as it stands.
pub(crate) struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Shape> DeserializeSeed<'de> for Seed<T> {
    type Value = Result<T, Value>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, T: Shape> Visitor<'de> for Seed<T> {
    type Value = Result<T, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::of(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(T::of(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(T::of(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(T::of(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::of_text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::of(text.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(T::of(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::of_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::of_object(object)
    }
}

/// A value of a shape, or what stands there instead, for readers that `serde` derives.
#[derive(Clone, Debug)]
pub struct Read<T>(pub Result<T, Value>);

impl<'de, T: Shape> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Seed::new().deserialize(json).map(Self)
    }
}

/// The name of a member, borrowed where it has no escapes.
pub(crate) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

impl Shape for String {
    const EXPECTED: &'static str = "a text";

    fn of(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }

    fn of_text(text: &str) -> Result<Self, Value> {
        Ok(text.to_owned())
    }

    fn write(&self, out: &mut Vec<u8>) {
        push_str(out, self);
    }

    fn into_value(self) -> Value {
        Value::String(self)
    }

    fn to_value(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl Shape for bool {
    const EXPECTED: &'static str = "true or false";

    fn of(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

impl Shape for i64 {
    const EXPECTED: &'static str = "a whole number";

    fn of(value: Value) -> Result<Self, Value> {
        value.as_i64().ok_or(value)
    }

    fn to_value(&self) -> Value {
        Value::from(*self)
    }

    fn write(&self, out: &mut Vec<u8>) {
        super::push_i64(out, *self);
    }
}

impl Shape for Value {
    const EXPECTED: &'static str = "any value";

    fn of(value: Value) -> Result<Self, Value> {
        Ok(value)
    }

    fn write(&self, out: &mut Vec<u8>) {
        push_value(out, self);
    }

    fn into_value(self) -> Value {
        self
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl<T: Shape> Shape for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn of(value: Value) -> Result<Self, Value> {
        let Value::Array(items) = value else {
            return Err(value);
        };
        let mut good = Self::with_capacity(items.len());
        let mut items = items.into_iter();
        while let Some(item) = items.next() {
            match T::of(item) {
                Ok(item) => good.push(item),
                Err(bad) => {
                    let mut all: Vec<Value> = good.iter().map(Shape::to_value).collect();
                    all.push(bad);
                    all.extend(items);
                    return Err(Value::Array(all));
                }
            }
        }
        Ok(good)
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Result<Self, Value>, A::Error> {
        let mut good = Self::new();
        while let Some(item) = list.next_element_seed(Seed::<T>::new())? {
            match item {
                Ok(item) => good.push(item),
                Err(bad) => {
                    let mut all: Vec<Value> = good.iter().map(Shape::to_value).collect();
                    all.push(bad);
                    while let Some(item) = list.next_element()? {
                        all.push(item);
                    }
                    return Ok(Err(Value::Array(all)));
                }
            }
        }
        Ok(Ok(good))
    }

    fn into_value(self) -> Value {
        self.into_iter().map(Shape::into_value).collect()
    }

    fn write(&self, out: &mut Vec<u8>) {
        push_list(out, self);
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn of(value: Value) -> Result<Self, Value> {
        let Value::Object(members) = value else {
            return Err(value);
        };
        let mut good = Self::new();
        let mut members = members.into_iter();
        while let Some((name, member)) = members.next() {
            match T::of(member) {
                Ok(member) => drop(good.insert(name, member)),
                Err(bad) => {
                    let known = good
                        .iter()
                        .map(|(name, one)| (name.clone(), one.to_value()));
                    let mut all: Map<String, Value> = known.collect();
                    all.insert(name, bad);
                    all.extend(members);
                    return Err(Value::Object(all));
                }
            }
        }
        Ok(good)
    }

    fn into_value(self) -> Value {
        let members = self.into_iter();
        Value::Object(
            members
                .map(|(name, one)| (name, one.into_value()))
                .collect(),
        )
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut members = Members::begin(out);
        for (name, value) in self {
            members.push(name, value);
        }
        members.end();
    }
}

/// A field of a noun: it may be left out.
pub(crate) trait Slot: Default {
    /// What is expected there.
    const EXPECTED: &'static str;

    /// Takes the next value of an object; gives back what has another shape.
    fn fill<'de, A: MapAccess<'de>>(&mut self, object: &mut A) -> Result<Option<Value>, A::Error>;

    /// Takes a value.
    fn fill_with(&mut self, value: Value) -> Option<Value>;

    /// The value, if it is there.
    fn into_slot_value(self) -> Option<Value>;

    /// Whether the member is there.
    fn is_there(&self) -> bool;

    /// Writes the member, if it is there; `key` is as [`key`] makes it.
    fn push_to(&self, members: &mut Members<'_>, key: &'static str);
}

impl<T: Shape> Slot for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn fill<'de, A: MapAccess<'de>>(&mut self, object: &mut A) -> Result<Option<Value>, A::Error> {
        Ok(match object.next_value_seed(Seed::<T>::new())? {
            Ok(value) => {
                *self = Some(value);
                None
            }
            Err(other) => Some(other),
        })
    }

    fn fill_with(&mut self, value: Value) -> Option<Value> {
        match T::of(value) {
            Ok(value) => {
                *self = Some(value);
                None
            }
            Err(other) => Some(other),
        }
    }

    fn into_slot_value(self) -> Option<Value> {
        self.map(Shape::into_value)
    }

    fn is_there(&self) -> bool {
        self.is_some()
    }

    fn push_to(&self, members: &mut Members<'_>, key: &'static str) {
        if let Some(value) = self {
            value.write(members.key(key));
        }
    }
}

/// A name that is known, as it is written: `"name":`. Most of what is written is such names.
macro_rules! key {
    ($name:expr) => {
        concat!("\"", $name, "\":")
    };
}
pub(crate) use key;

/// Writes an object member by member.
pub(crate) struct Members<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Members<'o> {
    pub(crate) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Begins a member of a known name; see [`key`].
    #[inline]
    pub(crate) fn key(&mut self, key: &'static str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.extend_from_slice(key.as_bytes());
        self.out
    }

    pub(crate) fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        push_str(self.out, name);
        self.out.push(b':');
        self.out
    }

    pub(crate) fn push(&mut self, name: &str, value: &impl Shape) {
        value.write(self.name(name));
    }

    pub(crate) fn rest(&mut self, rest: &Fields) {
        for (name, value) in rest {
            self.push(name, value);
        }
    }

    pub(crate) fn end(self) {
        self.out.push(b'}');
    }
}

/// Appends a list.
pub(crate) fn push_list<T: Shape>(out: &mut Vec<u8>, items: &[T]) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        item.write(out);
    }
    out.push(b']');
}

/// Appends any JSON value, members in the order in which they stand.
pub fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(truth) => truth.write(out),
        Value::String(text) => push_str(out, text),
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Array(items) => push_list(out, items),
        Value::Object(object) => {
            let mut members = Members::begin(out);
            for (name, value) in object {
                members.push(name, value);
            }
            members.end();
        }
    }
}

/// Makes a noun: a struct of fields that may be left out, with the rest of the members beside them.
///
/// Its `Debug` shows which fields are there and no value, since values may be victims'.
macro_rules! noun {
    ($(#[$about:meta])* $name:ident {
        $($(#[$said:meta])* $field:ident = $json:literal : $slot:ty;)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$said])* pub $field: $slot,)*
            /// Members without a field of their own, and those of another shape than theirs.
            pub rest: $crate::json::Fields,
        }

        impl $name {
            /// The members that have a field of their own, each with what is expected there.
            pub const MEMBERS: &'static [(&'static str, &'static str)] =
                &[$(($json, <$slot as $crate::json::shape::Slot>::EXPECTED),)*];

            /// Whether a member stands in its field and, with another shape, in `rest`.
            ///
            /// Both are written; as a value it has only one of them.
            pub fn has_twins(&self) -> bool {
                use $crate::json::shape::Slot as _;
                if !self.rest.is_empty() {
                    $(if self.$field.is_there() && self.rest.contains_key($json) {
                        return true;
                    })*
                }
                false
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let default = Self::default();
                let mut shown = f.debug_set();
                $(if self.$field != default.$field { shown.entry(&$json); })*
                shown.entries(self.rest.keys()).finish()
            }
        }

        impl $crate::json::Shape for $name {
            const EXPECTED: &'static str = "an object";

            fn of(value: serde_json::Value) -> Result<Self, serde_json::Value> {
                use $crate::json::shape::Slot as _;
                let serde_json::Value::Object(members) = value else { return Err(value) };
                let mut noun = Self::default();
                for (name, value) in members {
                    let other = match name.as_str() {
                        $($json => noun.$field.fill_with(value),)*
                        _ => Some(value),
                    };
                    if let Some(other) = other {
                        noun.rest.insert(name, other);
                    }
                }
                Ok(noun)
            }

            fn of_object<'de, A: serde::de::MapAccess<'de>>(
                mut object: A,
            ) -> Result<Result<Self, serde_json::Value>, A::Error> {
                use $crate::json::shape::Slot as _;
                let mut noun = Self::default();
                while let Some(name) = object.next_key_seed($crate::json::shape::Name)? {
                    let other = match &*name {
                        $($json => noun.$field.fill(&mut object)?,)*
                        _ => Some(object.next_value()?),
                    };
                    if let Some(other) = other {
                        noun.rest.insert(name.into_owned(), other);
                    }
                }
                Ok(Ok(noun))
            }

            fn into_value(self) -> serde_json::Value {
                use $crate::json::shape::Slot as _;
                // Most nouns have fewer: one allocation.
                let mut members = serde_json::Map::with_capacity(14);
                $(if let Some(value) = self.$field.into_slot_value() {
                    members.insert($json.to_owned(), value);
                })*
                members.extend(self.rest);
                serde_json::Value::Object(members)
            }

            fn write(&self, out: &mut Vec<u8>) {
                use $crate::json::shape::Slot as _;
                let mut members = $crate::json::shape::Members::begin(out);
                $(self.$field.push_to(&mut members, $crate::json::shape::key!($json));)*
                members.rest(&self.rest);
                members.end();
            }
        }
    };
}
pub(crate) use noun;

/// Reads one JSON value of a shape from bytes.
///
/// # Errors
/// What is wrong with the JSON, or that the value has another shape; without any text of the input.
pub fn read<T: Shape>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Seed::<T>::new()
        .deserialize(&mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| Malformed::of(&error))?;
    value.map_err(|_| Malformed::Shape {
        expected: T::EXPECTED,
    })
}

/// Bytes that are not the JSON that was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is no JSON.
    #[error("it is no JSON from line {line}, column {column} on{}", if *.cut { ": it ends too early" } else { "" })]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// Whether it ends too early.
        cut: bool,
    },
    /// It is JSON of another shape.
    #[error("{expected} was expected")]
    Shape {
        /// What was expected.
        expected: &'static str,
    },
}

impl Malformed {
    /// Where `serde_json` stopped. Its words are left out: they may quote the input.
    pub fn of(error: &serde_json::Error) -> Self {
        Self::Json {
            line: error.line(),
            column: error.column(),
            cut: error.is_eof(),
        }
    }
}

impl<T: Shape> Shape for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn of(value: Value) -> Result<Self, Value> {
        T::of(value).map(Self::new)
    }

    fn of_text(text: &str) -> Result<Self, Value> {
        T::of_text(text).map(Self::new)
    }

    fn of_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Result<Self, Value>, A::Error> {
        Ok(T::of_list(list)?.map(Self::new))
    }

    fn of_object<'de, A: MapAccess<'de>>(object: A) -> Result<Result<Self, Value>, A::Error> {
        Ok(T::of_object(object)?.map(Self::new))
    }

    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }

    fn into_value(self) -> Value {
        T::into_value(*self)
    }

    fn to_value(&self) -> Value {
        T::to_value(self)
    }
}
