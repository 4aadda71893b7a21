//! What a result tells apart: each list whose owner allows it, and all others together.
//!
//! The answers of one source change places freshly within each group of bins, so that nothing says which list, segment or
//! polynomial of that source an answer came from.

use crate::codec::Manifest;

/// The lists that answer as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Numbers of its lists, in the order in which the server was given them.
    pub(crate) lists: Vec<usize>,
    /// Polynomials of each bin over all of them.
    pub(crate) parts: usize,
}

/// The sources of these lists: those that are not told apart first, as one.
pub(crate) fn of(lists: &[Manifest]) -> Vec<Source> {
    let source = |numbers: Vec<usize>| Source {
        parts: numbers
            .iter()
            .filter_map(|number| lists.get(*number))
            .map(|list| list.header.parts as usize)
            .sum(),
        lists: numbers,
    };
    let (apart, together): (Vec<usize>, Vec<usize>) = (0..lists.len()).partition(|number| {
        lists
            .get(*number)
            .is_some_and(|list| list.header.attributed)
    });
    let pool = Some(together).filter(|lists| !lists.is_empty());
    let apart = apart.into_iter().map(|number| vec![number]);
    pool.into_iter().chain(apart).map(source).collect()
}
