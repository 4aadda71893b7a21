//! A bundle of STIX to an event of MISP.

use std::collections::{BTreeMap, BTreeSet};

use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Event, EventReport, Flag, Galaxy, Number, Object as MispObject, ObjectReference,
    Organisation, Sighting,
};
use aidos_model::stix::{Body, Bundle, Group, Kind, Namer, OURS, Object, Uuid};
use serde_json::Value;

use super::document::upgrade;
use super::extension::{AUTHOR, EXTENSION, is_ours};
use super::ledger::{Ledger, note};
use super::natural::{self, Made, is_whole};
use super::restore::{Index, seconds, tags_of, tlp_of_marking, uuid_of};
use super::to_stix::to_stix;

/// Makes an event of a bundle; `path` of the losses begins with `/objects`.
///
/// What [`to_stix`] made comes back as it was. Objects of others become attributes, objects by MISP's
/// templates, clusters, reports and sightings where MISP has these; all others are carried whole, as text in an object called
/// `stix2-object`. The ledger is made by going home again and comparing: it holds what is not there then.
///
/// ```
/// use aidos_convert::misp_stix::to_misp;
/// use aidos_model::json;
///
/// let bundle = json::read(br#"{"type":"bundle","id":"bundle--1","objects":[
///     {"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}]}"#)?;
/// let (event, losses) = to_misp(bundle);
/// assert_eq!(event.attributes[0].type_word(), "ip-dst");
/// assert_eq!(losses, []);
/// # Ok::<(), json::Malformed>(())
/// ```
pub fn to_misp(bundle: Bundle) -> (Event, Ledger) {
    let objects = modern(bundle);
    let event = event_of(&objects);
    let ledger = losses(&objects, &event);
    (event, ledger)
}

/// The objects with their places in the bundle, those of STIX 2.0 as 2.1.
fn modern(bundle: Bundle) -> Vec<(usize, Object)> {
    let old = bundle.spec_version.as_deref() == Some("2.0");
    let mut objects = Vec::new();
    for (at, object) in bundle.objects.unwrap_or_default().into_iter().enumerate() {
        let mut made = Vec::new();
        upgrade(object, old, &mut made);
        objects.extend(made.into_iter().map(|one| (at, one)));
    }
    objects
}

pub(super) fn is_main(object: &Object) -> bool {
    matches!(object.kind(), Some(Kind::Report | Kind::Grouping))
}

/// What an object of a bundle is in an event, as far as our extension says.
pub(super) enum Part {
    /// Each conversion adds it by itself.
    Furniture,
    Attribute(Box<Attribute>),
    Object(Box<MispObject>),
    Report(Box<EventReport>),
    /// The id of what was seen, and the sighting's place among its like.
    Sighting(String, i64, Box<Sighting>),
    /// The id of where it begins, and its place among its like.
    Reference(String, i64, Box<ObjectReference>),
    /// The extension says nothing.
    Other,
}

pub(super) fn part(object: &Object, index: &Index<'_>) -> Part {
    if is_furniture(object, index) {
        Part::Furniture
    } else if let Some(attribute) = index.attribute(object) {
        Part::Attribute(Box::new(attribute))
    } else if let Some(one) = index.object(object) {
        Part::Object(Box::new(one))
    } else if let Some(report) = Index::report(object) {
        Part::Report(Box::new(report))
    } else if let Some((of, at, sighting)) = index.sighting(object) {
        Part::Sighting(of, at, Box::new(sighting))
    } else if let Some((from, at, reference)) = Index::reference(object) {
        Part::Reference(from, at, Box::new(reference))
    } else {
        Part::Other
    }
}

/// Whether the observables that observed data refer to come back with them, and are no parts of their own.
pub(super) fn takes_in(object: &Object, index: &Index<'_>) -> bool {
    if !matches!(object.body, Body::ObservedData(_)) {
        return false;
    }
    if is_ours(object, "attribute") || is_ours(object, "object") {
        return true;
    }
    match natural::made(object, index) {
        Made::Attributes(_) => true,
        Made::Object(one) => one.name.as_deref() != Some(natural::CARRIER),
        Made::Report(_) | Made::Galaxy(_) => false,
    }
}

/// What belongs to parts of an event, by the UUID of the part and the id that names it.
pub(super) struct Gathered<T>(BTreeMap<String, BTreeMap<String, Vec<(i64, T)>>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Gathered<T> {
    pub(super) fn add(&mut self, id: String, at: i64, one: T) {
        let ids = self.0.entry(uuid_of(&id).to_owned()).or_default();
        ids.entry(id).or_default().push((at, one));
    }

    /// What belongs to a part, each in its place. The first part of a UUID gets all.
    pub(super) fn take(&mut self, uuid: Option<&str>) -> impl Iterator<Item = T> + use<T> {
        let ids = self.0.remove(uuid.unwrap_or_default()).unwrap_or_default();
        ids.into_values().flat_map(|mut found| {
            found.sort_by_key(|(at, _)| *at);
            found.into_iter().map(|(_, one)| one)
        })
    }
}

fn event_of(objects: &[(usize, Object)]) -> Event {
    let index = Index::new(objects.iter().map(|(_, object)| object));
    let all = || objects.iter().map(|(_, object)| object);
    let ours = all().find(|object| is_ours(object, "event"));
    let main = ours.or_else(|| all().find(|object| is_main(object)));
    let latest = all().filter_map(|object| seconds(object.common.modified.as_ref()));
    let latest = latest.max();
    let mut event = main
        .and_then(|object| index.event(object))
        .unwrap_or_else(|| begin(main, latest, || name(all().map(Object::id)), &index));

    // Observables inside of what we made ourselves come back with it.
    let mut inside: BTreeSet<&str> = BTreeSet::new();
    for object in all() {
        if let Body::ObservedData(body) = &object.body
            && takes_in(object, &index)
        {
            inside.extend(body.object_refs.iter().flatten().map(String::as_str));
        }
    }
    // An observable that another one points to stands in that one's object.
    let mut seen = Gathered::default();
    let mut references = Gathered::default();
    let mut galaxies: Vec<Galaxy> = Vec::new();
    for object in all() {
        if main.is_some_and(|main| std::ptr::eq(main, object))
            || is_maker(event.orgc.as_ref(), object)
        {
            continue;
        }
        match part(object, &index) {
            Part::Furniture => {}
            Part::Attribute(one) => event.attributes.push(*one),
            Part::Object(one) => {
                for (at, reference) in Index::references(object) {
                    references.add(object.id().to_owned(), at, reference);
                }
                event.objects.push(*one);
            }
            Part::Report(one) => event.reports.push(*one),
            Part::Sighting(of, at, one) => seen.add(of, at, *one),
            Part::Reference(from, at, one) => references.add(from, at, *one),
            Part::Other if inside.contains(object.id()) => {}
            Part::Other => match natural::made(object, &index) {
                Made::Attributes(all) => event.attributes.extend(all),
                Made::Object(one) => event.objects.push(*one),
                Made::Report(one) => event.reports.push(*one),
                Made::Galaxy(one) => merge(&mut galaxies, *one),
            },
        }
    }
    event.galaxies.extend(galaxies);
    for attribute in event.attributes.iter_mut() {
        let found = seen.take(attribute.uuid.as_deref());
        attribute.sightings.extend(found);
    }
    for object in event.objects.iter_mut() {
        let found = references.take(object.uuid.as_deref());
        object.references.extend(found);
    }
    event
}

/// Whether an object is the organisation that made the event, which stands there already.
pub(super) fn is_maker(maker: Option<&Organisation>, object: &Object) -> bool {
    let maker = maker.and_then(|maker| maker.uuid.as_deref());
    object.kind() == Some(Kind::Identity) && maker == Some(uuid_of(object.id()))
}

/// The UUID of an event that has no object, of the ids of all objects.
pub(super) fn name<'o>(ids: impl Iterator<Item = &'o str>) -> Uuid {
    let mut namer = Namer::new(OURS);
    namer.update(b"event");
    ids.for_each(|id| namer.update(id.as_bytes()));
    namer.finish()
}

/// What each conversion adds by itself, and what stands elsewhere in MISP.
pub(super) fn is_furniture(object: &Object, index: &Index<'_>) -> bool {
    let id = object.id();
    if id == EXTENSION || id == AUTHOR || tlp_of_marking(id).is_some() {
        return true;
    }
    if is_ours(object, "organisation") || is_ours(object, "galaxy") || is_ours(object, "added") {
        return true;
    }
    // MISP writes an indicator beside what was observed, says in a label what both are, and relates the two, as we do.
    let of_misp = |object: &Object| {
        let mut labels = object.common.labels.iter().flatten();
        labels.any(|label| label.starts_with("misp:type=") || label.starts_with("misp:name="))
    };
    let observed = |uuid: &str| {
        index
            .get(&format!("observed-data--{uuid}"))
            .is_some_and(|one| of_misp(&one))
    };
    match &object.body {
        Body::Indicator(_) => of_misp(object) && observed(uuid_of(id)),
        Body::Relationship(body) => {
            let ends = (
                body.source_ref.as_deref().map(uuid_of),
                body.target_ref.as_deref().map(uuid_of),
            );
            body.relationship_type.as_deref() == Some("based-on")
                && ends.0 == ends.1
                && ends.0.is_some_and(observed)
        }
        _ => false,
    }
}

/// Clusters of one galaxy stand together.
fn merge(galaxies: &mut Vec<Galaxy>, mut one: Galaxy) {
    match galaxies.iter_mut().find(|there| there.kind == one.kind) {
        Some(there) => there.clusters.append(&mut one.clusters),
        None => galaxies.push(one),
    }
}

/// An event for objects of others: of the main one, or of when the latest of all was modified, and a UUID of their ids.
pub(super) fn begin(
    main: Option<&Object>,
    latest: Option<i64>,
    name: impl FnOnce() -> Uuid,
    index: &Index<'_>,
) -> Event {
    let mut event = Event {
        info: Some("STIX bundle".into()),
        published: Some(Flag::from(false)),
        analysis: Some(Number::text(0)),
        threat_level_id: Some(Number::text(4)),
        distribution: Some(Number::text(0)),
        ..Event::default()
    };
    let time = main
        .and_then(|main| seconds(main.common.modified.as_ref()))
        .or(latest)
        .unwrap_or_default();
    event.timestamp = Some(Number::text(time));
    let day = aidos_model::Timestamp::from_seconds(time).and_then(aidos_model::Timestamp::readable);
    event.date = day.map(|day| day.to_string().chars().take(10).collect());
    if let Some(main) = main {
        event.uuid = Some(uuid_of(main.id()).to_owned());
        event.tags = tags_of(main).into();
        let (name, published) = match &main.body {
            Body::Report(body) => (body.name.clone(), body.published.as_ref()),
            Body::Grouping(body) => (body.name.clone(), None),
            _ => (None, None),
        };
        event.info = name.or(event.info);
        if let Some(published) = published {
            event.published = Some(Flag::from(true));
            event.publish_timestamp = seconds(Some(published)).map(Number::text);
        }
        event.orgc = main
            .common
            .created_by_ref
            .as_ref()
            .and_then(|id| index.organisation(id));
    } else {
        event.uuid = Some(name().to_string());
    }
    event
}

pub(super) const NO_PLACE: &str = "MISP has no place for it";
pub(super) const NO_OBJECT: &str = "MISP has no such object; its parts are kept apart";
const FRACTION: &str = "MISP keeps whole seconds";

/// What is not there when the event goes home again.
fn losses(objects: &[(usize, Object)], event: &Event) -> Ledger {
    let (home, _) = to_stix(event.clone());
    let home: BTreeMap<&str, &Object> = home.objects().iter().map(|one| (one.id(), one)).collect();
    let mut ledger = Ledger::new();
    for (at, object) in objects {
        let path = format!("/objects/{at}");
        if tlp_of_marking(object.id()).is_some() {
            continue;
        }
        let Some(there) = home.get(object.id()) else {
            note(&mut ledger, &path, "", NO_OBJECT);
            continue;
        };
        compare(&mut ledger, &path, object, there);
    }
    ledger
}

/// Notes the properties of an object that are other or not there when it is home again.
pub(super) fn compare(ledger: &mut Ledger, path: &str, object: &Object, home: &Object) {
    if home == object {
        return;
    }
    let (Value::Object(before), Value::Object(after)) = (object.to_value(), home.to_value()) else {
        return;
    };
    let observable = object
        .kind()
        .is_some_and(|kind| kind.group() == Group::Observable);
    for (name, value) in &before {
        if after.get(name) == Some(value) || (observable && name == "spec_version") {
            continue;
        }
        let whole = value.as_str().is_none_or(is_whole);
        let time = aidos_model::stix::Times::has(name);
        note(
            ledger,
            path,
            name,
            if time && !whole { FRACTION } else { NO_PLACE },
        );
    }
}
