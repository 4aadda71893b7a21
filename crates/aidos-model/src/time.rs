//! Times: nanoseconds since 1970 in UTC, with one renderer (RFC 3339, STIX 2.1 section 3.7).

use std::fmt;

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// An instant: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Covers the years 1678 to 2262. Rendered with the fraction that is there and no trailing zeros.
///
/// ```
/// # use aidos_model::Timestamp;
/// assert_eq!(Timestamp::from_seconds(0).unwrap().to_string(), "1970-01-01T00:00:00Z");
/// assert_eq!(Timestamp(1_500_000_000).to_string(), "1970-01-01T00:00:01.5Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A date and a clock time of no zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    /// Year, 1678 to 2261 where it is to become an instant.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59; a leap second is read as 59 by the parsers.
    pub second: u8,
    /// Nanosecond of the second.
    pub nano: u32,
}

/// The number of days in a month of the proleptic Gregorian calendar; 0 for no such month.
pub const fn days_in_month(year: i16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

const fn is_leap(year: i16) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
#[inline]
const fn days_from_civil(year: i16, month: u8, day: u8) -> i64 {
    let year = year as i64 - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = month as i64;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day as i64 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date this many days after 1970-01-01; `days` is that of an instant, at least -106,752.
#[inline]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // each is in its range by division
const fn civil_from_days(days: i32) -> (i16, u8, u8) {
    // Counted from 0000-03-01 no number is negative, and 32 bits are enough.
    let days = (days + 719_468) as u32;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let mp = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as u32;
    (year as i16, month as u8, day as u8)
}

impl Civil {
    /// Whether date and clock time exist.
    pub const fn is_valid(&self) -> bool {
        self.day >= 1
            && self.day <= days_in_month(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.nano < 1_000_000_000
    }

    /// The instant at which a clock with this offset to UTC (seconds, east positive) shows this time;
    /// `None` where the date does not exist or its year, there or in UTC, is out of range.
    #[inline]
    pub const fn at_offset(&self, offset: i32) -> Option<Timestamp> {
        if !self.is_valid() || self.year < 1678 || self.year > 2261 {
            return None;
        }
        let seconds = days_from_civil(self.year, self.month, self.day) * DAY
            + self.hour as i64 * 3600
            + self.minute as i64 * 60
            + self.second as i64
            - offset as i64;
        Timestamp(seconds * SECOND + self.nano as i64).readable()
    }
}

impl Timestamp {
    /// The instant this many seconds after 1970; `None` out of range.
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        match seconds.checked_mul(SECOND) {
            Some(nanos) => Some(Self(nanos)),
            None => None,
        }
    }

    /// The instant, if its year in UTC is one of 1678 to 2261: one that [`Timestamp::parse`] reads again.
    ///
    /// ```
    /// # use aidos_model::Timestamp;
    /// assert_eq!(Timestamp(i64::MAX).readable(), None); // 2262-04-11
    /// ```
    #[inline]
    pub const fn readable(self) -> Option<Self> {
        let first = days_from_civil(1678, 1, 1) * DAY;
        let behind = days_from_civil(2262, 1, 1) * DAY;
        let seconds = self.seconds();
        if first <= seconds && seconds < behind {
            Some(self)
        } else {
            None
        }
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Days since 1970, in UTC, rounded down.
    #[allow(clippy::cast_possible_truncation)] // at most 106,752 either way
    pub const fn day(self) -> i32 {
        self.0.div_euclid(SECOND * DAY) as i32
    }

    /// Date and clock time in UTC.
    #[inline]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // in range by division
    pub const fn civil(self) -> Civil {
        let seconds = self.seconds();
        let days = seconds.div_euclid(DAY);
        let (year, month, day) = civil_from_days(days as i32);
        let clock = (seconds - days * DAY) as u32;
        Civil {
            year,
            month,
            day,
            hour: (clock / 3600) as u8,
            minute: (clock / 60 % 60) as u8,
            second: (clock % 60) as u8,
            nano: self.0.rem_euclid(SECOND) as u32,
        }
    }

    /// The text in a buffer on the stack.
    #[inline]
    pub fn text(self) -> Text {
        let civil = self.civil();
        let mut bytes = *b"0000-00-00T00:00:00.000000000Z";
        let mut put = |at: usize, number: u8| {
            bytes[at..at + 2].copy_from_slice(&crate::json::two_digits(number));
        };
        // Years are 1678 to 2262: two pairs of digits.
        let year = civil.year.unsigned_abs();
        #[allow(clippy::cast_possible_truncation)] // both below 100
        {
            put(0, (year / 100) as u8);
            put(2, (year % 100) as u8);
        }
        put(5, civil.month);
        put(8, civil.day);
        put(11, civil.hour);
        put(14, civil.minute);
        put(17, civil.second);
        if civil.nano == 0 {
            bytes[19] = b'Z';
            return Text { bytes, len: 20 };
        }
        let mut nano = civil.nano;
        for at in (20..29).rev() {
            #[allow(clippy::cast_possible_truncation)] // a digit
            {
                bytes[at] = b'0' + (nano % 10) as u8;
            }
            nano /= 10;
        }
        let mut len = 29;
        while bytes[len - 1] == b'0' {
            len -= 1;
        }
        bytes[len] = b'Z';
        #[allow(clippy::cast_possible_truncation)] // at most 30
        Text {
            bytes,
            len: len as u8 + 1,
        }
    }

    /// Reads what [`Timestamp::text`] writes, and any RFC 3339 stamp with `T` or a blank.
    ///
    /// The fraction may have one to nine digits; more are cut. The offset is required.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<u32> {
            let part = bytes.get(from..to)?;
            part.iter().try_fold(0, |sum: u32, byte| {
                byte.is_ascii_digit()
                    .then(|| sum * 10 + u32::from(byte - b'0'))
            })
        };
        let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
        if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
            return None;
        }
        let mut at = 19;
        let mut nano = 0;
        if is(19, b".,") {
            at = 20;
            let mut scale = 100_000_000;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                nano += u32::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            if at == 20 {
                return None;
            }
        }
        let offset = match bytes.get(at)? {
            b'Z' | b'z' => {
                at += 1;
                0
            }
            sign @ (b'+' | b'-') => {
                let hours = number(at + 1, at + 3)?;
                let minutes_at = at + 3 + usize::from(is(at + 3, b":"));
                let minutes = number(minutes_at, minutes_at + 2)?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                at = minutes_at + 2;
                let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
                if *sign == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        if at != bytes.len() {
            return None;
        }
        Civil {
            year: i16::try_from(number(0, 4)?).ok()?,
            month: u8::try_from(number(5, 7)?).ok()?,
            day: u8::try_from(number(8, 10)?).ok()?,
            hour: u8::try_from(number(11, 13)?).ok()?,
            minute: u8::try_from(number(14, 16)?).ok()?,
            second: u8::try_from(number(17, 19)?.min(60))
                .ok()
                .map(|s| if s == 60 { 59 } else { s })?,
            nano,
        }
        .at_offset(offset)
    }
}

/// The rendered text of a [`Timestamp`].
#[derive(Clone, Copy)]
pub struct Text {
    bytes: [u8; 30],
    len: u8,
}

impl Text {
    /// The bytes, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        f.write_str(std::str::from_utf8(text.as_bytes()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(nanos: i64) {
            let time = Timestamp(nanos);
            prop_assume!((1678..=2261).contains(&time.civil().year));
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Some(time));
            prop_assert_eq!(time.civil().at_offset(0), Some(time));
        }
    }

    #[test]
    fn renders_no_trailing_zeros() {
        let at = |nano| {
            Civil {
                year: 2023,
                month: 3,
                day: 18,
                hour: 19,
                minute: 35,
                second: 5,
                nano,
            }
            .at_offset(0)
            .unwrap()
            .to_string()
        };
        assert_eq!(at(734_637_000), "2023-03-18T19:35:05.734637Z");
        assert_eq!(at(0), "2023-03-18T19:35:05Z");
        assert_eq!(at(1), "2023-03-18T19:35:05.000000001Z");
    }

    #[test]
    fn impossible_dates_are_none() {
        for text in [
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-01-01T24:00:00Z",
            "2023-01-01T00:00:00",
            "2023-01-01T00:00:00.Z",
            "2023-01-01T00:00:00+25:00",
            "",
            "2023-01-01T00:00:00Zx",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(
            Timestamp::parse("2023-03-18T20:35:05.734637+01:00")
                .unwrap()
                .to_string(),
            "2023-03-18T19:35:05.734637Z"
        );
    }
}
