//! Which label an object carries: its markings, in the ids of TLP 2.0 and of TLP 1.0.

use aidos_model::Tlp;
use serde_json::{Map, Value};

/// The ids of TLP 1.0 (STIX 2.1 section 7.2.1.4), which OpenCTI uses for TLP 2.0 as well; AMBER+STRICT is OpenCTI's own.
const OLDER: [(Tlp, &str); 5] = [
    (
        Tlp::Clear,
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    ),
    (
        Tlp::Green,
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    ),
    (
        Tlp::Amber,
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    ),
    (
        Tlp::AmberStrict,
        "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37",
    ),
    (
        Tlp::Red,
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    ),
];

/// The marking definition that OpenCTI knows a label by.
///
/// ```
/// # use aidos_model::Tlp;
/// let id = aidos_exchange::marks::opencti_id(Tlp::AmberStrict);
/// assert_eq!(id, "marking-definition--826578e1-40ad-459f-bc73-ede076f81f37");
/// ```
pub fn opencti_id(tlp: Tlp) -> &'static str {
    let [clear, green, amber, strict, red] = OLDER;
    match tlp {
        Tlp::Clear => clear.1,
        Tlp::Green => green.1,
        Tlp::Amber => amber.1,
        Tlp::AmberStrict => strict.1,
        Tlp::Red => red.1,
    }
}

/// The label that a published marking definition stands for; `None` for one that somebody made.
pub fn published(id: &str) -> Option<Tlp> {
    let older = OLDER
        .iter()
        .find(|(_, own)| *own == id)
        .map(|(tlp, _)| *tlp);
    older.or_else(|| {
        Tlp::ALL
            .into_iter()
            .find(|tlp| tlp.stix_id().to_string() == id)
    })
}

/// The label that a marking definition gives, whatever its id; `None` for a statement or another kind.
pub fn given(definition: &Map<String, Value>) -> Option<Tlp> {
    let text = |value: &Value| value.as_str()?.parse().ok();
    let id = definition.get("id").and_then(Value::as_str);
    id.and_then(published)
        .or_else(|| {
            let extensions = definition.get("extensions")?;
            text(
                extensions
                    .get(aidos_model::stix::tlp::EXTENSION)?
                    .get("tlp_2_0")?,
            )
        })
        .or_else(|| text(definition.get("definition")?.get("tlp")?))
        .or_else(|| {
            let name = definition.get("name")?;
            name.as_str()?
                .to_ascii_uppercase()
                .starts_with("TLP:")
                .then_some(())?;
            text(name)
        })
}

/// Calls `each` with the id of every marking of an object, those of parts of it among them.
pub fn of(object: &Map<String, Value>, mut each: impl FnMut(&str)) {
    let list = |name: &str| object.get(name).and_then(Value::as_array);
    for marking in list("object_marking_refs").into_iter().flatten() {
        if let Some(id) = marking.as_str() {
            each(id);
        }
    }
    for part in list("granular_markings").into_iter().flatten() {
        if let Some(id) = part.get("marking_ref").and_then(Value::as_str) {
            each(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn labels_are_known_by_both_generations_of_ids() {
        for tlp in Tlp::ALL {
            assert_eq!(published(opencti_id(tlp)), Some(tlp));
            assert_eq!(published(&tlp.stix_id().to_string()), Some(tlp));
        }
        assert_eq!(
            published("marking-definition--00000000-0000-4000-8000-000000000000"),
            None
        );
    }

    #[test]
    fn definitions_of_others_are_read() {
        let given = |value: Value| given(value.as_object().unwrap());
        let own = "marking-definition--00000000-0000-4000-8000-000000000000";
        for (definition, expected) in [
            (
                json!({"id": own, "definition_type": "tlp", "definition": {"tlp": "white"}}),
                Some(Tlp::Clear),
            ),
            (
                json!({"id": own, "name": "tlp:amber+strict"}),
                Some(Tlp::AmberStrict),
            ),
            (
                json!({"id": own, "extensions": {aidos_model::stix::tlp::EXTENSION: {"tlp_2_0": "red"}}}),
                Some(Tlp::Red),
            ),
            (
                json!({"id": own, "definition_type": "statement", "definition": {"statement": "red"}}),
                None,
            ),
            (json!({"id": own, "name": "red"}), None),
        ] {
            assert_eq!(given(definition.clone()), expected, "{definition}");
        }
    }

    #[test]
    fn parts_count() {
        let object = json!({
            "object_marking_refs": ["a", 3],
            "granular_markings": [{"marking_ref": "b", "selectors": ["name"]}, {"lang": "el"}],
        });
        let mut found = Vec::new();
        of(object.as_object().unwrap(), |id| found.push(id.to_owned()));
        assert_eq!(found, ["a", "b"]);
    }
}
