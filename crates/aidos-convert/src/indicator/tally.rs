//! Each value once, with how often it stands in the text.

use std::collections::BTreeMap;

use super::{Find, Kind, Reach};

/// One value of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tallied {
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// Where it stands first, bytes from the start of the text.
    pub start: u64,
    /// How long its first spelling is, bytes.
    pub len: usize,
    /// How often it stands there.
    pub count: u64,
    /// In how many of these places it is defanged.
    pub defanged: u64,
    /// Who may own it.
    pub reach: Reach,
}

/// Counts finds by kind and value.
///
/// ```
/// # use aidos_convert::indicator::{Tally, scan};
/// let mut tally = Tally::new(1_000);
/// scan(b"198.51.100.7 and 198[.]51.100.7", &mut |find| tally.add(&find));
/// let values = tally.into_values();
/// assert_eq!((values.len(), values[0].count, values[0].defanged), (1, 2, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Tally {
    values: BTreeMap<(Kind, String), Tallied>,
    most: usize,
    beyond: u64,
}

impl Tally {
    /// A tally that keeps up to `most` values.
    pub const fn new(most: usize) -> Self {
        Self {
            values: BTreeMap::new(),
            most,
            beyond: 0,
        }
    }

    /// Counts one find.
    pub fn add(&mut self, find: &Find<'_>) {
        let key = (find.kind, find.value.to_string());
        let full = self.values.len() >= self.most;
        if let Some(known) = self.values.get_mut(&key) {
            known.count += 1;
            known.defanged += u64::from(find.defanged);
        } else if full {
            self.beyond += 1;
        } else {
            let first = Tallied {
                kind: find.kind,
                value: key.1.clone(),
                start: find.start,
                len: find.len,
                count: 1,
                defanged: u64::from(find.defanged),
                reach: find.reach,
            };
            self.values.insert(key, first);
        }
    }

    /// How many finds had no room any more.
    pub const fn beyond(&self) -> u64 {
        self.beyond
    }

    /// The values in the order of their first places.
    pub fn into_values(self) -> Vec<Tallied> {
        let mut values: Vec<_> = self.values.into_values().collect();
        values.sort_by_key(|value| value.start);
        values
    }
}
