//! What the binary says: help, version, mistakes, options and their origins.

use super::{aidos, code, err, folder, out, run};

const COMMANDS: [&[&str]; 58] = [
    &["run"],
    &["anonymise"],
    &["extract"],
    &["clean"],
    &["stix"],
    &["analyse"],
    &["inspect"],
    &["sample"],
    &["export"],
    &["convert"],
    &["enrich"],
    &["feeds"],
    &["feeds", "fetch"],
    &["misp"],
    &["misp", "pull"],
    &["misp", "push"],
    &["misp", "feed"],
    &["misp", "feed", "read"],
    &["misp", "feed", "write"],
    &["opencti"],
    &["opencti", "check"],
    &["opencti", "push"],
    &["opencti", "pull"],
    &["opencti", "stream"],
    &["taxii"],
    &["taxii", "collections"],
    &["taxii", "pull"],
    &["taxii", "push"],
    &["match"],
    &["match", "keygen"],
    &["match", "hash-key"],
    &["match", "encrypt-cti"],
    &["match", "encrypt-blocklist"],
    &["match", "correlate"],
    &["match", "decrypt"],
    &["match", "report"],
    &["match", "dkg"],
    &["match", "dkg", "commit"],
    &["match", "dkg", "reveal"],
    &["match", "dkg", "relin1"],
    &["match", "dkg", "relin2"],
    &["match", "dkg", "finish"],
    &["match", "share"],
    &["match", "combine"],
    &["match", "try"],
    &["match", "inspect"],
    &["match", "explain"],
    &["match", "signer"],
    &["providers"],
    &["providers", "list"],
    &["providers", "show"],
    &["providers", "propose"],
    &["simulate"],
    &["config"],
    &["config", "show"],
    &["doctor"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_helps_with_examples() {
    let folder = folder();
    let help = run(folder.path(), &["--help"]);
    assert_eq!(code(&help), 0);
    insta::assert_snapshot!("help", out(&help));
    for command in COMMANDS {
        let words = [command, &["--help"]].concat();
        let help = run(folder.path(), &words);
        assert_eq!(code(&help), 0, "{command:?}");
        assert!(err(&help).is_empty(), "{command:?}: {}", err(&help));
        let text = out(&help);
        assert!(text.contains("Examples:\n  aidos "), "{command:?}: {text}");
        insta::assert_snapshot!(format!("help-{}", command.join("-")), text);
    }
    let version = run(folder.path(), &["--version"]);
    assert_eq!(
        out(&version),
        concat!("aidos ", env!("CARGO_PKG_VERSION"), "\n")
    );
    let spelled = run(folder.path(), &["analyze", "--help"]);
    assert!(out(&spelled).contains("patterns"));
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = folder();
    for words in [
        &["nothing"] as &[&str],
        &["run"],
        &["run", "a.log", "--bogus"],
        &["run", "a.log", "--provider", "nobody"],
        &["run", "a.log", "--timezone", "Mars/Olympus"],
        &["run", "a.log", "--year", "x"],
        &["run", "a.log", "--tlp", "blue"],
        &["run", "a.log", "--threads", "0"],
        &["run", "a.log", "--memory", "1MiB"],
        &["run", "a.log", "--memory", "1 lot"],
        &["run", "a.log", "--nat", "first"],
        &["run", "a.log", "--own", "localhost"],
        &["run", "a.log", "--fail-on", "rain"],
        &["run", "a.log", "--compress=maybe"],
        &["run", "a.log", "--case", "../x"],
        &["run", "a.log", "--mapping", "absent.toml"],
        &["run", "a.log", "--objects", "absent.toml"],
        &["run", "a.log", "--config", "absent.toml"],
        &["simulate", "--size", "1MiB", "--out", "x"],
        &["simulate", "--seed", "1", "--size", "1M", "--out", "x"],
        &["simulate", "--seed", "1", "--size", "1KiB", "--out", "x"],
        &[
            "simulate", "--seed", "1", "--size", "1MiB", "--dirt", "2", "--out", "x",
        ],
        &["completions", "tcsh"],
        &["providers", "show", "nobody"],
        &["export", ".", "--format", "xls"],
        &["export", "."],
    ] {
        let output = run(folder.path(), words);
        assert_eq!(code(&output), 2, "{words:?}: {}", err(&output));
        assert!(
            err(&output).contains("error: "),
            "{words:?}: {}",
            err(&output)
        );
        assert!(out(&output).is_empty(), "{words:?}: {}", out(&output));
    }
    assert!(
        !folder.path().join("out").exists(),
        "a mistake must leave nothing behind"
    );
}

#[test]
fn mistakes_come_with_a_hint() {
    let folder = folder();
    let output = run(folder.path(), &["run", "a.log", "--provider", "nobody"]);
    assert_eq!(
        err(&output),
        "error: no provider is called `nobody`\nhint: `aidos providers` lists them, a mapping file adds one\n"
    );
    // Words of a file cannot drive the terminal.
    let output = run(folder.path(), &["run", "a.log", "--provider", "\u{1b}[2Jx"]);
    assert!(!err(&output).contains('\u{1b}'), "{}", err(&output));
}

#[test]
fn options_show_their_origin() {
    let folder = folder();
    let home = folder.path().join(".config/aidos");
    std::fs::create_dir_all(&home).unwrap();
    let file = home.join("config.toml");
    std::fs::write(
        &file,
        "tlp = \"green\"\nyear = 2020\nown = [\"a.example\"]\n",
    )
    .unwrap();
    let show = |words: &[&str]| {
        let output = aidos(folder.path())
            .env("AIDOS_YEAR", "2021")
            .env("AIDOS_THREADS", "2")
            .args(["config", "show"])
            .args(words)
            .output()
            .unwrap();
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output)
    };
    let text = show(&["--origin", "--threads", "3"]);
    let line = |key: &str| {
        let mark = format!("{key} = ");
        text.lines().find(|line| line.starts_with(&mark)).unwrap()
    };
    assert!(line("tlp").starts_with("tlp = \"green\""));
    assert!(line("tlp").ends_with(".config/aidos/config.toml:1"));
    assert!(line("year").contains("2021") && line("year").ends_with("# environment AIDOS_YEAR"));
    assert!(line("threads").contains('3') && line("threads").ends_with("# command line"));
    assert!(line("memory").ends_with("# default"));
    for line in show(&["--json"]).lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            object["option"].is_string() && object["origin"].is_string(),
            "{line}"
        );
    }
    // What is shown can be used.
    std::fs::write(&file, show(&["--origin"])).unwrap();
    assert!(show(&["--origin"]).contains("config.toml:"));
    std::fs::write(&file, "\ntimezon = \"UTC\"\n").unwrap();
    let output = run(folder.path(), &["run", "a.log"]);
    assert_eq!(code(&output), 2);
    let text = err(&output);
    assert!(
        text.contains("config.toml:2: there is no option `timezon`")
            && text.contains("hint: did you mean `timezone`?"),
        "{text}"
    );
}

#[test]
fn shells_and_man_are_served() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(folder.path(), &["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(out(&output).contains("simulate"), "{shell}");
    }
    let page = out(&run(folder.path(), &["man"]));
    assert!(page.contains(".TH aidos 1"), "{page}");
    let output = run(folder.path(), &["man", "--out", "pages"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for page in ["aidos.1", "aidos-run.1", "aidos-providers-propose.1"] {
        let text = std::fs::read_to_string(folder.path().join("pages").join(page)).unwrap();
        assert!(text.contains("Examples"), "{page}");
    }
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let folder = folder();
    let output = run(folder.path(), &["doctor", "--json"]);
    let checks: Vec<serde_json::Value> = out(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let check = |name: &str| checks.iter().find(|check| check["check"] == name).unwrap();
    assert_eq!(check("output folder")["ok"], true, "{checks:?}");
    assert_eq!(check("providers")["ok"], true, "{checks:?}");
    assert!(!folder.path().join("out").exists(), "it only looks");
    // A file stands where the folder should be.
    std::fs::write(folder.path().join("out"), "").unwrap();
    let output = run(folder.path(), &["doctor"]);
    assert_eq!(code(&output), 1);
    assert!(
        out(&output).contains("FAIL  output folder"),
        "{}",
        out(&output)
    );
    let output = aidos(folder.path())
        .env("AIDOS_TLP", "blue")
        .args(["doctor", "--out", "other"])
        .output()
        .unwrap();
    assert_eq!(code(&output), 1);
    assert!(
        out(&output).contains("FAIL  configuration"),
        "{}",
        out(&output)
    );
}
