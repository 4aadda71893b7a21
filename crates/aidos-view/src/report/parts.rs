//! Small parts that several sections need.

use maud::{Markup, html};

use super::limits;
use super::model::{Sample, TopList};
use crate::number::{counted, thousands};
use crate::text::Text;
use crate::time::short;

/// A section: its heading, the sentence that says it first, then what shows and proves it.
pub(super) fn section(id: &str, title: &str, lead: &Markup, body: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby=(format!("{id}-h")) {
            h2 id=(format!("{id}-h")) { (title) }
            p.lead { (lead) }
            (body)
        }
    }
}

/// A table that may be wider than the window: it scrolls in its own region, by keyboard too.
pub(super) fn scroll(label: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(label) { (table) } }
}

/// A long table: its first rows, and the others folded away behind what says how many they are. On paper all
/// of them stand open. `table` draws some of the rows, told whether they are the first ones.
pub(super) fn fold<T>(
    label: &str,
    many: &str,
    rows: &[T],
    table: impl Fn(&[T], bool) -> Markup,
) -> Markup {
    let (first, others) = halves(rows);
    html! {
        (scroll(label, &table(first, true)))
        @if !others.is_empty() {
            (more(others.len(), many, &scroll(&format!("{label}, continued"), &table(others, false))))
        }
    }
}

/// The first rows of a list and the others; few others count as first ones.
pub(super) fn halves<T>(rows: &[T]) -> (&[T], &[T]) {
    if rows.len() <= limits::FIRST + limits::FIRST / 4 {
        return (rows, &[]);
    }
    rows.split_at_checked(limits::FIRST).unwrap_or((rows, &[]))
}

/// What is folded away. A link to something in it opens it.
pub(super) fn more(count: usize, many: &str, body: &Markup) -> Markup {
    html! { details.more { summary { "The other " (count) " " (many) } (body) } }
}

/// The rows of a list that are shown.
pub(super) fn shown<T>(list: &TopList<T>, limit: usize) -> &[T] {
    list.rows.get(..limit).unwrap_or(&list.rows)
}

/// How long a list is in truth.
pub(super) fn total<T>(list: &TopList<T>) -> u64 {
    list.total
        .max(u64::try_from(list.rows.len()).unwrap_or(u64::MAX))
}

/// What was cut: "Top 50 of 1,234 attackers". Nothing where nothing was.
pub(super) fn cut<T>(list: &TopList<T>, limit: usize, one: &str, many: &str) -> Option<String> {
    let shown = u64::try_from(shown(list, limit).len()).unwrap_or(u64::MAX);
    let total = total(list);
    (total > shown).then(|| format!("Top {} of {}", thousands(shown), counted(total, one, many)))
}

/// An instant: short, with the whole stamp for machines and for those who point at it.
fn time(stamp: Option<&Text>) -> Markup {
    html! {
        @match stamp {
            None => { span.muted { "–" } }
            Some(stamp) => {
                @if let Some(short) = short(stamp.raw()) {
                    time datetime=(stamp) title=(stamp) { (short) }
                } @else { (stamp) }
            }
        }
    }
}

/// Two instants, the first above the last; one where they are the same.
pub(super) fn span(first: Option<&Text>, last: Option<&Text>) -> Markup {
    html! { (time(first)) @if first != last { br; (time(last)) } }
}

/// A few names in a cell, and how many more there are.
pub(super) fn names(names: &[Text]) -> Markup {
    let more = names.len().saturating_sub(limits::NAMES);
    html! {
        @for (i, name) in names.iter().take(limits::NAMES).enumerate() {
            @if i > 0 { ", " }
            bdi { (name) }
        }
        @if more > 0 { span.muted { " and " (more) " more" } }
        @if names.is_empty() { span.muted { "–" } }
    }
}

/// Rows as they came, each with its place.
pub(super) fn samples(samples: &[Sample], limit: usize) -> Markup {
    html! {
        @if !samples.is_empty() {
            ul.samples { @for sample in samples.iter().take(limit) {
                li { span.place { (sample.place) } code.log { (sample.text.row()) } }
            } }
        }
    }
}

/// A degree of certainty, or a dash.
pub(super) fn certainty(score: Option<u8>) -> Markup {
    html! { @match score { Some(score) => { (score.min(100)) } None => { span.muted { "–" } } } }
}

/// A sentence that stands where a list would be.
pub(super) fn empty(text: &str) -> Markup {
    html! { p.empty { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tables_fold_and_short_ones_do_not() {
        let draw = |rows: usize| {
            fold("Things", "things", &vec![7; rows], |part, first| {
                html! { b { (part.len()) " " (first) } }
            })
            .into_string()
        };
        let short = draw(limits::FIRST + 2);
        assert!(!short.contains("<details"), "{short}");
        let long = draw(50);
        assert!(
            long.contains("<b>10 true</b>") && long.contains("<b>40 false</b>"),
            "{long}"
        );
        assert!(
            long.contains("<summary>The other 40 things</summary>"),
            "{long}"
        );
    }

    #[test]
    fn a_cut_list_says_so_and_a_whole_one_does_not() {
        let list = TopList {
            rows: vec![0; 60],
            total: 1_234,
        };
        assert_eq!(
            cut(&list, 50, "row", "rows").as_deref(),
            Some("Top 50 of 1,234 rows")
        );
        assert_eq!(cut(&TopList::from(vec![0; 3]), 50, "row", "rows"), None);
        // A caller that forgot the total still has its cut told.
        let list = TopList {
            rows: vec![0; 60],
            total: 0,
        };
        assert_eq!(
            cut(&list, 50, "row", "rows").as_deref(),
            Some("Top 50 of 60 rows")
        );
    }
}
