//! Anonymised MISP events, read by `PyMISP`: every type in every category that it knows, and all else that an event may have.

use aidos_privacy::anonymise::{Anonymiser, Document};
use aidos_privacy::key::CommunityKey;
use aidos_privacy::pii::{Options, Scanner};
use aidos_privacy::policy::Policy;
use aidos_privacy::role::Assets;
use serde_json::{Map, Value, json};

use super::ask;

/// Policies that write values of other forms: as they are by default, none at all, and texts that are no addresses.
const POLICIES: [(&str, &str); 4] = [
    ("default", ""),
    (
        "redact",
        "text = \"redact\"\n[defaults]\nany = \"redact\"\nattacker = \"keep\"\n",
    ),
    ("hash", "[defaults]\nany = \"hash\"\nattacker = \"keep\"\n"),
    (
        "hash all",
        "[defaults]\nany = \"hash\"\nattacker = \"hash\"\n",
    ),
];

fn anonymiser(policy: &str) -> Anonymiser {
    Anonymiser::new(
        Policy::parse(policy).unwrap(),
        CommunityKey::from_bytes([5; 32]),
        Scanner::new(Options::default()).unwrap(),
        Assets::parse(["snark.example"]).unwrap(),
    )
}

/// A UUID for the n-th thing of an event.
fn uuid(number: usize) -> String {
    format!("8b1c3a44-0a0b-4f6e-9d7f-{number:012x}")
}

/// A value as MISP asks for it in a type, that of a victim.
fn value(kind: &str) -> String {
    if let Some((first, second)) = kind.split_once('|') {
        return format!("{}|{}", value(first), value(second));
    }
    let hash = |letters: usize| "0123456789abcdef".repeat(8)[..letters].to_owned();
    match kind {
        "ip-src" | "ip-dst" | "ip" => "198.51.100.77".to_owned(),
        "domain" | "hostname" | "target-machine" => "desk7.snark.example".to_owned(),
        "url" | "link" | "uri" => "https://desk7.snark.example/zorvan/quibble?id=7".to_owned(),
        "mac-address" => "00:1b:44:11:3a:b7".to_owned(),
        "md5" => hash(32),
        "sha1" => hash(40),
        "sha224" => hash(56),
        "sha256" => hash(64),
        "sha512" => hash(128),
        "port" => "443".to_owned(),
        "size-in-bytes" | "counter" | "integer" => "1024".to_owned(),
        "float" => "1.5".to_owned(),
        "boolean" => "1".to_owned(),
        "AS" => "AS64500".to_owned(),
        "datetime" => "2024-01-01T00:00:00+00:00".to_owned(),
        "date-of-birth" | "passport-expiration" | "whois-creation-date" => "1970-05-17".to_owned(),
        "cc-number" => "4111111111111111".to_owned(),
        "iban" => "GB29NWBK60161331926819".to_owned(),
        "phone-number" | "whois-registrant-phone" => "+30 6912 345678".to_owned(),
        "full-name" | "target-external" => "Zorvan Quibble".to_owned(),
        "filename" | "attachment" => "zorvan quibble.doc".to_owned(),
        kind if kind.starts_with("email") || kind.ends_with("email") => {
            "zorvan.quibble@snark.example".to_owned()
        }
        _ => "asked zorvan.quibble@snark.example on desk7".to_owned(),
    }
}

fn attribute(number: usize, category: &str, kind: &str) -> Value {
    json!({
        "uuid": uuid(number), "type": kind, "category": category, "value": value(kind), "to_ids": number.is_multiple_of(2),
        "comment": if number.is_multiple_of(3) { "mail of zorvan.quibble@snark.example" } else { "" },
        "timestamp": "1700000000", "distribution": (number % 6).to_string(), "sharing_group_id": "7", "deleted": false,
        "first_seen": "2024-01-01T00:00:00.000000+00:00", "last_seen": "2024-01-02T10:00:00.123456+02:00",
        "Tag": [{"name": "tlp:amber", "colour": "#ffc000"}],
    })
}

/// An event with these attributes, and one of each other thing.
fn event(attributes: &[Value]) -> Value {
    let within = |number, kind, relation: &str| {
        let mut made = attribute(number, "Other", kind);
        made["object_relation"] = relation.into();
        made
    };
    let target = attributes[0]["uuid"].clone();
    let org = json!({"id": "7", "name": "Snark Hospital", "uuid": uuid(900_000)});
    let about = json!({"object_uuid": target, "object_type": "Attribute", "authors": "zorvan.quibble@snark.example",
        "created": "2024-01-01 00:00:00", "modified": "2024-01-01 00:00:00", "distribution": "3"});
    let with = |more: Value| {
        let mut made = about.clone();
        let members = made.as_object_mut().unwrap();
        members.extend(more.as_object().cloned().unwrap_or_else(Map::new));
        made
    };
    json!({"Event": {
        "id": "12", "uuid": uuid(900_001), "info": "mail to zorvan.quibble@snark.example", "date": "2024-01-01", "threat_level_id": "2",
        "analysis": "1", "distribution": "4", "sharing_group_id": "7", "published": true, "timestamp": "1700000000",
        "publish_timestamp": "1700000001", "event_creator_email": "zorvan.quibble@snark.example", "Org": org, "Orgc": org,
        "Attribute": attributes, "extends_uuid": uuid(900_002),
        "ShadowAttribute": [{"uuid": uuid(900_003), "type": "ip-dst", "category": "Network activity", "value": "198.51.100.77",
            "to_ids": true, "event_uuid": uuid(900_001)}],
        "Object": [
            {"uuid": uuid(900_004), "name": "email", "meta-category": "network", "description": "a mail", "template_version": "19",
             "template_uuid": "a0c666e0-fc65-4be8-b48f-3423d788b552", "timestamp": "1700000000", "distribution": "5",
             "Attribute": [within(900_005, "text", "subject")],
             "ObjectReference": [{"uuid": uuid(900_006), "object_uuid": uuid(900_004), "referenced_uuid": target,
                "relationship_type": "contains", "comment": "of desk7.snark.example"}]},
            {"uuid": uuid(900_007), "name": "domain-ip", "meta-category": "network", "timestamp": "1700000000",
             "Attribute": [within(900_008, "text", "text")]},
        ],
        "Tag": [{"name": "tlp:amber"}, {"name": "misp-galaxy:threat-actor=\"Sofacy\""}],
        "Galaxy": [{"uuid": uuid(900_009), "name": "Threat Actor", "type": "threat-actor", "namespace": "misp", "version": "3",
            "GalaxyCluster": [{"uuid": uuid(900_010), "value": "Sofacy", "type": "threat-actor", "description": "a group",
                "tag_name": "misp-galaxy:threat-actor=\"Sofacy\"", "meta": {"refs": ["https://example.org"]}}]}],
        "EventReport": [{"uuid": uuid(900_011), "name": "Report", "content": "198.51.100.77 is of Zorvan Quibble", "timestamp": "1700000000",
            "distribution": "5"}],
        "Note": [with(json!({"uuid": uuid(900_012), "note": "told by zorvan.quibble@snark.example", "language": "en"}))],
        "Opinion": [with(json!({"uuid": uuid(900_013), "opinion": "80", "comment": "likely"}))],
    }})
}

#[test]
fn anonymised_events_are_events_to_pymisp() {
    let Some(known) = ask("kinds", &[json!({})]) else {
        return;
    };
    let categories = known[0].as_object().unwrap();
    let mut number = 0;
    let mut questions = Vec::new();
    let mut names = Vec::new();
    for (category, kinds) in categories {
        let attributes: Vec<Value> = kinds
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| {
                number += 1;
                attribute(number, category, kind.as_str().unwrap())
            })
            .collect();
        let event = event(&attributes);
        for (name, policy) in POLICIES {
            let hidden = anonymiser(policy)
                .misp(&mut Document::new(), &event)
                .unwrap();
            let text = hidden.to_string();
            // Our own domain's, whatever MISP says of it.
            assert!(
                !text.contains("zorvan.quibble@snark.example"),
                "{category}, policy {name}: {text}"
            );
            names.push(format!("{category}, policy {name}"));
            questions.push(hidden);
        }
    }
    assert!(number > 400, "PyMISP knows {number} types in categories");
    // What the judge must refuse: a type that MISP has not, and one that goes with another category.
    for (kind, category) in [("no-such-type", "Other"), ("sha256", "Person")] {
        questions.push(json!({"Event": {"info": "wrong", "Attribute": [
            {"uuid": uuid(1), "type": kind, "category": category, "value": "x", "to_ids": false}]}}));
    }
    let mut answers = ask("events", &questions).unwrap();
    for wrong in answers.split_off(questions.len() - 2) {
        assert!(
            wrong["error"]
                .as_str()
                .unwrap()
                .starts_with("NewAttributeError"),
            "{wrong}"
        );
    }
    let refused: Vec<String> = names
        .iter()
        .zip(&answers)
        .filter(|(_, answer)| answer.get("error").is_some())
        .map(|(name, answer)| format!("{name}: {}", answer["error"]))
        .collect();
    assert!(
        refused.is_empty(),
        "{} of {} are refused:\n{}",
        refused.len(),
        names.len(),
        refused.join("\n")
    );
    let read: u64 = answers
        .iter()
        .filter_map(|answer| answer["attributes"].as_u64())
        .sum();
    assert!(read > 4 * 400, "{read} attributes were read");
}

#[test]
fn an_event_with_a_relationship_is_one_to_pymisp() {
    let mut event = event(&[attribute(1, "Network activity", "ip-dst")]);
    event["Event"]["Relationship"] = json!([{"uuid": uuid(900_014), "object_uuid": uuid(1), "object_type": "Attribute",
        "relationship_type": "related-to", "related_object_type": "Event", "related_object_uuid": uuid(900_001)}]);
    let hidden = anonymiser("").misp(&mut Document::new(), &event).unwrap();
    let Some(answers) = ask("events", &[hidden]) else {
        return;
    };
    assert!(answers[0]["attributes"].is_u64(), "{}", answers[0]);
}
