//! MISP: what its servers, feeds and files exchange ("MISP core format", Internet-Draft).
//!
//! Every noun keeps what it does not know in `rest` and is written again as it was read, with MISP's habits of
//! spelling: a number as `5` or `"5"` ([`Number`]), a truth as `true`, `1` or `"1"` ([`Flag`]), an empty list as `[]`, `null`
//! or not at all ([`List`]). Nothing of the content makes reading fail; a value of another shape stands in `rest`.
//!
//! ```
//! use aidos_model::json::{self, Shape};
//! use aidos_model::misp::Document;
//!
//! let text = br#"{"Event":{"uuid":"5a5f8a6e-0c1c-4f0a-9a5e-1c8d02de0b81","info":"scan","published":"1",
//!     "Attribute":[{"type":"ip-src","value":"198.51.100.7","to_ids":true,"timestamp":"1700000000","new":[1]}]}}"#;
//! let document: Document = json::read(text)?;
//! let event = document.event.as_ref().expect("an event");
//! assert!(event.published.as_ref().is_some_and(|flag| flag.get()));
//! assert_eq!(event.attributes[0].timestamp.as_ref().map(|time| time.get()), Some(1_700_000_000));
//! assert_eq!(document.to_value(), serde_json::from_slice::<serde_json::Value>(text)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod analyst;
mod attribute;
mod event;
mod galaxy;
mod object;
mod organisation;
mod shape;
mod sighting;
mod tag;

pub use analyst::{Note, Opinion, Relationship};
pub use attribute::{Attribute, ShadowAttribute};
pub use event::{Document, Event, EventReport, RelatedEvent};
pub use galaxy::{Cluster, ClusterRelation, Element, Galaxy};
pub use object::{Object, ObjectReference};
pub use organisation::{Organisation, SharingGroup, SharingGroupOrg, SharingGroupServer};
pub use shape::{Flag, List, Number};
pub use sighting::Sighting;
pub use tag::Tag;
