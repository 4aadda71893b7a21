//! Why a mapping cannot be used.

/// A mapping file is refused. Nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The file is no TOML, or holds a key or a type that no mapping has.
    #[error(
        "cannot read mapping `{file}`: line {line}, column {column}: {message}; \
         see docs/reference/mappings.md for every key"
    )]
    Toml {
        /// Name of the file as the caller gave it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What the TOML reader found and expected.
        message: String,
    },
    /// The file is TOML, but what a key says cannot be.
    #[error("cannot use mapping `{file}`: {}`{key}` {problem}; {way_out}", at_line(*.line))]
    Key {
        /// Name of the file as the caller gave it.
        file: String,
        /// Line on which the key stands, where it was found.
        line: Option<usize>,
        /// The key, dotted, patterns counted from 1: `pattern.2.match`.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        way_out: String,
    },
}

fn at_line(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!("line {line}: "))
}

/// What is wrong with one key, before it is known in which file.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    pub(super) key: String,
    pub(super) problem: String,
    pub(super) way_out: String,
}

impl Wrong {
    pub(super) fn new(
        key: impl Into<String>,
        problem: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
            way_out: way_out.into(),
        }
    }

    /// Adds the file, and the line where the key is found in it.
    pub(super) fn of(self, file: &str, toml: &str) -> MappingError {
        MappingError::Key {
            file: file.to_owned(),
            line: line_of(toml, &self.key),
            key: one_line(&self.key),
            problem: one_line(&self.problem),
            way_out: one_line(&self.way_out),
        }
    }
}

/// The text with its control characters escaped: what a file says must not end the line of a message, nor
/// be obeyed by a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The line on which a key is written: of a dotted key the longest end that stands before `=` or in a
/// table's head; for `pattern.2.x` only lines of the second pattern count.
fn line_of(toml: &str, key: &str) -> Option<usize> {
    let mut wanted = key;
    let mut pattern = None;
    if let Some(rest) = key.strip_prefix("pattern.") {
        let (number, rest) = rest.split_once('.').unwrap_or((rest, ""));
        pattern = number.parse::<usize>().ok();
        wanted = rest;
    }
    loop {
        let mut number = 0;
        for (index, line) in toml.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("[[pattern]]") {
                number += 1;
                if wanted.is_empty() && pattern == Some(number) {
                    return Some(index + 1);
                }
            }
            if pattern.is_some_and(|pattern| pattern != number) {
                continue;
            }
            let head = match line.strip_prefix('[') {
                Some(table) => table.trim_start_matches('[').split(']').next(),
                None => line.split('=').next(),
            };
            let bare: String = head
                .unwrap_or_default()
                .chars()
                .filter(|c| !matches!(c, '"' | '\'' | ' ' | '\t'))
                .collect();
            if !bare.is_empty() && bare == wanted {
                return Some(index + 1);
            }
        }
        wanted = wanted.split_once('.')?.1;
    }
}

/// Line and column, from 1, of a byte offset.
pub(super) fn position(toml: &str, offset: usize) -> (usize, usize) {
    let before = toml.get(..offset).unwrap_or(toml);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |last| last.chars().count())
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_where_they_stand() {
        let toml = "name = \"x\"\n[constants]\nevent.kind = 1\n[[pattern]]\nmatch = 'a'\n\
                    [[pattern]]\nmatch = 'b'\n[pattern.constants]\n\"a.b\" = 2\n";
        assert_eq!(line_of(toml, "name"), Some(1));
        assert_eq!(line_of(toml, "constants.event.kind"), Some(3));
        assert_eq!(line_of(toml, "pattern.1.match"), Some(5));
        assert_eq!(line_of(toml, "pattern.2.match"), Some(7));
        assert_eq!(line_of(toml, "pattern.2"), Some(6));
        assert_eq!(line_of(toml, "pattern.2.constants.a.b"), Some(9));
        assert_eq!(line_of(toml, "absent"), None);
        assert_eq!(position("a\nbc", 3), (2, 2));
    }
}
