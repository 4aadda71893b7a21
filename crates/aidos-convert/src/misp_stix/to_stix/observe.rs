//! Values as observables and patterns, and what is kept of an attribute beside them.

use aidos_model::json::push_key;

use super::members::is_domain;
use super::{
    Attribute, Builder, Kind, Main, Object, Put, Shape, Uuid, Value, attach, attach_text, keep,
    members_of, table,
};

/// Where in the objects the value of an attribute stands, and its data.
#[derive(Default)]
pub(super) struct Origin {
    pub(super) value: Option<String>,
    pub(super) data: Option<String>,
}

impl Origin {
    pub(super) fn value(place: &str) -> Self {
        let value = Some(place.to_owned());
        Self { value, data: None }
    }

    fn members(self) -> impl Iterator<Item = (&'static str, Value)> {
        // In the order of `rest`.
        let members = [("data_from", self.data), ("from", self.value)];
        let there = |(name, place): (_, Option<String>)| Some((name, place?.into()));
        members.into_iter().filter_map(there)
    }
}

/// Puts what is kept of an attribute into its object: its members, where its value is, its tags and galaxies.
pub(super) fn attach_attribute(
    main: &mut Object,
    mut attribute: Attribute,
    from: Origin,
    [tags, galaxies]: [Option<Value>; 2],
) {
    let mut from = Some(from);
    if !attribute.rest.is_empty() {
        let members = from.take().into_iter().flat_map(Origin::members);
        attribute
            .rest
            .extend(members.map(|(name, value)| (name.to_owned(), value)));
    }
    let is_list = |name: &str| attribute.rest.contains_key(name);
    if attribute.has_twins() || is_list("Tag") || is_list("Galaxy") {
        // Foreign members of our names: a map settles which one stays.
        let mut kept = members_of(attribute);
        keep(&mut kept, "Tag", tags);
        keep(&mut kept, "Galaxy", galaxies);
        return attach(main, "attribute", Value::Object(kept));
    }
    let lists = [("Tag", tags), ("Galaxy", galaxies)];
    let lists = lists
        .into_iter()
        .filter_map(|(name, list)| Some((name, list?)));
    attach_text(main, "attribute", |out| {
        attribute.write(out);
        for (name, value) in from.into_iter().flat_map(Origin::members).chain(lists) {
            out.pop();
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            push_key(out, name);
            value.write(out);
            out.push(b'}');
        }
    });
}

pub(super) type Observed = (Vec<Object>, Option<String>, String, Option<String>);

/// The observables of a value, the pattern that finds it, and the templates of value and data.
pub(super) fn observe(
    kind: &str,
    value: &str,
    attribute: &Attribute,
    uuid: Uuid,
) -> Option<Observed> {
    let plan = table::attribute(kind)?;
    let (one, two) = if plan.parts.len() == 1 {
        (value, "")
    } else {
        // The hash behind a name has no bar in it; the name may.
        let hash = plan
            .parts
            .last()
            .is_some_and(|last| last.starts_with("hashes"));
        if hash {
            value.rsplit_once('|')
        } else {
            value.split_once('|')
        }?
    };
    let mut builder = Builder::new(plan.main, one)?;
    let mut from = String::new();
    for (place, value) in plan.parts.iter().zip([one, two]) {
        match builder.put(place, value, true) {
            Put::Exact(place) if from.is_empty() => from = place,
            Put::Exact(place) => from.extend(["|", &place]),
            Put::Spelt | Put::No => return None,
        }
    }
    for (name, text) in plan.fixed {
        builder.fix(name, text);
    }
    let mut data_from = None;
    if let Some(data) = &attribute.data
        && builder.kind() == Kind::File
        && !data.is_empty()
        && let Put::Exact(place) = builder.put("content_ref/payload_bin", data, false)
    {
        data_from = Some(place);
    }
    let (objects, pattern) = builder.end(&uuid.text())?;
    Some((objects, pattern, from, data_from))
}

/// The objects of a template, and the pattern of what detects; attributes that stand in them say where.
pub(super) fn build(
    name: &str,
    attributes: &mut [Attribute],
    uuid: Uuid,
) -> Option<(Vec<Object>, Option<String>)> {
    let (kind, places) = table::template(name)?;
    let mut builder = Builder::new(Main::Kind(kind), "")?;
    let mut put = vec![None; attributes.len()];
    // In the order of the table: where two relations have one place, the first wins.
    for (relation, place) in places {
        for (at, attribute) in attributes.iter().enumerate() {
            if attribute.object_relation.as_deref() != Some(relation)
                || attribute.deleted.is_some_and(aidos_model::misp::Flag::get)
            {
                continue;
            }
            let Some(value) = &attribute.value else {
                continue;
            };
            if let Put::Exact(from) = builder.put(place, value, attribute.detects())
                && let Some(slot) = put.get_mut(at)
            {
                *slot = Some(from);
            }
        }
    }
    let built = builder.end(&uuid.text())?;
    if let [main, ..] = built.0.as_slice()
        && is_domain(main)
        && !main.to_value().get("name").is_some_and(Value::is_string)
        && !main.to_value().get("country").is_some_and(Value::is_string)
    {
        return None;
    }
    for (attribute, from) in attributes.iter_mut().zip(put) {
        if let Some(from) = from {
            attribute.value = None;
            attribute.rest.insert("from".into(), from.into());
        }
    }
    Some(built)
}
