//! A stand-in for OpenCTI that enforces its schema, with the validator of another project: a query that names a field, an
//! argument or a type that is not there is refused before anything is done, and so are variables that do not fit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

use crate::stand::{Asked, Reply, Stand};

/// What the platform holds.
#[derive(Default)]
pub(crate) struct State {
    /// Objects by id: the last copy, and how many came.
    pub(crate) objects: BTreeMap<String, (Value, u64)>,
    /// Ids of each piece.
    pub(crate) pieces: Vec<Vec<String>>,
    pub(crate) connectors: BTreeSet<String>,
    pub(crate) works: BTreeMap<String, Value>,
    /// Refuses the piece of this number, from 1.
    pub(crate) refuse_piece: Option<usize>,
    /// Objects that a pull finds: moment and object.
    pub(crate) held: Vec<(String, Value)>,
}

/// The platform.
pub(crate) struct Platform {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) stand: Stand,
}

pub(crate) fn schema() -> Valid<Schema> {
    Schema::parse_and_validate(aidos_exchange::opencti::SCHEMA, "schema.graphql")
        .unwrap_or_else(|error| panic!("{}", error.errors))
}

/// Why a request is against the schema.
pub(crate) fn refused(schema: &Valid<Schema>, query: &str, variables: &Value) -> Option<String> {
    let document = match ExecutableDocument::parse_and_validate(schema, query, "query.graphql") {
        Ok(document) => document,
        Err(error) => return Some(error.errors.to_string()),
    };
    let operation = match document.operations.get(None) {
        Ok(operation) => operation,
        Err(error) => return Some(format!("{error:?}")),
    };
    let Value::Object(given) = variables else {
        return Some("variables are no object".into());
    };
    for name in given.keys() {
        if !operation
            .variables
            .iter()
            .any(|own| own.name == name.as_str())
        {
            return Some(format!("variable {name} is not declared"));
        }
    }
    let given = serde_json::from_value(variables.clone()).unwrap();
    coerce_variable_values(schema, operation, &given)
        .err()
        .map(|error| format!("{error:?}"))
}

impl Platform {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let schema = schema();
        let inner = Arc::clone(&state);
        let stand = Stand::start(move |asked| {
            if asked.header("authorization") != Some("Bearer token") {
                return Reply::status(401);
            }
            if asked.path.starts_with("/graphql") {
                answer(&schema, &mut inner.lock().unwrap(), asked)
            } else {
                Reply::status(404)
            }
        });
        Self { state, stand }
    }
}

fn wrong(message: &str) -> Reply {
    Reply::json(&json!({"errors": [{"message": message}], "data": null}))
}

fn answer(schema: &Valid<Schema>, state: &mut State, asked: &Asked) -> Reply {
    let body = asked.json();
    let query = body["query"].as_str().unwrap_or_default();
    let variables = &body["variables"];
    if let Some(why) = refused(schema, query, variables) {
        return wrong(&why).with_status(400);
    }
    let text = |name: &str| variables[name].as_str().unwrap_or_default().to_owned();
    // The first field says what is asked; the validator has seen the rest.
    let has = |field: &str| query.contains(field);
    let data = if has("registerConnector(") {
        let id = variables["input"]["id"].as_str().unwrap_or_default();
        state.connectors.insert(id.to_owned());
        json!({"registerConnector": {"id": id}})
    } else if has("workAdd(") {
        if !state.connectors.contains(&text("connectorId")) {
            return wrong("Invalid connector");
        }
        let id = format!("work_{}", state.works.len() + 1);
        state.works.insert(
            id.clone(),
            json!({"expected": 0, "processed": 0, "status": "wait"}),
        );
        json!({"workAdd": {"id": id}})
    } else if has("workEdit(") {
        let Some(work) = state.works.get_mut(&text("id")) else {
            return wrong("no such work");
        };
        if has("addExpectations(") {
            let more = variables["expectations"].as_u64().unwrap_or(0);
            work["expected"] = (work["expected"].as_u64().unwrap_or(0) + more).into();
            json!({"workEdit": {"addExpectations": "1"}})
        } else if has("toReceived(") {
            work["status"] = "progress".into();
            json!({"workEdit": {"toReceived": "1"}})
        } else {
            work["sent"] = variables["message"].clone();
            json!({"workEdit": {"toProcessed": "1"}})
        }
    } else if has("stixBundlePush(") {
        match take(state, &text("bundle"), &text("work_id")) {
            Ok(()) => json!({"stixBundlePush": true}),
            Err(why) => return wrong(&why),
        }
    } else if has("works(") {
        let works = state.works.iter().rev().map(|(id, work)| {
            let tracking = json!({"import_expected_number": work["expected"], "import_processed_number": work["processed"]});
            json!({"node": {"id": id, "name": "Aidos", "status": "progress", "tracking": tracking}})
        });
        json!({"works": {"edges": works.collect::<Vec<_>>()}})
    } else if has("work(") {
        let work = state.works.get(&text("id")).map(|work| {
            let over = work["expected"] == work["processed"] && !work["sent"].is_null();
            json!({
                "status": if over { "complete" } else { "progress" },
                "tracking": {"import_expected_number": work["expected"], "import_processed_number": work["processed"]},
                "errors": [],
            })
        });
        json!({"work": work})
    } else if has("taxiiCollections(") {
        json!({"taxiiCollections": {"edges": [{"node": {"id": "t", "name": "All", "description": null}}],
            "pageInfo": {"endCursor": "", "hasNextPage": false}}})
    } else if has("stix(id:") {
        let found = state
            .held
            .iter()
            .find(|(_, own)| own["id"].as_str() == Some(&text("id")));
        json!({"stix": found.map(|(_, own)| own.to_string())})
    } else if has("about") {
        json!({"about": {"version": "6.9.17"}, "me": {"id": "u", "name": "Aidos"}})
    } else {
        page(state, variables)
    };
    Reply::json(&json!({"data": data}))
}

/// What `sendStixBundle` of the platform does, and then a worker: more than one object is split, and each part expected.
fn take(state: &mut State, bundle: &str, work: &str) -> Result<(), String> {
    let bundle: Value = serde_json::from_str(bundle).map_err(|_| "Invalid bundle")?;
    let objects = bundle["objects"]
        .as_array()
        .filter(|own| !own.is_empty())
        .ok_or("Invalid stix bundle")?;
    if state.refuse_piece == Some(state.pieces.len() + 1) {
        state.refuse_piece = None;
        return Err("queue is gone".into());
    }
    let here: BTreeSet<&str> = objects
        .iter()
        .filter_map(|own| own["id"].as_str())
        .collect();
    if here.len() != objects.len() {
        return Err("an id stands twice in a piece".into());
    }
    for object in objects {
        let mut dangling = None;
        aidos_exchange::order::references(object.as_object().unwrap(), &mut |id| {
            if !here.contains(id) && !state.objects.contains_key(id) {
                dangling = Some(id.to_owned());
            }
        });
        if let Some(id) = dangling {
            return Err(format!("MISSING_REFERENCE_ERROR {id}"));
        }
    }
    let tracked = state.works.get_mut(work).ok_or("no such work")?;
    let count = objects.len() as u64;
    if count > 1 {
        tracked["expected"] = (tracked["expected"].as_u64().unwrap_or(0) + count).into();
    }
    tracked["processed"] = (tracked["processed"].as_u64().unwrap_or(0) + count).into();
    state.pieces.push(
        objects
            .iter()
            .map(|own| own["id"].as_str().unwrap_or_default().to_owned())
            .collect(),
    );
    for object in objects {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        let held = state.objects.entry(id).or_insert((Value::Null, 0));
        *held = (object.clone(), held.1 + 1);
    }
    Ok(())
}

/// A page of what is held, in the order of its moments, from a moment on.
fn page(state: &State, variables: &Value) -> Value {
    let since = variables["filters"]["filters"][0]["values"][0]
        .as_str()
        .unwrap_or_default();
    let first = usize::try_from(variables["first"].as_u64().unwrap_or(50)).unwrap();
    let after: usize = variables["after"]
        .as_str()
        .map_or(0, |cursor| cursor.parse().unwrap());
    let found: Vec<&(String, Value)> = state
        .held
        .iter()
        .filter(|(at, _)| at.as_str() >= since)
        .collect();
    let edges: Vec<Value> = found
        .iter()
        .skip(after)
        .take(first)
        .map(|(at, own)| {
            // Some objects have no text of their own and have to be asked for.
            let text = (own["type"] != "tool").then(|| own.to_string());
            json!({"node": {"id": own["id"], "updated_at": at, "toStix": text}})
        })
        .collect();
    let end = after + edges.len();
    json!({"page": {"edges": edges, "pageInfo": {"endCursor": end.to_string(), "hasNextPage": end < found.len(), "globalCount": found.len()}}})
}
