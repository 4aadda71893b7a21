//! France, Spain, Italy, Portugal, Greece, Romania, Bulgaria, Croatia.

use super::{Id, any, is_date6};
use crate::pii::Kind;
use crate::pii::check::{digit, luhn, mod11_10, number, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::TaxId,
        subtype: Some("FR_NIR"),
        detector: "fr_nir",
        shapes: &[
            ("9 99 99 99 999 999 99", 0.9),
            ("9 99 99 XX 999 999 99", 0.9),
            ("99999XX99999999", 0.75),
            ("9999999999999 99", 0.75),
        ],
        check: nir,
        checksum: true,
        near: 0.98,
        words: "nir|sécurité sociale|numéro de sécurité sociale|numéro de sécu|insee|carte vitale|securite sociale",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("FR_SPI"),
        detector: "fr_spi",
        shapes: &[("9999999999999", 0.1), ("99 99 999 999 999", 0.5)],
        check: |b| {
            let head = b.get(..10).and_then(|d| {
                d.iter()
                    .try_fold(0u64, |n, &c| Some(n * 10 + u64::from(digit(c)?)))
            });
            let key = b.get(10..).and_then(number).map(u64::from);
            matches!(b.first(), Some(b'0'..=b'3')) && key.is_some() && head.map(|n| n % 511) == key
        },
        checksum: true,
        near: 0.95,
        words: "numéro fiscal|spi|numéro fiscal de référence|identifiant fiscal",
    },
    Id {
        kind: Kind::EsNif,
        subtype: None,
        detector: "es_nif",
        shapes: &[
            ("99999999U", 0.7),
            ("99999999A", 0.45),
            ("99999999-A", 0.8),
            ("9999999U", 0.4),
        ],
        check: |b| b.split_last().is_some_and(|(l, n)| spanish(number(n), *l)),
        checksum: true,
        near: 0.98,
        words: "nif|dni|documento nacional|documento nacional de identidad|identificación fiscal",
    },
    Id {
        kind: Kind::EsNie,
        subtype: None,
        detector: "es_nie",
        shapes: &[
            ("A9999999A", 0.75),
            ("A-9999999-A", 0.85),
            ("A-9999999A", 0.8),
        ],
        check: |b| {
            let lead = match b.first() {
                Some(b'X') => 0,
                Some(b'Y') => 10_000_000,
                Some(b'Z') => 20_000_000,
                _ => return false,
            };
            let rest = b.get(1..8).and_then(number).map(|n| n + lead);
            b.get(8).is_some_and(|&l| spanish(rest, l))
        },
        checksum: true,
        near: 0.98,
        words: "nie|número de identificación de extranjero|extranjero|extranjería",
    },
    Id {
        kind: Kind::ItFiscalCode,
        subtype: None,
        detector: "it_fiscal_code",
        shapes: &[("AAAAAAXXAXXAXXXA", 0.95), ("AAA AAA XXAXX AXXXA", 0.95)],
        check: codice_fiscale,
        checksum: true,
        near: 1.0,
        words: "codice fiscale|cf|c.f.|cod. fisc|fiscal code",
    },
    Id {
        kind: Kind::ItVatCode,
        subtype: None,
        detector: "it_vat_code",
        shapes: &[("99999999999", 0.1), ("IT99999999999", 0.8)],
        check: |b| {
            let b = b.strip_prefix(b"IT").unwrap_or(b);
            b.iter().any(|&d| d != b'0') && luhn(b)
        },
        checksum: true,
        near: 0.95,
        words: "partita iva|p.iva|p. iva|iva|piva|pi",
    },
    Id {
        kind: Kind::ItDriverLicense,
        subtype: None,
        detector: "it_driver_license",
        shapes: &[("AA9999999A", 0.2), ("U19999999A", 0.2)],
        check: any,
        checksum: false,
        near: 0.85,
        words: "patente|patente di guida|licenza di guida|n. patente|patente n",
    },
    Id {
        kind: Kind::ItPassport,
        subtype: None,
        detector: "it_passport",
        shapes: &[("AA9999999", 0.05)],
        check: any,
        checksum: false,
        near: 0.85,
        words: "passaporto|numero passaporto|elettronico passaporto|passaporti",
    },
    Id {
        kind: Kind::ItIdentityCard,
        subtype: None,
        detector: "it_identity_card",
        shapes: &[
            ("AA99999AA", 0.3),
            ("AA9999999", 0.05),
            ("9999999AA", 0.1),
            ("AA 9999999", 0.1),
        ],
        check: any,
        checksum: false,
        near: 0.85,
        words: "carta d'identità|carta identità|carta di identità|cie|documento d'identità|carta d'identita",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("PT_NIF"),
        detector: "pt_nif",
        shapes: &[
            ("999999999", 0.1),
            ("999 999 999", 0.3),
            ("PT999999999", 0.7),
        ],
        check: |b| {
            let b = b.strip_prefix(b"PT").unwrap_or(b);
            let sum = b
                .get(..8)
                .and_then(|d| weighted(d, &[9, 8, 7, 6, 5, 4, 3, 2]));
            let wanted = sum.map(|s| if s % 11 < 2 { 0 } else { 11 - s % 11 });
            let lead = matches!(b.first(), Some(b'1'..=b'3' | b'5' | b'6' | b'8' | b'9'));
            lead && wanted.is_some() && wanted == b.get(8).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.95,
        words: "nif|contribuinte|número de contribuinte|número de identificação fiscal|nipc",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("GR_AFM"),
        detector: "gr_afm",
        shapes: &[
            ("999999999", 0.1),
            ("EL999999999", 0.8),
            ("EL 999999999", 0.7),
        ],
        check: afm,
        checksum: true,
        near: 0.97,
        words: "αφμ|α.φ.μ|α.φ.μ.|afm|αριθμός φορολογικού μητρώου|φορολογικού μητρώου|a.f.m|a.f.m.|vat|tin|tax number|tax id",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("GR_AMKA"),
        detector: "gr_amka",
        shapes: &[("99999999999", 0.35)],
        check: |b| is_date6(b, true) && luhn(b),
        checksum: true,
        near: 0.97,
        words: "αμκα|α.μ.κ.α|α.μ.κ.α.|amka|μητρώου κοινωνικής ασφάλισης|κοινωνικής ασφάλισης|social security|a.m.k.a",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("GR_ID_CARD"),
        detector: "gr_id_card",
        shapes: &[("AA-999999", 0.1), ("AA 999999", 0.1), ("AA999999", 0.05)],
        check: any,
        checksum: false,
        near: 0.8,
        words: "αδτ|α.δ.τ|α.δ.τ.|αριθμός ταυτότητας|ταυτότητα|ταυτότητας|δελτίο ταυτότητας|greek id",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("RO_CNP"),
        detector: "ro_cnp",
        shapes: &[("9999999999999", 0.3)],
        check: |b| {
            let sum = b
                .get(..12)
                .and_then(|d| weighted(d, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]));
            let wanted = sum.map(|s| if s % 11 == 10 { 1 } else { s % 11 });
            let dated = b.get(1..).is_some_and(|d| is_date6(d, false));
            dated && wanted.is_some() && wanted == b.get(12).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.97,
        words: "cnp|cod numeric personal",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("BG_EGN"),
        detector: "bg_egn",
        shapes: &[("9999999999", 0.1)],
        check: |b| {
            let sum = b
                .get(..9)
                .and_then(|d| weighted(d, &[2, 4, 8, 5, 10, 9, 7, 3, 6]));
            sum.is_some() && sum.map(|s| s % 11 % 10) == b.get(9).and_then(|&d| digit(d))
        },
        checksum: true,
        near: 0.95,
        words: "егн|egn|единен граждански номер",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("HR_OIB"),
        detector: "hr_oib",
        shapes: &[("99999999999", 0.2)],
        check: mod11_10,
        checksum: true,
        near: 0.95,
        words: "oib|osobni identifikacijski broj",
    },
];

/// The letter of a Spanish number: its remainder by 23.
fn spanish(number: Option<u32>, letter: u8) -> bool {
    number.is_some_and(|n| b"TRWAGMYFPDXBNJZSQVHLCKE".get(n as usize % 23) == Some(&letter))
}

/// Sex, year, month, department (2A and 2B on Corsica), and the key: 97 less the remainder.
fn nir(b: &[u8]) -> bool {
    let mut value = 0u64;
    let mut corsica = 0;
    for (place, &c) in b.iter().take(13).enumerate() {
        let d = match (place, c) {
            (6, b'A') => {
                corsica = 1_000_000;
                0
            }
            (6, b'B') => {
                corsica = 2_000_000;
                0
            }
            _ => match digit(c) {
                Some(d) => d,
                None => return false,
            },
        };
        value = value * 10 + u64::from(d);
    }
    if corsica > 0 && b.get(5) != Some(&b'2') {
        return false;
    }
    let month = b.get(3..5).and_then(number).unwrap_or(0);
    let key = b.get(13..).and_then(number).map(u64::from);
    let lead = matches!(b.first(), Some(b'1'..=b'4' | b'7' | b'8'));
    let months = matches!(month, 1..=12 | 20..=42 | 50..=99);
    let rest = value.saturating_sub(corsica) % 97;
    b.len() == 15 && lead && months && key == Some(97 - rest)
}

/// Sixteen characters; the last is a sum over the odd and even places (D.M. 12 March 1974).
fn codice_fiscale(b: &[u8]) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, // 0–9
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    // Where two people would share a code, letters stand for digits.
    let digits_at = [6usize, 7, 9, 10, 12, 13, 14];
    let fits = digits_at.iter().all(|&p| {
        b.get(p)
            .is_some_and(|c| c.is_ascii_digit() || b"LMNPQRSTUV".contains(c))
    });
    let month = b.get(8).is_some_and(|c| b"ABCDEHLMPRST".contains(c));
    let Some((&last, body)) = b.split_last() else {
        return false;
    };
    let sum = body.iter().enumerate().try_fold(0, |sum, (place, &c)| {
        let (index, even) = match c {
            b'0'..=b'9' => (usize::from(c - b'0'), u32::from(c - b'0')),
            b'A'..=b'Z' => (usize::from(c - b'A') + 10, u32::from(c - b'A')),
            _ => return None,
        };
        Some(
            sum + if place % 2 == 0 {
                ODD.get(index).copied()?
            } else {
                even
            },
        )
    });
    b.len() == 16
        && fits
        && month
        && sum.map(|s| s % 26) == Some(u32::from(last.wrapping_sub(b'A')))
}

/// Nine digits: powers of two, modulo 11, modulo 10.
fn afm(b: &[u8]) -> bool {
    let b = b.strip_prefix(b"EL").unwrap_or(b);
    let sum = b
        .get(..8)
        .and_then(|d| weighted(d, &[256, 128, 64, 32, 16, 8, 4, 2]));
    let wanted = sum.filter(|&s| s > 0).map(|s| s % 11 % 10);
    wanted.is_some() && wanted == b.get(8).and_then(|&d| digit(d))
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn numbers_with_their_checks() {
        found_as(
            "NIR 2 55 08 14 168 025 38",
            Kind::TaxId,
            "FR_NIR",
            "2 55 08 14 168 025 38",
        );
        found_as(
            "sécurité sociale: 255081416802538",
            Kind::TaxId,
            "FR_NIR",
            "255081416802538",
        );
        found("DNI 12345678Z", Kind::EsNif, "12345678Z");
        found("12345678-z", Kind::EsNif, "12345678-z");
        found("NIE X1234567L", Kind::EsNie, "X1234567L");
        found(
            "codice fiscale RSSMRA85T10A562S.",
            Kind::ItFiscalCode,
            "RSSMRA85T10A562S",
        );
        found("P.IVA 12345670017", Kind::ItVatCode, "12345670017");
        found("patente AA1234567B", Kind::ItDriverLicense, "AA1234567B");
        found("passaporto YA1234567", Kind::ItPassport, "YA1234567");
        found(
            "carta d'identità CA12345AA",
            Kind::ItIdentityCard,
            "CA12345AA",
        );
        found_as("contribuinte 123456789", Kind::TaxId, "PT_NIF", "123456789");
        found_as("ΑΦΜ: 090000045", Kind::TaxId, "GR_AFM", "090000045");
        found_as("ΑΜΚΑ 01018012342", Kind::TaxId, "GR_AMKA", "01018012342");
        found_as("OIB 94577403194", Kind::TaxId, "HR_OIB", "94577403194");
    }

    #[test]
    fn wrong_digits_or_no_word() {
        for (text, kind) in [
            ("2 55 08 14 168 025 39", Kind::TaxId),
            ("DNI 12345678A", Kind::EsNif),
            ("NIE X1234567M", Kind::EsNie),
            ("RSSMRA85T10A562T", Kind::ItFiscalCode),
            ("RSSMRA85Z10A562S", Kind::ItFiscalCode),
            ("12345670017", Kind::ItVatCode),
            ("ΑΦΜ: 090000046", Kind::TaxId),
            ("090000045", Kind::TaxId),
            ("ΑΜΚΑ 41018012345", Kind::TaxId),
            ("YA1234567", Kind::ItPassport),
        ] {
            none(text, kind);
        }
    }
}
