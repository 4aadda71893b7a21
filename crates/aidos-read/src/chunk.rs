//! What a leaf is cut into.

use crate::Encoding;

/// One piece of a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Whole records as text.
    Chunk(Chunk),
    /// A record above [`crate::Limits::record_bytes`], measured and hashed but not held.
    Oversize(Oversize),
}

/// Whole records of a leaf as valid UTF-8.
///
/// The texts of all chunks and the oversize records, in order, are the decoded leaf without its
/// byte order mark; nothing is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// The text; ends at a record boundary or at the end of the leaf.
    pub text: String,
    /// Line on which `text` starts, from 1.
    pub first_line: u64,
    /// Where `text` starts in the leaf, in bytes. Exact for UTF-8 (byte order mark and invalid bytes
    /// counted as they stand in the file) and UTF-16; for other encodings it counts the decoded
    /// UTF-8. For a sheet it counts the rendered text.
    pub offset: u64,
    /// Whether this is the first text of the leaf (a JSON wrapper opens here).
    pub first: bool,
    /// How its records get their line numbers.
    pub numbering: Numbering,
    /// What `text` was decoded from.
    pub encoding: Encoding,
    /// The bytes that were no text, each replaced by one U+FFFD.
    pub invalid: Vec<Invalid>,
    pub(crate) limits: Splitting,
}

/// What splitting needs to know, so that it never disagrees with framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Splitting {
    pub(crate) record_bytes: usize,
    pub(crate) json_depth: u32,
    pub(crate) csv_fields: usize,
}

impl From<&crate::Limits> for Splitting {
    fn from(limits: &crate::Limits) -> Self {
        Self {
            record_bytes: limits.record_bytes,
            json_depth: limits.json_depth,
            csv_fields: limits.csv_fields,
        }
    }
}

/// How the records of a chunk are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// By counting line ends from [`Chunk::first_line`].
    ByNewline,
    /// The n-th record has the n-th number: the row of the sheet.
    ByRecord(Vec<u64>),
}

/// Bytes that do not belong to the encoding.
///
/// At most seven bytes (the longest malformed sequence is shorter); twelve bytes of memory, so that a
/// chunk full of them stays small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Invalid {
    /// Where their U+FFFD stands in the chunk's text.
    pub offset_in_chunk: u32,
    len: u8,
    raw: [u8; 7],
}

impl Invalid {
    pub(crate) fn new(offset: u32, bytes: &[u8]) -> Self {
        let mut raw = [0; 7];
        let mut len = 0;
        for (slot, byte) in raw.iter_mut().zip(bytes) {
            *slot = *byte;
            len += 1;
        }
        Self {
            offset_in_chunk: offset,
            len,
            raw,
        }
    }

    /// The bytes as they stood in the leaf.
    pub fn bytes(&self) -> &[u8] {
        self.raw.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Invalid {
    /// Shows where and how many, not which: log text belongs in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Invalid({} bytes at {})", self.len, self.offset_in_chunk)
    }
}

/// A record too large to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oversize {
    /// Line on which it starts, from 1; for a sheet the row.
    pub line: u64,
    /// Where it starts, counted as [`Chunk::offset`].
    pub offset: u64,
    /// Its length in bytes of decoded text, without its line end.
    pub len: u64,
    /// SHA-256 of these bytes.
    pub sha256: [u8; 32],
    /// The first 4 KiB of them; may end inside a character.
    pub head: Vec<u8>,
    /// How many invalid sequences it held, each hashed as U+FFFD.
    pub invalid: u64,
}
