//! Randomness: a stream for one use, seeded by the operating system.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::Error;

/// What samplers draw from; tests hand in a fixed one, nobody else can.
pub(crate) type Stream = ChaCha20Rng;

/// A stream that nobody had before and nobody can have again.
///
/// One is drawn for each (query set, unit): a mask, zero or flood that served twice would cancel out.
pub(crate) fn fresh() -> Result<Stream, Error> {
    Stream::try_from_os_rng().map_err(|_| Error::Entropy)
}

/// Bytes of the operating system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    fresh()?.fill_bytes(&mut bytes);
    Ok(bytes)
}

/// A uniform number below `bound`, which is not 0. Source: Lemire 2019, "Fast random integer generation".
pub(crate) fn below(stream: &mut Stream, bound: u32) -> u32 {
    let threshold = bound.wrapping_neg() % bound.max(1);
    loop {
        let wide = u64::from(stream.next_u32()) * u64::from(bound);
        let [a, b, c, d, low @ ..] = wide.to_be_bytes();
        if u32::from_be_bytes(low) >= threshold {
            return u32::from_be_bytes([a, b, c, d]);
        }
    }
}

/// Brings a slice into an order that is uniform over all orders.
pub(crate) fn shuffle<T>(stream: &mut Stream, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let other = u32::try_from(last + 1).map_or(last, |bound| below(stream, bound) as usize);
        items.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_streams_differ() {
        assert_ne!(bytes::<32>().unwrap(), bytes::<32>().unwrap());
    }

    #[test]
    fn numbers_below_a_bound_are_even() {
        let mut stream = Stream::seed_from_u64(1);
        let mut seen = [0_u32; 6];
        (0..60_000).for_each(|_| seen[below(&mut stream, 6) as usize] += 1);
        assert!(seen.iter().all(|n| (9_500..10_500).contains(n)), "{seen:?}");
        assert_eq!(below(&mut stream, 1), 0);
    }

    #[test]
    fn a_shuffle_keeps_all() {
        let mut stream = Stream::seed_from_u64(2);
        let mut items: Vec<u32> = (0..1000).collect();
        shuffle(&mut stream, &mut items);
        assert_ne!(items, (0..1000).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
        shuffle::<u32>(&mut stream, &mut []);
    }
}
