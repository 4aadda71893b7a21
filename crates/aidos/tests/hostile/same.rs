//! The same bytes: for any number of threads, after kills, and step by step.

use std::fs::{self, File};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{Started, aidos, assert_same, assert_tidy, bytes, names, run, simulated};

#[test]
fn for_one_thread_and_for_two() {
    for compress in ["--compress=false", "--compress=true"] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let inputs = simulated(folder, "1MB");
        let mut seen = Vec::new();
        for threads in ["1", "2"] {
            let mut args = vec!["run", "--case", "k", compress, "--threads", threads];
            args.extend(inputs);
            let done = aidos(folder, &args);
            assert_eq!(done.code, Some(0), "{}", done.err);
            assert_tidy(folder, compress.ends_with("true"));
            seen.push(bytes(&folder.join("out/k")));
        }
        assert_same(&seen[0], &seen[1]);
    }
}

/// Small numbers that differ from run to run of the test: a kill may come at any moment.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

#[test]
fn after_kills_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs = simulated(folder, "3MB");
    let begun = Instant::now();
    let (done, _) = run(folder, &inputs);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let undisturbed = bytes(&folder.join("out/k"));
    let whole = u64::try_from(begun.elapsed().as_micros()).unwrap();
    fs::remove_dir_all(folder.join("out")).unwrap();

    let kills = std::env::var("AIDOS_KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok())
        .unwrap_or(8);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = u64::try_from(now.as_nanos() % u128::from(u64::MAX)).unwrap() | 1;
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let mut args = vec!["run", "--case", "k", "--json", "--resume", "--threads", "2"];
    args.extend(inputs);
    for kill in 0..kills {
        let mut started = Started::new(folder, &args, Stdio::null());
        if kill + 1 == kills {
            // The last comes after the end.
            assert!(started.status().success());
        } else {
            let wait = if kill == 0 { 0 } else { chance.below(whole) };
            sleep(Duration::from_micros(wait));
        }
        // An error says that it has ended already, which is a moment like any other.
        let _ = started.child.kill();
        started.child.wait().unwrap();
    }
    let done = aidos(folder, &args);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_same(&undisturbed, &bytes(&folder.join("out/k")));
    assert_tidy(folder, false);
}

#[test]
fn steps_give_what_run_writes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    simulated(folder, "256KiB");
    fs::rename(folder.join("sim/8bells.log"), folder.join("a.log")).unwrap();
    let (done, _) = run(folder, &["--provider", "8bells", "a.log"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let case = bytes(&folder.join("out/k"));

    let entries = aidos(folder, &["extract", "--provider", "8bells", "a.log"]);
    assert_eq!(entries.code, Some(0), "{}", entries.err);
    assert!(
        entries.out.as_bytes() == case["entries.jsonl"],
        "entries differ"
    );
    fs::write(folder.join("piped"), &entries.out).unwrap();
    for (step, file) in [("stix", "bundles.jsonl"), ("analyse", "patterns.json")] {
        let piped = File::open(folder.join("piped")).unwrap();
        let done = Started::new(folder, &[step], piped.into()).done();
        assert_eq!(done.code, Some(0), "{}", done.err);
        assert!(done.out.as_bytes() == case[file], "{file} differs");
    }
    assert_eq!(names(folder), ["a.log", "out", "piped", "sim"]);
}
