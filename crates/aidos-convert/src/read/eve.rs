//! Suricata's EVE: one JSON object a line.
//!
//! Source: the Suricata user guide, "EVE JSON format". Read are `alert`, `http`, `dns` (versions 1 to 3), `tls`,
//! `fileinfo`, `flow`, and of all other types their two ends. Only what stands beside an `alert` is watched.

use aidos_model::Timestamp;
use serde_json::Value;

use super::{Error, Role, Sighted, Sightings, Spot};
use crate::indicator::{Find, Kind, scan};

pub(super) fn read(bytes: &[u8], seen: &mut Sightings) -> Result<(), Error> {
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Value>(line) {
            Ok(event) if event.is_object() => {
                seen.rows += 1;
                one(&event, number, seen);
            }
            // The first line says what the file is; a line that is cut later is no reason to lose all others.
            _ if seen.rows == 0 => {
                return Err(Error::Line {
                    line: number,
                    what: "JSON object of EVE",
                });
            }
            _ => seen.bad += 1,
        }
    }
    Ok(())
}

fn one(event: &Value, number: u64, seen: &mut Sightings) {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str);
    let time = text("/timestamp").and_then(stamp);
    let alert = event.get("alert").is_some();
    let context = text("/alert/signature").or_else(|| text("/event_type"));
    let mut add = |value: &str, role: Role, only: Option<Kind>| {
        scan(value.as_bytes(), &mut |find: Find<'_>| {
            if only.is_none_or(|kind| kind == find.kind) {
                let sighted = Sighted::of(&find, role, Spot::Line(number), alert);
                seen.add(sighted.at(time).about(context));
            }
        });
    };
    for (path, role) in [("/src_ip", Role::Source), ("/dest_ip", Role::Destination)] {
        if let Some(ip) = text(path) {
            add(ip, role, None);
        }
    }
    for path in [
        "/dns/rrname",
        "/tls/sni",
        "/fileinfo/md5",
        "/fileinfo/sha1",
        "/fileinfo/sha256",
    ] {
        if let Some(value) = text(path) {
            add(value, Role::Named, None);
        }
    }
    // Their finds need their names.
    for (path, name) in [("/tls/ja3/hash", "ja3"), ("/tls/ja3s/hash", "ja3s")] {
        if let Some(value) = text(path) {
            add(&format!("{name}={value}"), Role::Named, None);
        }
    }
    for (path, member) in [
        ("/dns/query", "rrname"),
        ("/dns/queries", "rrname"),
        ("/dns/answers", "rdata"),
    ] {
        let items = event.pointer(path).and_then(Value::as_array);
        for item in items.into_iter().flatten().take(64) {
            if let Some(value) = item.get(member).and_then(Value::as_str) {
                add(value, Role::Named, None);
            }
        }
    }
    if let (Some(host), Some(path)) = (text("/http/hostname"), text("/http/url")) {
        let port = event
            .pointer("/http/http_port")
            .or_else(|| event.get("dest_port"));
        let port = port.and_then(Value::as_u64).filter(|port| *port != 80);
        let url = match port {
            _ if path.starts_with("http://") => path.to_owned(),
            Some(port) if !host.contains(':') => format!("http://{host}:{port}{path}"),
            _ => format!("http://{host}{path}"),
        };
        add(&url, Role::Named, Some(Kind::Url));
    }
    if let Some(name) = text("/fileinfo/filename") {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        add(name, Role::Named, Some(Kind::FileName));
    }
}

/// Suricata's time: an offset without a colon, `+0000`.
fn stamp(text: &str) -> Option<Timestamp> {
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    let at = text.len().checked_sub(2)?;
    let (head, minutes) = text.split_at_checked(at)?;
    Timestamp::parse(&format!("{head}:{minutes}"))
}
