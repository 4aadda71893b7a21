//! What a bundle tells of whose its values are, read before anything is written.

use std::collections::HashMap;

use aidos_model::stix::Kind;
use serde_json::{Map, Value};

use super::super::event::{Work, text};
use super::super::known::rank;
use super::super::prose::Setting;
use super::rules::{Rule, rule};
use super::{ATTACKERS, Place, Places, identity_kind, pattern, strings};
use crate::role::{Clues, Role, Stix};

/// The relationship types of STIX 2.1, section 3 and 4, and of its common relationships.
const RELATIONSHIPS: [&str; 31] = [
    "analysis-of",
    "attributed-to",
    "authored-by",
    "av-analysis-of",
    "based-on",
    "beacons-to",
    "characterizes",
    "communicates-with",
    "compromises",
    "consists-of",
    "controls",
    "delivers",
    "derived-from",
    "downloads",
    "drops",
    "duplicate-of",
    "dynamic-analysis-of",
    "exfiltrates-to",
    "exploits",
    "has",
    "hosts",
    "impersonates",
    "indicates",
    "investigates",
    "located-at",
    "mitigates",
    "originates-from",
    "owns",
    "related-to",
    "targets",
    "uses",
];

/// What refers to each object.
pub(super) fn places<'b>(objects: &[&'b Map<String, Value>]) -> Places<'b> {
    let mut places = Places::new();
    let kinds: HashMap<&str, &str> = objects
        .iter()
        .map(|object| (text(object, "id"), text(object, "type")))
        .collect();
    for object in objects {
        let kind = text(object, "type");
        if kind == "relationship" {
            let (source, target) = (text(object, "source_ref"), text(object, "target_ref"));
            let word = text(object, "relationship_type");
            // A word that STIX does not know says nothing of whose an object is.
            if !RELATIONSHIPS.contains(&word) {
                continue;
            }
            let type_of = |id: &'b str| {
                kinds
                    .get(id)
                    .copied()
                    .or_else(|| id.split_once("--").map(|(kind, _)| kind))
            };
            if let Some(other) = type_of(source) {
                places.entry(target).or_default().push(Place {
                    property: "",
                    related: Some((other, word)),
                    is_shown: true,
                });
            }
            // Only what an attacker's object stands behind speaks for the source.
            if let Some(other) = type_of(target)
                && word != "targets"
            {
                places.entry(source).or_default().push(Place {
                    property: "",
                    related: Some((other, word)),
                    is_shown: true,
                });
            }
            continue;
        }
        for (property, value) in *object {
            if !property.ends_with("_ref") && !property.ends_with("_refs") {
                continue;
            }
            let related = match (kind, property.as_str()) {
                ("malware", "sample_refs")
                | ("malware-analysis", "sample_ref" | "analysis_sco_refs") => {
                    Some((kind, "sample"))
                }
                _ => None,
            };
            let refs = value.as_str().into_iter().chain(
                value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str),
            );
            let is_shown = Kind::parse(kind)
                .and_then(|kind| rule(kind, property))
                .is_some_and(|rule| matches!(rule, Rule::Refs | Rule::NeededRefs));
            for id in refs {
                places.entry(id).or_default().push(Place {
                    property,
                    related,
                    is_shown,
                });
            }
        }
    }
    places
}

impl Work<'_> {
    /// Whose the values of an object are, by everything that refers to it.
    pub(super) fn role_in(
        &self,
        object: &Map<String, Value>,
        places: &Places<'_>,
        property: &str,
        kind: &str,
        value: &str,
    ) -> Role {
        let stix = Stix {
            kind: text(object, "type"),
            property,
            related: None,
        };
        let judge = |stix: Stix<'_>| {
            let clues = Clues {
                stix: Some(stix),
                ..Clues::of(kind, value)
            };
            self.own.judge.judge(&clues).role
        };
        let own = judge(stix);
        let elsewhere = places.get(text(object, "id")).into_iter().flatten();
        let all = elsewhere.filter_map(|place| {
            let role = judge(Stix {
                property: if place.property.is_empty() {
                    stix.property
                } else {
                    place.property
                },
                related: place.related,
                ..stix
            });
            (place.is_shown || role != Role::Attacker).then_some(role)
        });
        // Victims and owners come before attackers, and attackers before bystanders.
        all.chain([own])
            .max_by_key(|role| rank(*role))
            .unwrap_or(own)
    }

    /// Whether a name is all of it an address, a number or a host: of whom is not said by where it stands.
    fn reads_as_contact(&self, name: &str) -> bool {
        let mut found = Vec::new();
        self.own.scanner.scan(name, &mut found);
        let whole = name.trim();
        found
            .iter()
            .filter(|finding| finding.kind != crate::pii::Kind::Person)
            .any(|finding| name.get(finding.start..finding.end) == Some(whole))
    }

    /// Learns whose the values of an object are, and what its prose tells.
    pub(super) fn learn(&mut self, object: &Map<String, Value>, places: &Places<'_>) {
        let Some(kind) = Kind::parse(text(object, "type")) else {
            return;
        };
        for (property, value) in object {
            let Some(rule) = rule(kind, property) else {
                continue;
            };
            let setting = Setting {
                stix: Some(Stix {
                    kind: kind.word(),
                    property,
                    related: None,
                }),
                ..Setting::default()
            };
            for item in strings(value) {
                match rule {
                    Rule::Value("HASH") | Rule::Beside("HASH" | "COUNTRY") => {}
                    Rule::Value(of) | Rule::Beside(of) => {
                        let role = self.role_in(object, places, property, of, item);
                        self.know(of, role, item);
                    }
                    Rule::Identity => {
                        let of = identity_kind(object);
                        let role = self.role_in(object, places, property, of, item);
                        self.know(of, role, item);
                    }
                    Rule::Name | Rule::Label
                        if ATTACKERS.contains(&kind)
                            && property != "labels"
                            && !self.reads_as_contact(item) =>
                    {
                        self.know("NAME", Role::Attacker, item);
                    }
                    Rule::Prose | Rule::NeededProse => self.learn_prose(item, &setting),
                    _ => {}
                }
            }
        }
    }

    /// Learns whose the values in the patterns of an object are.
    pub(super) fn learn_patterns(&mut self, object: &Map<String, Value>, places: &Places<'_>) {
        let Some(kind) = Kind::parse(text(object, "type")) else {
            return;
        };
        for (property, value) in object {
            if rule(kind, property) == Some(Rule::Pattern) {
                for pattern in strings(value) {
                    self.learn_pattern(object, pattern, places);
                }
            }
        }
    }

    fn learn_pattern(&mut self, object: &Map<String, Value>, pattern: &str, places: &Places<'_>) {
        // A pattern that goes makes nobody an attacker.
        let stays = self.is_plain(pattern);
        for constant in pattern::constants(pattern) {
            let value = pattern::unescaped(
                pattern
                    .get(constant.start..constant.end)
                    .unwrap_or_default(),
            );
            if let Some(kind) = constant.kind
                && !constant.is_time
            {
                let role = self.role_in(object, places, part_of(object, &constant), kind, &value);
                if stays || role != Role::Attacker {
                    self.know(kind, role, &value);
                }
            }
        }
    }
}

/// The part that a constant has in an indicator: what attacks, what is attacked, or neither.
pub(super) fn part_of(object: &Map<String, Value>, constant: &pattern::Constant) -> &'static str {
    let types: Vec<&str> = object
        .get("indicator_types")
        .into_iter()
        .flat_map(strings)
        .collect();
    let is_harmless = !types.is_empty()
        && types
            .iter()
            .all(|word| matches!(*word, "benign" | "unknown"));
    if is_harmless {
        "pattern_of_harmless"
    } else if constant.is_target {
        "pattern_target"
    } else {
        "pattern"
    }
}
