//! MISP's habits of spelling.

use std::ops::{Deref, DerefMut};

use serde::de::MapAccess;
use serde_json::Value;

use crate::json::shape::{Members, Seed, Shape, Slot, push_list};
use crate::json::{push_i64, push_str};

/// A whole number, `5` or `"5"`.
///
/// Equal are two of the same number; how they are spelt does not count.
#[derive(Clone, Copy, Debug)]
pub struct Number {
    value: i64,
    quoted: bool,
}

impl Number {
    /// The number as MISP writes ids and times: quoted.
    pub const fn text(value: i64) -> Self {
        Self {
            value,
            quoted: true,
        }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.value
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self {
            value,
            quoted: false,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Number {}

impl Shape for Number {
    const EXPECTED: &'static str = "a whole number";

    fn of(value: Value) -> Result<Self, Value> {
        match &value {
            Value::Number(number) => number.as_i64().map(Self::from).ok_or(value),
            Value::String(text) => Self::of_text(text),
            _ => Err(value),
        }
    }

    fn of_text(text: &str) -> Result<Self, Value> {
        // `+5` and `007` are numbers, but would not be written so again.
        let plain = match text.strip_prefix('-').unwrap_or(text).as_bytes() {
            [b'0'] => !text.starts_with('-'),
            [b'1'..=b'9', ..] => true,
            _ => false,
        };
        match text.parse() {
            Ok(value) if plain => Ok(Self::text(value)),
            _ => Err(Value::from(text)),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        if self.quoted {
            out.push(b'"');
        }
        push_i64(out, self.value);
        if self.quoted {
            out.push(b'"');
        }
    }
}

/// True or false: `true`, `1` or `"1"`.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    value: bool,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Truth,
    Number,
    Text,
}

impl Flag {
    /// The truth.
    pub const fn get(self) -> bool {
        self.value
    }
}

impl From<bool> for Flag {
    fn from(value: bool) -> Self {
        Self {
            value,
            form: Form::Truth,
        }
    }
}

impl PartialEq for Flag {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Flag {}

impl Shape for Flag {
    const EXPECTED: &'static str = "true or false";

    fn of(value: Value) -> Result<Self, Value> {
        let (truth, form) = match &value {
            Value::Bool(truth) => (Some(*truth), Form::Truth),
            Value::Number(number) => (
                number.as_i64().and_then(|number| match number {
                    0 => Some(false),
                    1 => Some(true),
                    _ => None,
                }),
                Form::Number,
            ),
            Value::String(text) => (
                match text.as_str() {
                    "0" => Some(false),
                    "1" => Some(true),
                    _ => None,
                },
                Form::Text,
            ),
            _ => (None, Form::Truth),
        };
        truth.map(|value| Self { value, form }).ok_or(value)
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self.form {
            Form::Truth => self.value.write(out),
            Form::Number => push_i64(out, i64::from(self.value)),
            Form::Text => push_str(out, if self.value { "1" } else { "0" }),
        }
    }
}

/// A list, which MISP leaves out, writes as `null` or as `[]` where it is empty.
///
/// It is a `Vec` to those who use it. Equal are two of the same items.
#[derive(Clone)]
pub struct List<T> {
    items: Vec<T>,
    empty: Empty,
}

/// How an empty list is written.
#[derive(Clone, Copy)]
enum Empty {
    Absent,
    Null,
    List,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            empty: Empty::Absent,
        }
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self {
            items,
            empty: Empty::Absent,
        }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'l, T> IntoIterator for &'l List<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.items.fmt(f)
    }
}

impl<T> List<T> {
    /// A list without items, written as this one is where it has none.
    #[must_use]
    pub fn clone_empty(&self) -> Self {
        Self {
            items: Vec::new(),
            empty: self.empty,
        }
    }
}

impl<T: Shape> List<T> {
    fn take(&mut self, value: Result<Vec<T>, Value>) -> Option<Value> {
        match value {
            Ok(items) => {
                self.items = items;
                self.empty = Empty::List;
                None
            }
            Err(Value::Null) => {
                self.empty = Empty::Null;
                None
            }
            Err(other) => Some(other),
        }
    }
}

impl<T: Shape> Slot for List<T> {
    const EXPECTED: &'static str = "a list";

    fn fill<'de, A: MapAccess<'de>>(&mut self, object: &mut A) -> Result<Option<Value>, A::Error> {
        let value = object.next_value_seed(Seed::<Vec<T>>::new())?;
        Ok(self.take(value))
    }

    fn fill_with(&mut self, value: Value) -> Option<Value> {
        self.take(Vec::of(value))
    }

    fn into_slot_value(self) -> Option<Value> {
        match self.empty {
            Empty::Absent if self.items.is_empty() => None,
            Empty::Null if self.items.is_empty() => Some(Value::Null),
            _ => Some(self.items.into_value()),
        }
    }

    fn is_there(&self) -> bool {
        !(self.items.is_empty() && matches!(self.empty, Empty::Absent))
    }

    fn push_to(&self, members: &mut Members<'_>, key: &'static str) {
        match self.empty {
            Empty::Absent if self.items.is_empty() => {}
            Empty::Null if self.items.is_empty() => Value::Null.write(members.key(key)),
            _ => push_list(members.key(key), &self.items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spellings_come_back() {
        for value in [
            json!(5),
            json!("5"),
            json!(-3),
            json!("0"),
            json!("1700000000"),
        ] {
            assert_eq!(Number::of(value.clone()).unwrap().to_value(), value);
        }
        for value in [
            json!("05"),
            json!("+5"),
            json!("-0"),
            json!(""),
            json!(1.5),
            json!(null),
        ] {
            assert_eq!(Number::of(value.clone()), Err(value));
        }
        for value in [json!(true), json!(0), json!("1")] {
            assert_eq!(Flag::of(value.clone()).unwrap().to_value(), value);
        }
        for value in [json!("true"), json!(2), json!([])] {
            assert_eq!(Flag::of(value.clone()), Err(value));
        }
        assert_eq!(Number::from(5), Number::text(5));
    }
}
