//! Why reading stopped.

use std::io;

use crate::archive::Reason;

/// Why reading a foreign file stopped. Each variant holds the facts; the message names the way out.
///
/// Damage inside a leaf (invalid bytes, a broken record, an oversize record) is not an error: it comes
/// as a value with the text. This type is for what ends the reading of a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The reader below failed.
    #[error("cannot read the input: {0}; check the disk or the sender and try again")]
    Io(#[source] io::Error),
    /// A limit was passed.
    #[error("cannot read `{name}`: {what} is {found}, the limit is {limit}; {way_out}")]
    Limit {
        /// What was counted, for example `number of entries`.
        what: &'static str,
        /// The file, member, part or sheet.
        name: String,
        /// What [`crate::Limits`] allows.
        limit: u64,
        /// What was found, or at least that much where counting stopped.
        found: u64,
        /// What the owner of the file can do.
        way_out: &'static str,
    },
    /// A member unpacks to more than its packed size may grow to.
    #[error(
        "cannot unpack `{name}`: {packed} packed bytes grew past {unpacked}, more than {limit} to 1; \
         if the file is honest, unpack it yourself and give its content"
    )]
    Ratio {
        /// The member.
        name: String,
        /// Its packed size in bytes, as measured.
        packed: u64,
        /// Unpacked bytes when reading stopped.
        unpacked: u64,
        /// The largest ratio allowed.
        limit: u64,
    },
    /// The content of a member does not match its checksum.
    #[error(
        "cannot trust `{name}`: its checksum is {found:08x}, the archive says {expected:08x}; \
         pack or send the file again"
    )]
    Crc {
        /// The member.
        name: String,
        /// CRC-32 that the archive's directory declares.
        expected: u32,
        /// CRC-32 of the bytes that were read.
        found: u32,
    },
    /// A member's data ends early, goes on too long, or is no valid deflate stream.
    #[error("cannot unpack `{name}`: {what}; pack or send the file again")]
    BrokenMember {
        /// The member.
        name: String,
        /// What is wrong, in words.
        what: String,
    },
    /// A member was asked for that [`crate::Archive`] refused.
    #[error("cannot unpack `{name}`: {reason}; pack it again as a plain file")]
    Refused {
        /// The member.
        name: String,
        /// Why it was refused.
        reason: Reason,
    },
    /// The archive as a whole is damaged or contradicts itself.
    #[error("cannot open the archive: {what}; pack or send it again")]
    BrokenArchive {
        /// What is wrong, in words.
        what: String,
    },
    /// Archives lie too deep inside one another.
    #[error(
        "cannot open the archive: it lies {found} archives deep, the limit is {limit}; \
         unpack the outer ones first"
    )]
    Nested {
        /// The depth of this archive; the outermost has 0.
        found: u32,
        /// The deepest allowed.
        limit: u32,
    },
    /// No such member or sheet.
    #[error("cannot find {what}; list what there is first")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// A workbook cannot be understood.
    #[error("cannot read the workbook at `{part}`: {what}; save it again as .xlsx or as .csv")]
    BrokenWorkbook {
        /// The part or sheet.
        part: String,
        /// What is wrong, in words.
        what: String,
    },
}

impl From<io::Error> for ReadError {
    /// Takes a [`ReadError`] back out of an [`io::Error`] that one of this crate's readers returned.
    fn from(error: io::Error) -> Self {
        match error.downcast::<ReadError>() {
            Ok(own) => own,
            Err(other) => Self::Io(other),
        }
    }
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_an_io_error_and_back() {
        let error = ReadError::Crc {
            name: "a".into(),
            expected: 1,
            found: 2,
        };
        let back = ReadError::from(io::Error::from(error));
        assert!(matches!(
            back,
            ReadError::Crc {
                expected: 1,
                found: 2,
                ..
            }
        ));
        let plain = ReadError::from(io::Error::other("disk"));
        assert!(matches!(plain, ReadError::Io(_)));
        assert!(plain.to_string().contains("disk"));
    }
}
