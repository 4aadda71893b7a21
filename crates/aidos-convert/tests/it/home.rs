//! There and back again: what is not there then stands in the ledger.

use std::collections::BTreeMap;

use aidos_convert::misp_stix::{Form, Loss, convert, to_misp, to_stix};
use aidos_model::json::{Shape, read};
use aidos_model::misp::Document;
use aidos_model::stix::Bundle;
use serde_json::Value;

use crate::corpus;

/// All leaves of a value with their paths; how MISP spells numbers, truths and empty lists does not count.
fn leaves(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                leaves(
                    &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")),
                    inner,
                    out,
                );
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                leaves(&format!("{path}/{at}"), inner, out);
            }
        }
        Value::Null => {}
        Value::Bool(truth) => drop(out.insert(path.to_owned(), u8::from(*truth).to_string())),
        Value::String(text) => drop(out.insert(path.to_owned(), text.clone())),
        Value::Number(number) => drop(out.insert(path.to_owned(), number.to_string())),
    }
}

fn is_listed(losses: &[Loss], path: &str) -> bool {
    losses.iter().any(|loss| {
        path.strip_prefix(loss.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Takes from a document what the ledger lists; items of lists go, so that the others move up.
fn less(value: &Value, path: &str, losses: &[Loss]) -> Option<Value> {
    if losses.iter().any(|loss| loss.path == path) {
        return None;
    }
    Some(match value {
        Value::Object(members) => members
            .iter()
            .filter_map(|(name, inner)| {
                let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                Some((name.clone(), less(inner, &path, losses)?))
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter_map(|(at, inner)| less(inner, &format!("{path}/{at}"), losses))
            .collect(),
        other => other.clone(),
    })
}

#[test]
fn documents_read_and_write_to_the_same_value() {
    for document in corpus::events(50) {
        let read: Document = read(document.to_string().as_bytes()).unwrap();
        assert_eq!(read.to_value(), document);
        assert_eq!(read.into_value(), document);
    }
    for seed in 0..20 {
        let bundle = corpus::bundle(seed);
        let read: Bundle = read(bundle.to_string().as_bytes()).unwrap();
        assert_eq!(read.to_value(), bundle);
    }
}

#[test]
fn events_come_home_but_for_what_is_listed() {
    let events = corpus::events(520);
    let mut differences = Vec::new();
    let mut compared = 0;
    for (number, document) in events.iter().enumerate() {
        let event = *read::<Document>(document.to_string().as_bytes())
            .unwrap()
            .event
            .unwrap();
        let (bundle, losses) = to_stix(event.clone());
        let text = convert(document.to_string().as_bytes(), Form::Stix).unwrap();
        assert!(
            text.text == bundle.to_vec(),
            "{number}: as it is made and as a whole"
        );
        assert_eq!(
            (text.losses, text.objects),
            (losses.clone(), bundle.objects().len())
        );
        let (again, same) = to_stix(event);
        assert_eq!(
            (bundle.to_vec(), &losses),
            (again.to_vec(), &same),
            "two conversions differ"
        );
        let bundle: Bundle = read(&bundle.to_vec()).unwrap();
        let (home, back) = to_misp(bundle);
        // What is lost belongs to one server; no value, type or word is.
        for loss in &losses {
            let last = loss.path.rsplit('/').next().unwrap();
            let local = last.ends_with("id")
                || ["Org", "locked", "event_creator_email", "attribute_count"].contains(&last);
            let tag = loss.path.contains("/Tag/");
            assert!(local || tag, "{loss:?}");
        }
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        let kept = less(document, "", &losses).unwrap();
        leaves("", &kept, &mut before);
        let home = Document {
            event: Some(Box::new(home)),
            ..Document::default()
        };
        leaves("", &home.to_value(), &mut after);
        compared += before.len();
        for (path, value) in &before {
            if after.get(path) != Some(value) && differences.len() < 20 {
                differences.push(format!(
                    "{number}{path}: {value:?} came home as {:?}",
                    after.get(path)
                ));
            }
        }
        for (path, value) in &after {
            let derived = path.ends_with("/uuid");
            if !before.contains_key(path) && !derived && differences.len() < 20 {
                differences.push(format!("{number}{path}: {value:?} was not there"));
            }
        }
        if !back.is_empty() && differences.len() < 20 {
            differences.push(format!("{number}: lost on the way back: {:?}", &back[..1]));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared > 200_000, "{compared} leaves compared");
}

/// A member may stand twice, or have a name that the conversion uses: the content has it once.
#[test]
fn members_that_stand_twice_come_once() {
    let uuid = r#""uuid":"11111111-0000-4000-8000-000000000001","timestamp":"1700000000""#;
    for odd in [
        r#""comment":5,"comment":"five""#,
        r#""Tag":"none","from":"{0/value}""#,
        r#""Tag":7,"Tag":[{"name":"a"}]"#,
        r#""first_seen":null,"new":[1.5,"\u007f"],"Galaxy":null"#,
    ] {
        let text = format!(
            r#"{{"Event":{{"Attribute":[{{"type":"ip-src","value":"198.51.100.3",{odd},{uuid}}}]}}}}"#
        );
        let document: Document = read(text.as_bytes()).unwrap();
        let (bundle, _) = to_stix(*document.event.unwrap());
        let made = bundle.to_vec();
        let value: Value = serde_json::from_slice(&made).unwrap();
        let mut again = Vec::new();
        value.write(&mut again);
        assert_eq!(again, made, "{odd}");
        assert_eq!(convert(text.as_bytes(), Form::Stix).unwrap().text, made);
    }
}

#[test]
fn what_we_make_has_no_violation() {
    for (number, document) in corpus::events(200).iter().enumerate() {
        let event = *read::<Document>(document.to_string().as_bytes())
            .unwrap()
            .event
            .unwrap();
        let (bundle, _) = to_stix(event);
        let found: Vec<String> = bundle.check().iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "{number}: {found:?}");
    }
}

#[test]
fn bundles_come_home_but_for_what_is_listed() {
    for seed in 0..100 {
        let document = corpus::bundle(seed);
        let (event, losses) = to_misp(read(document.to_string().as_bytes()).unwrap());
        let event = Document {
            event: Some(Box::new(event)),
            ..Document::default()
        };
        let event = *read::<Document>(event.to_value().to_string().as_bytes())
            .unwrap()
            .event
            .unwrap();
        let (home, _) = to_stix(event);
        let home = home.to_value();
        let there: BTreeMap<&str, &Value> = home["objects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|object| (object["id"].as_str().unwrap(), object))
            .collect();
        let objects = document["objects"].as_array().unwrap();
        for (at, object) in objects.iter().enumerate() {
            for (name, value) in object.as_object().unwrap() {
                let path = format!("/objects/{at}/{name}");
                let found = there
                    .get(object["id"].as_str().unwrap())
                    .and_then(|one| one.get(name));
                assert!(
                    found == Some(value) || is_listed(&losses, &path),
                    "{path} of a {} came home as {found:?}",
                    object["type"]
                );
            }
        }
        // The ledger is no way out: most comes home.
        assert!(losses.len() < objects.len() * 4, "{} losses", losses.len());
    }
}
