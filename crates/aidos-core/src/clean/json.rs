//! JSON text as evidence: read strictly, repaired where that fails, written compactly (RFC 8259).
//!
//! Values are kept as the text they were written in, so that numbers beyond a machine's and unknown
//! members survive as they stand.

mod repair;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

pub use repair::{Fix, Repaired, TooDeep, repair};

/// The members of a strict JSON object, in order: key unescaped, value as it stands.
///
/// Keys without escapes are borrowed. Repeated keys come as often as they stand.
pub fn members<'a>(
    json: &'a str,
    arena: &'a Bump,
    take: &mut dyn FnMut(&'a str, &'a str),
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    Members { arena, take }.deserialize(&mut reader)?;
    reader.end()
}

struct Members<'a, 't> {
    arena: &'a Bump,
    take: &'t mut dyn FnMut(&'a str, &'a str),
}

impl<'a> DeserializeSeed<'a> for Members<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Members<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key(self.arena))? {
            let value: &'a RawValue = map.next_value()?;
            (self.take)(key, value.get());
        }
        Ok(())
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(&'a Bump);

impl<'a> DeserializeSeed<'a> for Key<'a> {
    type Value = &'a str;

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<&'a str, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key<'a> {
    type Value = &'a str;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'a str) -> Result<&'a str, E> {
        Ok(key)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<&'a str, E> {
        Ok(self.0.alloc_str(key))
    }
}

/// A list of one scalar, which says no more than the scalar.
pub fn only_element(json: &str) -> Option<&str> {
    let mut elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let only = elements.pop()?.get();
    (elements.is_empty() && !only.starts_with(['[', '{'])).then_some(only)
}

/// The text of a JSON string, without its quotation marks and escapes.
///
/// `json` is a valid string. A half of a surrogate pair stands for no character: it comes out as U+FFFD,
/// and the second answer is true.
///
/// ```
/// # let arena = bumpalo::Bump::new();
/// assert_eq!(aidos_core::clean::json::unquote(r#""a\u00e9\n""#, &arena), ("a\u{e9}\n", false));
/// ```
pub fn unquote<'a>(json: &'a str, arena: &'a Bump) -> (&'a str, bool) {
    let inner = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'))
        .unwrap_or(json);
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return (inner, false);
    }
    let mut out = ArenaString::with_capacity_in(inner.len(), arena);
    let lost = push_unescaped(&mut out, inner);
    (out.into_bump_str(), lost)
}

fn push_unescaped(out: &mut ArenaString<'_>, inner: &str) -> bool {
    let mut lost = false;
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let (char, len) = match escape.as_bytes().get(1) {
            Some(b'n') => ('\n', 2),
            Some(b't') => ('\t', 2),
            Some(b'r') => ('\r', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'u') => match unicode(escape) {
                Some(found) => found,
                None => {
                    lost = true;
                    ('\u{fffd}', 6)
                }
            },
            Some(&byte) if byte.is_ascii() => (char::from(byte), 2),
            _ => ('\\', 1),
        };
        out.push(char);
        rest = escape.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    lost
}

/// `\uXXXX`, or two of them that make a character beyond the first plane.
fn unicode(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = escape.get(at..at + 6)?.strip_prefix("\\u")?;
        digits
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let high = unit(0)?;
    if let Some(char) = char::from_u32(high) {
        return Some((char, 6));
    }
    let low = unit(6).filter(|low| (0xdc00..0xe000).contains(low))?;
    let char = (0xd800..0xdc00)
        .contains(&high)
        .then(|| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)))?;
    char.map(|char| (char, 12))
}

/// Pushes a text as a JSON string; control characters, DEL among them, come out escaped.
pub fn push_quoted(out: &mut ArenaString<'_>, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// Pushes a text escaped for a JSON string, without quotation marks.
pub fn push_escaped(out: &mut ArenaString<'_>, text: &str) {
    let mut start = 0;
    for (index, &byte) in text.as_bytes().iter().enumerate() {
        if !(byte < 0x20 || byte == b'"' || byte == b'\\' || byte == 0x7f) {
            continue;
        }
        out.push_str(text.get(start..index).unwrap_or_default());
        start = index + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                for digit in aidos_model::json::hex(&[byte]) {
                    out.push(char::from(digit));
                }
            }
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
}

/// Pushes a valid JSON value without blanks, its strings escaped in our one way.
///
/// Numbers stay as they are written. Returns whether half a surrogate pair was replaced by U+FFFD.
pub fn push_compact(out: &mut ArenaString<'_>, json: &str, arena: &Bump) -> bool {
    let mut lost = false;
    let mut rest = json.trim_ascii();
    while let Some(&first) = rest.as_bytes().first() {
        if first == b'"' {
            let len = string_len(rest);
            let (string, behind) = rest.split_at(len);
            lost |= push_string(out, string, arena);
            rest = behind;
            continue;
        }
        let end = rest.bytes().position(|byte| byte == b'"').unwrap_or(rest.len());
        let (plain, behind) = rest.split_at(end);
        for part in plain.split_ascii_whitespace() {
            out.push_str(part);
        }
        rest = behind;
    }
    lost
}

fn push_string(out: &mut ArenaString<'_>, string: &str, arena: &Bump) -> bool {
    if memchr::memchr2(b'\\', 0x7f, string.as_bytes()).is_none() {
        out.push_str(string);
        return false;
    }
    let string = arena.alloc_str(string);
    let (text, lost) = unquote(string, arena);
    push_quoted(out, text);
    lost
}

/// The length of the JSON string at the start of the text, with its quotation marks.
fn string_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        let found = at + step;
        if bytes.get(found) == Some(&b'"') {
            return found + 1;
        }
        at = found + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// JSON of every kind, with escapes of every kind.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("-1.50e+3".to_owned()),
            Just("12345678901234567890123".to_owned()),
            "\\PC{0,8}|[\\x00-\\x7f]{0,8}"
                .prop_map(|text| serde_json::to_string(&text).unwrap()),
            Just(r#""\ud83d\ude00\/\u0041\u007f""#.to_owned()),
            Just("\"\u{7f} raw\"".to_owned()),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|list| format!("[ {} ]", list.join(" ,\t"))),
                prop::collection::vec(("[a-z \\\\\"]{0,3}", inner), 0..4).prop_map(|members| {
                    let members: Vec<_> = members
                        .iter()
                        .map(|(key, value)| {
                            format!("{} : {value}", serde_json::to_string(key).unwrap())
                        })
                        .collect();
                    format!("{{{}\n}}", members.join(", "))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn compact_text_is_the_same_value(json in json()) {
            let arena = Bump::new();
            let mut once = ArenaString::new_in(&arena);
            prop_assert!(!push_compact(&mut once, &json, &arena));
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            prop_assert_eq!(value(&once), value(&json));
            prop_assert!(!once.bytes().any(|byte| byte == 0x7f));
            let mut twice = ArenaString::new_in(&arena);
            push_compact(&mut twice, &once, &arena);
            prop_assert_eq!(once, twice);
        }

        #[test]
        fn text_reads_back(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let arena = Bump::new();
            let mut quoted = ArenaString::new_in(&arena);
            push_quoted(&mut quoted, &text);
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text.clone());
            prop_assert_eq!(unquote(quoted.into_bump_str(), &arena), (text.as_str(), false));
        }

        #[test]
        fn any_escape_is_read_as_serde_reads_it(units in prop::collection::vec(any::<u16>(), 1..4)) {
            use std::fmt::Write;
            let mut text = String::from("\"");
            for unit in units {
                write!(text, "\\u{unit:04x}").unwrap();
            }
            text.push('"');
            let arena = Bump::new();
            let (ours, lost) = unquote(&text, &arena);
            match serde_json::from_str::<String>(&text) {
                Ok(theirs) => prop_assert_eq!((ours, lost), (theirs.as_str(), false)),
                Err(_) => prop_assert!(lost && ours.contains(char::REPLACEMENT_CHARACTER)),
            }
        }
    }

    #[test]
    fn one_element_is_its_value() {
        assert_eq!(only_element("[ \"a\" ]"), Some("\"a\""));
        for json in ["[]", "[1,2]", "[[1]]", "[{}]"] {
            assert_eq!(only_element(json), None, "{json}");
        }
    }
}
