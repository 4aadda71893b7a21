//! A MISP that behaves as a real one did on the wire: packed bodies, stale edits, 304, validation errors, pages, cuts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aidos_exchange::Error;
use aidos_exchange::http::{Auth, Client, Secret, Settings};
use aidos_exchange::misp::{Filter, Hits, Mark, Misp, Pull, Pulled, Push, Pushed, Sent};
use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::{self, Approval, Attack, Marking, Proposal, Shareable, Verdict};
use aidos_privacy::policy::{Pap, Policy};
use serde_json::{Value, json};

use crate::stand::{Asked, Reply, Stand, still};

const KEY: &str = "0123456789012345678901234567890123456789";

/// What the gate released.
pub(crate) fn released(events: Vec<Value>) -> Shareable<Vec<Value>> {
    let policy =
        Policy::parse("community = \"a\"\ntlp = \"green\"\nlegal_basis = \"consent\"").unwrap();
    let now = Timestamp(0);
    let approval = Approval::new("x", &policy, "a person", "a test", now, None);
    let proposal = Proposal {
        item: events,
        content: "x".into(),
        marking: Marking {
            community: "a".into(),
            tlp: Tlp::Green,
            pap: Pap::Green,
        },
        attack: Attack::default(),
        anonymity: None,
    };
    match gate::release(proposal, &policy, Some(&approval), now) {
        Verdict::Released(released) => released,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn uuid(number: usize) -> String {
    format!("5f1b3e1c-0000-4000-8000-{number:012}")
}

pub(crate) fn event(number: usize, timestamp: i64) -> Value {
    json!({"Event": {
        "uuid": uuid(number), "info": format!("event {number}"), "date": "2026-03-01", "timestamp": timestamp.to_string(),
        "publish_timestamp": timestamp.to_string(), "published": true, "threat_level_id": "2", "analysis": "0",
        "distribution": "3", "event_creator_email": "alice@victim.example", "Orgc": {"id": "1", "name": "Ours", "uuid": uuid(900)},
        "Attribute": [{
            "uuid": uuid(number + 1000), "type": "ip-dst", "category": "Network activity", "value": format!("198.51.100.{number}"),
            "to_ids": true, "distribution": "5", "timestamp": timestamp.to_string(),
            // Long enough to be packed.
            "comment": "c".repeat(600),
        }],
    }})
}

/// A MISP.
#[derive(Default)]
struct World {
    events: BTreeMap<String, Value>,
    published: Vec<String>,
    tags: Vec<(String, String)>,
    sightings: Vec<String>,
    sync: bool,
}

fn stamp(event: &Value) -> i64 {
    event["Event"]["timestamp"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

impl World {
    fn with(events: impl IntoIterator<Item = Value>) -> Arc<Mutex<Self>> {
        let events = events.into_iter();
        let events =
            events.map(|event| (event["Event"]["uuid"].as_str().unwrap().to_owned(), event));
        Arc::new(Mutex::new(Self {
            events: events.collect(),
            sync: true,
            ..Self::default()
        }))
    }

    fn etag(&self) -> String {
        let stamps: i64 = self.events.values().map(stamp).sum();
        format!("\"{}-{stamps}\"", self.events.len())
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.header("authorization") != Some(KEY) {
            return Reply::json(&json!({"name": "Authentication failed.", "message": "Authentication failed.", "url": "/"}))
                .with_status(403);
        }
        let body = asked.json();
        let line = asked.line();
        let part = |at: usize| asked.path.split('/').nth(at).unwrap_or_default().to_owned();
        match line.as_str() {
            "GET /servers/getVersion" => Reply::json(&json!({
                "version": "2.5.1", "perm_sync": self.sync, "perm_sighting": true, "request_encoding": ["gzip"],
            })),
            "POST /events/index" => {
                assert_eq!(body, json!({"minimal": 1, "published": 1}));
                if asked.header("if-none-match") == Some(&self.etag()) {
                    return Reply::status(304);
                }
                let lines: Vec<Value> = self.events.values().map(|event| {
                    let event = &event["Event"];
                    json!({"id": "1", "timestamp": event["timestamp"], "sighting_timestamp": "0", "published": true,
                        "uuid": event["uuid"], "orgc_uuid": event["Orgc"]["uuid"]})
                }).collect();
                Reply::json(&json!(lines))
                    .header("ETag", &self.etag())
                    .header("X-Result-Count", &lines.len().to_string())
                    .gzip()
            }
            "POST /events/restSearch" => self.search(&body),
            "POST /events/filterEventIdsForPush" => {
                let wanted: Vec<&str> = body
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter_map(|event| {
                        let uuid = event["Event"]["uuid"].as_str()?;
                        let mine = self.events.get(uuid).map(stamp);
                        mine.is_none_or(|mine| mine < stamp(event)).then_some(uuid)
                    })
                    .collect();
                Reply::json(&json!(wanted))
            }
            "POST /events/add/metadata:1" => self.put(&body, None),
            "POST /tags/attachTagToObject" => {
                let text = |name: &str| body[name].as_str().unwrap().to_owned();
                self.tags.push((text("uuid"), text("tag")));
                Reply::json(&json!({"name": "Tag attached", "saved": true}))
            }
            "POST /attributes/restSearch" => {
                let found: Vec<Value> = self
                    .events
                    .values()
                    .flat_map(|event| event["Event"]["Attribute"].as_array().unwrap().clone())
                    .filter(|attribute| attribute["value"] == body["value"])
                    .collect();
                Reply::json(&json!({"response": {"Attribute": found}}))
            }
            _ if line.starts_with("HEAD /events/view/") => {
                Reply::status(if self.events.contains_key(&part(3)) {
                    200
                } else {
                    404
                })
            }
            _ if line.starts_with("POST /events/edit/") => self.put(&body, Some(part(3))),
            _ if line.starts_with("POST /events/publish/") => {
                self.published.push(part(3));
                Reply::json(
                    &json!({"name": "Job queued", "message": "Job queued", "url": "/events/publish"}),
                )
            }
            _ if line.starts_with("POST /sightings/add/") => {
                assert_eq!(body["type"], "0");
                self.sightings.push(part(3));
                Reply::json(&json!({"Sighting": {"type": "0"}}))
            }
            _ => Reply::status(404),
        }
    }

    fn search(&self, query: &Value) -> Reply {
        let since = query["publish_timestamp"].as_i64().unwrap_or(0);
        let named: Option<Vec<&str>> = query["uuid"]
            .as_array()
            .map(|list| list.iter().filter_map(Value::as_str).collect());
        let all = self.events.iter().filter(|(uuid, event)| {
            let published: i64 = event["Event"]["publish_timestamp"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            named
                .as_ref()
                .map_or(published >= since, |named| named.contains(&uuid.as_str()))
        });
        let limit = query["limit"]
            .as_u64()
            .map_or(usize::MAX, |limit| limit as usize);
        let page = query["page"].as_u64().unwrap_or(1) as usize;
        let events: Vec<&Value> = all
            .map(|(_, event)| event)
            .skip(limit.saturating_mul(page - 1))
            .take(limit)
            .collect();
        Reply::json(&json!({"response": events})).gzip()
    }

    fn put(&mut self, body: &Value, edit: Option<String>) -> Reply {
        let event = &body["Event"];
        let refuse = |errors: Value| {
            Reply::json(&json!({"name": "Could not add Event", "message": "Could not add Event", "url": "/events/add", "errors": errors}))
                .with_status(403)
        };
        if event["info"].as_str().unwrap().contains("bad") {
            return refuse(
                json!({"date": ["Expected date format: YYYY-MM-DD"], "Attribute": {"0": {"value": ["Value not in the right format."]}}}),
            );
        }
        let uuid = event["uuid"].as_str().unwrap().to_owned();
        match (self.events.get(&uuid), edit) {
            (Some(mine), Some(_)) if stamp(mine) >= stamp(body) => Reply::json(&json!({
                "name": "You do not have permission to do that.", "message": "Event could not be saved: Event in the request not newer than the local copy.", "url": "/events/edit",
            })).with_status(403),
            (Some(_), None) => Reply::status(302).header("Location", &format!("/events/view/{uuid}")),
            (None, Some(_)) => Reply::status(404),
            _ => {
                self.events.insert(uuid, body.clone());
                Reply::json(body)
            }
        }
    }
}

fn stand(world: &Arc<Mutex<World>>) -> Stand {
    let world = world.clone();
    Stand::start(move |asked| world.lock().unwrap().answer(asked))
}

fn misp(stand: &Stand) -> Misp {
    let settings = Settings {
        auth: Auth::header("Authorization", Secret::new(KEY)),
        ..still().0
    };
    Misp::new(Client::new(&stand.url(), settings).unwrap())
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn pull(&self, page: usize) -> Pull {
        Pull {
            filter: Filter::default(),
            page,
            state: self.0.path().join("pull.state"),
        }
    }

    fn push(&self) -> Push {
        Push {
            distribution: 1,
            publish: false,
            tags: Vec::new(),
            state: self.0.path().join("push.state"),
        }
    }
}

fn pull(plan: &Pull, misp: &Misp) -> (Result<Pulled, Error>, Vec<String>) {
    let mut came = Vec::new();
    let result = plan.run(misp, &mut |uuid, event| {
        assert_eq!(event["Event"]["uuid"], uuid);
        came.push(uuid.to_owned());
        Ok(())
    });
    (result, came)
}

#[test]
fn pages_come_once_and_a_second_run_brings_nothing() {
    let world = World::with((0..23).map(|number| event(number, 1_772_000_000 + number as i64)));
    let stand = stand(&world);
    let (misp, place) = (misp(&stand), Place::new());
    let (first, came) = pull(&place.pull(5), &misp);
    let first = first.unwrap();
    assert_eq!(
        (first.events, first.pages, first.again, first.missed),
        (23, 5, 0, 0)
    );
    assert_eq!(came, (0..23).map(uuid).collect::<Vec<_>>());

    stand.forget();
    let (second, came) = pull(&place.pull(5), &misp);
    assert!(second.unwrap().unchanged && came.is_empty());
    assert_eq!(
        stand.lines(),
        ["GET /servers/getVersion", "POST /events/index"]
    );

    // One is newer, one is new: those two come, though the pages overlap.
    {
        let mut world = world.lock().unwrap();
        world.events.insert(uuid(3), event(3, 1_772_000_100));
        world.events.insert(uuid(50), event(50, 1_772_000_101));
    }
    let (third, came) = pull(&place.pull(5), &misp);
    assert_eq!(came, [uuid(3), uuid(50)]);
    assert_eq!(third.unwrap().again, 22);
}

#[test]
fn a_cut_in_a_page_loses_and_doubles_nothing() {
    let world = World::with((0..20).map(|number| event(number, 1_772_000_000 + number as i64)));
    let inner = world.clone();
    // The third page is cut, each time it is asked for, until the partner is well again.
    let pages = Arc::new(AtomicUsize::new(0));
    let counted = pages.clone();
    let stand = Stand::start(move |asked| {
        let reply = inner.lock().unwrap().answer(asked);
        if asked.path == "/events/restSearch" {
            let page = counted.fetch_add(1, Ordering::Relaxed);
            if (2..6).contains(&page) {
                return reply.cut(200);
            }
        }
        reply
    });
    let (misp, place) = (misp(&stand), Place::new());
    let (result, mut came) = pull(&place.pull(4), &misp);
    let error = result.unwrap_err();
    assert!(error.is_partners(), "{error}");
    assert_eq!(came.len(), 8);
    let (result, rest) = pull(&place.pull(4), &misp);
    assert_eq!(result.unwrap().events, 12);
    came.extend(rest);
    assert_eq!(came, (0..20).map(uuid).collect::<Vec<_>>());
    let (result, rest) = pull(&place.pull(4), &misp);
    assert!(result.unwrap().unchanged && rest.is_empty());
}

#[test]
fn one_cut_is_not_even_noticed() {
    let world = World::with((0..20).map(|number| event(number, 1_772_000_000 + number as i64)));
    let count = AtomicUsize::new(0);
    let inner = world.clone();
    let stand = Stand::start(move |asked| {
        let reply = inner.lock().unwrap().answer(asked);
        // Every third answer ends too soon.
        if asked.method == "POST" && count.fetch_add(1, Ordering::Relaxed) % 3 == 1 {
            return reply.cut(50);
        }
        reply
    });
    let (result, came) = pull(&Place::new().pull(4), &misp(&stand));
    assert_eq!(result.unwrap().events, 20);
    assert_eq!(came, (0..20).map(uuid).collect::<Vec<_>>());
}

#[test]
fn what_slips_between_pages_is_asked_for_by_name() {
    let world = World::with((0..10).map(|number| event(number, 1_772_000_000 + number as i64)));
    let inner = world.clone();
    let gone = Mutex::new(None);
    let stand = Stand::start(move |asked| {
        let mut world = inner.lock().unwrap();
        let query = asked.json();
        // While the second page is asked for, the first event is not there: all others move up by one.
        if asked.path == "/events/restSearch" && query["page"] == 2 {
            *gone.lock().unwrap() = world.events.remove(&uuid(0));
        }
        let reply = world.answer(asked);
        if let Some(event) = gone.lock().unwrap().take() {
            world.events.insert(uuid(0), event);
        }
        reply
    });
    let (result, mut came) = pull(&Place::new().pull(4), &misp(&stand));
    assert_eq!(result.unwrap().missed, 1);
    came.sort();
    assert_eq!(came, (0..10).map(uuid).collect::<Vec<_>>());
}

#[test]
fn another_partner_or_filter_is_not_mixed_in() {
    let world = World::with([event(1, 5)]);
    let (one, two) = (stand(&world), stand(&world));
    let place = Place::new();
    pull(&place.pull(5), &misp(&one)).0.unwrap();
    assert!(matches!(
        pull(&place.pull(5), &misp(&two)).0,
        Err(Error::Form { .. })
    ));
    let mut other = place.pull(5);
    other.filter.tags.push("tlp:green".into());
    assert!(matches!(
        pull(&other, &misp(&one)).0,
        Err(Error::Form { .. })
    ));
}

#[test]
fn a_uuid_that_is_a_path_is_refused() {
    let mut bad = event(1, 5);
    bad["Event"]["uuid"] = json!("../../etc/passwd");
    let (result, came) = pull(&Place::new().pull(5), &misp(&stand(&World::with([bad]))));
    assert!(matches!(result, Err(Error::Event { .. })) && came.is_empty());
}

#[test]
fn a_wrong_key_is_said_and_not_shown() {
    let stand = stand(&World::with([]));
    let settings = Settings {
        auth: Auth::header("Authorization", Secret::new("wrong-key")),
        ..still().0
    };
    let misp = Misp::new(Client::new(&stand.url(), settings).unwrap());
    let error = pull(&Place::new().pull(5), &misp).0.unwrap_err();
    assert!(
        error.to_string().contains("403") && !error.to_string().contains("wrong-key"),
        "{error}"
    );
}

fn push(plan: &Push, misp: &Misp, events: Vec<Value>) -> (Result<Pushed, Error>, Vec<Sent>) {
    let mut ends = Vec::new();
    let result = plan.run(misp, &released(events), &mut |_, sent| ends.push(sent));
    (result, ends)
}

#[test]
fn what_is_new_is_added_what_is_newer_edited_and_a_second_run_sends_nothing() {
    for sync in [true, false] {
        let world = World::with([event(1, 100), event(2, 100), event(3, 300)]);
        world.lock().unwrap().sync = sync;
        let stand = stand(&world);
        let (misp, place) = (misp(&stand), Place::new());
        let events: Vec<Value> = (0..5).map(|number| event(number, 200)).collect();
        let plan = Push {
            publish: true,
            tags: vec!["from:aidos".into()],
            ..place.push()
        };
        let (result, _) = push(&plan, &misp, events.clone());
        let pushed = result.unwrap();
        assert_eq!((pushed.added, pushed.edited), (2, 2));
        // Without the right to ask, the older event is tried and found stale.
        assert_eq!(
            (pushed.unwanted, pushed.stale),
            if sync { (1, 0) } else { (0, 1) }
        );
        assert_eq!(pushed.published, 4);
        assert!(pushed.refused.is_empty());
        assert_eq!(
            pushed.left_out,
            [
                "Event.Orgc",
                "Event.event_creator_email",
                "Event.publish_timestamp"
            ]
        );
        {
            let world = world.lock().unwrap();
            let there = &world.events[&uuid(0)]["Event"];
            assert_eq!(there["distribution"], "1");
            assert!(!there.to_string().contains("alice"));
            assert_eq!(world.tags.len(), 4);
            assert_eq!(world.published.len(), 4);
        }
        let packed = stand
            .asked()
            .into_iter()
            .filter(|asked| asked.path == "/events/add/metadata:1");
        assert!(
            packed
                .map(|asked| asked.header("content-encoding").map(str::to_owned))
                .all(|how| how.as_deref() == Some("gzip"))
        );

        stand.forget();
        let (result, ends) = push(&plan, &misp, events);
        let again = result.unwrap();
        assert_eq!((again.added, again.edited, again.published), (0, 0, 0));
        let sent: Vec<String> = stand
            .lines()
            .into_iter()
            .filter(|line| !line.contains("getVersion"))
            .collect();
        let harmless = |line: &String| {
            line.contains("filterEventIds") || line.starts_with("HEAD") || line.contains(&uuid(3))
        };
        assert!(sent.iter().all(harmless), "{sent:?}");
        let known = ends.iter().filter(|end| **end == Sent::Known).count();
        assert_eq!(known, if sync { 4 } else { 5 });
    }
}

#[test]
fn a_refused_event_is_listed_and_the_others_go_on() {
    let world = World::with([]);
    let stand = stand(&world);
    let mut bad = event(1, 100);
    bad["Event"]["info"] = json!("bad one");
    let (result, ends) = push(
        &Place::new().push(),
        &misp(&stand),
        vec![event(0, 100), bad, event(2, 100)],
    );
    let pushed = result.unwrap();
    assert_eq!(ends, [Sent::Added, Sent::Refused, Sent::Added]);
    assert_eq!(
        pushed.refused,
        [(
            uuid(1),
            vec![
                "date: Expected date format: YYYY-MM-DD".to_owned(),
                "Attribute.0.value: Value not in the right format.".to_owned(),
            ]
        )]
    );
}

#[test]
fn an_answer_to_an_event_that_breaks_off_doubles_nothing() {
    let world = World::with([]);
    let inner = world.clone();
    let count = AtomicUsize::new(0);
    let adds = Arc::new(AtomicUsize::new(0));
    let counted = adds.clone();
    let stand = Stand::start(move |asked| {
        let reply = inner.lock().unwrap().answer(asked);
        if asked.path.starts_with("/events/add") {
            counted.fetch_add(1, Ordering::Relaxed);
            if count.fetch_add(1, Ordering::Relaxed) == 1 {
                return reply.cut(10);
            }
        }
        reply
    });
    let (misp, place) = (misp(&stand), Place::new());
    let events: Vec<Value> = (0..3).map(|number| event(number, 100)).collect();
    let (result, ends) = push(&place.push(), &misp, events.clone());
    assert_eq!(result.unwrap().added, 3);
    assert_eq!(ends, [Sent::Added; 3]);
    assert_eq!(adds.load(Ordering::Relaxed), 3);
    assert_eq!(world.lock().unwrap().events.len(), 3);
    stand.forget();
    assert_eq!(push(&place.push(), &misp, events).0.unwrap().known, 3);
    assert_eq!(stand.lines(), ["GET /servers/getVersion"]);
}

#[test]
fn what_would_be_sent_is_what_is_sent() {
    let world = World::with([]);
    let stand = stand(&world);
    let place = Place::new();
    let events = vec![event(1, 100)];
    let plan = place.push().plan(&released(events.clone())).unwrap();
    assert!(stand.asked().is_empty());
    push(&place.push(), &misp(&stand), events).0.unwrap();
    let asked = stand.asked();
    let sent = asked
        .iter()
        .find(|asked| asked.path.starts_with("/events/add"))
        .unwrap();
    assert_eq!(sent.json(), plan[0].event);
}

#[test]
fn matches_become_sightings_or_tags_once() {
    let world = World::with((0..4).map(|number| event(number, 100)));
    let stand = stand(&world);
    let (misp, place) = (misp(&stand), Place::new());
    let csv = place.0.path().join("result.csv");
    std::fs::write(
        &csv,
        "value,match\n198.51.100.1,1\n198.51.100.2,0\n198.51.100.3,1\n10.0.0.7,1\n203.0.113.9,1\n",
    )
    .unwrap();
    let hits = Hits::read(&csv).unwrap();
    let state = place.0.path().join("match.state");
    let send = |mark: &Mark| hits.send(&misp, mark, &state, &mut |_| {}).unwrap();
    let marked = send(&Mark::Sighting(Some("sensor".into())));
    assert_eq!((marked.marked, marked.missing, marked.known), (2, 1, 0));
    assert_eq!(world.lock().unwrap().sightings, [uuid(1001), uuid(1003)]);
    let marked = send(&Mark::Sighting(Some("sensor".into())));
    assert_eq!((marked.marked, marked.known), (0, 2));
    send(&Mark::Tag("seen".into()));
    let world = world.lock().unwrap();
    assert_eq!(world.sightings.len(), 2);
    assert_eq!(
        world.tags,
        [
            (uuid(1001), "seen".to_owned()),
            (uuid(1003), "seen".to_owned())
        ]
    );
    assert!(
        !stand
            .asked()
            .iter()
            .any(|asked| String::from_utf8_lossy(&asked.body).contains("10.0.0.7"))
    );
}
