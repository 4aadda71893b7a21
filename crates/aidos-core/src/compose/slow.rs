//! A bundle without a thought for speed, and the laws that every bundle keeps: what tests and fuzz
//! targets hold the fast writer against.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use aidos_model::stix::{self, StixId, canonical};
use aidos_model::{Event, Tlp};
use serde_json::{Map, Value, json};

use crate::analysis::own::Own;
use crate::analysis::role::{Verdict, verdict};

/// What must be there.
fn some<T>(value: Option<T>, what: &str) -> T {
    match value {
        Some(value) => value,
        None => panic!("{what}"),
    }
}

fn text_of(value: &Value) -> &str {
    some(value.as_str(), "not a text")
}

fn members_of(value: &Value) -> &Map<String, Value> {
    some(value.as_object(), "not an object")
}

/// The object with the id that it should have.
fn named(mut object: Value) -> Value {
    let id = some(stix::id_of(members_of(&object)), "an object without an id");
    object["id"] = json!(id.to_string());
    object
}

/// The bundle of an event by the default rules, without a thought for speed.
pub(crate) fn slow(event: &Event<'_>, tlp: Tlp) -> Value {
    let marks = json!([tlp.stix_id().to_string()]);
    let observable = |kind: &str, member: &str, value: String| {
        named(
            json!({"type": kind, "spec_version": "2.1", "object_marking_refs": marks, member: value}),
        )
    };
    let address = |ip: IpAddr| {
        let kind = if ip.is_ipv4() {
            "ipv4-addr"
        } else {
            "ipv6-addr"
        };
        observable(kind, "value", ip.to_string())
    };
    let mut objects = Vec::new();
    let (source, destination) = (
        event.source.ip.map(address),
        event.destination.ip.map(address),
    );
    let ends = [&event.source, &event.destination];
    for end in ends {
        objects.extend([end.ip, end.nat_ip].into_iter().flatten().map(address));
        objects.extend(
            end.mac
                .map(|mac| observable("mac-addr", "value", mac.to_string())),
        );
    }
    for list in [event.email_from, event.email_to, event.email_addresses] {
        objects.extend(
            list.iter()
                .filter_map(|text| super::value::email(text.trim()))
                .map(|value| observable("email-addr", "value", value.into())),
        );
    }
    objects.extend(
        event
            .user
            .map(str::trim)
            .filter(|user| !user.is_empty())
            .map(|user| observable("user-account", "account_login", user.into())),
    );
    for (path, text) in event.extra {
        let Ok(Value::String(text)) = serde_json::from_str(text) else {
            continue;
        };
        let text = text.as_str();
        match *path {
            "dns.question.name" => objects.extend(
                super::value::domain(text.trim())
                    .map(|v| observable("domain-name", "value", v.into())),
            ),
            "url.original" => {
                objects.extend(
                    super::value::url(text.trim()).map(|v| observable("url", "value", v.into())),
                );
            }
            _ => {}
        }
    }
    let transport = event.transport.and_then(super::protocol::word);
    if let Some(any) = source.as_ref().or(destination.as_ref()) {
        let version = text_of(&any["type"]).trim_end_matches("-addr");
        let mut traffic = json!({
            "type": "network-traffic",
            "spec_version": "2.1",
            "object_marking_refs": marks,
            "protocols": std::iter::once(version).chain(transport).collect::<Vec<_>>(),
        });
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                traffic[name] = value;
            }
        };
        put(
            "src_ref",
            source.as_ref().map_or(Value::Null, |end| end["id"].clone()),
        );
        put(
            "dst_ref",
            destination
                .as_ref()
                .map_or(Value::Null, |end| end["id"].clone()),
        );
        put("src_port", json!(event.source.port));
        put("dst_port", json!(event.destination.port));
        put("src_byte_count", json!(event.bytes));
        put("start", json!(event.timestamp.map(|time| time.to_string())));
        objects.push(named(traffic));
    }
    let by_id = |objects: Vec<Value>| -> BTreeMap<StixId, Value> {
        let id = |object: &Value| some(StixId::parse(text_of(&object["id"])), "no id");
        objects
            .into_iter()
            .map(|object| (id(&object), object))
            .collect()
    };
    let mut objects = by_id(objects);

    let identity = named(json!({
        "type": "identity", "spec_version": "2.1", "created": super::CREATED, "modified": super::CREATED,
        "name": event.provider, "identity_class": "organization", "object_marking_refs": marks,
    }));
    let mut others = vec![identity.clone()];
    if let Some(time) = event.timestamp {
        let text = time.to_string();
        let created = match text.trim_end_matches('Z').split_once('.') {
            None => format!("{}.000Z", text.trim_end_matches('Z')),
            Some((whole, fraction)) => {
                format!("{whole}.{:0<3}Z", &fraction[..fraction.len().min(3)])
            }
        };
        let said = |mut object: Value| {
            object["spec_version"] = json!("2.1");
            object["created"] = json!(created);
            object["modified"] = json!(created);
            object["created_by_ref"] = identity["id"].clone();
            object["object_marking_refs"] = marks.clone();
            named(object)
        };
        let observed = (!objects.is_empty()).then(|| {
            let refs: Vec<_> = objects.keys().map(ToString::to_string).collect();
            said(json!({
                "type": "observed-data", "first_observed": text, "last_observed": text,
                "number_observed": 1, "object_refs": refs,
            }))
        });
        let indicator = slow_indicator(event, transport).map(|mut indicator| {
            indicator["valid_from"] = json!(text);
            said(indicator)
        });
        if let (Some(observed), Some(indicator)) = (&observed, &indicator) {
            others.push(said(json!({
                "type": "relationship", "relationship_type": "based-on",
                "source_ref": indicator["id"], "target_ref": observed["id"],
            })));
        }
        others.extend(observed);
        others.extend(indicator);
    }
    let mut marking = Vec::new();
    tlp.push_marking(&mut marking);
    others.push(serde_json::from_slice(&marking).unwrap_or_default());
    objects.extend(by_id(others));
    let objects: Vec<_> = objects.into_values().collect();
    named(json!({"type": "bundle", "objects": objects}))
}

fn slow_indicator(event: &Event<'_>, transport: Option<&str>) -> Option<Value> {
    let (source, destination) = (event.source.ip, event.destination.ip);
    source.or(destination)?;
    let kind = |ip: IpAddr| {
        if ip.is_ipv4() {
            "ipv4-addr"
        } else {
            "ipv6-addr"
        }
    };
    let mut terms = Vec::new();
    let mut name = source.map_or("traffic".into(), |ip| ip.to_string());
    for (end, ip) in [("src", source), ("dst", destination)] {
        if let Some(ip) = ip {
            terms.push(format!("network-traffic:{end}_ref.type = '{}'", kind(ip)));
            terms.push(format!("network-traffic:{end}_ref.value = '{ip}'"));
        }
    }
    if let Some(ip) = destination {
        name += &format!(" to {ip}");
    }
    if let Some(port) = event.destination.port {
        terms.push(format!("network-traffic:dst_port = {port}"));
        name += &format!(" port {port}");
    }
    if let Some(transport) = transport {
        terms.push(format!("network-traffic:protocols[*] = '{transport}'"));
        name += if event.destination.port.is_some() {
            "/"
        } else {
            " "
        };
        name += transport;
    }
    let mut pattern = format!("[{}]", terms.join(" AND "));
    let verdict = verdict(event, &Own::default());
    if let Some(ip) = source.filter(|_| verdict.is_attack()) {
        pattern += &format!(" OR [{}:value = '{ip}']", kind(ip));
    }
    let (word, confidence) = match verdict {
        Verdict::Passing => ("anomalous-activity", 30),
        Verdict::Inbound | Verdict::LoginFailure | Verdict::Alert => ("anomalous-activity", 40),
        Verdict::Internal | Verdict::Outbound => ("benign", 15),
        Verdict::Unknown | Verdict::Correspondence => ("unknown", 15),
    };
    Some(json!({
        "type": "indicator", "name": name, "description": verdict.explanation(),
        "indicator_types": [word], "confidence": confidence,
        "pattern": pattern, "pattern_type": "stix",
    }))
}

/// Canonical bytes, ordered objects, recomputed ids, closed references.
///
/// # Panics
///
/// If the bundle breaks a law.
pub(crate) fn obeys_the_laws(bundle: &Value, bytes: &[u8]) {
    let mut again = Vec::new();
    canonical::push(&mut again, bundle);
    again.push(b'\n');
    assert_eq!(
        String::from_utf8_lossy(bytes),
        String::from_utf8_lossy(&again)
    );
    let objects = some(bundle["objects"].as_array(), "no objects");
    let ids: Vec<&str> = objects
        .iter()
        .map(|object| text_of(&object["id"]))
        .collect();
    assert!(ids.windows(2).all(|pair| {
        let key = |id: &str| StixId::parse(id).map(|id| (id.kind.word(), id.uuid));
        key(pair[0]) < key(pair[1])
    }));
    for object in objects.iter().chain([bundle]) {
        let id = some(stix::id_of(members_of(object)), "an object without an id");
        assert_eq!(object["id"], id.to_string());
    }
    references_are_closed(bundle);
}

/// Holds the bytes of a bundle against the slow one, which is ordered and has its ids by construction.
///
/// # Panics
///
/// If they differ, or a reference leads out of the bundle.
pub(crate) fn is_the_slow_one(event: &Event<'_>, tlp: Tlp, bytes: &[u8]) {
    let wanted = slow(event, tlp);
    let mut text = Vec::with_capacity(bytes.len());
    canonical::push(&mut text, &wanted);
    text.push(b'\n');
    if text != bytes {
        // As values first: what differs is easier seen.
        let found: Option<Value> = serde_json::from_slice(bytes).ok();
        assert_eq!(found, Some(wanted), "of {event:?}");
        panic!("{} is not canonical", String::from_utf8_lossy(bytes));
    }
    references_are_closed(&wanted);
}

fn references_are_closed(bundle: &Value) {
    let objects = some(bundle["objects"].as_array(), "no objects");
    let known: BTreeSet<&str> = objects
        .iter()
        .map(|object| text_of(&object["id"]))
        .collect();
    for object in objects {
        refs(object, &mut |name, id| {
            assert!(known.contains(id), "{name} {id}");
        });
    }
}

fn refs(value: &Value, seen: &mut dyn FnMut(&str, &str)) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, value) in members {
        match value {
            Value::String(id) if name.ends_with("_ref") => seen(name, id),
            Value::Array(ids) if name.ends_with("_refs") => {
                for id in ids {
                    seen(name, text_of(id));
                }
            }
            _ => {}
        }
    }
}
