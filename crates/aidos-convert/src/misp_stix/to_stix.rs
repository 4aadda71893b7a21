//! An event of MISP to a bundle of STIX 2.1.

mod galaxy;
mod members;

pub(super) use members::Pointer;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Event, EventReport, List, Number, Object as MispObject, Organisation, Tag,
};
use aidos_model::stix::{
    Body, Bundle, ExternalReference, KillChainPhase, Kind, OURS, Object, Uuid,
};
use aidos_model::{Timestamp, Tlp};
use serde_json::{Map, Value, json};

use super::extension::{AUTHOR, attach, definition};
use super::ledger::{DERIVED, LOCAL, Ledger, PERSON, PROPOSAL, ROSTER, ROW, leave, note};
use super::place::{Builder, Put};
use super::table::{self, Main};

/// Makes a bundle of an event; `path` of the losses begins with `/Event`.
///
/// ```
/// use aidos_convert::misp_stix::to_stix;
/// use aidos_model::misp::{Attribute, Event};
///
/// let mut event = Event { info: Some("scan".into()), id: Some(7.into()), ..Event::default() };
/// event.attributes.push(Attribute::new("ip-src", "198.51.100.3"));
/// let (bundle, losses) = to_stix(event);
/// assert!(bundle.objects().iter().any(|one| one.id() == "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"));
/// assert!(losses.iter().any(|loss| loss.path == "/Event/id"));
/// ```
pub fn to_stix(event: Event) -> (Bundle, Ledger) {
    let mut maker = Maker::new(Held::default());
    maker.event(event);
    (maker.bundle(), maker.ledger)
}

/// What a bundle is made of.
pub(super) struct Maker<S> {
    pub(super) ledger: Ledger,
    pub(super) store: S,
    labels: BTreeSet<Tlp>,
    /// Who made the event, and when it was changed.
    pub(super) by: Option<String>,
    time: String,
    /// What points to what, once all is there.
    pub(super) pointers: Vec<Pointer>,
    owner: String,
}

/// Where a maker puts its objects, and what it remembers of them.
pub(super) trait Store {
    /// Takes an object; the first of an id stays.
    fn add(&mut self, object: Object);

    /// Whether another object of this id is there.
    fn clashes(&self, object: &Object) -> bool;

    /// Whether an object stands for a UUID of the event.
    fn has(&self, uuid: &str) -> bool;

    /// From now on the object of this id stands for a UUID.
    fn stand(&mut self, uuid: String, id: &str);

    /// The id of the object that stands for a UUID.
    fn standing(&self, uuid: &str) -> Option<String>;

    /// The ids of all objects, in order.
    fn ids(&self) -> Vec<String>;

    /// Attaches to an object the references that lead to nothing.
    fn leave(&mut self, from: &str, left: Vec<Value>);
}

/// A store that holds everything.
#[derive(Default)]
struct Held {
    objects: Vec<Object>,
    /// Ids that are in the bundle, and where.
    places: BTreeMap<String, usize>,
    stands: BTreeMap<String, String>,
}

impl Store for Held {
    fn add(&mut self, object: Object) {
        if let Entry::Vacant(place) = self.places.entry(object.id().to_owned()) {
            place.insert(self.objects.len());
            self.objects.push(object);
        }
    }

    fn clashes(&self, object: &Object) -> bool {
        let there = self
            .places
            .get(object.id())
            .and_then(|at| self.objects.get(*at));
        there.is_some_and(|there| there != object)
    }

    fn has(&self, uuid: &str) -> bool {
        self.stands.contains_key(uuid)
    }

    fn stand(&mut self, uuid: String, id: &str) {
        self.stands.insert(uuid, id.to_owned());
    }

    fn standing(&self, uuid: &str) -> Option<String> {
        self.stands.get(uuid).cloned()
    }

    fn ids(&self) -> Vec<String> {
        self.objects.iter().map(|one| one.id().to_owned()).collect()
    }

    fn leave(&mut self, from: &str, left: Vec<Value>) {
        let there = self
            .places
            .get(from)
            .and_then(|at| self.objects.get_mut(*at));
        if let Some(object) = there {
            attach(object, "references", json!({"list": left}));
        }
    }
}

/// Where an event stands in its document.
pub(super) const PATH: &str = "/Event";

/// The object that an event becomes.
pub(super) struct Head {
    kind: Kind,
    uuid: String,
    /// Its id.
    pub(super) id: String,
}

/// Whether a time of seconds is one that STIX can say.
fn stamp(time: Option<Number>) -> Option<String> {
    let text = Timestamp::from_seconds(time?.get())?
        .readable()?
        .to_string();
    // The standard wants three digits behind the second, also where they are zeros.
    Some(format!("{}.000Z", text.strip_suffix('Z')?))
}

/// A time of MISP in the way of STIX.
fn moment(text: Option<&String>) -> Option<Timestamp> {
    Timestamp::parse(text?)
}

impl Maker<Held> {
    fn bundle(&mut self) -> Bundle {
        let mut objects: Vec<Object> = definition().into_iter().collect();
        for tlp in &self.labels {
            let mut text = Vec::new();
            tlp.push_marking(&mut text);
            if let Ok(marking) = aidos_model::json::read(&text) {
                objects.push(marking);
            }
        }
        objects.append(&mut self.store.objects);
        Bundle::of(objects)
    }
}

impl<S: Store> Maker<S> {
    /// Begins with a store.
    pub(super) fn new(store: S) -> Self {
        Self {
            ledger: Ledger::new(),
            store,
            labels: BTreeSet::new(),
            by: None,
            time: String::new(),
            pointers: Vec::new(),
            owner: String::new(),
        }
    }

    fn add(&mut self, object: Object) {
        self.store.add(object);
    }

    /// A domain object or relation with what all have; `time` where it has one of its own.
    fn begin(&self, kind: Kind, uuid: &str, time: Option<String>) -> Object {
        self.begin_of(Object::new(kind), uuid, time)
    }

    fn begin_custom(&self, word: &str, uuid: &str, time: Option<String>) -> Object {
        let object = Object {
            common: aidos_model::stix::Common::default(),
            body: Body::Custom(word.to_owned()),
        };
        self.begin_of(object, uuid, time)
    }

    fn begin_of(&self, mut object: Object, uuid: &str, time: Option<String>) -> Object {
        let time = time.unwrap_or_else(|| self.time.clone());
        object.common.id = Some(format!("{}--{uuid}", object.type_word()));
        object.common.spec_version = Some("2.1".into());
        object.common.created_by_ref.clone_from(&self.by);
        object.common.created = Some(time.clone());
        object.common.modified = Some(time);
        object
    }

    /// The UUID of a part of the event: its own, or one of its content where it has none or one that is taken.
    fn uuid(&mut self, path: &str, own: Option<String>, content: &impl Shape) -> String {
        let had = own.is_some();
        if let Some(text) = own
            && let Some(uuid) = Uuid::parse(&text)
        {
            let plain = uuid.to_string();
            if !self.store.has(&plain) {
                if plain != text {
                    note(&mut self.ledger, path, "uuid", "written in lower case");
                }
                return plain;
            }
        }
        let reason = if had {
            "it is no UUID, or stands twice; another one was derived"
        } else {
            "there was none; one was derived"
        };
        note(&mut self.ledger, path, "uuid", reason);
        let mut name = self.owner.clone().into_bytes();
        name.extend_from_slice(path.as_bytes());
        content.write(&mut name);
        Uuid::v5(OURS, &name).to_string()
    }

    fn event(&mut self, mut event: Event) {
        let main = self.open(&mut event);
        for (at, attribute) in std::mem::take(&mut event.attributes)
            .into_iter()
            .enumerate()
        {
            self.attribute(&format!("{PATH}/Attribute/{at}"), attribute);
        }
        for (at, object) in std::mem::take(&mut event.objects).into_iter().enumerate() {
            self.object(&format!("{PATH}/Object/{at}"), object);
        }
        for (at, report) in std::mem::take(&mut event.reports).into_iter().enumerate() {
            self.report(&format!("{PATH}/EventReport/{at}"), report, &main.id);
        }
        let clusters = self.galaxies(PATH, &mut event.galaxies);
        self.point();
        let main = self.close(event, main, clusters);
        self.add(main);
    }

    /// Begins with what an event is without its parts.
    pub(super) fn open(&mut self, event: &mut Event) -> Head {
        let path = PATH;
        let ledger = &mut self.ledger;
        for (name, field) in [
            ("id", &mut event.id),
            ("org_id", &mut event.org_id),
            ("orgc_id", &mut event.orgc_id),
        ] {
            leave(ledger, path, name, field, ROW);
        }
        leave(
            ledger,
            path,
            "sharing_group_id",
            &mut event.sharing_group_id,
            ROW,
        );
        leave(
            ledger,
            path,
            "SharingGroup",
            &mut event.sharing_group,
            ROSTER,
        );
        leave(
            ledger,
            path,
            "event_creator_email",
            &mut event.event_creator_email,
            PERSON,
        );
        leave(
            ledger,
            path,
            "attribute_count",
            &mut event.attribute_count,
            DERIVED,
        );
        leave(
            ledger,
            path,
            "Org",
            &mut event.org,
            "who holds an event differs from server to server",
        );
        leave(ledger, path, "locked", &mut event.locked, DERIVED);
        if event.rest.remove("user_id").is_some() {
            note(ledger, path, "user_id", PERSON);
        }
        for (name, is_there) in [
            (
                "RelatedEvent",
                !std::mem::take(&mut event.related).is_empty(),
            ),
            (
                "ShadowAttribute",
                !std::mem::take(&mut event.proposals).is_empty(),
            ),
        ] {
            if is_there {
                note(
                    ledger,
                    path,
                    name,
                    if name == "RelatedEvent" {
                        DERIVED
                    } else {
                        PROPOSAL
                    },
                );
            }
        }
        self.time = stamp(event.timestamp)
            .or_else(|| {
                event.date.as_ref().and_then(|day| {
                    let text = format!("{day}T00:00:00.000Z");
                    Timestamp::parse(&text).map(|_| text)
                })
            })
            .unwrap_or_else(|| "1970-01-01T00:00:00.000Z".into());
        let own = event.uuid.take();
        let uuid = self.uuid(path, own, &event.info.clone().unwrap_or_default());
        self.owner.clone_from(&uuid);
        let creator = event
            .orgc
            .take()
            .map(|orgc| self.organisation("/Event/Orgc", orgc));
        match creator {
            Some(Ok(id)) => self.by = Some(id),
            Some(Err(orgc)) => event.orgc = Some(*orgc),
            None => {}
        }
        let published = event.published.is_some_and(aidos_model::misp::Flag::get);
        let kind = if published {
            Kind::Report
        } else {
            Kind::Grouping
        };
        let id = format!("{kind}--{uuid}");
        self.store.stand(uuid.clone(), &id);
        Head { kind, uuid, id }
    }

    /// The object that an event is, when its parts are there; `clusters` is what is kept of its galaxies.
    pub(super) fn close(
        &mut self,
        mut event: Event,
        Head { kind, uuid, .. }: Head,
        clusters: Option<Value>,
    ) -> Object {
        let mut main = self.begin(kind, &uuid, None);
        let tags = self.tags(PATH, &mut event.tags, &mut main);
        let mut refs = self.store.ids();
        refs.retain(|id| self.by.as_ref() != Some(id));
        if refs.is_empty() {
            refs.push(self.by.clone().unwrap_or_else(|| AUTHOR.to_owned()));
        }
        let name = event.info.clone().filter(|info| !info.is_empty());
        let name = name.unwrap_or_else(|| "an event without a title".to_owned());
        match &mut main.body {
            Body::Report(body) => {
                body.published = stamp(event.publish_timestamp).or_else(|| Some(self.time.clone()));
                body.name = Some(name);
                body.object_refs = Some(refs);
            }
            Body::Grouping(body) => {
                body.context = Some("suspicious-activity".into());
                body.name = Some(name);
                body.object_refs = Some(refs);
            }
            _ => {}
        }
        let info = event.info.take();
        let mut kept = members_of(event);
        if info.is_none() || info.as_deref() == Some("") {
            kept.insert("info".into(), info.map_or(Value::Null, Value::from));
        }
        keep(&mut kept, "Tag", tags);
        keep(&mut kept, "Galaxy", clusters);
        attach(&mut main, "event", Value::Object(kept));
        main
    }

    /// Who made it, as an identity; given back where it has no UUID or name.
    fn organisation(
        &mut self,
        path: &str,
        mut orgc: Organisation,
    ) -> Result<String, Box<Organisation>> {
        let uuid = orgc.uuid.as_deref().and_then(Uuid::parse);
        let (Some(uuid), Some(name)) = (uuid, orgc.name.clone().filter(|name| !name.is_empty()))
        else {
            return Err(Box::new(orgc));
        };
        leave(&mut self.ledger, path, "id", &mut orgc.id, ROW);
        if orgc.uuid.as_deref() != Some(uuid.to_string().as_str()) {
            note(&mut self.ledger, path, "uuid", "written in lower case");
        }
        (orgc.uuid, orgc.name) = (None, None);
        let mut identity = self.begin(Kind::Identity, &uuid.to_string(), None);
        identity.common.created_by_ref = None;
        if let Body::Identity(body) = &mut identity.body {
            body.name = Some(name);
            body.identity_class = Some("organization".into());
        }
        let mut content = orgc.into_value();
        if content.as_object().is_some_and(Map::is_empty) {
            content = json!({});
        }
        attach(&mut identity, "organisation", content);
        let id = identity.id().to_owned();
        self.add(identity);
        Ok(id)
    }

    /// Labels and markings of the tags; what is to be kept of them.
    fn tags(&mut self, path: &str, tags: &mut List<Tag>, object: &mut Object) -> Option<Value> {
        let mut kept = Vec::new();
        for (at, mut tag) in std::mem::take(tags).into_iter().enumerate() {
            let path = format!("{path}/Tag/{at}");
            let stays = |flag: Option<aidos_model::misp::Flag>, value| {
                flag.is_some_and(|flag| flag.get() == value)
            };
            if stays(tag.local, true) || stays(tag.exportable, false) {
                note(&mut self.ledger, &path, "", LOCAL);
                continue;
            }
            leave(&mut self.ledger, &path, "id", &mut tag.id, ROW);
            leave(&mut self.ledger, &path, "org_id", &mut tag.org_id, ROW);
            leave(&mut self.ledger, &path, "user_id", &mut tag.user_id, ROW);
            if let Some(tlp) = tlp_of(tag.word()) {
                let id = tlp.stix_id().to_string();
                self.labels.insert(tlp);
                let markings = object.common.object_marking_refs.get_or_insert_default();
                if !markings.contains(&id) {
                    markings.push(id);
                }
            } else if !tag.word().is_empty() {
                let labels = object.common.labels.get_or_insert_default();
                if !labels.iter().any(|label| label == tag.word()) {
                    labels.push(tag.word().to_owned());
                }
            }
            kept.push(tag.into_value());
        }
        (!kept.is_empty()).then_some(Value::Array(kept))
    }

    pub(super) fn report(&mut self, path: &str, mut report: EventReport, event: &str) {
        leave(&mut self.ledger, path, "id", &mut report.id, ROW);
        leave(
            &mut self.ledger,
            path,
            "event_id",
            &mut report.event_id,
            ROW,
        );
        leave(
            &mut self.ledger,
            path,
            "sharing_group_id",
            &mut report.sharing_group_id,
            ROW,
        );
        leave(
            &mut self.ledger,
            path,
            "SharingGroup",
            &mut report.sharing_group,
            ROSTER,
        );
        let own = report.uuid.take();
        let uuid = self.uuid(path, own, &report);
        let time = stamp(report.timestamp);
        if time.is_some() {
            report.timestamp = None;
        } else if report.timestamp.is_none() {
            report.rest.entry("timestamp".into()).or_insert(Value::Null);
        }
        let mut stix = self.begin(Kind::Note, &uuid, time);
        let tags = self.tags(path, &mut report.tags, &mut stix);
        if let Body::Note(body) = &mut stix.body {
            body.abstract_ = report.name.take();
            body.content = Some(report.content.take().unwrap_or_default());
            body.object_refs = Some(vec![event.to_owned()]);
        }
        stix.common.revoked = revoked(report.deleted);
        let mut kept = members_of(report);
        keep(&mut kept, "Tag", tags);
        attach(&mut stix, "report", Value::Object(kept));
        self.store.stand(uuid, stix.id());
        self.add(stix);
    }
}

/// The label of TLP that a tag is.
pub(super) fn tlp_of(word: &str) -> Option<Tlp> {
    let lower = word.to_ascii_lowercase();
    lower
        .starts_with("tlp:")
        .then(|| lower.parse().ok())
        .flatten()
}

fn revoked(deleted: Option<aidos_model::misp::Flag>) -> Option<bool> {
    deleted.filter(|flag| flag.get()).map(|_| true)
}

fn members_of(noun: impl Shape) -> Map<String, Value> {
    match noun.into_value() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn keep(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    members.remove(name);
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}
