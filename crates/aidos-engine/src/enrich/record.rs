//! A line of `enrichment.jsonl`: what is known of a value, and the STIX notes and MISP objects of it.

use aidos_exchange::service::{Band, Got, Joined, Service, Trouble};
use aidos_exchange::table::Known;
use aidos_model::stix::{Kind, OURS, StixId, Uuid, canonical, id_of};
use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::{NotAsked, Subject};
use serde_json::{Map, Value, json};

use super::candidates::Row;

/// What came of one service.
pub(super) struct Asked {
    pub(super) service: Service,
    pub(super) outcome: Result<Got, Why>,
    pub(super) reshare: bool,
}

/// Why a service did not say anything.
pub(super) enum Why {
    /// It stands on a warninglist.
    Listed,
    /// The service, or what we know of it.
    Trouble(Trouble),
}

/// The line, as JSON.
pub(super) fn line(
    row: &Row,
    known: &Known,
    refused: Option<NotAsked>,
    asked: &[Asked],
    joined: Joined,
    tlp: Tlp,
) -> Value {
    let (subject, value, own) = row;
    let mut line = json!({
        "schema": 1,
        "value": value,
        "type": kind(*subject, value).word(),
        "role": own.role.map_or("unknown", aidos_privacy::role::Role::word),
        "providers": own.providers,
        "count": own.count,
        "known": known,
    });
    if let Some(refused) = refused {
        line["refused"] = json!({"reason": refused.word(), "why": refused.to_string()});
    }
    line["asked"] = asked.iter().map(said).collect();
    line["verdict"] = json!({
        "band": joined.band.word(), "score": joined.score, "confidence": joined.confidence,
    });
    let answers = asked
        .iter()
        .filter_map(|asked| Some((asked, asked.outcome.as_ref().ok()?)));
    let mut notes: Vec<Value> = tables_note(row, known, tlp).into_iter().collect();
    let mut objects = places(known);
    for (asked, got) in answers {
        let tlp = if asked.reshare { tlp } else { Tlp::Red };
        notes.push(note(*subject, value, asked.service, got, tlp));
        objects.extend(misp(*subject, value, asked, got));
    }
    line["stix"] = notes.into();
    line["misp"] = objects.into();
    line
}

fn said(asked: &Asked) -> Value {
    let mut out = json!({"service": asked.service.word()});
    match &asked.outcome {
        Ok(got) => {
            let answer = &got.answer;
            out["state"] = if answer.score.is_some() {
                "known"
            } else {
                "unknown"
            }
            .into();
            out["band"] = answer.band.word().into();
            out["score"] = answer.score.into();
            out["confidence"] = answer.confidence.into();
            out["labels"] = json!(answer.labels);
            for (name, value) in [
                ("country", answer.country.clone().map(Value::from)),
                ("asn", answer.asn.map(Value::from)),
                ("owner", answer.owner.clone().map(Value::from)),
            ] {
                if let Some(value) = value {
                    out[name] = value;
                }
            }
            out["facts"] = answer.facts().into();
            out["at"] = whole(got.at).to_string().into();
            out["cached"] = got.cached.into();
            out["reshare"] = asked.reshare.into();
        }
        Err(Why::Listed) => {
            out["state"] = "not_asked".into();
            out["why"] = "it stands on a warninglist".into();
        }
        Err(Why::Trouble(trouble)) => {
            out["state"] = "failed".into();
            out["reason"] = trouble.word().into();
            out["why"] = trouble.to_string().into();
        }
    }
    out
}

fn kind(subject: Subject, value: &str) -> Kind {
    match subject {
        Subject::Ip if value.contains(':') => Kind::Ipv6Addr,
        Subject::Ip => Kind::Ipv4Addr,
        Subject::Domain => Kind::DomainName,
        Subject::Email => Kind::EmailAddr,
        Subject::Hash => Kind::File,
    }
}

fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_seconds(time.seconds()).unwrap_or(time)
}

/// A STIX note about the observable of a value; its id is that of what it shows.
fn note(subject: Subject, value: &str, service: Service, got: &Got, tlp: Tlp) -> Value {
    let answer = &got.answer;
    let name = service.about().name;
    let mut content = match answer.score {
        Some(score) => format!("{name} rates it {score} of 100: {}.", answer.band.word()),
        None => format!("{name} has no record of it."),
    };
    for (name, fact) in &answer.facts {
        if !fact.is_array() {
            let fact = fact
                .as_str()
                .map_or_else(|| fact.to_string(), str::to_owned);
            content.push_str(&format!(" {}: {fact}.", name.replace('_', " ")));
        }
    }
    let mut labels = vec![format!("aidos:reputation=\"{}\"", answer.band.word())];
    labels.extend(answer.labels.iter().map(|label| (*label).to_owned()));
    let reference = match service.page(subject, value) {
        Some(page) => json!({"source_name": name, "url": page}),
        None => json!({"source_name": name, "description": "asked over its API"}),
    };
    build_note(
        &json!({
            "abstract": format!("{name}: {}", answer.band.word()),
            "content": content,
            "authors": [name],
            "confidence": answer.confidence,
            "labels": labels,
            "external_references": [reference],
        }),
        subject,
        value,
        got.at,
        tlp,
    )
}

/// A note of what the tables know; it is dated by the last entry, so that it is the same each time.
fn tables_note(row: &Row, known: &Known, tlp: Tlp) -> Option<Value> {
    let (subject, value, own) = row;
    let at = Timestamp::parse(own.last.as_deref()?)?;
    let mut sentences = Vec::new();
    let mut labels = Vec::new();
    if let Some(country) = &known.country {
        sentences.push(format!("Country: {country}."));
    }
    if let Some(asn) = known.asn {
        let name = known.as_name.as_deref().unwrap_or("no name");
        sentences.push(format!("Autonomous system: {asn} ({name})."));
    }
    if known.tor_exit == Some(true) {
        sentences.push("Exit of Tor.".to_owned());
        labels.push("tor".to_owned());
    }
    for list in &known.warninglists {
        sentences.push(format!("On warninglist: {list}."));
        labels.push("warninglist".to_owned());
    }
    for list in &known.lists {
        sentences.push(format!("On list: {list}."));
    }
    labels.dedup();
    if sentences.is_empty() {
        return None;
    }
    let mut members = json!({"abstract": "offline tables", "content": sentences.join(" "), "authors": ["offline tables"]});
    if !labels.is_empty() {
        members["labels"] = json!(labels);
    }
    Some(build_note(&members, *subject, value, at, tlp))
}

fn build_note(members: &Value, subject: Subject, value: &str, at: Timestamp, tlp: Tlp) -> Value {
    let at = whole(at).to_string().replace('Z', ".000Z");
    let observable = StixId::of_value(kind(subject, value), value);
    let mut note = json!({
        "type": "note", "spec_version": "2.1", "created": at, "modified": at,
        "object_refs": [observable.to_string()],
        "object_marking_refs": [tlp.stix_id().to_string()],
    });
    if let (Some(note), Some(members)) = (note.as_object_mut(), members.as_object()) {
        note.extend(members.clone());
        if let Some(id) = id_of(note) {
            note.insert("id".into(), id.to_string().into());
        }
    }
    note
}

/// The MISP objects of an answer.
fn misp(subject: Subject, value: &str, asked: &Asked, got: &Got) -> Vec<Value> {
    let answer = &got.answer;
    let facts = answer.facts();
    let of = |name: &str| facts.get(name).cloned();
    let mut out = Vec::new();
    match asked.service {
        Service::AbuseIpDb if answer.score.is_some() => {
            let malicious = Value::from(answer.band == Band::Malicious);
            out.push(object(
                (
                    "abuseipdb",
                    "network",
                    "cccdaaf6-c140-461c-8d1c-aa79bbd029e0",
                    1,
                ),
                &[
                    (
                        "abuse-confidence-score",
                        "integer",
                        of("abuse_confidence_score"),
                    ),
                    ("is-malicious", "boolean", Some(malicious)),
                    ("is-public", "boolean", of("is_public")),
                    ("is-tor", "boolean", of("is_tor")),
                    ("is-whitelisted", "boolean", of("is_whitelisted")),
                ],
                asked.reshare,
            ));
        }
        Service::VirusTotal if answer.score.is_some() => {
            let number = |name: &str| facts.get(name).and_then(Value::as_u64).unwrap_or(0);
            let ratio = format!("{}/{}", number("malicious"), number("engines"));
            out.push(object(
                (
                    "virustotal-report",
                    "misc",
                    "d7dd0154-e04f-4c34-a2fb-79f3a3a52aa4",
                    5,
                ),
                &[
                    (
                        "permalink",
                        "link",
                        asked.service.page(subject, value).map(Value::from),
                    ),
                    ("detection-ratio", "text", Some(ratio.into())),
                    ("community-score", "text", of("reputation")),
                    ("first-submission", "datetime", of("first_submission_date")),
                    ("last-submission", "datetime", of("last_analysis_date")),
                ],
                asked.reshare,
            ));
        }
        _ => {}
    }
    if let Some(country) = &answer.country {
        out.push(geolocation(country, asked.reshare));
    }
    out
}

/// The MISP objects of what the tables know.
fn places(known: &Known) -> Vec<Value> {
    let mut out = Vec::new();
    if let Some(country) = &known.country {
        out.push(geolocation(country, true));
    }
    if let Some(asn) = known.asn {
        out.push(object(
            ("asn", "network", "4ec55cc6-9e49-4c64-b794-03c25c1a6587", 6),
            &[
                ("asn", "AS", Some(asn.into())),
                (
                    "description",
                    "text",
                    known.as_name.clone().map(Value::from),
                ),
            ],
            true,
        ));
    }
    out
}

fn geolocation(country: &str, reshare: bool) -> Value {
    object(
        (
            "geolocation",
            "misc",
            "cd6f2238-ba55-4888-82c4-104e6e1acf21",
            8,
        ),
        &[("countrycode", "text", Some(country.into()))],
        reshare,
    )
}

/// A MISP object of a template: name, meta-category, UUID and version; its UUIDs are of what it shows.
fn object(
    (name, category, template, version): (&str, &str, &str, u32),
    attributes: &[(&str, &str, Option<Value>)],
    reshare: bool,
) -> Value {
    // 5 takes over what the event has, 0 stays in one's own organisation.
    let distribution = if reshare { "5" } else { "0" };
    let attributes = attributes.iter().filter_map(|(relation, kind, value)| {
        let value = match value.as_ref()? {
            Value::Bool(flag) => if *flag { "1" } else { "0" }.to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let category = match *kind {
            "AS" => "Network activity",
            "link" => "External analysis",
            _ => "Other",
        };
        Some(named(json!({
            "object_relation": relation, "type": kind, "category": category, "value": value,
            "to_ids": false, "disable_correlation": true, "distribution": distribution,
        })))
    });
    named(json!({
        "name": name, "meta-category": category, "template_uuid": template,
        "template_version": version.to_string(), "distribution": distribution,
        "Attribute": attributes.collect::<Vec<_>>(),
    }))
}

fn named(mut object: Value) -> Value {
    let mut name = Vec::new();
    canonical::push(&mut name, &object);
    object["uuid"] = Uuid::v5(OURS, &name).to_string().into();
    object
}

/// What scripts get of a request that would be sent.
pub(super) fn would_ask(
    service: Service,
    method: &str,
    address: &str,
    body: Option<&str>,
) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("service".into(), service.word().into());
    out.insert("method".into(), method.into());
    out.insert("url".into(), address.into());
    if let Some(body) = body {
        out.insert("body".into(), body.into());
    }
    out
}
