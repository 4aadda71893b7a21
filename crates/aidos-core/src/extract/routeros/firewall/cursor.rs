//! A place in a record, and the steps from there.

use aidos_model::{Defect, Defects};

/// A cursor over a record.
pub(super) struct Pass<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Pass<'a> {
    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn has(&self, what: &str) -> bool {
        self.rest().starts_with(what.as_bytes())
    }

    #[inline]
    pub(super) fn eat(&mut self, what: &str) -> bool {
        let found = self.has(what);
        if found {
            self.at += what.len();
        }
        found
    }

    #[inline]
    pub(super) fn slice(&self, from: usize) -> &'a str {
        self.text.get(from..self.at).unwrap_or_default()
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Moves to the first byte of the set, or to the end; returns what was passed.
    #[inline]
    pub(super) fn until(&mut self, set: &[u8]) -> &'a str {
        let from = self.at;
        let rest = self.rest();
        self.at += rest
            .iter()
            .position(|byte| set.contains(byte))
            .unwrap_or(rest.len());
        self.slice(from)
    }

    /// Passes commas and blanks where a comma and a blank belong; notes what is odd.
    #[cold]
    pub(super) fn separator(&mut self, comma: Comma, defects: &mut Defects) {
        let (mut commas, mut blanks) = (0, 0);
        while let Some(byte) = self.rest().first() {
            match byte {
                b',' => commas += 1,
                b' ' => blanks += 1,
                _ => break,
            }
            self.at += 1;
        }
        if self.at_end() {
            // Nothing follows; a comma at the end is one too many.
            if commas > 0 {
                defects.add(Defect::ExtraComma);
            }
            return;
        }
        match comma {
            Comma::Wanted if commas == 0 => defects.add(Defect::MissingComma),
            Comma::Unwanted if commas > 0 => defects.add(Defect::ExtraComma),
            _ if commas > 1 => defects.add(Defect::ExtraComma),
            _ => {}
        }
        if blanks == 0 {
            defects.add(Defect::MissingSpace);
        } else if blanks > 1 && commas == 0 {
            defects.add(Defect::ExtraSpace);
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Comma {
    Wanted,
    Unwanted,
    Either,
}

/// Digits, at most 18 of them.
#[inline]
pub(super) fn number(pass: &mut Pass<'_>) -> Option<u64> {
    let digits = pass
        .rest()
        .iter()
        .take(19)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || digits > 18 {
        return None;
    }
    let value = pass.rest()[..digits]
        .iter()
        .fold(0u64, |sum, byte| sum * 10 + u64::from(byte - b'0'));
    pass.at += digits;
    Some(value)
}
