//! What the columns of a table are: type, confidence, and the evidence for it.
//!
//! A [`Sampler`] takes the rows one by one and keeps a sample of bounded size; a [`Profiler`] looks at it:
//!
//! 1. what the name of a column says, in eight languages and however it is written together;
//! 2. the share of its values that look like a type, and pass its check far above chance;
//! 3. how many of its values stand in word lists;
//! 4. how its numbers or dates are distributed;
//! 5. what other columns say about it.
//!
//! Each piece of evidence is in log-odds and they are added, so that the sum is a probability and every
//! addend can be shown. No single cell decides: a type needs a share of the values (0.6). What a
//! person assigned wins. Columns that are no one thing are read cell by cell by the [`Scanner`](crate::pii::Scanner).
//!
//! The report holds names of columns and counts, never values.
//!
//! ```
//! use aidos_privacy::columns::{Options, Profiler, Sampler, Type};
//! use aidos_privacy::pii::Scanner;
//!
//! let mut sampler = Sampler::new(2_000, 1);
//! sampler.header(["x", "Ημ. γέννησης"]);
//! for row in [["203.0.113.7", "1980-03-07"], ["198.51.100.2", "1991-11-30"], ["192.0.2.9", "1975-01-02"]] {
//!     sampler.row(row);
//! }
//! let profiler = Profiler::new(Scanner::new(Default::default())?);
//! let report = profiler.profile(&sampler.finish(), &Options::default());
//! assert_eq!(report.columns[0].kind.0, Type::Ip);
//! assert_eq!(report.columns[1].kind.0, Type::Birthday);
//! # Ok::<(), aidos_privacy::pii::Error>(())
//! ```

mod assign;
mod date;
mod domain;
mod header;
mod judge;
mod kind;
mod lexicon;
mod minimise;
mod number;
mod profile;
mod relation;
mod report;
mod sample;
mod shape;
mod stats;
mod words;

pub use assign::{Assigned, Assignments, Error as AssignError};
pub use domain::{Domain, DomainFound};
pub use judge::{Evidence, Source};
pub use kind::Type;
pub use minimise::{Costs, Minimised, Need, Purpose};
pub use profile::{Options, Profiler};
pub use report::{Alternative, ColumnFound, Inside, Report, Typed};
pub use sample::{Sampler, Table};
