//! Objects of others, as MISP has them.

use std::collections::BTreeSet;

use aidos_model::Timestamp;
use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Cluster, EventReport, Galaxy, Number, Object as MispObject, Tag,
};
use aidos_model::stix::{Body, Group, Kind, OURS, Object, Uuid};
use serde_json::{Map, Value};

use super::pattern::{self, Comparison, Parsed};
use super::peer;
use super::place::address_kind;
use super::restore::{Index, seconds, tags_of, uuid_of};
use super::table::{self, CLUSTERS};

/// The name of the object that carries an object of STIX for which MISP has nothing.
pub(super) const CARRIER: &str = "stix2-object";

/// What became of an object.
pub(super) enum Made {
    Attributes(Vec<Attribute>),
    Object(Box<MispObject>),
    Galaxy(Box<Galaxy>),
    Report(Box<EventReport>),
}

/// Seconds of `modified`, quoted as MISP writes them.
pub(super) fn time(object: &Object) -> Option<Number> {
    let text = object
        .common
        .modified
        .as_ref()
        .or(object.common.created.as_ref());
    seconds(text).map(Number::text)
}

/// What an object is in MISP; all have a place, if only a carrier.
pub(super) fn made(object: &Object, index: &Index<'_>) -> Made {
    if let Some(made) = peer::made(object, index) {
        return made;
    }
    let natural = match (&object.body, object.kind()) {
        (Body::Indicator(_), _) => indicator(object).map(Made::Attributes),
        (Body::ObservedData(body), _) => {
            let mut refs = body
                .object_refs
                .iter()
                .flatten()
                .filter_map(|id| index.get(id));
            refs.next().and_then(|first| {
                let mut pointed = None;
                let mut is_pointed_to = |id: &str| {
                    let pointed = pointed.get_or_insert_with(|| references_of(&first));
                    pointed.contains(id)
                };
                refs.all(|one| is_pointed_to(one.id()))
                    .then(|| observable(&first, index, uuid_of(object.id())))?
                    .map(|made| seen(made, object))
            })
        }
        (Body::Note(_), _) => report(object).map(|report| Made::Report(Box::new(report))),
        (Body::Vulnerability(body), _)
            if body
                .name
                .as_ref()
                .is_some_and(|name| name.starts_with("CVE-")) =>
        {
            let mut attribute =
                Attribute::new("vulnerability", body.name.clone().unwrap_or_default());
            attribute.category = Some("External analysis".into());
            attribute.comment.clone_from(&body.description);
            context(&mut attribute, object);
            Some(Made::Attributes(vec![attribute]))
        }
        (_, Some(kind)) if CLUSTERS.contains(&kind) => {
            galaxy(object, kind).map(|one| Made::Galaxy(Box::new(one)))
        }
        (_, Some(kind)) if kind.group() == Group::Observable => {
            observable(object, index, uuid_of(object.id()))
        }
        _ => None,
    };
    natural.unwrap_or_else(|| Made::Object(Box::new(carrier(object))))
}

/// The ids that an object refers to, directly or through its references' lists.
fn references_of(from: &Object) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    from.references(&mut |_, to| {
        found.insert(to.to_owned());
    });
    found
}

pub(super) fn context(attribute: &mut Attribute, object: &Object) {
    attribute.uuid = Some(uuid_of(object.id()).to_owned());
    attribute.timestamp = time(object);
    attribute.tags = tags_of(object).into_iter().collect();
}

/// Adds what observed data say beside what was seen.
fn seen(made: Made, object: &Object) -> Made {
    let Body::ObservedData(body) = &object.body else {
        return made;
    };
    let (first, last) = (body.first_observed.clone(), body.last_observed.clone());
    let stamp = time(object);
    let tags: Vec<Tag> = tags_of(object);
    match made {
        Made::Attributes(mut all) => {
            for one in &mut all {
                one.first_seen.clone_from(&first);
                one.last_seen.clone_from(&last);
                one.timestamp = stamp;
                one.tags = tags.clone().into();
            }
            Made::Attributes(all)
        }
        Made::Object(mut one) => {
            (one.first_seen, one.last_seen, one.timestamp) = (first, last, stamp);
            for attribute in one.attributes.iter_mut() {
                attribute.tags = tags.clone().into();
            }
            Made::Object(one)
        }
        other => other,
    }
}

/// An object with the text of another inside.
pub(super) fn carrier(object: &Object) -> MispObject {
    let uuid = |name: &str| {
        Uuid::v5(OURS, format!("carrier {name} {}", object.id()).as_bytes()).to_string()
    };
    let mut made = MispObject::new(CARRIER);
    made.uuid = Some(uuid("object"));
    made.meta_category = Some("misc".into());
    made.description = Some("An object of STIX for which MISP has nothing of its own".into());
    made.timestamp = time(object);
    for (relation, value) in [
        ("type", object.type_word().to_owned()),
        ("id", object.id().to_owned()),
        ("json", object.to_value().to_string()),
    ] {
        if value.is_empty() {
            continue;
        }
        let mut attribute = Attribute::new("text", value);
        attribute.uuid = Some(uuid(relation));
        attribute.category = Some("Other".into());
        attribute.object_relation = Some(relation.into());
        attribute.to_ids = Some(false.into());
        attribute.disable_correlation = Some((relation != "id").into());
        attribute.timestamp = made.timestamp;
        made.attributes.push(attribute);
    }
    made
}

/// The category that MISP gives a type by itself.
fn category(kind: &str) -> &'static str {
    match kind {
        "AS" | "domain" | "domain|ip" | "hostname" | "ip-dst" | "ip-dst|port" | "ip-src"
        | "ip-src|port" | "mac-address" | "port" | "snort" | "suricata" | "uri" | "url" => {
            "Network activity"
        }
        "mutex" => "Artifacts dropped",
        "regkey" | "regkey|value" => "Persistence mechanism",
        "github-username" => "Social network",
        "vulnerability" => "External analysis",
        "text" | "other" | "size-in-bytes" | "datetime" | "counter" | "boolean" => "Other",
        "sigma" | "yara" | "stix2-pattern" => "Payload installation",
        _ => "Payload delivery",
    }
}

/// The type of MISP for one property of an object of STIX.
fn type_of(kind: &str, path: &str, value: &str) -> Option<&'static str> {
    Some(match (kind, path) {
        ("autonomous-system", "number") => "AS",
        ("domain-name", "value") => "domain",
        ("email-addr", "value") => "email",
        ("email-message", "subject") => "email-subject",
        ("email-message", "body") => "email-body",
        ("email-message", "message_id") => "email-message-id",
        ("file", "name") => "filename",
        ("file", "hashes/MD5") => "md5",
        ("file", "hashes/SHA-1") => "sha1",
        ("file", "hashes/SHA-256") => "sha256",
        ("file", "hashes/SHA-512") => "sha512",
        ("file", "hashes/SHA3-256") => "sha3-256",
        ("file", "hashes/SHA3-512") => "sha3-512",
        ("file", "hashes/SSDEEP") => "ssdeep",
        ("file", "hashes/TLSH") => "tlsh",
        ("ipv4-addr" | "ipv6-addr", "value") => {
            address_kind(value)?;
            "ip-dst"
        }
        ("network-traffic", "src_ref/value") if address_kind(value).is_some() => "ip-src",
        ("network-traffic", "dst_ref/value") if address_kind(value).is_some() => "ip-dst",
        ("network-traffic", "src_ref/value" | "dst_ref/value") => "hostname",
        ("mac-addr", "value") => "mac-address",
        ("mutex", "name") => "mutex",
        ("url", "value") => "url",
        ("windows-registry-key", "key") => "regkey",
        ("x509-certificate", "hashes/MD5") => "x509-fingerprint-md5",
        ("x509-certificate", "hashes/SHA-1") => "x509-fingerprint-sha1",
        ("x509-certificate", "hashes/SHA-256") => "x509-fingerprint-sha256",
        _ => return None,
    })
}

/// What a pattern asks for, as attributes that detect.
fn indicator(object: &Object) -> Option<Vec<Attribute>> {
    let Body::Indicator(body) = &object.body else {
        return None;
    };
    let text = body.pattern.as_ref()?;
    let language = body.pattern_type.as_deref().unwrap_or("stix");
    let finish = |mut attribute: Attribute| {
        attribute.category = Some(category(attribute.type_word()).into());
        attribute.to_ids = Some(true.into());
        attribute.comment = body.description.clone().or_else(|| body.name.clone());
        attribute.first_seen.clone_from(&body.valid_from);
        attribute.last_seen.clone_from(&body.valid_until);
        let uuid = attribute.uuid.take();
        context(&mut attribute, object);
        attribute.uuid = uuid.or(attribute.uuid);
        attribute
    };
    if language != "stix" {
        let known = ["sigma", "snort", "suricata", "yara"];
        let kind = known.iter().find(|known| **known == language)?;
        return Some(vec![finish(Attribute::new(*kind, text.as_str()))]);
    }
    let whole = || finish(Attribute::new("stix2-pattern", text.as_str()));
    let attribute = |one: &Comparison| {
        Some(Attribute::new(
            type_of(&one.kind, &one.path, &one.value)?,
            one.value.as_str(),
        ))
    };
    Some(match pattern::parse(text) {
        Some(Parsed::All(all)) if all.len() == 1 => {
            vec![all.first().and_then(attribute).map_or_else(whole, finish)]
        }
        // One value of several is enough: each is an attribute of its own.
        Some(Parsed::Any(any)) => match any.iter().map(attribute).collect::<Option<Vec<_>>>() {
            Some(all) => all
                .into_iter()
                .enumerate()
                .map(|(at, mut one)| {
                    let name = format!("{} {at}", object.id());
                    one.uuid = Some(Uuid::v5(OURS, name.as_bytes()).to_string());
                    finish(one)
                })
                .collect(),
            None => vec![whole()],
        },
        _ => vec![whole()],
    })
}

/// An observable as an attribute where it is one value, else as an object by a template.
fn observable(object: &Object, index: &Index<'_>, uuid: &str) -> Option<Made> {
    let kind = object.kind()?;
    let Value::Object(members) = object.to_value() else {
        return None;
    };
    let mut values: Vec<(String, String)> = Vec::new();
    for (name, value) in &members {
        if matches!(
            name.as_str(),
            "id" | "type" | "spec_version" | "object_marking_refs" | "protocols" | "is_multipart"
        ) {
            continue;
        }
        flatten(name, value, index, &mut values);
    }
    let attribute = |kind: &str, value: &str| {
        let mut one = Attribute::new(kind, value);
        one.uuid = Some(uuid.to_owned());
        one.category = Some(category(kind).into());
        one.to_ids = Some(false.into());
        one
    };
    if let [(path, value)] = values.as_slice()
        && let Some(of) = type_of(kind.word(), path.trim_end_matches('@'), value)
    {
        let value = if of == "AS" {
            format!("AS{value}")
        } else {
            value.clone()
        };
        let mut one = attribute(of, &value);
        one.tags = tags_of(object).into();
        return Some(Made::Attributes(vec![one]));
    }
    let (name, places, meta) = template_of(kind)?;
    let mut made = MispObject::new(name);
    made.uuid = Some(uuid.to_owned());
    made.meta_category = Some(meta.into());
    for (path, value) in values {
        let is_ip = address_kind(&value).is_some();
        let fits = |relation: &str| match relation {
            "src_ip" | "dst_ip" | "ip" => is_ip,
            "src_hostname" | "dst_hostname" | "hostname" => !is_ip,
            _ => true,
        };
        let Some((relation, _)) = places
            .iter()
            .find(|(relation, place)| *place == path && fits(relation))
        else {
            continue;
        };
        let mut one = attribute(of_relation(relation), &value);
        let own = format!("{uuid} {relation} {value}");
        one.uuid = Some(Uuid::v5(OURS, own.as_bytes()).to_string());
        one.object_relation = Some((*relation).to_owned());
        made.attributes.push(one);
    }
    (!made.attributes.is_empty()).then(|| Made::Object(Box::new(made)))
}

/// The values of a property with their places.
fn flatten(name: &str, value: &Value, index: &Index<'_>, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(id) if name.ends_with("_ref") => {
            let other = index.get(id).map(|one| one.to_value());
            for (member, place) in [
                ("value", format!("{name}@")),
                ("path", format!("{name}/path")),
                ("name", format!("{name}/name")),
            ] {
                if let Some(text) = other.as_ref().and_then(|other| other.get(member)?.as_str()) {
                    out.push((place, text.to_owned()));
                    break;
                }
            }
        }
        Value::Array(ids) if name.ends_with("_refs") => {
            for id in ids.iter().filter_map(Value::as_str) {
                let other = index.get(id).map(|one| one.to_value());
                if let Some(text) = other
                    .as_ref()
                    .and_then(|other| other.get("value")?.as_str())
                {
                    out.push((format!("{name}@"), text.to_owned()));
                }
            }
        }
        Value::String(text) => out.push((name.to_owned(), text.clone())),
        Value::Number(number) => out.push((name.to_owned(), number.to_string())),
        Value::Object(members) if name == "hashes" || name == "additional_header_fields" => {
            for (member, value) in members {
                if let Some(text) = value.as_str() {
                    out.push((format!("{name}/{member}"), text.to_owned()));
                }
            }
        }
        Value::Array(items) if name == "values" => {
            if let [Value::Object(members)] = items.as_slice() {
                for (member, value) in members {
                    if let Some(text) = value.as_str() {
                        out.push((format!("values/0/{member}"), text.to_owned()));
                    }
                }
            }
        }
        _ => {}
    }
}

type Template = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// The template for a type of STIX, and its meta-category.
fn template_of(kind: Kind) -> Option<Template> {
    let (name, meta) = match kind {
        Kind::Artifact => ("artifact", "file"),
        Kind::AutonomousSystem => ("asn", "network"),
        Kind::Directory => ("directory", "file"),
        Kind::DomainName => ("domain-ip", "network"),
        Kind::EmailMessage => ("email", "network"),
        Kind::File => ("file", "file"),
        Kind::Mutex => ("mutex", "misc"),
        Kind::NetworkTraffic => ("network-traffic", "network"),
        Kind::Process => ("process", "misc"),
        Kind::Software => ("software", "misc"),
        Kind::Url => ("url", "network"),
        Kind::UserAccount => ("user-account", "misc"),
        Kind::WindowsRegistryKey => ("registry-key", "file"),
        Kind::X509Certificate => ("x509", "network"),
        _ => return None,
    };
    table::template(name).map(|(_, places)| (name, places, meta))
}

/// The type of an attribute of this relation in the templates that we write.
fn of_relation(relation: &str) -> &'static str {
    match relation {
        "asn" => "AS",
        "bcc" | "cc" | "to" => "email-dst",
        "cpe" => "cpe",
        "domain" => "domain",
        "src_hostname" | "dst_hostname" | "hostname" => "hostname",
        "src_ip" | "dst_ip" | "ip" => "ip-dst",
        "src_port" | "dst_port" => "port",
        "email-body" => "email-body",
        "filename" | "image" => "filename",
        "from" => "email-src",
        "key" => "regkey",
        "md5" => "md5",
        "message-id" => "email-message-id",
        "mime_type" | "mimetype" => "mime-type",
        "reply-to" => "email-reply-to",
        "sha1" => "sha1",
        "sha256" => "sha256",
        "sha3-256" => "sha3-256",
        "sha3-512" => "sha3-512",
        "sha512" => "sha512",
        "size-in-bytes" | "src_bytes_count" | "dst_bytes_count" => "size-in-bytes",
        "src_packets" | "dst_packets" => "counter",
        "ssdeep" => "ssdeep",
        "subject" => "email-subject",
        "tlsh" => "tlsh",
        "url" => "url",
        "x-mailer" => "email-x-mailer",
        "x509-fingerprint-md5" => "x509-fingerprint-md5",
        "x509-fingerprint-sha1" => "x509-fingerprint-sha1",
        "x509-fingerprint-sha256" => "x509-fingerprint-sha256",
        "access-time"
        | "creation-time"
        | "modification-time"
        | "send-date"
        | "start_time"
        | "end_time"
        | "last-modified"
        | "validity-not-before"
        | "validity-not-after"
        | "created"
        | "expires"
        | "first_login"
        | "last_login"
        | "password_last_changed" => "datetime",
        _ => "text",
    }
}

fn report(object: &Object) -> Option<EventReport> {
    let Body::Note(body) = &object.body else {
        return None;
    };
    Some(EventReport {
        uuid: Some(uuid_of(object.id()).to_owned()),
        name: Some(body.abstract_.clone().unwrap_or_else(|| "note".into())),
        content: Some(body.content.clone()?),
        timestamp: time(object),
        tags: tags_of(object).into(),
        ..EventReport::default()
    })
}

/// A galaxy of one cluster; what the cluster has no field for stands in its meta by its name.
fn galaxy(object: &Object, kind: Kind) -> Option<Galaxy> {
    let Value::Object(mut members) = object.to_value() else {
        return None;
    };
    let Some(Value::String(name)) = members
        .shift_remove("name")
        .filter(|name| name.as_str() != Some(""))
    else {
        return None;
    };
    let word = format!("stix-2.1-{kind}");
    let mut cluster = Cluster {
        uuid: Some(uuid_of(object.id()).to_owned()),
        kind: Some(word.clone()),
        tag_name: Some(format!("misp-galaxy:{word}=\"{name}\"")),
        value: Some(name),
        ..Cluster::default()
    };
    cluster.description = match members.shift_remove("description") {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let mut meta = Map::new();
    for (name, value) in members {
        if matches!(name.as_str(), "id" | "type" | "spec_version") {
            continue;
        }
        let texts: Option<Vec<String>> = match &value {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Bool(truth) => Some(vec![truth.to_string()]),
            Value::Number(number) => Some(vec![number.to_string()]),
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Some(text.clone()),
                    // Kill chains and references stand there as JSON.
                    Value::Object(_) => Some(item.to_string()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        if let Some(texts) = texts {
            meta.insert(name, texts.into());
        }
    }
    cluster.meta = (!meta.is_empty()).then(|| meta.into_iter().collect());
    let uuid = Uuid::v5(OURS, format!("galaxy {word}").as_bytes()).to_string();
    Some(Galaxy {
        uuid: Some(uuid),
        name: Some(format!("STIX 2.1 {kind}")),
        kind: Some(word),
        description: Some("Objects of STIX 2.1".into()),
        namespace: Some("stix".into()),
        clusters: vec![cluster].into(),
        ..Galaxy::default()
    })
}

/// Sets from a cluster's meta what [`galaxy`] put there.
pub(super) fn set_from_meta(object: &mut Object, kind: Kind, meta: &aidos_model::json::Fields) {
    let common = aidos_model::stix::Common::MEMBERS.iter().copied();
    let own = Body::properties(kind)
        .iter()
        .map(|property| (property.name, property.expected));
    for (name, expected) in common.chain(own) {
        let Some(Value::Array(texts)) = meta.get(name) else {
            continue;
        };
        let first = texts.first().and_then(Value::as_str).unwrap_or_default();
        let value = match expected {
            "a text" => Value::from(first),
            "true or false" => Value::from(first == "true"),
            "a whole number" => first.parse::<i64>().map_or(Value::Null, Value::from),
            "a list" => {
                let items = texts.iter().map(|text| {
                    let word = text.as_str().unwrap_or_default();
                    let inner = word
                        .starts_with('{')
                        .then(|| serde_json::from_str(word).ok())
                        .flatten();
                    inner.unwrap_or_else(|| text.clone())
                });
                items.collect()
            }
            _ => continue,
        };
        object.set(name, value);
    }
}

/// Whether a time is one that MISP keeps whole: in whole seconds.
pub(super) fn is_whole(text: &str) -> bool {
    Timestamp::parse(text).is_some_and(|time| time.0 % 1_000_000_000 == 0)
}
