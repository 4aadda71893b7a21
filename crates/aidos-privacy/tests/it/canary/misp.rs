//! Events with an attribute of each type, every field planted.

use serde_json::{Value, json};

use super::{Canary, Iocs, Made};

const KINDS: &str = "ip-src ip-dst domain hostname url link uri email email-src email-dst email-reply-to target-email target-user \
target-org target-location target-external target-machine whois-registrant-email whois-registrant-name whois-registrant-phone \
first-name last-name full-name date-of-birth phone-number passport-number iban cc-number btc filename mutex md5 sha1 sha256 ssdeep \
user-agent regkey yara sigma snort vulnerability threat-actor campaign-name comment text other email-subject email-body \
email-header datetime port size-in-bytes AS hex cookie pattern-in-file jabber-id twitter-id github-username x509-fingerprint-sha1 \
malware-type attachment email-attachment no-such-type filename|md5 domain|ip ip-dst|port regkey|value malware-sample \
email-src-display-name email-dst-display-name mac-address cpe link";

const CATEGORIES: [&str; 10] = [
    "Network activity",
    "Payload delivery",
    "Targeting data",
    "Person",
    "Internal reference",
    "Other",
    "Attribution",
    "External analysis",
    "Financial fraud",
    "Social network",
];

fn attribute(kind: &str, at: usize, wild: bool, canary: &mut Canary) -> Value {
    let value = match kind {
        "ip-src" | "ip-dst" => canary.ip.clone(),
        "domain" | "hostname" | "target-machine" => canary.host.clone(),
        "email-dst" | "target-email" | "email" => canary.mail.clone(),
        "full-name" | "target-user" | "whois-registrant-name" => canary.name.clone(),
        "phone-number" => canary.phone.clone(),
        "cc-number" => canary.card.clone(),
        "domain|ip" => format!("{}|{}", canary.host, canary.ip),
        "ip-dst|port" => format!("{}|443", canary.ip),
        "filename|md5" => format!(
            "{}.doc|{}",
            canary.name,
            super::hex(&<md5::Md5 as sha2::Digest>::digest(&canary.mail))
        ),
        _ => canary.prose(),
    };
    let wildly = |canary: &mut Canary, tame: &str| {
        if wild {
            canary.prose()
        } else {
            tame.to_owned()
        }
    };
    json!({
        "id": canary.form(), "event_id": canary.form(), "object_id": canary.form(), "uuid": canary.uuid(), "type": kind,
        "category": if wild && at.is_multiple_of(3) { canary.prose() } else { CATEGORIES[at % CATEGORIES.len()].to_owned() },
        "value": value, "value1": canary.form(), "comment": canary.prose(), "to_ids": false,
        "timestamp": wildly(canary, "1700000000"), "distribution": wildly(canary, "3"), "deleted": wildly(canary, "0"),
        "sharing_group_id": canary.form(), "object_relation": wildly(canary, "text"), "first_seen": wildly(canary, "2024-01-01T00:00:00Z"),
        "data": super::base64(canary.prose().as_bytes()), "Tag": [{"name": canary.prose(), "colour": canary.form(), "user_id": canary.form()}],
        "Galaxy": [galaxy(canary)], "Sighting": [{"source": canary.prose(), "org": canary.name}],
        "ShadowAttribute": [{"type": "text", "category": "Other", "value": canary.prose(), "comment": canary.prose(),
            "email": canary.mail, "org_uuid": canary.uuid(), "uuid": canary.uuid(), "data": canary.form()}],
        canary.name.clone(): canary.prose(), "x": {"y": [canary.prose()]},
    })
}

fn galaxy(canary: &mut Canary) -> Value {
    json!({
        "uuid": canary.uuid(), "name": canary.prose(), "type": canary.form(), "description": canary.prose(), "namespace": canary.form(),
        "GalaxyCluster": [{"value": canary.prose(), "tag_name": canary.prose(), "type": canary.form(), "description": canary.prose(),
            "uuid": canary.uuid(), "authors": [canary.name], "source": canary.prose(), "meta": {"refs": [canary.prose()]}}],
    })
}

/// An event of all there is.
pub(super) fn event(seed: u64, canary: &mut Canary, iocs: &Iocs) -> Made {
    let wild = seed.is_multiple_of(2);
    let mut attributes: Vec<Value> = KINDS
        .split_whitespace()
        .enumerate()
        .map(|(at, kind)| attribute(kind, at, wild, canary))
        .collect();
    let mut kept = vec![json!(iocs.prose()).to_string()];
    for (kind, value) in [
        ("ip-dst", iocs.ip.clone()),
        ("ip-src", iocs.ip6.clone()),
        ("ip-dst|port", format!("{}|8443", iocs.ip)),
        ("domain", iocs.domain.clone()),
        ("hostname", iocs.domain.clone()),
        ("domain|ip", format!("{}|{}", iocs.domain, iocs.ip)),
        ("url", iocs.url.clone()),
        ("email-src", iocs.mail.clone()),
        ("md5", iocs.md5.clone()),
        ("sha1", iocs.sha1.clone()),
        ("sha256", iocs.sha256.clone()),
        ("filename", iocs.file.clone()),
        ("filename|sha256", format!("{}|{}", iocs.file, iocs.sha256)),
        ("mutex", iocs.mutex.clone()),
        ("regkey", iocs.key.clone()),
    ] {
        kept.push(format!("\"value\":{}", json!(value)));
        attributes.push(json!({
            "type": kind, "category": "Payload delivery", "to_ids": true, "value": value, "comment": iocs.prose(),
        }));
    }
    let objects: Vec<Value> = ["email", "file", "person", "credential", "domain-ip", "network-connection"]
        .iter()
        .enumerate()
        .map(|(at, name)| {
            json!({
                "name": name, "meta-category": canary.prose(), "description": canary.prose(), "template_uuid": canary.uuid(),
                "template_version": canary.form(), "uuid": canary.uuid(), "comment": canary.prose(), "timestamp": "1700000000",
                "Attribute": [attribute("email-dst", at, wild, canary), attribute("text", at + 1, wild, canary)],
                "ObjectReference": [{"referenced_uuid": canary.uuid(), "relationship_type": canary.form(), "comment": canary.prose(),
                    "uuid": canary.uuid(), "source_uuid": canary.uuid(), "object_uuid": canary.uuid()}],
            })
        })
        .collect();
    let org = |canary: &mut Canary| json!({"id": "7", "name": canary.host, "uuid": canary.uuid(), "contacts": canary.mail});
    let event = json!({"Event": {
        "id": canary.form(), "orgc_id": canary.form(), "org_id": canary.form(), "uuid": canary.uuid(), "info": canary.prose(),
        "date": if wild { canary.prose() } else { "2024-01-01".to_owned() }, "threat_level_id": canary.form(), "analysis": canary.form(),
        "distribution": "4", "published": canary.form(), "timestamp": canary.form(), "publish_timestamp": "1700000000",
        "sharing_group_id": canary.form(), "extends_uuid": canary.uuid(), "event_creator_email": canary.mail, "attribute_count": canary.form(),
        "Org": org(canary), "Orgc": org(canary), "Attribute": attributes, "Object": objects,
        "ShadowAttribute": [attribute("text", 5, wild, canary)], "RelatedEvent": [{"Event": {"info": canary.prose()}}],
        "Tag": [{"name": canary.prose()}, {"name": "tlp:amber"}], "Galaxy": [galaxy(canary)],
        "EventReport": [{"name": canary.prose(), "content": canary.prose(), "uuid": canary.uuid(), "timestamp": canary.form()}],
        "SharingGroup": {"name": canary.prose(), "Organisation": org(canary)}, "CryptographicKey": [{"key_data": canary.prose()}],
        "Note": [{"note": canary.prose(), "authors": canary.name, "uuid": canary.uuid(), "object_uuid": canary.uuid(),
            "object_type": canary.form(), "language": canary.form(), "created": canary.form(), "Org": org(canary)}],
        "Opinion": [{"comment": canary.prose(), "opinion": canary.form(), "authors": canary.mail, "uuid": canary.uuid()}],
        "Relationship": [{"relationship_type": canary.form(), "related_object_uuid": canary.uuid(), "uuid": canary.uuid()}],
        canary.name.clone(): canary.prose(),
    }});
    (event, kept)
}
