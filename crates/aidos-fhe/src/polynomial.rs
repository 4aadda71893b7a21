//! Polynomials over the integers modulo t, in the clear: what a list owner expands and a query owner raises.

use fhe_math::zq::Modulus;
use zeroize::Zeroizing;

/// Writes the coefficients of ∏(X − y) over the roots y into `out`, constant first, without the leading 1.
///
/// `out` is as long as `roots`; both hold numbers below the modulus. Quadratic in their number, one
/// multiplication by a prepared factor (Shoup) a step.
pub(crate) fn expand(roots: &[u64], modulus: &Modulus, out: &mut [u64]) {
    out.fill(0);
    for (count, root) in roots.iter().enumerate() {
        // (X + … )·(X − y): each coefficient becomes the one below it less y times itself, the top one gains 1·X.
        let factor = modulus.neg(*root);
        let shoup = modulus.shoup(factor);
        let mut below = 0;
        for coefficient in out.iter_mut().take(count) {
            let product = modulus.mul_shoup(*coefficient, factor, shoup);
            below = std::mem::replace(coefficient, modulus.add(product, below));
        }
        if let Some(top) = out.get_mut(count) {
            *top = modulus.add(factor, below);
        }
    }
}

/// What finding a polynomial through given points needs, made once for many.
pub(crate) struct Interpolation {
    quotients: Zeroizing<Vec<u64>>,
    slopes: Zeroizing<Vec<u64>>,
    running: Zeroizing<Vec<u64>>,
}

impl Interpolation {
    pub(crate) fn new(roots: usize) -> Self {
        let zeros = || Zeroizing::new(vec![0; roots]);
        Self {
            quotients: Zeroizing::new(vec![0; roots * roots]),
            slopes: zeros(),
            running: zeros(),
        }
    }

    /// Writes the coefficients of the polynomial that takes `values` at the roots, constant first, into `out`.
    ///
    /// The roots are distinct, and `expanded` is what [`expand`] made of them. Source: Lagrange's formula,
    /// ∑ v/P′(y)·P(X)/(X − y), each quotient by synthetic division and all slopes P′(y) inverted at once (Montgomery).
    pub(crate) fn through(
        &mut self,
        roots: &[u64],
        values: impl Iterator<Item = u64>,
        expanded: &[u64],
        modulus: &Modulus,
        out: &mut [u64],
    ) {
        let count = roots.len().max(1);
        let quotients = self.quotients.chunks_exact_mut(count);
        for ((root, quotient), slope) in roots.iter().zip(quotients).zip(self.slopes.iter_mut()) {
            let shoup = modulus.shoup(*root);
            // Downwards from the leading 1; what is over is P(y), which is zero.
            let mut above = 1;
            for (slot, coefficient) in quotient.iter_mut().zip(expanded).rev() {
                *slot = above;
                above = modulus.add(modulus.mul_shoup(above, *root, shoup), *coefficient);
            }
            // P′(y) is the value of the quotient at y.
            *slope = quotient.iter().rev().fold(0, |sum, coefficient| {
                modulus.add(modulus.mul_shoup(sum, *root, shoup), *coefficient)
            });
        }
        let mut product = 1;
        for (running, slope) in self.running.iter_mut().zip(self.slopes.iter()) {
            *running = product;
            product = modulus.mul(product, *slope);
        }
        let mut inverse = modulus.pow(product, **modulus - 2);
        let slopes = self.slopes.iter_mut().zip(self.running.iter());
        for (slope, running) in slopes.rev() {
            let inverted = modulus.mul(inverse, *running);
            inverse = modulus.mul(inverse, *slope);
            *slope = inverted;
        }
        out.fill(0);
        let quotients = self.quotients.chunks_exact(count);
        for ((value, slope), quotient) in values.zip(self.slopes.iter()).zip(quotients) {
            let weight = modulus.mul(modulus.reduce(value), *slope);
            let shoup = modulus.shoup(weight);
            for (slot, coefficient) in out.iter_mut().zip(quotient) {
                *slot = modulus.add(*slot, modulus.mul_shoup(*coefficient, weight, shoup));
            }
        }
    }
}

/// Iterates x, x², x³ … without end.
pub(crate) fn powers(x: u64, modulus: &Modulus) -> impl Iterator<Item = u64> {
    let shoup = modulus.shoup(x);
    std::iter::successors(Some(x), move |last| {
        Some(modulus.mul_shoup(*last, x, shoup))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{IP4_S1, STR_S1};
    use proptest::prelude::*;

    fn evaluate(coefficients: &[u64], x: u64, modulus: &Modulus) -> u64 {
        let monic = std::iter::once(&1).chain(coefficients.iter().rev());
        monic.fold(0, |sum, c| modulus.add(modulus.mul(sum, x), *c))
    }

    proptest! {
        #[test]
        fn an_expansion_is_the_product(roots in proptest::collection::vec(0_u64.., 0..64), x in 0_u64..) {
            for t in [IP4_S1.plaintext, STR_S1.plaintext, 257] {
                let modulus = Modulus::new(t).unwrap();
                let roots: Vec<u64> = roots.iter().map(|root| root % t).collect();
                let mut out = vec![u64::MAX; roots.len()];
                expand(&roots, &modulus, &mut out);
                let x = x % t;
                let product = roots.iter().fold(1, |p, y| modulus.mul(p, modulus.sub(x, *y)));
                prop_assert_eq!(evaluate(&out, x, &modulus), product);
                for root in roots {
                    prop_assert_eq!(evaluate(&out, root, &modulus), 0);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn an_interpolation_goes_through_all_points(
            points in proptest::collection::btree_map(0_u64..257, 0_u64..257, 1..33),
        ) {
            for t in [257, IP4_S1.plaintext, STR_S1.plaintext] {
                let modulus = Modulus::new(t).unwrap();
                let roots: Vec<u64> = points.keys().copied().collect();
                let (mut expanded, mut out) = (vec![0; roots.len()], vec![1; roots.len()]);
                expand(&roots, &modulus, &mut expanded);
                let mut interpolation = Interpolation::new(roots.len());
                interpolation.through(&roots, points.values().copied(), &expanded, &modulus, &mut out);
                for (x, value) in &points {
                    let at = out.iter().rev().fold(0, |sum, c| modulus.add(modulus.mul(sum, *x), *c));
                    prop_assert_eq!(at, value % t);
                }
            }
        }
    }

    #[test]
    fn powers_are_powers() {
        let modulus = Modulus::new(257).unwrap();
        for x in [0, 1, 2, 256] {
            for (exponent, power) in (1..).zip(powers(x, &modulus).take(64)) {
                assert_eq!(power, modulus.pow(x, exponent));
            }
        }
    }
}
