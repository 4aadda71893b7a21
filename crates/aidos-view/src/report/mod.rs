//! `report.html`: one case on one page.
//!
//! The page is one file that asks for nothing: no script, no font, no image from elsewhere, and a content
//! security policy that forbids them. It is light or dark as the reader's system is, can be printed, and
//! shows no time of the run itself, so that equal input gives equal bytes.
//!
//! It says first, shows second, proves third: a sentence, a chart, then rows; and each number links to a
//! block of evidence that lists the lines behind it.
//!
//! ```
//! use aidos_view::report::{render, Count, Evidence, Lines, Report};
//!
//! let mut report = Report { case: "night shift".into(), ..Report::default() };
//! let id = report.cite(Evidence {
//!     title: "all entries".into(),
//!     total: 40,
//!     lines: vec![Lines { ranges: vec![(1, 40)], ..Lines::default() }],
//!     ..Evidence::default()
//! });
//! report.summary.rows_read = 40.into();
//! report.summary.entries = Count::cited(40, id);
//! let page = render(&report);
//! assert!(page.contains("href=\"#e-1\"") && page.contains("id=\"e-1\""));
//! ```

pub mod limits;

mod cite;
mod evidence;
mod head;
mod inputs;
mod made;
mod model;
mod page;
mod parts;
mod patterns;
mod privacy;
mod rejects;
mod repairs;
mod shared;
mod verdict;

pub use model::{
    AttackCounts, Bucket, CaseFile, Change, Count, Counterpart, Evidence, EvidenceId, InputFile,
    Lines, Matrix, Party, Pattern, Privacy, Refused, Reject, Repair, Report, Sample,
    SharedAttacker, Summary, Timeline, Tlp, TopList,
};

/// Draws the page. The same report gives the same bytes.
pub fn render(report: &Report) -> String {
    page::draw(report).into_string()
}
