//! JSON texts into an arena.

use std::fmt;

use bumpalo::Bump;
use serde::de::{DeserializeSeed, Deserializer, Visitor};

/// Reads a JSON text or key, borrowed from the input where it has no escapes, else from the arena.
///
/// ```
/// # use aidos_model::json::TextIn;
/// # use serde::de::DeserializeSeed;
/// let arena = bumpalo::Bump::new();
/// let text = TextIn(&arena).deserialize(&mut serde_json::Deserializer::from_str(r#""a\u0062""#))?;
/// assert_eq!(text, "ab");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// When the value is no text.
#[derive(Clone, Copy, Debug)]
pub struct TextIn<'a>(
    /// Where texts with escapes live.
    pub &'a Bump,
);

impl<'a> DeserializeSeed<'a> for TextIn<'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<&'a str, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for TextIn<'a> {
    type Value = &'a str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<&'a str, E> {
        Ok(text)
    }

    fn visit_str<E>(self, text: &str) -> Result<&'a str, E> {
        Ok(self.0.alloc_str(text))
    }
}
