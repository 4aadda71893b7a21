//! Which rows were seen before.
//!
//! Each row is a 128-bit hash under a key of this process: an attacker who knew the key could write a row
//! whose hash equals that of evidence he wants to hide. The newest hashes stand in a table in memory; when
//! it is full they are sorted and written as a run. A filter of 16-bit fingerprints over all hashes of the
//! runs answers nearly every question without the disk. It never decides alone: what it holds
//! possible is looked up in the runs, so no row is dropped on a guess.

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
    filter: Vec<[u16; BUCKET]>,
    filter_buckets: usize,
    /// A full bucket lost a fingerprint: the filter can no longer say no for it.
    overflowed: Vec<u64>,
    runs: Vec<Run>,
}

/// Fingerprints that share a cache line's quarter.
const BUCKET: usize = 8;
/// Hashes in a page of a run.
const PAGE: usize = 256;

#[derive(Debug)]
struct Run {
    file: File,
    /// The first hash of each page.
    pages: Vec<u128>,
    len: usize,
}

impl Seen {
    /// A set that keeps about `budget` bytes in memory: a third in the table, the rest in the filter.
    pub(crate) fn new(folder: &Path, budget: usize) -> Self {
        let slots = (budget / 3 / size_of::<u128>()).max(1 << 10);
        let slots = if slots.is_power_of_two() {
            slots
        } else {
            slots.next_power_of_two() / 2
        };
        let filter_buckets = (budget / 2 / (BUCKET * 2)).max(1 << 8).next_power_of_two() / 2;
        Self {
            folder: folder.into(),
            table: Vec::new(),
            used: 0,
            limit: slots / 4 * 3,
            filter: Vec::new(),
            filter_buckets,
            overflowed: Vec::new(),
            runs: Vec::new(),
        }
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
        if !self.runs.is_empty() && self.maybe(hash) && self.on_disk(hash)? {
            return Ok(false);
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
            self.filter = vec![[0; BUCKET]; self.filter_buckets];
            self.overflowed = vec![0; self.filter_buckets.div_ceil(64)];
        }
        // Sorted in place: free slots come first and are passed over.
        self.table.sort_unstable();
        let from = self.table.len() - self.used;
        let hashes = &self.table[from..];
        let file = unlinked(&self.folder)?;
        let mut pages = Vec::with_capacity(hashes.len().div_ceil(PAGE));
        let mut bytes = Vec::with_capacity(64 * PAGE * size_of::<u128>());
        let mut offset = 0;
        for block in hashes.chunks(64 * PAGE) {
            bytes.clear();
            for (index, hash) in block.iter().enumerate() {
                if index % PAGE == 0 {
                    pages.push(*hash);
                }
                bytes.extend_from_slice(&hash.to_le_bytes());
            }
            file.write_all_at(&bytes, offset)?;
            offset += bytes.len() as u64;
        }
        let len = hashes.len();
        for index in from..self.table.len() {
            let hash = self.table[index];
            self.note(hash);
        }
        self.runs.push(Run { file, pages, len });
        self.table.fill(0);
        self.used = 0;
        Ok(())
    }

    #[allow(clippy::cast_possible_truncation)] // bits of a hash
    fn place(&self, hash: u128) -> (usize, u16) {
        let bucket = (hash >> 64) as usize & (self.filter_buckets - 1);
        (bucket, ((hash >> 48) as u16).max(1))
    }

    fn note(&mut self, hash: u128) {
        let (bucket, fingerprint) = self.place(hash);
        let slots = &mut self.filter[bucket];
        match slots
            .iter_mut()
            .find(|slot| **slot == 0 || **slot == fingerprint)
        {
            Some(slot) => *slot = fingerprint,
            None => self.overflowed[bucket / 64] |= 1 << (bucket % 64),
        }
    }

    /// Whether the runs may hold the hash; never false when they do.
    fn maybe(&self, hash: u128) -> bool {
        let (bucket, fingerprint) = self.place(hash);
        self.filter[bucket].contains(&fingerprint)
            || self.overflowed[bucket / 64] >> (bucket % 64) & 1 == 1
    }

    fn on_disk(&self, hash: u128) -> io::Result<bool> {
        for run in self.runs.iter().rev() {
            let Some(page) = run
                .pages
                .partition_point(|first| *first <= hash)
                .checked_sub(1)
            else {
                continue;
            };
            let from = page * PAGE;
            let count = PAGE.min(run.len - from);
            let mut bytes = [0; PAGE * size_of::<u128>()];
            let bytes = &mut bytes[..count * size_of::<u128>()];
            run.file
                .read_exact_at(bytes, (from * size_of::<u128>()) as u64)?;
            let wanted = hash.to_le_bytes();
            if bytes
                .chunks_exact(size_of::<u128>())
                .any(|found| found == wanted)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[allow(clippy::cast_possible_truncation)] // the low bits of a hash
fn slot(hash: u128, mask: usize) -> usize {
    hash as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn says_what_a_set_in_memory_says() {
        let folder = tempfile::tempdir().unwrap();
        let mut seen = Seen::new(folder.path(), 64 << 10);
        let hasher = RowHasher::default();
        let mut set = HashSet::new();
        let mut state = 1u64;
        for _ in 0..200_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let row = (state >> 45).to_le_bytes();
            assert_eq!(seen.insert(hasher.hash(&row)).unwrap(), set.insert(row));
        }
        assert!(seen.runs.len() > 10, "{} runs", seen.runs.len());
        assert!(
            !seen.overflowed.iter().all(|word| *word == 0),
            "the filter was never full"
        );
    }
}
