//! Values of one type out of what people have: lists as text or CSV, JSON, STIX bundles, MISP events and feeds, cases.
//!
//! Documents are read as they stream by, an object at a time, however large they are. What is not taken is counted, and
//! the first places of it are said.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use aidos_fhe::normalise::Kind;
use aidos_read::{Chunks, Dialect, Format, HEAD_BYTES, Item, Limits, Shape, csv_records, sniff};
use serde::Serialize;

use super::Choice;
use super::json;
use crate::Error;
use crate::progress::{Cancel, Followed, Progress};

/// What was taken of an input, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Values that were taken, as often as they stand there.
    pub values: u64,
    /// Lines, cells or typed values that are none of the type.
    pub left_out: u64,
    /// The first places of these.
    pub places: Vec<Left>,
    /// Values of other types, which a document has beside those of the type.
    pub others: u64,
    /// The column of a table that was taken.
    pub column: Option<String>,
    /// The columns that were dropped.
    pub dropped: Vec<String>,
    /// Bytes of the input.
    pub bytes: u64,
}

/// Something that was not taken. Holds no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Its line, from 1; its number among the values of a document.
    pub place: u64,
    /// Why.
    pub reason: String,
}

/// Places that are said.
const SAID: usize = 5;
/// Text that is held at once, about.
const CHUNK: usize = 1 << 20;
/// The largest line of a list.
const LARGEST: usize = 1 << 20;

/// Takes a value with its label, or says why it is none.
pub(super) type Take<'t> = dyn FnMut(&str, u16) -> Result<(), &'static str> + 't;

/// One input, read once.
pub(super) struct Input<'a> {
    pub(super) path: &'a Path,
    pub(super) kind: Kind,
    pub(super) choice: &'a Choice<'a>,
    pub(super) progress: &'a dyn Progress,
    pub(super) cancel: &'a Cancel,
}

impl Input<'_> {
    /// Hands each value to `take`, in the order in which they stand there.
    pub(super) fn each(&self, take: &mut Take<'_>) -> Result<Taken, Error> {
        if self.path.as_os_str() == "-" {
            return self.read(io::stdin().lock(), None, take);
        }
        let path = match self.path.join("bundle.json") {
            bundle if bundle.is_file() => bundle,
            bundle if self.path.is_dir() => {
                return Err(Error::Usage(format!(
                    "`{}` is a folder and no case: there is no `{}`; name a file",
                    self.path.display(),
                    bundle.display()
                )));
            }
            _ => PathBuf::from(self.path),
        };
        let file = File::open(&path).map_err(Error::file("read", &path))?;
        let size = file.metadata().ok().map(|metadata| metadata.len());
        self.read(file, size, take)
    }

    fn refuse(&self, reason: &str) -> Error {
        Error::Usage(format!(
            "cannot take values of `{}`: {reason}",
            self.path.display()
        ))
    }

    fn read(
        &self,
        mut reader: impl Read,
        size: Option<u64>,
        take: &mut Take<'_>,
    ) -> Result<Taken, Error> {
        let failed = || Error::file("read", self.path);
        let mut head = Vec::with_capacity(HEAD_BYTES);
        (&mut reader)
            .take(HEAD_BYTES as u64)
            .read_to_end(&mut head)
            .map_err(failed())?;
        let name = self.path.file_name().map(|name| name.to_string_lossy());
        let sniffed = sniff(&name.unwrap_or_default(), &head);
        let reader = head.as_slice().chain(reader);
        let mut reader = Followed::begin(reader, "read", size, self.progress);
        let mut taking = Taking {
            taken: Taken::default(),
            kind: self.kind,
            take,
        };
        match &sniffed.format {
            Format::Zip | Format::Xlsx | Format::Binary => {
                return Err(self.refuse("it is no text, CSV or JSON; unpack it, or save it as CSV"));
            }
            Format::Json(shape) if *shape != Shape::Lines => {
                if self.choice.column.is_some() || self.choice.labels.is_some() {
                    return Err(self.refuse(
                        "a JSON document has no columns; leave --column and --labels out",
                    ));
                }
                let mut counted = Counted {
                    inner: BufReader::with_capacity(256 << 10, &mut reader),
                    cancel: self.cancel,
                    bytes: 0,
                };
                json::each(&mut counted, &mut |kind, value| taking.typed(kind, value)).map_err(
                    |error| {
                        if self.cancel.is_cancelled() {
                            return Error::Cancelled;
                        }
                        // The message of the parser holds a place and no value.
                        self.refuse(&format!(
                            "it is no sound JSON at line {}, column {}; repair it",
                            error.line(),
                            error.column()
                        ))
                    },
                )?;
                taking.taken.bytes = counted.bytes;
            }
            format => {
                let limits = Limits::default().with_record_bytes(LARGEST);
                let mut chunks = Chunks::new(reader, &sniffed, &limits, CHUNK);
                let mut table = None;
                while let Some(item) = chunks
                    .next()
                    .map_err(|error| self.refuse(&error.to_string()))?
                {
                    if self.cancel.is_cancelled() {
                        return Err(Error::Cancelled);
                    }
                    let chunk = match item {
                        Item::Chunk(chunk) => chunk,
                        Item::Oversize(large) => {
                            taking.left(large.line, "the line is longer than 1 MiB");
                            continue;
                        }
                    };
                    match format {
                        Format::Csv(dialect) => {
                            if table.is_none() {
                                table = Some(self.table(&chunk, dialect, &mut taking)?);
                            }
                            if let Some(table) = &table {
                                table.rows(&chunk, dialect, &mut taking);
                            }
                        }
                        Format::Json(_) => {
                            for (line, text) in (chunk.first_line..).zip(chunk.text.lines()) {
                                let mut typed =
                                    |kind: Option<&str>, value: &str| taking.typed(kind, value);
                                if json::each(&mut text.as_bytes(), &mut typed).is_err() {
                                    taking.left(line, "the line is no JSON");
                                }
                            }
                        }
                        _ => {
                            for (line, text) in (chunk.first_line..).zip(chunk.text.lines()) {
                                self.line(line, text, &mut taking);
                            }
                        }
                    }
                }
                taking.taken.bytes = chunks.bytes_read();
            }
        }
        Ok(taking.taken)
    }

    /// A line of a plain list: a value, and behind it what the list's maker says of it.
    fn line(&self, line: u64, text: &str, taking: &mut Taking<'_>) {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.is_empty() || text.starts_with(['#', ';']) || text.starts_with("//") {
            return;
        }
        let ends: &[char] = match self.kind {
            Kind::Url => &[' ', '\t'],
            _ => &[' ', '\t', ',', ';'],
        };
        let mut words = text.split(ends).filter(|word| !word.is_empty());
        let mut value = words.next().unwrap_or_default();
        // A hosts file: an address that leads nowhere, and the name that is blocked.
        if self.kind == Kind::Domain
            && Kind::Ipv4.value(value).is_ok()
            && let Some(name) = words.next()
        {
            value = name;
        }
        let label = match self.choice.labels {
            None => Ok(0),
            Some(_) => label(words.next().unwrap_or_default()),
        };
        match label {
            Ok(label) => taking.value(line, value, label),
            Err(reason) => taking.left(line, reason),
        }
    }

    /// Which columns of a table are taken: those that were named, else the one that has most values of the type.
    fn table(
        &self,
        chunk: &aidos_read::Chunk,
        dialect: &Dialect,
        taking: &mut Taking<'_>,
    ) -> Result<Table, Error> {
        let header = dialect.header.clone().unwrap_or_default();
        let mut counts: Vec<u64> = Vec::new();
        let mut fields: Vec<Cow<'_, str>> = Vec::new();
        for record in csv_records(chunk, dialect) {
            if record.header || record.is_blank() {
                continue;
            }
            record.fields(&mut fields);
            counts.resize(counts.len().max(fields.len()), 0);
            for (count, field) in counts.iter_mut().zip(&fields) {
                *count += u64::from(is_of(self.kind, field.trim()));
            }
        }
        let name = |column: usize| match header.get(column) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => (column + 1).to_string(),
        };
        let find = |wanted: &str| {
            let by_name = header.iter().position(|name| name == wanted);
            let by_number = || wanted.parse::<usize>().ok()?.checked_sub(1);
            by_name
                .or_else(by_number)
                .filter(|column| *column < counts.len().max(header.len()))
                .ok_or_else(|| {
                    let all: Vec<String> = (0..counts.len().max(header.len())).map(name).collect();
                    self.refuse(&format!(
                        "it has no column `{}`; its columns are {}",
                        wanted.escape_debug(),
                        all.join(", ").escape_debug()
                    ))
                })
        };
        let values = if let Some(wanted) = self.choice.column {
            find(wanted)?
        } else {
            let most = counts.iter().copied().max().filter(|count| *count > 0);
            let column = counts.iter().position(|count| Some(*count) == most);
            column.ok_or_else(|| {
                self.refuse(&format!(
                    "no column holds values of type {}; name one with --column",
                    self.kind.word()
                ))
            })?
        };
        taking.taken.column = Some(name(values));
        taking.taken.dropped = (0..counts.len())
            .filter(|column| *column != values)
            .map(name)
            .collect();
        Ok(Table {
            values,
            labels: self.choice.labels.map(find).transpose()?,
        })
    }
}

/// The columns that are taken.
struct Table {
    values: usize,
    labels: Option<usize>,
}

impl Table {
    fn rows(&self, chunk: &aidos_read::Chunk, dialect: &Dialect, taking: &mut Taking<'_>) {
        let mut fields: Vec<Cow<'_, str>> = Vec::new();
        for record in csv_records(chunk, dialect) {
            if record.header || record.is_blank() || record.raw.starts_with('#') {
                continue;
            }
            record.fields(&mut fields);
            let value = fields.get(self.values).map_or("", |field| field.trim());
            let label = match self.labels {
                None => Ok(0),
                Some(column) => label(fields.get(column).map_or("", |field| field.trim())),
            };
            match label {
                Ok(_) if value.is_empty() => taking.left(record.line, "the cell is empty"),
                Ok(label) => taking.value(record.line, value, label),
                Err(reason) => taking.left(record.line, reason),
            }
        }
    }
}

/// A label as it stands in a list.
fn label(text: &str) -> Result<u16, &'static str> {
    text.parse()
        .map_err(|_| "its label is no number from 0 to 65535")
}

/// Whether a text could be a value of this type: for networks also the addresses that are asked for.
fn is_of(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Cidr | Kind::Ipv4 => {
            let address = text.split('/').next().unwrap_or_default();
            Kind::Ipv4.value(address).is_ok()
        }
        Kind::Domain => text.contains('.') && !text.contains(' ') && kind.value(text).is_ok(),
        kind => kind.value(text).is_ok(),
    }
}

/// What takes values, and what it counts.
struct Taking<'t> {
    taken: Taken,
    kind: Kind,
    take: &'t mut Take<'t>,
}

impl Taking<'_> {
    fn value(&mut self, place: u64, value: &str, label: u16) {
        match (self.take)(value, label) {
            Ok(()) => self.taken.values += 1,
            Err(reason) => self.left(place, reason),
        }
    }

    /// A value of a document, with the word by which that says its type.
    fn typed(&mut self, word: Option<&str>, value: &str) {
        let place = self.taken.values + self.taken.left_out + self.taken.others + 1;
        let is_ours = match word {
            None => is_of(self.kind, value),
            Some(word) => {
                self.kind.is_called(word) && value.split('|').any(|part| is_of(self.kind, part))
            }
        };
        if !is_ours {
            self.taken.others += 1;
            return;
        }
        let kind = self.kind;
        for part in value.split('|').filter(|part| is_of(kind, part)) {
            self.value(place, part, 0);
        }
    }

    fn left(&mut self, place: u64, reason: &str) {
        self.taken.left_out += 1;
        if self.taken.places.len() < SAID {
            self.taken.places.push(Left {
                place,
                reason: reason.to_owned(),
            });
        }
    }
}

trait Called {
    fn is_called(&self, word: &str) -> bool;
}

impl Called for Kind {
    /// Whether STIX or MISP says this of values of the type. Source: STIX 2.1, chapter 6; MISP's attribute types.
    fn is_called(&self, word: &str) -> bool {
        let words: &[&str] = match self {
            Self::Ipv4 | Self::Cidr => &[
                "ipv4-addr",
                "ip-src",
                "ip-dst",
                "ip",
                "domain|ip",
                "ip-src|port",
                "ip-dst|port",
            ],
            Self::Ipv6 => &[
                "ipv6-addr",
                "ip-src",
                "ip-dst",
                "ip",
                "domain|ip",
                "ip-src|port",
                "ip-dst|port",
            ],
            Self::Domain => &[
                "domain-name",
                "domain",
                "hostname",
                "domain|ip",
                "hostname|port",
            ],
            Self::Email => &[
                "email-addr",
                "email",
                "email-src",
                "email-dst",
                "email-reply-to",
                "target-email",
                "whois-registrant-email",
            ],
            Self::Url => &["url", "uri", "link"],
            Self::FileHash => &[
                "hashes",
                "md5",
                "sha1",
                "sha256",
                "sha512",
                "filename|md5",
                "filename|sha1",
                "filename|sha256",
                "filename|sha512",
            ],
            _ => &[],
        };
        words.contains(&word)
    }
}

/// A reader that can be stopped and knows how much was taken.
struct Counted<'c, R> {
    inner: R,
    cancel: &'c Cancel,
    bytes: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::ErrorKind::Other.into());
        }
        let len = self.inner.read(buffer)?;
        self.bytes += len as u64;
        Ok(len)
    }
}
