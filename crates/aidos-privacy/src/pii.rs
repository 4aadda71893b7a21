//! Personal data found by pattern, checksum and context.
//!
//! A [`Scanner`] is built once and reads each text in one pass: a dispatcher looks at runs of
//! letters and digits and at bytes such as `@`, and calls the detectors whose shape can begin
//! there; each checks a bounded window. Words in the text raise or lower the score.
//! What overlaps is resolved last: the better proof wins, then the longer span, then the score.
//!
//! A finding shows a place, never the value. Names of persons, places and organisations need the
//! [`tagger`], which joins as a [`Pass`].
//!
//! ```
//! use aidos_privacy::pii::{Kind, Options, Scanner};
//!
//! let scanner = Scanner::new(Options::default())?;
//! let mut found = Vec::new();
//! scanner.scan("mail ada@example.org from 203.0.113.7", &mut found);
//! let kinds: Vec<Kind> = found.iter().map(|f| f.kind).collect();
//! assert_eq!(kinds, [Kind::EmailAddress, Kind::IpAddress]);
//! # Ok::<(), aidos_privacy::pii::Error>(())
//! ```

pub(crate) mod check;
pub mod custom;
pub(crate) mod detector;
mod finding;
mod kind;
mod scanner;
mod swar;
pub mod tagger;
mod window;
mod words;

pub use custom::Custom;
pub use finding::{Candidate, CodePoints, Finding, Proof};
pub use kind::{Kind, Kinds};
pub use scanner::{Options, Pass, Scanner};
pub use words::Language;

/// Why a scanner cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of custom detectors is not what it should be.
    #[error("cannot read the custom detectors: {problem}; see the manual for their fields")]
    Toml {
        /// What the reader says, with line and column.
        problem: String,
    },
    /// A word of a custom detector that is shown with findings cannot be.
    #[error(
        "custom detector {number}: its {field} is empty or holds control characters; write a plain word"
    )]
    Word {
        /// The detector's place in its file, from 1.
        number: usize,
        /// The field.
        field: &'static str,
    },
    /// A custom detector names a type that there is none of.
    #[error(
        "custom detector `{name}`: no type `{word}`; use a known type or leave it out for CUSTOM"
    )]
    UnknownKind {
        /// The detector.
        name: String,
        /// The word.
        word: String,
    },
    /// A custom detector names a validator that there is none of.
    #[error("custom detector `{name}`: no validator `{word}`; known are {known}")]
    UnknownValidator {
        /// The detector.
        name: String,
        /// The word.
        word: String,
        /// All known ones.
        known: String,
    },
    /// A custom detector has neither a pattern nor a dictionary.
    #[error("custom detector `{name}` can find nothing: give it `pattern` or `dictionary`")]
    Empty {
        /// The detector.
        name: String,
    },
    /// A pattern does not compile, or is too large.
    #[error("custom detector `{name}`: cannot compile its pattern: {problem}")]
    Pattern {
        /// The detector.
        name: String,
        /// What the compiler says.
        problem: String,
    },
    /// A score outside 0 to 1.
    #[error("custom detector `{name}`: its score {score} is not between 0 and 1")]
    Score {
        /// The detector.
        name: String,
        /// The score.
        score: f32,
    },
    /// The word lists are too large for one automaton.
    #[error("cannot build the word finder: {problem}; shorten the allow, deny or dictionary lists")]
    Words {
        /// What the builder says.
        problem: String,
    },
}
