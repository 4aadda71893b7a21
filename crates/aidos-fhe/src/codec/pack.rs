//! Coefficients as bytes: each as wide as its modulus, eight of them on as many bytes as they have bits.

use crate::Error;

/// Appends coefficients of this width; their number is a multiple of eight.
pub(crate) fn pack(coefficients: &[u64], bits: u32, out: &mut Vec<u8>) {
    let mut waiting = 0_u128;
    let mut width = 0;
    for coefficient in coefficients {
        waiting |= u128::from(*coefficient) << width;
        width += bits;
        if width >= 64 {
            out.extend_from_slice(
                &crate::number::narrow(waiting & u128::from(u64::MAX)).to_le_bytes(),
            );
            waiting >>= 64;
            width -= 64;
        }
    }
    let left = width.div_ceil(8) as usize;
    out.extend(waiting.to_le_bytes().into_iter().take(left));
}

/// Reads as many coefficients as `out` takes, a multiple of eight, and says whether all are below the limb.
///
/// # Errors
/// A width that no parameter set has.
pub(crate) fn unpack(bytes: &[u8], bits: u32, limb: u64, out: &mut [u64]) -> Result<bool, Error> {
    match bits {
        53 => Ok(eights::<53>(bytes, limb, out)),
        61 => Ok(eights::<61>(bytes, limb, out)),
        _ => Err(Error::Bug {
            what: "no parameter set has limbs of this width",
        }),
    }
}

/// Eight coefficients are `BITS` bytes.
fn eights<const BITS: usize>(bytes: &[u8], limb: u64, out: &mut [u64]) -> bool {
    let mask = u64::MAX >> (64 - BITS);
    let (chunks, _) = bytes.as_chunks::<BITS>();
    let (eights, _) = out.as_chunks_mut::<8>();
    let mut above = 0;
    for (chunk, eight) in chunks.iter().zip(eights) {
        for (number, coefficient) in eight.iter_mut().enumerate() {
            *coefficient = at::<BITS>(chunk, number) & mask;
            // The top bit is set where the coefficient is not below the limb.
            above |= (limb - 1).wrapping_sub(*coefficient);
        }
    }
    above >> 63 == 0
}

/// The coefficient of this number and what stands above it. All places are known when compiled.
#[inline(always)]
#[expect(clippy::inline_always, reason = "its bounds vanish only in the loop")]
fn at<const BITS: usize>(chunk: &[u8; BITS], number: usize) -> u64 {
    let bit = number * BITS;
    if BITS <= 53 {
        // 8 bytes hold it with a shift of at most 11 bits, when they begin no later than 8 before the end.
        let start = (bit / 8).min(BITS - 8);
        let word = chunk.get(start..).and_then(<[u8]>::first_chunk::<8>);
        word.map_or(0, |word| u64::from_le_bytes(*word) >> (bit - 8 * start))
    } else {
        let start = (bit / 8).min(BITS - 16);
        let word = chunk.get(start..).and_then(<[u8]>::first_chunk::<16>);
        word.map_or(0, |word| {
            crate::number::narrow(
                (u128::from_le_bytes(*word) >> (bit - 8 * start)) & u128::from(u64::MAX),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::{IP4_S1, STR_S1};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_unpacks(seed in proptest::collection::vec(0_u64.., 64)) {
            for set in [&IP4_S1, &STR_S1] {
                let limb = set.limbs[0];
                let coefficients: Vec<u64> = seed.iter().map(|c| c % limb).collect();
                let mut bytes = Vec::new();
                pack(&coefficients, set.limb_bits(), &mut bytes);
                prop_assert_eq!(bytes.len(), 8 * set.limb_bits() as usize);
                let mut out = vec![0; 64];
                prop_assert!(unpack(&bytes, set.limb_bits(), limb, &mut out).unwrap());
                prop_assert_eq!(out, coefficients);
            }
        }
    }

    #[test]
    fn a_coefficient_that_is_not_below_the_limb_shows() {
        for set in [&IP4_S1, &STR_S1] {
            let (limb, bits) = (set.limbs[0], set.limb_bits());
            let mut out = vec![0; 8];
            for (place, coefficient, fits) in [
                (0, limb - 1, true),
                (3, limb, false),
                (7, (1 << bits) - 1, false),
            ] {
                let mut coefficients = [0; 8];
                coefficients[place] = coefficient;
                let mut bytes = Vec::new();
                pack(&coefficients, bits, &mut bytes);
                assert_eq!(unpack(&bytes, bits, limb, &mut out).unwrap(), fits);
            }
        }
        assert!(unpack(&[], 54, 1, &mut []).is_err());
    }
}
