//! The client of TAXII against medallion, the server of OASIS: `.ci/check-taxii.py` starts it and names it in `AIDOS_MEDALLION`.

use std::fs;
use std::path::Path;

use aidos_exchange::Error;
use aidos_exchange::http::{Auth, Secret, Settings};
use aidos_exchange::pulled::{Form, Pulled};
use aidos_exchange::released::Released;
use aidos_exchange::sent::Sent;
use aidos_exchange::taxii::{Filter, Root, discover, pull, push, roots};
use aidos_model::Tlp;
use serde_json::{Value, json};

use crate::case::{definition, marked, release, uuid};

const FILLED: &str = "00000001-0000-4000-8000-00000000000c";
const INBOX: &str = "00000002-0000-4000-8000-00000000000c";
/// What the script puts into the first collection.
const OBJECTS: usize = 450;

fn medallion() -> Option<(String, Settings)> {
    let Ok(address) = std::env::var("AIDOS_MEDALLION") else {
        println!("not checked: AIDOS_MEDALLION names no medallion; .ci/check-taxii.py starts one");
        return None;
    };
    let settings = Settings {
        auth: Auth::Basic {
            user: std::env::var("AIDOS_MEDALLION_USER").unwrap(),
            password: Secret::from_env("AIDOS_MEDALLION_PASSWORD").unwrap(),
        },
        ..Settings::default()
    };
    Some((address, settings))
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
fn medallion_tells_what_it_has() {
    let Some((address, settings)) = medallion() else {
        return;
    };
    let discovery = format!("{address}/taxii2/");
    let found = discover(&discovery, settings.clone()).unwrap();
    assert_eq!(found.title, "medallion of the tests");
    let roots = roots(&discovery, settings.clone()).unwrap();
    assert_eq!(roots, [format!("{address}/api1/")]);
    let root = Root::new(&roots[0], settings.clone()).unwrap();
    assert_eq!(root.about().unwrap().max_content_length, 20_000);
    let collections = root.collections().unwrap();
    assert_eq!(collections.len(), 2);
    assert_eq!(root.collection(FILLED).unwrap().title, "filled");
    let manifest = root.manifest(FILLED, &Filter::default(), 30, None).unwrap();
    assert_eq!(manifest.body.objects.len(), 30);
    assert!(manifest.body.more && manifest.body.next.is_some());
    let nobody = Settings {
        auth: Auth::None,
        ..settings
    };
    let error = Root::new(&roots[0], nobody).unwrap().about().unwrap_err();
    assert!(
        matches!(&error, Error::Http(own) if own.status() == Some(401)),
        "{error}"
    );
}

#[test]
fn medallion_is_pulled_by_pages_filters_and_dates() {
    let Some((address, settings)) = medallion() else {
        return;
    };
    let root = Root::new(&format!("{address}/api1/"), settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, filter: &Filter| {
        let out = folder.path().join(format!("{name}.json"));
        let state = folder.path().join(format!("{name}.state"));
        let mut pages = 0;
        let mut into = Pulled::open(&out, &state, name, Form::Bundle).unwrap();
        let new = pull::pull(&root, FILLED, filter, 70, &mut into, &mut |_| pages += 1).unwrap();
        (new, pages, out, into.doubles())
    };
    let all = Filter::default();
    let (new, pages, out, doubles) = run("all", &all);
    assert!(new);
    assert_eq!((ids(&out).len(), pages, doubles), (OBJECTS, 7, 0));
    fs::remove_file(&out).unwrap();
    let (new, _, out, _) = run("all", &all);
    assert!(!new && !out.exists());
    let some = Filter {
        types: vec!["malware".into()],
        ..Filter::default()
    };
    assert_eq!(ids(&run("malware", &some).2).len(), OBJECTS / 5);
    let late = Filter {
        added_after: Some("2026-03-01T00:39:00.000000Z".into()),
        ..Filter::default()
    };
    assert_eq!(ids(&run("late", &late).2).len(), OBJECTS - 400);
    let one = Filter {
        ids: vec![format!("indicator--{}", uuid(1))],
        ..Filter::default()
    };
    assert_eq!(ids(&run("one", &one).2), one.ids);
}

#[test]
fn medallion_takes_what_is_pushed_and_takes_it_once() {
    let Some((address, settings)) = medallion() else {
        return;
    };
    let root = Root::new(&format!("{address}/api1/"), settings).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut objects: Vec<Value> = (0..300)
        .map(|number| {
            let own = json!({"type": "malware", "spec_version": "2.1", "id": format!("malware--{}", uuid(number)),
                "created": "2026-03-01T00:00:00.000Z", "modified": "2026-03-01T00:00:00.000Z", "name": "x", "is_family": false});
            marked(own, Tlp::Green)
        })
        .collect();
    objects.push(definition(Tlp::Green));
    let released = release(folder.path(), &objects, Tlp::Green);
    assert!(Released::open(&released, folder.path(), Tlp::Clear).is_err());
    let opened = Released::open(&released, folder.path(), Tlp::Green).unwrap();
    let push = |state: &str| {
        let mut sent = Sent::open(&folder.path().join(state), "x", true).unwrap();
        push::push(
            &root,
            INBOX,
            &opened,
            &mut sent,
            &push::Push::default(),
            &mut |_| (),
        )
        .unwrap()
    };
    let done = push("state");
    assert_eq!(
        (done.taken, done.failures.len(), done.undecided),
        (301, 0, 0)
    );
    assert!(done.envelopes > 3, "20,000 bytes each: {}", done.envelopes);
    let again = push("state");
    assert_eq!((again.taken, again.before, again.envelopes), (0, 301, 0));
    // Without what was remembered the server refuses each object, and its manifest says why: it has them.
    let blind = push("other");
    assert_eq!(
        (blind.taken, blind.there, blind.failures.len()),
        (0, 301, 0)
    );
    let out = folder.path().join("back.json");
    let mut into = Pulled::open(&out, &folder.path().join("back"), "x", Form::Bundle).unwrap();
    assert!(
        pull::pull(
            &root,
            INBOX,
            &Filter::default(),
            100,
            &mut into,
            &mut |_| ()
        )
        .unwrap()
    );
    assert_eq!(ids(&out).len(), 301);
}
