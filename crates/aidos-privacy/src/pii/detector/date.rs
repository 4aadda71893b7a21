//! Dates and times: ISO 8601, day-month-year and month-day-year, months by name in six
//! languages, the stamps of logs, and clock times. What was born or died with them is a subtype.

use crate::pii::check::{is_day, number};
use crate::pii::window::{Report, Run, Window};
use crate::pii::words::{Hit, topic};
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::DateTime,
    subtype: None,
    detector: "date_time",
    score: 0.9,
    proof: Proof::Checked,
    why: "a day that the calendar has",
};

/// Years that are read as such.
fn is_year(n: u32) -> bool {
    (1800..2200).contains(&n)
}

/// Reports a date with the subtype that words beside it give.
fn report(w: &mut Window<'_>, start: usize, end: usize, score: f32, why: &'static str) {
    let birth = w.nearest_before(topic::BIRTH, start);
    let death = w.nearest_before(topic::DEATH, start);
    let behind = |topic| w.nearest_after(topic, end).is_some_and(|gap| gap <= 3);
    let subtype = match (birth, death) {
        (Some(b), Some(d)) if d < b => Some("DECEASED_DATE"),
        (Some(_), _) => Some("BIRTHDAY"),
        (None, Some(_)) => Some("DECEASED_DATE"),
        (None, None) if behind(topic::BIRTH) => Some("BIRTHDAY"),
        (None, None) if behind(topic::DEATH) => Some("DECEASED_DATE"),
        (None, None) => None,
    };
    w.report(
        start,
        end,
        Report {
            subtype,
            score,
            why,
            ..FOUND
        },
    );
}

/// Looks for a date or a time at a run of digits.
pub(crate) fn at_digits(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::DateTime)
        || w.number_before(run.start)
        || matches!(w.before(run.start), b'$' | b'#' | b'+')
    {
        return;
    }
    // `T` before a time is the middle of a stamp that was read already.
    if w.word_before(run.start) {
        return;
    }
    match run.len() {
        4 => year_first(w, run),
        1 | 2 => day_first(w, run),
        8 => packed(w, run),
        _ => {}
    }
}

/// `2023-03-07`, `2023/03/07`, `2023.03.07`, and a time behind it.
fn year_first(w: &mut Window<'_>, run: Run) {
    let separator = w.at(run.end);
    let Some(year) = number(w.slice(run.start, run.end)).filter(|&y| is_year(y)) else {
        return;
    };
    if !matches!(separator, b'-' | b'/' | b'.') {
        return;
    }
    let month_end = w.digits(run.end + 1, 2);
    let day_end = w.digits(month_end + 1, 2);
    let month = number(w.slice(run.end + 1, month_end));
    let day = number(w.slice(month_end + 1, day_end));
    let (Some(month), Some(day)) = (month, day) else {
        return;
    };
    if w.at(month_end) != separator || !is_day(year, month, day) {
        return;
    }
    let end = with_time(w, day_end);
    if end == day_end
        && (w.at(end).is_ascii_digit()
            || w.word_at(end)
            || w.at(end) == separator && w.at(end + 1).is_ascii_digit())
    {
        return;
    }
    report(w, run.start, end, 0.95, "a date with the year first");
}

/// `07/03/2023`, `7.3.2023`, `03-07 10:00:00`, or a clock time.
fn day_first(w: &mut Window<'_>, run: Run) {
    let separator = w.at(run.end);
    if separator == b':' || matches!(separator, b' ' | b'a' | b'p' | b'A' | b'P') {
        clock_alone(w, run);
        return;
    }
    if !matches!(separator, b'-' | b'/' | b'.') {
        return;
    }
    // German and Czech writers leave a blank: `7. 3. 2023`.
    let gap = usize::from(separator == b'.' && w.at(run.end + 1) == b' ');
    let second_start = run.end + 1 + gap;
    let second_end = w.digits(second_start, 3);
    let first = number(w.slice(run.start, run.end)).unwrap_or(0);
    let Some(second) = number(w.slice(second_start, second_end)) else {
        return;
    };
    let size = second_end - second_start;
    if size > 2 {
        return;
    }
    if w.at(second_end) != separator {
        // A stamp without a year: only with a clock time that has seconds.
        let clock = (w.at(second_end) == b' ')
            .then(|| clock(w, second_end + 1))
            .flatten();
        if separator != b'.'
            && run.len() == 2
            && size == 2
            && is_day(0, first, second)
            && let Some((end, true)) = clock
        {
            report(w, run.start, end, 0.8, "a stamp without a year");
        }
        return;
    }
    if gap == 1 && w.at(second_end + 1) != b' ' {
        return;
    }
    let year_start = second_end + 1 + gap;
    let year_end = w.digits(year_start, 5);
    let Some(year) = number(w.slice(year_start, year_end)) else {
        return;
    };
    let long = year_end - year_start == 4 && is_year(year);
    let short = gap == 0
        && year_end - year_start == 2
        && (run.len() == 2 && size == 2 || separator == b'/' || introduced(w, run.start));
    if !(long || short) {
        return;
    }
    let year = if long { year } else { 2000 + year };
    if !is_day(year, second, first) && !is_day(year, first, second) {
        return;
    }
    let end = with_time(w, year_end);
    let goes_on = matches!(w.at(end), b'-' | b'/' | b'.') && w.at(end + 1).is_ascii_digit();
    if end == year_end && (goes_on || w.word_at(end)) {
        return;
    }
    let (score, why) = if long {
        (0.9, "a date with the year last")
    } else {
        (0.6, "a date with a year of two digits")
    };
    report(w, run.start, end, score, why);
}

/// Whether a word that leads to a day stands right before a place: `am 7.3.23`, never `version 7.3.23`.
fn introduced(w: &Window<'_>, start: usize) -> bool {
    const WORDS: [&str; 29] = [
        "am", "vom", "seit", "bis", "ab", "zum", "den", "geb.", "on", "since", "until", "from",
        "born", "b.", "el", "del", "al", "desde", "hasta", "nac.", "il", "dal", "le", "du", "nato",
        "nata", "στις", "από", "έως",
    ];
    let before = w.text.get(..start).unwrap_or_default();
    let Some(before) = before.strip_suffix(' ') else {
        return false;
    };
    let before = before.strip_suffix(':').unwrap_or(before);
    let birth = || {
        w.nearest_before(topic::BIRTH, start)
            .is_some_and(|gap| gap <= 3)
    };
    let word = |word: &&str| {
        before
            .strip_suffix(*word)
            .is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    };
    WORDS.iter().any(word) || birth()
}

/// `20230307`, only where a birth or a death is spoken of, or with a time (`20230307T101500Z`).
fn packed(w: &mut Window<'_>, run: Run) {
    let part =
        |from: usize, to: usize| number(w.slice(run.start + from, run.start + to)).unwrap_or(0);
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    if !is_year(year) || !is_day(year, month, day) || w.word_at(run.end) {
        return;
    }
    let near = |topic| {
        w.nearest_before(topic, run.start)
            .is_some_and(|gap| gap <= 8)
    };
    if near(topic::BIRTH) || near(topic::DEATH) {
        report(
            w,
            run.start,
            run.end,
            0.8,
            "eight digits of a date, and a word before them",
        );
    }
}

/// A clock time that stands alone.
fn clock_alone(w: &mut Window<'_>, run: Run) {
    let Some((end, seconds)) = clock(w, run.start) else {
        return;
    };
    let marked = w.before(end).eq_ignore_ascii_case(&b'm') || w.before(end) == b'.';
    let score = if seconds || marked { 0.8 } else { 0.6 };
    // `10:30` must look like one: two digits, no port, no ratio.
    if !marked
        && !seconds
        && (run.len() < 2 || matches!(w.before(run.start), b'.' | b':' | b']' | b'/' | b'='))
    {
        return;
    }
    w.report(
        run.start,
        end,
        Report {
            score,
            why: "a clock time",
            ..FOUND
        },
    );
}

/// Looks for a bare hour and its half of the day in one token: `3pm`.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    if w.word_before(run.start) || w.number_before(run.start) {
        return;
    }
    if let Some((end, _)) = clock(w, run.start)
        && end == run.end
    {
        w.report(
            run.start,
            end,
            Report {
                score: 0.7,
                why: "an hour and its half of the day",
                ..FOUND
            },
        );
    }
}

/// Where a clock time ends, and whether it has seconds: `10:30`, `10:30:05.123`, `7:05 pm`,
/// `7pm`, and its zone where it is a number or `Z`.
fn clock(w: &Window<'_>, start: usize) -> Option<(usize, bool)> {
    let hours_end = w.digits(start, 2);
    let hours = number(w.slice(start, hours_end))?;
    let mut end = hours_end;
    let mut seconds = false;
    if w.at(hours_end) == b':' {
        let two = |place: usize, most: u32| {
            let end = w.digits(place, 3);
            (end - place == 2 && number(w.slice(place, end)).is_some_and(|n| n <= most))
                .then_some(end)
        };
        end = two(hours_end + 1, 59)?;
        if w.at(end) == b':'
            && let Some(after) = two(end + 1, 60)
        {
            end = after;
            seconds = true;
            if matches!(w.at(end), b'.' | b',') && w.at(end + 1).is_ascii_digit() {
                let fraction = w.digits(end + 1, 10);
                // A comma may also end a clause: then no or other digits follow.
                if w.at(end) == b'.' || fraction - end - 1 == 3 {
                    end = fraction;
                }
            }
        }
        if w.at(end) == b':' && w.at(end + 1).is_ascii_hexdigit() {
            return None;
        }
    }
    if let Some(marked) = half(w, end) {
        return (1..=12).contains(&hours).then_some((marked, seconds));
    }
    if end == hours_end || hours > 23 {
        return None;
    }
    let zone = zone(w, end);
    (zone > end || !w.word_at(end)).then_some((zone, seconds))
}

/// Where `am`, `pm`, `a.m.`, `p.m.` behind a time ends.
fn half(w: &Window<'_>, place: usize) -> Option<usize> {
    let start = w.skip_blanks(place, 1);
    if !matches!(w.at(start), b'a' | b'A' | b'p' | b'P') {
        return None;
    }
    let long = w.slice(start + 1, start + 4).eq_ignore_ascii_case(b".m.");
    let short = w.at(start + 1).eq_ignore_ascii_case(&b'm') && !w.word_at(start + 2);
    if long {
        Some(start + 4)
    } else {
        short.then_some(start + 2)
    }
}

/// Where a numeric zone behind a time ends: `Z`, `+02:00`, ` +0200`.
fn zone(w: &Window<'_>, place: usize) -> usize {
    if w.at(place) == b'Z' && !w.word_at(place + 1) {
        return place + 1;
    }
    let sign = w.skip_blanks(place, 1);
    if !matches!(w.at(sign), b'+' | b'-') {
        return place;
    }
    let hours = w.digits(sign + 1, 5);
    let end = match hours - sign - 1 {
        4 => hours,
        2 if w.at(hours) == b':' && w.digits(hours + 1, 3) == hours + 3 => hours + 3,
        _ => return place,
    };
    let offset = number(w.slice(sign + 1, sign + 3)).unwrap_or(99);
    if offset <= 14 && !w.word_at(end) {
        end
    } else {
        place
    }
}

/// The end of a date with the time behind it, if one is there.
fn with_time(w: &Window<'_>, date: usize) -> usize {
    let next = w.at(date);
    let start = match next {
        // Apache writes `07/Mar/2023:10:00:00`.
        b'T' | b't' | b'_' | b':' | b' ' => date + 1,
        b',' if w.at(date + 1) == b' ' => date + 2,
        _ => return date,
    };
    if let Some(end) = french_clock(w, start) {
        return end;
    }
    match clock(w, start) {
        // A blank or a comma and a bare hour are too little to belong together.
        Some((end, _)) if w.slice(start, end).contains(&b':') => end,
        _ => date,
    }
}

/// Where a clock time as the French write it ends: `21h05`. Alone it may be a duration.
fn french_clock(w: &Window<'_>, start: usize) -> Option<usize> {
    let hours = w.digits(start, 2);
    let end = w.digits(hours + 1, 3);
    let number = |from, to| number(w.slice(from, to)).unwrap_or(99);
    let fits = hours > start && w.at(hours) == b'h' && end == hours + 3;
    (fits && number(start, hours) < 24 && number(hours + 1, end) < 60 && !w.word_at(end))
        .then_some(end)
}

/// Looks for a date around the name of a month.
pub(crate) fn at_month(w: &mut Window<'_>, hit: Hit) {
    if !w.wants(Kind::DateTime) {
        return;
    }
    // Short forms that are words too, also in other languages.
    let vague = w
        .text
        .get(hit.start..hit.end)
        .is_some_and(|word| ["set", "ago", "gen", "mag", "dic", "abr", "ene"].contains(&word));
    let day_before = day_before(w, hit.start);
    let mut end = hit.end;
    // An abbreviation's dot.
    if w.at(end) == b'.' {
        end += 1;
    }
    if let Some(start) = day_before {
        let mut last = hit.end;
        if let Some(year) = year_after(w, end, true) {
            last = with_time(w, year);
        } else if let Some((time, _)) = clock_after(w, end) {
            last = time;
        }
        if !vague || last > hit.end {
            report(w, start, last, 0.9, "a day and the name of a month");
        }
        return;
    }
    if vague {
        return;
    }
    if let Some(day_end) = day_after(w, end) {
        let mut last = day_end;
        if let Some(year) = year_after(w, day_end, false) {
            last = with_time(w, year);
        } else if let Some((time, _)) = clock_after(w, day_end) {
            // `Oct 26 18:13:50 2023`.
            last = match year_after(w, time, false) {
                Some(year) => year,
                None => time,
            };
        }
        report(w, hit.start, last, 0.85, "the name of a month and a day");
        return;
    }
    if let Some(year) = year_after(w, end, false) {
        report(w, hit.start, year, 0.75, "the name of a month and a year");
    }
}

/// A clock time behind one or two blanks.
fn clock_after(w: &Window<'_>, place: usize) -> Option<(usize, bool)> {
    let start = w.skip_blanks(place, 2);
    let found = (start > place).then(|| clock(w, start)).flatten()?;
    w.slice(start, found.0).contains(&b':').then_some(found)
}

/// Where the day before a month starts: `7 `, `07-`, `7. `, `7th of `, `7 de `, `1er `.
fn day_before(w: &Window<'_>, month: usize) -> Option<usize> {
    let mut place = month;
    let mut gap = 0;
    while gap < 2 && matches!(w.before(place), b' ' | b'-' | b'/' | b'.') {
        place -= 1;
        gap += 1;
    }
    if gap == 0 {
        return None;
    }
    for link in [" of", " de", " di", " του", " Of", " DE", " the"] {
        let from = place.saturating_sub(link.len());
        if w.text.get(from..place) == Some(link) {
            place = from;
            break;
        }
    }
    for ordinal in ["st", "nd", "rd", "th", "er", "º", "ª", ".", "ος", "η", "ης"] {
        let from = place.saturating_sub(ordinal.len());
        let fits = w
            .text
            .get(from..place)
            .is_some_and(|t| t.eq_ignore_ascii_case(ordinal));
        if fits && w.before(from).is_ascii_digit() {
            place = from;
            break;
        }
    }
    let mut start = place;
    while place - start < 3 && w.before(start).is_ascii_digit() {
        start -= 1;
    }
    let day = number(w.slice(start, place))?;
    let clean = !w.number_before(start) && !w.word_before(start);
    ((1..=31).contains(&day) && clean).then_some(start)
}

/// Where the day behind a month ends: ` 7`, ` 7th`, `/07`, `-07`.
fn day_after(w: &Window<'_>, month: usize) -> Option<usize> {
    let start = match w.at(month) {
        b' ' => w.skip_blanks(month, 2),
        b'/' | b'-' => month + 1,
        _ => return None,
    };
    let digits = w.digits(start, 3);
    let day = number(w.slice(start, digits))?;
    if !(1..=31).contains(&day)
        || digits - start > 2
        || matches!(w.at(digits), b':' | b'%' | b'.') && w.at(digits + 1).is_ascii_digit()
    {
        return None;
    }
    let ordinal = w.slice(digits, digits + 2).to_ascii_lowercase();
    let suffixed =
        matches!(ordinal.as_slice(), b"st" | b"nd" | b"rd" | b"th") && !w.word_at(digits + 2);
    let end = if suffixed { digits + 2 } else { digits };
    (!w.word_at(end)).then_some(end)
}

/// Where the year behind a month or a day ends: ` 2023`, `, 2023`, `-2023`, ` de 2023`, and
/// with `short` also `-23`.
fn year_after(w: &Window<'_>, place: usize, short: bool) -> Option<usize> {
    let mut start = place;
    for link in [" de ", " del ", ", ", " of ", " ", "/", "-", ","] {
        if w.text.get(place..place + link.len()) == Some(link) {
            start = place + link.len();
            break;
        }
    }
    if start == place {
        return None;
    }
    let end = w.digits(start, 5);
    let year = number(w.slice(start, end))?;
    let two = match w.before(start) {
        b'-' | b'/' => true,
        // `7 Mar 23`, but not the hour of `7 Mar 23:15` nor what `7 Mar 23 %` counts.
        b' ' => start == place + 1 && !w.number_at(end) && w.slice(end, end + 2) != b" %",
        _ => false,
    };
    let fits = end - start == 4 && is_year(year) || short && end - start == 2 && two;
    (fits && !w.word_at(end)).then_some(end)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, found_as, none};

    #[test]
    fn dates_in_six_languages_and_of_logs() {
        for (text, value) in [
            ("on 2023-03-07.", "2023-03-07"),
            (
                "at 2023-03-07T10:15:00.123Z end",
                "2023-03-07T10:15:00.123Z",
            ),
            ("2023-03-07 10:15:00,123 x", "2023-03-07 10:15:00,123"),
            ("2024-02-29T10:15:00+02:00", "2024-02-29T10:15:00+02:00"),
            ("[07/Mar/2023:10:15:00 +0100]", "07/Mar/2023:10:15:00 +0100"),
            ("Oct 26 18:13:50 host", "Oct 26 18:13:50"),
            ("Nov  3 18:13:50", "Nov  3 18:13:50"),
            ("mar/07/2023 10:15:00", "mar/07/2023 10:15:00"),
            ("03-07 10:15:00 firewall", "03-07 10:15:00"),
            ("due 07/03/2023", "07/03/2023"),
            ("seit 7.3.23 hier", "7.3.23"),
            ("el 9-7-22 nuestro", "9-7-22"),
            ("ist am 13. 9. 2020 21:05.", "13. 9. 2020 21:05"),
            ("le 20 juin 2022 20h20.", "20 juin 2022 20h20"),
            ("nato il 9 gen 1997 a", "9 gen 1997"),
            ("b. 28 Apr 72", "28 Apr 72"),
            ("am 7.3.2023 um", "7.3.2023"),
            ("on 12/31/99", "12/31/99"),
            ("7 March 2023,", "7 March 2023"),
            ("March 7, 2023", "March 7, 2023"),
            ("the 7th of March 2023", "7th of March 2023"),
            ("March 2023", "March 2023"),
            ("στις 7 Μαρτίου 2023", "7 Μαρτίου 2023"),
            ("am 7. März 2023", "7. März 2023"),
            ("le 7 mars 2023", "7 mars 2023"),
            ("le 1er août 2023", "1er août 2023"),
            ("el 7 de marzo de 2023", "7 de marzo de 2023"),
            ("il 7 marzo 2023", "7 marzo 2023"),
            ("07-Mar-23", "07-Mar-23"),
            ("call at 10:30", "10:30"),
            ("at 7:05 pm", "7:05 pm"),
            ("12:34:56", "12:34:56"),
            ("at 3pm on", "3pm"),
        ] {
            found(text, Kind::DateTime, value);
        }
    }

    #[test]
    fn births_and_deaths() {
        found_as(
            "born on 7 March 1950",
            Kind::DateTime,
            "BIRTHDAY",
            "7 March 1950",
        );
        found_as("DOB: 07/03/1950", Kind::DateTime, "BIRTHDAY", "07/03/1950");
        found_as(
            "γεννήθηκε στις 7/3/1950",
            Kind::DateTime,
            "BIRTHDAY",
            "7/3/1950",
        );
        found_as(
            "geboren am 07.03.1950",
            Kind::DateTime,
            "BIRTHDAY",
            "07.03.1950",
        );
        found_as(
            "née le 7 mars 1950",
            Kind::DateTime,
            "BIRTHDAY",
            "7 mars 1950",
        );
        found_as(
            "nacida el 7 de marzo de 1950",
            Kind::DateTime,
            "BIRTHDAY",
            "7 de marzo de 1950",
        );
        found_as(
            "nata il 7 marzo 1950",
            Kind::DateTime,
            "BIRTHDAY",
            "7 marzo 1950",
        );
        let both = "born 7 March 1950, died 3 May 2010";
        found_as(both, Kind::DateTime, "BIRTHDAY", "7 March 1950");
        found_as(both, Kind::DateTime, "DECEASED_DATE", "3 May 2010");
        found_as(
            "απεβίωσε στις 03/05/2010",
            Kind::DateTime,
            "DECEASED_DATE",
            "03/05/2010",
        );
        found_as(
            "date_of_birth=19500307",
            Kind::DateTime,
            "BIRTHDAY",
            "19500307",
        );
    }

    #[test]
    fn numbers_that_are_no_date() {
        for text in [
            "2023-02-30",
            "32/13/2023",
            "1.2.3",
            "10.0.0.1:80",
            "you may 500",
            "ratio 3:4",
            "a 10:99",
            "1234-56-78",
            "version 2.12.03",
            "00:1a:2b:3c:4d:5e",
            "march on",
            "2023",
            "12:34:56:78",
            "20230307",
        ] {
            none(text, Kind::DateTime);
        }
    }
}
