//! Clock times of a zone to instants.

use aidos_model::{Civil, Defect, Timestamp};
use jiff::tz::TimeZone;

/// The zone of stamps that name none.
#[derive(Clone, Debug)]
pub enum Zone {
    /// A fixed offset to UTC in seconds, east positive.
    Fixed(i32),
    /// A zone of the IANA database, bundled with the program.
    Named(TimeZone),
}

/// The text names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time zone; use an IANA name such as Europe/Athens, or an offset such as +02:00"
)]
pub struct NoSuchZone(String);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self::Fixed(0);

    /// Reads `UTC`, `Z`, `+02:00`, `-0530` or an IANA name.
    ///
    /// ```
    /// # use aidos_core::clean::zone::Zone;
    /// assert!(Zone::parse("Europe/Athens").is_ok());
    /// assert!(matches!(Zone::parse("+02:00"), Ok(Zone::Fixed(7200))));
    /// assert!(Zone::parse("Mars/Olympus").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, NoSuchZone> {
        let wrong = || NoSuchZone(text.to_owned());
        if matches!(text, "UTC" | "utc" | "Z" | "GMT") {
            return Ok(Self::UTC);
        }
        if let Some(sign @ (b'+' | b'-')) = text.bytes().next() {
            let digits: Vec<i32> = text[1..]
                .bytes()
                .filter(|byte| *byte != b':')
                .map(|byte| byte.is_ascii_digit().then(|| i32::from(byte - b'0')))
                .collect::<Option<_>>()
                .ok_or_else(wrong)?;
            let (hours, minutes) = match digits.as_slice() {
                [a, b] => (a * 10 + b, 0),
                [a, b, c, d] => (a * 10 + b, c * 10 + d),
                _ => return Err(wrong()),
            };
            if hours > 23 || minutes > 59 {
                return Err(wrong());
            }
            let seconds = hours * 3600 + minutes * 60;
            return Ok(Self::Fixed(if sign == b'-' { -seconds } else { seconds }));
        }
        TimeZone::get(text).map(Self::Named).map_err(|_| wrong())
    }

    /// The instant at which a clock of this zone shows this time, and what was odd about it.
    ///
    /// Where the clock showed the time twice the earlier instant is taken, where it skipped it the
    /// offset before the gap holds; both are flagged. `None` where the date does not exist.
    pub fn instant(&self, civil: Civil) -> Option<(Timestamp, Option<Defect>)> {
        match self {
            Self::Fixed(offset) => civil.at_offset(*offset).map(|time| (time, None)),
            Self::Named(zone) => {
                // `at_offset` checks ranges, so that the conversion to jiff cannot fail on valid dates.
                civil.at_offset(0)?;
                let date_time = jiff::civil::DateTime::new(
                    civil.year,
                    i8::try_from(civil.month).ok()?,
                    i8::try_from(civil.day).ok()?,
                    i8::try_from(civil.hour).ok()?,
                    i8::try_from(civil.minute).ok()?,
                    i8::try_from(civil.second).ok()?,
                    i32::try_from(civil.nano).ok()?,
                )
                .ok()?;
                let ambiguous = zone.to_ambiguous_timestamp(date_time);
                let (offset, defect) = match ambiguous.offset() {
                    jiff::tz::AmbiguousOffset::Unambiguous { offset } => (offset, None),
                    jiff::tz::AmbiguousOffset::Gap { before, .. } => {
                        (before, Some(Defect::SkippedTime))
                    }
                    jiff::tz::AmbiguousOffset::Fold { before, .. } => {
                        (before, Some(Defect::AmbiguousTime))
                    }
                };
                civil.at_offset(offset.seconds()).map(|time| (time, defect))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn athens(hour: u8, day: u8, month: u8) -> (String, Option<Defect>) {
        let zone = Zone::parse("Europe/Athens").unwrap();
        let civil = Civil {
            year: 2023,
            month,
            day,
            hour,
            minute: 30,
            second: 0,
            nano: 0,
        };
        let (time, defect) = zone.instant(civil).unwrap();
        (time.to_string(), defect)
    }

    #[test]
    fn summer_time_is_known() {
        assert_eq!(athens(12, 7, 3), ("2023-03-07T10:30:00Z".into(), None));
        assert_eq!(athens(12, 7, 7), ("2023-07-07T09:30:00Z".into(), None));
    }

    #[test]
    fn gap_and_fold_are_flagged() {
        assert_eq!(
            athens(3, 26, 3),
            ("2023-03-26T01:30:00Z".into(), Some(Defect::SkippedTime))
        );
        assert_eq!(
            athens(3, 29, 10),
            ("2023-10-29T00:30:00Z".into(), Some(Defect::AmbiguousTime))
        );
    }
}
