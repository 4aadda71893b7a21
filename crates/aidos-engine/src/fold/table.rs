//! The conversations that are counted just now, by key.
//!
//! A case may hold a conversation a row. Everything stands in three vectors and a conversation of one row
//! allocates nothing of its own, so that the table costs what it says and gives it all back.

use std::hash::BuildHasher;
use std::hash::RandomState;

use aidos_core::analysis::conversation::{Stats, push_varint};
use aidos_core::analysis::role::Verdict;
use aidos_model::Timestamp;

/// Sums and entry numbers of conversations, by key.
pub(super) struct Table {
    /// About how many bytes it may come to.
    budget: usize,
    hasher: RandomState,
    /// Numbers of slots, from 1 on, at the place of their hash; 0 is free. The length is a power of two.
    places: Vec<u32>,
    slots: Vec<Slot>,
    keys: Vec<u8>,
    /// Bytes of the slots' own vectors.
    owned: usize,
}

/// A conversation.
#[derive(Default)]
pub(super) struct Slot {
    hash: u32,
    key: u32,
    key_len: u32,
    stats: Stats,
    /// The day of all rows, while there is one: most conversations end on the day on which they begin.
    day: Option<i32>,
    pub(super) block: Block,
}

/// Entry numbers, each as the difference to the one before.
#[derive(Default)]
pub(super) struct Block {
    first: u64,
    last: u64,
    /// All but the first.
    rest: Vec<u8>,
    is_some: bool,
}

impl Block {
    fn push(&mut self, entry: u64) {
        if self.is_some {
            push_varint(&mut self.rest, entry - self.last);
        } else {
            self.is_some = true;
            self.first = entry;
        }
        self.last = entry;
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }

    /// Takes the first number out, and appends the bytes of all of them; `None` where there are none.
    pub(super) fn take(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        if !std::mem::take(&mut self.is_some) {
            return None;
        }
        push_varint(out, 0);
        out.extend_from_slice(&self.rest);
        self.rest.clear();
        Some(self.first)
    }
}

impl Slot {
    fn add(&mut self, time: Option<Timestamp>, verdict: Verdict, entry: Option<u64>) {
        if let Some(entry) = entry {
            self.block.push(entry);
        }
        let day = time.map(Timestamp::day);
        // The days are told by the count as long as all rows are of one.
        if self.stats.days.is_empty() && (self.stats.count == 0 || self.day == day) {
            self.day = day;
            self.stats.count += 1;
            self.stats.verdict = self.stats.verdict.max(verdict as u8);
            if let Some(time) = time {
                self.stats.first = Some(self.stats.first.map_or(time, |first| first.min(time)));
                self.stats.last = Some(self.stats.last.map_or(time, |last| last.max(time)));
            }
            return;
        }
        self.spell();
        self.stats.add(time, verdict);
    }

    /// Writes the day down that the count stood for.
    fn spell(&mut self) {
        if let Some(day) = self.day.take() {
            self.stats.days.push((day, self.stats.count));
        }
    }

    fn owned(&self) -> usize {
        self.block.rest.capacity() + self.stats.days.capacity() * size_of::<(i32, u64)>()
    }
}

/// The first number of free places.
const LEAST: usize = 1 << 10;

impl Table {
    /// An empty table that its owner empties when it comes to about `budget` bytes.
    pub(super) fn new(budget: usize) -> Self {
        Self {
            budget,
            hasher: RandomState::new(),
            places: Vec::new(),
            slots: Vec::new(),
            keys: Vec::new(),
            owned: 0,
        }
    }

    /// Counts a row; returns the conversation.
    pub(super) fn add(
        &mut self,
        key: &[u8],
        time: Option<Timestamp>,
        verdict: Verdict,
        entry: Option<u64>,
    ) -> &mut Slot {
        if self.slots.len() * 4 >= self.places.len() * 3 {
            self.grow();
        }
        #[allow(clippy::cast_possible_truncation)] // 32 bits of it will do
        let hash = self.hasher.hash_one(key) as u32;
        let at = self.find(key, hash);
        let slot = &mut self.slots[at];
        let before = slot.owned();
        slot.add(time, verdict, entry);
        self.owned += slot.owned() - before;
        slot
    }

    /// The slot of a key, a new one if need be.
    #[allow(clippy::cast_possible_truncation)] // drained long before there are 2^32 bytes
    fn find(&mut self, key: &[u8], hash: u32) -> usize {
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        while let Some(at) = (self.places[place] as usize).checked_sub(1) {
            if self.slots[at].hash == hash && self.key(at) == key {
                return at;
            }
            place = (place + 1) & mask;
        }
        self.slots.push(Slot {
            hash,
            key: self.keys.len() as u32,
            key_len: key.len() as u32,
            ..Slot::default()
        });
        self.keys.extend_from_slice(key);
        self.places[place] = self.slots.len() as u32;
        self.slots.len() - 1
    }

    fn key(&self, at: usize) -> &[u8] {
        let slot = &self.slots[at];
        let from = slot.key as usize;
        &self.keys[from..from + slot.key_len as usize]
    }

    #[allow(clippy::cast_possible_truncation)] // as many as slots
    fn grow(&mut self) {
        let len = (self.places.len() * 2).max(LEAST);
        if len == LEAST * 2 {
            // All at once, as in a sorter: what is not used yet takes no memory.
            self.slots.reserve_exact(self.budget / size_of::<Slot>());
            self.keys.reserve_exact(self.budget / 2);
        }
        self.places.clear();
        self.places.resize(len, 0);
        for (at, slot) in self.slots.iter().enumerate() {
            let mut place = slot.hash as usize & (len - 1);
            while self.places[place] != 0 {
                place = (place + 1) & (len - 1);
            }
            self.places[place] = at as u32 + 1;
        }
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        self.keys.len()
            + self.slots.len() * size_of::<Slot>()
            + self.places.len() * size_of::<u32>()
            + self.owned
    }

    /// Hands each conversation out, and empties the table.
    pub(super) fn drain<E>(
        &mut self,
        mut take: impl FnMut(&[u8], &Stats, &mut Block) -> Result<(), E>,
    ) -> Result<(), E> {
        for slot in &mut self.slots {
            slot.spell();
            let from = slot.key as usize;
            let key = &self.keys[from..from + slot.key_len as usize];
            take(key, &slot.stats, &mut slot.block)?;
        }
        self.slots.clear();
        self.keys.clear();
        self.places.fill(0);
        self.owned = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn sums_are_those_of_the_rows(
            rows in proptest::collection::vec(
                (0u32..3000, proptest::option::weighted(0.9, 0i64..200_000)), 0..4000),
        ) {
            let mut table = Table::new(1 << 20);
            let mut wanted: BTreeMap<Vec<u8>, (Stats, Vec<u64>)> = BTreeMap::new();
            for ((key, seconds), entry) in rows.into_iter().zip(1..) {
                // Few keys with many rows, many with one.
                let key = (key / 8 * u32::from(key % 8 == 0)).to_string().into_bytes();
                let time = seconds.and_then(Timestamp::from_seconds);
                table.add(&key, time, Verdict::Inbound, Some(entry));
                let (stats, entries) = wanted.entry(key).or_default();
                stats.add(time, Verdict::Inbound);
                entries.push(entry);
            }
            let mut found = BTreeMap::new();
            let mut failed = false;
            table.drain(|key, stats, block| {
                let mut bytes = Vec::new();
                let mut entry = block.take(&mut bytes).ok_or(())?;
                let mut rest = bytes.as_slice();
                let mut entries = Vec::new();
                while let Some(step) = aidos_core::analysis::conversation::read_varint(&mut rest) {
                    entry += step;
                    entries.push(entry);
                }
                failed |= found.insert(key.to_vec(), (stats.clone(), entries)).is_some();
                Ok::<_, ()>(())
            }).unwrap();
            prop_assert!(!failed);
            prop_assert_eq!(found, wanted);
            prop_assert_eq!(table.bytes(), table.places.len() * 4);
        }
    }

    #[test]
    fn a_conversation_of_one_row_owns_nothing() {
        let mut table = Table::new(1 << 20);
        for number in 0..1000u64 {
            let time = Timestamp::from_seconds(1_700_000_000);
            table.add(&number.to_le_bytes(), time, Verdict::Inbound, Some(number));
        }
        assert_eq!(table.owned, 0);
        assert!(table.bytes() > 1000 * (size_of::<Slot>() + 8));
    }
}
