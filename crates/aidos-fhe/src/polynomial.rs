//! Polynomials over the integers modulo t, in the clear: what a list owner expands and a query owner raises.

use fhe_math::zq::Modulus;

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
