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

mod scan;

use memchr::{memchr, memchr2, memchr3};

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
    for want in [b"\"", key.as_bytes(), b"\"", b":", b"["] {
        // No blanks inside the quotes.
        if want != key.as_bytes() || key.is_empty() {
            let blanks = rest.iter().take_while(|b| is_blank(**b)).count();
            if blanks > 4096 {
                return Some(false);
            }
            rest = rest.get(blanks..).unwrap_or_default();
        }
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

/// What is no object: a member of the wrapper, a scalar, or the rest of the line.
///
/// Looks no further than it takes, so that a long line of many small things is read once.
fn garbage(bytes: &[u8], last: bool, shape: &Shape, max: usize) -> Piece {
    let window = bytes.get(..max.saturating_add(1)).unwrap_or(bytes);
    let cut = bytes.len() > max;
    let last_here = last && window.len() == bytes.len();
    let at = |end, kind| Piece::At {
        end,
        kind,
        complete: true,
        depth: 0,
    };
    match token(window, last_here) {
        Token::Scalar(end) => return at(end, JsonKind::Garbage),
        Token::Name(colon) if matches!(shape, Shape::Wrapped { .. }) => {
            return wrapper_member(bytes, colon, last, max);
        }
        // The rest of a broken object that was laid out over lines.
        Token::Name(_) => {
            return match memchr(b'\n', window) {
                Some(end) => at(end, JsonKind::Garbage),
                None if cut => Piece::Oversize,
                None if last => at(bytes.len(), JsonKind::Garbage),
                None => Piece::More,
            };
        }
        Token::Neither => {}
        Token::More if cut => return Piece::Oversize,
        Token::More => return Piece::More,
    }
    // Up to the line end, or to an object behind something else, for example a syslog header.
    let mut from = 0;
    while let Some(found) = find(window, from, |rest| memchr2(b'{', b'\n', rest)) {
        if window.get(found) == Some(&b'\n') {
            return at(found, JsonKind::Garbage);
        }
        let before = window.get(..found).unwrap_or_default().trim_ascii_end();
        let is_value = before
            .strip_suffix(b":")
            .is_some_and(|b| b.trim_ascii_end().ends_with(b"\""));
        if !is_value && found > 0 {
            match opens_object(window, found, last_here) {
                Some(true) => return at(found, JsonKind::Garbage),
                Some(false) => {}
                None if cut => return Piece::Oversize,
                None => return Piece::More,
            }
        }
        from = found + 1;
    }
    match (cut, last_here) {
        (true, _) => Piece::Oversize,
        (false, true) => at(bytes.len(), JsonKind::Garbage),
        (false, false) => Piece::More,
    }
}

enum Token {
    /// A scalar that ends before this byte.
    Scalar(usize),
    /// A string followed by the colon at this byte.
    Name(usize),
    Neither,
    More,
}

/// The scalar or name at the front, if there is one.
fn token(bytes: &[u8], last: bool) -> Token {
    let end = if bytes.first() == Some(&b'"') {
        match string_end(bytes) {
            Ok(end) => Some(end),
            Err(true) => None,
            Err(false) if last => None,
            Err(false) => return Token::More,
        }
    } else {
        // Longer than any number or word that JSON knows: something else.
        let head = bytes.get(..64).unwrap_or(bytes);
        match head.iter().position(|b| is_separator(*b, true)) {
            Some(end) => is_word(head.get(..end).unwrap_or_default()).then_some(end),
            None if head.len() < 64 && !last => return Token::More,
            None => (head.len() < 64 && is_word(head)).then_some(head.len()),
        }
    };
    let Some(end) = end else {
        return Token::Neither;
    };
    let after = bytes.get(end..).unwrap_or_default();
    let blanks = after
        .iter()
        .take(4096)
        .take_while(|b| is_blank(**b) && **b != b'\n')
        .count();
    match after.get(blanks) {
        Some(b':') if bytes.first() == Some(&b'"') => Token::Name(end + blanks),
        Some(b',' | b']' | b'}' | b'\n') => Token::Scalar(end),
        // A string is one whatever follows; a word may be the first of many.
        Some(_) if bytes.first() == Some(&b'"') => Token::Scalar(end),
        Some(_) => Token::Neither,
        None if last => Token::Scalar(end),
        None => Token::More,
    }
}

fn is_word(word: &[u8]) -> bool {
    let number = word
        .first()
        .is_some_and(|b| b.is_ascii_digit() || *b == b'-')
        && word
            .iter()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(b));
    number || [b"true".as_slice(), b"false", b"null"].contains(&word)
}

/// After the closing quote of the string at the front; `Err` says whether its line ends first.
fn string_end(bytes: &[u8]) -> Result<usize, bool> {
    let mut at = 1;
    while let Some(found) = find(bytes, at, |rest| memchr3(b'"', b'\\', b'\n', rest)) {
        match bytes.get(found) {
            Some(b'"') => return Ok(found + 1),
            Some(b'\\') if bytes.get(found + 1) != Some(&b'\n') => at = found + 2,
            _ => return Err(true),
        }
    }
    Err(false)
}

/// A name of the wrapper, with its value unless that is an array (whose objects are records).
fn wrapper_member(bytes: &[u8], colon: usize, last: bool, max: usize) -> Piece {
    let piece = |end, complete| Piece::At {
        end,
        kind: JsonKind::Wrapper,
        complete,
        depth: 0,
    };
    let after = bytes.get(colon + 1..).unwrap_or_default();
    let Some(blanks) = after.iter().take(4096).position(|b| !is_blank(*b)) else {
        let known = last || after.len() >= 4096;
        return if known {
            piece(colon + 1, true)
        } else {
            Piece::More
        };
    };
    let value = colon + 1 + blanks;
    let rest = bytes.get(value..).unwrap_or_default();
    if rest.first() == Some(&b'{') {
        return match object(rest, last, max.saturating_sub(value)) {
            Piece::At { end, complete, .. } => piece(value + end, complete),
            other => other,
        };
    }
    if rest.first() == Some(&b'[') {
        // With its bracket, so that a further wrapper is known by its own text.
        return piece(value + 1, true);
    }
    let most = max.saturating_sub(value).saturating_add(1);
    let window = rest.get(..most).unwrap_or(rest);
    match value_end(window, last && window.len() == rest.len()) {
        Some(Some(end)) => piece(value + end, true),
        // Something that the next records tell.
        Some(None) => piece(colon + 1, true),
        None if bytes.len() > max => Piece::Oversize,
        None => Piece::More,
    }
}

/// The end of the string or word at the front, whatever follows it: `Some(None)` if there is none,
/// `None` if more text is needed.
fn value_end(bytes: &[u8], last: bool) -> Option<Option<usize>> {
    if bytes.first() == Some(&b'"') {
        return match string_end(bytes) {
            Ok(end) => Some(Some(end)),
            Err(broken) => (broken || last).then_some(None),
        };
    }
    let head = bytes.get(..64).unwrap_or(bytes);
    let end = head
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !b"+-.".contains(b));
    match end {
        Some(end) => Some(is_word(head.get(..end).unwrap_or_default()).then_some(end)),
        None if head.len() < 64 && !last => None,
        None => Some((head.len() < 64 && is_word(head)).then_some(head.len())),
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

mod oversize {
    use super::{Found, Scan, Shape, find};

    /// Follows a record that is too large to hold to where it ends.
    ///
    /// For an object this is its closing brace, the first line end after damage, or a line end before a
    /// `{` in the first column: there a new record starts, and this one was never closed.
    pub(crate) struct Skip {
        scan: Option<Scan>,
        seen: usize,
    }

    impl Skip {
        pub(crate) fn new(shape: &Shape, starts_object: bool) -> Self {
            let follow = starts_object && *shape != Shape::Lines;
            Self {
                scan: follow.then(Scan::default),
                seen: 0,
            }
        }

        /// Looks at the next piece: where the record ends in it, or `None` if it goes on.
        ///
        /// A line end is told together with the byte after it, so the last character of a piece is left
        /// for the next call unless `last`.
        pub(crate) fn end(&mut self, piece: &str, last: bool) -> (usize, bool) {
            let before_last = piece.char_indices().next_back().map_or(0, |(at, _)| at);
            let usable = if last { piece.len() } else { before_last };
            let piece = piece.as_bytes();
            let bytes = piece.get(..usable).unwrap_or_default();
            let line = super::memchr(b'\n', bytes);
            let Some(scan) = &mut self.scan else {
                return match line {
                    Some(end) => (end + 1, true),
                    None => (usable, last),
                };
            };
            let column = memchr::memmem::find(piece, b"\n{").map(|at| at + 1);
            let end = match scan.run(bytes, 0, self.seen) {
                Found::End(end) => Some(end),
                Found::Broken { at, .. } => {
                    // From here on only the line end counts.
                    self.scan = None;
                    find(bytes, at, |rest| super::memchr(b'\n', rest)).map(|found| found + 1)
                }
                Found::More => None,
            };
            let end = match (end, column) {
                (Some(end), Some(column)) => Some(end.min(column)),
                (end, column) => end.or(column),
            };
            self.seen += usable;
            match end {
                Some(end) => (end, true),
                None => (usable, last),
            }
        }
    }
}
