//! `--model`: a model of the user's own, in programs with and without what runs one.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::{aidos, code, err, folder};

/// A model that knows a few names: `crates/aidos-onnx/tests/data/make_model.py`.
const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../aidos-onnx/tests/data/names"
);

fn command(folder: &Path, words: &[&str]) -> Output {
    aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("USER", "ada")
        .args(words)
        .output()
        .unwrap()
}

#[test]
fn onnx_runtime_alone_is_no_model() {
    let folder = folder();
    let words = ["pii", "scan", "-", "--onnxruntime", "lib.so"];
    let done = command(folder.path(), &words);
    assert_eq!(code(&done), 2, "{}", err(&done));
    assert!(err(&done).contains("--model FOLDER"), "{}", err(&done));
}

#[test]
#[cfg(not(any(feature = "ort", feature = "rten")))]
fn a_program_without_a_runner_says_how_to_build_one() {
    let folder = folder();
    fs::write(folder.path().join("a.txt"), "Maria\n").unwrap();
    for words in [
        &["pii", "scan", "a.txt", "--model", MODEL] as &[&str],
        &["pii", "scan", "--jsonl", "a.txt", "--model", MODEL],
        &["anonymise", "a.txt", "--model", MODEL],
        &["run", "a.txt", "--model", MODEL],
        &["run", "a.txt", "--model", MODEL, "--onnxruntime", "lib.so"],
        &["release", "check", "out/a", "--model", MODEL],
    ] {
        let done = command(folder.path(), words);
        assert_eq!(code(&done), 2, "{words:?}: {}", err(&done));
        let said = err(&done);
        assert!(
            said.contains("cargo build --release --features rten"),
            "{words:?}: {said}"
        );
        assert!(!folder.path().join("out").exists());
    }
}

#[cfg(feature = "rten")]
mod with_rten {
    use serde_json::Value;

    use super::*;
    use crate::{feed, out};

    const TEXT: &str = "Please call Maria Rossi in Berlin.\nPapadopoulou, New York\n";

    fn findings(output: &Output) -> Vec<Value> {
        let lines = out(output);
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    #[test]
    fn a_scan_finds_what_either_finds_and_says_who_agrees() {
        let folder = folder();
        let folder = folder.path();
        fs::write(folder.join("a.txt"), TEXT).unwrap();
        let scan = |more: &[&str]| {
            let words = [&["pii", "scan", "a.txt", "--json"], more].concat();
            let done = command(folder, &words);
            assert_eq!(code(&done), 0, "{}", err(&done));
            (findings(&done), err(&done))
        };
        let (without, _) = scan(&[]);
        let (with, said) = scan(&["--model", MODEL]);
        assert!(said.contains("left out: MISC"), "{said}");
        let person = |all: &[Value]| {
            let at = |one: &&Value| one["line"] == 1 && one["start"] == 12;
            all.iter().find(at).cloned().unwrap()
        };
        let (before, after) = (person(&without), person(&with));
        assert_eq!(after["type"], "PERSON");
        assert!(
            after["score"].as_f64() >= before["score"].as_f64(),
            "{before} {after}"
        );
        let why = after["why"].as_str().unwrap();
        assert!(why.ends_with(" agrees"), "{why}");
        // Alone, and from the configuration.
        fs::write(folder.join("own.toml"), format!("model = {MODEL:?}\n")).unwrap();
        let (alone, _) = scan(&["--no-tagger", "--config", "own.toml"]);
        let kinds: Vec<&str> = alone
            .iter()
            .filter_map(|one| one["type"].as_str())
            .collect();
        assert_eq!(kinds, ["PERSON", "LOCATION", "PERSON", "LOCATION"]);
        assert!(
            alone.iter().all(|one| one["detector"] == "onnx"),
            "{alone:?}"
        );
        let (none, _) = scan(&["--no-tagger"]);
        assert!(none.is_empty());
    }

    #[test]
    fn texts_are_answered_with_the_model() {
        let folder = folder();
        let line = |more: &str| format!("{{\"id\":1,\"text\":\"in Berlin\"{more}}}\n");
        let words = ["pii", "scan", "--jsonl", "--model", MODEL];
        for more in ["", ",\"tagger\":false", ",\"types\":[\"LOCATION\"]"] {
            let done = feed(folder.path(), &words, line(more).as_bytes());
            let answer = &findings(&done)[0];
            assert_eq!(answer["spans"][0]["start"], 3, "{answer}");
        }
        let done = feed(
            folder.path(),
            &words,
            line(",\"types\":[\"IBAN_CODE\"]").as_bytes(),
        );
        assert_eq!(out(&done), "{\"id\":1,\"spans\":[]}\n");
    }

    #[test]
    fn what_the_model_finds_is_hidden() {
        let folder = folder();
        let folder = folder.path();
        fs::write(folder.join("a.txt"), TEXT).unwrap();
        let done = command(folder, &["anonymise", "a.txt", "--model", MODEL]);
        assert_eq!(code(&done), 0, "{}", err(&done));
        for name in ["Maria", "Rossi", "Berlin", "dopou", "York"] {
            assert!(!out(&done).contains(name), "{name} is left: {}", out(&done));
        }
    }

    #[test]
    fn a_run_finds_with_the_model_and_is_another_case_without() {
        let folder = folder();
        let folder = folder.path();
        let line = "2023-03-14T20:30:24Z gw firewall,info A|Berlin| forward: in:ether1-WAN out:bridge-srv, \
                    connection-state:established src-mac 02:17:10:88:bc:02, proto TCP (ACK), \
                    198.51.7.61:44291->10.20.100.40:443, len 44\n";
        fs::write(folder.join("gw.log"), line).unwrap();
        let done = command(folder, &["run", "gw.log", "--model", MODEL]);
        assert_eq!(code(&done), 0, "{}", err(&done));
        let found = fs::read_to_string(folder.join("out/gw/findings.jsonl")).unwrap();
        assert!(found.contains("\"onnx\""), "{found}");
        let case = fs::read_to_string(folder.join("out/gw/case.json")).unwrap();
        let case: Value = serde_json::from_str(&case).unwrap();
        let digest = case["options"]["protection"]["model"].as_str().unwrap();
        assert_eq!(digest.len(), 64);
        let same = command(folder, &["run", "gw.log", "--model", MODEL]);
        assert_eq!(code(&same), 0, "{}", err(&same));
        let other = command(folder, &["run", "gw.log"]);
        assert_ne!(code(&other), 0);
        assert!(
            err(&other).contains("other inputs or options"),
            "{}",
            err(&other)
        );
        let checked = command(folder, &["release", "check", "out/gw", "--model", MODEL]);
        assert_eq!(code(&checked), 3, "{}{}", out(&checked), err(&checked));
    }

    #[test]
    fn a_text_that_the_model_cannot_read_ends_the_job() {
        let folder = folder();
        let folder = folder.path();
        fs::create_dir(folder.join("m")).unwrap();
        for name in ["model.onnx", "tokenizer.json", "config.json"] {
            let text = fs::read(Path::new(MODEL).join(name)).unwrap();
            let text = match String::from_utf8(text) {
                // A token that the model has no row for.
                Ok(text) => text.replace("\"York\": ", "\"York\": 9").into_bytes(),
                Err(error) => error.into_bytes(),
            };
            fs::write(folder.join("m").join(name), text).unwrap();
        }
        fs::write(folder.join("a.txt"), TEXT).unwrap();
        let lines = "{\"id\":1,\"text\":\"in Berlin\"}\n{\"id\":2,\"text\":\"New York\"}\n";
        fs::write(folder.join("a.jsonl"), lines).unwrap();
        for words in [
            &["pii", "scan", "a.txt"] as &[&str],
            &["pii", "scan", "--jsonl", "a.jsonl"],
            &["anonymise", "a.txt"],
            &["anonymise", "a.txt", "--out", "o"],
        ] {
            let done = command(folder, &[words, &["--model", "m"]].concat());
            assert_eq!(code(&done), 1, "{words:?}: {}{}", out(&done), err(&done));
            assert!(
                err(&done).contains("model.onnx` failed at "),
                "{words:?}: {}",
                err(&done)
            );
            assert!(!out(&done).contains("York"), "{words:?}: {}", out(&done));
        }
        assert!(!folder.join("o/a.txt").exists());
    }

    #[test]
    fn a_folder_that_holds_no_model_is_told() {
        let folder = folder();
        let done = command(folder.path(), &["pii", "scan", "-", "--model", "nowhere"]);
        assert_eq!(code(&done), 2, "{}", err(&done));
        let said = err(&done);
        assert!(
            said.contains("nowhere/config.json")
                && said.contains("hint: the folder of a model holds"),
            "{said}"
        );
        #[cfg(not(feature = "ort"))]
        {
            let words = [
                "pii",
                "scan",
                "-",
                "--model",
                MODEL,
                "--onnxruntime",
                "lib.so",
            ];
            let done = command(folder.path(), &words);
            assert_eq!(code(&done), 2);
            assert!(err(&done).contains("--features ort"), "{}", err(&done));
        }
    }
}
