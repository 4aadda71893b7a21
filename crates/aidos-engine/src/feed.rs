//! Inputs to numbered batches: opens files, folders, archives and sheets, and tells whose log each is.
//!
//! The feed runs on a thread of its own and does as little as it can: decode, find the last whole record
//! of a chunk, hash. Everything else happens in the workers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::SyncSender;

use aidos_core::extract::{Row, Sample, Score, Shape};
use aidos_model::Timestamp;
use aidos_read::{
    Archive, Chunk, Chunks, Format, HEAD_BYTES, Item, JsonKind, Sniff, Verdict, Workbook,
    csv_records, json_values, lines, sniff,
};
use sha2::{Digest, Sha256};

use crate::plan::{Input, Reading};
use crate::progress::{Cancel, Moment, Progress};
use crate::sorter::unlinked;
use crate::summary::Refused;

/// Text that goes to a worker at once. Small enough for a core's cache, large enough to forget the cost
/// of handing it over.
pub(crate) const CHUNK: usize = 128 << 10;
/// A score below this is no recognition.
const LEAST_SCORE: f64 = 0.2;
/// Rows that a provider is told by.
const SAMPLE: usize = 200;

/// One file of the inputs, with all that holds for its rows.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Its number in reading order.
    pub(crate) number: usize,
    /// Path inside the input.
    pub(crate) path: String,
    /// Its provider's number.
    pub(crate) provider: u8,
    /// Why that one; `None` where it was given.
    pub(crate) score: Option<Score>,
    pub(crate) sniff: Sniff,
    /// Column names.
    pub(crate) header: Vec<String>,
    /// Year of the file's own time.
    pub(crate) year: Option<i16>,
}

/// What a worker takes.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) number: u64,
    pub(crate) leaf: Arc<Leaf>,
    pub(crate) item: Item,
}

/// An input that was read, or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputRecord {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    /// When the file was last changed, where it is a file.
    pub(crate) modified: Option<Timestamp>,
}

/// What the feed has to say at its end.
#[derive(Debug, Default)]
pub(crate) struct Fed {
    pub(crate) inputs: Vec<InputRecord>,
    pub(crate) leaves: Vec<Arc<Leaf>>,
    pub(crate) refused: Vec<Refused>,
    pub(crate) bytes: u64,
    /// Bytes of each leaf by its number, unpacked; a sheet has none of its own.
    pub(crate) sizes: BTreeMap<usize, u64>,
}

/// Why feeding stopped early without an error of the feed's own.
enum Stop {
    /// The workers are gone; they know why.
    Gone,
    /// The rest of this leaf or input is refused.
    Refuse(String),
}

impl From<aidos_read::ReadError> for Stop {
    fn from(error: aidos_read::ReadError) -> Self {
        Self::Refuse(error.to_string())
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        aidos_read::ReadError::from(error).into()
    }
}

/// Reads all inputs of a plan into batches.
pub(crate) struct Feed<'p> {
    pub(crate) reading: &'p Reading,
    pub(crate) batches: SyncSender<Batch>,
    pub(crate) progress: &'p dyn Progress,
    pub(crate) cancel: &'p Cancel,
    /// Where spilled input may lie.
    pub(crate) scratch: &'p Path,
    pub(crate) stdin: Option<Box<dyn Read + Send>>,
    pub(crate) fed: Fed,
    pub(crate) next: u64,
    /// Whether the inputs' digests are wanted.
    pub(crate) digest: bool,
    /// Whether the workers are gone.
    pub(crate) dead: &'p AtomicBool,
}

/// Hashes and counts what passes.
struct Hashing<R> {
    inner: R,
    hash: Option<Sha256>,
    bytes: u64,
}

impl<R> Hashing<R> {
    fn new(inner: R, digest: bool) -> Self {
        Self {
            inner,
            hash: digest.then(Sha256::new),
            bytes: 0,
        }
    }

    /// The digest of what passed, in hexadecimal digits; empty where it is not wanted.
    fn digest(&mut self) -> String {
        self.hash
            .take()
            .map_or_else(String::new, |hash| hex(&hash.finalize()))
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..len]);
        }
        self.bytes += len as u64;
        Ok(len)
    }
}

/// Counts what passes.
struct Counting<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.bytes += len as u64;
        Ok(len)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    aidos_model::json::hex(bytes).map(char::from).collect()
}

/// Reads up to `len` bytes, fewer at the end.
fn read_head(reader: &mut impl Read, len: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(len);
    reader.take(len as u64).read_to_end(&mut head)?;
    Ok(head)
}

impl Feed<'_> {
    /// Reads everything; returns what was read and refused. Ends early when the workers are gone.
    pub(crate) fn run(mut self) -> Fed {
        for input in self.reading.inputs.clone() {
            let name = input.name();
            let result = match &input {
                Input::Path(path) => self.path(path, &name),
                Input::Stdin => self.stdin(&name),
            };
            match result {
                Ok(()) => {}
                Err(Stop::Refuse(reason)) => self.refuse(&name, reason),
                Err(Stop::Gone) => break,
            }
        }
        self.fed
    }

    fn refuse(&mut self, path: &str, reason: String) {
        self.progress.take(&Moment::Refused {
            path,
            reason: &reason,
        });
        self.fed.refused.push(Refused {
            path: path.to_owned(),
            reason,
        });
    }

    /// A file or a folder. Files of a folder come in the order of their names.
    fn path(&mut self, path: &Path, name: &str) -> Result<(), Stop> {
        let unreadable = |error: io::Error| Stop::Refuse(format!("cannot open it: {error}"));
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            let mut inside = Vec::new();
            for entry in std::fs::read_dir(path).map_err(unreadable)? {
                inside.push(entry?.path());
            }
            inside.sort();
            for path in inside {
                let file = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                let below = format!("{name}/{}", file.unwrap_or_default());
                let link = std::fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink());
                let result = if link {
                    Err(Stop::Refuse(
                        "it is a link; name its target as an input".into(),
                    ))
                } else {
                    self.path(&path, &below)
                };
                match result {
                    Err(Stop::Refuse(reason)) => self.refuse(&below, reason),
                    other => other?,
                }
            }
            return Ok(());
        }
        if !metadata.is_file() {
            return Err(Stop::Refuse(
                "it is neither a file nor a folder; pass - for a pipe".into(),
            ));
        }
        let modified = metadata.modified().ok().and_then(timestamp);
        let mut file = File::open(path).map_err(unreadable)?;
        let head = read_head(&mut file, HEAD_BYTES)?;
        file.rewind()?;
        let kind = sniff(name, &head);
        let size = metadata.len();
        let record = |sha256, bytes| InputRecord {
            name: name.to_owned(),
            bytes,
            sha256,
            modified,
        };
        if matches!(kind.format, Format::Zip | Format::Xlsx) {
            let mut hashing = Hashing::new(&mut file, self.digest);
            io::copy(&mut hashing, &mut io::sink())?;
            let (digest, bytes) = (hashing.digest(), hashing.bytes);
            self.fed.inputs.push(record(digest, bytes));
            file.rewind()?;
            return self
                .container(file, name, &kind, modified.map(year), 0, None)
                .map(drop);
        }
        let mut hashing = Hashing::new(file, self.digest);
        let result = self.leaf(&mut hashing, name, (&kind, &head), modified.map(year));
        // What the leaf did not read belongs to the input too.
        let rest = io::copy(&mut hashing, &mut io::sink());
        let bytes = hashing.bytes;
        self.fed.inputs.push(record(hashing.digest(), bytes));
        result?;
        rest?;
        if bytes < size {
            return Err(Stop::Refuse(format!(
                "it shrank while it was read: {bytes} of {size} bytes were there; what was read is kept, \
                 copy the file and run again"
            )));
        }
        Ok(())
    }

    fn stdin(&mut self, name: &str) -> Result<(), Stop> {
        let Some(stdin) = self.stdin.take() else {
            return Err(Stop::Refuse("standard input was named twice".into()));
        };
        let mut hashing = Hashing::new(stdin, self.digest);
        let head = read_head(&mut hashing, HEAD_BYTES)?;
        let kind = sniff(name, &head);
        let result = if matches!(kind.format, Format::Zip | Format::Xlsx) {
            // Containers are read from their end: a pipe has none until it is all there.
            let mut spooled = unlinked(self.scratch)?;
            spooled.write_all(&head)?;
            io::copy(&mut hashing, &mut spooled)?;
            spooled.rewind()?;
            self.container(spooled, name, &kind, None, 0, None)
                .map(drop)
        } else {
            let mut whole = io::Cursor::new(head.clone()).chain(&mut hashing);
            self.leaf(&mut whole, name, (&kind, &head), None)
        };
        let rest = io::copy(&mut hashing, &mut io::sink());
        self.fed.inputs.push(InputRecord {
            name: name.to_owned(),
            bytes: hashing.bytes,
            sha256: hashing.digest(),
            modified: None,
        });
        result?;
        rest?;
        Ok(())
    }

    /// An archive or a workbook; `depth` archives lie around it. Returns the bytes that it unpacked to.
    fn container<R: Read + Seek>(
        &mut self,
        reader: R,
        name: &str,
        kind: &Sniff,
        year: Option<i16>,
        depth: u32,
        bytes_left: Option<u64>,
    ) -> Result<u64, Stop> {
        let mut limits = self.reading.limits.clone();
        if let Some(left) = bytes_left {
            limits = limits.with_archive_bytes(left);
        }
        if kind.format == Format::Xlsx {
            self.workbook(reader, name, year, &limits)?;
            return Ok(0);
        }
        let mut archive = Archive::open_nested(reader, &limits, depth)?;
        for index in 0..archive.members().len() {
            let member = archive.members()[index].clone();
            let below = format!("{name}/{}", member.name);
            let year = member
                .modified
                .map(|modified| i16::try_from(modified.0).unwrap_or(1980));
            let result = match &member.verdict {
                Verdict::Refused(reason) => Err(Stop::Refuse(format!("{reason}; it was not read"))),
                Verdict::Ok => self.member(&mut archive, index, &below, year, depth),
            };
            match result {
                Err(Stop::Refuse(reason)) => self.refuse(&below, reason),
                other => other?,
            }
        }
        Ok(archive.bytes_unpacked())
    }

    fn member<R: Read + Seek>(
        &mut self,
        archive: &mut Archive<R>,
        index: usize,
        below: &str,
        year: Option<i16>,
        depth: u32,
    ) -> Result<(), Stop> {
        let left = archive.bytes_left();
        let scratch = self.scratch;
        let mut reader = archive.open_member(index)?;
        let head = read_head(&mut reader, HEAD_BYTES)?;
        let kind = sniff(below, &head);
        if !matches!(kind.format, Format::Zip | Format::Xlsx) {
            let mut whole = io::Cursor::new(head.clone()).chain(reader);
            return self.leaf(&mut whole, below, (&kind, &head), year);
        }
        let mut spooled = unlinked(scratch)?;
        spooled.write_all(&head)?;
        io::copy(&mut reader, &mut spooled)?;
        spooled.rewind()?;
        drop(reader);
        let unpacked = self.container(spooled, below, &kind, year, depth + 1, Some(left))?;
        archive.charge(unpacked);
        Ok(())
    }

    /// Each sheet is a leaf of its own: `a.xlsx/Sheet1`.
    fn workbook<R: Read + Seek>(
        &mut self,
        reader: R,
        name: &str,
        year: Option<i16>,
        limits: &aidos_read::Limits,
    ) -> Result<(), Stop> {
        let mut book = Workbook::open(reader, limits)?;
        for sheet in book.sheets().to_vec() {
            let below = format!("{name}/{sheet}");
            match self.sheet(&mut book, &sheet, &below, year) {
                Err(Stop::Refuse(reason)) => self.refuse(&below, reason),
                other => other?,
            }
        }
        Ok(())
    }

    fn sheet<R: Read + Seek>(
        &mut self,
        book: &mut Workbook<R>,
        sheet: &str,
        below: &str,
        year: Option<i16>,
    ) -> Result<(), Stop> {
        let mut rows = book.rows(sheet, CHUNK)?;
        let kind = rows.sniff();
        let Some(first) = rows.next()? else {
            return Ok(());
        };
        let chunk = match &first {
            Item::Chunk(chunk) => Some(chunk),
            Item::Oversize(_) => None,
        };
        let leaf = self.recognise(below, &kind, chunk, true, year)?;
        self.fed.leaves.push(Arc::clone(&leaf));
        self.send(&leaf, first)?;
        while let Some(item) = rows.next()? {
            self.send(&leaf, item)?;
        }
        Ok(())
    }

    /// A file with records.
    fn leaf(
        &mut self,
        reader: &mut dyn Read,
        path: &str,
        (kind, head): (&Sniff, &[u8]),
        year: Option<i16>,
    ) -> Result<(), Stop> {
        match kind.format {
            Format::Empty => return Ok(()),
            Format::Binary => {
                return Err(Stop::Refuse(format!(
                    "it is no text, CSV, JSON, XLSX or ZIP: {}",
                    kind.why
                )));
            }
            _ => {}
        }
        let first = first_chunk(kind, head, &self.reading.limits)?;
        let whole = head.len() < HEAD_BYTES;
        let leaf = self.recognise(path, kind, first.as_ref(), whole, year)?;
        let mut counted = Counting {
            inner: reader,
            bytes: 0,
        };
        self.fed.leaves.push(Arc::clone(&leaf));
        let mut chunks = Chunks::new(&mut counted, kind, &self.reading.limits, CHUNK);
        let result = loop {
            match chunks.next() {
                Ok(None) => break Ok(()),
                Ok(Some(item)) => {
                    if let Err(stop) = self.send(&leaf, item) {
                        break Err(stop);
                    }
                }
                Err(error) => break Err(error.into()),
            }
        };
        drop(chunks);
        self.fed.sizes.insert(leaf.number, counted.bytes);
        result
    }

    fn send(&mut self, leaf: &Arc<Leaf>, item: Item) -> Result<(), Stop> {
        if self.cancel.is_cancelled() || self.dead.load(Relaxed) {
            return Err(Stop::Gone);
        }
        let len = match &item {
            Item::Chunk(chunk) => chunk.text.len() as u64,
            Item::Oversize(oversize) => oversize.len,
        };
        let batch = Batch {
            number: self.next,
            leaf: Arc::clone(leaf),
            item,
        };
        self.next += 1;
        self.fed.bytes += len;
        self.batches.send(batch).map_err(|_| Stop::Gone)?;
        self.progress.take(&Moment::At(self.fed.bytes));
        Ok(())
    }

    /// Tells whose log a file is from its first records.
    fn recognise(
        &self,
        path: &str,
        kind: &Sniff,
        first: Option<&Chunk>,
        whole: bool,
        year: Option<i16>,
    ) -> Result<Arc<Leaf>, Stop> {
        let number = self.fed.leaves.len();
        let name = path.rsplit('/').next().unwrap_or(path);
        let (header, scores) = scores(self.reading, name, &kind.format, first, whole);
        let path = path.to_owned();
        let sniff = kind.clone();
        if let Some(provider) = self.reading.provider {
            return Ok(Arc::new(Leaf {
                number,
                path,
                provider,
                score: None,
                sniff,
                header,
                year,
            }));
        }
        let best = scores
            .into_iter()
            .max_by(|a, b| a.1.value.total_cmp(&b.1.value).then(b.0.cmp(&a.0)))
            .filter(|(_, score)| score.value >= LEAST_SCORE);
        let Some((provider, score)) = best else {
            return Err(Stop::Refuse(format!(
                "no provider recognises it ({}); name one with --provider, or write a mapping with \
                 `aidos providers propose`",
                kind.why
            )));
        };
        Ok(Arc::new(Leaf {
            number,
            path,
            provider,
            score: Some(score),
            sniff,
            header,
            year,
        }))
    }
}

/// The first records of a head as a chunk.
pub(crate) fn first_chunk(
    kind: &Sniff,
    head: &[u8],
    limits: &aidos_read::Limits,
) -> Result<Option<Chunk>, aidos_read::ReadError> {
    match Chunks::new(head, kind, limits, HEAD_BYTES).next()? {
        Some(Item::Chunk(chunk)) => Ok(Some(chunk)),
        _ => Ok(None),
    }
}

/// Each provider's number and score for a file of this head, and the file's column names.
pub(crate) fn scores(
    reading: &Reading,
    name: &str,
    format: &Format,
    first: Option<&Chunk>,
    whole: bool,
) -> (Vec<String>, Vec<(u8, Score)>) {
    let mut header = match format {
        Format::Csv(dialect) => dialect.header.clone().unwrap_or_default(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    if let Some(chunk) = first {
        let mut cells = Vec::new();
        let mut rows = Vec::new();
        match format {
            Format::Csv(dialect) => {
                let records: Vec<_> = csv_records(chunk, dialect)
                    .filter(|record| !record.header)
                    .take(SAMPLE)
                    .collect();
                for record in &records {
                    let mut fields = Vec::new();
                    record.fields(&mut fields);
                    cells.push(fields);
                }
                for (record, cells) in records.iter().zip(&cells) {
                    let shape = Shape::Cells {
                        cells,
                        repaired: record.quote_repaired,
                    };
                    rows.push(Row {
                        line: record.line,
                        text: record.raw,
                        shape,
                    });
                }
            }
            Format::Json(json) => {
                rows.extend(json_values(chunk, json).take(SAMPLE).filter_map(|value| {
                    let shape = json_shape(&value)?;
                    Some(Row {
                        line: value.line,
                        text: value.raw,
                        shape,
                    })
                }));
            }
            _ => rows.extend(lines(chunk).take(SAMPLE).map(|(line, text)| Row {
                line,
                text,
                shape: Shape::Line,
            })),
        }
        // The last record of a cut head may be cut too.
        if !whole && rows.len() > 1 && rows.len() < SAMPLE {
            rows.pop();
        }
        // Zeek names its columns in a line of their own.
        let named = rows
            .iter()
            .find_map(|row| row.text.strip_prefix("#fields\t"));
        if let Some(names) = named {
            header = names.split('\t').map(str::to_owned).collect();
        }
        let names: Vec<&str> = header.iter().map(String::as_str).collect();
        let sample = Sample {
            name,
            rows: &rows,
            header: &names,
        };
        for (number, provider) in reading.providers.iter().enumerate() {
            if let Ok(number) = u8::try_from(number) {
                found.push((number, provider.score(&sample)));
            }
        }
    }
    (header, found)
}

/// The shape of a framed JSON value; `None` for what is no record.
pub(crate) fn json_shape(value: &aidos_read::JsonText<'_>) -> Option<Shape<'static>> {
    match value.kind {
        JsonKind::Object if value.too_deep => Some(Shape::TooDeep),
        JsonKind::Object => Some(Shape::Json {
            complete: value.complete,
        }),
        JsonKind::Garbage => Some(Shape::Garbage),
        JsonKind::Wrapper | JsonKind::Blank => None,
    }
}

/// The bytes of all inputs, where they are files.
pub(crate) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    fn of(path: &PathBuf) -> u64 {
        match std::fs::metadata(path) {
            Ok(data) if data.is_dir() => std::fs::read_dir(path).map_or(0, |inside| {
                inside.flatten().map(|entry| of(&entry.path())).sum()
            }),
            Ok(data) => data.len(),
            Err(_) => 0,
        }
    }
    inputs
        .iter()
        .map(|input| match input {
            Input::Path(path) => Some(of(path)),
            Input::Stdin => None,
        })
        .sum()
}

fn timestamp(time: std::time::SystemTime) -> Option<Timestamp> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs())
        .ok()
        .and_then(Timestamp::from_seconds)
}

fn year(time: Timestamp) -> i16 {
    time.civil().year
}
