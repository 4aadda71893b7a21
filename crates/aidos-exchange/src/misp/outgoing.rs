//! What leaves: events made anew from a list of fields that may leave, never by deleting those that may not.
//!
//! A real MISP's events carry the address of who made them (`event_creator_email`), numbers of users, names of servers and
//! whole rosters of sharing groups, and new fields come with each version. What is not on the list stays here.
//! Tags that are local stay here too; so do galaxies, whose tags go along, and reports, which are text.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Error;

const EVENT: [&str; 10] = [
    "uuid",
    "info",
    "date",
    "timestamp",
    "analysis",
    "threat_level_id",
    "extends_uuid",
    "Tag",
    "Attribute",
    "Object",
];
const ATTRIBUTE: [&str; 14] = [
    "uuid",
    "type",
    "category",
    "value",
    "to_ids",
    "comment",
    "timestamp",
    "disable_correlation",
    "deleted",
    "first_seen",
    "last_seen",
    "object_relation",
    "data",
    "Tag",
];
const OBJECT: [&str; 14] = [
    "uuid",
    "name",
    "meta-category",
    "description",
    "template_uuid",
    "template_version",
    "timestamp",
    "comment",
    "deleted",
    "first_seen",
    "last_seen",
    "Attribute",
    "ObjectReference",
    "Tag",
];
const REFERENCE: [&str; 7] = [
    "uuid",
    "object_uuid",
    "referenced_uuid",
    "relationship_type",
    "timestamp",
    "comment",
    "deleted",
];
const TAG: [&str; 4] = ["name", "colour", "relationship_type", "numerical_value"];

/// Own organisation, its community, connected communities, all.
pub const DISTRIBUTIONS: std::ops::RangeInclusive<u8> = 0..=3;

/// An event as it leaves.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its uuid.
    pub uuid: String,
    /// Seconds since 1970.
    pub timestamp: i64,
    /// `{"Event": {…}}`
    pub event: Value,
    /// Names of fields that stay here, sorted: `Event.event_creator_email`.
    pub left_out: Vec<String>,
}

/// Makes an event ready to leave: with the fields of the list, and no farther than `at_most` (0 own organisation … 3 all).
///
/// An event for a sharing group goes to nobody but the own organisation: who is in the group, another MISP does not know.
///
/// ```
/// use aidos_exchange::misp::outgoing;
/// use serde_json::json;
/// let event = json!({"Event": {
///     "uuid": "5f1b3e1c-0000-4000-8000-000000000001", "info": "scan", "timestamp": "1772359200",
///     "distribution": "3", "event_creator_email": "alice@example.org",
/// }});
/// let out = outgoing::prepare(1, &event, 1).unwrap();
/// assert_eq!(out.event["Event"]["distribution"], "1");
/// assert_eq!(out.left_out, ["Event.event_creator_email"]);
/// assert!(!out.event.to_string().contains("alice"));
/// ```
///
/// # Errors
/// [`Error::Event`] without a uuid, `info` or timestamp.
pub fn prepare(number: usize, event: &Value, at_most: u8) -> Result<Outgoing, Error> {
    let refuse = |why| Error::Event { number, why };
    let inner = event.get("Event").unwrap_or(event);
    let Value::Object(inner) = inner else {
        return Err(refuse("it is no object"));
    };
    let uuid = inner
        .get("uuid")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if aidos_model::stix::Uuid::parse(uuid).is_none() {
        return Err(refuse("it has no uuid"));
    }
    let timestamp = inner
        .get("timestamp")
        .and_then(super::api::as_number)
        .ok_or_else(|| refuse("it has no timestamp"))?;
    if inner
        .get("info")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        return Err(refuse("it has no info"));
    }
    let mut cut = Cut {
        at_most: at_most.min(*DISTRIBUTIONS.end()),
        left_out: BTreeSet::new(),
    };
    let mut out = cut.pick(inner, "Event", &EVENT);
    let distribution = cut.lowered(inner.get("distribution"), cut.at_most);
    out.insert("distribution".into(), distribution);
    // Publishing is an act of its own.
    out.insert("published".into(), Value::Bool(false));
    let mut event = Map::new();
    event.insert("Event".into(), Value::Object(out));
    Ok(Outgoing {
        uuid: uuid.to_ascii_lowercase(),
        timestamp,
        event: Value::Object(event),
        left_out: cut.left_out.into_iter().collect(),
    })
}

struct Cut {
    at_most: u8,
    left_out: BTreeSet<String>,
}

impl Cut {
    fn pick(
        &mut self,
        from: &Map<String, Value>,
        what: &str,
        fields: &[&str],
    ) -> Map<String, Value> {
        for name in from.keys() {
            // What is set anew is not left out.
            let anew = matches!(
                name.as_str(),
                "distribution" | "published" | "sharing_group_id" | "local"
            );
            if !fields.contains(&name.as_str()) && !anew {
                self.left_out.insert(format!("{what}.{name}"));
            }
        }
        let mut out = Map::new();
        for name in fields {
            let Some(value) = from.get(*name).filter(|value| !value.is_null()) else {
                continue;
            };
            let value = match (*name, value) {
                ("Tag", Value::Array(tags)) => self.tags(tags),
                ("Attribute", Value::Array(list)) => self.each(list, "Attribute", &ATTRIBUTE, true),
                ("Object", Value::Array(list)) => self.each(list, "Object", &OBJECT, true),
                ("ObjectReference", Value::Array(list)) => {
                    self.each(list, "ObjectReference", &REFERENCE, false)
                }
                // A list where a word should stand, or the other way round: nobody knows what is in it.
                (_, Value::Array(_) | Value::Object(_))
                | ("Tag" | "Attribute" | "Object" | "ObjectReference", _) => {
                    self.left_out.insert(format!("{what}.{name}"));
                    continue;
                }
                (_, value) => value.clone(),
            };
            out.insert((*name).into(), value);
        }
        out
    }

    fn each(&mut self, list: &[Value], what: &str, fields: &[&str], spreads: bool) -> Value {
        let mut out = Vec::with_capacity(list.len());
        for item in list.iter().filter_map(Value::as_object) {
            let mut picked = self.pick(item, what, fields);
            if spreads {
                // 5 is the event's own.
                let distribution = self.lowered(item.get("distribution"), 5);
                picked.insert("distribution".into(), distribution);
            }
            out.push(Value::Object(picked));
        }
        Value::Array(out)
    }

    fn tags(&mut self, tags: &[Value]) -> Value {
        let mut out = Vec::with_capacity(tags.len());
        for tag in tags.iter().filter_map(Value::as_object) {
            let is = |name: &str| tag.get(name).and_then(super::api::flag);
            if is("local") == Some(true) || is("exportable") == Some(false) {
                self.left_out.insert("Tag (local)".into());
                continue;
            }
            out.push(Value::Object(self.pick(tag, "Tag", &TAG)));
        }
        Value::Array(out)
    }

    /// A distribution that goes no farther than it may. Sharing groups become the own organisation.
    fn lowered(&self, given: Option<&Value>, missing: u8) -> Value {
        let given = given.and_then(super::api::as_number);
        let number = match given {
            None => i64::from(missing),
            Some(5) => 5,
            Some(number) if (0..=3).contains(&number) => number.min(i64::from(self.at_most)),
            Some(_) => 0,
        };
        Value::String(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const UUID: &str = "5f1b3e1c-0000-4000-8000-000000000001";

    #[test]
    fn only_what_is_listed_leaves() {
        let event = json!({"Event": {
            "uuid": UUID, "info": "i", "timestamp": 5, "id": "77", "user_id": "3", "event_creator_email": "secret",
            "Org": {"name": "secret"}, "Orgc": {"name": "secret"}, "SharingGroup": {"name": "secret"},
            "sharing_group_id": "9", "distribution": 4, "some_new_field": "secret", "info2": ["secret"],
            "Galaxy": [{"name": "secret"}], "EventReport": [{"content": "secret"}], "date": {"secret": 1},
            "Tag": [{"name": "tlp:green", "user_id": "secret"}, {"name": "secret", "local": "1"}, {"name": "secret", "exportable": false}],
            "Attribute": [{
                "uuid": UUID, "type": "ip-dst", "value": "198.51.100.3", "distribution": "3", "event_id": "secret",
                "Sighting": [{"source": "secret"}], "SharingGroup": {"name": "secret"}, "Tag": [{"name": "t", "local": true, "x": "secret"}],
            }, "secret"],
            "Object": [{"uuid": UUID, "name": "ip-port", "distribution": 5, "secret": "secret", "Attribute": [{"value": "v", "secret": "secret"}],
                "ObjectReference": [{"uuid": UUID, "Object": {"comment": "secret"}}]}],
        }});
        let out = prepare(1, &event, 2).unwrap();
        let text = out.event.to_string();
        assert!(!text.contains("secret"), "{text}");
        let sent = &out.event["Event"];
        assert_eq!(sent["distribution"], "0");
        assert_eq!(sent["published"], false);
        assert_eq!(sent["Attribute"][0]["distribution"], "2");
        assert_eq!(sent["Object"][0]["distribution"], "5");
        assert_eq!(sent["Object"][0]["Attribute"][0]["value"], "v");
        assert_eq!(sent["Tag"].as_array().unwrap().len(), 1);
        for name in [
            "Event.event_creator_email",
            "Event.Galaxy",
            "Attribute.Sighting",
            "ObjectReference.Object",
            "Tag (local)",
        ] {
            assert!(
                out.left_out.iter().any(|own| own == name),
                "{name}: {:?}",
                out.left_out
            );
        }
    }

    #[test]
    fn an_event_needs_uuid_info_and_timestamp() {
        for event in [
            json!([]),
            json!({"Event": {}}),
            json!({"Event": {"uuid": "../x", "info": "i", "timestamp": 1}}),
            json!({"Event": {"uuid": UUID, "info": "", "timestamp": 1}}),
            json!({"Event": {"uuid": UUID, "info": "i"}}),
        ] {
            assert!(
                matches!(prepare(3, &event, 0), Err(Error::Event { number: 3, .. })),
                "{event}"
            );
        }
    }
}
