//! E-mail addresses out of cells as mail tools and people write them.
//!
//! Sources: RFC 5321 and 5322 (addresses), RFC 2047 (encoded words), RFC 6531 (local parts beyond
//! ASCII), UTS 46 (domain names beyond ASCII become A-labels, so that one domain has one spelling).
//! Where one address ends and the next begins is never guessed.

mod domain;
mod normal;
mod scan;
mod word;

use aidos_model::{Defect, Defects};
use bumpalo::Bump;

use scan::Scanner;

/// A part of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// An address: local part as it stands, domain in lower case and A-labels.
    Address(&'a str),
    /// Addresses that cannot be told apart: `a@x.orgb@y.org`.
    Ambiguous(&'a str),
    /// What should be an address and is none: `a@`, `a..b@x.org`.
    Bad(&'a str),
    /// Words that belong to no address.
    Text(&'a str),
}

impl<'a> Piece<'a> {
    /// The text of the part.
    pub const fn text(self) -> &'a str {
        match self {
            Self::Address(text) | Self::Ambiguous(text) | Self::Bad(text) | Self::Text(text) => {
                text
            }
        }
    }
}

/// Takes a cell apart; pushes its pieces in order and returns what was repaired on the way.
///
/// Brackets, display names, comments, `mailto:` and final stops are dropped
/// ([`Defect::StrayCharacters`]), `[at]` and `(dot)` are read, MIME encoded words are names unless they
/// are the whole cell. `,`, `;` and `|` separate addresses; a mere blank does too, as
/// [`Defect::MissingComma`]. [`Defect::AmbiguousAddress`], [`Defect::BadAddress`] and
/// [`Defect::ExtraText`] are in the answer where such a piece is.
///
/// ```
/// # use aidos_core::clean::email::{Piece, clean};
/// # let arena = bumpalo::Bump::new();
/// let mut pieces = Vec::new();
/// clean("\"Doe, John\" <j@X.org>; mailto:a@\u{3b1}.gr", &arena, &mut pieces);
/// assert_eq!(pieces, [Piece::Address("j@x.org"), Piece::Address("a@xn--mxa.gr")]);
/// ```
pub fn clean<'a>(cell: &'a str, arena: &'a Bump, out: &mut Vec<Piece<'a>>) -> Defects {
    if is_plain(cell.as_bytes()) {
        out.push(Piece::Address(cell));
        return Defects::default();
    }
    let start = out.len();
    let mut defects = read(cell, arena, out);
    for piece in out.iter_mut().skip(start) {
        // Rare spellings must read back as they are written; what does not is no address.
        if let Piece::Address(text) = *piece
            && !is_plain(text.as_bytes())
            && !reads_back(*piece, arena)
        {
            *piece = Piece::Bad(text);
        }
        match piece {
            Piece::Address(_) => {}
            Piece::Ambiguous(_) => defects.add(Defect::AmbiguousAddress),
            Piece::Bad(_) => defects.add(Defect::BadAddress),
            Piece::Text(_) => defects.add(Defect::ExtraText),
        }
    }
    defects
}

/// Whether the text of a piece, as a cell of its own, is that piece again.
pub fn reads_back(piece: Piece<'_>, arena: &Bump) -> bool {
    let mut again = Vec::new();
    read(arena.alloc_str(piece.text()), arena, &mut again);
    again == [piece]
}

/// Whether the bytes are one address in its canonical spelling, of the usual characters.
///
/// The fast path: what passes is what [`clean`] makes of it.
#[inline]
pub fn is_plain(bytes: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', bytes) else {
        return false;
    };
    let (local, domain) = bytes.split_at(at);
    is_plain_local(local) && domain::is_canonical(domain.get(1..).unwrap_or_default())
}

#[inline]
fn is_plain_local(local: &[u8]) -> bool {
    let mut previous = b'.';
    for &byte in local {
        let fits = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'+' | b'%')
            || (byte == b'.' && previous != b'.');
        if !fits {
            return false;
        }
        previous = byte;
    }
    local.len() <= 64 && previous != b'.'
}

fn read<'a>(cell: &'a str, arena: &'a Bump, out: &mut Vec<Piece<'a>>) -> Defects {
    let mut defects = Defects::default();
    let text = normal::normalise(cell, arena, &mut defects);
    if text.trim_matches([' ', '-', '\'']).is_empty() {
        return defects; // an empty cell, or the dash of tables
    }
    let start = out.len();
    let scanned = Scanner::new(text, arena, out).run();
    defects.extend(scanned.defects);
    if out.len() == start && scanned.only_encoded {
        // Nothing but encoded words: the address itself is encoded.
        if let Some(decoded) = word::decode_all(text, arena) {
            let decoded = normal::normalise(decoded, arena, &mut defects);
            let inner = Scanner::new(decoded, arena, out).run();
            defects.extend(inner.defects);
        }
    }
    defects
}

#[cfg(test)]
mod tests;
