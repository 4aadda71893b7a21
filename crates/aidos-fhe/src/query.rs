//! The query owner: values into sets, their powers encrypted, and the map that says which slot is which.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use zeroize::Zeroizing;

use crate::codec::{self, Draft, Header, Maker, Plan, Sealed, Writer};
use crate::entropy::{Stream, below};
use crate::hash::{Canary, HashKey, Hashing, Point, cuckoo};
use crate::normalise::{Kind, Value, prefixes_of};
use crate::polynomial::powers;
use crate::scheme::Scheme;
use crate::seal::{self, Cost};
use crate::{Error, PublicKey, list, unit};

/// Which slots each value of a query is in, in the order they were given. Holds the values: it stays with their owner.
pub struct QueryMap {
    kind: Kind,
    pub(crate) root: [u8; 32],
    pub(crate) entries: Vec<Entry>,
    /// Slots whose answer is known beforehand.
    pub(crate) canaries: Vec<(Slot, bool)>,
}

/// A distinct value as it was first written.
pub(crate) struct Entry {
    pub(crate) text: String,
    /// One, or those of the networks around an address.
    pub(crate) slots: Vec<Slot>,
}

/// A place in a query: its set and its bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) set: u32,
    pub(crate) bin: u32,
}

/// Encrypts values for a holder. Writes the file for the server, or goes on with one of the same plan, and gives the map
/// for the report.
///
/// Values of one meaning are one; the map keeps how the first was written. Against a list of networks, the values are
/// addresses, and one matches where a network around it is listed.
///
/// # Errors
/// A value that is none of the hash key's type, a key of another set, no randomness, the maker's wish to stop, or the
/// draft's errors.
pub fn encrypt_query(
    public: &PublicKey,
    key: &HashKey,
    texts: &[&str],
    plan: &Plan,
    maker: &Maker<'_>,
    out: impl Draft,
) -> Result<QueryMap, Error> {
    let scheme = &public.scheme;
    let set = scheme.set;
    let hashing = Hashing::new(set, key);
    let asked = Asked::new(&hashing, key.kind(), texts)?;
    let points = asked.points.iter();
    let places: Vec<_> = points.map(|point| hashing.places(*point)).collect();
    let plan = &plan.of(asked.points.iter().map(|point| point.bytes(0)));
    // The order of a plan, so that an interrupted query is gone on with as it was.
    let mut order = plan.stream(0);
    let tables = cuckoo::seat(&places, set.bins(), set.capacity, &mut order);
    let sets = u32::try_from(tables.len())
        .ok()
        .filter(|sets| u16::try_from(*sets).is_ok());
    let header = Header {
        kind: codec::Kind::Query,
        set,
        values: Some(key.kind()),
        labels: false,
        attributed: false,
        sets: sets.ok_or(Error::TooMany {
            found: places.len() as u64,
            most: u64::from(u16::MAX) * set.capacity as u64,
        })?,
        parts: 0,
        roots: u32::try_from(set.powers).unwrap_or(0),
        parents: 0,
        parties: public.parties,
        created: plan.created,
        job: plan.job,
        key: public.fingerprint,
        commitment: key.commitment(),
        first: [0; 32],
        second: [0; 32],
    };
    let unit_records = set.limbs.len() as u64;
    let mut writer = Writer::resume(out, header, &[], unit_records)?;
    let units = (tables.len() * set.groups()) as u64;
    let known = key.canaries(set);
    let mut canaries = Vec::new();
    for (query_set, table) in (0..).zip(&tables) {
        let mut numbers = numbers(scheme, table, &places);
        for (canary, is_listed) in free(&known, table, &mut order) {
            let place = if is_listed {
                canary.listed
            } else {
                canary.unlisted
            };
            if let Some(number) = numbers.get_mut(place.bin as usize) {
                *number = place.number;
            }
            let slot = Slot {
                set: query_set,
                bin: place.bin,
            };
            canaries.push((slot, is_listed));
        }
        for (group, numbers) in (0..).zip(numbers.chunks_exact(set.degree)) {
            let unit = u64::from(query_set) * set.groups() as u64 + group;
            if writer.next() / unit_records > unit {
                continue;
            }
            let next = writer.next();
            let records = unit::encrypt(public, set.powers, next, maker.threads, |power| {
                let raise = |x: &u64| powers(*x, &scheme.plain).nth(power).unwrap_or(0);
                Zeroizing::new(numbers.iter().map(raise).collect())
            })?;
            writer.records(&records)?;
            maker.tell(unit + 1, units)?;
        }
    }
    let root = writer.finish(maker.signer)?.root();
    Ok(QueryMap {
        kind: key.kind(),
        root,
        entries: asked.entries(&tables),
        canaries,
    })
}

/// The values of a query, and the points that they ask for.
struct Asked<'a> {
    /// Each distinct value with the numbers of its points.
    texts: Vec<(&'a str, Vec<u32>)>,
    /// Distinct.
    points: Vec<Point>,
}

impl<'a> Asked<'a> {
    fn new(hashing: &Hashing, kind: Kind, texts: &[&'a str]) -> Result<Self, Error> {
        // Networks are asked for by address.
        let asked = if kind == Kind::Cidr { Kind::Ipv4 } else { kind };
        let mut seen = HashSet::with_capacity(texts.len());
        let mut numbers = HashMap::with_capacity(texts.len());
        let mut all = Self {
            texts: Vec::with_capacity(texts.len()),
            points: Vec::with_capacity(texts.len()),
        };
        for (index, text) in texts.iter().enumerate() {
            let refused = |reason| Error::Value {
                index,
                kind: asked.name(),
                reason,
            };
            let value = asked.value(text).map_err(refused)?;
            let wanted = match (kind, &value) {
                (Kind::Cidr, Value::Number(address)) => {
                    prefixes_of(Ipv4Addr::from_bits(*address)).collect()
                }
                _ => vec![value.clone()],
            };
            if !seen.insert(value) {
                continue;
            }
            let mut number = |value: &Value| {
                let point = hashing.point(value).ok_or(refused(list::OTHER_SET))?;
                let next = u32::try_from(all.points.len()).unwrap_or(u32::MAX);
                Ok::<_, Error>(*numbers.entry(point).or_insert_with(|| {
                    all.points.push(point);
                    next
                }))
            };
            let wanted = wanted.iter().map(&mut number).collect::<Result<_, _>>()?;
            all.texts.push((text, wanted));
        }
        Ok(all)
    }

    fn entries(&self, tables: &[cuckoo::Table]) -> Vec<Entry> {
        let mut slots = vec![Slot { set: 0, bin: 0 }; self.points.len()];
        for (set, table) in (0..).zip(tables) {
            for (bin, seat) in (0..).zip(table) {
                if let Some(slot) = seat.and_then(|seat| slots.get_mut(seat.item as usize)) {
                    *slot = Slot { set, bin };
                }
            }
        }
        let slots_of = |numbers: &[u32]| {
            let slot = |number: &u32| slots.get(*number as usize).copied();
            numbers.iter().filter_map(slot).collect()
        };
        let entry = |(text, numbers): &(&str, Vec<u32>)| Entry {
            text: (*text).to_owned(),
            slots: slots_of(numbers),
        };
        self.texts.iter().map(entry).collect()
    }
}

/// The canaries whose bins a query set has left empty, half of them to be found and half of them not.
fn free<'a>(
    canaries: &'a [Canary],
    table: &cuckoo::Table,
    order: &mut Stream,
) -> Vec<(&'a Canary, bool)> {
    let mut taken = HashSet::new();
    let mut free = Vec::new();
    for canary in canaries {
        let bin = canary.listed.bin;
        if table.get(bin as usize).is_some_and(Option::is_none) && taken.insert(bin) {
            free.push((canary, below(order, 2) == 1));
        }
    }
    free
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
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
        plain.extend_from_slice(&count(self.canaries.len()));
        for (slot, is_listed) in &self.canaries {
            plain.extend_from_slice(&slot.set.to_le_bytes());
            plain.extend_from_slice(&(slot.bin << 1 | u32::from(*is_listed)).to_le_bytes());
        }
        for entry in &self.entries {
            plain.extend_from_slice(&count(entry.text.len()));
            plain.extend_from_slice(entry.text.as_bytes());
            plain.extend_from_slice(&count(entry.slots.len()));
            for slot in &entry.slots {
                plain.extend_from_slice(&slot.set.to_le_bytes());
                plain.extend_from_slice(&slot.bin.to_le_bytes());
            }
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
            let count = number(&mut rest)?;
            let canaries = (0..count)
                .map(|_| {
                    let slot = slot(&mut rest)?;
                    let (bin, is_listed) = (slot.bin >> 1, slot.bin & 1 == 1);
                    Some((Slot { bin, ..slot }, is_listed))
                })
                .collect::<Option<_>>()?;
            let mut entries = Vec::new();
            while !rest.is_empty() {
                let length = number(&mut rest)? as usize;
                let (text, after) = rest.split_at_checked(length)?;
                rest = after;
                let count = number(&mut rest)?;
                entries.push(Entry {
                    text: String::from_utf8(text.to_vec()).ok()?,
                    slots: (0..count).map(|_| slot(&mut rest)).collect::<Option<_>>()?,
                });
            }
            Some(Self {
                kind: Kind::by_id(*kind)?,
                root: *root,
                entries,
                canaries,
            })
        };
        map().ok_or(Error::Sealed {
            expected: Sealed::QueryMap.name(),
        })
    }
}

/// Takes a number off the front.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let (bytes, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_le_bytes(*bytes))
}

fn slot(rest: &mut &[u8]) -> Option<Slot> {
    Some(Slot {
        set: number(rest)?,
        bin: number(rest)?,
    })
}

impl Drop for QueryMap {
    fn drop(&mut self) {
        for entry in &mut self.entries {
            zeroize::Zeroize::zeroize(&mut entry.text);
        }
    }
}
