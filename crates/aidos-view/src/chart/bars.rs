//! Horizontal bars: one beside a number, or a table of them.

use maud::{Markup, html};

use super::{Figure, Tone};
use crate::number::{length, share};
use crate::text::Text;

/// Draws one bar, `value` of `scale` long. It repeats a number that stands beside it, so it is hidden
/// from screen readers.
pub fn bar(value: u64, scale: u64, tone: Tone) -> Markup {
    html! {
        svg.bar width="100%" height="8" aria-hidden="true" focusable="false" {
            line.track x1="0" x2="100%" y1="7.5" y2="7.5" {}
            rect class=(tone.class()) width=(length(value, scale)) height="8" rx="1" {}
        }
    }
}

/// A bar with its name.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What is counted.
    pub label: Text,
    /// Where on the page the thing is explained.
    pub link: Option<super::Link>,
    /// How many.
    pub figure: Figure,
}

/// A table of bars: name, bar, number, share of `whole`.
#[derive(Clone, Debug, Default)]
pub struct Bars<'a> {
    /// What the table shows, in words.
    pub caption: &'a str,
    /// Heads of the name and of the number.
    pub heads: [&'a str; 2],
    /// The bars, longest first.
    pub rows: Vec<Row>,
    /// What the shares are of; zero leaves the column out.
    pub whole: u64,
    /// What the colour says.
    pub tone: Tone,
}

impl Bars<'_> {
    /// Draws the table; the longest bar fills the column.
    pub fn draw(&self) -> Markup {
        let scale = self
            .rows
            .iter()
            .map(|row| row.figure.value)
            .max()
            .unwrap_or(0);
        html! {
            table.bars {
                caption { (self.caption) }
                thead { tr {
                    th scope="col" { (self.heads[0]) }
                    td.bar-cell {}
                    th.num scope="col" { (self.heads[1]) }
                    @if self.whole > 0 { th.num scope="col" { "share" } }
                } }
                tbody {
                    @for row in &self.rows { tr {
                        th scope="row" {
                            @if let Some(link) = &row.link {
                                a href=(link.href()) id=[link.anchor()] { (row.label) }
                            } @else { (row.label) }
                        }
                        td.bar-cell { (bar(row.figure.value, scale, self.tone)) }
                        td.num { (row.figure.draw()) }
                        @if self.whole > 0 { td.num.muted { (share(row.figure.value, self.whole)) } }
                    } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_column() {
        let rows = [4, 1].map(|n| Row {
            label: "x".into(),
            figure: n.into(),
            ..Row::default()
        });
        let html = Bars {
            rows: rows.into(),
            whole: 8,
            ..Bars::default()
        }
        .draw()
        .into_string();
        assert!(html.contains("width=\"100%\" height=\"8\" rx"));
        assert!(html.contains("width=\"25%\" height=\"8\" rx"));
        assert!(html.contains(">50.0 %<") && html.contains(">12.5 %<"));
    }

    #[test]
    fn nothing_is_drawn_as_nothing() {
        assert!(
            bar(0, 0, Tone::Harm)
                .into_string()
                .contains("width=\"0%\" height=\"8\" rx")
        );
    }
}
