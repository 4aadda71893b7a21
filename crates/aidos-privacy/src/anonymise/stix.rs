//! STIX 2.1 bundles, rebuilt from what the [rules] allow: whatever has no rule is not there afterwards.
//!
//! First all objects are read: whose each value is, from its property, from what refers to its object and from the
//! relationships around it; what prose tells of persons. Then each object is written anew, property by property. Last come the
//! ids: an observable's is the standard's version 5 UUID of its new values, any other's the version 5 UUID of what it shows now; all references
//! follow. An object that lost what it needs is left out, and so is what cannot be without it.
//!
//! A statement marking says that the bundle was anonymised, under which policy and key.

mod ids;
mod marks;
mod pattern;
mod rules;
mod words;

use std::collections::{BTreeMap, HashMap};

use aidos_model::stix::{Group, Kind};
use serde_json::{Map, Value};

use super::event::{Refused, Work, is_version, text};
use super::prose::Setting;
use super::{Anonymiser, Document, REDACTED};
use crate::role::{Clues, Role, Stix};
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

/// What refers to an object: the property, and type and word of a relationship.
type Places<'b> = HashMap<&'b str, Vec<(&'b str, Option<(&'b str, &'b str)>)>>;

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

/// What refers to each object.
fn places<'b>(objects: &[&'b Map<String, Value>]) -> Places<'b> {
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
            let type_of = |id: &'b str| {
                kinds
                    .get(id)
                    .copied()
                    .or_else(|| id.split_once("--").map(|(kind, _)| kind))
            };
            if let Some(other) = type_of(source) {
                places
                    .entry(target)
                    .or_default()
                    .push(("", Some((other, word))));
            }
            // Only what an attacker's object stands behind speaks for the source.
            if let Some(other) = type_of(target)
                && word != "targets"
            {
                places
                    .entry(source)
                    .or_default()
                    .push(("", Some((other, word))));
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
            for id in refs {
                places.entry(id).or_default().push((property, related));
            }
        }
    }
    places
}

impl Work<'_> {
    /// Whose the values of an object are, by everything that refers to it.
    fn role_in(
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
        let all = elsewhere.map(|(property, related)| {
            judge(Stix {
                property: if property.is_empty() {
                    stix.property
                } else {
                    property
                },
                related: *related,
                ..stix
            })
        });
        // Victims and owners come before attackers, and attackers before bystanders.
        all.chain([own])
            .max_by_key(|role| match role {
                Role::Bystander => 0,
                Role::Attacker => 1,
                Role::Own => 2,
                Role::Victim => 3,
            })
            .unwrap_or(own)
    }

    /// Learns whose the values of an object are, and what its prose tells.
    fn learn(&mut self, object: &Map<String, Value>, places: &Places<'_>) {
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
                        self.document.know(of, role, item);
                    }
                    Rule::Identity => {
                        let of = identity_kind(object);
                        let role = self.role_in(object, places, property, of, item);
                        self.document.know(of, role, item);
                    }
                    Rule::Name | Rule::Label
                        if ATTACKERS.contains(&kind) && property != "labels" =>
                    {
                        self.document.know("NAME", Role::Attacker, item);
                    }
                    Rule::Prose | Rule::NeededProse => self.learn_prose(item, &setting),
                    Rule::Pattern => self.learn_pattern(object, item, places),
                    _ => {}
                }
            }
        }
    }

    fn learn_pattern(&mut self, object: &Map<String, Value>, pattern: &str, places: &Places<'_>) {
        for constant in pattern::constants(pattern) {
            let value = pattern::unescaped(
                pattern
                    .get(constant.start..constant.end)
                    .unwrap_or_default(),
            );
            if let Some(kind) = constant.kind
                && !constant.is_time
            {
                let role = self.role_in(object, places, "pattern", kind, &value);
                self.document.know(kind, role, &value);
            }
        }
    }

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

    fn pattern(
        &mut self,
        object: &Map<String, Value>,
        places: &Places<'_>,
        pattern: &str,
    ) -> Option<String> {
        let setting = Setting {
            stix: Some(Stix {
                kind: "indicator",
                property: "pattern",
                related: None,
            }),
            ..Setting::default()
        };
        if !matches!(text(object, "pattern_type"), "stix" | "") {
            let out = self.name(pattern, &setting);
            return (out != REDACTED).then_some(out);
        }
        let mut out = String::with_capacity(pattern.len());
        let mut outside = String::new();
        let mut done = 0;
        for constant in pattern::constants(pattern) {
            let before = pattern.get(done..constant.start)?;
            out.push_str(before);
            outside.push_str(before);
            done = constant.end;
            let raw = pattern.get(constant.start..constant.end)?;
            let value = pattern::unescaped(raw);
            let made = if constant.is_time {
                self.time(&value)?
            } else if constant.is_hash {
                self.hash(
                    self.role_in(object, places, "pattern", "HASH", &value),
                    &value,
                )?
            } else if let Some(kind) = constant.kind {
                let role = self.role_in(object, places, "pattern", kind, &value);
                self.value(kind, role, &value)
                    .unwrap_or_else(|| REDACTED.to_owned())
            } else {
                self.name(&value, &setting)
            };
            // What did not change keeps its spelling.
            out.push_str(&if made == value {
                raw.to_owned()
            } else {
                pattern::escaped(&made)
            });
        }
        let rest = pattern.get(done..)?;
        out.push_str(rest);
        outside.push_str(rest);
        // Paths and operators hold no values; where one is found all the same, the pattern goes.
        let mut findings = Vec::new();
        self.own.scanner.scan(&outside, &mut findings);
        (self.is_clean(&outside) && findings.is_empty()).then_some(out)
    }

    fn hashes(
        &mut self,
        object: &Map<String, Value>,
        places: &Places<'_>,
        value: &Value,
    ) -> Option<Value> {
        let mut out = Map::new();
        for (name, hash) in value.as_object()? {
            let Some(hash) = hash
                .as_str()
                .filter(|_| words::ALGORITHMS.contains(&name.as_str()))
            else {
                self.dropped();
                continue;
            };
            let role = self.role_in(object, places, "hashes", "HASH", hash);
            if let Some(hash) = self.hash(role, hash) {
                out.insert(name.clone(), hash.into());
            }
        }
        (!out.is_empty()).then_some(Value::Object(out))
    }

    /// References to catalogues stay; to other places only their name does.
    fn external(&mut self, value: &Value) -> Option<Value> {
        let mut out = Vec::new();
        for reference in value.as_array()?.iter().filter_map(Value::as_object) {
            let source = text(reference, "source_name");
            let number = text(reference, "external_id");
            let known = words::CATALOGUES.contains(&source)
                && self.is_clean(number)
                && number.len() <= 24
                && number.bytes().all(|byte| {
                    byte.is_ascii_uppercase()
                        || byte.is_ascii_digit()
                        || matches!(byte, b'-' | b'.')
                });
            if !known || number.is_empty() {
                self.dropped();
                continue;
            }
            let mut new = Map::new();
            new.insert("source_name".to_owned(), source.into());
            new.insert("external_id".to_owned(), number.into());
            let url = text(reference, "url");
            let rest = url.strip_prefix("https://").unwrap_or_default();
            let host = rest.split('/').next().unwrap_or_default();
            // The address of the number itself, and no other words in it.
            let plain = rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/.-".contains(&byte))
                && rest.len() < 80
                && rest
                    .trim_end_matches('/')
                    .replace('/', ".")
                    .ends_with(number);
            if words::CATALOGUE_HOSTS.contains(&host) && plain && self.is_clean(url) {
                new.insert("url".to_owned(), url.into());
            }
            out.push(Value::Object(new));
        }
        (!out.is_empty()).then_some(Value::Array(out))
    }

    fn phases(&mut self, value: &Value, setting: &Setting<'_>) -> Option<Value> {
        let mut out = Vec::new();
        for phase in value.as_array()?.iter().filter_map(Value::as_object) {
            let (chain, name) = (text(phase, "kill_chain_name"), text(phase, "phase_name"));
            let chain = self.name(chain, setting);
            let name = self.name(name, setting);
            if !chain.is_empty() && !name.is_empty() {
                out.push(serde_json::json!({"kill_chain_name": chain, "phase_name": name}));
            }
        }
        (!out.is_empty()).then_some(Value::Array(out))
    }

    fn registry(&mut self, value: &Value, setting: &Setting<'_>) -> Option<Value> {
        let mut out = Vec::new();
        for entry in value.as_array()?.iter().filter_map(Value::as_object) {
            let mut new = Map::new();
            for name in ["name", "data"] {
                let found = text(entry, name);
                if !found.is_empty() {
                    new.insert(name.to_owned(), self.name(found, setting).into());
                }
            }
            let kind = text(entry, "data_type");
            if words::is_word(kind) {
                new.insert("data_type".to_owned(), kind.into());
            }
            if !new.is_empty() {
                out.push(Value::Object(new));
            }
        }
        (!out.is_empty()).then_some(Value::Array(out))
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
