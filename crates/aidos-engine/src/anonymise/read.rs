//! How files of each kind are read and written again: in pieces, each handed to what is done with it.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::path::Path;

use aidos_read::{
    Chunk, Dialect, Format, HEAD_BYTES, Item, Limits, Quoting, ReadError, Shape, Sniff,
    csv_records, sniff,
};
use serde_json::Value;

use super::LEDGER;
use super::place::Target;
use crate::Error;

/// Text that is held at once, about.
pub(super) const CHUNK: usize = 1 << 20;
/// The largest JSON document, and the largest line.
const LARGEST: usize = 64 << 20;

/// Why an input came to no end.
#[derive(Debug)]
pub(super) enum Failed {
    /// The input is refused; others go on.
    Refused(String),
    /// The job ends.
    Ours(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            // An input that cannot be read is refused like one that makes no sense.
            Error::File { deed: "read", .. } | Error::NotEntries { .. } => {
                Self::Refused(error.to_string())
            }
            other => Self::Ours(other),
        }
    }
}

impl From<ReadError> for Failed {
    fn from(error: ReadError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// What is done with the pieces of a file.
pub(super) trait Act {
    /// Whole lines with their ends; `json` where each may be a JSON value.
    fn lines(&mut self, text: &str, json: bool, out: &mut String) -> Result<(), Failed>;
    /// What the columns of a table are, from its header and first rows.
    fn columns(&mut self, header: &[String], rows: &[Vec<String>]);
    /// Rows of a table.
    fn rows(&mut self, rows: &mut [Vec<String>]) -> Result<(), Failed>;
    /// A JSON document.
    fn whole(&mut self, value: Value) -> Result<Value, Failed>;
}

/// A file or sheet that is read piece by piece.
pub(super) struct Leaf<'l> {
    next: &'l mut dyn FnMut() -> Result<Option<Item>, ReadError>,
    kind: &'l Sniff,
}

impl<'l> Leaf<'l> {
    pub(super) fn new(
        next: &'l mut dyn FnMut() -> Result<Option<Item>, ReadError>,
        kind: &'l Sniff,
    ) -> Self {
        Self { next, kind }
    }

    /// What it is taken for.
    pub(super) fn word(&self) -> &'static str {
        match &self.kind.format {
            Format::Csv(_) => "csv",
            Format::Json(Shape::Lines) => "ndjson",
            Format::Json(_) => "json",
            _ => "text",
        }
    }

    fn chunk(&mut self) -> Result<Option<Chunk>, Failed> {
        match (self.next)()? {
            None => Ok(None),
            Some(Item::Chunk(chunk)) => Ok(Some(chunk)),
            Some(Item::Oversize(large)) => Err(Failed::Refused(format!(
                "line {} is larger than 64 MiB; cut it",
                large.line
            ))),
        }
    }
}

/// How a file is cut, and what it is: JSON documents are cut into lines, as they are put together again.
pub(super) struct Kinds {
    pub(super) cut: Sniff,
    pub(super) as_is: Sniff,
}

pub(super) fn plain(kind: &Sniff) -> Kinds {
    let cut = match &kind.format {
        Format::Csv(_) => kind.clone(),
        _ => Sniff {
            format: Format::Text,
            ..kind.clone()
        },
    };
    Kinds {
        cut,
        as_is: kind.clone(),
    }
}

pub(super) fn limits() -> Limits {
    Limits::default().with_record_bytes(LARGEST)
}

/// The head of a file, and what that says it is.
pub(super) fn look(
    name: &str,
    reader: &mut (impl Read + ?Sized),
) -> Result<(Vec<u8>, Sniff), Failed> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(Error::file("read", Path::new(name)))?;
    let kind = sniff(name, &head);
    Ok((head, kind))
}

/// Refuses what holds no text.
pub(super) fn refuse(kind: &Sniff) -> Result<(), Failed> {
    let why = match kind.format {
        Format::Zip => "it is an archive; unpack it and name its files",
        Format::Xlsx => "a workbook cannot be read here; name it as a file, or save it as CSV",
        Format::Binary => "it is no text, CSV, JSON or XLSX",
        _ => return Ok(()),
    };
    Err(Failed::Refused(why.to_owned()))
}

/// The name of a file that can be anonymised.
pub(super) fn file_name(path: &Path) -> Result<String, Failed> {
    let refused = |why: &str| Err(Failed::Refused(why.to_owned()));
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) => return Err(Error::file("read", path)(error).into()),
    };
    if metadata.is_dir() {
        return refused("it is a folder; name its files");
    }
    if !metadata.is_file() {
        return refused("it is no file; pass - for a pipe");
    }
    match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if name.ends_with(LEDGER) => {
            refused("it is a ledger and holds no document; name the file beside it")
        }
        Some(name) => Ok(name.to_owned()),
        None => refused("its name is no UTF-8; rename it"),
    }
}

/// Reads a leaf to its end and writes what becomes of it.
pub(super) fn through(
    leaf: &mut Leaf<'_>,
    act: &mut dyn Act,
    target: &mut Target<'_>,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<(), Failed> {
    let path = target.path();
    let failed = |error: io::Error| Failed::from(Error::file("write", &path)(error));
    let mut out = String::new();
    match leaf.kind.format.clone() {
        Format::Json(shape) if shape != Shape::Lines => {
            let text = whole(leaf, go_on)?;
            json(&text, act, &mut out)?;
            return target.write_all(out.as_bytes()).map_err(failed);
        }
        Format::Csv(dialect) => {
            let mut began = false;
            while let Some(chunk) = leaf.chunk()? {
                out.clear();
                table(&chunk, &dialect, &mut began, act, &mut out)?;
                target.write_all(out.as_bytes()).map_err(failed)?;
                step(go_on, chunk.text.len())?;
            }
        }
        format => {
            let json = matches!(format, Format::Json(_));
            while let Some(chunk) = leaf.chunk()? {
                out.clear();
                act.lines(&chunk.text, json, &mut out)?;
                target.write_all(out.as_bytes()).map_err(failed)?;
                step(go_on, chunk.text.len())?;
            }
        }
    }
    Ok(())
}

fn step(go_on: &mut dyn FnMut(usize) -> bool, len: usize) -> Result<(), Failed> {
    if go_on(len) {
        Ok(())
    } else {
        Err(Failed::Ours(Error::Cancelled))
    }
}

/// A document put together again.
fn whole(leaf: &mut Leaf<'_>, go_on: &mut dyn FnMut(usize) -> bool) -> Result<String, Failed> {
    let mut text = String::new();
    while let Some(chunk) = leaf.chunk()? {
        if text.len() + chunk.text.len() > LARGEST {
            return Err(Failed::Refused(
                "a JSON document of more than 64 MiB is not read whole; write one object a line (NDJSON)"
                    .to_owned(),
            ));
        }
        text.push_str(&chunk.text);
        step(go_on, chunk.text.len())?;
    }
    Ok(text)
}

/// One JSON document, or several one after the other.
fn json(text: &str, act: &mut dyn Act, out: &mut String) -> Result<(), Failed> {
    let mut values = Vec::new();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut at = 0;
    while let Some(value) = stream.next() {
        // The message of the parser holds a place and no value.
        let value = value.map_err(|error| {
            Failed::Refused(format!(
                "it is no sound JSON at line {}, column {}; repair it",
                error.line(),
                error.column()
            ))
        })?;
        let end = stream.byte_offset();
        let written = text.get(at..end).unwrap_or_default().trim_ascii();
        values.push((value, written.contains('\n')));
        at = end;
    }
    // Nothing is written of a document that is broken at its end.
    for (value, pretty) in values {
        let value = act.whole(value)?;
        if pretty {
            out.push_str(&serde_json::to_string_pretty(&value).unwrap_or_default());
        } else {
            out.push_str(&value.to_string());
        }
        out.push('\n');
    }
    Ok(())
}

/// The records of a table. What stands between them, line ends, is kept.
fn table(
    chunk: &Chunk,
    dialect: &Dialect,
    began: &mut bool,
    act: &mut dyn Act,
    out: &mut String,
) -> Result<(), Failed> {
    let mut records = Vec::new();
    let mut rows = Vec::new();
    let mut fields: Vec<Cow<'_, str>> = Vec::new();
    for record in csv_records(chunk, dialect) {
        let is_row = !record.header && !record.is_blank();
        if is_row {
            if !record.fields(&mut fields) {
                return Err(Failed::Refused(format!(
                    "line {} has too many fields for a table",
                    record.line
                )));
            }
            rows.push(
                fields
                    .iter()
                    .map(|field| field.clone().into_owned())
                    .collect::<Vec<_>>(),
            );
        }
        records.push((record.raw, is_row));
    }
    if !*began {
        act.columns(dialect.header.as_deref().unwrap_or_default(), &rows);
        *began = true;
    }
    let before = rows.clone();
    act.rows(&mut rows)?;
    let mut at = 0;
    let mut rows = rows.iter().zip(&before);
    for (raw, is_row) in records {
        let start = (raw.as_ptr() as usize).saturating_sub(chunk.text.as_ptr() as usize);
        blanks(chunk.text.get(at..start), out);
        at = start + raw.len();
        match (is_row, rows.len()) {
            (true, 1..) => {
                if let Some((row, before)) = rows.next() {
                    if row == before {
                        out.push_str(raw);
                    } else {
                        push_row(row, dialect, out);
                    }
                }
            }
            _ => out.push_str(raw),
        }
    }
    blanks(chunk.text.get(at..), out);
    Ok(())
}

/// What may stand between records.
fn blanks(between: Option<&str>, out: &mut String) {
    out.extend(
        between
            .unwrap_or_default()
            .chars()
            .filter(|letter| letter.is_whitespace()),
    );
}

/// A row with quotes where a cell needs them.
fn push_row(row: &[String], dialect: &Dialect, out: &mut String) {
    let delimiter = char::from(dialect.delimiter);
    for (at, cell) in row.iter().enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        let breaks = cell.contains([delimiter, '\n', '\r']);
        let quote = breaks || (cell.starts_with('"') && dialect.quoting != Quoting::Off);
        if quote {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
}
