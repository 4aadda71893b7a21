//! A list that changes: which entry is in which of its segments, so that a change costs what it changes.
//!
//! What is added becomes a segment of its own; a segment that loses entries is encrypted anew, all others stay as they are. The
//! server sees how many segments there are and which of them change. Merging puts all entries into one new segment, in a
//! new order.

use zeroize::{Zeroize, Zeroizing};

use crate::Error;
use crate::codec::Sealed;
use crate::hash::HashKey;
use crate::list::Entries;
use crate::seal::{self, Cost};

/// An entry's name under the hash key; with another label it is another entry.
type Name = [u8; 16];

/// Which entry is in which segment. Stays with the list's owner; wiped when dropped.
#[derive(Default)]
pub struct Segments {
    /// In the order of the names.
    places: Vec<(Name, u16)>,
    /// The number of the next segment.
    next: u16,
}

/// What has to be done to bring the segments up to date.
pub struct Update {
    /// Segments to encrypt, new ones and such as lost entries, each with its entries.
    pub changed: Vec<(u16, Entries)>,
    /// Segments that hold nothing any more.
    pub gone: Vec<u16>,
    /// Entries that were not there before.
    pub added: u64,
    /// Entries that are there no more.
    pub removed: u64,
}

impl Segments {
    /// The segments that are in use, in the order of their numbers.
    pub fn numbers(&self) -> Vec<u16> {
        let mut numbers: Vec<u16> = self.places.iter().map(|(_, segment)| *segment).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Takes in the list as it is now, and says what has to be encrypted. With `merge` that is all of it, as one new segment.
    ///
    /// # Errors
    /// Segments have numbers up to 65535, and these are used up: merge into a new folder.
    pub fn update(
        &mut self,
        mut entries: Entries,
        key: &HashKey,
        merge: bool,
    ) -> Result<Update, Error> {
        entries.distinct();
        let names = entries.names(key);
        let before = self.numbers();
        let next = self.next;
        let known = |name: &Name| {
            let at = self
                .places
                .binary_search_by_key(name, |(name, _)| *name)
                .ok()?;
            self.places.get(at).map(|(_, segment)| *segment)
        };
        let old: Vec<Option<u16>> = names.iter().map(known).collect();
        let kept = old.iter().flatten().count();
        let (added, removed) = (old.len() - kept, self.places.len() - kept);
        // How many each segment had and has.
        let count = |segments: &mut dyn Iterator<Item = u16>| {
            let mut counts = vec![0_u64; usize::from(next) + 1];
            for segment in segments {
                if let Some(count) = counts.get_mut(usize::from(segment)) {
                    *count += 1;
                }
            }
            counts
        };
        let had = count(&mut self.places.iter().map(|(_, segment)| *segment));
        let has = count(&mut old.iter().flatten().copied());
        let place = |old: Option<u16>| old.filter(|_| !merge).unwrap_or(next);
        let is_changed = |segment: u16| {
            let segment = usize::from(segment);
            merge || segment == usize::from(next) || had.get(segment) != has.get(segment)
        };
        let mut places: Vec<(Name, u16)> = names
            .iter()
            .zip(&old)
            .map(|(name, old)| (*name, place(*old)))
            .collect();
        let parts = entries.split(places.iter().map(|(_, segment)| *segment));
        places.sort_unstable();
        self.places.zeroize();
        self.places = places;
        if parts.iter().any(|(segment, _)| *segment == next) {
            self.next = next.checked_add(1).ok_or(Error::TooMany {
                found: u64::from(u16::MAX) + 1,
                most: u64::from(u16::MAX),
            })?;
        }
        let now = self.numbers();
        Ok(Update {
            changed: parts
                .into_iter()
                .filter(|(segment, _)| is_changed(*segment))
                .collect(),
            gone: before
                .into_iter()
                .filter(|segment| !now.contains(segment))
                .collect(),
            added: added as u64,
            removed: removed as u64,
        })
    }

    /// Sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(Vec::with_capacity(2 + 18 * self.places.len()));
        plain.extend_from_slice(&self.next.to_le_bytes());
        for (name, segment) in &self.places {
            plain.extend_from_slice(name);
            plain.extend_from_slice(&segment.to_le_bytes());
        }
        seal::close(Sealed::Segments, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::Segments, file, passphrase)?;
        let damaged = || Error::Sealed {
            expected: Sealed::Segments.name(),
        };
        let (next, rest) = plain.split_first_chunk().ok_or_else(damaged)?;
        let (chunks, over) = rest.as_chunks::<18>();
        if !over.is_empty() {
            return Err(damaged());
        }
        let places = chunks.iter().map(|chunk| {
            let (name, segment) = chunk.split_first_chunk()?;
            Some((*name, u16::from_le_bytes(*segment.as_array()?)))
        });
        Ok(Self {
            next: u16::from_le_bytes(*next),
            places: places.collect::<Option<_>>().ok_or_else(damaged)?,
        })
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        self.places.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretKey;
    use crate::normalise::Kind;
    use crate::set::TOY;

    #[test]
    fn a_change_costs_what_it_changes() {
        let (_, server) = SecretKey::generate(&TOY).unwrap();
        let key = HashKey::from_bytes([3; 32], Kind::Ipv4);
        let entries = |numbers: std::ops::Range<u32>, label| {
            let mut entries = Entries::new(server.public(), &key);
            for number in numbers {
                let text = std::net::Ipv4Addr::from_bits(number).to_string();
                entries.add(&text, label).unwrap();
            }
            entries
        };
        let mut segments = Segments::default();
        let told = |update: Update| {
            let changed: Vec<_> = update
                .changed
                .iter()
                .map(|(segment, entries)| (*segment, entries.len()))
                .collect();
            (changed, update.gone, update.added, update.removed)
        };
        let update = |segments: &mut Segments, numbers, label, merge| {
            // As a file between two runs.
            let file = segments.seal(b"x", Cost::CHEAP).unwrap();
            *segments = Segments::open(&file, b"x").unwrap();
            told(
                segments
                    .update(entries(numbers, label), &key, merge)
                    .unwrap(),
            )
        };
        assert_eq!(
            update(&mut segments, 0..10, 0, false),
            (vec![(0, 10)], vec![], 10, 0)
        );
        assert_eq!(
            update(&mut segments, 0..10, 0, false),
            (vec![], vec![], 0, 0)
        );
        assert_eq!(
            update(&mut segments, 0..15, 0, false),
            (vec![(1, 5)], vec![], 5, 0)
        );
        assert_eq!(
            update(&mut segments, 0..14, 0, false),
            (vec![(1, 4)], vec![], 0, 1)
        );
        assert_eq!(
            update(&mut segments, 2..20, 0, false),
            (vec![(0, 8), (2, 6)], vec![], 6, 2)
        );
        assert_eq!(
            update(&mut segments, 2..10, 0, false),
            (vec![], vec![1, 2], 0, 10)
        );
        assert_eq!(segments.numbers(), [0]);
        assert_eq!(
            update(&mut segments, 2..12, 0, true),
            (vec![(3, 10)], vec![0], 2, 0)
        );
        // Another label is another entry.
        assert_eq!(
            update(&mut segments, 2..12, 1, false),
            (vec![(4, 10)], vec![3], 10, 10)
        );
        assert_eq!(
            update(&mut segments, 0..0, 1, false),
            (vec![], vec![4], 0, 10)
        );
    }
}
