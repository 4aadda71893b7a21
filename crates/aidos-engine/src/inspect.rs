//! What a file is, before anything is done with it: format, encoding, whose log, columns and their types,
//! and what its first rows would become. Nothing is written, and no value of the file is shown.

mod types;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

use aidos_core::extract::propose::{self, Evidence, Proposal};
use aidos_core::extract::{Context, Item as RowItem, Row, Shape, Sink};
use aidos_model::Timestamp;
use aidos_model::event::Value;
use aidos_read::{
    Archive, Chunk, Chunks, Format, HEAD_BYTES, Item, Sniff, Verdict, Workbook, csv_records,
    json_values, lines, sniff,
};
use bumpalo::Bump;
use serde::Serialize;

pub use types::{Column, Type};

use crate::Error;
use crate::export::{each_cell, push_text};
use crate::feed::{first_chunk, json_shape, scores};
use crate::plan::{Input, Reading};
use crate::progress::{Cancel, Moment, Progress};
use crate::sorter::unlinked;
use types::Columns;

/// A file, or a file in an archive, as it was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Its path: the input's name, then the path inside it.
    pub path: String,
    /// `text`, `csv`, `json`, `xlsx`, `zip`, `empty` or `binary`.
    pub format: &'static str,
    /// How the format is spoken: the delimiter of CSV, the layout of JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<String>,
    /// The encoding's name of the WHATWG standard; `None` where it is no text.
    pub encoding: Option<&'static str>,
    /// Whether the encoding is proved, not guessed.
    pub encoding_certain: bool,
    /// Whether a byte order mark stands in front.
    pub byte_order_mark: bool,
    /// Why this format and encoding.
    pub why: String,
    /// Whether it would be refused, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The provider that `run` would take.
    pub provider: Option<String>,
    /// All providers, the surest first.
    pub scores: Vec<Scored>,
    /// Records that were looked at.
    pub rows: u64,
    /// Whether these are all.
    pub whole: bool,
    /// The columns of CSV and sheets, the members of JSON.
    pub columns: Vec<Column>,
    /// Columns beyond the first 512, counted only.
    #[serde(skip_serializing_if = "is_zero")]
    pub columns_left_out: u64,
    /// What the provider makes of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for a reference
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How surely a file is of a provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scored {
    /// The provider.
    pub provider: String,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub why: String,
}

/// What becomes of the rows that were looked at. Duplicates are not told apart here.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// Entries.
    pub entries: u64,
    /// Entries with at least one defect.
    pub repaired: u64,
    /// Rows whose shape was not recognised.
    pub rejected: u64,
    /// Blank lines, comments, headers.
    pub skipped: u64,
    /// The fields of the entries.
    pub fields: Vec<Column>,
}

/// The least score with which `run` takes a provider.
const LEAST_SCORE: f64 = 0.2;
/// Text that is looked at, at once.
const CHUNK: usize = 256 << 10;

/// Looks at an input, and in an archive at each of its files. `most` rows of each file are read.
///
/// `each` gets what was found, file by file, and may end the work with an error.
///
/// # Errors
/// [`Error::File`] when the input cannot be read, [`Error::Cancelled`], and what `each` returns. A file in an
/// archive that cannot be read is found as refused.
pub fn inspect(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    reading: &Reading,
    most: u64,
    scratch: &Path,
    (progress, cancel): (&dyn Progress, &Cancel),
    each: &mut dyn FnMut(Found) -> Result<(), Error>,
) -> Result<(), Error> {
    progress.take(&Moment::Begin {
        step: "look",
        total: None,
    });
    let mut inspector = Inspector {
        reading,
        most,
        scratch,
        progress,
        cancel,
        each,
        bytes: 0,
    };
    match (input, stdin) {
        (Input::Path(path), _) => inspector.path(path, &input.name()),
        (Input::Stdin, Some(mut stdin)) => inspector.pipe(&mut stdin),
        (Input::Stdin, None) => Err(Error::Usage(
            "standard input was named but is not there".to_owned(),
        )),
    }
}

/// Proposes a mapping for an unknown log from its first rows, about 1 MiB of them.
///
/// # Errors
/// [`Error::File`] when it cannot be read, [`Error::Usage`] when it is no text or shows nothing that could be
/// told apart.
pub fn propose(
    input: &Input,
    stdin: Option<Box<dyn Read + Send>>,
    name: &str,
    reading: &Reading,
) -> Result<Proposal, Error> {
    let shown = input.name();
    let bad = |why: String| Error::Usage(format!("cannot propose a mapping for `{shown}`: {why}"));
    let unread = |error: aidos_read::ReadError| bad(error.to_string());
    let path = match input {
        Input::Path(path) => path.as_path(),
        Input::Stdin => Path::new("-"),
    };
    let mut reader: Box<dyn Read> = match (input, stdin) {
        (Input::Path(path), _) => Box::new(File::open(path).map_err(Error::file("read", path))?),
        (Input::Stdin, Some(stdin)) => stdin,
        (Input::Stdin, None) => return Err(bad("standard input is not there".to_owned())),
    };
    let head = read_head(&mut *reader).map_err(Error::file("read", path))?;
    let kind = sniff(&shown, &head);
    let (kind, first) = match kind.format {
        Format::Empty | Format::Binary => return Err(bad(format!("{}; give a log", kind.why))),
        Format::Zip => {
            return Err(bad(
                "it is an archive; unpack it and give one file".to_owned()
            ));
        }
        Format::Xlsx => {
            let file = File::open(path).map_err(Error::file("read", path))?;
            let mut book = Workbook::open(file, &reading.limits).map_err(unread)?;
            let Some(sheet) = book.sheets().first().cloned() else {
                return Err(bad("it has no sheets; give a log".to_owned()));
            };
            let mut rows = book.rows(&sheet, PROPOSE).map_err(unread)?;
            (rows.sniff(), rows.next().map_err(unread)?)
        }
        _ => {
            let whole = Cursor::new(head).chain(reader);
            let first = Chunks::new(whole, &kind, &reading.limits, PROPOSE).next();
            (kind, first.map_err(unread)?)
        }
    };
    let Some(Item::Chunk(chunk)) = first else {
        return Err(bad(
            "its first record is too long; give a log with shorter ones".to_owned(),
        ));
    };
    let proposal = match &kind.format {
        Format::Csv(dialect) => {
            let mut cells = Vec::new();
            for record in csv_records(&chunk, dialect)
                .filter(|record| !record.header)
                .take(MOST_ROWS)
            {
                let mut fields = Vec::new();
                record.fields(&mut fields);
                cells.push(fields);
            }
            let rows: Vec<Vec<&str>> = cells
                .iter()
                .map(|fields| fields.iter().map(AsRef::as_ref).collect())
                .collect();
            let header: Vec<&str> = dialect
                .header
                .iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let (header, rows) = (&header, &rows);
            propose::propose(Evidence::Cells { header, rows }, name)
        }
        Format::Json(json) => {
            let whole = |value: &aidos_read::JsonText<'_>| {
                matches!(json_shape(value), Some(Shape::Json { complete: true }))
            };
            let objects: Vec<&str> = json_values(&chunk, json)
                .filter(whole)
                .map(|value| value.raw)
                .take(MOST_ROWS)
                .collect();
            propose::propose(Evidence::Json(&objects), name)
        }
        _ => {
            let lines: Vec<&str> = lines(&chunk)
                .map(|(_, line)| line)
                .take(MOST_ROWS)
                .collect();
            propose::propose(Evidence::Lines(&lines), name)
        }
    };
    proposal.ok_or_else(|| {
        bad(
            "its rows show nothing that could be told apart; write a mapping by hand, \
             docs/reference/mappings.md says how"
                .to_owned(),
        )
    })
}

/// Text that a proposal looks at.
const PROPOSE: usize = 1 << 20;
/// Rows that a proposal looks at.
const MOST_ROWS: usize = 2_000;

struct Inspector<'i> {
    reading: &'i Reading,
    most: u64,
    scratch: &'i Path,
    progress: &'i dyn Progress,
    cancel: &'i Cancel,
    /// Text that was looked at.
    bytes: u64,
    each: &'i mut dyn FnMut(Found) -> Result<(), Error>,
}

impl Inspector<'_> {
    fn path(&mut self, path: &Path, name: &str) -> Result<(), Error> {
        let unreadable = || Error::file("read", path);
        let metadata = std::fs::metadata(path).map_err(unreadable())?;
        if metadata.is_dir() {
            let mut inside = std::fs::read_dir(path)
                .and_then(|inside| {
                    inside
                        .map(|entry| Ok(entry?.path()))
                        .collect::<io::Result<Vec<_>>>()
                })
                .map_err(unreadable())?;
            inside.sort();
            for path in inside {
                let file = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                let below = format!("{name}/{}", file.unwrap_or_default());
                if path.is_symlink() {
                    (self.each)(refused(&below, "it is a link; name its target as an input"))?;
                } else {
                    self.path(&path, &below)?;
                }
            }
            return Ok(());
        }
        if !metadata.is_file() {
            return Err(Error::Usage(format!(
                "`{}` is neither a file nor a folder; pass - for a pipe",
                path.display()
            )));
        }
        let mut file = File::open(path).map_err(unreadable())?;
        let year = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| Timestamp::from_seconds(i64::try_from(since.as_secs()).ok()?))
            .map(|time| time.civil().year);
        let head = read_head(&mut file)
            .and_then(|head| file.rewind().map(|()| head))
            .map_err(unreadable())?;
        let kind = sniff(name, &head);
        match kind.format {
            Format::Zip | Format::Xlsx => self.container(file, name, &kind, 0),
            _ => self.leaf(&mut file, name, &kind, &head, year),
        }
    }

    fn pipe(&mut self, stdin: &mut dyn Read) -> Result<(), Error> {
        let head = read_head(stdin).map_err(Error::file("read", Path::new("-")))?;
        let kind = sniff("-", &head);
        if matches!(kind.format, Format::Zip | Format::Xlsx) {
            let kept = self
                .keep(&head, stdin)
                .map_err(Error::file("keep standard input in", self.scratch))?;
            return self.container(kept, "-", &kind, 0);
        }
        let mut whole = Cursor::new(head.clone()).chain(stdin);
        self.leaf(&mut whole, "-", &kind, &head, None)
    }

    /// A container is read from its end, so all of it must be there.
    fn keep(&self, head: &[u8], rest: &mut dyn Read) -> io::Result<File> {
        let mut kept = unlinked(self.scratch)?;
        kept.write_all(head)?;
        io::copy(rest, &mut kept)?;
        kept.rewind()?;
        Ok(kept)
    }

    fn container(&mut self, file: File, name: &str, kind: &Sniff, depth: u32) -> Result<(), Error> {
        let mut found = Found::of(name, kind);
        if kind.format == Format::Xlsx {
            return self.workbook(file, found);
        }
        let mut archive = match Archive::open_nested(file, &self.reading.limits, depth) {
            Ok(archive) => archive,
            Err(error) => {
                found.refused = Some(error.to_string());
                return (self.each)(found);
            }
        };
        found.rows = archive.members().len() as u64;
        found.whole = true;
        (self.each)(found)?;
        for index in 0..archive.members().len() {
            let Some(member) = archive.members().get(index).cloned() else {
                break;
            };
            let below = format!("{name}/{}", member.name);
            if let Verdict::Refused(reason) = &member.verdict {
                (self.each)(refused(&below, &reason.to_string()))?;
                continue;
            }
            let year = member.modified.and_then(|at| i16::try_from(at.0).ok());
            let result = self.member(&mut archive, index, &below, year, depth);
            match result {
                Ok(()) => {}
                Err(Trouble::Read(error)) => (self.each)(refused(&below, &error.to_string()))?,
                Err(Trouble::Ours(error)) => return Err(error),
            }
        }
        Ok(())
    }

    fn member(
        &mut self,
        archive: &mut Archive<File>,
        index: usize,
        name: &str,
        year: Option<i16>,
        depth: u32,
    ) -> Result<(), Trouble> {
        let mut reader = archive.open_member(index)?;
        let head = read_head(&mut reader)?;
        let kind = sniff(name, &head);
        if matches!(kind.format, Format::Zip | Format::Xlsx) {
            let kept = self.keep(&head, &mut reader)?;
            drop(reader);
            return Ok(self.container(kept, name, &kind, depth + 1)?);
        }
        let mut whole = Cursor::new(head.clone()).chain(reader);
        Ok(self.leaf(&mut whole, name, &kind, &head, year)?)
    }

    /// Each sheet is a leaf of its own: `a.xlsx/Sheet1`.
    fn workbook(&mut self, file: File, mut found: Found) -> Result<(), Error> {
        let mut book = match Workbook::open(file, &self.reading.limits) {
            Ok(book) => book,
            Err(error) => {
                found.refused = Some(error.to_string());
                return (self.each)(found);
            }
        };
        let name = found.path.clone();
        found.rows = book.sheets().len() as u64;
        found.whole = true;
        (self.each)(found)?;
        for sheet in book.sheets().to_vec() {
            let below = format!("{name}/{sheet}");
            let found = match self.sheet(&mut book, &sheet, &below) {
                Ok(found) => found,
                Err(Trouble::Read(error)) => refused(&below, &error.to_string()),
                Err(Trouble::Ours(error)) => return Err(error),
            };
            (self.each)(found)?;
        }
        Ok(())
    }

    fn sheet(
        &mut self,
        book: &mut Workbook<File>,
        sheet: &str,
        below: &str,
    ) -> Result<Found, Trouble> {
        let mut rows = book.rows(sheet, CHUNK)?;
        let kind = rows.sniff();
        let mut found = Found::of(below, &kind);
        let mut first = rows.next()?;
        let chunk = match &first {
            Some(Item::Chunk(chunk)) => Some(chunk.clone()),
            _ => None,
        };
        let mut next = || match first.take() {
            Some(item) => Ok(Some(item)),
            None => rows.next(),
        };
        self.records(&mut next, &kind, (chunk.as_ref(), true), None, &mut found)?;
        Ok(found)
    }

    fn leaf(
        &mut self,
        reader: &mut dyn Read,
        name: &str,
        kind: &Sniff,
        head: &[u8],
        year: Option<i16>,
    ) -> Result<(), Error> {
        let mut found = Found::of(name, kind);
        match kind.format {
            Format::Empty => {
                found.whole = true;
                return (self.each)(found);
            }
            Format::Binary => {
                found.refused = Some(format!(
                    "it is no text, CSV, JSON, XLSX or ZIP: {}",
                    kind.why
                ));
                return (self.each)(found);
            }
            _ => {}
        }
        let first = match first_chunk(kind, head, &self.reading.limits) {
            Ok(first) => first,
            Err(error) => {
                found.refused = Some(error.to_string());
                return (self.each)(found);
            }
        };
        let whole = head.len() < HEAD_BYTES;
        let mut chunks = Chunks::new(reader, kind, &self.reading.limits, CHUNK);
        let mut next = || chunks.next();
        self.records(&mut next, kind, (first.as_ref(), whole), year, &mut found)?;
        (self.each)(found)
    }

    /// Looks at the records of a leaf.
    fn records(
        &mut self,
        next: &mut dyn FnMut() -> Result<Option<Item>, aidos_read::ReadError>,
        kind: &Sniff,
        (first, whole): (Option<&Chunk>, bool),
        year: Option<i16>,
        found: &mut Found,
    ) -> Result<(), Error> {
        let file = found.path.rsplit('/').next().unwrap_or(&found.path);
        let (header, all) = scores(self.reading, file, &kind.format, first, whole);
        found.take_scores(self.reading, all);
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let provider = found
            .provider
            .as_deref()
            .and_then(|name| self.reading.providers.find(name).ok());
        let mut look = Look {
            reading: self.reading,
            provider,
            header: &header,
            year,
            columns: Columns::default(),
            fields: Columns::default(),
            outcome: Outcome::default(),
            rows: 0,
            most: self.most,
        };
        for name in &header {
            look.columns.declare(name);
        }
        let ended = loop {
            if self.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match next() {
                Ok(None) => break true,
                Ok(Some(_)) if look.rows >= look.most => break false,
                Ok(Some(Item::Chunk(chunk))) => {
                    look.chunk(&chunk, &kind.format, &found.path);
                    self.bytes += chunk.text.len() as u64;
                    self.progress.take(&Moment::At(self.bytes));
                }
                Ok(Some(Item::Oversize(_))) => {
                    look.rows += 1;
                    look.outcome.rejected += 1;
                }
                Err(error) => {
                    found.refused = Some(error.to_string());
                    break false;
                }
            }
        };
        found.rows = look.rows;
        found.whole = ended && look.rows < look.most;
        found.columns_left_out = look.columns.left_out;
        found.columns = look.columns.finish();
        found.outcome = provider.map(|_| Outcome {
            fields: look.fields.finish(),
            ..look.outcome
        });
        Ok(())
    }
}

/// Why a member ended early.
enum Trouble {
    Read(aidos_read::ReadError),
    Ours(Error),
}

impl From<aidos_read::ReadError> for Trouble {
    fn from(error: aidos_read::ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Read(error.into())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn read_head(reader: &mut (impl Read + ?Sized)) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn refused(path: &str, reason: &str) -> Found {
    let mut found = Found::of(path, &sniff(path, b""));
    found.format = "unread";
    found.why.clear();
    found.refused = Some(reason.to_owned());
    found
}

impl Found {
    fn of(path: &str, kind: &Sniff) -> Self {
        let (format, layout) = match &kind.format {
            Format::Text => ("text", None),
            Format::Csv(dialect) => {
                let delimiter = match dialect.delimiter {
                    b'\t' => "tab".to_owned(),
                    other => format!("`{}`", char::from(other)),
                };
                let header = if dialect.header.is_some() {
                    "with"
                } else {
                    "without"
                };
                (
                    "csv",
                    Some(format!("delimiter {delimiter}, {header} header")),
                )
            }
            Format::Json(shape) => {
                let layout = match shape {
                    aidos_read::Shape::Lines => "one object a line".to_owned(),
                    aidos_read::Shape::Array => "one array".to_owned(),
                    aidos_read::Shape::Concatenated => "objects one after the other".to_owned(),
                    aidos_read::Shape::Wrapped { key } => {
                        format!("an object with the list `{key}`")
                    }
                };
                ("json", Some(layout))
            }
            Format::Xlsx => ("xlsx", None),
            Format::Zip => ("zip", None),
            Format::Empty => ("empty", None),
            Format::Binary => ("binary", None),
        };
        let text = matches!(format, "text" | "csv" | "json");
        Self {
            path: path.to_owned(),
            format,
            layout,
            encoding: text.then(|| kind.encoding.name()),
            encoding_certain: text && kind.encoding.is_certain(),
            byte_order_mark: kind.had_bom,
            why: kind.why.clone(),
            refused: None,
            provider: None,
            scores: Vec::new(),
            rows: 0,
            whole: false,
            columns: Vec::new(),
            columns_left_out: 0,
            outcome: None,
        }
    }

    fn take_scores(&mut self, reading: &Reading, scores: Vec<(u8, aidos_core::extract::Score)>) {
        self.scores = scores
            .into_iter()
            .map(|(number, score)| Scored {
                provider: reading.providers.get(number).name().to_owned(),
                score: score.value,
                why: score.why,
            })
            .collect();
        // Stable: the same score keeps the order of names, as `run` does.
        self.scores.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.provider = match reading.provider {
            Some(number) => Some(reading.providers.get(number).name().to_owned()),
            None => self
                .scores
                .first()
                .filter(|best| best.score >= LEAST_SCORE)
                .map(|best| best.provider.clone()),
        };
        if self.provider.is_none() {
            self.refused = Some(
                "no provider recognises it; name one with --provider, or write a mapping with \
                 `aidos providers propose`"
                    .to_owned(),
            );
        }
    }
}

/// What is gathered over the rows of a leaf.
struct Look<'l> {
    reading: &'l Reading,
    provider: Option<u8>,
    header: &'l [&'l str],
    year: Option<i16>,
    columns: Columns,
    fields: Columns,
    outcome: Outcome,
    rows: u64,
    most: u64,
}

impl Look<'_> {
    fn chunk(&mut self, chunk: &Chunk, format: &Format, path: &str) {
        let mut arena = Bump::new();
        match format {
            Format::Csv(dialect) => {
                let mut fields: Vec<Cow<'_, str>> = Vec::new();
                for record in csv_records(chunk, dialect) {
                    if record.header || record.is_blank() {
                        self.outcome.skipped += 1;
                        self.rows += 1;
                        continue;
                    }
                    record.fields(&mut fields);
                    for (at, value) in fields.iter().enumerate() {
                        match self.header.get(at) {
                            Some(name) => self.columns.take(name, value),
                            None => self.columns.take(&(at + 1).to_string(), value),
                        }
                    }
                    let shape = Shape::Cells {
                        cells: &fields,
                        repaired: record.quote_repaired,
                    };
                    let row = Row {
                        line: record.line,
                        text: record.raw,
                        shape,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
            Format::Json(json) => {
                for value in json_values(chunk, json) {
                    let Some(shape) = json_shape(&value) else {
                        self.outcome.skipped += 1;
                        self.rows += 1;
                        continue;
                    };
                    if let Shape::Json { complete: true } = shape
                        && let Ok(json) = serde_json::from_str::<serde_json::Value>(value.raw)
                    {
                        members(&json, &mut String::new(), &mut self.columns);
                    }
                    let row = Row {
                        line: value.line,
                        text: value.raw,
                        shape,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
            _ => {
                for (line, text) in lines(chunk) {
                    let row = Row {
                        line,
                        text,
                        shape: Shape::Line,
                    };
                    if !self.row(row, path, &mut arena) {
                        return;
                    }
                }
            }
        }
    }

    /// Takes a row; false when there were enough.
    fn row(&mut self, row: Row<'_, '_>, path: &str, arena: &mut Bump) -> bool {
        if self.rows >= self.most {
            return false;
        }
        self.rows += 1;
        let Some(number) = self.provider else {
            return true;
        };
        let provider = self.reading.providers.get(number);
        {
            let context = Context {
                provider: provider.name(),
                path,
                zone: &self.reading.zone,
                header: self.header,
                nat: self.reading.nat,
            };
            let mut sink = Sink::new(arena);
            // The sink's texts live no longer than the arena, so the row is lent to it.
            let row = Row {
                text: sink.arena.alloc_str(row.text),
                ..row
            };
            let context = Context {
                provider: sink.arena.alloc_str(context.provider),
                path: sink.arena.alloc_str(context.path),
                ..context
            };
            provider.extract(row, &context, &mut sink);
            let mut text = String::new();
            for item in sink.items {
                match item {
                    RowItem::Entry(mut draft) => {
                        draft.settle(self.reading.year.or(self.year), &self.reading.zone);
                        self.outcome.entries += 1;
                        self.outcome.repaired += u64::from(!draft.event.defects.is_empty());
                        each_cell(&draft.event, &mut |field, value| {
                            if !matches!(
                                field,
                                "message" | "log.file.path" | "log.origin.file.line"
                            ) {
                                each_item(value, &mut |item| {
                                    text.clear();
                                    push_text(&mut text, item);
                                    self.fields.take(field, &text);
                                });
                            }
                        });
                    }
                    RowItem::Reject { .. } => self.outcome.rejected += 1,
                    RowItem::Skip => self.outcome.skipped += 1,
                }
            }
        }
        arena.reset();
        true
    }
}

/// Shows the members of a list one by one, and what is no list as it is.
fn each_item<'a>(value: Value<'a>, show: &mut dyn FnMut(Value<'a>)) {
    match value {
        Value::List(items) => items.iter().for_each(|item| show(Value::Text(item))),
        Value::Ips(ips) => ips.into_iter().flatten().for_each(|ip| show(Value::Ip(ip))),
        Value::Defects(defects) => defects
            .iter()
            .for_each(|defect| show(Value::Text(defect.word()))),
        other => show(other),
    }
}

/// Gives each scalar member of a JSON value to its column, named by its dotted path.
fn members(json: &serde_json::Value, path: &mut String, columns: &mut Columns) {
    use serde_json::Value as Json;
    match json {
        Json::Object(map) => {
            for (key, value) in map {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(key);
                members(value, path, columns);
                path.truncate(len);
            }
        }
        Json::Array(items) => {
            for item in items.iter().take(16) {
                members(item, path, columns);
            }
        }
        Json::Null => drop(columns.declare(path)),
        Json::String(text) => columns.take(path, text),
        other => columns.take(path, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn look(name: &str, bytes: &[u8]) -> Vec<Found> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut all = Vec::new();
        inspect(
            &Input::Path(path),
            None,
            &Reading::default(),
            1_000,
            folder.path(),
            (&Silent, &Cancel::default()),
            &mut |found| {
                all.push(found);
                Ok(())
            },
        )
        .unwrap();
        all
    }

    #[test]
    fn a_firewall_log_is_known() {
        let line = "mar/07/2023 10:38:03 firewall,info input: in:ether1 out:(none), \
                    src-mac 00:1a:2b:3c:4d:5e, proto TCP (SYN), 198.51.100.7:4444->192.0.2.1:22, len 60\n";
        let all = look("a.log", format!("{line}\n{line}nonsense\n").as_bytes());
        let [found] = all.as_slice() else {
            panic!("{all:?}")
        };
        assert_eq!(found.provider.as_deref(), Some("8bells"), "{found:?}");
        assert_eq!((found.format, found.rows, found.whole), ("text", 4, true));
        let outcome = found.outcome.as_ref().unwrap();
        assert_eq!(
            (outcome.entries, outcome.skipped, outcome.rejected),
            (2, 1, 1)
        );
        let field = |name: &str| outcome.fields.iter().find(|c| c.name == name).unwrap();
        assert_eq!(field("source.ip").kind, Type::Ip);
        assert_eq!(field("destination.port").kind, Type::Port);
        assert_eq!(field("@timestamp").kind, Type::Time);
        assert_eq!(field("related.ip").kind, Type::Ip);
        assert_eq!(
            (field("related.ip").filled, field("related.ip").distinct),
            (4, 2)
        );
    }

    #[test]
    fn columns_of_csv_and_json_have_types() {
        let all = look(
            "a.csv",
            b"time,host,dst_port\n2023-03-07 10:38:03,192.0.2.1,22\n2023-03-07 10:38:04,192.0.2.2,-\n",
        );
        let shown: Vec<_> = all[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.kind, c.filled, c.distinct))
            .collect();
        assert_eq!(
            shown,
            [
                ("time", Type::Time, 2, 2),
                ("host", Type::Ip, 2, 2),
                ("dst_port", Type::Port, 1, 1)
            ]
        );
        assert!(all[0].layout.as_deref().unwrap().contains("with header"));
        let all = look(
            "a.json",
            b"{\"a\":{\"ip\":\"192.0.2.1\"},\"n\":[1,2]}\n{\"a\":{\"ip\":null}}\n",
        );
        let shown: Vec<_> = all[0]
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.kind, c.filled))
            .collect();
        assert_eq!(shown, [("a.ip", Type::Ip, 1), ("n", Type::Integer, 2)]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_reason() {
        let all = look("a.bin", b"\x7fELF\x02\x01\x01\0\0\0");
        assert!(all[0].refused.as_deref().unwrap().contains("ELF"));
        let all = look("a.zip", b"PK\x03\x04 and no more");
        assert!(all[0].refused.is_some(), "{all:?}");
        let all = look("a.log", b"hello\nworld\n");
        assert!(all[0].refused.as_deref().unwrap().contains("propose"));
        assert_eq!(look("a.log", b"")[0].format, "empty");
    }

    #[test]
    fn a_mapping_is_proposed_for_an_unknown_log() {
        let propose = |text: &'static str| {
            let stdin: Box<dyn Read + Send> = Box::new(text.as_bytes());
            super::propose(&Input::Stdin, Some(stdin), "door", &Reading::default())
        };
        let line = "2023-03-07 10:38:03 door opened by maria from 192.0.2.1\n\
                    2023-03-07 10:39:10 door opened by jan from 192.0.2.7\n";
        let proposal = propose(line).unwrap();
        assert!(
            proposal.toml.contains("door opened by"),
            "{}",
            proposal.toml
        );
        let proposal = propose("when,who,address\n2023-03-07 10:38:03,maria,192.0.2.1\n").unwrap();
        assert!(proposal.toml.contains("csv"), "{}", proposal.toml);
        let proposal = propose("{\"who\":\"maria\",\"address\":\"192.0.2.1\"}\n").unwrap();
        assert!(proposal.toml.contains("json"), "{}", proposal.toml);
        for nothing in ["", "\n\n", "\u{7f}ELF\u{2}\u{1}\u{1}"] {
            let error = propose(nothing).unwrap_err();
            assert!(matches!(error, Error::Usage(_)), "{error}");
        }
    }

    #[test]
    fn only_so_many_rows_are_read() {
        let text = "192.0.2.1,a\n".repeat(100_000);
        let all = look("a.csv", text.as_bytes());
        assert_eq!((all[0].rows, all[0].whole), (1_000, false));
    }
}
