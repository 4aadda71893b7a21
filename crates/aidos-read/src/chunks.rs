//! The sequential part: a leaf in, chunks that end where records end out.

use std::io::Read;

use memchr::{memchr, memchr_iter, memrchr};
use sha2::{Digest, Sha256};

use crate::{
    Encoding, Format, Limits, ReadError, Shape, Sniff,
    chunk::{Chunk, Item, Numbering, Oversize, Splitting},
    csv::{self, Dialect},
    decode::Decoder,
    json::{self, Next, Skip},
};

/// How much of an oversize record is kept.
pub(crate) const OVERSIZE_HEAD: usize = 4 << 10;
/// Buffers kept for the next chunks.
const SPARE: usize = 8;

/// Cuts a leaf into chunks, in order.
///
/// The records found in the chunks do not depend on the chunk size or on how the bytes arrive. At most
/// about `chunk_size` plus twice [`Limits::record_bytes`] of text is held.
///
/// Reading goes on after an [`Item::Oversize`]; after an error it does not.
pub struct Chunks<R> {
    decoder: Decoder<R>,
    records: Records,
    limits: Limits,
    chunk_size: usize,
    /// Decoded text; what lies before `start` was given out.
    text: String,
    start: usize,
    /// Where `text` starts in the decoded leaf.
    base: u64,
    line: u64,
    offset: u64,
    first: bool,
    ended: bool,
    failed: bool,
    spare: Vec<String>,
}

/// What a record is.
#[derive(Debug, Clone)]
enum Records {
    Lines,
    Csv(Dialect),
    Json(Shape),
}

/// What can be cut off in front.
enum Cut {
    /// So many bytes of whole records.
    At(usize),
    More,
    Oversize,
}

impl<R: Read> Chunks<R> {
    /// Starts a leaf. `chunk_size` is the size of a chunk in bytes, about; 1 MiB is good.
    ///
    /// Archives, workbooks and binary files are not leaves; if one is given, it is cut into lines.
    pub fn new(reader: R, sniff: &Sniff, limits: &Limits, chunk_size: usize) -> Self {
        let records = match &sniff.format {
            Format::Csv(dialect) => Records::Csv(dialect.clone()),
            Format::Json(shape) => Records::Json(shape.clone()),
            _ => Records::Lines,
        };
        Self {
            decoder: Decoder::new(reader, sniff.encoding),
            records,
            limits: limits.clone(),
            chunk_size: chunk_size.max(1),
            text: String::new(),
            start: 0,
            base: 0,
            line: 1,
            offset: 0,
            first: true,
            ended: false,
            failed: false,
            spare: Vec::new(),
        }
    }

    /// The next piece of the leaf; `None` at its end.
    ///
    /// # Errors
    ///
    /// What the reader below returned. Damage in the text is no error.
    #[expect(
        clippy::should_implement_trait,
        reason = "it can fail, and a fallible iterator misleads"
    )]
    pub fn next(&mut self) -> Result<Option<Item>, ReadError> {
        if self.failed {
            return Ok(None);
        }
        let item = self.advance();
        self.failed = item.is_err();
        item
    }

    /// Gives a text back, so that its memory is used again.
    pub fn recycle(&mut self, mut text: String) {
        // One oversized buffer must not stay for ever.
        if self.spare.len() < SPARE && text.capacity() <= self.chunk_size.saturating_mul(4) {
            text.clear();
            self.spare.push(text);
        }
    }

    /// Bytes taken from the reader so far; it runs ahead of the chunks.
    pub fn bytes_read(&self) -> u64 {
        self.decoder.bytes_read()
    }

    /// The encoding as known by now; an ASCII head may turn out to be a legacy encoding later.
    pub fn encoding(&self) -> Encoding {
        self.decoder.encoding()
    }

    fn advance(&mut self) -> Result<Option<Item>, ReadError> {
        let mut want = self.chunk_size;
        loop {
            let have = self.text.len() - self.start;
            if have < want && !self.ended {
                self.fill(want - have)?;
                continue;
            }
            if have == 0 {
                return Ok(None);
            }
            match self.cut() {
                Cut::At(end) => return Ok(Some(Item::Chunk(self.take(end)))),
                Cut::Oversize => return self.oversize().map(|o| Some(Item::Oversize(o))),
                // Twice as much each time, so that looking again costs no more than looking once.
                Cut::More if !self.ended => want = have.saturating_mul(2).max(64),
                // Cannot be: with all text there, every record has an end.
                Cut::More => return Ok(Some(Item::Chunk(self.take(have)))),
            }
        }
    }

    fn fill(&mut self, want: usize) -> Result<(), ReadError> {
        if self.start > self.text.len() / 2 {
            self.base += self.start as u64;
            self.text.drain(..self.start);
            self.start = 0;
        }
        self.text.reserve(want.min(1 << 24));
        let more = self.decoder.fill(&mut self.text, self.base, want)?;
        self.ended = !more;
        if self.first && self.start == 0 && self.base == 0 {
            self.offset = self.decoder.bom();
        }
        Ok(())
    }

    fn pending(&self) -> &str {
        self.text.get(self.start..).unwrap_or_default()
    }

    /// Finds whole records in front, about a chunk of them.
    fn cut(&self) -> Cut {
        let text = self.pending();
        let max = self.limits.record_bytes;
        match &self.records {
            Records::Lines | Records::Json(Shape::Lines) => {
                cut_lines(text.as_bytes(), self.ended, self.chunk_size, max)
            }
            Records::Csv(dialect) => self.cut_records(text.len(), |at| {
                let rest = text.as_bytes().get(at..).unwrap_or_default();
                match csv::record_end(rest, self.ended, dialect, max) {
                    csv::End::At { end, .. } => Cut::At(at + end),
                    csv::End::More => Cut::More,
                    csv::End::Oversize => Cut::Oversize,
                }
            }),
            Records::Json(shape) => self.cut_records(text.len(), |at| {
                let first = self.first && at == 0;
                let rest = text.get(at..).unwrap_or_default();
                match json::next_record(rest, self.ended, shape, first, max) {
                    Next::Record(record) => Cut::At(at + record.end),
                    // The brace of a wrapper must stay with the blanks before it.
                    Next::Separators(_) if first && !self.ended && rest.len() <= max => Cut::More,
                    Next::Separators(end) => Cut::At(at + end),
                    Next::More => Cut::More,
                    Next::Oversize => {
                        // What stands before the record goes first.
                        match json::separators(rest.as_bytes(), shape, first) {
                            0 => Cut::Oversize,
                            end => Cut::At(at + end),
                        }
                    }
                }
            }),
        }
    }

    fn cut_records(&self, len: usize, next: impl Fn(usize) -> Cut) -> Cut {
        let mut at = 0;
        while at < len && at < self.chunk_size {
            match next(at) {
                Cut::At(end) => at = end,
                other if at == 0 => return other,
                _ => break,
            }
        }
        Cut::At(at)
    }

    /// Gives out `len` bytes in front as a chunk.
    fn take(&mut self, len: usize) -> Chunk {
        let end = (self.start + len).min(self.text.len());
        let mut text = self.spare.pop().unwrap_or_default();
        let rest = self.text.len() - end;
        let begin = self.base + self.start as u64;
        if self.start == 0 && rest <= end {
            // The buffer itself goes out; only the rest is copied.
            text.push_str(self.text.get(end..).unwrap_or_default());
            self.text.truncate(end);
            std::mem::swap(&mut self.text, &mut text);
            self.base += end as u64;
        } else {
            text.push_str(self.text.get(self.start..end).unwrap_or_default());
            self.start = end;
        }
        self.pass(&text, begin).into_chunk(text)
    }

    /// Moves line and offset past `text`, which began at `begin` of the decoded leaf.
    fn pass(&mut self, text: &str, begin: u64) -> Place {
        let invalid: Vec<_> = self
            .decoder
            .invalid_before(begin + text.len() as u64)
            .map(|(at, mut invalid)| {
                let offset = at.saturating_sub(begin);
                invalid.offset_in_chunk = u32::try_from(offset).unwrap_or(u32::MAX);
                invalid
            })
            .collect();
        let encoding = self.decoder.encoding();
        let place = Place {
            line: self.line,
            offset: self.offset,
            first: self.first,
            encoding,
            limits: Splitting::from(&self.limits),
            invalid,
        };
        self.offset += encoding.encoded_len(text, &place.invalid);
        self.line += memchr_iter(b'\n', text.as_bytes()).count() as u64;
        self.first = false;
        place
    }

    /// Follows a record above the largest size to its end, hashing it.
    fn oversize(&mut self) -> Result<Oversize, ReadError> {
        let (line, offset) = (self.line, self.offset);
        let mut skip = match &self.records {
            Records::Json(shape) => Skip::new(shape, self.pending().starts_with('{')),
            Records::Lines | Records::Csv(_) => Skip::new(&Shape::Lines, false),
        };
        let mut record = Hashed::default();
        let mut invalid = 0;
        loop {
            let (end, done) = skip.end(self.pending(), self.ended);
            let text = self.pending().get(..end).unwrap_or_default().to_owned();
            let begin = self.base + self.start as u64;
            self.start += text.len();
            invalid += self.pass(&text, begin).invalid.len() as u64;
            record.update(text.as_bytes());
            if done {
                let (len, sha256, head) = record.finish();
                return Ok(Oversize {
                    line,
                    offset,
                    len,
                    sha256,
                    head,
                    invalid,
                });
            }
            self.fill(self.chunk_size.max(64 << 10))?;
        }
    }
}

/// Where a chunk stands and what belongs to it.
struct Place {
    line: u64,
    offset: u64,
    first: bool,
    encoding: Encoding,
    limits: Splitting,
    invalid: Vec<crate::Invalid>,
}

impl Place {
    fn into_chunk(self, text: String) -> Chunk {
        Chunk {
            text,
            first_line: self.line,
            offset: self.offset,
            first: self.first,
            numbering: Numbering::ByNewline,
            encoding: self.encoding,
            invalid: self.invalid,
            limits: self.limits,
        }
    }
}

/// Length, hash and head of a record without its line end.
#[derive(Default)]
pub(crate) struct Hashed {
    hash: Sha256,
    len: u64,
    head: Vec<u8>,
    /// A line end that may yet prove to be inside.
    held: Vec<u8>,
}

impl Hashed {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let body = all.strip_suffix(b"\n").unwrap_or(&all);
        let body = body.strip_suffix(b"\r").unwrap_or(body).len();
        self.held = all.split_off(body);
        self.add(&all);
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        let room = OVERSIZE_HEAD.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(room));
    }

    pub(crate) fn finish(mut self) -> (u64, [u8; 32], Vec<u8>) {
        // A lone `\r` belongs to the record.
        if !self.held.ends_with(b"\n") {
            let held = std::mem::take(&mut self.held);
            self.add(&held);
        }
        (self.len, self.hash.finalize().into(), self.head)
    }
}

/// Whole lines in front, about `target` bytes of them; every one at most `max` long.
fn cut_lines(bytes: &[u8], last: bool, target: usize, max: usize) -> Cut {
    let mut at = 0;
    while at < target.min(bytes.len()) {
        // Lines that end within the next `max + 1` bytes are no longer than that.
        let end = at
            .saturating_add(max)
            .saturating_add(1)
            .min(target)
            .min(bytes.len());
        match memrchr(b'\n', bytes.get(at..end).unwrap_or_default()) {
            Some(found) => at += found + 1,
            None => break,
        }
    }
    let rest = bytes.get(at..).unwrap_or_default();
    if at > 0 && !(last && at < target && rest.len() <= max && bytes.len() <= target) {
        return Cut::At(at);
    }
    if at > 0 {
        // The last line of the leaf, without a line end.
        return Cut::At(bytes.len());
    }
    let window = rest.get(..max.saturating_add(1)).unwrap_or(rest);
    match memchr(b'\n', window) {
        Some(found) => Cut::At(found + 1),
        None if rest.len() > max => Cut::Oversize,
        None if last => Cut::At(rest.len()),
        None => Cut::More,
    }
}
