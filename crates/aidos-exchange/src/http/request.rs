//! What is asked.

use std::time::Duration;

use serde::Serialize;

use super::address::encode;

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// Its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether asking twice is like asking once (RFC 9110 section 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        !matches!(self, Self::Post | Self::Patch)
    }
}

/// One request. Its address is below that of the [`Client`](super::Client).
#[derive(Clone)]
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) shown: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Body>,
    pub(super) repeatable: bool,
    pub(super) within: Option<Duration>,
    pub(super) limit: Option<u64>,
    pub(super) gzip: bool,
}

/// What goes along with a request.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) kind: &'static str,
    /// The bytes, or why there are none.
    pub(super) bytes: Result<Vec<u8>, String>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.shown_path())
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A request of this method for a path, which may have a query already; its parts have to be
    /// [encoded](super::encode()).
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            shown: None,
            headers: Vec::new(),
            body: None,
            repeatable: method.is_idempotent(),
            within: None,
            limit: None,
            gzip: false,
        }
    }

    /// `GET` of a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// `HEAD` of a path.
    pub fn head(path: impl Into<String>) -> Self {
        Self::new(Method::Head, path)
    }

    /// `POST` to a path.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::Post, path)
    }

    /// With one more pair in the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.path
            .push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(&encode(name));
        self.path.push('=');
        self.path.push_str(&encode(value));
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, value: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(value).map_err(|error| error.to_string());
        self.with("application/json", bytes)
    }

    /// With the pairs of a form.
    #[must_use]
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        let text: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let bytes = text.join("&").into_bytes();
        self.with("application/x-www-form-urlencoded", Ok(bytes))
    }

    /// With bytes of this media type.
    #[must_use]
    pub fn bytes(self, kind: &'static str, bytes: Vec<u8>) -> Self {
        self.with(kind, Ok(bytes))
    }

    fn with(mut self, kind: &'static str, bytes: Result<Vec<u8>, String>) -> Self {
        self.body = Some(Body { kind, bytes });
        self
    }

    /// Sends the body gzipped where it is long enough to gain by it: for hosts that said they take it.
    #[must_use]
    pub fn gzipped(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// May be sent again after a failure although its method does not say so: a search by `POST`.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Has to be answered within this time, in place of the client's.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.within = Some(time);
        self
    }

    /// May be answered with so many bytes, in place of the client's limit.
    #[must_use]
    pub fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// What errors and lists say in place of the path: for paths that hold what was asked.
    ///
    /// ```
    /// use aidos_exchange::http::Request;
    /// let request = Request::get("/api/v3/ip_addresses/198.51.100.7").shown_as("/api/v3/ip_addresses/…");
    /// assert!(!format!("{request:?}").contains("198.51"));
    /// ```
    #[must_use]
    pub fn shown_as(mut self, path: impl Into<String>) -> Self {
        self.shown = Some(path.into());
        self
    }

    /// The path with its query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The body as it is before any compression.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_ref()?.bytes.as_deref().ok()
    }

    pub(super) fn shown_path(&self) -> &str {
        match &self.shown {
            Some(shown) => shown,
            None => self.path.split('?').next().unwrap_or_default(),
        }
    }
}
