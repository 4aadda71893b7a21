//! The list owner: values into bins, a polynomial for each part of a bin, its coefficients encrypted.
//!
//! With labels, a second polynomial beside each takes the label of a value where the first one is zero.

use std::collections::BTreeMap;
use std::sync::Arc;

use fhe_math::rq::Poly;
use zeroize::{Zeroize, Zeroizing};

use crate::codec::{self, Draft, Header, Maker, Manifest, Plan, Writer, pack};
use crate::hash::bins::{Bins, Root};
use crate::hash::{HashKey, Hashing, Point};
use crate::normalise::{Kind, Prefix, Value};
use crate::polynomial::{Interpolation, expand};
use crate::{Error, PublicKey, unit, workers};

/// What a list owner has, as it is hashed: his values are not kept. Wiped when dropped.
pub struct Entries {
    hashing: Arc<Hashing>,
    kind: Kind,
    /// Each with its label; none has one, or all have.
    points: Vec<(Point, u16)>,
}

/// What the owner of a list says of it to the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListOptions<'a> {
    /// A name of up to 32 bytes that the server, the holder and the query owner read.
    pub name: &'a str,
    /// Whether a match may be told to be of this list when a job has several.
    pub attributed: bool,
    /// Whether the labels are encrypted too, to be shown on a match.
    pub labels: bool,
}

impl Entries {
    /// No entries, for lists under these keys.
    pub fn new(public: &PublicKey, key: &HashKey) -> Self {
        Self {
            hashing: Arc::new(Hashing::new(public.scheme.set, key)),
            kind: key.kind(),
            points: Vec::new(),
        }
    }

    /// Adds a value. Of those of one meaning the highest label counts.
    ///
    /// An IPv4 list takes networks of up to 4,096 addresses as all these, a list of networks takes the wider ones, in pieces
    /// of fixed lengths.
    ///
    /// # Errors
    /// It is no value of the hash key's type; said without the value.
    pub fn add(&mut self, text: &str, label: u16) -> Result<(), &'static str> {
        let mut add = |value: Value| {
            let point = self.hashing.point(&value).ok_or(OTHER_SET)?;
            self.points.push((point, label));
            Ok(())
        };
        match self.kind {
            Kind::Ipv4 if text.contains('/') => Prefix::parse(text)?
                .addresses()
                .ok_or("it has more than 4096 addresses; put it into a list of networks")?
                .try_for_each(add),
            Kind::Cidr => Prefix::parse(text)?
                .pieces()
                .ok_or("it has 4096 addresses or fewer; put it into an IPv4 list")?
                .try_for_each(add),
            kind => add(kind.value(text)?),
        }
    }

    /// How many were added, those of one meaning more than once.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether none was added.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The names of the entries under a hash key: equal for equal entries with equal labels.
    pub(crate) fn names(&self, key: &HashKey) -> Vec<[u8; 16]> {
        let subkey = key.subkey("segments");
        let name = |(point, label): &(Point, u16)| {
            let mut name = [0; 16];
            let mut hasher = blake3::Hasher::new_keyed(&subkey);
            hasher.update(&point.bytes(*label));
            hasher.finalize_xof().fill(&mut name);
            name
        };
        self.points.iter().map(name).collect()
    }

    /// The entries by the segment of each, in the order of the segments.
    pub(crate) fn split(mut self, segments: impl Iterator<Item = u16>) -> Vec<(u16, Self)> {
        let mut parts = BTreeMap::new();
        for (entry, segment) in self.points.drain(..).zip(segments) {
            let part: &mut Vec<(Point, u16)> = parts.entry(segment).or_default();
            part.push(entry);
        }
        let part = |(segment, points)| {
            let part = Self {
                hashing: Arc::clone(&self.hashing),
                kind: self.kind,
                points,
            };
            (segment, part)
        };
        parts.into_iter().map(part).collect()
    }

    /// Takes out what stands there twice, and says how many are left.
    pub fn distinct(&mut self) -> usize {
        // The highest label of a point comes last.
        self.points.sort_unstable();
        self.points.reverse();
        self.points.dedup_by_key(|(point, _)| *point);
        self.points.len()
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        for (point, label) in &mut self.points {
            point.zeroize();
            label.zeroize();
        }
    }
}

/// Encrypts a list for a holder. Writes the file for the server, or goes on with one of the same plan, and gives what
/// stands for it.
///
/// # Errors
/// More entries than a list takes, a bin that overflows, a name that is too long, no randomness, the maker's wish to stop,
/// or the draft's errors.
pub fn encrypt_list(
    public: &PublicKey,
    key: &HashKey,
    entries: &mut Entries,
    options: ListOptions<'_>,
    plan: &Plan,
    maker: &Maker<'_>,
    out: impl Draft,
) -> Result<Manifest, Error> {
    let set = public.scheme.set;
    entries.distinct();
    let plan = &plan.of(entries
        .points
        .iter()
        .map(|(point, label)| point.bytes(*label)));
    let canaries = key.canaries(set);
    let bins = Bins::new(
        set,
        &entries.hashing,
        &entries.points,
        &canaries,
        maker.threads,
    )?;
    let (parts, roots) = (bins.rung().parts(set), bins.rung().roots(set));
    let count = |count: usize| {
        u32::try_from(count).map_err(|_| Error::Bug {
            what: "a rung of the ladder is too high",
        })
    };
    let header = Header {
        kind: codec::Kind::List,
        set,
        values: Some(key.kind()),
        labels: options.labels,
        attributed: options.attributed,
        sets: 0,
        parts: count(parts)?,
        roots: count(roots)?,
        parents: 0,
        parties: public.parties,
        created: plan.created,
        job: plan.job,
        key: public.fingerprint,
        commitment: key.commitment(),
        first: name(options.name)?,
        second: [0; 32],
    };
    let polynomials = header.polynomials();
    let unit_records = set.limbs.len() as u64;
    let mut writer = Writer::resume(out, header, &[], unit_records)?;
    let units = (set.groups() * parts) as u64;
    for group in 0..set.groups() {
        let end = ((group + 1) * parts) as u64;
        if writer.next() / unit_records >= end {
            continue;
        }
        let coefficients = coefficients(public, &bins, group, polynomials, plan, maker.threads)?;
        // A part at a time, so that no more ciphertexts wait than its polynomials have.
        let chunk = polynomials * roots * set.degree;
        let first = group * parts;
        let done = usize::try_from(writer.next() / unit_records).unwrap_or(usize::MAX);
        for part in coefficients
            .chunks_exact(chunk)
            .skip(done.saturating_sub(first))
        {
            let ciphertexts = polynomials * roots;
            let next = writer.next();
            let records = unit::encrypt(public, ciphertexts, next, maker.threads, |coefficient| {
                let slots = part.chunks_exact(set.degree).nth(coefficient);
                Zeroizing::new(slots.unwrap_or_default().to_vec())
            })?;
            writer.records(&records)?;
            maker.tell(writer.next() / unit_records, units)?;
        }
    }
    writer.finish(maker.signer)
}

/// A name as it stands in a header.
fn name(name: &str) -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(name.bytes())
        .for_each(|(slot, byte)| *slot = byte);
    if name.len() <= 32 && !name.contains('\0') && codec::is_name(&bytes) {
        return Ok(bytes);
    }
    Err(Error::Name)
}

/// Why a value of the right type may still not fit.
pub(crate) const OTHER_SET: &str = "it does not belong into the parameter set of the public key";

/// Bins that one thread expands before they are brought into the order of slots.
const STRIP: usize = 64;

/// The coefficients of all polynomials of a group of bins: by part, by polynomial, by power, by slot.
fn coefficients(
    public: &PublicKey,
    bins: &Bins,
    group: usize,
    polynomials: usize,
    plan: &Plan,
    threads: usize,
) -> Result<Zeroizing<Vec<u64>>, Error> {
    let set = public.scheme.set;
    let plain = &public.scheme.plain;
    let (roots, height) = (bins.rung().roots(set), bins.rung().capacity(set));
    let height = polynomials * height;
    let strips = workers::each(
        threads,
        set.degree / STRIP,
        || {
            (
                Vec::new(),
                Zeroizing::new(vec![0; roots]),
                Interpolation::new(roots),
            )
        },
        |(column, numbers, interpolation), strip| {
            let mut out = Zeroizing::new(vec![0; STRIP * height]);
            for (slot, out) in out.chunks_exact_mut(height).enumerate() {
                let bin = group * set.degree + strip * STRIP + slot;
                bins.column(bin, &mut plan.stream(bin as u64), column);
                let parts = column.chunks_exact(roots);
                for (part, out) in parts.zip(out.chunks_exact_mut(polynomials * roots)) {
                    let (first, second) = out.split_at_mut_checked(roots).unwrap_or_default();
                    numbers
                        .iter_mut()
                        .zip(part)
                        .for_each(|(number, root)| *number = root.number);
                    expand(numbers, plain, first);
                    if !second.is_empty() {
                        let labels = part.iter().map(|root| u64::from(root.label));
                        interpolation.through(numbers, labels, first, plain, second);
                    }
                }
                column.fill(Root::default());
            }
            Ok(out)
        },
    )?;
    let mut all = Zeroizing::new(vec![0; height * set.degree]);
    for (power, row) in all.chunks_exact_mut(set.degree).enumerate() {
        for (strip, row) in strips.iter().zip(row.chunks_exact_mut(STRIP)) {
            let column = strip.iter().skip(power).step_by(height);
            row.iter_mut().zip(column).for_each(|(slot, c)| *slot = *c);
        }
    }
    Ok(all)
}

pub(crate) fn packed(part: &Poly, bits: u32, bytes: &mut Vec<u8>) {
    for row in part.coefficients().outer_iter() {
        match row.as_slice() {
            Some(row) => pack::pack(row, bits, bytes),
            None => pack::pack(&row.to_vec(), bits, bytes),
        }
    }
}
