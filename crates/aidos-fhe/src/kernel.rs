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
use crate::unit::{BLOCK, block_bytes};

/// One part of a ciphertext in a block.
type Block = [u64; BLOCK];

/// Products that are summed up in registers before the sums go back to memory. More would not fit the nearest cache,
/// whose places repeat every 4 KiB.
const TOGETHER: usize = 8;

/// The sums of one block.
struct Sums {
    low: [u128; BLOCK],
    middle: [u128; BLOCK],
    high: [u128; BLOCK],
}

/// The three parts of a sum of products, transformed: one limb, or limb after limb.
pub(crate) type Sum = [Vec<u64>; 3];

/// Evaluates one limb of the polynomials whose packed coefficients are in `record` at the values whose powers x, x² … are in
/// `powers`; both in the order of `unit`. Writes that limb of each sum, which is all that the sums have place for, and says whether all coefficients were below it.
///
/// There are as many polynomials as sums, each with the coefficients of 1 … x^(L − 1), L being `roots`. The first has the
/// leading term x^L besides.
pub(crate) fn evaluate(
    scheme: &Scheme,
    limb: usize,
    roots: usize,
    powers: &[u64],
    record: &[u8],
    sums: &mut [Sum],
) -> Result<bool, Error> {
    let set = scheme.set;
    let packed = block_bytes(set);
    let polynomials = sums.len();
    let given = powers.len() / (2 * set.degree);
    let whole = record.len() == 2 * polynomials * roots * set.poly_bytes(1)
        && powers.len() == 2 * given * set.degree
        && roots <= given;
    let Some(modulus) = scheme.moduli().get(limb).filter(|_| whole && roots > 0) else {
        return Err(Error::Bug {
            what: "a polynomial and the powers of a query do not fit each other",
        });
    };
    let factors = (set.plaintext, scheme.linear_factor());
    let mut running = Sums::new();
    let mut unpacked = [0; 2 * TOGETHER * BLOCK];
    let blocks = powers
        .chunks_exact(2 * given * BLOCK)
        .zip(record.chunks_exact(2 * polynomials * roots * packed));
    for (block, (powers, record)) in blocks.enumerate() {
        let powers = powers.get(..2 * roots * BLOCK).unwrap_or_default();
        let start = block * BLOCK;
        for (number, (record, sum)) in record
            .chunks_exact(2 * roots * packed)
            .zip(sums.iter_mut())
            .enumerate()
        {
            running.clear();
            let (constant, products) = record.split_at_checked(2 * packed).unwrap_or_default();
            // aⱼ₊₁ … against xʲ⁺¹ …; the last power has no coefficient and stays over.
            let together = products
                .chunks(2 * TOGETHER * packed)
                .zip(powers.chunks(2 * TOGETHER * BLOCK));
            for (coefficients, powers) in together {
                let a = unpacked.get_mut(..coefficients.len() / packed * BLOCK);
                let a = a.unwrap_or_default();
                if !unpack(coefficients, set.limb_bits(), **modulus, a)? {
                    return Ok(false);
                }
                running.add(pairs(powers), pairs(a));
            }
            let a = unpacked.get_mut(..2 * BLOCK).unwrap_or_default();
            if !unpack(constant, set.limb_bits(), **modulus, a)? {
                return Ok(false);
            }
            let leading = pairs(powers).last().filter(|_| number == 0);
            let out = sum.each_mut().map(|part| {
                let part = part.get_mut(start..start + BLOCK);
                part.and_then(|part| part.as_mut_array::<BLOCK>())
            });
            if let ([Some(out0), Some(out1), Some(out2)], Some(a)) = (out, pairs(a).first()) {
                let x = leading.unwrap_or(&NOTHING);
                running.finish(modulus, factors, x, a, [out0, out1, out2]);
            }
        }
    }
    Ok(true)
}

/// In place of a leading term that is not there.
const NOTHING: [Block; 2] = [[0; BLOCK]; 2];

/// Blocks of both parts of ciphertexts.
fn pairs(blocks: &[u64]) -> &[[Block; 2]] {
    blocks.as_chunks::<BLOCK>().0.as_chunks::<2>().0
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

    /// Adds the three parts of each product. The middle one may wrap, and comes right when the others are taken off.
    #[expect(clippy::indexing_slicing, reason = "a number below the length of all")]
    fn add(&mut self, x: &[[Block; 2]], a: &[[Block; 2]]) {
        for at in 0..BLOCK {
            let (mut low, mut middle, mut high) = (self.low[at], self.middle[at], self.high[at]);
            for ([x0, x1], [a0, a1]) in x.iter().zip(a) {
                let (x0, x1, a0, a1) = (x0[at], x1[at], a0[at], a1[at]);
                low = low.wrapping_add(wide(x0, a0));
                high = high.wrapping_add(wide(x1, a1));
                middle = middle.wrapping_add(wide(x0.wrapping_add(x1), a0.wrapping_add(a1)));
            }
            (self.low[at], self.middle[at], self.high[at]) = (low, middle, high);
        }
    }

    /// Reduces the sums of products, multiplies them by t and adds the linear terms times their factor.
    fn finish(
        &self,
        modulus: &Modulus,
        (t, linear): (u64, u64),
        [x0, x1]: &[Block; 2],
        [a0, a1]: &[Block; 2],
        [out0, out1, out2]: [&mut Block; 3],
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
