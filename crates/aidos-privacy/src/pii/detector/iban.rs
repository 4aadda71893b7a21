//! International bank account numbers: ISO 13616, the country's length and MOD 97-10.

use crate::pii::check::mod97;
use crate::pii::window::{Report, Run, Window};
use crate::pii::{Kind, Proof};

/// Length by country, from the IBAN registry.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// Looks for an IBAN at a run that starts with two letters and two digits.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::IbanCode) || w.word_before(run.start) {
        return;
    }
    let &[a, b, c, d] = w.slice(run.start, run.start + 4) else {
        return;
    };
    if !(c.is_ascii_digit() && d.is_ascii_digit()) {
        return;
    }
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let Some(&(_, length)) = LENGTHS.iter().find(|(code, _)| **code == country) else {
        return;
    };
    let mut number = [0u8; 34];
    let mut count = 0;
    let mut place = run.start;
    while count < length {
        let byte = w.at(place);
        if byte.is_ascii_alphanumeric() {
            let Some(slot) = number.get_mut(count) else {
                return;
            };
            *slot = byte.to_ascii_uppercase();
            count += 1;
        } else if !(matches!(byte, b' ' | b'-' | b'.') && w.at(place + 1).is_ascii_alphanumeric()) {
            return;
        }
        place += 1;
    }
    let Some((head, body)) = number.get(..length).and_then(|n| n.split_at_checked(4)) else {
        return;
    };
    if w.word_at(place) || mod97(body.iter().chain(head).copied()) != Some(1) {
        return;
    }
    w.report(
        run.start,
        place,
        Report {
            kind: Kind::IbanCode,
            subtype: None,
            detector: "iban",
            score: 1.0,
            proof: Proof::Checked,
            why: "a country's code and length, and the remainder by 97 is 1",
        },
    );
}

#[cfg(test)]
mod tests {
    use super::LENGTHS;
    use crate::pii::Kind;
    use crate::pii::check::mod97;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn accounts_of_many_countries() {
        for (text, value) in [
            (
                "IBAN: GB82 WEST 1234 5698 7654 32.",
                "GB82 WEST 1234 5698 7654 32",
            ),
            ("Konto DE89370400440532013000", "DE89370400440532013000"),
            ("GR1601101250000000012300695", "GR1601101250000000012300695"),
            (
                "compte FR14 2004 1010 0505 0001 3M02 606 merci",
                "FR14 2004 1010 0505 0001 3M02 606",
            ),
            ("IT60X0542811101000000123456", "IT60X0542811101000000123456"),
            (
                "ES91-2100-0418-4502-0005-1332",
                "ES91-2100-0418-4502-0005-1332",
            ),
            ("nl91abna0417164300", "nl91abna0417164300"),
        ] {
            found(text, Kind::IbanCode, value);
        }
    }

    #[test]
    fn wrong_sums_lengths_and_countries() {
        for text in [
            "GB83 WEST 1234 5698 7654 32",
            "DE8937040044053201300",
            "XX82WEST12345698765432",
            "DE893704004405320130001",
        ] {
            none(text, Kind::IbanCode);
        }
    }

    #[test]
    fn a_made_number_of_every_country_is_found() {
        for &(country, length) in LENGTHS {
            let body = "7".repeat(length - 4);
            let code = String::from_utf8_lossy(country).into_owned();
            let rest = mod97(format!("{body}{code}00").bytes()).unwrap();
            let iban = format!("{code}{:02}{body}", 98 - rest);
            found(&format!("to {iban} now"), Kind::IbanCode, &iban);
        }
    }
}
