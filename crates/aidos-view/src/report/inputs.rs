//! What came in: files, refused inputs, notes.

use maud::{Markup, html};

use super::cite::Citations;
use super::limits;
use super::model::{InputFile, Report};
use super::parts::{certainty, cut, empty, fold, section, shown, span, total};
use crate::number::{bytes, counted, thousands};
use crate::text::Text;

/// Characters of a digest that are shown at first.
const DIGEST_CHARS: usize = 12;

pub(super) fn draw(report: &Report, cite: &Citations) -> Markup {
    let files = shown(&report.files, limits::FILES);
    let refused = total(&report.refused);
    let lead = html! {
        @match total(&report.files) {
            0 => { "No file was read" }
            n => { (counted(n, "file was read", "files were read")) }
        }
        @if refused > 0 { "; " (counted(refused, "input was refused", "inputs were refused")) }
        "."
    };
    let body = html! {
        @if files.is_empty() {
            (empty("Nothing to list. Give aidos run a log file, a folder or an archive."))
        } @else {
            (fold("Files that were read", "files", files, |part, first| table(part, first.then_some(files), cite)))
        }
        @if let Some(cut) = cut(&report.files, limits::FILES, "file", "files") { p.cut { (cut) } }
        (notes(report, files))
        (refusals(report))
    };
    section("input", "What came in", &lead, &body)
}

/// Some of the files; with `all`, what they are together.
fn table(files: &[InputFile], all: Option<&[InputFile]>, cite: &Citations) -> Markup {
    html! {
        table.files {
            caption { "Files in the order in which they were read. Times are UTC." }
            thead { tr {
                th scope="col" { "file" }
                th scope="col" { "provider, and why" }
                th.num scope="col" { "rows" }
                th.num scope="col" { "entries" }
                th.num scope="col" { "duplicates" }
                th.num scope="col" { "rejected" }
                th.num scope="col" { "skipped" }
                th scope="col" { "first and last" }
            } }
            tbody { @for file in files { tr {
                th scope="row" {
                    bdi { (file.path) }
                    span.sub {
                        (file.format) ", " (file.encoding)
                        @if file.bytes > 0 { ", " span.n title={ (thousands(file.bytes)) " bytes" } { (bytes(file.bytes)) } }
                    }
                    (digest(file))
                }
                td.why {
                    bdi { (file.provider) }
                    span.sub {
                        (file.why)
                        @if let Some(score) = file.score { " · score " (certainty(Some(score))) " of 100" }
                    }
                }
                @for count in [file.rows, file.entries, file.duplicates, file.rejected, file.skipped] {
                    td.num { (cite.number(count)) }
                }
                td.when { (span(file.first.as_ref(), file.last.as_ref())) }
            } } }
            @if let Some(all) = all.filter(|all| all.len() > 1) { (sums(all)) }
        }
    }
}

fn sums(files: &[InputFile]) -> Markup {
    let sum = |of: fn(&InputFile) -> u64| {
        files
            .iter()
            .fold(0_u64, |sum, file| sum.saturating_add(of(file)))
    };
    html! { tfoot { tr {
        th scope="row" { "together" span.sub { (bytes(sum(|f| f.bytes))) } }
        td {}
        @for of in [
            (|f| f.rows.value) as fn(&InputFile) -> u64,
            |f| f.entries.value,
            |f| f.duplicates.value,
            |f| f.rejected.value,
            |f| f.skipped.value,
        ] { td.num { (thousands(sum(of))) } }
        td {}
    } } }
}

/// A digest, short until it is opened; a click selects the whole.
fn digest(file: &InputFile) -> Markup {
    let sha256 = &file.sha256;
    let head: String = sha256.raw().chars().take(DIGEST_CHARS).collect();
    html! {
        @if !sha256.is_empty() {
            span.sub { details.sha {
                summary title=(sha256) {
                    "SHA-256 "
                    @if !file.inside.is_empty() { "of " bdi { (file.inside) } " " }
                    code { (Text::from(head)) "…" }
                }
                code { (sha256) }
            } }
        }
    }
}

fn notes(report: &Report, files: &[InputFile]) -> Markup {
    let of_files = files
        .iter()
        .flat_map(|file| file.notes.iter().map(move |note| (file, note)));
    let all = report.notes.len() + files.iter().map(|file| file.notes.len()).sum::<usize>();
    html! {
        @if all > 0 {
            h3 { "What was assumed and learned" }
            ul.notes {
                @for note in report.notes.iter().take(limits::ROWS) { li { (note) } }
                @for (file, note) in of_files.take(limits::ROWS) {
                    li { bdi.muted { (file.path) } ": " (note) }
                }
            }
        }
    }
}

fn refusals(report: &Report) -> Markup {
    let rows = shown(&report.refused, limits::ROWS);
    html! {
        @if !rows.is_empty() {
            h3 { "What was refused" }
            table {
                caption { "Inputs that were not read, and why." }
                thead { tr { th scope="col" { "input" } th scope="col" { "reason" } } }
                tbody { @for row in rows { tr {
                    th.who scope="row" { bdi { (row.path) } }
                    td { (row.reason) }
                } } }
            }
            @if let Some(cut) = cut(&report.refused, limits::ROWS, "input", "inputs") { p.cut { (cut) } }
        }
    }
}
