//! Dates as columns hold them, as a number of days, to compare and to measure.

/// A date that was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Read {
    /// Days since 1970, with the fraction of the clock.
    pub(crate) days: f64,
    /// Whether a clock time stands behind it.
    pub(crate) clock: bool,
}

/// Reads `1980-03-07`, `07.03.1980`, `3/7/80`, `7 Mar 1980`, `March 7, 1980`, `mar/07/2023 10:38:03`,
/// `19800307`, RFC 3339 and the like. Where day and month could be exchanged the day comes first.
pub(crate) fn read(value: &str) -> Option<Read> {
    if !(6..=40).contains(&value.len()) {
        return None;
    }
    let (date, clock) = split(value)?;
    let seconds = match clock {
        Some(clock) => Some(time(clock)?),
        None => None,
    };
    let days = civil(date)?;
    Some(Read {
        days: days + seconds.unwrap_or(0.0) / 86_400.0,
        clock: seconds.is_some(),
    })
}

/// The date, and the clock behind a blank or `T`.
fn split(value: &str) -> Option<(&str, Option<&str>)> {
    let Some(colon) = value.find(':') else {
        return Some((value, None));
    };
    let head = value.get(..colon)?;
    let at = head.rfind(['T', ' ', '_'])?;
    // `7/Mar/2023:10:38:03` has its clock behind a colon.
    Some((
        head.get(..at)?.trim_end_matches([',', ' ']),
        value.get(at + 1..),
    ))
}

/// Seconds of a clock time: `10:38`, `10:38:03.25Z`, `10:38:03 PM`, `10:38:03+02:00`.
fn time(clock: &str) -> Option<f64> {
    let mut parts = clock.splitn(3, ':');
    let hours: f64 = parts.next()?.trim().parse().ok()?;
    let rest = parts.next()?;
    let minutes: f64 = rest.get(..2)?.parse().ok()?;
    let seconds = parts
        .next()
        .and_then(|s| s.get(..2))
        .and_then(|s| s.parse().ok())
        .unwrap_or(0.0);
    (hours <= 24.0 && minutes < 60.0 && seconds <= 60.0)
        .then_some(hours * 3600.0 + minutes * 60.0 + seconds)
}

const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "ene",
    "fev", "mär", "abr", "mai", "juin", "juil", "ago", "set", "okt", "nov", "dez", "gen", "fév",
    "mars", "avr", "mag", "giu", "lug", "aoû", "sept", "ott", "déc", "dic", "ιαν", "φεβ", "μαρ",
    "απρ", "μαΐ", "ιουν", "ιουλ", "αυγ", "σεπ", "οκτ", "νοε", "δεκ",
];

fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let at = MONTHS.iter().position(|m| word.starts_with(m))?;
    u32::try_from(at % 12).ok().map(|m| m + 1)
}

fn civil(date: &str) -> Option<f64> {
    let parts: Vec<&str> = date
        .split([' ', '-', '/', '.', ','])
        .filter(|p| !p.is_empty())
        .collect();
    let number = |text: &str| -> Option<i64> {
        (text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse().ok())
            .flatten()
    };
    // `Tue 7 Mar 2023`: the day of the week says nothing.
    let parts: Vec<&str> = match parts.as_slice() {
        [week, rest @ ..]
            if rest.len() == 3
                && week.chars().all(char::is_alphabetic)
                && month(week).is_none() =>
        {
            rest.to_vec()
        }
        all => all.to_vec(),
    };
    match parts.as_slice() {
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            let year = one.get(..4).and_then(number)?;
            let month = one.get(4..6).and_then(number)?;
            let day = one.get(6..).and_then(number)?;
            (1900..=2100)
                .contains(&year)
                .then(|| days(year, month, day))
                .flatten()
        }
        &[a, b, c] => {
            if let Some(m) = month(b) {
                return days(year(number(c)?, c), i64::from(m), number(a)?)
                    .or_else(|| days(year(number(a)?, a), i64::from(m), number(c)?));
            }
            if let Some(m) = month(a) {
                return days(year(number(c)?, c), i64::from(m), number(b)?);
            }
            let (x, y, z) = (number(a)?, number(b)?, number(c)?);
            if a.len() == 4 {
                return days(x, y, z);
            }
            if c.len() != 4 && c.len() != 2 || a.len() > 2 || b.len() > 2 {
                return None;
            }
            let year = year(z, c);
            days(year, y, x).or_else(|| days(year, x, y))
        }
        _ => None,
    }
}

/// The year of two digits: up to 30 of this century.
fn year(number: i64, text: &str) -> i64 {
    match text.len() {
        2 if number <= 30 => 2000 + number,
        2 => 1900 + number,
        _ => number,
    }
}

/// Days since 1970 of a day that exists (Hinnant, *chrono-compatible low-level date algorithms*).
#[allow(clippy::cast_precision_loss)] // some hundred thousand days
fn days(year: i64, month: i64, day: i64) -> Option<f64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) || !(1800..=2200).contains(&year) {
        return None;
    }
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    Some((era * 146_097 + doe - 719_468) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_many_ways() {
        for value in [
            "1980-03-07",
            "07.03.1980",
            "7/3/1980",
            "7 Mar 1980",
            "March 7, 1980",
            "19800307",
            "7. März 1980",
            "07-MAR-1980",
            "1980/03/07",
        ] {
            let found = read(value);
            assert_eq!(
                found.map(|d| (d.days, d.clock)),
                Some((3718.0, false)),
                "{value}"
            );
        }
        for value in [
            "1980-03-07T12:00:00Z",
            "1980-03-07 12:00",
            "mar/07/1980 12:00:00",
            "1980-03-07T12:00:00.25+02:00",
        ] {
            let found = read(value);
            assert!(
                found.is_some_and(|d| d.clock && (d.days - 3718.5).abs() < 1e-9),
                "{value}: {found:?}"
            );
        }
        for value in [
            "2023-02-30",
            "12:30",
            "198.51.100.7",
            "1980-13-01",
            "hello",
            "",
            "1.5",
            "99999999",
            "Μάιος",
            "a:b:c d e",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
    }
}
