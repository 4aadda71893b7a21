//! How large the noise of a job can become, step by step, from the parameters alone.
//!
//! Numbers are infinity norms of integer polynomials, in the worst case: no honest job exceeds them, whatever was
//! drawn. They are floating point, whose error of 2⁻⁵⁰ is nothing beside the ten bits that must be left.

#![expect(clippy::cast_precision_loss, reason = "bounds, with ten bits to spare")]

use crate::set::{SMALL, Set, TEN_BITS};

/// The bounds of one parameter set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// A fresh ciphertext: e·u + e₁ + e₂·s, that is 2nB² + B; e and s are sums over the N parties, so 2nNB² + B.
    pub fresh: f64,
    /// The inner product: (L − 1)·n·t·(e + 1)² of the products, 2·t·(e + 1) of the linear terms.
    pub product: f64,
    /// After the mask, whose coefficients are not centred: n·(t − 1) times as much, and n·t of the message's wrap; a label
    /// adds one more product and its wrap.
    pub masked: f64,
    /// Before the flood: relinearisation adds n·k·qᵢ times the error of its key, the fresh zero its own.
    pub unflooded: f64,
    /// After the flood, which is uniform of width 2^flood.
    pub flooded: f64,
    /// q/2t: noise above it decrypts wrongly.
    pub room: f64,
    /// In a result, at its few limbs: the flooded noise scaled down, and (1 + nNB)/2 of the rounding. With N parties the
    /// floods of their shares besides.
    pub result: f64,
    /// q′/2t of a result.
    pub result_room: f64,
    /// The width of the flood divided by n times the noise it hides: the distance of what two lists show is one
    /// over this, for each unit.
    pub hiding: f64,
    /// The width in bits of the flood of a party's share, the widest that leaves ten bits; 0 under a key of one holder.
    ///
    /// Like the server's flood it is a constant, here of the set and the number of parties: one that followed the job
    /// would say something of it.
    pub share_bits: u32,
    /// The same for shares as `hiding` for results: the width divided by n times what a server together with all other
    /// parties does not know of a result's noise.
    pub share_hiding: f64,
}

impl Bounds {
    /// The bounds for polynomials of `roots` roots, under a key of so many parties.
    pub(crate) const fn of(set: &Set, roots: usize, parties: u16) -> Self {
        let (n, t, small) = (set.degree as f64, set.plaintext as f64, SMALL as f64);
        // The secret, and the error of the public key: sums. What is drawn to encrypt is drawn by one.
        let sum = parties as f64 * small;
        let limb = largest(set.limbs);
        let limbs = set.limbs.len() as f64;
        let fresh = 2.0 * n * sum * small + small;
        let product =
            (roots as f64 - 1.0) * n * t * (fresh + 1.0) * (fresh + 1.0) + 2.0 * t * (fresh + 1.0);
        // With the polynomial of a label, which has the noise of one more product.
        let masked = product * (n * (t - 1.0) + 1.0) + (n + 1.0) * t;
        // Of a joint key: s·e₀ + u·e₁ + e₂ + e₃, all of them sums.
        let digit = if parties > 1 {
            2.0 * n * sum * sum + 2.0 * sum
        } else {
            small
        };
        let unflooded = masked + n * limbs * limb * digit + fresh;
        let width = power_of_two(set.flood_bits);
        let flooded = unflooded + width / 2.0;
        let room = multiplied(set.limbs) / (2.0 * t);
        let (kept, dropped) = set.limbs.split_at(set.kept_limbs(parties));
        // Each switch rounds once more; all but the last rounding are scaled down by a limb afterwards.
        let rounding = (n * sum + 1.0) * 0.5005 + 2.0;
        let single = flooded / multiplied(dropped) + rounding;
        let result_room = multiplied(kept) / (2.0 * t);
        let (mut share_bits, mut shares, mut share_width) = (0, 0.0, 0.0);
        if parties > 1 {
            share_width = 1.0;
            // The next width reaches as far to each side as this is wide.
            while (single + parties as f64 * share_width) * TEN_BITS <= result_room {
                shares = parties as f64 * share_width;
                share_width *= 2.0;
                share_bits += 1;
            }
        }
        Self {
            fresh,
            product,
            masked,
            unflooded,
            flooded,
            room,
            result: single + shares,
            result_room,
            hiding: width / (n * unflooded),
            share_bits,
            share_hiding: share_width / (n * (unflooded / multiplied(dropped) + rounding)),
        }
    }

    /// How often the noise fits into its room, before switching.
    pub const fn budget(&self) -> f64 {
        self.room / self.flooded
    }

    /// How often the noise of a result fits into its room.
    pub const fn result_budget(&self) -> f64 {
        self.result_room / self.result
    }
}

const fn largest(mut limbs: &[u64]) -> f64 {
    let mut most = 0.0;
    while let [limb, rest @ ..] = limbs {
        if *limb as f64 > most {
            most = *limb as f64;
        }
        limbs = rest;
    }
    most
}

const fn multiplied(mut limbs: &[u64]) -> f64 {
    let mut product = 1.0;
    while let [limb, rest @ ..] = limbs {
        product *= *limb as f64;
        limbs = rest;
    }
    product
}

const fn power_of_two(mut bits: u32) -> f64 {
    let mut power = 1.0;
    while bits > 0 {
        power *= 2.0;
        bits -= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use crate::set::{IP4_S1, STR_S1};

    /// The figures of the design (`fhe_bounds.py`), to a tenth of a bit.
    #[test]
    fn the_bounds_are_those_of_the_design() {
        for (set, fresh, product, masked, unflooded, room) in [
            (&IP4_S1, 22.64, 82.82, 115.41, 115.41, 191.4),
            (&STR_S1, 23.64, 126.2, 200.2, 200.2, 305.0),
        ] {
            let bounds = set.bounds();
            for (name, ours, theirs) in [
                ("fresh", bounds.fresh, fresh),
                ("product", bounds.product, product),
                ("masked", bounds.masked, masked),
                ("unflooded", bounds.unflooded, unflooded),
                ("room", bounds.room, room),
            ] {
                let bits = ours.log2();
                assert!((bits - theirs).abs() < 0.1, "{set}, {name}: 2^{bits:.2}");
            }
        }
    }

    #[test]
    fn the_flood_is_the_widest_that_leaves_ten_bits() {
        for set in [&IP4_S1, &STR_S1] {
            let bits = set.bounds().budget().log2();
            assert!((10.0..12.0).contains(&bits), "{set}: {bits}");
            let result = set.bounds().result_budget().log2();
            assert!(result >= 10.0, "{set}: {result}");
        }
    }

    /// Fourteen units, the job of a million addresses, are hidden by 48 bits and more in the worst case.
    #[test]
    fn the_flood_hides_a_job() {
        let bits = (IP4_S1.bounds().hiding / 14.0).log2();
        assert!(bits >= 48.0, "{bits}");
        let bits = (STR_S1.bounds().hiding / 7.0).log2();
        assert!(bits >= 77.0, "{bits}");
    }

    /// The figures of the design for three parties, and the least for eight.
    #[test]
    fn shares_of_a_result_fit_and_hide() {
        for (set, parties, unflooded, share_bits, units, hiding) in [
            (&IP4_S1, 3, 118.6, 74, 14.0, 39.2),
            (&IP4_S1, 8, 121.4, 72, 14.0, 35.7),
            (&STR_S1, 3, 203.4, 110, 7.0, 72.3),
            (&STR_S1, 8, 206.2, 108, 7.0, 67.7),
        ] {
            let bounds = set.bounds_for(parties);
            let bits = bounds.unflooded.log2();
            assert!((bits - unflooded).abs() < 0.1, "{set}: 2^{bits:.2}");
            assert_eq!(bounds.share_bits, share_bits, "{set}");
            let bits = (bounds.share_hiding / units).log2();
            assert!((hiding..hiding + 0.2).contains(&bits), "{set}: {bits}");
            let bits = bounds.result_budget().log2();
            assert!((10.0..11.0).contains(&bits), "{set}: {bits}");
        }
        assert_eq!(IP4_S1.bounds().share_bits, 0);
    }
}
