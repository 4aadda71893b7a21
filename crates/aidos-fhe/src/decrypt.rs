//! The holder: bits, and nothing else.
//!
//! Every coefficient's noise is measured. A job in which one is above what an honest one can have is refused whole: a data
//! owner who knows the key can otherwise put the server's mask into the noise and read the other's list. It also
//! catches wrong keys and damaged results. To try again is to answer the attack, so the caller locks the job.

use std::io::Write;

use crate::codec::{self, Artefact, Header, Seal, Signer, Source, Writer};
use crate::scheme::Opener;
use crate::{Error, SecretKey, workers};

/// One bit for each bin of each query set, and the query they belong to.
#[derive(Debug)]
pub struct Hits {
    header: Header,
    /// For each query set.
    sets: Vec<Vec<bool>>,
}

/// Decrypts a result to hits, all of it or nothing.
///
/// # Errors
/// A result for another key, a changed record, or noise above the bound: then the job must not be tried again.
pub fn decrypt(secret: &SecretKey, result: &Artefact<'_>, threads: usize) -> Result<Hits, Error> {
    let header = result.header();
    if header.key != secret.fingerprint {
        return Err(Error::Fingerprint {
            what: header.kind.name(),
            found: header.key.to_string(),
            expected: secret.fingerprint.to_string(),
        });
    }
    let set = header.set;
    if set != secret.set || header.kind != codec::Kind::Result {
        return Err(Error::Mixed {
            what: "parameter sets",
        });
    }
    let opener = Opener::new(set, &secret.coefficients)?;
    let limbs = set.limbs.get(..set.result_limbs).unwrap_or_default();
    let parts = header.parts as usize;
    let units = usize::try_from(header.records()).unwrap_or(usize::MAX);
    // Zeros of each unit, and the largest noise.
    let opened = workers::each(threads, units, Vec::new, |buffer, unit| {
        let index = unit as u64;
        result.records(index, 1, buffer)?;
        let (first, second) = buffer
            .split_at_checked(set.poly_bytes(limbs.len()))
            .unwrap_or_default();
        let opened = opener.open(
            result.poly(index, first, limbs)?,
            result.poly(index, second, limbs)?,
        )?;
        let zeros: Vec<bool> = opened.slots.iter().map(|slot| *slot == 0).collect();
        Ok((zeros, opened.noise))
    })?;
    let noise = opened.iter().map(|(_, noise)| *noise).max().unwrap_or(0);
    check(set, noise)?;
    let mut sets = vec![vec![false; set.bins()]; header.sets as usize];
    for (bits, units) in sets.iter_mut().zip(opened.chunks(set.groups() * parts)) {
        for (bits, units) in bits.chunks_exact_mut(set.degree).zip(units.chunks(parts)) {
            for (zeros, _) in units {
                bits.iter_mut()
                    .zip(zeros)
                    .for_each(|(bit, zero)| *bit |= zero);
            }
        }
    }
    Ok(Hits {
        header: Header {
            kind: codec::Kind::Hits,
            parts: 0,
            ..header.clone()
        },
        sets,
    })
}

/// Refuses noise that no honest job has.
fn check(set: &crate::Set, noise: u128) -> Result<(), Error> {
    let bound = set.bounds().result;
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
    /// The bit of a slot; none if there is no such slot.
    pub(crate) fn bit(&self, set: u32, bin: u32) -> Option<bool> {
        self.sets.get(set as usize)?.get(bin as usize).copied()
    }

    /// The root of the query they answer.
    pub(crate) fn query(&self) -> [u8; 32] {
        self.header.first
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        self.sets.iter().flatten().filter(|bit| **bit).count()
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
        let mut writer = Writer::new(out, header)?;
        for (index, set) in (0..).zip(&self.sets) {
            let bytes = set.chunks(8).map(|bits| {
                let place = |byte: u8, (at, bit): (usize, &bool)| byte | u8::from(*bit) << at;
                bits.iter().enumerate().fold(0, place)
            });
            writer.record(&Seal::new(index, bytes.collect()))?;
        }
        writer.finish(signer)
    }

    /// Reads what [`write`](Self::write) made.
    ///
    /// # Errors
    /// What [`Artefact::open`] refuses.
    pub fn read(source: &dyn Source) -> Result<Self, Error> {
        let file = Artefact::open(source, codec::Kind::Hits)?;
        let mut buffer = Vec::new();
        let sets = (0..file.header().records())
            .map(|index| {
                file.records(index, 1, &mut buffer)?;
                let bits = buffer
                    .iter()
                    .flat_map(|byte| (0..8).map(move |at| byte >> at & 1 == 1));
                Ok(bits.collect())
            })
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            header: file.header().clone(),
            sets,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::tests::sum_of;
    use crate::number::inverse;
    use crate::scheme::tests::Oracle;
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
        let mut drawn = oracle.stream.clone();
        let mut mask = mask::mask(set, &mut drawn);
        oracle.scheme().encode(&mut mask);
        let [c0, c1] = server::hide(&oracle.key, sum, &mut oracle.stream).unwrap();
        let opener = Opener::new(set, &oracle.secret.coefficients).unwrap();
        let noise = opener.open(Vec::from(&c0), Vec::from(&c1)).unwrap().noise;
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
            check(set, noise).unwrap();
            for below in [4, 6, 9] {
                let (noise, part) = attack(set, Some(set.flood_bits - below));
                assert!(
                    matches!(check(set, noise), Err(Error::Noise { .. })),
                    "{set}, {below}"
                );
                assert!(part <= 0.01, "{set}, {below}: {part}");
            }
        }
    }
}
