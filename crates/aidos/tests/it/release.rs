//! What may leave: `aidos run`, `aidos release check` and `approve`, one after the other.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{aidos, code, err, folder, out};

/// A scanner is seen, answered, and seen again; a member of staff browses.
const LOG: &str = "\
2023-03-14T20:30:23Z gw firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 198.51.7.61:44290->10.20.100.2:111, len 48
2023-03-14T20:30:24Z gw firewall,info A|dmz-in| forward: in:ether1-WAN out:bridge-srv, connection-state:established src-mac 02:17:10:88:bc:02, proto TCP (ACK), 198.51.7.61:44291->10.20.100.40:443, len 44
2023-03-14T20:30:25Z gw firewall,info forward: in:bridge-srv out:ether1-WAN, connection-state:established src-mac 02:17:10:88:bc:03, proto TCP (ACK), 10.20.100.40:443->198.51.7.61:44291, len 44
2023-03-14T20:31:02Z gw firewall,info forward: in:bridge out:ether1-WAN, connection-state:new src-mac 02:17:10:88:bc:04, proto TCP (SYN), 10.20.4.17:50122->185.12.64.9:443, len 60
";

fn command(folder: &Path, words: &[&str]) -> Output {
    aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("USER", "ada")
        .args(words)
        .output()
        .unwrap()
}

fn run(folder: &Path, more: &[&str]) {
    fs::write(folder.join("gw.log"), LOG).unwrap();
    run_again(folder, more);
}

/// Runs over the log that is there.
fn run_again(folder: &Path, more: &[&str]) {
    let done = command(folder, &[&["run", "gw.log", "--out", "out"], more].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_release_waits_is_approved_and_is_held_against_its_bytes() {
    let folder = folder();
    let folder = folder.path();
    run(folder, &[]);
    let release = json(&folder.join("out/gw/release.json"));
    assert_eq!(release["state"], "waiting", "{release}");
    let checked = command(folder, &["release", "check", "out/gw"]);
    assert_eq!(code(&checked), 3, "{}{}", out(&checked), err(&checked));
    let words = [
        "release", "approve", "out/gw", "--by", "Ada", "--why", "a test",
    ];
    let approved = command(folder, &words);
    assert_eq!(code(&approved), 0, "{}", err(&approved));
    let checked = command(folder, &["release", "check", "out/gw"]);
    assert_eq!(code(&checked), 0, "{}{}", out(&checked), err(&checked));
    let entries = folder.join("out/gw/shareable/entries.jsonl");
    let mut bytes = fs::read(&entries).unwrap();
    bytes[20] ^= 1;
    fs::write(&entries, bytes).unwrap();
    let checked = command(folder, &["release", "check", "out/gw"]);
    assert_eq!(code(&checked), 4, "{}{}", out(&checked), err(&checked));
}

#[test]
fn an_attacker_stays_where_it_is_answered_and_nobody_else_does() {
    let folder = folder();
    let folder = folder.path();
    run(folder, &[]);
    let shared = fs::read_to_string(folder.join("out/gw/shareable/entries.jsonl")).unwrap();
    let lines: Vec<&str> = shared.lines().collect();
    assert_eq!(lines.len(), 4);
    for line in &lines[..3] {
        assert!(line.contains("198.51.7.61"), "{line}");
    }
    for value in ["10.20.100.40", "10.20.4.17", "185.12.64.9", "88:bc:0"] {
        assert!(!shared.contains(value), "`{value}` is left: {shared}");
    }
    let release = json(&folder.join("out/gw/release.json"));
    assert_eq!(release["attack"]["found"], 0, "{release}");
}

#[test]
fn what_correlates_is_kept_and_measured() {
    let folder = folder();
    let folder = folder.path();
    run(folder, &[]);
    let release = json(&folder.join("out/gw/release.json"));
    let kept = &release["utility"]["kept"];
    assert_eq!(kept["documents"], 4, "{kept}");
    assert!(kept["correlation"]["kept"].as_u64().unwrap() > 0, "{kept}");
    for none in ["lost", "made"] {
        assert_eq!(kept["correlation"][none], 0, "{kept}");
    }
    for share in ["prefixes", "order", "gaps"] {
        assert_eq!(kept[share]["kept"], kept[share]["of"], "{share}: {kept}");
    }
}

/// A policy that asks for thresholds.
fn irreversible(folder: &Path, thresholds: &str) {
    let text = format!("legal_basis = \"consent\"\n[irreversible]\n{thresholds}\n");
    fs::write(folder.join("p.toml"), text).unwrap();
}

#[test]
fn an_irreversible_release_is_measured_and_refused_below_its_thresholds() {
    let folder = folder();
    let folder = folder.path();
    let line = LOG.lines().next().unwrap();
    let mut log = String::new();
    // Two attackers, each with a network of its own.
    for port in 1..=2 {
        let line = line.replace(":44290->", &format!(":4429{port}->"));
        let other = line.replace("198.51.7.61", "198.51.7.62");
        log.push_str(&format!(
            "{line}\n{}\n",
            other.replace("10.20.100.2", "172.16.9.4")
        ));
    }
    fs::write(folder.join("gw.log"), log).unwrap();
    for (thresholds, says) in [
        ("k = 50", "its rows reach k 0"),
        ("k = 2\nt = 0.1", "t 0.5"),
    ] {
        irreversible(folder, thresholds);
        run_again(folder, &["--policy", "p.toml", "--force"]);
        let words = ["release", "check", "out/gw", "--policy", "p.toml"];
        let checked = command(folder, &words);
        assert_eq!(code(&checked), 4, "{}{}", out(&checked), err(&checked));
        let said = format!("{}{}", out(&checked), err(&checked));
        assert!(said.contains(says), "{said}");
        let words = [
            "release", "approve", "out/gw", "--by", "Ada", "--why", "a test", "--policy", "p.toml",
        ];
        let approved = command(folder, &words);
        assert_eq!(code(&approved), 4, "{}{}", out(&approved), err(&approved));
        let shared = fs::read_to_string(folder.join("out/gw/shareable/entries.jsonl")).unwrap();
        assert!(!shared.contains("10.20.100.2"), "{shared}");
    }
}

#[test]
fn what_too_few_are_like_is_left_out_of_an_irreversible_release() {
    let folder = folder();
    let folder = folder.path();
    let line = LOG.lines().next().unwrap();
    let mut log = String::new();
    for port in 1..=6 {
        log.push_str(&line.replace(":44290->", &format!(":4429{port}->")));
        log.push('\n');
        if port == 3 {
            log.push_str(&line.replace("10.20.100.2", "172.16.9.4"));
            log.push('\n');
        }
    }
    fs::write(folder.join("gw.log"), log).unwrap();
    irreversible(folder, "k = 5");
    let entries = |more: &[&str]| {
        run_again(folder, &[&["--policy", "p.toml", "--force"], more].concat());
        let release = json(&folder.join("out/gw/release.json"));
        assert_eq!(release["state"], "waiting", "{release}");
        assert_eq!(release["utility"]["entries"], 6, "{release}");
        assert_eq!(release["utility"]["suppressed"], 1, "{release}");
        assert_eq!(release["utility"]["kept"]["documents"], 6, "{release}");
        assert_eq!(release["anonymity"]["k"], 6, "{release}");
        let shared = |name: &str| folder.join("out/gw/shareable").join(name);
        for name in ["bundle.json", "patterns.json"] {
            let text = fs::read_to_string(shared(name)).unwrap();
            assert!(
                text.contains("198.51.7.61") && !text.contains("172.16"),
                "{text}"
            );
        }
        fs::read(shared("patterns.json")).unwrap()
    };
    let plain = entries(&[]);
    let text = fs::read_to_string(folder.join("out/gw/shareable/entries.jsonl")).unwrap();
    assert!(
        text.lines().count() == 6 && !text.contains("172.16"),
        "{text}"
    );
    assert!(plain == entries(&["--compress"]));
}

/// All texts of an entry but its message, in order.
fn leaves(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != "message");
            members.for_each(|(_, value)| leaves(value, out));
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, out)),
        Value::String(text) => out.push(text.clone()),
        _ => {}
    }
}

#[test]
fn two_communities_share_nothing_that_was_hidden() {
    let folder = folder();
    let folder = folder.path();
    let texts = |path: &str| {
        let text = fs::read_to_string(folder.join(path)).unwrap();
        let mut out = Vec::new();
        for line in text.lines() {
            leaves(&serde_json::from_str(line).unwrap(), &mut out);
        }
        out
    };
    run(folder, &["--community", "a", "--case", "a"]);
    run(folder, &["--community", "b", "--case", "b"]);
    let raw = texts("out/a/entries.jsonl");
    let (one, other) = (
        texts("out/a/shareable/entries.jsonl"),
        texts("out/b/shareable/entries.jsonl"),
    );
    assert_eq!((raw.len(), raw.len()), (one.len(), other.len()));
    let hidden = raw.iter().zip(one.iter().zip(&other));
    let hidden: Vec<_> = hidden.filter(|(raw, (one, _))| raw != one).collect();
    assert!(hidden.len() > 12, "{hidden:?}");
    for (raw, (one, other)) in hidden {
        assert_ne!(one, other, "`{raw}`");
    }
}

#[test]
fn what_a_person_rejected_stays() {
    let folder = folder();
    let folder = folder.path();
    let log = LOG.replace("in:bridge out", "in:anna.kern@kern.example out");
    let shared = |case: &str| {
        fs::write(folder.join("gw.log"), &log).unwrap();
        let done = command(folder, &["run", "gw.log", "--out", "out", "--case", case]);
        assert_eq!(code(&done), 0, "{}", err(&done));
        let path = folder
            .join("out")
            .join(case)
            .join("shareable/entries.jsonl");
        fs::read_to_string(path).unwrap()
    };
    assert!(!shared("one").contains("kern.example"));
    let from = log.lines().nth(3).unwrap().find("anna.kern").unwrap() + 1;
    let place = format!(
        "gw.log:4:{from}-{}",
        from + "anna.kern@kern.example".len() - 1
    );
    let decided = command(folder, &["pii", "reject", &place, "--why", "an interface"]);
    assert_eq!(code(&decided), 0, "{}", err(&decided));
    assert!(shared("two").contains("anna.kern@kern.example"));
}
