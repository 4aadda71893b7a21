//! The kernel against the library's own multiplication.

use super::*;
use crate::codec::pack::pack;
use crate::scheme::tests::Oracle;
use crate::set::{IP4_S1, STR_S1, Set, TOY};
use fhe_math::rq::{Poly, Representation};

/// A unit of random polynomials, packed, and a query of random powers, with their slots.
fn random(
    oracle: &mut Oracle,
    roots: usize,
) -> (Vec<u8>, Vec<Ciphertext>, Vec<Vec<u64>>, Vec<Vec<u64>>) {
    let set = oracle.scheme().set;
    let (mut unit, mut powers) = (Vec::new(), Vec::new());
    let (mut a, mut x) = (Vec::new(), Vec::new());
    for _ in 0..roots {
        a.push(oracle.random_slots());
        for part in oracle.encrypt(a.last().unwrap()) {
            pack(&Vec::from(&part), set.limb_bits(), &mut unit);
        }
        x.push(oracle.random_slots());
        powers.push(
            oracle
                .encrypt(x.last().unwrap())
                .map(|part| Vec::from(&part)),
        );
    }
    (unit, powers, a, x)
}

fn sum(oracle: &Oracle, powers: &[Ciphertext], unit: &[u8]) -> Vec<Poly> {
    let scheme = oracle.scheme();
    let Outcome::Sum(parts) = evaluate(scheme, powers, unit).unwrap() else {
        panic!("all coefficients are below their limbs");
    };
    let poly = |part| scheme.public(part, Representation::Ntt).unwrap();
    parts.into_iter().map(poly).collect()
}

fn check(set: &'static Set, roots: usize) {
    let mut oracle = Oracle::new(set);
    let (unit, powers, a, x) = random(&mut oracle, roots);
    let ours = oracle.decrypt(&sum(&oracle, &powers, &unit));
    let plain = &oracle.scheme().plain;
    let factor = oracle.scheme().linear_factor();
    for (slot, ours) in ours.into_iter().enumerate() {
        let mut expected = plain.add(a[0][slot], x[roots - 1][slot]);
        for power in 1..roots {
            expected = plain.add(expected, plain.mul(a[power][slot], x[power - 1][slot]));
        }
        assert_eq!(ours, plain.mul(expected, factor), "{set}, slot {slot}");
    }
}

#[test]
fn the_sum_is_the_value_of_the_polynomial() {
    for roots in [1, 2, 8] {
        check(&TOY, roots);
    }
    check(&IP4_S1, 3);
}

/// The most that the accumulators must hold: 32 terms of 61 bits.
#[test]
fn the_widest_accumulators_hold() {
    check(&STR_S1, 32);
}

/// Each coefficient as large as it can be, which no ciphertext has: 2(L − 1)(qᵢ − 1)² must not wrap.
#[test]
fn the_largest_coefficients_do_not_wrap() {
    for set in [&IP4_S1, &STR_S1] {
        let scheme = Scheme::new(set).unwrap();
        let largest: Vec<u64> = set
            .limbs
            .iter()
            .flat_map(|q| vec![q - 1; set.degree])
            .collect();
        let powers = vec![[largest.clone(), largest.clone()]; set.powers];
        let mut unit = Vec::new();
        for _ in 0..2 * set.powers {
            pack(&largest, set.limb_bits(), &mut unit);
        }
        let Outcome::Sum([low, middle, high]) = evaluate(&scheme, &powers, &unit).unwrap() else {
            panic!("all coefficients are below their limbs");
        };
        let terms = set.powers as u64 - 1;
        for (limb, modulus) in scheme.moduli().iter().enumerate() {
            // (−1)·(−1) is 1: t·(L − 1), twice that, and −2w of the linear terms.
            let product = modulus.mul(terms, set.plaintext);
            let linear = modulus.neg(modulus.mul(2, scheme.linear_factor()));
            for at in [0, set.degree - 1].map(|at| limb * set.degree + at) {
                assert_eq!(low[at], modulus.add(product, linear));
                assert_eq!(
                    middle[at],
                    modulus.add(modulus.add(product, product), linear)
                );
                assert_eq!(high[at], product);
            }
        }
    }
}

/// One product, part by part, against `&a * &b` of the library: theirs scales and rounds, ours does not, and
/// both decrypt to the product, ours times −q.
#[test]
fn a_product_is_that_of_the_library() {
    let mut oracle = Oracle::new(&TOY);
    let (a, x) = (oracle.random_slots(), oracle.random_slots());
    let theirs = &oracle.theirs(&a) * &oracle.theirs(&x);
    let theirs = oracle.decrypt(&theirs);
    let zero = vec![0; TOY.degree];
    let mut unit = Vec::new();
    let mut powers = Vec::new();
    for (a, x) in [(&zero, &x), (&a, &zero)] {
        for part in oracle.encrypt(a) {
            pack(&Vec::from(&part), TOY.limb_bits(), &mut unit);
        }
        powers.push(oracle.encrypt(x).map(|part| Vec::from(&part)));
    }
    let ours = oracle.decrypt(&sum(&oracle, &powers, &unit));
    let plain = &oracle.scheme().plain;
    let factor = oracle.scheme().linear_factor();
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        assert_eq!(ours, plain.mul(theirs, factor));
    }
}

#[test]
fn a_coefficient_that_is_not_below_its_limb_is_refused() {
    let mut oracle = Oracle::new(&TOY);
    let (unit, powers, ..) = random(&mut oracle, 3);
    let ciphertext = unit.len() / 3;
    for (number, at) in [(0, 0), (1, ciphertext), (2, 3 * ciphertext - 7)] {
        let mut bad = unit.clone();
        bad[at..at + 7].fill(0xff);
        let outcome = evaluate(oracle.scheme(), &powers, &bad).unwrap();
        assert!(matches!(outcome, Outcome::Refused(refused) if refused == number));
    }
    assert!(evaluate(oracle.scheme(), &powers[..2], &unit).is_err());
    assert!(evaluate(oracle.scheme(), &powers, &[]).is_err());
}
