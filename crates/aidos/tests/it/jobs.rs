//! What the binary does to logs.

use std::fs;

use super::{code, err, feed, firewall, folder, out, run, summary};

#[test]
fn a_run_makes_a_case_and_says_so() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(50) + "nonsense\n").unwrap();
    let output = run(folder.path(), &["run", "fw.log", "--json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let object = summary(&output);
    assert_eq!(out(&output).lines().count(), 1);
    for key in [
        "case",
        "rows_read",
        "entries",
        "duplicates",
        "rejected",
        "skipped",
        "repaired",
        "bundles",
        "objects",
        "attackers",
        "targets",
        "shared_attackers",
        "seconds",
        "bytes_in",
    ] {
        assert!(!object[key].is_null(), "{key} is missing: {object}");
    }
    assert_eq!(object["case"], "fw");
    assert_eq!(object["entries"], 50);
    assert_eq!(object["rejected"], 1);
    assert_eq!(object["rows_read"], 51);
    let words = err(&output);
    assert!(
        words.contains("51 rows in ") && words.contains("report: out/fw/report.html"),
        "{words}"
    );
    assert!(folder.path().join("out/fw/report.html").is_file());
    let case = fs::read(folder.path().join("out/fw/case.json")).unwrap();
    let case: serde_json::Value = serde_json::from_slice(&case).unwrap();
    assert_eq!(case["options"]["nat"], "semantic");
    let other = ["run", "fw.log", "--case", "n", "--nat", "last-ip", "-q"];
    assert_eq!(code(&run(folder.path(), &other)), 0);
    let case = fs::read(folder.path().join("out/n/case.json")).unwrap();
    let case: serde_json::Value = serde_json::from_slice(&case).unwrap();
    assert_eq!(case["options"]["nat"], "last-ip");
    // Again: replaced. With other options: refused, unless forced.
    assert_eq!(code(&run(folder.path(), &["run", "fw.log"])), 0);
    let other = run(folder.path(), &["run", "fw.log", "--tlp", "red"]);
    assert_eq!(code(&other), 1);
    assert!(err(&other).contains("--force"), "{}", err(&other));
    assert_eq!(
        code(&run(
            folder.path(),
            &["run", "fw.log", "--tlp", "red", "--force"]
        )),
        0
    );
    let failed = run(
        folder.path(),
        &["run", "fw.log", "--case", "b", "--fail-on", "rejects", "-q"],
    );
    assert_eq!(code(&failed), 3);
    assert!(err(&failed).is_empty(), "{}", err(&failed));
}

#[test]
fn refused_inputs_are_named_and_the_others_done() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(5)).unwrap();
    fs::write(folder.path().join("p.pdf"), b"%PDF-1.7\n").unwrap();
    let loud = run(folder.path(), &["run", "fw.log", "p.pdf", "--case", "b"]);
    assert!(
        err(&loud).contains("the rest is done, the exit code is 1 because of that"),
        "{}",
        err(&loud)
    );
    let words = ["run", "fw.log", "p.pdf", "absent.log", "--json", "--quiet"];
    let output = run(folder.path(), &words);
    assert_eq!(code(&output), 1, "{}", err(&output));
    let refused: Vec<&str> = err(&output)
        .lines()
        .filter(|line| line.contains("refused"))
        .map(|line| {
            if line.contains("PDF") {
                "pdf"
            } else {
                "absent"
            }
        })
        .collect::<Vec<_>>();
    assert_eq!(refused, ["pdf", "absent"]);
    assert_eq!(summary(&output)["entries"], 5);
}

#[test]
fn the_steps_give_the_bytes_of_the_case() {
    let folder = folder();
    let log = firewall(300);
    fs::write(folder.path().join("fw.log"), &log).unwrap();
    assert_eq!(code(&run(folder.path(), &["run", "fw.log", "-q"])), 0);
    let case = |name: &str| fs::read_to_string(folder.path().join("out/fw").join(name)).unwrap();
    let entries = run(
        folder.path(),
        &["extract", "--provider", "8bells", "fw.log"],
    );
    assert_eq!(out(&entries), case("entries.jsonl"));
    let bundles = feed(folder.path(), &["stix"], &entries.stdout);
    assert_eq!(out(&bundles), case("bundles.jsonl"));
    let patterns = feed(folder.path(), &["analyze", "-"], &entries.stdout);
    assert_eq!(out(&patterns), case("patterns.json"));
    // From the case's folder as well as from its file.
    let again = run(folder.path(), &["stix", "out/fw", "--json"]);
    let text = out(&again);
    let (data, last) = text.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(format!("{data}\n"), case("bundles.jsonl"));
    let last: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["bundles"], 300);
    let rows = feed(
        folder.path(),
        &["clean", "--changes", "c.jsonl"],
        log.as_bytes(),
    );
    let first: serde_json::Value =
        serde_json::from_str(out(&rows).lines().next().unwrap()).unwrap();
    assert_eq!(first["event"]["provider"], "8bells");
    assert!(first["message"].is_string() && first.get("source").is_none());
    assert!(folder.path().join("c.jsonl").is_file());
    // Providers of the user's keep their place among the others, known to the step or not.
    for name in ["0gate", "gate"] {
        let mapping = format!(
            "name = \"{name}\"\ndescription = \"gate\"\nformat = \"text\"\ncontains = [\"GATE {name}\"]\n\
             [[pattern]]\nname = \"line\"\n\
             match = '^GATE {name} (?<source.ip>[0-9.]+) to (?<destination.ip>[0-9.]+)$'\n"
        );
        fs::write(folder.path().join(format!("{name}.toml")), mapping).unwrap();
        let rows: String = (0..50)
            .map(|n| format!("GATE {name} 198.51.100.{n} to 192.168.0.{}\n", n % 4))
            .collect();
        fs::write(folder.path().join(format!("{name}.log")), rows).unwrap();
    }
    let with = ["--mapping", "gate.toml", "--mapping", "0gate.toml"];
    let inputs = ["fw.log", "gate.log", "0gate.log"];
    let words = [&["run", "--case", "m", "-q"][..], &with, &inputs].concat();
    let done = run(folder.path(), &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let words = [&["extract", "-q"][..], &with, &inputs].concat();
    let entries = run(folder.path(), &words);
    let wanted = fs::read_to_string(folder.path().join("out/m/patterns.json")).unwrap();
    let at = |name: &str| wanted.find(&format!("\"provider\":\"{name}\"")).unwrap();
    assert!(at("0gate") < at("8bells") && at("8bells") < at("gate"));
    for with in [&[][..], &with] {
        let patterns = feed(
            folder.path(),
            &[&["analyse"], with].concat(),
            &entries.stdout,
        );
        assert!(out(&patterns) == wanted, "patterns differ {with:?}");
    }
    let bad = feed(folder.path(), &["stix"], b"{}\n");
    assert_eq!(code(&bad), 1);
    assert!(err(&bad).contains("line 1"), "{}", err(&bad));
}

#[test]
fn a_simulation_is_the_same_each_time() {
    let folder = folder();
    let words = |seed, out| {
        [
            "simulate", "--seed", seed, "--size", "100kB", "--out", out, "--json",
        ]
    };
    let first = run(folder.path(), &words("1", "a"));
    assert_eq!(code(&first), 0, "{}", err(&first));
    assert_eq!(summary(&first)["seed"], 1);
    run(folder.path(), &words("1", "b"));
    run(folder.path(), &words("2", "c"));
    let read = |folder_name: &str, name: &str| {
        fs::read(folder.path().join(folder_name).join(name)).unwrap()
    };
    let names = [
        "8bells.log",
        "dpc.csv",
        "exus.json",
        "truth.jsonl",
        "attacks.json",
    ];
    for name in names {
        assert_eq!(read("a", name), read("b", name), "{name}");
        assert_ne!(read("a", name), read("c", name), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 5);
    // Its own folder is made anew; one with something else in it is not touched.
    assert_eq!(code(&run(folder.path(), &words("3", "a"))), 0);
    fs::create_dir(folder.path().join("d")).unwrap();
    fs::write(folder.path().join("d/8bells.log"), "evidence").unwrap();
    let refused = run(folder.path(), &words("1", "d"));
    assert_eq!(code(&refused), 2);
    assert!(err(&refused).contains("--force"), "{}", err(&refused));
    assert_eq!(read("d", "8bells.log"), b"evidence");
    let forced = run(
        folder.path(),
        &[&words("1", "d")[..], &["--force"]].concat(),
    );
    assert_eq!(code(&forced), 0, "{}", err(&forced));
}

#[test]
fn files_are_inspected() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(20)).unwrap();
    fs::write(
        folder.path().join("mail.csv"),
        "time,host\n2023-03-07 10:38:03,192.0.2.1\n2023-03-07 10:38:04,192.0.2.2\n",
    )
    .unwrap();
    let text = out(&run(folder.path(), &["inspect", "fw.log"]));
    assert!(text.contains("provider   8bells"), "{text}");
    assert!(text.contains("source.ip"), "{text}");
    assert!(!text.contains("198.51.100"), "it shows no value: {text}");
    let object = summary(&run(folder.path(), &["inspect", "mail.csv", "--json"]));
    assert_eq!(object["format"], "csv");
    assert_eq!(object["columns"][0]["type"], "time");
    assert_eq!(object["columns"][1]["type"], "ip");
    assert_eq!(object["columns"][1]["distinct"], 2);
    let piped = feed(
        folder.path(),
        &["inspect", "--json"],
        firewall(3).as_bytes(),
    );
    assert_eq!(summary(&piped)["provider"], "8bells");
    // A folder is a list: one object a line.
    let all = out(&run(folder.path(), &["inspect", ".", "--json"]));
    assert_eq!(all.lines().count(), 2, "{all}");
    assert_eq!(code(&run(folder.path(), &["inspect", "absent"])), 1);
}

#[test]
fn a_sample_is_the_same_from_raw_logs_entries_and_pipes() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(600)).unwrap();
    assert_eq!(code(&run(folder.path(), &["run", "fw.log", "-q"])), 0);
    let words = |input| ["sample", input, "--rows", "30", "--seed", "7"];
    let raw = run(folder.path(), &words("fw.log"));
    assert_eq!(code(&raw), 0, "{}", err(&raw));
    assert_eq!(out(&raw).lines().count(), 30);
    assert_eq!(out(&raw), out(&run(folder.path(), &words("out/fw"))));
    let entries = fs::read(folder.path().join("out/fw/entries.jsonl")).unwrap();
    assert_eq!(out(&raw), out(&feed(folder.path(), &words("-"), &entries)));
    // Three days of two hundred each.
    for day in ["03-01", "03-02", "03-03"] {
        assert_eq!(
            out(&raw).matches(&format!("\"2023-{day}T")).count(),
            10 * 2,
            "{day}"
        );
    }
    let other = run(
        folder.path(),
        &["sample", "fw.log", "--rows", "30", "--seed", "8"],
    );
    assert_ne!(out(&raw), out(&other));
    let by = run(
        folder.path(),
        &["sample", "fw.log", "--by", "nothing", "--json"],
    );
    assert_eq!(summary(&by)["without_field"], 600);
    assert!(err(&by).contains("no entry has `nothing`"), "{}", err(&by));
}

#[test]
fn a_table_cannot_run_formulas() {
    let folder = folder();
    let entries = concat!(
        r#"{"event":{"provider":"8bells","kind":"event"},"user":{"name":"=cmd|' /C calc'!A0"},"message":"a \"b\", c"}"#,
        "\n",
        r#"{"event":{"provider":"8bells","kind":"event"},"user":{"name":"@SUM(A1)"},"message":"d"}"#,
        "\n"
    );
    let wanted = "event.provider,event.kind,user.name,related.user,message\r\n\
                  8bells,event,'=cmd|' /C calc'!A0,'=cmd|' /C calc'!A0,\"a \"\"b\"\", c\"\r\n\
                  8bells,event,'@SUM(A1),'@SUM(A1),d\r\n";
    let table = feed(
        folder.path(),
        &["export", "--format", "csv"],
        entries.as_bytes(),
    );
    assert_eq!(out(&table), wanted, "{}", err(&table));
    fs::write(folder.path().join("e.jsonl"), entries).unwrap();
    let words = ["export", "e.jsonl", "--out", "t.csv", "--json"];
    let done = summary(&run(folder.path(), &words));
    assert_eq!((&done["rows"], &done["defused"]), (&2.into(), &4.into()));
    assert_eq!(
        fs::read_to_string(folder.path().join("t.csv")).unwrap(),
        wanted
    );
    let columns = run(
        folder.path(),
        &["export", "e.jsonl", "--columns", "message,@timestamp"],
    );
    assert_eq!(
        out(&columns),
        "message,@timestamp\r\n\"a \"\"b\"\", c\",\r\nd,\r\n"
    );
    assert!(
        err(&columns).contains("no entry has `@timestamp`"),
        "{}",
        err(&columns)
    );
    // What is no table stays away.
    fs::write(folder.path().join("bad.jsonl"), "{}\n").unwrap();
    let bad = run(folder.path(), &["export", "bad.jsonl", "--out", "bad.csv"]);
    assert_eq!(code(&bad), 1);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains("bad.csv"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_unknown_log_gets_a_mapping_that_works() {
    let folder = folder();
    let log: String = (0..40)
        .map(|n| {
            format!(
                "2023-03-07 10:38:{:02} door {} opened by maria from 192.0.2.{n}\n",
                n,
                n % 3
            )
        })
        .collect();
    fs::write(folder.path().join("door.log"), log).unwrap();
    assert_eq!(code(&run(folder.path(), &["extract", "door.log"])), 1);
    let proposed = run(
        folder.path(),
        &["providers", "propose", "door.log", "--out", "door.toml"],
    );
    assert_eq!(code(&proposed), 0, "{}", err(&proposed));
    let words = ["extract", "door.log", "--mapping", "door.toml"];
    let entries = run(folder.path(), &words);
    assert_eq!(code(&entries), 0, "{}", err(&entries));
    assert_eq!(out(&entries).lines().count(), 40);
    assert!(out(&entries).contains(r#""ip":"192.0.2.39""#));
    // Somebody's work is not written over.
    let again = run(
        folder.path(),
        &["providers", "propose", "door.log", "--out", "door.toml"],
    );
    assert_eq!(code(&again), 1);
    let list = out(&run(
        folder.path(),
        &["providers", "list", "--json", "--mapping", "door.toml"],
    ));
    let known: Vec<serde_json::Value> = list
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let door = known.iter().find(|known| known["name"] == "door").unwrap();
    assert_eq!(door["kind"], "user");
    assert!(known.iter().any(|known| known["name"] == "8bells"));
    for provider in &known {
        let name = provider["name"].as_str().unwrap();
        assert!(
            !provider["description"].as_str().unwrap().is_empty() || name == "door",
            "{name}"
        );
        let words = ["providers", "show", name, "--mapping", "door.toml"];
        assert!(!out(&run(folder.path(), &words)).is_empty(), "{name}");
    }
}
