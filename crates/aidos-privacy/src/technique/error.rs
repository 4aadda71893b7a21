//! What can go wrong when a value is hidden. No message holds the value.

/// Why a value could not be hidden or restored, or a key not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The value has not the shape that the technique needs.
    #[error("cannot hide a {kind} with `{technique}`: {reason}; use pseudonym or redact for it")]
    Shape {
        /// Type of the value.
        kind: String,
        /// Name of the technique.
        technique: &'static str,
        /// What does not fit, without the value.
        reason: &'static str,
    },
    /// A parameter of the technique is out of its range.
    #[error("cannot use `{technique}`: {reason}")]
    Parameter {
        /// Name of the technique.
        technique: &'static str,
        /// What is wrong and what is right.
        reason: &'static str,
    },
    /// The technique is one-way.
    #[error(
        "cannot restore a value hidden with `{technique}`: it is one-way; keep the original or encrypt"
    )]
    OneWay {
        /// Name of the technique.
        technique: &'static str,
    },
    /// Not an output of this key.
    #[error(
        "cannot restore a {kind}: it was not hidden under key {key}; use the key named in the release"
    )]
    OtherKey {
        /// Type of the value.
        kind: String,
        /// Public name of the key that was tried.
        key: String,
    },
    /// Not a key file.
    #[error("cannot open the key file: it is damaged or no key file; restore it from a copy")]
    KeyFile,
    /// Passphrase or bytes are wrong.
    #[error(
        "cannot open the key file: wrong passphrase or a changed byte; try again or restore a copy"
    )]
    Passphrase,
    /// Argon2id's costs are out of their bounds.
    #[error(
        "cannot use a key file of {memory} KiB, {passes} passes and {lanes} lanes: allowed are 8192 to 1048576, 1 to 16 and 1 to 16; make it anew"
    )]
    KeyCost {
        /// KiB found.
        memory: u32,
        /// Passes found.
        passes: u32,
        /// Lanes found.
        lanes: u32,
    },
    /// A table for [`anonymity`](super::anonymity) is not rectangular or a column does not exist.
    #[error("cannot measure anonymity: {reason}")]
    Table {
        /// What is wrong.
        reason: &'static str,
    },
}
