//! ZIP archives from people who may mean harm. Source: PKWARE APPNOTE 6.3.10.
//!
//! The directory is read twice: by our own walk, which believes nothing and keeps what others drop
//! (duplicates, local headers, where data lies), and by the `zip` crate, which hands out the data. If
//! the two disagree, the archive is refused: what was checked must be what is read.

mod directory;
mod member;
mod name;

use std::{
    collections::HashMap,
    fmt,
    io::{Read, Seek},
};

use directory::Entry;
pub use member::MemberReader;

use crate::{Limits, ReadError};

/// An opened archive: its members with their verdicts, and their content.
///
/// Directories are not listed.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let file = std::io::Cursor::new(Vec::new());
/// use aidos_read::{Archive, Limits, Verdict};
/// let mut archive = Archive::open(file, &Limits::default())?;
/// for index in 0..archive.members().len() {
///     match &archive.members()[index].verdict {
///         Verdict::Ok => { std::io::copy(&mut archive.open_member(index)?, &mut std::io::sink())?; }
///         Verdict::Refused(reason) => println!("{}: {reason}", archive.members()[index].name),
///     }
/// }
/// # Ok(()) }
/// ```
pub struct Archive<R> {
    zip: zip::ZipArchive<R>,
    members: Vec<Member>,
    places: Vec<Place>,
    limits: Limits,
    unpacked: u64,
}

/// Where the data of a member is.
struct Place {
    /// Index in the `zip` crate's list; `None` for what it does not list.
    zip: Option<usize>,
    data: u64,
    method: u16,
    crc: u32,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its place in [`Archive::members`].
    pub index: usize,
    /// Its path inside the archive, `/` between the parts. Safe to join to a folder if the verdict is
    /// [`Verdict::Ok`]; otherwise only for showing.
    pub name: String,
    /// Unpacked size that the directory declares, in bytes. May lie.
    pub size_declared: u64,
    /// Packed size in bytes, as declared; its data is never read beyond.
    pub compressed: u64,
    /// When it was last changed, in an unknown time zone.
    pub modified: Option<Modified>,
    /// Whether it may be read.
    pub verdict: Verdict,
}

/// A time as ZIP stores it: no zone, even seconds.
pub type Modified = (u16, u8, u8, u8, u8, u8);

/// Whether a member may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Ok,
    /// It may not.
    Refused(Reason),
}

/// Why a member is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The name climbs out of the folder with `..`.
    Traversal,
    /// The name starts at the root.
    Absolute,
    /// The name holds a drive letter or a backslash, which is a path on some systems only.
    Drive,
    /// A symbolic link.
    Link,
    /// A device, socket or pipe, or a folder with data.
    Special,
    /// Encrypted.
    Encrypted,
    /// Another member has the same name.
    Duplicate,
    /// Its data overlaps that of another member or of the directory.
    Overlap,
    /// Packed with a method other than stored or deflate.
    Method(u16),
    /// The declared size is out of proportion to the packed size.
    Ratio,
    /// An archive inside as many archives as are allowed.
    NestedTooDeep,
    /// The name is empty, too long, or no text.
    Name,
    /// Its own header and the directory say different things, or the header is missing.
    Mismatch,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Traversal => "its name climbs out of the folder",
            Self::Absolute => "its name starts at the root",
            Self::Drive => "its name holds a drive letter or a backslash",
            Self::Link => "it is a link",
            Self::Special => "it is a device, pipe or socket",
            Self::Encrypted => "it is encrypted",
            Self::Duplicate => "its name occurs twice",
            Self::Overlap => "its data overlaps other data",
            Self::Method(method) => return write!(f, "its packing method {method} is not read"),
            Self::Ratio => "it declares far more bytes than it can hold",
            Self::NestedTooDeep => "it is an archive inside too many archives",
            Self::Name => "its name is empty or no text",
            Self::Mismatch => "its own header contradicts the directory",
        })
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an outermost archive.
    ///
    /// # Errors
    ///
    /// [`ReadError::Limit`] for too many entries or too large a directory, before anything is held;
    /// [`ReadError::BrokenArchive`] if there is no consistent directory; [`ReadError::Io`].
    pub fn open(reader: R, limits: &Limits) -> Result<Self, ReadError> {
        Self::open_nested(reader, limits, 0)
    }

    /// Opens an archive that lies inside `depth` others.
    ///
    /// Give the bytes that the outer one has left by [`Limits::with_archive_bytes`].
    ///
    /// # Errors
    ///
    /// As [`Archive::open`], and [`ReadError::Nested`] if `depth` is above [`Limits::nesting`].
    pub fn open_nested(mut reader: R, limits: &Limits, depth: u32) -> Result<Self, ReadError> {
        if depth > limits.nesting {
            return Err(ReadError::Nested {
                found: depth,
                limit: limits.nesting,
            });
        }
        let directory = directory::read(&mut reader, limits)?;
        let zip = zip::ZipArchive::new(reader).map_err(|error| match error {
            zip::result::ZipError::Io(error) => ReadError::from(error),
            other => ReadError::BrokenArchive {
                what: other.to_string(),
            },
        })?;
        if zip.central_directory_start() != directory.start || zip.offset() != directory.shift {
            return Err(ReadError::BrokenArchive {
                what: "it holds two directories, and readers differ in which they take".to_owned(),
            });
        }
        let indices = zip_indices(&zip);
        let mut archive = Self {
            zip,
            members: Vec::new(),
            places: Vec::new(),
            limits: limits.clone(),
            unpacked: 0,
        };
        let overlapping = directory::overlaps(&directory);
        for (entry, overlaps) in directory.entries.iter().zip(overlapping) {
            archive.add(entry, overlaps, depth, indices.get(&entry.central).copied());
        }
        archive.refuse_duplicates();
        Ok(archive)
    }

    fn add(&mut self, entry: &Entry, overlaps: bool, depth: u32, zip: Option<usize>) {
        let named = name::decode(&entry.name, entry.is_utf8());
        let is_folder = named.as_ref().is_some_and(|name| name.ends_with('/'))
            || entry.unix_kind() == directory::FOLDER;
        if is_folder && entry.size == 0 {
            return;
        }
        let (name, name_verdict) = match &named {
            Some(name) => name::check(name),
            None => (
                String::from_utf8_lossy(&entry.name).into_owned(),
                Err(Reason::Name),
            ),
        };
        let ratio_floor = self.limits.ratio_floor;
        let most = entry
            .compressed
            .saturating_mul(self.limits.archive_ratio)
            .max(ratio_floor);
        let verdict = if let Err(reason) = name_verdict {
            Err(reason)
        } else if entry.unix_kind() == directory::LINK {
            Err(Reason::Link)
        } else if is_folder || !matches!(entry.unix_kind(), 0 | directory::FILE) {
            Err(Reason::Special)
        } else if entry.is_encrypted() {
            Err(Reason::Encrypted)
        } else if overlaps {
            Err(Reason::Overlap)
        } else if entry.data.is_none() || zip.is_none() {
            Err(Reason::Mismatch)
        } else if !matches!(entry.method, 0 | 8) {
            Err(Reason::Method(entry.method))
        } else if entry.size > most {
            Err(Reason::Ratio)
        } else if depth >= self.limits.nesting && name.to_ascii_lowercase().ends_with(".zip") {
            Err(Reason::NestedTooDeep)
        } else {
            Ok(())
        };
        self.members.push(Member {
            index: self.members.len(),
            name,
            size_declared: entry.size,
            compressed: entry.compressed,
            modified: entry.modified(),
            verdict: verdict.map_or_else(Verdict::Refused, |()| Verdict::Ok),
        });
        self.places.push(Place {
            zip,
            data: entry.data.unwrap_or_default(),
            method: entry.method,
            crc: entry.crc,
        });
    }

    /// Which of two members with one name is meant, nobody knows: both are refused.
    fn refuse_duplicates(&mut self) {
        let mut count: HashMap<String, u32> = HashMap::new();
        for member in &self.members {
            *count.entry(member.name.clone()).or_default() += 1;
        }
        for member in &mut self.members {
            let twice = count.get(&member.name).is_some_and(|n| *n > 1);
            if twice && member.verdict == Verdict::Ok {
                member.verdict = Verdict::Refused(Reason::Duplicate);
            }
        }
    }

    /// All files, in the order of the directory.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Bytes unpacked so far, over all members.
    pub fn bytes_unpacked(&self) -> u64 {
        self.unpacked
    }

    /// Bytes that may still be unpacked; the limit for an archive found inside.
    pub fn bytes_left(&self) -> u64 {
        self.limits.archive_bytes.saturating_sub(self.unpacked)
    }

    /// Counts bytes that an archive inside this one unpacked against this one's limit.
    pub fn charge(&mut self, bytes: u64) {
        self.unpacked = self.unpacked.saturating_add(bytes);
    }

    /// Starts reading a member.
    ///
    /// The reader's [`std::io::Error`]s turn into [`ReadError`]s by `From`. The checksum is known at
    /// the end only, so the content is to be trusted only after `read` gave 0.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotFound`], [`ReadError::Refused`], [`ReadError::Io`].
    pub fn open_member(&mut self, index: usize) -> Result<MemberReader<'_, R>, ReadError> {
        let (Some(member), Some(place)) = (self.members.get(index), self.places.get(index)) else {
            return Err(ReadError::NotFound {
                what: format!("member {index} of the archive"),
            });
        };
        if let Verdict::Refused(reason) = &member.verdict {
            let (name, reason) = (member.name.clone(), reason.clone());
            return Err(ReadError::Refused { name, reason });
        }
        let refused = || ReadError::Refused {
            name: member.name.clone(),
            reason: Reason::Mismatch,
        };
        let file = self
            .zip
            .by_index_raw(place.zip.ok_or_else(refused)?)
            .map_err(|e| match e {
                zip::result::ZipError::Io(error) => ReadError::from(error),
                _ => refused(),
            })?;
        if file.data_start() != Some(place.data) || file.compressed_size() != member.compressed {
            return Err(refused());
        }
        Ok(MemberReader::new(
            file,
            member,
            place,
            &self.limits,
            &mut self.unpacked,
        ))
    }
}

/// The `zip` crate's indices by where the entry stands in the directory.
fn zip_indices<R: Read + Seek>(zip: &zip::ZipArchive<R>) -> HashMap<u64, usize> {
    (0..zip.len())
        .filter_map(|i| {
            zip.by_index_data(i)
                .ok()
                .map(|entry| (entry.central_header_start(), i))
        })
        .collect()
}
