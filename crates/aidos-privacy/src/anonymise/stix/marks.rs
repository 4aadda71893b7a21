//! Markings: who may pass it on, and that it was anonymised.

use aidos_model::Tlp;
use serde_json::{Map, Value, json};

use super::super::event::{Work, text};
use super::super::prose::Setting;
use super::{Anonymiser, Rebuilt, is_observable};
use crate::anonymise::Statistics;

/// When the wording of the statement was made: a marking needs a time, and none of the data's may show.
const MADE: &str = "2026-01-01T00:00:00.000Z";

/// The markings of TLP 1.0, whose ids and objects are fixed (STIX 2.1, section 7.2.1.4).
const TLP1: [(&str, &str); 4] = [
    (
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        "white",
    ),
    (
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        "green",
    ),
    (
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        "amber",
    ),
    (
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
        "red",
    ),
];

/// Whether an id is that of a published TLP marking, which stays.
pub(super) fn is_published(id: &str) -> bool {
    TLP1.iter().any(|(own, _)| *own == id)
        || Tlp::ALL.iter().any(|tlp| tlp.stix_id().to_string() == id)
}

/// A marking definition, rebuilt: TLP as it is published, a statement as text. Others are left out.
pub(super) fn definition(
    work: &mut Work<'_>,
    object: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let id = text(object, "id");
    for tlp in Tlp::ALL {
        if tlp.stix_id().to_string() == id {
            let mut bytes = Vec::new();
            tlp.push_marking(&mut bytes);
            return serde_json::from_slice(&bytes).ok();
        }
    }
    if let Some((id, color)) = TLP1.iter().find(|(own, _)| *own == id) {
        let made = json!({
            "type": "marking-definition", "spec_version": "2.1", "id": id, "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp", "name": format!("TLP:{}", color.to_uppercase()), "definition": {"tlp": color},
        });
        return made.as_object().cloned();
    }
    let statement = object.get("definition")?.get("statement")?.as_str()?;
    let own = statement_of(work.own);
    let statement = if statement == own {
        own
    } else {
        work.prose(statement, &Setting::default())?
    };
    let created = work.time(text(object, "created"))?;
    let mut new = Map::new();
    new.insert("type".to_owned(), "marking-definition".into());
    new.insert("spec_version".to_owned(), "2.1".into());
    new.insert("created".to_owned(), created.into());
    new.insert("definition_type".to_owned(), "statement".into());
    new.insert("definition".to_owned(), json!({"statement": statement}));
    Some(new)
}

/// What the statement marking of an anonymised bundle says.
pub(in crate::anonymise) fn statement_of(own: &Anonymiser) -> String {
    let digest = own.policy().digest();
    let digest = digest.get(..16).unwrap_or_default();
    let how = if own.policy().irreversible.is_some() {
        "Persons' values were taken away or generalised."
    } else {
        "Persons' values are pseudonymous, not anonymous: under the GDPR they stay personal data."
    };
    format!(
        "Anonymised by Aidos under policy {digest} and key {}. {how}",
        own.key_id()
    )
}

/// Whether anything was hidden or left out between two counts.
pub(in crate::anonymise) fn is_changed(before: &Statistics, after: &Statistics) -> bool {
    let hidden = |counts: &Statistics| -> u64 {
        let rows = counts.hidden.values().flatten();
        rows.filter(|(name, _)| **name != "keep")
            .map(|(_, count)| count)
            .sum()
    };
    hidden(before) != hidden(after)
        || before.texts_redacted != after.texts_redacted
        || before.iocs_changed != after.iocs_changed
}

/// Marks what was changed, and adds the marking that is referred to. Twice is once.
pub(super) fn mark(own: &Anonymiser, rebuilt: &mut Rebuilt, changed: &mut [bool]) {
    let made = json!({
        "type": "marking-definition", "spec_version": "2.1", "created": MADE, "definition_type": "statement",
        "definition": {"statement": statement_of(own)},
    });
    let Value::Object(marking) = made else { return };
    let Some(id) = aidos_model::stix::id_of(&marking).map(|id| id.to_string()) else {
        return;
    };
    let mut used = false;
    for ((_, object), changed) in rebuilt.iter_mut().zip(changed) {
        if !*changed || is_observable(object) || text(object, "type") == "marking-definition" {
            continue;
        }
        used = true;
        let refs = object
            .entry("object_marking_refs")
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(refs) = refs
            && !refs.iter().any(|own| own.as_str() == Some(&id))
        {
            refs.push(id.as_str().into());
        }
    }
    let stands = rebuilt.iter().any(|(_, object)| *object == marking);
    if used && !stands {
        rebuilt.push((id, marking));
    }
}

/// The granular markings whose selectors all select something; what they were for is marked whole where they do not.
pub(super) fn granular(object: &mut Map<String, Value>, renamed: &impl Fn(&str) -> Option<String>) {
    let Some(marks) = object.shift_remove("granular_markings") else {
        return;
    };
    let mut kept = Vec::new();
    for mark in marks
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
    {
        let Some(id) = renamed(text(mark, "marking_ref")) else {
            continue;
        };
        let selectors: Vec<&str> = mark
            .get("selectors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !selectors.is_empty() && selectors.iter().all(|selector| selects(object, selector)) {
            kept.push(json!({"marking_ref": id, "selectors": selectors}));
        } else {
            // Stricter than it was: a marking must not get lost with what it marked.
            let refs = object
                .entry("object_marking_refs")
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(refs) = refs
                && !refs.iter().any(|own| own.as_str() == Some(&id))
            {
                refs.push(id.into());
            }
        }
    }
    if !kept.is_empty() {
        object.insert("granular_markings".to_owned(), Value::Array(kept));
    }
}

/// Whether a selector (section 7.2.3.1) selects something of the object: only then is it made of names that stand there.
fn selects(object: &Map<String, Value>, selector: &str) -> bool {
    let mut steps = selector.split('.');
    let mut at = steps.next().and_then(|first| object.get(first));
    for step in steps {
        let index = step
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        at = match (at, index) {
            (Some(Value::Array(items)), Some(index)) if index.len() <= 4 => index
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            (Some(Value::Object(members)), None) => members.get(step),
            _ => None,
        };
    }
    at.is_some()
}
