//! What a single value looks like, by itself.

mod names;
mod technical;

use super::date;
use super::header::fold;
use super::lexicon::Lexicon;
use crate::pii::check::{luhn, mod97};
use names::{is_account, is_host, is_known, is_names, is_secret, is_user};
use technical::{
    is_asn, is_cve, is_domain, is_email, is_file, is_ip, is_json, is_stix_id, is_technique, is_url,
    is_user_agent, is_uuid,
};

/// Declares [`Shape`] and how many there are.
macro_rules! shapes {
    ($($name:ident: $doc:literal,)*) => {
        /// A way in which a value can look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Shape { $(#[doc = $doc] $name,)* Count }
    };
}

shapes! {
    Ip: "an IP address, also with port or prefix",
    Mac: "six octets in hexadecimal digits",
    Email: "an e-mail address",
    Url: "a URL with its scheme",
    Domain: "a domain name",
    Uuid: "a UUID",
    Hash: "32, 40, 64 or 128 hexadecimal digits",
    Cve: "CVE, a year and a number",
    Technique: "T and four digits",
    StixId: "a STIX type and a UUID",
    Asn: "AS and a number",
    Iban: "an account number that passes modulo 97",
    Crypto: "the address of a wallet by its form",
    Card: "13 to 19 digits that pass Luhn",
    CardDigits: "13 to 19 digits in groups of a card",
    PhoneStrong: "a telephone number with its country, brackets or groups",
    PhoneWeak: "the digits of a telephone number",
    Date: "a date",
    DateTime: "a date with a clock time",
    Epoch: "seconds or milliseconds since 1970",
    Bic: "a bank identifier code",
    Icd: "an ICD-10 code",
    UserAgent: "a program with its version",
    FilePath: "a path or the name of a file",
    ZipStrong: "a postal code with letters or a separator",
    ZipWeak: "four to six digits",
    LatLon: "degrees with at least three decimals",
    Integer: "a whole number",
    Decimal: "a number with a fraction",
    Money: "a number with a sign of currency, or two decimals",
    Json: "a JSON object or array",
    HostName: "a name of a machine",
    UserName: "a name of an account",
    Secret: "a password or key",
    Person: "two to four capitalised words, one of them a known name",
    Names: "two to four capitalised words",
    Account: "small letters, digits, points: the form of a name of an account",
    Address: "words and a number",
    Capital: "capitalised words without digits",
    Word: "a single word",
    Sentence: "five words or more",
    Digits: "digits alone",
}

/// A bit for each shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shapes(u64);

impl Shapes {
    fn add(&mut self, shape: Shape, fits: bool) {
        if fits {
            self.0 |= 1 << shape as u64;
        }
    }

    pub(crate) fn has(self, shape: Shape) -> bool {
        self.0 >> (shape as u64) & 1 == 1
    }
}

/// The shapes of a value.
pub(crate) fn of(value: &str, lexicon: &Lexicon) -> Shapes {
    let mut all = Shapes::default();
    let bytes = value.as_bytes();
    let words = value.split_whitespace().count();
    all.add(Shape::Sentence, words >= 5);
    if value.len() > 300 {
        all.add(Shape::Json, is_json(value));
        all.add(Shape::UserAgent, is_user_agent(value));
        all.add(Shape::Url, is_url(value));
        return all;
    }
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    all.add(Shape::Ip, is_ip(value));
    all.add(Shape::Mac, aidos_model::Mac::parse(value).is_some());
    all.add(Shape::Email, is_email(value));
    all.add(Shape::Url, is_url(value));
    all.add(Shape::Uuid, is_uuid(value));
    let hexadecimal = bytes.iter().all(u8::is_ascii_hexdigit);
    let long = matches!(bytes.len(), 32 | 40 | 64 | 128);
    all.add(Shape::Hash, hexadecimal && long && digits < bytes.len());
    all.add(Shape::Cve, is_cve(value));
    all.add(Shape::Technique, is_technique(value));
    all.add(Shape::StixId, is_stix_id(value));
    all.add(Shape::Asn, is_asn(value));
    all.add(Shape::Iban, is_iban(value));
    all.add(Shape::Crypto, is_wallet(value));
    all.add(Shape::Json, is_json(value));
    all.add(Shape::UserAgent, is_user_agent(value));
    all.add(Shape::FilePath, is_file(value));
    all.add(
        Shape::Domain,
        is_domain(value) && !all.has(Shape::FilePath) && !all.has(Shape::Ip),
    );
    if digits > 0 && !all.has(Shape::Ip) {
        let card = is_card(value);
        all.add(Shape::CardDigits, card.is_some());
        all.add(Shape::Card, card == Some(true));
        let phone = phone(value, digits);
        all.add(Shape::PhoneStrong, phone == Some(true));
        all.add(Shape::PhoneWeak, phone.is_some());
        let date = date::read(value);
        all.add(Shape::Date, date.is_some());
        all.add(Shape::DateTime, date.is_some_and(|d| d.clock));
        all.add(Shape::ZipStrong, is_zip(value));
        all.add(Shape::Icd, is_icd(value));
    }
    all.add(Shape::Digits, digits == bytes.len() && digits > 0);
    all.add(
        Shape::ZipWeak,
        all.has(Shape::Digits) && (4..=6).contains(&digits),
    );
    if let Some(number) = number(value) {
        let fraction = value.split_once(['.', ',']).map_or(0, |(_, f)| f.len());
        all.add(Shape::Integer, fraction == 0 && !value.contains(['e', 'E']));
        all.add(Shape::Decimal, fraction > 0);
        all.add(Shape::LatLon, fraction >= 3 && number.abs() <= 180.0);
        all.add(Shape::Money, fraction == 2);
        let epoch = [1.0, 1e3, 1e6]
            .iter()
            .any(|unit| (6.3e8..4.2e9).contains(&(number / unit)));
        all.add(Shape::Epoch, epoch && number > 0.0);
    } else {
        all.add(Shape::Money, is_money(value, digits));
    }
    all.add(Shape::Bic, is_bic(value));
    if !all.has(Shape::Email) && !all.has(Shape::Url) {
        let folded = fold(value);
        all.add(Shape::HostName, is_host(value, &folded));
        all.add(Shape::UserName, is_user(value, &folded, lexicon));
        all.add(Shape::Secret, is_secret(value, letters, digits));
        let names = is_names(value, words);
        all.add(Shape::Names, names);
        all.add(Shape::Person, names && is_known(&folded, lexicon));
        all.add(Shape::Account, is_account(value));
    }
    all.add(
        Shape::Address,
        words >= 2 && digits > 0 && digits <= 9 && letters >= 4,
    );
    let capital = value.chars().next().is_some_and(char::is_uppercase);
    all.add(
        Shape::Capital,
        capital && digits == 0 && letters >= 2 && words <= 4,
    );
    all.add(Shape::Word, words == 1 && letters > 0);
    all
}

/// The number that a value is, with a point or a comma before the fraction.
pub(crate) fn number(value: &str) -> Option<f64> {
    let first = value.trim_start_matches(['-', '+']).bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') || value.len() > 40 {
        return None;
    }
    let plain = match value.split_once(',') {
        Some((whole, fraction)) if !value.contains('.') && fraction.len() != 3 => {
            format!("{whole}.{fraction}")
        }
        _ => value.to_owned(),
    };
    plain.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Whether 13 to 19 digits in groups pass Luhn; `None` for what is written otherwise.
fn is_card(value: &str) -> Option<bool> {
    let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
    let other = value
        .bytes()
        .any(|b| !b.is_ascii_digit() && b != b' ' && b != b'-');
    let groups = value
        .split([' ', '-'])
        .all(|g| (4..=19).contains(&g.len()) || (1..4).contains(&g.len()));
    if other || !(13..=19).contains(&digits.len()) || !groups {
        return None;
    }
    let network = matches!(digits.first(), Some(b'2'..=b'6'));
    Some(network && luhn(&digits))
}

/// Whether a value looks like a telephone number: surely, perhaps, or not.
fn phone(value: &str, digits: usize) -> Option<bool> {
    let number = value.strip_prefix("tel:").unwrap_or(value);
    let (number, extension) = match number.find(['x', 'e']) {
        Some(at) => number.split_at(at),
        None => (number, ""),
    };
    let extension =
        extension.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '.' || c == ' ');
    if !extension.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fine = |b: u8| b.is_ascii_digit() || b" ()+-./".contains(&b);
    let number = number.trim();
    let count = number.bytes().filter(u8::is_ascii_digit).count();
    if !number.bytes().all(fine) || !(7..=15).contains(&count) || digits > 20 {
        return None;
    }
    if date::read(number).is_some() || number.contains(['.']) && number.split('.').count() == 2 {
        return None;
    }
    let plus = number.starts_with('+') || number.starts_with("00") && count >= 10;
    let brackets = number.contains('(') && number.contains(')');
    let marks = number.bytes().filter(|b| !b.is_ascii_digit()).count();
    let grouped = {
        let groups: Vec<usize> = number
            .split(|c: char| !c.is_ascii_digit())
            .map(str::len)
            .filter(|len| *len > 0)
            .collect();
        let american = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
        let national = number.starts_with('0') && groups.len() >= 2 && count >= 8;
        american || national
    };
    let national = number.starts_with('0') && marks == 0 && (9..=12).contains(&count);
    let bare = marks == 0 && (10..=11).contains(&count);
    let spaced = marks > 0 && (8..=12).contains(&count);
    if plus && count >= 8 || brackets || grouped {
        Some(true)
    } else if national || bare || spaced {
        Some(false)
    } else {
        None
    }
}

/// The form of a value: `9` for digits, `A` for capitals, `a` for small letters, the rest as it is.
pub(crate) fn form(value: &str) -> String {
    let one = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_lowercase() => 'a',
        c => c,
    };
    value.chars().take(24).map(one).collect()
}

/// Postal codes that numbers are not mistaken for.
fn is_zip(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    matches!(
        form(&upper).as_str(),
        "99999-9999"                              // United States
            | "A9A 9A9" | "A9A9A9"                // Canada
            | "9999 AA" | "9999AA"                // Netherlands
            | "99-999"                            // Poland
            | "9999-999"                          // Portugal
            | "99999-999"                         // Brazil
            | "999 99"                            // Greece, Sweden, Czechia
            | "999-9999"                          // Japan
            | "A9 9AA" | "A99 9AA" | "AA9 9AA" | "AA99 9AA" | "A9A 9AA" | "AA9A 9AA" // Britain
            | "A-9999" | "A-99999" | "AA-9999" | "AA-99999" // with the country before it
            | "A99 A999" | "A99 AA99" | "AAA 9999" // Ireland, Malta
    )
}

fn is_icd(value: &str) -> bool {
    let bytes = value.as_bytes();
    let [letter, a, b, rest @ ..] = bytes else {
        return false;
    };
    let tail = match rest {
        [] => true,
        [b'.', tail @ ..] => {
            (1..=4).contains(&tail.len()) && tail.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    };
    letter.is_ascii_uppercase() && a.is_ascii_digit() && (b.is_ascii_digit() || *b == b'A') && tail
}

/// ISO 9362: four letters, a country, two letters or digits, three more where a branch is named.
fn is_bic(value: &str) -> bool {
    let bytes = value.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes.iter().take(6).all(u8::is_ascii_uppercase)
        && bytes
            .iter()
            .skip(6)
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_money(value: &str, digits: usize) -> bool {
    let sign = value.contains(['€', '$', '£', '¥'])
        || ["EUR", "USD", "GBP", "CHF"]
            .iter()
            .any(|c| value.starts_with(c) || value.ends_with(c));
    let rest = value.trim_matches(|c: char| !c.is_ascii_digit());
    let fine = |b: u8| b.is_ascii_digit() || b".,' ".contains(&b);
    // A thousands separator: `1,234.50`, `1.234,50`.
    let grouped = rest == value
        && rest.contains([',', '.'])
        && rest
            .split([',', '.'])
            .skip(1)
            .all(|g| g.len() == 3 || g.len() == 2);
    digits > 0 && rest.bytes().all(fine) && (sign || grouped)
}

/// ISO 13616: country, two check digits, up to thirty letters and digits; blanks between groups.
fn is_iban(value: &str) -> bool {
    let plain: Vec<u8> = value
        .bytes()
        .filter(|b| *b != b' ')
        .map(|b| b.to_ascii_uppercase())
        .collect();
    let Some((head, body)) = plain.split_at_checked(4) else {
        return false;
    };
    matches!(head, [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
        && (11..=30).contains(&body.len())
        && mod97(body.iter().chain(head).copied()) == Some(1)
}

/// Bitcoin, Ethereum, Monero and the like, by first letters, length and alphabet.
fn is_wallet(value: &str) -> bool {
    let base58 = |b: u8| b.is_ascii_alphanumeric() && !b"0OIl".contains(&b);
    let mixed = value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_digit());
    if let Some(rest) = value.strip_prefix("0x") {
        return rest.len() == 40 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(rest) = value
        .strip_prefix("bc1")
        .or_else(|| value.strip_prefix("ltc1"))
    {
        return (20..=80).contains(&rest.len())
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    }
    let starts = value.starts_with(['1', '3', 'L', 'M', 'D', 'r', 'T', 'X']);
    (26..=35).contains(&value.len()) && starts && mixed && value.bytes().all(base58)
        || value.len() == 95 && value.starts_with(['4', '8']) && value.bytes().all(base58)
}
