//! The list of feeds, TOML.

use std::collections::BTreeSet;

use aidos_model::Tlp;
use serde::Deserialize;

use super::Error;

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A value or more a line; `#`, `;` and `//` begin comments.
    Text,
    /// A table.
    Csv,
    /// JSON with a list in it.
    Json,
    /// RSS 2.0 or Atom.
    Rss,
}

/// A column of a table, or a member of an item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// Its number, from 1.
    Number(usize),
    /// Its name, or a JSON pointer.
    Name(String),
}

/// One feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name, which stands in ids: whoever changes it gets new objects.
    pub name: String,
    /// Where it is fetched.
    pub url: String,
    /// How it is written.
    pub shape: Shape,
    /// Where the values stand.
    pub value: Option<Column>,
    /// Where the time of a value stands.
    pub date: Option<Column>,
    /// Where a remark stands.
    pub comment: Option<Column>,
    /// Of JSON: the pointer to the list.
    pub list: String,
    /// Of a table: what parts its columns; found out if it is not said.
    pub delimiter: Option<u8>,
    /// How sure its indicators are, 0 to 100.
    pub confidence: Option<u8>,
    /// The label of its indicators.
    pub tlp: Option<Tlp>,
    /// Words on its indicators.
    pub labels: Vec<String>,
    /// Days until an indicator ends.
    pub age: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    feed: Vec<toml::Spanned<Row>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    url: String,
    kind: Shape,
    #[serde(default)]
    columns: Columns,
    list: Option<String>,
    delimiter: Option<char>,
    confidence: Option<u8>,
    tlp: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    age: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    value: Option<Column>,
    date: Option<Column>,
    comment: Option<Column>,
}

/// Reads a list of feeds.
///
/// # Errors
/// [`Error::Definition`] with the line: no TOML, an unknown field, a name that is used twice, a number out of its range.
///
/// ```
/// # use aidos_convert::feed::definitions;
/// let error = definitions("[[feed]]\nname = \"a\"\nurl = \"https://feeds.example/\"\nkind = \"pdf\"\n").unwrap_err();
/// assert!(error.to_string().starts_with("line 4 of the feeds: "));
/// ```
pub fn definitions(source: &str) -> Result<Vec<Definition>, Error> {
    let line_at = |at: usize| {
        1 + source
            .bytes()
            .take(at)
            .filter(|byte| *byte == b'\n')
            .count()
    };
    let file: File = toml::from_str(source).map_err(|error| Error::Definition {
        line: line_at(error.span().map_or(0, |span| span.start)),
        what: one_line(error.message()),
    })?;
    let mut names = BTreeSet::new();
    let mut out = Vec::with_capacity(file.feed.len());
    for row in file.feed {
        let line = line_at(row.span().start);
        let wrong = |what: String| Error::Definition {
            line,
            what: one_line(&what),
        };
        let row = row.into_inner();
        if row.name.trim().is_empty() || row.name.len() > 200 {
            return Err(wrong("a feed needs a name of up to 200 bytes".into()));
        }
        if !names.insert(row.name.clone()) {
            return Err(wrong(format!("the name `{}` is used twice", row.name)));
        }
        if !row.url.starts_with("https://")
            && !row.url.starts_with("http://")
            && !row.url.starts_with("file:")
        {
            return Err(wrong(format!(
                "the url of `{}` begins with none of https://, http://, file:",
                row.name
            )));
        }
        if row.confidence.is_some_and(|confidence| confidence > 100) {
            return Err(wrong(format!(
                "the confidence of `{}` is above 100",
                row.name
            )));
        }
        if row.kind == Shape::Json && row.columns.value.is_none() && row.list.is_none() {
            return Err(wrong(format!(
                "`{}` is JSON and needs `list`, `columns.value`, or both",
                row.name
            )));
        }
        let pointers = [&row.columns.value, &row.columns.date, &row.columns.comment];
        for column in pointers.into_iter().flatten() {
            match (row.kind, column) {
                (Shape::Csv, Column::Number(0)) => {
                    return Err(wrong(format!(
                        "columns of `{}` are numbered from 1",
                        row.name
                    )));
                }
                (Shape::Json, Column::Number(_)) => {
                    return Err(wrong(format!(
                        "columns of `{}` are JSON pointers, as in \"/ioc\"",
                        row.name
                    )));
                }
                (Shape::Text | Shape::Rss, _) => {
                    return Err(wrong(format!(
                        "`{}` has no columns: its kind is text or rss",
                        row.name
                    )));
                }
                _ => {}
            }
        }
        let tlp = match &row.tlp {
            None => None,
            Some(word) => Some(word.parse().map_err(|error| wrong(format!("{error}")))?),
        };
        let delimiter = match row.delimiter.map(u8::try_from) {
            None => None,
            Some(Ok(byte)) if byte.is_ascii() && byte != b'"' && byte != b'\n' => Some(byte),
            Some(_) => {
                return Err(wrong(format!(
                    "the delimiter of `{}` is no sign of ASCII",
                    row.name
                )));
            }
        };
        out.push(Definition {
            name: row.name,
            url: row.url,
            shape: row.kind,
            value: row.columns.value,
            date: row.columns.date,
            comment: row.columns.comment,
            list: row.list.unwrap_or_default(),
            delimiter,
            confidence: row.confidence,
            tlp,
            labels: row.labels,
            age: row.age,
        });
    }
    Ok(out)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
