//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use std::io::{Cursor, Read};

use crate::{
    Archive, Chunks, Dialect, Encoding, Format, Item, Limits, Numbering, Quoting, ReadError, Shape,
    Sniff, Verdict, Workbook, csv_records, json_values, lines, sniff,
};

/// One record of a leaf, in a form that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its line.
    pub line: u64,
    /// Its text, or the head of an oversize one.
    pub text: String,
    /// What else is known of it.
    pub facts: String,
}

/// Everything that reading a leaf gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The records in order.
    pub records: Vec<Seen>,
    /// The texts of all chunks; oversize records are left out.
    pub text: String,
    /// Bytes of text in oversize records, without their line ends.
    pub oversize: u64,
    /// The invalid bytes: place in the leaf's text, bytes. Empty where a record was oversize.
    pub invalid: Vec<(u64, Vec<u8>)>,
    /// Where the last chunk ended, in bytes of the leaf, if no record was oversize.
    pub end: Option<u64>,
}

/// Gives few bytes at a time, as pipes do.
struct Trickle<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let n = self.size.min(room.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(n);
        room.iter_mut()
            .zip(now)
            .for_each(|(slot, byte)| *slot = *byte);
        self.bytes = later;
        Ok(n)
    }
}

/// Reads a whole leaf in chunks of `chunk_size`, from reads of `read_size`.
///
/// # Panics
///
/// If a chunk breaks a promise: it is empty, too large, or wrongly numbered.
pub fn leaf(
    bytes: &[u8],
    kind: &Sniff,
    limits: &Limits,
    chunk_size: usize,
    read_size: usize,
) -> Leaf {
    let reader = Trickle {
        bytes,
        size: read_size.max(1),
    };
    let mut chunks = Chunks::new(reader, kind, limits, chunk_size);
    let mut found = Leaf {
        records: Vec::new(),
        text: String::new(),
        oversize: 0,
        invalid: Vec::new(),
        end: Some(0),
    };
    let mut line = 1;
    while let Some(item) = chunks
        .next()
        .unwrap_or_else(|e| panic!("memory does not fail: {e}"))
    {
        match item {
            Item::Chunk(chunk) => {
                assert!(!chunk.text.is_empty(), "an empty chunk");
                let most = chunk_size.max(limits.record_bytes) + limits.record_bytes + 64;
                assert!(
                    chunk.text.len() <= most,
                    "a chunk of {} bytes",
                    chunk.text.len()
                );
                assert!(chunk.first_line >= line, "lines go back");
                line = chunk.first_line + chunk.text.matches('\n').count() as u64;
                for invalid in &chunk.invalid {
                    let at = invalid.offset_in_chunk;
                    let here = chunk.text.get(at as usize..).unwrap_or_default();
                    assert!(here.starts_with('\u{FFFD}'), "no replacement at {at}");
                    let place = found.text.len() as u64 + u64::from(at);
                    found.invalid.push((place, invalid.bytes().to_vec()));
                }
                let len = chunk.encoding.encoded_len(&chunk.text, &chunk.invalid);
                found.end = found.end.map(|_| chunk.offset + len);
                found.records.extend(split(&chunk, &kind.format));
                found.text.push_str(&chunk.text);
                chunks.recycle(chunk.text);
            }
            Item::Oversize(record) => {
                found.end = None;
                found.oversize += record.len;
                found.records.push(Seen {
                    line: record.line,
                    text: String::from_utf8_lossy(&record.head).into_owned(),
                    facts: format!("oversize {} {:?}", record.len, record.sha256),
                });
            }
        }
    }
    assert!(
        chunks.next().is_ok_and(|item| item.is_none()),
        "something after the end"
    );
    if found.end.is_none() {
        found.invalid.clear();
    }
    found
}

fn split(chunk: &crate::Chunk, format: &Format) -> Vec<Seen> {
    let mut fields = Vec::new();
    match format {
        Format::Csv(dialect) => csv_records(chunk, dialect)
            .map(|record| {
                let whole = record.fields(&mut fields);
                let repaired = record.quote_repaired;
                Seen {
                    line: record.line,
                    text: record.raw.to_owned(),
                    facts: format!("{fields:?} {whole} {repaired} {}", record.header),
                }
            })
            .collect(),
        Format::Json(shape) => json_values(chunk, shape)
            .map(|value| Seen {
                line: value.line,
                text: value.raw.to_owned(),
                facts: format!("{:?} {} {}", value.kind, value.complete, value.too_deep),
            })
            .collect(),
        _ => lines(chunk)
            .map(|(line, text)| Seen {
                line,
                text: text.to_owned(),
                facts: String::new(),
            })
            .collect(),
    }
}

/// Reads a leaf in several ways and demands the same records each time.
///
/// # Panics
///
/// If the records depend on the sizes of chunks or reads, or if text was lost.
pub fn same_records(bytes: &[u8], kind: &Sniff, limits: &Limits) -> Leaf {
    same_records_at(bytes, kind, limits, &CUTS)
}

/// Sizes of chunks and of reads.
pub type Cut = (usize, usize);

/// The cuts that tests try.
const CUTS: [Cut; 5] = [(1, 3), (64, 7), (64, 1 << 20), (1000, 13), (65_536, 100)];

/// One of the cuts, picked by the bytes: a fuzzer finds the other ones by other bytes, and runs faster.
pub fn one_cut(bytes: &[u8]) -> &'static [Cut] {
    let at = bytes.len() % CUTS.len();
    CUTS.get(at..=at).unwrap_or_default()
}

fn same_records_at(bytes: &[u8], kind: &Sniff, limits: &Limits, cuts: &[Cut]) -> Leaf {
    let whole = leaf(bytes, kind, limits, 1 << 20, 1 << 20);
    for &(chunk_size, read_size) in cuts {
        let cut = leaf(bytes, kind, limits, chunk_size, read_size);
        assert_eq!(
            whole.records, cut.records,
            "chunks of {chunk_size}, reads of {read_size}"
        );
        assert_eq!(
            whole.invalid, cut.invalid,
            "chunks of {chunk_size}, reads of {read_size}"
        );
        assert_eq!((&whole.text, whole.end), (&cut.text, cut.end));
    }
    if kind.encoding.is_utf8() && whole.invalid.is_empty() && whole.end.is_some() {
        let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if std::str::from_utf8(body).is_ok() {
            assert_eq!(whole.text.as_bytes(), body, "text was lost");
            assert!(
                body.is_empty() || whole.end == Some(bytes.len() as u64),
                "offsets are wrong"
            );
        }
    }
    conserved(&whole);
    whole
}

/// Every byte of text that is no blank or separator belongs to a record, in order.
fn conserved(leaf: &Leaf) {
    let mut rest = leaf.text.as_str();
    for record in leaf
        .records
        .iter()
        .filter(|r| !r.facts.starts_with("oversize"))
    {
        let Some((before, after)) = rest.split_once(record.text.as_str()) else {
            panic!("a record is not in the text");
        };
        assert!(
            before.bytes().all(is_gap),
            "lost between records: {before:?}"
        );
        rest = after;
    }
    assert!(rest.bytes().all(is_gap), "lost at the end: {rest:?}");
}

/// Line ends, and what stands between JSON objects.
fn is_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | b',' | b'[' | b']' | b'{' | b'}'
    )
}

fn small() -> Limits {
    Limits {
        record_bytes: 300,
        json_depth: 8,
        csv_fields: 6,
        ..Limits::default()
    }
}

fn as_leaf(format: Format) -> Sniff {
    let encoding = Encoding::utf8(false);
    Sniff {
        format,
        encoding,
        had_bom: false,
        why: String::new(),
    }
}

/// Text in any encoding.
pub fn text(bytes: &[u8]) {
    text_at(bytes, &CUTS);
}

/// The same, cut in these ways only.
pub fn text_at(bytes: &[u8], cuts: &[Cut]) {
    let found = sniff("a.log", bytes);
    same_records_at(
        bytes,
        &Sniff {
            format: Format::Text,
            ..found
        },
        &small(),
        cuts,
    );
    same_records_at(bytes, &as_leaf(Format::Text), &Limits::default(), cuts);
}

/// CSV, with what the sniffer says and with every delimiter.
pub fn csv(bytes: &[u8]) {
    csv_at(bytes, &CUTS);
}

/// The same, cut in these ways only.
pub fn csv_at(bytes: &[u8], cuts: &[Cut]) {
    let found = sniff("a.csv", bytes);
    if let Format::Csv(_) = found.format {
        same_records_at(bytes, &found, &small(), cuts);
    }
    for delimiter in [b',', b';', b'\t'] {
        for quoting in [Quoting::Repair, Quoting::Off] {
            let dialect = Dialect {
                delimiter,
                quoting,
                header: None,
            };
            same_records_at(bytes, &as_leaf(Format::Csv(dialect)), &small(), cuts);
        }
    }
}

/// JSON, with what the sniffer says and in every shape.
pub fn json(bytes: &[u8]) {
    json_at(bytes, &CUTS);
}

/// The same, cut in these ways only.
pub fn json_at(bytes: &[u8], cuts: &[Cut]) {
    let found = sniff("a.json", bytes);
    if let Format::Json(_) = found.format {
        same_records_at(bytes, &found, &small(), cuts);
    }
    let key = "events".to_owned();
    for shape in [
        Shape::Lines,
        Shape::Array,
        Shape::Concatenated,
        Shape::Wrapped { key },
    ] {
        same_records_at(bytes, &as_leaf(Format::Json(shape)), &small(), cuts);
    }
}

/// An archive and all its members.
///
/// # Panics
///
/// If a member gives more bytes than allowed, or a name that leaves its folder.
pub fn zip(bytes: &[u8]) {
    let limits = Limits {
        archive_entries: 50,
        archive_bytes: 4 << 20,
        ratio_floor: 1 << 16,
        ..Limits::default()
    };
    let Ok(mut archive) = Archive::open(Cursor::new(bytes), &limits) else {
        return;
    };
    assert!(archive.members().len() <= 50);
    for index in 0..archive.members().len() {
        let Some(member) = archive.members().get(index).cloned() else {
            return;
        };
        let opened = archive.open_member(index);
        if member.verdict != Verdict::Ok {
            assert!(matches!(opened, Err(ReadError::Refused { .. })));
            continue;
        }
        assert!(
            member
                .name
                .split('/')
                .all(|part| !matches!(part, "" | "." | ".."))
        );
        assert!(!member.name.contains(['\\', '\0']));
        let most = (member.compressed.saturating_mul(200)).max(1 << 16) + (64 << 10);
        if let Ok(mut reader) = opened {
            let read = std::io::copy(&mut reader, &mut std::io::sink());
            assert!(read.is_err() || read.is_ok_and(|n| n <= most && n == member.size_declared));
        }
    }
    assert!(archive.bytes_unpacked() <= (4 << 20) + (64 << 10));
}

/// A workbook and all its sheets.
///
/// # Panics
///
/// If the rows of a chunk and its numbers differ in count.
pub fn xlsx(bytes: &[u8]) {
    let limits = Limits {
        archive_bytes: 4 << 20,
        record_bytes: 1 << 16,
        xlsx_shared_strings_bytes: 1 << 20,
        xlsx_parts_bytes: 1 << 20,
        xlsx_cells: 100_000,
        xlsx_sheets: 8,
        ..Limits::default()
    };
    let Ok(mut book) = Workbook::open(Cursor::new(bytes), &limits) else {
        return;
    };
    for sheet in book.sheets().to_vec() {
        let Ok(mut rows) = book.rows(&sheet, 4096) else {
            continue;
        };
        while let Ok(Some(item)) = rows.next() {
            let Item::Chunk(chunk) = item else { continue };
            let count = split(&chunk, rows.format()).len();
            match &chunk.numbering {
                Numbering::ByRecord(numbers) => assert_eq!(numbers.len(), count),
                Numbering::ByNewline => panic!("a sheet numbers its rows"),
            }
        }
    }
}
