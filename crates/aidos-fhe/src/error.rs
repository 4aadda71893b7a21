//! What can go wrong. No message holds a value or a key.

/// Why keys, lists, queries or results could not be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system gives no randomness.
    #[error("cannot draw randomness: the operating system refused; try again")]
    Entropy,
    /// A value is not of its type.
    #[error("cannot take value {index} as {kind}: {reason}")]
    Value {
        /// Its place among the values that were given, from 0.
        index: usize,
        /// The type that was asked for.
        kind: &'static str,
        /// What does not fit and what would, without the value.
        reason: &'static str,
    },
    /// More entries than the largest size takes.
    #[error("cannot encrypt {found} distinct entries: a list takes {most}; split it")]
    TooMany {
        /// Distinct entries found.
        found: u64,
        /// The most there may be.
        most: u64,
    },
    /// A name that does not fit.
    #[error("cannot name the list so: a name has up to 32 bytes and no control characters")]
    Name,
    /// A bin overflowed, which happens to one list in 2⁴⁰.
    #[error(
        "cannot encrypt the list: a bin holds {found} entries and fits {most}; take the next larger size"
    )]
    Column {
        /// Entries in the fullest bin.
        found: usize,
        /// The most that fit.
        most: usize,
    },
    /// Reading or writing failed.
    #[error("cannot {deed}: {source}; repair that and try again")]
    Io {
        /// What was being done.
        deed: &'static str,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Not a file of this kind.
    #[error("cannot read the {expected}: {reason}")]
    Shape {
        /// What was expected.
        expected: &'static str,
        /// What is wrong and what helps.
        reason: &'static str,
    },
    /// A file of another kind.
    #[error("cannot read the {expected}: this is a {found}; pass the right file")]
    Kind {
        /// What was expected.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A version that this program does not know.
    #[error("cannot read version {found} of the {expected}: known is {known}; update the program")]
    Version {
        /// What was expected.
        expected: &'static str,
        /// Version of the file.
        found: u16,
        /// Version of this program.
        known: u16,
    },
    /// A parameter set that this program does not know.
    #[error("cannot use parameter set {found}: this program does not know it; update the program")]
    UnknownSet {
        /// Its number in the file.
        found: u16,
    },
    /// Cut off, or with something after its end.
    #[error(
        "cannot read the {expected}: it has {found} bytes where its header says {said}; fetch it again"
    )]
    Length {
        /// What was expected.
        expected: &'static str,
        /// Bytes there are.
        found: u64,
        /// Bytes the header says.
        said: u64,
    },
    /// The signature does not fit the contents.
    #[error("cannot trust the {expected}: its signature is wrong; fetch it again from its maker")]
    Signature {
        /// What was expected.
        expected: &'static str,
    },
    /// Signed by somebody who was not named.
    #[error("cannot trust the {expected}: it is signed by {found}, not by {pinned}; ask its maker")]
    Signer {
        /// What was expected.
        expected: &'static str,
        /// Public key of its signer.
        found: String,
        /// Public key that was asked for.
        pinned: String,
    },
    /// A record differs from what was signed.
    #[error(
        "cannot trust record {index} of the {expected}: its bytes were changed; fetch it again"
    )]
    Record {
        /// What was expected.
        expected: &'static str,
        /// Its number, from 0.
        index: u64,
    },
    /// A coefficient that no honest program writes.
    #[error(
        "cannot use record {index} of the {expected}: a coefficient is not below its modulus; refuse its maker"
    )]
    Coefficient {
        /// What was expected.
        expected: &'static str,
        /// The record's number, from 0.
        index: u64,
    },
    /// Made under another holder's key.
    #[error(
        "cannot use the {what}: it was made for the key {found}, not {expected}; use the files of one job"
    )]
    Fingerprint {
        /// Which file.
        what: &'static str,
        /// Fingerprint in the file.
        found: String,
        /// Fingerprint that was expected.
        expected: String,
    },
    /// Files of different jobs.
    #[error("cannot use these files together: their {what} differ; use the files of one job")]
    Mixed {
        /// What differs.
        what: &'static str,
    },
    /// Noise above what an honest job can have.
    #[error(
        "cannot decrypt result: its noise is {found} bits where an honest job stays below {bound}; \
         the whole job is refused: do not decrypt it again, ask who made its files"
    )]
    Noise {
        /// Bits of the largest coefficient's noise, rounded up.
        found: u32,
        /// Bits of the bound, rounded up.
        bound: u32,
    },
    /// The caller asked to stop.
    #[error("stopped as asked; go on with the same plan")]
    Stopped,
    /// Places with a known answer that the server answered otherwise.
    #[error(
        "cannot trust the result: {wrong} of {checked} canaries have the wrong answer, so a list was not or not wholly \
         looked through; ask the server's operator"
    )]
    Canary {
        /// Canaries with a wrong answer.
        wrong: usize,
        /// Canaries that were looked at.
        checked: usize,
    },
    /// No session can be held so.
    #[error("cannot hold the session: {reason}")]
    Session {
        /// What does not fit and what would.
        reason: &'static str,
    },
    /// A party has not sent what is needed.
    #[error("cannot go on without the {expected} of {party}: it is missing; ask that party for it")]
    Missing {
        /// What is missing.
        expected: &'static str,
        /// Public key of its signer.
        party: String,
    },
    /// A party sent two messages for one step.
    #[error(
        "cannot use the {expected} of {party}: there are two of it; ask that party which to take away"
    )]
    Twice {
        /// What there are two of.
        expected: &'static str,
        /// Public key of its signer.
        party: String,
    },
    /// A message of somebody who is no party.
    #[error(
        "cannot use the {expected}: its signer {found} is no party of this session; take it away"
    )]
    Stranger {
        /// What was expected.
        expected: &'static str,
        /// Public key of its signer.
        found: String,
    },
    /// What is shown is not what was committed to.
    #[error(
        "cannot trust the {expected} of {party}: it does not open what that party committed to; end the session, do not repeat it with \
         that party"
    )]
    Opening {
        /// Which message.
        expected: &'static str,
        /// Public key of its signer.
        party: String,
    },
    /// A message that answers others than those at hand.
    #[error(
        "cannot use the {expected} of {party}: it answers other messages than those that are here; compare them, and end the session if \
         a party sent different ones to different parties"
    )]
    Transcript {
        /// Which message.
        expected: &'static str,
        /// Public key of its signer.
        party: String,
    },
    /// This party did the step before, for other messages.
    #[error(
        "cannot do this step: this party has not done the steps before it, or did them for other messages, and to answer twice would give \
         its share away; end the session and begin one of another name"
    )]
    Answered,
    /// More lists than one job takes.
    #[error("cannot correlate with {found} lists: a job takes {least} to {most}; split it")]
    Lists {
        /// Lists given.
        found: usize,
        /// The fewest there must be.
        least: usize,
        /// The most there may be.
        most: usize,
    },
    /// Not a sealed file.
    #[error("cannot open the {expected}: it is damaged or no such file; restore it from a copy")]
    Sealed {
        /// What was expected.
        expected: &'static str,
    },
    /// Passphrase or bytes are wrong.
    #[error(
        "cannot open the {expected}: wrong passphrase or a changed byte; try again or restore a copy"
    )]
    Passphrase {
        /// What was expected.
        expected: &'static str,
    },
    /// Argon2id's costs are out of their bounds.
    #[error(
        "cannot use a sealed file of {memory} KiB, {passes} passes and {lanes} lanes: allowed are 65536 to 1048576, 1 to 16 and 1 to 16; make it anew"
    )]
    SealCost {
        /// KiB found.
        memory: u32,
        /// Passes found.
        passes: u32,
        /// Lanes found.
        lanes: u32,
    },
    /// A mistake of this program.
    #[error("cannot go on: {what}; this is a bug, please report it")]
    Bug {
        /// What should never be.
        what: &'static str,
    },
}

impl From<fhe_math::Error> for Error {
    /// The mathematics is asked for nothing that it may refuse: parameters are checked when compiled.
    fn from(_: fhe_math::Error) -> Self {
        Self::Bug {
            what: "the polynomials do not fit each other",
        }
    }
}
