//! The server: it evaluates every polynomial of a list at every value of a query, and sees neither.
//!
//! For each query set and each part of a list: the inner product of powers and coefficients → times a fresh mask → (plus
//! the label's polynomial) → relinearised → plus a fresh encryption of zero → flooded → switched to few limbs. The mask comes before
//! relinearisation, so that the noise of that is not multiplied. The parts of a group of bins change places over all lists
//! that are not told apart, freshly for each job, so that the place of a match says nothing of the list.
//!
//! It takes an [`EvaluationKey`]: neither a secret key nor a hash key fits here, and there is no way to hand one in.

use fhe_math::rq::{Poly, Representation};
use zeroize::Zeroizing;

use crate::codec::{
    self, Artefact, Draft, Header, MOST_PARENTS, Maker, Manifest, Plan, Seal, Writer,
};
use crate::entropy::{self, Stream, shuffle};
use crate::kernel::Sum;
use crate::sources::{self, Source};
use crate::{Error, EvaluationKey, kernel, list, mask, unit, workers};

/// Correlates a query with lists. Writes the file for the holder, or goes on with one of the same plan, and gives its root.
///
/// # Errors
/// Files of different keys, hash keys or types; no list or too many; a changed record; no randomness; the maker's wish to
/// stop; or the draft's errors.
pub fn correlate(
    key: &EvaluationKey,
    query: &Artefact<'_>,
    lists: &[Artefact<'_>],
    plan: &Plan,
    maker: &Maker<'_>,
    out: impl Draft,
) -> Result<[u8; 32], Error> {
    let asked = query.header();
    let manifests: Vec<Manifest> = lists.iter().map(Artefact::manifest).collect();
    let most = usize::from(MOST_PARENTS) - 1;
    if !(1..=most).contains(&lists.len()) {
        return Err(Error::Lists {
            found: lists.len(),
            least: 1,
            most,
        });
    }
    agree(key, asked, &manifests)?;
    let sources = sources::of(&manifests);
    let parts: usize = sources.iter().map(|source| source.parts).sum();
    let too_many = |_| Error::TooMany {
        found: parts as u64,
        most: u64::from(u16::MAX),
    };
    let header = Header {
        kind: codec::Kind::Result,
        labels: manifests.iter().any(|list| list.header().labels),
        parts: u16::try_from(parts).map_err(too_many)?.into(),
        roots: 0,
        parents: u16::try_from(1 + lists.len()).unwrap_or(0),
        created: plan.created,
        job: plan.job,
        ..asked.clone()
    };
    let (units, polynomials) = (header.records(), header.polynomials());
    let parents: Vec<Manifest> = std::iter::once(query.manifest()).chain(manifests).collect();
    let mut writer = Writer::resume(out, header, &parents, 1)?;
    let limbs = asked.set.limbs.len();
    let most_roots = lists.iter().map(|list| list.header().roots).max();
    for query_set in 0..asked.sets as usize {
        let places = places(
            &sources,
            lists,
            asked.set.groups(),
            &mut plan.stream(query_set as u64),
        );
        let first = query_set * places.len();
        let done = usize::try_from(writer.next()).unwrap_or(usize::MAX);
        if done >= first + places.len() {
            continue;
        }
        let roots = most_roots.unwrap_or(0) as usize;
        let powers = powers(query, query_set, roots, maker.threads)?;
        workers::pieced(
            maker.threads,
            done.saturating_sub(first)..places.len(),
            limbs,
            Vec::new,
            |buffer, place, limb| {
                let place = places.get(place).copied().unwrap_or_default();
                let list = lists.get(place.list).ok_or(Error::Bug {
                    what: "a list is missing",
                })?;
                let powers = powers.get(place.group * limbs + limb);
                let powers = powers.map(Vec::as_slice).unwrap_or_default();
                evaluate(key, powers, list, place.unit, limb, polynomials, buffer)
            },
            |place, sums| {
                // A stream of its own, of which nothing is kept: no mask comes twice, also after a resume.
                let bytes = answer(key, sums, &mut entropy::fresh()?)?;
                Ok(Seal::new((first + place) as u64, bytes))
            },
            |record| {
                writer.record(&record)?;
                maker.tell(writer.next(), units)
            },
        )?;
    }
    Ok(writer.finish(maker.signer)?.root())
}

/// Bytes that a job of this query takes at most: once, and for each thread.
pub fn server_memory(query: &Header) -> (u64, u64) {
    let set = query.set;
    let poly = (set.limbs.len() * set.degree * 8) as u64;
    // The program, the key, the transforms of the set, and the powers of one query set.
    let powers = 2 * set.powers as u64 * poly * set.groups() as u64;
    let once = (48 << 20) + 3 * (set.limbs.len() as u64 + 1) * poly + powers;
    // A record with labels, six parts of sums, and about twenty polynomials while they are hidden.
    let record = 4 * (set.powers * set.poly_bytes(1)) as u64;
    (once, record + 26 * poly)
}

/// Refuses what does not belong together.
fn agree(key: &EvaluationKey, query: &Header, lists: &[Manifest]) -> Result<(), Error> {
    let lists = lists.iter().map(Manifest::header);
    for header in std::iter::once(query).chain(lists.clone()) {
        if header.key != key.public.fingerprint {
            return Err(Error::Fingerprint {
                what: header.kind.name(),
                found: header.key.to_string(),
                expected: key.public.fingerprint.to_string(),
            });
        }
    }
    let has_labels = lists.clone().any(|list| list.labels);
    for list in lists {
        let differing = [
            (
                "parameter sets",
                query.set == list.set && query.set == key.public.scheme.set,
            ),
            (
                "parties",
                query.parties == list.parties && query.parties == key.public.parties,
            ),
            ("types of values", query.values == list.values),
            ("hash keys", query.commitment == list.commitment),
            ("labels", list.labels == has_labels),
        ];
        if let Some((what, _)) = differing.into_iter().find(|(_, same)| !same) {
            return Err(Error::Mixed { what });
        }
    }
    Ok(())
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

/// What is answered at one place of a result.
#[derive(Clone, Copy, Default)]
struct Place {
    list: usize,
    group: usize,
    /// The list's unit.
    unit: usize,
}

/// What comes at which place of a query set's results: by source, by group, within these in a fresh order.
fn places(
    sources: &[Source],
    lists: &[Artefact<'_>],
    groups: usize,
    stream: &mut Stream,
) -> Vec<Place> {
    let mut all = Vec::new();
    for source in sources {
        for group in 0..groups {
            let of_list = |list: &usize| {
                let (list, header) = (*list, lists.get(*list).map(Artefact::header));
                let parts = header.map_or(0, |header| header.parts as usize);
                let units = group * parts..(group + 1) * parts;
                units.map(move |unit| Place { list, group, unit })
            };
            let mut units: Vec<Place> = source.lists.iter().flat_map(of_list).collect();
            shuffle(stream, &mut units);
            all.extend(units);
        }
    }
    all
}

/// One limb of one unit of the list, evaluated: a sum for each polynomial.
fn evaluate(
    key: &EvaluationKey,
    powers: &[u64],
    list: &Artefact<'_>,
    unit: usize,
    limb: usize,
    polynomials: usize,
    buffer: &mut Vec<u8>,
) -> Result<Vec<Sum>, Error> {
    let (scheme, roots) = (&key.public.scheme, list.header().roots as usize);
    let zero = || [0; 3].map(|_| vec![0; scheme.set.degree]);
    let mut sums: Vec<Sum> = (0..polynomials).map(|_| zero()).collect();
    let index = (unit * scheme.set.limbs.len() + limb) as u64;
    list.records(index, 1, buffer)?;
    if !kernel::evaluate(scheme, limb, roots, powers, buffer, &mut sums)? {
        return Err(list.coefficient(index));
    }
    Ok(sums)
}

/// The sums of one unit, by limb and polynomial, hidden, as the bytes of a record. `stream` serves for it alone.
fn answer(key: &EvaluationKey, sums: Vec<Vec<Sum>>, stream: &mut Stream) -> Result<Vec<u8>, Error> {
    let set = key.public.scheme.set;
    let polynomials = sums.first().map_or(0, Vec::len);
    let mut whole = vec![[const { Vec::new() }; 3]; polynomials];
    for of_limb in sums {
        for (sum, of_limb) in whole.iter_mut().zip(of_limb) {
            for (part, of_limb) in sum.iter_mut().zip(of_limb) {
                part.reserve_exact(set.limbs.len() * set.degree - part.len());
                part.extend(of_limb);
            }
        }
    }
    let mut sums = whole.into_iter();
    let value = sums.next().unwrap_or_default();
    let limbs = set.kept_limbs(key.public.parties);
    let mut bytes = Vec::with_capacity(2 * polynomials * set.poly_bytes(limbs));
    let mut write = |result: [Poly; 2]| {
        for part in &result {
            list::packed(part, set.limb_bits(), &mut bytes);
        }
    };
    if let Some(label) = sums.next() {
        let whether = hide(key, value.clone(), None, mask::mask(set, stream), stream)?;
        write(whether);
        let mask = mask::label_mask(set, stream);
        write(hide(key, value, Some(label), mask, stream)?);
    } else {
        write(hide(key, value, None, mask::mask(set, stream), stream)?);
    }
    Ok(bytes)
}

/// Masks, adds a label, relinearises, adds a zero, floods and switches. The result is not transformed.
pub(crate) fn hide(
    key: &EvaluationKey,
    sum: Sum,
    label: Option<Sum>,
    mut mask: Zeroizing<Vec<u64>>,
    stream: &mut Stream,
) -> Result<[Poly; 2], Error> {
    let scheme = &key.public.scheme;
    scheme.encode(&mut mask);
    let mut mask = scheme.secret(&mask)?;
    mask.change_representation(Representation::Ntt);
    let masked = |part, label: Option<Vec<u64>>| {
        let mut part = scheme.public(part, Representation::Ntt)?;
        part *= &*mask;
        if let Some(label) = label {
            part += &scheme.public(label, Representation::Ntt)?;
        }
        Ok::<_, Error>(part)
    };
    let [first, second, third] = sum;
    let [label0, label1, label2] = label.map_or([None, None, None], |label| label.map(Some));
    let (mut c0, mut c1) = (masked(first, label0)?, masked(second, label1)?);
    scheme.relinearise(&key.digits, masked(third, label2)?, &mut c0, &mut c1)?;
    // A fresh zero: u·b + e₀ and u·a + e₁, the errors where the flood is added too, before any transform.
    let u = scheme.small(Representation::Ntt, stream)?;
    let pair = &key.public.pair;
    c0 += &*Zeroizing::new(&pair.b * &*u);
    c1 += &*Zeroizing::new(&pair.a * &*u);
    c0.change_representation(Representation::PowerBasis);
    c1.change_representation(Representation::PowerBasis);
    c0 += &*scheme.small(Representation::PowerBasis, stream)?;
    c1 += &*scheme.small(Representation::PowerBasis, stream)?;
    let bits = scheme.set.flood_bits;
    let flood = mask::flood(scheme.set, bits, scheme.moduli(), stream);
    c0 += &*scheme.secret(&flood)?;
    for part in [&mut c0, &mut c1] {
        for _ in scheme.set.kept_limbs(key.public.parties)..scheme.set.limbs.len() {
            part.switch_down()?;
        }
    }
    Ok([c0, c1])
}
