//! The query owner again: bits back to values.

use crate::{Error, Hits, QueryMap};

/// A value and whether the list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The value as it was first given.
    pub value: &'a str,
    /// Whether the list has it. For IPv4 exactly; for texts, that of a value which the list has not is true once in
    /// 2⁷² divided by the entries of the list.
    pub is_match: bool,
}

/// Each distinct value of a query in the order they were given, with its answer; none is left out.
///
/// # Errors
/// Hits of another query.
pub fn report<'a>(map: &'a QueryMap, hits: &Hits) -> Result<Vec<Line<'a>>, Error> {
    const MIXED: Error = Error::Mixed { what: "queries" };
    if hits.query() != map.root {
        return Err(MIXED);
    }
    map.entries
        .iter()
        .map(|entry| {
            Ok(Line {
                value: &entry.text,
                is_match: hits.bit(entry.set, entry.bin).ok_or(MIXED)?,
            })
        })
        .collect()
}
