//! BFV, as `fhe` 0.1.1 does it, over the polynomials of `fhe-math`: encoding, encryption, relinearisation.
//!
//! A message m becomes −t⁻¹·[q·m]ₜ mod q. That form makes the server cheap: t times a ciphertext c is an
//! encryption of −q·m in the lowest digits, exactly, so t·c·c′ decrypts to −q·m·m′ without any rounding
//! (`kernel`). The tests hold every step here against `fhe` itself.
//!
//! Why not that crate: setting up its parameters prepares multiplications that are never used, which costs more
//! time than the whole job of a server; and its public key draws a seed that cannot be fixed for known answers.

use std::sync::Arc;

use fhe_math::ntt::NttOperator;
use fhe_math::rq::traits::TryConvertFrom;
use fhe_math::rq::{Context, Poly, Representation};
use fhe_math::zq::Modulus;
use rand_chacha::rand_core::RngCore;
use zeroize::Zeroizing;

use crate::Error;
use crate::entropy::Stream;
use crate::number::{inverse, multiply};
use crate::set::{Set, VARIANCE};

/// A parameter set with its transforms at hand.
pub(crate) struct Scheme {
    pub(crate) set: &'static Set,
    context: Arc<Context>,
    /// t.
    pub(crate) plain: Modulus,
    slots: NttOperator,
    /// q mod t.
    q_mod_t: u64,
    /// −t⁻¹ modulo each limb.
    scale: Vec<u64>,
}

/// A public key or one digit of a relinearisation key: e − a·s + …, and the uniform a. Transformed.
pub(crate) struct Pair {
    pub(crate) b: Poly,
    pub(crate) a: Poly,
}

impl Scheme {
    pub(crate) fn new(set: &'static Set) -> Result<Self, Error> {
        let plain = Modulus::new(set.plaintext)?;
        let slots = NttOperator::new(&plain, set.degree).ok_or(Error::Bug {
            what: "the plaintext modulus makes no slots",
        })?;
        let t = set.plaintext;
        let product = |product, limb: &u64| multiply(product, *limb % t, t);
        Ok(Self {
            set,
            context: Context::new_arc(set.limbs, set.degree)?,
            plain,
            slots,
            q_mod_t: set.limbs.iter().fold(1, product),
            scale: set
                .limbs
                .iter()
                .map(|limb| limb - inverse(t, *limb))
                .collect(),
        })
    }

    /// −q mod t: what a linear term is multiplied by to carry the factor that a product has.
    pub(crate) fn linear_factor(&self) -> u64 {
        self.plain.neg(self.q_mod_t)
    }

    pub(crate) fn moduli(&self) -> &[Modulus] {
        self.context.moduli_operators()
    }

    /// Slots to coefficients modulo t, in place.
    pub(crate) fn encode(&self, slots: &mut [u64]) {
        self.slots.backward(slots);
    }

    /// Coefficients modulo t to slots, in place.
    #[cfg(test)]
    pub(crate) fn decode(&self, coefficients: &mut [u64]) {
        self.slots.forward(coefficients);
    }

    /// A polynomial from its coefficients, limb after limb; of public numbers, in variable time.
    pub(crate) fn public(
        &self,
        coefficients: Vec<u64>,
        form: Representation,
    ) -> Result<Poly, Error> {
        Ok(Poly::try_convert_from(
            coefficients,
            &self.context,
            true,
            form,
        )?)
    }

    /// The same of secret numbers: each below 2⁶⁴ and reduced here, or limb after limb.
    pub(crate) fn secret(&self, coefficients: &[u64]) -> Result<Zeroizing<Poly>, Error> {
        let form = Representation::PowerBasis;
        let poly = Poly::try_convert_from(coefficients, &self.context, false, form)?;
        Ok(Zeroizing::new(poly))
    }

    /// The secret key as a transformed polynomial.
    pub(crate) fn key(&self, coefficients: &[i64]) -> Result<Zeroizing<Poly>, Error> {
        transformed(coefficients, &self.context)
    }

    /// A small polynomial: what hides.
    pub(crate) fn small(
        &self,
        form: Representation,
        stream: &mut Stream,
    ) -> Result<Zeroizing<Poly>, Error> {
        let poly = Poly::small(&self.context, form, VARIANCE, stream)?;
        Ok(Zeroizing::new(poly))
    }

    /// The uniform polynomial of a public seed.
    pub(crate) fn uniform(&self, seed: [u8; 32]) -> Poly {
        Poly::random_from_seed(&self.context, Representation::Ntt, seed)
    }

    /// e − a·s for a public seed: an encryption of zero under the secret key.
    pub(crate) fn zero_under(
        &self,
        secret: &Poly,
        seed: [u8; 32],
        stream: &mut Stream,
    ) -> Result<Pair, Error> {
        let a = self.uniform(seed);
        let product = Zeroizing::new(&a * secret);
        let error = self.small(Representation::Ntt, stream)?;
        Ok(Pair {
            b: &*error - &*product,
            a,
        })
    }

    /// One digit of the relinearisation key: a zero to which s² is added in one limb alone.
    pub(crate) fn digit(
        &self,
        secret: &Poly,
        limb: usize,
        seed: [u8; 32],
        stream: &mut Stream,
    ) -> Result<Pair, Error> {
        let mut pair = self.zero_under(secret, seed, stream)?;
        let square = Zeroizing::new(secret * secret);
        pair.b += &*self.in_limb(&square, limb)?;
        Ok(pair)
    }

    /// A polynomial in one limb alone, zero in the others: times what relinearisation cuts a number into. Transformed.
    fn in_limb(&self, poly: &Poly, limb: usize) -> Result<Zeroizing<Poly>, Error> {
        let mut lifted = Zeroizing::new(vec![0; self.set.degree * self.set.limbs.len()]);
        let rows = lifted.chunks_exact_mut(self.set.degree);
        if let Some((row, limb)) = rows.zip(poly.coefficients().outer_iter()).nth(limb) {
            row.iter_mut()
                .zip(limb.iter())
                .for_each(|(slot, c)| *slot = *c);
        }
        let form = Representation::Ntt;
        let lifted = Poly::try_convert_from(lifted.to_vec(), &self.context, false, form)?;
        Ok(Zeroizing::new(lifted))
    }

    /// A party's shares of one digit in the first round: −u·a + s in one limb, and s·a, each with a fresh error.
    ///
    /// The sums over all parties are an encryption of s under u, and of the like of it under s.
    pub(crate) fn first_round(
        &self,
        secret: &Poly,
        ephemeral: &Poly,
        limb: usize,
        seed: [u8; 32],
        stream: &mut Stream,
    ) -> Result<[Poly; 2], Error> {
        let Pair { mut b, a } = self.zero_under(ephemeral, seed, stream)?;
        b += &*self.in_limb(secret, limb)?;
        let mut other = self.small(Representation::Ntt, stream)?;
        *other += &*Zeroizing::new(&a * secret);
        Ok([b, std::mem::take(&mut *other)])
    }

    /// A party's share of one digit in the second round, from the sums of the first: s·h₀ + (u − s)·h₁ + e₂ + e₃.
    pub(crate) fn second_round(
        &self,
        secret: &Poly,
        ephemeral: &Poly,
        [first, second]: &[Poly; 2],
        stream: &mut Stream,
    ) -> Result<Poly, Error> {
        let difference = Zeroizing::new(ephemeral - secret);
        let mut share = self.small(Representation::Ntt, stream)?;
        *share += &*self.small(Representation::Ntt, stream)?;
        *share += &*Zeroizing::new(first * secret);
        *share += &*Zeroizing::new(second * &*difference);
        Ok(std::mem::take(&mut *share))
    }

    /// Encrypts slots under a public key. Transformed.
    pub(crate) fn encrypt(
        &self,
        key: &Pair,
        slots: &mut [u64],
        stream: &mut Stream,
    ) -> Result<[Poly; 2], Error> {
        self.encode(slots);
        let message = self.scaled(slots)?;
        let mut c0 = self.small(Representation::PowerBasis, stream)?;
        *c0 += &*message;
        c0.change_representation(Representation::Ntt);
        let mut c1 = self.small(Representation::Ntt, stream)?;
        let u = self.small(Representation::Ntt, stream)?;
        *c0 += &*Zeroizing::new(&key.b * &*u);
        *c1 += &*Zeroizing::new(&key.a * &*u);
        // What was secret of them is hidden now.
        Ok([std::mem::take(&mut *c0), std::mem::take(&mut *c1)])
    }

    /// −t⁻¹·[q·m]ₜ, not transformed.
    fn scaled(&self, message: &mut [u64]) -> Result<Zeroizing<Poly>, Error> {
        self.plain.scalar_mul_vec(message, self.q_mod_t);
        let mut all = Zeroizing::new(Vec::with_capacity(message.len() * self.scale.len()));
        for (modulus, scale) in self.moduli().iter().zip(&self.scale) {
            let shoup = modulus.shoup(*scale);
            // Below t, and t is below every limb.
            all.extend(message.iter().map(|m| modulus.mul_shoup(*m, *scale, shoup)));
        }
        self.secret(&all)
    }

    /// Adds what a third part of a ciphertext means under the square of the key to the first two.
    pub(crate) fn relinearise(
        &self,
        key: &[Pair],
        mut third: Poly,
        c0: &mut Poly,
        c1: &mut Poly,
    ) -> Result<(), Error> {
        third.change_representation(Representation::PowerBasis);
        for (digit, pair) in third.coefficients().outer_iter().zip(key) {
            // Shorter than all limbs: reduced into each.
            let mut digit =
                self.public(digit.iter().copied().collect(), Representation::PowerBasis)?;
            digit.change_representation(Representation::Ntt);
            *c0 += &(&digit * &pair.b);
            digit *= &pair.a;
            *c1 += &digit;
        }
        Ok(())
    }
}

/// What reads a result, at its limbs.
pub(crate) struct Opener {
    set: &'static Set,
    context: Arc<Context>,
    slots: NttOperator,
    /// What joins the limbs: the inverse of the first modulo the second, of both modulo the third.
    joins: [u64; 2],
    /// The product of all limbs but the first.
    upper: u128,
    /// What takes the factor q·q′ off a label.
    unscale: u64,
}

/// What a result decrypts to.
pub(crate) struct Opened {
    /// A number below t for each slot, up to one invertible factor.
    pub(crate) slots: Zeroizing<Vec<u64>>,
    /// The noise of the noisiest coefficient.
    pub(crate) noise: u128,
}

/// A number as low + q₀·high: three limbs are wider than 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wide {
    high: u128,
    low: u64,
}

impl Opener {
    /// For results under a key of so many parties.
    pub(crate) fn new(set: &'static Set, parties: u16) -> Result<Self, Error> {
        let limbs = set.limbs.get(..set.kept_limbs(parties)).unwrap_or_default();
        let slots = NttOperator::new(&Modulus::new(set.plaintext)?, set.degree);
        let above = limbs.get(1..).unwrap_or_default();
        Ok(Self {
            set,
            context: Context::new_arc(limbs, set.degree)?,
            slots: slots.ok_or(Error::Bug {
                what: "the plaintext modulus makes no slots",
            })?,
            joins: match limbs {
                [a, b] => [inverse(a % b, *b), 0],
                [a, b, c] => [inverse(a % b, *b), inverse(multiply(*a, *b, *c), *c)],
                _ => [0; 2],
            },
            upper: above.iter().map(|limb| u128::from(*limb)).product(),
            unscale: {
                // −q from the product, −q′ from the message's form at the limbs of a result.
                let t = set.plaintext;
                let factors = set.limbs.iter().chain(limbs);
                inverse(
                    factors.fold(1, |product, limb| multiply(product, limb % t, t)),
                    t,
                )
            },
        })
    }

    /// Slots as the numbers that were encrypted.
    pub(crate) fn labels(&self, slots: &[u64]) -> Zeroizing<Vec<u64>> {
        let t = self.set.plaintext;
        let number = |slot: &u64| multiply(*slot, self.unscale, t);
        Zeroizing::new(slots.iter().map(number).collect())
    }

    pub(crate) fn moduli(&self) -> &[Modulus] {
        self.context.moduli_operators()
    }

    /// A secret key, or a party's part of one, at these limbs.
    pub(crate) fn key(&self, secret: &[i64]) -> Result<Zeroizing<Poly>, Error> {
        transformed(secret, &self.context)
    }

    /// A part of a ciphertext or a share, which is not transformed.
    pub(crate) fn part(&self, coefficients: Vec<u64>) -> Result<Zeroizing<Poly>, Error> {
        let form = Representation::PowerBasis;
        let poly = Poly::try_convert_from(coefficients, &self.context, false, form)?;
        Ok(Zeroizing::new(poly))
    }

    /// What floods a party's share of a result, not transformed.
    pub(crate) fn flood(&self, bits: u32, stream: &mut Stream) -> Result<Zeroizing<Poly>, Error> {
        let flood = crate::mask::flood(self.set, bits, self.moduli(), stream);
        let form = Representation::PowerBasis;
        let poly = Poly::try_convert_from(flood.as_slice(), &self.context, false, form)?;
        Ok(Zeroizing::new(poly))
    }

    /// c₁·s, neither transformed.
    pub(crate) fn times(&self, c1: Vec<u64>, secret: &Poly) -> Result<Zeroizing<Poly>, Error> {
        let mut product = self.part(c1)?;
        product.change_representation(Representation::Ntt);
        *product *= secret;
        product.change_representation(Representation::PowerBasis);
        Ok(product)
    }

    /// Reads the phase c₀ + c₁·s, not transformed, and measures every coefficient.
    pub(crate) fn open(&self, phase: &Poly) -> Opened {
        let t = u128::from(self.set.plaintext);
        let mut noise = 0;
        let view = phase.coefficients();
        let rows: Vec<_> = view.outer_iter().collect();
        let mut slots = Zeroizing::new(Vec::with_capacity(self.set.degree));
        for at in 0..self.set.degree {
            // t times the phase is t·e − [q·m]ₜ, between −q/2 and q/2.
            let residue = |limb: usize| {
                let modulus = self.context.moduli_operators().get(limb)?;
                let coefficient = rows.get(limb)?.get(at)?;
                Some((modulus, modulus.mul(*coefficient, self.set.plaintext)))
            };
            let whole = self.joined([residue(0), residue(1), residue(2)]);
            let negative = self.negated(whole);
            // Both halves of an odd number are known by which of a number and its negative is smaller.
            let is_negative = (negative.high, negative.low) < (whole.high, whole.low);
            let size = if is_negative { negative } else { whole };
            let (quotient, rest) = self.divided(size);
            noise = noise.max(quotient + u128::from(rest > 0));
            let rest = if is_negative && rest > 0 {
                t - rest
            } else {
                rest
            };
            slots.push(crate::number::narrow(rest));
        }
        self.slots.forward(&mut slots);
        Opened { slots, noise }
    }

    fn first(&self) -> u64 {
        self.set.limbs.first().copied().unwrap_or(1)
    }

    /// The number of one to three residues (Garner): a₀ + q₀·(a₁ + q₁·a₂).
    fn joined(&self, residues: [Option<(&Modulus, u64)>; 3]) -> Wide {
        let [Some((_, low)), second, third] = residues else {
            return Wide { high: 0, low: 0 };
        };
        let [join, join_third] = self.joins;
        let Some((modulus, residue)) = second else {
            return Wide { high: 0, low };
        };
        let next = modulus.mul(modulus.sub(residue, modulus.reduce(low)), join);
        let mut high = u128::from(next);
        if let Some((last, residue)) = third {
            let below = last.reduce_u128(u128::from(low) + u128::from(self.first()) * high);
            let top = last.mul(last.sub(residue, below), join_third);
            high += u128::from(**modulus) * u128::from(top);
        }
        Wide { high, low }
    }

    /// q less a number; q itself of 0, which is larger than 0 and so not taken.
    fn negated(&self, number: Wide) -> Wide {
        if number.low == 0 {
            return Wide {
                high: self.upper - number.high,
                low: 0,
            };
        }
        Wide {
            high: self.upper - 1 - number.high,
            low: self.first() - number.low,
        }
    }

    /// A number divided by t, and what is over.
    fn divided(&self, number: Wide) -> (u128, u128) {
        let (t, first) = (u128::from(self.set.plaintext), u128::from(self.first()));
        // The high part's rest is below t: times q₀ it has at most 121 bits.
        let low = first * (number.high % t) + u128::from(number.low);
        (first * (number.high / t) + low / t, low % t)
    }
}

fn transformed(secret: &[i64], context: &Arc<Context>) -> Result<Zeroizing<Poly>, Error> {
    let form = Representation::PowerBasis;
    let mut poly = Zeroizing::new(Poly::try_convert_from(secret, context, false, form)?);
    poly.change_representation(Representation::Ntt);
    Ok(poly)
}

/// A secret key: centred binomial with variance 10.
pub(crate) fn sample_secret(set: &Set, stream: &mut Stream) -> Zeroizing<Vec<i64>> {
    const HALF: u64 = (1 << (2 * VARIANCE)) - 1;
    let ones = |bits: u64| i64::from((bits & HALF).count_ones());
    let draw = |bits: u64| ones(bits) - ones(bits >> (2 * VARIANCE));
    Zeroizing::new((0..set.degree).map(|_| draw(stream.next_u64())).collect())
}

#[cfg(test)]
pub(crate) mod tests;
