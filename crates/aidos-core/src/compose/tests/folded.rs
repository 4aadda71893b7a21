//! The objects of a whole case.

use std::collections::{BTreeMap, BTreeSet};

use aidos_model::Timestamp;
use aidos_model::stix::{Kind, StixId};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{any_ip, ip, obeys_the_laws, objects};
use crate::analysis::role::Verdict;
use crate::compose::Options;
use crate::compose::case::{self, BundleId, Conversation, Party};

fn conversation() -> Conversation<'static> {
    Conversation {
        provider: "8bells",
        source: Party::Ip(ip("198.51.100.7")),
        destination: Party::Ip(ip("192.168.1.2")),
        destination_port: Some(22),
        transport: Some("tcp"),
        count: 1_000_000_000_000,
        first: Timestamp::parse("2023-03-07T10:38:03Z"),
        last: Timestamp::parse("2023-03-08T00:00:00.25Z"),
        verdict: Verdict::LoginFailure,
    }
}

/// A case as the engine builds it: objects sorted by id, doubles dropped, a grouping, a bundle around it.
fn case_bundle(conversations: &[Conversation<'_>]) -> Value {
    let mut composer = case::Composer::new(Options::default());
    let mut sorted: BTreeMap<StixId, Vec<u8>> = BTreeMap::new();
    let mut members = BTreeMap::<&str, BTreeSet<StixId>>::new();
    let mut keep = |kind: Kind, id: &StixId, json: &[u8]| {
        assert_eq!(kind, id.kind);
        let before = sorted.insert(*id, json.to_vec());
        assert!(before.is_none_or(|before| before == json), "{id} differs");
    };
    for conversation in conversations {
        let found = composer.conversation(conversation, &mut keep);
        members
            .entry(conversation.provider)
            .or_default()
            .extend(found.iter());
    }
    for (provider, members) in members {
        let first = conversations.iter().filter_map(|c| c.first).min();
        let last = conversations.iter().filter_map(|c| c.last).max();
        let mut grouping = composer.grouping(provider, first, last, &mut keep);
        for id in &members {
            grouping.member(id);
        }
        if let Some(mut writer) = grouping.finish() {
            let mut json = Vec::new();
            writer.open(&mut json);
            for id in &members {
                writer.member(id, &mut json);
            }
            let id = *writer.id();
            writer.close(&mut json);
            keep(Kind::Grouping, &id, &json);
        }
    }
    let mut id = BundleId::new();
    for object in sorted.keys() {
        id.object(object);
    }
    let mut out = Vec::new();
    case::bundle_open(&id.finish(), &mut out);
    for (index, json) in sorted.values().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(json);
    }
    case::bundle_close(&mut out);
    let bundle = serde_json::from_slice(&out).unwrap();
    obeys_the_laws(&bundle, &out);
    bundle
}

#[test]
fn a_conversation_is_folded() {
    let bundle = case_bundle(&[conversation(), conversation()]);
    let one = |kind: &str| {
        let found = objects(&bundle, kind);
        assert_eq!(found.len(), 1, "{kind}");
        found[0].as_object().unwrap().clone()
    };
    let has = |object: &Map<String, Value>, members: Value| {
        for (name, value) in members.as_object().unwrap() {
            assert_eq!(object.get(name), Some(value), "{name}");
        }
    };
    has(
        &one("network-traffic"),
        json!({"start": "2023-03-07T10:38:03Z", "end": "2023-03-08T00:00:00.25Z", "is_active": false}),
    );
    has(
        &one("observed-data"),
        json!({"first_observed": "2023-03-07T10:38:03Z", "last_observed": "2023-03-08T00:00:00.25Z",
               "number_observed": 999_999_999, "created": "2023-03-08T00:00:00.250Z"}),
    );
    has(
        &one("sighting"),
        json!({"count": 999_999_999, "sighting_of_ref": one("indicator")["id"],
               "observed_data_refs": [one("observed-data")["id"]],
               "where_sighted_refs": [one("identity")["id"]]}),
    );
    has(
        &one("indicator"),
        json!({"indicator_types": ["malicious-activity"], "confidence": 70,
               "valid_from": "2023-03-07T10:38:03Z",
               "description": "A log-in from an address outside failed. Rule: failed_login_from_public_source."}),
    );
    has(
        &one("grouping"),
        json!({"context": "suspicious-activity",
               "object_refs": [one("indicator")["id"], one("observed-data")["id"]]}),
    );
    assert_eq!(objects(&bundle, "ipv4-addr").len(), 2);
    assert_eq!(one("relationship")["relationship_type"], "based-on");
}

#[test]
fn what_the_inside_does_is_benign_and_in_no_grouping() {
    let outward = Conversation {
        source: conversation().destination,
        destination: conversation().source,
        verdict: Verdict::Outbound,
        ..conversation()
    };
    let bundle = case_bundle(&[outward]);
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["indicator_types"], json!(["benign"]));
    assert!(!indicator["pattern"].as_str().unwrap().contains(" OR "));
    assert!(objects(&bundle, "grouping").is_empty());
    let unknown = Conversation {
        verdict: Verdict::Unknown,
        ..conversation()
    };
    let bundle = case_bundle(&[unknown]);
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["indicator_types"], json!(["unknown"]));
    assert!(!indicator["pattern"].as_str().unwrap().contains(" OR "));
    assert_eq!(objects(&bundle, "grouping").len(), 1);
}

#[test]
fn of_mail_the_counterpart_is_unknown() {
    let mail = Conversation {
        provider: "dpc",
        source: Party::Email("Eve@Y.example"),
        destination: Party::Email("own@x.example"),
        destination_port: None,
        transport: None,
        verdict: Verdict::Correspondence,
        ..conversation()
    };
    let bundle = case_bundle(&[mail]);
    let indicator = objects(&bundle, "indicator")[0];
    assert_eq!(indicator["pattern"], "[email-addr:value = 'Eve@y.example']");
    assert_eq!(indicator["indicator_types"], json!(["unknown"]));
    assert_eq!(indicator["confidence"], 30);
    assert!(objects(&bundle, "network-traffic").is_empty());
    assert_eq!(objects(&bundle, "email-addr").len(), 2);
    let undecided = Conversation {
        verdict: Verdict::Unknown,
        ..mail
    };
    let bundle = case_bundle(&[undecided]);
    assert!(objects(&bundle, "indicator").is_empty());
    assert_eq!(objects(&bundle, "observed-data").len(), 1);
}

#[test]
fn times_sort_as_texts_too() {
    let close = Conversation {
        last: Timestamp::parse("2023-03-07T10:38:03.5Z"),
        ..conversation()
    };
    let bundle = case_bundle(&[close]);
    let observed = objects(&bundle, "observed-data")[0];
    assert_eq!(observed["first_observed"], "2023-03-07T10:38:03.000000Z");
    assert_eq!(observed["last_observed"], "2023-03-07T10:38:03.500000Z");
    assert!(objects(&bundle, "network-traffic")[0].get("end").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_case_obeys_the_laws(
        parts in proptest::collection::vec(
            (any_ip(), any_ip(), any::<Option<u16>>(), 0..3_u64, 0..9_i64, 0..9_i64, 0..8_u8, "\\PC{1,3}"),
            1..12,
        ),
    ) {
        let time = |number: i64| (number > 0).then(|| Timestamp(number * 300_000_000));
        let conversations: Vec<_> = parts
            .iter()
            .map(|(a, b, port, count, first, last, verdict, provider)| Conversation {
                provider,
                source: a.map_or(Party::Email("a@x.example"), Party::Ip),
                destination: b.map_or(Party::Email("b@x.example"), Party::Ip),
                destination_port: *port,
                transport: port.map(|_| "udp"),
                count: *count,
                first: time(*first),
                last: time(*last),
                verdict: Verdict::from_number(*verdict).unwrap(),
            })
            .collect();
        case_bundle(&conversations);
    }
}
