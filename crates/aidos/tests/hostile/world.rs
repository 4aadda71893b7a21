//! A hostile world: folders that cannot be written, full disks, interruptions, other processes.

use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::{ROW, Started, aidos, assert_same, assert_tidy, bytes, names, run, simulated};

#[test]
fn an_output_folder_that_cannot_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    for out in ["/dev/null/x", "a.log", "a.log/x"] {
        let done = aidos(folder, &["run", "a.log", "--out", out]);
        assert_eq!(done.code, Some(1), "{}", done.err);
        assert!(
            done.err.contains("cannot create") && done.err.contains(out),
            "{}",
            done.err
        );
    }
    assert_eq!(names(folder), ["a.log"]);
}

#[test]
fn a_folder_that_is_for_reading_only_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    let out = folder.join("out");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, Permissions::from_mode(0o555)).unwrap();
    if fs::create_dir(out.join("probe")).is_ok() {
        fs::remove_dir(out.join("probe")).unwrap();
        println!("skipped: this user writes into folders that are for reading only");
        return;
    }
    let done = aidos(folder, &["run", "a.log"]);
    fs::set_permissions(&out, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("cannot create"), "{}", done.err);
    assert!(done.err.contains("--out"), "the way out: {}", done.err);
    assert!(names(&out).is_empty());
}

#[test]
fn a_run_that_fails_or_is_killed_leaves_the_earlier_case_whole() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = simulated(folder, "3MB");
    let (done, _) = run(folder, &inputs);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let case = || {
        (
            bytes(&folder.join("out/k")),
            fs::read(folder.join("out/k/case.json")).unwrap(),
        )
    };
    let before = case();
    let whole = || {
        let now = case();
        assert_same(&before.0, &now.0);
        assert!(before.1 == now.1, "case.json differs");
    };
    // A file where the new case would be made: it cannot write.
    fs::write(folder.join("out/.k.part"), "").unwrap();
    let mut args = vec!["run", "--case", "k", "--threads", "2"];
    args.extend(inputs);
    let done = aidos(folder, &args);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("cannot"), "{}", done.err);
    whole();
    fs::remove_file(folder.join("out/.k.part")).unwrap();
    // Killed at the start, and while it writes.
    for least in [0, 1, 500_000] {
        let mut started = Started::new(folder, &args, Stdio::null());
        let entries = folder.join("out/.k.part/entries.jsonl");
        let begun = Instant::now();
        while !fs::metadata(&entries).is_ok_and(|data| data.len() >= least) {
            assert!(begun.elapsed() < crate::GUARD);
            sleep(Duration::from_millis(1));
        }
        started.child.kill().unwrap();
        started.child.wait().unwrap();
        assert_eq!(names(&folder.join("out")), [".k.part", "k"]);
        whole();
        fs::remove_dir_all(folder.join("out/.k.part")).unwrap();
    }
    let (done, _) = run(folder, &inputs);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_same(&before.0, &bytes(&folder.join("out/k")));
    assert_tidy(folder, false);
}

#[test]
fn a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), format!("{ROW}\nno row at all\n")).unwrap();
    let done = aidos(
        folder,
        &[
            "extract",
            "--provider",
            "8bells",
            "a.log",
            "--rejects",
            "/dev/full",
        ],
    );
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("/dev/full"), "{}", done.err);
    let stdout = File::options().write(true).open("/dev/full").unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_aidos"))
        .args(["extract", "a.log", "-q"])
        .current_dir(folder)
        .stdout(stdout)
        .output()
        .unwrap();
    let words = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{words}");
    assert!(words.contains("free space"), "{words}");
    assert!(
        !words.contains("--resume"),
        "nothing to go on with: {words}"
    );
}

#[test]
fn a_run_on_a_full_disk_goes_on_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let [log, ..] = simulated(folder, "1MB");
    let small = folder.join("small");
    fs::create_dir(&small).unwrap();
    let mount = |options: &str| {
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(&small)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !mount("size=2m") {
        println!("skipped: this user may not mount a small disk");
        return;
    }
    let args = ["run", log, "--case", "k", "--out", "small", "--resume"];
    let full = aidos(folder, &args);
    let more = mount("remount,size=200m");
    let done = aidos(folder, &args);
    let unmounted = Command::new("umount").arg(&small).status().unwrap();
    assert_eq!(full.code, Some(1), "{}", full.err);
    assert!(
        full.err.contains("free space and go on with --resume"),
        "{}",
        full.err
    );
    assert!(!more || done.code == Some(0), "{}", done.err);
    assert!(unmounted.success());
}

#[test]
fn an_interrupted_run_ends_with_130_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = simulated(folder, "3MB");
    let mut args = vec!["run", "--case", "k", "--resume", "--threads", "2"];
    args.extend(inputs);
    let started = Started::new(folder, &args, Stdio::null());
    let begun = Instant::now();
    // The case's files are there once the signals are caught.
    while !folder.join("out/.k.part/entries.jsonl").exists() {
        assert!(begun.elapsed() < crate::GUARD);
        sleep(Duration::from_millis(1));
    }
    let pid = Pid::from_child(&started.child);
    kill_process(pid, Signal::INT).unwrap();
    let done = started.done();
    assert_eq!(done.code, Some(130), "{}", done.err);
    assert!(done.err.contains("--resume"), "{}", done.err);
    assert_eq!(names(&folder.join("out")), [".k.part"]);
    let done = aidos(folder, &args);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_tidy(folder, false);
    let resumed = bytes(&folder.join("out/k"));
    fs::remove_dir_all(folder.join("out")).unwrap();
    assert_eq!(aidos(folder, &args).code, Some(0));
    assert_same(&resumed, &bytes(&folder.join("out/k")));
}

#[test]
fn a_case_that_another_process_holds_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    fs::create_dir_all(folder.join("out/.k.part")).unwrap();
    let lock = File::create(folder.join("out/.k.part/lock")).unwrap();
    lock.try_lock().unwrap();
    let done = aidos(folder, &["run", "a.log", "--case", "k"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("another process"), "{}", done.err);
    assert_eq!(names(&folder.join("out/.k.part")), ["lock"]);
    drop(lock);
    let (done, _) = run(folder, &["a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_tidy(folder, false);
}

#[test]
fn a_finished_case_is_replaced_only_where_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    fs::write(folder.join("b.log"), format!("{ROW}\n{ROW}0\n")).unwrap();
    // What never began is started.
    let (done, first) = run(folder, &["a.log", "--resume"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let case = || fs::read(folder.join("out/k/case.json")).unwrap();
    let before = case();
    // What is finished is left.
    let (done, again) = run(folder, &["a.log", "--resume"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(first["entries"], again["entries"]);
    assert!(before == case());
    for resume in [&[][..], &["--resume"][..]] {
        let args = [&["run", "b.log", "--case", "k"], resume].concat();
        let done = aidos(folder, &args);
        assert_eq!(done.code, Some(1), "{}", done.err);
        assert!(done.err.contains("--force"), "{}", done.err);
        assert!(before == case());
    }
    let (done, forced) = run(folder, &["b.log", "--force"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(forced["rows_read"], 2);
    assert_tidy(folder, false);
}

#[test]
fn refused_inputs_alone_make_no_case_and_touch_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    fs::write(folder.join("p.pdf"), b"%PDF-1.7\n").unwrap();
    let (done, _) = run(folder, &["a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let before = bytes(&folder.join("out/k"));
    let (done, summary) = run(folder, &["p.pdf", "absent", "--force"]);
    crate::assert_refused(&done, &summary, &[("p.pdf", "PDF"), ("absent", "")]);
    assert!(done.err.contains("nothing could be read"), "{}", done.err);
    assert_same(&before, &bytes(&folder.join("out/k")));
    assert_tidy(folder, false);
    // An input without rows is no refused one: its case says so.
    fs::write(folder.join("empty.log"), b"").unwrap();
    let (done, summary) = run(folder, &["empty.log", "--force"]);
    crate::assert_refused(&done, &summary, &[]);
    assert_eq!(summary["rows_read"], 0);
    assert_tidy(folder, false);
}

#[test]
fn a_pipe_by_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.log"), ROW).unwrap();
    let made = Command::new("mkfifo").arg(folder.join("pipe")).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: there is no mkfifo");
        return;
    }
    let (done, summary) = run(folder, &["pipe", "a.log"]);
    crate::assert_refused(&done, &summary, &[("pipe", "pipe")]);
    assert_eq!(summary["entries"], 1);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_told_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    simulated(folder, "8MB");
    let log = folder.join("sim/8bells.log");
    let args = [
        "run",
        "sim/8bells.log",
        "--case",
        "k",
        "--json",
        "--threads",
        "1",
    ];
    let started = Started::new(folder, &args, Stdio::null());
    let entries = folder.join("out/.k.part/entries.jsonl");
    let begun = Instant::now();
    while !fs::metadata(&entries).is_ok_and(|data| data.len() > 0) {
        assert!(begun.elapsed() < crate::GUARD);
        sleep(Duration::from_millis(1));
    }
    OpenOptions::new()
        .write(true)
        .open(&log)
        .unwrap()
        .set_len(100_000)
        .unwrap();
    let done = started.done();
    let summary = crate::counts(&done);
    let shrank = done.err.contains("shrank");
    assert_eq!(done.code, Some(i32::from(shrank)), "{}", done.err);
    assert!(summary["entries"].as_u64().unwrap() > 0);
    assert_tidy(folder, false);
}
