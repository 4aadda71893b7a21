//! OpenCTI's deterministic ids: what the platform gives an object by what it is, so that nothing doubles.
//!
//! Source: the functions `generate_id` of pycti 6.9.17. Each is the version 5 UUID, in the namespace of STIX's
//! observables, over the canonical JSON of a few properties; names are compared without case and without blanks around.

use aidos_model::Tlp;
use aidos_model::stix::{OBSERVABLES, Uuid, canonical};
use serde_json::{Map, Value, json};

use crate::marks;

/// The id that OpenCTI gives an object; its references have to be OpenCTI's already. `None` where OpenCTI takes the id as it
/// is: observables, types that are not pushed, and what lacks the properties that make the id.
///
/// ```
/// use serde_json::json;
/// let tool = json!({"type": "tool", "name": "Mimikatz"});
/// let id = aidos_exchange::opencti::ids::of(tool.as_object().unwrap());
/// assert_eq!(id.as_deref(), Some("tool--dae20ca4-ebdf-5248-83ac-0f7a52f94fcc"));
/// ```
pub fn of(object: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let name = || text("name").map(folded);
    let kind = text("type")?;
    let made_of = match kind {
        "identity" => json!({"name": name()?, "identity_class": lower(text("identity_class")?)}),
        "indicator" => json!({"pattern": trimmed(text("pattern")?)}),
        "attack-pattern" => match technique(object, &["x_mitre_id", "x_opencti_external_id"]) {
            Some(id) => json!({"x_mitre_id": id}),
            None => json!({"name": name()?}),
        },
        "course-of-action" => match technique(object, &["x_mitre_id"]) {
            Some(id) => json!({"x_mitre_id": id}),
            None => json!({"name": name()?}),
        },
        "malware" | "intrusion-set" | "campaign" | "infrastructure" | "tool" | "vulnerability" => {
            json!({"name": name()?})
        }
        "threat-actor" => {
            let group = text("x_opencti_type").unwrap_or("Threat-Actor-Group");
            json!({"name": name()?, "opencti_type": group})
        }
        "report" => json!({"name": name()?, "published": text("published")?}),
        "grouping" => {
            let context = folded(text("context")?);
            match text("created") {
                Some(created) => json!({"name": name()?, "context": context, "created": created}),
                None => json!({"name": name()?, "context": context}),
            }
        }
        "note" => {
            let content = trimmed(text("content")?);
            match text("created") {
                Some(created) => json!({"content": content, "created": created}),
                None => json!({"content": content}),
            }
        }
        "observed-data" => json!({"objects": object.get("object_refs")?}),
        "relationship" => timed(
            json!({
                "relationship_type": text("relationship_type")?,
                "source_ref": text("source_ref")?,
                "target_ref": text("target_ref")?,
            }),
            [
                ("start_time", text("start_time")),
                ("stop_time", text("stop_time")),
            ],
        ),
        "sighting" => timed(
            json!({
                "type": "sighting",
                "sighting_of_ref": text("sighting_of_ref")?,
                "where_sighted_refs": object.get("where_sighted_refs")?,
            }),
            [
                ("first_seen", text("first_seen")),
                ("last_seen", text("last_seen")),
            ],
        ),
        "location" => location(object)?,
        "marking-definition" => {
            if let Some(tlp) = marks::given(object) {
                return Some(marks::opencti_id(tlp).to_owned());
            }
            let kind = text("definition_type")?;
            let definition = object.get("definition")?;
            let words = definition
                .as_str()
                .or_else(|| definition.get(kind)?.as_str());
            json!({"definition_type": kind, "definition": words?})
        }
        _ => return None,
    };
    let mut canonical = Vec::new();
    canonical::push(&mut canonical, &made_of);
    Some(format!("{kind}--{}", Uuid::v5(OBSERVABLES, &canonical)))
}

/// The marking definition of a label, as OpenCTI reads it.
pub fn marking(tlp: Tlp) -> Value {
    json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marks::opencti_id(tlp),
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": tlp.to_string(),
        "definition": {"tlp": tlp.word()},
    })
}

/// Adds the times that count: an end counts only where there is a begin.
fn timed(mut made_of: Value, [begin, end]: [(&str, Option<&str>); 2]) -> Value {
    if let (Some(members), Some(at)) = (made_of.as_object_mut(), begin.1) {
        members.insert(begin.0.into(), at.into());
        if let Some(at) = end.1 {
            members.insert(end.0.into(), at.into());
        }
    }
    made_of
}

fn technique<'o>(object: &'o Map<String, Value>, names: &[&str]) -> Option<&'o str> {
    let found = names
        .iter()
        .filter_map(|name| object.get(*name)?.as_str())
        .find(|id| !id.is_empty());
    found.map(trimmed)
}

fn location(object: &Map<String, Value>) -> Option<Value> {
    let name = object.get("name").and_then(Value::as_str).map(folded);
    let kind = object
        .get("x_opencti_location_type")
        .filter(|own| !own.is_null());
    if kind.and_then(Value::as_str) == Some("Position") {
        let places = ["latitude", "longitude"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), object.get(name)?.clone())));
        let places: Map<String, Value> = places.filter(|(_, at)| !at.is_null()).collect();
        return Some(if places.is_empty() {
            json!({"name": name?})
        } else {
            Value::Object(places)
        });
    }
    Some(json!({"name": name?, "x_opencti_location_type": kind}))
}

/// Without blanks around, as Python's `strip` sees them: the separators of ASCII are blanks there.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c))
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

fn folded(text: &str) -> String {
    trimmed(&text.to_lowercase()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(object: &Value) -> Option<String> {
        of(object.as_object().unwrap())
    }

    /// Computed with pycti 6.9.17.
    #[test]
    fn ids_are_those_of_pycti() {
        let seen = "2026-03-01T00:00:00Z";
        let later = "2026-03-02T00:00:00Z";
        let indicates = json!({
            "type": "relationship", "relationship_type": "indicates", "source_ref": "indicator--a", "target_ref": "malware--b",
        });
        let with = |base: &Value, more: Value| {
            let mut whole = base.clone();
            whole
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            whole
        };
        let sighted = json!({"type": "sighting", "sighting_of_ref": "indicator--a", "where_sighted_refs": ["identity--b"]});
        for (object, expected) in [
            (
                json!({"type": "identity", "name": "  ACME Ltd ", "identity_class": "Organization"}),
                "identity--a23121ba-5b00-5720-baca-ca6ae041a757",
            ),
            (
                json!({"type": "indicator", "pattern": " [ipv4-addr:value = '198.51.100.3'] "}),
                "indicator--ed995101-8e77-5431-836d-feb4296682d4",
            ),
            (
                json!({"type": "attack-pattern", "name": "Brute Force", "x_mitre_id": "T1110"}),
                "attack-pattern--272bb55a-8f0d-5d73-bb7c-dee9f8d2e586",
            ),
            (
                json!({"type": "attack-pattern", "name": " Brute Force "}),
                "attack-pattern--6ee446b8-971b-5b24-8f1c-35cc2bdcbb50",
            ),
            (
                json!({"type": "malware", "name": "Emotet"}),
                "malware--36297121-bf18-56e1-b200-d39c9f9f5cee",
            ),
            (
                json!({"type": "malware", "name": "ΚΑΚΌΣ"}),
                "malware--a9051dcd-5bb9-59d6-82ab-3582e9322765",
            ),
            (
                json!({"type": "threat-actor", "name": "Lazarus"}),
                "threat-actor--fe7bc14c-5ee4-54cf-9abb-0508e7d1c586",
            ),
            (
                json!({"type": "threat-actor", "name": "Lazarus", "x_opencti_type": "Threat-Actor-Individual"}),
                "threat-actor--acce1d95-8c0b-59eb-8c71-00481ef640b6",
            ),
            (
                json!({"type": "intrusion-set", "name": "APT28"}),
                "intrusion-set--f743ab1d-b2f2-58f8-975f-0993511c0b9d",
            ),
            (
                json!({"type": "report", "name": "Brute force of March", "published": seen}),
                "report--60304b16-5e3a-5ed9-adda-3c438604f7e1",
            ),
            (
                json!({"type": "grouping", "name": "Case 1", "context": "suspicious-activity", "created": "2026-03-01T00:00:00.000Z"}),
                "grouping--23cdfe5b-75ae-5ca8-8367-ed3115f7682b",
            ),
            (
                json!({"type": "grouping", "name": "Case 1", "context": "suspicious-activity"}),
                "grouping--21f15195-1360-5388-99ae-11556b709ea4",
            ),
            (
                json!({"type": "note", "content": " seen before \n", "created": "2026-03-01T00:00:00.000Z"}),
                "note--a8f02aa3-7833-53cf-8ded-d80d88ea6499",
            ),
            (
                json!({"type": "observed-data", "object_refs": ["ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"]}),
                "observed-data--c42eca08-9ba9-538b-95be-b62752f52e81",
            ),
            (
                indicates.clone(),
                "relationship--81e8997a-4402-50f5-86fa-eb471553a322",
            ),
            (
                with(&indicates, json!({"start_time": seen})),
                "relationship--de99f0f6-06b6-50c0-ac49-c871258be727",
            ),
            (
                with(&indicates, json!({"start_time": seen, "stop_time": later})),
                "relationship--fe01a8b8-f781-557b-8e3d-b1eb8f13786e",
            ),
            (
                with(&indicates, json!({"stop_time": later})),
                "relationship--81e8997a-4402-50f5-86fa-eb471553a322",
            ),
            (
                with(&sighted, json!({"first_seen": seen, "last_seen": later})),
                "sighting--62e0b664-3c38-5301-8220-a10763de55a5",
            ),
            (sighted, "sighting--2b026db1-345b-50aa-ae58-a6f773be9654"),
            (
                json!({"type": "marking-definition", "definition_type": "statement", "definition": {"statement": "Copyright 2026"}}),
                "marking-definition--f2652fef-b8e8-599e-a704-e9faff2439c1",
            ),
            (
                json!({"type": "course-of-action", "name": "Block", "x_mitre_id": "M1037"}),
                "course-of-action--51f49637-1803-5c16-83ec-25c1777eadc1",
            ),
            (
                json!({"type": "course-of-action", "name": "Block it"}),
                "course-of-action--de7fb6e4-b286-5bcc-bcf0-ddf5ca962e3c",
            ),
            (
                json!({"type": "campaign", "name": "Spring"}),
                "campaign--057b5150-b8c0-51c3-856f-7bdf591e0034",
            ),
            (
                json!({"type": "infrastructure", "name": "Botnet C2"}),
                "infrastructure--a25576a5-b222-5df7-b13c-a6d21eb84a1e",
            ),
            (
                json!({"type": "location", "name": "Greece", "x_opencti_location_type": "Country"}),
                "location--b38c590e-6d73-58f7-91ac-e7adba2a7acd",
            ),
            (
                json!({"type": "location", "name": "Here", "x_opencti_location_type": "Position", "latitude": 38.1, "longitude": 23.5}),
                "location--d62588bd-33b1-5de7-8f74-4745084077ad",
            ),
            (
                json!({"type": "location", "name": "Here", "x_opencti_location_type": "Position", "latitude": 38.0, "longitude": 23.5}),
                "location--184ce932-f753-5e49-9dd1-41f1c3abd94e",
            ),
            (
                json!({"type": "location", "name": "Somewhere"}),
                "location--2ebf8bdc-bbf4-5254-8947-0ea023898929",
            ),
            (
                json!({"type": "tool", "name": "Mimikatz"}),
                "tool--dae20ca4-ebdf-5248-83ac-0f7a52f94fcc",
            ),
            (
                json!({"type": "vulnerability", "name": "CVE-2021-44228"}),
                "vulnerability--693c68fd-9a33-5d6d-b44e-407b6a48b05b",
            ),
        ] {
            assert_eq!(id(&object).as_deref(), Some(expected), "{object}");
        }
    }

    #[test]
    fn labels_get_the_ids_that_the_platform_is_born_with() {
        for tlp in Tlp::ALL {
            let mut published = Vec::new();
            tlp.push_marking(&mut published);
            let published: Value = serde_json::from_slice(&published).unwrap();
            assert_eq!(id(&published).as_deref(), Some(marks::opencti_id(tlp)));
            assert_eq!(id(&marking(tlp)).as_deref(), Some(marks::opencti_id(tlp)));
        }
    }

    #[test]
    fn what_the_platform_takes_as_it_is_keeps_its_id() {
        for object in [
            json!({"type": "ipv4-addr", "value": "198.51.100.3"}),
            json!({"type": "x-own", "name": "a"}),
            json!({"type": "malware"}),
            json!({"type": "identity", "name": "a"}),
            json!({}),
        ] {
            assert_eq!(id(&object), None, "{object}");
        }
    }
}
