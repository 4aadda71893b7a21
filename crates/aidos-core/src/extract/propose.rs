//! A mapping for a log that nobody described yet (R94).
//!
//! [`propose`] looks at some rows of it: it finds stamps, addresses, ports and names, puts rows of the
//! same shape together (after Drain: He, Zhu, Zheng, Lyu, "Drain: An Online Log Parsing Approach with
//! Fixed Depth Tree", ICWS 2017), and writes a mapping file with comments. It is a beginning: what a
//! column means is guessed from its name and its values, and an analyst should read it.
//!
//! The words that all rows of a shape share stand in the file; values of fields do not.

mod lines;
mod names;
mod pieces;
mod tables;
mod values;
mod write;

use crate::extract::mapped::Mapping;

/// Rows of an unknown log, as the reader found them.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'a> {
    /// Lines of text. JSON objects and separated values are recognised in them.
    Lines(&'a [&'a str]),
    /// Records of a CSV file or sheet; `header` is empty where it has none.
    Cells {
        /// Names of the columns.
        header: &'a [&'a str],
        /// The cells of each row.
        rows: &'a [Vec<&'a str>],
    },
    /// The texts of JSON objects.
    Json(&'a [&'a str]),
}

/// A mapping file, and why it is as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The text of the mapping file. It parses.
    pub toml: String,
    /// What was found, a sentence each.
    pub why: Vec<String>,
}

/// Proposes a mapping of this name; `None` where the rows show nothing that could be told apart.
///
/// ```
/// # use aidos_core::extract::propose::{Evidence, propose};
/// let lines = [
///     "2023-03-07 10:38:03 door opened by maria from 192.0.2.1",
///     "2023-03-07 10:39:10 door opened by jan from 192.0.2.7",
/// ];
/// let proposal = propose(Evidence::Lines(&lines), "door").unwrap();
/// assert!(proposal.toml.contains("{time} door opened by {user.name:word} from {source.ip:ip}"));
/// ```
pub fn propose(evidence: Evidence<'_>, name: &str) -> Option<Proposal> {
    let name = slug(name);
    let draft = match evidence {
        Evidence::Lines(lines) => from_lines(lines, &name),
        Evidence::Cells { header, rows } => tables::from_cells(header, rows, None, &name),
        Evidence::Json(objects) => tables::from_json(objects, &name),
    }?;
    // Whatever stands in the rows, what is handed out can be used.
    Mapping::parse(&draft.toml).ok()?;
    Some(draft)
}

fn from_lines(lines: &[&str], name: &str) -> Option<Proposal> {
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .take(2000)
        .collect();
    let is_comment = |line: &&str| line.starts_with('#') || line.starts_with("//");
    let comments = lines.iter().filter(|line| is_comment(line)).count();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !is_comment(line)).collect();
    if lines.is_empty() {
        return None;
    }
    if most(&lines, |line| line.starts_with('{')) {
        return tables::from_json(&lines, name);
    }
    lines::from_pairs(&lines, comments, name)
        .or_else(|| tables::from_separated(&lines, name))
        .or_else(|| lines::from_text(&lines, comments, name))
}

/// Whether this holds for nine of ten.
fn most<T>(items: &[T], holds: impl Fn(&T) -> bool) -> bool {
    let count = items.iter().filter(|item| holds(item)).count();
    count > 0 && count * 10 >= items.len() * 9
}

/// Letters, digits and `_` of a name, lower case; `log` where none is left.
fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    let out: String = out.chars().take(40).collect();
    if out.is_empty() {
        "log".to_owned()
    } else {
        out
    }
}

#[cfg(test)]
mod tests;
