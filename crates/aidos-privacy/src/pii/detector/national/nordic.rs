//! Sweden, Finland, Denmark, Norway, and Turkey.

use super::{Id, is_date6};
use crate::pii::Kind;
use crate::pii::check::{digit, luhn, number, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::TaxId,
        subtype: Some("SE_PERSONNUMMER"),
        detector: "se_personnummer",
        shapes: &[
            ("999999-9999", 0.7),
            ("99999999-9999", 0.8),
            ("999999+9999", 0.7),
            ("9999999999", 0.1),
            ("999999999999", 0.1),
        ],
        check: |b| {
            let short = b.len().checked_sub(10).and_then(|from| b.get(from..));
            short.is_some_and(|s| swedish_day(s) && luhn(s))
        },
        checksum: true,
        near: 0.97,
        words: "personnummer|personnr|samordningsnummer|pnr|person nummer|personal identity number",
    },
    Id {
        kind: Kind::FiPersonalIdentityCode,
        subtype: None,
        detector: "fi_hetu",
        shapes: &[
            ("999999-999X", 0.85),
            ("999999A999X", 0.85),
            ("999999+999X", 0.85),
        ],
        check: hetu,
        checksum: true,
        near: 0.98,
        words: "hetu|henkilötunnus|personbeteckning|personal identity code",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("DK_CPR"),
        detector: "dk_cpr",
        shapes: &[("999999-9999", 0.4), ("9999999999", 0.05)],
        check: |b| is_date6(b, true),
        checksum: false,
        near: 0.85,
        words: "cpr|cpr nummer|personnummer cpr|cpr nr",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("NO_FNR"),
        detector: "no_fnr",
        shapes: &[("999999 99999", 0.6), ("99999999999", 0.3)],
        check: |b| {
            let first = weighted(
                b.get(..10).unwrap_or_default(),
                &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1],
            );
            let second = weighted(b, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
            is_date6(b, true)
                && first.is_some_and(|s| s % 11 == 0)
                && second.is_some_and(|s| s % 11 == 0)
        },
        checksum: true,
        near: 0.97,
        words: "fødselsnummer|fødselsnr|fnr|personnummer|national identity number",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("TR_TCKN"),
        detector: "tr_tckn",
        shapes: &[("99999999999", 0.3)],
        check: |b| {
            let odd = weighted(b, &[7, 0, 7, 0, 7, 0, 7, 0, 7, 0, 0]);
            let even = weighted(b, &[0, 9, 0, 9, 0, 9, 0, 9, 0, 0, 0]);
            let all = weighted(b, &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
            let at = |place: usize| b.get(place).and_then(|&d| digit(d));
            b.first() != Some(&b'0')
                && odd.zip(even).map(|(o, e)| (o + e) % 10) == at(9)
                && all.map(|s| s % 10) == at(10)
        },
        checksum: true,
        near: 0.97,
        words: "tckn|tc kimlik|kimlik no|t.c. kimlik",
    },
];

/// The day of a personnummer; a samordningsnummer adds 60.
fn swedish_day(b: &[u8]) -> bool {
    let part = |from: usize| b.get(from..from + 2).and_then(number);
    part(2).zip(part(4)).is_some_and(|(month, day)| {
        crate::pii::check::is_day(0, month, if day > 60 { day - 60 } else { day })
    })
}

/// `DDMMYY`, a century sign, three digits, and the remainder by 31 as a character.
fn hetu(b: &[u8]) -> bool {
    let (date, rest) = match b.split_at_checked(6) {
        Some((date, [sign, rest @ ..])) if rest.len() == 4 => {
            if !b"ABCDEFUVWXY".contains(sign) {
                return false;
            }
            (date, rest)
        }
        Some((date, rest)) => (date, rest),
        None => return false,
    };
    let whole = number(date)
        .zip(rest.get(..3).and_then(number))
        .map(|(d, n)| d * 1000 + n);
    let wanted = whole.and_then(|n| b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(n as usize % 31));
    is_date6(date, true) && wanted.is_some() && wanted == rest.get(3)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn numbers_with_their_checks() {
        found_as(
            "personnummer 811218-9876",
            Kind::TaxId,
            "SE_PERSONNUMMER",
            "811218-9876",
        );
        found_as(
            "19811218-9876",
            Kind::TaxId,
            "SE_PERSONNUMMER",
            "19811218-9876",
        );
        found(
            "hetu 131052-308T",
            Kind::FiPersonalIdentityCode,
            "131052-308T",
        );
        found("131052A308T", Kind::FiPersonalIdentityCode, "131052A308T");
        found_as("cpr 211062-5629", Kind::TaxId, "DK_CPR", "211062-5629");
        found_as(
            "fødselsnummer 15108695088",
            Kind::TaxId,
            "NO_FNR",
            "15108695088",
        );
        found_as(
            "TC kimlik 10000000146",
            Kind::TaxId,
            "TR_TCKN",
            "10000000146",
        );
    }

    #[test]
    fn wrong_digits() {
        for (text, kind) in [
            ("811218-9875", Kind::TaxId),
            ("811318-9876", Kind::TaxId),
            ("hetu 131052-308U", Kind::FiPersonalIdentityCode),
            ("131052G308T", Kind::FiPersonalIdentityCode),
            ("TC kimlik 10000000147", Kind::TaxId),
        ] {
            none(text, kind);
        }
    }
}
