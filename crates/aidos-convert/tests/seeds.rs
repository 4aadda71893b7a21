//! The fuzz targets' promises over the committed seeds and damaged copies of them.

use std::path::Path;

use aidos_convert::fuzzing;
use aidos_model::fuzzing::mutated;

#[allow(clippy::disallowed_methods)] // a test may read the files of its own repository
fn damage(target: &str, run: &mut dyn FnMut(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder of seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    let seeds: Vec<_> = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a seed"))
        .collect();
    assert!(!seeds.is_empty());
    let rounds = std::env::var("AIDOS_FUZZ_ROUNDS").ok();
    let rounds = rounds.and_then(|rounds| rounds.parse().ok());
    mutated(&seeds, rounds.unwrap_or(10_000), run);
}

#[test]
fn indicators() {
    damage("indicators", &mut fuzzing::indicators);
}

#[test]
fn inputs() {
    damage("inputs", &mut fuzzing::inputs);
}

#[test]
fn convert() {
    damage("convert", &mut fuzzing::convert);
}

#[test]
fn feeds() {
    damage("feeds", &mut fuzzing::feeds);
}

#[test]
fn bundles() {
    damage("bundles", &mut fuzzing::bundles);
}
