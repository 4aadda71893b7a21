//! The fuzz targets' promises over the committed seeds and damaged copies of them.
//!
//! `AIDOS_FUZZ_ROUNDS` tells how many copies each target gets; a plain run takes about a second.

use std::path::Path;

use aidos_core::compose::ObjectRules;
use aidos_core::extract::mapped::Shipped;
use aidos_core::fuzzing;
use aidos_model::fuzzing::mutated;

/// The seeds of a target, by name.
#[allow(clippy::disallowed_methods)] // a test may read the files of its own repository
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("no seeds of {target}: {error}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no seeds of {target}");
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

#[allow(clippy::disallowed_methods)] // how long to search is for who runs it to say
fn rounds(usual: usize) -> usize {
    std::env::var("AIDOS_FUZZ_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(usual)
}

fn damage(target: &str, usual: usize, run: &mut dyn FnMut(&[u8])) {
    mutated(&seeds(target), rounds(usual), run);
}

#[test]
fn firewall_lines() {
    damage("routeros", 3000, &mut fuzzing::routeros);
}

#[test]
fn mail_rows() {
    damage("dpc", 3000, &mut fuzzing::dpc);
}

#[test]
fn attack_events() {
    damage("exus", 3000, &mut fuzzing::exus);
}

#[test]
fn mapped_rows() {
    let providers = Shipped::compiled();
    damage("mapped", 2000, &mut |bytes| {
        fuzzing::mapped(&providers, bytes);
    });
}

#[test]
fn mapping_files() {
    damage("mapping", 300, &mut fuzzing::mapping);
}

#[test]
fn proposals() {
    damage("propose", 300, &mut fuzzing::propose);
}

#[test]
fn cells_of_mail() {
    damage("email", 5000, &mut fuzzing::email);
}

#[test]
fn stamps() {
    damage("stamp", 10_000, &mut fuzzing::stamp);
}

#[test]
fn damaged_json() {
    damage("json_repair", 5000, &mut fuzzing::json_repair);
}

#[test]
fn object_rules() {
    damage("rules", 1000, &mut fuzzing::rules);
}

#[test]
fn bundles() {
    let mut composer = fuzzing::composer(ObjectRules::default());
    damage("compose", 2000, &mut |bytes| {
        fuzzing::compose(&mut composer, bytes);
    });
}
