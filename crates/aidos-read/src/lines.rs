//! Text: a record is a line.

use crate::chunk::{Chunk, Numbering};

/// The lines of a chunk with their numbers, without `\n` or `\r\n`.
///
/// A lone `\r` stays inside. A last line without a line end counts; an empty rest after the last line
/// end does not.
///
/// ```
/// # use aidos_read::{Chunks, Item, Limits, lines, sniff};
/// let text = b"one\r\n\nthree".as_slice();
/// let mut chunks = Chunks::new(text, &sniff("a.txt", text), &Limits::default(), 1 << 20);
/// let Some(Item::Chunk(chunk)) = chunks.next()? else { panic!() };
/// assert_eq!(lines(&chunk).collect::<Vec<_>>(), [(1, "one"), (2, ""), (3, "three")]);
/// # Ok::<(), aidos_read::ReadError>(())
/// ```
pub fn lines(chunk: &Chunk) -> impl Iterator<Item = (u64, &str)> {
    let mut rest = chunk.text.as_str();
    let mut index = 0usize;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = first_line(rest);
        rest = after;
        let number = number_at(chunk, index);
        index += 1;
        Some((number, line))
    })
}

/// Splits off the first line, without its line end.
pub(crate) fn first_line(text: &str) -> (&str, &str) {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(end) => {
            let (line, after) = text.split_at(end);
            (
                line.strip_suffix('\r').unwrap_or(line),
                after.get(1..).unwrap_or_default(),
            )
        }
        None => (text, ""),
    }
}

/// The number of the record with this index, if every line is a record.
fn number_at(chunk: &Chunk, index: usize) -> u64 {
    match &chunk.numbering {
        Numbering::ByNewline => chunk.first_line + index as u64,
        Numbering::ByRecord(table) => table.get(index).copied().unwrap_or(chunk.first_line),
    }
}
