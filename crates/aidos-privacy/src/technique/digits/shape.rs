//! Check digits and rules of the shapes. Digits are numbers 0 to 9, most significant first.

use super::split;
use aidos_model::time::days_in_month;

/// Luhn's check digit for what stands before it (ISO/IEC 7812-1, annex B).
pub(super) fn luhn_check(body: &[u8]) -> u8 {
    let sum = body
        .iter()
        .rev()
        .enumerate()
        .fold(0_u32, |sum, (at, digit)| {
            let digit = u32::from(*digit);
            sum + if at % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        });
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

/// The check digit of a Greek AFM: Σ digit · 2^place, mod 11, mod 10.
pub(super) fn afm_check(body: &[u8]) -> u8 {
    let sum = body
        .iter()
        .fold(0_u32, |sum, digit| (sum + u32::from(*digit)) * 2);
    u8::try_from(sum % 11 % 10).unwrap_or(0)
}

/// The check digit of an NHS number: weights 10 to 2, mod 11; `None` where there is none.
pub(super) fn nhs_check(body: &[u8]) -> Option<u8> {
    let sum: u32 = body
        .iter()
        .zip((2..=10).rev())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => None,
        11 => Some(0),
        check => u8::try_from(check).ok(),
    }
}

/// The two check digits of an IBAN, as text (ISO 7064, mod 97-10).
pub(super) fn iban_check(country: &[u8], bban: &[u8]) -> [u8; 2] {
    let rest = bban
        .iter()
        .chain(country)
        .chain(b"00")
        .fold(0_u32, |rest, byte| {
            if byte.is_ascii_digit() {
                (rest * 10 + u32::from(byte - b'0')) % 97
            } else {
                let letter = u32::from(byte.to_ascii_uppercase().saturating_sub(b'A'));
                (rest * 100 + letter + 10) % 97
            }
        });
    let check = u8::try_from(98 - rest).unwrap_or(0);
    [b'0' + check / 10, b'0' + check % 10]
}

/// Whether a number of nine digits may be an SSN.
pub(super) fn is_ssn(number: u64) -> bool {
    let (area, group, serial) = (number / 1_000_000, number / 10_000 % 100, number % 10_000);
    (1..900).contains(&area) && area != 666 && group != 0 && serial != 0
}

/// Dates that an AMKA can hold: DDMMYY of a hundred years, 29 February in each fourth.
pub(super) const AMKA_DATES: u64 = 36_525;

/// The place of a date DDMMYY among them.
pub(super) fn amka_index(date: &[u8]) -> Option<u64> {
    let &[d1, d2, m1, m2, y1, y2] = date else {
        return None;
    };
    let (day, month, year) = (d1 * 10 + d2, m1 * 10 + m2, y1 * 10 + y2);
    if day == 0 || day > days_in_month(century(year), month) {
        return None;
    }
    let before: u64 = (1..month)
        .map(|month| u64::from(days_in_month(century(year), month)))
        .sum();
    let year = u64::from(year);
    Some(year * 365 + year.div_ceil(4) + before + u64::from(day) - 1)
}

/// The date DDMMYY at a place.
pub(super) fn amka_date(index: u64) -> Vec<u8> {
    // Four years are 1461 days, the first of them the leap one.
    let (four, mut rest) = (index / 1461, index % 1461);
    let mut year = four * 4;
    if rest >= 366 {
        year += 1 + (rest - 366) / 365;
        rest = (rest - 366) % 365;
    }
    let of_year = century(u8::try_from(year).unwrap_or(0));
    let mut month = 1;
    while month < 12 && rest >= u64::from(days_in_month(of_year, month)) {
        rest -= u64::from(days_in_month(of_year, month));
        month += 1;
    }
    [
        split(rest + 1, 2, 10),
        split(u64::from(month), 2, 10),
        split(year, 2, 10),
    ]
    .concat()
}

/// The year of this century, whose 00 is a leap year: the most that a number can mean.
fn century(year: u8) -> i16 {
    2000 + i16::from(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_has_its_place() {
        for index in 0..AMKA_DATES {
            assert_eq!(amka_index(&amka_date(index)), Some(index));
        }
        assert_eq!(amka_date(0), [0, 1, 0, 1, 0, 0]);
        assert_eq!(amka_date(AMKA_DATES - 1), [3, 1, 1, 2, 9, 9]);
        assert_eq!(amka_index(&[2, 9, 0, 2, 0, 1]), None);
        assert_eq!(amka_index(&[0, 0, 0, 1, 0, 1]), None);
        assert_eq!(amka_index(&[0, 1, 1, 3, 0, 1]), None);
    }

    #[test]
    fn check_digits_are_those_of_published_examples() {
        assert_eq!(luhn_check(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1]), 3);
        assert_eq!(afm_check(&[0, 9, 4, 0, 1, 4, 2, 0]), 1);
        assert_eq!(nhs_check(&[9, 4, 3, 4, 7, 6, 5, 9, 1]), Some(9));
        assert_eq!(&iban_check(b"GB", b"NWBK60161331926819"), b"29");
        assert!(!is_ssn(666_010_001) && !is_ssn(900_010_001) && is_ssn(78_051_120));
    }
}
