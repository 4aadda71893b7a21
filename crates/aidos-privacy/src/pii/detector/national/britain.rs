//! The United Kingdom, Ireland, Australia.

use super::{Id, any};
use crate::pii::Kind;
use crate::pii::check::{digit, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::UkNhs,
        subtype: None,
        detector: "uk_nhs",
        shapes: &[
            ("999 999 9999", 0.6),
            ("999-999-9999", 0.4),
            ("9999999999", 0.2),
        ],
        check: nhs,
        checksum: true,
        near: 0.98,
        words: "nhs|nhs number|national health service|health service|nhs no",
    },
    Id {
        kind: Kind::UkNino,
        subtype: None,
        detector: "uk_nino",
        shapes: &[
            ("AA 99 99 99 A", 0.8),
            ("UU999999U", 0.75),
            ("AA999999A", 0.4),
            ("AA 999999 A", 0.75),
            ("AA-99-99-99-A", 0.75),
        ],
        check: nino,
        checksum: false,
        near: 0.95,
        words: "nino|national insurance|national insurance number|ni number|insurance number|ni no",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("UK_UTR"),
        detector: "uk_utr",
        shapes: &[("9999999999", 0.1), ("99999 99999", 0.2)],
        check: |b| {
            let sum = b
                .get(1..)
                .and_then(|d| weighted(d, &[6, 7, 8, 9, 10, 5, 4, 3, 2]));
            let wanted = sum.and_then(|s| b"21987654321".get(s as usize % 11));
            wanted.is_some() && wanted == b.first()
        },
        checksum: true,
        near: 0.9,
        words: "utr|unique taxpayer reference|taxpayer reference",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("IE_PPS"),
        detector: "ie_pps",
        shapes: &[("9999999U", 0.3), ("9999999UU", 0.3)],
        check: |b| {
            let extra = b.get(8).map_or(0, |&c| u32::from(c.wrapping_sub(b'@')) * 9);
            let sum = b.get(..7).and_then(|d| weighted(d, &[8, 7, 6, 5, 4, 3, 2]));
            let letter =
                sum.and_then(|s| b"WABCDEFGHIJKLMNOPQRSTUV".get((s + extra) as usize % 23));
            letter.is_some() && letter == b.get(7)
        },
        checksum: true,
        near: 0.9,
        words: "pps|ppsn|pps number|personal public service",
    },
    Id {
        kind: Kind::AuAbn,
        subtype: None,
        detector: "au_abn",
        shapes: &[("99 999 999 999", 0.65), ("99999999999", 0.2)],
        check: |b| {
            let lowered = b
                .first()
                .and_then(|&d| digit(d))
                .and_then(|d| d.checked_sub(1));
            let rest = b
                .get(1..)
                .and_then(|d| weighted(d, &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19]));
            lowered
                .zip(rest)
                .is_some_and(|(first, rest)| (first * 10 + rest) % 89 == 0)
        },
        checksum: true,
        near: 0.95,
        words: "abn|australian business number|business number",
    },
    Id {
        kind: Kind::AuAcn,
        subtype: None,
        detector: "au_acn",
        shapes: &[("999 999 999", 0.35), ("999999999", 0.1)],
        check: |b| {
            let sum = b
                .get(..8)
                .and_then(|d| weighted(d, &[8, 7, 6, 5, 4, 3, 2, 1]));
            sum.map(|s| (10 - s % 10) % 10) == b.get(8).and_then(|&d| digit(d)) && sum.is_some()
        },
        checksum: true,
        near: 0.95,
        words: "acn|australian company number|company number",
    },
    Id {
        kind: Kind::AuTfn,
        subtype: None,
        detector: "au_tfn",
        shapes: &[("999 999 999", 0.35), ("999999999", 0.1)],
        check: |b| weighted(b, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_some_and(|s| s % 11 == 0 && s > 0),
        checksum: true,
        near: 0.95,
        words: "tfn|tax file number|tax file",
    },
    Id {
        kind: Kind::AuMedicare,
        subtype: None,
        detector: "au_medicare",
        shapes: &[("9999 99999 9", 0.65), ("9999999999", 0.1)],
        check: |b| {
            let sum = b
                .get(..8)
                .and_then(|d| weighted(d, &[1, 3, 7, 9, 1, 3, 7, 9]));
            let card = matches!(b.first(), Some(b'2'..=b'6'));
            card && sum.is_some() && sum.map(|s| s % 10) == b.get(8).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.95,
        words: "medicare|medicare number|medicare card",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("UK_VAT"),
        detector: "uk_vat",
        shapes: &[
            ("GB999999999", 0.6),
            ("GB999 9999 99", 0.6),
            ("GB 999 9999 99", 0.6),
        ],
        check: any,
        checksum: false,
        near: 0.9,
        words: "vat|vat number|vat no|vat registration",
    },
];

/// Modulus 11 over ten digits; a check digit of 10 is never given out.
fn nhs(b: &[u8]) -> bool {
    let sum = b
        .get(..9)
        .and_then(|d| weighted(d, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let wanted = sum.filter(|&s| s > 0).map(|s| (11 - s % 11) % 11);
    wanted.is_some() && wanted == b.get(9).and_then(|&d| digit(d))
}

/// HMRC's manual NIM39110: letters that are not used, prefixes that are not allocated.
fn nino(b: &[u8]) -> bool {
    let &[first, second, .., suffix] = b else {
        return false;
    };
    let free = !b"DFIQUV".contains(&first) && !b"DFIQUVO".contains(&second);
    let prefix: &[u8] = &[first, second];
    let used = ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"]
        .iter()
        .any(|p| p.as_slice() == prefix);
    free && used && (b'A'..=b'D').contains(&suffix)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn numbers_with_their_checks() {
        for (text, kind, value) in [
            ("NHS number 943 476 5919", Kind::UkNhs, "943 476 5919"),
            ("nhs: 9434765919", Kind::UkNhs, "9434765919"),
            ("NINO AB 12 34 56 C", Kind::UkNino, "AB 12 34 56 C"),
            ("AB123456C", Kind::UkNino, "AB123456C"),
            ("ABN 51 824 753 556", Kind::AuAbn, "51 824 753 556"),
            ("ACN 004 085 616", Kind::AuAcn, "004 085 616"),
            ("TFN 876543210", Kind::AuTfn, "876543210"),
            ("medicare 2123 45670 1", Kind::AuMedicare, "2123 45670 1"),
            ("UTR 1955839661", Kind::TaxId, "1955839661"),
            ("PPS number 1234567FA", Kind::TaxId, "1234567FA"),
        ] {
            found(text, kind, value);
        }
    }

    #[test]
    fn wrong_digits_and_prefixes() {
        for (text, kind) in [
            ("NHS 943 476 5918", Kind::UkNhs),
            ("9434765919", Kind::UkNhs),
            ("NINO BG123456C", Kind::UkNino),
            ("NINO AB123456E", Kind::UkNino),
            ("ABN 51 824 753 557", Kind::AuAbn),
            ("TFN 876543211", Kind::AuTfn),
            ("PPS number 1234567GA", Kind::TaxId),
        ] {
            none(text, kind);
        }
    }
}
