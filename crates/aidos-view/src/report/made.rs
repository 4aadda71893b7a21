//! How the page was made, so that it can be made again.

use maud::{Markup, html};

use super::limits;
use super::model::Report;
use super::parts::section;

pub(super) fn draw(report: &Report) -> Markup {
    let lead = html! {
        "The same input with the same options gives the same page, byte for byte; so no time of the run \
         stands here. It is in " code { "case.json" } "."
    };
    let body = html! {
        dl.made {
            dt { "version" }
            dd { @if report.version.is_empty() { "not given" } @else { (report.version) } }
            @for (name, value) in report.options.iter().take(limits::ROWS) {
                dt { (name) }
                dd { @if value.is_empty() { span.muted { "none" } } @else { (value) } }
            }
        }
        @if report.options.len() > limits::ROWS {
            p.cut { "The first " (limits::ROWS) " of " (report.options.len()) " options" }
        }
    };
    section("made", "How this was made", &lead, &body)
}
