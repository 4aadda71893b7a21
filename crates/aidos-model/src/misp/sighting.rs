//! Sightings.

use super::{Number, Organisation};
use crate::json::shape::noun;

noun! {
    /// That somebody saw an attribute (0), says it is false (1), or that it expires (2).
    Sighting {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Number of the attribute.
        attribute_id = "attribute_id": Option<Number>;
        /// UUID of the attribute.
        attribute_uuid = "attribute_uuid": Option<String>;
        /// Number of the event.
        event_id = "event_id": Option<Number>;
        /// Number of who saw it.
        org_id = "org_id": Option<Number>;
        /// When, in seconds since 1970.
        date_sighting = "date_sighting": Option<Number>;
        /// By what means.
        source = "source": Option<String>;
        /// 0 seen, 1 false positive, 2 expiry.
        kind = "type": Option<Number>;
        /// Who saw it.
        organisation = "Organisation": Option<Organisation>;
    }
}
