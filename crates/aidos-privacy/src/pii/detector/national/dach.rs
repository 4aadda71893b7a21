//! Germany, Switzerland, Austria, the Netherlands, Belgium, Poland, Czechia.

use super::{Id, is_date6};
use crate::pii::Kind;
use crate::pii::check::{digit, mod11_10, number, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::TaxId,
        subtype: Some("DE_TAX_ID"),
        detector: "de_tax_id",
        shapes: &[("99 999 999 999", 0.6), ("99999999999", 0.3)],
        check: steuer_id,
        checksum: true,
        near: 0.98,
        words: "steuer id|steueridentifikationsnummer|steuerliche identifikationsnummer|idnr|steuernummer|identifikationsnummer|tax id|tin|steuer-idnr",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("DE_VAT"),
        detector: "de_vat",
        shapes: &[("DE999999999", 0.8), ("DE 999999999", 0.7)],
        check: |b| b.get(2..).is_some_and(mod11_10),
        checksum: true,
        near: 0.95,
        words: "ust idnr|umsatzsteuer id|ust-id|vat|ustid",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("CH_AHV"),
        detector: "ch_ahv",
        shapes: &[("756.9999.9999.99", 0.95), ("7569999999999", 0.5)],
        check: |b| {
            let sum = weighted(b, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
            b.len() == 13 && sum.is_some_and(|s| s % 10 == 0)
        },
        checksum: true,
        near: 0.98,
        words: "ahv|avs|ahv nummer|sozialversicherungsnummer|numéro avs",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("AT_SVNR"),
        detector: "at_svnr",
        shapes: &[("9999 999999", 0.4), ("9999999999", 0.1)],
        check: |b| {
            let head = b.get(..3).and_then(|d| weighted(d, &[3, 7, 9]));
            let date = b.get(4..).and_then(|d| weighted(d, &[5, 8, 4, 2, 1, 6]));
            let wanted = head.zip(date).map(|(h, d)| (h + d) % 11);
            b.first() != Some(&b'0')
                && wanted.is_some()
                && wanted == b.get(3).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.9,
        words: "svnr|sozialversicherungsnummer|versicherungsnummer|sv nummer",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("NL_BSN"),
        detector: "nl_bsn",
        shapes: &[
            ("999999999", 0.1),
            ("9999.99.999", 0.6),
            ("999 999 999", 0.3),
        ],
        check: |b| {
            let head = b
                .get(..8)
                .and_then(|d| weighted(d, &[9, 8, 7, 6, 5, 4, 3, 2]));
            let last = b.get(8).and_then(|&d| digit(d));
            head.zip(last).is_some_and(|(h, l)| h > 0 && h % 11 == l)
        },
        checksum: true,
        near: 0.95,
        words: "bsn|burgerservicenummer|sofinummer|sofi nummer|burger service nummer",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("BE_RRN"),
        detector: "be_rrn",
        shapes: &[("99.99.99-999.99", 0.9), ("99999999999", 0.2)],
        check: |b| {
            let (head, check) = (b.get(..9).and_then(number), b.get(9..).and_then(number));
            head.zip(check).is_some_and(|(n, c)| {
                // Those born from 2000 count with a 2 before the nine digits.
                let later = (u64::from(n) + 2_000_000_000) % 97;
                c == 97 - n % 97 || u64::from(c) == 97 - later
            })
        },
        checksum: true,
        near: 0.95,
        words: "rijksregisternummer|registre national|numéro national|national register|insz|niss",
    },
    Id {
        kind: Kind::PlPesel,
        subtype: None,
        detector: "pl_pesel",
        shapes: &[("99999999999", 0.4)],
        check: pesel,
        checksum: true,
        near: 0.98,
        words: "pesel|numer pesel",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("PL_NIP"),
        detector: "pl_nip",
        shapes: &[
            ("999-999-99-99", 0.7),
            ("999-99-99-999", 0.7),
            ("9999999999", 0.1),
            ("PL9999999999", 0.7),
        ],
        check: |b| {
            let b = b.strip_prefix(b"PL").unwrap_or(b);
            let sum = b
                .get(..9)
                .and_then(|d| weighted(d, &[6, 5, 7, 2, 3, 4, 5, 6, 7]));
            sum.is_some_and(|s| s > 0) && sum.map(|s| s % 11) == b.get(9).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.95,
        words: "nip|numer nip",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("CZ_RC"),
        detector: "cz_rc",
        shapes: &[("999999/9999", 0.65)],
        check: |b| {
            let month = b.get(2..4).and_then(number).map_or(0, |m| m % 50 % 20);
            let rest = b
                .iter()
                .try_fold(0, |r, &d| Some((r * 10 + digit(d)?) % 11));
            (1..=12).contains(&month) && rest == Some(0)
        },
        checksum: true,
        near: 0.95,
        words: "rodné číslo|rč|birth number",
    },
];

/// Eleven digits, the first not 0; among the first ten one digit stands two or three times.
fn steuer_id(b: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for d in b.iter().take(10).filter_map(|&d| digit(d)) {
        if let Some(count) = counts.get_mut(d as usize) {
            *count += 1;
        }
    }
    let repeated = counts.iter().filter(|&&c| c > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    b.first() != Some(&b'0') && repeated == 1 && most <= 3 && mod11_10(b)
}

fn pesel(b: &[u8]) -> bool {
    let sum = weighted(b, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    // The century is added to the month in steps of 20.
    let month = b.get(2..4).and_then(number).map_or(0, |m| m % 20);
    let day = b.get(4..6).and_then(number).unwrap_or(0);
    let dated = (1..=12).contains(&month) && (1..=31).contains(&day);
    dated && sum.is_some_and(|s| s % 10 == 0) && (is_date6(b, false) || month > 0)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn numbers_with_their_checks() {
        found_as(
            "Steuer-ID 86 095 742 719",
            Kind::TaxId,
            "DE_TAX_ID",
            "86 095 742 719",
        );
        found_as(
            "IdNr: 86095742719.",
            Kind::TaxId,
            "DE_TAX_ID",
            "86095742719",
        );
        found_as(
            "AHV 756.9217.0769.85",
            Kind::TaxId,
            "CH_AHV",
            "756.9217.0769.85",
        );
        found_as("bsn 111222333", Kind::TaxId, "NL_BSN", "111222333");
        found_as("85.07.30-033.28", Kind::TaxId, "BE_RRN", "85.07.30-033.28");
        found("PESEL 44051401359", Kind::PlPesel, "44051401359");
        found_as("NIP 123-456-32-18", Kind::TaxId, "PL_NIP", "123-456-32-18");
        found_as("SVNR 1237 010180", Kind::TaxId, "AT_SVNR", "1237 010180");
    }

    #[test]
    fn wrong_digits_or_no_word() {
        for (text, kind) in [
            ("Steuer-ID 86 095 742 718", Kind::TaxId),
            ("86095742719", Kind::TaxId),
            ("bsn 111222334", Kind::TaxId),
            ("111222333", Kind::TaxId),
            ("PESEL 44051401358", Kind::PlPesel),
            ("44051401359", Kind::PlPesel),
        ] {
            none(text, kind);
        }
    }
}
