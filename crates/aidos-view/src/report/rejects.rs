//! What was rejected, by reason, with samples.

use maud::{Markup, html};

use super::cite::Citations;
use super::limits;
use super::model::Report;
use super::parts::{cut, empty, samples, scroll, section, shown, total};
use crate::chart::bars::{Bars, Row};
use crate::chart::{Link, Tone};
use crate::number::{counted, percent};

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let n = &report.summary;
    let reasons = shown(&report.rejects, limits::ROWS);
    let lead = html! {
        @if n.rejected.value == 0 && reasons.is_empty() { "No row was rejected." } @else {
            (counted(n.rejected.value, "row", "rows")) " (" (percent(n.rejected.value, n.rows_read.value)) ") "
            @if n.rejected.value == 1 { "was" } @else { "were" }
            " rejected, for " (counted(total(&report.rejects), "reason", "reasons"))
            ". All of them are kept, with place and text, in " code { "rejects.jsonl" } "."
        }
    };
    let body = html! {
        @if reasons.is_empty() {
            @if n.rows_read.value > 0 {
                (empty("Each row read is an entry, a duplicate, or a blank line, comment or header."))
            }
        } @else {
            @let rows = reasons.iter().enumerate().map(|(i, reject)| Row {
                label: reject.reason.clone(),
                link: Some(Link::fragment(&id(i))),
                figure: cite.figure(reject.count),
            }).collect();
            @let bars = Bars {
                caption: "Rejected rows by reason.",
                heads: ["reason", "rows"],
                rows,
                whole: n.rejected.value,
                tone: Tone::Harm,
            };
            (scroll("Rejected rows by reason", &bars.draw()))
            @if let Some(cut) = cut(&report.rejects, limits::ROWS, "reason", "reasons") { p.cut { (cut) } }
            h3 { "Each reason, with samples" }
            @for (i, reject) in reasons.iter().enumerate() {
                article.kind.words id=(id(i)) {
                    h4 { (reject.reason) }
                    div.body {
                        @if !reject.explanation.is_empty() { p { (reject.explanation) } }
                        (samples(&reject.samples, limits::EXAMPLES))
                    }
                }
            }
        }
    };
    section("rejects", "What was rejected", &lead, &body)
}

/// The `id` of a reason's samples.
fn id(i: usize) -> String {
    format!("reject-{}", i + 1)
}
