//! Our own walk over an archive's directory.

use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::{Limits, ReadError};

pub(super) const FOLDER: u32 = 0o040_000;
pub(super) const FILE: u32 = 0o100_000;
pub(super) const LINK: u32 = 0o120_000;

const END: &[u8] = b"PK\x05\x06";
const END_LEN: u64 = 22;
const END64: &[u8] = b"PK\x06\x06";
const LOCATOR64: &[u8] = b"PK\x06\x07";
const LOCATOR64_LEN: u64 = 20;
const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
/// An end record and the longest comment.
const TAIL: u64 = END_LEN + 0xFFFF;

/// The directory as it stands, every entry of it.
pub(super) struct Directory {
    pub(super) entries: Vec<Entry>,
    /// Where it starts in the file.
    pub(super) start: u64,
    /// Bytes in front of the archive proper (a self-extracting program).
    pub(super) shift: u64,
}

/// One entry, with what its local header adds.
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    flags: u16,
    pub(super) method: u16,
    time: u16,
    date: u16,
    pub(super) crc: u32,
    pub(super) compressed: u64,
    pub(super) size: u64,
    external: u32,
    /// Where its local header starts in the file.
    header: u64,
    /// Where it stands in the directory.
    pub(super) central: u64,
    /// Where its data starts; `None` if the local header is missing or contradicts.
    pub(super) data: Option<u64>,
}

impl Entry {
    pub(super) fn is_utf8(&self) -> bool {
        self.flags & (1 << 11) != 0
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & (1 | 1 << 6 | 1 << 13) != 0 || self.method == 99
    }

    /// The file type bits of the Unix mode, whatever system is said to have packed it.
    pub(super) fn unix_kind(&self) -> u32 {
        (self.external >> 16) & 0o170_000
    }

    pub(super) fn modified(&self) -> Option<super::Modified> {
        let byte = |value: u16, mask: u16| u8::try_from(value & mask).unwrap_or_default();
        let (year, month, day) = (
            1980 + (self.date >> 9),
            byte(self.date >> 5, 15),
            byte(self.date, 31),
        );
        let (hour, minute, second) = (
            byte(self.time >> 11, 31),
            byte(self.time >> 5, 63),
            byte(self.time, 31) * 2,
        );
        let ok = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        ok.then_some((year, month, day, hour, minute, second))
    }
}

fn broken(what: &str) -> ReadError {
    ReadError::BrokenArchive {
        what: what.to_owned(),
    }
}

/// Little-endian numbers out of a record; zero beyond its end.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn number(&self, at: usize, len: usize) -> u64 {
        let bytes = self.0.get(at..at.saturating_add(len)).unwrap_or_default();
        bytes
            .iter()
            .rev()
            .fold(0, |value, byte| value << 8 | u64::from(*byte))
    }

    fn u16(&self, at: usize) -> u16 {
        u16::try_from(self.number(at, 2)).unwrap_or_default()
    }

    fn u32(&self, at: usize) -> u32 {
        u32::try_from(self.number(at, 4)).unwrap_or_default()
    }
}

/// Where the directory is and how large it says it is.
struct Ending {
    entries: u64,
    size: u64,
    offset: u64,
    /// Where what follows the directory starts.
    end: u64,
    /// Whether `entries` holds all bits.
    wide: bool,
}

/// Reads the directory and every local header.
pub(super) fn read<R: Read + Seek>(
    reader: &mut R,
    limits: &Limits,
) -> Result<Directory, ReadError> {
    let ending = find_end(reader)?;
    let too_many = |found| ReadError::Limit {
        what: "the number of entries",
        name: "the archive".to_owned(),
        limit: limits.archive_entries,
        found,
        way_out: "split it into smaller archives or raise the limit",
    };
    // Both are only claims, but honest ones save the work.
    if ending.entries > limits.archive_entries {
        return Err(too_many(ending.entries));
    }
    if ending.size > limits.directory_bytes {
        return Err(ReadError::Limit {
            what: "the size of its directory in bytes",
            name: "the archive".to_owned(),
            limit: limits.directory_bytes,
            found: ending.size,
            way_out: "split it into smaller archives or raise the limit",
        });
    }
    let start = ending
        .end
        .checked_sub(ending.size)
        .ok_or_else(|| broken("its directory is larger than the file; it was cut"))?;
    let shift = start
        .checked_sub(ending.offset)
        .ok_or_else(|| broken("its directory is not where it should be; it was cut"))?;
    reader.seek(SeekFrom::Start(start))?;
    let mut directory = Directory {
        entries: Vec::new(),
        start,
        shift,
    };
    let mut source = BufReader::new(reader.by_ref().take(ending.size));
    let mut at = start;
    while at < ending.end {
        if directory.entries.len() as u64 >= limits.archive_entries {
            return Err(too_many(directory.entries.len() as u64 + 1));
        }
        let (entry, len) = read_entry(&mut source, at, shift)?;
        directory.entries.push(entry);
        at += len;
    }
    let found = directory.entries.len() as u64;
    let claimed = ending.entries;
    if found != claimed && (ending.wide || found % 0x1_0000 != claimed) {
        return Err(broken(
            "its directory holds another number of entries than it says",
        ));
    }
    drop(source);
    for entry in &mut directory.entries {
        entry.data = read_local(reader, entry)?;
    }
    Ok(directory)
}

/// Finds the end record: the last one whose comment ends with the file, else the last one that fits.
fn find_end<R: Read + Seek>(reader: &mut R) -> Result<Ending, ReadError> {
    let len = reader.seek(SeekFrom::End(0))?;
    let tail_start = len.saturating_sub(TAIL);
    let tail = read_at(reader, tail_start, len - tail_start)?;
    let ends_at = |at: usize| {
        let record = Fields(tail.get(at..).unwrap_or_default());
        at as u64 + END_LEN + record.number(20, 2)
    };
    let candidates =
        || memchr::memmem::rfind_iter(&tail, END).filter(|at| ends_at(*at) <= tail.len() as u64);
    let at = candidates()
        .find(|at| ends_at(*at) == tail.len() as u64)
        .or_else(|| candidates().next())
        .ok_or_else(|| broken("it has no directory at its end; it was cut or is no archive"))?;
    let record = Fields(tail.get(at..).unwrap_or_default());
    let position = tail_start + at as u64;
    if record.u16(4) != record.u16(6) || record.u16(8) != record.u16(10) {
        return Err(broken("it is a part of an archive over several disks"));
    }
    let small = Ending {
        entries: record.number(10, 2),
        size: record.number(12, 4),
        offset: record.number(16, 4),
        end: position,
        wide: false,
    };
    Ok(find_end64(reader, position, &small)?.unwrap_or(small))
}

/// The larger end record of ZIP64, where the small one says by its locator that there is one.
fn find_end64<R: Read + Seek>(
    reader: &mut R,
    end: u64,
    small: &Ending,
) -> Result<Option<Ending>, ReadError> {
    let full = small.entries == 0xFFFF || small.size == 0xFFFF_FFFF || small.offset == 0xFFFF_FFFF;
    let Some(locator_at) = end.checked_sub(LOCATOR64_LEN) else {
        return Ok(None);
    };
    let locator = read_at(reader, locator_at, LOCATOR64_LEN)?;
    if !locator.starts_with(LOCATOR64) || !full {
        return Ok(None);
    }
    // As everywhere: the offset counts from where the archive proper starts, which is not known yet.
    let claimed = Fields(&locator).number(8, 8);
    let near = locator_at.checked_sub(56);
    for position in [Some(claimed), near]
        .into_iter()
        .flatten()
        .filter(|p| *p < locator_at)
    {
        let record = read_at(reader, position, 56)?;
        if record.starts_with(END64) {
            let record = Fields(&record);
            return Ok(Some(Ending {
                entries: record.number(32, 8),
                size: record.number(40, 8),
                offset: record.number(48, 8),
                end: position,
                wide: true,
            }));
        }
    }
    Err(broken(
        "its large directory is not where it says; it was cut",
    ))
}

/// Up to `len` bytes; fewer at the end of the file. `len` is small and ours.
fn read_at<R: Read + Seek>(reader: &mut R, at: u64, len: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(at))?;
    reader.by_ref().take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads one entry that stands at `at`; gives also its length.
fn read_entry(source: &mut impl Read, at: u64, shift: u64) -> Result<(Entry, u64), ReadError> {
    let cut = |_| broken("its directory ends inside an entry; it was cut");
    let mut fixed = [0; 46];
    source.read_exact(&mut fixed).map_err(cut)?;
    if !fixed.starts_with(CENTRAL) {
        return Err(broken("its directory is damaged"));
    }
    let f = Fields(&fixed);
    let (name_len, extra_len, comment_len) = (f.u16(28), f.u16(30), f.u16(32));
    let mut name = vec![0; usize::from(name_len)];
    source.read_exact(&mut name).map_err(cut)?;
    let mut extra = vec![0; usize::from(extra_len)];
    source.read_exact(&mut extra).map_err(cut)?;
    let mut comment = vec![0; usize::from(comment_len)];
    source.read_exact(&mut comment).map_err(cut)?;
    let mut entry = Entry {
        name,
        flags: f.u16(8),
        method: f.u16(10),
        time: f.u16(12),
        date: f.u16(14),
        crc: f.u32(16),
        compressed: f.number(20, 4),
        size: f.number(24, 4),
        external: f.u32(38),
        header: f.number(42, 4),
        central: at,
        data: None,
    };
    widen(&mut entry, &extra);
    entry.header = entry
        .header
        .checked_add(shift)
        .ok_or_else(|| broken("an offset is too large"))?;
    let len = 46 + u64::from(name_len) + u64::from(extra_len) + u64::from(comment_len);
    Ok((entry, len))
}

/// Takes the wide numbers of ZIP64 where the small ones are full.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let f = Fields(extra);
        let (id, len) = (f.u16(0), usize::from(f.u16(2)));
        let body = extra.get(4..4 + len).unwrap_or_default();
        if id == 1 {
            let mut at = 0;
            for number in [&mut entry.size, &mut entry.compressed, &mut entry.header] {
                if *number == 0xFFFF_FFFF && at + 8 <= body.len() {
                    *number = Fields(body).number(at, 8);
                    at += 8;
                }
            }
            return;
        }
        extra = extra.get(4 + len..).unwrap_or_default();
    }
}

/// Where the data starts, if the local header says the same as the directory.
fn read_local<R: Read + Seek>(reader: &mut R, entry: &Entry) -> Result<Option<u64>, ReadError> {
    let len = 30 + entry.name.len() as u64;
    let header = read_at(reader, entry.header, len)?;
    let f = Fields(&header);
    let same = header.len() as u64 == len
        && header.starts_with(LOCAL)
        && usize::from(f.u16(26)) == entry.name.len()
        && header.get(30..) == Some(&entry.name)
        && f.u16(8) == entry.method
        && f.u16(6) & 1 == entry.flags & 1;
    Ok(same.then(|| entry.header + len + f.number(28, 2)))
}

/// For each entry whether its bytes overlap those of another or of the directory.
pub(super) fn overlaps(directory: &Directory) -> Vec<bool> {
    let mut found = vec![false; directory.entries.len()];
    let mut ranges: Vec<(u64, u64, usize)> = directory
        .entries
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let data = e.data.unwrap_or(e.header.saturating_add(30));
            (e.header, data.saturating_add(e.compressed), i)
        })
        .collect();
    ranges.sort_unstable();
    // The entry that reaches furthest so far.
    let mut furthest: Option<(u64, usize)> = None;
    for (start, end, index) in ranges {
        let mut mark = |i: usize| found.get_mut(i).into_iter().for_each(|f| *f = true);
        if end > directory.start {
            mark(index);
        }
        if let Some((reach, other)) = furthest
            && start < reach
        {
            mark(index);
            mark(other);
        }
        if furthest.is_none_or(|(reach, _)| end > reach) {
            furthest = Some((end, index));
        }
    }
    found
}
