//! JSON values in an arena.

use std::fmt;

use aidos_model::json::{TextIn, push_str};
use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::extract) enum Node<'a> {
    Null,
    Bool(bool),
    /// A number, as `serde_json` writes it.
    Number(&'a str),
    Text(&'a str),
    List(&'a [Node<'a>]),
    Object(&'a [(&'a str, Node<'a>)]),
}

/// Parses one value; the second part says whether a key stood twice in an object.
pub(in crate::extract) fn parse<'a>(text: &'a str, arena: &'a Bump) -> Option<(Node<'a>, bool)> {
    let mut doubled = false;
    let mut json = serde_json::Deserializer::from_str(text);
    let node = Seed {
        arena,
        doubled: &mut doubled,
    }
    .deserialize(&mut json)
    .ok()?;
    json.end().ok()?;
    Some((node, doubled))
}

impl<'a> Node<'a> {
    /// The values at a dotted path, in order: of nested objects, of keys that hold dots themselves, of
    /// all members of lists on the way; a number picks one member.
    pub(in crate::extract) fn each_at(self, path: &str, show: &mut dyn FnMut(Node<'a>)) {
        match self {
            Self::Object(members) => {
                let member = |key: &str| {
                    let mut found = members.iter().filter(|(name, _)| *name == key);
                    found.next_back().map(|(_, node)| *node)
                };
                if let Some(node) = member(path) {
                    show(node);
                    return;
                }
                for (dot, _) in path.match_indices('.') {
                    let (head, rest) = (path.get(..dot), path.get(dot + 1..));
                    if let (Some(head), Some(rest)) = (head, rest)
                        && let Some(node) = member(head)
                    {
                        node.each_at(rest, show);
                        return;
                    }
                }
            }
            Self::List(items) => {
                let (head, rest) = path.split_once('.').unwrap_or((path, ""));
                if let Ok(index) = head.parse::<usize>() {
                    if let Some(item) = items.get(index) {
                        if rest.is_empty() {
                            show(*item);
                        } else {
                            item.each_at(rest, show);
                        }
                    }
                    return;
                }
                for item in items {
                    item.each_at(path, show);
                }
            }
            _ => {}
        }
    }

    /// The text of a scalar.
    pub(in crate::extract) fn scalar(self) -> Option<&'a str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Appends compact JSON text.
    pub(in crate::extract) fn push(self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::Number(number) => out.extend_from_slice(number.as_bytes()),
            Self::Text(text) => push_str(out, text),
            Self::List(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.push(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                out.push(b'{');
                for (index, (key, node)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    push_str(out, key);
                    out.push(b':');
                    node.push(out);
                }
                out.push(b'}');
            }
        }
    }
}

/// The JSON text without blanks between its tokens; numbers, keys and escapes stay as they stand.
pub(in crate::extract) fn compact<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    let text = text.trim();
    let mut out = bumpalo::collections::String::new_in(arena);
    let mut in_text = false;
    let mut escaped = false;
    let mut start = 0;
    for (index, byte) in text.bytes().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
        } else if byte == b'"' {
            in_text = true;
        } else if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            out.push_str(text.get(start..index).unwrap_or_default());
            start = index + 1;
        }
    }
    if start == 0 {
        return text;
    }
    out.push_str(text.get(start..).unwrap_or_default());
    out.into_bump_str()
}

struct Seed<'a, 'd> {
    arena: &'a Bump,
    doubled: &'d mut bool,
}

impl<'a> DeserializeSeed<'a> for Seed<'a, '_> {
    type Value = Node<'a>;

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<Node<'a>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Seed<'a, '_> {
    type Value = Node<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'a>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'a>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'a>, E> {
        Ok(Node::Number(
            bumpalo::format!(in self.arena, "{}", value).into_bump_str(),
        ))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'a>, E> {
        Ok(Node::Number(
            bumpalo::format!(in self.arena, "{}", value).into_bump_str(),
        ))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'a>, E> {
        // The shortest text that reads back as the same number, so that stamps keep their digits.
        Ok(
            serde_json::Number::from_f64(value).map_or(Node::Null, |number| {
                Node::Number(bumpalo::format!(in self.arena, "{}", number).into_bump_str())
            }),
        )
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Node<'a>, E> {
        Ok(Node::Text(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'a>, E> {
        Ok(Node::Text(self.arena.alloc_str(text)))
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Node<'a>, A::Error> {
        let mut items = ArenaVec::new_in(self.arena);
        while let Some(item) = seq.next_element_seed(Seed {
            arena: self.arena,
            doubled: self.doubled,
        })? {
            items.push(item);
        }
        Ok(Node::List(items.into_bump_slice()))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Node<'a>, A::Error> {
        let mut members: ArenaVec<'a, (&'a str, Node<'a>)> = ArenaVec::new_in(self.arena);
        while let Some(key) = map.next_key_seed(TextIn(self.arena))? {
            let node = map.next_value_seed(Seed {
                arena: self.arena,
                doubled: self.doubled,
            })?;
            // Objects of logs are small; beyond that the search would cost more than it tells.
            if members.len() <= 64 && members.iter().any(|(name, _)| *name == key) {
                *self.doubled = true;
            }
            members.push((key, node));
        }
        Ok(Node::Object(members.into_bump_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str, path: &str) -> String {
        let arena = Bump::new();
        let (node, _) = parse(text, &arena).unwrap();
        let mut found = Vec::new();
        node.each_at(path, &mut |node| {
            let mut out = Vec::new();
            node.push(&mut out);
            found.push(String::from_utf8(out).unwrap());
        });
        found.join(" ")
    }

    #[test]
    fn paths_go_through_objects_dots_and_lists() {
        let text = r#"{"a":{"b":1.5},"id.orig_h":"x","l":[{"r":"p"},{"r":"q"},{"s":0}],"n":[7,8]}"#;
        assert_eq!(at(text, "a.b"), "1.5");
        assert_eq!(at(text, "id.orig_h"), "\"x\"");
        assert_eq!(at(text, "l.r"), "\"p\" \"q\"");
        assert_eq!(at(text, "l.1.r"), "\"q\"");
        assert_eq!(at(text, "n"), "[7,8]");
        assert_eq!(at(text, "n.1"), "8");
        assert_eq!(at(text, "a.c"), "");
    }

    #[test]
    fn stamps_keep_their_digits_and_doubles_are_seen() {
        assert_eq!(at(r#"{"ts":1591367999.305988}"#, "ts"), "1591367999.305988");
        let arena = Bump::new();
        let (node, doubled) = parse(r#"{"a":1,"a":2}"#, &arena).unwrap();
        assert!(doubled);
        let mut last = None;
        node.each_at("a", &mut |node| last = node.scalar());
        assert_eq!(last, Some("2"));
        assert!(parse("{\"a\":", &arena).is_none());
        assert!(parse(&"[".repeat(200), &arena).is_none());
    }

    proptest! {
        #[test]
        fn compact_text_is_the_same_value(keys in proptest::collection::vec("\\PC{0,6}", 0..4), value in "\\PC{0,8}") {
            let object: serde_json::Map<_, _> = keys.into_iter().map(|k| (k, value.clone().into())).collect();
            let value = serde_json::Value::Object(object);
            let arena = Bump::new();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(compact(&pretty, &arena), value.to_string());
        }
    }
}
