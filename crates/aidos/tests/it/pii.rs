//! `aidos pii`, as people and scripts meet it.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::{err, feed, out, run};

/// A mail with an address, a card and an account; a line without anything.
const MAIL: &str = "Ἀθήνα: mail ada@example.org, card 4111 1111 1111 1111\n\
                    nothing to see here\n\
                    IBAN DE89 3704 0044 0532 0130 00, from 203.0.113.7\n";
/// What must never be shown.
const VALUES: [&str; 4] = ["ada@", "4111 1111", "3704 0044", "203.0.113.7"];

#[test]
fn findings_are_places_and_types_and_never_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mail.txt"), MAIL).unwrap();
    let words = run(folder.path(), &["pii", "scan", "mail.txt"]);
    assert_eq!(words.status.code(), Some(0), "{}", err(&words));
    let lines: Vec<String> = out(&words).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines[0].starts_with("mail.txt:1:13-27  EMAIL_ADDRESS  "),
        "{}",
        lines[0]
    );
    assert!(
        lines[2].starts_with("mail.txt:3:6-32  IBAN_CODE  "),
        "{}",
        lines[2]
    );
    assert!(
        err(&words).contains("4 findings in 3 rows"),
        "{}",
        err(&words)
    );
    let json = run(folder.path(), &["pii", "scan", "mail.txt", "--json"]);
    let found: Vec<Value> = out(&json)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = found.iter().filter_map(|f| f["type"].as_str()).collect();
    assert_eq!(
        kinds,
        ["EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS"]
    );
    assert_eq!(
        (&found[0]["line"], &found[0]["start"], &found[0]["end"]),
        (&1.into(), &12.into(), &27.into())
    );
    let table = run(folder.path(), &["pii", "scan", "mail.txt", "--csv"]);
    let rows: Vec<String> = out(&table).lines().map(str::to_owned).collect();
    assert_eq!(
        rows[0],
        "path,line,start,end,type,subtype,score,detector,why"
    );
    assert!(
        rows.len() == 5 && rows[1].starts_with("mail.txt,1,12,27,EMAIL_ADDRESS,,"),
        "{rows:?}"
    );
    for shown in [out(&words), err(&words), out(&json), out(&table)] {
        for value in VALUES {
            assert!(!shown.contains(value), "{value} is shown");
        }
    }
}

#[test]
fn what_is_looked_for_can_be_chosen_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("allow.txt"), "ada@example.org\n").unwrap();
    let own = "[[detector]]\nname = \"ticket\"\npattern = 'INC-[0-9]{5}'\nscore = 0.9\n";
    fs::write(folder.path().join("own.toml"), own).unwrap();
    let scan = |words: &[&str], text: &str| {
        let all = [&["pii", "scan", "-", "--json"], words].concat();
        let done = feed(folder.path(), &all, text.as_bytes());
        (out(&done).lines().count(), done.status.code(), err(&done))
    };
    assert_eq!(scan(&[], MAIL).0, 4);
    assert_eq!(scan(&["--types", "IP_ADDRESS,IBAN_CODE"], MAIL).0, 2);
    assert_eq!(scan(&["--allow", "allow.txt"], MAIL).0, 3);
    assert_eq!(scan(&["--detectors", "own.toml"], "see INC-12345").0, 1);
    assert_eq!(scan(&["--fail-on", "findings"], MAIL).1, Some(3));
    assert_eq!(scan(&["--fail-on", "findings"], "nothing\n").1, Some(0));
    let (_, code, said) = scan(&["--types", "SHOE_SIZE"], MAIL);
    assert!(
        code == Some(2) && said.contains("SHOE_SIZE") && said.contains("IBAN_CODE"),
        "{said}"
    );
}

#[test]
fn findings_are_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for line in 0..20_000 {
        let _ = writeln!(
            text,
            "{line}: user{line}@mail.example.org from 198.51.100.{}",
            line % 250
        );
    }
    fs::write(folder.path().join("long.txt"), text).unwrap();
    let with = |threads: &str| {
        let done = run(
            folder.path(),
            &["pii", "scan", "long.txt", "--json", "--threads", threads],
        );
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        out(&done)
    };
    let one = with("1");
    assert_eq!(one.lines().count(), 40_000);
    assert_eq!(one, with("3"));
}

#[test]
fn texts_are_answered_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let asked = "{\"id\": {\"a\": 1}, \"text\": \"γεια ada@example.org\", \"gold\": []}\n{\"id\": 7, \"text\": \"\"}\n";
    let done = feed(folder.path(), &["pii", "scan", "--jsonl"], asked.as_bytes());
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let lines: Vec<Value> = out(&done)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["id"]["a"], 1);
    assert_eq!(lines[0]["spans"][0]["start"], 5);
    assert_eq!(lines[1]["spans"], Value::Array(Vec::new()));
    let wrong = feed(folder.path(), &["pii", "scan", "--jsonl"], b"{\"id\": 1}\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        err(&wrong).contains("line 1") && err(&wrong).contains("text"),
        "{}",
        err(&wrong)
    );
}

/// Patients with names that no list holds, and a flag of one address among words.
fn patients() -> String {
    let mut text = String::from("dob,sex,mail,status\n");
    for row in 0..200 {
        let status = if row == 77 { "203.0.113.7" } else { "ok" };
        let _ = writeln!(
            text,
            "19{:02}-0{}-1{},{},qx{row}@example.org,{status}",
            40 + row % 60,
            row % 9 + 1,
            row % 9,
            ["m", "f"][row % 2]
        );
    }
    text
}

#[test]
fn columns_have_types_and_reasons_and_no_values() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), patients()).unwrap();
    let words = run(folder.path(), &["pii", "columns", "p.csv", "--minimise"]);
    assert_eq!(words.status.code(), Some(0), "{}", err(&words));
    let json = run(
        folder.path(),
        &["pii", "columns", "p.csv", "--minimise", "--json"],
    );
    let report: Value = serde_json::from_str(&out(&json)).unwrap();
    let kinds: Vec<String> = report["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| {
            c["subtype"]
                .as_str()
                .or(c["type"].as_str())
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(kinds, ["BIRTHDAY", "GENDER", "EMAIL_ADDRESS", "CATEGORY"]);
    assert_eq!(report["columns"][3]["inside"][0]["type"], "IP_ADDRESS");
    assert_eq!(report["minimise"]["columns"][2]["keep"], true);
    for shown in [out(&words), err(&words), out(&json), err(&json)] {
        assert!(
            !shown.contains("@example.org") && !shown.contains("203.0.113.7"),
            "{shown}"
        );
    }
    assert!(
        out(&words).contains("DATE_TIME/BIRTHDAY") && out(&words).contains("its name says `dob`"),
        "{}",
        out(&words)
    );
}

#[test]
fn assignments_are_kept_and_win() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), patients()).unwrap();
    let set = [
        "pii",
        "columns",
        "p.csv",
        "--set",
        "status=SEVERITY",
        "--keep-assignment",
        "c.toml",
    ];
    assert_eq!(run(folder.path(), &set).status.code(), Some(0));
    let again = run(
        folder.path(),
        &["pii", "columns", "p.csv", "--assign", "c.toml", "--json"],
    );
    let report: Value = serde_json::from_str(&out(&again)).unwrap();
    assert_eq!(report["columns"][3]["type"], "SEVERITY");
    assert_eq!(report["columns"][3]["assigned"], true);
    let wrong = run(
        folder.path(),
        &["pii", "columns", "p.csv", "--set", "status=SHOE"],
    );
    assert!(
        wrong.status.code() == Some(2) && err(&wrong).contains("SHOE"),
        "{}",
        err(&wrong)
    );
}

#[test]
fn what_is_rejected_is_not_found_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mail.txt"), MAIL).unwrap();
    fs::write(folder.path().join("p.csv"), patients()).unwrap();
    let reject = [
        "pii",
        "reject",
        "mail.txt:1:13-27",
        "column:sex",
        "--why",
        "ours",
        "--by",
        "ada",
    ];
    let done = run(folder.path(), &reject);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let kept = fs::read_to_string(folder.path().join("decisions.jsonl")).unwrap();
    assert!(
        kept.lines().count() == 2 && !kept.contains("example.org"),
        "{kept}"
    );
    assert!(
        kept.contains("\"by\":\"ada\"") && kept.contains("\"why\":\"ours\""),
        "{kept}"
    );
    let scan = run(folder.path(), &["pii", "scan", "mail.txt"]);
    assert_eq!(out(&scan).lines().count(), 3, "{}", out(&scan));
    let columns = run(folder.path(), &["pii", "columns", "p.csv", "--json"]);
    let report: Value = serde_json::from_str(&out(&columns)).unwrap();
    assert_eq!(report["columns"][1]["personal"], false);
    let accept = run(folder.path(), &["pii", "accept", "column:status=SEVERITY"]);
    assert_eq!(accept.status.code(), Some(0), "{}", err(&accept));
    let columns = run(folder.path(), &["pii", "columns", "p.csv", "--json"]);
    let report: Value = serde_json::from_str(&out(&columns)).unwrap();
    assert_eq!(report["columns"][3]["type"], "SEVERITY");
    let wrong = run(folder.path(), &["pii", "reject", "mail.txt:2:1-4"]);
    assert!(
        wrong.status.code() == Some(2) && err(&wrong).contains("no finding"),
        "{}",
        err(&wrong)
    );
}
