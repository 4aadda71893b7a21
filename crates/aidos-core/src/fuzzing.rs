//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

mod event;
mod rows;
mod rules;
mod values;

pub use event::{compose, composer};
pub use rows::{dpc, exus, mapped, mapping, propose, routeros};
pub use rules::rules;
pub use values::{email, json_repair, stamp};

/// The bytes as the decoder would give them to a parser: as text.
fn text_of(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
