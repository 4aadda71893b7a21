//! Sightings as a MISP event of attributes.
//!
//! Types and categories are those of MISP's `describeTypes`.

use aidos_model::stix::{OURS, Uuid};
use serde_json::{Value, json};

use super::stix::stamp;
use super::{Options, Role, Sighted, Sightings};
use crate::indicator::{Kind, Reach};

impl Sightings {
    /// `{"Event": {…}}`: not published, for one's own organisation only. The uuids are of what is shown, so the same
    /// input gives the same event.
    pub fn misp(&self, options: &Options<'_>) -> Value {
        let time = options.made.seconds().to_string();
        let day = stamp(options.made).get(..10).unwrap_or_default().to_owned();
        let mut attributes: Vec<Value> = self
            .values()
            .map(|sighted| {
                let (kind, category) = type_of(sighted);
                let context = sighted.context.as_deref().map_or_else(String::new, |context| format!(": {context}"));
                let watch = sighted.watch && sighted.reach == Reach::Public;
                let mut attribute = json!({
                    "uuid": uuid(&format!("{} {kind} {} {}", options.title, sighted.role.word(), sighted.value)),
                    "type": kind,
                    "category": category,
                    "value": sighted.value,
                    "to_ids": watch && kind != "text" && kind != "vulnerability",
                    "comment": format!("{}, {} times{context}", sighted.role.word(), sighted.count),
                    "distribution": "5",
                    "timestamp": time,
                });
                if let Some((first, last)) = sighted.times {
                    attribute["first_seen"] = stamp(first).into();
                    attribute["last_seen"] = stamp(last).into();
                }
                attribute
            })
            .collect();
        let subject = self.mail.as_ref().and_then(|mail| mail.subject.as_deref());
        if let Some(subject) = subject.filter(|subject| !subject.trim().is_empty()) {
            attributes.push(json!({
                "uuid": uuid(&format!("{} email-subject {subject}", options.title)),
                "type": "email-subject", "category": "Payload delivery", "value": subject.trim(), "to_ids": false,
                "comment": "", "distribution": "5", "timestamp": time,
            }));
        }
        let tags: Vec<Value> = options
            .tlp
            .map(|tlp| json!({"name": format!("tlp:{}", tlp.word())}))
            .into_iter()
            .collect();
        let shown: Vec<&str> = attributes
            .iter()
            .filter_map(|it| it["uuid"].as_str())
            .collect();
        json!({"Event": {
            "uuid": uuid(&format!("{} {day} {}", options.title, shown.join(" "))),
            "info": options.title,
            "date": day,
            "timestamp": time,
            "published": false,
            "analysis": "0",
            "threat_level_id": "4",
            "distribution": "0",
            "Tag": tags,
            "Attribute": attributes,
        }})
    }
}

fn uuid(name: &str) -> String {
    Uuid::v5(OURS, format!("misp {name}").as_bytes()).to_string()
}

fn type_of(sighted: &Sighted) -> (&'static str, &'static str) {
    const NETWORK: &str = "Network activity";
    const PAYLOAD: &str = "Payload delivery";
    match (sighted.kind, sighted.role) {
        (Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr, Role::Source | Role::Relay | Role::Sender) => {
            ("ip-src", NETWORK)
        }
        (Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr, _) => ("ip-dst", NETWORK),
        (Kind::Domain, _) => ("domain", NETWORK),
        (Kind::Url, _) => ("url", NETWORK),
        (Kind::Email, Role::Sender) => ("email-src", PAYLOAD),
        (Kind::Email, Role::Recipient) => ("email-dst", PAYLOAD),
        (Kind::Email, _) => ("email", PAYLOAD),
        (Kind::Md5, _) => ("md5", PAYLOAD),
        (Kind::Sha1, _) => ("sha1", PAYLOAD),
        (Kind::Sha256, _) => ("sha256", PAYLOAD),
        (Kind::Sha512, _) => ("sha512", PAYLOAD),
        (Kind::Ssdeep, _) => ("ssdeep", PAYLOAD),
        (Kind::Ja3 | Kind::Ja3s, _) => ("ja3-fingerprint-md5", NETWORK),
        (Kind::Jarm, _) => ("jarm-fingerprint", NETWORK),
        (Kind::Cve, _) => ("vulnerability", "External analysis"),
        (Kind::Asn, _) => ("AS", NETWORK),
        (Kind::Mac, _) => ("mac-address", NETWORK),
        (Kind::Technique, _) => ("text", "Other"),
        (Kind::RegistryKey, _) => ("regkey", "Persistence mechanism"),
        (Kind::FileName, Role::Attachment) => ("email-attachment", PAYLOAD),
        (Kind::FilePath | Kind::FileName, _) => ("filename", PAYLOAD),
        (Kind::Bitcoin, _) => ("btc", "Financial fraud"),
    }
}
