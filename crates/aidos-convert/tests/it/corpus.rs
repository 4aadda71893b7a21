//! Events of every type and of many templates, made of a seed, and a bundle of every type of STIX.

use aidos_model::stix::{Body, Group, Kind, Target};
use serde_json::{Map, Value, json};

/// Types, categories and templates of MISP: facts of its `describeTypes.json` and `misp-objects`.
const FACTS: &str = include_str!("facts.json");

/// A generator of numbers (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn one<'o>(&mut self, of: &[&'o str]) -> &'o str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 52,
            b & 0xffff_ffff_ffff
        )
    }

    fn hex(&mut self, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(length);
        text
    }

    /// A value of a type.
    fn value(&mut self, kind: &str) -> String {
        if let Some((one, two)) = kind.split_once('|') {
            return format!(
                "{}|{}",
                self.value(one),
                self.value(if two == "value" { "text" } else { two })
            );
        }
        let number = self.below(65_536);
        let ip = format!("198.51.{}.{}", self.below(256), self.below(256));
        match kind {
            "md5"
            | "imphash"
            | "authentihash"
            | "x509-fingerprint-md5"
            | "ja3-fingerprint-md5"
            | "hassh-md5"
            | "hasshserver-md5"
            | "pehash" => self.hex(32),
            "sha1" | "x509-fingerprint-sha1" | "cdhash" | "git-commit-id" => self.hex(40),
            "sha224" | "sha512/224" | "sha3-224" => self.hex(56),
            "sha256" | "sha512/256" | "sha3-256" | "x509-fingerprint-sha256" => self.hex(64),
            "sha384" | "sha3-384" => self.hex(96),
            "sha512" | "sha3-512" => self.hex(128),
            "tlsh" | "telfhash" => self.hex(70),
            "ssdeep" | "impfuzzy" => format!("96:{}:{}", self.hex(30), self.hex(20)),
            "ip-src" | "ip-dst" if number.is_multiple_of(4) => format!("2001:db8::{number:x}"),
            "ip-src" | "ip-dst" if number.is_multiple_of(7) => format!("{ip}/24"),
            "ip-src" | "ip-dst" | "ip" => ip,
            "domain" | "hostname" => format!("h{number}.example.org"),
            "url" | "uri" | "link" => format!("https://h{number}.example.org/a?b={number}"),
            "email"
            | "email-src"
            | "email-dst"
            | "email-reply-to"
            | "target-email"
            | "dns-soa-email"
            | "whois-registrant-email"
            | "eppn" => format!("user{number}@example.org"),
            "port" | "integer" | "counter" | "size-in-bytes" => number.to_string(),
            "float" => format!("{number}.5"),
            "boolean" => self.one(&["0", "1"]).to_owned(),
            "AS" => format!("{}{number}", self.one(&["AS", ""])),
            "mac-address" => format!(
                "00:1a:2b:{:02x}:{:02x}:{:02x}",
                number & 255,
                number >> 8,
                number % 7
            ),
            "regkey" => format!(
                "{}\\Software\\A{number}",
                self.one(&["HKEY_LOCAL_MACHINE", "HKLM"])
            ),
            "filename" => format!("it's a file {number}.exe"),
            "mime-type" => "application/x-dosexec".into(),
            "vulnerability" => format!("CVE-2024-{number}"),
            "weakness" => format!("CWE-{number}"),
            "cpe" => format!("cpe:2.3:a:vendor:product:{number}:*:*:*:*:*:*:*"),
            "datetime" => format!("2024-01-0{}T00:00:00.000000+00:00", 1 + number % 9),
            "uuid" => self.uuid(),
            "stix2-pattern" => format!("[url:value = 'https://h{number}.example.org/']"),
            "yara" => format!("rule r{number} {{ condition: true }}"),
            "sigma" => {
                format!("title: t{number}\nlogsource:\n  category: a\ndetection:\n  condition: a\n")
            }
            "snort" | "suricata" => {
                format!("alert tcp any any -> any any (msg:\"m{number}\"; sid:{number};)")
            }
            "attachment" => format!("a{number}.pdf"),
            "malware-sample" => format!("a{number}.exe|{}", self.hex(32)),
            "iban" => "GR1601101250000000012300695".into(),
            "phone-number" => format!("+3021000{number}"),
            _ => format!("a value {number} 'of' \"{kind}\" \\ ü"),
        }
    }

    fn stamp(&mut self) -> String {
        (1_700_000_000 + self.below(10_000_000)).to_string()
    }

    fn tags(&mut self) -> Vec<Value> {
        let mut tags = Vec::new();
        if self.below(3) == 0 {
            let word = self.one(&["clear", "green", "amber", "amber+strict", "red", "white"]);
            tags.push(json!({"id": "5", "name": format!("tlp:{word}"), "colour": "#ffffff", "exportable": true}));
        }
        if self.below(3) == 0 {
            let number = self.below(9);
            tags.push(json!({"name": format!("admiralty-scale:source-reliability=\"{number}\""), "colour": "#054300", "numerical_value": null}));
        }
        if self.below(9) == 0 {
            tags.push(json!({"name": "only here", "local": true}));
        }
        tags
    }

    fn galaxy(&mut self) -> Value {
        let (kind, name) = [
            ("mitre-attack-pattern", "Attack Pattern"),
            ("mitre-course-of-action", "Course of Action"),
            ("mitre-intrusion-set", "Intrusion Set"),
            ("mitre-malware", "Malware"),
            ("mitre-tool", "Tool"),
            ("threat-actor", "Threat Actor"),
            ("sector", "Sector"),
            ("branded-vulnerability", "Branded vulnerability"),
            ("target-information", "Target"),
        ][usize::try_from(self.below(9)).unwrap()];
        let number = self.below(1000);
        json!({
            "id": "3", "uuid": "c4e851fa-775f-11e7-8163-b774922098cd", "name": name, "type": kind, "version": "8",
            "description": "about it", "icon": "map", "namespace": "mitre-attack", "enabled": true,
            "GalaxyCluster": [{
                "id": "77", "uuid": format!("00000000-0000-4000-9000-{number:012}"), "type": kind, "value": format!("X - T{number}"),
                "tag_name": format!("misp-galaxy:{kind}=\"X - T{number}\""), "description": format!("words {number}"),
                "source": "https://example.org", "authors": ["A", "B"], "version": "12", "galaxy_id": "3",
                "meta": {"external_id": [format!("T{number}")], "synonyms": ["Y", "Z"], "kill_chain": ["mitre-attack:execution"],
                         "refs": ["https://example.org/T"]},
                "local": false,
            }],
        })
    }

    fn attribute(&mut self, kind: &str, category: &str) -> Value {
        let mut attribute = json!({
            "id": self.below(9999).to_string(), "event_id": "12", "object_id": "0", "uuid": self.uuid(), "type": kind,
            "category": category, "value": self.value(kind), "to_ids": self.below(2) == 0, "comment": self.one(&["", "seen", "ü\n"]),
            "timestamp": self.stamp(), "distribution": self.below(6).to_string(), "deleted": false,
            "disable_correlation": self.below(4) == 0, "Tag": self.tags(),
        });
        if self.below(4) == 0 {
            attribute["first_seen"] = json!("2024-01-01T00:00:00.000000+00:00");
            attribute["last_seen"] = json!("2024-02-01T00:00:00.000000+00:00");
        }
        if matches!(kind, "attachment" | "malware-sample") {
            attribute["data"] = json!("aGVsbG8gd29ybGQ=");
        }
        if self.below(6) == 0 {
            attribute["Galaxy"] = json!([self.galaxy()]);
        }
        if self.below(5) == 0 {
            let sightings: Vec<Value> = (0..3)
                .map(|kind| {
                    json!({"id": "9", "uuid": self.uuid(), "date_sighting": self.stamp(), "source": "a", "type": kind.to_string(),
                           "Organisation": {"id": "4", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210f", "name": "CIRCL"}})
                })
                .collect();
            attribute["Sighting"] = json!(sightings);
        }
        attribute
    }
}

fn facts() -> Value {
    serde_json::from_str(FACTS).unwrap()
}

/// This many events; together they have every type and every template.
pub(crate) fn events(count: u64) -> Vec<Value> {
    let facts = facts();
    let types: Vec<(&String, &Value)> = facts["types"].as_object().unwrap().iter().collect();
    let templates: Vec<(&String, &Value)> =
        facts["templates"].as_object().unwrap().iter().collect();
    let mut dice = Dice(42);
    let mut type_at = 0;
    let mut template_at = 0;
    (0..count)
        .map(|number| {
            let attributes: Vec<Value> = (0..5)
                .map(|_| {
                    let (kind, defaults) = types[type_at % types.len()];
                    type_at += 1;
                    dice.attribute(kind, defaults[0].as_str().unwrap())
                })
                .collect();
            let mut objects: Vec<Value> = Vec::new();
            for _ in 0..2 {
                let (name, template) = templates[template_at % templates.len()];
                template_at += 1;
                let mut inner = Vec::new();
                for relation in template[3].as_array().unwrap() {
                    if dice.below(3) == 0 {
                        continue;
                    }
                    let kind = relation[1].as_str().unwrap();
                    let mut one = dice.attribute(kind, facts["types"][kind][0].as_str().unwrap());
                    one["object_relation"] = relation[0].clone();
                    one.as_object_mut().unwrap().remove("Sighting");
                    inner.push(one);
                }
                objects.push(json!({
                    "id": "3", "uuid": dice.uuid(), "event_id": "12", "name": name, "meta-category": template[2],
                    "description": "d", "template_uuid": template[0], "template_version": template[1].to_string(),
                    "timestamp": dice.stamp(), "distribution": "5", "comment": "", "deleted": false, "Attribute": inner,
                }));
            }
            let to = objects[1]["uuid"].clone();
            let attribute = attributes[0]["uuid"].clone();
            objects[0]["ObjectReference"] = json!([
                {"uuid": dice.uuid(), "timestamp": dice.stamp(), "object_id": "3", "object_uuid": objects[0]["uuid"],
                 "referenced_uuid": to, "referenced_type": "1", "relationship_type": "communicates-with", "comment": "c"},
                {"uuid": dice.uuid(), "timestamp": dice.stamp(), "referenced_uuid": attribute, "relationship_type": "Odd Word", "comment": ""},
                {"uuid": dice.uuid(), "referenced_uuid": dice.uuid(), "relationship_type": "uses"},
            ]);
            let mut event = json!({
                "id": "12", "orgc_id": "1", "org_id": "1", "uuid": dice.uuid(), "info": format!("event {number}"), "date": "2024-01-02",
                "threat_level_id": "2", "analysis": "1", "published": number % 2 == 0, "timestamp": dice.stamp(),
                "publish_timestamp": dice.stamp(), "distribution": "1", "sharing_group_id": "0", "locked": false,
                "event_creator_email": "somebody@example.org", "attribute_count": "5", "extends_uuid": "",
                "Org": {"id": "1", "name": "HERE", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d210e", "local": true},
                "Orgc": {"id": "1", "name": "ORG", "uuid": "55f6ea5e-2c60-40e5-964f-47a8950d2100", "local": true},
                "Attribute": attributes, "Object": objects, "Tag": dice.tags(), "Galaxy": [dice.galaxy()],
                "EventReport": [{"id": "3", "uuid": dice.uuid(), "event_id": "12", "name": "title", "content": "# words", "distribution": "5",
                                 "timestamp": dice.stamp(), "deleted": false}],
                "RelatedEvent": [], "ShadowAttribute": [], "unknown": {"kept": [1, null]},
            });
            if number % 5 == 0 {
                // MISP's other spellings.
                event["published"] = json!("1");
                event["timestamp"] = json!(1_700_000_000);
                event["Tag"] = Value::Null;
            }
            if number % 11 == 0 {
                event.as_object_mut().unwrap().remove("Orgc");
            }
            json!({"Event": event})
        })
        .collect()
}

/// A bundle with an object of each type, its properties filled with what they may hold.
pub(crate) fn bundle(seed: u64) -> Value {
    let mut dice = Dice(seed);
    let ids: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("{kind}--{}", dice.uuid()))
        .collect();
    let id_of = |kind: Kind| ids[Kind::ALL.iter().position(|one| *one == kind).unwrap()].clone();
    let mut objects = Vec::new();
    for kind in Kind::ALL {
        if *kind == Kind::Bundle {
            continue;
        }
        let mut object = Map::new();
        object.insert("type".into(), kind.word().into());
        object.insert("id".into(), id_of(*kind).into());
        object.insert("spec_version".into(), "2.1".into());
        if kind.group() != Group::Observable {
            object.insert("created".into(), "2024-01-01T00:00:00.123Z".into());
            if *kind != Kind::MarkingDefinition {
                object.insert("modified".into(), "2024-01-02T00:00:00.000Z".into());
                object.insert("labels".into(), json!(["a", "b"]));
            }
            object.insert("created_by_ref".into(), id_of(Kind::Identity).into());
            object.insert("confidence".into(), json!(50));
            object.insert("x_custom".into(), json!({"deep": [1, {"a": null}]}));
        }
        for property in Body::properties(*kind) {
            if dice.below(4) == 0 && !property.required {
                continue;
            }
            let name = property.name;
            let value = match (property.target, property.expected) {
                (Target::None, "a text") if aidos_model::stix::Times::has(name) => {
                    json!("2024-01-01T00:00:00Z")
                }
                (Target::None, "a text") => match (kind, name) {
                    (Kind::Ipv4Addr, _) => json!("198.51.100.3"),
                    (Kind::Ipv6Addr, _) => json!("2001:db8::1"),
                    (Kind::MacAddr, _) => json!("00:1a:2b:3c:4d:5e"),
                    (Kind::DomainName, _) => json!("a.example.org"),
                    (Kind::EmailAddr, "value") => json!("a@example.org"),
                    (Kind::Url, _) => json!("https://a.example.org/"),
                    (Kind::Indicator, "pattern") => json!("[file:name = 'a' OR file:name = 'b']"),
                    (Kind::Indicator, "pattern_type") => json!("stix"),
                    (Kind::Opinion, "opinion") => json!("agree"),
                    _ => json!(dice.value("text")),
                },
                (Target::None, "a whole number") => json!(dice.below(60_000)),
                (Target::None, "true or false") => json!(dice.below(2) == 0),
                (Target::None, "a list") => match name {
                    "kill_chain_phases" => json!([{"kill_chain_name": "a", "phase_name": "b"}]),
                    "values" | "body_multipart" => json!([{"name": "a", "data": "b"}]),
                    "protocols" => json!(["ipv4", "tcp"]),
                    _ => json!(["one", "two"]),
                },
                (Target::None, "an object") => match name {
                    "hashes" => json!({"MD5": dice.hex(32), "SHA-256": dice.hex(64)}),
                    _ => json!({"key": "value"}),
                },
                (Target::None, _) => json!(1.5),
                (target, expected) => {
                    let to = match target {
                        Target::Kinds([first, ..]) => id_of(*first),
                        Target::Observable => id_of(Kind::Url),
                        _ => id_of(Kind::Indicator),
                    };
                    if expected == "a list" {
                        json!([to])
                    } else {
                        json!(to)
                    }
                }
            };
            object.insert(name.into(), value);
        }
        objects.push(Value::Object(object));
    }
    objects.push(json!({"type": "x-of-others", "id": format!("x-of-others--{}", dice.uuid()), "spec_version": "2.1", "any": 1}));
    json!({"type": "bundle", "id": ids[0].replace("artifact", "bundle"), "objects": objects})
}
