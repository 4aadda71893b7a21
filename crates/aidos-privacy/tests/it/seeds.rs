//! The fuzz targets' promises over the committed seeds and damaged copies of them.
//!
//! `AIDOS_FUZZ_ROUNDS` tells how many copies each target gets; a plain run takes some seconds.

#![allow(clippy::disallowed_methods)] // a test may read the files of its own repository

use std::path::Path;

use aidos_model::fuzzing::mutated;
use aidos_privacy::fuzzing;
use aidos_privacy::pii::tagger::Tagger;

/// Runs a body over the seeds of a target, and over so many damaged copies unless the environment says how many.
fn damage(target: &str, usual: usize, run: &mut dyn FnMut(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("no seeds of {target}: {error}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds of {target}");
    let seeds: Vec<_> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let rounds = std::env::var("AIDOS_FUZZ_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    mutated(&seeds, rounds.unwrap_or(usual), run);
}

#[test]
fn patterns_in_texts() {
    let scanners = fuzzing::scanners();
    damage("scan", 5000, &mut |bytes| fuzzing::scan(&scanners, bytes));
}

#[test]
fn names_in_texts() {
    let tagger = Tagger::shipped().unwrap();
    damage("tagger", 1000, &mut |bytes| {
        fuzzing::tagger(&tagger, bytes);
    });
}

#[test]
fn models() {
    damage("model", 300, &mut fuzzing::model);
}

#[test]
fn custom_detectors() {
    damage("detector", 100, &mut fuzzing::detector);
}

#[test]
fn policies() {
    damage("policy", 1000, &mut fuzzing::policy);
}

#[test]
fn manifests() {
    damage("manifest", 1000, &mut fuzzing::manifest);
}

#[test]
fn documents() {
    let all = fuzzing::anonymisers();
    damage("anonymise", 500, &mut |bytes| {
        fuzzing::anonymise(&all, bytes);
    });
}
