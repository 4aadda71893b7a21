//! Tables: RFC 4180 with its usual delimiters, with names of columns or without.

use aidos_model::Timestamp;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{Role, Sighted, Sightings, Spot};
use crate::indicator::scan;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What a column says of its rows.
#[derive(Clone, Copy)]
enum Column {
    Values(Role),
    Time,
    Context,
}

/// Whether the first lines are rows of one width.
pub(super) fn looks_like(head: &str) -> bool {
    let lines: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with('#'))
        .take(6)
        .collect();
    // The last line may be cut.
    let lines = if lines.len() > 2 {
        &lines[..lines.len() - 1]
    } else {
        &lines[..]
    };
    lines.len() >= 2
        && DELIMITERS.iter().any(|delimiter| {
            let width = |line: &&str| {
                let mut quoted = false;
                let bytes = line.bytes();
                let bare = bytes.filter(|byte| {
                    quoted ^= *byte == b'"';
                    !quoted && byte == delimiter
                });
                bare.count()
            };
            let first = width(&lines[0]);
            first > 0 && lines.iter().all(|line| width(line) == first)
        })
}

/// The delimiter that stands most often in the first line.
pub(crate) fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .find(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty())
        .unwrap_or_default();
    let count = |sign: u8| memchr::memchr_iter(sign, line).count();
    // The first of equals: a comma before a semicolon.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(b',')
}

pub(super) fn read(bytes: &[u8], seen: &mut Sightings) {
    let mut columns: Option<Vec<Column>> = None;
    each_row(bytes, delimiter(bytes), &mut |line, cells| {
        if columns.is_none() {
            let mut found = false;
            for cell in cells {
                scan(cell.as_bytes(), &mut |_| found = true);
            }
            // A row without a value is the names of the columns.
            let header = !found;
            columns = Some(
                cells
                    .iter()
                    .map(|cell| {
                        if header {
                            column(cell)
                        } else {
                            Column::Values(Role::Named)
                        }
                    })
                    .collect(),
            );
            if header {
                return;
            }
        }
        seen.rows += 1;
        let kinds = columns.as_deref().unwrap_or_default();
        let kind = |at: usize| {
            kinds
                .get(at)
                .copied()
                .unwrap_or(Column::Values(Role::Named))
        };
        let (mut time, mut context) = (None, None);
        for (at, cell) in cells.iter().enumerate() {
            match kind(at) {
                Column::Time => time = time.or_else(|| stamp(cell)),
                Column::Context if !cell.is_empty() => context = context.or(Some(cell.as_str())),
                _ => {}
            }
        }
        for (at, cell) in cells.iter().enumerate() {
            if let Column::Values(role) = kind(at) {
                scan(cell.as_bytes(), &mut |find| {
                    let watch = role != Role::Destination;
                    let sighted = Sighted::of(&find, role, Spot::Line(line), watch);
                    seen.add(sighted.at(time).about(context));
                });
            }
        }
    });
}

/// What a name of a column means.
fn column(name: &str) -> Column {
    let name = name.trim().to_ascii_lowercase();
    let words: Vec<&str> = name
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if has(&[
        "time",
        "date",
        "timestamp",
        "datetime",
        "seen",
        "when",
        "firstseen",
        "lastseen",
    ]) {
        Column::Time
    } else if has(&[
        "comment",
        "description",
        "note",
        "notes",
        "context",
        "threat",
        "malware",
        "signature",
        "tags",
        "reason",
    ]) {
        Column::Context
    } else if has(&["src", "source", "attacker", "srcip", "sourceip", "client"]) {
        Column::Values(Role::Source)
    } else if has(&[
        "dst",
        "dest",
        "destination",
        "target",
        "victim",
        "dstip",
        "destip",
        "server",
    ]) {
        Column::Values(Role::Destination)
    } else if has(&["from", "sender"]) {
        Column::Values(Role::Sender)
    } else if has(&["to", "recipient", "rcpt"]) {
        Column::Values(Role::Recipient)
    } else {
        Column::Values(Role::Named)
    }
}

/// RFC 3339, the same without an offset (read as UTC), a day, or seconds since 1970.
pub(crate) fn stamp(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let text = text.trim_end_matches(" UTC").trim_end_matches(" GMT");
    if text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_seconds(text.parse().ok()?);
    }
    Timestamp::parse(&format!("{text}Z")).or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
}

/// Calls for each row with the line it begins on; lines that begin with `#` are comments.
pub(crate) fn each_row(bytes: &[u8], delimiter: u8, each: &mut dyn FnMut(u64, &[String])) {
    let mut reader: Reader = ReaderBuilder::new().delimiter(delimiter).build();
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut text = vec![0; 64 << 10];
    let mut ends = vec![0; 64];
    let (mut written, mut ended) = (0, 0);
    let newlines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count() as u64;
    // Where the row begins, and where reading stands.
    let (mut first, mut line) = (1, 1);
    let mut fresh = true;
    loop {
        if fresh {
            // Here and not in the reader, which does not say on which line a row begins.
            while let Some(byte @ (b'#' | b'\n' | b'\r')) = rest.first() {
                let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
                let end = if *byte == b'#' { end } else { 1 };
                line += newlines(&rest[..end]);
                rest = &rest[end..];
            }
            (first, fresh) = (line, false);
        }
        let (result, read, wrote, fields) =
            reader.read_record(rest, &mut text[written..], &mut ends[ended..]);
        line += newlines(&rest[..read]);
        rest = &rest[read..];
        written += wrote;
        ended += fields;
        match result {
            ReadRecordResult::OutputFull => text.resize(text.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            // Nothing is left: the next turn ends the last row.
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::Record => {
                let mut from = 0;
                let cells: Vec<String> = ends[..ended]
                    .iter()
                    .map(|&end| {
                        let cell = String::from_utf8_lossy(&text[from..end]);
                        from = end;
                        cell.trim().to_owned()
                    })
                    .collect();
                (written, ended, fresh) = (0, 0, true);
                each(first, &cells);
            }
            ReadRecordResult::End => return,
        }
    }
}
