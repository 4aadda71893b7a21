//! The forms of a value: what to look for.

use std::net::IpAddr;

use aidos_model::Mac;
use aidos_model::stix::{Kind, OBSERVABLES, OURS, StixId, Uuid};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{Beside, Depth, Form, fold_letter};

/// The least letters and digits of a part, and of one of digits alone.
const PART: usize = 6;
const DIGITS: usize = 8;
/// The least length of a value of hexadecimal digits that is searched inside of others: a million objects hold a hundred
/// million places in ids, where six such digits stand by chance.
const HEX: usize = 9;
/// The least digits of an address without its dots: 10.20.3.151 is the number of one of ten million entries, too.
const NUMBER: usize = 10;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Namespaces of RFC 9562, appendix A: DNS, URL, OID.
const NAMESPACES: [Uuid; 3] = [
    Uuid(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes()),
    Uuid(0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes()),
    Uuid(0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes()),
];

/// The forms that are searched in the bytes themselves.
///
/// `true` where no letter or digit may stand beside.
pub(super) fn raw(value: &str, depth: Depth, tell: &mut impl FnMut(Form, Vec<u8>, bool)) {
    // What is short stands in too many words, and an address in longer ones.
    let edges = value.len() < 6
        || value.parse::<IpAddr>().is_ok()
        || (value.len() < HEX && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || (value.len() < DIGITS && value.bytes().all(|byte| byte.is_ascii_digit()));
    tell(Form::Exact, value.as_bytes().to_vec(), edges);
    if depth == Depth::Plain {
        return;
    }
    let say = &mut |form, bytes| tell(form, bytes, false);
    let mut spellings = vec![value.to_owned(), value.to_lowercase(), squashed(value)];
    if depth == Depth::Parts {
        let letters = value.chars().filter(|letter| letter.is_alphanumeric());
        spellings.extend([value.to_uppercase(), letters.collect()]);
    }
    spellings.sort();
    spellings.dedup();
    for spelling in &spellings {
        let bytes = spelling.as_bytes();
        if bytes.is_empty() {
            continue;
        }
        if bytes.len() >= 5 {
            for alphabet in [STANDARD, URL_SAFE] {
                for shift in 0..3 {
                    let encoded = base64_inside(bytes, shift, alphabet);
                    if encoded.len() >= 6 {
                        say(Form::Base64, encoded);
                    }
                }
            }
            say(Form::Hex, hex(bytes));
            let wide: Vec<u8> = spelling.encode_utf16().flat_map(u16::to_le_bytes).collect();
            say(Form::Hex, hex(&wide));
        }
        hashes(bytes, say);
    }
    escapes(value, say);
    uuids(value, depth, say);
}

fn hashes(bytes: &[u8], say: &mut impl FnMut(Form, Vec<u8>)) {
    let mut both = |form, digest: &[u8]| {
        say(form, hex(digest));
        for alphabet in [STANDARD, URL_SAFE] {
            say(form, base64_inside(digest, 0, alphabet));
        }
    };
    both(Form::Md5, &Md5::digest(bytes));
    both(Form::Sha1, &Sha1::digest(bytes));
    both(Form::Sha256, &Sha256::digest(bytes));
}

fn escapes(value: &str, say: &mut impl FnMut(Form, Vec<u8>)) {
    let percent = |keep: &dyn Fn(u8) -> bool| -> Vec<u8> {
        let mut out = Vec::new();
        for byte in value.bytes() {
            if keep(byte) {
                out.push(byte);
            } else {
                out.push(b'%');
                out.extend(hex(&[byte]));
            }
        }
        out
    };
    if value.len() >= 4 {
        say(Form::Escaped, percent(&|_| false));
    }
    let component = percent(&|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    let plus = String::from_utf8_lossy(&component)
        .replace("%20", "+")
        .into_bytes();
    let mut json = Vec::new();
    let mut all = Vec::new();
    for unit in value.encode_utf16() {
        let escaped = format!("\\u{unit:04x}").into_bytes();
        all.extend_from_slice(&escaped);
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => json.push(byte),
            _ => json.extend_from_slice(&escaped),
        }
    }
    for form in [component, plus, json] {
        // The same as the value: exact finds it.
        if form != value.as_bytes() && form.len() >= 6 {
            say(Form::Escaped, form);
        }
    }
    say(Form::Escaped, all);
}

fn uuids(value: &str, depth: Depth, say: &mut impl FnMut(Form, Vec<u8>)) {
    let lower = value.to_lowercase();
    let upper = value.to_uppercase();
    let mut spellings = vec![value, lower.as_str()];
    if depth == Depth::Parts {
        spellings.push(&upper);
    }
    spellings.dedup();
    for spelling in spellings {
        let mut made: Vec<Uuid> = NAMESPACES
            .into_iter()
            .chain([OBSERVABLES, OURS])
            .map(|namespace| Uuid::v5(namespace, spelling.as_bytes()))
            .collect();
        for kind in [
            Kind::Ipv4Addr,
            Kind::UserAccount,
            Kind::File,
            Kind::Directory,
            Kind::Mutex,
        ] {
            made.extend(kind.contributing().iter().map(|property| {
                let name = observable(property, spelling);
                StixId::observable(kind, &name).uuid
            }));
        }
        // The same name in our own namespace, for who mixed them up.
        made.push(Uuid::v5(OURS, &observable("value", spelling)));
        for uuid in made {
            let text = uuid.to_string();
            if depth == Depth::Parts {
                let bare = text
                    .chars()
                    .filter(|letter| *letter != '-')
                    .collect::<String>();
                say(Form::Uuid, bare.into_bytes());
            }
            say(Form::Uuid, text.into_bytes());
        }
    }
}

fn observable(property: &str, value: &str) -> Vec<u8> {
    let mut name = b"{".to_vec();
    aidos_model::stix::canonical::push_str(&mut name, property);
    name.push(b':');
    aidos_model::stix::canonical::push_str(&mut name, value);
    name.push(b'}');
    name
}

/// The forms that are searched in letters and digits alone.
pub(super) fn folded(value: &str, parts: bool, say: &mut impl FnMut(Form, Vec<u8>, Beside)) {
    let whole = squashed(value);
    let letters: Vec<char> = whole.chars().collect();
    let is_number = whole.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = value.parse::<IpAddr>().is_ok();
    // Nobody knows a hardware address by its decimal digits.
    let is_mac = Mac::parse(value).is_some();
    // 1.2.3.24 without its dots is any number: of a line, of an entry, of bytes.
    if letters.len() < 3 || (is_address && is_number && letters.len() < NUMBER) {
        return;
    }
    let short = |length: usize, least: usize| {
        if length < least {
            Beside::Nothing
        } else {
            Beside::Anything
        }
    };
    let beside = if is_address {
        Beside::NoDots
    } else {
        let is_hex = whole.bytes().all(|byte| byte.is_ascii_hexdigit());
        let least = match (is_number, is_hex) {
            (true, _) => DIGITS,
            (_, true) => HEX,
            _ => PART,
        };
        short(letters.len(), least)
    };
    say(Form::Folded, whole.clone().into_bytes(), beside);
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if digits.len() >= 7 && digits != whole && !is_address && !is_mac {
        say(
            Form::Digits,
            digits.clone().into_bytes(),
            short(digits.len(), DIGITS),
        );
    }
    if !parts || is_address {
        return;
    }
    let mut seen = std::collections::BTreeSet::new();
    // The public ending of a host (`.example`) is nobody's; techniques keep it.
    let ending = match value.rsplit_once('.') {
        Some((_, ending)) if ending.chars().all(char::is_alphabetic) => ending.chars().count(),
        _ => 0,
    };
    let own = letters.len().saturating_sub(ending);
    for window in letters.get(..own).unwrap_or_default().windows(PART) {
        if window.iter().any(|letter| !letter.is_ascii_digit()) {
            let text: String = window.iter().collect();
            if seen.insert(text.clone()) && text != whole {
                say(Form::Part, text.into_bytes(), Beside::Anything);
            }
        }
    }
    let digits: Vec<char> = digits.chars().filter(|_| !is_mac).collect();
    for window in digits.windows(DIGITS) {
        let text: String = window.iter().collect();
        if seen.insert(text.clone()) && text != whole {
            say(Form::Part, text.into_bytes(), Beside::Anything);
        }
    }
}

/// Letters and digits, folded.
pub(super) fn squashed(value: &str) -> String {
    let mut out = String::new();
    for letter in value.chars().filter(|letter| letter.is_alphanumeric()) {
        fold_letter(letter, &mut |folded| out.push(folded));
    }
    out
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    crate::technique::hex(bytes).into_bytes()
}

/// The characters of base64 that depend on these bytes alone, when `shift` bytes stand before them.
fn base64_inside(bytes: &[u8], shift: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let total = (shift + bytes.len()) * 8;
    // The first character that takes no bit of what stands before, the last that takes none of what follows.
    let first = (shift * 8).div_ceil(6);
    let last = total / 6;
    let bit = |at: usize| -> u8 {
        let byte = (at / 8)
            .checked_sub(shift)
            .and_then(|place| bytes.get(place));
        byte.map_or(0, |byte| (byte >> (7 - at % 8)) & 1)
    };
    (first..last)
        .filter_map(|place| {
            let index = (0..6).fold(0, |sum, offset| (sum << 1) | bit(place * 6 + offset));
            alphabet.get(usize::from(index)).copied()
        })
        .collect()
}
