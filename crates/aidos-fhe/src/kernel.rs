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
use crate::unit::{BLOCK, block};

/// The sums of one block.
struct Sums {
    low: [u128; BLOCK],
    middle: [u128; BLOCK],
    high: [u128; BLOCK],
}

/// Evaluates one limb of the polynomials whose packed coefficients a₀ … a₍L₋₁₎ are in `record` at the values whose powers
/// x … x^L are in `powers`, L being `roots`; both in the order of `unit`. Writes that limb of the three parts of the
/// sum, transformed, and says whether all coefficients were below it.
pub(crate) fn evaluate(
    scheme: &Scheme,
    limb: usize,
    roots: usize,
    powers: &[u64],
    record: &[u8],
    sum: &mut [Vec<u64>; 3],
) -> Result<bool, Error> {
    let set = scheme.set;
    let (length, packed) = block(set);
    let rows = sum.each_mut().map(|part| {
        part.get_mut(limb * set.degree..(limb + 1) * set.degree)
            .unwrap_or_default()
    });
    let whole = [record.len(), 8 * powers.len()]
        == [2 * roots * set.poly_bytes(1), 16 * roots * set.degree];
    let Some(modulus) = scheme.moduli().get(limb).filter(|_| whole && roots > 0) else {
        return Err(Error::Bug {
            what: "a polynomial and the powers of a query do not fit each other",
        });
    };
    let factors = (set.plaintext, scheme.linear_factor());
    let mut sums = Sums::new();
    let mut unpacked = [0; 2 * BLOCK];
    let a = unpacked.get_mut(..2 * length).unwrap_or_default();
    let [row0, row1, row2] = rows.map(|row| row.chunks_exact_mut(length));
    let blocks = powers
        .chunks_exact(2 * roots * length)
        .zip(record.chunks_exact(2 * roots * packed))
        .zip(row0.zip(row1).zip(row2));
    for ((powers, record), ((out0, out1), out2)) in blocks {
        sums.clear();
        let powers = powers.chunks_exact(2 * length);
        let leading = powers.clone().next_back().unwrap_or_default();
        let mut coefficients = record.chunks_exact(2 * packed);
        let constant = coefficients.next().unwrap_or_default();
        for (coefficient, power) in coefficients.zip(powers) {
            if !unpack(coefficient, set.limb_bits(), **modulus, a)? {
                return Ok(false);
            }
            sums.add(power.split_at(length), a.split_at(length));
        }
        if !unpack(constant, set.limb_bits(), **modulus, a)? {
            return Ok(false);
        }
        let outs = [out0, out1, out2];
        sums.finish(
            modulus,
            factors,
            leading.split_at(length),
            a.split_at(length),
            outs,
        );
    }
    Ok(true)
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
    fn add(&mut self, (x0, x1): (&[u64], &[u64]), (a0, a1): (&[u64], &[u64])) {
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
        (x0, x1): (&[u64], &[u64]),
        (a0, a1): (&[u64], &[u64]),
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
pub(crate) mod tests;
