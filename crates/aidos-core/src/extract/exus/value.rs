//! What the value of a member says, for the field that its key stands for.

use std::net::IpAddr;

use aidos_model::{Defect, Mac};
use bumpalo::Bump;

use super::attack;
use super::keys::{Meaning, Slot};
use crate::clean::stamp::Stamp;
use crate::clean::{ip, json, moment};

/// A value that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A stamp and its text.
    Time(Stamp, &'a str),
    /// An address, with the port behind it: `198.51.100.7:443`.
    Ip(IpAddr, Option<u16>),
    /// A port.
    Port(u16),
    /// A hardware address.
    Mac(Mac),
    /// Text; `is_raw` where the JSON of the row is the text's.
    Text {
        /// The text.
        text: &'a str,
        /// Whether the JSON of the row may stand for it.
        is_raw: bool,
    },
    /// A severity.
    Signed(i64),
    /// A number of bytes.
    Count(u64),
}

impl Value<'_> {
    /// Whether the other says no more than this, in whatever spelling.
    pub(super) fn says(self, other: Self) -> bool {
        match (self, other) {
            (Self::Text { text, .. }, Self::Text { text: other, .. }) => text == other,
            (Self::Time(stamp, _), Self::Time(other, _)) => stamp == other,
            (Self::Ip(ip, _), Self::Ip(other, None)) => ip == other,
            _ => self == other,
        }
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Reading<'a> {
    /// It says nothing: `null`, an empty text or a dash.
    Unknown,
    /// It was read.
    Good(Value<'a>),
    /// It is damaged; the text is shown with the defect.
    Damaged(Defect, &'a str),
    /// It is of another type than the field; it is kept as it stands.
    OtherType,
    /// The key says too little: this is no value of the field, and none of its damages.
    OtherMeaning,
}

/// A scalar out of its JSON.
enum Scalar<'a> {
    Text(&'a str),
    Number(&'a str),
    Other,
}

/// Reads a value. The second answer is whether half a surrogate pair was replaced.
pub(super) fn read<'a>(meaning: Meaning, json: &'a str, arena: &'a Bump) -> (Reading<'a>, bool) {
    let mut lost = false;
    let json = match json.as_bytes().first() {
        Some(b'[') => json::only_element(json).unwrap_or(json),
        _ => json,
    };
    let scalar = match json.as_bytes().first() {
        Some(b'"') => {
            let (text, is_lost) = json::unquote(json, arena);
            lost = is_lost;
            Scalar::Text(text)
        }
        Some(b'-' | b'0'..=b'9') => Scalar::Number(json),
        Some(b'n') => return (Reading::Unknown, false),
        _ => Scalar::Other,
    };
    let (text, is_text) = match scalar {
        Scalar::Text(text) => (text, true),
        Scalar::Number(text) => (text, false),
        Scalar::Other => return (Reading::OtherType, false),
    };
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed == "-" {
        return (Reading::Unknown, false);
    }
    // The JSON of the row is as good as ours where nothing in it was changed.
    let is_raw = is_text && !lost && memchr::memchr(0x7f, json.as_bytes()).is_none();
    let reading = match meaning.slot {
        Slot::Time => time(trimmed),
        Slot::SourceIp | Slot::DestinationIp => address(trimmed, meaning.is_bare),
        Slot::SourcePort | Slot::DestinationPort => whole(trimmed)
            .and_then(|number| u16::try_from(number).ok())
            .map_or(Reading::Damaged(Defect::BadPort, trimmed), |port| {
                Reading::Good(Value::Port(port))
            }),
        Slot::SourceMac | Slot::DestinationMac => Mac::parse(trimmed)
            .map_or(Reading::Damaged(Defect::BadMac, trimmed), |mac| {
                Reading::Good(Value::Mac(mac))
            }),
        Slot::Transport => good_text(lower(trimmed, arena), is_raw && is_lower(text)),
        Slot::Attack => match attack::canonical(trimmed, arena) {
            Some(name) => good_text(name, is_raw && name == text),
            None => Reading::OtherType,
        },
        Slot::Payload => good_text(text, is_raw),
        Slot::User | Slot::Hostname => good_text(trimmed, is_raw && trimmed.len() == text.len()),
        Slot::Severity => number(trimmed, is_text, |number| {
            i64::try_from(number).ok().map(Value::Signed)
        }),
        Slot::Bytes => number(trimmed, is_text, |number| {
            i64::try_from(number)
                .ok()
                .and_then(|number| u64::try_from(number).ok())
                .map(Value::Count)
        }),
    };
    (reading, lost)
}

fn good_text(text: &str, is_raw: bool) -> Reading<'_> {
    Reading::Good(Value::Text { text, is_raw })
}

fn is_lower(text: &str) -> bool {
    !text.chars().any(char::is_uppercase) && text.trim().len() == text.len()
}

fn lower<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        text
    } else {
        arena.alloc_str(&text.to_lowercase())
    }
}

/// A time needs its date: one without may still find it in another member.
fn time(text: &str) -> Reading<'_> {
    match moment::read_whole(text) {
        Some(Stamp::ClockOnly) => Reading::Damaged(Defect::NoDate, text),
        Some(Stamp::Impossible) | None => Reading::Damaged(Defect::BadDate, text),
        Some(stamp) => Reading::Good(Value::Time(stamp, text)),
    }
}

fn address(text: &str, is_bare: bool) -> Reading<'_> {
    if let Some(ip) = ip::parse(text) {
        return Reading::Good(Value::Ip(ip, None));
    }
    if let Some((ip, port)) = text.rsplit_once(':')
        && (ip.contains('.') || ip.starts_with('['))
        && let (Some(ip), Some(port)) = (ip::parse(ip), ip::port(port))
    {
        return Reading::Good(Value::Ip(ip, Some(port)));
    }
    if ip::is_masked(text) {
        return Reading::Damaged(Defect::MaskedIp, text);
    }
    let tries_to_be_one = text.contains(['.', ':'])
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'[' | b']' | b'/' | b'%'));
    if is_bare && !tries_to_be_one {
        return Reading::OtherMeaning;
    }
    Reading::Damaged(Defect::BadIp, text)
}

/// A whole number, also where it is written `443.0`.
fn whole(text: &str) -> Option<i128> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    let is_number = digits.len() < 30
        && digits
            .strip_prefix('-')
            .unwrap_or(digits)
            .bytes()
            .all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// A number in its range. A fraction or a word is something else that the sender means: it is kept.
fn number<'a>(
    text: &'a str,
    is_text: bool,
    fit: impl Fn(i128) -> Option<Value<'a>>,
) -> Reading<'a> {
    if let Some(value) = whole(text).and_then(fit) {
        return Reading::Good(value);
    }
    let is_word = is_text && text.chars().all(|char| char.is_alphabetic() || char == ' ');
    let is_fraction = !is_text && whole(text).is_none();
    if is_word || is_fraction {
        Reading::OtherType
    } else {
        Reading::Damaged(Defect::BadNumber, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::exus::keys::Folded;

    fn reading(key: &str, json: &str) -> String {
        let arena = Bump::new();
        let meaning = Folded::of(key).unwrap().meaning().unwrap();
        match read(meaning, json, &arena).0 {
            Reading::Good(Value::Time(stamp, _)) => {
                format!("{:?}", stamp.when(&crate::clean::zone::Zone::UTC))
            }
            Reading::Good(Value::Ip(ip, port)) => format!("{ip} {port:?}"),
            Reading::Good(Value::Port(port)) => port.to_string(),
            Reading::Good(Value::Mac(mac)) => mac.to_string(),
            Reading::Good(Value::Text { text, .. }) => text.to_owned(),
            Reading::Good(Value::Signed(number)) => number.to_string(),
            Reading::Good(Value::Count(number)) => number.to_string(),
            Reading::Damaged(defect, _) => defect.word().to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn values_are_read_or_told_apart() {
        for (key, json, expected) in [
            ("src_ip", "\"198.51.100.7\"", "198.51.100.7 None"),
            ("src_ip", "\" 198.51.100.7:443 \"", "198.51.100.7 Some(443)"),
            ("src_ip", "\"[2001:db8::1]:443\"", "2001:db8::1 Some(443)"),
            ("src_ip", "[\"198.51.100.7\"]", "198.51.100.7 None"),
            ("src_ip", "[\"198.51.100.7\",\"198.51.100.8\"]", "OtherType"),
            ("src_ip", "\"998.51.100.7\"", "bad_ip"),
            ("src_ip", "\"host\"", "bad_ip"),
            ("src_ip", "\"x.x.x.x\"", "masked_ip"),
            ("source", "\"sensor-1\"", "OtherMeaning"),
            ("source", "\"998.51.100.7\"", "bad_ip"),
            ("src_ip", "null", "Unknown"),
            ("src_ip", "\"-\"", "Unknown"),
            ("src_ip", "\"\"", "Unknown"),
            ("sport", "443", "443"),
            ("sport", "\"443\"", "443"),
            ("sport", "443.0", "443"),
            ("sport", "70000", "bad_port"),
            ("sport", "\"http\"", "bad_port"),
            ("sport", "true", "OtherType"),
            ("src_mac", "\"AABB.CCDD.EEFF\"", "aa:bb:cc:dd:ee:ff"),
            ("src_mac", "\"1:1:1:1:\"", "bad_mac"),
            ("proto", "\"TCP\"", "tcp"),
            ("proto", "6", "6"),
            ("attack", "\"SQLi\"", "sql_injection"),
            ("attack", "\"--\"", "OtherType"),
            ("severity", "\"5\"", "5"),
            ("severity", "-5", "-5"),
            ("severity", "\"high\"", "OtherType"),
            ("severity", "7.5", "OtherType"),
            ("severity", "\"5x\"", "bad_number"),
            ("bytes", "-5", "bad_number"),
            ("bytes", "99999999999999999999", "bad_number"),
            ("payload", "\" a\\u0000b \"", " a\0b "),
            ("payload", "{\"a\":1}", "OtherType"),
            ("ts", "\"10:38:03\"", "no_date"),
            ("ts", "\"2023-02-30 10:38:03\"", "bad_date"),
            ("ts", "\"yesterday\"", "bad_date"),
        ] {
            assert_eq!(reading(key, json), expected, "{key} {json}");
        }
        for json in [
            "1678185483",
            "1678185483000",
            "1678185483000000",
            "\"1678185483\"",
            "\"2023-03-07T10:38:03Z\"",
        ] {
            assert!(reading("ts", json).starts_with("At(Timestamp(1678185483000000000)"), "{json}");
        }
    }
}
