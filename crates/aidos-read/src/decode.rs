//! Bytes to UTF-8, with every byte accounted for.

use std::{collections::VecDeque, io, io::Read, ops::Range};

use encoding_rs::{Decoder as Legacy, DecoderResult};
use simdutf8::compat::from_utf8;

use crate::{Encoding, ReadError, chunk::Invalid, encoding::legacy};

/// Bytes read at once: large enough for the system call, small enough for the cache.
const RAW: usize = 256 << 10;
/// How far past a first invalid byte the decision about a legacy encoding looks.
const LOOKAHEAD: usize = 4 << 10;
/// How often that decision is tried; a file with more stray bytes is damaged, not legacy.
const TRIES: u32 = 16;

/// Reads and decodes. Its output does not depend on how the bytes arrive or on how much is asked for.
pub(crate) struct Decoder<R> {
    reader: R,
    raw: Vec<u8>,
    unread: Range<usize>,
    end_of_input: bool,
    mode: Mode,
    encoding: Encoding,
    tries: u32,
    at_start: bool,
    bytes_read: u64,
    bom: u64,
    /// Where the caller's text starts in the decoded leaf, during a fill.
    base: u64,
    invalid: VecDeque<(u64, Invalid)>,
    /// The last bytes that the legacy decoder took: a malformed sequence may have begun in them.
    taken: Vec<u8>,
}

/// Longer than any malformed sequence with the bytes that were read to find it out.
const TAKEN: usize = 8;

enum Mode {
    Utf8,
    Legacy(Box<Legacy>),
    Finished,
}

impl<R: Read> Decoder<R> {
    pub(crate) fn new(reader: R, encoding: Encoding) -> Self {
        let mode = if encoding.is_utf8() {
            Mode::Utf8
        } else {
            Mode::Legacy(Box::new(
                encoding.inner().new_decoder_without_bom_handling(),
            ))
        };
        Self {
            reader,
            raw: vec![0; RAW],
            unread: 0..0,
            end_of_input: false,
            mode,
            encoding,
            tries: if encoding.is_open() { TRIES } else { 0 },
            at_start: true,
            bytes_read: 0,
            bom: 0,
            base: 0,
            invalid: VecDeque::new(),
            taken: Vec::with_capacity(2 * TAKEN),
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes taken from the reader so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Length of the byte order mark, known after the first [`Decoder::fill`].
    pub(crate) fn bom(&self) -> u64 {
        self.bom
    }

    /// Takes the invalid bytes that stand before `end` in the decoded text.
    pub(crate) fn invalid_before(&mut self, end: u64) -> impl Iterator<Item = (u64, Invalid)> {
        let count = self.invalid.partition_point(|(at, _)| *at < end);
        self.invalid.drain(..count)
    }

    /// Appends about `want` bytes (at least one character); false at the end of the leaf. `base` says
    /// where `text` starts in the decoded leaf.
    pub(crate) fn fill(
        &mut self,
        text: &mut String,
        base: u64,
        want: usize,
    ) -> Result<bool, ReadError> {
        self.base = base;
        if self.at_start {
            self.skip_mark()?;
        }
        let before = text.len();
        let want = want.max(4);
        while text.len() - before < want {
            if self.unread.is_empty() {
                self.read_more()?;
            }
            let room = want - (text.len() - before);
            let grew = match self.mode {
                Mode::Utf8 => self.step_utf8(text, room)?,
                Mode::Legacy(_) => self.step_legacy(text, room),
                Mode::Finished => false,
            };
            if !grew && self.unread.is_empty() && self.end_of_input {
                break;
            }
        }
        Ok(text.len() > before)
    }

    fn skip_mark(&mut self) -> Result<(), ReadError> {
        self.at_start = false;
        while self.unread.len() < 4 && !self.end_of_input {
            self.read_more()?;
        }
        if let Some((inner, len)) = encoding_rs::Encoding::for_bom(self.window())
            && inner == self.encoding.inner()
        {
            self.unread.start += len;
            self.bom = len as u64;
        }
        Ok(())
    }

    fn window(&self) -> &[u8] {
        self.raw.get(self.unread.clone()).unwrap_or_default()
    }

    /// Reads once, moving what is unread to the front when the buffer is full.
    fn read_more(&mut self) -> Result<(), ReadError> {
        if self.end_of_input {
            return Ok(());
        }
        if self.unread.is_empty() {
            self.unread = 0..0;
        } else if self.unread.end == self.raw.len() {
            self.raw.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        let room = self.raw.get_mut(self.unread.end..).unwrap_or_default();
        loop {
            match self.reader.read(room) {
                Ok(0) => self.end_of_input = true,
                Ok(n) => {
                    // A reader that claims more than it was given room for is cut short.
                    let n = n.min(room.len());
                    self.unread.end += n;
                    self.bytes_read += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e.into()),
            }
            return Ok(());
        }
    }

    /// Whether anything was appended or consumed.
    fn step_utf8(&mut self, text: &mut String, room: usize) -> Result<bool, ReadError> {
        let window = self.raw.get(self.unread.clone()).unwrap_or_default();
        let piece = window.get(..room).unwrap_or(window);
        let whole = piece.len() == window.len();
        let (valid, problem) = match from_utf8(piece) {
            Ok(valid) => (valid, None),
            Err(e) => {
                let valid = piece.get(..e.valid_up_to()).unwrap_or_default();
                (from_utf8(valid).unwrap_or_default(), Some(e.error_len()))
            }
        };
        // One look per piece is enough: it only decides about bytes that come after it.
        if self.tries > 0 && !valid.is_ascii() {
            self.tries = 0;
            self.encoding = Encoding::utf8(true);
        }
        let taken = valid.len();
        text.push_str(valid);
        self.unread.start += taken;
        match problem {
            None => Ok(taken > 0),
            Some(Some(len)) => {
                self.invalid_utf8(text, len)?;
                Ok(true)
            }
            // A character cut by the end of the piece.
            Some(None) if whole && self.end_of_input => {
                self.invalid_utf8(text, self.unread.len())?;
                Ok(true)
            }
            Some(None) => {
                if whole {
                    self.read_more()?;
                } else if taken == 0 {
                    // `room` is at least 4 when a fill starts but may have shrunk below a character.
                    return self.step_utf8(text, 4);
                }
                Ok(true)
            }
        }
    }

    /// `len` bytes at the front are no UTF-8: take them for a legacy encoding, or replace them.
    fn invalid_utf8(&mut self, text: &mut String, len: usize) -> Result<(), ReadError> {
        if self.tries > 0 {
            self.tries -= 1;
            while self.unread.len() < LOOKAHEAD && !self.end_of_input {
                self.read_more()?;
            }
            let window = self.window();
            if let Some(inner) = legacy(window.get(..LOOKAHEAD).unwrap_or(window)) {
                self.encoding = Encoding::new(inner, false);
                self.mode = Mode::Legacy(Box::new(inner.new_decoder_without_bom_handling()));
                self.tries = 0;
                return Ok(());
            }
        }
        let bytes: Vec<u8> = self.window().iter().take(len).copied().collect();
        self.unread.start += bytes.len();
        self.replace(text, &bytes);
        Ok(())
    }

    /// Puts one U+FFFD and remembers the bytes. The place is made relative when a chunk takes it.
    fn replace(&mut self, text: &mut String, bytes: &[u8]) {
        self.invalid
            .push_back((self.base + text.len() as u64, Invalid::new(0, bytes)));
        text.push('\u{FFFD}');
    }

    fn step_legacy(&mut self, text: &mut String, room: usize) -> bool {
        let Mode::Legacy(decoder) = &mut self.mode else {
            return false;
        };
        let window = self.raw.get(self.unread.clone()).unwrap_or_default();
        let piece = window.get(..room).unwrap_or(window);
        let last = self.end_of_input && piece.len() == window.len();
        let before = text.len();
        text.reserve(
            decoder
                .max_utf8_buffer_length(piece.len())
                .unwrap_or(piece.len())
                + 8,
        );
        let (result, read) = decoder.decode_to_string_without_replacement(piece, text, last);
        let new = piece
            .get(read.saturating_sub(TAKEN)..read)
            .unwrap_or_default();
        self.taken.extend_from_slice(new);
        self.unread.start += read;
        let held = self.taken.len();
        match result {
            DecoderResult::Malformed(len, after) => {
                let end = held.saturating_sub(usize::from(after));
                let start = end.saturating_sub(usize::from(len));
                let bytes = self.taken.get(start..end).unwrap_or_default().to_vec();
                self.replace(text, &bytes);
            }
            DecoderResult::InputEmpty if last => self.mode = Mode::Finished,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
        self.taken.drain(..held.saturating_sub(TAKEN));
        read > 0 || text.len() > before
    }
}
