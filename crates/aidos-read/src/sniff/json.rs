//! How JSON is laid out.

use super::whole_lines;
use crate::{
    Shape,
    json::{ObjectEnd, object_end},
};

/// Names under which collections of events are known; for others the content must be clearer.
const KNOWN: [&str; 16] = [
    "events",
    "records",
    "data",
    "items",
    "results",
    "alerts",
    "logs",
    "hits",
    "rows",
    "entries",
    "values",
    "value",
    "messages",
    "incidents",
    "attacks",
    "detections",
];

/// The shape, if the text is JSON.
pub(super) fn shape(text: &str, whole: bool, extension: &str) -> Option<(Shape, String)> {
    let start = text.trim_start();
    let named = matches!(extension, "json" | "ndjson" | "jsonl" | "geojson");
    let found = |shape, why: &str| Some((shape, why.to_owned()));
    if let Some(inner) = start.strip_prefix('[') {
        let first = inner.trim_start().chars().next();
        // `[2024-05-01] …` and `[admin@router]` are log lines.
        let empty = first == Some(']') && inner.trim_start()[1..].trim().is_empty();
        if starts_object(inner.trim_start()) || empty || (named && first == Some('{')) {
            return found(Shape::Array, "an array of objects");
        }
        if named && first.is_none_or(|c| c == '"' || c == '[' || c.is_ascii_digit()) {
            return found(Shape::Array, "an array, named as JSON");
        }
    }
    if starts_object(start) {
        return Some(objects(start, whole));
    }
    // Something else first: a broken line, or a comment.
    let lines: Vec<_> = whole_lines(text, whole)
        .filter(|line| !line.trim().is_empty())
        .take(50)
        .collect();
    let good = lines
        .iter()
        .filter(|line| starts_object(line.trim_start()))
        .count();
    if good > 0 && (good * 2 > lines.len() || named) {
        return found(Shape::Lines, "most lines start an object");
    }
    None
}

/// `{` followed by a name or the end.
fn starts_object(text: &str) -> bool {
    text.strip_prefix('{').is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with(['"', '}'])
    })
}

/// The text starts with an object.
fn objects(text: &str, whole: bool) -> (Shape, String) {
    let end = object_end(text);
    let members = arrays_of_objects(text);
    let wrapped = |key: &str, why: &str| {
        (
            Shape::Wrapped {
                key: key.to_owned(),
            },
            format!("{why} under the name `{key}`"),
        )
    };
    match end {
        ObjectEnd::At(end) => {
            let rest = text.get(end..).unwrap_or_default();
            let more = starts_object(rest.trim_start_matches([' ', '\t', '\r', '\n', ',']));
            if more {
                // Events may hold arrays of objects, so only a known name in front makes wrappers.
                let first = members
                    .first()
                    .filter(|m| m.first && KNOWN.contains(&m.key.as_str()));
                if let Some(member) = first {
                    return wrapped(&member.key, "several objects, each with the events");
                }
            } else if let Some(member) = members.iter().find(|m| {
                let known = KNOWN.contains(&m.key.to_ascii_lowercase().as_str());
                known || (m.objects > 1 && m.len * 2 > end)
            }) {
                return wrapped(&member.key, "one object with the events");
            }
            // An object that fills its line, and a first line that is not laid out over many.
            if !text.get(..end).unwrap_or_default().contains('\n')
                && lines_hold_objects(text, whole)
            {
                return (Shape::Lines, "one object a line".to_owned());
            }
            (
                Shape::Concatenated,
                "objects one after the other".to_owned(),
            )
        }
        ObjectEnd::Beyond => {
            if let Some(member) = members.iter().max_by_key(|m| m.len) {
                return wrapped(&member.key, "one large object with the events");
            }
            (
                Shape::Concatenated,
                "an object that does not end in the head".to_owned(),
            )
        }
        ObjectEnd::Broken => {
            if lines_hold_objects(text, whole) {
                return (
                    Shape::Lines,
                    "one object a line, the first is broken".to_owned(),
                );
            }
            (
                Shape::Concatenated,
                "objects, the first is broken".to_owned(),
            )
        }
    }
}

/// Whether at least half of the lines start an object and none of them only a part of one.
fn lines_hold_objects(text: &str, whole: bool) -> bool {
    let lines: Vec<_> = whole_lines(text, whole)
        .filter(|line| !line.trim().is_empty())
        .take(200)
        .collect();
    if lines.is_empty() {
        return false;
    }
    let ends = |line: &&&str| matches!(object_end(line.trim_start()), ObjectEnd::At(_));
    let good = lines.iter().filter(ends).count();
    // One line that goes on past the head is no proof.
    good * 2 >= lines.len() && (whole || text.contains('\n'))
}

/// A member of the outermost object whose value is an array that starts with an object.
struct Member {
    key: String,
    /// Whether it is the first member.
    first: bool,
    /// Bytes from its `[` to its `]`, or to the end of the head.
    len: usize,
    /// Objects in it, directly.
    objects: usize,
}

/// Finds such members by following brackets and strings.
fn arrays_of_objects(text: &str) -> Vec<Member> {
    let bytes = text.as_bytes();
    let mut found: Vec<Member> = Vec::new();
    let mut open = None;
    let (mut depth, mut names) = (0usize, 0usize);
    let mut name = "";
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            b'"' => {
                let start = i + 1;
                i = start;
                while let Some(&b) = bytes.get(i) {
                    match b {
                        b'"' => break,
                        b'\\' => i += 2,
                        _ => i += 1,
                    }
                }
                let after = text.get(i + 1..).unwrap_or_default().trim_start();
                if depth == 1 && after.starts_with(':') {
                    name = text.get(start..i).unwrap_or_default();
                    names += 1;
                }
            }
            b'{' | b'[' => {
                depth += 1;
                let inner = text.get(i + 1..).unwrap_or_default().trim_start();
                if byte == b'[' && depth == 2 && starts_object(inner) && !name.is_empty() {
                    let first = names == 1;
                    open = Some(i);
                    found.push(Member {
                        key: name.to_owned(),
                        first,
                        len: 0,
                        objects: 0,
                    });
                } else if byte == b'{'
                    && depth == 3
                    && open.is_some()
                    && let Some(member) = found.last_mut()
                {
                    member.objects += 1;
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let (Some(start), Some(member)) = (open.take(), found.last_mut())
                {
                    member.len = i - start;
                }
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
        i += 1;
    }
    if let (Some(start), Some(member)) = (open, found.last_mut()) {
        member.len = bytes.len().saturating_sub(start);
    }
    found
}
