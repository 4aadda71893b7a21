//! The words of a line, and who reads which.

use std::borrow::Cow;

use super::refang::Edit;
use super::{Find, Kind, Reach, hash, host, name, path, url};

/// A byte that can stand in a word.
const WORD: u16 = 1;
pub(super) const DIGIT: u16 = 1 << 1;
pub(super) const ALPHA: u16 = 1 << 2;
pub(super) const DOT: u16 = 1 << 3;
pub(super) const COLON: u16 = 1 << 4;
pub(super) const SLASH: u16 = 1 << 5;
pub(super) const AT: u16 = 1 << 6;
pub(super) const BACK: u16 = 1 << 7;
pub(super) const DASH: u16 = 1 << 8;

/// What each byte says of the word it stands in; 0 parts words.
static CLASS: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation)] // below 256
        let own = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xff => ALPHA,
            b'.' => DOT,
            b':' => COLON,
            b'/' => SLASH,
            b'@' => AT,
            b'\\' => BACK,
            b'-' => DASH,
            b'_' | b'+' | b'%' => WORD,
            _ => 0,
        };
        table[byte] = if own == 0 { 0 } else { own | WORD };
        byte += 1;
    }
    table
};

/// One line, refanged, and what is found in it.
pub(super) struct Line<'l, 'e> {
    pub(super) text: &'l [u8],
    base: u64,
    edits: &'l [Edit],
    each: &'e mut dyn FnMut(Find<'_>),
}

impl<'l, 'e> Line<'l, 'e> {
    pub(super) fn new(
        text: &'l [u8],
        base: u64,
        edits: &'l [Edit],
        each: &'e mut dyn FnMut(Find<'_>),
    ) -> Self {
        Self {
            text,
            base,
            edits,
            each,
        }
    }

    /// The byte at a place; 0 behind the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    /// Whether anything between these places was spelled otherwise.
    pub(super) fn is_defanged(&self, start: usize, end: usize) -> bool {
        let from = self
            .edits
            .partition_point(|edit| edit.clean + edit.clean_len <= start);
        self.edits.get(from..).is_some_and(|edits| {
            edits
                .iter()
                .take_while(|edit| edit.clean < end)
                .any(|edit| edit.clean_len > 0 || edit.clean > start)
        })
    }

    /// The place in the text as it is spelled; of an end, behind what is spelled.
    fn raw(&self, at: usize, is_end: bool) -> usize {
        let before = self.edits.partition_point(|edit| {
            let end = edit.clean + edit.clean_len;
            if is_end { edit.clean < at } else { end <= at }
        });
        let Some(edit) = before.checked_sub(1).and_then(|last| self.edits.get(last)) else {
            return at;
        };
        let end = edit.clean + edit.clean_len;
        edit.raw + edit.raw_len + at.saturating_sub(end)
    }

    pub(super) fn found(
        &mut self,
        kind: Kind,
        start: usize,
        end: usize,
        value: Cow<'_, str>,
        reach: Reach,
    ) {
        let defanged = self.is_defanged(start, end);
        let (from, to) = (self.raw(start, false), self.raw(end, true));
        (self.each)(Find {
            kind,
            value,
            start: self.base + from as u64,
            len: to - from,
            defanged,
            reach,
        });
    }

    /// The same, of what stands there.
    pub(super) fn found_as_is(&mut self, kind: Kind, start: usize, end: usize, reach: Reach) {
        let text = self.text;
        if let Some(value) = text
            .get(start..end)
            .and_then(|it| std::str::from_utf8(it).ok())
        {
            self.found(kind, start, end, value.into(), reach);
        }
    }
}

/// Finds all of a line.
pub(super) fn walk(line: &mut Line<'_, '_>) {
    let text = line.text;
    let mut at = 0;
    while at < text.len() {
        let start = at;
        let mut mask = 0;
        while let Some(&byte) = text.get(at) {
            let class = CLASS[usize::from(byte)];
            if class == 0 {
                break;
            }
            mask |= class;
            at += 1;
        }
        if at > start && mask & (DIGIT | DOT | COLON | SLASH | AT | BACK) != 0 {
            at = word(line, start, at, mask);
        } else if at == start {
            at += 1;
        }
    }
}

/// Reads one word, and gives back where to go on.
fn word(line: &mut Line<'_, '_>, start: usize, end: usize, mask: u16) -> usize {
    if mask & (DOT | COLON | SLASH | AT | BACK) == 0 {
        plain(line, start, end, mask);
        return end;
    }
    if mask & (COLON | SLASH) == COLON | SLASH
        && let Some(to) = url::read(line, start, end)
    {
        return to;
    }
    if mask & BACK != 0
        && let Some(to) = path::windows(line, start, end)
    {
        return to;
    }
    let (start, end) = trim(line.text, start, end);
    if start >= end {
        return end.max(start + 1);
    }
    if mask & COLON != 0
        && (hash::ssdeep(line, start, end)
            || name::mac(line, start, end)
            || host::ipv6(line, start, end))
    {
        return end;
    }
    if mask & SLASH != 0 && (host::network(line, start, end) || path::unix(line, start, end)) {
        return end;
    }
    pieces(line, start, end, mask);
    end
}

/// Full stops, colons and dashes around a word are not of it, but for `::`.
fn trim(text: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    while end > start
        && (matches!(text[end - 1], b'.' | b'-')
            || text[end - 1] == b':' && !(end >= 2 + start && text[end - 2] == b':'))
    {
        end -= 1;
    }
    while start < end
        && (matches!(text[start], b'.' | b'-')
            || text[start] == b':' && text.get(start + 1) != Some(&b':'))
    {
        start += 1;
    }
    (start, end)
}

/// The pieces of a word between `:`, `/` and `\`.
fn pieces(line: &mut Line<'_, '_>, start: usize, end: usize, mask: u16) {
    if mask & (COLON | SLASH | BACK) == 0 {
        piece(line, start, start, end);
        return;
    }
    let mut at = start;
    while at < end {
        let rest = &line.text[at..end];
        let len = rest
            .iter()
            .position(|byte| matches!(byte, b':' | b'/' | b'\\'));
        let to = at + len.unwrap_or(rest.len());
        let (from, until) = trim(line.text, at, to);
        if from < until {
            piece(line, start, from, until);
        }
        at = to + 1;
    }
}

/// One piece, of the word that begins at `word`.
fn piece(line: &mut Line<'_, '_>, word: usize, start: usize, end: usize) {
    let text = line.text;
    let mask = text[start..end]
        .iter()
        .fold(0, |mask, byte| mask | CLASS[usize::from(*byte)]);
    if mask & AT != 0 {
        host::email(line, start, end);
    } else if mask & DOT == 0 {
        if mask & DIGIT != 0 {
            plain(line, start, end, mask);
        }
    } else if name::technique(line, start, end)
        || name::mac(line, start, end)
        || host::ipv4(line, word, start, end)
    {
    } else if mask & ALPHA != 0 && !path::file_name(line, word, start, end) {
        host::domain(line, word, start, end);
    }
}

/// A word of letters, digits and dashes.
fn plain(line: &mut Line<'_, '_>, start: usize, end: usize, mask: u16) {
    if mask & DASH != 0 {
        let _ = name::cve(line, start, end) || name::mac(line, start, end);
    } else if mask & ALPHA != 0 {
        let _ = hash::digest(line, start, end)
            || name::asn(line, start, end)
            || name::technique(line, start, end)
            || hash::bitcoin(line, start, end);
    }
}
