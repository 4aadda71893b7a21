//! What of an object is not as the standard says.
//!
//! Nothing fails: an object with violations is read, kept and written like any other. Whoever takes objects from
//! strangers decides what a violation costs.

use std::fmt;

use serde_json::{Map, Value};

use super::object::{Common, ExternalReference, GranularMarking, KillChainPhase};
use super::{Body, Bundle, Group, Kind, Object, Property, Target, Times, Uuid};
use crate::Timestamp;
use crate::json::Shape;

/// One thing that is not as the standard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON pointer (RFC 6901) from the object or bundle that was checked.
    pub path: String,
    /// What.
    pub fault: Fault,
}

/// What is not as the standard says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A property is missing that every object of the type has.
    Missing,
    /// The value has another shape.
    Shape {
        /// What is expected.
        expected: &'static str,
    },
    /// A text is no id, or one of another type than the object's.
    Id,
    /// A text is no time in UTC.
    Time,
    /// A reference leads to a type that may not stand there.
    Target,
    /// A reference leads to nothing in the bundle.
    Dangling,
    /// An id stands twice in a bundle, with different contents.
    Double,
    /// A value is outside of what is allowed.
    Range {
        /// What is allowed.
        allowed: &'static str,
    },
    /// One of several properties has to be there.
    OneOf {
        /// Which.
        names: &'static str,
    },
    /// An observable's id is not that of its properties.
    Derived,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Shape { expected } => write!(f, "is not {expected}"),
            Self::Id => f.write_str("is no id of this type"),
            Self::Time => f.write_str("is no time in UTC (RFC 3339 with Z)"),
            Self::Target => f.write_str("leads to a type that may not stand there"),
            Self::Dangling => f.write_str("leads to nothing in the bundle"),
            Self::Double => f.write_str("stands twice with different contents"),
            Self::Range { allowed } => write!(f, "is not {allowed}"),
            Self::OneOf { names } => write!(f, "has none of {names}"),
            Self::Derived => f.write_str("is not the id of the object's own properties"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "/"
        } else {
            &self.path
        };
        write!(f, "{path} {}", self.fault)
    }
}

/// Collects violations below a path.
struct Check<'c> {
    path: String,
    found: &'c mut Vec<Violation>,
}

impl Check<'_> {
    fn note(&mut self, name: &str, fault: Fault) {
        let mut path = self.path.clone();
        if !name.is_empty() {
            path.push('/');
            path.push_str(name);
        }
        self.found.push(Violation { path, fault });
    }
}

impl Object {
    /// What of the object is not as the standard says; empty where all is well.
    ///
    /// ```
    /// use aidos_model::json;
    /// use aidos_model::stix::{Fault, Object};
    ///
    /// let object: Object = json::read(br#"{"type":"url","id":"url--1","value":7}"#)?;
    /// let told: Vec<String> = object.check().iter().map(ToString::to_string).collect();
    /// assert_eq!(told, ["/id is no id of this type", "/value is not a text"]);
    /// # Ok::<(), aidos_model::json::Malformed>(())
    /// ```
    pub fn check(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check_into("", &mut found);
        found
    }

    fn check_into(&self, path: &str, found: &mut Vec<Violation>) {
        let mut check = Check {
            path: path.to_owned(),
            found,
        };
        let Value::Object(members) = self.to_value() else {
            return;
        };
        if self.type_word().is_empty() {
            check.note("type", Fault::Missing);
        }
        self.check_common(&mut check, &members);
        let Some(kind) = self.kind() else { return };
        for property in Body::properties(kind) {
            check_property(&mut check, property, &members);
        }
        check_rules(&mut check, kind, &members);
    }

    fn check_common(&self, check: &mut Check<'_>, members: &Map<String, Value>) {
        let word = self.type_word();
        match members.get("id") {
            None => check.note("id", Fault::Missing),
            Some(id) => {
                let good = id
                    .as_str()
                    .and_then(|id| id.split_once("--"))
                    .is_some_and(|(kind, uuid)| kind == word && Uuid::parse(uuid).is_some());
                if !good {
                    check.note("id", Fault::Id);
                }
            }
        }
        let known = |name: &&(&'static str, &'static str)| members.contains_key(name.0);
        for (name, expected) in Common::MEMBERS.iter().filter(known) {
            if self.common.rest.contains_key(*name) && *name != "id" {
                check.note(name, Fault::Shape { expected });
            }
        }
        let group = self.kind().map(Kind::group);
        let must: &[&str] = match group {
            Some(Group::Meta) if self.kind() == Some(Kind::MarkingDefinition) => {
                &["spec_version", "created"]
            }
            Some(Group::Meta) if self.kind() == Some(Kind::ExtensionDefinition) => {
                &["spec_version", "created", "modified", "created_by_ref"]
            }
            Some(Group::Domain | Group::Relation | Group::Meta) => {
                &["spec_version", "created", "modified"]
            }
            _ => &[],
        };
        for name in must {
            if !members.contains_key(*name) {
                check.note(name, Fault::Missing);
            }
        }
        if self
            .common
            .spec_version
            .as_deref()
            .is_some_and(|version| version != "2.1")
        {
            check.note("spec_version", Fault::Range { allowed: "2.1" });
        }
        for (name, value) in members {
            if Times::has(name) && value.as_str().is_some_and(|text| !is_time(text)) {
                check.note(name, Fault::Time);
            }
        }
        if self
            .common
            .confidence
            .is_some_and(|number| !(0..=100).contains(&number))
        {
            check.note(
                "confidence",
                Fault::Range {
                    allowed: "0 to 100",
                },
            );
        }
        after(check, members, "created", "modified", false);
        if let Some(by) = &self.common.created_by_ref {
            check_reference(
                check,
                "created_by_ref",
                by,
                Target::Kinds(&[Kind::Identity]),
            );
        }
        let markings = self.common.object_marking_refs.iter().flatten();
        for (at, marking) in markings.enumerate() {
            let name = format!("object_marking_refs/{at}");
            check_reference(
                check,
                &name,
                marking,
                Target::Kinds(&[Kind::MarkingDefinition]),
            );
        }
        let references = self.common.external_references.iter().flatten();
        for (at, one) in references.enumerate() {
            check_external(check, at, one);
        }
        let markings = self.common.granular_markings.iter().flatten();
        for (at, one) in markings.enumerate() {
            check_granular(check, at, one);
        }
        if let Some(phases) = members.get("kill_chain_phases").cloned()
            && let Ok(phases) = <Vec<KillChainPhase> as Shape>::of(phases)
        {
            for (at, phase) in phases.iter().enumerate() {
                for (name, is_there) in [
                    ("kill_chain_name", phase.kill_chain_name.is_some()),
                    ("phase_name", phase.phase_name.is_some()),
                ] {
                    if !is_there {
                        check.note(&format!("kill_chain_phases/{at}/{name}"), Fault::Missing);
                    }
                }
            }
        }
    }
}

fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.contains('T') && Timestamp::parse(text).is_some()
}

fn check_external(check: &mut Check<'_>, at: usize, one: &ExternalReference) {
    if one.source_name.is_none() {
        check.note(
            &format!("external_references/{at}/source_name"),
            Fault::Missing,
        );
    }
    if one.description.is_none() && one.url.is_none() && one.external_id.is_none() {
        let names = "description, external_id, url";
        check.note(&format!("external_references/{at}"), Fault::OneOf { names });
    }
}

fn check_granular(check: &mut Check<'_>, at: usize, one: &GranularMarking) {
    if one.selectors.as_ref().is_none_or(Vec::is_empty) {
        check.note(&format!("granular_markings/{at}/selectors"), Fault::Missing);
    }
    if one.lang.is_none() == one.marking_ref.is_none() {
        let names = "lang, marking_ref";
        check.note(&format!("granular_markings/{at}"), Fault::OneOf { names });
    }
    if let Some(marking) = &one.marking_ref {
        let name = format!("granular_markings/{at}/marking_ref");
        check_reference(
            check,
            &name,
            marking,
            Target::Kinds(&[Kind::MarkingDefinition]),
        );
    }
}

fn check_property(check: &mut Check<'_>, property: &Property, members: &Map<String, Value>) {
    let name = property.name;
    let Some(value) = members.get(name) else {
        if property.required {
            check.note(name, Fault::Missing);
        }
        return;
    };
    let good = match property.expected {
        "a text" => value.is_string(),
        "a whole number" => value.is_i64(),
        "true or false" => value.is_boolean(),
        "a list" => value.is_array(),
        "an object" => value.is_object(),
        _ => true,
    };
    if !good {
        let expected = property.expected;
        return check.note(name, Fault::Shape { expected });
    }
    if property.target == Target::None {
        return;
    }
    match value {
        Value::String(id) => check_reference(check, name, id, property.target),
        Value::Array(ids) => {
            if ids.is_empty() {
                check.note(
                    name,
                    Fault::Range {
                        allowed: "a list with at least one item",
                    },
                );
            }
            for (at, id) in ids.iter().enumerate() {
                let name = format!("{name}/{at}");
                match id.as_str() {
                    Some(id) => check_reference(check, &name, id, property.target),
                    None => check.note(&name, Fault::Shape { expected: "a text" }),
                }
            }
        }
        _ => {}
    }
}

fn check_reference(check: &mut Check<'_>, name: &str, id: &str, target: Target) {
    let Some((word, uuid)) = id.split_once("--") else {
        return check.note(name, Fault::Id);
    };
    if Uuid::parse(uuid).is_none() {
        return check.note(name, Fault::Id);
    }
    let good = match (target, Kind::parse(word)) {
        // A custom type may be anything but what is listed.
        (Target::None | Target::Any, _) | (Target::Domain | Target::Observable, None) => true,
        (Target::Domain, Some(kind)) => kind.group() == Group::Domain,
        (Target::Observable, Some(kind)) => {
            kind.group() == Group::Observable || kind == Kind::Relationship
        }
        (Target::Kinds(kinds), kind) => kind.is_some_and(|kind| kinds.contains(&kind)),
    };
    if !good {
        check.note(name, Fault::Target);
    }
}

/// The second time must not be before the first, or, where `strict`, must be after it.
fn after(
    check: &mut Check<'_>,
    members: &Map<String, Value>,
    first: &str,
    second: &str,
    strict: bool,
) {
    let time = |name| Timestamp::parse(members.get(name)?.as_str()?);
    if let (Some(one), Some(two)) = (time(first), time(second))
        && (two < one || (strict && two == one))
    {
        let allowed = if strict {
            "after the time that it ends"
        } else {
            "as late as the time before it"
        };
        check.note(second, Fault::Range { allowed });
    }
}

fn check_rules(check: &mut Check<'_>, kind: Kind, members: &Map<String, Value>) {
    let has = |name: &str| members.contains_key(name);
    let one_of = |check: &mut Check<'_>, names: &'static str| {
        if !names.split(", ").any(has) {
            check.note("", Fault::OneOf { names });
        }
    };
    let range = |check: &mut Check<'_>, name: &str, from: i64, to: i64, allowed: &'static str| {
        let number = members.get(name).and_then(Value::as_i64);
        if number.is_some_and(|number| !(from..=to).contains(&number)) {
            check.note(name, Fault::Range { allowed });
        }
    };
    match kind {
        Kind::Artifact => one_of(check, "payload_bin, url"),
        Kind::File => one_of(check, "hashes, name"),
        Kind::Indicator => after(check, members, "valid_from", "valid_until", true),
        Kind::Location => one_of(check, "region, country, latitude"),
        Kind::MalwareAnalysis => one_of(check, "result, analysis_sco_refs"),
        Kind::Malware if members.get("is_family") == Some(&Value::Bool(true)) && !has("name") => {
            check.note("name", Fault::Missing);
        }
        Kind::NetworkTraffic => {
            one_of(check, "src_ref, dst_ref");
            for name in ["src_port", "dst_port"] {
                range(check, name, 0, 65_535, "0 to 65535");
            }
            after(check, members, "start", "end", false);
        }
        Kind::ObservedData => {
            one_of(check, "objects, object_refs");
            range(check, "number_observed", 1, 999_999_999, "1 to 999999999");
            after(check, members, "first_observed", "last_observed", false);
        }
        Kind::Relationship => after(check, members, "start_time", "stop_time", true),
        Kind::Sighting => {
            range(check, "count", 0, 999_999_999, "0 to 999999999");
            after(check, members, "first_seen", "last_seen", false);
        }
        Kind::Process | Kind::UserAccount | Kind::WindowsRegistryKey | Kind::X509Certificate => {
            let any = Body::properties(kind)
                .iter()
                .any(|property| has(property.name));
            if !any && !has("extensions") {
                let names = "the type's properties";
                check.note("", Fault::OneOf { names });
            }
        }
        _ => {}
    }
    if kind.group() == Group::Observable
        && let Some(should) = super::id_of(members)
        && let Some(id) = members.get("id").and_then(Value::as_str)
        // The standard lets an observable have a random id, of version 4.
        && Uuid::parse(id.rsplit_once("--").map_or("", |(_, uuid)| uuid)).is_some_and(|uuid| uuid.0[6] >> 4 == 5)
        && should.to_string() != id
    {
        check.note("id", Fault::Derived);
    }
}

impl Bundle {
    /// What of the bundle is not as the standard says: each object's violations, ids that stand twice, and references that
    /// lead to nothing in it.
    pub fn check(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        for (name, there) in [
            ("type", self.kind.as_deref() == Some("bundle")),
            ("id", self.id.is_some()),
        ] {
            if !there {
                let path = format!("/{name}");
                found.push(Violation {
                    path,
                    fault: Fault::Missing,
                });
            }
        }
        let mut first: std::collections::BTreeMap<&str, &Object> =
            std::collections::BTreeMap::new();
        for object in self.objects() {
            first.entry(object.id()).or_insert(object);
        }
        for (at, object) in self.objects().iter().enumerate() {
            let path = format!("/objects/{at}");
            object.check_into(&path, &mut found);
            if first
                .get(object.id())
                .is_some_and(|one| *one != object && one.common.modified == object.common.modified)
            {
                let path = format!("{path}/id");
                found.push(Violation {
                    path,
                    fault: Fault::Double,
                });
            }
            object.references(&mut |name, id| {
                if !first.contains_key(id) {
                    let path = format!("{path}/{name}");
                    found.push(Violation {
                        path,
                        fault: Fault::Dangling,
                    });
                }
            });
        }
        found
    }
}

impl Object {
    /// Calls for each reference to another object, with its place in this one.
    pub fn references(&self, take: &mut dyn FnMut(&str, &str)) {
        let value = self.to_value();
        let mut path = String::new();
        walk(&value, &mut path, take);
    }
}

fn walk(value: &Value, path: &mut String, take: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let length = path.len();
                if length > 0 {
                    path.push('/');
                }
                path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                match inner {
                    Value::String(id) if name.ends_with("_ref") => take(path, id),
                    Value::Array(ids) if name.ends_with("_refs") => {
                        for (at, id) in ids.iter().enumerate() {
                            if let Some(id) = id.as_str() {
                                take(&format!("{path}/{at}"), id);
                            }
                        }
                    }
                    _ => walk(inner, path, take),
                }
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let length = path.len();
                path.push('/');
                path.push_str(&at.to_string());
                walk(item, path, take);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;
    use serde_json::json;

    fn told(object: &Value) -> Vec<String> {
        let object: Object = read(object.to_string().as_bytes()).unwrap();
        object.check().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_well_has_no_violation() {
        let good = json!({
            "type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-01T00:00:00.000Z",
            "pattern": "[url:value = 'x']", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z",
            "x_any": 1, "confidence": 50,
        });
        assert_eq!(told(&good), Vec::<String>::new());
    }

    #[test]
    fn each_fault_has_its_place() {
        let traffic = json!({
            "type": "network-traffic", "id": "network-traffic--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "src_ref": "url--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "src_port": 70000, "start": "yesterday",
        });
        assert_eq!(
            told(&traffic),
            [
                "/start is no time in UTC (RFC 3339 with Z)",
                "/src_ref leads to a type that may not stand there",
                "/protocols is missing",
                "/src_port is not 0 to 65535",
            ]
        );
        let sighting = json!({
            "type": "sighting", "spec_version": "2.1", "id": "sighting--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2020-01-01T00:00:00Z", "modified": "2019-01-01T00:00:00Z", "count": "1",
            "sighting_of_ref": "relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "external_references": [{}],
        });
        assert_eq!(
            told(&sighting),
            [
                "/modified is not as late as the time before it",
                "/external_references/0/source_name is missing",
                "/external_references/0 has none of description, external_id, url",
                "/count is not a whole number",
                "/sighting_of_ref leads to a type that may not stand there",
            ]
        );
        assert_eq!(told(&json!({})), ["/type is missing", "/id is missing"]);
        let wrong = json!({"type": "ipv4-addr", "id": "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4", "value": "198.51.100.4"});
        assert_eq!(
            told(&wrong),
            ["/id is not the id of the object's own properties"]
        );
    }

    #[test]
    fn references_lead_somewhere_in_a_bundle() {
        let bundle: Bundle = read(
            json!({"type": "bundle", "id": "bundle--1", "objects": [
                {"type": "domain-name", "id": "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7", "value": "example.com",
                 "resolves_to_refs": ["ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"]}
            ]})
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        let told: Vec<String> = bundle.check().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["/objects/0/resolves_to_refs/0 leads to nothing in the bundle"]
        );
    }
}
