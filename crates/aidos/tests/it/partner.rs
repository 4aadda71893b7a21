//! `aidos taxii` and `aidos opencti`: what leaves and what does not, exit codes, and a whole way there and back.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::{aidos, code, err, folder, out, summary};

const LOG: &str = "\
2023-03-14T20:30:23Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 198.51.7.61:44290->10.20.100.2:111, len 48
2023-03-14T20:30:24Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 198.51.7.62:44290->10.20.100.2:22, len 48
";
const TOKEN: &str = "0a1b2c3d-secret-token";
const MEDIA: &str = "application/taxii+json;version=2.1";

fn command(folder: &Path, words: &[&str]) -> Output {
    let output = aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("AIDOS_OPENCTI_TOKEN", TOKEN)
        .env("AIDOS_TAXII_TOKEN", TOKEN)
        .args(words)
        .output()
        .unwrap();
    let said = format!("{}{}", out(&output), err(&output));
    assert!(!said.contains(TOKEN), "{said}");
    output
}

/// A case whose release waits for a person.
fn waiting(folder: &Path) {
    fs::write(folder.join("gw.log"), LOG).unwrap();
    let done = command(folder, &["run", "gw.log", "--out", "out", "--tlp", "green"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
}

/// A case whose release may leave.
fn released(folder: &Path) {
    waiting(folder);
    let words = [
        "release", "approve", "out/gw", "--by", "Ada", "--why", "a test",
    ];
    let done = command(folder, &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
}

/// A TAXII server with one collection; counts who comes.
#[derive(Clone, Default)]
struct Server {
    objects: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let own = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.serve(stream));
            }
        });
        address
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let mut length = 0;
            let mut known = false;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header).unwrap();
                let header = header.trim().to_ascii_lowercase();
                if header.is_empty() {
                    break;
                }
                if let Some(own) = header.strip_prefix("content-length:") {
                    length = own.trim().parse().unwrap();
                }
                known |= header == format!("authorization: bearer {TOKEN}");
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            assert!(known, "nobody's request: {line}");
            let asked = line
                .split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" ");
            self.asked.lock().unwrap().push(asked.clone());
            let body = self.answer(&asked, &body).to_string();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: {MEDIA}\r\nX-TAXII-Date-Added-Last: 2026-03-01T00:00:00Z\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
        }
    }

    fn answer(&self, asked: &str, body: &[u8]) -> Value {
        let collection = json!({"id": "c", "title": "Inbox", "can_read": true, "can_write": true});
        let (method, path) = asked.split_once(' ').unwrap();
        match (method, path.split('?').next().unwrap()) {
            ("GET", "/taxii2/") => {
                json!({"title": "t", "api_roots": ["/api/", "https://other.example/api/"]})
            }
            ("GET", "/api/") => json!({"title": "a", "max_content_length": 1_000_000}),
            ("GET", "/api/collections/") => json!({"collections": [collection]}),
            ("GET", "/api/collections/c/") => collection,
            ("GET", "/api/collections/c/objects/") if path.contains("added_after") => json!({}),
            ("GET", "/api/collections/c/objects/") => {
                json!({"objects": *self.objects.lock().unwrap()})
            }
            ("POST", "/api/collections/c/objects/") => {
                let envelope: Value = serde_json::from_slice(body).unwrap();
                let objects = envelope["objects"].as_array().unwrap().clone();
                self.objects.lock().unwrap().extend(objects);
                json!({"id": "s", "status": "complete"})
            }
            _ => panic!("{asked}"),
        }
    }
}

#[test]
fn nothing_leaves_before_the_gate_says_so_and_nobody_is_asked() {
    let folder = folder();
    let folder = folder.path();
    let server = Server::default();
    let url = server.start();
    waiting(folder);
    for who in ["taxii", "opencti"] {
        let mut words = vec![who, "push", "out/gw", "--url", &url, "--ceiling", "green"];
        if who == "taxii" {
            words.extend(["--collection", "c"]);
        }
        let done = command(folder, &words);
        assert_eq!(code(&done), 3, "{}", err(&done));
    }
    let words = ["release", "approve", "out/gw", "--by", "Ada", "--why", "x"];
    assert_eq!(code(&command(folder, &words)), 0);
    for who in ["taxii", "opencti"] {
        let mut words = vec![who, "push", "out/gw", "--url", &url, "--ceiling", "clear"];
        if who == "taxii" {
            words.extend(["--collection", "c"]);
        }
        let done = command(folder, &words);
        assert_eq!(code(&done), 4, "{}", err(&done));
        assert!(
            err(&done).contains("TLP:GREEN") && err(&done).contains("nothing was sent"),
            "{}",
            err(&done)
        );
        words[6] = "red";
        assert_eq!(code(&command(folder, &words)), 2);
        words[6] = "green";
        words.push("--dry-run");
        let done = command(folder, &words);
        assert_eq!(code(&done), 0, "{}", err(&done));
        let bundle: Value = serde_json::from_str(&out(&done)).unwrap();
        assert!(bundle["objects"].as_array().unwrap().len() > 3, "{bundle}");
    }
    assert!(server.asked.lock().unwrap().is_empty());
}

#[test]
fn a_run_shares_what_the_gate_releases() {
    let folder = folder();
    let folder = folder.path();
    let server = Server::default();
    let url = server.start();
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    fs::write(folder.join("gw.log"), LOG).unwrap();
    let partners = |rest: &str| {
        let text = format!(
            "[inbox]\nkind = \"taxii\"\nurl = \"{url}/api/\"\ncollection = \"c\"\nceiling = \"green\"\n\
             [opencti]\nurl = \"{nobody}\"\nceiling = \"green\"\n{rest}"
        );
        fs::create_dir_all(folder.join("config/aidos")).unwrap();
        fs::write(folder.join("config/aidos/partners.toml"), text).unwrap();
    };
    let run = |share: &str, more: &[&str]| {
        let mut words = vec!["run", "gw.log", "--tlp", "green", "--share", share];
        words.extend(more);
        command(folder, &words)
    };
    // A mistake ends before a case is begun.
    assert_eq!(code(&run("inbox", &[])), 2, "there is no file of partners");
    for (share, rest, said) in [
        ("mips", "", "there are: inbox, opencti"),
        ("inbox,inbox", "", "names it twice"),
        ("a", "[a]\nurl = \"x\"\nceiling = \"green\"", "kind = "),
        (
            "a",
            "[a]\nkind = \"misp\"\nurl = \"x\"\nceiling = \"red\"",
            "TLP:RED",
        ),
        ("inbox", "[a]\ncolour = 1", "partners.toml:10"),
        (
            "a",
            "[a]\nkind = \"opencti\"\nurl = \"http://a.example\"\nceiling = \"green\"",
            "a.example",
        ),
        (
            "misp",
            "[misp]\nurl = \"http://127.0.0.1:1\"\nceiling = \"green\"",
            "AIDOS_MISP_KEY",
        ),
        ("opencti", "publish = true", "for a MISP"),
    ] {
        partners(rest);
        let done = run(share, &[]);
        assert_eq!(code(&done), 2, "{share} {rest}: {}", err(&done));
        assert!(err(&done).contains(said), "{said}: {}", err(&done));
    }
    assert!(!folder.join("out").exists());
    partners("");
    assert_eq!(code(&run("inbox", &["--shareable=false"])), 2);
    // It waits for a person: the case is made, and nobody is asked.
    let done = run("inbox", &[]);
    assert_eq!(code(&done), 3, "{}", err(&done));
    assert!(folder.join("out/gw/case.json").is_file());
    assert!(server.asked.lock().unwrap().is_empty());
    let words = ["release", "approve", "out/gw", "--by", "Ada", "--why", "x"];
    assert_eq!(code(&command(folder, &words)), 0);
    // One that does not answer does not stop the other.
    let done = run("opencti,inbox", &["--resume", "--json"]);
    assert_eq!(code(&done), 5, "{}", err(&done));
    let sent = server.objects.lock().unwrap().len();
    assert!(sent > 3, "{sent}");
    let last: Value = serde_json::from_str(out(&done).lines().last().unwrap()).unwrap();
    assert_eq!(last["taken"], sent);
    // Again sends nothing again.
    let done = run("inbox", &["--resume"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(server.objects.lock().unwrap().len(), sent);
    // A policy may have the last word.
    fs::write(
        folder.join("p.toml"),
        "approval = \"policy\"\nlegal_basis = \"legitimate-interests\"\n",
    )
    .unwrap();
    let done = run("inbox", &["--case", "b", "--policy", "p.toml"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    // A stricter label than the partner takes is refused.
    let words = [
        "run", "gw.log", "--case", "c", "--policy", "p.toml", "--tlp", "amber", "--share", "inbox",
    ];
    let done = command(folder, &words);
    assert_eq!(code(&done), 4, "{}", err(&done));
}

#[test]
fn who_does_not_answer_ends_with_5_and_what_is_missing_with_2() {
    let folder = folder();
    let folder = folder.path();
    let closed = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let started = std::time::Instant::now();
    let done = command(folder, &["opencti", "check", "--url", &url]);
    assert_eq!(code(&done), 5, "{}", err(&done));
    assert!(started.elapsed().as_secs() < 60);
    let done = command(folder, &["opencti", "check", "--url", "http://a.example"]);
    assert_eq!(code(&done), 2, "{}", err(&done));
    let none = aidos(folder)
        .args(["opencti", "check", "--url", &url])
        .output()
        .unwrap();
    assert_eq!(code(&none), 2);
    assert!(err(&none).contains("--token-file"), "{}", err(&none));
    fs::write(folder.join("token"), TOKEN).unwrap();
    let open = command(
        folder,
        &["opencti", "check", "--url", &url, "--token-file", "token"],
    );
    assert_eq!(code(&open), 2);
    assert!(err(&open).contains("chmod 600"), "{}", err(&open));
    let words = ["taxii", "collections", "--url", &url, "--user", "me"];
    assert_eq!(code(&command(folder, &words)), 2);
}

#[test]
fn a_case_goes_to_a_collection_once_and_comes_back_whole() {
    let folder = folder();
    let folder = folder.path();
    released(folder);
    let server = Server::default();
    let url = format!("{}/taxii2/", server.start());
    let listed = command(folder, &["taxii", "collections", "--url", &url]);
    assert_eq!(code(&listed), 0, "{}", err(&listed));
    assert_eq!(out(&listed), "c  read, write  Inbox\n");
    let push = [
        "taxii",
        "push",
        "out/gw",
        "--url",
        &url,
        "--collection",
        "Inbox",
        "--ceiling",
        "green",
        "--json",
    ];
    let first = command(folder, &push);
    assert_eq!(code(&first), 0, "{}", err(&first));
    let bundle: Value = serde_json::from_str(
        &fs::read_to_string(folder.join("out/gw/shareable/bundle.json")).unwrap(),
    )
    .unwrap();
    let count = bundle["objects"].as_array().unwrap().len();
    assert_eq!(summary(&first)["taken"], count);
    let second = summary(&command(folder, &push));
    assert_eq!(
        (&second["taken"], &second["before"]),
        (&json!(0), &json!(count))
    );
    let held = server.objects.lock().unwrap().clone();
    assert_eq!(held.len(), count);
    let pull = |name: &str| {
        let words = [
            "taxii",
            "pull",
            "--url",
            &url,
            "--collection",
            "c",
            "--out",
            name,
            "--state",
            "state",
            "--json",
        ];
        let done = command(folder, &words);
        assert_eq!(code(&done), 0, "{}", err(&done));
        summary(&done)
    };
    assert_eq!(pull("back.json")["objects"], count);
    let back: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("back.json")).unwrap()).unwrap();
    assert_eq!(back["objects"], Value::from(held));
    assert_eq!(pull("again.json")["file"], Value::Null);
    assert!(!folder.join("again.json").exists());
    let none = command(
        folder,
        &[
            "taxii",
            "pull",
            "--url",
            &url,
            "--collection",
            "none",
            "--out",
            "x",
        ],
    );
    assert_eq!(code(&none), 2);
    assert!(
        err(&none).contains("aidos taxii collections"),
        "{}",
        err(&none)
    );
}
