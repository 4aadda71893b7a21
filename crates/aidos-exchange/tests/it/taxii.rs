//! The client of TAXII against a stand-in that keeps to the standard, and to its traps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aidos_exchange::Error;
use aidos_exchange::http::{Auth, Secret, Settings};
use aidos_exchange::pulled::{Form, Pulled};
use aidos_exchange::released::Released;
use aidos_exchange::sent::Sent;
use aidos_exchange::taxii::types::MEDIA;
use aidos_exchange::taxii::{Filter, Root, discover, pull, push, roots};
use aidos_model::Tlp;
use serde_json::{Value, json};

use crate::case::{marked, release, uuid};
use crate::stand::{Asked, Reply, Stand, still};

/// A collection: objects with the moment at which they came.
#[derive(Default)]
struct Shelf {
    objects: Vec<(String, Value)>,
    /// Pages that are kept: what is left of an answer.
    kept: BTreeMap<String, Vec<(String, Value)>>,
    pages: usize,
    /// Statuses that are asked for once more before they are complete.
    pending: BTreeMap<String, Value>,
    most: u64,
    /// Ends the connection in the middle of this page.
    cut_page: Option<usize>,
}

fn pairs(path: &str) -> BTreeMap<String, String> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let plain = |text: &str| {
        text.replace("%5B", "[")
            .replace("%5D", "]")
            .replace("%3A", ":")
            .replace("%2C", ",")
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn taxii(value: &Value) -> Reply {
    Reply::status(200)
        .header("Content-Type", MEDIA)
        .body(value.to_string())
}

impl Shelf {
    fn with(objects: Vec<(String, Value)>) -> Arc<Mutex<Self>> {
        Arc::new(Mutex::new(Self {
            objects,
            most: 10_000_000,
            ..Self::default()
        }))
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        assert_eq!(asked.header("accept"), Some(MEDIA));
        let path = asked.path.split('?').next().unwrap_or_default().to_owned();
        match (asked.method.as_str(), path.as_str()) {
            ("GET", "/taxii2/") => {
                taxii(&json!({"title": "t", "default": "/api/", "api_roots": ["/api/"]}))
            }
            ("GET", "/api/") => {
                taxii(&json!({"title": "a", "versions": [MEDIA], "max_content_length": self.most}))
            }
            ("GET", "/api/collections/") => taxii(&json!({"collections": [self.collection()]})),
            ("GET", "/api/collections/c/") => taxii(&self.collection()),
            ("GET", "/api/collections/c/objects/") => self.page(&pairs(&asked.path)),
            ("GET", "/api/collections/c/manifest/") => {
                let ids = &pairs(&asked.path)["match[id]"];
                let held = self
                    .objects
                    .iter()
                    .filter(|(_, own)| ids.split(',').any(|id| own["id"] == id));
                let records: Vec<Value> = held
                    .map(|(at, own)| json!({"id": own["id"], "date_added": at, "version": own.get("modified").unwrap_or(&json!(at))}))
                    .collect();
                taxii(&json!({"objects": records}))
            }
            ("POST", "/api/collections/c/objects/") => {
                assert_eq!(asked.header("content-type"), Some(MEDIA));
                assert!(asked.body.len() as u64 <= self.most);
                self.add(&asked.json())
            }
            ("GET", path) if path.starts_with("/api/status/") => {
                let id = path
                    .trim_start_matches("/api/status/")
                    .trim_end_matches('/');
                taxii(&self.pending[id])
            }
            _ => taxii(&json!({"title": "not here", "description": path})).with_status(404),
        }
    }

    fn collection(&self) -> Value {
        json!({"id": "c", "title": "C", "can_read": true, "can_write": true, "media_types": ["application/stix+json;version=2.1"]})
    }

    fn page(&mut self, asked: &BTreeMap<String, String>) -> Reply {
        let limit: usize = asked["limit"].parse().unwrap();
        self.pages += 1;
        let mut found = if let Some(next) = asked.get("next") {
            match self.kept.remove(next) {
                Some(rest) => rest,
                None => return taxii(&json!({"title": "next is not known"})).with_status(400),
            }
        } else {
            let after = asked
                .get("added_after")
                .map(String::as_str)
                .unwrap_or_default();
            let types = asked
                .get("match[type]")
                .map(|types| types.split(',').map(str::to_owned).collect::<Vec<_>>());
            let fits = |object: &Value| {
                types
                    .as_ref()
                    .is_none_or(|types| types.iter().any(|own| object["type"] == *own))
            };
            self.objects
                .iter()
                .filter(|(at, object)| at.as_str() > after && fits(object))
                .cloned()
                .collect()
        };
        let rest = found.split_off(limit.min(found.len()));
        let mut body =
            json!({"objects": found.iter().map(|(_, object)| object).collect::<Vec<_>>()});
        if !rest.is_empty() {
            let next = format!("n{}", self.pages);
            body["more"] = true.into();
            body["next"] = next.clone().into();
            self.kept.insert(next, rest);
        }
        let mut reply = taxii(&body);
        if let (Some((first, _)), Some((last, _))) = (found.first(), found.last()) {
            reply = reply
                .header("X-TAXII-Date-Added-First", first)
                .header("X-TAXII-Date-Added-Last", last);
        }
        if self.cut_page == Some(self.pages) {
            reply = reply.cut(20);
        }
        reply
    }

    fn add(&mut self, envelope: &Value) -> Reply {
        let id = uuid(self.pending.len() + 1);
        let mut failures = Vec::new();
        let objects = envelope["objects"].as_array().unwrap();
        for object in objects {
            if object["type"] == "x-refused" {
                failures.push(
                    json!({"id": object["id"], "version": "1", "message": "no such type here"}),
                );
            } else if self
                .objects
                .iter()
                .any(|(_, own)| own["id"] == object["id"])
            {
                failures.push(json!({"id": object["id"], "version": "1", "message": "exists"}));
            } else {
                self.objects
                    .push(("2026-03-02T00:00:00.000001Z".into(), object.clone()));
            }
        }
        let done = objects.len() - failures.len();
        let whole = json!({"id": id, "status": "complete", "total_count": objects.len(), "success_count": done,
            "failure_count": failures.len(), "pending_count": 0, "failures": failures});
        self.pending.insert(id.clone(), whole);
        taxii(
            &json!({"id": id, "status": "pending", "total_count": objects.len(), "success_count": 0,
            "failure_count": 0, "pending_count": objects.len()}),
        )
        .with_status(202)
    }
}

fn serve(shelf: &Arc<Mutex<Shelf>>) -> Stand {
    let shelf = Arc::clone(shelf);
    Stand::start(move |asked| shelf.lock().unwrap().answer(asked))
}

fn settings() -> Settings {
    still().0
}

fn root(stand: &Stand) -> Root {
    Root::new(&format!("{}/api/", stand.url()), settings()).unwrap()
}

/// So many objects, five of each moment.
fn shelf_of(count: usize) -> Arc<Mutex<Shelf>> {
    let object = |number: usize| {
        json!({"type": if number.is_multiple_of(2) { "indicator" } else { "malware" },
            "id": format!("indicator--{}", uuid(number)), "modified": "2026-03-01T00:00:00.000Z"})
    };
    let moment = |number: usize| format!("2026-03-01T00:{:02}:00.000000Z", number / 5);
    Shelf::with(
        (0..count)
            .map(|number| (moment(number), object(number)))
            .collect(),
    )
}

fn ids(path: &Path) -> Vec<String> {
    let bundle: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let objects = bundle["objects"].as_array().unwrap();
    objects
        .iter()
        .map(|own| own["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_server_tells_what_it_has() {
    let stand = serve(&shelf_of(0));
    let found = discover(&format!("{}/taxii2/", stand.url()), settings()).unwrap();
    assert_eq!(
        (found.default.as_deref(), found.api_roots.len()),
        (Some("/api/"), 1)
    );
    let root = root(&stand);
    assert_eq!(root.about().unwrap().max_content_length, 10_000_000);
    assert_eq!(root.collections().unwrap()[0].title, "C");
    let error = root.collection("none").unwrap_err();
    assert!(
        error.is_partners() && error.to_string().contains("not here"),
        "{error}"
    );
}

#[test]
fn the_second_pull_brings_what_is_new_and_nothing_else() {
    let shelf = shelf_of(23);
    let stand = serve(&shelf);
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let pull = |name: &str| {
        let out = folder.path().join(name);
        let mut into = Pulled::open(&out, &state, "x", Form::Bundle).unwrap();
        let new = pull::pull(
            &root(&stand),
            "c",
            &Filter::default(),
            4,
            &mut into,
            &mut |_| (),
        )
        .unwrap();
        (new, out)
    };
    let (new, out) = pull("one.json");
    assert!(new);
    assert_eq!(ids(&out).len(), 23);
    assert_eq!(stand.lines().len(), 6);
    let (new, out) = pull("two.json");
    assert!(!new && !out.exists());
    let late = json!({"type": "tool", "id": "tool--a", "modified": "2026-03-03T00:00:00Z"});
    shelf
        .lock()
        .unwrap()
        .objects
        .push(("2026-03-03T00:00:00.000000Z".into(), late));
    let (new, out) = pull("three.json");
    assert!(new);
    assert_eq!(ids(&out), ["tool--a"]);
}

#[test]
fn a_pull_that_was_cut_goes_on_and_loses_nothing_of_a_moment() {
    for forgotten in [false, true] {
        let shelf = shelf_of(23);
        let stand = serve(&shelf);
        let folder = tempfile::tempdir().unwrap();
        let (state, out) = (folder.path().join("state"), folder.path().join("out.json"));
        // In the middle of five objects of one moment, and in the middle of a page.
        shelf.lock().unwrap().cut_page = Some(3);
        let mut settings = settings();
        settings.retry.attempts = 1;
        let root = Root::new(&format!("{}/api/", stand.url()), settings).unwrap();
        let pull = || {
            let mut into = Pulled::open(&out, &state, "x", Form::Bundle)?;
            pull::pull(&root, "c", &Filter::default(), 4, &mut into, &mut |_| ())
        };
        let error = pull().unwrap_err();
        assert!(error.is_partners(), "{error}");
        assert!(!out.exists());
        {
            // A page that was answered is used up; a kind server keeps it.
            let mut shelf = shelf.lock().unwrap();
            shelf.cut_page = None;
            if forgotten {
                shelf.kept.clear();
            } else {
                let rest = shelf.objects[8..].to_vec();
                shelf.kept.insert("n2".into(), rest);
            }
        }
        assert!(pull().unwrap());
        let mut found = ids(&out);
        assert_eq!(found.len(), 23, "forgotten: {forgotten}");
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 23);
    }
}

#[test]
fn filters_go_along_on_every_page() {
    let shelf = shelf_of(20);
    let stand = serve(&shelf);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.json");
    let filter = Filter {
        types: vec!["malware".into()],
        added_after: Some("2026-03-01T00:00:30Z".into()),
        ..Filter::default()
    };
    let mut into = Pulled::open(&out, &folder.path().join("state"), "x", Form::Bundle).unwrap();
    pull::pull(&root(&stand), "c", &filter, 3, &mut into, &mut |_| ()).unwrap();
    assert_eq!(ids(&out).len(), 8);
    for line in stand.lines() {
        assert!(
            line.contains("match%5Btype%5D=malware")
                && line.contains("added_after=")
                && line.contains("limit=3"),
            "{line}"
        );
    }
}

#[test]
fn a_server_that_goes_in_a_circle_is_left() {
    let stand = Stand::start(|_| taxii(&json!({"more": true, "objects": []})));
    let folder = tempfile::tempdir().unwrap();
    let mut into = Pulled::open(
        &folder.path().join("o"),
        &folder.path().join("s"),
        "x",
        Form::Lines,
    )
    .unwrap();
    let error = pull::pull(
        &root(&stand),
        "c",
        &Filter::default(),
        3,
        &mut into,
        &mut |_| (),
    )
    .unwrap_err();
    assert!(error.to_string().contains("neither next"), "{error}");
}

#[test]
fn roots_on_other_hosts_are_not_taken() {
    let stand = Stand::start(|asked| {
        let other = "https://other.example/api/";
        let roots = if asked.path == "/some/" {
            vec![other, "/api/"]
        } else {
            vec![other]
        };
        taxii(&json!({"title": "t", "default": other, "api_roots": roots}))
    });
    let found = roots(&format!("{}/some/", stand.url()), settings()).unwrap();
    assert_eq!(found, [format!("{}/api/", stand.url())]);
    let error = roots(&format!("{}/none/", stand.url()), settings()).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("other.example") && said.contains("--url"),
        "{said}"
    );
}

#[test]
fn what_does_not_speak_taxii_is_told() {
    let stand = Stand::start(|_| Reply::json(&json!({"title": "MISP"})));
    let error = root(&stand).about().unwrap_err().to_string();
    assert!(error.contains("TAXII 2.1"), "{error}");
}

#[test]
fn users_tokens_and_passwords_go_along() {
    let stand = serve(&shelf_of(0));
    let auth = Auth::Basic {
        user: "u".into(),
        password: Secret::new("p"),
    };
    let root = Root::new(
        &format!("{}/api", stand.url()),
        Settings { auth, ..settings() },
    )
    .unwrap();
    root.about().unwrap();
    assert_eq!(stand.asked()[0].header("authorization"), Some("Basic dTpw"));
}

#[test]
fn a_push_is_cut_to_size_waited_for_and_not_repeated() {
    let shelf = Shelf::with(Vec::new());
    shelf.lock().unwrap().most = 2000;
    let stand = serve(&shelf);
    let folder = tempfile::tempdir().unwrap();
    let mut objects: Vec<Value> = (0..40)
        .map(|number| {
            marked(
                json!({"type": "malware", "id": format!("malware--{}", uuid(number)), "modified": "2026-03-01T00:00:00.000Z"}),
                Tlp::Green,
            )
        })
        .collect();
    // It points to what stands behind it.
    objects.insert(0, marked(json!({"type": "grouping", "id": "grouping--a", "object_refs": [format!("malware--{}", uuid(39))]}), Tlp::Green));
    objects.push(marked(
        json!({"type": "x-refused", "id": "x-refused--b"}),
        Tlp::Green,
    ));
    objects.push(marked(
        json!({"type": "note", "id": "note--c", "content": "x".repeat(3000)}),
        Tlp::Green,
    ));
    let released = release(folder.path(), &objects, Tlp::Green);
    let opened = Released::open(&released, folder.path(), Tlp::Green).unwrap();
    let state = folder.path().join("state");
    let push = || {
        let mut sent = Sent::open(&state, "x", true).unwrap();
        push::push(
            &root(&stand),
            "c",
            &opened,
            &mut sent,
            &push::Push::default(),
            &mut |_| (),
        )
        .unwrap()
    };
    let done = push();
    assert_eq!((done.taken, done.before, done.undecided), (41, 0, 0));
    assert!(done.envelopes > 2);
    let failed: Vec<(&str, &str)> = done
        .failures
        .iter()
        .map(|own| (own.id.as_str(), own.message.as_str()))
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed.contains(&("x-refused--b", "no such type here")));
    assert!(
        failed
            .iter()
            .any(|(id, why)| *id == "note--c" && why.contains("larger"))
    );
    let held: Vec<String> = shelf
        .lock()
        .unwrap()
        .objects
        .iter()
        .map(|(_, own)| own["id"].as_str().unwrap().into())
        .collect();
    let place = |id: &str| held.iter().position(|own| own == id).unwrap();
    assert!(place(&format!("malware--{}", uuid(39))) < place("grouping--a"));
    stand.forget();
    let again = push();
    assert_eq!((again.taken, again.before), (0, 41));
    // Only what was refused is tried again.
    assert_eq!(
        stand
            .lines()
            .iter()
            .filter(|line| line.starts_with("POST"))
            .count(),
        1
    );
}

#[test]
fn a_push_that_was_cut_sends_the_rest() {
    let shelf = Shelf::with(Vec::new());
    let posts = Arc::new(Mutex::new(0));
    let (inner, counter) = (Arc::clone(&shelf), Arc::clone(&posts));
    let stand = Stand::start(move |asked| {
        if asked.method == "POST" {
            let mut posts = counter.lock().unwrap();
            *posts += 1;
            // The answer is lost; what was asked is done.
            if *posts == 3 {
                return inner.lock().unwrap().answer(asked).cut(10);
            }
        }
        inner.lock().unwrap().answer(asked)
    });
    let folder = tempfile::tempdir().unwrap();
    let objects: Vec<Value> = (0..50)
        .map(|number| {
            marked(
                json!({"type": "malware", "id": format!("malware--{}", uuid(number)), "modified": "2026-03-01T00:00:00.000Z"}),
                Tlp::Green,
            )
        })
        .collect();
    let released = release(folder.path(), &objects, Tlp::Green);
    let opened = Released::open(&released, folder.path(), Tlp::Green).unwrap();
    let state = folder.path().join("state");
    let how = push::Push {
        objects: 10,
        ..push::Push::default()
    };
    let push = || {
        let mut sent = Sent::open(&state, "x", true).unwrap();
        push::push(&root(&stand), "c", &opened, &mut sent, &how, &mut |_| ())
    };
    assert!(matches!(push(), Err(Error::Http(_))));
    let done = push().unwrap();
    assert_eq!(
        (done.taken, done.before, done.there, done.failures.len()),
        (20, 20, 10, 0)
    );
    assert_eq!(shelf.lock().unwrap().objects.len(), 50);
}
