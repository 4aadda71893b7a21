//! Ages: the number before "years old" and its like, or after "age".

use crate::pii::check::number;
use crate::pii::window::{Report, Run, Window};
use crate::pii::words::{Hit, topic};
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::Age,
    subtype: None,
    detector: "age",
    score: 0.9,
    proof: Proof::Context,
    why: "a number of years, and words that make it an age",
};

/// An age of less certainty, and why it is one.
fn said(score: f32, why: &'static str) -> Report {
    Report {
        score,
        why,
        ..FOUND
    }
}

/// The oldest age that is believed.
const OLDEST: u32 = 122;

/// The number that ends before a unit at `unit`: where it starts and ends.
fn number_before(w: &Window<'_>, unit: usize) -> Option<(usize, usize)> {
    let gap = usize::from(matches!(w.before(unit), b' ' | b'-'));
    let end = unit - gap;
    let mut start = end;
    while end - start < 4 && w.before(start).is_ascii_digit() {
        start -= 1;
    }
    let age = number(w.slice(start, end))?;
    let clean =
        !w.word_before(start) && !w.number_before(start) && !matches!(w.before(start), b'$' | b'-');
    (gap == 1 && clean && (1..=OLDEST).contains(&age)).then_some((start, end))
}

/// Looks for an age before a unit that only ages have.
pub(crate) fn before_unit(w: &mut Window<'_>, hit: Hit) {
    if let Some((start, end)) = number_before(w, hit.start) {
        w.report(start, end, FOUND);
    }
}

/// Looks for an age before "years": only where a person is spoken of, and no duration.
pub(crate) fn before_years(w: &mut Window<'_>, hit: Hit) {
    let Some((start, end)) = number_before(w, hit.start) else {
        return;
    };
    let years = w.slice(hit.start, hit.end).to_ascii_lowercase();
    let lasting = w
        .nearest_before(topic::DURATION, start)
        .is_some_and(|gap| gap <= 2);
    let keyed = w
        .nearest_before(topic::AGE_KEY, start)
        .is_some_and(|gap| gap <= 6);
    // English and German say "old" or "alt"; without it years are mostly a duration.
    let bare = matches!(years.as_slice(), b"years" | b"yrs" | b"jahre" | b"jahren");
    let person = w
        .nearest_before(topic::PERSON, start)
        .is_some_and(|gap| gap <= 24);
    let ahead = w.text.get(hit.end..).unwrap_or_default().trim_start();
    let goes_on = [
        "d'",
        "de prison",
        "de cárcel",
        "di carcere",
        "fa",
        "ago",
        "εμπειρία",
    ];
    if keyed || !bare && !lasting && !goes_on.iter().any(|word| ahead.starts_with(word)) {
        let score = if keyed || person { 0.8 } else { 0.55 };
        w.report(start, end, Report { score, ..FOUND });
    }
}

/// Looks for an age behind "age", "aged" and their like.
pub(crate) fn after_key(w: &mut Window<'_>, hit: Hit) {
    // `max-age=60` is no person's.
    if matches!(w.before(hit.start), b'-' | b'/' | b'.' | b'%') {
        return;
    }
    let mut start = hit.end;
    for link in ["\"", "'"] {
        if w.text.get(start..).is_some_and(|t| t.starts_with(link)) {
            start += link.len();
        }
    }
    if matches!(w.at(start), b':' | b'=') {
        start += 1;
    }
    start = w.skip_blanks(start, 2);
    for link in [
        "of ",
        "is ",
        "von ",
        "de ",
        "di ",
        "ist ",
        "es ",
        "è ",
        "est ",
        "είναι ",
        "\"",
        "'",
    ] {
        if w.text.get(start..).is_some_and(|t| t.starts_with(link)) {
            start += link.len();
            break;
        }
    }
    let end = w.digits(start, 4);
    let Some(age) = number(w.slice(start, end)) else {
        return;
    };
    let unit = w.at(end) == b'%'
        || w.at(end) == b'-'
        || w.word_at(end)
        || w.number_at(end) && w.at(end) != b',';
    if start > hit.end && (1..=OLDEST).contains(&age) && !unit {
        let keyed = Report {
            score: 0.8,
            why: "a number behind a word for age",
            ..FOUND
        };
        w.report(start, end, keyed);
        // `aged 2 and 16`.
        let next = end + " and ".len();
        let second = w.digits(next, 3);
        let age = number(w.slice(next, second)).unwrap_or(0);
        if w.slice(end, next) == b" and " && (1..=OLDEST).contains(&age) && ends(w, second) {
            w.report(next, second, keyed);
        }
    }
}

/// Looks for an age behind a letter for a sex, both in brackets: `(f, 29)`.
pub(crate) fn at_digits(w: &mut Window<'_>, run: Run) {
    let before = w.slice(run.start.saturating_sub(4), run.start);
    if run.len() == 2
        && w.at(run.end) == b')'
        && let [b'(', sex, b',', b' '] = before
        && b"fmwhd".contains(&sex.to_ascii_lowercase())
        && w.at(run.start) != b'0'
    {
        let why = "a number behind a letter for a sex";
        let score = 0.8;
        w.report(run.start, run.end, said(score, why));
    }
}

/// Whether a statement ends at a place, so that a number before it counts nothing.
fn ends(w: &Window<'_>, place: usize) -> bool {
    let rest = w.text.get(place..).unwrap_or_default();
    let mark = matches!(
        w.at(place),
        0 | b',' | b'.' | b';' | b'!' | b'?' | b')' | b'\n' | b'\r'
    ) && !w.number_at(place);
    let goes_on = [
        " and ", " und ", " et ", " y ", " e ", " και ", " but ", " aber ",
    ];
    mark || goes_on.iter().any(|word| rest.starts_with(word))
}

/// Looks for an age behind "I am", "she's" and their like: a number that counts nothing.
pub(crate) fn after_said(w: &mut Window<'_>, hit: Hit) {
    let start = w.skip_blanks(hit.end, 2);
    let end = w.digits(start, 3);
    let age = number(w.slice(start, end)).unwrap_or(0);
    if start > hit.end && (1..=OLDEST).contains(&age) && ends(w, end) {
        let why = "a number that somebody is";
        let score = 0.75;
        w.report(start, end, said(score, why));
    }
}

/// Looks for ages behind the names of persons that other passes found: `Ada Byron, 36, wrote`, `Ada Byron (36)`.
pub(crate) fn behind_names(w: &mut Window<'_>, from: usize) {
    if !w.wants(Kind::Age) {
        return;
    }
    let names = w.found.get(from..).unwrap_or_default().iter();
    let names: Vec<usize> = (names.filter(|own| own.finding.kind == Kind::Person))
        .map(|own| own.finding.end)
        .collect();
    for name in names {
        let bracket = w.slice(name, name + 2) == b" (";
        if !bracket && w.slice(name, name + 2) != b", " {
            continue;
        }
        let start = name + 2;
        let end = w.digits(start, 3);
        let age = number(w.slice(start, end)).unwrap_or(0);
        let closed = if bracket {
            matches!(w.at(end), b')' | b',' | b' ') && !w.number_at(end)
        } else {
            ends(w, end)
        };
        if end - start >= 2 && (10..=OLDEST).contains(&age) && closed {
            let why = "a number behind a person's name";
            let score = 0.65;
            w.report(start, end, said(score, why));
        }
    }
}

/// Looks for an age and its unit in one token: `34yo`, `34y/o`.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    let digits = w.digits(run.start, 4);
    let unit = w.slice(digits, run.end);
    let slashed = unit.eq_ignore_ascii_case(b"y")
        && w.slice(run.end, run.end + 2).eq_ignore_ascii_case(b"/o")
        && !w.word_at(run.end + 2);
    let run = if slashed {
        Run {
            end: run.end + 2,
            ..run
        }
    } else {
        run
    };
    let known = slashed
        || unit.eq_ignore_ascii_case(b"yo")
        || unit.eq_ignore_ascii_case(b"yrs") && w.slice(run.end, run.end + 4) == b" old";
    let age = number(w.slice(run.start, digits)).unwrap_or(0);
    if known
        && (1..=OLDEST).contains(&age)
        && !w.word_before(run.start)
        && !w.number_before(run.start)
    {
        w.report(run.start, run.end, FOUND);
    }
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn ages_in_six_languages() {
        for (text, value) in [
            ("She is 34 years old.", "34"),
            ("a 34-year-old man", "34"),
            ("aged 34,", "34"),
            ("Age: 34", "34"),
            ("patient_age=34", "34"),
            ("a 34yo male", "34yo"),
            ("είναι 34 ετών", "34"),
            ("ηλικία 34", "34"),
            ("Er ist 34 Jahre alt", "34"),
            ("der 34-jährige Mann", "34"),
            ("elle a 34 ans", "34"),
            ("âgé de 34 ans", "34"),
            ("tiene 34 años", "34"),
            ("edad: 34", "34"),
            ("ha 34 anni", "34"),
            ("I'm 34, she's 33", "34"),
            ("He was 74.", "74"),
            ("ich bin 34 und ledig", "34"),
            ("Pt 34y/o M", "34y/o"),
            ("I (f, 34) live here", "34"),
            ("(aged 2 and 34)", "34"),
            ("di anni 34, seguita", "34"),
        ] {
            found(text, Kind::Age, value);
        }
    }

    #[test]
    fn numbers_that_are_no_age() {
        for text in [
            "max-age=60",
            "34 years of service",
            "depuis 10 ans",
            "hace 10 años",
            "da 10 anni",
            "500 years old",
            "vor 10 Jahren",
            "page 34",
            "age 34%",
            "age 1.5",
            "message 34",
            "she is 10 minutes late",
            "I'm 99.9 % sure",
            "he is 2-0 up",
        ] {
            none(text, Kind::Age);
        }
    }
}
