//! JSON events: where each begins and ends. Source: RFC 8259.
//!
//! This module frames; the values are parsed by the caller. The next record is a function of the text
//! that follows, with no state from before, so the records do not depend on where chunks were cut.
//! What is damaged is kept as text and ends as early as the damage can be told:
//!
//! - One value a line ([`Shape::Lines`]): a broken line ends with its line.
//! - Otherwise: a broken object ends at the next line end, or before the next `{"…` that follows a `}`,
//!   whichever comes first after the damage; reading goes on there.
//! - What is no object is garbage, a line at a time.

mod garbage;
mod oversize;
mod scan;

use garbage::garbage;
use memchr::memchr2;

use crate::{chunk::Chunk, csv::find, lines::first_line};
pub(crate) use oversize::Skip;
use scan::{Found, Scan, is_blank};

/// How the objects of a JSON file are laid out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One object a line (NDJSON, JSON Lines).
    Lines,
    /// `[{…}, {…}]`, on one line or many.
    Array,
    /// One object after the other, with or without blanks between, also over many lines.
    Concatenated,
    /// An object of which one member is the array of events: `{"total": 2, "events": [{…}, {…}]}`.
    Wrapped {
        /// The name of that member.
        key: String,
    },
}

/// What a [`JsonText`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// An object, whole or broken.
    Object,
    /// A scalar, or what is no JSON.
    Garbage,
    /// A part of the wrapper around the events: a name, with its value unless that is an array.
    Wrapper,
    /// A line with nothing on it ([`Shape::Lines`] only).
    Blank,
}

/// The text of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonText<'t> {
    /// Line on which it starts, from 1.
    pub line: u64,
    /// The text as it stands, without blanks around it.
    pub raw: &'t str,
    /// What it is.
    pub kind: JsonKind,
    /// Whether an object was closed. A truncated or broken one is not; `raw` then goes to the end of
    /// the text, or to where reading goes on.
    pub complete: bool,
    /// Whether it nests deeper than [`crate::Limits::json_depth`]; do not give it to a recursive parser.
    /// Told of complete objects only.
    pub too_deep: bool,
}

/// The JSON records of a chunk.
///
/// ```
/// # use aidos_read::{Chunks, Format, Item, Limits, json_values, sniff};
/// let text = br#"{"events":[{"a":1}, {"a":2}]}"#.as_slice();
/// let kind = sniff("events.json", text);
/// let Format::Json(shape) = &kind.format else { panic!("{}", kind.why) };
/// let mut chunks = Chunks::new(text, &kind, &Limits::default(), 1 << 20);
/// let Some(Item::Chunk(chunk)) = chunks.next()? else { panic!() };
/// let raw: Vec<_> = json_values(&chunk, shape).map(|value| value.raw).collect();
/// assert_eq!(raw, [r#""events":["#, r#"{"a":1}"#, r#"{"a":2}"#]);
/// # Ok::<(), aidos_read::ReadError>(())
/// ```
pub fn json_values<'t>(chunk: &'t Chunk, shape: &'t Shape) -> JsonValues<'t> {
    JsonValues {
        chunk,
        shape,
        at: 0,
        line: chunk.first_line,
        rest_of_line: None,
    }
}

/// Iterator of [`json_values`].
#[derive(Debug)]
pub struct JsonValues<'t> {
    chunk: &'t Chunk,
    shape: &'t Shape,
    at: usize,
    /// The line of `at`; while a line is worked on, the line after it.
    line: u64,
    /// What is left of the current line ([`Shape::Lines`]).
    rest_of_line: Option<&'t str>,
}

impl<'t> Iterator for JsonValues<'t> {
    type Item = JsonText<'t>;

    fn next(&mut self) -> Option<JsonText<'t>> {
        match self.shape {
            Shape::Lines => self.next_in_lines(),
            _ => self.next_in_text(),
        }
    }
}

impl<'t> JsonValues<'t> {
    fn next_in_lines(&mut self) -> Option<JsonText<'t>> {
        loop {
            if let Some(line) = self.rest_of_line.take()
                && let Next::Record(record) = next_record(line, true, self.shape, false, usize::MAX)
            {
                self.rest_of_line = line.get(record.end..);
                return Some(self.text(line, &record, self.line - 1));
            }
            let rest = self
                .chunk
                .text
                .get(self.at..)
                .filter(|rest| !rest.is_empty())?;
            let (line, after) = first_line(rest);
            self.at = self.chunk.text.len() - after.len();
            self.line += 1;
            if separators(line.as_bytes(), self.shape, false) < line.len() {
                self.rest_of_line = Some(line);
                continue;
            }
            // Every line is a row, also one that holds nothing, or the brackets of an array.
            let raw = line.trim_ascii();
            let kind = if raw.is_empty() {
                JsonKind::Blank
            } else {
                JsonKind::Wrapper
            };
            return Some(JsonText {
                line: self.line - 1,
                raw,
                kind,
                complete: true,
                too_deep: false,
            });
        }
    }

    fn next_in_text(&mut self) -> Option<JsonText<'t>> {
        let rest = self
            .chunk
            .text
            .get(self.at..)
            .filter(|rest| !rest.is_empty())?;
        let first = self.chunk.first && self.at == 0;
        match next_record(
            rest,
            true,
            self.shape,
            first,
            self.chunk.limits.record_bytes,
        ) {
            Next::Record(record) => {
                self.line += newlines(rest.get(..record.start));
                let text = self.text(rest, &record, self.line);
                self.line += newlines(rest.get(record.start..record.end));
                self.at += record.end;
                Some(text)
            }
            Next::Separators(_) | Next::More | Next::Oversize => None,
        }
    }

    fn text(&self, text: &'t str, record: &Record, line: u64) -> JsonText<'t> {
        let raw = text.get(record.start..record.end).unwrap_or_default();
        JsonText {
            line,
            raw: raw.trim_ascii_end(),
            kind: record.kind,
            complete: record.complete,
            too_deep: record.depth > self.chunk.limits.json_depth,
        }
    }
}

fn newlines(text: Option<&str>) -> u64 {
    memchr::memchr_iter(b'\n', text.unwrap_or_default().as_bytes()).count() as u64
}

/// A record found in some text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its first byte, after separators.
    pub(crate) start: usize,
    /// After its last byte.
    pub(crate) end: usize,
    kind: JsonKind,
    complete: bool,
    depth: u32,
}

/// What comes first in some text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Record(Record),
    /// Nothing but separators, so many bytes of them.
    Separators(usize),
    /// More text is needed to tell.
    More,
    /// A record above the largest size starts after the separators.
    Oversize,
}

fn is_separator(byte: u8, wrapped: bool) -> bool {
    is_blank(byte) || matches!(byte, b',' | b'[' | b']') || (wrapped && byte == b'}')
}

/// How many separators there are in front.
pub(crate) fn separators(bytes: &[u8], shape: &Shape, first: bool) -> usize {
    let wrapped = matches!(shape, Shape::Wrapped { .. });
    let count = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest
            .iter()
            .position(|b| !is_separator(*b, wrapped))
            .unwrap_or(rest.len())
    };
    let at = count(0);
    // The brace that opens the wrapper.
    if first && wrapped && bytes.get(at) == Some(&b'{') {
        count(at + 1)
    } else {
        at
    }
}

/// Finds the first record. `last` says that no more text follows, `first` that the leaf starts here.
#[inline]
pub(crate) fn next_record(text: &str, last: bool, shape: &Shape, first: bool, max: usize) -> Next {
    let bytes = text.as_bytes();
    let start = separators(bytes, shape, first);
    let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) else {
        return Next::Separators(start);
    };
    let found = if rest.starts_with(b"{") {
        match shape {
            Shape::Wrapped { key } => match opens_wrapper(rest, key, last) {
                Some(true) => return reopened(start, shape, text, last, max),
                Some(false) => object(rest, last, max),
                None => Piece::More,
            },
            _ => object(rest, last, max),
        }
    } else {
        garbage(rest, last, shape, max)
    };
    match found {
        Piece::At {
            end,
            kind,
            complete,
            depth,
        } => Next::Record(Record {
            start,
            end: start + end,
            kind,
            complete,
            depth,
        }),
        Piece::More => Next::More,
        Piece::Oversize => Next::Oversize,
    }
}

/// A further wrapper of the same kind in the same file: its brace is a separator too.
fn reopened(brace: usize, shape: &Shape, text: &str, last: bool, max: usize) -> Next {
    let after = brace + 1;
    // The name follows, so this does not open again.
    match next_record(
        text.get(after..).unwrap_or_default(),
        last,
        shape,
        false,
        max,
    ) {
        Next::Record(record) => Next::Record(Record {
            start: record.start + after,
            end: record.end + after,
            ..record
        }),
        other => other,
    }
}

/// Whether an object starts with the wrapper's name and an array; `None` if more text is needed.
fn opens_wrapper(bytes: &[u8], key: &str, last: bool) -> Option<bool> {
    let mut rest = bytes.get(1..).unwrap_or_default();
    for (want, may_pass) in [
        (b"\"".as_slice(), is_blank as fn(u8) -> bool),
        // No blanks inside the quotes.
        (key.as_bytes(), |_| false),
        (b"\"", |_| false),
        // A name that its line end parts from the colon is a scalar, which ends there: what is said here
        // must not hang on what follows that record.
        (b":", |byte| is_blank(byte) && byte != b'\n'),
        (b"[", is_blank),
    ] {
        let blanks = rest.iter().take_while(|byte| may_pass(**byte)).count();
        if blanks > 4096 {
            return Some(false);
        }
        rest = rest.get(blanks..).unwrap_or_default();
        if rest.len() < want.len() {
            return if last || !want.starts_with(rest) {
                Some(false)
            } else {
                None
            };
        }
        match rest.strip_prefix(want) {
            Some(after) => rest = after,
            None => return Some(false),
        }
    }
    Some(true)
}

enum Piece {
    At {
        end: usize,
        kind: JsonKind,
        complete: bool,
        depth: u32,
    },
    More,
    Oversize,
}

/// The object at the front, whole or broken.
///
/// Looks at one byte more than the largest record, never further, so that the answer does not depend
/// on how much text happens to be there.
#[inline]
fn object(bytes: &[u8], last: bool, max: usize) -> Piece {
    let (window, last_here, cut) = match bytes.get(..max.saturating_add(1)) {
        Some(window) if window.len() < bytes.len() => (window, false, true),
        _ => (bytes, last, bytes.len() > max),
    };
    let mut scan = Scan::default();
    let broken = |end| Piece::At {
        end,
        kind: JsonKind::Object,
        complete: false,
        depth: 0,
    };
    let found = match scan.run(window, 0, 0) {
        Found::End(end) if end <= max => {
            let depth = scan.deepest();
            return Piece::At {
                end,
                kind: JsonKind::Object,
                complete: true,
                depth,
            };
        }
        Found::End(_) => return Piece::Oversize,
        Found::Broken { from, .. } => resume(window, from, last_here),
        Found::More if !last_here => None,
        // As if it were damaged, because the damage may lie just behind the end of this chunk.
        Found::More => match scan.doubtful() {
            Some(from) => resume(window, from, true),
            None => Some(window.len()),
        },
    };
    match found {
        Some(end) if end <= max => broken(end),
        Some(_) => Piece::Oversize,
        None if cut => Piece::Oversize,
        None => Piece::More,
    }
}

/// Where reading goes on after damage at `at`: at the next line, or at a `{` that opens an object
/// after a `}`, or at the damage itself if that is such a `{`.
fn resume(bytes: &[u8], at: usize, last: bool) -> Option<usize> {
    let mut from = at.max(1);
    loop {
        let Some(found) = find(bytes, from, |rest| memchr2(b'{', b'\n', rest)) else {
            return last.then_some(bytes.len());
        };
        if bytes.get(found) == Some(&b'\n') {
            return Some(found + 1);
        }
        let before = bytes.get(..found).unwrap_or_default().iter().rev();
        let follows = before
            .take(64)
            .find(|b| !is_blank(**b) && **b != b',')
            .is_none_or(|b| *b == b'}')
            || found == at;
        match (follows, opens_object(bytes, found, last)) {
            (true, Some(true)) => return Some(found),
            (true, None) => return None,
            _ => from = found + 1,
        }
    }
}

/// Whether `{` at this place is followed by a name or `}`; `None` if more text is needed.
fn opens_object(bytes: &[u8], brace: usize, last: bool) -> Option<bool> {
    let after = bytes.get(brace + 1..).unwrap_or_default();
    match after.iter().take(4096).find(|b| !is_blank(**b)) {
        Some(byte) => Some(matches!(byte, b'"' | b'}')),
        None if last || after.len() >= 4096 => Some(false),
        None => None,
    }
}

/// Where the object at the front of a head ends; for [`crate::sniff()`].
pub(crate) enum ObjectEnd {
    At(usize),
    Broken,
    Beyond,
}

/// Follows the object at the front of `text`.
pub(crate) fn object_end(text: &str) -> ObjectEnd {
    if !text.starts_with('{') {
        return ObjectEnd::Broken;
    }
    match Scan::default().run(text.as_bytes(), 0, 0) {
        Found::End(end) => ObjectEnd::At(end),
        Found::Broken { .. } => ObjectEnd::Broken,
        Found::More => ObjectEnd::Beyond,
    }
}
