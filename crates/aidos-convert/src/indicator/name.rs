//! Names of vulnerabilities, techniques and networks, and hardware addresses.

use aidos_model::Mac;

use super::walk::Line;
use super::{Kind, Reach};

/// `CVE-YYYY-NNNN`, four to nineteen digits.
pub(super) fn cve(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    if word.len() < 13 || !word[..4].eq_ignore_ascii_case(b"CVE-") || word[8] != b'-' {
        return false;
    }
    let (year, number) = (&word[4..8], &word[9..]);
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if !digits(year) || !(b"1999"..=b"2099").contains(&&[year[0], year[1], year[2], year[3]]) {
        return false;
    }
    // `CVE-2024-3400-poc` is about the same one.
    let len = number
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(4..=19).contains(&len) || number.get(len).is_some_and(|byte| *byte != b'-') {
        return false;
    }
    let end = start + 9 + len;
    let value = String::from_utf8_lossy(&line.text[start..end]).to_ascii_uppercase();
    line.found(Kind::Cve, start, end, value.into(), Reach::Public);
    true
}

/// `AS` and three to ten digits. Shorter ones are protocols more often, and AS400 is a machine.
pub(super) fn asn(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let Some(digits) = word
        .strip_prefix(b"ASN")
        .or_else(|| word.strip_prefix(b"AS"))
    else {
        return false;
    };
    let number = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse::<u32>().ok());
    let Some(number) = number.filter(|number| {
        (3..=10).contains(&digits.len())
            && digits[0] != b'0'
            && digits[0] != b'+'
            && *number != 400
            && *number != u32::MAX
    }) else {
        return false;
    };
    line.found(
        Kind::Asn,
        start,
        end,
        format!("AS{number}").into(),
        Reach::Public,
    );
    true
}

/// `T1059` or `T1059.001`, in the ranges that MITRE ATT&CK uses: enterprise and mobile from T1001, ICS from T0800.
pub(super) fn technique(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let lawful = match word {
        [b'T', number @ ..] if number.len() == 4 => is_technique(number),
        [b'T', number @ ..] if number.len() == 8 => {
            is_technique(&number[..4])
                && number[4] == b'.'
                && number[5..].iter().all(u8::is_ascii_digit)
                && &number[5..] != b"000"
        }
        _ => false,
    };
    if lawful {
        line.found_as_is(Kind::Technique, start, end, Reach::Public);
    }
    lawful
}

fn is_technique(number: &[u8]) -> bool {
    number.iter().all(u8::is_ascii_digit)
        && (number[0] == b'1' && number != b"1000" || number.starts_with(b"08"))
}

/// A hardware address in one of its spellings with separators.
pub(super) fn mac(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    if !matches!(word.len(), 14 | 17) {
        return false;
    }
    let mac = std::str::from_utf8(word).ok().and_then(Mac::parse);
    let Some(mac) = mac.filter(|mac| mac.0 != [0; 6] && mac.0 != [0xff; 6]) else {
        return false;
    };
    let text = mac.text();
    let value = String::from_utf8_lossy(&text);
    line.found(Kind::Mac, start, end, value, Reach::Public);
    true
}
