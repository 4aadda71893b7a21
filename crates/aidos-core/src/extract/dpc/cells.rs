//! Rows to cells: CSV with its accidents (RFC 4180 and what people make of it).

use std::borrow::Cow;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::columns::{Role, named};
use super::record::labelled;
use crate::clean::moment;
use crate::clean::stamp::{self, Stamp};

/// Splits a line at its commas; quoting is undone. The second answer is whether a quotation mark stood
/// alone and was read as a character.
pub(crate) fn split<'a>(line: &'a str, arena: &'a Bump) -> (Vec<&'a str>, bool) {
    let line = line
        .trim_start_matches('\u{feff}')
        .trim_end_matches(['\r', '\n']);
    let mut cells = Vec::new();
    let mut stray = false;
    let mut rest = line;
    loop {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let quoted = rest
            .get(blanks..)
            .filter(|text| text.starts_with('"') && !stray);
        let end = match quoted.map(closing_quote) {
            Some(Some(close)) => {
                let behind = blanks + close + 1;
                let tail = rest.get(behind..).unwrap_or_default();
                let end = memchr::memchr(b',', tail.as_bytes()).map(|comma| behind + comma);
                if rest
                    .get(behind..end.unwrap_or(rest.len()))
                    .unwrap_or_default()
                    .trim()
                    .is_empty()
                {
                    cells.push(unquote(
                        rest.get(blanks + 1..behind - 1).unwrap_or_default(),
                        arena,
                    ));
                } else {
                    // Quotation marks of the address, not of the cell: `"Doe, John" <j@x.org>`.
                    cells.push(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
                }
                end
            }
            found => {
                stray |= found.is_some();
                let end = memchr::memchr(b',', rest.as_bytes());
                cells.push(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
                end
            }
        };
        match end {
            Some(end) => rest = rest.get(end + 1..).unwrap_or_default(),
            None => return (cells, stray),
        }
    }
}

/// Where the quotation that opens the text closes; doubled marks are part of it.
fn closing_quote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

fn unquote<'a>(inner: &'a str, arena: &'a Bump) -> &'a str {
    if inner.contains('"') {
        arena.alloc_str(&inner.replace("\"\"", "\""))
    } else {
        inner
    }
}

/// The cells of a reader, borrowed from the row where they stand in it as such.
pub(super) fn borrow<'a>(cells: &[Cow<'_, str>], text: &'a str, arena: &'a Bump) -> Vec<&'a str> {
    let mut at = 0;
    cells
        .iter()
        .map(|cell| {
            let here = text
                .get(at..at + cell.len())
                .filter(|here| *here == cell.as_ref());
            at += cell.len() + 1;
            here.unwrap_or_else(|| arena.alloc_str(cell))
        })
        .collect()
}

/// Pushes a cell, quoted where a reader needs it.
pub(super) fn push_cell(out: &mut ArenaString<'_>, cell: &str) {
    let needs = cell
        .bytes()
        .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
        || cell.starts_with(' ')
        || cell.ends_with(' ');
    if !needs {
        return out.push_str(cell);
    }
    out.push('"');
    let mut parts = cell.split('"');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("\"\"");
        out.push_str(part);
    }
    out.push('"');
}

/// Whether a row is blank or a comment.
pub(super) fn says_nothing(cells: &[&str]) -> bool {
    let is_blank = |char: char| char.is_whitespace() || matches!(char, '\u{feff}' | '\u{0}');
    let first = cells
        .first()
        .map_or("", |cell| cell.trim_start_matches(is_blank));
    let is_comment = first.starts_with('#')
        && (!cells.iter().any(|cell| cell.contains('@')) || first.starts_with("# "));
    is_comment
        || cells
            .iter()
            .all(|cell| cell.trim_matches(is_blank).is_empty())
}

/// Whether a row names columns: one name that is known, and nothing that is no name.
pub(super) fn is_header(cells: &[&str]) -> bool {
    let mut known = false;
    for cell in cells {
        let name = cell.trim_matches(|char: char| {
            char.is_whitespace() || matches!(char, '\u{feff}' | '"' | '\'')
        });
        if name.is_empty() {
            continue;
        }
        let mut chars = name.chars();
        let starts = chars
            .next()
            .is_some_and(|char| char.is_alphabetic() || matches!(char, '_' | '@' | '#'));
        let is_name = starts
            && name.len() <= 40
            && chars.all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ' '));
        if !is_name {
            return false;
        }
        known |= matches!(
            named(name),
            Role::Stamp | Role::From | Role::To | Role::Address | Role::Subject
        );
    }
    known
}

/// Joins the cells of a quoted name that lost its quoting: `"Doe`, ` John" <j@x.org>`.
pub(super) fn join_names<'a>(cells: Vec<&'a str>, arena: &'a Bump) -> Vec<&'a str> {
    let is_odd =
        |cell: &str| cell.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 && is_open(cell);
    if !cells.iter().any(|cell| cell.contains('"')) {
        return cells;
    }
    let mut joined = Vec::with_capacity(cells.len());
    let mut rest = cells.as_slice();
    while let Some((cell, behind)) = rest.split_first() {
        rest = behind;
        // A name has few commas; further off the mark belongs to something else.
        let close = (is_odd(cell) && !cell.contains('@'))
            .then(|| behind.iter().take(3).position(|cell| is_odd(cell)))
            .flatten()
            .and_then(|close| behind.get(..=close));
        let Some(parts) = close.filter(|parts| parts.last().is_some_and(|cell| cell.contains('@')))
        else {
            joined.push(*cell);
            continue;
        };
        let mut name = ArenaString::from_str_in(cell, arena);
        for part in parts {
            name.push(',');
            name.push_str(part);
        }
        joined.push(name.into_bump_str());
        rest = behind.get(parts.len()..).unwrap_or_default();
    }
    joined
}

/// Splits rows that lost the line break between them, before each stamp that follows an address and is
/// followed by one.
pub(super) fn split_merged(cells: Vec<&str>) -> Vec<Vec<&str>> {
    let is_address = |cell: &&str| cell.contains('@') && is_open(cell);
    // Where the last address stands: no record begins behind it.
    let last = cells.iter().rposition(is_address).unwrap_or(0);
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut has_address = false;
    for (index, cell) in cells.into_iter().enumerate() {
        if !is_open(cell) {
            record.push(cell);
            continue;
        }
        let mut rest = cell;
        if has_address && index < last && is_stamp(rest) {
            records.push(std::mem::take(&mut record));
            has_address = false;
        }
        while let Some(at) = glued_stamp(rest)
            .filter(|&at| index < last || rest.get(at..).is_some_and(|behind| behind.contains('@')))
        {
            record.push(rest.get(..at).unwrap_or_default());
            records.push(std::mem::take(&mut record));
            has_address = false;
            rest = rest.get(at..).unwrap_or_default();
        }
        has_address |= rest.contains('@');
        record.push(rest);
    }
    records.push(record);
    records
}

/// Whether a cell may hold addresses: what calls itself text holds none, and no stamp of a record.
fn is_open(cell: &str) -> bool {
    !matches!(
        labelled(cell),
        Some(("text" | "ambiguous" | "subject" | "fields", _))
    )
}

/// Whether a cell of this text, among addresses, would begin a record of its own.
pub(super) fn begins_record(cell: &str) -> bool {
    is_stamp(cell) || glued_stamp(cell).is_some()
}

/// Whether the cell is a date and time, and nothing else.
fn is_stamp(cell: &str) -> bool {
    matches!(
        moment::read_whole(cell),
        Some(Stamp::Local(_) | Stamp::Offset(..) | Stamp::Yearless(_))
    )
}

/// Where a stamp stands behind an address without a comma: `a@x.org2023-03-07 10:38:04`.
///
/// No top-level domain ends in a digit or a slash, so the address ends where the stamp begins.
fn glued_stamp(cell: &str) -> Option<usize> {
    let bytes = cell.as_bytes();
    let at = memchr::memchr(b'@', bytes)?;
    let domain = at + 2;
    // Each such stamp has its colons behind the address.
    memchr::memchr(b':', bytes.get(domain..)?)?;
    (domain..bytes.len()).find(|&start| {
        let before = bytes.get(start - 1).copied().unwrap_or_default();
        let ahead = |len: usize| bytes.get(start + len).copied().unwrap_or_default();
        let is_candidate = match bytes.get(start) {
            Some(b'0'..=b'9') => {
                let edge =
                    before.is_ascii_alphabetic() || matches!(before, b' ' | b';' | b'|' | b'>');
                edge && (matches!(ahead(4), b'-' | b'/') || matches!(ahead(2), b'/'))
            }
            Some(byte) => byte.is_ascii_alphabetic() && ahead(3) == b'/',
            None => false,
        };
        is_candidate
            && cell
                .get(start..)
                .and_then(stamp::read)
                .is_some_and(|(stamp, _)| {
                    matches!(
                        stamp,
                        Stamp::Local(_) | Stamp::Offset(..) | Stamp::Yearless(_)
                    )
                })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_split_as_csv() {
        let arena = Bump::new();
        for (line, cells, stray) in [
            ("a,b,", vec!["a", "b", ""], false),
            ("a,\"b,c\",d", vec!["a", "b,c", "d"], false),
            ("a,\"b\"\"c\" ,d\r", vec!["a", "b\"c", "d"], false),
            (
                "a,\"Doe, John\" <j@x.org>,d",
                vec!["a", "\"Doe, John\" <j@x.org>", "d"],
                false,
            ),
            ("a,\"b,c", vec!["a", "\"b", "c"], true),
            ("", vec![""], false),
        ] {
            assert_eq!(split(line, &arena), (cells, stray), "{line}");
        }
    }

    #[test]
    fn merged_rows_are_split_where_a_stamp_begins() {
        let one = |cells: &[&str]| vec![cells.iter().map(|cell| (*cell).to_owned()).collect()];
        for (cells, records) in [
            (
                vec!["s", "a@x.org2023-03-07 10:38:04", "b@y.org"],
                vec![
                    vec!["s".into(), "a@x.org".into()],
                    vec!["2023-03-07 10:38:04".into(), "b@y.org".into()],
                ],
            ),
            (
                vec!["s", "a@x.orgMar/07/2023 10:38:04;b@y.org"],
                vec![
                    vec!["s".into(), "a@x.org".to_owned()],
                    vec!["Mar/07/2023 10:38:04;b@y.org".into()],
                ],
            ),
            (
                vec!["s", "a@x.org", "2023-03-07T10:38:04Z", "b@y.org"],
                vec![
                    vec!["s".into(), "a@x.org".into()],
                    vec!["2023-03-07T10:38:04Z".into(), "b@y.org".into()],
                ],
            ),
            // One digit too many, or nothing behind: nothing is split.
            (
                vec!["s", "a@x.org12023-03-07 10:38:04", "b@y.org"],
                one(&["s", "a@x.org12023-03-07 10:38:04", "b@y.org"]),
            ),
            (
                vec!["s", "a@x.org2023-03-07 10:38:04"],
                one(&["s", "a@x.org2023-03-07 10:38:04"]),
            ),
            (
                vec!["s", "2023-03-07 10:38:04", "b@y.org"],
                one(&["s", "2023-03-07 10:38:04", "b@y.org"]),
            ),
        ] {
            let found: Vec<Vec<String>> = split_merged(cells)
                .into_iter()
                .map(|record| record.into_iter().map(str::to_owned).collect())
                .collect();
            assert_eq!(found, records);
        }
    }

    #[test]
    fn names_that_lost_their_quoting_are_joined() {
        let arena = Bump::new();
        let cells = vec!["s", "\"Doe", " John\" <j@x.org>", "b@y.org"];
        assert_eq!(
            join_names(cells, &arena),
            ["s", "\"Doe, John\" <j@x.org>", "b@y.org"]
        );
    }

    proptest! {
        #[test]
        fn cells_read_back(cells in prop::collection::vec("[a@., \"';\\PC]{0,8}", 1..6)) {
            let arena = Bump::new();
            let mut line = ArenaString::new_in(&arena);
            for (index, cell) in cells.iter().enumerate() {
                if index > 0 {
                    line.push(',');
                }
                push_cell(&mut line, cell.trim_start_matches('\u{feff}'));
            }
            let (back, stray) = split(line.into_bump_str(), &arena);
            prop_assert!(!stray);
            prop_assert_eq!(back, cells.iter().map(|cell| cell.trim_start_matches('\u{feff}')).collect::<Vec<_>>());
        }
    }
}
