//! Payment cards: ISO/IEC 7812, 13 to 19 digits, the issuers' ranges and the Luhn digit.

use crate::pii::check::{luhn, number};
use crate::pii::window::{Report, Run, Window};
use crate::pii::words::topic;
use crate::pii::{Kind, Proof};

/// The issuer that a number's first digits and its length name.
fn issuer(digits: &[u8]) -> Option<&'static str> {
    let head = number(digits.get(..6)?)?;
    let (two, three, four) = (head / 10_000, head / 1000, head / 100);
    Some(match (digits.len(), two) {
        (15, 34 | 37) => "American Express",
        (13 | 16 | 19, 40..=49) => "Visa",
        (16, 51..=55) => "Mastercard",
        (16, 22..=27) if (2221..=2720).contains(&four) => "Mastercard",
        (14..=19, 36 | 38 | 39) => "Diners Club",
        (14..=19, 30) if (300..=305).contains(&three) || three == 309 => "Diners Club",
        (16..=19, 35) if (3528..=3589).contains(&four) => "JCB",
        (16..=19, 60) if four == 6011 => "Discover",
        (16..=19, 64) if (644..=649).contains(&three) => "Discover",
        (16..=19, 65) => "Discover",
        (16..=19, 62 | 81) => "UnionPay",
        (13..=19, 50 | 56..=58 | 63 | 67) => "Maestro",
        (16..=19, 60) => "RuPay",
        _ => return None,
    })
}

/// Looks for a card at a run of digits.
pub(crate) fn at_digits(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::CreditCard)
        || w.number_before(run.start)
        || w.word_before(run.start)
        || matches!(w.before(run.start), b'_' | b'+')
    {
        return;
    }
    let mut digits = [0u8; 20];
    let mut count = 0;
    let mut groups = [0usize; 6];
    let mut group = 0;
    let mut place = run.start;
    let mut separator = 0;
    loop {
        let b = w.at(place);
        if b.is_ascii_digit() {
            let Some(slot) = digits.get_mut(count) else {
                return;
            };
            *slot = b;
            count += 1;
            let Some(size) = groups.get_mut(group) else {
                return;
            };
            *size += 1;
        } else if matches!(b, b' ' | b'-')
            && (separator == 0 || separator == b)
            && w.at(place + 1).is_ascii_digit()
        {
            // A short group, or a whole card followed by another number, ends it here.
            if count >= 13 && grouped(groups.get(..=group).unwrap_or_default()) {
                break;
            }
            separator = b;
            group += 1;
        } else {
            break;
        }
        place += 1;
    }
    let groups = groups.get(..=group).unwrap_or_default();
    let Some(digits) = digits.get(..count) else {
        return;
    };
    if count < 13
        || !grouped(groups)
        || w.word_at(place)
        || (w.number_at(place) && w.at(place) != b',')
        || w.at(place) == b'_'
        || !luhn(digits)
    {
        return;
    }
    let Some(issuer) = issuer(digits) else { return };
    let context = w.near(topic::CARD, run.start, place);
    // One number in ten passes Luhn: a bare run needs the usual length or a word beside it.
    let usual = groups.len() > 1 || matches!((count, issuer), (16, _) | (15, "American Express"));
    let rare = matches!(issuer, "Maestro" | "RuPay" | "UnionPay") && groups.len() == 1;
    let score = match (context, usual && !rare) {
        (true, _) => 1.0,
        (false, true) => 0.85,
        (false, false) => 0.4,
    };
    w.report(
        run.start,
        place,
        Report {
            kind: Kind::CreditCard,
            subtype: None,
            detector: "credit_card",
            score,
            proof: Proof::Checked,
            why: "a card issuer's range and length, and its Luhn digit holds",
        },
    );
}

/// Whether digits are grouped as cards are printed: 4-4-4-4, 4-6-5, 4-6-4, or not at all.
fn grouped(groups: &[usize]) -> bool {
    match groups {
        [_] | [4, 6, 4 | 5] => true,
        [4, 4, 4, rest @ ..] => matches!(rest, [1 | 4] | [4, 1..=3]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn cards_of_all_issuers() {
        for (text, value) in [
            ("paid with 4111 1111 1111 1111 today", "4111 1111 1111 1111"),
            ("card 5500-0000-0000-0004.", "5500-0000-0000-0004"),
            ("amex 3782 822463 10005", "3782 822463 10005"),
            ("Karte: 378282246310005", "378282246310005"),
            ("κάρτα 6011111111111117", "6011111111111117"),
            ("tarjeta 30569309025904", "30569309025904"),
            ("carte 3530111333300000,", "3530111333300000"),
            ("2221000000000009", "2221000000000009"),
        ] {
            found(text, Kind::CreditCard, value);
        }
    }

    #[test]
    fn numbers_that_are_no_card() {
        for text in [
            "4111 1111 1111 1112",
            "epoch 1667303045123",
            "id 4111111111111111a",
            "hash 41111111111111111111",
            "1-4111111111111111",
            "serial 9999999999999995",
            "3.4111111111111111",
        ] {
            none(text, Kind::CreditCard);
        }
    }
}
