//! The house: who may import whom, what no room but the right one may touch, and documents that repeat what
//! the code says. It reads the workspace's own files; the model is the crate that may know of all others, as
//! it needs none of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aidos_model::Defect;

/// Each crate, and the crates of ours that it may import.
const ROOMS: [(&str, &[&str]); 13] = [
    (
        "aidos",
        &[
            "aidos-convert",
            "aidos-core",
            "aidos-engine",
            "aidos-exchange",
            "aidos-model",
            "aidos-privacy",
            "aidos-read",
            "aidos-simulate",
            "aidos-view",
        ],
    ),
    ("aidos-convert", &["aidos-model"]),
    ("aidos-core", &["aidos-model"]),
    (
        "aidos-engine",
        &[
            "aidos-convert",
            "aidos-core",
            "aidos-exchange",
            "aidos-fhe",
            "aidos-model",
            "aidos-onnx",
            "aidos-privacy",
            "aidos-read",
            "aidos-view",
        ],
    ),
    (
        "aidos-exchange",
        &["aidos-convert", "aidos-model", "aidos-privacy"],
    ),
    ("aidos-fhe", &[]),
    ("aidos-model", &[]),
    ("aidos-onnx", &["aidos-privacy"]),
    ("aidos-privacy", &["aidos-model"]),
    ("aidos-read", &[]),
    ("aidos-simulate", &[]),
    ("aidos-train", &["aidos-privacy"]),
    ("aidos-view", &[]),
];

/// What tests may import besides: the simulator, whose truth scores the extractors.
const FOR_TESTS: &str = "aidos-simulate";

/// Crates of others that belong into certain rooms only; none of ours means nobody may have them yet.
const BELONGS: [(&str, &[&str]); 31] = [
    ("anyhow", &["aidos"]),
    ("clap", &["aidos"]),
    ("clap_complete", &["aidos"]),
    ("clap_mangen", &["aidos"]),
    ("indicatif", &["aidos"]),
    ("calamine", &["aidos-read"]),
    ("chardetng", &["aidos-read"]),
    ("encoding_rs", &["aidos-read"]),
    ("zip", &["aidos-read"]),
    ("jiff", &["aidos-core"]),
    ("maud", &["aidos-view"]),
    ("ort", &["aidos-onnx"]),
    ("rten", &["aidos-onnx"]),
    ("tokenizers", &["aidos-onnx"]),
    ("aes", &["aidos-privacy"]),
    ("aes-siv", &["aidos-privacy"]),
    ("argon2", &["aidos-fhe", "aidos-privacy"]),
    ("chacha20poly1305", &["aidos-fhe", "aidos-privacy"]),
    ("ed25519-dalek", &["aidos-fhe"]),
    ("fhe", &[]),
    ("fhe-math", &["aidos-fhe"]),
    ("rand_chacha", &["aidos-fhe"]),
    ("fpe", &["aidos-privacy"]),
    ("ipcrypt-rs", &["aidos-privacy"]),
    ("siphasher", &["aidos-engine"]),
    ("zstd", &["aidos-engine"]),
    ("maxminddb", &["aidos-exchange"]),
    ("ureq", &["aidos-exchange"]),
    ("tokio", &[]),
    ("hyper", &[]),
    ("reqwest", &[]),
];

/// Crates that touch neither files nor network nor clock, start nothing and print nothing.
const STILL: [&str; 7] = [
    "aidos-model",
    "aidos-convert",
    "aidos-read",
    "aidos-core",
    "aidos-privacy",
    "aidos-simulate",
    "aidos-view",
];

/// What such a crate does not say.
const WORLD: [&str; 14] = [
    "fs::",
    "env::",
    "process::",
    "thread::",
    "std::{fs",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "print!(",
    "println!(",
    "RandomState",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn document(name: &str) -> String {
    text_of(&root().join(name))
}

/// The folders of the crates by their names.
fn crates() -> BTreeMap<String, PathBuf> {
    let folder = root().join("crates");
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| {
            let manifest = manifest(&path);
            let name = manifest["package"]["name"].as_str().unwrap_or_default();
            (name.to_owned(), path)
        })
        .collect()
}

fn manifest(folder: &Path) -> toml::Table {
    let path = folder.join("Cargo.toml");
    text_of(&path)
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a manifest imports in the sections of this name, those of single targets among them.
fn imports(manifest: &toml::Table, section: &str) -> BTreeSet<String> {
    let targets = manifest
        .get("target")
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(toml::Table::values)
        .filter_map(toml::Value::as_table);
    std::iter::once(manifest)
        .chain(targets)
        .filter_map(|table| table.get(section)?.as_table())
        .flat_map(toml::Table::iter)
        .map(|(key, value)| {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            renamed.unwrap_or(key).to_owned()
        })
        .collect()
}

/// All files of this ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The rows of the first table below a heading, each as its cells.
fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let start = text
        .find(&format!("{heading}\n"))
        .unwrap_or_else(|| panic!("no heading `{heading}`"));
    text[start..]
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// What stands between backticks in a text.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_crate_has_its_place() {
    let named: BTreeSet<String> = ROOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let there: BTreeSet<String> = crates().into_keys().collect();
    assert_eq!(
        there, named,
        "a crate without rules, or rules without a crate"
    );
}

#[test]
fn crates_import_what_they_may() {
    let crates = crates();
    for (name, allowed) in ROOMS {
        let manifest = manifest(&crates[name]);
        for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for import in imports(&manifest, section) {
                let is_ours = import == "aidos" || import.starts_with("aidos-");
                let for_tests = section == "dev-dependencies" && import == FOR_TESTS;
                assert!(
                    !is_ours || for_tests || allowed.contains(&import.as_str()),
                    "{name} must not import {import} ({section})"
                );
                let rooms = BELONGS.iter().find(|(other, _)| *other == import);
                assert!(
                    section == "dev-dependencies"
                        || rooms.is_none_or(|(_, rooms)| rooms.contains(&name)),
                    "{import} does not belong into {name}"
                );
            }
        }
    }
}

#[test]
fn the_table_of_imports_is_the_rule() {
    let rows = table(&document("ARCHITECTURE.md"), "## Who may import whom");
    let said: BTreeMap<String, BTreeSet<String>> = rows
        .iter()
        .map(|row| {
            let imports = code(&row[1]).map(|name| format!("aidos-{name}")).collect();
            (row[0].trim_matches('`').to_owned(), imports)
        })
        .collect();
    let ruled: BTreeMap<String, BTreeSet<String>> = ROOMS
        .iter()
        .map(|(name, allowed)| {
            let allowed = allowed.iter().map(|name| (*name).to_owned()).collect();
            ((*name).to_owned(), allowed)
        })
        .collect();
    assert_eq!(said, ruled);
}

#[test]
fn every_crate_keeps_the_house_rules() {
    for (name, folder) in crates() {
        let manifest = manifest(&folder);
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{name} has lints of its own"
        );
        for key in ["version", "edition", "rust-version", "license", "publish"] {
            assert!(
                manifest["package"][key].get("workspace").is_some(),
                "{name} has a {key} of its own"
            );
        }
    }
    let lints = &manifest(&root())["workspace"]["lints"];
    assert_eq!(lints["rust"]["unsafe_code"].as_str(), Some("forbid"));
}

#[test]
fn still_crates_do_not_touch_the_world() {
    let crates = crates();
    for name in STILL {
        let source = crates[name].join("src");
        for path in files(&source, "rs") {
            let inside = path.strip_prefix(&source).unwrap_or(&path);
            if inside
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
            {
                continue;
            }
            let text = text_of(&path);
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            for (number, line) in code.unwrap_or_default().lines().enumerate() {
                if line.trim_start().starts_with("//") {
                    continue;
                }
                let word = WORLD.iter().find(|word| line.contains(**word));
                assert_eq!(word, None, "{}:{}", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn the_tests_that_hold_the_invariants_exist() {
    let mut there = BTreeSet::new();
    for path in files(&root().join("crates"), "rs") {
        for line in text_of(&path).lines() {
            let declared = line.trim_start().strip_prefix("fn ");
            if let Some(name) = declared.and_then(|rest| rest.split(['(', '<']).next()) {
                there.insert(name.to_owned());
            }
        }
    }
    let rows = table(&document("ARCHITECTURE.md"), "## Invariants");
    assert!(rows.len() > 8, "{} invariants", rows.len());
    for row in rows {
        let is_name = |name: &&str| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        let tests: Vec<&str> = code(&row[2]).filter(is_name).collect();
        for name in &tests {
            assert!(there.contains(*name), "no test is called {name}");
        }
        assert!(
            !tests.is_empty() || row[2].contains("open"),
            "nothing holds: {}",
            row[1]
        );
    }
}

#[test]
fn the_defects_in_the_documents_are_those_of_the_code() {
    let rows = table(&document("docs/concepts/cleaning.md"), "## Every defect");
    let said: Vec<(&str, &str)> = rows
        .iter()
        .map(|row| (row[0].trim_matches('`'), row[3].as_str()))
        .collect();
    let known: Vec<(&str, &str)> = Defect::ALL
        .iter()
        .map(|defect| {
            let fate = if defect.is_repair() {
                "repaired"
            } else {
                "lost"
            };
            (defect.word(), fate)
        })
        .collect();
    assert_eq!(said, known);
}
