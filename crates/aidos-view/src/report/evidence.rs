//! The appendix: what stands behind the numbers.

use maud::{Markup, html};

use super::cite::{Citations, anchor};
use super::limits;
use super::model::{Evidence, EvidenceId, Lines, Report};
use super::parts::{empty, halves, more, samples, section};
use crate::number::thousands;

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let shown = report
        .evidence
        .get(..limits::EVIDENCE)
        .unwrap_or(&report.evidence);
    let lead = html! {
        @if shown.is_empty() { "No number needs evidence here." } @else {
            "Each underlined number leads to its block here: the lines of the files beside this page that it \
             counts, and a few of them in full."
        }
    };
    let body = html! {
        @if shown.is_empty() { (empty("Numbers without an underline can be counted from the tables themselves.")) }
        @let (first, others) = halves(shown);
        (list(0, first, cite))
        @if !others.is_empty() {
            (more(others.len(), "blocks; a number that is followed opens them", &list(first.len(), others, cite)))
        }
        @if report.evidence.len() > shown.len() {
            p.cut { "The first " (shown.len()) " of " (report.evidence.len()) " blocks" }
        }
    };
    section("evidence", "Evidence", &lead, &body)
}

/// Some of the blocks; `before` of them stand in front.
fn list(before: usize, blocks: &[Evidence], cite: &Citations) -> Markup {
    html! {
        ol.evs { @for (i, evidence) in blocks.iter().enumerate() {
            @let id = EvidenceId(before + i + 1);
            li id=(anchor(id)) { (block(id, evidence, cite)) }
        } }
    }
}

fn block(id: EvidenceId, evidence: &Evidence, cite: &Citations) -> Markup {
    html! {
        span.muted { "E" (id.0) }
        div { div.ev-title {
            b { (evidence.title) }
            span.n { (thousands(evidence.total)) }
            @if let Some(back) = cite.back(id) {
                a href=(back.href()) aria-label={ "Back to where E" (id.0) " is cited" } { "back" }
            }
        }
        @for lines in evidence.lines.iter().take(limits::SAMPLES) { (stretches(lines)) }
        (samples(&evidence.samples, limits::SAMPLES)) }
    }
}

/// `entries.jsonl` 1–40, 57, 90–93 and 1,021 more, see `patterns.json`.
fn stretches(lines: &Lines) -> Markup {
    let shown = lines.ranges.get(..limits::RANGES).unwrap_or(&lines.ranges);
    let beyond = lines.ranges.get(shown.len()..).unwrap_or(&[]);
    let more = beyond
        .iter()
        .fold(lines.more, |sum, range| sum.saturating_add(length(*range)));
    html! {
        p.ev-lines {
            code { (lines.file.name()) }
            @if !shown.is_empty() { " " }
            @for (i, &(first, last)) in shown.iter().enumerate() {
                @if i > 0 { ", " }
                (thousands(first))
                @if last > first { "–" (thousands(last)) }
            }
            @if more > 0 {
                span.muted { " and " (thousands(more)) " more, see " code { (lines.file.rest()) } }
            }
        }
    }
}

/// Lines of a stretch, both ends included.
fn length((first, last): (u64, u64)) -> u64 {
    last.saturating_sub(first).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &Lines) -> String {
        stretches(lines)
            .into_string()
            .replace("<code>", "")
            .replace("</code>", "")
    }

    #[test]
    fn stretches_read_like_page_numbers() {
        let lines = Lines {
            ranges: vec![(1, 40), (57, 57), (1_090, 1_093)],
            more: 0,
            ..Lines::default()
        };
        assert_eq!(
            text(&lines),
            "<p class=\"ev-lines\">entries.jsonl 1–40, 57, 1,090–1,093</p>"
        );
    }

    #[test]
    fn what_is_cut_is_counted() {
        let ranges = (0..50).map(|i| (i * 10 + 1, i * 10 + 2)).collect();
        let html = text(&Lines {
            ranges,
            more: 5,
            ..Lines::default()
        });
        assert!(html.contains(" and 25 more, see patterns.json"), "{html}");
        let wild = Lines {
            ranges: vec![(u64::MAX, 0); 50],
            more: u64::MAX,
            ..Lines::default()
        };
        assert!(text(&wild).contains(&thousands(u64::MAX)));
    }
}
