//! Attackers as rules of defence.

use std::fs;

use super::{code, err, firewall, folder, out, run, summary};

/// The addresses of 200 attackers, of which 198.51.100.0/25 and more are full networks.
#[test]
fn attackers_become_rules_and_targets_do_not() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(600)).unwrap();
    let made = run(folder.path(), &["run", "fw.log"]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    for format in ["blocklist", "suricata", "sigma"] {
        let output = run(folder.path(), &["export", "out/fw", "--format", format]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        let text = out(&output);
        assert!(text.contains("198.51.100.7"), "{format}: {text}");
        assert!(!text.contains("192.0.2.1"), "{format} names a target");
    }
    let plain = out(&run(
        folder.path(),
        &["export", "out/fw", "--format", "blocklist"],
    ));
    assert_eq!(plain.lines().count(), 1 + 200);
    let wide = out(&run(
        folder.path(),
        &["export", "out/fw", "--format", "blocklist", "--collapse"],
    ));
    let lines: Vec<&str> = wide.lines().skip(1).collect();
    assert_eq!(
        lines,
        ["198.51.100.0/25", "198.51.100.128/26", "198.51.100.192/29"]
    );
    let rules = out(&run(
        folder.path(),
        &["export", "out/fw", "--format", "suricata", "--sid", "5000"],
    ));
    assert!(rules.contains("sid:5000;") && rules.contains("sid:5199;"));
    let told = run(
        folder.path(),
        &[
            "export", "out/fw", "--format", "hosts", "--json", "--out", "h",
        ],
    );
    assert_eq!(summary(&told)["skipped"], 200);
    assert_eq!(
        fs::read_to_string(folder.path().join("h"))
            .unwrap()
            .lines()
            .count(),
        1
    );
}

#[test]
fn a_bundle_becomes_rules() {
    let folder = folder();
    fs::write(
        folder.path().join("b.json"),
        r#"{"type":"bundle","objects":[{"type":"indicator","pattern":"[domain-name:value = 'evil.com']"}]}"#,
    )
    .unwrap();
    let hosts = run(folder.path(), &["export", "b.json", "--format", "hosts"]);
    assert_eq!(out(&hosts), "# hosts of b.json\n0.0.0.0 evil.com\n");
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(5)).unwrap();
    run(folder.path(), &["run", "fw.log"]);
    for words in [
        &["export", "out/fw", "--collapse"] as &[&str],
        &["export", "out/fw", "--shareable"],
        &[
            "export",
            "out/fw",
            "--format",
            "sigma",
            "--columns",
            "message",
        ],
        &["export", "--format", "blocklist"],
        &["export", ".", "--format", "blocklist"],
        &[
            "export",
            "out/fw",
            "--format",
            "suricata",
            "--sid",
            "4294967295",
        ],
    ] {
        let output = run(folder.path(), words);
        assert_eq!(code(&output), 2, "{words:?}: {}", err(&output));
    }
}
