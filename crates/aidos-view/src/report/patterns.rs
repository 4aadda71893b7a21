//! Who attacks whom, and when: timeline, patterns, attackers, targets, counterparts.

use maud::{Markup, html};

use super::cite::Citations;
use super::limits;
use super::model::{Counterpart, Party, Pattern, Report, TopList};
use super::parts::{certainty, cut, empty, fold, names, shown, span};
use crate::chart::Tone;
use crate::chart::bars::bar;
use crate::chart::histogram::{Column, Histogram};
use crate::chart::spark::spark;
use crate::number::{counted, percent, thousands};

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let n = &report.summary;
    if n.entries.value == 0
        && report.timeline.buckets.is_empty()
        && report.attackers.rows.is_empty()
    {
        return html! { p.lead { "There are no entries, so there is nothing to show yet." } };
    }
    html! {
        (timeline(report, cite))
        (patterns(report, cite))
        (parties(&report.attackers, &Role::ATTACKER, cite))
        (parties(&report.targets, &Role::TARGET, cite))
        (counterparts(report, cite))
    }
}

fn timeline(report: &Report, cite: &Citations) -> Markup {
    let line = &report.timeline;
    let columns = line.buckets.iter().map(|bucket| Column {
        start: bucket.start,
        counts: bucket.counts.clone(),
        link: cite.link(bucket.evidence),
    });
    let chart = Histogram::new(
        "timeline",
        "Entries over time, by provider (UTC)",
        &line.providers,
        line.step,
        columns,
    );
    let all = line
        .buckets
        .iter()
        .flat_map(|b| &b.counts)
        .fold(0_u64, |sum, n| sum.saturating_add(*n));
    html! {
        @match chart.peak() {
            None => {
                p.lead { "No entry has a time." }
                (empty("There is no timeline without times. If the stamps lack a year, give --year; if a zone, --timezone."))
            }
            Some((when, most)) => {
                p.lead {
                    "Busiest: " (when) ", with " (counted(most, "entry", "entries")) ", "
                    (percent(most, all)) " of all that have a time."
                    @if line.undated.value > 0 {
                        " " (cite.number(line.undated))
                        @if line.undated.value == 1 { " entry has" } @else { " entries have" }
                        " no time and stand in no column."
                    }
                }
                h3 { "Entries per " (chart.per()) }
                (chart.draw())
                @if chart.is_merged() {
                    p.cut { "The time is long: neighbouring stretches were added up, one column per " (chart.per()) "." }
                }
                (chart.table())
            }
        }
    }
}

fn patterns(report: &Report, cite: &Citations) -> Markup {
    let rows = shown(&report.patterns, limits::ROWS);
    let table = |rows: &[Pattern], _: bool| {
        html! {
            table {
                caption { "What rules recognised. Confidence is from 0 to 100; times are UTC." }
                thead { tr {
                    th scope="col" { "pattern, and its rule" }
                    th scope="col" { "ATT&CK" }
                    th.num scope="col" { "confidence" }
                    th.num scope="col" { "sources" }
                    th.num scope="col" { "targets" }
                    th.num scope="col" { "entries" }
                    th scope="col" { "first and last" }
                } }
                tbody { @for row in rows { tr {
                    th.who.wide scope="row" { (row.name) span.sub { (row.rule) } }
                    td { @if row.technique.is_empty() { span.muted { "–" } } @else { (row.technique) } }
                    td.num { (certainty(row.confidence)) }
                    td.num { (cite.number(row.sources)) }
                    td.num { (cite.number(row.targets)) }
                    td.num { (cite.number(row.entries)) }
                    td.when { (span(row.first.as_ref(), row.last.as_ref())) }
                } } }
            }
        }
    };
    html! {
        @if !rows.is_empty() {
            h3 { "What it looks like" }
            (fold("Patterns that rules recognised", "patterns", rows, table))
            @if let Some(cut) = cut(&report.patterns, limits::ROWS, "pattern", "patterns") { p.cut { (cut) } }
        }
    }
}

/// The words for one side of an attack.
struct Role {
    title: &'static str,
    one: &'static str,
    many: &'static str,
    peers: &'static str,
    caption: &'static str,
    none: &'static str,
    tone: Tone,
}

impl Role {
    const ATTACKER: Self = Self {
        title: "Top attackers",
        one: "attacker",
        many: "attackers",
        peers: "targets",
        caption: "Addresses that attack, by entries. Times are UTC.",
        none: "No entry names an attacker. A private source counts as none, since it can be forged.",
        tone: Tone::Harm,
    };
    const TARGET: Self = Self {
        title: "Top targets",
        one: "target",
        many: "targets",
        peers: "attackers",
        caption: "Addresses that are attacked, by entries. Times are UTC.",
        none: "No entry names a target.",
        tone: Tone::Infrastructure,
    };
}

fn parties(list: &TopList<Party>, role: &Role, cite: &Citations) -> Markup {
    let rows = shown(list, limits::ROWS);
    let scale = rows.iter().map(|row| row.count.value).max().unwrap_or(0);
    let (ports, sparks) = (
        rows.iter().any(|r| !r.ports.is_empty()),
        rows.iter().any(|r| !r.activity.is_empty()),
    );
    let table = |rows: &[Party], _: bool| {
        html! {
            table {
                caption { (role.caption) }
                thead { tr {
                    th scope="col" { (role.one) }
                    td.bar-cell {}
                    th.num scope="col" { "entries" }
                    th.num scope="col" { (role.peers) }
                    @if ports { th scope="col" { "ports" } }
                    th scope="col" { "seen by" }
                    @if sparks { th scope="col" { "when" } }
                    th scope="col" { "first and last" }
                } }
                tbody { @for row in rows { tr {
                    th.who scope="row" { bdi { (row.name) } }
                    td.bar-cell { (bar(row.count.value, scale, role.tone)) }
                    td.num { (cite.number(row.count)) }
                    td.num { (cite.number(row.peers)) }
                    @if ports { td.names { (names(&row.ports)) } }
                    td.names { (names(&row.providers)) }
                    @if sparks { td { (activity(row)) } }
                    td.when { (span(row.first.as_ref(), row.last.as_ref())) }
                } } }
            }
        }
    };
    html! {
        h3 { (role.title) }
        @if rows.is_empty() { (empty(role.none)) } @else { (fold(role.title, role.many, rows, table)) }
        @if let Some(cut) = cut(list, limits::ROWS, role.one, role.many) { p.cut { (cut) } }
    }
}

/// The sparkline of a party, with its words for those who do not see it.
fn activity(row: &Party) -> Markup {
    let active = row.activity.iter().filter(|n| **n > 0).count();
    let label = format!(
        "active in {active} of {} equal parts of the time",
        row.activity.len()
    );
    html! { @if row.activity.is_empty() { span.muted { "–" } } @else { (spark(&row.activity, &label)) } }
}

fn counterparts(report: &Report, cite: &Citations) -> Markup {
    let rows = shown(&report.counterparts, limits::ROWS);
    let table = |rows: &[Counterpart], _: bool| {
        html! {
            table {
                caption { "Pairs of addresses by the rows that hold both. Confidence is from 0 to 100; times are UTC." }
                thead { tr {
                    th scope="col" { "one address" }
                    th scope="col" { "the other" }
                    th.num scope="col" { "rows" }
                    th scope="col" { "why they belong together" }
                    th.num scope="col" { "confidence" }
                    th scope="col" { "first and last" }
                } }
                tbody { @for row in rows { tr {
                    th.who.wide scope="row" { bdi { (row.one) } }
                    td.who.wide { bdi { (row.other) } }
                    td.num { (cite.number(row.count)) }
                    td.rule { (row.rule) }
                    td.num { (certainty(row.confidence)) }
                    td.when { (span(row.first.as_ref(), row.last.as_ref())) }
                } } }
            }
        }
    };
    html! {
        @if !rows.is_empty() {
            h3 { "E-mail addresses that stand together" }
            p.say {
                (thousands(super::parts::total(&report.counterparts))) " pairs. The logs do not say who wrote to \
                 whom, so neither address is given a part."
            }
            (fold("E-mail addresses that stand together", "pairs", rows, table))
            @if let Some(cut) = cut(&report.counterparts, limits::ROWS, "pair", "pairs") { p.cut { (cut) } }
        }
    }
}
