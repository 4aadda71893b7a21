//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use std::collections::BTreeSet;
use std::io::Cursor;

use aidos_model::Timestamp;
use aidos_model::json::{self, Shape};
use aidos_model::misp::Document;
use aidos_model::stix::{Bundle, id_of};
use serde_json::Value;

use crate::feed::{definitions, parse};
use crate::indicator::{Find, Kind, Reach, Scanner, defang, reach_of, refang, scan};
use crate::misp_stix::{self, Form, Loss, form_of, stream};
use crate::read::{Format, Options, read, sniff};

type Owned = (Kind, String, u64, usize, bool);

fn owned(find: &Find<'_>) -> Owned {
    (
        find.kind,
        find.value.to_string(),
        find.start,
        find.len,
        find.defanged,
    )
}

/// Free text: finds are in order, disjoint and inside; the same whatever pieces the text arrives in; a value
/// defanged is read as itself.
///
/// # Panics
///
/// If one of these does not hold.
pub fn indicators(bytes: &[u8]) {
    let Some((&cut, text)) = bytes.split_first() else {
        return;
    };
    let mut whole = Vec::new();
    let mut end = 0;
    scan(text, &mut |find| {
        assert!(find.start >= end, "{find:?} begins before {end}");
        assert!(find.len > 0, "{find:?} is nowhere");
        end = find.end();
        assert!(end <= text.len() as u64, "{find:?} ends behind the text");
        whole.push(owned(&find));
    });
    let mut pieces = Vec::new();
    let mut scanner = Scanner::default();
    for piece in text.chunks(usize::from(cut).max(1)) {
        scanner.feed(piece, &mut |find| pieces.push(owned(&find)));
    }
    scanner.finish(&mut |find| pieces.push(owned(&find)));
    assert_eq!(whole, pieces, "in pieces of {cut} bytes");
    for (kind, value, ..) in whole.iter().take(16) {
        let safe = defang(*kind, value);
        assert_eq!(refang(&safe), refang(value), "{safe:?}");
    }
}

/// Other inputs (the first byte picks which): refused with one line, or the bundle is closed, its ids are right, and nothing
/// private is looked for.
///
/// # Panics
///
/// If one of these does not hold.
pub fn inputs(bytes: &[u8]) {
    let Some((&first, input)) = bytes.split_first() else {
        return;
    };
    let format = Format::ALL[usize::from(first) % Format::ALL.len()];
    let _ = sniff(input);
    let options = Options {
        title: "input",
        made: Timestamp(1_772_879_883_000_000_000),
        tlp: None,
    };
    let seen = match read(input, format) {
        Ok(seen) => seen,
        Err(error) => {
            assert!(!error.to_string().contains('\n'), "{error:?}");
            return;
        }
    };
    let bundle = seen.stix(&options);
    let objects = bundle["objects"].as_array().map_or(&[][..], Vec::as_slice);
    let ids: BTreeSet<&str> = objects.iter().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!(ids.len(), objects.len(), "ids are missing or doubled");
    for object in objects {
        let Some(members) = object.as_object() else {
            panic!("no object: {object}");
        };
        let id = id_of(members).map(|id| id.to_string());
        assert_eq!(id.as_deref(), object["id"].as_str(), "{object}");
        for (name, value) in members {
            let listed = value.as_array().into_iter().flatten();
            let refs = listed.chain(name.ends_with("_ref").then_some(value));
            if name.ends_with("_ref") || name.ends_with("_refs") {
                for id in refs.filter_map(serde_json::Value::as_str) {
                    assert!(ids.contains(id), "{id} of {object}");
                }
            }
        }
    }
    let event = seen.misp(&options);
    let attributes = event["Event"]["Attribute"].as_array();
    for attribute in attributes.into_iter().flatten() {
        let value = attribute["value"].as_str().unwrap_or_default();
        assert!(!value.is_empty(), "{attribute}");
        if let Ok(ip) = value.parse::<std::net::IpAddr>() {
            let private = reach_of(Kind::Ipv4, &ip.to_string()) != Reach::Public;
            assert!(!(private && attribute["to_ids"] == true), "{attribute}");
        }
    }
}

/// Feeds (the first byte picks the form) and their definitions: refused with one line, or read twice they give the same
/// objects.
///
/// # Panics
///
/// If one of these does not hold.
pub fn feeds(bytes: &[u8]) {
    let Some((&first, input)) = bytes.split_first() else {
        return;
    };
    if first % 5 == 4 {
        if let Err(error) = definitions(&String::from_utf8_lossy(input)) {
            assert!(!error.to_string().contains('\n'), "{error:?}");
        }
        return;
    }
    let rest = [
        "form = \"text\"\nage = 30",
        "form = \"csv\"\ncolumns = { value = 1 }",
        "form = \"json\"\nlist = \"\"",
        "form = \"rss\"",
    ][usize::from(first % 5)];
    let text = format!("[[feed]]\nname = \"f\"\nurl = \"https://feeds.example/\"\n{rest}\n");
    let Ok(defined) = definitions(&text) else {
        panic!("our own definition is refused");
    };
    let Some(definition) = defined.first() else {
        panic!("our own definition is lost");
    };
    match parse(definition, input) {
        Ok(feed) => {
            let ids = |day| {
                let mut text = Vec::new();
                let Ok(_) = feed.write(definition, Timestamp(day), &|_| None, &mut text) else {
                    panic!("a vector takes no more");
                };
                let Ok(Value::Object(bundle)) = serde_json::from_slice(&text) else {
                    panic!("what is written is no object");
                };
                let objects = bundle["objects"].as_array().cloned().unwrap_or_default();
                let ids = objects.iter().map(|it| it["id"].to_string());
                let ids: Vec<_> = ids.collect();
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
                ids
            };
            assert_eq!(
                ids(1_772_879_883_000_000_000),
                ids(1_782_879_883_000_000_000)
            );
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error:?}"),
    }
}

/// An event of MISP or a bundle of STIX, to the other form and to STIX: refused with one line, or the same document each time,
/// which is of that form, reads back as it was written, can be converted on, and is the same bundle after it was converted to STIX
/// again.
///
/// # Panics
///
/// If one of these does not hold.
pub fn convert(bytes: &[u8]) {
    for to in [Form::Stix, Form::Misp] {
        let made = match misp_stix::convert(bytes, to) {
            Ok(made) => made,
            Err(error) => {
                assert!(!error.to_string().contains('\n'), "{error:?}");
                continue;
            }
        };
        let text = String::from_utf8_lossy(&made.text);
        assert!(!text.contains('\n'), "{text}");
        let Ok(again) = misp_stix::convert(bytes, to) else {
            panic!("converted once only: {text}");
        };
        assert_eq!((&again.text, &again.losses), (&made.text, &made.losses));
        assert_eq!(form_of(&made.text), Ok(to), "{text}");
        let written = match to {
            Form::Stix => json::read::<Bundle>(&made.text).map(|bundle| bundle.to_vec()),
            Form::Misp => json::read::<Document>(&made.text).map(|event| {
                let mut text = Vec::new();
                event.write(&mut text);
                text
            }),
        };
        // Of members that stand twice the one that counts may come to another place.
        let Ok(written) = written else {
            panic!("not read again: {text}");
        };
        assert_eq!(value_of(&written), value_of(&made.text));
        for loss in &made.losses {
            assert!(
                loss.path.is_empty() || loss.path.starts_with('/'),
                "{loss:?}"
            );
        }
        match to {
            Form::Stix => {
                let Ok(twice) = misp_stix::convert(&made.text, Form::Stix) else {
                    panic!("not converted again: {text}");
                };
                assert_eq!(value_of(&twice.text), value_of(&made.text));
                assert!(misp_stix::convert(&made.text, Form::Misp).is_ok(), "{text}");
            }
            Form::Misp => assert!(misp_stix::convert(&made.text, Form::Stix).is_ok(), "{text}"),
        }
    }
}

/// A document as a value. An object whose type is an empty text is written with it once, and without it the next time.
fn value_of(text: &[u8]) -> serde_json::Value {
    let mut value: serde_json::Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) => panic!("no JSON: {error}"),
    };
    let objects = value.get_mut("objects").and_then(|it| it.as_array_mut());
    for object in objects.into_iter().flatten() {
        if let Some(members) = object.as_object_mut()
            && members.get("type").is_some_and(|kind| kind == "")
        {
            members.remove("type");
        }
    }
    value
}

/// Bundles: refused with one line, or piece by piece they give what the whole gives.
///
/// # Panics
///
/// If one of these does not hold.
pub fn bundles(bytes: &[u8]) {
    for to in [Form::Misp, Form::Stix] {
        let (mut text, mut losses) = (Vec::new(), Vec::<Loss>::new());
        match stream(Cursor::new(bytes), to, &mut text, &mut losses) {
            Ok(_) => {}
            Err(error) => {
                assert!(!error.to_string().contains('\n'), "{error:?}");
                continue;
            }
        }
        // What is nested too deep for a whole document may not be so for an object alone.
        let Ok(mut whole) = misp_stix::convert(bytes, to) else {
            continue;
        };
        let value = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
        assert_eq!(value(&text), value(&whole.text));
        losses.sort();
        whole.losses.sort();
        assert_eq!(losses, whole.losses);
    }
}
