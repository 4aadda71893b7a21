//! A stand-in for a partner: a server on loopback whose answers a test writes.
//!
//! ```ignore
//! let stand = Stand::start(|asked| match asked.line().as_str() {
//!     "GET /servers/getVersion" => Reply::json(&json!({"version": "2.5.1"})),
//!     _ => Reply::status(404),
//! });
//! let client = Client::new(&stand.url(), Settings::default())?;
//! assert_eq!(stand.asked().len(), 1);
//! ```

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use aidos_exchange::http::{Clock, Settings, Stop};
use aidos_model::Timestamp;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET`, `POST` …
    pub(crate) method: String,
    /// Path with its query.
    pub(crate) path: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, unpacked where it was gzipped.
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Method and path: `GET /a?b=c`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A header by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    gzip: bool,
    chunked: bool,
    cut: Option<usize>,
    drip: Option<(usize, Duration)>,
    hang: Option<Duration>,
}

impl Reply {
    /// A status and nothing else.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            gzip: false,
            chunked: false,
            cut: None,
            drip: None,
            hang: None,
        }
    }

    /// 200 with JSON.
    pub(crate) fn json(value: &Value) -> Self {
        Self::status(200)
            .header("Content-Type", "application/json; charset=UTF-8")
            .body(value.to_string())
    }

    /// 200 with text.
    pub(crate) fn text(text: &str) -> Self {
        Self::status(200)
            .header("Content-Type", "text/plain")
            .body(text)
    }

    /// Another status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Packs the body.
    pub(crate) fn gzip(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// Sends the body in chunks, without its length.
    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    /// Ends the connection after so many bytes of the body.
    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    /// Sends so many bytes of the body at a time, with a pause after each.
    pub(crate) fn drip(mut self, bytes: usize, pause: Duration) -> Self {
        self.drip = Some((bytes, pause));
        self
    }

    /// Says nothing for a while first.
    pub(crate) fn hang(mut self, time: Duration) -> Self {
        self.hang = Some(time);
        self
    }

    fn send(mut self, to: &mut TcpStream, head_only: bool) -> std::io::Result<bool> {
        if let Some(time) = self.hang {
            thread::sleep(time);
        }
        if self.gzip {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&self.body)?;
            self.body = encoder.finish()?;
            self.headers
                .push(("Content-Encoding".into(), "gzip".into()));
        }
        let mut head = format!("HTTP/1.1 {} Said\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let empty = matches!(self.status, 204 | 304);
        if self.chunked {
            head.push_str("Transfer-Encoding: chunked\r\n");
        } else if !empty {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        to.write_all(head.as_bytes())?;
        if head_only || empty {
            return Ok(true);
        }
        let sent = self.cut.unwrap_or(self.body.len()).min(self.body.len());
        let (size, pause) = self.drip.unwrap_or((sent.max(1), Duration::ZERO));
        for piece in self.body[..sent].chunks(size) {
            if self.chunked {
                to.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
                to.write_all(piece)?;
                to.write_all(b"\r\n")?;
            } else {
                to.write_all(piece)?;
            }
            to.flush()?;
            thread::sleep(pause);
        }
        if self.cut.is_some() {
            return Ok(false);
        }
        if self.chunked {
            to.write_all(b"0\r\n\r\n")?;
        }
        Ok(true)
    }
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

/// The server. It ends with its value.
pub(crate) struct Stand {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    over: Arc<AtomicBool>,
}

impl Stand {
    /// A server that answers each request by this function, on threads of its own.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let stand = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            over: Arc::default(),
        };
        let (asked, over) = (stand.asked.clone(), stand.over.clone());
        let answer: Arc<Answers> = Arc::new(answer);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (asked, answer) = (asked.clone(), answer.clone());
                thread::spawn(move || serve(stream, &asked, &*answer));
            }
        });
        stand
    }

    /// A server that gives these answers in this order, whatever is asked, and 500 when they are used up.
    pub(crate) fn script(replies: Vec<Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter());
        Self::start(move |_| {
            let next = replies.lock().unwrap().next();
            next.unwrap_or_else(|| Reply::status(500).body("nothing left to say"))
        })
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and path of what was asked so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    /// Forgets what was asked.
    pub(crate) fn forget(&self) {
        self.asked.lock().unwrap().clear();
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for the next connection.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &Answers) {
    // Head and body are two writes; the second would wait for the other side's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(asked) = read(&mut reader) {
        let head_only = asked.method == "HEAD";
        log.lock().unwrap().push(asked.clone());
        match answer(&asked).send(&mut stream, head_only) {
            Ok(true) => {}
            _ => break,
        }
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked {
        method,
        path,
        headers,
        body: Vec::new(),
    };
    if let Some(length) = asked.header("content-length") {
        asked.body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut asked.body).ok()?;
    } else if asked.header("transfer-encoding").is_some() {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut piece = vec![0; size + 2];
            reader.read_exact(&mut piece).ok()?;
            if size == 0 {
                break;
            }
            asked.body.extend_from_slice(&piece[..size]);
        }
    }
    if asked.header("content-encoding") == Some("gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(asked.body.as_slice())
            .read_to_end(&mut plain)
            .ok()?;
        asked.body = plain;
    }
    Some(asked)
}

/// A clock that stands still, remembers how long it was to wait, and knows no chance.
#[derive(Debug, Default)]
pub(crate) struct StillClock {
    /// Each wait.
    pub(crate) waits: Mutex<Vec<Duration>>,
    /// Seconds that a test went on by.
    ahead: AtomicI64,
}

impl StillClock {
    /// Makes it later.
    pub(crate) fn go_on(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        let begun = Timestamp::parse("2026-03-01T10:00:00Z").unwrap();
        Timestamp::from_seconds(begun.seconds() + self.ahead.load(Ordering::Relaxed)).unwrap()
    }

    fn wait(&self, time: Duration, _: &Stop) {
        self.waits.lock().unwrap().push(time);
    }

    fn chance(&self) -> u64 {
        0
    }
}

/// Settings that wait for nothing, and their clock.
pub(crate) fn still() -> (Settings, Arc<StillClock>) {
    let clock = Arc::new(StillClock::default());
    let settings = Settings {
        clock: clock.clone(),
        ..Settings::default()
    };
    (settings, clock)
}
