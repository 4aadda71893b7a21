//! Stamps that are values of their own: a cell or the member of an object.
//!
//! Wider than [`stamp::read`]: a value ends where its text ends, so `UTC` after it, a fraction of
//! milliseconds and a number in scientific notation can be told.

use std::borrow::Cow;

use aidos_model::Timestamp;

use super::stamp::{self, Stamp};

/// Reads a stamp at the start of the text, with a zone name `UTC` or `GMT` behind it.
///
/// Returns it and the bytes it took.
///
/// ```
/// # use aidos_core::clean::{moment, stamp::Stamp};
/// let (stamp, len) = moment::read_prefix("2023-03-07 10:38:03 UTC;a@x.org").unwrap();
/// assert!(matches!(stamp, Stamp::Offset(_, 0)));
/// assert_eq!(len, 23);
/// ```
#[inline]
pub fn read_prefix(text: &str) -> Option<(Stamp, usize)> {
    let (stamp, len) = stamp::read(text)?;
    let Stamp::Local(civil) = stamp else {
        return Some((stamp, len));
    };
    let rest = text.get(len..).unwrap_or_default();
    Some(match utc_name(rest) {
        Some(name) => (Stamp::Offset(civil, 0), len + name),
        None => (stamp, len),
    })
}

/// Reads a text that is a stamp as a whole; blanks around it do not count.
///
/// ```
/// # use aidos_core::clean::{moment, zone::Zone, stamp::When};
/// let When::At(time, ..) = moment::read_whole("1678185483250.5").unwrap().when(&Zone::UTC) else { panic!() };
/// assert_eq!(time.to_string(), "2023-03-07T10:38:03.2505Z");
/// assert_eq!(moment::read_whole("2023-03-07 10:38:03 or so"), None);
/// ```
pub fn read_whole(text: &str) -> Option<Stamp> {
    let text = text.trim();
    let plain = unscientific(text)?;
    let (stamp, len) = read_prefix(&plain)?;
    let rest = plain.get(len..)?;
    match stamp {
        _ if rest.is_empty() => Some(stamp),
        Stamp::Epoch(time) => {
            // 13 digits are milliseconds, 16 microseconds: what follows the point is of that unit.
            let scale = match len {
                13 => 1_000_000,
                16 => 1_000,
                19 => 1,
                _ => return None,
            };
            let nanos = fraction(rest.strip_prefix('.')?, scale)?;
            let time = Timestamp(time.0.checked_add(nanos)?);
            time.readable().map(Stamp::Epoch)
        }
        _ => None,
    }
}

/// The length of `Z`, `UTC` or `GMT`, after a blank or none, where a word ends behind it.
fn utc_name(rest: &str) -> Option<usize> {
    let blank = usize::from(rest.starts_with(' '));
    let word = rest.get(blank..)?;
    ["utc", "gmt", "z"].into_iter().find_map(|name| {
        let head = word.get(..name.len())?;
        let ends = word.as_bytes().get(name.len()).is_none_or(|byte| {
            !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'@'))
        });
        (ends && head.eq_ignore_ascii_case(name)).then_some(blank + name.len())
    })
}

/// `1.678185483e9` as `1678185483`; other texts as they stand. `None` where the number has no place.
fn unscientific(text: &str) -> Option<Cow<'_, str>> {
    let is_number = text.len() < 32
        && text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && text.bytes().any(|byte| byte | 0x20 == b'e')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !is_number {
        return Some(Cow::Borrowed(text));
    }
    let number: f64 = text.parse().ok()?;
    // Whole below 2^63 and exact below 2^53, which any epoch in seconds to microseconds is.
    (number.fract() == 0.0 && number.abs() < 9.0e15).then(|| Cow::Owned(format!("{number:.0}")))
}

/// Digits behind a point, in nanoseconds where the unit has `scale` of them; the rest is cut.
fn fraction(digits: &str, scale: i64) -> Option<i64> {
    let mut scale = scale;
    let mut nanos = 0;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        scale /= 10;
        nanos += i64::from(byte - b'0') * scale;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::stamp::When;
    use crate::clean::zone::Zone;
    use proptest::prelude::*;

    fn utc(text: &str) -> String {
        let zone = Zone::Fixed(7200);
        match read_whole(text).map(|stamp| stamp.when(&zone)) {
            Some(When::At(time, ..)) => time.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_named_zone_is_kept() {
        for text in [
            "2023-03-07 10:38:03 UTC",
            "2023-03-07 10:38:03 gmt",
            "2023-03-07T10:38:03z",
            "2023-03-07 12:38:03",
            " 1678185483 ",
            "1678185483.0",
            "1678185483000.0",
            "1678185483000000.000",
            "1.678185483e9",
            "1.678185483E+12",
        ] {
            assert_eq!(utc(text), "2023-03-07T10:38:03Z", "{text}");
        }
    }

    #[test]
    fn what_is_no_stamp_as_a_whole_is_none() {
        for text in [
            "",
            "2023-03-07",
            "2023-03-07 10:38:03 x",
            "2023-03-07 10:38:03 UTCx",
            "1678185483 x",
            "1e400",
            "12e",
            "5",
            "-1678185483",
            // Years that are not read again as they are written.
            "9217200303071000000",
            "9214646400000",
        ] {
            assert_eq!(read_whole(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[0-9TZutcgme/: .+-]{0,40}") {
            let _ = read_whole(&text);
            if let Some((_, len)) = read_prefix(&text) {
                prop_assert!(text.is_char_boundary(len));
            }
        }
    }
}
