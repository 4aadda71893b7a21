//! Calendar dates for axes and tables, without a clock or a time zone: everything is UTC.
//!
//! The date arithmetic is Howard Hinnant's `civil_from_days`, the proleptic Gregorian calendar.

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// The instants that can be shown, the years 1 to 9999, in seconds since 1970; others are clamped.
const RANGE: (i64, i64) = (-62_135_596_800, 253_402_300_799);

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Keeps an instant within the years 1 to 9999.
pub(crate) fn clamp(seconds: i64) -> i64 {
    seconds.clamp(RANGE.0, RANGE.1)
}

/// Year, month (1..=12) and day (1..=31) of an instant.
fn civil(seconds: i64) -> (i64, i64, i64) {
    let days = clamp(seconds).div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The first instant of a month; `month` may run past 12 into later years.
fn month_start(year: i64, month: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY
}

/// `2023-03-07`.
pub(crate) fn date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `10:38`.
fn clock(seconds: i64) -> String {
    let rest = clamp(seconds).rem_euclid(DAY);
    format!("{:02}:{:02}", rest / 3_600, rest / 60 % 60)
}

/// Names the beginning of a bucket of `step` seconds: its day, and the time where buckets are shorter or
/// not whole days.
///
/// ```
/// use aidos_view::time::bucket;
/// assert_eq!(bucket(1_678_147_200, 86_400), "2023-03-07");
/// assert_eq!(bucket(1_678_183_200, 3_600), "2023-03-07 10:00");
/// assert_eq!(bucket(1_678_147_200, 604_800), "2023-03-07");
/// ```
pub fn bucket(seconds: i64, step: i64) -> String {
    let day = date(seconds);
    if step >= DAY && step % DAY == 0 {
        day
    } else {
        format!("{day} {}", clock(seconds))
    }
}

/// Names a whole bucket: `2023-03-07`, or `the 6 hours from 2023-03-07 06:00`.
pub(crate) fn stretch(seconds: i64, step: i64) -> String {
    let from = bucket(seconds, step);
    if step == DAY {
        from
    } else {
        format!("the {} from {from}", step_name(step))
    }
}

/// The shortest column on round times that is `given` times a whole number, and no shorter than `least`.
pub(crate) fn round_step(given: i64, least: i64) -> i64 {
    const HOUR: i64 = 3_600;
    const ROUND: [i64; 21] = [
        1,
        2,
        5,
        10,
        30,
        60,
        120,
        300,
        900,
        1_800,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY,
        28 * DAY,
        364 * DAY,
    ];
    // A round column much longer than needed would hide more than it helps.
    let fits = |step: &i64| *step >= least && step / 4 <= least && step % given == 0;
    ROUND.into_iter().find(fits).unwrap_or_else(|| {
        let times = (least.saturating_sub(1) / given).saturating_add(1);
        given.saturating_mul(times)
    })
}

/// The length of a bucket in words, as after "per": `day`, `hour`, `6 hours`.
pub(crate) fn step_name(step: i64) -> String {
    for (size, one, many) in [
        (DAY, "day", "days"),
        (3_600, "hour", "hours"),
        (60, "minute", "minutes"),
    ] {
        if step == size {
            return one.to_owned();
        }
        if step > size && step % size == 0 {
            return format!("{} {many}", step / size);
        }
    }
    if step == 1 {
        "second".to_owned()
    } else {
        format!("{step} seconds")
    }
}

/// The marks of a time axis from `from` to `to`: at most eight instants on round times, labelled.
pub(crate) fn ticks(from: i64, to: i64) -> Vec<(i64, String)> {
    const STEPS: [i64; 13] = [
        60,
        300,
        900,
        1_800,
        3_600,
        7_200,
        10_800,
        21_600,
        43_200,
        DAY,
        2 * DAY,
        7 * DAY,
        14 * DAY,
    ];
    let (from, to) = (clamp(from), clamp(to));
    let span = to.saturating_sub(from);
    let Some(step) = STEPS.into_iter().find(|step| span / step < 8) else {
        return month_ticks(from, to);
    };
    let mut out = Vec::new();
    let mut at = from.div_euclid(step) * step;
    while at <= to && out.len() < 9 {
        if at >= from {
            let (_, month, day) = civil(at);
            let label = if at.rem_euclid(DAY) == 0 {
                format!("{day} {}", month_name(month))
            } else {
                clock(at)
            };
            out.push((at, label));
        }
        at += step;
    }
    out
}

/// Marks on the first of a month, every so many months.
fn month_ticks(from: i64, to: i64) -> Vec<(i64, String)> {
    let (first, month, _) = civil(from);
    let (last, ..) = civil(to);
    let months = (last - first + 1) * 12;
    let step = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1_200, 12_000]
        .into_iter()
        .find(|step| months / step < 8)
        .unwrap_or(24_000);
    // Steps of a year and more count from January, shorter ones from the month itself.
    let mut month = if step >= 12 { 1 } else { month };
    let mut out = Vec::new();
    loop {
        let at = month_start(first, month);
        if at > to || out.len() > 8 {
            return out;
        }
        if at >= from {
            let (year, month, _) = civil(at);
            let label = if step >= 12 {
                year.to_string()
            } else {
                format!("{} {year}", month_name(month))
            };
            out.push((at, label));
        }
        month += step;
    }
}

fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1)
        .ok()
        .and_then(|i| MONTHS.get(i))
        .copied()
        .unwrap_or("?")
}

/// Shortens an RFC 3339 instant in UTC to `2023-03-07 10:38:03`; anything else is `None`.
///
/// The table's header says UTC, the `datetime` attribute keeps the whole.
pub(crate) fn short(stamp: &str) -> Option<String> {
    let bytes = stamp.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    if bytes.last() != Some(&b'Z') || bytes.len() <= shape.len() {
        return None;
    }
    let (head, tail) = bytes.split_at_checked(shape.len())?;
    let fits = head.iter().zip(shape).all(|(byte, want)| match want {
        b'd' => byte.is_ascii_digit(),
        want => byte == want,
    });
    let fraction = match tail.split_last()?.1 {
        [] => true,
        [b'.', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    (fits && fraction).then(|| String::from_utf8_lossy(head).replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right() {
        for (seconds, text) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400, "2000-02-29"),
            (1_678_185_483, "2023-03-07"),
            (i64::MIN, "0001-01-01"),
            (i64::MAX, "9999-12-31"),
        ] {
            assert_eq!(date(seconds), text);
        }
    }

    #[test]
    fn months_start_where_their_first_day_does() {
        for year in [2, 1_969, 2_000, 2_023, 2_024] {
            for month in 1..=12 {
                let at = month_start(year, month);
                assert_eq!(civil(at), (year, month, 1));
                assert_ne!(civil(at - 1).1, month);
            }
        }
        assert_eq!(month_start(2_023, 13), month_start(2_024, 1));
    }

    #[test]
    fn steps_have_names() {
        for (step, name) in [
            (86_400, "day"),
            (3_600, "hour"),
            (21_600, "6 hours"),
            (90, "90 seconds"),
            (1, "second"),
        ] {
            assert_eq!(step_name(step), name);
        }
    }

    #[test]
    fn longer_steps_are_round_and_whole() {
        assert_eq!(round_step(3_600, 13 * 3_600), DAY);
        assert_eq!(round_step(DAY, 3 * DAY), 7 * DAY);
        assert_eq!(round_step(7, 20), 21);
        assert_eq!(round_step(DAY, 1), DAY);
        assert_eq!(
            stretch(1_678_168_800, 21_600),
            "the 6 hours from 2023-03-07 06:00"
        );
    }

    #[test]
    fn stamps_shorten_only_when_they_are_stamps() {
        assert_eq!(
            short("2023-03-07T10:38:03Z").as_deref(),
            Some("2023-03-07 10:38:03")
        );
        assert_eq!(
            short("2023-03-07T10:38:03.25Z").as_deref(),
            Some("2023-03-07 10:38:03")
        );
        for other in [
            "",
            "Z",
            "2023-03-07T10:38:03",
            "2023-03-07T10:38:03.Z",
            "2023-03-07T10:38:0éZ",
        ] {
            assert_eq!(short(other), None, "{other}");
        }
    }

    #[test]
    fn labels_are_round() {
        let labels = |from, to| ticks(from, to).into_iter().map(|t| t.1).collect::<Vec<_>>();
        let seventh = 1_678_147_200;
        assert_eq!(
            labels(seventh, seventh + DAY - 1)[..3],
            ["7 Mar", "03:00", "06:00"].map(String::from)
        );
        assert_eq!(labels(seventh, seventh + 5 * DAY)[1], "8 Mar");
        assert_eq!(labels(seventh, seventh + 200 * DAY)[0], "May 2023");
        assert_eq!(labels(seventh, seventh + 3_000 * DAY)[0], "2025");
    }

    proptest::proptest! {
        #[test]
        fn an_axis_never_floods(from: i64, to: i64) {
            let marks = ticks(from, to);
            proptest::prop_assert!(marks.len() <= 9);
            proptest::prop_assert!(marks.iter().all(|(at, _)| *at >= clamp(from) && *at <= clamp(to)));
        }
    }
}
