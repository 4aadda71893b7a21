//! How it looks: HTML and SVG as strings.
//!
//! Plain data goes in ([`report::Report`]), one self-contained page comes out ([`report::render`]).
//! The crate reads no file, knows no clock, takes no decision and parses no log; it is the only crate
//! that writes HTML.
//!
//! Log text is written by attackers. It travels here as [`text::Text`], which can be shown in one way
//! only: escaped for HTML, clipped, and with control characters, bidi overrides and invisible characters
//! turned into visible symbols. So a page cannot forget to escape.
//!
//! The charts in [`chart`] and the tokens in [`style`] are shared by the report and by the pages of the
//! web front end: each chart is a function from numbers to markup, and each has a table that says the
//! same.
//!
//! ```
//! use aidos_view::report::{render, Report};
//!
//! let page = render(&Report { case: "<script>".into(), ..Report::default() });
//! assert!(page.starts_with("<!DOCTYPE html>"));
//! assert!(!page.contains("<script"));
//! ```

pub mod chart;
pub mod defects;
pub mod diff;
pub mod number;
pub mod report;
pub mod style;
pub mod text;
pub mod time;
