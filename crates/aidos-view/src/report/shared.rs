//! Attackers that several providers saw: heat map and table.

use maud::{Markup, html};

use super::cite::Citations;
use super::limits;
use super::model::{Matrix, Report, SharedAttacker};
use super::parts::{cut, empty, fold, scroll, shown, span, total};
use crate::chart::heat::Heat;
use crate::number::counted;

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let rows = shown(&report.shared, limits::ROWS);
    html! {
        h3 { "Attackers that several providers saw" }
        @if report.shared_matrix.names.len() < 2 && rows.is_empty() {
            (empty("Nothing to compare: this needs entries of at least two providers."))
        } @else {
            p.say {
                @match report.summary.shared_attackers.value.max(total(&report.shared)) {
                    0 => { "None: each attacker was seen by one provider only." }
                    n => {
                        (counted(n, "attacker", "attackers"))
                        " seen by more than one provider: what one of them knows is of use to the other."
                    }
                }
            }
            @if report.shared_matrix.names.len() > 1 {
                (scroll("Shared attackers, provider by provider", &heat(&report.shared_matrix, cite)))
                @if report.shared_matrix.names.len() > limits::PROVIDERS {
                    p.cut { "The first " (limits::PROVIDERS) " of " (report.shared_matrix.names.len()) " providers" }
                }
            }
            @if !rows.is_empty() { (table(report, cite)) }
        }
    }
}

fn heat(matrix: &Matrix, cite: &Citations) -> Markup {
    let names = matrix
        .names
        .get(..limits::PROVIDERS)
        .unwrap_or(&matrix.names);
    let cells = matrix
        .cells
        .iter()
        .take(names.len())
        .map(|row| {
            row.iter()
                .take(names.len())
                .map(|cell| cite.figure(*cell))
                .collect()
        })
        .collect();
    let caption = "Attackers in common. On the diagonal, in grey: all attackers of that provider.";
    Heat {
        caption,
        names,
        cells,
    }
    .draw()
}

fn table(report: &Report, cite: &Citations) -> Markup {
    let rows = shown(&report.shared, limits::ROWS);
    let table = |rows: &[SharedAttacker], _: bool| {
        html! {
            table {
                caption { "Shared attackers, with the entries of each provider. Times are UTC." }
                thead { tr {
                    th scope="col" { "attacker" }
                    th scope="col" { "entries by provider" }
                    th scope="col" { "first and last" }
                } }
                tbody { @for row in rows { tr {
                    th.who scope="row" { bdi { (row.name) } }
                    td {
                        @for (i, (name, count)) in row.providers.iter().take(limits::NAMES).enumerate() {
                            @if i > 0 { ", " }
                            bdi { (name) } " " (cite.number(*count))
                        }
                        @if row.providers.len() > limits::NAMES {
                            span.muted { " and " (row.providers.len() - limits::NAMES) " more" }
                        }
                    }
                    td.when { (span(row.first.as_ref(), row.last.as_ref())) }
                } } }
            }
        }
    };
    html! {
        (fold("Shared attackers", "shared attackers", rows, table))
        @if let Some(cut) = cut(&report.shared, limits::ROWS, "shared attacker", "shared attackers") { p.cut { (cut) } }
    }
}
