//! The verdict and the strip of key numbers.

use maud::{Markup, html};

use super::cite::Citations;
use super::model::{Count, Report};
use super::verdict::{gap, verdict};
use crate::chart::Tone;
use crate::chart::strip::{strip, swatch};
use crate::number::thousands;

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let n = &report.summary;
    let verdict = verdict(report);
    let parts = [
        ("entries", n.entries, Tone::Clear),
        ("duplicates", n.duplicates, Tone::Context),
        ("rejected", n.rejected, Tone::Harm),
        ("skipped", n.skipped, Tone::Context),
    ];
    let targets = if n.attacked > 0 && n.attacked < n.targets.value {
        format!("targets, {} attacked", thousands(n.attacked))
    } else {
        "targets".to_owned()
    };
    let follows = [
        ("entries repaired", n.repaired),
        ("attackers", n.attackers),
        (targets.as_str(), n.targets),
        ("shared attackers", n.shared_attackers),
        ("STIX bundles", n.bundles),
        ("STIX objects", n.objects),
    ];
    html! {
        section #summary aria-labelledby="case" {
            h1 #case { @if report.case.is_empty() { "Unnamed case" } @else { (report.case) } }
            p.verdict { (verdict.says) }
            p.then { (verdict.then) }
            @if let Some(caution) = &verdict.caution { p.caution { strong { "Look first. " } (caution) } }
            div.sum {
                (key("rows read", n.rows_read, None, cite))
                @for (i, (name, count, tone)) in parts.iter().enumerate() {
                    // The sign stays with its term where the strip breaks.
                    span.term {
                        span.op {
                            @if i > 0 { "+" } @else if gap(n).is_none() { "=" } @else { span.gap { "≠" } }
                        }
                        (key(name, *count, Some(*tone), cite))
                    }
                }
            }
            (strip("Rows read, by what became of them", &parts.map(|(name, count, tone)| (name, count.value, tone))))
            dl.keys { @for (name, count) in follows {
                div.key { dt { (name) } dd { (cite.number(count)) } }
            } }
        }
    }
}

/// One number of the identity with its name below, and its colour in the strip.
fn key(name: &str, count: Count, tone: Option<Tone>, cite: &Citations) -> Markup {
    html! { span.key { span.k { @if let Some(tone) = tone { (swatch(tone)) } (name) } " " span.v { (cite.number(count)) } } }
}
