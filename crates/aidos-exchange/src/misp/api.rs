//! The calls of a MISP, one function each.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::{self, Answer, Client, Request, encode};

/// The most bytes of a page of events.
const PAGE: u64 = 256 << 20;

/// What a MISP says of itself and of the key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Version {
    /// `2.5.1`
    pub version: String,
    /// The key may synchronise: it keeps who made an event, and may ask for lists of ids.
    pub perm_sync: bool,
    /// The key may add sightings.
    pub perm_sighting: bool,
    /// How bodies may be packed.
    pub request_encoding: Vec<String>,
}

/// Why a MISP refuses something, as a list that a person can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// `field: what is wrong with it`, or what was said at all. The words are the partner's.
    pub reasons: Vec<String>,
    /// The reasons name fields: the thing itself is wrong.
    pub validation: bool,
}

/// One line of the index.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    pub(super) uuid: String,
    #[serde(deserialize_with = "number")]
    pub(super) timestamp: i64,
}

/// A MISP.
#[derive(Clone, Debug)]
pub struct Misp {
    pub(super) client: Client,
}

/// What is published, and the `ETag` of the answer.
pub(super) type Index = (Vec<Line>, Option<String>);

impl Misp {
    /// A MISP at the end of a client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Who is there, and what may the key do? `GET /servers/getVersion`
    pub fn version(&self) -> Result<Version, http::Error> {
        self.client
            .send(&Request::get("/servers/getVersion"))?
            .success()?
            .json()
    }

    /// All that is published, as uuid and timestamp, or `None` where nothing changed since this `ETag`.
    /// `POST /events/index`
    pub(super) fn index(&self, etag: Option<&str>) -> Result<Option<Index>, http::Error> {
        let mut request = Request::post("/events/index")
            .json(&json!({"minimal": 1, "published": 1}))
            .header("Accept", "application/json")
            .limit(PAGE)
            .repeatable();
        if let Some(etag) = etag {
            request = request.header("If-None-Match", etag);
        }
        let answer = self.client.send(&request)?;
        if answer.status() == 304 {
            return Ok(None);
        }
        let answer = answer.success()?;
        let etag = answer.header("etag").map(str::to_owned);
        Ok(Some((answer.json()?, etag)))
    }

    /// A page of events. `POST /events/restSearch`
    pub(super) fn search(&self, query: &Value) -> Result<Vec<Value>, http::Error> {
        #[derive(Deserialize)]
        struct Page {
            response: Vec<Value>,
        }
        let request = Request::post("/events/restSearch")
            .json(query)
            .header("Accept", "application/json")
            .limit(PAGE)
            .repeatable();
        let page: Page = self.client.send(&request)?.success()?.json()?;
        Ok(page.response)
    }

    /// Which of these events it wants; `None` where the key may not ask. `POST /events/filterEventIdsForPush`
    pub(super) fn wanted(
        &self,
        events: &[Value],
        gzip: bool,
    ) -> Result<Option<Vec<String>>, http::Error> {
        let request = packed(
            Request::post("/events/filterEventIdsForPush")
                .json(&events)
                .header("Accept", "application/json")
                .repeatable(),
            gzip,
        );
        let answer = self.client.send(&request)?;
        if matches!(answer.status(), 403..=405) {
            return Ok(None);
        }
        answer.success()?.json().map(Some)
    }

    /// Whether it has this event. `HEAD /events/view/<uuid>`
    pub(super) fn has(&self, uuid: &str) -> Result<bool, http::Error> {
        let answer = self
            .client
            .send(&Request::head(format!("/events/view/{}", encode(uuid))))?;
        match answer.status() {
            404 => Ok(false),
            _ => answer.success().map(|_| true),
        }
    }

    /// Adds an event, or edits one that is there. `POST /events/add`, `POST /events/edit/<uuid>`
    pub(super) fn put(
        &self,
        uuid: &str,
        event: &Value,
        edit: bool,
        gzip: bool,
    ) -> Result<Result<(), Refusal>, http::Error> {
        let path = if edit {
            format!("/events/edit/{}/metadata:1", encode(uuid))
        } else {
            "/events/add/metadata:1".to_owned()
        };
        self.post(packed(Request::post(path).json(event), gzip))
    }

    /// Publishes an event. `POST /events/publish/<uuid>`
    pub(super) fn publish(&self, uuid: &str) -> Result<Result<(), Refusal>, http::Error> {
        // Twice is like once: it is published then.
        self.post(Request::post(format!("/events/publish/{}", encode(uuid))).repeatable())
    }

    /// Puts a tag on an event or an attribute. `POST /tags/attachTagToObject`
    pub(super) fn tag(&self, uuid: &str, tag: &str) -> Result<Result<(), Refusal>, http::Error> {
        let body = json!({"uuid": uuid, "tag": tag, "local": 0});
        self.post(
            Request::post("/tags/attachTagToObject")
                .json(&body)
                .repeatable(),
        )
    }

    /// Adds a sighting of an attribute: type 0, it was seen. `POST /sightings/add/<uuid>`
    pub(super) fn sighting(
        &self,
        attribute: &str,
        source: Option<&str>,
    ) -> Result<Result<(), Refusal>, http::Error> {
        let mut body = json!({"type": "0"});
        if let (Some(source), Some(body)) = (source, body.as_object_mut()) {
            body.insert("source".into(), source.into());
        }
        self.post(Request::post(format!("/sightings/add/{}", encode(attribute))).json(&body))
    }

    /// The attributes of a value. `POST /attributes/restSearch`
    pub(super) fn attributes(&self, value: &str) -> Result<Vec<String>, http::Error> {
        let request = Request::post("/attributes/restSearch")
            .json(&json!({"returnFormat": "json", "value": value}))
            .header("Accept", "application/json")
            .repeatable();
        let answer = self.client.send(&request)?.success()?;
        let found: Value = answer.json()?;
        let attributes = found
            .pointer("/response/Attribute")
            .and_then(Value::as_array);
        let attributes =
            attributes.ok_or_else(|| answer.unexpected("it has no `response.Attribute`"))?;
        Ok(attributes
            .iter()
            .filter_map(|attribute| attribute.get("uuid")?.as_str().map(str::to_owned))
            .collect())
    }

    fn post(&self, request: Request) -> Result<Result<(), Refusal>, http::Error> {
        let request = request.header("Accept", "application/json");
        let answer = self.client.send(&request)?;
        match answer.status() {
            // A `tags` or `sightings` call may say no in a body that says yes.
            200..=299 => Ok(refused_inside(&answer).map_or(Ok(()), Err)),
            302 | 400 | 403 | 404 | 405 | 409 => Ok(Err(refusal(&answer))),
            _ => Err(answer.refusal("")),
        }
    }
}

fn packed(request: Request, gzip: bool) -> Request {
    if gzip { request.gzipped() } else { request }
}

fn refused_inside(answer: &Answer) -> Option<Refusal> {
    let body: Map<String, Value> = serde_json::from_slice(answer.body()).ok()?;
    (body.get("saved") == Some(&Value::Bool(false))).then(|| refusal(answer))
}

/// What a refusal says: `{name, message, url, errors: {field: [text]}}`.
fn refusal(answer: &Answer) -> Refusal {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let mut reasons = Vec::new();
    let mut validation = false;
    match body.get("errors") {
        Some(Value::Object(fields)) => {
            validation = true;
            list(fields, "", &mut reasons);
        }
        Some(Value::String(text)) => reasons.push(short(text)),
        _ => {}
    }
    if reasons.is_empty() {
        let said = body.get("message").or_else(|| body.get("name"));
        reasons.extend(said.and_then(Value::as_str).map(short));
    }
    reasons.truncate(20);
    Refusal {
        status: answer.status(),
        reasons,
        validation,
    }
}

/// Fields with what is wrong with them, however deep they lie.
fn list(fields: &Map<String, Value>, above: &str, reasons: &mut Vec<String>) {
    for (name, said) in fields {
        let name = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        match said {
            Value::Object(below) => list(below, &name, reasons),
            Value::Array(texts) => {
                for (at, text) in texts.iter().enumerate() {
                    match text {
                        Value::Object(below) => list(below, &format!("{name}.{at}"), reasons),
                        Value::String(text) => reasons.push(format!("{name}: {}", short(text))),
                        _ => {}
                    }
                }
            }
            Value::String(text) => reasons.push(format!("{name}: {}", short(text))),
            _ => {}
        }
    }
}

/// A reason on one line, not too long.
fn short(text: &str) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    let text: String = text
        .join(" ")
        .chars()
        .filter(|char| !char.is_control())
        .take(200)
        .collect();
    text
}

/// A number that may be written as text.
pub(crate) fn as_number(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Yes or no, which may be written as a number or a text.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text == "true" => Some(true),
        Value::String(text) if text == "false" || text.is_empty() => Some(false),
        value => as_number(value).map(|number| number != 0),
    }
}

fn number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(from)?;
    as_number(&value).ok_or_else(|| serde::de::Error::custom("no number"))
}
