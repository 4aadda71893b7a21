//! Time stamps at the start of a row, in the forms that logs use.
//!
//! A stamp is read without allocation and without a format string: its first bytes tell the form.

use aidos_model::{Civil, Defect, Timestamp};

use super::zone::Zone;

/// A stamp as it stands in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// A date and time without a zone.
    Local(Civil),
    /// A date and time at an offset to UTC in seconds.
    Offset(Civil, i32),
    /// An instant: seconds, milliseconds or microseconds since 1970.
    Epoch(Timestamp),
    /// A date without its year (0 in the value).
    Yearless(Civil),
    /// A clock time without a date.
    ClockOnly,
    /// The form of a date, but no date: `feb/30/2023`.
    Impossible,
}

/// What a stamp says, once the zone is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant, with the year that the log wrote, and an oddity of the zone.
    At(Timestamp, i16, Option<Defect>),
    /// A year is needed first.
    NeedsYear(Civil),
    /// No instant, and why.
    Unknown(Defect),
}

impl Stamp {
    /// The instant, where stamps without a zone are of `zone`.
    #[inline]
    pub fn when(self, zone: &Zone) -> When {
        match self {
            Self::Local(civil) => match zone.instant(civil) {
                Some((time, defect)) => When::At(time, civil.year, defect),
                None => When::Unknown(Defect::BadDate),
            },
            Self::Offset(civil, offset) => match civil.at_offset(offset) {
                Some(time) => When::At(time, civil.year, None),
                None => When::Unknown(Defect::BadDate),
            },
            Self::Epoch(time) => When::At(time, time.civil().year, None),
            Self::Yearless(civil) => When::NeedsYear(civil),
            Self::ClockOnly => When::Unknown(Defect::NoDate),
            Self::Impossible => When::Unknown(Defect::BadDate),
        }
    }
}

/// The last year not after `limit` in which the date exists; 8 years back at the most.
///
/// ```
/// # use aidos_core::clean::stamp::last_year_with;
/// # use aidos_model::Civil;
/// let leap_day = Civil { year: 0, month: 2, day: 29, hour: 0, minute: 0, second: 0, nano: 0 };
/// assert_eq!(last_year_with(leap_day, 2023), Some(2020));
/// ```
pub fn last_year_with(civil: Civil, limit: i16) -> Option<i16> {
    (limit.saturating_sub(8)..=limit)
        .rev()
        .find(|&year| Civil { year, ..civil }.is_valid())
}

/// A cursor over the bytes of a possible stamp.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Exactly `count` digits.
    #[inline]
    fn digits(&mut self, count: usize) -> Option<u32> {
        let part = self.bytes.get(self.at..self.at + count)?;
        let mut number = 0;
        for &byte in part {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + u32::from(digit);
        }
        self.at += count;
        Some(number)
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)] // two digits
    fn two(&mut self) -> Option<u8> {
        self.digits(2).map(|number| number as u8)
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)] // four digits
    fn year(&mut self) -> Option<i16> {
        self.digits(4).map(|number| number as i16)
    }

    /// A day of one or two digits, padded by a blank or a zero or not at all.
    #[inline]
    fn day(&mut self) -> Option<u8> {
        if self.peek()? == b' ' {
            self.at += 1;
        }
        self.two().or_else(|| {
            #[allow(clippy::cast_possible_truncation)] // one digit
            self.digits(1).map(|number| number as u8)
        })
    }

    #[inline]
    fn month_name(&mut self) -> Option<u8> {
        let name: &[u8; 3] = self.bytes.get(self.at..self.at + 3)?.try_into().ok()?;
        let lower = [name[0] | 0x20, name[1] | 0x20, name[2] | 0x20];
        let month = match &lower {
            b"jan" => 1,
            b"feb" => 2,
            b"mar" => 3,
            b"apr" => 4,
            b"may" => 5,
            b"jun" => 6,
            b"jul" => 7,
            b"aug" => 8,
            b"sep" => 9,
            b"oct" => 10,
            b"nov" => 11,
            b"dec" => 12,
            _ => return None,
        };
        self.at += 3;
        Some(month)
    }

    /// The blank between date and time, doubled too; a run of them is no stamp's.
    #[inline]
    fn gap(&mut self) -> Option<()> {
        self.eat(b' ')?;
        for _ in 0..3 {
            if self.eat(b' ').is_none() {
                break;
            }
        }
        Some(())
    }

    /// `hh:mm:ss` with an optional fraction.
    #[inline]
    fn clock(&mut self) -> Option<Civil> {
        let hour = self.two()?;
        self.eat(b':')?;
        let minute = self.two()?;
        self.eat(b':')?;
        let second = self.two()?;
        // A leap second has no place on the time line of a log; it is read as the second before.
        let second = if second == 60 { 59 } else { second };
        let nano = self.fraction();
        Some(Civil {
            year: 0,
            month: 1,
            day: 1,
            hour,
            minute,
            second,
            nano,
        })
    }

    /// `.123` or `,123`; digits beyond the ninth are dropped.
    #[inline]
    fn fraction(&mut self) -> u32 {
        let is_fraction = matches!(self.peek(), Some(b'.' | b','))
            && self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit);
        if !is_fraction {
            return 0;
        }
        self.at += 1;
        let mut nano = 0;
        let mut scale = 100_000_000;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            nano += u32::from(byte - b'0') * scale;
            scale /= 10;
            self.at += 1;
        }
        nano
    }

    /// `Z`, `+02:00`, `+0200`, after a blank too.
    fn offset(&mut self) -> Option<i32> {
        let mut next = *self;
        if next.peek() == Some(b' ') {
            next.at += 1;
        }
        let offset = match next.peek()? {
            b'Z' => {
                next.at += 1;
                0
            }
            sign @ (b'+' | b'-') => {
                next.at += 1;
                let hours = next.two()?;
                if next.peek() == Some(b':') {
                    next.at += 1;
                }
                let minutes = next.two()?;
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
                if sign == b'-' { -seconds } else { seconds }
            }
            _ => return None,
        };
        // A zone ends where the word ends; `2023-03-07 10:38:03 -0500x` has none.
        if next.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        *self = next;
        Some(offset)
    }
}

/// Reads a stamp at the start of the text; returns it and the bytes it took.
///
/// | form | example |
/// |---|---|
/// | RouterOS 6 | `Mar/07/2023 10:38:03`, `mar/07 10:38:03` |
/// | RouterOS 7 | `2023-03-07 10:38:03`, `03-07 10:38:03`, `10:38:03` |
/// | RFC 3339 | `2023-03-07T10:38:03.5+01:00` |
/// | BSD syslog | `Mar  7 10:38:03`, `Mar 7 2023 10:38:03` (Cisco) |
/// | CLF | `07/Mar/2023:10:38:03 +0100` |
/// | US | `03/07/2023-10:38:03.123456` (Suricata) |
/// | RFC 5322 | `Tue, 7 Mar 2023 10:38:03 +0100` |
/// | epoch | `1678185483`, `1678185483.25`, 13 digits ms, 16 digits µs |
///
/// ```
/// # use aidos_core::clean::stamp::{Stamp, read};
/// let (stamp, len) = read("mar/07 10:38:03 firewall,info").unwrap();
/// assert!(matches!(stamp, Stamp::Yearless(_)));
/// assert_eq!(len, 15);
/// ```
#[inline]
pub fn read(text: &str) -> Option<(Stamp, usize)> {
    let bytes = text.as_bytes();
    let cursor = Cursor { bytes, at: 0 };
    let found = if bytes.first()?.is_ascii_digit() {
        match (bytes.get(2)?, bytes.get(4)) {
            (b':', _) => clock_only(cursor),
            (b'/', _) => slashed(cursor),
            (b'-', _) => month_day(cursor),
            (_, Some(b'-' | b'/')) => iso(cursor),
            _ => epoch(cursor).or_else(|| compact(cursor)),
        }
    } else {
        month_first(cursor).or_else(|| weekday_first(cursor))
    };
    let (stamp, end) = found?;
    // The stamp ends where a word ends: `10:38:031` is none.
    let ends = end
        .bytes
        .get(end.at)
        .is_none_or(|byte| !byte.is_ascii_digit());
    ends.then_some((stamp, end.at))
}

type Found<'a> = Option<(Stamp, Cursor<'a>)>;

#[allow(clippy::unnecessary_wraps)] // all forms end in this call
fn with_zone(mut cursor: Cursor<'_>, civil: Civil) -> Found<'_> {
    let offset = cursor.offset();
    if !civil.is_valid() {
        return Some((Stamp::Impossible, cursor));
    }
    Some((
        offset.map_or(Stamp::Local(civil), |offset| Stamp::Offset(civil, offset)),
        cursor,
    ))
}

/// The rest of a form whose date stands first.
fn clock_and_zone(mut cursor: Cursor<'_>, year: i16, month: u8, day: u8) -> Found<'_> {
    let clock = cursor.clock()?;
    with_zone(
        cursor,
        Civil {
            year,
            month,
            day,
            ..clock
        },
    )
}

fn clock_only(mut cursor: Cursor<'_>) -> Found<'_> {
    cursor.clock()?;
    Some((Stamp::ClockOnly, cursor))
}

/// `Mar/07/2023 10:38:03`, `mar/07 10:38:03`, `Mar  7 10:38:03`, `Mar 7 2023 10:38:03`.
fn month_first(mut cursor: Cursor<'_>) -> Found<'_> {
    let month = cursor.month_name()?;
    let mut year = None;
    let day;
    if cursor.eat(b'/').is_some() {
        day = cursor.two()?;
        if cursor.eat(b'/').is_some() {
            year = Some(cursor.year()?);
        }
        cursor.gap()?;
    } else {
        cursor.eat(b' ')?;
        day = cursor.day()?;
        cursor.gap()?;
        if cursor.bytes.get(cursor.at + 2) != Some(&b':') {
            year = Some(cursor.year()?);
            cursor.gap()?;
        }
    }
    let clock = cursor.clock()?;
    match year {
        Some(year) => with_zone(
            cursor,
            Civil {
                year,
                month,
                day,
                ..clock
            },
        ),
        None => Some((
            yearless(Civil {
                month,
                day,
                ..clock
            }),
            cursor,
        )),
    }
}

/// A date that exists in some year.
fn yearless(civil: Civil) -> Stamp {
    if (Civil {
        year: 2000,
        ..civil
    })
    .is_valid()
    {
        Stamp::Yearless(civil)
    } else {
        Stamp::Impossible
    }
}

/// `03-07 10:38:03`.
fn month_day(mut cursor: Cursor<'_>) -> Found<'_> {
    let month = cursor.two()?;
    cursor.eat(b'-')?;
    let day = cursor.two()?;
    cursor.gap()?;
    let clock = cursor.clock()?;
    Some((
        yearless(Civil {
            month,
            day,
            ..clock
        }),
        cursor,
    ))
}

/// `2023-03-07 10:38:03`, RFC 3339, `2023/03/07 10:38:03`.
fn iso(mut cursor: Cursor<'_>) -> Found<'_> {
    let year = cursor.year()?;
    let separator = cursor.peek()?;
    cursor.at += 1;
    let month = cursor.two()?;
    cursor.eat(separator)?;
    let day = cursor.two()?;
    match cursor.peek()? {
        b'T' | b't' => cursor.at += 1,
        _ => cursor.gap()?,
    }
    clock_and_zone(cursor, year, month, day)
}

/// `07/Mar/2023:10:38:03 +0100` and `03/07/2023-10:38:03`.
fn slashed(mut cursor: Cursor<'_>) -> Found<'_> {
    let first = cursor.two()?;
    cursor.eat(b'/')?;
    let (month, day) = match cursor.month_name() {
        Some(month) => (month, first),
        None => (first, cursor.two()?),
    };
    cursor.eat(b'/')?;
    let year = cursor.year()?;
    if !matches!(cursor.peek()?, b':' | b'-' | b' ') {
        return None;
    }
    cursor.at += 1;
    clock_and_zone(cursor, year, month, day)
}

/// `20230307T103803Z`.
fn compact(mut cursor: Cursor<'_>) -> Found<'_> {
    let year = cursor.year()?;
    let month = cursor.two()?;
    let day = cursor.two()?;
    cursor.eat(b'T')?;
    let (hour, minute, second) = (cursor.two()?, cursor.two()?, cursor.two()?);
    let nano = cursor.fraction();
    with_zone(
        cursor,
        Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nano,
        },
    )
}

/// `Tue, 7 Mar 2023 10:38:03 +0100`, `Tue Mar  7 10:38:03 2023`.
fn weekday_first(mut cursor: Cursor<'_>) -> Found<'_> {
    let name = cursor.bytes.get(..3)?;
    let is_day = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"]
        .iter()
        .any(|day| name.eq_ignore_ascii_case(*day));
    if !is_day {
        return None;
    }
    cursor.at = 3;
    if cursor.eat(b',').is_some() {
        cursor.eat(b' ')?;
        let day = cursor.day()?;
        cursor.eat(b' ')?;
        let month = cursor.month_name()?;
        cursor.eat(b' ')?;
        let year = cursor.year()?;
        cursor.eat(b' ')?;
        return clock_and_zone(cursor, year, month, day);
    }
    cursor.eat(b' ')?;
    let month = cursor.month_name()?;
    cursor.eat(b' ')?;
    let day = cursor.day()?;
    cursor.eat(b' ')?;
    let clock = cursor.clock()?;
    cursor.eat(b' ')?;
    let year = cursor.year()?;
    with_zone(
        cursor,
        Civil {
            year,
            month,
            day,
            ..clock
        },
    )
}

/// Seconds, milliseconds or microseconds since 1970, told apart by the number of digits.
fn epoch(mut cursor: Cursor<'_>) -> Found<'_> {
    let digits = cursor
        .bytes
        .iter()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = cursor.bytes.get(..digits)?.iter().fold(0i64, |sum, byte| {
        sum.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'))
    });
    cursor.at = digits;
    let scale: i64 = match digits {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return None,
    };
    let fraction = if digits == 10 {
        i64::from(cursor.fraction())
    } else {
        0
    };
    let nanos = number.checked_mul(scale)?.checked_add(fraction)?;
    let time = Timestamp(nanos).readable()?;
    Some((Stamp::Epoch(time), cursor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> String {
        match read(text).map(|(stamp, _)| stamp.when(&Zone::UTC)) {
            Some(When::At(time, ..)) => time.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn every_form_is_the_same_instant() {
        for text in [
            "Mar/07/2023 10:38:03",
            "mar/07/2023 10:38:03 firewall",
            "2023-03-07 10:38:03",
            "2023-03-07T10:38:03Z",
            "2023-03-07T11:38:03+01:00",
            "2023/03/07 10:38:03",
            "Mar  7 2023 10:38:03",
            "Mar 7 2023 10:38:03:",
            "Mar 07 2023 10:38:03",
            "07/Mar/2023:11:38:03 +0100",
            "03/07/2023-10:38:03",
            "Tue, 7 Mar 2023 11:38:03 +0100",
            "Tue Mar  7 10:38:03 2023",
            "1678185483",
            "1678185483000",
            "1678185483000000",
            "20230307T103803Z",
        ] {
            assert_eq!(utc(text), "2023-03-07T10:38:03Z", "{text}");
        }
    }

    #[test]
    fn fractions_are_kept() {
        assert_eq!(
            utc("2023-03-18T20:35:05.734637+01:00"),
            "2023-03-18T19:35:05.734637Z"
        );
        assert_eq!(utc("1678185483.250000"), "2023-03-07T10:38:03.25Z");
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(read("08:10:55 x"), Some((Stamp::ClockOnly, 8)));
        assert_eq!(
            read("feb/30/2023 10:00:00").map(|found| found.0),
            Some(Stamp::Impossible)
        );
        for text in [
            "mar/07 10:38:03",
            "03-07 10:38:03",
            "Mar  7 10:38:03",
            "Mar 7 10:38:03",
        ] {
            let Some((Stamp::Yearless(civil), len)) = read(text) else {
                panic!("{text}")
            };
            assert_eq!(
                (civil.month, civil.day, civil.hour, len),
                (3, 7, 10, text.len())
            );
        }
        for text in [
            "",
            "firewall,info",
            "Marvel",
            "12",
            "10:38",
            "1.2.3.4",
            "123456789",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[0-9A-Za-z/: .+-]{0,40}") {
            if let Some((_, len)) = read(&text) {
                prop_assert!(text.is_char_boundary(len));
            }
        }
    }
}
