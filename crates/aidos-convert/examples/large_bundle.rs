//! What a large bundle costs, held whole and piece by piece:
//!
//! ```text
//! large_bundle make ours|others OBJECTS FILE      a bundle of about that many objects
//! large_bundle whole|stream misp|stix FILE OUT    converts it; tells seconds and peak memory
//! ```
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement opens files, reads the clock and tells"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::time::Instant;

use aidos_convert::misp_stix::{Follow, Form, Loss, convert, stream, to_stix};
use aidos_model::json::Shape;
use aidos_model::misp::Event;
use serde_json::json;

/// Counts losses, as they are in what is made.
struct Count;

impl Follow for Count {
    fn loss(&mut self, _: Loss) -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["make", kind, objects, file] => make(kind, objects.parse().unwrap(), file),
        [way, to, file, out] => {
            let to = if *to == "misp" {
                Form::Misp
            } else {
                Form::Stix
            };
            let begun = Instant::now();
            let mut out = BufWriter::with_capacity(256 << 10, File::create(out).unwrap());
            let (attributes, objects, losses) = if *way == "stream" {
                let made = stream(File::open(file).unwrap(), to, &mut out, &mut Count).unwrap();
                (made.attributes, made.objects, made.losses)
            } else {
                let made = convert(&fs::read(file).unwrap(), to).unwrap();
                out.write_all(&made.text).unwrap();
                let counts = (made.attributes, made.objects, made.losses.len());
                (counts.0 as u64, counts.1 as u64, counts.2 as u64)
            };
            out.flush().unwrap();
            let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
            let peak = status.lines().find(|line| line.starts_with("VmHWM"));
            println!(
                "{way}: {:.1} s, {}; {attributes} attributes, {objects} objects, {losses} losses",
                begun.elapsed().as_secs_f64(),
                peak.unwrap_or_default().replace(char::is_whitespace, ""),
            );
        }
        _ => println!("see the first lines of this example"),
    }
}

/// Ours: an event of attributes, objects and sightings, as it goes to STIX. Others: indicators, observables and relations.
fn make(kind: &str, objects: u64, file: &str) {
    let mut out = BufWriter::new(File::create(file).unwrap());
    let uuid = |number: u64| format!("00000000-0000-4000-8000-{number:012x}");
    if kind == "ours" {
        // Small events by the hundred in one bundle, so that the making needs little memory.
        let mut refs = Vec::new();
        out.write_all(b"{\"type\":\"bundle\",\"id\":\"bundle--0\",\"objects\":[")
            .unwrap();
        let mut first = true;
        let mut made = 0;
        let mut number = 1_u64;
        let mut main = None;
        while made < objects {
            let attributes: Vec<_> = (0..100_u64)
                .map(|_| {
                    number += 4;
                    json!({"uuid": uuid(number), "type": "ip-src", "category": "Network activity", "to_ids": number % 8 < 4,
                        "value": format!("{}.{}.{}.7", 11 + (number >> 16) % 100, (number >> 8) % 256, number % 256), "timestamp": "1700000000", "comment": "seen",
                        "Tag": [{"name": "tlp:green", "colour": "#33ff00"}],
                        "Sighting": if number % 16 == 1 { json!([{"uuid": uuid(number + 1), "date_sighting": "1700000001", "type": "0"}]) } else { json!([]) }})
                })
                .collect();
            let inner: Vec<_> = (0..20_u64)
                .map(|_| {
                    number += 4;
                    json!({"uuid": uuid(number), "name": "file", "meta-category": "file", "timestamp": "1700000000", "Attribute": [
                        {"uuid": uuid(number + 1), "type": "md5", "object_relation": "md5", "value": format!("{number:032x}"), "to_ids": true},
                        {"uuid": uuid(number + 2), "type": "filename", "object_relation": "filename", "value": format!("a{number}.exe")}],
                        "ObjectReference": [{"uuid": uuid(number + 3), "referenced_uuid": attributes[0]["uuid"], "relationship_type": "uses"}]})
                })
                .collect();
            let event = json!({"uuid": uuid(1), "info": "large", "timestamp": "1700000000", "Attribute": attributes, "Object": inner,
                "Orgc": {"uuid": uuid(2), "name": "ORG"}});
            let (bundle, _) = to_stix(Event::of(event).unwrap());
            let mut text = Vec::new();
            for object in bundle.objects() {
                let is_main = object.id().starts_with("grouping");
                if is_main {
                    main = Some(object.clone());
                    continue;
                }
                // What each event has alike comes once.
                if made > 0
                    && (object.id().ends_with(&uuid(2))
                        || matches!(
                            object.type_word(),
                            "extension-definition" | "identity" | "marking-definition"
                        ))
                {
                    continue;
                }
                if !first {
                    text.push(b',');
                }
                first = false;
                object.write(&mut text);
                refs.push(object.id().to_owned());
            }
            made += bundle.objects().len() as u64;
            out.write_all(&text).unwrap();
        }
        let mut main = main.unwrap();
        main.set("object_refs", refs.into());
        let mut text = b",".to_vec();
        main.write(&mut text);
        out.write_all(&text).unwrap();
    } else {
        out.write_all(b"{\"type\":\"bundle\",\"id\":\"bundle--0\",\"objects\":[")
            .unwrap();
        let time = "2024-01-01T00:00:00.000Z";
        for number in 0..objects / 5 {
            let at = number * 8;
            let ip = format!("ipv4-addr--{}", uuid(at));
            let host = format!("domain-name--{}", uuid(at + 1));
            for (nth, object) in [
                json!({"type": "ipv4-addr", "spec_version": "2.1", "id": ip, "value": format!("{}.{}.{}.7", 11 + (number >> 16) % 100, (number >> 8) % 256, number % 256)}),
                json!({"type": "domain-name", "spec_version": "2.1", "id": host, "value": format!("h{number}.example.org"), "resolves_to_refs": [ip]}),
                json!({"type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--{}", uuid(at + 2)), "created": time, "modified": time,
                    "first_observed": time, "last_observed": time, "number_observed": 1, "object_refs": [host, ip]}),
                json!({"type": "indicator", "spec_version": "2.1", "id": format!("indicator--{}", uuid(at + 3)), "created": time, "modified": time,
                    "name": "scanner", "description": "seen by a sensor", "labels": ["a", "b"], "pattern": format!("[url:value = 'https://h{number}.example.org/']"),
                    "pattern_type": "stix", "valid_from": time}),
                json!({"type": "relationship", "spec_version": "2.1", "id": format!("relationship--{}", uuid(at + 4)), "created": time, "modified": time,
                    "relationship_type": "based-on", "source_ref": format!("indicator--{}", uuid(at + 3)), "target_ref": format!("observed-data--{}", uuid(at + 2))}),
            ]
            .iter()
            .enumerate()
            {
                if number > 0 || nth > 0 {
                    out.write_all(b",").unwrap();
                }
                out.write_all(object.to_string().as_bytes()).unwrap();
            }
        }
    }
    out.write_all(b"]}").unwrap();
    out.flush().unwrap();
}
