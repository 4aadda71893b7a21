//! Sightings as a STIX 2.1 bundle.
//!
//! Observables with the standard's ids, one `observed-data` over them, an `indicator` for each value that is watched,
//! `vulnerability` and `attack-pattern` for what is named so, and a `grouping` around all: a set that a machine made.

use std::collections::BTreeMap;

use aidos_model::stix::{StixId, id_of};
use aidos_model::{Timestamp, Tlp};
use serde_json::{Map, Value, json};

use super::{Options, Sighted, Sightings};
use crate::indicator::{Kind, Reach, pattern_of, whole_hive};

impl Sightings {
    /// A bundle of all that was seen.
    pub fn stix(&self, options: &Options<'_>) -> Value {
        let mut made = Maker::new(options.made, options.tlp);
        let mut refs = Vec::new();
        let mut times: Option<(Timestamp, Timestamp)> = None;
        let mut count = 0u64;
        for sighted in self.values() {
            if let Some(id) = made.observable(sighted.kind, &sighted.value) {
                refs.push(id);
                count = count.saturating_add(sighted.count);
                times = match (times, sighted.times) {
                    (Some((first, last)), Some((from, to))) => {
                        Some((first.min(from), last.max(to)))
                    }
                    (one, other) => one.or(other),
                };
            }
        }
        if let Some(mail) = &self.mail {
            let mut message = Map::new();
            message.insert("type".into(), "email-message".into());
            message.insert("spec_version".into(), "2.1".into());
            message.insert("is_multipart".into(), false.into());
            if let Some(date) = mail.date {
                message.insert("date".into(), stamp(date).into());
            }
            if let Some(from) = mail
                .from
                .as_deref()
                .and_then(|from| made.observable(Kind::Email, from))
            {
                message.insert("from_ref".into(), from.into());
            }
            let to: Vec<String> = mail
                .to
                .iter()
                .filter_map(|to| made.observable(Kind::Email, to))
                .collect();
            if !to.is_empty() {
                message.insert("to_refs".into(), to.into());
            }
            if let Some(subject) = mail
                .subject
                .as_deref()
                .filter(|subject| !subject.is_empty())
            {
                message.insert("subject".into(), subject.into());
            }
            if let Some(id) = made.put(message) {
                refs.push(id);
            }
        }
        refs.sort();
        refs.dedup();
        let mut grouped = Vec::new();
        if !refs.is_empty() {
            let (first, last) = times.unwrap_or((options.made, options.made));
            let observed = json!({
                "type": "observed-data", "first_observed": stamp(first), "last_observed": stamp(last),
                "number_observed": count.clamp(1, 999_999_999), "object_refs": refs,
            });
            grouped.extend(made.own(observed));
            grouped.append(&mut refs);
        }
        for sighted in self.values() {
            grouped.extend(object_of(sighted, options.made).and_then(|object| made.own(object)));
        }
        grouped.sort();
        grouped.dedup();
        if !grouped.is_empty() {
            let grouping = json!({
                "type": "grouping", "name": options.title, "context": "suspicious-activity", "object_refs": grouped,
            });
            made.own(grouping);
        }
        made.bundle()
    }
}

/// The indicator, vulnerability or attack pattern of a value.
fn object_of(sighted: &Sighted, made: Timestamp) -> Option<Value> {
    let Sighted { kind, value, .. } = sighted;
    match kind {
        Kind::Cve => Some(json!({
            "type": "vulnerability", "name": value,
            "external_references": [{"source_name": "cve", "external_id": value}],
        })),
        Kind::Technique => Some(json!({
            "type": "attack-pattern", "name": value,
            "external_references": [{
                "source_name": "mitre-attack", "external_id": value,
                "url": format!("https://attack.mitre.org/techniques/{}/", value.replace('.', "/")),
            }],
        })),
        _ if sighted.watch && sighted.reach == Reach::Public => {
            let pattern = pattern_of(*kind, value)?;
            let mut object = json!({
                "type": "indicator", "name": value, "indicator_types": ["unknown"], "pattern": pattern,
                "pattern_type": "stix", "valid_from": stamp(sighted.times.map_or(made, |(first, _)| first)),
            });
            if let Some(context) = &sighted.context {
                object["description"] = context.as_str().into();
            }
            Some(object)
        }
        _ => None,
    }
}

/// Collects objects by their ids, so that nothing is there twice.
pub(crate) struct Maker {
    made: String,
    tlp: Option<Tlp>,
    objects: BTreeMap<String, Value>,
}

impl Maker {
    pub(crate) fn new(made: Timestamp, tlp: Option<Tlp>) -> Self {
        Self {
            made: stamp(made),
            tlp,
            objects: BTreeMap::new(),
        }
    }

    /// Adds an object that needs no author and no time; gives back its id.
    pub(crate) fn put(&mut self, mut object: Map<String, Value>) -> Option<String> {
        if let Some(tlp) = self.tlp {
            object.insert(
                "object_marking_refs".into(),
                json!([tlp.stix_id().to_string()]),
            );
        }
        let id = id_of(&object)?.to_string();
        object.insert("id".into(), id.clone().into());
        self.objects
            .entry(id.clone())
            .or_insert(Value::Object(object));
        Some(id)
    }

    /// The same as [`Maker::put`] of an object that has `created` and `modified`, here at the time of the document.
    pub(crate) fn own(&mut self, object: Value) -> Option<String> {
        let Value::Object(mut object) = object else {
            return None;
        };
        object.insert("spec_version".into(), "2.1".into());
        for name in ["created", "modified"] {
            object
                .entry(name)
                .or_insert_with(|| self.made.clone().into());
        }
        self.put(object)
    }

    /// The observable of a value; `None` for kinds that STIX has none for.
    pub(crate) fn observable(&mut self, kind: Kind, value: &str) -> Option<String> {
        let object = match kind {
            Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr if value.contains(':') => {
                json!({"type": "ipv6-addr", "value": value})
            }
            Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => json!({"type": "ipv4-addr", "value": value}),
            Kind::Domain => json!({"type": "domain-name", "value": value}),
            Kind::Url => json!({"type": "url", "value": value}),
            Kind::Email => json!({"type": "email-addr", "value": value}),
            Kind::Md5 => json!({"type": "file", "hashes": {"MD5": value}}),
            Kind::Sha1 => json!({"type": "file", "hashes": {"SHA-1": value}}),
            Kind::Sha256 => json!({"type": "file", "hashes": {"SHA-256": value}}),
            Kind::Sha512 => json!({"type": "file", "hashes": {"SHA-512": value}}),
            Kind::Ssdeep => json!({"type": "file", "hashes": {"SSDEEP": value}}),
            Kind::Mac => json!({"type": "mac-addr", "value": value}),
            Kind::Asn => {
                json!({"type": "autonomous-system", "number": value.strip_prefix("AS")?.parse::<u32>().ok()?})
            }
            Kind::RegistryKey => json!({"type": "windows-registry-key", "key": whole_hive(value)}),
            Kind::FileName => json!({"type": "file", "name": value}),
            Kind::FilePath => {
                let (folder, name) = value.rsplit_once(['\\', '/'])?;
                let folder = if folder.is_empty() { "/" } else { folder };
                if name.is_empty() {
                    return None;
                }
                let parent = self.standard(json!({"type": "directory", "path": folder}))?;
                json!({"type": "file", "name": name, "parent_directory_ref": parent})
            }
            _ => return None,
        };
        self.standard(object)
    }

    fn standard(&mut self, object: Value) -> Option<String> {
        let Value::Object(mut object) = object else {
            return None;
        };
        object.insert("spec_version".into(), "2.1".into());
        self.put(object)
    }

    /// All objects in the order of their ids, the label's definition among them.
    pub(crate) fn bundle(mut self) -> Value {
        if let Some(tlp) = self.tlp {
            let mut marking = Vec::new();
            tlp.push_marking(&mut marking);
            if let Ok(marking) = serde_json::from_slice(&marking) {
                self.objects.insert(tlp.stix_id().to_string(), marking);
            }
        }
        let mut bundle = Map::new();
        bundle.insert("type".into(), "bundle".into());
        bundle.insert("objects".into(), self.objects.into_values().collect());
        let id = id_of(&bundle).as_ref().map(StixId::to_string);
        bundle.insert("id".into(), id.unwrap_or_default().into());
        Value::Object(bundle)
    }
}

/// RFC 3339 in milliseconds, rounded down: `created` and `modified` have to have three digits behind the second.
pub(crate) fn stamp(time: Timestamp) -> String {
    let text = time.text();
    let text = String::from_utf8_lossy(text.as_bytes());
    let text = text.trim_end_matches('Z');
    let (second, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{second}.{fraction:0<3.3}Z")
}
