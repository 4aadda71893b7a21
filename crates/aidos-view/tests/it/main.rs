//! The face of the crate: one page from one report.

mod escape;
mod full;
mod page;
