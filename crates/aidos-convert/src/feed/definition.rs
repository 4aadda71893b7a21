//! The list of feeds, TOML.

use std::collections::BTreeSet;
use std::path::PathBuf;

use aidos_model::Tlp;
use serde::{Deserialize, Serialize};

use super::Error;

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A value or more a line; `#`, `;` and `//` begin comments.
    Text,
    /// A table.
    Csv,
    /// JSON with a list in it.
    Json,
    /// RSS 2.0 or Atom.
    Rss,
    /// Events of MISP: a manifest, and a file an event.
    Misp,
    /// One bundle of STIX.
    Stix,
}

impl Form {
    /// The ending of a file of this form.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Json | Self::Stix | Self::Misp => "json",
            Self::Rss => "xml",
        }
    }
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
    /// Its name: letters, digits, `-`, `_` and `.`. Files are called after it, and it stands in ids: whoever changes it gets
    /// new objects.
    pub name: String,
    /// Where it lies: `https://…`; events of MISP also in a folder.
    pub url: String,
    /// How it is written.
    pub form: Form,
    /// The most bytes it may have.
    pub max_bytes: u64,
    /// For how many hours what was fetched is good enough.
    pub max_age_hours: u32,
    /// The header of a key that it wants; a bearer's where it is not said.
    pub key_header: Option<String>,
    /// The environment variable that holds the key.
    pub key_env: Option<String>,
    /// The file that holds the key.
    pub key_file: Option<PathBuf>,
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
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    url: String,
    form: Form,
    #[serde(default = "usual_size")]
    max_bytes: u64,
    #[serde(default)]
    max_age_hours: u32,
    key_header: Option<String>,
    key_env: Option<String>,
    key_file: Option<PathBuf>,
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

const fn usual_size() -> u64 {
    64 << 20
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
/// let error = definitions("[[feed]]\nname = \"a\"\nurl = \"https://feeds.example/\"\nform = \"pdf\"\n").unwrap_err();
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
    if file.feed.is_empty() {
        return Err(Error::Definition {
            line: 1,
            what: "it names no feed; add [[feed]] with name, url and form".into(),
        });
    }
    let mut names = BTreeSet::new();
    let mut out = Vec::with_capacity(file.feed.len());
    for row in file.feed {
        let line = line_at(row.span().start);
        let wrong = |what: String| Error::Definition {
            line,
            what: one_line(&what),
        };
        let row = row.into_inner();
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let named = !row.name.is_empty() && row.name.len() <= 100 && row.name.bytes().all(fine);
        if !named || row.name.starts_with('.') {
            return Err(wrong(format!(
                "`{}` is no name of a feed; take letters, digits, -, _ and .",
                row.name.escape_debug()
            )));
        }
        // What is kept of another feed may be called so.
        if let Some(ending) = [".state", ".part", ".bundle", ".bundles"]
            .into_iter()
            .find(|ending| row.name.ends_with(ending))
        {
            return Err(wrong(format!(
                "the name `{}` ends in {ending}, as files of ours do",
                row.name
            )));
        }
        if !names.insert(row.name.clone()) {
            return Err(wrong(format!("the name `{}` is used twice", row.name)));
        }
        let is_web = row.url.starts_with("https://") || row.url.starts_with("http://");
        if !is_web && (row.form != Form::Misp || row.url.is_empty()) {
            return Err(wrong(format!(
                "the url of `{}` begins with neither https:// nor http://",
                row.name
            )));
        }
        if row.key_env.is_some() && row.key_file.is_some() {
            return Err(wrong(format!(
                "`{}` has both key-env and key-file; keep one",
                row.name
            )));
        }
        if row.confidence.is_some_and(|confidence| confidence > 100) {
            return Err(wrong(format!(
                "the confidence of `{}` is above 100",
                row.name
            )));
        }
        let pointers = [&row.columns.value, &row.columns.date, &row.columns.comment];
        let is_list = !matches!(row.form, Form::Misp | Form::Stix);
        if !is_list
            && (row.list.is_some()
                || row.delimiter.is_some()
                || row.confidence.is_some()
                || row.tlp.is_some()
                || !row.labels.is_empty()
                || row.age.is_some()
                || pointers.iter().any(|column| column.is_some()))
        {
            return Err(wrong(format!(
                "`{}` is events or a bundle, which say all of that themselves; leave out columns, list, delimiter, confidence, tlp, labels and age",
                row.name
            )));
        }
        if row.form == Form::Json && row.columns.value.is_none() && row.list.is_none() {
            return Err(wrong(format!(
                "`{}` is JSON and needs `list`, `columns.value`, or both",
                row.name
            )));
        }
        for column in pointers.into_iter().flatten() {
            match (row.form, column) {
                (Form::Csv, Column::Number(0)) => {
                    return Err(wrong(format!(
                        "columns of `{}` are numbered from 1",
                        row.name
                    )));
                }
                (Form::Json, Column::Number(_)) => {
                    return Err(wrong(format!(
                        "columns of `{}` are JSON pointers, as in \"/ioc\"",
                        row.name
                    )));
                }
                (Form::Text | Form::Rss, _) => {
                    return Err(wrong(format!(
                        "`{}` has no columns: its form is text or rss",
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
            form: row.form,
            max_bytes: row.max_bytes,
            max_age_hours: row.max_age_hours,
            key_header: row.key_header,
            key_env: row.key_env,
            key_file: row.key_file,
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
