//! Whole events: what stays, what follows, what is said of it.

use std::collections::HashSet;

use aidos_model::stix::{OURS, Uuid, id_of};
use aidos_privacy::anonymise::{Anonymiser, Document};
use aidos_privacy::key::CommunityKey;
use aidos_privacy::pii::tagger::Tagger;
use aidos_privacy::pii::{Options, Scanner};
use aidos_privacy::policy::Policy;
use aidos_privacy::role::{Assets, Direction};
use aidos_privacy::utility::{Meter, linkable};
use proptest::prelude::*;
use serde_json::{Value, json};

fn anonymiser(policy: &str, key: u8) -> Anonymiser {
    Anonymiser::new(
        Policy::parse(policy).unwrap(),
        CommunityKey::from_bytes([key; 32]),
        Scanner::new(Options::default()).unwrap(),
        Assets::parse(["corp.example"]).unwrap(),
    )
}

const TIME: &str = "2024-01-01T00:00:00.000Z";

/// An indicator on traffic from an attacker to a victim, as Aidos composes it, with what it is based on.
fn bundle() -> Value {
    let v4 = |ip: &str| {
        let object = json!({"type": "ipv4-addr", "spec_version": "2.1", "value": ip});
        let id = id_of(object.as_object().unwrap()).unwrap().to_string();
        (
            id.clone(),
            json!({"type": "ipv4-addr", "spec_version": "2.1", "id": id, "value": ip}),
        )
    };
    let (attacker, one) = v4("203.0.113.7");
    let (victim, two) = v4("192.0.2.9");
    let traffic = json!({
        "type": "network-traffic", "spec_version": "2.1", "id": "network-traffic--0f8f8a5e-2e1b-5c0b-9a4f-1d3a0f5b7c11",
        "src_ref": attacker, "dst_ref": victim, "dst_port": 22, "protocols": ["ipv4", "tcp"],
    });
    let maker = "identity--5b2a9f6e-6b0e-4c0d-8d0a-0a1b2c3d4e5f";
    let indicator = json!({
        "type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": TIME,
        "modified": TIME, "created_by_ref": maker, "indicator_types": ["anomalous-activity"], "pattern_type": "stix", "valid_from": TIME,
        "pattern": "[network-traffic:src_ref.value = '203.0.113.7' AND network-traffic:dst_ref.value = '192.0.2.9' AND \
                    network-traffic:dst_port = 22] OR [ipv4-addr:value = '203.0.113.7']",
        "description": "Mail to zorvan.quibble@corp.example; see 192.0.2.9",
        "object_marking_refs": ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"],
        "granular_markings": [{"marking_ref": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "selectors": ["description"]}],
        "external_references": [{"source_name": "mitre-attack", "external_id": "T1110", "url": "https://attack.mitre.org/techniques/T1110/"}],
    });
    let seen = json!({
        "type": "observed-data", "spec_version": "2.1", "id": "observed-data--aaaaaaaa-17d4-4cbf-938f-98ee46b3cd3f", "created": TIME,
        "modified": TIME, "created_by_ref": maker, "first_observed": TIME, "last_observed": TIME, "number_observed": 3,
        "object_refs": [attacker, victim, traffic["id"]],
    });
    let based = json!({
        "type": "relationship", "spec_version": "2.1", "id": "relationship--bbbbbbbb-17d4-4cbf-938f-98ee46b3cd3f", "created": TIME,
        "modified": TIME, "relationship_type": "based-on", "source_ref": indicator["id"], "target_ref": seen["id"],
    });
    let maker = json!({
        "type": "identity", "spec_version": "2.1", "id": maker, "created": TIME, "modified": TIME, "name": "Corp Hospital",
        "identity_class": "organization", "contact_information": "zorvan.quibble@corp.example",
    });
    json!({"type": "bundle", "id": "bundle--cccccccc-17d4-4cbf-938f-98ee46b3cd3f",
        "objects": [maker, one, two, traffic, indicator, seen, based, {"type": "x-own", "id": "x-own--1"}]})
}

fn of<'v>(bundle: &'v Value, kind: &str) -> &'v Value {
    let objects = bundle["objects"].as_array().unwrap();
    objects
        .iter()
        .find(|object| object["type"] == kind)
        .unwrap()
}

#[test]
fn a_bundle_keeps_its_attacker_and_what_hangs_together() {
    let own = anonymiser("", 1);
    let mut document = Document::new();
    let hidden = own.stix(&mut document, &bundle()).unwrap();
    let text = hidden.to_string();
    for gone in ["192.0.2.9", "quibble", "Hospital", "x-own", "corp"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    let pattern = of(&hidden, "indicator")["pattern"].as_str().unwrap();
    assert!(
        pattern.contains("src_ref.value = '203.0.113.7'")
            && pattern.ends_with("[ipv4-addr:value = '203.0.113.7']")
    );
    let victim = &hidden["objects"][2]["value"];
    assert!(
        pattern.contains(&format!("dst_ref.value = '{}'", victim.as_str().unwrap())),
        "{pattern}"
    );
    assert!(
        of(&hidden, "indicator")["description"]
            .as_str()
            .unwrap()
            .contains(victim.as_str().unwrap())
    );
    // Every id is what the object shows, every reference points to an object.
    let objects = hidden["objects"].as_array().unwrap();
    let ids: Vec<&str> = objects
        .iter()
        .map(|object| object["id"].as_str().unwrap())
        .collect();
    for object in objects {
        let made = id_of(object.as_object().unwrap()).unwrap().to_string();
        assert_eq!(object["id"], made, "{object}");
        for (name, value) in object.as_object().unwrap() {
            let refs = value
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![value.clone()]);
            for id in refs
                .iter()
                .filter(|_| name.ends_with("_ref") || name.ends_with("_refs"))
            {
                let id = id.as_str().unwrap();
                assert!(
                    ids.contains(&id)
                        || id == "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
                    "{id}"
                );
            }
        }
    }
    assert_eq!(
        hidden["id"],
        id_of(hidden.as_object().unwrap()).unwrap().to_string()
    );
    let indicator = of(&hidden, "indicator");
    assert_eq!(
        indicator["granular_markings"][0]["selectors"][0],
        "description"
    );
    assert_eq!(indicator["external_references"][0]["external_id"], "T1110");
    let statement = of(&hidden, "marking-definition")["definition"]["statement"]
        .as_str()
        .unwrap();
    assert!(
        statement.contains("pseudonymous, not anonymous"),
        "{statement}"
    );
    assert_eq!(of(&hidden, "network-traffic")["dst_port"], 22);
    let statistics = document.statistics();
    assert!(
        statistics.iocs_kept >= 3 && statistics.objects_dropped == 1,
        "{statistics:?}"
    );

    let mut second = Document::after(document.ledger().clone());
    assert_eq!(own.stix(&mut second, &hidden).unwrap(), hidden);
}

fn event() -> Value {
    json!({"Event": {
        "uuid": "11111111-17d4-4cbf-938f-98ee46b3cd3f", "info": "Phishing of zorvan.quibble@corp.example", "date": "2024-01-02",
        "threat_level_id": "2", "analysis": "0", "distribution": "4", "published": false, "timestamp": "1704153600",
        "Orgc": {"name": "Corp Hospital", "uuid": "22222222-17d4-4cbf-938f-98ee46b3cd3f"}, "event_creator_email": "soc@corp.example",
        "Attribute": [
            {"type": "ip-dst", "category": "Network activity", "to_ids": true, "value": "203.0.113.7", "uuid": "33333333-17d4-4cbf-938f-98ee46b3cd3f",
             "comment": "seen by Corp Hospital", "timestamp": "1704153600"},
            {"type": "url", "category": "Payload delivery", "to_ids": true, "value": "http://evil.example/?m=zorvan.quibble@corp.example"},
            {"type": "target-user", "category": "Targeting data", "to_ids": false, "value": "zquibble"},
            {"type": "filename|sha256", "category": "Payload delivery", "to_ids": true, "value": "zquibble-invoice.exe|\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            {"type": "attachment", "category": "Payload delivery", "to_ids": false, "value": "evil.doc", "data": "enF1aWJibGU="},
        ],
        "Object": [{"name": "email", "meta-category": "network", "uuid": "44444444-17d4-4cbf-938f-98ee46b3cd3f",
            "ObjectReference": [{"referenced_uuid": "33333333-17d4-4cbf-938f-98ee46b3cd3f", "relationship_type": "connects-to"}],
            "Attribute": [
                {"type": "email-src", "category": "Payload delivery", "object_relation": "from", "to_ids": true, "value": "billing@evil.example"},
                {"type": "email-dst", "category": "Payload delivery", "object_relation": "to", "to_ids": false, "value": "zorvan.quibble@corp.example"},
            ]}],
        "Tag": [{"name": "tlp:amber", "colour": "#ffc000"}],
    }})
}

#[test]
fn an_event_keeps_its_attacker_and_what_hangs_together() {
    let own = anonymiser("", 1);
    let mut document = Document::new();
    let hidden = own.misp(&mut document, &event()).unwrap();
    let text = hidden.to_string();
    for gone in [
        "quibble",
        "Hospital",
        "corp.example",
        "soc@",
        "enF1",
        "11111111",
        "33333333",
    ] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
    let event = &hidden["Event"];
    let attributes = event["Attribute"].as_array().unwrap();
    assert_eq!(attributes[0]["value"], "203.0.113.7");
    assert!(
        attributes[1]["value"]
            .as_str()
            .unwrap()
            .starts_with("http://evil.example/?m=user-")
    );
    assert!(
        attributes[3]["value"]
            .as_str()
            .unwrap()
            .contains("-invoice.exe|e3b0c44298fc1c149afbf4c8996fb924")
    );
    assert_eq!(
        event["Object"][0]["Attribute"][0]["value"],
        "billing@evil.example"
    );
    assert_eq!(
        event["Object"][0]["ObjectReference"][0]["referenced_uuid"],
        attributes[0]["uuid"]
    );
    assert_eq!(
        (event["date"].as_str(), event["distribution"].as_str()),
        (Some("2024-01-02"), Some("1"))
    );
    assert_eq!(event["Tag"][0]["name"], "tlp:amber");
    let mail = event["Object"][0]["Attribute"][1]["value"]
        .as_str()
        .unwrap();
    assert!(event["info"].as_str().unwrap().contains(mail));
    assert_eq!(event["Object"][1]["name"], "anonymisation");

    let mut second = Document::after(document.ledger().clone());
    assert_eq!(own.misp(&mut second, &hidden).unwrap(), hidden);
}

/// A pattern whose paths name accounts was left out once, as the property read as an account's name.
#[test]
fn patterns_of_all_kinds_of_objects_stay() {
    let own = anonymiser("", 1);
    for pattern in [
        "[user-account:user_id = '1001' AND user-account:account_login = 'svcbackdoor7']",
        "[user-account:account_login = 'svcbackdoor7' OR user-account:account_type = 'unix']",
        "[user-account:extensions.'unix-account-ext'.gid = 0 AND user-account:credential = 'xyzzy']",
        "[process:creator_user_ref.account_login = 'svcbackdoor7']",
        "[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\Run' AND windows-registry-key:values[*].name = 'evil']",
        "[process:command_line LIKE '%evil.exe -x%'] REPEATS 5 TIMES WITHIN 300 SECONDS",
        "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]",
        "[x509-certificate:serial_number = '36f5' AND x509-certificate:issuer = 'CN=evil']",
        "[email-message:from_ref.value = 'billing@evil.example' AND email-message:is_multipart = true]",
        "[autonomous-system:number = 64500 AND mutex:name = 'evil-mutex' AND directory:path = '/tmp/evil']",
        "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port IN (443, 8443)]",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND url:value MATCHES '^https?://evil']",
    ] {
        let indicator = json!({
            "type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "created": TIME,
            "modified": TIME, "indicator_types": ["malicious-activity"], "pattern_type": "stix", "valid_from": TIME, "pattern": pattern,
        });
        let hidden = own.stix(&mut Document::new(), &indicator).unwrap();
        assert_eq!(hidden["objects"][0]["pattern"], pattern, "{hidden}");
    }
}

/// A second pass does not see what the first left out, so nothing that only this says may be kept by the first.
#[test]
fn what_is_left_out_makes_nobody_an_attacker() {
    let own = anonymiser("", 1);
    let mail = "email-addr--44444444-17d4-5cbf-938f-98ee46b3cd3f";
    let sender = |kind: &str, property: &str| {
        json!({"type": "bundle", "objects": [
            {"type": kind, "spec_version": "2.1", "id": "email-message--33333333-17d4-5cbf-938f-98ee46b3cd3f", property: mail,
             "is_multipart": false},
            {"type": "email-addr", "spec_version": "2.1", "id": mail, "value": "billing@evil.example"},
        ]})
    };
    let mut known = bundle();
    known["objects"][4]["pattern"] =
        json!("[x:Corp Hospital = '203.0.113.7'] OR [ipv4-addr:value = '203.0.113.7']");
    let mut damaged = bundle();
    damaged["objects"][4]["pattern"] =
        json!("[ipv4-addr:value =203.0.113.7'] OR [ipv4-addr:value = '203.0.113.7']");
    for (bundle, value, is_kept) in [
        (
            sender("email-message", "from_ref"),
            "billing@evil.example",
            true,
        ),
        (
            sender("x-message", "from_ref"),
            "billing@evil.example",
            false,
        ),
        (sender("process", "from_ref"), "billing@evil.example", false),
        (bundle(), "203.0.113.7", true),
        (damaged, "203.0.113.7", false),
        (known, "203.0.113.7", false),
    ] {
        let mut document = Document::new();
        let once = own.stix(&mut document, &bundle).unwrap();
        assert_eq!(once.to_string().contains(value), is_kept, "{once}");
        let mut second = Document::after(document.ledger().clone());
        assert_eq!(own.stix(&mut second, &once).unwrap(), once);
    }
}

/// What has no type of MISP is written as prose, and is prose from the beginning.
#[test]
fn an_attribute_of_no_type_is_read_as_it_is_written() {
    let own = anonymiser("", 1);
    let event = json!({"Event": {"info": "", "Object": [{"name": "email", "Attribute": [
        {"type": "email-sent", "category": "Payload delivery", "object_relation": "from", "to_ids": true,
         "value": "billing@evil.example"},
    ]}]}});
    let mut document = Document::new();
    let once = own.misp(&mut document, &event).unwrap();
    let mut second = Document::after(document.ledger().clone());
    assert_eq!(own.misp(&mut second, &once).unwrap(), once);
}

/// MISP refuses an attribute whose UUID another event has.
#[test]
fn the_same_attribute_of_two_events_has_two_uuids() {
    let own = anonymiser("", 1);
    let hidden = |date: &str| {
        let event = json!({"Event": {"info": "scan of 192.0.2.9", "date": date, "Attribute": [
            {"type": "onion-address", "category": "Network activity", "to_ids": true, "value": "expyuzz4wqqyqhjn.onion"},
        ]}});
        own.misp(&mut Document::new(), &event).unwrap()["Event"].clone()
    };
    let [first, again, second] = ["2024-01-02", "2024-01-02", "2024-01-03"].map(hidden);
    assert_eq!(first, again);
    for path in ["/Attribute/0/uuid", "/Object/0/uuid"] {
        assert!(first.pointer(path).is_some(), "{first}");
        assert_ne!(first.pointer(path), second.pointer(path), "{path}");
    }
    assert_eq!(first["Attribute"][0]["type"], "onion-address");
    assert_eq!(first["Attribute"][0]["value"], "expyuzz4wqqyqhjn.onion");
}

/// In the first pass the tagger sees the name when all is learned and the text is written, in the second before.
#[test]
fn a_name_beside_a_token_is_hidden_twice_alike() {
    let scanner = Scanner::new(Options::default()).unwrap();
    let own = Anonymiser::new(
        Policy::parse("text = \"scan\"\n[irreversible]\nk = 3").unwrap(),
        CommunityKey::from_bytes([7; 32]),
        scanner.with_pass(Box::new(Tagger::shipped().unwrap())),
        Assets::parse(["corp.example"]).unwrap(),
    );
    let event = json!({"Event": {"info": "", "Attribute": [
        {"type": "ip-dst", "category": "Network activity", "to_ids": true, "value": "203.0.113.7",
         "comment": "seen by Corp Hospitar al"},
    ]}});
    let mut document = Document::new();
    let once = own.misp(&mut document, &event).unwrap();
    let mut second = Document::after(document.ledger().clone());
    assert_eq!(own.misp(&mut second, &once).unwrap(), once);
}

#[test]
fn who_a_phishing_link_was_sent_to_is_a_victim() {
    let own = anonymiser("", 1);
    let event = json!({"Event": {"info": "", "Attribute": [
        {"type": "url", "category": "Payload delivery", "to_ids": true, "value": "https://evil.example/in?u=z.quibble%40snark.example&k=1"},
        {"type": "url", "category": "Payload delivery", "to_ids": true, "value": "https://evil.example/in/abuse@evil.example"},
    ]}});
    let hidden = own.misp(&mut Document::new(), &event).unwrap();
    let value = |at: usize| hidden["Event"]["Attribute"][at]["value"].as_str().unwrap();
    assert!(
        value(0).starts_with("https://evil.example/in?u=")
            && !value(0).contains("quibble")
            && value(0).ends_with("k=1"),
        "{}",
        value(0)
    );
    assert_eq!(value(1), "https://evil.example/in/abuse@evil.example");
}

#[test]
fn what_is_no_event_is_refused() {
    let own = anonymiser("", 1);
    assert!(own.stix(&mut Document::new(), &json!({"a": 1})).is_err());
    assert!(own.misp(&mut Document::new(), &json!([])).is_err());
    let empty = own
        .stix(&mut Document::new(), &json!({"type": "bundle", "id": "x"}))
        .unwrap();
    assert_eq!(empty["type"], "bundle");
}

#[test]
fn the_examples_are_policies() {
    for (text, basis) in [
        (
            include_str!("../../../../examples/policies/isac.toml"),
            "isac-a",
        ),
        (
            include_str!("../../../../examples/policies/csirt.toml"),
            "csirt",
        ),
        (
            include_str!("../../../../examples/policies/public.toml"),
            "public",
        ),
    ] {
        let policy = Policy::parse(text).unwrap();
        assert_eq!(policy.community, basis);
        assert!(policy.legal_basis.is_some());
        let own = anonymiser(text, 1);
        let hidden = own
            .stix(&mut Document::new(), &bundle())
            .unwrap()
            .to_string();
        assert!(
            !hidden.contains("quibble")
                && !hidden.contains("192.0.2.9")
                && hidden.contains("203.0.113.7"),
            "{hidden}"
        );
        assert!(
            !own.misp(&mut Document::new(), &event())
                .unwrap()
                .to_string()
                .contains("quibble")
        );
    }
}

/// A log of few hosts that meet often.
fn entries(number: u32) -> Vec<Value> {
    (0..number)
        .map(|at| {
            let (source, destination) = (at % 17, at % 5);
            json!({
                "@timestamp": format!("2024-05-01T10:{:02}:{:02}Z", at / 60 % 60, at % 60),
                "event": {"provider": "8bells", "kind": "event"},
                "source": {"ip": format!("203.0.113.{source}"), "port": 1000 + at},
                "destination": {"ip": format!("198.51.{destination}.{}", at % 7)},
                "user": {"name": format!("user{}", at % 11)},
                "message": format!("user{} from 203.0.113.{source} to 198.51.{destination}.{}", at % 11, at % 7),
            })
        })
        .collect()
}

#[test]
fn correlation_is_whole_inside_a_community_and_none_across_two() {
    let (a, b) = (anonymiser("", 1), anonymiser("", 2));
    let mut meter = Meter::new();
    let mut users = Vec::new();
    for entry in entries(400) {
        let hide = |own: &Anonymiser| {
            let mut hidden = entry.clone();
            own.entry(&mut Document::new(), &mut hidden, Direction::Passing);
            hidden
        };
        let (one, other) = (hide(&a), hide(&b));
        meter.pair(&entry, &one);
        let name = |entry: &Value| entry["user"]["name"].as_str().unwrap().to_owned();
        users.push((name(&entry), name(&one), name(&other)));
        assert_eq!(one["source"], entry["source"]);
        assert_ne!(one["destination"], entry["destination"]);
    }
    let measured = meter.measured();
    assert!(
        (measured.correlation.jaccard() - 1.0).abs() < 1e-12,
        "{measured:?}"
    );
    assert_eq!(measured.gaps.kept, measured.gaps.of);
    let shared = linkable(
        users
            .iter()
            .map(|(x, y, z)| (x.as_str(), y.as_str(), z.as_str())),
    );
    assert_eq!((shared.kept, shared.of), (0, 400));
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!("ipv4-addr--11111111-1111-4111-8111-111111111111")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let name = prop_oneof![
            Just("type"),
            Just("id"),
            Just("value"),
            Just("name"),
            Just("hashes"),
            Just("object_refs"),
            Just("pattern"),
            Just("granular_markings"),
            Just("selectors"),
            Just("marking_ref"),
            Just("external_references"),
            Just("Attribute"),
            Just("uuid"),
            Just("comment"),
            Just("src_ref"),
            Just("values"),
            Just("source_ref"),
            Just("info"),
            Just("Tag"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..5).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Value>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_document_is_an_answer(value in anything(), kind in prop::sample::select(vec!["indicator", "file", "note", "relationship", "identity"])) {
        static OWN: std::sync::OnceLock<Anonymiser> = std::sync::OnceLock::new();
        let own = OWN.get_or_init(|| anonymiser("", 1));
        let mut object = value.clone();
        if let Some(members) = object.as_object_mut() {
            members.insert("type".to_owned(), kind.into());
        }
        let _ = own.stix(&mut Document::new(), &json!({"type": "bundle", "objects": [object, object, value]}));
        let _ = own.misp(&mut Document::new(), &json!({"Event": value}));
        let mut entry = value;
        own.entry(&mut Document::new(), &mut entry, Direction::Inbound);
    }
}

#[test]
fn circles_and_long_chains_end() {
    let own = anonymiser("", 1);
    let note = |at: usize, to: usize| {
        json!({"type": "note", "spec_version": "2.1", "id": format!("note--{}", Uuid::v5(OURS, &at.to_be_bytes())), "created": TIME,
            "modified": TIME, "content": "x", "object_refs": [format!("note--{}", Uuid::v5(OURS, &to.to_be_bytes()))]})
    };
    let objects: Vec<Value> = (0..3000).map(|at| note(at, (at + 1) % 3000)).collect();
    let bundle = json!({"type": "bundle", "id": "bundle--x", "objects": objects});
    let hidden = own.stix(&mut Document::new(), &bundle).unwrap();
    assert!(hidden["objects"].as_array().unwrap().len() >= 2);
}

/// Makers that made themselves, processes and their children, reports on each other, files and their directories.
fn circles(mark: char) -> Vec<Value> {
    let id =
        |kind: &str, at: u8| format!("{kind}--{mark}{mark}{at:06}-17d4-4cbf-938f-98ee46b3cd3f");
    let report = |at: u8, name: &str, refs: Value| {
        json!({"type": "report", "spec_version": "2.1", "id": id("report", at), "created": TIME, "modified": TIME,
            "created_by_ref": id("identity", 1), "name": name, "report_types": ["threat-report"], "published": TIME, "object_refs": refs})
    };
    vec![
        json!({"type": "identity", "spec_version": "2.1", "id": id("identity", 1), "created": TIME, "modified": TIME,
            "created_by_ref": id("identity", 1), "name": "Plain Makers", "identity_class": "organization"}),
        report(1, "one", json!([id("report", 2), id("process", 1)])),
        report(
            2,
            "two",
            json!([id("report", 1), id("report", 3), id("file", 1)]),
        ),
        report(3, "two", json!([id("report", 2)])),
        json!({"type": "process", "spec_version": "2.1", "id": id("process", 1), "pid": 7, "child_refs": [id("process", 2), id("process", 3)]}),
        json!({"type": "process", "spec_version": "2.1", "id": id("process", 2), "pid": 8, "parent_ref": id("process", 1), "image_ref": id("file", 1)}),
        json!({"type": "process", "spec_version": "2.1", "id": id("process", 3), "pid": 9, "parent_ref": id("process", 1)}),
        json!({"type": "directory", "spec_version": "2.1", "id": id("directory", 1), "path": "C:\\Windows", "contains_refs": [id("file", 1)]}),
        json!({"type": "file", "spec_version": "2.1", "id": id("file", 1), "name": "evil.exe", "parent_directory_ref": id("directory", 1)}),
    ]
}

#[test]
fn ids_in_circles_are_made_of_what_is_shown() {
    let own = anonymiser("", 1);
    let hide = |document: &mut Document, objects: Vec<Value>| {
        own.stix(document, &json!({"type": "bundle", "objects": objects}))
            .unwrap()
    };
    let mut first = Document::new();
    let once = hide(&mut first, circles('a'));
    let objects = once["objects"].as_array().unwrap();
    let ids: HashSet<&str> = objects
        .iter()
        .filter_map(|own| own["id"].as_str())
        .collect();
    assert_eq!(ids.len(), objects.len());
    assert!(ids.len() >= circles('a').len());
    // All references lead to what is there.
    for object in objects {
        for (property, value) in object.as_object().unwrap() {
            let refs = value.as_array().into_iter().flatten().chain([value]);
            if property.ends_with("_ref") || property.ends_with("_refs") {
                for id in refs.filter_map(Value::as_str) {
                    assert!(ids.contains(id), "{property} of {object}");
                }
            }
        }
    }
    // Only what a circle goes through has another id than the standard's.
    for kind in ["directory", "file"] {
        let object = of(&once, kind).as_object().unwrap();
        assert_eq!(object["id"], id_of(object).unwrap().to_string());
    }
    let twice = hide(
        &mut Document::after(first.ledger().clone()),
        objects.clone(),
    );
    assert_eq!(once, twice);
    // Neither old ids nor the order of objects say anything.
    let mut other = circles('b');
    other.reverse();
    let other = hide(&mut Document::new(), other);
    let others = other["objects"].as_array().unwrap();
    assert!(objects.iter().all(|object| others.contains(object)));
    assert_eq!(objects.len(), others.len());
}
