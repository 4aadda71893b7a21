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
        let mut lifted = Zeroizing::new(vec![0; self.set.degree * self.set.limbs.len()]);
        let rows = lifted.chunks_exact_mut(self.set.degree);
        if let Some((row, limb)) = rows.zip(square.coefficients().outer_iter()).nth(limb) {
            row.iter_mut()
                .zip(limb.iter())
                .for_each(|(slot, c)| *slot = *c);
        }
        let form = Representation::Ntt;
        let lifted = Poly::try_convert_from(lifted.to_vec(), &self.context, false, form)?;
        pair.b += &*Zeroizing::new(lifted);
        Ok(pair)
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

/// The secret key at the limbs of a result.
pub(crate) struct Opener {
    set: &'static Set,
    context: Arc<Context>,
    secret: Zeroizing<Poly>,
    slots: NttOperator,
    /// The product of the limbs, and what joins two of them.
    modulus: u128,
    join: u64,
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

impl Opener {
    pub(crate) fn new(set: &'static Set, secret: &[i64]) -> Result<Self, Error> {
        let limbs = set.limbs.get(..set.result_limbs).unwrap_or_default();
        let context = Context::new_arc(limbs, set.degree)?;
        let slots = NttOperator::new(&Modulus::new(set.plaintext)?, set.degree);
        Ok(Self {
            set,
            secret: transformed(secret, &context)?,
            context,
            slots: slots.ok_or(Error::Bug {
                what: "the plaintext modulus makes no slots",
            })?,
            modulus: limbs.iter().map(|limb| u128::from(*limb)).product(),
            join: match limbs {
                [first, second] => inverse(first % second, *second),
                _ => 0,
            },
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

    /// Decrypts c₀ + c₁·s, whose parts are not transformed, and measures every coefficient.
    pub(crate) fn open(&self, c0: Vec<u64>, c1: Vec<u64>) -> Result<Opened, Error> {
        let poly = |part| {
            let form = Representation::PowerBasis;
            Poly::try_convert_from(part, &self.context, false, form).map(Zeroizing::new)
        };
        let mut phase = poly(c1)?;
        phase.change_representation(Representation::Ntt);
        *phase *= &*self.secret;
        phase.change_representation(Representation::PowerBasis);
        *phase += &*poly(c0)?;
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
            let whole = self.joined(residue(0), residue(1));
            let is_negative = whole > self.modulus / 2;
            let size = whole.min(self.modulus - whole);
            noise = noise.max(size.div_ceil(t));
            let rest = size % t;
            let rest = if is_negative && rest > 0 {
                t - rest
            } else {
                rest
            };
            slots.push(crate::number::narrow(rest));
        }
        self.slots.forward(&mut slots);
        Ok(Opened { slots, noise })
    }

    /// The number of one or two residues (Garner).
    fn joined(&self, first: Option<(&Modulus, u64)>, second: Option<(&Modulus, u64)>) -> u128 {
        let Some((first_modulus, low)) = first else {
            return 0;
        };
        let Some((modulus, residue)) = second else {
            return u128::from(low);
        };
        let difference = modulus.sub(residue, modulus.reduce(low));
        u128::from(low)
            + u128::from(**first_modulus) * u128::from(modulus.mul(difference, self.join))
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
