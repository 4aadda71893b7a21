//! Pulling: indicators, observables or objects of any type, page by page, as STIX.

use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{INDICATORS, Listed, OBJECTS, OBSERVABLES, OpenCti, Query};
use crate::Error;
use crate::http;
use crate::pulled::Pulled;

/// What is pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Indicators.
    Indicators,
    /// Observables.
    Observables,
    /// Objects of any type.
    Objects,
}

impl What {
    fn query(self) -> Query {
        match self {
            Self::Indicators => INDICATORS,
            Self::Observables => OBSERVABLES,
            Self::Objects => OBJECTS,
        }
    }
}

/// Which of them.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What is pulled.
    pub what: What,
    /// Only these types, in OpenCTI's words: `IPv4-Addr`, `Malware`. Not for indicators.
    pub types: Vec<String>,
    /// Only what is found by these words.
    pub search: Option<String>,
    /// Further conditions: a `FilterGroup` of OpenCTI.
    pub filters: Option<Value>,
    /// Only what changed at or after this moment.
    pub since: Option<String>,
}

impl Selection {
    /// All but the moment in a line, which tells one selection from another.
    pub fn line(&self) -> String {
        json!([self.query_name(), self.types, self.search, self.filters]).to_string()
    }

    fn query_name(&self) -> &'static str {
        self.what.query().name
    }

    /// The conditions, with a moment from which on.
    fn conditions(&self, since: Option<&str>) -> Value {
        // Also what changed in that very moment: it may not have been there. What was is left out when it comes again.
        let since: Vec<Value> = since
            .map(|since| json!({"key": ["updated_at"], "values": [since], "operator": "gte", "mode": "or"}))
            .into_iter()
            .collect();
        let others: Vec<&Value> = self.filters.iter().collect();
        if since.is_empty() && others.is_empty() {
            return Value::Null;
        }
        json!({"mode": "and", "filters": since, "filterGroups": others})
    }
}

#[derive(Deserialize)]
struct Told {
    page: Listed<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    updated_at: Option<String>,
    #[serde(rename = "toStix")]
    stix: Option<String>,
}

/// Pulls what changed since the last pull, in the order of its changes; returns whether anything new came. `each` hears after
/// every page how many objects were written, and how many there are.
///
/// What changes while a pull runs moves to the end of the list and comes once more, as a newer version.
///
/// # Errors
/// When the platform does not answer or says no; what was pulled until then is kept.
pub fn pull(
    platform: &OpenCti,
    selection: &Selection,
    page: u32,
    into: &mut Pulled,
    each: &mut dyn FnMut(u64, Option<u64>),
) -> Result<bool, Error> {
    let query = selection.what.query();
    let since = into
        .mark()
        .since
        .clone()
        .or_else(|| selection.since.clone());
    let filters = selection.conditions(since.as_deref());
    let mut after = into.mark().cut.as_ref().and_then(|cut| cut.next.clone());
    let stop = &platform.client().settings().stop;
    loop {
        if stop.is_stopped() {
            return Err(http::Error::Stopped.into());
        }
        let mut variables = json!({
            "filters": filters,
            "search": selection.search,
            "first": page,
            "after": after,
        });
        if selection.what != What::Indicators && !selection.types.is_empty() {
            variables["types"] = json!(selection.types);
        }
        let told: Told = platform.ask(query, &variables)?;
        let mut objects = Vec::new();
        let mut latest = None;
        for edge in told.page.edges {
            let node = edge.node;
            let text = match node.stix {
                Some(text) => Some(text),
                None => platform.stix(&node.id)?,
            };
            // Deleted between two questions.
            objects.extend(text.filter(|text| text != "null"));
            latest = node.updated_at.or(latest);
        }
        let empty = objects.is_empty();
        let info = told.page.page;
        let next = info.end_cursor.filter(|_| info.has_next_page);
        if empty && next.is_some() && next == after {
            return Err(platform.refusal(query, "the same empty page comes again"));
        }
        after = next;
        let texts = objects.iter().map(String::as_str);
        into.page(texts, after.as_deref(), latest.as_deref())?;
        each(into.objects(), info.global_count);
        if after.is_none() {
            return into.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_join() {
        let mut selection = Selection {
            what: What::Indicators,
            types: Vec::new(),
            search: None,
            filters: None,
            since: None,
        };
        assert_eq!(selection.conditions(None), Value::Null);
        let own = selection.conditions(Some("2026-01-01T00:00:00Z"));
        assert_eq!(own["filters"][0]["operator"], "gte");
        assert_eq!(own["filterGroups"], json!([]));
        selection.filters = Some(json!({"mode": "or", "filters": [], "filterGroups": []}));
        assert_eq!(selection.conditions(None)["filterGroups"][0]["mode"], "or");
    }
}
