//! Foreign bytes to rows: ZIP, XLSX, CSV, JSON, text, and the encodings below them.
//!
//! Everything here reads through [`std::io::Read`] or `Read + Seek`. The crate opens no path and no
//! socket, starts no thread, and imports no other Aidos crate. Memory is bounded by [`Limits`], never
//! by the size of the input, and nothing that a foreign file declares about itself (sizes, counts,
//! dimensions) is believed before it was measured.
//!
//! The way through:
//!
//! 1. [`sniff`] looks at the name and the first 64 KiB and says what the bytes are, and why.
//! 2. An [`Archive`] hands out its members, a [`Workbook`] its sheets; everything else is a leaf.
//! 3. [`Chunks`] (or [`SheetRows`]) cuts a leaf into numbered pieces of UTF-8 text that end where a
//!    record ends. This is the sequential part, so it does as little as it can.
//! 4. [`lines`], [`csv_records`] and [`json_values`] split one piece into records. They depend on
//!    nothing but the piece, so any number of threads gives the same records.
//!
//! ```
//! use aidos_read::{Chunks, Item, Limits, lines, sniff};
//!
//! let file = "input: in:ether1 out:(none), proto UDP\nforward: in:a out:b, proto TCP\n";
//! let kind = sniff("router.log", file.as_bytes());
//! let mut chunks = Chunks::new(file.as_bytes(), &kind, &Limits::default(), 1 << 20);
//! let mut found = Vec::new();
//! while let Some(item) = chunks.next()? {
//!     if let Item::Chunk(chunk) = item {
//!         found.extend(lines(&chunk).map(|(line, text)| (line, text.len())));
//!     }
//! }
//! assert_eq!(found, [(1, 38), (2, 30)]);
//! # Ok::<(), aidos_read::ReadError>(())
//! ```
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod archive;
mod chunk;
mod chunks;
mod csv;
mod decode;
mod encoding;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod json;
mod limits;
mod lines;
mod sniff;
mod xlsx;

pub use archive::{Archive, Member, MemberReader, Modified, Reason, Verdict};
pub use chunk::{Chunk, Invalid, Item, Numbering, Oversize};
pub use chunks::Chunks;
pub use csv::{CsvRecord, CsvRecords, Dialect, Quoting, csv_records};
pub use encoding::Encoding;
pub use error::ReadError;
pub use json::{JsonKind, JsonText, JsonValues, Shape, json_values};
pub use limits::Limits;
pub use lines::lines;
pub use sniff::{Format, HEAD_BYTES, Sniff, sniff};
pub use xlsx::{SheetRows, Workbook};
