//! How the binary behaves among others: signals, pipes that break, who may read its files.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use super::{aidos, code, err, firewall, folder, out, run};

#[test]
fn what_is_made_is_for_its_owner() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(5)).unwrap();
    run(folder.path(), &["run", "fw.log"]);
    run(folder.path(), &["export", "out/fw", "--out", "t.csv"]);
    run(
        folder.path(),
        &["simulate", "--seed", "1", "--size", "64KiB", "--out", "sim"],
    );
    let mode = |name: &str| {
        let metadata = fs::metadata(folder.path().join(name)).unwrap();
        metadata.permissions().mode() & 0o077
    };
    for name in [
        "out/fw",
        "out/fw/entries.jsonl",
        "out/fw/private",
        "t.csv",
        "sim",
        "sim/dpc.csv",
    ] {
        assert_eq!(mode(name), 0, "{name}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(20_000)).unwrap();
    run(folder.path(), &["run", "fw.log", "-q"]);
    for words in [
        &["extract", "fw.log"] as &[&str],
        &["clean", "fw.log"],
        &["stix", "out/fw"],
        &["export", "out/fw"],
        &["sample", "out/fw", "--rows", "20000"],
    ] {
        let mut child = aidos(folder.path())
            .args(words)
            .arg("--quiet")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "{words:?}");
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), 0, "{words:?}: {}", err(&output));
        assert!(err(&output).is_empty(), "{words:?}: {}", err(&output));
    }
}

#[test]
fn an_interrupted_job_ends_with_130() {
    let folder = folder();
    let mut child = aidos(folder.path())
        .args(["extract", "--provider", "8bells", "--threads", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Standard input stays open: without the signal the job would wait for ever.
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let writer = std::thread::spawn(move || {
        stdin.write_all(firewall(20_000).as_bytes()).unwrap();
        stdin
    });
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert!(line.contains("8bells"), "it is at work: {line}");
    let reader = std::thread::spawn(move || {
        let mut rest = Vec::new();
        stdout.read_to_end(&mut rest).map(|_| rest)
    });
    let stdin = writer.join().unwrap();
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    reader.join().unwrap().unwrap();
    assert_eq!(code(&output), 130, "{}", err(&output));
    assert!(
        err(&output).contains("stopped on request"),
        "{}",
        err(&output)
    );
}

#[test]
fn words_and_data_keep_apart() {
    let folder = folder();
    fs::write(folder.path().join("fw.log"), firewall(5)).unwrap();
    let output = run(folder.path(), &["extract", "fw.log"]);
    assert_eq!(out(&output).lines().count(), 5);
    assert!(err(&output).contains("5 rows"));
    assert!(
        !err(&output).contains('\u{1b}'),
        "no colours without a terminal"
    );
    let quiet = run(folder.path(), &["extract", "fw.log", "--quiet"]);
    assert!(err(&quiet).is_empty());
}
