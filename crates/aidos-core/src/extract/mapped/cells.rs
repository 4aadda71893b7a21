//! Rows of named cells: CSV records, sheet rows, lines of tab separated values.

use std::borrow::Cow;

use aidos_model::Defect;

use super::fill::Fill;
use super::lend;
use super::plan::Mapping;
use crate::extract::{Context, Row, Shape, Sink};

pub(super) fn extract<'a>(
    mapping: &Mapping,
    row: Row<'a, '_>,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let separator = mapping.separator.unwrap_or(',');
    let (cells, repaired): (Cow<'_, [Cow<'_, str>]>, bool) = match row.shape {
        Shape::Cells { cells, repaired } => (Cow::Borrowed(cells), repaired),
        _ => (Cow::Owned(split(row.text, separator)), false),
    };
    if cells.iter().all(|cell| cell.trim().is_empty()) || mapping.skip.is_match(row.text) {
        return sink.skip();
    }
    let columns = Columns::new(mapping, context.header);
    if columns.is_header(&cells) {
        return sink.skip();
    }
    let cell = |name: &str| columns.index(name).and_then(|index| cells.get(index));
    let found = mapping.patterns.iter().find(|pattern| {
        pattern.when.iter().all(|(name, tests)| {
            cell(name).is_some_and(|value| {
                let value = value.trim();
                !value.is_empty()
                    && !mapping.absent.iter().any(|word| word == value)
                    && tests.iter().any(|test| test.holds(value))
            })
        })
    });
    let Some(pattern) = found else {
        return sink.reject(row.line, "unknown_shape", row.text);
    };
    if pattern.skip {
        return sink.skip();
    }
    // Where the reader lends copies of the cells, the row is split again to know where they stand.
    let in_text = in_row(row.text, &cells, separator);
    let arena = sink.arena;
    let mut fill = Fill::new(mapping, context, row, sink);
    for (name, how) in &pattern.uses {
        let Some(index) = columns.index(name) else {
            continue;
        };
        let value = in_text
            .as_ref()
            .and_then(|pieces| pieces.get(index))
            .or_else(|| cells.get(index));
        if let Some(value) = value {
            fill.apply(how, lend(row.text, value, arena));
        }
    }
    if fill.is_empty() {
        return sink.reject(row.line, "unknown_shape", row.text);
    }
    if repaired {
        fill.note(Defect::StrayQuote, row.text, Some(row.text));
    }
    fill.finish(pattern, row.text);
}

/// Which column has which name: the file's header where it names ours, else the mapping's.
struct Columns<'h> {
    file: &'h [&'h str],
    own: &'h [String],
}

impl<'h> Columns<'h> {
    fn new(mapping: &'h Mapping, header: &'h [&'h str]) -> Self {
        // A `#fields` line may be handed over with its first word.
        let header = match header {
            ["#fields", rest @ ..] => rest,
            header => header,
        };
        let named = mapping.patterns.iter().flat_map(|pattern| &pattern.uses);
        let known = |name: &&str| named.clone().any(|(wanted, _)| same(wanted, name));
        let ours = header.iter().any(known);
        Self {
            file: if ours { header } else { &[] },
            own: if ours { &[] } else { &mapping.header },
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.file
            .iter()
            .position(|column| *column == name)
            .or_else(|| self.file.iter().position(|column| same(column, name)))
            .or_else(|| self.own.iter().position(|column| column == name))
    }

    /// Whether the cells are the names of the columns.
    fn is_header(&self, cells: &[Cow<'_, str>]) -> bool {
        let repeats = |names: &mut dyn Iterator<Item = &str>| {
            let mut count = 0;
            let all = cells.iter().zip(names).all(|(cell, name)| {
                count += 1;
                same(cell, name)
            });
            all && count > 0
        };
        repeats(&mut self.file.iter().copied()) || repeats(&mut self.own.iter().map(String::as_str))
    }
}

/// Names of columns are the same whatever their case and the blanks around them.
fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// The cells as pieces of the row, where splitting it gives the same cells.
fn in_row<'a>(text: &'a str, cells: &[Cow<'_, str>], separator: char) -> Option<Vec<Cow<'a, str>>> {
    [separator, ',', ';', '\t', '|']
        .into_iter()
        .find_map(|separator| {
            let pieces = split(text, separator);
            (pieces.len() == cells.len() && pieces.iter().zip(cells).all(|(a, b)| a == b))
                .then_some(pieces)
        })
}

/// Splits a line (RFC 4180); tabs know no quotation marks.
fn split(text: &str, separator: char) -> Vec<Cow<'_, str>> {
    if separator == '\t' {
        return text.split(separator).map(Cow::Borrowed).collect();
    }
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = match rest
            .strip_prefix('"')
            .and_then(|inside| quoted(inside, separator))
        {
            Some(found) => found,
            None => match rest.split_once(separator) {
                Some((cell, after)) => (Cow::Borrowed(cell), Some(after)),
                None => (Cow::Borrowed(rest), None),
            },
        };
        cells.push(cell);
        match after {
            Some(after) => rest = after,
            None => return cells,
        }
    }
}

/// A quoted cell after its first mark, and what follows its separator.
fn quoted(inside: &str, separator: char) -> Option<(Cow<'_, str>, Option<&str>)> {
    let mut search = 0;
    let mut doubled = false;
    loop {
        let at = search + inside.get(search..)?.find('"')?;
        let after = inside.get(at + 1..)?;
        if after.starts_with('"') {
            doubled = true;
            search = at + 2;
            continue;
        }
        let cell = inside.get(..at)?;
        let cell = if doubled {
            Cow::Owned(cell.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(cell)
        };
        if after.is_empty() {
            return Some((cell, None));
        }
        return after.strip_prefix(separator).map(|rest| (cell, Some(rest)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_are_undone() {
        assert_eq!(
            split(r#"a,"b,c","d ""e""",,f"#, ','),
            ["a", "b,c", "d \"e\"", "", "f"]
        );
        assert_eq!(split("a\t\"b\tc", '\t'), ["a", "\"b", "c"]);
        assert_eq!(split(r#""a"b,c"#, ','), ["\"a\"b", "c"]);
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_split_again(cells in proptest::collection::vec("[a-c\", ]{0,5}", 1..5)) {
            let quoted: Vec<String> =
                cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let line = quoted.join(",");
            prop_assert_eq!(split(&line, ','), cells);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}|[a\",]{0,20}") {
            split(&text, ',');
        }
    }
}
