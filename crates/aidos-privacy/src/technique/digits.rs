//! Numbers that stay valid: format-preserving encryption of the payload, check digits computed anew.
//!
//! FF1 over the payload digits (below a million values: a keyed permutation), the tweak being shape and kept
//! part. Separators, length and the place of each digit stay. What would not be valid (an SSN with area 666, an
//! NHS number without check digit, a date in an AMKA that does not exist) is walked past, so every output is one
//! that the shape allows. A value whose own check digit is wrong is refused: it is another thing.
//!
//! Keeps: equality, format, validity, country of an IBAN, kept prefix. Leaks: frequency; where few values are
//! possible, a dictionary of who can have values hidden, and some that stay (of single digits one in ten). National check keys inside the BBAN (FR, ES, IT) are
//! not computed. An output may be somebody else's real number: mark documents as anonymised. Back with the key.
//! Not idempotent by the value, see [`Ledger`](super::Ledger).

use serde::{Deserialize, Serialize};

use super::Error;
use super::permute::{Permutation, join, split};
use crate::key::CommunityKey;

mod shape;

use shape::{
    AMKA_DATES, afm_check, amka_date, amka_index, iban_check, is_ssn, luhn_check, nhs_check,
};

/// What the digits of a value mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Digits {
    /// A payment card, 12 to 19 digits with Luhn's check digit (ISO/IEC 7812).
    Card {
        /// How many leading digits stay: 6 or 8 keep the issuer, 0 hides it.
        #[serde(default)]
        keep: u8,
    },
    /// An IBAN (ISO 13616): country stays, all else is hidden, mod 97 is right.
    Iban,
    /// A Greek tax number: 9 digits, the last a check digit.
    Afm,
    /// A Greek social security number: date of birth, serial, Luhn; the date stays one that exists.
    Amka,
    /// A social security number of the United States: no area 000, 666 or 9xx, no group 00, no serial 0000.
    Ssn,
    /// A number of the NHS in the United Kingdom: 10 digits, check by mod 11.
    Nhs,
    /// Any number with Luhn's check digit at its end.
    Luhn,
    /// Any digits without a check digit: telephone, account, ticket.
    Plain {
        /// How many leading digits stay, such as those of a country.
        #[serde(default)]
        keep: u8,
    },
}

impl Digits {
    /// The number that stands for this one, in the same format.
    ///
    /// # Errors
    /// Length, letters or check digit are not those of the shape.
    ///
    /// ```
    /// # use aidos_privacy::{key::CommunityKey, technique::digits::Digits};
    /// let key = CommunityKey::from_bytes([7; 32]);
    /// let card = Digits::Card { keep: 6 };
    /// let hidden = card.hide("CREDIT_CARD", "4111 1111 1111 1111", &key)?;
    /// assert!(hidden.starts_with("4111 11") && hidden.len() == 19);
    /// assert_eq!(card.restore("CREDIT_CARD", &hidden, &key)?, "4111 1111 1111 1111");
    /// # Ok::<(), aidos_privacy::technique::Error>(())
    /// ```
    pub fn hide(&self, kind: &str, value: &str, key: &CommunityKey) -> Result<String, Error> {
        self.change(kind, value, key, false)
    }

    /// The number that [`Digits::hide`] hid.
    ///
    /// # Errors
    /// As for [`Digits::hide`].
    pub fn restore(&self, kind: &str, hidden: &str, key: &CommunityKey) -> Result<String, Error> {
        self.change(kind, hidden, key, true)
    }

    /// The shape's name: its tweak, so that one number in two shapes gives two outputs.
    fn word(self) -> &'static str {
        match self {
            Self::Card { .. } => "card",
            Self::Iban => "iban",
            Self::Afm => "afm",
            Self::Amka => "amka",
            Self::Ssn => "ssn",
            Self::Nhs => "nhs",
            Self::Luhn => "luhn",
            Self::Plain { .. } => "plain",
        }
    }

    fn change(
        self,
        kind: &str,
        value: &str,
        key: &CommunityKey,
        back: bool,
    ) -> Result<String, Error> {
        let permutation = Permutation::new(key, "digits", self.word());
        if matches!(self, Self::Iban) {
            let letters: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).collect();
            let changed =
                iban(&permutation, &letters, back).map_err(|reason| refused(kind, reason))?;
            return Ok(refill(value, &changed, |letter| {
                letter.is_ascii_alphanumeric()
            }));
        }
        let digits: Vec<u8> = value
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|digit| digit - b'0')
            .collect();
        if value.chars().any(char::is_alphabetic) {
            return Err(refused(kind, "it holds letters"));
        }
        let changed = self
            .payload(&permutation, &digits, back)
            .map_err(|reason| refused(kind, reason))?;
        let text: Vec<u8> = changed.iter().map(|digit| b'0' + digit).collect();
        Ok(refill(value, &text, |letter| letter.is_ascii_digit()))
    }

    /// The digits, changed; or what is wrong with them.
    fn payload(
        self,
        permutation: &Permutation,
        digits: &[u8],
        back: bool,
    ) -> Result<Vec<u8>, &'static str> {
        let wanted = match self {
            Self::Card { .. } => 12..=19,
            Self::Afm | Self::Ssn => 9..=9,
            Self::Amka => 11..=11,
            Self::Nhs => 10..=10,
            Self::Luhn => 2..=64,
            Self::Plain { .. } | Self::Iban => 1..=64,
        };
        if !wanted.contains(&digits.len()) {
            return Err("it has not the number of digits of its shape");
        }
        let (body, check) = match digits.split_last() {
            Some((check, body)) if !matches!(self, Self::Ssn | Self::Plain { .. } | Self::Iban) => {
                (body, Some(*check))
            }
            _ => (digits, None),
        };
        let right = |body: &[u8]| match self {
            Self::Card { .. } | Self::Luhn | Self::Amka => Some(luhn_check(body)),
            Self::Afm => Some(afm_check(body)),
            Self::Nhs => nhs_check(body),
            Self::Ssn | Self::Plain { .. } | Self::Iban => None,
        };
        if check != right(body) {
            return Err("its check digit is wrong");
        }
        let changed = match self {
            Self::Card { keep } | Self::Plain { keep } => {
                let keep = usize::from(keep).min(body.len());
                let (kept, rest) = body.split_at(keep);
                [kept, &permutation.digits(kept, rest, 10, back)].concat()
            }
            Self::Afm | Self::Luhn | Self::Iban => permutation.digits(b"", body, 10, back),
            Self::Nhs => {
                let is_in = |number| nhs_check(&split(number, 9, 10)).is_some();
                split(
                    permutation.decimal(b"", join(body, 10), 9, back, is_in),
                    9,
                    10,
                )
            }
            Self::Ssn => {
                if !is_ssn(join(body, 10)) {
                    return Err("no such number is given out");
                }
                split(
                    permutation.decimal(b"", join(body, 10), 9, back, is_ssn),
                    9,
                    10,
                )
            }
            Self::Amka => {
                let (date, serial) = body.split_at_checked(6).unwrap_or((body, &[]));
                let date = amka_index(date).ok_or("its date does not exist")?;
                let number = date * 10_000 + join(serial, 10);
                let is_in = |number| number < AMKA_DATES * 10_000;
                let number = permutation.decimal(b"", number, 9, back, is_in);
                let date = amka_date(number / 10_000);
                [date, split(number % 10_000, 4, 10)].concat()
            }
        };
        let check = right(&changed);
        Ok(changed.into_iter().chain(check).collect())
    }
}

fn refused(kind: &str, reason: &'static str) -> Error {
    Error::Shape {
        kind: kind.to_owned(),
        technique: "digits",
        reason,
    }
}

/// Country and two check digits, then digits among digits and letters among letters, in their places.
fn iban(permutation: &Permutation, text: &[u8], back: bool) -> Result<Vec<u8>, &'static str> {
    let (country, rest) = text.split_at_checked(2).ok_or("it is too short")?;
    let (check, bban) = rest.split_at_checked(2).ok_or("it is too short")?;
    if !(11..=30).contains(&bban.len()) || !country.iter().all(u8::is_ascii_alphabetic) {
        return Err("it is no IBAN");
    }
    if *check != iban_check(country, bban) {
        return Err("its check digits are wrong");
    }
    let numbers: Vec<u8> = bban
        .iter()
        .filter(|byte| byte.is_ascii_digit())
        .map(|byte| byte - b'0')
        .collect();
    let letters: Vec<u8> = bban
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .map(|byte| byte.to_ascii_uppercase() - b'A')
        .collect();
    // Where letters stand is the country's, so it may be shown; it is the tweak of both.
    let tweak: Vec<u8> = country
        .iter()
        .map(u8::to_ascii_uppercase)
        .chain(bban.iter().map(|byte| u8::from(byte.is_ascii_digit())))
        .collect();
    let mut numbers = permutation.digits(&tweak, &numbers, 10, back).into_iter();
    let mut letters = permutation.digits(&tweak, &letters, 26, back).into_iter();
    let changed: Vec<u8> = bban
        .iter()
        .map(|byte| {
            if byte.is_ascii_digit() {
                numbers.next().map_or(*byte, |digit| b'0' + digit)
            } else {
                let first = if byte.is_ascii_lowercase() {
                    b'a'
                } else {
                    b'A'
                };
                letters.next().map_or(*byte, |letter| first + letter)
            }
        })
        .collect();
    let check = iban_check(country, &changed);
    Ok([country, &check, &changed].concat())
}

/// The text with those letters that are meant replaced in order.
fn refill(text: &str, with: &[u8], is_meant: impl Fn(char) -> bool) -> String {
    let mut with = with.iter();
    text.chars()
        .map(|letter| {
            if is_meant(letter) {
                with.next().map_or(letter, |byte| char::from(*byte))
            } else {
                letter
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    fn number(shape: Digits, body: &[u8]) -> Option<String> {
        let mut digits = body.to_vec();
        digits.extend(match shape {
            Digits::Card { .. } | Digits::Luhn | Digits::Amka => Some(luhn_check(body)),
            Digits::Afm => Some(afm_check(body)),
            Digits::Nhs => Some(nhs_check(body)?),
            _ => None,
        });
        Some(
            digits
                .iter()
                .map(|digit| char::from(b'0' + digit))
                .collect(),
        )
    }

    /// Check digits that others published: a test card, the example of the IBAN registry, an AFM, an NHS number.
    #[test]
    fn published_numbers_are_valid() {
        for (shape, text) in [
            (Digits::Card { keep: 0 }, "4111-1111-1111-1111"),
            (Digits::Card { keep: 6 }, "378282246310005"),
            (Digits::Iban, "GB29 NWBK 6016 1331 9268 19"),
            (Digits::Iban, "GR16 0110 1250 0000 0001 2300 695"),
            (Digits::Iban, "DE89370400440532013000"),
            (Digits::Afm, "094014201"),
            (Digits::Nhs, "943 476 5919"),
            (Digits::Ssn, "078-05-1120"),
            (Digits::Luhn, "79927398713"),
            (Digits::Plain { keep: 2 }, "+30 210 123 4567"),
        ] {
            let hidden = shape.hide("X", text, &key(1)).unwrap();
            assert_ne!(hidden, text);
            assert_ne!(hidden, shape.hide("X", text, &key(2)).unwrap());
            assert_eq!(shape.restore("X", &hidden, &key(1)).unwrap(), text);
            let form = |text: &str| -> String {
                text.chars()
                    .map(|c| {
                        if c.is_ascii_digit() {
                            '0'
                        } else if c.is_alphabetic() {
                            'A'
                        } else {
                            c
                        }
                    })
                    .collect()
            };
            assert_eq!(form(&hidden), form(text));
        }
        let phone = Digits::Plain { keep: 2 };
        assert!(
            phone
                .hide("X", "+30 210 123 4567", &key(1))
                .unwrap()
                .starts_with("+30 ")
        );
        assert!(
            Digits::Iban
                .hide("X", "GB29NWBK60161331926819", &key(1))
                .unwrap()
                .starts_with("GB")
        );
    }

    #[test]
    fn what_is_not_valid_is_refused() {
        for (shape, text) in [
            (Digits::Card { keep: 0 }, "4111-1111-1111-1112"),
            (Digits::Card { keep: 0 }, "4111"),
            (Digits::Iban, "GB28 NWBK 6016 1331 9268 19"),
            (Digits::Iban, ""),
            (Digits::Iban, "ééGB"),
            (Digits::Afm, "094014202"),
            (Digits::Nhs, "943 476 5918"),
            (Digits::Ssn, "666-05-1120"),
            (Digits::Ssn, "078-00-1120"),
            (Digits::Amka, "31029900006"),
            (Digits::Plain { keep: 0 }, ""),
            (Digits::Plain { keep: 0 }, "call 5"),
        ] {
            assert!(shape.hide("X", text, &key(1)).is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn outputs_are_valid_and_come_back(
            body in prop::collection::vec(0..10_u8, 18),
            length in 11..19_usize,
            which in 0..8_usize,
        ) {
            let shape = [
                Digits::Card { keep: 6 }, Digits::Card { keep: 0 }, Digits::Afm, Digits::Amka, Digits::Ssn, Digits::Nhs,
                Digits::Luhn, Digits::Plain { keep: 3 },
            ][which];
            let length = match shape {
                Digits::Afm => 8,
                Digits::Amka => 10,
                Digits::Ssn | Digits::Nhs => 9,
                Digits::Luhn | Digits::Plain { .. } => length - 10,
                _ => length,
            };
            let mut body = body[..length].to_vec();
            if matches!(shape, Digits::Amka) {
                let date = amka_date(join(&body, 10) % AMKA_DATES);
                body[..6].copy_from_slice(&date);
            }
            let Some(text) = number(shape, &body) else { return Ok(()) };
            if matches!(shape, Digits::Ssn) && !is_ssn(join(&body, 10)) {
                prop_assert!(shape.hide("X", &text, &key(1)).is_err());
                return Ok(());
            }
            let hidden = shape.hide("X", &text, &key(1)).unwrap();
            prop_assert_eq!(hidden.len(), text.len());
            // Restoring checks the check digit of the output before it goes on.
            prop_assert_eq!(shape.restore("X", &hidden, &key(1)).unwrap(), text);
        }

        #[test]
        fn any_text_is_an_answer(text: String, which in 0..4_usize) {
            let shape = [Digits::Iban, Digits::Plain { keep: 200 }, Digits::Luhn, Digits::Amka][which];
            if let Ok(hidden) = shape.hide("X", &text, &key(1)) {
                prop_assert_eq!(shape.restore("X", &hidden, &key(1)).unwrap(), text);
            }
        }
    }
}
