//! `aidos enrich`: nobody is asked unless named, what is asked passes the gate, and a second time nobody is asked.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use super::{aidos, code, err, folder, out};

const LOG: &str = "\
2023-03-14T20:30:23Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 45.3.1.1:44290->10.20.100.2:111, len 48
2023-03-14T20:30:24Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 45.3.1.1:44290->10.20.100.2:22, len 48
2023-03-14T20:30:25Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 45.3.1.2:44290->10.20.100.2:22, len 48
2023-03-14T20:30:26Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 198.51.100.9:44290->10.20.100.2:22, len 48
";
const KEY: &str = "CANARY-0a1b2c3d-KEY";

fn command(folder: &Path, words: &[&str]) -> Output {
    let output = aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("AIDOS_ABUSEIPDB_KEY", KEY)
        .args(words)
        .output()
        .unwrap();
    let said = format!("{}{}", out(&output), err(&output));
    assert!(!said.contains("CANARY"), "{said}");
    output
}

fn case(folder: &Path, pap: &str) {
    fs::write(folder.join("gw.log"), LOG).unwrap();
    let done = command(folder, &["run", "gw.log", "--out", "out", "--pap", pap]);
    assert_eq!(code(&done), 0, "{}", err(&done));
}

/// A service that says the same each time; remembers what it was asked.
fn service(status: &'static str, body: Value) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("abuseipdb=http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = asked.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while reader.read_line(&mut head).unwrap_or(0) > 2 {}
            log.lock()
                .unwrap()
                .push(head.lines().next().unwrap_or_default().to_owned());
            let body = body.to_string();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (address, asked)
}

fn good() -> Value {
    json!({"data": {"abuseConfidenceScore": 90, "totalReports": 4, "numDistinctUsers": 3, "countryCode": "GR", "isTor": true}})
}

fn lines(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("out/gw/enrichment.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn without_a_service_tables_alone_are_looked_at() {
    let folder = folder();
    case(folder.path(), "amber");
    fs::write(folder.path().join("seen.txt"), "45.3.1.0/24\n").unwrap();
    let done = command(folder.path(), &["enrich", "out/gw", "--list", "seen.txt"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let lines = lines(folder.path());
    let values: Vec<&str> = lines
        .iter()
        .map(|line| line["value"].as_str().unwrap())
        .collect();
    assert_eq!(values, ["45.3.1.1", "198.51.100.9", "45.3.1.2"]);
    assert_eq!(lines[0]["known"], json!({"lists": ["seen"]}));
    assert_eq!(lines[1]["known"], json!({}));
    assert!(
        lines
            .iter()
            .all(|line| line["asked"] == json!([]) && line["verdict"]["band"] == "unknown")
    );
    assert_eq!(lines[0]["stix"][0]["content"], "On list: seen.");
    assert!(!folder.path().join("cache").exists());
}

#[test]
fn what_may_not_be_asked_is_not_asked() {
    let folder = folder();
    case(folder.path(), "amber");
    fs::write(folder.path().join("p.toml"), "[ask]\npap = \"green\"\n").unwrap();
    let (url, asked) = service("200 OK", good());
    let words = [
        "enrich",
        "out/gw",
        "--policy",
        "p.toml",
        "--services",
        "abuseipdb",
        "--service-url",
        &url,
    ];
    let done = command(folder.path(), &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(
        err(&done).contains("not asked about 3 values: it is PAP:AMBER"),
        "{}",
        err(&done)
    );
    assert!(asked.lock().unwrap().is_empty());
    assert!(
        lines(folder.path())
            .iter()
            .all(|line| line["refused"]["reason"] == "pap")
    );
}

#[test]
fn a_dry_run_shows_what_is_then_asked_once() {
    let folder = folder();
    case(folder.path(), "green");
    let (url, asked) = service("200 OK", good());
    let words = [
        "enrich",
        "out/gw",
        "--services",
        "abuseipdb",
        "--service-url",
        &url,
    ];
    let dry = command(folder.path(), &[&words[..], &["--dry-run"]].concat());
    assert_eq!(code(&dry), 0, "{}", err(&dry));
    assert!(asked.lock().unwrap().is_empty());
    assert!(err(&dry).contains("AbuseIPDB would learn"), "{}", err(&dry));
    let shown: Vec<String> = out(&dry)
        .lines()
        .map(|line| line.split_once("/api").unwrap().1.to_owned())
        .collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    // It leaves nothing behind, in the case or elsewhere.
    assert!(!folder.path().join("cache").exists());
    assert!(!folder.path().join("out/gw/enrichment.jsonl").exists());

    let done = command(folder.path(), &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let sent: Vec<String> = asked.lock().unwrap().drain(..).collect();
    let sent: Vec<&str> = sent
        .iter()
        .map(|line| {
            line.split_once("/api")
                .unwrap()
                .1
                .trim_end_matches(" HTTP/1.1")
        })
        .collect();
    assert_eq!(sent, shown);
    let first = lines(folder.path());
    let by_value = |value: &str| first.iter().find(|line| line["value"] == value).unwrap();
    assert_eq!(by_value("198.51.100.9")["refused"]["reason"], "special");
    let line = by_value("45.3.1.1");
    assert_eq!(
        line["verdict"],
        json!({"band": "malicious", "score": 90, "confidence": 45})
    );
    // Not to be passed on unless somebody says so.
    let note = &line["stix"][0];
    let red = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";
    assert_eq!(note["object_marking_refs"], json!([red]));
    assert_eq!(note["type"], "note");
    assert_eq!(line["misp"][0]["name"], "abuseipdb");
    assert_eq!(line["misp"][0]["distribution"], "0");
    assert_eq!(line["misp"][1]["Attribute"][0]["value"], "GR");

    // Nobody is asked again, and the notes are the same.
    let again = command(
        folder.path(),
        &[&words[..], &["--offline", "--reshare", "abuseipdb"]].concat(),
    );
    assert_eq!(code(&again), 0, "{}", err(&again));
    assert!(asked.lock().unwrap().is_empty());
    let second = lines(folder.path());
    assert_eq!(second[0]["asked"][0]["cached"], true);
    assert_eq!(
        second[0]["stix"][0]["content"],
        first[0]["stix"][0]["content"]
    );
    assert_ne!(second[0]["stix"][0]["object_marking_refs"], json!([red]));
}

#[test]
fn a_service_that_fails_for_all_is_told_by_the_exit_code() {
    let folder = folder();
    case(folder.path(), "green");
    let (url, _) = service(
        "401 Unauthorized",
        json!({"errors": [{"detail": KEY, "status": 401}]}),
    );
    let words = [
        "enrich",
        "out/gw",
        "--services",
        "abuseipdb",
        "--service-url",
        &url,
    ];
    let done = command(folder.path(), &words);
    assert_eq!(code(&done), 5, "{}", err(&done));
    let line = lines(folder.path())
        .into_iter()
        .find(|line| line["value"] == "45.3.1.1")
        .unwrap();
    assert_eq!(line["asked"][0]["reason"], "key");
}

#[test]
fn what_is_missing_is_said_before_anything_is_asked() {
    let folder = folder();
    case(folder.path(), "green");
    for (words, says) in [
        (
            &["enrich", "out/gw", "--services", "virustotal"][..],
            "AIDOS_VIRUSTOTAL_KEY",
        ),
        (
            &["enrich", "out/gw", "--reshare", "virustotal"],
            "--services",
        ),
        (&["enrich", "out/gw", "--services", "shodan"], "no service"),
        (
            &[
                "enrich",
                "out/gw",
                "--services",
                "abuseipdb",
                "--quota",
                "abuseipdb=7/week",
            ],
            "no quota",
        ),
    ] {
        let done = command(folder.path(), words);
        assert_eq!(code(&done), 2, "{words:?}: {}", err(&done));
        assert!(err(&done).contains(says), "{}", err(&done));
    }
}
