//! Parameter sets: compiled in, checked when compiled, named by a number in every file.

use crate::noise::Bounds;
use crate::number::is_prime;

/// The largest value of the secret, of `u` and of the errors: centred binomial with variance 10.
pub(crate) const SMALL: u32 = 20;

/// The most parties that share a key.
pub(crate) const MOST_PARTIES: u16 = 8;

/// The variance of the same, as the sampler wants it.
pub(crate) const VARIANCE: usize = 10;

/// How often noise must fit into its room.
pub(crate) const TEN_BITS: f64 = 1024.0;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// All values of so many bits, each by a permutation: no two share a place and a number.
    Exact { bits: u32 },
    /// Texts of any length, by a hash with so many bits left beside the bin.
    Hashed { residual_bits: u32 },
}

/// A size of list that the server may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rung {
    /// The most entries of a list of this size.
    pub(crate) entries: u64,
    /// The most entries in a bin, exceeded with a chance below 2⁻⁴⁰.
    pub(crate) column: usize,
}

/// A parameter set.
///
/// ```
/// let set = aidos_fhe::set::IP4_S1;
/// assert_eq!(set.to_string(), "IP4-S1: n 8192, 212 bits, t 786433");
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    pub(crate) id: u16,
    pub(crate) name: &'static str,
    /// n: coefficients of a polynomial, and slots.
    pub(crate) degree: usize,
    /// qᵢ: primes of one width, each 1 mod 2n.
    pub(crate) limbs: &'static [u64],
    /// t: a prime, 1 mod 2n, below every qᵢ.
    pub(crate) plaintext: u64,
    pub(crate) domain: Domain,
    pub(crate) bin_bits: u32,
    /// Values that are put into one query set.
    pub(crate) capacity: usize,
    /// L: powers in a query, and the most roots of a polynomial.
    pub(crate) powers: usize,
    /// The width of the flood in bits.
    pub(crate) flood_bits: u32,
    /// Limbs that a result keeps.
    pub(crate) result_limbs: usize,
    /// Limbs that it keeps where parties share the key: their shares are flooded too.
    pub(crate) threshold_limbs: usize,
    pub(crate) ladder: &'static [Rung],
}

const LADDER: [Rung; 4] = [
    Rung {
        entries: 10_000,
        column: 19,
    },
    Rung {
        entries: 100_000,
        column: 51,
    },
    Rung {
        entries: 1_000_000,
        column: 224,
    },
    Rung {
        entries: 10_000_000,
        column: 1_522,
    },
];

/// IPv4 addresses, exactly.
pub const IP4_S1: Set = Set {
    id: 1,
    name: "IP4-S1",
    degree: 8_192,
    limbs: &[
        0x001f_ffff_fffb_4001,
        0x001f_ffff_fffa_4001,
        0x001f_ffff_fff9_c001,
        0x001f_ffff_fff3_8001,
    ],
    plaintext: 786_433,
    domain: Domain::Exact { bits: 32 },
    bin_bits: 14,
    capacity: 6_000,
    powers: 32,
    flood_bits: 181,
    result_limbs: 1,
    threshold_limbs: 2,
    ladder: &LADDER,
};

/// Everything else, by 86 bits of a keyed hash.
pub const STR_S1: Set = Set {
    id: 2,
    name: "STR-S1",
    degree: 16_384,
    limbs: &[
        0x1fff_ffff_ffe1_0001,
        0x1fff_ffff_ffe0_0001,
        0x1fff_ffff_ffdd_0001,
        0x1fff_ffff_ffd0_8001,
        0x1fff_ffff_ffcf_8001,
        0x1fff_ffff_ffc8_0001,
    ],
    plaintext: 0x0fff_ffff_fffe_8001,
    domain: Domain::Hashed { residual_bits: 58 },
    bin_bits: 14,
    capacity: 6_000,
    powers: 32,
    flood_bits: 295,
    result_limbs: 2,
    threshold_limbs: 3,
    ladder: &LADDER,
};

/// A domain of 4,096 values in polynomials too short to hide anything: for tests alone.
#[cfg(test)]
pub(crate) const TOY: Set = Set {
    id: 0xffff,
    name: "TOY",
    degree: 64,
    plaintext: 257,
    domain: Domain::Exact { bits: 12 },
    bin_bits: 7,
    capacity: 40,
    powers: 8,
    ladder: &[
        Rung {
            entries: 20,
            column: 15,
        },
        Rung {
            entries: 400,
            column: 37,
        },
    ],
    ..IP4_S1
};

// What must hold, or results are silently garbage, or an accumulator overflows, or noise shows.
const _: () = {
    IP4_S1.assert_secure();
    IP4_S1.assert_right();
    STR_S1.assert_secure();
    STR_S1.assert_right();
};
#[cfg(test)]
const _: () = TOY.assert_right();

impl Set {
    /// The set of this number, if it is compiled in.
    pub(crate) fn by_id(id: u16) -> Option<&'static Self> {
        match id {
            1 => Some(&IP4_S1),
            2 => Some(&STR_S1),
            #[cfg(test)]
            0xffff => Some(&TOY),
            _ => None,
        }
    }

    /// The name by which people speak of it.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The width of a limb in bits.
    pub(crate) const fn limb_bits(&self) -> u32 {
        match self.limbs {
            [first, ..] => u64::BITS - first.leading_zeros(),
            [] => 0,
        }
    }

    /// The width of the whole modulus in bits, rounded up.
    pub(crate) const fn modulus_bits(&self) -> usize {
        self.limbs.len() * self.limb_bits() as usize
    }

    /// Bits of a permuted or hashed value beside its bin.
    pub(crate) const fn residual_bits(&self) -> u32 {
        match self.domain {
            Domain::Exact { bits } => bits - self.bin_bits,
            Domain::Hashed { residual_bits } => residual_bits,
        }
    }

    pub(crate) const fn bins(&self) -> usize {
        1 << self.bin_bits
    }

    /// Ciphertexts that all bins fill.
    pub(crate) const fn groups(&self) -> usize {
        self.bins() / self.degree
    }

    /// Stands in the empty bins of a query; no value and no dummy of a list equals it.
    pub(crate) const fn query_dummy(&self) -> u64 {
        // One bit more than the residual, for the number of the hash function.
        1 << (self.residual_bits() + 1)
    }

    /// The first of the numbers that fill the bins of a list.
    pub(crate) const fn list_dummy(&self) -> u64 {
        self.query_dummy() + 1
    }

    /// Bytes of one polynomial of so many limbs.
    pub(crate) const fn poly_bytes(&self, limbs: usize) -> usize {
        limbs * self.degree * self.limb_bits() as usize / 8
    }

    /// The most roots of a bin, over all sizes.
    pub(crate) const fn tallest(&self) -> usize {
        let (mut ladder, mut most) = (self.ladder, 0);
        while let [rung, rest @ ..] = ladder {
            if rung.capacity(self) > most {
                most = rung.capacity(self);
            }
            ladder = rest;
        }
        most
    }

    /// The smallest size that takes so many entries.
    pub(crate) fn rung(&self, entries: u64) -> Option<&'static Rung> {
        self.ladder.iter().find(|rung| entries <= rung.entries)
    }

    /// The most entries of a list.
    pub(crate) fn most_entries(&self) -> u64 {
        self.ladder.last().map_or(0, |rung| rung.entries)
    }

    /// What the noise of a job is at most, under a key that one holder has.
    pub const fn bounds(&self) -> Bounds {
        self.bounds_for(1)
    }

    /// What the noise of a job is at most, under a key that so many parties share.
    pub const fn bounds_for(&self, parties: u16) -> Bounds {
        Bounds::of(self, self.powers, parties)
    }

    /// Limbs that a result keeps under a key of so many parties.
    pub(crate) const fn kept_limbs(&self, parties: u16) -> usize {
        if parties > 1 {
            self.threshold_limbs
        } else {
            self.result_limbs
        }
    }

    /// The 2024 guidelines (eprint 2024/463), ternary secrets, 128 bits against classical computers.
    const fn assert_secure(&self) {
        let most = match self.degree {
            4_096 => 106,
            8_192 => 214,
            16_384 => 430,
            32_768 => 868,
            _ => 0,
        };
        assert!(self.modulus_bits() <= most, "too wide for 128 bits");
    }

    const fn assert_right(&self) {
        let (n, t) = (self.degree as u64, self.plaintext);
        assert!(self.degree.is_power_of_two() && self.degree >= 64);
        assert!(is_prime(t) && t % (2 * n) == 1, "t makes no slots");
        let mut limbs = self.limbs;
        while let [limb, rest @ ..] = limbs {
            assert!(is_prime(*limb) && *limb % (2 * n) == 1, "no transform");
            assert!(t < *limb, "scaling by t would wrap: all is garbage");
            assert!(u64::BITS - limb.leading_zeros() == self.limb_bits());
            let mut others = rest;
            while let [other, after @ ..] = others {
                assert!(*limb != *other, "limbs must be coprime");
                others = after;
            }
            // 2(L − 1)(qᵢ − 1)² < 2¹²⁸: the middle accumulator of the kernel.
            let square = (*limb as u128 - 1) * (*limb as u128 - 1);
            let terms = 2 * (self.powers as u128 - 1);
            assert!(square.checked_mul(terms).is_some(), "overflow");
            limbs = rest;
        }
        assert!(self.bins().is_multiple_of(self.degree));
        // What `Opener` measures noise with: a result divided by t stays below 2¹²⁸, so that of two or three wide limbs.
        let result_bits = self.threshold_limbs * self.limb_bits() as usize;
        assert!(result_bits + t.leading_zeros() as usize <= 128 + 64);
        assert!(
            self.result_limbs >= 1
                && self.result_limbs <= self.threshold_limbs
                && self.threshold_limbs >= 2
                && self.threshold_limbs <= 3
                && self.threshold_limbs < self.limbs.len()
        );
        assert!(
            self.capacity * 2 < self.bins(),
            "two hash functions fill half"
        );
        let taken = self.list_dummy() + self.tallest() as u64;
        let canaries = 2 * crate::hash::CANARIES as u64;
        assert!(taken + canaries <= t, "too few dummies and canaries");
        let bounds = self.bounds();
        assert!(bounds.product < bounds.room, "products do not fit");
        assert!(bounds.budget() >= TEN_BITS, "ten bits must be left");
        assert!(bounds.result_budget() >= TEN_BITS, "ten bits must be left");
        let mut parties = 2;
        while parties <= MOST_PARTIES {
            let bounds = self.bounds_for(parties);
            assert!(bounds.budget() >= TEN_BITS, "ten bits must be left");
            assert!(bounds.result_budget() >= TEN_BITS, "ten bits must be left");
            assert!(bounds.share_hiding >= 5e11, "a share shows too much");
            parties += 1;
        }
    }
}

impl Rung {
    /// Polynomials of a bin.
    pub(crate) const fn parts(&self, set: &Set) -> usize {
        self.column.div_ceil(set.powers)
    }

    /// Roots of each polynomial.
    pub(crate) const fn roots(&self, set: &Set) -> usize {
        self.column.div_ceil(self.parts(set))
    }

    /// Roots of a bin.
    pub(crate) const fn capacity(&self, set: &Set) -> usize {
        self.parts(set) * self.roots(set)
    }
}

impl std::fmt::Display for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, degree, bits, t) = (self.name, self.degree, self.modulus_bits(), self.plaintext);
        write!(f, "{name}: n {degree}, {bits} bits, t {t}")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::cast_precision_loss, reason = "chances, not amounts")]

    use super::*;

    /// The chance that a bin holds more than `column` of Poisson(`mean`), summed from its tail.
    fn tail(mean: f64, column: usize) -> f64 {
        let mut log = -mean;
        (1..=column + 1).for_each(|k| log += mean.ln() - (k as f64).ln());
        (column + 2..column + 600)
            .scan(log.exp(), |term, k| {
                let now = *term;
                *term *= mean / k as f64;
                Some(now)
            })
            .sum()
    }

    #[test]
    fn columns_overflow_once_in_a_million_million_lists() {
        for set in [&IP4_S1, &STR_S1, &TOY] {
            for rung in set.ladder {
                let bins = set.bins() as f64;
                // Two places of each entry, and the canaries.
                let places = rung.entries as f64 * 2.0 + crate::hash::CANARIES as f64;
                let chance = |column| bins * tail(places / bins, column);
                assert!(chance(rung.column) <= 2_f64.powi(-40), "{rung:?} of {set}");
                assert!(
                    set.id == TOY.id || chance(rung.column - 1) > 2_f64.powi(-40),
                    "{rung:?} is wider than it need be"
                );
            }
        }
    }

    #[test]
    fn the_ladder_makes_the_units_of_the_design() {
        let units: Vec<_> = LADDER
            .iter()
            .map(|rung| (rung.parts(&IP4_S1) * IP4_S1.groups(), rung.roots(&IP4_S1)))
            .collect();
        assert_eq!(units, [(2, 19), (4, 26), (14, 32), (96, 32)]);
        assert_eq!(STR_S1.groups(), 1);
    }

    #[test]
    fn dummies_are_no_values() {
        for set in [&IP4_S1, &STR_S1] {
            let largest = (1_u64 << (set.residual_bits() + 1)) - 1;
            assert!(largest < set.query_dummy() && set.query_dummy() < set.list_dummy());
            assert!(set.list_dummy() < set.plaintext);
        }
        assert_eq!(IP4_S1.query_dummy(), 1 << 19);
    }
}
