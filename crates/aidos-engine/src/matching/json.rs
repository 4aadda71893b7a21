//! Values of a JSON document as it streams by: each text with the word that says its type, where the document has one.
//!
//! STIX says it in `type` beside `value`, and in the path of a pattern; MISP in `type` beside `value` of an attribute. Texts
//! in other documents have none.

use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// Takes a text and the word of its type.
pub(super) type Take<'t> = dyn FnMut(Option<&str>, &str) + 't;

/// Walks one document.
pub(super) fn each(reader: &mut impl Read, take: &mut Take<'_>) -> Result<(), serde_json::Error> {
    let mut document = serde_json::Deserializer::from_reader(reader);
    let seed = Walk {
        take,
        depth: 0,
        word: None,
    };
    if let Some(text) = seed.deserialize(&mut document)? {
        take(None, &text);
    }
    document.end()
}

/// How deep documents may be: a MISP event within a response has eight.
const DEEPEST: usize = 64;

/// The largest text that can be a value.
const LONGEST: usize = 16 << 10;

/// A value of a document. A text is given back to who knows what it is; all else is walked.
struct Walk<'w, 't> {
    take: &'w mut Take<'t>,
    depth: usize,
    /// What texts in it are, where that is said further up.
    word: Option<&'static str>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((text.len() <= LONGEST).then(|| text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom("too deep"));
        }
        loop {
            let walk = Walk {
                take: &mut *self.take,
                depth: self.depth + 1,
                word: self.word,
            };
            match all.next_element_seed(walk)? {
                None => return Ok(None),
                Some(Some(text)) => (self.take)(self.word, &text),
                Some(None) => {}
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Self::Value, A::Error> {
        if self.depth == DEEPEST {
            return Err(A::Error::custom("too deep"));
        }
        let (mut kind, mut value, mut pattern) = (None, None, None);
        let mut others = Vec::new();
        while let Some(key) = all.next_key::<String>()? {
            let walk = Walk {
                take: &mut *self.take,
                depth: self.depth + 1,
                word: if key == "hashes" {
                    Some("hashes")
                } else {
                    self.word
                },
            };
            let Some(text) = all.next_value_seed(walk)? else {
                continue;
            };
            match key.as_str() {
                "type" => kind = Some(text),
                "value" => value = Some(text),
                "pattern" => pattern = Some(text),
                _ => others.push(text),
            }
        }
        let is_indicator = kind.as_deref() == Some("indicator");
        match (&kind, &value) {
            (Some(kind), Some(value)) => (self.take)(Some(kind), value),
            // A document of its own kind: whatever is text may be a value.
            (None, _) => others
                .iter()
                .chain(&value)
                .for_each(|text| (self.take)(self.word, text)),
            _ => {}
        }
        if let Some(pattern) = pattern.filter(|_| is_indicator) {
            compared(&pattern, self.take);
        }
        Ok(None)
    }
}

/// The texts that a STIX pattern compares with `=`, each with the type of the object that is looked at.
fn compared(pattern: &str, take: &mut Take<'_>) {
    let mut rest = pattern;
    // A quote within a text is escaped, as a backslash is. Source: STIX 2.1, section 9.
    while let Some((before, after)) = rest.split_once('\'') {
        let mut text = String::new();
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next() {
                Some((_, '\\')) => text.extend(letters.next().map(|(_, letter)| letter)),
                Some((at, '\'')) => break at,
                Some((_, letter)) => text.push(letter),
                None => return,
            }
        };
        let path = before.trim_end().strip_suffix('=').map(str::trim_end);
        // A part of the path itself can be quoted: file:hashes.'SHA-256' = '…'.
        if let Some(path) = path {
            let object = path.rsplit(['[', '(', ' ']).next().unwrap_or_default();
            let word = object.split(':').next().unwrap_or_default();
            let is_hash = object.contains("hashes") || before.trim_start().starts_with('=');
            take(Some(if is_hash { "hashes" } else { word }), &text);
        }
        rest = after.get(end + 1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(Option<String>, String)> {
        let mut all = Vec::new();
        each(&mut text.as_bytes(), &mut |word, value| {
            all.push((word.map(str::to_owned), value.to_owned()));
        })
        .unwrap();
        all
    }

    fn typed(word: &str, value: &str) -> (Option<String>, String) {
        (Some(word.to_owned()), value.to_owned())
    }

    #[test]
    fn stix_says_what_its_values_are() {
        let bundle = r#"{"type": "bundle", "id": "bundle--1", "objects": [
            {"value": "192.0.2.1", "id": "x", "type": "ipv4-addr"},
            {"type": "file", "hashes": {"MD5": "00", "SHA-256": "11"}, "name": "n"},
            {"type": "indicator", "pattern_type": "stix", "pattern":
             "[ipv4-addr:value = '198.51.100.7' AND network-traffic:dst_port = 22 OR url:value = 'http://x/\\'']"},
            {"type": "indicator", "pattern": "[file:hashes.'SHA-256' = '22'] AND [file:hashes.MD5 = '33']"},
            {"type": "identity", "name": "Jane"}]}"#;
        assert_eq!(
            values(bundle),
            [
                typed("ipv4-addr", "192.0.2.1"),
                typed("hashes", "00"),
                typed("hashes", "11"),
                typed("ipv4-addr", "198.51.100.7"),
                typed("url", "http://x/'"),
                typed("hashes", "22"),
                typed("hashes", "33"),
            ]
        );
    }

    #[test]
    fn misp_says_it_too_and_others_do_not() {
        let event = r#"{"response": [{"Event": {"info": "secret", "date": "2024-01-01", "Attribute": [
            {"type": "ip-dst|port", "category": "Network activity", "value": "192.0.2.9|80", "to_ids": true}],
            "Object": [{"name": "file", "Attribute": [{"value": "aa", "type": "md5"}]}]}}]}"#;
        let found = values(event);
        assert!(found.contains(&typed("ip-dst|port", "192.0.2.9|80")));
        assert!(found.contains(&typed("md5", "aa")));
        let plain = values(r#"{"data": [{"ip": "192.0.2.1", "n": 3}, "192.0.2.2"]}"#);
        assert_eq!(
            plain,
            [
                (None, "192.0.2.1".to_owned()),
                (None, "192.0.2.2".to_owned())
            ]
        );
        assert!(each(&mut "[".repeat(100).as_bytes(), &mut |_, _| ()).is_err());
        assert!(each(&mut &b"{} x"[..], &mut |_, _| ()).is_err());
    }
}
