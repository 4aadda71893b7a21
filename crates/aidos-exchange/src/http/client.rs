//! The client: asks, waits, asks again.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use ureq::config::ConfigBuilder;
use ureq::http::{self, HeaderMap, HeaderName, HeaderValue};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy, Timeout, typestate};
use zeroize::Zeroizing;

use super::address::Base;
use super::answer::{Answer, Guard, Stream, unwrap};
use super::error::{Asked, Error};
use super::pace::retry_after;
use super::request::{Method, Request};
use super::settings::Settings;

/// Bodies from this length on gain by compression.
const WORTH_GZIP: usize = 512;
/// The most redirects of one request, all of the same host.
const REDIRECTS: usize = 5;
/// How often is looked whether requests were called off.
const GLANCE: Duration = Duration::from_millis(100);

/// Asks one partner. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    base: Arc<Base>,
    settings: Arc<Settings>,
    agent: Arc<Agent>,
}

/// Head of an answer, and its body as it comes.
type Head = (u16, HeaderMap, ureq::Body);

impl Client {
    /// A client for what lies below an address. Nothing is asked yet.
    ///
    /// # Errors
    /// [`Error::Address`] for an address that is none, holds a user or a query, or is plain HTTP to another machine;
    /// [`Error::Certificate`] where a file for TLS cannot be used.
    pub fn new(address: &str, settings: Settings) -> Result<Self, Error> {
        let base = Base::parse(address, settings.insecure_http)?;
        let agent = Arc::new(Agent::new_with_config(config(&settings)?));
        watch(&agent, &settings);
        Ok(Self {
            base: Arc::new(base),
            settings: Arc::new(settings),
            agent,
        })
    }

    /// The address below which is asked.
    pub fn address(&self) -> String {
        self.base.join("")
    }

    /// How it asks.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks, and reads the answer whole; asks again where that may help. Any status is an answer.
    ///
    /// # Errors
    /// When there is no whole answer: nobody there, too late, too large, broken off, sent on elsewhere, called off.
    pub fn send(&self, request: &Request) -> Result<Answer, Error> {
        self.again(request, || self.send_once(request))
    }

    /// Asks one time, and reads the answer whole: for those who count what they ask.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn send_once(&self, request: &Request) -> Result<Answer, Error> {
        if self.settings.stop.is_stopped() {
            return Err(Error::Stopped);
        }
        let asked = self.asked(request);
        let limit = request.limit.unwrap_or(self.settings.limit);
        let (status, headers, body) = self.follow(request, &asked, false)?;
        let body = whole(body, &headers, limit, &asked).map_err(|error| self.or_stopped(error))?;
        Ok(Answer {
            asked,
            status,
            headers,
            body,
            at: self.settings.clock.now(),
        })
    }

    /// Asks, and gives the body as a reader. Only until the head has come is asked again.
    ///
    /// A limit holds for the body where the request has one.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub fn stream(&self, request: &Request) -> Result<Stream, Error> {
        let asked = self.asked(request);
        let stream = |(status, headers, body): Head| Stream {
            asked: asked.clone(),
            status,
            headers,
            at: self.settings.clock.now(),
            reader: Box::new(body.into_reader()),
            guard: Guard {
                timeouts: self.settings.timeouts,
                limit: request.limit,
                stop: self.settings.stop.clone(),
                begun: Instant::now(),
                taken: 0,
            },
        };
        self.again(request, || self.follow(request, &asked, true).map(stream))
    }

    fn asked(&self, request: &Request) -> Asked {
        let path = match &request.shown {
            Some(shown) => shown.clone(),
            None => format!("{}{}", self.base.path, request.shown_path()),
        };
        Asked {
            method: request.method.name(),
            host: self.base.host.clone(),
            path,
        }
    }

    /// Asks until there is an answer that is worth having, or no attempt is left.
    fn again<T: Outcome>(
        &self,
        request: &Request,
        mut attempt: impl FnMut() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Settings {
            retry, clock, stop, ..
        } = &*self.settings;
        let mut done = 0;
        loop {
            if stop.is_stopped() {
                return Err(Error::Stopped);
            }
            let outcome = attempt();
            done += 1;
            let (passing, asked) = match &outcome {
                Ok(answer) => (
                    matches!(answer.status(), 408 | 429 | 502 | 503 | 504),
                    answer
                        .retry_after()
                        .and_then(|text| retry_after(text, clock.now())),
                ),
                // Who was never reached was not asked.
                Err(Error::Connect { .. }) => (true, None),
                Err(error) => (error.is_passing(), None),
            };
            let unsent = matches!(outcome, Err(Error::Connect { .. }));
            if !passing || !(request.repeatable || unsent) {
                return outcome;
            }
            match retry.pause(done, asked, clock.as_ref()) {
                Some(pause) => clock.wait(pause, stop),
                None => return outcome,
            }
        }
    }

    /// One attempt, with the redirects of the same host.
    fn follow(&self, request: &Request, asked: &Asked, stream: bool) -> Result<Head, Error> {
        let mut path = format!("{}{}", self.base.path, relative(&request.path));
        for _ in 0..=REDIRECTS {
            let (status, headers, body) = self.once(request, &path, asked, stream)?;
            let moved = matches!(status, 301 | 302 | 303 | 307 | 308);
            let location = headers
                .get(http::header::LOCATION)
                .and_then(|location| location.to_str().ok());
            let (true, Some(location)) = (moved, location) else {
                return Ok((status, headers, body));
            };
            // A body is sent to the one place that was named.
            if !matches!(request.method, Method::Get | Method::Head) {
                return Ok((status, headers, body));
            }
            path = self
                .base
                .follow(&path, location)
                .map_err(|to| Error::Redirect {
                    asked: asked.clone(),
                    to,
                })?;
        }
        Err(Error::Redirect {
            asked: asked.clone(),
            to: format!("more than {REDIRECTS} places"),
        })
    }

    fn once(
        &self,
        request: &Request,
        path: &str,
        asked: &Asked,
        stream: bool,
    ) -> Result<Head, Error> {
        let refuse = |why: &str| Error::Request {
            asked: asked.clone(),
            why: why.into(),
        };
        let address = format!("{}://{}{path}", self.base.scheme, self.base.host);
        let mut head = http::Request::builder()
            .method(request.method.name())
            .uri(address)
            .body(())
            .map_err(|_| refuse("its path is none; parts of it have to be encoded"))?;
        let headers = head.headers_mut();
        for (name, value) in &request.headers {
            put(headers, name, value, false).ok_or_else(|| refuse("a header is none"))?;
        }
        if let Some((name, value)) = self.settings.auth.line() {
            put(headers, &name, &value, true)
                .ok_or_else(|| refuse("the key has characters that no header takes"))?;
        }
        let body = match &request.body {
            None => None,
            Some(body) => {
                let bytes = body.bytes.as_ref().map_err(|why| refuse(why))?;
                if !headers.contains_key(http::header::CONTENT_TYPE) {
                    headers.insert(
                        http::header::CONTENT_TYPE,
                        HeaderValue::from_static(body.kind),
                    );
                }
                if request.gzip && bytes.len() >= WORTH_GZIP {
                    headers.insert(
                        http::header::CONTENT_ENCODING,
                        HeaderValue::from_static("gzip"),
                    );
                    Some(gzip(bytes))
                } else {
                    Some(bytes.clone())
                }
            }
        };
        let answer = match body {
            Some(bytes) => self
                .agent
                .run(self.timed(head.map(|()| bytes), request, stream)),
            // A `POST` without a body has one of no length.
            None if matches!(request.method, Method::Get | Method::Head | Method::Delete) => {
                self.agent.run(self.timed(head, request, stream))
            }
            None => self
                .agent
                .run(self.timed(head.map(|()| Vec::new()), request, stream)),
        };
        let answer = answer.map_err(|error| self.or_stopped(failed(error, asked)))?;
        let (parts, body) = answer.into_parts();
        Ok((parts.status.as_u16(), parts.headers, body))
    }

    fn timed<B: ureq::AsSendBody>(
        &self,
        head: http::Request<B>,
        request: &Request,
        stream: bool,
    ) -> http::Request<B> {
        let timeouts = &self.settings.timeouts;
        let config = self.agent.configure_request(head);
        let config: ConfigBuilder<typestate::HttpCrateScope<B>> = if stream {
            config
                .timeout_recv_response(Some(request.within.unwrap_or(timeouts.head)))
                .timeout_per_read(Some(timeouts.idle))
        } else {
            config.timeout_global(Some(request.within.unwrap_or(timeouts.whole)))
        };
        config.build()
    }

    fn or_stopped(&self, error: Error) -> Error {
        if self.settings.stop.is_stopped() {
            Error::Stopped
        } else {
            error
        }
    }
}

/// What an attempt brought.
trait Outcome {
    fn status(&self) -> u16;
    fn retry_after(&self) -> Option<&str>;
}

impl Outcome for Answer {
    fn status(&self) -> u16 {
        self.status
    }
    fn retry_after(&self) -> Option<&str> {
        self.header("retry-after")
    }
}

impl Outcome for Stream {
    fn status(&self) -> u16 {
        self.status
    }
    fn retry_after(&self) -> Option<&str> {
        self.header("retry-after")
    }
}

/// A path that can stand behind another one.
fn relative(path: &str) -> String {
    if path.is_empty() || path.starts_with(['/', '?']) {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

fn put(headers: &mut HeaderMap, name: &str, value: &str, secret: bool) -> Option<()> {
    let name: HeaderName = name.parse().ok()?;
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(secret);
    headers.insert(name, value);
    Some(())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Reads a body whole, up to its limit.
fn whole(
    body: ureq::Body,
    headers: &HeaderMap,
    limit: u64,
    asked: &Asked,
) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge {
        asked: asked.clone(),
        limit,
    };
    let told: Option<u64> = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    if asked.method != "HEAD" && told.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    body.into_reader()
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unwrap(error, asked))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

/// What an error of the transport means here. Nothing of it is repeated but its kind: it may hold addresses.
pub(super) fn failed(error: ureq::Error, asked: &Asked) -> Error {
    use std::io::ErrorKind;
    let asked = asked.clone();
    let connect = |asked, why: &str| Error::Connect {
        asked,
        why: why.into(),
    };
    let cut = |asked, why: &str| Error::Cut {
        asked,
        why: why.into(),
    };
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            connect(asked, "it does not answer in time")
        }
        ureq::Error::Timeout(which) => Error::Timeout {
            asked,
            what: match which {
                Timeout::PerRead => "nothing came for too long",
                Timeout::RecvResponse => "no head",
                Timeout::SendBody | Timeout::SendRequest | Timeout::PerWrite => "not taken",
                _ => "the whole of it",
            },
        },
        ureq::Error::HostNotFound => connect(asked, "its name is not known"),
        ureq::Error::ConnectionFailed => connect(asked, "no connection"),
        ureq::Error::Rustls(error) => connect(asked, &format!("TLS: {error}")),
        ureq::Error::Tls(why) => connect(asked, why),
        ureq::Error::TlsRequired => connect(asked, "no TLS"),
        ureq::Error::InvalidProxyUrl | ureq::Error::ConnectProxyFailed(_) => {
            connect(asked, "its proxy does not let us through")
        }
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => connect(asked, "connection refused"),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                connect(asked, "no way there")
            }
            ErrorKind::AddrNotAvailable => connect(asked, "no such address"),
            // rustls speaks of certificates through an error of this kind.
            ErrorKind::InvalidData => match error.get_ref() {
                Some(inner) if inner.to_string().contains("certificate") => {
                    connect(asked, &format!("TLS: {inner}"))
                }
                _ => cut(asked, "what came cannot be read"),
            },
            kind => cut(asked, &kind.to_string()),
        },
        ureq::Error::Protocol(_) => cut(asked, "what came is no HTTP, or ended too soon"),
        ureq::Error::Decompress(_, error) if error.kind() == ErrorKind::UnexpectedEof => {
            cut(asked, "its compressed body ended too soon")
        }
        ureq::Error::Decompress(..) => cut(asked, "its body is compressed and damaged"),
        ureq::Error::LargeResponseHeader(..) => cut(asked, "its head is too large"),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => Error::Request {
            asked,
            why: "its address is none".into(),
        },
        _ => cut(asked, "it failed"),
    }
}

fn config(settings: &Settings) -> Result<ureq::config::Config, Error> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = &settings.ca_file {
        let (certificates, _) = pem(path)?;
        tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
    }
    if let Some((chain, key)) = &settings.client_certificate {
        let (certificates, _) = pem(chain)?;
        let (_, key) = pem(key).and_then(|(certificates, found)| match found {
            Some(found) => Ok((certificates, found)),
            None => Err(unfit(key, "it holds no private key in PEM")),
        })?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&certificates, key)));
    }
    let proxy = settings
        .proxy_from_environment
        .then(Proxy::try_from_env)
        .flatten();
    let connect = Some(settings.timeouts.connect);
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .tls_config(tls.build())
        .proxy(proxy)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("aidos/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(connect)
        .timeout_connect(connect)
        .build())
}

fn unfit(path: &Path, why: &str) -> Error {
    Error::Certificate {
        path: path.display().to_string(),
        why: why.into(),
    }
}

/// The certificates and the private key of a PEM file.
fn pem(path: &Path) -> Result<(Vec<Certificate<'static>>, Option<PrivateKey<'static>>), Error> {
    let text = fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| unfit(path, &error.to_string()))?;
    let mut certificates = Vec::new();
    let mut key = None;
    for item in parse_pem(&text) {
        match item.map_err(|_| unfit(path, "it is no PEM"))? {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            PemItem::PrivateKey(found) => key = Some(found),
            _ => {}
        }
    }
    if certificates.is_empty() && key.is_none() {
        return Err(unfit(
            path,
            "it holds neither a certificate nor a private key in PEM",
        ));
    }
    Ok((certificates, key))
}

/// Closes the connections when requests are called off, so that none waits for a host that does not answer.
fn watch(agent: &Arc<Agent>, settings: &Settings) {
    let agent: Weak<Agent> = Arc::downgrade(agent);
    let stop = settings.stop.clone();
    let watch = move || {
        while agent.strong_count() > 0 {
            if stop.is_stopped() {
                if let Some(agent) = agent.upgrade() {
                    Agent::clone(&agent).shutdown();
                }
                return;
            }
            thread::sleep(GLANCE);
        }
    };
    // Without the thread, a request is called off when its time is over.
    drop(
        thread::Builder::new()
            .name("aidos-stop".into())
            .spawn(watch),
    );
}
