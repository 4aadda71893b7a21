//! The United States, Canada, Brazil.

use super::{Id, any};
use crate::pii::Kind;
use crate::pii::check::{digit, luhn, number, weighted};

pub(super) const IDS: &[Id] = &[
    Id {
        kind: Kind::UsSsn,
        subtype: None,
        detector: "us_ssn",
        shapes: &[
            ("999-99-9999", 0.75),
            ("999 99 9999", 0.4),
            ("999999999", 0.1),
        ],
        check: ssn,
        checksum: false,
        near: 0.95,
        words: "ssn|ssns|social security|social security number|soc sec|ss#|ssn#|social",
    },
    Id {
        kind: Kind::UsItin,
        subtype: None,
        detector: "us_itin",
        shapes: &[
            ("999-99-9999", 0.7),
            ("999 99 9999", 0.4),
            ("999999999", 0.1),
        ],
        check: itin,
        checksum: false,
        near: 0.95,
        words: "itin|individual taxpayer|taxpayer id|taxpayer identification|tax id|taxpayer",
    },
    Id {
        kind: Kind::UsPassport,
        subtype: None,
        detector: "us_passport",
        shapes: &[("999999999", 0.05), ("A99999999", 0.1)],
        check: any,
        checksum: false,
        near: 0.8,
        words: "us passport|passport|passport number|passport no|travel document",
    },
    Id {
        kind: Kind::UsDriverLicense,
        subtype: None,
        detector: "us_driver_license",
        shapes: &[
            ("A9999999", 0.1),
            ("A99999999", 0.1),
            ("A999999999999", 0.1),
            ("A99999999999", 0.1),
            ("A999-9999-9999", 0.3),
            ("A999-999-99-999-9", 0.3),
            ("AA999999", 0.1),
            ("AA999999A", 0.1),
            ("A999999", 0.1),
            ("AA9999999", 0.1),
            ("99999999", 0.05),
            ("999999999", 0.05),
            ("9999999", 0.05),
        ],
        check: any,
        checksum: false,
        near: 0.75,
        words: "driver license|drivers license|driver's license|driving license|driver licence|driving licence|driver's licence|dl number|license number|dl#|drivers licence|driver license number",
    },
    Id {
        kind: Kind::UsBankNumber,
        subtype: None,
        detector: "us_bank_number",
        shapes: &[
            ("99999999", 0.05),
            ("999999999", 0.05),
            ("9999999999", 0.05),
            ("99999999999", 0.05),
            ("999999999999", 0.05),
            ("9999999999999", 0.05),
            ("99999999999999", 0.05),
            ("999999999999999", 0.05),
            ("9999999999999999", 0.05),
            ("99999999999999999", 0.05),
        ],
        check: any,
        checksum: false,
        near: 0.7,
        words: "bank account|account number|account no|acct number|acct no|bank acct|checking account|savings account|debit account|bank account number|account #|acct #|bank",
    },
    Id {
        kind: Kind::UsBankNumber,
        subtype: Some("ABA_ROUTING"),
        detector: "us_aba_routing",
        shapes: &[("999999999", 0.1), ("9999-9999-9", 0.4)],
        check: |b| weighted(b, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_some_and(|s| s % 10 == 0 && s > 0),
        checksum: true,
        near: 0.85,
        words: "routing|routing number|aba|rtn|aba number|transit number",
    },
    Id {
        kind: Kind::MedicalLicense,
        subtype: None,
        detector: "us_dea",
        shapes: &[("UU9999999", 0.6), ("U99999999", 0.4)],
        check: dea,
        checksum: true,
        near: 0.95,
        words: "dea|medical license|medical licence|dea number|prescriber|physician|certificate|dea registration|doctor|npi",
    },
    Id {
        kind: Kind::MedicalLicense,
        subtype: Some("NPI"),
        detector: "us_npi",
        shapes: &[("9999999999", 0.1)],
        check: |b| {
            let mut whole = *b"80840..........";
            for (slot, &d) in whole.iter_mut().skip(5).zip(b) {
                *slot = d;
            }
            matches!(b.first(), Some(b'1' | b'2')) && luhn(&whole)
        },
        checksum: true,
        near: 0.9,
        words: "npi|national provider|provider identifier|national provider identifier",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("US_EIN"),
        detector: "us_ein",
        shapes: &[("99-9999999", 0.3)],
        check: any,
        checksum: false,
        near: 0.85,
        words: "ein|employer identification|employer id|fein|federal tax id",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("CA_SIN"),
        detector: "ca_sin",
        shapes: &[
            ("999 999 999", 0.3),
            ("999-999-999", 0.45),
            ("999999999", 0.1),
        ],
        check: luhn,
        checksum: true,
        near: 0.9,
        words: "sin|social insurance|social insurance number|numéro d'assurance sociale|nas",
    },
    Id {
        kind: Kind::TaxId,
        subtype: Some("BR_CPF"),
        detector: "br_cpf",
        shapes: &[("999.999.999-99", 0.9), ("99999999999", 0.2)],
        check: cpf,
        checksum: true,
        near: 0.95,
        words: "cpf|cadastro de pessoas",
    },
];

/// Areas, groups and serials that the administration has given out.
fn ssn(b: &[u8]) -> bool {
    let part = |from: usize, to: usize| b.get(from..to).and_then(number);
    match (part(0, 3), part(3, 5), part(5, 9)) {
        (Some(area), Some(group), Some(serial)) => {
            // Numbers that were printed in advertisements belong to nobody.
            let sample = matches!((area, group, serial), (78, 5, 1120) | (123, 45, 6788));
            area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !sample
        }
        _ => false,
    }
}

fn itin(b: &[u8]) -> bool {
    let group = b.get(3..5).and_then(number);
    b.first() == Some(&b'9')
        && group.is_some_and(|g| matches!(g, 50..=65 | 70..=88 | 90..=92 | 94..=99))
}

/// 21 U.S.C. 822: two letters (or a letter and 9), six digits, a check digit.
fn dea(b: &[u8]) -> bool {
    let Some((head, digits)) = b.split_at_checked(2) else {
        return false;
    };
    let registrant = head
        .first()
        .is_some_and(|c| b"ABCDEFGHJKLMPRSTUX".contains(c));
    let second = head
        .get(1)
        .is_some_and(|c| c.is_ascii_alphabetic() || *c == b'9');
    let sum = digits
        .get(..6)
        .and_then(|d| weighted(d, &[1, 2, 1, 2, 1, 2]));
    let last = digits.get(6).and_then(|&d| digit(d));
    registrant && second && last.is_some() && sum.map(|s| s % 10) == last
}

fn cpf(b: &[u8]) -> bool {
    let check = |body: &[u8], weights: &[u32]| weighted(body, weights).map(|s| s * 10 % 11 % 10);
    let same = b.windows(2).all(|two| two.first() == two.last());
    let first = b
        .get(..9)
        .and_then(|body| check(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = b
        .get(..10)
        .and_then(|body| check(body, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    !same
        && first == b.get(9).and_then(|&d| digit(d))
        && second == b.get(10).and_then(|&d| digit(d))
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn numbers_with_their_checks_and_words() {
        for (text, kind, value) in [
            ("SSN 536-90-4399", Kind::UsSsn, "536-90-4399"),
            ("it is 536-90-4399.", Kind::UsSsn, "536-90-4399"),
            (
                "social security number: 536904399",
                Kind::UsSsn,
                "536904399",
            ),
            ("ITIN 912-70-1234", Kind::UsItin, "912-70-1234"),
            ("US passport 912803456", Kind::UsPassport, "912803456"),
            (
                "driver's license H12234567",
                Kind::UsDriverLicense,
                "H12234567",
            ),
            (
                "bank account 945456787654",
                Kind::UsBankNumber,
                "945456787654",
            ),
            ("DEA BB1388568", Kind::MedicalLicense, "BB1388568"),
            ("BB1388568", Kind::MedicalLicense, "BB1388568"),
            ("SIN 046 454 286", Kind::TaxId, "046 454 286"),
            ("CPF 529.982.247-25", Kind::TaxId, "529.982.247-25"),
        ] {
            found(text, kind, value);
        }
    }

    #[test]
    fn without_context_or_with_a_wrong_digit() {
        for (text, kind) in [
            ("536904399", Kind::UsSsn),
            ("666-12-1234", Kind::UsSsn),
            ("000-12-1234 ssn", Kind::UsSsn),
            ("serial 912803456", Kind::UsPassport),
            ("public H1223456", Kind::UsDriverLicense),
            ("len 945456787654", Kind::UsBankNumber),
            ("BB1388567", Kind::MedicalLicense),
            ("CPF 529.982.247-26", Kind::TaxId),
            ("1-536-90-4399", Kind::UsSsn),
        ] {
            none(text, kind);
        }
    }
}
