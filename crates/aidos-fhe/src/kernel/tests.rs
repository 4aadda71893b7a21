//! The kernel against the library's own multiplication.

use super::*;
use crate::scheme::tests::Oracle;
use crate::set::{IP4_S1, STR_S1, Set, TOY};
use crate::unit::pack_limb;
use fhe_math::rq::{Poly, Representation};

/// A transformed ciphertext, limb after limb.
pub(crate) type Ciphertext = [Vec<u64>; 2];

/// Ciphertexts of random slots, and the slots.
fn random(oracle: &mut Oracle, count: usize) -> (Vec<Ciphertext>, Vec<Vec<u64>>) {
    let draw = |_| {
        let slots = oracle.random_slots();
        let ciphertext = oracle.encrypt(&slots).map(|part| Vec::from(&part));
        (ciphertext, slots)
    };
    (0..count).map(draw).unzip()
}

/// The kernel over all limbs; none if a coefficient is not below its limb.
pub(crate) fn sum_of(scheme: &Scheme, a: &[Ciphertext], x: &[Ciphertext]) -> Option<Sum> {
    let set = scheme.set;
    let mut sum = [const { Vec::new() }; 3];
    for limb in 0..set.limbs.len() {
        let mut powers = Vec::new();
        for start in (limb * set.degree..(limb + 1) * set.degree).step_by(BLOCK) {
            for part in x.iter().flatten() {
                powers.extend_from_slice(&part[start..start + BLOCK]);
            }
        }
        let record = pack_limb(set, limb, a);
        let mut of_limb = [0; 3].map(|_| vec![0; set.degree]);
        let sums = std::slice::from_mut(&mut of_limb);
        if !evaluate(scheme, limb, a.len(), &powers, &record, sums).unwrap() {
            return None;
        }
        for (part, of_limb) in sum.iter_mut().zip(of_limb) {
            part.extend(of_limb);
        }
    }
    Some(sum)
}

fn decrypted(oracle: &Oracle, a: &[Ciphertext], x: &[Ciphertext]) -> Vec<u64> {
    let scheme = oracle.scheme();
    let poly = |part| scheme.public(part, Representation::Ntt).unwrap();
    let parts: Vec<Poly> = sum_of(scheme, a, x)
        .unwrap()
        .into_iter()
        .map(poly)
        .collect();
    oracle.decrypt(&parts)
}

fn check(set: &'static Set, roots: usize) {
    let mut oracle = Oracle::new(set);
    let (a, plain_a) = random(&mut oracle, roots);
    let (x, plain_x) = random(&mut oracle, roots);
    let ours = decrypted(&oracle, &a, &x);
    let plain = &oracle.scheme().plain;
    let factor = oracle.scheme().linear_factor();
    for (slot, ours) in ours.into_iter().enumerate() {
        let mut expected = plain.add(plain_a[0][slot], plain_x[roots - 1][slot]);
        for power in 1..roots {
            let product = plain.mul(plain_a[power][slot], plain_x[power - 1][slot]);
            expected = plain.add(expected, product);
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
        let all = vec![[largest.clone(), largest]; set.powers];
        let [low, middle, high] = sum_of(&scheme, &all, &all).unwrap();
        let terms = set.powers as u64 - 1;
        for (limb, modulus) in scheme.moduli().iter().enumerate() {
            // (−1)·(−1) is 1: t·(L − 1), twice that, and −2w of the linear terms.
            let product = modulus.mul(terms, set.plaintext);
            let linear = modulus.neg(modulus.mul(2, scheme.linear_factor()));
            for at in [0, set.degree - 1].map(|at| limb * set.degree + at) {
                assert_eq!(low[at], modulus.add(product, linear));
                let two = modulus.add(product, product);
                assert_eq!(middle[at], modulus.add(two, linear));
                assert_eq!(high[at], product);
            }
        }
    }
}

/// One product against `&a * &b` of the library: theirs scales and rounds, ours does not, and both decrypt to the
/// product, ours times −q.
#[test]
fn a_product_is_that_of_the_library() {
    let mut oracle = Oracle::new(&TOY);
    let (a, x) = (oracle.random_slots(), oracle.random_slots());
    let theirs = &oracle.theirs(&a) * &oracle.theirs(&x);
    let theirs = oracle.decrypt(&theirs);
    let zero = vec![0; TOY.degree];
    let mut encrypt = |slots: &[u64]| oracle.encrypt(slots).map(|part| Vec::from(&part));
    let (ours, powers) = ([encrypt(&zero), encrypt(&a)], [encrypt(&x), encrypt(&zero)]);
    let ours = decrypted(&oracle, &ours, &powers);
    let plain = &oracle.scheme().plain;
    let factor = oracle.scheme().linear_factor();
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        assert_eq!(ours, plain.mul(theirs, factor));
    }
}

#[test]
fn a_coefficient_that_is_not_below_its_limb_is_refused() {
    let mut oracle = Oracle::new(&TOY);
    let (a, _) = random(&mut oracle, 3);
    let (x, _) = random(&mut oracle, 3);
    for (number, part, at) in [(0, 0, 0), (1, 1, 63), (2, 1, 255)] {
        let mut bad = a.clone();
        bad[number][part][at] = TOY.limbs[at / 64];
        assert!(sum_of(oracle.scheme(), &bad, &x).is_none());
        bad[number][part][at] -= 1;
        assert!(sum_of(oracle.scheme(), &bad, &x).is_some());
    }
    let mut sum = [0; 3].map(|_| vec![0; 256]);
    let record = pack_limb(&TOY, 0, &a);
    for (limb, roots, powers) in [(0, 2, 384), (0, 3, 256), (4, 3, 384), (0, 0, 0)] {
        let powers = vec![0; powers];
        assert!(
            evaluate(
                oracle.scheme(),
                limb,
                roots,
                &powers,
                &record,
                std::slice::from_mut(&mut sum)
            )
            .is_err()
        );
    }
}
