//! Proposals for rows whose pieces have names: CSV, JSON, lines of separated values.

use bumpalo::Bump;

use super::names::{Guess, guess};
use super::values::{Kind, kind, needed_format};
use super::write::File;
use super::{Proposal, most};
use crate::extract::mapped::json::{self, Node};

/// At most so many columns or paths are mapped.
const MOST: usize = 150;

/// A CSV file; `separator` where the rows are lines that are split by it.
pub(super) fn from_cells(
    header: &[&str],
    rows: &[Vec<&str>],
    separator: Option<char>,
    name: &str,
) -> Option<Proposal> {
    let width = rows.iter().map(Vec::len).max()?.min(MOST);
    let (names, rows, has_header): (Vec<String>, &[Vec<&str>], bool) = if header.is_empty() {
        match rows
            .split_first()
            .filter(|(first, rest)| is_header(first, rest))
        {
            Some((first, rest)) => (
                first.iter().map(|name| name.trim().to_owned()).collect(),
                rest,
                true,
            ),
            None => (
                (1..=width)
                    .map(|number| format!("column {number}"))
                    .collect(),
                rows,
                false,
            ),
        }
    } else {
        (
            header.iter().map(|name| name.trim().to_owned()).collect(),
            rows,
            true,
        )
    };
    let names = distinct(names);
    let columns: Vec<(String, Vec<&str>)> = names
        .iter()
        .take(MOST)
        .enumerate()
        .map(|(index, name)| {
            let values = rows
                .iter()
                .map(|row| row.get(index).copied().unwrap_or_default());
            (name.clone(), values.collect())
        })
        .collect();
    let guesses = guess(&columns, name);
    if guesses.iter().all(|guess| guess.field.is_none()) {
        return None;
    }
    let about = format!("{} rows of {} columns", rows.len(), names.len());
    let mut file = File::new(name, "csv", &about);
    if let Some(separator) = separator {
        file.key("separator", &separator.to_string());
    }
    formats(&mut file, &columns, &guesses);
    let listed: Vec<&str> = names.iter().map(String::as_str).collect();
    if has_header {
        file.comment("The order of the columns where a file has no line with their names.");
    } else {
        file.comment("The file names no columns: give them better names here and below.");
    }
    file.list("header", &listed);
    file.table("[columns]");
    file.guesses(&guesses);
    file.types(&guesses);
    let mut why = vec![about];
    why.extend(reasons(&guesses));
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// The first row names the columns: words that are no values, all different, above other rows.
fn is_header(first: &[&str], rest: &[Vec<&str>]) -> bool {
    let is_name = |cell: &&str| {
        let cell = cell.trim();
        cell.chars().any(char::is_alphabetic)
            && cell.len() <= 60
            && matches!(kind(cell), Some(Kind::Word | Kind::Text))
    };
    let distinct = first
        .iter()
        .enumerate()
        .all(|(index, cell)| !first.iter().take(index).any(|c| c == cell));
    let other = rest.iter().any(|row| row.iter().any(|cell| !is_name(cell)));
    !rest.is_empty() && distinct && other && first.iter().all(|cell| is_name(&cell))
}

/// Empty and doubled names get numbers.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let name = if name.is_empty() {
            format!("column {}", index + 1)
        } else {
            name
        };
        let is_taken = |name: &str| out.iter().any(|taken| taken.eq_ignore_ascii_case(name));
        let name = if is_taken(&name) {
            format!("{name} {}", index + 1)
        } else {
            name
        };
        out.push(name);
    }
    out
}

fn formats(file: &mut File, columns: &[(String, Vec<&str>)], guesses: &[Guess]) {
    let time = guesses
        .iter()
        .position(|guess| guess.field.as_deref() == Some("@timestamp"));
    let values = time.and_then(|index| columns.get(index));
    if let Some(format) = values.and_then(|(_, values)| needed_format(values)) {
        if format.contains("%d/%m") || format.contains("%m/%d") {
            file.comment("Day and month: check which goes first.");
        }
        file.list("time_formats", &[format]);
    }
}

fn reasons(guesses: &[Guess]) -> impl Iterator<Item = String> {
    guesses.iter().filter_map(|guess| {
        let field = guess.field.as_ref()?;
        Some(format!(
            "`{}` is taken for `{field}`: {}",
            guess.source, guess.why
        ))
    })
}

/// Lines of the same number of pieces between `|`, tabs, `;` or commas.
pub(super) fn from_separated(lines: &[&str], name: &str) -> Option<Proposal> {
    let separator = ['\t', '|', ';', ','].into_iter().find(|&separator| {
        let count = |line: &&str| line.matches(separator).count();
        let first = lines.first().map_or(0, count);
        first >= 2 && lines.len() >= 2 && most(lines, |line| count(line) == first)
    })?;
    let rows: Vec<Vec<&str>> = lines
        .iter()
        .map(|line| {
            line.split(separator)
                .map(|cell| cell.trim().trim_matches('"'))
                .collect()
        })
        .collect();
    // Text with commas in it is no table: its pieces are long, and none of them is a value.
    let is_value = |cell: &&str| !matches!(kind(cell), None | Some(Kind::Text | Kind::Word));
    if !most(rows.get(1..).unwrap_or_default(), |row| {
        row.iter().filter(|cell| is_value(cell)).count() >= 2
    }) {
        return None;
    }
    from_cells(&[], &rows, Some(separator), name)
}

/// JSON objects.
pub(super) fn from_json(objects: &[&str], name: &str) -> Option<Proposal> {
    let arena = Bump::new();
    let nodes: Vec<Node<'_>> = objects
        .iter()
        .take(500)
        .filter_map(|text| json::parse(text, &arena).map(|(node, _)| node))
        .filter(|node| matches!(node, Node::Object(_)))
        .collect();
    let mut paths: Vec<String> = Vec::new();
    for node in &nodes {
        collect(*node, "", 0, &mut paths);
    }
    let columns: Vec<(String, Vec<&str>)> = paths
        .into_iter()
        .map(|path| {
            let values = nodes.iter().map(|node| {
                let mut first = "";
                node.each_at(&path, &mut |found| {
                    if first.is_empty() {
                        first = found.scalar().unwrap_or_default();
                    }
                });
                first
            });
            let values = values.collect();
            (path, values)
        })
        .collect();
    let guesses = guess(&columns, name);
    if guesses.iter().all(|guess| guess.field.is_none()) {
        return None;
    }
    let about = format!("{} objects with {} paths", nodes.len(), columns.len());
    let mut file = File::new(name, "json", &about);
    formats(&mut file, &columns, &guesses);
    // What every object has tells this log from others.
    let always: Vec<&str> = columns
        .iter()
        .filter(|(_, values)| values.iter().all(|value| !value.is_empty()))
        .map(|(path, _)| path.as_str())
        .take(3)
        .collect();
    if !always.is_empty() {
        file.comment("An object without these is of another log.");
        file.table("[when]");
        for path in &always {
            file.present(path);
        }
    }
    file.table("[paths]");
    file.guesses(&guesses);
    file.types(&guesses);
    let mut why = vec![about];
    why.extend(reasons(&guesses));
    Some(Proposal {
        toml: file.done(),
        why,
    })
}

/// The paths of all scalars.
fn collect(node: Node<'_>, path: &str, depth: usize, paths: &mut Vec<String>) {
    if paths.len() >= MOST || depth > 8 {
        return;
    }
    match node {
        Node::Object(members) => {
            for (key, inner) in members {
                let path = if path.is_empty() {
                    (*key).to_owned()
                } else {
                    format!("{path}.{key}")
                };
                collect(*inner, &path, depth + 1, paths);
            }
        }
        Node::List(items) => {
            for item in items {
                collect(*item, path, depth + 1, paths);
            }
        }
        _ if path.is_empty() || paths.iter().any(|known| known == path) => {}
        _ => paths.push(path.to_owned()),
    }
}
