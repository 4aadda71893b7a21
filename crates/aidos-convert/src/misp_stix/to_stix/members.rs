//! Attributes, objects and sightings.

use super::observe::{Origin, attach_attribute, build, observe};
use super::references::Pointer;
use super::{
    Attribute, Body, ExternalReference, KillChainPhase, Kind, Ledger, List, Maker, Map, MispObject,
    OURS, Object, PROPOSAL, Path, ROSTER, ROW, Store, Timestamp, Uuid, Value, attach, json, keep,
    leave, members_of, moment, note, revoked, stamp, table,
};
use crate::misp_stix::{natural, pattern};
use aidos_model::misp::Sighting;
use aidos_model::stix::Namer;

/// What is kept of an attribute, and what STIX says of it.
struct Kept {
    members: Map<String, Value>,
}

impl<S: Store> Maker<S> {
    /// Takes away what belongs to one server.
    fn localise(ledger: &mut Ledger, path: &Path<'_>, attribute: &mut Attribute) {
        leave(ledger, path, "id", &mut attribute.id, ROW);
        leave(ledger, path, "event_id", &mut attribute.event_id, ROW);
        leave(ledger, path, "object_id", &mut attribute.object_id, ROW);
        leave(
            ledger,
            path,
            "sharing_group_id",
            &mut attribute.sharing_group_id,
            ROW,
        );
        leave(
            ledger,
            path,
            "SharingGroup",
            &mut attribute.sharing_group,
            ROSTER,
        );
        if !std::mem::take(&mut attribute.proposals).is_empty() {
            note(ledger, path, "ShadowAttribute", PROPOSAL);
        }
    }

    pub(in crate::misp_stix) fn attribute(&mut self, path: &Path<'_>, mut attribute: Attribute) {
        Self::localise(&mut self.ledger, path, &mut attribute);
        let own = attribute.uuid.take();
        let uuid = self.uuid(path, own.as_deref(), &attribute);
        let time = stamp(attribute.timestamp);
        let time = time.as_deref();
        if time.is_some() {
            attribute.timestamp = None;
        } else if attribute.timestamp.is_none() {
            attribute
                .rest
                .entry("timestamp".into())
                .or_insert(Value::Null);
        }
        let kind = attribute.kind.take();
        let word = kind.as_deref().unwrap_or_default();
        let (mut main, others, asked, from) = self.stix_of(&mut attribute, word, uuid, time);
        let mut labels = Vec::with_capacity(2);
        labels.push(["misp:type=\"", word, "\""].concat());
        if let Some(category) = &attribute.category {
            labels.push(["misp:category=\"", category, "\""].concat());
        }
        attribute.kind = kind;
        main.common.labels = Some(labels);
        main.common.revoked = revoked(attribute.deleted);
        let tags = self.tags(path, &mut attribute.tags, &mut main);
        let galaxies = self.galaxies(path, &mut attribute.galaxies);
        self.store.stand(uuid, main.id());
        let sightings = std::mem::take(&mut attribute.sightings);
        for other in others {
            self.add(other);
        }
        if let (Some(pattern), true) = (asked, attribute.detects()) {
            let mut indicator = self.begin(Kind::Indicator, uuid, time);
            indicator.common.labels.clone_from(&main.common.labels);
            indicator
                .common
                .object_marking_refs
                .clone_from(&main.common.object_marking_refs);
            indicator.common.revoked = main.common.revoked;
            Self::fill_indicator(
                &mut indicator,
                pattern,
                "stix",
                attribute.comment.as_deref(),
                attribute.category.as_deref(),
                (
                    moment(attribute.first_seen.as_ref()),
                    moment(attribute.last_seen.as_ref()),
                ),
            );
            self.detected(&indicator, main.id(), uuid);
            self.link(uuid, galaxies.as_ref(), indicator.id());
            self.add(indicator);
        } else {
            self.link(uuid, galaxies.as_ref(), main.id());
        }
        let id = (!sightings.is_empty()).then(|| main.id().to_owned());
        attach_attribute(&mut main, attribute, from, [tags, galaxies]);
        self.add(main);
        self.sightings(path, sightings, &id.unwrap_or_default());
    }

    /// The object that stands for an attribute and has its value, the observables in it, the pattern that finds it, and where the value is.
    fn stix_of(
        &mut self,
        attribute: &mut Attribute,
        kind: &str,
        uuid: Uuid,
        time: Option<&str>,
    ) -> (Object, Vec<Object>, Option<String>, Origin) {
        let given = attribute.value.take();
        let value = given.as_deref().unwrap_or_default();
        if let Some(language) = table::language(kind)
            && !value.is_empty()
            && (language != "stix" || pattern::is_sound(value))
        {
            let mut main = self.begin(Kind::Indicator, uuid, time);
            let seen = (
                moment(attribute.first_seen.as_ref()),
                moment(attribute.last_seen.as_ref()),
            );
            Self::fill_indicator(
                &mut main,
                value.to_owned(),
                language,
                attribute.comment.as_deref(),
                attribute.category.as_deref(),
                seen,
            );
            return (main, Vec::new(), None, Origin::value("{0/pattern}"));
        }
        if kind == "vulnerability" && !value.is_empty() {
            let mut main = self.begin(Kind::Vulnerability, uuid, time);
            if let Body::Vulnerability(body) = &mut main.body {
                body.name = Some(value.to_owned());
                body.description.clone_from(&attribute.comment);
            }
            main.common.external_references = cve(value);
            return (main, Vec::new(), None, Origin::value("{0/name}"));
        }
        if let Some((observables, pattern, from, data)) = observe(kind, value, attribute, uuid) {
            let ids = observables.iter().map(|one| one.id().to_owned()).collect();
            let main = self.observed(
                uuid,
                time,
                ids,
                attribute.first_seen.as_ref(),
                attribute.last_seen.as_ref(),
            );
            if data.is_some() {
                attribute.data = None;
            }
            let value = Some(from);
            return (main, observables, pattern, Origin { value, data });
        }
        let mut main = self.begin_custom("x-misp-attribute", uuid, time);
        let rest = &mut main.common.rest;
        rest.insert("x_misp_type".into(), kind.into());
        rest.insert("x_misp_value".into(), value.into());
        for (name, text) in [
            ("x_misp_category", &attribute.category),
            ("x_misp_comment", &attribute.comment),
        ] {
            if let Some(text) = text {
                rest.insert(name.into(), text.as_str().into());
            }
        }
        let from = if given.is_some() {
            Origin::value("{0/x_misp_value}")
        } else {
            Origin::default()
        };
        (main, Vec::new(), None, from)
    }

    fn observed(
        &self,
        uuid: Uuid,
        time: Option<&str>,
        ids: Vec<String>,
        first: Option<&String>,
        last: Option<&String>,
    ) -> Object {
        let mut main = self.begin(Kind::ObservedData, uuid, time);
        if let Body::ObservedData(body) = &mut main.body {
            let first = moment(first).map(|time| time.to_string());
            let first = first.or_else(|| main.common.modified.clone());
            let until = moment(last).filter(|until| Some(*until) >= moment(first.as_ref()));
            body.last_observed = until.map(|time| time.to_string()).or_else(|| first.clone());
            body.first_observed = first;
            body.number_observed = Some(1);
            body.object_refs = Some(ids);
        }
        main
    }

    fn fill_indicator(
        indicator: &mut Object,
        pattern: String,
        language: &str,
        comment: Option<&str>,
        category: Option<&str>,
        (first, last): (Option<Timestamp>, Option<Timestamp>),
    ) {
        if let Body::Indicator(body) = &mut indicator.body {
            body.description = comment.filter(|text| !text.is_empty()).map(str::to_owned);
            body.pattern = Some(pattern);
            body.pattern_type = Some(language.to_owned());
            if language == "stix" {
                body.pattern_version = Some("2.1".into());
            }
            let from = first.map(|time| time.to_string());
            body.valid_from = from.or_else(|| indicator.common.modified.clone());
            body.valid_until = last
                .filter(|last| Some(*last) > moment(body.valid_from.as_ref()))
                .map(|last| last.to_string());
            body.kill_chain_phases = category.map(|category| {
                vec![KillChainPhase {
                    kill_chain_name: Some("misp-category".into()),
                    phase_name: Some(category.to_owned()),
                    ..KillChainPhase::default()
                }]
            });
        }
    }

    /// An indicator that rests on what was observed: both have one UUID, and a relationship says so.
    fn detected(&mut self, indicator: &Object, observed: &str, uuid: Uuid) {
        let relation = self.relation("based-on", indicator.id(), observed, uuid);
        self.add(relation);
    }

    fn relation(&self, word: &str, from: &str, to: &str, uuid: Uuid) -> Object {
        let name = [word, " ", from, " ", to, " "].concat();
        let mut namer = Namer::new(OURS);
        namer.update(name.as_bytes());
        namer.update(&uuid.text());
        let mut relation = self.begin(Kind::Relationship, namer.finish(), None);
        if let Body::Relationship(body) = &mut relation.body {
            body.relationship_type = Some(word.to_owned());
            body.source_ref = Some(from.to_owned());
            body.target_ref = Some(to.to_owned());
        }
        relation
    }

    /// A relationship that the conversion adds.
    pub(super) fn relate(&mut self, word: &str, from: &str, to: &str, uuid: Uuid) {
        let mut relation = self.relation(word, from, to, uuid);
        attach(&mut relation, "added", json!({}));
        self.add(relation);
    }

    /// Relationships from an object to the clusters on it.
    fn link(&mut self, uuid: Uuid, galaxies: Option<&Value>, from: &str) {
        let ids: Vec<String> = super::galaxy::refs_in(galaxies);
        let word = if from.starts_with("indicator--") {
            "indicates"
        } else {
            "related-to"
        };
        for id in ids {
            self.relate(word, from, &id, uuid);
        }
    }

    pub(in crate::misp_stix) fn object(&mut self, path: &Path<'_>, mut object: MispObject) {
        let ledger = &mut self.ledger;
        leave(ledger, path, "id", &mut object.id, ROW);
        leave(ledger, path, "event_id", &mut object.event_id, ROW);
        leave(
            ledger,
            path,
            "sharing_group_id",
            &mut object.sharing_group_id,
            ROW,
        );
        leave(
            ledger,
            path,
            "SharingGroup",
            &mut object.sharing_group,
            ROSTER,
        );
        let own = object.uuid.take();
        let uuid = self.uuid(path, own.as_deref(), &object);
        if let Some(carried) = carried(&object) {
            // What came from STIX as a whole goes back as a whole.
            self.store.stand(uuid, carried.id());
            self.add(carried);
            return;
        }
        let time = stamp(object.timestamp);
        let time = time.as_deref();
        if time.is_some() {
            object.timestamp = None;
        } else if object.timestamp.is_none() {
            object.rest.entry("timestamp".into()).or_insert(Value::Null);
        }
        let name = object.name.clone().unwrap_or_default();
        let mut attributes = std::mem::take(&mut object.attributes)
            .into_iter()
            .collect::<Vec<_>>();
        let built = build(&name, &mut attributes, uuid);
        let (mut main, pattern) = match built {
            Some((mut objects, pattern)) if objects.first().is_some_and(is_domain) => {
                let made = objects.remove(0);
                let main = self.begin_of(made, uuid, time);
                (main, pattern)
            }
            Some((objects, pattern)) => {
                let ids = objects.iter().map(|one| one.id().to_owned()).collect();
                let main = self.observed(
                    uuid,
                    time,
                    ids,
                    object.first_seen.as_ref(),
                    object.last_seen.as_ref(),
                );
                for one in objects {
                    self.add(one);
                }
                (main, pattern)
            }
            None => {
                let mut main = self.begin_custom("x-misp-object", uuid, time);
                main.common
                    .rest
                    .insert("x_misp_name".into(), name.clone().into());
                if let Some(category) = &object.meta_category {
                    main.common
                        .rest
                        .insert("x_misp_meta_category".into(), category.as_str().into());
                }
                if let Some(comment) = &object.comment {
                    main.common
                        .rest
                        .insert("x_misp_comment".into(), comment.as_str().into());
                }
                (main, None)
            }
        };
        let mut labels = vec![format!("misp:name=\"{name}\"")];
        if let Some(category) = &object.meta_category {
            labels.push(format!("misp:meta-category=\"{category}\""));
        }
        main.common.labels = Some(labels);
        main.common.revoked = revoked(object.deleted);
        let id = main.id().to_owned();
        self.store.stand(uuid, &id);
        let mut kept_attributes = Vec::new();
        for (at, attribute) in attributes.into_iter().enumerate() {
            let path = path.item("Attribute", at);
            let kept = self.inner(&path, attribute, &mut main);
            kept_attributes.push(Value::Object(kept.members));
        }
        if let Some(pattern) = pattern {
            let mut indicator = self.begin(Kind::Indicator, uuid, time);
            indicator.common.labels.clone_from(&main.common.labels);
            indicator
                .common
                .object_marking_refs
                .clone_from(&main.common.object_marking_refs);
            indicator.common.revoked = main.common.revoked;
            let seen = (
                moment(object.first_seen.as_ref()),
                moment(object.last_seen.as_ref()),
            );
            Self::fill_indicator(
                &mut indicator,
                pattern,
                "stix",
                object.comment.as_deref(),
                object.meta_category.as_deref(),
                seen,
            );
            self.detected(&indicator, &id, uuid);
            self.add(indicator);
        }
        for (at, reference) in std::mem::take(&mut object.references)
            .into_iter()
            .enumerate()
        {
            self.pointers.push(Pointer {
                from: id.clone(),
                reference,
                at,
                path: path.item("ObjectReference", at).to_string(),
            });
        }
        let kept = members_of(object);
        if main.kind().is_none() {
            if !kept_attributes.is_empty() {
                let list = Value::Array(kept_attributes);
                main.common.rest.insert("x_misp_attributes".into(), list);
            }
            attach(&mut main, "object", Value::Object(kept));
        } else {
            let mut kept = kept;
            kept.insert("Attribute".into(), Value::Array(kept_attributes));
            attach(&mut main, "object", Value::Object(kept));
        }
        self.add(main);
    }

    /// An attribute inside of an object.
    fn inner(&mut self, path: &Path<'_>, mut attribute: Attribute, main: &mut Object) -> Kept {
        Self::localise(&mut self.ledger, path, &mut attribute);
        let own = attribute.uuid.take();
        let uuid = self.uuid(path, own.as_deref(), &attribute);
        self.store.stand(uuid, main.id());
        let mut marked = Object::new(Kind::ObservedData);
        let tags = self.tags(path, &mut attribute.tags, &mut marked);
        // A part's marking is that of the whole: the strictest reader obeys both.
        for marking in marked.common.object_marking_refs.into_iter().flatten() {
            let markings = main.common.object_marking_refs.get_or_insert_default();
            if !markings.contains(&marking) {
                markings.push(marking);
            }
        }
        let galaxies = self.galaxies(path, &mut attribute.galaxies);
        self.link(uuid, galaxies.as_ref(), main.id());
        let mut members = members_of(attribute);
        members.insert("uuid".into(), uuid.to_string().into());
        keep(&mut members, "Tag", tags);
        keep(&mut members, "Galaxy", galaxies);
        Kept { members }
    }

    fn sightings(&mut self, path: &Path<'_>, sightings: List<Sighting>, of: &str) {
        for (at, mut sighting) in sightings.into_iter().enumerate() {
            let path = path.item("Sighting", at);
            for (name, field) in [
                ("id", &mut sighting.id),
                ("attribute_id", &mut sighting.attribute_id),
                ("event_id", &mut sighting.event_id),
                ("org_id", &mut sighting.org_id),
            ] {
                leave(&mut self.ledger, &path, name, field, ROW);
            }
            let own = sighting.uuid.take();
            let uuid = self.uuid(&path, own.as_deref(), &sighting);
            let time = stamp(sighting.date_sighting);
            if time.is_some() {
                sighting.date_sighting = None;
            } else if sighting.date_sighting.is_none() {
                sighting
                    .rest
                    .entry("date_sighting".into())
                    .or_insert(Value::Null);
            }
            let place = sighting
                .organisation
                .take()
                .map(|one| self.organisation(&path.member("Organisation"), one));
            let place = match place {
                Some(Ok(id)) => Some(id),
                Some(Err(other)) => {
                    sighting.organisation = Some(*other);
                    None
                }
                None => None,
            };
            let is_seen = sighting.kind.is_none_or(|kind| kind.get() == 0);
            let mut stix = self.begin(
                if is_seen {
                    Kind::Sighting
                } else {
                    Kind::Opinion
                },
                uuid,
                time.as_deref(),
            );
            match &mut stix.body {
                Body::Sighting(body) => {
                    body.first_seen.clone_from(&time);
                    body.last_seen = time;
                    body.sighting_of_ref = Some(of.to_owned());
                    body.where_sighted_refs = place.clone().map(|id| vec![id]);
                }
                Body::Opinion(body) => {
                    let false_alarm = sighting.kind.is_some_and(|kind| kind.get() == 1);
                    let (word, why) = if false_alarm {
                        (
                            "strongly-disagree",
                            "a sighting says that it is a false positive",
                        )
                    } else {
                        ("neutral", "a sighting says that it expires")
                    };
                    body.opinion = Some(word.into());
                    body.explanation = Some(why.into());
                    body.object_refs = Some(vec![of.to_owned()]);
                }
                _ => {}
            }
            let mut kept = members_of(sighting);
            kept.insert("at".into(), at.into());
            if let Some(place) = place {
                kept.insert("by".into(), place.into());
            }
            attach(&mut stix, "sighting", Value::Object(kept));
            self.store.stand(uuid, stix.id());
            self.add(stix);
        }
    }
}

/// The object that a carrier holds; see `to_misp`.
fn carried(object: &MispObject) -> Option<Object> {
    if object.name.as_deref() != Some(natural::CARRIER) {
        return None;
    }
    let is_json = |one: &&Attribute| one.object_relation.as_deref() == Some("json");
    let text = object.attributes.iter().find(is_json)?.value.as_ref()?;
    let carried: Object = aidos_model::json::read(text.as_bytes()).ok()?;
    // One that somebody changed since is an object of MISP like any other.
    let mut again = natural::carrier(&carried);
    again.uuid = None;
    (again == *object && !carried.type_word().is_empty() && carried.id().contains("--"))
        .then_some(carried)
}

pub(super) fn is_domain(object: &Object) -> bool {
    object
        .kind()
        .is_some_and(|kind| kind.group() == aidos_model::stix::Group::Domain)
}

/// A pointer to the list of vulnerabilities.
fn cve(name: &str) -> Option<Vec<ExternalReference>> {
    let (year, number) = name.strip_prefix("CVE-")?.split_once('-')?;
    let digits =
        |text: &str, least| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && digits(year, 4) && digits(number, 4)).then(|| {
        vec![ExternalReference {
            source_name: Some("cve".into()),
            external_id: Some(name.to_owned()),
            ..ExternalReference::default()
        }]
    })
}
