//! A text whole or in pieces, cut into lines by its content alone.

use memchr::{memchr, memrchr};

use super::Find;
use super::refang::refanged;
use super::walk::{Line, walk};

/// A longer line is cut.
pub(super) const LONGEST: usize = 64 << 10;

/// Calls `each` for every indicator of a text, in order.
///
/// ```
/// # use aidos_convert::indicator::{Kind, scan};
/// let mut found = Vec::new();
/// scan(b"beacons to hxxps://evil[.]example/x, then 203.0.113[.]9", &mut |find| {
///     found.push((find.kind, find.value.to_string(), find.start));
/// });
/// assert_eq!(
///     found,
///     [
///         (Kind::Url, "https://evil.example/x".to_owned(), 11),
///         (Kind::Ipv4, "203.0.113.9".to_owned(), 42),
///     ]
/// );
/// ```
pub fn scan(text: &[u8], each: &mut dyn FnMut(Find<'_>)) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = line_end(rest).unwrap_or(rest.len());
        line(&rest[..len], at as u64, each);
        at += len;
    }
}

/// Where the first line ends, behind its line end; `None` when more bytes are needed to tell.
fn line_end(text: &[u8]) -> Option<usize> {
    let window = &text[..text.len().min(LONGEST)];
    if let Some(end) = memchr(b'\n', window) {
        return Some(end + 1);
    }
    if text.len() < LONGEST {
        return None;
    }
    // A blank in the second half, else in the middle of something.
    let half = LONGEST / 2;
    let blank = memrchr(b' ', &window[half..]);
    Some(blank.map_or(LONGEST, |at| half + at + 1))
}

fn line(raw: &[u8], base: u64, each: &mut dyn FnMut(Find<'_>)) {
    match refanged(raw) {
        None => walk(&mut Line::new(raw, base, &[], each)),
        Some((clean, edits)) => walk(&mut Line::new(&clean, base, &edits, each)),
    }
}

/// Scans a text that arrives in pieces, in bounded memory: it keeps the piece of a line that is not ended yet.
///
/// ```
/// # use aidos_convert::indicator::Scanner;
/// let mut found = Vec::new();
/// let mut scanner = Scanner::default();
/// for piece in ["see 198.51.", "100.7 and\nCVE-2024", "-3400"] {
///     scanner.feed(piece.as_bytes(), &mut |find| found.push(find.value.to_string()));
/// }
/// scanner.finish(&mut |find| found.push(find.value.to_string()));
/// assert_eq!(found, ["198.51.100.7", "CVE-2024-3400"]);
/// ```
#[derive(Clone, Default)]
pub struct Scanner {
    kept: Vec<u8>,
    base: u64,
}

impl std::fmt::Debug for Scanner {
    /// Without the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner")
            .field("kept", &self.kept.len())
            .field("base", &self.base)
            .finish()
    }
}

impl Scanner {
    /// Takes the next piece. Places count from the first byte that was ever fed.
    pub fn feed(&mut self, piece: &[u8], each: &mut dyn FnMut(Find<'_>)) {
        let mut rest = piece;
        // What is kept is shorter than a line may be: it takes what it lacks and no more.
        while !self.kept.is_empty() {
            let want = (LONGEST - self.kept.len()).min(rest.len());
            let want = memchr(b'\n', &rest[..want]).map_or(want, |at| at + 1);
            self.kept.extend_from_slice(&rest[..want]);
            rest = &rest[want..];
            let Some(end) = line_end(&self.kept) else {
                return;
            };
            line(&self.kept[..end], self.base, each);
            self.kept.drain(..end);
            self.base += end as u64;
        }
        while let Some(end) = line_end(rest) {
            line(&rest[..end], self.base, each);
            self.base += end as u64;
            rest = &rest[end..];
        }
        self.kept.extend_from_slice(rest);
    }

    /// Ends the text. The scanner begins a new one, whose places go on.
    pub fn finish(&mut self, each: &mut dyn FnMut(Find<'_>)) {
        if !self.kept.is_empty() {
            line(&self.kept, self.base, each);
            self.base += self.kept.len() as u64;
            self.kept.clear();
        }
    }
}
