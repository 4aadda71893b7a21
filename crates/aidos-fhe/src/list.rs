//! The list owner: values into bins, a polynomial for each part of a bin, its coefficients encrypted.

use std::io::Write;

use fhe_math::rq::Poly;
use zeroize::Zeroizing;

use crate::codec::{self, Header, Signer, Writer, pack};
use crate::hash::bins::Bins;
use crate::hash::{HashKey, Hashing, Point};
use crate::normalise::Kind;
use crate::polynomial::expand;
use crate::{Error, PublicKey, entropy, unit, workers};

/// Encrypts a list for a holder. Writes the file for the server and gives its root.
///
/// Values of one meaning are one. `created` in seconds since 1970.
///
/// # Errors
/// A value that is none of the hash key's type, more than a list takes, a bin that overflows, no randomness, or
/// the writer's.
pub fn encrypt_list(
    public: &PublicKey,
    key: &HashKey,
    texts: &[&str],
    signer: &Signer,
    created: u64,
    threads: usize,
    out: impl Write,
) -> Result<[u8; 32], Error> {
    let set = public.scheme.set;
    let hashing = Hashing::new(set, key);
    let mut points = points(&hashing, key.kind(), texts)?;
    points.sort_unstable();
    points.dedup();
    let bins = Bins::new(set, &hashing, &points, threads)?;
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
        sets: 0,
        parts: count(parts)?,
        roots: count(roots)?,
        created,
        job: entropy::bytes()?,
        key: public.fingerprint,
        commitment: key.commitment(),
        first: [0; 32],
        second: [0; 32],
    };
    let mut writer = Writer::new(out, header)?;
    for group in 0..set.groups() {
        let coefficients = coefficients(public, &bins, group, threads)?;
        // A part at a time, so that no more ciphertexts wait than one polynomial has.
        for part in coefficients.chunks_exact(roots * set.degree) {
            let records = unit::encrypt(public, roots, writer.next(), threads, |coefficient| {
                let slots = part.chunks_exact(set.degree).nth(coefficient);
                Zeroizing::new(slots.unwrap_or_default().to_vec())
            })?;
            writer.records(&records)?;
        }
    }
    writer.finish(signer)
}

/// Bins that one thread expands before they are brought into the order of slots.
const STRIP: usize = 64;

/// The coefficients of all polynomials of a group of bins: by part, by power, by slot.
fn coefficients(
    public: &PublicKey,
    bins: &Bins,
    group: usize,
    threads: usize,
) -> Result<Zeroizing<Vec<u64>>, Error> {
    let set = public.scheme.set;
    let (roots, height) = (bins.rung().roots(set), bins.rung().capacity(set));
    let strips = workers::each(
        threads,
        set.degree / STRIP,
        || Zeroizing::new(Vec::new()),
        |column, strip| {
            let mut stream = entropy::fresh()?;
            let mut out = Zeroizing::new(vec![0; STRIP * height]);
            for (slot, out) in out.chunks_exact_mut(height).enumerate() {
                let bin = group * set.degree + strip * STRIP + slot;
                bins.column(bin, &mut stream, column);
                for (part, out) in column.chunks_exact(roots).zip(out.chunks_exact_mut(roots)) {
                    expand(part, &public.scheme.plain, out);
                }
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

/// Texts as points, each in its place.
pub(crate) fn points(hashing: &Hashing, kind: Kind, texts: &[&str]) -> Result<Vec<Point>, Error> {
    let values = kind.values(texts.iter().copied())?;
    let points = values.iter().enumerate().map(|(index, value)| {
        hashing.point(value).ok_or(Error::Value {
            index,
            kind: "value of this key",
            reason: "it does not belong into the parameter set of the public key",
        })
    });
    points.collect()
}

pub(crate) fn packed(part: &Poly, bits: u32, bytes: &mut Vec<u8>) {
    for row in part.coefficients().outer_iter() {
        match row.as_slice() {
            Some(row) => pack::pack(row, bits, bytes),
            None => pack::pack(&row.to_vec(), bits, bytes),
        }
    }
}
