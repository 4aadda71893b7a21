//! Properties that have parts: patterns, hashes, references to catalogues, phases, values of the registry.

use aidos_model::stix::Kind;
use serde_json::{Map, Value};

use super::super::REDACTED;
use super::super::event::{Work, text};
use super::super::prose::Setting;
use super::learn::part_of;
use super::rules::rule;
use super::{Places, pattern, words};
use crate::pii::{self, Finding};
use crate::role::Stix;

impl Work<'_> {
    pub(super) fn pattern(
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
        // A type that nobody knows is not shown, so it must not decide how the pattern is read.
        let is_foreign = matches!(
            text(object, "pattern_type"),
            "pcre" | "sigma" | "snort" | "suricata" | "yara"
        );
        if is_foreign {
            let out = self.name(pattern, &setting);
            return (out != REDACTED).then_some(out);
        }
        let mut out = String::with_capacity(pattern.len());
        let mut done = 0;
        for constant in pattern::constants(pattern) {
            let before = pattern.get(done..constant.start)?;
            out.push_str(before);
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
                let role = self.role_in(object, places, part_of(object, &constant), kind, &value);
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
        self.is_plain(pattern).then_some(out)
    }

    /// Whether the paths and operators of a pattern hold no values: where one is found all the same, the pattern goes.
    pub(super) fn is_plain(&self, pattern: &str) -> bool {
        let outside = pattern::outside(pattern);
        let mut findings = Vec::new();
        self.own.scanner.scan(&outside, &mut findings);
        // `user-account:user_id` reads as an account's name behind its key; it is the name of a property.
        let is_property = |finding: &Finding| {
            let name = outside.get(finding.start..finding.end);
            finding.kind == pii::Kind::UserName && name.is_some_and(is_account_path)
        };
        findings.iter().all(is_property) && self.is_clean(&outside)
    }

    pub(super) fn hashes(
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
    pub(super) fn external(&mut self, value: &Value) -> Option<Value> {
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

    pub(super) fn phases(&mut self, value: &Value, setting: &Setting<'_>) -> Option<Value> {
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

    pub(super) fn registry(&mut self, value: &Value, setting: &Setting<'_>) -> Option<Value> {
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

/// Whether a text is a path of properties of an account, as it stands in a pattern.
fn is_account_path(text: &str) -> bool {
    let first = text.split('.').next().unwrap_or_default();
    matches!(first, "extensions" | "credential") || rule(Kind::UserAccount, first).is_some()
}
