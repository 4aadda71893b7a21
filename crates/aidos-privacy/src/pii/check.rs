//! Check digits, over bytes that are already `0`–`9` or `A`–`Z`. Anything else fails.

/// The value of a digit; `None` for another byte.
pub(crate) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit()
        .then(|| u32::from(byte.wrapping_sub(b'0')))
}

/// The digits of `bytes` multiplied by `weights` and added; `None` where a byte is no digit or
/// the weights are fewer than the bytes.
pub(crate) fn weighted(bytes: &[u8], weights: &[u32]) -> Option<u32> {
    if bytes.len() > weights.len() {
        return None;
    }
    bytes
        .iter()
        .zip(weights)
        .try_fold(0u32, |sum, (&b, w)| Some(sum + digit(b)? * w))
}

/// The Luhn checksum (ISO/IEC 7812-1).
pub(crate) fn luhn(bytes: &[u8]) -> bool {
    let mut sum = 0;
    for (place, &b) in bytes.iter().rev().enumerate() {
        let Some(d) = digit(b) else { return false };
        let d = if place % 2 == 1 { d * 2 } else { d };
        sum += if d > 9 { d - 9 } else { d };
    }
    !bytes.is_empty() && sum % 10 == 0
}

/// The remainder by 97 of digits and letters (`A` = 10), as IBAN reads them (ISO 7064 MOD 97-10).
pub(crate) fn mod97(bytes: impl Iterator<Item = u8>) -> Option<u32> {
    let mut rest = 0;
    for b in bytes {
        rest = match b {
            b'0'..=b'9' => rest * 10 + u32::from(b - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(b - b'A') + 10,
            _ => return None,
        } % 97;
    }
    Some(rest)
}

/// ISO 7064 MOD 11,10: the German tax id.
pub(crate) fn mod11_10(bytes: &[u8]) -> bool {
    let Some((&last, body)) = bytes.split_last() else {
        return false;
    };
    let mut product = 10;
    for &b in body {
        let Some(d) = digit(b) else { return false };
        let sum = (d + product) % 10;
        product = (if sum == 0 { 10 } else { sum } * 2) % 11;
    }
    digit(last) == Some((11 - product) % 10)
}

/// The Verhoeff checksum: Aadhaar.
pub(crate) fn verhoeff(bytes: &[u8]) -> bool {
    // Multiplication in the dihedral group of order 10.
    fn times(a: u32, b: u32) -> u32 {
        match (a < 5, b < 5) {
            (true, true) => (a + b) % 5,
            (true, false) => (a + b) % 5 + 5,
            (false, true) => (a + 5 - b) % 5 + 5,
            (false, false) => (a + 5 - b) % 5,
        }
    }
    const TURN: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let mut sum = 0;
    for (place, &b) in bytes.iter().rev().enumerate() {
        let Some(mut d) = digit(b) else { return false };
        for _ in 0..place % 8 {
            d = TURN.get(d as usize).copied().unwrap_or(0);
        }
        sum = times(sum, d);
    }
    !bytes.is_empty() && sum == 0
}

/// Whether a day exists in a month, leap years counted where the year is known (`year` > 0).
pub(crate) fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year == 0
        || (year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The number that a few digits spell; `None` for other bytes, none at all, or more than nine.
pub(crate) fn number(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes
        .iter()
        .try_fold(0u32, |n, &b| Some(n * 10 + digit(b)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_hold_and_a_changed_digit_breaks_them() {
        assert!(luhn(b"4111111111111111") && !luhn(b"4111111111111112"));
        assert_eq!(mod97(b"WEST12345698765432GB82".iter().copied()), Some(1));
        assert!(mod11_10(b"86095742719") && !mod11_10(b"86095742718"));
        assert!(verhoeff(b"2363") && !verhoeff(b"2364"));
        assert!(!luhn(b"") && !luhn(b"41x1"));
    }

    #[test]
    fn one_changed_digit_never_passes_verhoeff() {
        for place in 0..4 {
            for d in b'0'..=b'9' {
                let mut number = *b"2363";
                number[place] = d;
                assert_eq!(verhoeff(&number), number == *b"2363");
            }
        }
    }

    #[test]
    fn february_knows_leap_years() {
        assert!(is_day(2024, 2, 29) && !is_day(2023, 2, 29) && is_day(0, 2, 29));
        assert!(!is_day(1900, 2, 29) && is_day(2000, 2, 29));
    }
}
