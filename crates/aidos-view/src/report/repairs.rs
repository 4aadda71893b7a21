//! What was repaired, by which rule, with examples.

use maud::{Markup, html};

use super::cite::Citations;
use super::limits;
use super::model::{Repair, Report};
use super::parts::{cut, empty, halves, more, scroll, section, shown, total};
use crate::chart::Link;
use crate::chart::Tone;
use crate::chart::bars::{Bars, Row};
use crate::number::{counted, percent};
use crate::{defects, diff};

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let repairs = shown(&report.repairs, limits::ROWS);
    let n = &report.summary;
    let lead = html! {
        @if repairs.is_empty() { "Nothing had to be repaired." } @else {
            (counted(n.repaired.value, "entry", "entries")) " (" (percent(n.repaired.value, n.entries.value)) ") "
            @if n.repaired.value == 1 { "was" } @else { "were" }
            " repaired, by " (counted(total(&report.repairs), "rule", "rules")) ". "
            "A value that cannot be known is left out, never guessed."
        }
    };
    let body = html! {
        @if repairs.is_empty() {
            @if n.rows_read.value > 0 {
                (empty("Each row said what it should in the form in which it should."))
            }
        } @else {
            (scroll("Repairs by kind", &bars(repairs, cite)))
            @if let Some(cut) = cut(&report.repairs, limits::ROWS, "kind", "kinds") { p.cut { (cut) } }
            h3 { "Each kind, and why" }
            @let (first, others) = halves(repairs);
            @for (i, repair) in first.iter().enumerate() { (kind(i, repair)) }
            @if !others.is_empty() {
                (more(others.len(), "kinds", &html! {
                    @for (i, repair) in others.iter().enumerate() { (kind(first.len() + i, repair)) }
                }))
            }
        }
    };
    section("repairs", "What was repaired, and why", &lead, &body)
}

fn bars(repairs: &[Repair], cite: &Citations) -> Markup {
    let rows = repairs
        .iter()
        .enumerate()
        .map(|(i, repair)| Row {
            label: repair.defect.clone(),
            link: Some(Link::fragment(&id(i))),
            figure: cite.figure(repair.count),
        })
        .collect();
    let whole = repairs
        .iter()
        .fold(0, |sum: u64, repair| sum.saturating_add(repair.count.value));
    let caption =
        "Repairs and losses by kind. The shares are of those listed; a row can have several.";
    Bars {
        caption,
        heads: ["kind", "times"],
        rows,
        whole,
        tone: Tone::Personal,
    }
    .draw()
}

/// The `id` of a kind's explanation.
fn id(i: usize) -> String {
    format!("repair-{}", i + 1)
}

fn kind(i: usize, repair: &Repair) -> Markup {
    html! {
        article.kind id=(id(i)) {
            h4 { (repair.defect) }
            div.body {
                @if !repair.rule.is_empty() { p { (repair.rule) } }
                @else if let Some(meaning) = defects::meaning(repair.defect.raw()) { p { (meaning) } }
                @for change in repair.examples.iter().take(limits::EXAMPLES) {
                    div.example { span.place { (change.place) } (diff::draw(&change.before, &change.after)) }
                }
            }
        }
    }
}
