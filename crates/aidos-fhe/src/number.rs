//! Arithmetic of primes when compiled: what the parameter sets are checked with.

/// `a · b mod m`.
pub(crate) const fn multiply(a: u64, b: u64, m: u64) -> u64 {
    narrow((a as u128 * b as u128) % m as u128)
}

/// `base^exponent mod m`.
pub(crate) const fn power(base: u64, mut exponent: u64, m: u64) -> u64 {
    let (mut base, mut result) = (base % m, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base, m);
        }
        base = multiply(base, base, m);
        exponent >>= 1;
    }
    result
}

/// The inverse of `a` modulo a prime.
pub(crate) const fn inverse(a: u64, prime: u64) -> u64 {
    power(a, prime - 2, prime)
}

/// Whether a number is prime: Miller and Rabin with bases that leave no doubt below 2⁶⁴ (Sorenson, Webster 2015).
pub(crate) const fn is_prime(number: u64) -> bool {
    if number < 2 {
        return false;
    }
    let mut bases: &[u64] = &[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    let (twos, odd) = (
        (number - 1).trailing_zeros(),
        (number - 1) >> (number - 1).trailing_zeros(),
    );
    while let [base, rest @ ..] = bases {
        if number == *base {
            return true;
        }
        if number.is_multiple_of(*base) {
            return false;
        }
        let mut at = power(*base, odd, number);
        let mut left = twos;
        while at != 1 && at != number - 1 {
            left -= 1;
            if left == 0 {
                return false;
            }
            at = multiply(at, at, number);
            if at == 1 {
                return false;
            }
        }
        bases = rest;
    }
    true
}

/// The lower half of a number that has no upper half.
#[expect(
    clippy::cast_possible_truncation,
    reason = "reduced by a modulus of 64 bits before"
)]
pub(crate) const fn narrow(number: u128) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_the_rest() {
        let sieve: Vec<u64> = (0..2000)
            .filter(|n| *n > 1 && (2..*n).all(|d| n % d != 0))
            .collect();
        let ours: Vec<u64> = (0..2000).filter(|n| is_prime(*n)).collect();
        assert_eq!(ours, sieve);
        // Strong pseudoprimes of the first bases, squares, and neighbours of primes that are used.
        for composite in [
            3_215_031_751,
            341_550_071_728_321,
            786_433 * 786_433,
            786_431 * 3,
        ] {
            assert!(!is_prime(composite), "{composite}");
        }
        assert!(is_prime(18_446_744_073_709_551_557));
        assert!(!is_prime(18_446_744_073_709_551_556));
    }

    #[test]
    fn an_inverse_undoes() {
        for a in [1, 2, 786_432, 12_345] {
            assert_eq!(multiply(a, inverse(a, 786_433), 786_433), 1);
        }
    }
}
