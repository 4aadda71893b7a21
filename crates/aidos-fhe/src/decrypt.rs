//! The holder: bits, and nothing else.
//!
//! Every coefficient's noise is measured. A job in which one is above what an honest one can have is refused whole: a data
//! owner who knows the key can otherwise put the server's mask into the noise and read the other's list. It also
//! catches wrong keys and damaged results. To try again is to answer the attack, so the caller locks the job.

use std::io::Write;

use fhe_math::rq::Poly;
use zeroize::Zeroizing;

use crate::codec::{self, Artefact, Header, Maker, Manifest, Seal, Signer, Source, Writer};
use crate::noise::Bounds;
use crate::query::Slot;
use crate::scheme::Opener;
use crate::sources;
use crate::{Error, SecretKey, workers};

/// One bit for each bin of each query set and source, with a label where there are some, and what they come from.
#[derive(Debug)]
pub struct Hits {
    header: Header,
    /// The query and the lists.
    parents: Vec<Manifest>,
    /// For each query set, for each source.
    answers: Vec<Bins>,
}

/// What one source answers to one query set.
#[derive(Debug, Default, PartialEq, Eq)]
struct Bins {
    bits: Vec<bool>,
    /// Empty, or one for each bin, which counts where the bit is set.
    labels: Vec<u16>,
}

/// Decrypts a result to hits, all of it or nothing. The maker's signer is not needed yet.
///
/// # Errors
/// A result for another key, a changed record, the maker's wish to stop, or noise above the bound: then the job must not
/// be tried again.
pub fn decrypt(
    secret: &SecretKey,
    result: &Artefact<'_>,
    maker: &Maker<'_>,
) -> Result<Hits, Error> {
    let header = result.header();
    if header.key != secret.fingerprint {
        return Err(Error::Fingerprint {
            what: header.kind.name(),
            found: header.key.to_string(),
            expected: secret.fingerprint.to_string(),
        });
    }
    if header.set != secret.set || header.kind != codec::Kind::Result {
        return Err(Error::Mixed {
            what: "parameter sets",
        });
    }
    if header.parties != 1 {
        return Err(Error::Mixed { what: "parties" });
    }
    let opener = Opener::new(header.set, header.parties)?;
    let key = opener.key(&secret.coefficients)?;
    hits(&opener, result, maker, |_, _, c1| opener.times(c1, &key))
}

/// Reads a result to hits. `rest` gives c₁·s for a unit of this number, for which of its ciphertexts, from c₁.
pub(crate) fn hits(
    opener: &Opener,
    result: &Artefact<'_>,
    maker: &Maker<'_>,
    rest: impl Fn(u64, usize, Vec<u64>) -> Result<Zeroizing<Poly>, Error> + Sync,
) -> Result<Hits, Error> {
    let header = result.header();
    let set = header.set;
    let limbs = header.result_limbs();
    let units = usize::try_from(header.records()).unwrap_or(usize::MAX);
    let open = |index: u64, which: usize, bytes: &[u8]| {
        let (first, second) = bytes
            .split_at_checked(set.poly_bytes(limbs.len()))
            .unwrap_or_default();
        let mut phase = rest(index, which, result.poly(index, second, limbs)?)?;
        *phase += &*opener.part(result.poly(index, first, limbs)?)?;
        Ok::<_, Error>(opener.open(&phase))
    };
    let lists = result.parents().get(1..).unwrap_or_default();
    let sources = sources::of(lists);
    let mut answers: Vec<Bins> = (0..header.sets as usize * sources.len())
        .map(|_| Bins::new(header))
        .collect();
    // Where each unit belongs: to a source's answers and a group of their bins.
    let units_of = |(number, source): (usize, &sources::Source)| {
        let units = (0..set.groups())
            .flat_map(move |group| std::iter::repeat_n((number, group), source.parts));
        units.collect::<Vec<_>>()
    };
    let owners: Vec<(usize, usize)> = sources.iter().enumerate().flat_map(units_of).collect();
    let (mut noise, mut done) = (0, 0);
    workers::ordered(
        maker.threads,
        0..units,
        Vec::new,
        |buffer, unit| {
            let index = unit as u64;
            result.records(index, 1, buffer)?;
            let mut parts = buffer.chunks_exact(2 * set.poly_bytes(limbs.len()));
            let whether = open(index, 0, parts.next().unwrap_or_default())?;
            let label = parts
                .next()
                .map(|bytes| open(index, 1, bytes))
                .transpose()?;
            Ok((unit, whether, label))
        },
        |(unit, whether, label)| {
            noise = noise.max(whether.noise);
            noise = noise.max(label.as_ref().map_or(0, |label| label.noise));
            let (query_set, place) = (unit / owners.len(), unit % owners.len());
            let (source, group) = owners.get(place).copied().unwrap_or_default();
            if let Some(bins) = answers.get_mut(query_set * sources.len() + source) {
                let labels = label.map(|label| opener.labels(&label.slots));
                bins.add(group * set.degree, &whether.slots, labels.as_deref());
            }
            done += 1;
            maker.tell(done, units as u64)
        },
    )?;
    check(&set.bounds_for(header.parties), noise)?;
    Ok(Hits {
        header: Header {
            kind: codec::Kind::Hits,
            parts: u32::try_from(sources.len()).unwrap_or(0),
            ..header.clone()
        },
        parents: result.parents().to_vec(),
        answers,
    })
}

impl Bins {
    fn new(header: &Header) -> Self {
        let bins = header.set.bins();
        Self {
            bits: vec![false; bins],
            labels: vec![0; if header.labels { bins } else { 0 }],
        }
    }

    /// Takes in one unit: a zero is a match. Of several labels the highest counts.
    fn add(&mut self, first: usize, slots: &[u64], labels: Option<&Vec<u64>>) {
        for (at, slot) in (first..).zip(slots) {
            if *slot != 0 {
                continue;
            }
            if let Some(bit) = self.bits.get_mut(at) {
                *bit = true;
            }
            let label = labels.and_then(|labels| labels.get(at - first));
            if let (Some(slot), Some(label)) = (self.labels.get_mut(at), label) {
                *slot = (*slot).max(u16::try_from(*label).unwrap_or(u16::MAX));
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let bits = self.bits.chunks(8).map(|bits| {
            let place = |byte: u8, (at, bit): (usize, &bool)| byte | u8::from(*bit) << at;
            bits.iter().enumerate().fold(0, place)
        });
        let labels = self.labels.iter().flat_map(|label| label.to_le_bytes());
        bits.chain(labels).collect()
    }

    fn read(header: &Header, bytes: &[u8]) -> Self {
        let (bits, labels) = bytes
            .split_at_checked(header.set.bins() / 8)
            .unwrap_or_default();
        let bit = |byte: &u8| {
            let byte = *byte;
            (0..8).map(move |at| byte >> at & 1 == 1)
        };
        let (labels, _) = labels.as_chunks();
        Self {
            bits: bits.iter().flat_map(bit).collect(),
            labels: labels
                .iter()
                .map(|label| u16::from_le_bytes(*label))
                .collect(),
        }
    }
}

/// Refuses noise that no honest job has.
pub(crate) fn check(bounds: &Bounds, noise: u128) -> Result<(), Error> {
    let bound = bounds.result;
    #[expect(clippy::cast_precision_loss, reason = "a bound with ten bits to spare")]
    let measured = noise as f64;
    if measured <= bound + 2.0 {
        return Ok(());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the logarithm of a number above one"
    )]
    let bits = |size: f64| size.log2().ceil() as u32;
    Err(Error::Noise {
        found: bits(measured),
        bound: bits(bound),
    })
}

impl Hits {
    /// What a source answers for a slot of the query, and with which label; none if there is no such slot.
    pub(crate) fn answer(&self, source: usize, slot: Slot) -> Option<(bool, Option<u16>)> {
        let sources = self.header.parts as usize;
        let bins = self.answers.get(slot.set as usize * sources + source)?;
        let bin = slot.bin as usize;
        Some((*bins.bits.get(bin)?, bins.labels.get(bin).copied()))
    }

    /// The query that they answer first, then the lists.
    pub fn parents(&self) -> &[Manifest] {
        &self.parents
    }

    /// The job that they end.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How many bits are set, those of canaries too.
    pub fn count(&self) -> usize {
        let bits = self.answers.iter().flat_map(|bins| &bins.bits);
        bits.filter(|bit| **bit).count()
    }

    /// What a server makes that looks nothing up.
    #[cfg(test)]
    pub(crate) fn answering(&self, bit: bool) -> Self {
        let bins = || Bins {
            bits: vec![bit; self.header.set.bins()],
            labels: Vec::new(),
        };
        Self {
            header: self.header.clone(),
            parents: self.parents.clone(),
            answers: self.answers.iter().map(|_| bins()).collect(),
        }
    }

    /// Writes the file for the query owner.
    ///
    /// # Errors
    /// The writer's.
    pub fn write(&self, signer: &Signer, created: u64, out: impl Write) -> Result<[u8; 32], Error> {
        let header = Header {
            created,
            ..self.header.clone()
        };
        let mut writer = Writer::new(out, header, &self.parents)?;
        for (index, bins) in (0..).zip(&self.answers) {
            writer.record(&Seal::new(index, bins.bytes()))?;
        }
        Ok(writer.finish(signer)?.root())
    }

    /// Reads what [`write`](Self::write) made.
    ///
    /// # Errors
    /// What [`Artefact::open`] refuses.
    pub fn read(source: &dyn Source) -> Result<Self, Error> {
        Self::of(&Artefact::open(source, codec::Kind::Hits)?)
    }

    /// The hits in an opened file, whose signer the caller has looked at.
    ///
    /// # Errors
    /// A changed record, or another kind of file.
    pub fn of(file: &Artefact<'_>) -> Result<Self, Error> {
        let header = file.header().clone();
        if header.kind != codec::Kind::Hits {
            return Err(Error::Kind {
                expected: codec::Kind::Hits.name(),
                found: header.kind.name(),
            });
        }
        let mut buffer = Zeroizing::new(Vec::new());
        let answers = (0..header.records())
            .map(|index| {
                file.records(index, 1, &mut buffer)?;
                Ok(Bins::read(&header, &buffer))
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            header,
            parents: file.parents().to_vec(),
            answers,
        })
    }
}

/// The largest noise of a result.
#[cfg(test)]
pub(crate) fn noise(secret: &SecretKey, result: &Artefact<'_>) -> Result<u128, Error> {
    let header = result.header();
    let opener = Opener::new(header.set, header.parties)?;
    let key = opener.key(&secret.coefficients)?;
    let (mut most, mut buffer) = (0, Vec::new());
    for index in 0..header.records() {
        result.records(index, 1, &mut buffer)?;
        let (first, second) = buffer.split_at(buffer.len() / 2);
        let poly = |bytes| result.poly(index, bytes, header.result_limbs());
        let mut phase = opener.times(poly(second)?, &key)?;
        *phase += &*opener.part(poly(first)?)?;
        most = most.max(opener.open(&phase).noise);
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tests::sum_of;
    use crate::number::inverse;
    use crate::scheme::tests::{Oracle, opened};
    use crate::set::{IP4_S1, STR_S1};
    use crate::{mask, server};
    use fhe_math::zq::Modulus;

    /// A data owner who knows the secret key adds 2^`shift`/w to c₀ of x^L, so that 2^`shift` times the mask comes into the
    /// noise. Gives the noise of the job and the part of the mask's coefficients that he then reads rightly.
    fn attack(set: &'static crate::Set, shift: Option<u32>) -> (u128, f64) {
        let mut oracle = Oracle::new(set);
        let mut encrypted = || -> [Vec<u64>; 2] {
            let slots = oracle.random_slots();
            oracle.encrypt(&slots).map(|part| Vec::from(&part))
        };
        let unit = [encrypted(), encrypted()];
        let mut powers = [encrypted(), encrypted()];
        if let Some(shift) = shift {
            let scheme = oracle.scheme();
            let rows = powers[1][0].chunks_exact_mut(set.degree);
            for (row, modulus) in rows.zip(scheme.moduli()) {
                // A constant is the same at every point of the transform.
                let w = inverse(scheme.linear_factor(), **modulus);
                let offset = modulus.mul(modulus.pow(2, u64::from(shift)), w);
                for c in row {
                    *c = modulus.add(*c, offset);
                }
            }
        }
        let sum = sum_of(oracle.scheme(), &unit, &powers).unwrap();
        let drawn = mask::mask(set, &mut oracle.stream);
        let mut mask = drawn.clone();
        oracle.scheme().encode(&mut mask);
        let [c0, c1] = server::hide(&oracle.key, sum, None, drawn, &mut oracle.stream).unwrap();
        let noise = opened(set, &oracle.secret, &c0, &c1).noise;
        // He knows t·e, and e/2^shift should be the mask; one limb is enough to look at.
        let limb = Modulus::new(set.limbs[0]).unwrap();
        let dropped = (set.result_limbs..set.limbs.len())
            .map(|_| set.limb_bits())
            .sum::<u32>();
        let right = shift.filter(|_| set.result_limbs == 1).map_or(0, |shift| {
            let phase = phase(&oracle, &c0, &c1);
            let guesses = phase.iter().zip(mask.iter()).filter(|(phase, mask)| {
                let scaled = limb.mul(**phase, set.plaintext);
                let noise = scaled / set.plaintext;
                (noise + (1 << (shift - dropped - 1))) >> (shift - dropped) == **mask
            });
            guesses.count()
        });
        #[expect(clippy::cast_precision_loss)]
        let part = right as f64 / set.degree as f64;
        (noise, part)
    }

    fn phase(oracle: &Oracle, c0: &fhe_math::rq::Poly, c1: &fhe_math::rq::Poly) -> Vec<u64> {
        use fhe_math::rq::{Poly, Representation, traits::TryConvertFrom};
        let secret: &[i64] = &oracle.secret.coefficients;
        let form = Representation::PowerBasis;
        let mut secret = Poly::try_convert_from(secret, c1.ctx(), false, form).unwrap();
        secret.change_representation(Representation::Ntt);
        let mut phase = c1.clone();
        phase.change_representation(Representation::Ntt);
        phase *= &secret;
        phase.change_representation(form);
        phase += c0;
        Vec::from(&phase)
    }

    #[test]
    fn the_offset_attack_reads_no_mask_and_its_job_is_refused() {
        for set in [&IP4_S1, &STR_S1] {
            let (noise, _) = attack(set, None);
            check(&set.bounds(), noise).unwrap();
            for below in [4, 6, 9] {
                let (noise, part) = attack(set, Some(set.flood_bits - below));
                assert!(
                    matches!(check(&set.bounds(), noise), Err(Error::Noise { .. })),
                    "{set}, {below}"
                );
                assert!(part <= 0.01, "{set}, {below}: {part}");
            }
        }
    }
}
