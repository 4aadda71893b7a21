//! What columns say about each other: a first name beside a last one, a birthday before what happened later,
//! an age that follows from it, a date of death where the flag says so.

use std::collections::HashMap;

use super::date;
use super::header::fold;
use super::judge::{Candidates, Source};
use super::kind::Type;
use super::shape;
use super::stats::{Stats, as_float};

/// Rows that must show a relation.
const LEAST: usize = 8;
/// Columns that are compared with each other at most; more make pairs without end.
const MOST: usize = 96;

/// Adds what the columns say about each other.
pub(crate) fn relate(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    names(all, candidates);
    dates(all, candidates);
    flags(all, candidates);
    mails(all, candidates);
    ages(all, candidates);
    degrees(candidates);
    accounts(all, candidates);
    neighbours(candidates);
}

/// The best type of a column so far, where it is more likely than not.
fn best(candidates: &Candidates) -> Option<Type> {
    let mut best: Option<(Type, f64)> = None;
    for candidate in &candidates.0 {
        let score = candidate.score();
        if score > 0.0 && best.is_none_or(|(_, known)| score > known) {
            best = Some((candidate.kind, score));
        }
    }
    best.map(|(kind, _)| kind)
}

fn bests(candidates: &[Candidates]) -> Vec<Option<Type>> {
    candidates.iter().map(best).collect()
}

fn say(candidates: &mut [Candidates], at: usize, kind: Type, size: f64, why: &str) {
    if let Some(column) = candidates.get_mut(at) {
        column.of(kind).add(Source::Relation, size, why.to_owned());
    }
}

fn has(candidates: &[Candidates], at: usize, kind: Type) -> bool {
    candidates.get(at).is_some_and(|c| c.has(kind))
}

/// First and last names stand side by side.
fn names(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    let found = bests(candidates);
    for at in 0..all.len() {
        let beside = |kind: Type| {
            [at.wrapping_sub(1), at + 1]
                .iter()
                .any(|b| found.get(*b) == Some(&Some(kind)))
        };
        if has(candidates, at, Type::LastName) && beside(Type::FirstName) {
            say(
                candidates,
                at,
                Type::LastName,
                1.5,
                "it stands beside first names",
            );
        }
        if has(candidates, at, Type::FirstName) && beside(Type::LastName) {
            say(
                candidates,
                at,
                Type::FirstName,
                1.5,
                "it stands beside last names",
            );
        }
    }
}

/// The dates of a column by row, in days.
fn days(stats: &Stats<'_>) -> HashMap<usize, f64> {
    let cells = stats.cells.iter();
    cells
        .filter_map(|(row, cell)| Some((*row, date::read(cell)?.days)))
        .collect()
}

/// The columns that hold dates.
fn dated(all: &[Stats<'_>]) -> Vec<(usize, HashMap<usize, f64>)> {
    all.iter()
        .enumerate()
        .filter(|(_, s)| s.share(shape::Shape::Date) >= 0.6)
        .take(MOST)
        .map(|(at, s)| (at, days(s)))
        .collect()
}

/// How often one column's date lies before another's, and the years between, the middle one.
fn order(one: &HashMap<usize, f64>, other: &HashMap<usize, f64>) -> Option<(f64, f64)> {
    let mut gaps: Vec<f64> = one
        .iter()
        .filter_map(|(row, day)| Some((other.get(row)? - day) / 365.2425))
        .collect();
    if gaps.len() < LEAST {
        return None;
    }
    gaps.sort_by(f64::total_cmp);
    let before = as_float(gaps.iter().filter(|g| **g > 0.0).count()) / as_float(gaps.len());
    Some((before, gaps.get(gaps.len() / 2).copied()?))
}

/// A birthday lies long before other dates; a date of death is there for some rows only, and long after it.
fn dates(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    let dated = dated(all);
    let most = all.iter().map(|s| s.cells.len()).max().unwrap_or(0);
    for (one, first) in &dated {
        for (other, second) in &dated {
            if one == other {
                continue;
            }
            let Some((before, gap)) = order(first, second) else {
                continue;
            };
            if before < 0.97 || gap < 10.0 || !has(candidates, *one, Type::Birthday) {
                continue;
            }
            let why = "its dates lie many years before others of the same row";
            let told = candidates.get(*one).is_some_and(|c| {
                c.0.iter().any(|c| {
                    c.kind == Type::Birthday
                        && c.evidence.iter().any(|e| e.source == Source::Relation)
                })
            });
            if !told {
                say(candidates, *one, Type::Birthday, 3.0, why);
            }
            let sparse = second.len() * 10 < most * 7;
            if sparse && gap > 25.0 && has(candidates, *other, Type::DeceasedDate) {
                let why = "it is there for some rows only, and a life after the birthday";
                say(candidates, *other, Type::DeceasedDate, 5.0, why);
            }
        }
    }
}

/// Whether a flag says yes.
fn is_yes(cell: &str) -> bool {
    let yes = [
        "yes", "true", "y", "t", "1", "ja", "oui", "si", "sí", "sì", "ναι", "vero", "sim",
        "deceased", "dead", "died",
    ];
    yes.contains(&cell.to_lowercase().as_str())
}

/// A date that is there exactly where a flag says yes.
fn flags(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    let dated = dated(all);
    let born = bests(candidates).contains(&Some(Type::Birthday));
    for (at, stats) in all.iter().enumerate().take(MOST) {
        let flag = has(candidates, at, Type::Boolean) || has(candidates, at, Type::Deceased);
        if !flag || stats.distinct() > 6 {
            continue;
        }
        for (other, dates) in &dated {
            let (mut right, mut wrong, mut yes, mut no) = (0usize, 0usize, 0usize, 0usize);
            for (row, cell) in &stats.cells {
                match (is_yes(cell), dates.contains_key(row)) {
                    (true, true) => right += 1,
                    (false, true) => wrong += 1,
                    _ => {}
                }
                *(if is_yes(cell) { &mut yes } else { &mut no }) += 1;
            }
            // A date that was lost is usual, one that contradicts the flag is not.
            let clear = yes >= 3 && no >= 3 && wrong * 20 <= right && right * 10 >= yes * 6;
            if !clear || !has(candidates, *other, Type::DeceasedDate) {
                continue;
            }
            // Without a birthday it could be any end: of a contract, of a stay.
            let size = if born { 4.0 } else { 1.0 };
            say(
                candidates,
                *other,
                Type::DeceasedDate,
                size,
                "it is there exactly where a flag says yes",
            );
            let score = |kind| {
                candidates
                    .get(*other)
                    .and_then(|c| c.score(kind))
                    .unwrap_or(0.0)
            };
            if score(Type::DeceasedDate) > score(Type::Time) {
                say(
                    candidates,
                    at,
                    Type::Deceased,
                    8.5,
                    "it says yes exactly where a date of death stands",
                );
            }
        }
    }
}

/// Most mail addresses are made of names: a column of single words that stand in the addresses of their rows.
fn mails(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    let Some(mail) = all.iter().find(|s| s.share(shape::Shape::Email) >= 0.6) else {
        return;
    };
    let local: HashMap<usize, String> = mail
        .cells
        .iter()
        .filter_map(|(row, cell)| Some((*row, fold(cell.split_once('@')?.0))))
        .collect();
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (at, stats) in all.iter().enumerate() {
        if stats.share(shape::Shape::Capital) < 0.8 || stats.words > 1.8 || stats.distinct() < LEAST
        {
            continue;
        }
        let rows = stats
            .cells
            .iter()
            .filter_map(|(row, cell)| Some((local.get(row)?, cell)));
        let (mut hits, mut count, mut early) = (0usize, 0usize, 0usize);
        for (local, cell) in rows {
            let name = fold(cell);
            count += 1;
            if name.len() >= 3
                && let Some(place) = local.find(&name)
            {
                hits += 1;
                early += usize::from(place == 0);
            }
        }
        if count >= LEAST && as_float(hits) > 0.4 * as_float(count) {
            found.push((at, as_float(early) / as_float(hits)));
        }
    }
    for &(at, early) in &found {
        let why = "its words stand in the mail addresses of their rows";
        let (likely, other) = if early > 0.6 {
            (Type::FirstName, Type::LastName)
        } else {
            (Type::LastName, Type::FirstName)
        };
        say(candidates, at, likely, 5.0, why);
        say(candidates, at, other, 3.0, why);
    }
}

/// An age and a birthday add up to the same year in all rows.
fn ages(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    for (at, stats) in all.iter().enumerate().take(MOST) {
        if !has(candidates, at, Type::Birthday) {
            continue;
        }
        let born = days(stats);
        for (other, numbers) in all.iter().enumerate().take(MOST) {
            if !has(candidates, other, Type::Age) {
                continue;
            }
            let sums: Vec<f64> = numbers
                .cells
                .iter()
                .filter_map(|(row, cell)| Some(born.get(row)? / 365.2425 + shape::number(cell)?))
                .collect();
            if sums.len() < LEAST {
                continue;
            }
            let mean = sums.iter().sum::<f64>() / as_float(sums.len());
            let spread = (sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>()
                / as_float(sums.len()))
            .sqrt();
            if spread < 1.5 {
                say(
                    candidates,
                    other,
                    Type::Age,
                    6.0,
                    "it adds up with the birthday to the same year in all rows",
                );
                say(
                    candidates,
                    at,
                    Type::Birthday,
                    3.0,
                    "it adds up with an age to the same year in all rows",
                );
            }
        }
    }
}

/// Latitudes and longitudes come in pairs, the latitude first where nothing else tells.
fn degrees(candidates: &mut [Candidates]) {
    for at in 0..candidates.len().saturating_sub(1) {
        let pair = |kind: Type, at: usize| candidates.get(at).and_then(|c| c.score(kind));
        let degrees = |at: usize| pair(Type::Longitude, at).is_some();
        if !degrees(at) || !degrees(at + 1) {
            continue;
        }
        let swapped = pair(Type::Latitude, at)
            .is_none_or(|lat| pair(Type::Longitude, at) > Some(lat + 1.5))
            && pair(Type::Latitude, at + 1).is_some();
        let (lat, lon) = if swapped { (at + 1, at) } else { (at, at + 1) };
        if has(candidates, lat, Type::Latitude) {
            say(
                candidates,
                lat,
                Type::Latitude,
                2.5,
                "it stands beside longitudes",
            );
            say(
                candidates,
                lon,
                Type::Longitude,
                2.5,
                "it stands beside latitudes",
            );
        }
    }
}

/// Names of accounts hold the names of their persons; whole names hold both.
fn accounts(all: &[Stats<'_>], candidates: &mut [Candidates]) {
    let found = bests(candidates);
    let mut names: HashMap<usize, Vec<String>> = HashMap::new();
    for (stats, kind) in all.iter().zip(&found) {
        if matches!(kind, Some(Type::FirstName | Type::LastName | Type::Person)) {
            for (row, cell) in &stats.cells {
                let words = fold(cell);
                let words = words
                    .split_whitespace()
                    .filter(|w| w.len() >= 3)
                    .map(str::to_owned);
                names.entry(*row).or_default().extend(words);
            }
        }
    }
    if names.is_empty() {
        return;
    }
    for (at, stats) in all.iter().enumerate() {
        let open = [Type::UserName, Type::Person]
            .iter()
            .any(|k| has(candidates, at, *k));
        let single = stats.share(shape::Shape::Word) > 0.9;
        if !(open || single)
            || matches!(
                found.get(at),
                Some(Some(Type::FirstName | Type::LastName | Type::Email))
            )
        {
            continue;
        }
        let (mut hits, mut both, mut rows) = (0usize, 0usize, 0usize);
        for (row, cell) in &stats.cells {
            let Some(words) = names.get(row) else {
                continue;
            };
            rows += 1;
            let cell = fold(cell);
            let inside = words.iter().filter(|w| cell.contains(w.as_str())).count();
            hits += usize::from(inside >= 1);
            both += usize::from(inside >= 2 && cell.contains(' '));
        }
        if rows < LEAST {
            continue;
        }
        let technical = [shape::Shape::Email, shape::Shape::Url, shape::Shape::Domain];
        let plain = technical.iter().all(|s| stats.share(*s) < 0.5);
        if as_float(both) > 0.6 * as_float(rows) && found.get(at) != Some(&Some(Type::Person)) {
            say(
                candidates,
                at,
                Type::Person,
                3.0,
                "it holds the first and last name of its row",
            );
        } else if single && plain && as_float(hits) > 0.4 * as_float(rows) {
            say(
                candidates,
                at,
                Type::UserName,
                5.5,
                "it holds the name of the person of its row",
            );
        }
    }
}

/// Types that come together: places, and what is said of persons.
fn neighbours(candidates: &mut [Candidates]) {
    let found = bests(candidates);
    let place = |kind: Type| {
        matches!(
            kind,
            Type::Address | Type::City | Type::Region | Type::Country | Type::Zip
        )
    };
    let person = |kind: Type| {
        matches!(
            kind,
            Type::Person
                | Type::FirstName
                | Type::LastName
                | Type::Birthday
                | Type::Gender
                | Type::MaritalStatus
                | Type::Title
                | Type::Diagnosis
                | Type::Smoking
                | Type::BloodType
        )
    };
    let persons = found.iter().flatten().filter(|k| person(**k)).count();
    for at in 0..candidates.len() {
        let near = |of: &dyn Fn(Type) -> bool| {
            (at.saturating_sub(2)..=at + 2)
                .filter(|b| *b != at)
                .any(|b| found.get(b).copied().flatten().is_some_and(of))
        };
        let beside = near(&place);
        let open: Vec<Type> = candidates
            .get(at)
            .map(|c| c.0.iter().map(|c| c.kind).collect())
            .unwrap_or_default();
        for kind in open {
            if place(kind) && beside {
                say(candidates, at, kind, 1.5, "it stands beside places");
            }
            if !matches!(kind, Type::Age | Type::Weight | Type::Height) {
                continue;
            }
            if persons > 0 {
                say(candidates, at, kind, 1.3, "the table is of persons");
            } else {
                say(
                    candidates,
                    at,
                    kind,
                    -0.8,
                    "nothing else in the table is of persons",
                );
            }
        }
    }
}
