//! A bundle of STIX to an event of MISP.

use std::collections::{BTreeMap, BTreeSet};

use aidos_model::json::Shape;
use aidos_model::misp::{Event, Flag, Galaxy, Number, Sighting};
use aidos_model::stix::{Body, Bundle, Group, Kind, OURS, Object, Uuid};
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

fn is_main(object: &Object) -> bool {
    matches!(object.kind(), Some(Kind::Report | Kind::Grouping))
}

fn event_of(objects: &[(usize, Object)]) -> Event {
    let index = Index::new(objects.iter().map(|(_, object)| object));
    let all = || objects.iter().map(|(_, object)| object);
    let ours = all().find(|object| is_ours(object, "event"));
    let main = ours.or_else(|| all().find(|object| is_main(object)));
    let mut event = main
        .and_then(|object| index.event(object))
        .unwrap_or_else(|| begin(main, objects, &index));

    // Observables inside of what we made ourselves come back with it.
    let mut inside: BTreeSet<&str> = BTreeSet::new();
    for object in all() {
        let mine = is_ours(object, "attribute") || is_ours(object, "object");
        if let Body::ObservedData(body) = &object.body
            && (mine
                || matches!(
                    natural::made(object, &index),
                    Made::Attributes(_) | Made::Object(_)
                ))
            && !is_carried(object, &index, mine)
        {
            for id in body.object_refs.iter().flatten() {
                inside.insert(id);
            }
        }
    }
    // An observable that another one points to stands in that one's object.
    let mut seen: BTreeMap<String, Vec<(i64, Sighting)>> = BTreeMap::new();
    let mut references = BTreeMap::<String, Vec<_>>::new();
    let mut galaxies: Vec<Galaxy> = Vec::new();
    for object in all() {
        if main.is_some_and(|main| std::ptr::eq(main, object)) || is_furniture(object, &index) {
            continue;
        }
        if event.orgc.as_ref().and_then(|orgc| orgc.uuid.as_deref()) == Some(uuid_of(object.id()))
            && object.kind() == Some(Kind::Identity)
        {
            continue;
        }
        if let Some(attribute) = index.attribute(object) {
            event.attributes.push(attribute);
        } else if let Some(one) = index.object(object) {
            for reference in Index::references(object) {
                references
                    .entry(object.id().to_owned())
                    .or_default()
                    .push(reference);
            }
            event.objects.push(one);
        } else if let Some(report) = Index::report(object) {
            event.reports.push(report);
        } else if let Some((of, at, sighting)) = index.sighting(object) {
            seen.entry(of).or_default().push((at, sighting));
        } else if let Some((from, at, reference)) = Index::reference(object) {
            references.entry(from).or_default().push((at, reference));
        } else if !inside.contains(object.id()) {
            match natural::made(object, &index) {
                Made::Attributes(all) => event.attributes.extend(all),
                Made::Object(one) => event.objects.push(*one),
                Made::Report(one) => event.reports.push(*one),
                Made::Galaxy(one) => merge(&mut galaxies, *one),
            }
        }
    }
    event.galaxies.extend(galaxies);
    for attribute in event.attributes.iter_mut() {
        let uuid = attribute.uuid.clone().unwrap_or_default();
        let ids: Vec<String> = seen
            .keys()
            .filter(|id| uuid_of(id) == uuid)
            .cloned()
            .collect();
        for id in ids {
            let mut found = seen.remove(&id).unwrap_or_default();
            found.sort_by_key(|(at, _)| *at);
            attribute
                .sightings
                .extend(found.into_iter().map(|(_, one)| one));
        }
    }
    for object in event.objects.iter_mut() {
        let uuid = object.uuid.clone().unwrap_or_default();
        let ids: Vec<String> = references
            .keys()
            .filter(|id| uuid_of(id) == uuid)
            .cloned()
            .collect();
        for id in ids {
            let mut found = references.remove(&id).unwrap_or_default();
            found.sort_by_key(|(at, _)| *at);
            object
                .references
                .extend(found.into_iter().map(|(_, one)| one));
        }
    }
    event
}

fn is_carried(object: &Object, index: &Index<'_>, mine: bool) -> bool {
    if mine {
        return false;
    }
    match natural::made(object, index) {
        Made::Object(one) => one.name.as_deref() == Some(natural::CARRIER),
        _ => false,
    }
}

/// What each conversion adds by itself, and what stands elsewhere in MISP.
fn is_furniture(object: &Object, index: &Index<'_>) -> bool {
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
            .is_some_and(of_misp)
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

/// An event for objects of others.
fn begin(main: Option<&Object>, objects: &[(usize, Object)], index: &Index<'_>) -> Event {
    let mut event = Event {
        info: Some("STIX bundle".into()),
        published: Some(Flag::from(false)),
        analysis: Some(Number::text(0)),
        threat_level_id: Some(Number::text(4)),
        distribution: Some(Number::text(0)),
        ..Event::default()
    };
    let latest = objects
        .iter()
        .filter_map(|(_, object)| seconds(object.common.modified.as_ref()))
        .max();
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
        let mut name = b"event".to_vec();
        for (_, object) in objects {
            name.extend_from_slice(object.id().as_bytes());
        }
        event.uuid = Some(Uuid::v5(OURS, &name).to_string());
    }
    event
}

const NO_PLACE: &str = "MISP has no place for it";
const NO_OBJECT: &str = "MISP has no such object; its parts are kept apart";
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
        if *there == object {
            continue;
        }
        let (Value::Object(before), Value::Object(after)) = (object.to_value(), there.to_value())
        else {
            continue;
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
                &mut ledger,
                &path,
                name,
                if time && !whole { FRACTION } else { NO_PLACE },
            );
        }
    }
    ledger
}
