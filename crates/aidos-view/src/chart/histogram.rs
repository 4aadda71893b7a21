//! Counts over time, stacked by series, with a table that says the same.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Link;
use super::series::{self, MAX_SERIES};
use crate::number::{coordinate, counted, nice_ceiling, thousands};
use crate::text::{Shown, Text};
use crate::time::{bucket, clamp, round_step, step_name, stretch, ticks};

/// Columns that are drawn; with more, neighbours are added up into longer ones.
pub const MAX_COLUMNS: usize = 400;

/// Characters of a series name in the title of a column, which each column repeats.
const TITLE_CHARS: usize = 30;

/// Columns that may be links in the order of the Tab key; with more, only those of the table are.
const MAX_TAB_STOPS: usize = 60;

/// The longest column, 400 years: keeps the arithmetic below within bounds.
const LONGEST_STEP: i64 = 146_097 * 86_400;

/// Height of the plot, of the room above it and of the axis below it, in CSS pixels.
const PLOT: f64 = 150.0;
const ABOVE: f64 = 18.0;
const BELOW: f64 = 24.0;

/// What happened in one stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Seconds since 1970, UTC, at which the stretch begins.
    pub start: i64,
    /// A count for each series, in the order of the names; missing ones are zero.
    pub counts: Vec<u64>,
    /// What stands behind the counts.
    pub link: Option<Link>,
}

impl Column {
    fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }
}

/// A histogram, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Histogram<'a> {
    id: &'a str,
    title: &'a str,
    names: &'a [Text],
    step: i64,
    columns: Vec<Column>,
    merged: bool,
}

impl<'a> Histogram<'a> {
    /// Prepares columns, in any order, each `step` seconds long.
    ///
    /// `id` is a word that no other chart of the page has. Empty stretches may be left out. Where more
    /// than [`MAX_COLUMNS`] would be needed from the first to the last column, neighbours are added up
    /// and `step` grows to a round one; a merged column keeps its link only if no other was added to it.
    pub fn new(
        id: &'a str,
        title: &'a str,
        names: &'a [Text],
        step: i64,
        columns: impl IntoIterator<Item = Column>,
    ) -> Self {
        let given = step.clamp(1, LONGEST_STEP);
        let columns: Vec<Column> = columns
            .into_iter()
            .map(|c| Column {
                start: clamp(c.start),
                ..c
            })
            .collect();
        let first = columns.iter().map(|c| c.start).min().unwrap_or(0);
        let last = columns.iter().map(|c| c.start).max().unwrap_or(0);
        let most = i64::try_from(MAX_COLUMNS).unwrap_or(i64::MAX);
        let slots = (last - first) / given + 1;
        // Some room, since columns that were added up begin on round times.
        let step = if slots <= most {
            given
        } else {
            round_step(given, given * (slots / (most - 2) + 1))
        };
        let first = if slots <= most {
            first
        } else {
            first.div_euclid(step) * step
        };
        let mut merged: BTreeMap<i64, Column> = BTreeMap::new();
        for column in columns {
            let start = first + (column.start - first) / step * step;
            match merged.entry(start) {
                std::collections::btree_map::Entry::Vacant(slot) => {
                    slot.insert(Column { start, ..column });
                }
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    let sum = slot.get_mut();
                    sum.link = None;
                    let longer = sum.counts.len().max(column.counts.len());
                    sum.counts.resize(longer, 0);
                    for (into, add) in sum.counts.iter_mut().zip(column.counts) {
                        *into = into.saturating_add(add);
                    }
                }
            }
        }
        let columns = merged.into_values().collect();
        Self {
            id,
            title,
            names,
            step,
            columns,
            merged: step != given,
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.total() == 0)
    }

    /// Where the most happened: the name of the stretch and its count.
    pub fn peak(&self) -> Option<(String, u64)> {
        let column = self.highest()?;
        Some((stretch(column.start, self.step), column.total()))
    }

    /// The length of a column in words, as after "per".
    pub fn per(&self) -> String {
        step_name(self.step)
    }

    /// Whether neighbours were added up, so that a column is longer than it was given.
    pub fn is_merged(&self) -> bool {
        self.merged
    }

    /// The first of the highest columns.
    fn highest(&self) -> Option<&Column> {
        let top = self
            .columns
            .iter()
            .map(Column::total)
            .max()
            .filter(|top| *top > 0)?;
        self.columns.iter().find(|column| column.total() == top)
    }

    /// The names, with what is beyond the sixth series taken together.
    fn shown_names(&self) -> Vec<Text> {
        let mut names: Vec<Text> = self.names.iter().take(MAX_SERIES).cloned().collect();
        if self.names.len() > MAX_SERIES {
            let others = self.names.len() - MAX_SERIES + 1;
            names.truncate(MAX_SERIES - 1);
            names.push(format!("{others} others").into());
        }
        names
    }

    /// The counts of a column for [`Self::shown_names`].
    fn shown_counts(&self, column: &Column) -> Vec<u64> {
        let shown = self.names.len().min(MAX_SERIES);
        let mut counts: Vec<u64> = vec![0; shown];
        for (i, count) in column.counts.iter().enumerate() {
            let at = i.min(shown.saturating_sub(1));
            if let Some(into) = counts.get_mut(at) {
                *into = into.saturating_add(*count);
            }
        }
        counts
    }

    /// Draws the chart with its legend. Colours and hatches are named in the legend, each column has its
    /// numbers in a title.
    pub fn draw(&self) -> Markup {
        let names = self.shown_names();
        let mut totals = vec![0_u64; names.len()];
        for column in &self.columns {
            for (sum, n) in totals.iter_mut().zip(self.shown_counts(column)) {
                *sum = sum.saturating_add(n);
            }
        }
        let title_id = format!("{}-title", self.id);
        let linked = self.columns.iter().any(|column| column.link.is_some());
        html! {
            figure.histogram {
                ul.legend { @for (i, (name, total)) in names.iter().zip(&totals).enumerate() {
                    li { (series::swatch(self.id, i)) bdi { (name) } " " span.n.muted { (thousands(*total)) } }
                } }
                svg.plot width="100%" height=(pixels(ABOVE + PLOT + BELOW)) role=(if linked { "group" } else { "img" })
                    aria-labelledby=(title_id) {
                    title id=(title_id) { (self.title) }
                    (series::hatches(self.id, names.len()))
                    (self.plot(&names))
                }
            }
        }
    }

    fn plot(&self, names: &[Text]) -> Markup {
        let top = nice_ceiling(self.highest().map_or(0, Column::total));
        let (first, last) = (
            self.columns.first().map_or(0, |c| c.start),
            self.columns.last().map_or(0, |c| c.start),
        );
        let end = last.saturating_add(self.step);
        let span = (end - first).max(1);
        let x = |at: i64| {
            let from_first = u128::try_from(at - first).unwrap_or(0);
            from_first * 10_000 / u128::try_from(span).unwrap_or(1)
        };
        let tabbable = self.columns.iter().filter(|c| c.link.is_some()).count() <= MAX_TAB_STOPS;
        let base = ABOVE + PLOT;
        let mut scale = vec![(top, ABOVE)];
        if top.is_multiple_of(2) {
            scale.push((top / 2, ABOVE + PLOT / 2.0));
        }
        html! {
            @for (_, y) in &scale { line.grid x1="0" x2="100%" y1=(pixels(*y)) y2=(pixels(*y)) {} }
            @for column in &self.columns {
                @let (left, right) = (x(column.start), x(column.start + self.step));
                @let shape = self.column(column, names, (left, right), top);
                @if let Some(link) = &column.link {
                    a href=(link.href()) id=[link.anchor()] tabindex=[(!tabbable).then_some("-1")] { (shape) }
                } @else { (shape) }
            }
            // Last, so that they lie above the columns.
            @for (value, y) in &scale { text x="0" y=(pixels(y - 4.0)) { (thousands(*value)) } }
            line.axis x1="0" x2="100%" y1=(pixels(base)) y2=(pixels(base)) {}
            g.axis {
                @for (i, (at, label)) in ticks(first, end).into_iter().enumerate() {
                    @let hundredths = x(at);
                    line x1=(coordinate(hundredths)) x2=(coordinate(hundredths))
                        y1=(pixels(base)) y2=(pixels(base + 4.0)) {}
                    text.odd[i % 2 == 1] x=(coordinate(hundredths)) y=(pixels(base + 17.0))
                        text-anchor=(anchor(hundredths)) { (label) }
                }
            }
            @if let Some(column) = self.highest() {
                @let middle = x(column.start).midpoint(x(column.start + self.step));
                @let y = base - height(column.total(), top) - 5.0;
                text.peak x=(coordinate(middle)) y=(pixels(y)) text-anchor=(anchor(middle)) {
                    (thousands(column.total()))
                }
            }
        }
    }

    /// One column: an unseen rectangle to point at, and the counts from the axis up.
    fn column(
        &self,
        column: &Column,
        names: &[Text],
        (left, right): (u128, u128),
        top: u64,
    ) -> Markup {
        let counts = self.shown_counts(column);
        let width = right.saturating_sub(left).max(1);
        // A hair of room between columns while they are wide enough to spare it.
        let drawn = if width >= 60 { width * 88 / 100 } else { width };
        let mut y = ABOVE + PLOT;
        let stack: Vec<(usize, f64, f64)> = counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(|(i, count)| {
                let h = height(*count, top);
                y -= h;
                (i, y, h)
            })
            .collect();
        html! {
            g.col {
                title {
                    (bucket(column.start, self.step)) ": " (thousands(column.total()))
                    @if names.len() > 1 {
                        @for (name, count) in names.iter().zip(&counts) {
                            @if *count > 0 { ", " (Shown::new(name.raw(), TITLE_CHARS)) " " (thousands(*count)) }
                        }
                    }
                }
                rect.hit x=(coordinate(left)) y=(pixels(ABOVE)) width=(coordinate(width)) height=(pixels(PLOT)) {}
                @for (i, y, h) in stack {
                    rect class=(format!("s{i}")) fill=[series::fill(self.id, i)] x=(coordinate(left))
                        y=(pixels(y)) width=(coordinate(drawn)) height=(pixels(h)) {}
                }
            }
        }
    }

    /// Draws the table twin, folded; empty stretches are left out.
    pub fn table(&self) -> Markup {
        let names = self.shown_names();
        let rows: Vec<&Column> = self.columns.iter().filter(|c| c.total() > 0).collect();
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        html! {
            details.twin {
                summary { "The same as a table, " (counted(count, "row", "rows")) }
                div.scroll tabindex="0" role="region" aria-label={ (self.title) ", as a table" } {
                    table {
                        caption { (self.title) }
                        thead { tr {
                            th scope="col" { "from (UTC)" }
                            @for name in &names { th.num scope="col" { (name) } }
                            @if names.len() != 1 { th.num scope="col" { "together" } }
                        } }
                        tbody { @for column in rows {
                            @let link = column.link.as_ref().map(Link::unnamed);
                            tr {
                                th scope="row" {
                                    @if let Some(link) = &link { a href=(link.href()) { (bucket(column.start, self.step)) } }
                                    @else { (bucket(column.start, self.step)) }
                                }
                                @for n in self.shown_counts(column) { td.num { (thousands(n)) } }
                                @if names.len() != 1 { td.num { (thousands(column.total())) } }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// How high a count is drawn; what is not nothing is at least a pixel high.
fn height(count: u64, top: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a pixel needs no 53 bits")]
    let share = count as f64 / top.max(1) as f64;
    (share * PLOT).clamp(1.0, PLOT)
}

/// A length with at most one decimal.
fn pixels(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Keeps a label within the chart at either end.
fn anchor(hundredths: u128) -> &'static str {
    match hundredths {
        0..500 => "start",
        500..9_500 => "middle",
        _ => "end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn columns(n: i64) -> impl Iterator<Item = Column> {
        (0..n).map(|i| Column {
            start: i * DAY,
            counts: vec![1, 2],
            link: None,
        })
    }

    fn names() -> Vec<Text> {
        vec!["a".into(), "b".into()]
    }

    fn sum(chart: &Histogram<'_>) -> u64 {
        chart.columns.iter().map(Column::total).sum()
    }

    #[test]
    fn too_many_columns_are_added_up() {
        let names = names();
        let chart = Histogram::new("t", "T", &names, DAY, columns(1_000));
        assert_eq!(chart.step, 7 * DAY);
        assert!(chart.is_merged() && chart.columns.len() <= MAX_COLUMNS);
        assert_eq!(sum(&chart), 3_000);
        assert_eq!(chart.per(), "7 days");
    }

    #[test]
    fn foreign_times_draw() {
        let names = names();
        for step in [i64::MIN, 0, 1, i64::MAX] {
            let wild = [i64::MIN, 0, i64::MAX].map(|start| Column {
                start,
                counts: vec![u64::MAX; 9],
                link: None,
            });
            let chart = Histogram::new("t", "T", &names, step, wild);
            assert!(chart.columns.len() <= MAX_COLUMNS);
            assert!(chart.draw().into_string().contains("<svg"));
            assert!(chart.table().into_string().contains("<table"));
        }
    }

    #[test]
    fn the_peak_is_the_first_of_the_highest() {
        let names = names();
        let chart = Histogram::new("t", "T", &names, DAY, columns(3));
        assert_eq!(chart.peak(), Some(("1970-01-01".to_owned(), 3)));
        assert_eq!(Histogram::new("t", "T", &names, DAY, []).peak(), None);
    }

    #[test]
    fn series_beyond_the_sixth_are_taken_together() {
        let names: Vec<Text> = (0..9).map(|i| format!("p{i}").into()).collect();
        let column = Column {
            start: 0,
            counts: (1..=9).collect(),
            link: None,
        };
        let chart = Histogram::new("t", "T", &names, DAY, [column.clone()]);
        assert_eq!(chart.shown_counts(&column), [1, 2, 3, 4, 5, 6 + 7 + 8 + 9]);
        assert!(chart.draw().into_string().contains("4 others"));
        assert_eq!(chart.shown_names().len(), MAX_SERIES);
    }

    #[test]
    fn few_linked_columns_are_tab_stops_and_many_are_not() {
        let names = names();
        let linked = |n| {
            columns(n).map(|c| Column {
                link: Some(Link::fragment("e-1")),
                ..c
            })
        };
        let few = Histogram::new("t", "T", &names, DAY, linked(5))
            .draw()
            .into_string();
        let many = Histogram::new("t", "T", &names, DAY, linked(100))
            .draw()
            .into_string();
        assert!(!few.contains("tabindex") && many.contains("tabindex=\"-1\""));
    }

    proptest::proptest! {
        #[test]
        fn no_count_is_lost(
            step in 1_i64..100_000,
            given in proptest::collection::vec((0_i64..50_000_000, 0_u64..1_000), 0..200),
        ) {
            let names = ["a".into()];
            let columns = given.iter().map(|(start, n)| Column { start: *start, counts: vec![*n], link: None });
            let chart = Histogram::new("t", "T", &names, step, columns);
            proptest::prop_assert_eq!(sum(&chart), given.iter().map(|(_, n)| n).sum::<u64>());
            proptest::prop_assert!(chart.columns.len() <= MAX_COLUMNS);
        }
    }
}
