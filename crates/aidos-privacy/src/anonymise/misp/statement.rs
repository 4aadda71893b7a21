//! The object that says that an event was anonymised, and how: MISP's template `anonymisation`.

use aidos_model::stix::{OURS, Uuid, canonical};
use serde_json::{Map, Value, json};

use super::super::Anonymiser;
use super::super::event::text;
use super::super::stix::statement_of;

/// What the object says: MISP's template `anonymisation`, its own words where it has some.
fn statements(own: &Anonymiser) -> Vec<(&'static str, String)> {
    let methods = if own.policy().irreversible.is_some() {
        vec!["partitioning", "hiding"]
    } else {
        vec!["permutation", "prefix-preserving", "hiding"]
    };
    let mut out: Vec<(&str, String)> = methods
        .into_iter()
        .map(|word| ("method", word.to_owned()))
        .collect();
    if own.policy().irreversible.is_none() {
        out.push(("keyed-hash-function", "hmac-sha256".to_owned()));
    }
    out.push(("description", statement_of(own)));
    out
}

/// The object, without a UUID of its own.
pub(super) fn statement(own: &Anonymiser) -> Map<String, Value> {
    let attributes: Vec<Value> = statements(own)
        .into_iter()
        .map(|(relation, value)| {
            let mut made = json!({
                "type": "text", "category": "Other", "object_relation": relation, "value": value, "to_ids": false,
                "disable_correlation": true,
            });
            let mut bytes = Vec::new();
            canonical::push(&mut bytes, &made);
            if let Some(object) = made.as_object_mut() {
                object.insert("uuid".to_owned(), Uuid::v5(OURS, &bytes).to_string().into());
            }
            made
        })
        .collect();
    let made = json!({
        "name": "anonymisation", "meta-category": "misc", "template_uuid": "5867cffe-60ff-44f6-b097-e5f36b5de0ac",
        "template_version": "2", "Attribute": attributes,
    });
    made.as_object().cloned().unwrap_or_default()
}

/// The object that an earlier pass added, if this is it, to the letter.
pub(super) fn statement_object(
    own: &Anonymiser,
    object: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    if text(object, "name") != "anonymisation" {
        return None;
    }
    let mut shown = object.clone();
    shown.shift_remove("uuid");
    (shown == statement(own)).then(|| object.clone())
}
