//! A key is seen in one header and nowhere else, whatever a service does.
#![allow(clippy::format_collect, reason = "a few letters")]

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::Duration;

use aidos_exchange::http::{Auth, Client, Secret};
use aidos_exchange::service::{Desk, Outcome, Service};
use serde_json::{Value, json};

use crate::scene::{CANARY, Scene, good, of};
use crate::stand::{Asked, Reply, Stand};

/// All that was logged, by whatever crate, and held a key.
struct Log {
    records: AtomicUsize,
    guilty: Mutex<Vec<String>>,
}

static LOG: Log = Log {
    records: AtomicUsize::new(0),
    guilty: Mutex::new(Vec::new()),
};

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.records.fetch_add(1, Ordering::Relaxed);
        let text = format!("{} {}", record.target(), record.args());
        if traces(text.as_bytes()).is_some() {
            self.guilty.lock().unwrap().push(text);
        }
    }

    fn flush(&self) {}
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&LOG).unwrap();
        // As much as anybody can ask for: the client's dump of the wire is not compiled in.
        log::set_max_level(log::LevelFilter::Trace);
    });
}

/// In which spelling a text holds the key, if it does: as it is, in any case, in a URL, in Base 64, as numbers.
fn traces(bytes: &[u8]) -> Option<&'static str> {
    let hex = |byte: u8| format!("{byte:02x}");
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let key = CANARY.to_lowercase();
    let spellings = [
        ("plain", key.clone()),
        // Its first part is enough to find it.
        ("part", "canary-4f1".into()),
        (
            "encoded",
            CANARY
                .bytes()
                .map(|byte| format!("%{}", hex(byte)))
                .collect(),
        ),
        ("hexadecimal", CANARY.bytes().map(hex).collect()),
        ("base 64", "q0foqvjzltrmmwq5yy1lr".into()),
        (
            "numbers",
            format!("{:?}", CANARY.as_bytes())
                .trim_matches(['[', ']'])
                .to_owned(),
        ),
    ];
    let found = spellings
        .iter()
        .find(|(_, own)| text.contains(own.as_str()));
    found.map(|(name, _)| *name)
}

/// Looks for the key in all that was said.
#[derive(Default)]
struct Hunt {
    looked: usize,
}

impl Hunt {
    fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.looked += 1;
        if let Some(spelling) = traces(bytes) {
            panic!(
                "{what} shows the key ({spelling}): {}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    /// `Debug` in both forms, and what a panic over it says.
    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.bytes(what, format!("{value:?}").as_bytes());
        self.bytes(what, format!("{value:#?}").as_bytes());
        let panic = catch_unwind(AssertUnwindSafe(|| {
            std::hint::black_box(Err::<(), _>(value)).unwrap();
        }));
        let message = panic.unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        assert!(message.contains("called `Result::unwrap()`"), "{message}");
        self.bytes(what, message.as_bytes());
    }

    /// An error with all that it stands on.
    fn error(&mut self, what: &str, error: &(dyn std::error::Error + 'static)) {
        let mut text = String::new();
        let mut next = Some(error);
        while let Some(error) = next {
            write!(text, "{error} {error:?} {error:#?}").unwrap();
            next = error.source();
        }
        self.bytes(what, text.as_bytes());
    }

    /// Each file below a folder, its name and its content.
    fn folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            self.bytes("the name of a file", path.as_os_str().as_encoded_bytes());
            if path.is_dir() {
                self.folder(&path);
            } else {
                let content = std::fs::read(&path).unwrap();
                self.bytes(&path.display().to_string(), &content);
            }
        }
    }

    /// What a service was sent: the key stands in its header, and there only.
    fn asked(&mut self, service: Service, asked: &Asked) {
        let header = service.about().header.to_ascii_lowercase();
        assert_eq!(asked.header(&header), Some(CANARY), "{service}");
        self.bytes("a line", asked.line().as_bytes());
        self.bytes("a body", &asked.body);
        let mut keys = 0;
        for (name, value) in &asked.headers {
            self.bytes("the name of a header", name.as_bytes());
            if *name == header {
                keys += 1;
            } else {
                self.bytes(name, value.as_bytes());
            }
        }
        assert_eq!(keys, 1, "{service}");
    }

    /// All of a scene, after something was asked.
    fn scene(&mut self, scene: &Scene, service: Service, outcome: &Outcome) {
        self.debug("an outcome", outcome);
        match outcome {
            Ok(got) => self.bytes(
                "facts",
                Value::from(got.answer.facts()).to_string().as_bytes(),
            ),
            Err(trouble) => self.error("a trouble", trouble),
        }
        let account = scene.account(service);
        self.debug("a desk", &scene.desk);
        self.debug("an account", &account);
        self.debug("a client", &account.client);
        self.debug("settings", account.client.settings());
        self.debug("options", &scene.options);
        self.bytes("an address", account.client.address().as_bytes());
        let would = scene.desk.would_ask(service, &of(service));
        self.debug("a request", &would);
        if let Some((address, request)) = would {
            self.bytes("an address", address.as_bytes());
            self.bytes("a path", request.path().as_bytes());
            self.bytes("a body", request.body().unwrap_or_default());
        }
        self.folder(&scene.options.folder);
    }
}

/// All that a service may answer, each with the key in it wherever there is a place.
fn replies(service: Service) -> Vec<(&'static str, Reply)> {
    let mut known = good(service);
    // Wherever a service may repeat it.
    spread(&mut known);
    let failure = json!({
        "success": false, "message": format!("Invalid key {CANARY}"),
        "errors": [{"detail": CANARY, "status": 401}],
        "error": {"code": "WrongCredentialsError", "message": CANARY},
    });
    let quota = json!({
        "success": false, "message": format!("{CANARY} has exceeded its quota per day"),
        "errors": [{"detail": CANARY, "status": 429}],
        "error": {"code": "QuotaExceededError", "message": CANARY},
    });
    let told = |reply: Reply| {
        [
            "X-Key",
            "Retry-After",
            "X-RateLimit-Remaining",
            "Set-Cookie",
        ]
        .into_iter()
        .fold(reply, |reply, name| reply.header(name, CANARY))
    };
    let slow = Duration::from_millis(600);
    vec![
        ("good", Reply::json(&good(service))),
        ("good, repeats it", told(Reply::json(&known))),
        ("good, packed", Reply::json(&known).gzip()),
        ("good, in chunks", Reply::json(&known).chunked()),
        (
            "bad key",
            Reply::json(&failure).with_status(if service == Service::IpQualityScore {
                200
            } else {
                401
            }),
        ),
        ("forbidden", told(Reply::status(403).body(CANARY))),
        (
            "quota",
            told(
                Reply::json(&quota).with_status(if service == Service::IpQualityScore {
                    200
                } else {
                    429
                }),
            ),
        ),
        (
            "refused",
            told(Reply::json(&json!({"message": CANARY})).with_status(422)),
        ),
        ("fails", told(Reply::status(500).body(CANARY))),
        ("overloaded", told(Reply::status(503).body(CANARY))),
        (
            "no JSON",
            told(Reply::text(&format!("{{\"{CANARY}\": {CANARY}"))),
        ),
        ("another form", told(Reply::json(&json!([CANARY])))),
        (
            "no text",
            Reply::text(CANARY).header("Content-Encoding", "gzip"),
        ),
        (
            "sends on",
            Reply::status(302).header(
                "Location",
                &format!("http://{CANARY}@127.0.0.2:9/{CANARY}?key={CANARY}"),
            ),
        ),
        (
            "sends on to nowhere",
            Reply::status(302).header("Location", &format!("ftp:{CANARY} {CANARY}")),
        ),
        ("hangs", Reply::json(&known).hang(slow)),
        (
            "drips",
            Reply::json(&known).drip(1, Duration::from_millis(40)),
        ),
        ("breaks off", told(Reply::json(&known).cut(40))),
        ("nothing", Reply::status(204)),
    ]
}

/// Puts the key behind each text and beside each member.
fn spread(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(spread);
            members.insert(CANARY.into(), CANARY.into());
        }
        Value::Array(items) => items.iter_mut().for_each(spread),
        Value::String(text) if !matches!(text.as_str(), "true" | "malicious") => {
            *text = format!("{text} {CANARY}");
        }
        _ => {}
    }
}

#[test]
fn no_service_and_no_failure_shows_a_key() {
    listen();
    let looked: usize = thread::scope(|scope| {
        let threads = Service::ALL.map(|service| scope.spawn(move || hunt(service)));
        threads.map(|thread| thread.join().unwrap()).iter().sum()
    });
    // Nobody looked away.
    assert!(looked > 5000, "{looked}");
    assert!(LOG.records.load(Ordering::Relaxed) > 1000);
    let guilty = std::mem::take(&mut *LOG.guilty.lock().unwrap());
    assert_eq!(guilty, Vec::<String>::new());
}

fn hunt(service: Service) -> usize {
    let mut hunt = Hunt::default();
    for (name, reply) in replies(service) {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| reply.clone());
        let mut scene = Scene::of(&stand, folder.path(), &[service]).with(|settings, _| {
            if matches!(name, "hangs" | "drips") {
                settings.timeouts.whole = Duration::from_millis(150);
            }
        });
        let outcome = scene.ask(service, &of(service));
        assert_eq!(
            outcome.is_ok(),
            name.starts_with("good"),
            "{service} {name}: {outcome:?}"
        );
        hunt.scene(&scene, service, &outcome);
        // From the cache, too, and as another process finds it.
        let outcome = scene.ask(service, &of(service));
        hunt.scene(&scene, service, &outcome);
        let asked = stand.asked();
        assert!(!asked.is_empty(), "{service} {name}");
        for asked in &asked {
            hunt.asked(service, asked);
        }
    }
    // Nobody there, and somebody who speaks no HTTP.
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten().take(4) {
            let _ = stream.write_all(format!("{CANARY}\r\n\r\n").as_bytes());
        }
    });
    for address in [address.as_str(), "http://127.0.0.1:1"] {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(|_| Reply::status(500));
        let mut scene = Scene::of(&stand, folder.path(), &[service]);
        let mut account = scene.account(service);
        account.client = Client::new(address, account.client.settings().clone()).unwrap();
        let error = account
            .client
            .send(&service.request(&of(service)).unwrap())
            .unwrap_err();
        hunt.error("an error of the client", &error);
        let clock = scene.clock.clone();
        scene.desk = Desk::new(
            scene.options.clone(),
            vec![account],
            clock,
            scene.settings.stop.clone(),
        );
        let outcome = scene.ask(service, &of(service));
        assert!(outcome.is_err());
        hunt.scene(&scene, service, &outcome);
    }
    // Our own files fail, and the key is none for a header.
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(move |_| Reply::json(&good(service)));
    std::fs::write(folder.path().join("file"), "").unwrap();
    let mut scene = Scene::of(&stand, &folder.path().join("file/cache"), &[service]);
    let error = scene.desk.ask(service, &of(service)).unwrap_err();
    assert!(error.source().is_some(), "{error}");
    hunt.error("an error of ours", &error);
    let header = service.about().header;
    for odd in [format!("{CANARY}\n{CANARY}"), format!("{CANARY}\u{7f}")] {
        let scene = Scene::of(&stand, folder.path(), &[service]);
        let mut settings = scene.settings.clone();
        settings.auth = Auth::header(header, Secret::new(odd));
        let client = Client::new(&stand.url(), settings).unwrap();
        let error = client
            .send(&service.request(&of(service)).unwrap())
            .unwrap_err();
        hunt.error("an error of a key", &error);
        hunt.debug("a client", &client);
    }
    // Every other way to show who one is.
    for auth in [
        Auth::Bearer(Secret::new(CANARY)),
        Auth::header(header, Secret::new(CANARY)),
        Auth::Basic {
            user: "x".into(),
            password: Secret::new(CANARY),
        },
    ] {
        hunt.debug("an authentication", &auth);
    }
    hunt.debug("a secret", &Secret::new(CANARY));
    hunt.looked
}

#[test]
fn the_hunt_finds_what_it_looks_for() {
    let base64 = "Q0FOQVJZLTRmMWQ5Yy1LRVk=";
    for guilty in [
        format!("a{CANARY}b"),
        CANARY.to_lowercase(),
        base64.to_owned(),
        format!("{:?}", CANARY.as_bytes()),
        CANARY.bytes().map(|byte| format!("{byte:02X}")).collect(),
        CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ] {
        assert!(traces(guilty.as_bytes()).is_some(), "{guilty}");
    }
    assert_eq!(traces(b"canary"), None);
    let caught = catch_unwind(|| Hunt::default().debug("it", &CANARY));
    assert!(caught.is_err());
}
