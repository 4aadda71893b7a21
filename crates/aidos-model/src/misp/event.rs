//! Events.

use super::{
    Attribute, Flag, Galaxy, List, Note, Number, Object, Opinion, Organisation, Relationship,
    ShadowAttribute, SharingGroup, Tag,
};
use crate::json::shape::noun;

noun! {
    /// A file or an answer that holds one event: `{"Event": …}`.
    Document {
        /// The event.
        event = "Event": Option<Box<Event>>;
    }
}

noun! {
    /// An event: what belongs to one story.
    Event {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// What it is about.
        info = "info": Option<String>;
        /// Day of the story, `YYYY-MM-DD`.
        date = "date": Option<String>;
        /// 1 high, 2 medium, 3 low, 4 undefined.
        threat_level_id = "threat_level_id": Option<Number>;
        /// 0 initial, 1 ongoing, 2 complete.
        analysis = "analysis": Option<Number>;
        /// Whether it is published.
        published = "published": Option<Flag>;
        /// When it was published, in seconds since 1970.
        publish_timestamp = "publish_timestamp": Option<Number>;
        /// When it was changed.
        timestamp = "timestamp": Option<Number>;
        /// When a sighting came last.
        sighting_timestamp = "sighting_timestamp": Option<Number>;
        /// To whom it may go: 0 organisation, 1 community, 2 connected, 3 all, 4 sharing group.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The group itself.
        sharing_group = "SharingGroup": Option<Box<SharingGroup>>;
        /// Number of who owns it here.
        org_id = "org_id": Option<Number>;
        /// Number of who made it.
        orgc_id = "orgc_id": Option<Number>;
        /// Who owns it here.
        org = "Org": Option<Organisation>;
        /// Who made it.
        orgc = "Orgc": Option<Organisation>;
        /// Address of the user who made it.
        event_creator_email = "event_creator_email": Option<String>;
        /// How many attributes it has.
        attribute_count = "attribute_count": Option<Number>;
        /// Whether proposals are mailed about.
        proposal_email_lock = "proposal_email_lock": Option<Flag>;
        /// Whether it came from another server.
        locked = "locked": Option<Flag>;
        /// Whether it is left out of correlation.
        disable_correlation = "disable_correlation": Option<Flag>;
        /// Whether it is guarded by keys.
        protected = "protected": Option<Flag>;
        /// UUID of the event that it extends.
        extends_uuid = "extends_uuid": Option<String>;
        /// Attributes outside of objects.
        attributes = "Attribute": List<Attribute>;
        /// Proposals of others.
        proposals = "ShadowAttribute": List<ShadowAttribute>;
        /// Objects.
        objects = "Object": List<Object>;
        /// Tags.
        tags = "Tag": List<Tag>;
        /// Galaxies with the clusters on it.
        galaxies = "Galaxy": List<Galaxy>;
        /// Reports in Markdown.
        reports = "EventReport": List<EventReport>;
        /// Events with the same values.
        related = "RelatedEvent": List<RelatedEvent>;
        /// Notes of analysts.
        notes = "Note": List<Note>;
        /// Opinions of analysts.
        opinions = "Opinion": List<Opinion>;
        /// Relationships of analysts.
        relationships = "Relationship": List<Relationship>;
    }
}

impl Event {
    /// All attributes: those outside of objects, then those of each object.
    pub fn all_attributes(&self) -> impl Iterator<Item = &Attribute> {
        let inner = self
            .objects
            .iter()
            .flat_map(|object| object.attributes.iter());
        self.attributes.iter().chain(inner)
    }
}

noun! {
    /// A report in Markdown.
    EventReport {
        /// Number on its server.
        id = "id": Option<Number>;
        /// UUID.
        uuid = "uuid": Option<String>;
        /// Number of the event.
        event_id = "event_id": Option<Number>;
        /// Title.
        name = "name": Option<String>;
        /// Markdown.
        content = "content": Option<String>;
        /// To whom it may go.
        distribution = "distribution": Option<Number>;
        /// The group, of distribution 4.
        sharing_group_id = "sharing_group_id": Option<Number>;
        /// The group itself.
        sharing_group = "SharingGroup": Option<Box<SharingGroup>>;
        /// When it was changed, in seconds since 1970.
        timestamp = "timestamp": Option<Number>;
        /// Whether it is deleted.
        deleted = "deleted": Option<Flag>;
        /// Tags.
        tags = "Tag": List<Tag>;
    }
}

noun! {
    /// An event with the same values.
    RelatedEvent {
        /// The event, in short.
        event = "Event": Option<Box<Event>>;
    }
}
