//! The server: it evaluates every polynomial of a list at every value of a query, and sees neither.
//!
//! For each query set and each part of a list: the inner product of powers and coefficients → times a fresh mask →
//! relinearised → plus a fresh encryption of zero → flooded → switched to few limbs. The mask comes before
//! relinearisation, so that the noise of that is not multiplied. The parts of a group of bins change places,
//! freshly for each job, so that the place of a match says nothing of the list.
//!
//! It takes an [`EvaluationKey`]: neither a secret key nor a hash key fits here, and there is no way to hand one in.

use std::io::Write;

use fhe_math::rq::{Poly, Representation};
use zeroize::Zeroizing;

use crate::codec::{self, Artefact, Header, Seal, Signer, Writer};
use crate::entropy::{self, Stream, shuffle};
use crate::{Error, EvaluationKey, kernel, list, mask, unit, workers};

/// Correlates a query with a list; writes the file for the holder and gives its root. `created` in seconds since
/// 1970.
///
/// # Errors
/// Files of different keys, hash keys or types; a changed record; no randomness; or the writer's.
pub fn correlate(
    key: &EvaluationKey,
    query: &Artefact<'_>,
    list: &Artefact<'_>,
    signer: &Signer,
    created: u64,
    threads: usize,
    out: impl Write,
) -> Result<[u8; 32], Error> {
    let (asked, listed) = (query.header(), list.header());
    agree(key, asked, listed)?;
    let set = asked.set;
    let (parts, limbs) = (listed.parts as usize, set.limbs.len());
    let header = Header {
        kind: codec::Kind::Result,
        parts: listed.parts,
        roots: 0,
        created,
        job: entropy::bytes()?,
        first: query.root(),
        second: list.root(),
        ..asked.clone()
    };
    let mut writer = Writer::new(out, header)?;
    for query_set in 0..asked.sets as usize {
        let powers = powers(query, query_set, listed.roots as usize, threads)?;
        let places = places(set.groups(), parts, &mut entropy::fresh()?);
        let next = writer.next();
        let records = workers::each(threads, places.len(), Vec::new, |buffer, place| {
            let unit = places.get(place).copied().unwrap_or(0);
            let group = unit / parts * limbs;
            let powers = powers.get(group..group + limbs).unwrap_or_default();
            let bytes = answer(key, powers, list, unit, buffer, &mut entropy::fresh()?)?;
            Ok(Seal::new(next + place as u64, bytes))
        })?;
        writer.records(&records)?;
    }
    writer.finish(signer)
}

/// Refuses what does not belong together.
fn agree(key: &EvaluationKey, query: &Header, list: &Header) -> Result<(), Error> {
    for header in [query, list] {
        if header.key != key.public.fingerprint {
            return Err(Error::Fingerprint {
                what: header.kind.name(),
                found: header.key.to_string(),
                expected: key.public.fingerprint.to_string(),
            });
        }
    }
    let differing = [
        (
            "parameter sets",
            query.set == list.set && query.set == key.public.scheme.set,
        ),
        ("types of values", query.values == list.values),
        ("hash keys", query.commitment == list.commitment),
    ];
    match differing.into_iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(Error::Mixed { what }),
        None => Ok(()),
    }
}

/// The powers x … x^`roots` of a query set, by group of bins and limb.
fn powers(
    query: &Artefact<'_>,
    query_set: usize,
    roots: usize,
    threads: usize,
) -> Result<Vec<Vec<u64>>, Error> {
    let (groups, limbs) = (query.header().set.groups(), query.header().set.limbs.len());
    let first = query_set * groups * limbs;
    workers::each(threads, groups * limbs, Vec::new, |buffer, job| {
        let index = (first + job) as u64;
        unit::unpack_limb(query, index, job % limbs, roots, buffer)
    })
}

/// Which unit of the list comes at which place of the result: within each group in a fresh order.
fn places(groups: usize, parts: usize, stream: &mut Stream) -> Vec<usize> {
    (0..groups)
        .flat_map(|group| {
            let mut units: Vec<usize> = (group * parts..(group + 1) * parts).collect();
            shuffle(stream, &mut units);
            units
        })
        .collect()
}

/// One unit of the list, evaluated and hidden, as the bytes of a record. `stream` serves for it alone.
fn answer(
    key: &EvaluationKey,
    powers: &[Vec<u64>],
    list: &Artefact<'_>,
    unit: usize,
    buffer: &mut Vec<u8>,
    stream: &mut Stream,
) -> Result<Vec<u8>, Error> {
    let set = key.public.scheme.set;
    let roots = list.header().roots as usize;
    let mut sum = [0; 3].map(|_| vec![0; set.limbs.len() * set.degree]);
    for (limb, powers) in powers.iter().enumerate() {
        let index = (unit * set.limbs.len() + limb) as u64;
        list.records(index, 1, buffer)?;
        if !kernel::evaluate(&key.public.scheme, limb, roots, powers, buffer, &mut sum)? {
            return Err(list.coefficient(index));
        }
    }
    let result = hide(key, sum, stream)?;
    let mut bytes = Vec::with_capacity(2 * set.poly_bytes(set.result_limbs));
    for part in &result {
        list::packed(part, set.limb_bits(), &mut bytes);
    }
    Ok(bytes)
}

/// Masks, relinearises, adds a zero, floods and switches. The result is not transformed.
pub(crate) fn hide(
    key: &EvaluationKey,
    sum: [Vec<u64>; 3],
    stream: &mut Stream,
) -> Result<[Poly; 2], Error> {
    let scheme = &key.public.scheme;
    let mut mask = mask::mask(scheme.set, stream);
    scheme.encode(&mut mask);
    let mut mask = scheme.secret(&mask)?;
    mask.change_representation(Representation::Ntt);
    let masked = |part| {
        let mut part = scheme.public(part, Representation::Ntt)?;
        part *= &*mask;
        Ok::<_, Error>(part)
    };
    let [first, second, third] = sum;
    let (mut c0, mut c1) = (masked(first)?, masked(second)?);
    scheme.relinearise(&key.digits, masked(third)?, &mut c0, &mut c1)?;
    // A fresh zero: u·b + e₀ and u·a + e₁, the errors where the flood is added too, before any transform.
    let u = scheme.small(Representation::Ntt, stream)?;
    let pair = &key.public.pair;
    c0 += &*Zeroizing::new(&pair.b * &*u);
    c1 += &*Zeroizing::new(&pair.a * &*u);
    c0.change_representation(Representation::PowerBasis);
    c1.change_representation(Representation::PowerBasis);
    c0 += &*scheme.small(Representation::PowerBasis, stream)?;
    c1 += &*scheme.small(Representation::PowerBasis, stream)?;
    c0 += &*scheme.secret(&mask::flood(scheme.set, scheme.moduli(), stream))?;
    for part in [&mut c0, &mut c1] {
        for _ in scheme.set.result_limbs..scheme.set.limbs.len() {
            part.switch_down()?;
        }
    }
    Ok([c0, c1])
}
