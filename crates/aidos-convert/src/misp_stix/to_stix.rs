//! An event of MISP to a bundle of STIX 2.1.

mod galaxy;
mod members;
mod observe;
mod references;
mod settled;
mod store;

pub(super) use references::Pointer;
pub(super) use store::Store;

use std::collections::BTreeSet;
use std::fmt::Display;

use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Event, EventReport, List, Number, Object as MispObject, Organisation, Tag,
};
use aidos_model::stix::{
    Body, Bundle, ExternalReference, KillChainPhase, Kind, OURS, Object, StixId, Uuid,
};
use aidos_model::{Timestamp, Tlp};
use serde_json::{Map, Value, json};

use super::extension::{AUTHOR, attach, attach_text, definition};
use super::ledger::{DERIVED, LOCAL, Ledger, PERSON, PROPOSAL, Path, ROSTER, ROW, leave, note};
use super::place::{Builder, Put};
use super::table::{self, Main};
use store::Held;

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
    let mut maker = Maker::new(Held::of(&event));
    maker.event(event);
    (maker.bundle(), maker.ledger)
}

/// The text of the bundle of an event, how many objects it has, and what is lost.
///
/// It is that of [`to_stix`], but most objects are written and freed as soon as they are made, so that all of them need the memory of a few.
pub(super) fn to_stix_text(event: Event) -> (Vec<u8>, usize, Ledger) {
    let mut maker = Maker::new(Held::of(&event).written(&event));
    maker.event(event);
    let (text, count) = maker.text();
    (text, count, maker.ledger)
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
    owner: Option<Uuid>,
}

/// Where an event stands in its document.
pub(super) const ROOT: Path<'static> = Path::root("Event");

/// The object that an event becomes.
pub(super) struct Head {
    kind: Kind,
    uuid: Uuid,
    /// Its id.
    pub(super) id: String,
}

/// Whether a time of seconds is one that STIX can say.
fn stamp(time: Option<Number>) -> Option<String> {
    let text = Timestamp::from_seconds(time?.get())?.readable()?.text();
    let text = std::str::from_utf8(text.as_bytes()).ok()?;
    // The standard wants three digits behind the second, also where they are zeros.
    Some([text.strip_suffix('Z')?, ".000Z"].concat())
}

/// A time of MISP in the way of STIX.
fn moment(text: Option<&String>) -> Option<Timestamp> {
    Timestamp::parse(text?)
}

impl Maker<Held> {
    fn event(&mut self, mut event: Event) {
        let main = self.open(&mut event);
        // What comes later, references, changes objects only.
        self.store.settle();
        for (at, attribute) in std::mem::take(&mut event.attributes)
            .into_iter()
            .enumerate()
        {
            self.attribute(&ROOT.item("Attribute", at), attribute);
        }
        self.store.settles = false;
        for (at, object) in std::mem::take(&mut event.objects).into_iter().enumerate() {
            self.object(&ROOT.item("Object", at), object);
        }
        for (at, report) in std::mem::take(&mut event.reports).into_iter().enumerate() {
            self.report(&ROOT.item("EventReport", at), report, &main.id);
        }
        let clusters = self.galaxies(&ROOT, &mut event.galaxies);
        self.point();
        let main = self.close(event, main, clusters);
        self.add(main);
    }

    fn bundle(&mut self) -> Bundle {
        let mut objects = self.preface();
        objects.append(&mut self.store.objects);
        Bundle::of(objects)
    }

    fn text(&mut self) -> (Vec<u8>, usize) {
        let preface = self.preface();
        std::mem::take(&mut self.store).text(&preface)
    }

    /// What stands before the objects of the event.
    fn preface(&self) -> Vec<Object> {
        let mut objects: Vec<Object> = definition().into_iter().collect();
        for tlp in &self.labels {
            let mut text = Vec::new();
            tlp.push_marking(&mut text);
            if let Ok(marking) = aidos_model::json::read(&text) {
                objects.push(marking);
            }
        }
        objects
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
            owner: None,
        }
    }

    fn add(&mut self, object: Object) {
        self.store.add(object);
    }

    /// A domain object or relation with what all have; `time` where it has one of its own.
    fn begin(&self, kind: Kind, uuid: Uuid, time: Option<&str>) -> Object {
        self.begin_of(Object::new(kind), uuid, time)
    }

    fn begin_custom(&self, word: &str, uuid: Uuid, time: Option<&str>) -> Object {
        let object = Object {
            common: aidos_model::stix::Common::default(),
            body: Body::Custom(word.to_owned()),
        };
        self.begin_of(object, uuid, time)
    }

    fn begin_of(&self, mut object: Object, uuid: Uuid, time: Option<&str>) -> Object {
        let time = time.unwrap_or(&self.time);
        object.common.id = Some(match object.kind() {
            Some(kind) => StixId { kind, uuid }.text(),
            None => format!("{}--{uuid}", object.type_word()),
        });
        object.common.spec_version = Some("2.1".into());
        object.common.created_by_ref.clone_from(&self.by);
        object.common.created = Some(time.to_owned());
        object.common.modified = Some(time.to_owned());
        object
    }

    /// The UUID of a part of the event: its own, or one of its content where it has none or one that is taken.
    fn uuid(&mut self, path: &impl Display, own: Option<&str>, content: &impl Shape) -> Uuid {
        if let Some(text) = own
            && let Some(uuid) = Uuid::parse(text)
            && !self.store.has(&uuid)
        {
            if uuid.text() != text.as_bytes() {
                note(&mut self.ledger, path, "uuid", "written in lower case");
            }
            return uuid;
        }
        let reason = if own.is_some() {
            "it is no UUID, or stands twice; another one was derived"
        } else {
            "there was none; one was derived"
        };
        note(&mut self.ledger, path, "uuid", reason);
        let mut name = Vec::new();
        name.extend(self.owner.iter().flat_map(|owner| owner.text()));
        name.extend_from_slice(path.to_string().as_bytes());
        content.write(&mut name);
        Uuid::v5(OURS, &name)
    }

    /// Begins with what an event is without its parts.
    pub(super) fn open(&mut self, event: &mut Event) -> Head {
        let path = &ROOT;
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
        let uuid = self.uuid(
            path,
            own.as_deref(),
            &event.info.clone().unwrap_or_default(),
        );
        self.owner = Some(uuid);
        let creator = event
            .orgc
            .take()
            .map(|orgc| self.organisation(&path.member("Orgc"), orgc));
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
        let id = StixId { kind, uuid }.text();
        self.store.stand(uuid, &id);
        Head { kind, uuid, id }
    }

    /// The object that an event is, when its parts are there; `clusters` is what is kept of its galaxies.
    pub(super) fn close(
        &mut self,
        mut event: Event,
        Head { kind, uuid, .. }: Head,
        clusters: Option<Value>,
    ) -> Object {
        let mut main = self.begin(kind, uuid, None);
        let tags = self.tags(&ROOT, &mut event.tags, &mut main);
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
        path: &Path<'_>,
        mut orgc: Organisation,
    ) -> Result<String, Box<Organisation>> {
        let uuid = orgc.uuid.as_deref().and_then(Uuid::parse);
        let (Some(uuid), Some(name)) = (uuid, orgc.name.clone().filter(|name| !name.is_empty()))
        else {
            return Err(Box::new(orgc));
        };
        leave(&mut self.ledger, path, "id", &mut orgc.id, ROW);
        if orgc.uuid.as_deref().map(str::as_bytes) != Some(&uuid.text()) {
            note(&mut self.ledger, path, "uuid", "written in lower case");
        }
        (orgc.uuid, orgc.name) = (None, None);
        let mut identity = self.begin(Kind::Identity, uuid, None);
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
    fn tags(
        &mut self,
        path: &Path<'_>,
        tags: &mut List<Tag>,
        object: &mut Object,
    ) -> Option<Value> {
        let mut kept = Vec::new();
        for (at, mut tag) in std::mem::take(tags).into_iter().enumerate() {
            let path = path.item("Tag", at);
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

    pub(super) fn report(&mut self, path: &Path<'_>, mut report: EventReport, event: &str) {
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
        let uuid = self.uuid(path, own.as_deref(), &report);
        let time = stamp(report.timestamp);
        if time.is_some() {
            report.timestamp = None;
        } else if report.timestamp.is_none() {
            report.rest.entry("timestamp".into()).or_insert(Value::Null);
        }
        let mut stix = self.begin(Kind::Note, uuid, time.as_deref());
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
