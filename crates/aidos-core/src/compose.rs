//! Events to STIX 2.1 objects.
//!
//! - [`Composer`] writes one bundle an entry, a line of `bundles.jsonl`.
//! - [`case`] writes the objects of the whole case, folded by conversation, one at a time.
//! - [`rules`] says which fields become which objects; [`rules::DEFAULT`] is the documented default.
//!
//! # What an event becomes
//!
//! | object | from | left out |
//! |---|---|---|
//! | `identity` | the provider, class `organization` | never |
//! | `marking-definition` | the TLP 2.0 label | never |
//! | `ipv4-addr`, `ipv6-addr`, `mac-addr` | source, destination and their translations | |
//! | `email-addr` | addresses, whatever their role | what the validator's grammar refuses |
//! | `user-account` | `user.name` as `account_login`; the type of account is never guessed | |
//! | `url`, `domain-name` | fields of mapped providers | what is no URI with a scheme, no host name |
//! | `network-traffic` | the addresses of both ends; `start` is the event's time | without any end |
//! | `observed-data` | all observables of the event, seen once | without a time or an observable |
//! | `indicator` | the traffic, and its source where that attacks | without a time or an address |
//! | `relationship` | indicator `based-on` observed data | without either |
//!
//! E-mail rows give no indicator: they name addresses without roles, so nothing says which of them is
//! foreign; that is known only over a whole case, see [`case`].
//!
//! An indicator is `anomalous-activity` of modest confidence where the source attacks, `benign` where the
//! inside acts, `unknown` elsewhere. Who attacks says [`crate::analysis::role`], for the bundle of an entry by
//! the entry and the private ranges alone.
//!
//! # Times
//!
//! There is no clock: `created` and `modified` are the event's time (to the millisecond, as the standard
//! wants), so that the same log gives the same objects. Objects that need a time are left out of an event
//! that has none. All other times take the form of `@timestamp`; what is finer than a microsecond is cut, as
//! Python's stix2 cannot read it. Identities are of [`CREATED`].
//!
//! # Ids
//!
//! As [`aidos_model::stix`] says. Each object is written in canonical JSON, so that what is hashed is what
//! stands there. The id of a bundle is that of the list of its objects.

pub mod case;
pub mod protocol;
pub mod rules;

mod bundle;
mod cache;
mod object;
mod pattern;
#[doc(hidden)]
pub(crate) mod slow;
mod value;

#[cfg(test)]
mod tests;

use aidos_model::Tlp;

pub use bundle::Composer;
pub use object::CREATED;
pub use rules::{ObjectRules, RulesError};

/// How objects are composed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The label that every object carries.
    pub tlp: Tlp,
    /// Which fields become which objects.
    pub rules: ObjectRules,
}
