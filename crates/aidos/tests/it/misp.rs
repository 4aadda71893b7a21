//! `aidos misp` and `aidos feeds`: what leaves and what does not, and exit codes.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{aidos, code, err, folder, out};

const LOG: &str = "\
2023-03-14T20:30:23Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 198.51.7.61:44290->10.20.100.2:111, len 48
";
/// Nobody listens on port 1.
const NOBODY: &str = "http://127.0.0.1:1";
const KEY: &str = "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d";

fn command(folder: &Path, words: &[&str]) -> Output {
    let output = aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("AIDOS_MISP_KEY", KEY)
        .args(words)
        .output()
        .unwrap();
    let said = format!("{}{}", out(&output), err(&output));
    assert!(!said.contains(KEY), "{said}");
    output
}

#[test]
fn an_event_leaves_when_the_gate_says_so_and_holds_no_private_address() {
    let folder = folder();
    let folder = folder.path();
    fs::write(folder.join("gw.log"), LOG).unwrap();
    let done = command(folder, &["run", "gw.log", "--out", "out", "--tlp", "green"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let push = [
        "misp",
        "push",
        "out/gw",
        "--url",
        NOBODY,
        "--ceiling",
        "green",
        "--dry-run",
    ];
    assert_eq!(code(&command(folder, &push)), 3);
    let approve = [
        "release", "approve", "out/gw", "--by", "Ada", "--why", "a test",
    ];
    assert_eq!(code(&command(folder, &approve)), 0);
    let done = command(folder, &push);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let event: Value = serde_json::from_str(out(&done).trim()).unwrap();
    assert_eq!(event["Event"]["distribution"], "0");
    assert!(event["Event"]["uuid"].is_string() && event["Event"]["timestamp"].is_string());
    assert!(!event.to_string().contains("10.20.100.2"), "{event}");
    // The same release gives the same event.
    assert_eq!(out(&command(folder, &push)), out(&done));
    let feed = [
        "misp",
        "feed",
        "write",
        "out/gw",
        "--ceiling",
        "green",
        "--out",
        "feed",
        "--organisation",
        "A",
        "--organisation-uuid",
        "5f1b3e1c-0000-4000-8000-000000000001",
    ];
    let done = command(folder, &feed);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(
        folder.join("feed/manifest.json").is_file() && folder.join("feed/hashes.csv").is_file()
    );
    let done = command(
        folder,
        &["misp", "feed", "read", "feed", "--out", "events", "--json"],
    );
    assert_eq!(code(&done), 0, "{}", err(&done));
    let taken: Value = serde_json::from_str(out(&done).trim()).unwrap();
    assert_eq!(taken["events"], 1);
    // Only now is somebody asked.
    let words: Vec<&str> = push
        .into_iter()
        .filter(|word| *word != "--dry-run")
        .collect();
    assert_eq!(code(&command(folder, &words)), 5);
}

#[test]
fn hits_and_feeds_are_shown_before_they_are_asked() {
    let folder = folder();
    let folder = folder.path();
    fs::write(
        folder.join("result.csv"),
        "value,match\n198.51.100.1,1\n198.51.100.2,0\n10.0.0.1,1\n",
    )
    .unwrap();
    let words = [
        "misp",
        "push",
        "--match",
        "result.csv",
        "--url",
        NOBODY,
        "--dry-run",
    ];
    let done = command(folder, &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(out(&done), "{\"value\":\"198.51.100.1\"}\n");
    fs::write(
        folder.join("feeds.toml"),
        format!("[[feed]]\nname = \"a\"\nurl = \"{NOBODY}/a?key=hidden\"\nform = \"text\"\n"),
    )
    .unwrap();
    let done = command(
        folder,
        &["feeds", "fetch", "--list", "feeds.toml", "--dry-run"],
    );
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(
        err(&done).contains("GET http://127.0.0.1:1/a") && !err(&done).contains("hidden"),
        "{}",
        err(&done)
    );
    assert_eq!(
        code(&command(folder, &["feeds", "fetch", "--list", "none.toml"])),
        1
    );
    let plain = [
        "misp",
        "pull",
        "--url",
        "http://misp.example.org",
        "--out",
        "events",
    ];
    assert_eq!(code(&command(folder, &plain)), 2);
}
