//! What a server draws for each (query set, unit) and never again: the mask, and the flood.

use rand_chacha::rand_core::RngCore;
use zeroize::Zeroizing;

use crate::entropy::Stream;
use crate::set::Set;

/// A mask: uniform in 1 … t − 1 for each slot. It turns all that is no match into a uniform non-zero number; a zero in
/// it would turn that into a match.
pub(crate) fn mask(set: &Set, stream: &mut Stream) -> Zeroizing<Vec<u64>> {
    Zeroizing::new(
        (0..set.degree)
            .map(|_| nonzero(set.plaintext, stream))
            .collect(),
    )
}

/// A mask for labels: uniform over all numbers. It hides the label of what is no match, and a zero in it hides nothing, as
/// nobody learns that it was one.
pub(crate) fn label_mask(set: &Set, stream: &mut Stream) -> Zeroizing<Vec<u64>> {
    let below = |stream: &mut Stream| {
        // t stands for zero.
        nonzero(set.plaintext + 1, stream) % set.plaintext
    };
    Zeroizing::new((0..set.degree).map(|_| below(stream)).collect())
}

/// A uniform number in 1 … t − 1, by refusing what is too large.
fn nonzero(t: u64, stream: &mut Stream) -> u64 {
    let mask = u64::MAX >> t.leading_zeros();
    loop {
        let bits = if u32::try_from(mask).is_ok() {
            u64::from(stream.next_u32())
        } else {
            stream.next_u64()
        };
        let number = bits & mask;
        if (1..t).contains(&number) {
            return number;
        }
    }
}

/// A flood: for each coefficient a uniform integer of so many bits, less half of them, modulo each limb; limb after
/// limb. It hides what the noise under it says of both lists.
pub(crate) fn flood(
    set: &Set,
    bits: u32,
    moduli: &[fhe_math::zq::Modulus],
    stream: &mut Stream,
) -> Zeroizing<Vec<u64>> {
    let words = bits.div_ceil(64);
    let top = u64::MAX >> (64 * words - bits);
    // 2^(bits − 1) modulo each limb.
    let halves: Vec<u64> = moduli
        .iter()
        .map(|modulus| modulus.pow(2, u64::from(bits - 1)))
        .collect();
    let mut all = Zeroizing::new(vec![0; set.degree * moduli.len()]);
    let mut number = Zeroizing::new(vec![0_u64; words as usize]);
    for at in 0..set.degree {
        number.fill_with(|| stream.next_u64());
        if let Some(first) = number.first_mut() {
            *first &= top;
        }
        let rows = all.chunks_exact_mut(set.degree).zip(moduli).zip(&halves);
        for ((row, modulus), half) in rows {
            // Highest word first (Horner).
            let value = number.iter().fold(0, |high: u64, word| {
                modulus.reduce_u128(u128::from(high) << 64 | u128::from(*word))
            });
            if let Some(slot) = row.get_mut(at) {
                *slot = modulus.sub(value, *half);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy;
    use crate::set::{IP4_S1, STR_S1, TOY};
    use fhe_math::zq::Modulus;
    use rand_chacha::rand_core::SeedableRng;

    /// `AIDOS_MASKS=1000000000` draws so many.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "how much is tested, not what")]
    fn no_draw_of_many_is_out_of_range() {
        let draws = std::env::var("AIDOS_MASKS").map_or(1_000_000, |text| text.parse().unwrap());
        let mut stream = entropy::fresh().unwrap();
        for set in [&IP4_S1, &STR_S1] {
            let t = set.plaintext;
            for _ in 0..draws / 2_u64 {
                let drawn = nonzero(t, &mut stream);
                assert!((1..t).contains(&drawn), "{drawn}");
            }
        }
    }

    #[test]
    fn no_mask_is_zero_and_all_others_come() {
        let mut stream = Stream::seed_from_u64(1);
        let mut seen = [0_u32; 257];
        (0..100_000).for_each(|_| {
            seen[usize::try_from(nonzero(TOY.plaintext, &mut stream)).unwrap()] += 1;
        });
        assert_eq!(seen[0], 0);
        assert!(seen[1..].iter().all(|n| (250..550).contains(n)), "{seen:?}");
        for set in [&IP4_S1, &STR_S1] {
            let masks = mask(set, &mut stream);
            assert!(masks.iter().all(|m| (1..set.plaintext).contains(m)));
            assert!(masks.iter().any(|m| *m > set.plaintext / 4 * 3));
        }
    }

    /// Ten million draws.
    #[test]
    fn no_mask_is_ever_zero() {
        let mut stream = crate::entropy::fresh().unwrap();
        for _ in 0..10_000_000 {
            let number = nonzero(IP4_S1.plaintext, &mut stream);
            assert!((1..IP4_S1.plaintext).contains(&number));
        }
    }

    /// Both limbs of a flood are one integer, and it is as wide as it says.
    #[test]
    fn a_flood_is_one_wide_integer() {
        let set = &IP4_S1;
        let moduli: Vec<Modulus> = set.limbs[..2]
            .iter()
            .map(|q| Modulus::new(*q).unwrap())
            .collect();
        let out = flood(set, 100, &moduli, &mut Stream::seed_from_u64(2));
        let (a, b) = out.split_at(set.degree);
        let [p, q] = [set.limbs[0], set.limbs[1]].map(u128::from);
        let join = crate::number::inverse(set.limbs[0] % set.limbs[1], set.limbs[1]);
        let (mut least, mut most) = (0, 0);
        for (a, b) in a.iter().zip(b) {
            let step = moduli[1].mul(moduli[1].sub(*b, moduli[1].reduce(*a)), join);
            let whole = u128::from(*a) + p * u128::from(step);
            let signed = if whole > p * q / 2 {
                -i128::try_from(p * q - whole).unwrap()
            } else {
                i128::try_from(whole).unwrap()
            };
            (least, most) = (signed.min(least), signed.max(most));
        }
        let half = 1_i128 << 99;
        assert!((-half..-half / 100 * 99).contains(&least));
        assert!((half / 100 * 99..half).contains(&most));
    }
}
