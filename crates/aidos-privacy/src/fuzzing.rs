//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

mod find;
mod hide;
mod paper;

pub use find::{detector, model, scan, scanners, tagger};
pub use hide::{anonymise, anonymisers};
pub use paper::{manifest, policy};

/// The bytes as the decoder would give them to a detector: as text.
fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The one of several that the first byte picks, and the bytes behind it.
fn picked<'o, 'b, T>(of: &'o [T], bytes: &'b [u8]) -> Option<(&'o T, &'b [u8])> {
    let (pick, rest) = bytes.split_first()?;
    Some((of.get(usize::from(*pick) % of.len().max(1))?, rest))
}

/// A message for people: one line, not empty.
fn one_line(message: &str) {
    assert!(
        !message.is_empty() && !message.contains(char::is_control),
        "a message of several lines: {message:?}"
    );
}
