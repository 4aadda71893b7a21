//! `aidos anonymise`, as people and scripts meet it.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use super::{aidos, code, err, feed, folder, out, summary};

/// What is planted, and must be nowhere in an output.
const PLANTED: [&str; 5] = [
    "zorvan.quibble",
    "quibble",
    "snark.example",
    "198.51.100.77",
    "4111 1111 1111 1111",
];

fn run(folder: &Path, words: &[&str]) -> Output {
    aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("USER", "ada")
        .arg("anonymise")
        .args(words)
        .output()
        .unwrap()
}

fn nothing_left(text: &str) {
    let text = text.to_lowercase();
    for value in PLANTED {
        assert!(!text.contains(value), "`{value}` is left: {text}");
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

const TEXT: &str = "mail zorvan.quibble@snark.example from 198.51.100.77\r\n\r\nnothing here\r\ncard 4111 1111 1111 1111";

#[test]
fn text_goes_to_standard_output_line_by_line() {
    let folder = folder();
    fs::write(folder.path().join("a.txt"), TEXT).unwrap();
    let done = run(folder.path(), &["a.txt"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let hidden = out(&done);
    nothing_left(&hidden);
    assert!(hidden.contains("\r\n\r\nnothing here\r\n"), "{hidden:?}");
    assert!(!hidden.ends_with('\n'));
    for words in [
        "EMAIL_ADDRESS (pseudonym 1)",
        "IP_ADDRESS (ip 1)",
        "pseudonymous is not anonymous",
    ] {
        assert!(err(&done).contains(words), "{}", err(&done));
    }
    // The key was made once; the other spelling and a pipe give the same.
    let piped = feed(folder.path(), &["anonymize", "-"], TEXT.as_bytes());
    nothing_left(&out(&piped));
    let again = run(folder.path(), &["a.txt"]);
    assert_eq!(out(&again), hidden);
    assert!(!err(&again).contains("made a key"), "{}", err(&again));
    let key = folder.path().join("config/aidos/keys/local.key");
    assert_eq!(
        fs::metadata(key).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

fn bundle() -> Value {
    json!({"type": "bundle", "id": "bundle--8b1c3a44-0a0b-4f6e-9d7f-1f6d0a4f3f10", "objects": [
        {"type": "indicator", "spec_version": "2.1", "id": "indicator--8b1c3a44-0a0b-4f6e-9d7f-1f6d0a4f3f11",
         "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z",
         "valid_from": "2024-01-01T00:00:00Z", "pattern_type": "stix", "indicator_types": ["malicious-activity"],
         "pattern": "[ipv4-addr:value = '203.0.113.9']",
         "description": "sent to zorvan.quibble@snark.example"}]})
}

fn misp() -> Value {
    json!({"Event": {"uuid": "8b1c3a44-0a0b-4f6e-9d7f-1f6d0a4f3f12", "info": "mail to zorvan.quibble@snark.example",
        "date": "2024-01-01", "Attribute": [
            {"uuid": "8b1c3a44-0a0b-4f6e-9d7f-1f6d0a4f3f13", "type": "email-dst", "category": "Payload delivery",
             "value": "zorvan.quibble@snark.example", "to_ids": false},
            {"uuid": "8b1c3a44-0a0b-4f6e-9d7f-1f6d0a4f3f14", "type": "ip-src", "category": "Network activity",
             "value": "203.0.113.9", "to_ids": true}]}})
}

#[test]
fn events_are_rebuilt_whole_and_attackers_stay() {
    let folder = folder();
    for (name, document) in [
        ("bundle.json", bundle()),
        ("event.json", misp()),
        ("events.json", json!([misp()])),
        ("response.json", json!({"response": [misp()]})),
    ] {
        fs::write(folder.path().join(name), document.to_string()).unwrap();
        let done = run(folder.path(), &[name]);
        assert_eq!(code(&done), 0, "{name}: {}", err(&done));
        let hidden: Value = serde_json::from_str(&out(&done)).unwrap();
        nothing_left(&hidden.to_string());
        assert!(
            hidden.to_string().contains("203.0.113.9"),
            "{name}: {hidden}"
        );
    }
}

#[test]
fn other_json_is_hidden_text_by_text() {
    let folder = folder();
    let record = json!({"n": 7, "who": {"mail": ["zorvan.quibble@snark.example"]}, "card": 4_111_111_111_111_111_u64,
        "before": "quibble wrote", "ip": "198.51.100.77"});
    fs::write(
        folder.path().join("a.json"),
        serde_json::to_string_pretty(&record).unwrap(),
    )
    .unwrap();
    fs::write(
        folder.path().join("b.ndjson"),
        format!("{record}\n{record}\n"),
    )
    .unwrap();
    fs::write(
        folder.path().join("c.json"),
        json!([record, record]).to_string(),
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["a.json", "b.ndjson", "c.json", "--out", "o"],
    );
    assert_eq!(code(&done), 0, "{}", err(&done));
    let a: Value = serde_json::from_str(&read(&folder.path().join("o/a.json"))).unwrap();
    nothing_left(&a.to_string());
    assert_eq!(a["n"], 7);
    assert!(!a.to_string().contains("4111111111111111"), "{a}");
    let b = read(&folder.path().join("o/b.ndjson"));
    nothing_left(&b);
    assert_eq!(b.lines().count(), 2);
    let c: Value = serde_json::from_str(&read(&folder.path().join("o/c.json"))).unwrap();
    nothing_left(&c.to_string());
    // The same value is the same everywhere.
    assert_eq!(a["ip"], c[1]["ip"]);
}

#[test]
fn entries_are_hidden_field_by_field() {
    let folder = folder();
    let line = json!({"event": {"provider": "8bells", "kind": "event"}, "source": {"ip": "203.0.113.9"},
        "destination": {"ip": "198.51.100.77"}, "message": "203.0.113.9->198.51.100.77 zorvan.quibble@snark.example"});
    fs::write(
        folder.path().join("entries.jsonl"),
        format!("{line}\n{line}\n"),
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["entries.jsonl", "--own", "198.51.100.0/24"],
    );
    assert_eq!(code(&done), 0, "{}", err(&done));
    nothing_left(&out(&done));
    let first: Value = serde_json::from_str(out(&done).lines().next().unwrap()).unwrap();
    assert_eq!(first["source"]["ip"], "203.0.113.9", "{first}");
}

#[test]
fn tables_keep_their_form() {
    let folder = folder();
    let table = "email;note;n\r\nzorvan.quibble@snark.example;\"said; \"\"hi\"\" from 198.51.100.77\";1\r\n\
                 ada@lovelace.example;nothing;2\r\nbob@lovelace.example;nothing;3\r\n";
    fs::write(folder.path().join("a.csv"), table).unwrap();
    let done = run(folder.path(), &["a.csv"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    let hidden = out(&done);
    nothing_left(&hidden);
    assert!(!hidden.contains("lovelace"), "{hidden}");
    let lines: Vec<&str> = hidden.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (5, "email;note;n"), "{hidden}");
    assert!(
        lines[1].contains(";\"said; \"\"hi\"\" from ") && lines[1].ends_with(";1"),
        "{hidden}"
    );
}

#[test]
fn a_workbook_becomes_a_table_a_sheet() {
    let folder = folder();
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row>{}{}</row><row>{}{}</row>",
        cell("email"),
        cell("note"),
        cell("zorvan.quibble@snark.example"),
        cell("from 198.51.100.77")
    );
    fs::write(
        folder.path().join("a.xlsx"),
        workbook(&[("Quibble", &rows), ("b", &rows)]),
    )
    .unwrap();
    let done = run(folder.path(), &["a.xlsx"]);
    assert_eq!(code(&done), 1);
    assert!(err(&done).contains("2 sheets"), "{}", err(&done));
    let done = run(folder.path(), &["a.xlsx", "--out", "o"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    for number in [1, 2] {
        let hidden = read(&folder.path().join(format!("o/a.xlsx.sheet{number}.csv")));
        nothing_left(&hidden);
        assert!(hidden.starts_with("email,note\n"), "{hidden}");
    }
}

/// A workbook with these sheets.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let (mut list, mut links, mut files) = (String::new(), String::new(), Vec::new());
    for (number, (name, data)) in (1..).zip(sheets) {
        list += &format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
        links += &format!(
            "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        files.push((
            format!("xl/worksheets/sheet{number}.xml"),
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{data}</sheetData></worksheet>"),
        ));
    }
    let mut put = |name: &str, content: String| files.push((name.to_owned(), content));
    put("[Content_Types].xml", "<Types/>".to_owned());
    put(
        "_rels/.rels",
        format!(
            "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>"
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships xmlns=\"{PACKAGE}\">{links}</Relationships>"),
    );
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn twice_is_once_with_the_ledger() {
    let folder = folder();
    fs::write(folder.path().join("a.txt"), TEXT).unwrap();
    fs::write(
        folder.path().join("b.csv"),
        "email,ip\nzorvan.quibble@snark.example,198.51.100.77\n",
    )
    .unwrap();
    fs::write(folder.path().join("c.json"), bundle().to_string()).unwrap();
    fs::write(folder.path().join("d.json"), misp().to_string()).unwrap();
    let names = ["a.txt", "b.csv", "c.json", "d.json"];
    let done = run(
        folder.path(),
        &[&names[..], &["--out", "one", "--json"]].concat(),
    );
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert_eq!(summary(&done)["made"].as_array().unwrap().len(), 4);
    let ledger = folder.path().join("one/a.txt.ledger.json");
    for (path, mode) in [
        ("one", 0o700),
        ("one/a.txt", 0o600),
        ("one/a.txt.ledger.json", 0o600),
    ] {
        let data = fs::metadata(folder.path().join(path)).unwrap();
        assert_eq!(data.permissions().mode() & 0o777, mode, "{path}");
    }
    nothing_left(&read(&ledger));
    let outputs: Vec<String> = names.iter().map(|name| format!("one/{name}")).collect();
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    let done = run(folder.path(), &[&outputs[..], &["--out", "two"]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    let same = |other: &str| {
        for name in names {
            let one = read(&folder.path().join("one").join(name));
            let two = read(&folder.path().join(other).join(name));
            assert!(two.starts_with(one.trim_end()), "{name}:\n{one}\n{two}");
        }
    };
    same("two");
    // What grew since keeps what was hidden, and hides what is new.
    for name in names {
        let path = folder.path().join("one").join(name);
        let more = match name {
            "a.txt" => "\nnow zorvan.quibble@snark.example",
            "b.csv" => "zorvan.quibble@snark.example,198.51.100.77\n",
            _ => "\n",
        };
        fs::OpenOptions::new()
            .append(true)
            .open(path)
            .unwrap()
            .write_all(more.as_bytes())
            .unwrap();
    }
    let done = run(folder.path(), &[&outputs[..], &["--out", "three"]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    for name in names {
        let two = read(&folder.path().join("two").join(name));
        let three = read(&folder.path().join("three").join(name));
        nothing_left(&three);
        assert!(three.starts_with(two.trim_end()), "{name}:\n{two}\n{three}");
    }
    // A ledger that somebody changed could pass real values off as hidden.
    fs::write(
        &ledger,
        read(&ledger).replace("\"IP_ADDRESS\":[", "\"IP_ADDRESS\":[\"192.0.2.1\","),
    )
    .unwrap();
    let done = run(folder.path(), &["one/a.txt"]);
    assert_eq!(code(&done), 1);
    assert!(err(&done).contains("changed since"), "{}", err(&done));
}

#[test]
fn the_holder_of_the_key_has_back_what_is_reversible() {
    let folder = folder();
    let policy = "community = 'isac-a'\n[kinds.EMAIL_ADDRESS]\nany = 'encrypt'\n";
    fs::write(folder.path().join("p.toml"), policy).unwrap();
    let text = "mail zorvan.quibble@snark.example from 198.51.100.77\r\ncard 4111 1111 1111 1111\n";
    let table = "a,b,c\n\"x, y\",zorvan.quibble@snark.example,198.51.100.77\nz,none,\n";
    let record = json!({"a": ["zorvan.quibble@snark.example"], "b": "198.51.100.77"});
    fs::write(folder.path().join("a.txt"), text).unwrap();
    fs::write(folder.path().join("b.csv"), table).unwrap();
    fs::write(folder.path().join("c.ndjson"), format!("{record}\n")).unwrap();
    let files = [
        "a.txt", "b.csv", "c.ndjson", "--policy", "p.toml", "--out", "o",
    ];
    let done = run(folder.path(), &files);
    assert_eq!(code(&done), 0, "{}", err(&done));
    for name in ["a.txt", "b.csv", "c.ndjson"] {
        nothing_left(&read(&folder.path().join("o").join(name)));
    }
    let words = [
        "--restore",
        "o/a.txt",
        "o/b.csv",
        "o/c.ndjson",
        "--policy",
        "p.toml",
        "--out",
        "back",
    ];
    let done = run(folder.path(), &words);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(err(&done).contains("one-way stays"), "{}", err(&done));
    let back = read(&folder.path().join("back/a.txt"));
    assert!(
        back.starts_with("mail zorvan.quibble@snark.example from 198.51.100.77\r\n"),
        "{back}"
    );
    assert!(!back.contains("4111 1111"), "{back}");
    assert_eq!(read(&folder.path().join("back/b.csv")), table);
    assert_eq!(
        read(&folder.path().join("back/c.ndjson")),
        format!("{record}\n")
    );
    let log = read(&folder.path().join("config/aidos/keys/restored.jsonl"));
    assert_eq!(log.lines().count(), 3, "{log}");
    let first: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["who"], &first["file"]),
        (&json!("ada"), &json!("o/a.txt"))
    );
    nothing_left(&log);
    // Another community's key, another policy, no ledger: nothing.
    let done = run(
        folder.path(),
        &["--restore", "o/a.txt", "--community", "isac-b"],
    );
    assert_eq!(code(&done), 2, "{}", err(&done));
    assert!(!folder.path().join("config/aidos/keys/isac-b.key").exists());
    let done = run(
        folder.path(),
        &["--restore", "o/a.txt", "--community", "isac-a"],
    );
    assert!(
        code(&done) == 1 && err(&done).contains("another policy"),
        "{}",
        err(&done)
    );
    let done = run(folder.path(), &["--restore", "a.txt", "--policy", "p.toml"]);
    assert!(
        code(&done) == 1 && err(&done).contains("no ledger"),
        "{}",
        err(&done)
    );
}

#[test]
fn nothing_is_replaced_unasked_and_a_refused_input_stops_no_other() {
    let folder = folder();
    fs::write(folder.path().join("a.txt"), TEXT).unwrap();
    fs::write(folder.path().join("b.bin"), b"\x7fELF\x02\x01\x01\0\0\0").unwrap();
    fs::write(
        folder.path().join("c.json"),
        "{\"a\": [1, {\"b\": 2},\n\n {\"x\": \n",
    )
    .unwrap();
    let done = run(
        folder.path(),
        &["b.bin", "absent.txt", "a.txt", "--out", "o"],
    );
    assert_eq!(code(&done), 1, "{}", err(&done));
    assert!(
        err(&done).contains("b.bin") && err(&done).contains("absent.txt"),
        "{}",
        err(&done)
    );
    nothing_left(&read(&folder.path().join("o/a.txt")));
    fs::write(folder.path().join("o/a.txt"), "mine").unwrap();
    let done = run(folder.path(), &["a.txt", "--out", "o"]);
    assert!(
        code(&done) == 1 && err(&done).contains("--force"),
        "{}",
        err(&done)
    );
    assert_eq!(read(&folder.path().join("o/a.txt")), "mine");
    let done = run(folder.path(), &["a.txt", "--out", "o", "--force"]);
    assert_eq!(code(&done), 0, "{}", err(&done));
    nothing_left(&read(&folder.path().join("o/a.txt")));
    let over = run(folder.path(), &["a.txt", "--out", ".", "--force"]);
    assert_eq!(code(&over), 1, "an input is never replaced: {}", err(&over));
    assert_eq!(read(&folder.path().join("a.txt")), TEXT);
    let several = run(folder.path(), &["a.txt", "b.bin"]);
    assert!(
        code(&several) == 2 && err(&several).contains("--out"),
        "{}",
        err(&several)
    );
    let names: Vec<_> = fs::read_dir(folder.path().join("o"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "nothing half done is left: {names:?}");
}
