//! The query owner again: bits back to values.

use crate::query::Slot;
use crate::{Error, Hits, QueryMap, sources};

/// A value and whether a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The value as it was first given.
    pub value: &'a str,
    /// Whether a list has it. For IPv4 exactly; for texts, that of a value which no list has is true once in
    /// 2⁷² divided by the entries of all lists.
    pub is_match: bool,
    /// The label, if the lists have some and the value is a match; the highest where several lists have it.
    pub label: Option<u16>,
    /// Which of the lists have it, by their place in the job: of those whose owners let them be told apart.
    pub lists: Vec<usize>,
}

/// Each distinct value of a query in the order they were given, with its answer; none is left out.
///
/// # Errors
/// Hits of another query, and canaries with a wrong answer.
pub fn report<'a>(map: &'a QueryMap, hits: &Hits) -> Result<Vec<Line<'a>>, Error> {
    const MIXED: Error = Error::Mixed { what: "queries" };
    let (query, lists) = hits.parents().split_first().ok_or(MIXED)?;
    if query.root() != map.root {
        return Err(MIXED);
    }
    let sources = sources::of(lists);
    let answer = |source, slot: &Slot| hits.answer(source, *slot).ok_or(MIXED);
    let (mut wrong, mut checked) = (0, 0);
    for (slot, is_listed) in &map.canaries {
        for source in 0..sources.len() {
            checked += 1;
            wrong += usize::from(answer(source, slot)?.0 != *is_listed);
        }
    }
    if wrong > 0 {
        return Err(Error::Canary { wrong, checked });
    }
    let line = |entry: &'a crate::query::Entry| {
        let mut line = Line {
            value: &entry.text,
            is_match: false,
            label: None,
            lists: Vec::new(),
        };
        for (number, source) in sources.iter().enumerate() {
            let mut is_here = false;
            for slot in &entry.slots {
                let (is_match, label) = answer(number, slot)?;
                if is_match {
                    is_here = true;
                    line.label = line.label.max(label);
                }
            }
            line.is_match |= is_here;
            let is_apart = |list: &&usize| lists.get(**list).is_some_and(|l| l.header().attributed);
            line.lists
                .extend(source.lists.iter().filter(is_apart).filter(|_| is_here));
        }
        Ok(line)
    };
    map.entries.iter().map(line).collect()
}
