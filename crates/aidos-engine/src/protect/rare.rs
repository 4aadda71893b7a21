//! Rows that are too few of their kind. An irreversible release leaves them out: who knows one of the values that are still
//! there would find too few candidates.

use std::io;
use std::path::Path;

use aidos_privacy::policy::Thresholds;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::sorter::{Merge, Sorter};

/// An entry as a row of the table whose anonymity is measured.
///
/// Its quasi-identifiers are all values that were changed and are still there (networks, months), by their fields; its sensitive
/// value is who attacks, as far as that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The quasi-identifiers as one cell.
    pub(super) quasi: String,
    pub(super) sensitive: String,
}

impl Row {
    pub(super) fn of(before: &Value, after: &Value) -> Self {
        let mut quasi = String::new();
        changed(&mut String::new(), before, after, &mut quasi);
        let source = |entry: &Value| Some(entry.pointer("/source/ip")?.as_str()?.to_owned());
        let kept = source(after).filter(|ip| source(before).as_ref() == Some(ip));
        Self {
            quasi,
            sensitive: kept.unwrap_or_default(),
        }
    }

    /// The class of the row and its sensitive value, each as a digest.
    pub(super) fn key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        let (class, sensitive) = key.split_at_mut(CLASS);
        for (half, text) in [(class, &self.quasi), (sensitive, &self.sensitive)] {
            let digest = Sha256::digest(text.as_bytes());
            half.iter_mut()
                .zip(digest)
                .for_each(|(to, from)| *to = from);
        }
        key
    }
}

/// Bytes of a key that are the class.
const CLASS: usize = 16;

/// Writes each field whose value is another one afterwards, but for prose, which is no column.
fn changed(path: &mut String, before: &Value, after: &Value, out: &mut String) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, new) in new {
                let length = path.len();
                path.push('.');
                path.push_str(name);
                if let Some(old) = old.get(name)
                    && path != ".message"
                {
                    changed(path, old, new, out);
                }
                path.truncate(length);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (old, new) in old.iter().zip(new) {
                changed(path, old, new, out);
            }
        }
        (Value::String(old), Value::String(new)) if old != new => {
            out.push_str(path);
            out.push('=');
            out.push_str(new);
            out.push('\n');
        }
        _ => {}
    }
}

/// The rows of a release, in bounded memory.
pub(super) struct Rows {
    sorter: Sorter,
    budget: usize,
    count: u64,
}

impl Rows {
    /// No rows yet. About `budget` bytes stay in memory, the rest lies in `folder`.
    pub(super) fn new(folder: &Path, budget: usize) -> Self {
        Self {
            sorter: Sorter::new(folder, budget),
            budget,
            count: 0,
        }
    }

    /// Adds the [key](Row::key) of the next row.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) fn push(&mut self, key: &[u8; 32]) -> io::Result<()> {
        self.sorter.push(key, &self.count.to_be_bytes())?;
        self.count += 1;
        Ok(())
    }

    /// Tells which rows are in a class that reaches k and l.
    ///
    /// # Errors
    /// When what was put down cannot be read back.
    pub(super) fn weigh(mut self, wanted: &Thresholds, folder: &Path) -> io::Result<Weighed> {
        self.sorter.put_down()?;
        let mut classes = self.sorter.finish()?;
        let mut by_row = Sorter::new(folder, self.budget);
        let (mut weighed, mut open) = (Weighed::default(), None::<Class>);
        while let Some((key, row)) = classes.next()? {
            let (class, sensitive) = key.split_at_checked(CLASS).unwrap_or_default();
            let own = match &mut open {
                Some(own) if own.name == class => own,
                _ => {
                    let next = Class {
                        name: class.to_owned(),
                        ..Class::default()
                    };
                    if let Some(done) = open.replace(next) {
                        weighed.close(&done, wanted);
                    }
                    open.get_or_insert_default()
                }
            };
            own.rows += 1;
            // Sensitive values come in order.
            if own.values == 0 || own.last != sensitive {
                own.values += 1;
                own.last.clear();
                own.last.extend_from_slice(sensitive);
            }
            by_row.push(row, &weighed.classes.to_be_bytes())?;
        }
        if let Some(done) = open {
            weighed.close(&done, wanted);
        }
        weighed.by_row = Some(by_row.finish()?);
        Ok(weighed)
    }
}

/// A class whose rows are read.
#[derive(Default)]
struct Class {
    name: Vec<u8>,
    rows: usize,
    values: usize,
    last: Vec<u8>,
}

/// Which rows stay.
#[derive(Default)]
pub(super) struct Weighed {
    /// Rows in their order, with the numbers of their classes.
    by_row: Option<Merge>,
    /// A bit for each class that stays.
    stays: Vec<u64>,
    classes: u64,
    /// The fewest rows and sensitive values of a class that stays; 0 where none does.
    pub(super) k: usize,
    pub(super) l: usize,
}

impl Weighed {
    fn close(&mut self, class: &Class, wanted: &Thresholds) {
        let bit = self.classes % 64;
        if bit == 0 {
            self.stays.push(0);
        }
        self.classes += 1;
        if class.rows >= wanted.k && class.values >= wanted.l {
            if let Some(bits) = self.stays.last_mut() {
                *bits |= 1 << bit;
            }
            let least = |so_far: usize, own: usize| if so_far == 0 { own } else { so_far.min(own) };
            self.k = least(self.k, class.rows);
            self.l = least(self.l, class.values);
        }
    }

    /// Whether the next row stays. Behind the last row none does.
    ///
    /// # Errors
    /// When what was put down cannot be read back.
    pub(super) fn stays(&mut self) -> io::Result<bool> {
        let Some(by_row) = &mut self.by_row else {
            return Ok(false);
        };
        let class = by_row.next()?.and_then(|(_, class)| class.first_chunk());
        let class = class.map_or(u64::MAX, |bytes| u64::from_be_bytes(*bytes));
        let bits = usize::try_from(class / 64).ok();
        let bits = bits.and_then(|at| self.stays.get(at));
        Ok(bits.is_some_and(|bits| bits >> (class % 64) & 1 == 1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_told_apart_by_what_was_changed() {
        let pair = |source: &str, victim: &str, network: &str| {
            Row::of(
                &json!({"source": {"ip": source}, "destination": {"ip": victim, "port": 22},
                    "related": {"ip": [source, victim]}, "message": victim}),
                &json!({"source": {"ip": source}, "destination": {"ip": network, "port": 22},
                    "related": {"ip": [source, network]}, "message": network}),
            )
        };
        let row = pair("203.0.113.7", "10.1.0.1", "10.1.0.0/16");
        assert_eq!(
            row.quasi,
            ".destination.ip=10.1.0.0/16\n.related.ip=10.1.0.0/16\n"
        );
        assert_eq!(row.sensitive, "203.0.113.7");
        let other = pair("203.0.113.8", "10.1.0.2", "10.1.0.0/16");
        assert_eq!(row.key()[..CLASS], other.key()[..CLASS]);
        assert_ne!(row.key()[CLASS..], other.key()[CLASS..]);
    }

    proptest! {
        #[test]
        fn what_stays_is_in_a_class_that_is_large_and_diverse_enough(
            rows in prop::collection::vec((0u8..6, 0u8..4), 0..60), k in 2usize..6, l in 1usize..4,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut all = Rows::new(folder.path(), 0);
            let mut classes = BTreeMap::<u8, Vec<u8>>::new();
            for &(class, value) in &rows {
                let row = Row { quasi: class.to_string(), sensitive: value.to_string() };
                all.push(&row.key()).unwrap();
                classes.entry(class).or_default().push(value);
            }
            classes.retain(|_, values| {
                values.len() >= k && values.iter().collect::<BTreeSet<_>>().len() >= l
            });
            let wanted = Thresholds { k, l, t: 1.0 };
            let mut weighed = all.weigh(&wanted, folder.path()).unwrap();
            for (class, _) in &rows {
                prop_assert_eq!(weighed.stays().unwrap(), classes.contains_key(class));
            }
            prop_assert!(!weighed.stays().unwrap());
            prop_assert_eq!(weighed.k, classes.values().map(Vec::len).min().unwrap_or(0));
        }
    }
}
