//! The time of a row: known stamps, or the formats that a mapping gives.

use aidos_model::{Civil, Defect};
use jiff::fmt::strtime::BrokenDownTime;

use crate::clean::stamp::{self, Stamp, When};
use crate::clean::zone::Zone;

/// Reads a time; returns it and the piece of the text that is the stamp.
///
/// RFC 3339 goes first, because cleansed messages hold it. Then the mapping's own formats: they are the
/// word of someone who knows the log (`07/03/2023` is the seventh of March). Then every known stamp.
pub(super) fn read<'a>(text: &'a str, formats: &[String], zone: &Zone) -> (When, &'a str) {
    let is_iso = text.as_bytes().get(10) == Some(&b'T') && text.as_bytes().get(4) == Some(&b'-');
    if !is_iso
        && let Some(when) = formats
            .iter()
            .find_map(|format| by_format(text, format, zone))
    {
        return (when, text);
    }
    let Some((stamp, len)) = stamp::read(text) else {
        return (When::Unknown(Defect::BadDate), text);
    };
    let rest = text.get(len..).unwrap_or_default();
    let is_utc = matches!(rest.trim(), "UTC" | "GMT" | "Z");
    match stamp {
        Stamp::Local(civil) if is_utc => (Stamp::Offset(civil, 0).when(zone), text),
        // Milliseconds with digits behind them; `1678185483000.0` is how some JSON writers put them.
        Stamp::Epoch(_) if !rest.is_empty() && rest.trim_matches(['.', '0']).is_empty() => {
            (stamp.when(zone), text)
        }
        Stamp::Yearless(_) if is_utc => (stamp.when(zone), text),
        _ => (stamp.when(zone), text.get(..len).unwrap_or(text)),
    }
}

fn by_format(text: &str, format: &str, zone: &Zone) -> Option<When> {
    let parts = BrokenDownTime::parse(format, text).ok()?;
    if let Some(timestamp) = parts.timestamp() {
        let nanos = i64::try_from(timestamp.as_nanosecond()).ok()?;
        let time = aidos_model::Timestamp(nanos).readable()?;
        return Some(Stamp::Epoch(time).when(zone));
    }
    let byte = |number: Option<i8>| number.and_then(|number| u8::try_from(number).ok());
    let mut civil = Civil {
        year: parts.year().unwrap_or(0),
        month: byte(parts.month())?,
        day: byte(parts.day())?,
        hour: byte(parts.hour()).unwrap_or(0),
        minute: byte(parts.minute()).unwrap_or(0),
        second: byte(parts.second()).unwrap_or(0).min(59),
        nano: parts
            .subsec_nanosecond()
            .and_then(|nano| u32::try_from(nano).ok())
            .unwrap_or(0),
    };
    if let Some(half) = parts.meridiem() {
        let noon = matches!(half, jiff::fmt::strtime::Meridiem::PM);
        civil.hour = civil.hour % 12 + if noon { 12 } else { 0 };
    }
    Some(match (parts.year(), parts.offset()) {
        (None, _)
            if (Civil {
                year: 2000,
                ..civil
            })
            .is_valid() =>
        {
            When::NeedsYear(civil)
        }
        (None, _) => When::Unknown(Defect::BadDate),
        (Some(_), Some(offset)) => Stamp::Offset(civil, offset.seconds()).when(zone),
        (Some(_), None) => Stamp::Local(civil).when(zone),
    })
}

/// Whether the format can be used at all.
pub(super) fn check(format: &str) -> Result<(), String> {
    // A format is only read when a text is: an impossible text tells mistakes of the format apart from
    // those of the text by what the message complains of.
    let noon = jiff::civil::date(2023, 3, 7)
        .at(10, 38, 3, 0)
        .in_tz("UTC")
        .map_err(|error| error.to_string())?;
    let text = jiff::fmt::strtime::format(format, &noon).map_err(|error| error.to_string())?;
    let parts = BrokenDownTime::parse(format, &text).map_err(|error| error.to_string())?;
    if parts.timestamp().is_none() && (parts.month().is_none() || parts.day().is_none()) {
        return Err("it holds no date".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str, formats: &[&str]) -> String {
        let formats: Vec<String> = formats.iter().map(|&f| f.to_owned()).collect();
        match read(text, &formats, &Zone::UTC) {
            (When::At(time, ..), stamp) => format!("{time} {}", stamp.len()),
            (other, _) => format!("{other:?}"),
        }
    }

    #[test]
    fn formats_are_read() {
        assert_eq!(
            utc("07.03.2023 10:38:03", &["%d.%m.%Y %H:%M:%S"]),
            "2023-03-07T10:38:03Z 19"
        );
        assert_eq!(
            utc("07/03/2023 10:38:03", &["%d/%m/%Y %H:%M:%S"]),
            "2023-03-07T10:38:03Z 19"
        );
        assert_eq!(
            utc("3/7/2023 1:38:03 PM", &["%m/%d/%Y %I:%M:%S %p"]),
            "2023-03-07T13:38:03Z 19"
        );
        assert_eq!(
            utc("2023-03-07T10:38:03.5Z", &["%d.%m.%Y %H:%M:%S"]),
            "2023-03-07T10:38:03.5Z 22"
        );
        assert_eq!(
            utc("2023-03-07 10:38:03 UTC", &[]),
            "2023-03-07T10:38:03Z 23"
        );
        assert_eq!(
            utc("Mar 7 2023 10:38:03 EST", &[]),
            "2023-03-07T10:38:03Z 19"
        );
        assert_eq!(utc("1678185483000.0", &[]), "2023-03-07T10:38:03Z 15");
        assert!(matches!(
            read("7 Mar 10:38", &["%d %b %H:%M".to_owned()], &Zone::UTC).0,
            When::NeedsYear(civil) if civil.month == 3 && civil.minute == 38
        ));
        assert!(matches!(
            read("never", &[], &Zone::UTC).0,
            When::Unknown(Defect::BadDate)
        ));
    }

    #[test]
    fn wrong_formats_are_told() {
        assert!(check("%d.%m.%Y %H:%M:%S").is_ok());
        assert!(check("%s").is_ok());
        assert!(check("%H:%M:%S").is_err());
        assert!(check("%Q%!").is_err());
    }
}
