//! Writes a log and its truth side by side, and counts.

use std::io::Write;

use crate::text::int;
use crate::{AttackRecord, Error, FileSummary, Files};

/// Bytes gathered before they are handed on.
const GATHER: usize = 256 * 1024;

/// One file with its buffer.
pub(crate) struct Output {
    name: &'static str,
    file: Box<dyn Write>,
    buffer: Vec<u8>,
    flushed: u64,
}

impl Output {
    /// Creates the file.
    pub(crate) fn create(files: &mut dyn Files, name: &'static str) -> Result<Self, Error> {
        let file = files
            .create(name)
            .map_err(|source| Error::Write { file: name, source })?;
        Ok(Self {
            name,
            file,
            buffer: Vec::with_capacity(GATHER + 64 * 1024),
            flushed: 0,
        })
    }

    /// Writes the list of attacks, one a line.
    pub(crate) fn put_records(&mut self, records: &[AttackRecord]) -> Result<(), Error> {
        self.buffer.extend_from_slice(b"[");
        for (i, record) in records.iter().enumerate() {
            self.buffer
                .extend_from_slice(if i == 0 { b"\n" } else { b",\n" });
            serde_json::to_writer(&mut self.buffer, record).map_err(|error| Error::Write {
                file: self.name,
                source: error.into(),
            })?;
            self.flush_if(GATHER)?;
        }
        self.buffer.extend_from_slice(b"\n]\n");
        Ok(())
    }

    fn flush_if(&mut self, least: usize) -> Result<(), Error> {
        if self.buffer.len() >= least {
            self.file
                .write_all(&self.buffer)
                .map_err(|source| Error::Write {
                    file: self.name,
                    source,
                })?;
            self.flushed += self.buffer.len() as u64;
            self.buffer.clear();
        }
        Ok(())
    }

    fn len(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Hands the rest on and gives the file's length.
    pub(crate) fn close(mut self) -> Result<u64, Error> {
        self.flush_if(0)?;
        self.file.flush().map_err(|source| Error::Write {
            file: self.name,
            source,
        })?;
        Ok(self.flushed)
    }
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It holds this many entries.
    Entry(u64),
    /// It repeats an earlier row.
    Duplicate,
    /// Nothing can be read from it.
    Reject,
    /// Header, comment or blank.
    Skip,
}

/// A log, its truth, and the sums.
pub(crate) struct Ledger<'a> {
    log: Output,
    truth: &'a mut Output,
    progress: &'a mut dyn FnMut(u64) -> bool,
    before: u64,
    told: u64,
    budget: u64,
    summary: FileSummary,
}

impl<'a> Ledger<'a> {
    /// Opens the log `name` of `budget` bytes; `before` bytes of other logs are made already.
    pub(crate) fn open(
        files: &mut dyn Files,
        name: &'static str,
        budget: u64,
        before: u64,
        truth: &'a mut Output,
        progress: &'a mut dyn FnMut(u64) -> bool,
    ) -> Result<Self, Error> {
        let log = Output::create(files, name)?;
        let summary = FileSummary {
            file: name,
            ..FileSummary::default()
        };
        Ok(Self {
            log,
            truth,
            progress,
            before,
            told: 0,
            budget,
            summary,
        })
    }

    /// Bytes that this log should have.
    pub(crate) fn budget(&self) -> u64 {
        self.budget
    }

    /// Bytes that this log has.
    pub(crate) fn written(&self) -> u64 {
        self.log.len()
    }

    /// Bytes to go.
    pub(crate) fn left(&self) -> u64 {
        self.budget.saturating_sub(self.written())
    }

    /// Lines so far.
    pub(crate) fn lines(&self) -> u64 {
        self.summary.lines
    }

    /// Writes one line and its truth.
    ///
    /// `line` appends the line with its end to the log; `entries` appends the true entries, with
    /// commas between, to the truth.
    pub(crate) fn put(
        &mut self,
        fate: Fate,
        dirt: &[&str],
        beyond_repair: bool,
        line: impl FnOnce(&mut Vec<u8>),
        entries: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), Error> {
        line(&mut self.log.buffer);
        self.summary.lines += 1;
        let truth = &mut self.truth.buffer;
        truth.extend_from_slice(b"{\"file\":\"");
        truth.extend_from_slice(self.log.name.as_bytes());
        truth.extend_from_slice(b"\",\"line\":");
        int(truth, self.summary.lines);
        truth.extend_from_slice(match fate {
            Fate::Entry(rows) => {
                self.summary.entries += rows;
                b",\"fate\":\"entry\",\"entries\":["
            }
            Fate::Duplicate => {
                self.summary.duplicates += 1;
                b",\"fate\":\"duplicate\",\"entries\":[".as_slice()
            }
            Fate::Reject => {
                self.summary.rejects += 1;
                b",\"fate\":\"reject\",\"entries\":["
            }
            Fate::Skip => {
                self.summary.skipped += 1;
                b",\"fate\":\"skip\",\"entries\":["
            }
        });
        entries(truth);
        truth.extend_from_slice(b"],\"dirt\":[");
        for (i, kind) in dirt.iter().enumerate() {
            truth.extend_from_slice(if i == 0 { b"\"" } else { b",\"" });
            truth.extend_from_slice(kind.as_bytes());
            truth.push(b'"');
        }
        truth.extend_from_slice(if beyond_repair {
            b"],\"beyond_repair\":true}\n"
        } else {
            b"]}\n"
        });
        self.summary.dirty += u64::from(!dirt.is_empty());
        self.summary.beyond_repair += u64::from(beyond_repair);

        self.log.flush_if(GATHER)?;
        self.truth.flush_if(GATHER)?;
        if self.log.len() >= self.told + (1 << 20) {
            self.told = self.log.len();
            let bytes = self.before + self.told;
            if !(self.progress)(bytes) {
                return Err(Error::Stopped { bytes });
            }
        }
        Ok(())
    }

    /// Closes the log; the truth stays open for the next one.
    pub(crate) fn close(self) -> Result<FileSummary, Error> {
        let Self {
            log, mut summary, ..
        } = self;
        summary.bytes = log.close()?;
        Ok(summary)
    }
}
