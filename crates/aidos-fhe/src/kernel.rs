//! The inner product ∑ aⱼ·xʲ of two encrypted vectors: where nearly all of a server's time goes.
//!
//! t·c·c′ for each power and coefficient, point by point in the transform, summed up in 128 bits and reduced
//! once. Both factors are c₀ + c₁·s, so a product has three parts: the middle one comes from
//! (c₀ + c₁)(c′₀ + c′₁) less the other two (Karatsuba), modulo 2¹²⁸, which is exact as the true sum is below it.
//! The terms without a product, a₀ and x^L, are multiplied by −q mod t, so that the whole carries one factor.
//!
//! A block of coefficients is unpacked, checked and multiplied while it is in the nearest cache.

use fhe_math::zq::Modulus;

use crate::Error;
use crate::codec::pack::unpack;
use crate::scheme::Scheme;

/// Coefficients that are worked on at once.
const BLOCK: usize = 256;

/// A transformed ciphertext, limb after limb.
pub(crate) type Ciphertext = [Vec<u64>; 2];

/// What the kernel found.
pub(crate) enum Outcome {
    /// The three parts of the sum, transformed, limb after limb.
    Sum([Vec<u64>; 3]),
    /// The place of a ciphertext with a coefficient that is not below its limb.
    Refused(usize),
}

/// The sums of one block.
struct Sums {
    low: [u128; BLOCK],
    middle: [u128; BLOCK],
    high: [u128; BLOCK],
}

/// Evaluates the polynomials whose packed coefficients a₀ … a₍L₋₁₎ are one after the other in `unit` at the values
/// whose powers x … x^L are given.
pub(crate) fn evaluate(
    scheme: &Scheme,
    powers: &[Ciphertext],
    unit: &[u8],
) -> Result<Outcome, Error> {
    let set = scheme.set;
    let (limbs, degree, bits) = (set.limbs.len(), set.degree, set.limb_bits());
    let coefficients: Vec<&[u8]> = unit.chunks_exact(2 * set.poly_bytes(limbs)).collect();
    let leading = coefficients.len().checked_sub(1);
    let (Some((constant, products)), Some(leading)) = (
        coefficients.split_first(),
        leading.and_then(|last| powers.get(last)),
    ) else {
        return Err(Error::Bug {
            what: "a polynomial has no roots, or more than the query has powers",
        });
    };
    let length = BLOCK.min(degree);
    let packed = length * bits as usize / 8;
    let mut out = [0; 3].map(|_| vec![0; limbs * degree]);
    let mut sums = Sums::new();
    let mut a = [[0; BLOCK]; 2];
    for (limb, modulus) in scheme.moduli().iter().enumerate() {
        for block in 0..degree / length {
            let at = limb * degree + block * length;
            let byte = limb * set.poly_bytes(1) + block * packed;
            let read = |ciphertext: &[u8], a: &mut [[u64; BLOCK]; 2]| {
                let mut fits = true;
                for (part, a) in ciphertext.chunks_exact(set.poly_bytes(limbs)).zip(a) {
                    let bytes = part.get(byte..byte + packed).unwrap_or_default();
                    let a = a.get_mut(..length).unwrap_or_default();
                    fits &= unpack(bytes, bits, **modulus, a)?;
                }
                Ok::<_, Error>(fits)
            };
            sums.clear();
            for (number, (ciphertext, [x0, x1])) in (1..).zip(products.iter().zip(powers)) {
                if !read(ciphertext, &mut a)? {
                    return Ok(Outcome::Refused(number));
                }
                sums.add([block_of(x0, at, length), block_of(x1, at, length)], &a);
            }
            if !read(constant, &mut a)? {
                return Ok(Outcome::Refused(0));
            }
            let [x0, x1] = leading;
            sums.finish(
                modulus,
                (set.plaintext, scheme.linear_factor()),
                [block_of(x0, at, length), block_of(x1, at, length)],
                &a,
                out.each_mut()
                    .map(|part| part.get_mut(at..at + length).unwrap_or_default()),
            );
        }
    }
    Ok(Outcome::Sum(out))
}

fn block_of(part: &[u64], at: usize, length: usize) -> &[u64] {
    part.get(at..at + length).unwrap_or_default()
}

impl Sums {
    fn new() -> Self {
        Self {
            low: [0; BLOCK],
            middle: [0; BLOCK],
            high: [0; BLOCK],
        }
    }

    fn clear(&mut self) {
        *self = Self::new();
    }

    /// Adds the three parts of a product. The middle one may wrap, and comes right when the others are taken off.
    fn add(&mut self, [x0, x1]: [&[u64]; 2], [a0, a1]: &[[u64; BLOCK]; 2]) {
        let sums = self
            .low
            .iter_mut()
            .zip(&mut self.middle)
            .zip(&mut self.high);
        let factors = x0.iter().zip(x1).zip(a0.iter().zip(a1));
        for (((low, middle), high), ((x0, x1), (a0, a1))) in sums.zip(factors) {
            *low = low.wrapping_add(wide(*x0, *a0));
            *high = high.wrapping_add(wide(*x1, *a1));
            *middle = middle.wrapping_add(wide(x0.wrapping_add(*x1), a0.wrapping_add(*a1)));
        }
    }

    /// Reduces the sums of products, multiplies them by t and adds the linear terms times their factor.
    fn finish(
        &self,
        modulus: &Modulus,
        (t, linear): (u64, u64),
        [x0, x1]: [&[u64]; 2],
        [a0, a1]: &[[u64; BLOCK]; 2],
        [out0, out1, out2]: [&mut [u64]; 3],
    ) {
        let (t_shoup, linear_shoup) = (modulus.shoup(t), modulus.shoup(linear));
        let product = |sum: u128| modulus.mul_shoup(modulus.reduce_u128(sum), t, t_shoup);
        let term = |x: u64, a: u64| modulus.mul_shoup(modulus.add(x, a), linear, linear_shoup);
        let sums = self.low.iter().zip(&self.middle).zip(&self.high);
        let terms = x0.iter().zip(a0).zip(x1.iter().zip(a1));
        let outs = out0.iter_mut().zip(out1).zip(out2);
        for ((((low, middle), high), (first, second)), ((out0, out1), out2)) in
            sums.zip(terms).zip(outs)
        {
            let middle = middle.wrapping_sub(*low).wrapping_sub(*high);
            *out0 = modulus.add(product(*low), term(*first.0, *first.1));
            *out1 = modulus.add(product(middle), term(*second.0, *second.1));
            *out2 = product(*high);
        }
    }
}

fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[cfg(test)]
mod tests;
