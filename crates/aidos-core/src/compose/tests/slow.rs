//! The bundle of an entry, written slowly and obviously.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aidos_model::stix::{self, StixId};
use aidos_model::{Event, Tlp};
use serde_json::{Value, json};

use crate::analysis::own::Own;
use crate::analysis::role::{Verdict, verdict};
use crate::compose;

fn named(mut object: Value) -> Value {
    let id = stix::id_of(object.as_object().unwrap()).unwrap();
    object["id"] = json!(id.to_string());
    object
}

/// The bundle of an event by the default rules, without a thought for speed.
pub(super) fn slow(event: &Event<'_>, tlp: Tlp) -> Value {
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
                .filter_map(|text| compose::value::email(text))
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
        let text: Value = serde_json::from_str(text).unwrap();
        let text = text.as_str().unwrap();
        match *path {
            "dns.question.name" => objects.extend(
                compose::value::domain(text).map(|v| observable("domain-name", "value", v.into())),
            ),
            "url.original" => {
                objects.extend(
                    compose::value::url(text).map(|v| observable("url", "value", v.into())),
                );
            }
            _ => {}
        }
    }
    let transport = event.transport.and_then(compose::protocol::word);
    if let Some(any) = source.as_ref().or(destination.as_ref()) {
        let version = any["type"].as_str().unwrap().trim_end_matches("-addr");
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
        let id = |object: &Value| StixId::parse(object["id"].as_str().unwrap()).unwrap();
        objects
            .into_iter()
            .map(|object| (id(&object), object))
            .collect()
    };
    let mut objects = by_id(objects);

    let identity = named(json!({
        "type": "identity", "spec_version": "2.1", "created": compose::CREATED, "modified": compose::CREATED,
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
    others.push(serde_json::from_slice(&marking).unwrap());
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
