//! Letters and digits of eight bytes at once (SIMD within a register).
//!
//! A mask holds the high bit of each byte that is of a class; the first byte of the text is the lowest.

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight bytes from a place; zeros, which are no letter and no digit, behind the end.
#[inline]
pub(crate) fn load(bytes: &[u8], place: usize) -> u64 {
    let rest = bytes.get(place..).unwrap_or_default();
    match rest.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => (rest.iter().rev()).fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    }
}

/// The bytes within a range; those beyond ASCII are in none.
#[inline]
fn within(eight: u64, first: u8, last: u8) -> u64 {
    let low = eight & !HIGH;
    let from = low + ONES * u64::from(0x80 - first);
    let above = low + ONES * u64::from(0x7f - last);
    // What is above the last is from the first on too.
    (from ^ above) & !eight & HIGH
}

/// The digits.
#[inline]
pub(crate) fn digits(eight: u64) -> u64 {
    within(eight, b'0', b'9')
}

/// The letters of ASCII.
#[inline]
pub(crate) fn letters(eight: u64) -> u64 {
    within(eight | (ONES * 0x20), b'a', b'z')
}

/// The letters of hexadecimal numbers.
#[inline]
pub(crate) fn hex_letters(eight: u64) -> u64 {
    within(eight | (ONES * 0x20), b'a', b'f')
}

/// The first so many of eight bytes; zeros behind them.
#[inline]
pub(crate) fn cut(eight: u64, count: usize) -> u64 {
    match count {
        8.. => eight,
        _ => eight & ((1 << (8 * count)) - 1),
    }
}

/// Where the letters and digits of ASCII that start at a place end.
#[inline]
pub(crate) fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    loop {
        let eight = load(bytes, end);
        let other = !(digits(eight) | letters(eight)) & HIGH;
        let count = other.trailing_zeros() as usize / 8;
        end += count;
        if count < 8 {
            return end;
        }
    }
}

/// The longest stretches of letters and digits of ASCII, in order: where each starts and ends.
pub(crate) fn words(bytes: &[u8], out: &mut Vec<(usize, usize)>) {
    let mut open = None;
    let mut before = 0;
    let mut place = 0;
    while place < bytes.len() {
        let eight = load(bytes, place);
        let mask = digits(eight) | letters(eight);
        // A byte whose neighbour on the left is of the other sort begins or ends a stretch.
        let mut edges = mask ^ (mask << 8 | before);
        while edges != 0 {
            let at = place + edges.trailing_zeros() as usize / 8;
            match open.take() {
                Some(start) => out.push((start, at)),
                None => open = Some(at),
            }
            edges &= edges - 1;
        }
        before = mask >> 56;
        place += 8;
    }
    if let Some(start) = open {
        out.push((start, bytes.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_in_its_classes_at_every_place() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                for around in [0, b'a', b'0', 0xff] {
                    let mut bytes = [around; 8];
                    bytes[place] = byte;
                    let eight = load(&bytes, 0);
                    let has = |mask: u64| mask >> (8 * place + 7) & 1 == 1;
                    assert_eq!(has(digits(eight)), byte.is_ascii_digit());
                    assert_eq!(has(letters(eight)), byte.is_ascii_alphabetic());
                    let hex = byte.is_ascii_alphabetic() && byte.is_ascii_hexdigit();
                    assert_eq!(has(hex_letters(eight)), hex);
                }
            }
        }
    }

    #[test]
    fn words_end_where_a_loop_over_bytes_ends_them() {
        let text = "a1b2c3d4e5f6g7h8 I9~x…ÿz 12345678 123456789";
        for start in 0..=text.len() {
            let rest = &text.as_bytes()[start..];
            let len = rest
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric())
                .count();
            assert_eq!(word_end(text.as_bytes(), start), start + len);
        }
        assert_eq!(cut(u64::MAX, 8), u64::MAX);
        assert_eq!(cut(u64::MAX, 3), 0xff_ffff);
        assert_eq!(cut(u64::MAX, 0), 0);
    }

    proptest! {
        #[test]
        fn words_are_those_that_a_loop_over_bytes_finds(text in "[a9~ é.]{0,40}") {
            let mut found = Vec::new();
            words(text.as_bytes(), &mut found);
            let other = |b: &u8| !b.is_ascii_alphanumeric();
            let mut place = 0;
            let mut wanted = Vec::new();
            for word in text.as_bytes().split(other) {
                if !word.is_empty() {
                    wanted.push((place, place + word.len()));
                }
                place += word.len() + 1;
            }
            prop_assert_eq!(found, wanted);
        }
    }
}
