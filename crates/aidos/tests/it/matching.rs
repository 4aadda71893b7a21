//! `aidos match`: a job role by role, each with files of its own, and what is refused on the way.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{aidos, code, err, folder, out};

/// Runs a command of a party, whose configuration is its own.
fn by(folder: &Path, party: &str, words: &str) -> Output {
    aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join(party))
        .env("AIDOS_PASSPHRASE", "a passphrase")
        .arg("match")
        .args(words.split_whitespace())
        .output()
        .unwrap()
}

fn done(folder: &Path, party: &str, words: &str) -> String {
    let output = by(folder, party, words);
    assert_eq!(code(&output), 0, "{words}: {}", err(&output));
    out(&output)
}

/// Why a command failed, and that it did with this exit code.
fn refused(folder: &Path, party: &str, words: &str, expected: i32) -> String {
    let output = by(folder, party, words);
    assert_eq!(code(&output), expected, "{words}: {}", err(&output));
    err(&output)
}

/// Keys of a holder and the data owners' own, for values of this type; gives what both name to encrypt.
fn keys(folder: &Path, kind: &str) -> String {
    let print = done(
        folder,
        "holder",
        &format!("keygen --out keys --type {kind}"),
    );
    done(
        folder,
        "asker",
        &format!("hash-key --out hash.key --type {kind}"),
    );
    format!(
        "--public-key keys/public/public.key --holder {} --hash-key hash.key",
        print.trim()
    )
}

const CORRELATE: &str = "correlate --evaluation-key keys/public/evaluation.key --query query.aidos";
const DECRYPT: &str = "decrypt --secret-key keys/secret.key --result result.aidos --out hits.aidos";
const REPORT: &str = "report --map query.local --hits hits.aidos";

#[test]
fn a_job_is_done_role_by_role() {
    let folder = folder();
    let folder = folder.path();
    let keys = keys(folder, "ipv4");
    let print = keys.split_whitespace().nth(3).unwrap();
    assert!(print.len() == 64 && print.bytes().all(|b| b.is_ascii_hexdigit()));
    fs::write(
        folder.join("asked.txt"),
        "198.51.100.7\n0.0.0.0\n192.0.2.1\n198.51.100.7\n255.255.255.255\n203.0.113.9\n",
    )
    .unwrap();
    fs::write(
        folder.join("listed.csv"),
        "seen,address,score\n2024-01-01,192.0.2.1,7\n2024-01-02,203.0.113.8/31,500\n2024-01-03,0.0.0.0,65535\n2024-01-04,no address,1\n",
    )
    .unwrap();
    let words = format!("encrypt-cti {keys} --out query.aidos --map query.local asked.txt");
    let asked = by(folder, "asker", &words);
    assert!(err(&asked).contains("5 distinct values"), "{}", err(&asked));
    let words = format!(
        "--json encrypt-blocklist {keys} --out list.aidos --manifest list.manifest --name partner --labels score listed.csv"
    );
    let listed = by(folder, "lister", &words);
    assert_eq!(code(&listed), 0, "{}", err(&listed));
    let told: Value = serde_json::from_str(out(&listed).trim()).unwrap();
    assert_eq!(told["distinct"], 4, "{told}");
    assert_eq!(told["taken"]["left_out"], 1, "{told}");
    assert_eq!(told["taken"]["places"][0]["place"], 5, "{told}");
    assert_eq!(told["taken"]["column"], "address", "{told}");

    let words = format!("{CORRELATE} --list list.aidos --out result.aidos");
    let server = by(folder, "server", &words);
    assert_eq!(code(&server), 0, "{}", err(&server));
    assert!(err(&server).contains("--signers"), "{}", err(&server));
    done(
        folder,
        "holder",
        &format!("{DECRYPT} --manifest list.manifest"),
    );
    assert_eq!(
        done(
            folder,
            "asker",
            &format!("{REPORT} --format csv --manifest list.manifest")
        ),
        "value,match\n198.51.100.7,0\n0.0.0.0,1\n192.0.2.1,1\n255.255.255.255,0\n203.0.113.9,1\n"
    );
    let table = done(folder, "asker", REPORT);
    assert!(table.contains("3 of 5 values are listed"), "{table}");
    assert!(table.contains("203.0.113.9    500\n"), "{table}");
    let bundle: Value =
        serde_json::from_str(&done(folder, "asker", &format!("{REPORT} --format stix"))).unwrap();
    let count = |kind: &str| {
        let objects = bundle["objects"].as_array().unwrap();
        objects
            .iter()
            .filter(|object| object["type"] == kind)
            .count()
    };
    assert_eq!(
        [count("ipv4-addr"), count("indicator"), count("sighting")],
        [3, 3, 3]
    );
    // Nothing half done stays behind, and secrets are their owner's.
    let names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.contains(".part") || name.contains(".plan")),
        "{names:?}"
    );
    for file in ["keys/secret.key", "hash.key", "query.local"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let inspected = done(folder, "anybody", "inspect result.aidos");
    assert!(inspected.contains("partner, root"), "{inspected}");
    // Its date is today's, in UTC: quotas are counted by the day.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.unwrap().as_secs()).unwrap();
    let days = [now - 600, now].map(|seconds| {
        let text = aidos_model::Timestamp::from_seconds(seconds)
            .unwrap()
            .to_string();
        text[..10].to_owned()
    });
    assert!(
        days.iter().any(|day| inspected.contains(day)),
        "{inspected}"
    );
    assert!(done(folder, "anybody", "inspect hash.key").contains("sealed"));
    let explained = done(folder, "anybody", "explain query.aidos list.aidos");
    assert!(
        explained.contains("together read both lists"),
        "{explained}"
    );
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let folder = folder();
    let folder = folder.path();
    let keys = keys(folder, "ipv4");
    fs::write(folder.join("asked.txt"), "198.51.100.7\n").unwrap();
    let encrypt = format!("encrypt-cti {keys} --out query.aidos --map query.local asked.txt");
    done(folder, "asker", &encrypt);
    done(
        folder,
        "lister",
        &format!("encrypt-blocklist {keys} --out list.aidos --manifest old.manifest asked.txt"),
    );
    done(
        folder,
        "lister",
        &format!("encrypt-blocklist {keys} --out list.aidos asked.txt"),
    );
    // A public key that somebody put in its place.
    let other = "0".repeat(64);
    let print = keys.split_whitespace().nth(3).unwrap();
    let why = refused(folder, "asker", &encrypt.replace(print, &other), 1);
    assert!(why.contains("it was made for the key"), "{why}");
    let why = refused(folder, "asker", &encrypt.replace(print, "abc"), 2);
    assert!(why.contains("64 hexadecimal digits"), "{why}");
    // The server takes the evaluation key and no other.
    for wrong in [
        "keys/secret.key",
        "hash.key",
        "query.local",
        "keys/public/public.key",
    ] {
        let words = format!("{CORRELATE} --list list.aidos --out result.aidos")
            .replace("keys/public/evaluation.key", wrong);
        let why = refused(folder, "server", &words, 1);
        assert!(why.contains("evaluation key"), "{wrong}: {why}");
    }
    let words = format!("{CORRELATE} --list keys --out result.aidos");
    assert!(refused(folder, "server", &words, 2).contains("is a folder"));
    // No key is written over, and no file of another kind.
    assert!(refused(folder, "holder", "keygen --out keys", 2).contains("is not written over"));
    assert!(refused(folder, "asker", "hash-key --out hash.key", 2).contains("is not written over"));
    let words = format!("{CORRELATE} --list list.aidos --out asked.txt");
    assert!(refused(folder, "server", &words, 2).contains("is another file"));
    // Signers and quotas.
    let asker = done(folder, "asker", "signer");
    fs::write(
        folder.join("partners"),
        format!("# of ours\n{} asker\n", asker.trim()),
    )
    .unwrap();
    let words = format!("{CORRELATE} --list list.aidos --signers partners --out result.aidos");
    let why = refused(folder, "server", &words, 4);
    assert!(why.contains("not among the accepted signers"), "{why}");
    let lister = done(folder, "lister", "signer");
    fs::write(folder.join("partners"), format!("{asker}{lister}")).unwrap();
    done(folder, "server", &format!("{words} --daily 1"));
    done(folder, "server", &format!("{words} --daily 1"));
    done(folder, "asker", &encrypt);
    let why = refused(folder, "server", &format!("{words} --daily 1"), 4);
    assert!(why.contains("--daily"), "{why}");
    done(folder, "server", &words);
    // A list that is no longer the owner's.
    let why = refused(
        folder,
        "holder",
        &format!("{DECRYPT} --manifest old.manifest"),
        4,
    );
    assert!(why.contains("was not looked through"), "{why}");
    done(folder, "holder", DECRYPT);
    // Another's passphrase.
    let wrong = aidos(folder)
        .env("XDG_CONFIG_HOME", folder.join("asker"))
        .env("AIDOS_PASSPHRASE", "another")
        .arg("match")
        .args(REPORT.split_whitespace())
        .output()
        .unwrap();
    assert_eq!(code(&wrong), 1);
    assert!(err(&wrong).contains("wrong passphrase"), "{}", err(&wrong));
    let none = aidos(folder)
        .args(["match", "hash-key", "--out", "x.key"])
        .output()
        .unwrap();
    assert_eq!(code(&none), 2);
    assert!(err(&none).contains("--passphrase-file"), "{}", err(&none));
    // A changed byte.
    let path = folder.join("hits.aidos");
    let mut bytes = fs::read(&path).unwrap();
    bytes[1200] ^= 1;
    fs::write(&path, bytes).unwrap();
    refused(folder, "asker", REPORT, 1);
}

/// Each way in which people have lists.
#[test]
fn lists_are_read_as_people_have_them() {
    let folder = folder();
    let folder = folder.path();
    let mail = folder.join("mail.json");
    fs::write(
        &mail,
        r#"{"type": "bundle", "id": "bundle--1", "objects": [
            {"type": "email-addr", "value": "Jane@Example.org"}, {"type": "ipv4-addr", "value": "192.0.2.1"},
            {"type": "email-addr", "value": "joe@example.org"}]}"#,
    )
    .unwrap();
    fs::write(
        folder.join("event.json"),
        r#"{"Event": {"info": "x", "Attribute": [{"type": "email-src", "value": "jane@example.ORG"},
            {"type": "text", "value": "joe@example.org"}]}}"#,
    )
    .unwrap();
    let answers = done(
        folder,
        "me",
        "try --type email --format csv mail.json event.json",
    );
    assert_eq!(
        answers,
        "value,match\nJane@Example.org,1\njoe@example.org,0\n"
    );
    fs::write(
        folder.join("names.txt"),
        "evil.example\nWWW.Good.example.\n",
    )
    .unwrap();
    fs::write(
        folder.join("hosts"),
        "# hosts\n0.0.0.0 evil.example\n127.0.0.1 other.example # x\n",
    )
    .unwrap();
    let answers = done(
        folder,
        "me",
        "try --type domain --format csv names.txt hosts",
    );
    assert_eq!(
        answers,
        "value,match\nevil.example,1\nWWW.Good.example.,0\n"
    );
    // Something of another type, or nothing at all.
    let why = refused(folder, "me", "try names.txt hosts", 2);
    assert!(why.contains("holds no value of type ipv4"), "{why}");
    fs::write(folder.join("empty.txt"), "").unwrap();
    assert_eq!(
        done(folder, "me", "try --format csv empty.txt empty.txt"),
        "value,match\n"
    );
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with("aidos-match-")
        })
        .collect();
    assert!(left.is_empty(), "a trial leaves nothing behind");
}

/// A list that changes: each update costs what it changes, and the answers are those of the list as it is.
#[test]
fn a_list_in_segments_follows_its_changes() {
    let folder = folder();
    let folder = folder.path();
    let keys = keys(folder, "ipv4");
    fs::write(
        folder.join("asked.txt"),
        "192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n",
    )
    .unwrap();
    done(
        folder,
        "asker",
        &format!("encrypt-cti {keys} --out query.aidos --map query.local asked.txt"),
    );
    let update = |list: &str, more: &str| -> (Value, String) {
        fs::write(folder.join("list.txt"), list.replace(' ', "\n")).unwrap();
        let words = format!("--json encrypt-blocklist {keys} --segments lists {more} list.txt");
        let told: Value = serde_json::from_str(done(folder, "lister", &words).trim()).unwrap();
        let lists: Vec<String> = told["segments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|path| format!("--list {}", path.as_str().unwrap()))
            .collect();
        done(
            folder,
            "server",
            &format!("{CORRELATE} {} --out result.aidos", lists.join(" ")),
        );
        done(folder, "holder", DECRYPT);
        let answers = done(folder, "asker", &format!("{REPORT} --format csv"));
        let bits = answers
            .lines()
            .skip(1)
            .map(|line| line.rsplit(',').next().unwrap());
        (told.clone(), bits.collect())
    };
    let (told, bits) = update("192.0.2.1 192.0.2.2", "");
    assert_eq!((told["added"].as_u64(), bits.as_str()), (Some(2), "1100"));
    let (told, bits) = update("192.0.2.1 192.0.2.2 192.0.2.4", "");
    assert_eq!(told["encrypted"].as_array().unwrap().len(), 1, "{told}");
    assert_eq!(
        (told["segments"].as_array().unwrap().len(), bits.as_str()),
        (2, "1101")
    );
    let (told, bits) = update("192.0.2.2 192.0.2.4", "");
    assert_eq!((told["removed"].as_u64(), bits.as_str()), (Some(1), "0101"));
    let (told, bits) = update("192.0.2.2 192.0.2.4", "--merge");
    assert_eq!(
        (told["segments"].as_array().unwrap().len(), bits.as_str()),
        (1, "0101")
    );
    assert_eq!(told["gone"].as_array().unwrap().len(), 2, "{told}");
    let (told, _) = update("192.0.2.2 192.0.2.4", "");
    assert!(told["encrypted"].as_array().unwrap().is_empty(), "{told}");
}

/// Three parties make a key, and all of them must help to read a result.
#[test]
fn three_parties_share_a_key() {
    let folder = folder();
    let folder = folder.path();
    let parties = ["anna", "ben", "carla"];
    let ids: Vec<String> = parties
        .iter()
        .map(|party| format!("{} {party}\n", done(folder, party, "signer").trim()))
        .collect();
    fs::write(folder.join("parties"), ids.concat()).unwrap();
    let mut messages = String::new();
    for party in parties {
        let words = format!(
            "dkg commit --session spring --parties parties --state {party}.local --out commit-{party}"
        );
        done(folder, party, &words);
        messages.push_str(&format!(" commit-{party}"));
    }
    for step in ["reveal", "relin1", "relin2"] {
        let before = messages.clone();
        for party in parties {
            let words = format!("dkg {step} --state {party}.local --out {step}-{party} {before}");
            done(folder, party, &words);
            messages.push_str(&format!(" {step}-{party}"));
        }
    }
    // A message that is missing, and one of somebody else.
    let fewer = messages.replace(" relin2-ben", "");
    let why = refused(
        folder,
        "anna",
        &format!("dkg finish --state anna.local --out keys-x {fewer}"),
        1,
    );
    assert!(why.contains("missing") || why.contains("no "), "{why}");
    let words =
        "dkg commit --session spring --parties parties --state dora.local --out commit-dora";
    refused(folder, "dora", words, 1);
    let prints: Vec<String> = parties
        .iter()
        .map(|party| {
            done(
                folder,
                party,
                &format!("dkg finish --state {party}.local --out keys-{party} {messages}"),
            )
        })
        .collect();
    assert!(
        prints.windows(2).all(|pair| pair[0] == pair[1]),
        "{prints:?}"
    );

    done(folder, "asker", "hash-key --out hash.key");
    let keys = format!(
        "--public-key keys-anna/public/public.key --holder {} --hash-key hash.key",
        prints[0].trim()
    );
    fs::write(
        folder.join("asked.txt"),
        "192.0.2.1\n192.0.2.2\n192.0.2.3\n",
    )
    .unwrap();
    fs::write(folder.join("listed.txt"), "192.0.2.2\n").unwrap();
    done(
        folder,
        "asker",
        &format!("encrypt-cti {keys} --out query.aidos --map query.local asked.txt"),
    );
    done(
        folder,
        "lister",
        &format!("encrypt-blocklist {keys} --out list.aidos listed.txt"),
    );
    let words = "correlate --evaluation-key keys-ben/public/evaluation.key --query query.aidos --list list.aidos --out result.aidos";
    done(folder, "server", words);
    let server = done(folder, "server", "signer");
    for party in parties {
        let words = format!(
            "share --secret-share keys-{party}/share.key --server {} --result result.aidos --out share-{party}",
            server.trim()
        );
        done(folder, party, &words);
    }
    // Not for a result of another server, and not by one party less.
    let words = format!(
        "share --secret-share keys-anna/share.key --server {} --result result.aidos --out share-x",
        ids[0].split(' ').next().unwrap()
    );
    assert!(refused(folder, "anna", &words, 1).contains("signed by"));
    let combine = "combine --session spring --parties parties --result result.aidos --out hits.aidos --share share-anna --share share-ben";
    let why = refused(folder, "asker", combine, 1);
    assert!(why.contains("share"), "{why}");
    assert!(refused(folder, "holder", DECRYPT, 1).contains("keys/secret.key"));
    done(folder, "asker", &format!("{combine} --share share-carla"));
    assert_eq!(
        done(folder, "asker", &format!("{REPORT} --format csv")),
        "value,match\n192.0.2.1,0\n192.0.2.2,1\n192.0.2.3,0\n"
    );
}
