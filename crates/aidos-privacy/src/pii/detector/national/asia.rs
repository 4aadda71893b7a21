//! India, Korea, Singapore, Thailand.

use super::{Id, any, is_date6};
use crate::pii::Kind;
use crate::pii::check::{digit, verhoeff, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::InPan,
        subtype: None,
        detector: "in_pan",
        shapes: &[("UUUUU9999U", 0.75), ("AAAAA9999A", 0.4)],
        check: |b| b.get(3).is_some_and(|c| b"ABCEFGHJLPT".contains(c)),
        checksum: false,
        near: 0.95,
        words: "pan|permanent account number|pan card|income tax|pan number",
    },
    Id {
        kind: Kind::InAadhaar,
        subtype: None,
        detector: "in_aadhaar",
        shapes: &[
            ("9999 9999 9999", 0.65),
            ("9999-9999-9999", 0.6),
            ("999999999999", 0.3),
        ],
        check: |b| {
            let turned = b.iter().eq(b.iter().rev());
            matches!(b.first(), Some(b'2'..=b'9')) && !turned && verhoeff(b)
        },
        checksum: true,
        near: 0.98,
        words: "aadhaar|aadhar|uidai|aadhaar number|uid number",
    },
    Id {
        kind: Kind::InVehicleRegistration,
        subtype: None,
        detector: "in_vehicle_registration",
        shapes: &[
            ("UU99UU9999", 0.45),
            ("UU 99 UU 9999", 0.5),
            ("UU-99-UU-9999", 0.5),
            ("UU99U9999", 0.3),
        ],
        check: |b| {
            const STATES: &str =
                "ANAPARASBRCHCGDDDLDNGAGJHRHPJHJKKAKLLALDMHMLMNMPMZNLODORPBPYRJSKTNTRTSUKUPWB";
            let mut states = STATES.as_bytes().chunks(2);
            b.get(..2).is_some_and(|state| states.any(|s| s == state))
        },
        checksum: false,
        near: 0.9,
        words: "vehicle|registration|rto|number plate|vehicle registration|plate|car|bike|license plate",
    },
    Id {
        kind: Kind::InVoter,
        subtype: None,
        detector: "in_voter",
        shapes: &[("AAA9999999", 0.1)],
        check: any,
        checksum: false,
        near: 0.85,
        words: "voter|epic|elector|voter id|voter card|election",
    },
    Id {
        kind: Kind::InPassport,
        subtype: None,
        detector: "in_passport",
        shapes: &[("A9999999", 0.05)],
        check: |b| b.first().is_some_and(|c| !b"QXZ".contains(c)) && b.get(1) != Some(&b'0'),
        checksum: false,
        near: 0.85,
        words: "indian passport|passport|passport number|travel document",
    },
    Id {
        kind: Kind::InGstin,
        subtype: None,
        detector: "in_gstin",
        shapes: &[("99AAAAA9999AXZX", 0.8)],
        check: gstin,
        checksum: true,
        near: 0.98,
        words: "gstin|gst|gst number|goods and services tax",
    },
    Id {
        kind: Kind::KrRrn,
        subtype: None,
        detector: "kr_rrn",
        shapes: &[("999999-9999999", 0.7), ("9999999999999", 0.1)],
        check: |b| is_date6(b, false) && matches!(b.get(6), Some(b'0'..=b'4' | b'9')),
        checksum: false,
        near: 0.95,
        words: "rrn|resident registration|주민등록번호|주민번호|korean|resident registration number",
    },
    Id {
        kind: Kind::KrFrn,
        subtype: None,
        detector: "kr_frn",
        shapes: &[("999999-9999999", 0.7), ("9999999999999", 0.1)],
        check: |b| is_date6(b, false) && matches!(b.get(6), Some(b'5'..=b'8')),
        checksum: false,
        near: 0.95,
        words: "frn|foreigner registration|외국인등록번호|alien registration|arc",
    },
    Id {
        kind: Kind::KrBrn,
        subtype: None,
        detector: "kr_brn",
        shapes: &[("999-99-99999", 0.7), ("9999999999", 0.1)],
        check: |b| {
            let sum = b
                .get(..9)
                .and_then(|d| weighted(d, &[1, 3, 7, 1, 3, 7, 1, 3, 5]));
            let carried = b.get(8).and_then(|&d| digit(d)).map(|d| d * 5 / 10);
            let last = b.get(9).and_then(|&d| digit(d));
            matches!((sum, carried, last), (Some(s), Some(c), Some(l)) if (s + c + l).is_multiple_of(10))
        },
        checksum: true,
        near: 0.95,
        words: "brn|business registration|사업자등록번호|business registration number",
    },
    Id {
        kind: Kind::KrDriverLicense,
        subtype: None,
        detector: "kr_driver_license",
        shapes: &[("99-99-999999-99", 0.6), ("999999999999", 0.05)],
        check: |b| {
            b.get(..2)
                .and_then(crate::pii::check::number)
                .is_some_and(|r| (11..=28).contains(&r))
        },
        checksum: false,
        near: 0.9,
        words: "운전면허|운전면허번호|korean driver license|driver license|driving license|면허번호",
    },
    Id {
        kind: Kind::KrPassport,
        subtype: None,
        detector: "kr_passport",
        shapes: &[("A99999999", 0.05), ("A999A9999", 0.2)],
        check: |b| b.first().is_some_and(|c| b"MSRODG".contains(c)),
        checksum: false,
        near: 0.85,
        words: "korean passport|여권|여권번호|korea passport",
    },
    Id {
        kind: Kind::SgNricFin,
        subtype: None,
        detector: "sg_nric_fin",
        shapes: &[("A9999999A", 0.75)],
        check: nric,
        checksum: true,
        near: 0.98,
        words: "nric|fin|identification number|nric number|singapore",
    },
    Id {
        kind: Kind::SgUen,
        subtype: None,
        detector: "sg_uen",
        shapes: &[("99999999A", 0.1), ("999999999A", 0.2), ("U99UU9999A", 0.5)],
        check: |b| match b.first() {
            Some(b'T' | b'S' | b'R') => b.get(1).is_some_and(u8::is_ascii_digit),
            _ => b.iter().take(8).all(u8::is_ascii_digit),
        },
        checksum: false,
        near: 0.9,
        words: "uen|unique entity number|business registration|acra",
    },
    Id {
        kind: Kind::ThTnin,
        subtype: None,
        detector: "th_tnin",
        shapes: &[
            ("9-9999-99999-99-9", 0.85),
            ("9 9999 99999 99 9", 0.75),
            ("9999999999999", 0.2),
        ],
        check: |b| {
            let sum = b
                .get(..12)
                .and_then(|d| weighted(d, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
            let last = b.get(12).and_then(|&d| digit(d));
            b.first() != Some(&b'0') && sum.is_some() && sum.map(|s| (11 - s % 11) % 10) == last
        },
        checksum: true,
        near: 0.97,
        words: "thai|tnin|thai id|national id|เลขประจำตัวประชาชน|บัตรประชาชน|thai national id",
    },
];

/// Base 36: factors 1 and 2 in turn, the digits of each product added.
fn gstin(b: &[u8]) -> bool {
    let value = |c: u8| match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'Z' => Some(u32::from(c - b'A') + 10),
        _ => None,
    };
    let state = b
        .get(..2)
        .and_then(crate::pii::check::number)
        .is_some_and(|s| (1..=38).contains(&s));
    let sum = b
        .iter()
        .take(14)
        .enumerate()
        .try_fold(0, |sum, (place, &c)| {
            let product = value(c)? * if place % 2 == 0 { 1 } else { 2 };
            Some(sum + product / 36 + product % 36)
        });
    state && sum.map(|s| (36 - s % 36) % 36) == b.get(14).and_then(|&c| value(c)) && b.len() == 15
}

/// A letter of the series, seven digits, and a letter that their sum chooses.
fn nric(b: &[u8]) -> bool {
    let &[series, .., last] = b else { return false };
    let sum = b
        .get(1..8)
        .and_then(|d| weighted(d, &[2, 7, 6, 5, 4, 3, 2]));
    let (letters, offset): (&[u8; 11], u32) = match series {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    let rest = sum.map(|s| (s + offset) as usize % 11);
    // The series M counts from the other end.
    let rest = rest.map(|r| if series == b'M' { 10 - r } else { r });
    let letters: &[u8] = if series == b'M' {
        b"KLJNPQRTUWX"
    } else {
        letters
    };
    rest.and_then(|r| letters.get(r)) == Some(&last)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn numbers_with_their_checks() {
        for (text, kind, value) in [
            ("PAN ABCPE1234F", Kind::InPan, "ABCPE1234F"),
            ("aadhaar 2341 2341 2346", Kind::InAadhaar, "2341 2341 2346"),
            (
                "vehicle KA53ME3456",
                Kind::InVehicleRegistration,
                "KA53ME3456",
            ),
            ("voter id KSD1287349", Kind::InVoter, "KSD1287349"),
            ("GSTIN 27AAPFU0939F1ZV", Kind::InGstin, "27AAPFU0939F1ZV"),
            ("960121-1234567", Kind::KrRrn, "960121-1234567"),
            ("960121-5234567", Kind::KrFrn, "960121-5234567"),
            ("NRIC S1234567D", Kind::SgNricFin, "S1234567D"),
            ("FIN G1234567X", Kind::SgNricFin, "G1234567X"),
            ("UEN 53125226D", Kind::SgUen, "53125226D"),
            ("1-1111-11111-11-9", Kind::ThTnin, "1-1111-11111-11-9"),
        ] {
            found(text, kind, value);
        }
    }

    #[test]
    fn wrong_digits_or_no_word() {
        for (text, kind) in [
            ("aadhaar 2341 2341 2347", Kind::InAadhaar),
            ("KSD1287349", Kind::InVoter),
            ("27AAPFU0939F1ZW", Kind::InGstin),
            ("961321-1234567", Kind::KrRrn),
            ("S1234567E", Kind::SgNricFin),
            ("1-1111-11111-11-8", Kind::ThTnin),
        ] {
            none(text, kind);
        }
    }
}
