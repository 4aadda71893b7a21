//! Following an object that is too large to hold.

use memchr::memchr;

use super::{
    Shape, find,
    scan::{Found, Scan},
};

/// Follows a record that is too large to hold to where it ends.
///
/// For an object this is its closing brace, the first line end after damage, or a line end before a
/// `{` in the first column: there a new record starts, and this one was never closed.
pub(crate) struct Skip {
    scan: Option<Scan>,
    seen: usize,
}

impl Skip {
    pub(crate) fn new(shape: &Shape, starts_object: bool) -> Self {
        let follow = starts_object && *shape != Shape::Lines;
        Self {
            scan: follow.then(Scan::default),
            seen: 0,
        }
    }

    /// Looks at the next piece: where the record ends in it, or `None` if it goes on.
    ///
    /// A line end is told together with the byte after it, so the last character of a piece is left
    /// for the next call unless `last`.
    pub(crate) fn end(&mut self, piece: &str, last: bool) -> (usize, bool) {
        let before_last = piece.char_indices().next_back().map_or(0, |(at, _)| at);
        let usable = if last { piece.len() } else { before_last };
        let piece = piece.as_bytes();
        let bytes = piece.get(..usable).unwrap_or_default();
        let line = memchr(b'\n', bytes);
        let Some(scan) = &mut self.scan else {
            return match line {
                Some(end) => (end + 1, true),
                None => (usable, last),
            };
        };
        let column = memchr::memmem::find(piece, b"\n{").map(|at| at + 1);
        let end = match scan.run(bytes, 0, self.seen) {
            Found::End(end) => Some(end),
            Found::Broken { at, .. } => {
                // From here on only the line end counts.
                self.scan = None;
                find(bytes, at, |rest| memchr(b'\n', rest)).map(|found| found + 1)
            }
            Found::More => None,
        };
        let end = match (end, column) {
            (Some(end), Some(column)) => Some(end.min(column)),
            (end, column) => end.or(column),
        };
        self.seen += usable;
        match end {
            Some(end) => (end, true),
            None => (usable, last),
        }
    }
}
