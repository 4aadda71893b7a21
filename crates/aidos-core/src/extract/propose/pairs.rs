//! Proposals for lines of `key=value` pairs.

use super::Proposal;
use super::lines::{Bodies, OTHER_STAMP, leading_stamp, start};
use super::names::guess;
use super::values::needed_format;
use crate::extract::mapped::pairs::{self, Style};

/// Lines that are mostly `key=value`.
pub(super) fn from_pairs(lines: &[&str], comments: usize, name: &str) -> Option<Proposal> {
    let bodies = Bodies::new(lines);
    let style = best_style(&bodies.texts)?;
    let Gathered {
        columns,
        mut firsts,
        times,
    } = gather(&bodies.texts, &style);
    let guesses = guess(&columns, name);
    let about = format!("{} lines of {} keys and values", lines.len(), columns.len());
    let mut file = start(name, &about, &bodies, comments);
    let has_time = times.len() * 10 >= lines.len() * 9;
    let needs_part = has_time && times.iter().any(|(_, _, other)| *other);
    let stamps: Vec<&str> = if has_time {
        times
            .iter()
            .filter_map(|(before, len, _)| before.get(..*len))
            .collect()
    } else {
        let time = guesses
            .iter()
            .position(|guess| guess.field.as_deref() == Some("@timestamp"));
        time.and_then(|at| columns.get(at))
            .map(|(_, values)| values.clone())
            .unwrap_or_default()
    };
    if let Some(format) = needed_format(&stamps) {
        file.list("time_formats", &[format]);
    }
    if needs_part {
        file.table("[parts]");
        file.key("when", OTHER_STAMP);
    }
    file.table("[[pattern]]");
    let time = match (has_time, needs_part) {
        (false, _) => "",
        (true, false) => "[^0-9A-Za-z]*%{stamp:time}",
        (true, true) => "[^0-9A-Za-z]*%{when:time}",
    };
    firsts.truncate(20);
    let firsts: Vec<String> = firsts.iter().map(|key| regex::escape(key)).collect();
    let assign = regex::escape(&style.assign);
    file.key(
        "match",
        &format!("^{time}.*?(?<pairs>(?:{}){assign}.*)$", firsts.join("|")),
    );
    file.table("[pairs]");
    file.key("separator", &style.separator);
    file.key("assign", &style.assign);
    if !style.trim.is_empty() {
        file.key("trim", ",");
    }
    file.table("[pairs.keys]");
    let guesses: Vec<_> = if has_time {
        // The stamp at the start is the row's time, others are facts in it.
        guesses
            .into_iter()
            .map(|mut guess| {
                if guess.field.as_deref() == Some("@timestamp") {
                    guess.field = Some(format!("aidos.{name}.{}_time", super::slug(&guess.source)));
                }
                guess
            })
            .collect()
    } else {
        guesses
    };
    file.guesses(&guesses);
    file.types(&guesses);
    let mut why = vec![about];
    why.extend(guesses.iter().filter_map(|guess| {
        Some(format!(
            "key `{}` is taken for `{}`: {}",
            guess.source,
            guess.field.as_ref()?,
            guess.why
        ))
    }));
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// How the pairs of these lines are told apart, where they are half of them at least.
fn best_style(texts: &[&str]) -> Option<Style> {
    let styles = [
        (" ", "="),
        (",", "="),
        (";", "="),
        ("|", "="),
        ("\t", "="),
        (",", ":"),
        (";", ":"),
        ("|", ":"),
    ];
    let (style, covered) = styles
        .into_iter()
        .map(|(separator, assign)| {
            let style = Style {
                separator: separator.to_owned(),
                assign: assign.to_owned(),
                trim: [','].into_iter().filter(|_| separator == " ").collect(),
                open_ended: false,
            };
            let covered = coverage(texts, &style);
            (style, covered)
        })
        // Of styles that cover the same, the first is the plainest.
        .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (covered >= 50).then_some(style)
}

/// What the pairs of all lines hold.
struct Gathered<'a> {
    /// Values by key, in the order in which the keys came; empty where a row has none.
    columns: Vec<(String, Vec<&'a str>)>,
    /// The keys with which rows begin.
    firsts: Vec<&'a str>,
    /// What stands before the pairs, the length of its stamp, and whether that needs a format.
    times: Vec<(&'a str, usize, bool)>,
}

fn gather<'a>(texts: &[&'a str], style: &Style) -> Gathered<'a> {
    let mut columns: Vec<(String, Vec<&str>)> = Vec::new();
    let mut firsts: Vec<&str> = Vec::new();
    let mut times = Vec::new();
    for (row, body) in texts.iter().enumerate() {
        let mut is_first = true;
        pairs::each(body, style, &mut |key, value| {
            let end = (key.as_ptr() as usize).wrapping_sub(body.as_ptr() as usize);
            let before = body.get(..end).unwrap_or_default();
            if is_first {
                is_first = false;
                times.extend(
                    leading_stamp(before.trim()).map(|(len, other)| (before.trim(), len, other)),
                );
                if !firsts.contains(&key) {
                    firsts.push(key);
                }
            }
            let std::borrow::Cow::Borrowed(value) = value else {
                return;
            };
            let at = columns
                .iter()
                .position(|(known, _)| known == key)
                .unwrap_or_else(|| {
                    columns.push((key.to_owned(), Vec::new()));
                    columns.len() - 1
                });
            if let Some((_, values)) = columns.get_mut(at) {
                values.resize(row, "");
                values.push(value);
            }
        });
    }
    columns.truncate(150);
    for (_, values) in &mut columns {
        values.resize(texts.len(), "");
    }
    Gathered {
        columns,
        firsts,
        times,
    }
}

/// How much of the lines are pairs, in percent; 0 where a line has fewer than three.
fn coverage(bodies: &[&str], style: &Style) -> usize {
    let mut total = 0;
    let mut covered = 0;
    let mut rich = 0;
    for body in bodies {
        let mut count = 0;
        pairs::each(body, style, &mut |key, value| {
            let sound = key.chars().next().is_some_and(char::is_alphabetic)
                && key
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
            if sound && key.len() <= 40 {
                count += 1;
                covered += key.len() + value.len() + 2;
            }
        });
        rich += usize::from(count >= 3);
        total += body.len() + 1;
    }
    if rich * 10 < bodies.len() * 7 || rich == 0 {
        return 0;
    }
    covered * 100 / total.max(1)
}
