//! Piece by piece gives what the whole gives.

use std::io::Cursor;

use aidos_convert::misp_stix::{
    Follow, Form, Loss, Streamed, Unstreamed, begins_bundle, convert, stream, to_stix,
};
use aidos_model::json::read;
use aidos_model::misp::Document;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::corpus;

type Parts = (Vec<u8>, Vec<Loss>, Streamed);

fn streamed(text: &[u8], to: Form) -> Result<Parts, Unstreamed> {
    let (mut out, mut losses) = (Vec::new(), Vec::new());
    let made = stream(Cursor::new(text), to, &mut out, &mut losses)?;
    losses.sort();
    Ok((out, losses, made))
}

fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}

/// Both ways say the same of a bundle.
#[track_caller]
fn same(text: &[u8]) {
    let whole = convert(text, Form::Stix).unwrap();
    let (bundle, _, made) = streamed(text, Form::Stix).unwrap();
    assert_eq!(
        String::from_utf8(bundle).unwrap(),
        String::from_utf8(whole.text).unwrap()
    );
    assert_eq!(made.objects, whole.objects as u64);

    let mut whole = convert(text, Form::Misp).unwrap();
    let (event, losses, made) = streamed(text, Form::Misp).unwrap();
    let (event, there) = (value(&event), value(&whole.text));
    for (name, list) in there["Event"].as_object().unwrap() {
        let found = &event["Event"][name];
        if let (Some(list), Some(found)) = (list.as_array(), found.as_array()) {
            for (at, (one, other)) in list.iter().zip(found).enumerate() {
                assert_eq!(other, one, "{name}/{at}");
            }
            assert_eq!(found.len(), list.len(), "{name}");
        }
        assert_eq!(found, list, "{name}");
    }
    assert_eq!(event, there);
    whole.losses.sort();
    assert_eq!(losses, whole.losses);
    assert_eq!(made.attributes, whole.attributes as u64);
    assert_eq!(made.objects, whole.objects as u64);
    assert_eq!(made.losses, losses.len() as u64);
}

#[test]
fn our_own_bundles() {
    for document in corpus::events(130) {
        let event = *read::<Document>(document.to_string().as_bytes())
            .unwrap()
            .event
            .unwrap();
        let (bundle, _) = to_stix(event);
        same(&bundle.to_vec());
        // Without what the objects refer to, and in another order.
        let mut bundle = value(&bundle.to_vec());
        let objects = bundle["objects"].as_array_mut().unwrap();
        objects.reverse();
        same(bundle.to_string().as_bytes());
        let objects = bundle["objects"].as_array_mut().unwrap();
        let mut at = 0;
        objects.retain(|_| {
            at += 1;
            at % 7 != 3
        });
        same(bundle.to_string().as_bytes());
    }
}

#[test]
fn bundles_of_others() {
    for seed in 0..60 {
        let bundle = corpus::bundle(seed);
        same(bundle.to_string().as_bytes());
        // What they make of it, and back.
        let event = convert(bundle.to_string().as_bytes(), Form::Misp).unwrap();
        let home = convert(&event.text, Form::Stix).unwrap();
        same(&home.text);
        // Two bundles in one: ours and that of others, which have nothing or much in common.
        let mut both = value(&home.text);
        let more = corpus::bundle(seed + 1);
        let objects = both["objects"].as_array_mut().unwrap();
        objects.extend(more["objects"].as_array().unwrap().iter().cloned());
        objects.extend(bundle["objects"].as_array().unwrap().iter().cloned());
        same(both.to_string().as_bytes());
    }
}

const IDS: &[&str] = &[
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000000002",
    "00000000-0000-4000-8000-000000000003",
    "00000000-0000-4000-8000-000000000004",
    "no uuid",
];

const KINDS: &[&str] = &[
    "ipv4-addr",
    "domain-name",
    "file",
    "network-traffic",
    "email-message",
    "observed-data",
    "indicator",
    "sighting",
    "opinion",
    "relationship",
    "report",
    "grouping",
    "note",
    "identity",
    "malware",
    "vulnerability",
    "x-misp-attribute",
    "x-misp-object",
    "marking-definition",
    "x-of-others",
];

const EXTENSION: &str = "extension-definition--16f272a1-8236-5639-8a29-09f31812a07a";

fn id() -> impl Strategy<Value = String> {
    (prop::sample::select(KINDS), prop::sample::select(IDS))
        .prop_map(|(kind, uuid)| format!("{kind}--{uuid}"))
}

fn part() -> impl Strategy<Value = Value> {
    let ids = || prop::collection::vec(id(), 0..3);
    let uuid = || prop::sample::select(IDS);
    prop_oneof![
        (id(), any::<bool>()).prop_map(|(id, whole)| json!({"attribute": {"type": "text", "from": "{0/value}",
            "Galaxy": [{"refs": [id]}], "value": if whole { json!("v") } else { Value::Null }}})),
        (id(), uuid(), ids()).prop_map(|(id, uuid, ids)| json!({
            "object": {"name": "n", "Attribute": [{"type": "text", "value": "w", "uuid": uuid, "Galaxy": [{"refs": ids}]}]},
            "references": {"list": [{"referenced_uuid": uuid, "relationship_type": "uses", "at": 1, "uuid": id}]}})),
        (uuid(), 0..3i64).prop_map(|(uuid, at)| json!({"reference": {"referenced_uuid": uuid, "at": at, "relationship_type": "uses"}})),
        (id(), 0..3i64).prop_map(|(id, at)| json!({"sighting": {"by": id, "at": at, "type": "0"}})),
        ids().prop_map(|ids| json!({"event": {"info": "i", "Galaxy": [{"refs": ids}], "published": ids.len() == 1}})),
        Just(json!({"galaxy": {"galaxy": {"type": "mitre-malware", "name": "m"}, "cluster": {"type": "mitre-malware"}}})),
        Just(json!({"galaxy": {"galaxy": {"type": "sector"}, "cluster": {"meta": {"a": ["b"]}}}})),
        Just(json!({"added": {}})),
        Just(json!({"organisation": {"nationality": "x"}})),
        Just(json!({"report": {"distribution": "5"}})),
        (uuid(), uuid()).prop_map(|(uuid, to)| json!({"event": {"Attribute": [{"uuid": uuid, "type": "url", "value": "u"}], "Object": [
            {"uuid": to, "name": "n", "ObjectReference": [{"referenced_uuid": uuid}, {"referenced_uuid": "x"}]}], "EventReport": []}})),
    ]
}

/// Objects whose ids are few, so that they meet.
fn object() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(&["198.51.100.3", "a.example.org", "CVE-2024-1", ""][..]);
    let labels = prop::sample::select(
        &[
            "misp:type=\"ip-src\"",
            "misp:name=\"file\"",
            "misp:to_ids=\"True\"",
            "green",
        ][..],
    );
    let times = prop::sample::select(&["2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.123Z"][..]);
    (
        id(),
        prop::collection::vec(id(), 0..4),
        (id(), id(), id()),
        prop::option::weighted(0.5, part()),
        (text, labels, times),
        any::<u16>(),
    )
        .prop_map(|(id, refs, (one, two, three), part, (text, label, time), dice)| {
            let kind = id.split_once("--").unwrap().0.to_owned();
            let mut object = json!({"type": kind, "id": id});
            let mut set = |bit: u16, name: &str, value: Value| {
                if dice & (1 << bit) != 0 {
                    object[name] = value;
                }
            };
            set(0, "spec_version", json!(if dice & 7 == 7 { "2.0" } else { "2.1" }));
            set(1, "labels", json!([label]));
            set(2, "modified", json!(time));
            set(3, "created", json!(time));
            set(4, "created_by_ref", json!(one));
            set(5, "confidence", json!(5));
            if dice & 0x0300 != 0 {
                let value = json!(text);
                match kind.as_str() {
                    "ipv4-addr" | "domain-name" => object["value"] = value,
                    "file" | "malware" | "identity" | "vulnerability" | "report" | "grouping" => object["name"] = value,
                    "note" => object["content"] = value,
                    "indicator" => {
                        let other = if dice & 0x0100 != 0 { " OR ipv4-addr:value = '198.51.100.4'" } else { "" };
                        object["pattern"] = json!(format!("[domain-name:value = '{text}'{other}]"));
                        object["pattern_type"] = json!("stix");
                    }
                    "x-misp-attribute" => {
                        object["x_misp_type"] = json!("url");
                        object["x_misp_value"] = value;
                    }
                    "x-misp-object" => object["x_misp_name"] = json!("file"),
                    _ => {}
                }
            }
            match kind.as_str() {
                "observed-data" if dice & 0x8400 == 0 => {
                    object["objects"] = json!({"0": {"type": "domain-name", "value": "b.example.org", "resolves_to_refs": ["1"]},
                                              "1": {"type": "ipv4-addr", "value": "198.51.100.3"}});
                }
                "observed-data" | "report" | "grouping" | "note" | "opinion" => object["object_refs"] = json!(refs),
                "domain-name" => object["resolves_to_refs"] = json!(refs),
                "network-traffic" => {
                    object["src_ref"] = json!(one);
                    object["dst_ref"] = json!(two);
                }
                "email-message" => {
                    object["from_ref"] = json!(three);
                    object["to_refs"] = json!(refs);
                }
                "sighting" => object["sighting_of_ref"] = json!(one),
                "relationship" => {
                    object["source_ref"] = json!(one);
                    object["target_ref"] = json!(two);
                    object["relationship_type"] = json!(if dice & 0x0800 != 0 { "based-on" } else { "uses" });
                }
                _ => {}
            }
            if let Some(part) = part {
                object["extensions"] = json!({ EXTENSION: part });
            }
            object
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn tangled_bundles(objects in prop::collection::vec(object(), 0..14), version in 0..4, behind: bool) {
        let objects = json!(objects).to_string();
        let version = match version {
            0 => r#""spec_version": "2.0","#,
            1 => r#""spec_version":"2.1","x":{"objects":[]},"#,
            _ => "",
        };
        let text = if behind {
            format!(r#"{{"id":"bundle--1","objects":{objects},{version}"type":"bundle"}}"#)
        } else {
            format!(r#"{{{version}"id":"bundle--1","type":"bundle","objects":{objects}}}"#)
        };
        same(text.as_bytes());
    }
}

#[test]
fn what_is_broken_is_told() {
    let bundle = corpus::bundle(1).to_string();
    for to in [Form::Misp, Form::Stix] {
        for cut in (0..bundle.len()).step_by(97) {
            assert!(streamed(&bundle.as_bytes()[..cut], to).is_err(), "{cut}");
        }
        for (text, told) in [
            ("[]", "0 events"),
            ("7", "neither"),
            (
                r#"{"type":"bundle","objects":[7]}"#,
                "an object was expected",
            ),
            (
                r#"{"type":"bundle","objects":[{}}]}"#,
                "an object was expected",
            ),
            (
                r#"{"type":"bundle","objects":[{"a":1,}]}"#,
                "object 1 of the bundle",
            ),
            (r#"{"type":"bundle","objects":[],"objects":[]}"#, "envelope"),
            (
                r#"{"type":"bundle","\u006fbjects":[{"type":"url"}]}"#,
                "neither",
            ),
            (r#"{"type":"report","objects":[]}"#, "neither"),
            (r#"{"Event":{},"type":"bundle","objects":[]}"#, "neither"),
            (r#"{"type":"bundle"} {"#, "ends too early"),
            (r#"{"type":"bundle"} x"#, "no JSON"),
        ] {
            let refused = streamed(text.as_bytes(), to).unwrap_err().to_string();
            assert!(refused.contains(told), "{text}: {refused}");
        }
    }
    same(br#"{"type":"bundle"}"#);
    same(br#"{"type":"bundle","objects":null,"x":1}"#);
    same(b"\xef\xbb\xbf \n{\"type\":\"bundle\",\"objects\":[]}\n");
    assert!(begins_bundle(bundle.as_bytes()));
    assert!(!begins_bundle(b"[1]"));
}

/// Stops after so many moments.
struct Stop(usize);

impl Follow for Stop {
    fn at(&mut self, _: u64) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 > 0
    }

    fn loss(&mut self, _: Loss) -> std::io::Result<()> {
        Err(std::io::Error::other("full"))
    }
}

#[test]
fn whoever_follows_can_stop() {
    let text = corpus::bundle(1).to_string();
    let run = |left| {
        stream(
            Cursor::new(text.as_bytes()),
            Form::Misp,
            &mut Vec::new(),
            &mut Stop(left),
        )
        .unwrap_err()
        .to_string()
    };
    assert_eq!(run(1), "stopped on request");
    assert!(run(1000).contains("full"));
}

#[test]
fn a_long_list_of_references_is_not_held() {
    let id = |number: u32| format!("url--00000000-0000-4000-8000-{number:012}");
    let objects: Vec<Value> = (0..3_000)
        .map(|number| json!({"type": "url", "spec_version": "2.1", "id": id(number), "value": format!("https://h/{number}")}))
        .collect();
    let bundle = |kind: &str, refs: Vec<String>| {
        let mut objects = objects.clone();
        let main = json!({"type": kind, "spec_version": "2.1", "id": format!("{kind}--00000000-0000-4000-8000-100000000000"),
            "object_refs": refs, "name": "large", "context": "x"});
        objects.insert(7, main);
        json!({"type": "bundle", "id": "bundle--1", "objects": objects}).to_string()
    };
    // Long enough to be cut, and short enough for the whole.
    let all = || (0..3_000).map(id).collect();
    same(bundle("report", all()).as_bytes());
    same(bundle("grouping", all()).as_bytes());
    let (event, losses) = {
        let whole = convert(bundle("grouping", all()).as_bytes(), Form::Misp).unwrap();
        (whole.text, whole.losses)
    };
    // The object of our own, with its references in their order, in another, one more and one less.
    let home = convert(&event, Form::Stix).unwrap();
    let home = value(&home.text);
    assert!(!losses.is_empty());
    for change in 0..5 {
        let mut home = home.clone();
        let objects = home["objects"].as_array_mut().unwrap();
        let main = objects
            .iter_mut()
            .find(|object| object["type"] == "grouping")
            .unwrap();
        let refs = main["object_refs"].as_array_mut().unwrap();
        match change {
            1 => refs.swap(2_500, 2_600),
            2 => refs.push(json!("url--1")),
            3 => drop(refs.pop()),
            4 => refs[2_500] = json!(5),
            _ => {}
        }
        if change == 4 {
            // No list of texts: it would have to be held, and is told.
            let refused = streamed(home.to_string().as_bytes(), Form::Misp).unwrap_err();
            assert!(refused.to_string().contains("more than"), "{refused}");
        } else {
            same(home.to_string().as_bytes());
        }
    }
}

#[test]
fn what_refers_to_too_much_is_refused() {
    let name = "domain-name--00000000-0000-4000-8000-000000000001";
    let text = "x".repeat(1 << 20);
    let bundle = |times| {
        json!({"type": "bundle", "id": "bundle--1", "objects": [
            {"type": "domain-name", "spec_version": "2.1", "id": name, "value": text, "resolves_to_refs": [name]},
            {"type": "observed-data", "spec_version": "2.1", "id": "observed-data--00000000-0000-4000-8000-000000000002",
             "object_refs": vec![name; times]},
        ]})
        .to_string()
    };
    same(bundle(3).as_bytes());
    let refused = streamed(bundle(200).as_bytes(), Form::Misp).unwrap_err();
    assert!(
        refused.to_string().contains("refer to too much"),
        "{refused}"
    );
}
