//! Which rows were seen before.
//!
//! Each row is a 128-bit hash under a key of this process: an attacker who knew the key could write a row
//! whose hash equals that of evidence he wants to hide. The newest hashes stand in a table in memory; when
//! it is full they are sorted and written as a run. A filter over all hashes of the runs answers nearly every
//! question without the disk. It never decides alone: what it holds possible is looked up in the runs, so no
//! row is dropped on a guess.
//!
//! The filter is a blocked Bloom filter (Putze, Sanders, Singler: Cache-, hash- and space-efficient Bloom
//! filters, 2007): all bits of a hash stand in one cache line, one in each of its eight words. With the default
//! memory it has above ten bits a row for 22 million rows, and sends about one new row in a hundred to the
//! disk. Eight runs are merged to one, so that a question that goes there is put to a few of them.

use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use siphasher::sip128::SipHasher13;

use crate::sorter::unlinked;

/// Makes the hashes of rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowHasher {
    key: [u8; 16],
}

impl Default for RowHasher {
    /// A hasher under a new random key.
    fn default() -> Self {
        // The standard library's hash keys come from the system's random numbers.
        let random = || {
            std::collections::hash_map::RandomState::new()
                .build_hasher()
                .finish()
        };
        let mut key = [0; 16];
        key[..8].copy_from_slice(&random().to_le_bytes());
        key[8..].copy_from_slice(&random().to_le_bytes());
        Self { key }
    }
}

impl RowHasher {
    /// The hash of a row's identity.
    pub(crate) fn hash(&self, identity: &[u8]) -> u128 {
        SipHasher13::new_with_key(&self.key)
            .hash(identity)
            .as_u128()
    }
}

/// A set of hashes in bounded memory.
#[derive(Debug)]
pub(crate) struct Seen {
    folder: PathBuf,
    table: Vec<u128>,
    used: usize,
    /// How many hashes the table takes before they are written.
    limit: usize,
    filter: Vec<Block>,
    blocks: usize,
    /// Older runs come first, and are of a higher level or the same.
    runs: Vec<Run>,
    /// How often the runs were asked.
    lookups: u64,
}

/// A cache line of the filter.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
struct Block([u64; 8]);

/// Hashes in a page of a run: 4 KiB.
const PAGE: usize = 256;
/// Runs of a level that are merged to one of the next.
const FAN_IN: usize = 8;
/// Hashes that are read or written at once while runs are merged.
const AT_ONCE: usize = 16 * PAGE;
const HASH: usize = size_of::<u128>();

/// Sorted hashes on disk.
#[derive(Debug)]
struct Run {
    file: File,
    /// The upper half of the first hash of each page.
    pages: Vec<u64>,
    len: usize,
    /// How often what is in it was merged.
    level: u32,
}

impl Seen {
    /// A set that keeps about `budget` bytes in memory: up to a quarter in the table, the rest in the filter.
    pub(crate) fn new(folder: &Path, budget: usize) -> Self {
        let slots = (budget / 4 / HASH).max(1 << 10);
        let slots = if slots.is_power_of_two() {
            slots
        } else {
            slots.next_power_of_two() / 2
        };
        let filter = budget.saturating_sub(slots * HASH);
        Self {
            folder: folder.into(),
            table: Vec::new(),
            used: 0,
            limit: slots / 4 * 3,
            filter: Vec::new(),
            blocks: (filter / size_of::<Block>()).clamp(1 << 8, 1 << 31),
            runs: Vec::new(),
            lookups: 0,
        }
    }

    /// Brings the places of these hashes into the cache.
    ///
    /// Each is somewhere else in a large table. Asked for one by one they are waited for one by one;
    /// here nothing depends on the one before, and the processor fetches many at a time.
    pub(crate) fn fetch(&self, hashes: &[u128]) {
        let mask = self.table.len().wrapping_sub(1);
        let places = hashes
            .iter()
            .filter_map(|hash| self.table.get(slot(*hash, mask)));
        std::hint::black_box(places.fold(0, |all, hash| all ^ hash));
        let blocks = hashes
            .iter()
            .filter_map(|hash| self.filter.get(self.block(*hash)));
        std::hint::black_box(blocks.fold(0, |all, block| all ^ block.0[0]));
    }

    /// Adds a hash; false when it was there.
    ///
    /// # Errors
    /// When a run cannot be written or read.
    pub(crate) fn insert(&mut self, hash: u128) -> io::Result<bool> {
        // Zero marks a free slot.
        let hash = hash.max(1);
        if self.used * 4 >= self.table.len() * 3 {
            self.grow()?;
        }
        let mask = self.table.len() - 1;
        let mut at = slot(hash, mask);
        while self.table[at] != 0 {
            if self.table[at] == hash {
                return Ok(false);
            }
            at = (at + 1) & mask;
        }
        if !self.runs.is_empty() && self.maybe(hash) {
            self.lookups += 1;
            for run in self.runs.iter().rev() {
                if run.has(hash)? {
                    return Ok(false);
                }
            }
        }
        self.table[at] = hash;
        self.used += 1;
        Ok(true)
    }

    /// Makes the table larger, or empties it into a run.
    fn grow(&mut self) -> io::Result<()> {
        if self.used >= self.limit {
            return self.spill();
        }
        let len = (self.table.len() * 2).max(1 << 10);
        let old = std::mem::replace(&mut self.table, vec![0; len]);
        let mask = len - 1;
        for hash in old.into_iter().filter(|hash| *hash != 0) {
            let mut at = slot(hash, mask);
            while self.table[at] != 0 {
                at = (at + 1) & mask;
            }
            self.table[at] = hash;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.filter.is_empty() {
            self.filter = vec![Block::default(); self.blocks];
        }
        // Sorted in place: free slots come first and are passed over.
        self.table.sort_unstable();
        let mut run = Writer::new(&self.folder, 0)?;
        for index in self.table.len() - self.used..self.table.len() {
            let hash = self.table[index];
            run.push(hash)?;
            // In the order of the hashes, which is that of the blocks.
            self.note(hash);
        }
        self.runs.push(run.finish()?);
        self.table.fill(0);
        self.used = 0;
        while let Some(from) = self.runs.len().checked_sub(FAN_IN)
            && self.runs[from].level == self.runs[self.runs.len() - 1].level
        {
            let runs = self.runs.split_off(from);
            self.runs.push(merge(&self.folder, &runs)?);
        }
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation)] // the product of 32 bits and a number below 2^32, and its upper half
    fn block(&self, hash: u128) -> usize {
        ((hash >> 96) as usize * self.blocks) >> 32
    }

    fn note(&mut self, hash: u128) {
        let block = self.block(hash);
        for (word, bit) in self.filter[block].0.iter_mut().zip(bits(hash)) {
            *word |= bit;
        }
    }

    /// Whether the runs may hold the hash; never false when they do.
    fn maybe(&self, hash: u128) -> bool {
        let missing = self.filter[self.block(hash)]
            .0
            .iter()
            .zip(bits(hash))
            .fold(0, |missing, (word, bit)| missing | (bit & !word));
        missing == 0
    }
}

impl Run {
    fn has(&self, hash: u128) -> io::Result<bool> {
        let wanted = hash.to_le_bytes();
        let half = upper(hash);
        // Nearly always one page; more where the upper half of the hash begins several.
        let from = self.pages.partition_point(|first| *first < half);
        let to = self.pages.partition_point(|first| *first <= half);
        let mut bytes = [0; PAGE * HASH];
        for page in from.saturating_sub(1)..to {
            let at = page * PAGE;
            let bytes = &mut bytes[..PAGE.min(self.len - at) * HASH];
            self.file.read_exact_at(bytes, (at * HASH) as u64)?;
            if bytes.chunks_exact(HASH).any(|found| found == wanted) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Writes a run.
struct Writer {
    run: Run,
    bytes: Vec<u8>,
    offset: u64,
}

impl Writer {
    fn new(folder: &Path, level: u32) -> io::Result<Self> {
        Ok(Self {
            run: Run {
                file: unlinked(folder)?,
                pages: Vec::new(),
                len: 0,
                level,
            },
            bytes: Vec::with_capacity(AT_ONCE * HASH),
            offset: 0,
        })
    }

    /// Takes the next hash; they come in order.
    fn push(&mut self, hash: u128) -> io::Result<()> {
        if self.run.len.is_multiple_of(PAGE) {
            self.run.pages.push(upper(hash));
        }
        self.run.len += 1;
        self.bytes.extend_from_slice(&hash.to_le_bytes());
        if self.bytes.len() >= AT_ONCE * HASH {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.run.file.write_all_at(&self.bytes, self.offset)?;
        self.offset += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Run> {
        self.flush()?;
        self.run.pages.shrink_to_fit();
        Ok(self.run)
    }
}

/// Reads a run from its begin to its end.
struct Reader<'r> {
    run: &'r Run,
    bytes: Vec<u8>,
    /// The next hash in `bytes`, and in the run.
    at: usize,
    next: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> io::Result<Option<u128>> {
        if self.at == self.bytes.len() {
            let count = (self.run.len - self.next).min(AT_ONCE);
            self.bytes.resize(count * HASH, 0);
            self.run
                .file
                .read_exact_at(&mut self.bytes, (self.next * HASH) as u64)?;
            self.next += count;
            self.at = 0;
        }
        let found = self.bytes[self.at..].first_chunk::<HASH>();
        self.at += HASH.min(self.bytes.len());
        Ok(found.map(|bytes| u128::from_le_bytes(*bytes)))
    }
}

/// Merges runs, which have no hash in common.
fn merge(folder: &Path, runs: &[Run]) -> io::Result<Run> {
    let level = runs.iter().map(|run| run.level + 1).max().unwrap_or(0);
    let mut out = Writer::new(folder, level)?;
    let mut readers = Vec::with_capacity(runs.len());
    let mut heads = Vec::with_capacity(runs.len());
    for run in runs {
        let mut reader = Reader {
            run,
            bytes: Vec::new(),
            at: 0,
            next: 0,
        };
        if let Some(head) = reader.next()? {
            heads.push(head);
            readers.push(reader);
        }
    }
    // So few that looking at all of them is as fast as a heap.
    while let Some((least, &hash)) = heads.iter().enumerate().min_by_key(|(_, head)| **head) {
        out.push(hash)?;
        if let Some(next) = readers[least].next()? {
            heads[least] = next;
        } else {
            heads.swap_remove(least);
            readers.swap_remove(least);
        }
    }
    out.finish()
}

#[allow(clippy::cast_possible_truncation)] // the low bits of a hash
fn slot(hash: u128, mask: usize) -> usize {
    hash as usize & mask
}

#[allow(clippy::cast_possible_truncation)] // all that is left
fn upper(hash: u128) -> u64 {
    (hash >> 64) as u64
}

/// The bits of a hash, one for each word of its block; others than those that choose block and slot.
#[allow(clippy::cast_possible_truncation)] // six bits of a hash each
fn bits(hash: u128) -> [u64; 8] {
    let bits = (hash >> 48) as u64;
    std::array::from_fn(|word| 1 << (bits >> (word * 6) & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn rows(count: u64, of: u32) -> impl Iterator<Item = u64> {
        let mut state = 1u64;
        (0..count).map(move |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> (64 - of)
        })
    }

    #[test]
    fn says_what_a_set_in_memory_says() {
        let folder = tempfile::tempdir().unwrap();
        // So little that the filter is full and most rows are looked up, in runs of three levels.
        let mut seen = Seen::new(folder.path(), 0);
        let hasher = RowHasher::default();
        let mut set = HashSet::new();
        for row in rows(200_000, 19) {
            let row = row.to_le_bytes();
            assert_eq!(seen.insert(hasher.hash(&row)).unwrap(), set.insert(row));
        }
        assert!(seen.runs[0].level >= 2 && seen.runs.len() > 2);
        assert!(seen.runs.len() <= (FAN_IN - 1) * 3, "{}", seen.runs.len());
        assert!(seen.lookups > 100_000, "the filter was never full");
        let on_disk: usize = seen.runs.iter().map(|run| run.len).sum();
        assert_eq!(on_disk + seen.used, set.len());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_new_row_is_rarely_looked_up_while_the_filter_has_ten_bits_a_row() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::new(folder.path(), 256 << 10);
        let hasher = RowHasher::default();
        let count = seen.blocks as u64 * 512 / 10;
        assert!(count > 100_000);
        for row in 0..count {
            assert!(seen.insert(hasher.hash(&row.to_le_bytes())).unwrap());
        }
        assert!(seen.lookups * 100 < count, "{} of {count}", seen.lookups);
    }

    #[test]
    fn hashes_that_share_their_upper_half_over_many_pages_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = Writer::new(folder.path(), 0).unwrap();
        let hash = |number: u128| {
            let upper = if number < 100 { 1 } else { 2 };
            (upper << 64) | (number * 2)
        };
        for number in 0..2000 {
            run.push(hash(number)).unwrap();
        }
        let run = run.finish().unwrap();
        for number in 0..2000 {
            assert!(run.has(hash(number)).unwrap());
            assert!(!run.has(hash(number) + 1).unwrap());
        }
        assert!(!run.has(1).unwrap() && !run.has(u128::MAX).unwrap());
    }
}
