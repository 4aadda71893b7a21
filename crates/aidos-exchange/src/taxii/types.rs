//! The resources of TAXII 2.1 (OASIS Standard, 10 June 2021, sections 3 to 5). What a server adds is left alone.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The media type of all requests and answers.
pub const MEDIA: &str = "application/taxii+json;version=2.1";

/// Discovery (section 4.1).
#[derive(Clone, Debug, Deserialize)]
pub struct Discovery {
    /// Name of the server.
    pub title: String,
    /// The API root to take where nobody names one.
    pub default: Option<String>,
    /// All API roots: addresses, or paths of the same host.
    #[serde(default)]
    pub api_roots: Vec<String>,
}

/// An API root (section 4.2).
#[derive(Clone, Debug, Deserialize)]
pub struct ApiRoot {
    /// Its name.
    pub title: String,
    /// What it speaks.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The longest body of a request in bytes.
    pub max_content_length: u64,
}

/// The answer of `collections/` (section 5.1).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Collections {
    /// The collections; the member is missing where there are none.
    #[serde(default)]
    pub collections: Vec<Collection>,
}

/// A collection (section 5.2).
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Collection {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another name for it in paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Whether we may read it.
    pub can_read: bool,
    /// Whether we may write to it.
    pub can_write: bool,
    /// What it holds, as media types.
    #[serde(default)]
    pub media_types: Vec<String>,
}

/// A page of objects (section 3.7). Objects stay as they came.
#[derive(Debug, Default, Deserialize)]
pub struct Envelope {
    /// Whether there is more.
    #[serde(default)]
    pub more: bool,
    /// Where to go on.
    pub next: Option<String>,
    /// The objects.
    #[serde(default)]
    pub objects: Vec<Box<RawValue>>,
}

/// A page of the manifest (section 5.3).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Manifest {
    /// Whether there is more.
    #[serde(default)]
    pub more: bool,
    /// Where to go on.
    pub next: Option<String>,
    /// What is there.
    #[serde(default)]
    pub objects: Vec<Record>,
}

/// An object in a manifest.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Record {
    /// The object.
    pub id: String,
    /// When the server got it.
    pub date_added: String,
    /// Its version.
    pub version: String,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

/// How far an addition is (section 4.3).
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    /// Its id.
    pub id: String,
    /// `complete` or `pending`.
    pub status: String,
    /// How many objects were sent.
    #[serde(default)]
    pub total_count: u64,
    /// How many were taken.
    #[serde(default)]
    pub success_count: u64,
    /// How many were not.
    #[serde(default)]
    pub failure_count: u64,
    /// How many are not decided yet.
    #[serde(default)]
    pub pending_count: u64,
    /// Those that were not taken.
    #[serde(default)]
    pub failures: Vec<StatusDetail>,
}

/// What became of an object.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct StatusDetail {
    /// The object.
    pub id: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Why.
    #[serde(default)]
    pub message: String,
}

/// An error (section 3.6.1). A server's `details` are not read: they may repeat what was asked.
#[derive(Clone, Debug, Deserialize)]
pub struct ErrorMessage {
    /// What is wrong.
    pub title: String,
    /// More words.
    pub description: Option<String>,
}
