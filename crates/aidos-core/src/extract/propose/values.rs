//! What values look like.

use aidos_model::Mac;
use jiff::fmt::strtime::BrokenDownTime;

use crate::clean::ip;
use crate::clean::stamp::{self, Stamp};

/// What a value, or most values of a column, are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ip,
    Mac,
    Email,
    Url,
    /// Hexadecimal digits of MD5, SHA-1 or SHA-256, by their number.
    Hash(usize),
    Stamp,
    /// Ten, 13 or 16 digits of this century: a stamp where the name says so.
    Epoch,
    Integer,
    Number,
    Boolean,
    Word,
    Text,
}

/// The kind of one value; `None` of an empty one.
pub(super) fn kind(value: &str) -> Option<Kind> {
    let value = value.trim();
    if matches!(
        value,
        "" | "-" | "null" | "NULL" | "N/A" | "n/a" | "none" | "(none)"
    ) {
        return None;
    }
    let is_hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(if value.bytes().all(|byte| byte.is_ascii_digit()) {
        match stamp::read(value) {
            Some((Stamp::Epoch(time), _)) if (2000..2100).contains(&time.civil().year) => {
                Kind::Epoch
            }
            _ => Kind::Integer,
        }
    } else if ip::parse(value).is_some() || ip::is_masked(value) {
        Kind::Ip
    } else if Mac::parse(value).is_some() && !is_hex {
        Kind::Mac
    } else if is_hex && matches!(value.len(), 32 | 40 | 64) {
        Kind::Hash(value.len())
    } else if is_email(value) {
        Kind::Email
    } else if value.contains("://") {
        Kind::Url
    } else if is_stamp(value) {
        Kind::Stamp
    } else if value.parse::<f64>().is_ok_and(f64::is_finite) {
        match stamp::read(value) {
            Some((Stamp::Epoch(_), len)) if len == value.len() => Kind::Epoch,
            _ if value.starts_with('-') && !value.contains(['.', 'e', 'E']) => Kind::Integer,
            _ => Kind::Number,
        }
    } else if matches!(value, "true" | "false" | "True" | "False") {
        Kind::Boolean
    } else if value.contains(char::is_whitespace) {
        Kind::Text
    } else {
        Kind::Word
    })
}

fn is_email(value: &str) -> bool {
    let inner = value.trim_start_matches('<').trim_end_matches('>');
    inner.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !inner.contains(char::is_whitespace)
            && !domain.contains(['@', '/', ':'])
    })
}

fn is_stamp(value: &str) -> bool {
    let whole = |(found, len): (Stamp, usize)| {
        !matches!(found, Stamp::ClockOnly | Stamp::Epoch(_)) && len + 4 >= value.len()
    };
    stamp::read(value).is_some_and(whole) || FORMATS.iter().any(|format| fits(format, value))
}

/// The kind of most values; text where they are mixed.
pub(super) fn common_kind(values: &[&str]) -> Option<Kind> {
    let kinds: Vec<Kind> = values.iter().filter_map(|value| kind(value)).collect();
    let share = |wanted: &dyn Fn(Kind) -> bool| {
        let count = kinds.iter().filter(|&&kind| wanted(kind)).count();
        count * 10 >= kinds.len() * 8
    };
    let first = *kinds.first()?;
    if kinds.iter().all(|&kind| kind == first) {
        return Some(first);
    }
    for wanted in [Kind::Ip, Kind::Mac, Kind::Email, Kind::Url, Kind::Stamp] {
        if share(&|kind| kind == wanted) {
            return Some(wanted);
        }
    }
    let all = |wanted: &dyn Fn(Kind) -> bool| kinds.iter().all(|&kind| wanted(kind));
    Some(
        if all(&|kind| kind == Kind::Epoch || kind == Kind::Integer) {
            Kind::Integer
        } else if all(&|kind| matches!(kind, Kind::Epoch | Kind::Integer | Kind::Number)) {
            Kind::Number
        } else if all(&|kind| kind != Kind::Text) {
            Kind::Word
        } else {
            Kind::Text
        },
    )
}

/// Formats beyond the stamps that are known anyway. Where day and month cannot be told apart, the day
/// goes first: so write most countries.
const FORMATS: &[&str] = &[
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%d-%m-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
];

fn fits(format: &str, value: &str) -> bool {
    // Years of two digits are taken by no format of ours.
    value.len() >= 8
        && value.bytes().any(|b| b.is_ascii_digit())
        && BrokenDownTime::parse(format, value).is_ok()
}

/// The format that these stamps need, where they are not known anyway.
pub(super) fn needed_format(values: &[&str]) -> Option<&'static str> {
    let values: Vec<&str> = values
        .iter()
        .map(|value| value.trim())
        .filter(|value| kind(value) == Some(Kind::Stamp))
        .collect();
    let known = |value: &&str| {
        stamp::read(value).is_some_and(|(found, len)| {
            let is_slashed = value.get(2..3) == Some("/") && value.get(5..6) == Some("/");
            found != Stamp::Impossible && len + 4 >= value.len() && !is_slashed
        })
    };
    if values.is_empty() || values.iter().all(known) {
        return None;
    }
    FORMATS
        .iter()
        .copied()
        .find(|format| values.iter().all(|value| fits(format, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_values() {
        for (value, wanted) in [
            ("192.0.2.1", Kind::Ip),
            ("2001:db8::1", Kind::Ip),
            ("aa:bb:cc:dd:ee:ff", Kind::Mac),
            ("a@example.org", Kind::Email),
            ("https://example.org/a", Kind::Url),
            ("2023-03-07T10:38:03Z", Kind::Stamp),
            ("07.03.2023 10:38:03", Kind::Stamp),
            ("1678185483", Kind::Epoch),
            ("1678185483.25", Kind::Epoch),
            ("443", Kind::Integer),
            ("0.25", Kind::Number),
            ("true", Kind::Boolean),
            ("maria", Kind::Word),
            ("two words", Kind::Text),
            ("d41d8cd98f00b204e9800998ecf8427e", Kind::Hash(32)),
        ] {
            assert_eq!(kind(value), Some(wanted), "{value}");
        }
        assert_eq!(kind(" - "), None);
        assert_eq!(common_kind(&["1", "2.5", "-"]), Some(Kind::Number));
        assert_eq!(
            common_kind(&["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "x"]),
            Some(Kind::Ip)
        );
    }

    #[test]
    fn formats_are_found_where_they_are_needed() {
        assert_eq!(needed_format(&["2023-03-07 10:38:03"]), None);
        assert_eq!(
            needed_format(&["07.03.2023 10:38:03"]),
            Some("%d.%m.%Y %H:%M:%S")
        );
        assert_eq!(
            needed_format(&["03/27/2023 10:38:03", "03/07/2023 10:38:03"]),
            Some("%m/%d/%Y %H:%M:%S")
        );
        assert_eq!(
            needed_format(&["27/03/2023 10:38:03"]),
            Some("%d/%m/%Y %H:%M:%S")
        );
    }
}
