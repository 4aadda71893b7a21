//! The client of OpenCTI against a platform that enforces its schema.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use aidos_exchange::http::{Auth, Secret, Settings};
use aidos_exchange::opencti::pull::{Selection, What, pull};
use aidos_exchange::opencti::push::{Push, Pushed, Step, push};
use aidos_exchange::opencti::stream::{Follow, Place, follow};
use aidos_exchange::opencti::{OpenCti, QUERIES};
use aidos_exchange::pulled::{Form, Pulled};
use aidos_exchange::released::Released;
use aidos_exchange::sent::Sent;
use aidos_exchange::{Error, marks};
use aidos_model::Tlp;
use serde_json::{Value, json};

use crate::case::{definition, marked, release, uuid};
use crate::platform::{Platform, refused, schema};
use crate::stand::{Reply, Stand, still};

fn settings() -> Settings {
    Settings {
        auth: Auth::Bearer(Secret::new("token")),
        ..still().0
    }
}

fn opencti(platform: &Platform) -> OpenCti {
    OpenCti::new(&platform.stand.url(), settings()).unwrap()
}

#[test]
fn our_queries_fit_the_schema_and_wrong_ones_do_not() {
    let schema = schema();
    let examples = |name: &str| match name {
        "register" => {
            json!({"input": {"id": "a", "name": "b", "type": "EXTERNAL_IMPORT", "scope": ["c"]}})
        }
        "work_add" => json!({"connectorId": "a", "friendlyName": "b"}),
        "push" => json!({"connectorId": "a", "bundle": "b", "work_id": "c"}),
        "stix" | "work" | "work_expect" | "work_received" | "work_processed" => json!({"id": "a"}),
        _ => json!({}),
    };
    for query in QUERIES {
        assert_eq!(
            refused(&schema, query.text, &examples(query.name)),
            None,
            "{}",
            query.name
        );
    }
    for (query, variables, why) in [
        ("{ about { versoin } }", json!({}), "versoin"),
        (
            "{ indicators(frist: 3) { edges { cursor } } }",
            json!({}),
            "frist",
        ),
        (
            "{ indicators { edges { node { id { x } } } } }",
            json!({}),
            "id",
        ),
        ("{ indicators { edges } }", json!({}), "edges"),
        ("{ stix }", json!({}), "id"),
        (
            "query Q($id: Int!) { stix(id: $id) }",
            json!({"id": 3}),
            "Int",
        ),
        ("query Q($id: String!) { stix(id: $id) }", json!({}), "id"),
        (
            "query Q($id: String!) { stix(id: $id) }",
            json!({"id": 3}),
            "String",
        ),
        (
            "query Q($id: String!) { stix(id: $id) }",
            json!({"id": "a", "more": 1}),
            "more",
        ),
        (
            "mutation { workAdd(friendlyName: \"a\") { id } }",
            json!({}),
            "connectorId",
        ),
        (
            "mutation M($input: RegisterConnectorInput) { registerConnector(input: $input) { id } }",
            json!({"input": {"id": "a"}}),
            "name",
        ),
        ("{ me { id", json!({}), "query"),
    ] {
        let said = refused(&schema, query, &variables);
        assert!(
            said.as_ref().is_some_and(|said| said.contains(why)),
            "{query}: {said:?}"
        );
    }
}

#[test]
fn a_platform_says_who_it_is_and_who_we_are() {
    let platform = Platform::start();
    let own = opencti(&platform);
    let about = own.about().unwrap();
    assert_eq!(
        (about.version.as_str(), about.user.as_str()),
        ("6.9.17", "Aidos")
    );
    assert_eq!(own.collections().unwrap()[0].id, "t");
    let nobody = OpenCti::new(&platform.stand.url(), still().0).unwrap();
    let error = nobody.about().unwrap_err();
    assert!(
        error.is_partners() && error.to_string().contains("401"),
        "{error}"
    );
    let error = own.stix("x").unwrap();
    assert_eq!(error, None);
}

#[test]
fn what_is_no_opencti_is_told() {
    let stand = Stand::start(|_| Reply::text("<html>"));
    let own = OpenCti::new(&format!("{}/graphql/", stand.url()), settings()).unwrap();
    let error = own.about().unwrap_err().to_string();
    assert!(
        error.contains("is the address that of an OpenCTI"),
        "{error}"
    );
    assert_eq!(stand.lines(), ["POST /graphql"]);
    let stand = Stand::start(|_| {
        Reply::json(
            &json!({"errors": [{"message": "You must be logged in"}], "data": {"about": null}}),
        )
    });
    let own = OpenCti::new(&stand.url(), settings()).unwrap();
    let error = own.about().unwrap_err();
    assert!(
        error.is_partners() && error.to_string().contains("logged in"),
        "{error}"
    );
}

/// A case of `count` indicators with observables, relationships, sightings and what holds them together.
fn case(count: usize) -> Vec<Value> {
    let org = "identity--aaaaaaaa-0000-4000-8000-000000000000";
    let mut objects = vec![];
    let mut held = vec![];
    for number in 0..count {
        let value = format!("198.51.{}.{}", number / 250, number % 250);
        let own = uuid(number);
        let address =
            aidos_model::stix::StixId::of_value(aidos_model::stix::Kind::Ipv4Addr, &value);
        objects.push(json!({"type": "relationship", "id": format!("relationship--{own}"), "relationship_type": "based-on",
            "source_ref": format!("indicator--{own}"), "target_ref": address.to_string(), "created_by_ref": org}));
        objects.push(json!({"type": "indicator", "id": format!("indicator--{own}"), "created_by_ref": org,
            "pattern": format!("[ipv4-addr:value = '{value}']"), "pattern_type": "stix", "confidence": 50}));
        objects.push(json!({"type": "sighting", "id": format!("sighting--{own}"), "sighting_of_ref": format!("indicator--{own}"),
            "where_sighted_refs": [org], "first_seen": "2026-03-01T00:00:00Z", "last_seen": "2026-03-01T01:00:00Z", "count": 3}));
        objects.push(json!({"type": "ipv4-addr", "id": address.to_string(), "value": value}));
        held.push(format!("indicator--{own}"));
    }
    objects.insert(0, json!({"type": "grouping", "id": "grouping--bbbbbbbb-0000-4000-8000-000000000000", "name": "Case",
        "context": "suspicious-activity", "created": "2026-03-01T00:00:00.000Z", "object_refs": held, "created_by_ref": org}));
    objects.push(
        json!({"type": "identity", "id": org, "name": "ISAC A", "identity_class": "organization"}),
    );
    let mut objects: Vec<Value> = objects
        .into_iter()
        .map(|own| marked(own, Tlp::Green))
        .collect();
    objects.push(definition(Tlp::Green));
    objects
}

fn send(
    platform: &Platform,
    folder: &std::path::Path,
    objects: &[Value],
    how: &Push,
) -> Result<(Pushed, Vec<Step>), Error> {
    let released = release(folder, objects, Tlp::Green);
    let opened = Released::open(&released, folder, Tlp::Green)?;
    let mut sent = Sent::open(&folder.join("state"), "x", true)?;
    let mut steps = Vec::new();
    let done = push(&opencti(platform), &opened, &mut sent, how, &mut |step| {
        steps.push(step);
    })?;
    Ok((done, steps))
}

#[test]
fn ten_thousand_objects_go_in_pieces_and_on_after_a_cut() {
    let platform = Platform::start();
    let folder = tempfile::tempdir().unwrap();
    let objects = case(2500);
    assert_eq!(objects.len(), 10_003);
    let how = Push {
        patience: Duration::from_secs(5),
        ..Push::default()
    };
    platform.state.lock().unwrap().refuse_piece = Some(8);
    let error = send(&platform, folder.path(), &objects, &how).unwrap_err();
    assert!(
        error.is_partners() && error.to_string().contains("queue is gone"),
        "{error}"
    );
    let before: usize = platform
        .state
        .lock()
        .unwrap()
        .pieces
        .iter()
        .map(Vec::len)
        .sum();
    assert_eq!(platform.state.lock().unwrap().pieces.len(), 7);
    let (done, steps) = send(&platform, folder.path(), &objects, &how).unwrap();
    assert_eq!(
        (done.before, done.sent, done.merged),
        (before as u64, (10_003 - before) as u64, 0)
    );
    assert!(done.pieces >= 14, "{done:?}");
    {
        let state = platform.state.lock().unwrap();
        // One work, which waits for what was sent and not for more; each object once, none before what it points to.
        assert_eq!(state.works.len(), 1);
        assert_eq!(state.works["work_1"]["expected"], 10_003);
        assert_eq!(state.objects.len(), 10_003);
        assert!(state.objects.values().all(|(_, copies)| *copies == 1));
        assert!(state.pieces.iter().all(|piece| piece.len() <= 500));
    }
    assert_eq!(done.progress.unwrap().status, "complete");
    let latest = opencti(&platform).works(5).unwrap();
    assert_eq!((latest.len(), latest[0].work.processed), (1, 10_003));
    assert!(steps.contains(&Step::Sent(10_003)) && steps.contains(&Step::WorkedIn(10_003, 10_003)));
    // A third push has nothing to send and asks nothing.
    platform.stand.forget();
    let (again, _) = send(&platform, folder.path(), &objects, &how).unwrap();
    assert_eq!((again.sent, again.before), (0, 10_003));
    assert!(platform.stand.asked().is_empty());
}

#[test]
fn ids_and_labels_are_the_platforms_own() {
    let platform = Platform::start();
    let folder = tempfile::tempdir().unwrap();
    send(&platform, folder.path(), &case(3), &Push::default()).unwrap();
    let state = platform.state.lock().unwrap();
    let green = marks::opencti_id(Tlp::Green);
    assert!(state.objects.contains_key(green));
    assert!(
        !state
            .objects
            .contains_key(&Tlp::Green.stix_id().to_string())
    );
    for (object, _) in state
        .objects
        .values()
        .filter(|(own, _)| own["type"] != "marking-definition")
    {
        assert_eq!(object["object_marking_refs"], json!([green]), "{object}");
        let id = aidos_exchange::opencti::ids::of(object.as_object().unwrap());
        assert!(id.is_none_or(|id| object["id"] == id), "{object}");
    }
    let indicator = state
        .objects
        .values()
        .find(|(own, _)| own["type"] == "indicator")
        .unwrap();
    assert_eq!(indicator.0["x_opencti_main_observable_type"], "IPv4-Addr");
    assert_eq!(indicator.0["x_opencti_score"], 50);
}

#[test]
fn circles_share_a_piece_lone_objects_are_expected_and_twins_are_one() {
    let platform = Platform::start();
    let folder = tempfile::tempdir().unwrap();
    let own = |kind: &str, number: usize, more: Value| {
        let mut object = json!({"type": kind, "id": format!("{kind}--{}", uuid(number))});
        object
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        marked(object, Tlp::Green)
    };
    let objects = [
        definition(Tlp::Green),
        own(
            "identity",
            1,
            json!({"name": "A", "identity_class": "group", "created_by_ref": format!("identity--{}", uuid(2))}),
        ),
        own(
            "identity",
            2,
            json!({"name": "B", "identity_class": "group", "created_by_ref": format!("identity--{}", uuid(1))}),
        ),
        own(
            "malware",
            3,
            json!({"name": "Emotet", "created_by_ref": format!("identity--{}", uuid(1))}),
        ),
        own("malware", 4, json!({"name": " emotet"})),
        own(
            "note",
            5,
            json!({"content": "x", "object_refs": [format!("malware--{}", uuid(4))]}),
        ),
    ];
    let how = Push {
        objects: 1,
        ..Push::default()
    };
    let (done, _) = send(&platform, folder.path(), &objects, &how).unwrap();
    assert_eq!((done.sent, done.merged), (5, 1));
    let state = platform.state.lock().unwrap();
    assert_eq!(
        state.pieces.iter().map(Vec::len).collect::<BTreeSet<_>>(),
        BTreeSet::from([1, 2])
    );
    assert_eq!(
        state.works["work_1"]["expected"],
        state.works["work_1"]["processed"]
    );
    // What pointed to the twin points to the one that was sent.
    let malware = state
        .objects
        .keys()
        .find(|id| id.starts_with("malware"))
        .unwrap();
    let note = &state
        .objects
        .values()
        .find(|(own, _)| own["type"] == "note")
        .unwrap()
        .0;
    assert_eq!(note["object_refs"], json!([malware]));
}

fn selection() -> Selection {
    Selection {
        what: What::Objects,
        types: vec!["Indicator".into()],
        search: None,
        filters: None,
        since: None,
    }
}

#[test]
fn a_pull_pages_resumes_and_brings_what_is_new() {
    let platform = Platform::start();
    let moment = |number: usize| format!("2026-03-01T00:{:02}:00.000Z", number / 4);
    let object = |number: usize| {
        let kind = if number == 5 { "tool" } else { "indicator" };
        json!({"type": kind, "id": format!("{kind}--{}", uuid(number)), "modified": moment(number)})
    };
    platform.state.lock().unwrap().held = (0..23)
        .map(|number| (moment(number), object(number)))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let run = |name: &str, what: What| {
        let out = folder.path().join(name);
        let own = Selection {
            what,
            ..selection()
        };
        let mut into = Pulled::open(&out, &state, "x", Form::Lines).unwrap();
        let new = pull(&opencti(&platform), &own, 5, &mut into, &mut |_, all| {
            assert!(all.is_some());
        })
        .unwrap();
        (
            new,
            fs::read_to_string(out).unwrap_or_default().lines().count(),
        )
    };
    assert_eq!(run("one", What::Indicators), (true, 23));
    // From the last moment on: two objects come again and are left out.
    assert_eq!(run("two", What::Objects), (false, 0));
    platform
        .state
        .lock()
        .unwrap()
        .held
        .push(("2026-03-01T00:05:00.000Z".into(), object(40)));
    assert_eq!(run("three", What::Observables), (true, 1));
}

#[test]
fn a_stream_is_followed_across_cuts() {
    let event = |id: u32, kind: &str| {
        format!(
            "id: {id}-0\nevent: {kind}\ndata: {{\"version\":\"4\",\"type\":\"{kind}\",\ndata: \"data\":{{\"id\":\"indicator--{id}\"}}}}\n\n"
        )
    };
    let first = format!(
        "retry: 10\nid: 1-0\nevent: connected\ndata: {{}}\n\n{}id: 3-0\nevent: heartbeat\ndata: \"x\"\n\n{}{}",
        event(2, "create"),
        event(4, "update"),
        &event(5, "delete")[..20],
    );
    let second = format!("{}{}", event(5, "delete"), event(6, "merge"));
    let stand = Stand::start(move |asked| {
        let body = match asked.header("last-event-id") {
            None => first.clone(),
            Some("4-0") => second.clone(),
            Some(other) => panic!("{other}"),
        };
        Reply::status(200)
            .header("Content-Type", "text/event-stream")
            .chunked()
            .body(body)
    });
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let own = OpenCti::new(&stand.url(), settings()).unwrap();
    let how = Follow {
        events: Some(4),
        recover: Some("2026-01-01T00:00:00Z".into()),
        ..Follow::default()
    };
    let mut out = Vec::new();
    let mut place = Place::open(&state, "x").unwrap();
    let done = follow(&own, &how, &mut place, &mut out, &mut |_| ()).unwrap();
    assert_eq!(
        (done.created, done.updated, done.deleted, done.merged),
        (1, 1, 1, 1)
    );
    assert_eq!(
        (done.heartbeats, done.reconnected, done.last.as_deref()),
        (2, 1, Some("6-0"))
    );
    let lines: Vec<Value> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines
            .iter()
            .map(|line| line["id"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["2-0", "4-0", "5-0", "6-0"]
    );
    assert_eq!(lines[0]["data"]["data"]["id"], "indicator--2");
    let asked = stand.asked();
    assert_eq!(
        asked[0].path,
        "/stream/live?recover=2026-01-01T00%3A00%3A00Z"
    );
    assert_eq!(asked[0].header("listen-delete"), Some("true"));
    assert_eq!(asked[1].path, "/stream/live");
    assert!(Place::open(&state, "y").is_err());
}

#[test]
fn a_stream_that_only_ends_is_left() {
    let stand = Stand::start(|_| Reply::status(200).header("Content-Type", "text/event-stream"));
    let folder = tempfile::tempdir().unwrap();
    let own = OpenCti::new(&stand.url(), settings()).unwrap();
    let mut place = Place::open(&folder.path().join("s"), "x").unwrap();
    let error = follow(
        &own,
        &Follow::default(),
        &mut place,
        &mut Vec::new(),
        &mut |_| (),
    )
    .unwrap_err();
    assert!(error.is_partners(), "{error}");
    assert_eq!(stand.lines().len(), 5);
    let no = Stand::start(|_| Reply::status(403));
    let own = OpenCti::new(&no.url(), settings()).unwrap();
    let error = follow(
        &own,
        &Follow::default(),
        &mut place,
        &mut Vec::new(),
        &mut |_| (),
    )
    .unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
}
