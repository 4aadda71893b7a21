//! The questions that are asked, and what is read of the answers.

use aidos_model::stix::{OURS, Uuid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Error;
use crate::http::{Client, Request, Settings};

/// A query: its name in messages, its text, whether it may be asked again after a failure.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// What messages call it.
    pub name: &'static str,
    /// The text, which the build checked.
    pub text: &'static str,
    repeatable: bool,
}

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident = $file:literal, $repeatable:literal;)+) => {
        $($(#[$doc])* pub(super) const $name: Query = Query {
            name: $file,
            text: include_str!(concat!("queries/", $file, ".graphql")),
            repeatable: $repeatable,
        };)+
        /// All queries.
        pub const QUERIES: &[Query] = &[$($name),+];
    };
}

queries! {
    /// Version of the platform, and who asks.
    ABOUT = "about", true;
    /// What it offers by TAXII.
    COLLECTIONS = "collections", true;
    /// A page of indicators.
    INDICATORS = "indicators", true;
    /// A page of observables.
    OBSERVABLES = "observables", true;
    /// A page of objects of any type.
    OBJECTS = "objects", true;
    /// An object as STIX.
    STIX = "stix", true;
    /// Says who pushes; asking twice changes nothing.
    REGISTER = "register", true;
    /// Begins a work.
    WORK_ADD = "work_add", false;
    /// Adds to what a work waits for.
    WORK_EXPECT = "work_expect", false;
    /// Says that a work has begun.
    WORK_RECEIVED = "work_received", true;
    /// Says that a work is sent whole.
    WORK_PROCESSED = "work_processed", true;
    /// How far a work is.
    WORK = "work", true;
    /// The latest works.
    WORKS = "works", true;
    /// Takes a bundle. May be asked again: objects have ids that do not change, so the second copy updates the first.
    PUSH = "push", true;
}

/// An OpenCTI.
#[derive(Debug)]
pub struct OpenCti {
    client: Client,
}

/// What a platform says of itself and of us.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct About {
    /// Its version.
    pub version: String,
    /// The user whose token it is.
    pub user: String,
}

/// A collection that it offers by TAXII.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, serde::Serialize)]
pub struct Offered {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// What it holds.
    pub description: Option<String>,
}

/// A work of ours on the platform.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Latest {
    /// Its id.
    pub id: String,
    /// What it was called.
    pub name: String,
    /// How far it is.
    pub work: Work,
}

/// How far a work is.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Work {
    /// `wait`, `progress` or `complete`.
    pub status: String,
    /// Objects that the platform waits for.
    pub expected: u64,
    /// Objects that it has worked in.
    pub processed: u64,
    /// What went wrong, in its words.
    pub errors: Vec<String>,
}

#[derive(Deserialize)]
struct Answered {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<Wrong>,
}

#[derive(Deserialize)]
struct Wrong {
    message: Option<String>,
}

/// A work as the platform tells of it.
#[derive(Deserialize)]
struct Tracked {
    status: String,
    tracking: Option<Tracking>,
    #[serde(default)]
    errors: Option<Vec<Option<Wrong>>>,
}

#[derive(Default, Deserialize)]
struct Tracking {
    import_expected_number: Option<u64>,
    import_processed_number: Option<u64>,
}

impl From<Tracked> for Work {
    fn from(own: Tracked) -> Self {
        let tracking = own.tracking.unwrap_or_default();
        let errors = own.errors.unwrap_or_default().into_iter().flatten();
        Self {
            status: own.status,
            expected: tracking.import_expected_number.unwrap_or(0),
            processed: tracking.import_processed_number.unwrap_or(0),
            errors: errors.filter_map(|own| own.message).collect(),
        }
    }
}

/// The id of our connector: the same for all, so that a platform has one.
pub(super) fn connector() -> String {
    Uuid::v5(OURS, b"connector").to_string()
}

/// A page of a list.
#[derive(Deserialize)]
pub(super) struct Listed<T> {
    #[serde(default = "Vec::new")]
    pub(super) edges: Vec<Edge<T>>,
    #[serde(rename = "pageInfo")]
    pub(super) page: PageInfo,
}

#[derive(Deserialize)]
pub(super) struct Edge<T> {
    pub(super) node: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) end_cursor: Option<String>,
    pub(super) has_next_page: bool,
    #[serde(default)]
    pub(super) global_count: Option<u64>,
}

impl OpenCti {
    /// The platform at this address, `https://opencti.example.org`.
    ///
    /// # Errors
    /// When the address or the settings cannot be used.
    pub fn new(address: &str, settings: Settings) -> Result<Self, Error> {
        let address = address.trim_end_matches('/');
        let address = address.strip_suffix("/graphql").unwrap_or(address);
        Ok(Self {
            client: Client::new(address, settings)?,
        })
    }

    /// Its address.
    pub fn address(&self) -> String {
        self.client.address()
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Version of the platform, and whose token this is.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub fn about(&self) -> Result<About, Error> {
        #[derive(Deserialize)]
        struct Told {
            about: Version,
            me: User,
        }
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        #[derive(Deserialize)]
        struct User {
            name: String,
        }
        let told: Told = self.ask(ABOUT, &json!({}))?;
        Ok(About {
            version: told.about.version,
            user: told.me.name,
        })
    }

    /// What it offers by TAXII.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub fn collections(&self) -> Result<Vec<Offered>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Told {
            taxii_collections: Listed<Offered>,
        }
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let told: Told = self.ask(COLLECTIONS, &json!({"first": 100, "after": after}))?;
            let list = told.taxii_collections;
            let some = !list.edges.is_empty();
            all.extend(list.edges.into_iter().map(|edge| edge.node));
            match list
                .page
                .end_cursor
                .filter(|_| list.page.has_next_page && some)
            {
                Some(cursor) => after = cursor.into(),
                None => return Ok(all),
            }
        }
    }

    /// An object as STIX; `None` where there is none of this id.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub fn stix(&self, id: &str) -> Result<Option<String>, Error> {
        #[derive(Deserialize)]
        struct Told {
            stix: Option<String>,
        }
        let told: Told = self.ask(STIX, &json!({"id": id}))?;
        Ok(told.stix)
    }

    /// Says who pushes.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub(super) fn register(&self, id: &str, name: &str) -> Result<(), Error> {
        let input = json!({
            "id": id,
            "name": name,
            "type": "EXTERNAL_IMPORT",
            "scope": ["application/stix+json"],
            "auto": false,
            "only_contextual": false,
            "playbook_compatible": false,
        });
        self.ask::<Value>(REGISTER, &json!({"input": input}))
            .map(drop)
    }

    pub(super) fn work_add(&self, connector: &str, name: &str) -> Result<String, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Told {
            work_add: Id,
        }
        #[derive(Deserialize)]
        struct Id {
            id: String,
        }
        let told: Told = self.ask(
            WORK_ADD,
            &json!({"connectorId": connector, "friendlyName": name}),
        )?;
        Ok(told.work_add.id)
    }

    pub(super) fn work_expect(&self, work: &str, objects: u64) -> Result<(), Error> {
        let variables = json!({"id": work, "expectations": objects});
        self.ask::<Value>(WORK_EXPECT, &variables).map(drop)
    }

    pub(super) fn work_received(&self, work: &str, message: &str) -> Result<(), Error> {
        let variables = json!({"id": work, "message": message});
        self.ask::<Value>(WORK_RECEIVED, &variables).map(drop)
    }

    pub(super) fn work_processed(
        &self,
        work: &str,
        message: &str,
        failed: bool,
    ) -> Result<(), Error> {
        let variables = json!({"id": work, "message": message, "inError": failed});
        self.ask::<Value>(WORK_PROCESSED, &variables).map(drop)
    }

    pub(super) fn push_bundle(
        &self,
        connector: &str,
        bundle: &str,
        work: &str,
    ) -> Result<(), Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Told {
            stix_bundle_push: Option<bool>,
        }
        let variables = json!({"connectorId": connector, "bundle": bundle, "work_id": work});
        let told: Told = self.ask(PUSH, &variables)?;
        if told.stix_bundle_push == Some(true) {
            return Ok(());
        }
        Err(self.refusal(PUSH, "it did not take the bundle"))
    }

    /// How far a work is; `None` where it is gone.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub fn work(&self, work: &str) -> Result<Option<Work>, Error> {
        #[derive(Deserialize)]
        struct Told {
            work: Option<Tracked>,
        }
        let told: Told = self.ask(WORK, &json!({"id": work}))?;
        Ok(told.work.map(Work::from))
    }

    /// The latest works of ours, the last one first.
    ///
    /// # Errors
    /// When it does not answer or says no.
    pub fn works(&self, most: u32) -> Result<Vec<Latest>, Error> {
        #[derive(Deserialize)]
        struct Told {
            works: Edges,
        }
        #[derive(Deserialize)]
        struct Edges {
            #[serde(default)]
            edges: Vec<Edge<Own>>,
        }
        #[derive(Deserialize)]
        struct Own {
            id: String,
            name: Option<String>,
            #[serde(flatten)]
            tracked: Tracked,
        }
        let ours = json!({"key": ["connector_id"], "values": [connector()]});
        let filters = json!({"mode": "and", "filters": [ours], "filterGroups": []});
        let told: Told = self.ask(WORKS, &json!({"filters": filters, "first": most}))?;
        let works = told.works.edges.into_iter().map(|edge| Latest {
            id: edge.node.id,
            name: edge.node.name.unwrap_or_default(),
            work: edge.node.tracked.into(),
        });
        Ok(works.collect())
    }

    /// Asks, and reads what is under `data`.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        query: Query,
        variables: &Value,
    ) -> Result<T, Error> {
        let mut request = Request::post("/graphql")
            .header("accept", "application/json")
            .json(&json!({"query": query.text, "variables": variables}))
            .shown_as(format!("/graphql ({})", query.name));
        if query.repeatable {
            request = request.repeatable();
        }
        let answer = self.client.send(&request)?;
        let told: Option<Answered> = answer.json().ok();
        if let Some(wrong) = told.as_ref().and_then(|told| told.errors.first()) {
            // OpenCTI says 200, 400 or 500 with it; what it says is in the message.
            return Err(self.refusal(query, wrong.message.as_deref().unwrap_or("no reason")));
        }
        let answer = answer.success()?;
        let data = told.and_then(|told| told.data).ok_or_else(|| {
            answer.unexpected("no answer of GraphQL; is the address that of an OpenCTI?")
        })?;
        serde_json::from_value(data).map_err(|_| {
            let why = "JSON of another form; is it a version near 6.9?";
            answer.unexpected(why).into()
        })
    }

    pub(super) fn refusal(&self, query: Query, why: &str) -> Error {
        let why: String = why.chars().filter(|c| !c.is_control()).take(200).collect();
        Error::Partner {
            partner: self.address(),
            deed: query.name.to_owned(),
            why,
        }
    }
}
