//! The way through folders, archives and sheets to the files that hold records.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

use aidos_model::Timestamp;
use aidos_read::{
    Archive, Chunk, Chunks, Format, HEAD_BYTES, Item, Sniff, Verdict, Workbook, sniff,
};

use super::found::{Found, Outcome, refused};
use super::look::Look;
use super::tables::Gather;
use super::types::Columns;
use crate::Error;
use crate::feed::{first_chunk, scores};
use crate::plan::Reading;
use crate::progress::{Cancel, Moment, Progress};
use crate::sorter::unlinked;

/// Text that is looked at, at once.
const CHUNK: usize = 256 << 10;

/// Walks over an input and what is in it.
pub(super) struct Inspector<'i> {
    pub(super) reading: &'i Reading,
    pub(super) most: u64,
    pub(super) scratch: &'i Path,
    pub(super) progress: &'i dyn Progress,
    pub(super) cancel: &'i Cancel,
    /// Text that was looked at.
    pub(super) bytes: u64,
    pub(super) each: &'i mut dyn FnMut(Found) -> Result<(), Error>,
    /// Where each leaf goes as a table, in place of being looked at.
    pub(super) gather: Option<&'i Gather>,
}

impl Inspector<'_> {
    pub(super) fn path(&mut self, path: &Path, name: &str) -> Result<(), Error> {
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

    pub(super) fn pipe(&mut self, stdin: &mut dyn Read) -> Result<(), Error> {
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
        if let Some(gather) = self.gather {
            return self.gather(gather, next, kind, found);
        }
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

impl Inspector<'_> {
    /// Reads the records of a leaf as a table.
    fn gather(
        &mut self,
        gather: &Gather,
        next: &mut dyn FnMut() -> Result<Option<Item>, aidos_read::ReadError>,
        kind: &Sniff,
        found: &mut Found,
    ) -> Result<(), Error> {
        let read = gather.fill(next, (kind, &found.path), &mut |bytes| {
            self.bytes += bytes as u64;
            self.progress.take(&Moment::At(self.bytes));
            !self.cancel.is_cancelled()
        });
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        match read {
            Ok(ended) => found.whole = ended,
            Err(error) => found.refused = Some(error.to_string()),
        }
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

/// The bytes that a format is told by.
pub(super) fn read_head(reader: &mut (impl Read + ?Sized)) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    reader.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}
