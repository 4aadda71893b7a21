//! What may be sent, and to whom.

use std::fs;

use aidos_exchange::Error;
use aidos_exchange::released::Released;
use aidos_model::Tlp;
use serde_json::{Value, json};

use crate::case::{definition, marked, release, uuid};

fn indicator(number: usize) -> Value {
    json!({"type": "indicator", "id": format!("indicator--{}", uuid(number)), "name": "x"})
}

#[test]
fn no_label_goes_above_its_ceiling() {
    for own in Tlp::ALL {
        for ceiling in Tlp::ALL {
            let case = tempfile::tempdir().unwrap();
            let objects = [definition(own), marked(indicator(1), own)];
            // The release itself is freer: each object's own label counts.
            let released = release(case.path(), &objects, Tlp::Clear);
            let opened = Released::open(&released, case.path(), ceiling);
            assert_eq!(opened.is_ok(), own <= ceiling, "{own} to {ceiling}");
            if let Err(error) = opened {
                assert!(error.is_refusal() && error.to_string().contains("nothing was sent"));
            }
        }
    }
}

#[test]
fn what_carries_no_label_carries_that_of_its_release() {
    let case = tempfile::tempdir().unwrap();
    let statement = json!({"type": "marking-definition", "id": format!("marking-definition--{}", uuid(9)),
        "definition_type": "statement", "definition": {"statement": "ours"}});
    let mut stated = indicator(1);
    stated["object_marking_refs"] = json!([statement["id"]]);
    for object in [indicator(1), stated] {
        let released = release(
            case.path(),
            &[statement.clone(), object.clone()],
            Tlp::Amber,
        );
        assert!(matches!(
            Released::open(&released, case.path(), Tlp::Green),
            Err(Error::Label {
                label: Tlp::Amber,
                objects: 1,
                ..
            })
        ));
        assert!(Released::open(&released, case.path(), Tlp::Amber).is_ok());
    }
    let freer = [marked(indicator(1), Tlp::Green)];
    let released = release(case.path(), &freer, Tlp::Amber);
    assert!(Released::open(&released, case.path(), Tlp::Green).is_ok());
}

#[test]
fn parts_and_own_definitions_count_and_unknown_ones_refuse() {
    let case = tempfile::tempdir().unwrap();
    let own = format!("marking-definition--{}", uuid(7));
    let mut object = marked(indicator(1), Tlp::Clear);
    object["granular_markings"] = json!([{"marking_ref": own, "selectors": ["name"]}]);
    let unknown = release(case.path(), std::slice::from_ref(&object), Tlp::Clear);
    assert!(matches!(
        Released::open(&unknown, case.path(), Tlp::Red),
        Err(Error::Marking { .. })
    ));
    let red = json!({"type": "marking-definition", "id": own, "definition_type": "tlp", "definition": {"tlp": "red"}});
    let known = release(case.path(), &[object, red], Tlp::Clear);
    assert!(matches!(
        Released::open(&known, case.path(), Tlp::AmberStrict),
        Err(Error::Label {
            label: Tlp::Red,
            ..
        })
    ));
}

#[test]
fn a_changed_byte_is_seen_before_and_while_it_is_sent() {
    let case = tempfile::tempdir().unwrap();
    let released = release(case.path(), &[marked(indicator(1), Tlp::Clear)], Tlp::Clear);
    let opened = Released::open(&released, case.path(), Tlp::Clear).unwrap();
    assert_eq!(opened.object(0).unwrap()["name"], "x");
    let path = case.path().join("shareable/bundle.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"x\"", "\"y\"")).unwrap();
    assert!(matches!(opened.object(0), Err(Error::Changed { .. })));
    let again = Released::open(&released, case.path(), Tlp::Clear);
    assert!(matches!(again, Err(Error::Changed { .. })));
    fs::write(&path, format!("{text} ")).unwrap();
    let longer = Released::open(&released, case.path(), Tlp::Clear);
    assert!(matches!(longer, Err(Error::Changed { .. })));
}
