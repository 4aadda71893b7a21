//! A TAXII 2.1 server: its collections, pulled and pushed to.

pub mod pull;
pub mod push;
pub mod types;

use serde::de::DeserializeOwned;

use crate::Error;
use crate::http::{Answer, Client, Request, Settings, encode, split};
use types::{
    ApiRoot, Collection, Collections, Discovery, Envelope, ErrorMessage, MEDIA, Manifest, Status,
};

/// What is asked of a collection (section 3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only what the server got after this moment.
    pub added_after: Option<String>,
    /// Only these ids.
    pub ids: Vec<String>,
    /// Only these types.
    pub types: Vec<String>,
    /// Only these versions: `first`, `last`, `all` or stamps.
    pub versions: Vec<String>,
    /// Only these versions of STIX.
    pub spec_versions: Vec<String>,
}

impl Filter {
    fn of(&self, mut request: Request) -> Request {
        if let Some(after) = &self.added_after {
            request = request.query("added_after", after);
        }
        for (name, values) in [
            ("match[id]", &self.ids),
            ("match[type]", &self.types),
            ("match[version]", &self.versions),
            ("match[spec_version]", &self.spec_versions),
        ] {
            if !values.is_empty() {
                request = request.query(name, &values.join(","));
            }
        }
        request
    }

    /// All but `added_after` in a line, which tells one selection from another.
    pub fn line(&self) -> String {
        Self {
            added_after: None,
            ..self.clone()
        }
        .of(Request::get(""))
        .path()
        .to_owned()
    }
}

/// A page, and what its headers say.
#[derive(Debug)]
pub struct Page<T> {
    /// What it holds.
    pub body: T,
    /// When the server got the first of it.
    pub first_added: Option<String>,
    /// When the server got the last of it.
    pub last_added: Option<String>,
}

/// An API root of a server.
#[derive(Debug)]
pub struct Root {
    client: Client,
}

/// Asks a server which API roots it has, by the address of its discovery: `https://host/taxii2/`.
///
/// # Errors
/// When it does not answer, or not as TAXII 2.1.
pub fn discover(address: &str, settings: Settings) -> Result<Discovery, Error> {
    let client = Client::new(address, settings)?;
    read(&client.send(&get("/"))?)
}

/// The API roots that can be taken of what stands at an address: itself where it is one; where it is a discovery, its roots on the
/// same host, the default one first. Roots on other hosts are left out: nobody named them.
///
/// # Errors
/// When it does not answer, or not as TAXII 2.1.
pub fn roots(address: &str, settings: Settings) -> Result<Vec<String>, Error> {
    let client = Client::new(address, settings)?;
    let answer = client.send(&get("/"))?;
    let found: serde_json::Map<String, serde_json::Value> = read(&answer)?;
    if found.contains_key("max_content_length") {
        return Ok(vec![address.to_owned()]);
    }
    let found: Discovery = read(&answer)?;
    let host = |address: &str| split(address).map(|(host, _)| host.to_ascii_lowercase());
    let mut roots: Vec<String> = Vec::new();
    for root in found.default.iter().chain(&found.api_roots) {
        let root = address_of(address, root);
        if host(&root) == host(address) && !roots.contains(&root) {
            roots.push(root);
        }
    }
    if roots.is_empty() {
        let others: Vec<&str> = found.api_roots.iter().map(String::as_str).collect();
        return Err(Error::Partner {
            partner: client.address(),
            deed: "a look for API roots on this host".into(),
            why: format!(
                "it has {}; name the right one with --url",
                if others.is_empty() {
                    "none".into()
                } else {
                    others.join(", ")
                }
            ),
        });
    }
    Ok(roots)
}

/// The address of an API root that discovery named, which may be a path of the same host.
///
/// ```
/// use aidos_exchange::taxii::address_of;
/// assert_eq!(address_of("https://a.example/taxii2/", "/api1/"), "https://a.example/api1/");
/// assert_eq!(address_of("https://a.example/taxii2/", "https://a.example/api1/"), "https://a.example/api1/");
/// ```
pub fn address_of(discovery: &str, root: &str) -> String {
    if root.contains("://") {
        return root.to_owned();
    }
    let host = split(discovery).map_or(discovery.trim_end_matches('/'), |(host, _)| host);
    format!("{host}/{}", root.trim_start_matches('/'))
}

impl Root {
    /// The API root at this address.
    ///
    /// # Errors
    /// When the address or the settings cannot be used.
    pub fn new(address: &str, settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            client: Client::new(address, settings)?,
        })
    }

    /// Its address.
    pub fn address(&self) -> String {
        self.client.address()
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What it is.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn about(&self) -> Result<ApiRoot, Error> {
        read(&self.client.send(&get("/"))?)
    }

    /// Its collections.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn collections(&self) -> Result<Vec<Collection>, Error> {
        let found: Collections = read(&self.client.send(&get("/collections/"))?)?;
        Ok(found.collections)
    }

    /// A collection, by id or alias.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn collection(&self, id: &str) -> Result<Collection, Error> {
        let path = format!("/collections/{}/", encode(id));
        read(&self.client.send(&get(&path))?)
    }

    /// A page of the objects of a collection.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn objects(
        &self,
        collection: &str,
        filter: &Filter,
        limit: u32,
        next: Option<&str>,
    ) -> Result<Page<Envelope>, Error> {
        self.page(collection, "objects", filter, limit, next)
    }

    /// A page of what a collection holds, without the objects.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn manifest(
        &self,
        collection: &str,
        filter: &Filter,
        limit: u32,
        next: Option<&str>,
    ) -> Result<Page<Manifest>, Error> {
        self.page(collection, "manifest", filter, limit, next)
    }

    fn page<T: DeserializeOwned>(
        &self,
        collection: &str,
        what: &str,
        filter: &Filter,
        limit: u32,
        next: Option<&str>,
    ) -> Result<Page<T>, Error> {
        let path = format!("/collections/{}/{what}/", encode(collection));
        // The same filter and limit on every page: servers refuse a `next` of another question.
        let mut request = filter.of(get(&path)).query("limit", &limit.to_string());
        if let Some(next) = next {
            request = request.query("next", next);
        }
        let answer = self.client.send(&request)?;
        let date = |name| answer.header(name).map(str::to_owned);
        Ok(Page {
            first_added: date("x-taxii-date-added-first"),
            last_added: date("x-taxii-date-added-last"),
            body: read(&answer)?,
        })
    }

    /// Adds an envelope to a collection.
    ///
    /// # Errors
    /// When it does not answer, or refuses the envelope as a whole.
    pub(crate) fn add(&self, collection: &str, envelope: Vec<u8>) -> Result<Status, Error> {
        let path = format!("/collections/{}/objects/", encode(collection));
        let request = Request::post(path)
            .header("accept", MEDIA)
            .bytes(MEDIA, envelope);
        read(&self.client.send(&request)?)
    }

    /// How far an addition is.
    ///
    /// # Errors
    /// When it does not answer, or not as TAXII 2.1.
    pub fn status(&self, id: &str) -> Result<Status, Error> {
        read(
            &self
                .client
                .send(&get(&format!("/status/{}/", encode(id))))?,
        )
    }
}

fn get(path: &str) -> Request {
    Request::get(path).header("accept", MEDIA)
}

/// Reads a resource; of an error the words of the server.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    if !answer.is_success() {
        let words = answer.json::<ErrorMessage>().ok().map(|error| {
            let more = error.description.map(|more| format!(": {more}"));
            error.title + &more.unwrap_or_default()
        });
        return Err(answer.refusal(&words.unwrap_or_default()).into());
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    // Servers of TAXII 2.0 answer the same paths with other resources.
    if !kind.starts_with("application/taxii+json") || kind.contains("version=2.0") {
        return Err(answer
            .unexpected("no resource of TAXII 2.1; is the address that of an API root?")
            .into());
    }
    Ok(answer.json()?)
}
