//! The page around the sections.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::cite::Citations;
use super::model::{Report, Tlp};
use super::{evidence, head, inputs, made, patterns, privacy, rejects, repairs, shared};
use crate::style;

/// Forbids everything but the page's own style and images that are part of it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                      form-action 'none'";

/// Sections in order: id and name in the index.
const INDEX: [(&str, &str); 8] = [
    ("summary", "Summary"),
    ("input", "What came in"),
    ("repairs", "What was repaired"),
    ("attacks", "Who attacks whom"),
    ("rejects", "What was rejected"),
    ("privacy", "What may leave"),
    ("evidence", "Evidence"),
    ("made", "How it was made"),
];

pub(super) fn draw(report: &Report) -> Markup {
    let cite = Citations::new(report);
    // The evidence comes last: it leads back to the numbers that cited it, so they must be drawn first.
    let body = html! {
        (head::draw(report, &cite))
        (inputs::draw(report, &cite))
        (repairs::draw(report, &cite))
        section #attacks aria-labelledby="attacks-h" {
            h2 #attacks-h { "Who attacks whom, and when" }
            (patterns::draw(report, &cite))
            @if report.summary.entries.value > 0 { (shared::draw(report, &cite)) }
        }
        (rejects::draw(report, &cite))
        (privacy::draw(report))
    };
    cite.keep_drawn(&body.0);
    let evidence = evidence::draw(report, &cite);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                // Keeps a browser from asking for one.
                link rel="icon" href="data:,";
                title { (report.case) " – Aidos report" }
                style { (PreEscaped(style::TOKENS)) (PreEscaped(style::BASE)) (PreEscaped(style::REPORT)) (PreEscaped(sheets(report.tlp))) }
            }
            body {
                a.skip href="#main" { "Skip to the report" }
                div.page {
                    header.top { span { "Aidos report" } (label(report.tlp)) }
                    nav.index aria-label="Sections" { ol {
                        @for (id, name) in INDEX { li { a href=(format!("#{id}")) { (name) } } }
                    } }
                    main #main { (body) (evidence) (made::draw(report)) }
                    footer.foot {
                        span { "Holds raw log rows: for the owner of the case. Partners get what is in " code { "shareable/" } "." }
                        (label(report.tlp))
                    }
                }
            }
        }
    }
}

/// The label as FIRST asks: white or coloured letters on black.
fn label(tlp: Option<Tlp>) -> Markup {
    html! {
        @match tlp {
            Some(tlp) => { span.tlp.(tlp.class()) { (tlp.label()) } }
            None => { span.tlp.tlp-none { "no TLP label set" } }
        }
    }
}

/// Margin boxes of printed sheets. TLP 2.0 wants the label in the head and foot of every one of them.
fn sheets(tlp: Option<Tlp>) -> String {
    let label = tlp.map_or("no TLP label set", Tlp::label);
    format!(
        "@page {{ margin: 18mm 15mm; @top-right {{ content: \"{label}\"; font: 700 12pt sans-serif; }} \
         @bottom-right {{ content: \"{label}\"; font: 700 12pt sans-serif; }} \
         @bottom-left {{ content: counter(page) \" of \" counter(pages); font: 8pt sans-serif; }} }}\n"
    )
}
