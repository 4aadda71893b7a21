//! What the fuzz targets and the mutation tests run: each function takes any bytes and panics only if
//! a promise of this crate is broken.
//!
//! Not part of the public interface.

use std::collections::BTreeSet;
use std::io::Cursor;

use aidos_model::Timestamp;
use aidos_model::stix::id_of;

use crate::feed::{definitions, parse};
use crate::indicator::{Find, Kind, Reach, Scanner, defang, reach_of, refang, scan};
use crate::misp_stix::{Form, Loss, convert, stream};
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

/// Feeds (the first byte picks the kind) and their definitions: refused with one line, or read twice they give the same
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
        "kind = \"text\"\nage = 30",
        "kind = \"csv\"\ncolumns = { value = 1 }",
        "kind = \"json\"\nlist = \"\"",
        "kind = \"rss\"",
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
                let bundle = feed.stix(definition, Timestamp(day));
                let objects = bundle["objects"].as_array().cloned().unwrap_or_default();
                let ids = objects.iter().map(|it| it["id"].to_string());
                ids.collect::<Vec<_>>()
            };
            assert_eq!(
                ids(1_772_879_883_000_000_000),
                ids(1_782_879_883_000_000_000)
            );
        }
        Err(error) => assert!(!error.to_string().contains('\n'), "{error:?}"),
    }
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
        let Ok(mut whole) = convert(bytes, to) else {
            continue;
        };
        let value = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
        assert_eq!(value(&text), value(&whole.text));
        losses.sort();
        whole.losses.sort();
        assert_eq!(losses, whole.losses);
    }
}
