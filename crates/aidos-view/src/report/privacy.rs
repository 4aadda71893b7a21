//! What partners would see: what was found, what was hidden, what is left of use, and whether it may leave.

use maud::{Markup, html};

use super::model::{Privacy, Report};
use super::parts::{empty, scroll, section};
use crate::diff;
use crate::number::{counted, thousands};

pub(super) fn draw(report: &Report) -> Markup {
    let Some(privacy) = &report.privacy else {
        let lead =
            html! { "Nothing was made for partners: " code { "shareable/" } " was not asked for." };
        return section(
            "privacy",
            "What may leave",
            &lead,
            &empty("Run it again with a policy to see what partners would see."),
        );
    };
    let found: u64 = privacy.findings.iter().map(|(_, count)| count).sum();
    let lead = html! {
        "What partners would see stands in " code { "shareable/" } ", hidden by policy “" (privacy.policy)
        "” for community “" (privacy.community) "”. It " strong { (privacy.verdict) } ". "
        (counted(found, "finding", "findings")) " of personal data in the rows, all in " code { "findings.jsonl" } ". "
        "Pseudonymous is not anonymous: who holds the key, or knows enough, can still tell persons."
    };
    let body = html! {
        @if !privacy.reasons.is_empty() {
            h3 { "Why it does not leave yet" }
            ul { @for reason in &privacy.reasons { li { (reason) } } }
        }
        @if !privacy.samples.is_empty() {
            h3 { "Before and after" }
            p { "The first row of each provider, as it is here and as partners would see it." }
            @for (before, after) in &privacy.samples { (diff::draw(before, after)) }
        }
        h3 { "What was found" }
        (scroll("Findings by type.", &findings(privacy)))
        h3 { "What was hidden, and how" }
        (scroll("Values by kind and technique.", &values(privacy)))
        h3 { "What is left of use" }
        (scroll("Counts in the case and in what is shared.", &kept(privacy)))
        h3 { "What an attack found" }
        p {
            (counted(privacy.attack.found, "place", "places")) " in " (thousands(privacy.attack.bytes)) " bytes, of "
            (counted(privacy.attack.values, "value that is", "values that are")) " hidden and "
            (counted(privacy.attack.canaries, "planted one", "planted ones"))
            ", each searched as it is, without separators, encoded, hashed and in ids."
        }
    };
    section("privacy", "What may leave", &lead, &body)
}

fn findings(privacy: &Privacy) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "type" } th.num scope="col" { "findings" } } }
            tbody {
                @for (kind, count) in &privacy.findings {
                    tr { th scope="row" { (kind) } td.num { (thousands(*count)) } }
                }
            }
        }
    }
}

fn values(privacy: &Privacy) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "kind" } th scope="col" { "technique" } th.num scope="col" { "values" } } }
            tbody {
                @for (kind, technique, count) in &privacy.hidden {
                    tr { th scope="row" { (kind) } td { (technique) } td.num { (thousands(*count)) } }
                }
            }
        }
    }
}

fn kept(privacy: &Privacy) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "what" } th.num scope="col" { "in the case" } th.num scope="col" { "shared" } } }
            tbody {
                @for (what, before, after) in &privacy.kept {
                    tr { th scope="row" { (what) } td.num { (thousands(*before)) } td.num { (thousands(*after)) } }
                }
            }
        }
    }
}
