//! STIX 2.1 bundles, rebuilt from what the [rules] allow: whatever has no rule is not there afterwards.
//!
//! First all objects are read: whose each value is, from its property, from what refers to its object and from the
//! relationships around it; what prose tells of persons. Then each object is written anew, property by property. Last come the
//! ids: an observable's is the standard's version 5 UUID of its new values, any other's the version 5 UUID of what it shows now; all references
//! follow. An object that lost what it needs is left out, and so is what cannot be without it.
//!
//! A statement marking says that the bundle was anonymised, under which policy and key.

mod circles;
mod ids;
mod learn;
mod marks;
mod parts;
mod pattern;
mod rules;
mod words;

use std::collections::{BTreeMap, HashMap};

use aidos_model::stix::{Group, Kind};
use serde_json::{Map, Value};

use super::event::{Refused, Work, is_version, text};
use super::prose::Setting;
use super::{Anonymiser, Document, REDACTED};
use crate::role::{Role, Stix};
use learn::places;
pub(super) use marks::{is_changed, statement_of};
use rules::{Rule, needs, rule};

/// Objects by which attackers are known.
const ATTACKERS: [Kind; 9] = [
    Kind::AttackPattern,
    Kind::Campaign,
    Kind::Indicator,
    Kind::Infrastructure,
    Kind::IntrusionSet,
    Kind::Malware,
    Kind::MalwareAnalysis,
    Kind::ThreatActor,
    Kind::Tool,
];

/// What refers to an object.
struct Place<'b> {
    /// The property; empty for a relationship.
    property: &'b str,
    /// Type and word of a relationship.
    related: Option<(&'b str, &'b str)>,
    /// Whether what says so is shown afterwards. What is not may protect a value and makes nobody an attacker: a second pass
    /// would not know of it.
    is_shown: bool,
}

/// What refers to each object, by its id.
type Places<'b> = HashMap<&'b str, Vec<Place<'b>>>;

impl Anonymiser {
    /// A STIX bundle, rebuilt from what may be shown. A single object comes back as a bundle of it.
    ///
    /// Extensions, custom types and custom properties, language contents, payloads and whatever has no rule are left out and
    /// counted. Attackers' values stay byte for byte, but for what is a victim's inside of them. The result depends on bundle,
    /// policy and key alone. The order of objects stays.
    ///
    /// # Errors
    /// The document is no bundle and no object with a type.
    pub fn stix(&self, document: &mut Document, bundle: &Value) -> Result<Value, Refused> {
        let objects: Vec<&Map<String, Value>> =
            match bundle.get("objects").and_then(Value::as_array) {
                Some(objects) => objects.iter().filter_map(Value::as_object).collect(),
                None if text_of(bundle, "type") == "bundle" => Vec::new(),
                None if bundle.get("type").is_some_and(Value::is_string) => {
                    bundle.as_object().into_iter().collect()
                }
                None => return Err(Refused::NotStix),
            };
        let places = places(&objects);
        let mut work = Work {
            own: self,
            document,
        };
        for object in &objects {
            work.learn(object, &places);
        }
        // Last, as a pattern in which something known stands goes.
        for object in &objects {
            work.learn_patterns(object, &places);
        }
        work.document.known.prepare();
        let mut rebuilt = Vec::new();
        let mut changed = Vec::new();
        for object in &objects {
            let before = work.document.statistics.clone();
            match work.rebuild(object, &places) {
                Some(new) => {
                    changed.push(marks::is_changed(&before, &work.document.statistics));
                    rebuilt.push((text(object, "id").to_owned(), new));
                }
                None => work.document.statistics.objects_dropped += 1,
            }
        }
        marks::mark(self, &mut rebuilt, &mut changed);
        Ok(ids::renamed(&mut work, rebuilt))
    }
}

fn text_of<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Work<'_> {
    /// An object, rebuilt by the rules, with its old references and without an id. `None` where it cannot be.
    fn rebuild(
        &mut self,
        object: &Map<String, Value>,
        places: &Places<'_>,
    ) -> Option<Map<String, Value>> {
        let kind = Kind::parse(text(object, "type"))?;
        if kind == Kind::MarkingDefinition {
            return marks::definition(self, object);
        }
        if matches!(
            kind,
            Kind::Bundle | Kind::ExtensionDefinition | Kind::LanguageContent
        ) {
            return None;
        }
        let mut new = Map::new();
        new.insert("type".to_owned(), kind.word().into());
        new.insert("spec_version".to_owned(), "2.1".into());
        for (property, value) in object {
            match property.as_str() {
                "type" | "id" | "spec_version" => continue,
                "object_marking_refs" | "granular_markings" => {
                    // References and selectors are settled when all is written.
                    new.insert(property.clone(), value.clone());
                    continue;
                }
                "lang" => {
                    let lang = value.as_str().unwrap_or_default();
                    if lang.len() == 2 && lang.bytes().all(|byte| byte.is_ascii_lowercase()) {
                        new.insert(property.clone(), value.clone());
                    }
                    continue;
                }
                _ => {}
            }
            let Some(rule) = rule(kind, property) else {
                self.dropped();
                continue;
            };
            match self.property(object, places, property, rule, value) {
                Some(made) => {
                    new.insert(property.clone(), made);
                }
                None if matches!(
                    rule,
                    Rule::Value(_) | Rule::Name | Rule::NeededRefs | Rule::Pattern
                ) =>
                {
                    return None;
                }
                None if matches!(rule, Rule::NeededProse | Rule::Identity) => {
                    new.insert(property.clone(), REDACTED.into());
                }
                None => self.dropped(),
            }
        }
        let needed = needs(kind);
        let has = |property: &&str| new.contains_key(*property);
        if !needed.is_empty() && !needed.iter().any(has) {
            return None;
        }
        // A body of parts is not shown, so what remains is one part.
        Some(new)
    }

    fn property(
        &mut self,
        object: &Map<String, Value>,
        places: &Places<'_>,
        property: &str,
        rule: Rule,
        value: &Value,
    ) -> Option<Value> {
        let stix = Stix {
            kind: text(object, "type"),
            property,
            related: None,
        };
        let setting = Setting {
            stix: Some(stix),
            ..Setting::default()
        };
        match rule {
            Rule::Flag => value.is_boolean().then(|| value.clone()),
            Rule::Number => {
                let number = value.as_number()?;
                self.is_clean(&number.to_string()).then(|| value.clone())
            }
            Rule::Time => self.time(value.as_str()?).map(Value::from),
            Rule::Word => each(value, &mut |word| {
                (words::is_word(word) && self.is_clean(word)).then(|| word.to_owned())
            }),
            Rule::Version => {
                let version = value.as_str()?;
                (is_version(version) && self.is_clean(version)).then(|| value.clone())
            }
            Rule::Media => words::is_media_type(value.as_str()?).then(|| value.clone()),
            Rule::Prose | Rule::NeededProse => {
                self.prose(value.as_str()?, &setting).map(Value::from)
            }
            Rule::Name | Rule::Label | Rule::Machine => each(value, &mut |name| {
                Some(self.name(name, &setting)).filter(|name| name != REDACTED)
            }),
            Rule::Identity => {
                let name = value.as_str()?;
                let kind = identity_kind(object);
                let role = self.role_in(object, places, property, kind, name);
                self.value(kind, role, name).map(Value::from)
            }
            Rule::Value("HASH") | Rule::Beside("HASH") => {
                let role = self.role_in(object, places, property, "HASH", value.as_str()?);
                self.hash(role, value.as_str()?).map(Value::from)
            }
            Rule::Beside("COUNTRY") => {
                let code = value.as_str()?;
                let shaped = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
                shaped
                    .then(|| self.value("COUNTRY", Role::Bystander, code))?
                    .map(Value::from)
            }
            Rule::Value(kind) | Rule::Beside(kind) => each(value, &mut |item| {
                let role = self.role_in(object, places, property, kind, item);
                let made = self.value(kind, role, item)?;
                shaped(text(object, "type"), kind, &made).then_some(made)
            }),
            Rule::Refs | Rule::NeededRefs => {
                (value.is_string() || value.is_array()).then(|| value.clone())
            }
            Rule::Pattern => self
                .pattern(object, places, value.as_str()?)
                .map(Value::from),
            Rule::Hashes => self.hashes(object, places, value),
            Rule::External => self.external(value),
            Rule::Phases => self.phases(value, &setting),
            Rule::Registry => self.registry(value, &setting),
        }
    }
}

/// A person's name, or an organisation's.
fn identity_kind(object: &Map<String, Value>) -> &'static str {
    match text(object, "identity_class") {
        "organization" | "class" | "group" => "ORGANIZATION",
        "system" => "HOST_NAME",
        _ => "PERSON",
    }
}

/// The strings of a property: itself, or those of its list.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let list = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    value.as_str().into_iter().chain(list)
}

/// A property of one or many, each made anew; `None` where nothing is left.
fn each(value: &Value, make: &mut impl FnMut(&str) -> Option<String>) -> Option<Value> {
    match value {
        Value::String(one) => make(one).map(Value::from),
        Value::Array(items) => {
            let made: Vec<Value> = items
                .iter()
                .filter_map(Value::as_str)
                .filter_map(|item| make(item).map(Value::from))
                .collect();
            (!made.is_empty()).then_some(Value::Array(made))
        }
        _ => None,
    }
}

/// Whether what stands for a value is one of its object's sort: a place-holder is no address.
fn shaped(object: &str, kind: &str, made: &str) -> bool {
    let ip = || {
        made.split('/')
            .next()
            .and_then(|ip| ip.parse::<std::net::IpAddr>().ok())
    };
    match (object, kind) {
        ("ipv4-addr", "IP_ADDRESS") => ip().is_some_and(|ip| ip.is_ipv4()),
        ("ipv6-addr", "IP_ADDRESS") => ip().is_some_and(|ip| ip.is_ipv6()),
        ("email-addr", "EMAIL_ADDRESS") => made.contains('@'),
        ("mac-addr", "MAC_ADDRESS") => aidos_model::Mac::parse(made).is_some(),
        ("domain-name" | "url", "DOMAIN_NAME" | "URL") => {
            !made.contains(['<', ' ', '[']) || made.contains("://[")
        }
        _ => true,
    }
}

/// Whether a type stands in `group` of the standard.
fn is_observable(object: &Map<String, Value>) -> bool {
    Kind::parse(text(object, "type")).is_some_and(|kind| kind.group() == Group::Observable)
}

/// Objects by their old ids, for the last step.
type Rebuilt = Vec<(String, Map<String, Value>)>;
/// New ids by old ones.
type Renamed = BTreeMap<String, String>;
