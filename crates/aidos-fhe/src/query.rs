//! The query owner: values into sets, their powers encrypted, and the map that says which slot is which.

use std::collections::HashSet;
use std::io::Write;

use zeroize::Zeroizing;

use crate::codec::{self, Header, Sealed, Signer, Writer};
use crate::hash::{HashKey, Hashing, Point, cuckoo};
use crate::normalise::Kind;
use crate::polynomial::powers;
use crate::scheme::Scheme;
use crate::seal::{self, Cost};
use crate::{Error, PublicKey, entropy, list, unit};

/// Which slot each value of a query is in, in the order they were given. Holds the values: it stays with their owner.
pub struct QueryMap {
    kind: Kind,
    pub(crate) root: [u8; 32],
    pub(crate) entries: Vec<Entry>,
}

/// A distinct value as it was first written.
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) set: u32,
    pub(crate) bin: u32,
}

/// Encrypts values for a holder. Writes the file for the server, gives the map for the report.
///
/// Values of one meaning are one; the map keeps how the first was written. `created` in seconds since 1970.
///
/// # Errors
/// A value that is none of the hash key's type, a key of another set, no randomness, or the writer's.
pub fn encrypt_query(
    public: &PublicKey,
    key: &HashKey,
    texts: &[&str],
    signer: &Signer,
    created: u64,
    threads: usize,
    out: impl Write,
) -> Result<QueryMap, Error> {
    let scheme = &public.scheme;
    let set = scheme.set;
    let hashing = Hashing::new(set, key);
    let mut points = Vec::new();
    let mut first_texts = Vec::new();
    let mut seen: HashSet<Point> = HashSet::with_capacity(texts.len());
    for (point, text) in list::points(&hashing, key.kind(), texts)?
        .into_iter()
        .zip(texts)
    {
        if seen.insert(point) {
            points.push(point);
            first_texts.push(*text);
        }
    }
    let places: Vec<_> = points.iter().map(|point| hashing.places(*point)).collect();
    let tables = cuckoo::seat(&places, set.bins(), set.capacity, &mut entropy::fresh()?);
    let sets = u32::try_from(tables.len())
        .ok()
        .filter(|sets| u16::try_from(*sets).is_ok());
    let header = Header {
        kind: codec::Kind::Query,
        set,
        values: Some(key.kind()),
        sets: sets.ok_or(Error::TooMany {
            found: points.len() as u64,
            most: u64::from(u16::MAX) * set.capacity as u64,
        })?,
        parts: 0,
        roots: u32::try_from(set.powers).unwrap_or(0),
        created,
        job: entropy::bytes()?,
        key: public.fingerprint,
        commitment: key.commitment(),
        first: [0; 32],
        second: [0; 32],
    };
    let mut writer = Writer::new(out, header)?;
    for table in &tables {
        let numbers = numbers(scheme, table, &places);
        for group in numbers.chunks_exact(set.degree) {
            let records = unit::encrypt(public, set.powers, writer.next(), threads, |power| {
                let raise = |x: &u64| powers(*x, &scheme.plain).nth(power).unwrap_or(0);
                Zeroizing::new(group.iter().map(raise).collect())
            })?;
            writer.records(&records)?;
        }
    }
    let root = writer.finish(signer)?;
    Ok(QueryMap {
        kind: key.kind(),
        root,
        entries: entries(&tables, &first_texts),
    })
}

/// What stands in each bin: a value's number, or the dummy that no list has.
fn numbers(
    scheme: &Scheme,
    table: &cuckoo::Table,
    places: &[[crate::hash::Place; 2]],
) -> Zeroizing<Vec<u64>> {
    let number = |seat: &Option<cuckoo::Seat>| {
        let seat = (*seat)?;
        let [first, second] = places.get(seat.item as usize)?;
        Some(if seat.function == 0 {
            first.number
        } else {
            second.number
        })
    };
    let dummy = scheme.set.query_dummy();
    Zeroizing::new(
        table
            .iter()
            .map(|seat| number(seat).unwrap_or(dummy))
            .collect(),
    )
}

fn entries(tables: &[cuckoo::Table], texts: &[&str]) -> Vec<Entry> {
    let mut slots = vec![(0, 0); texts.len()];
    for (set, table) in (0..).zip(tables) {
        for (bin, seat) in (0..).zip(table) {
            if let Some(slot) = seat.and_then(|seat| slots.get_mut(seat.item as usize)) {
                *slot = (set, bin);
            }
        }
    }
    texts
        .iter()
        .zip(slots)
        .map(|(text, (set, bin))| Entry {
            text: (*text).to_owned(),
            set,
            bin,
        })
        .collect()
}

impl QueryMap {
    /// The type of the values.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many distinct values there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The map sealed under a passphrase, as the bytes of a file.
    ///
    /// # Errors
    /// Costs out of their bounds, or no randomness.
    pub fn seal(&self, passphrase: &[u8], cost: Cost) -> Result<Vec<u8>, Error> {
        let mut plain = Zeroizing::new(vec![self.kind.id()]);
        plain.extend_from_slice(&self.root);
        for entry in &self.entries {
            let length = u32::try_from(entry.text.len()).unwrap_or(u32::MAX);
            for number in [entry.set, entry.bin, length] {
                plain.extend_from_slice(&number.to_le_bytes());
            }
            plain.extend_from_slice(entry.text.as_bytes());
        }
        seal::close(Sealed::QueryMap, &plain, passphrase, cost)
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// No such file, or a wrong passphrase.
    pub fn open(file: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let plain = seal::open(Sealed::QueryMap, file, passphrase)?;
        let map = || {
            let (kind, rest) = plain.split_first()?;
            let (root, mut rest) = rest.split_first_chunk()?;
            let mut entries = Vec::new();
            while !rest.is_empty() {
                let (set, after) = rest.split_first_chunk()?;
                let (bin, after) = after.split_first_chunk()?;
                let (length, after) = after.split_first_chunk()?;
                let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
                let (text, after) = after.split_at_checked(length)?;
                entries.push(Entry {
                    text: String::from_utf8(text.to_vec()).ok()?,
                    set: u32::from_le_bytes(*set),
                    bin: u32::from_le_bytes(*bin),
                });
                rest = after;
            }
            Some(Self {
                kind: Kind::by_id(*kind)?,
                root: *root,
                entries,
            })
        };
        map().ok_or(Error::Sealed {
            expected: Sealed::QueryMap.name(),
        })
    }
}

impl Drop for QueryMap {
    fn drop(&mut self) {
        for entry in &mut self.entries {
            zeroize::Zeroize::zeroize(&mut entry.text);
        }
    }
}
