//! A MISP as a partner: what it has is pulled, what the gate released is pushed.
//!
//! Spoken as MISP 2.4 and 2.5 speak: its REST interface, and the calls with which two of them synchronise. What we send
//! is made of an [allow-list](outgoing) of fields; what is not on it stays here, whatever it is called.

mod api;
pub mod outgoing;
mod pull;
mod push;
mod sightings;

pub use api::{Misp, Refusal, Version};
pub(crate) use api::{as_number, flag};
pub use pull::{Filter, Pull, Pulled, into_folder};
pub use push::{Push, Pushed, Sent};
pub use sightings::{Hits, Mark, Marked};
