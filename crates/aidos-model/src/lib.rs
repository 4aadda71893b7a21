//! What things are: the nouns that every other room of Aidos shares.
//!
//! An [`Event`] is one cleansed entry of a log in the words of the Elastic Common Schema (ECS 8);
//! a [`Defect`] says what was wrong with the row it came from, a [`Place`] where that row stands.
//! Everything here can be parsed, rendered and compared; nothing here touches the world.

pub mod defect;
pub mod event;
#[doc(hidden)]
pub mod fuzzing;
pub mod json;
pub mod mac;
pub mod marking;
pub mod misp;
pub mod place;
pub mod raw;
pub mod stix;
pub mod time;
pub mod tld;

pub use defect::{Defect, Defects};
pub use event::{Category, Endpoint, Event, Kind, Message, Outcome, RouterOs};
pub use mac::Mac;
pub use marking::Tlp;
pub use place::{Change, Place, Reject};
pub use raw::Raw;
pub use time::{Civil, Timestamp};
