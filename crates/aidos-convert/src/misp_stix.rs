//! MISP and STIX 2.1 into each other, and what does not survive.
//!
//! [`to_stix`] makes a bundle of an event, [`to_misp`] an event of a bundle. Both give a ledger: each field of the input
//! that will not come back on the way home, with its place and the reason. The same input gives the same bytes.
//!
//! What STIX has words for stands in its own properties: values in observables and patterns, tags in labels and
//! TLP 2.0 markings, clusters in attack patterns, malware, tools …. What it has no words for (category, distribution, colours of
//! tags …) stands in a property extension, [`EXTENSION`], whose definition is part of each bundle. A value stands once: the extension says
//! where in the observables it is found, so that whoever changes it there, an anonymiser first, changes it everywhere.
//!
//! What belongs to one server alone (numbers of rows, members of sharing groups, the address of the user who made an event)
//! never goes along; the ledger names it.

mod document;
mod extension;
mod ledger;
mod natural;
mod pattern;
mod peer;
mod place;
mod restore;
mod stream;
mod table;
mod to_misp;
mod to_stix;

pub use document::{Converted, Form, Unconverted, convert, form_of, upgrade};
pub use extension::EXTENSION;
pub use ledger::{Ledger, Loss};
pub use stream::{Follow, Streamed, Unstreamed, begins_bundle, stream};
pub use to_misp::to_misp;
pub use to_stix::to_stix;
