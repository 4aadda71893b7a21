//! Numbers with right check digits, computed here from their publications and not by the crate.

use super::world::Rng;

fn value(c: char) -> u32 {
    c.to_digit(36).unwrap()
}

pub(crate) fn luhn(payload: &str) -> String {
    let sum: u32 = payload
        .chars()
        .rev()
        .enumerate()
        .map(|(at, c)| {
            let d = value(c) * if at % 2 == 0 { 2 } else { 1 };
            d / 10 + d % 10
        })
        .sum();
    format!("{payload}{}", (10 - sum % 10) % 10)
}

pub(crate) fn card(rng: &mut Rng) -> String {
    let number = match rng.below(3) {
        0 => luhn(&format!("4{}", rng.digits(14))),
        1 => luhn(&format!("5{}{}", rng.range(1, 5), rng.digits(13))),
        _ => luhn(&format!("37{}", rng.digits(12))),
    };
    if number.len() == 16 && rng.chance(40) {
        let parts: Vec<&str> = (0..4).map(|p| &number[p * 4..p * 4 + 4]).collect();
        return parts.join(" ");
    }
    number
}

pub(crate) fn iban(rng: &mut Rng) -> String {
    let (country, bban) = match rng.below(5) {
        0 => ("DE", rng.digits(18)),
        1 => ("GR", rng.digits(23)),
        2 => ("ES", rng.digits(20)),
        3 => ("NL", format!("RABO{}", rng.digits(10))),
        _ => ("AT", rng.digits(16)),
    };
    let rest = |text: &str| {
        text.chars().fold(0u32, |rest, c| {
            let v = value(c);
            if v > 9 {
                (rest * 100 + v) % 97
            } else {
                (rest * 10 + v) % 97
            }
        })
    };
    let check = 98 - rest(&format!("{bban}{country}00"));
    format!("{country}{check:02}{bban}")
}

pub(crate) fn nif(rng: &mut Rng) -> String {
    let number = rng.below(100_000_000);
    let letter = b"TRWAGMYFPDXBNJZSQVHLCKE"[usize::try_from(number % 23).unwrap()];
    format!("{number:08}{}", char::from(letter))
}

pub(crate) fn afm(rng: &mut Rng) -> String {
    loop {
        let body = format!("{}{}", rng.pick(&["0", "1"]), rng.digits(7));
        let sum: u32 = body
            .chars()
            .zip((1..=8).rev())
            .map(|(c, power)| value(c) << power)
            .sum();
        if sum > 0 {
            return format!("{body}{}", sum % 11 % 10);
        }
    }
}

/// Day, month, year of birth, four digits, Luhn.
pub(crate) fn amka(rng: &mut Rng, (year, month, day): (i64, i64, i64)) -> String {
    luhn(&format!(
        "{day:02}{month:02}{:02}{}",
        year % 100,
        rng.digits(4)
    ))
}

/// Ten digits modulo 11.
pub(crate) fn nhs(rng: &mut Rng) -> String {
    loop {
        let body = format!("{}{}", rng.range(4, 7), rng.digits(8));
        let sum: u32 = body
            .chars()
            .zip((2..=10).rev())
            .map(|(c, w)| value(c) * w)
            .sum();
        let check = (11 - sum % 11) % 11;
        if check < 10 {
            let all = format!("{body}{check}");
            return if rng.chance(50) {
                all
            } else {
                format!("{} {} {}", &all[..3], &all[3..6], &all[6..])
            };
        }
    }
}

pub(crate) fn ssn(rng: &mut Rng) -> String {
    loop {
        let area = rng.range(1, 665);
        let (group, serial) = (rng.range(1, 99), rng.range(1, 9999));
        if area != 123 {
            return format!("{area:03}-{group:02}-{serial:04}");
        }
    }
}

/// Sixteen letters and digits, the last by two tables.
pub(crate) fn codice_fiscale(
    rng: &mut Rng,
    (year, month, day): (i64, i64, i64),
    woman: bool,
) -> String {
    let odd = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let mut letter = || {
        rng.pick(&[
            "B", "C", "D", "F", "G", "L", "M", "N", "P", "R", "S", "T", "V",
        ])
        .to_owned()
    };
    let names: String = (0..6).map(|_| letter()).collect();
    let months = b"ABCDEHLMPRST";
    let month = char::from(months[usize::try_from(month - 1).unwrap()]);
    let day = if woman { day + 40 } else { day };
    let place = format!(
        "{}{}",
        rng.pick(&["A", "F", "H", "L"]),
        100 + rng.below(800)
    );
    let body = format!("{names}{:02}{month}{day:02}{place}", year % 100);
    let sum: u32 = body
        .chars()
        .enumerate()
        .map(|(at, c)| {
            let v = if c.is_ascii_digit() {
                value(c)
            } else {
                value(c) - 10
            };
            if at % 2 == 0 { odd[v as usize] } else { v }
        })
        .sum();
    format!(
        "{body}{}",
        char::from(b'A' + u8::try_from(sum % 26).unwrap())
    )
}

/// Eleven digits, ISO 7064 MOD 11,10; one digit of the first ten comes twice, one not at all.
pub(crate) fn steuer_id(rng: &mut Rng) -> String {
    let mut digits: Vec<u64> = (0..10).collect();
    for at in (1..10).rev() {
        digits.swap(at, usize::try_from(rng.below(at as u64 + 1)).unwrap());
    }
    let twice = digits[0];
    digits[9] = twice;
    if digits[0] == 0 {
        digits.swap(0, 1);
    }
    let mut product = 10;
    for d in &digits {
        let sum = (d + product) % 10;
        product = (if sum == 0 { 10 } else { sum } * 2) % 11;
    }
    let body: String = digits.iter().map(ToString::to_string).collect();
    format!("{body}{}", (11 - product) % 10)
}

/// Nine digits of which the weighted sum is a multiple of 11.
pub(crate) fn bsn(rng: &mut Rng) -> String {
    loop {
        let body = format!("{}{}", rng.range(1, 8), rng.digits(7));
        let sum: u32 = body
            .chars()
            .zip((2..=9).rev())
            .map(|(c, w)| value(c) * w)
            .sum();
        if sum % 11 < 10 {
            return format!("{body}{}", sum % 11);
        }
    }
}
