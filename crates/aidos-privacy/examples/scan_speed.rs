//! Measures how fast a scanner reads a file, line by line: `scan_speed FILE [ROUNDS [TYPE]]`.
//!
//! Prints bytes, findings by type, and megabytes a second of one thread, without the tagger of names and with it;
//! with `TYPE` also every finding of that type.

#![allow(clippy::print_stdout, clippy::disallowed_methods)] // an example measures and prints

use std::collections::BTreeMap;
use std::time::Instant;

use aidos_privacy::pii::tagger::Tagger;
use aidos_privacy::pii::{Options, Scanner};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let file = args.next().ok_or("usage: scan_speed FILE [ROUNDS]")?;
    let rounds: usize = args.next().map_or(Ok(1), |n| n.parse())?;
    let show = args.next();
    let text = String::from_utf8_lossy(&std::fs::read(file)?).into_owned();
    let begin = Instant::now();
    let plain = Scanner::new(Options::default())?;
    println!("built in {:?}", begin.elapsed());
    let begin = Instant::now();
    let tagger = Tagger::shipped()?;
    println!("tagger built in {:?}", begin.elapsed());
    measure("without names", &plain, &text, rounds, None);
    let named = plain.with_pass(Box::new(tagger));
    measure("with names", &named, &text, rounds, show.as_deref());
    Ok(())
}

/// Scans the text some rounds and prints what it found and how fast.
fn measure(what: &str, scanner: &Scanner, text: &str, rounds: usize, show: Option<&str>) {
    let mut kinds = BTreeMap::new();
    let mut found = Vec::new();
    let begin = Instant::now();
    for _ in 0..rounds {
        for line in text.lines() {
            found.clear();
            scanner.scan(line, &mut found);
            for finding in &found {
                *kinds.entry(finding.kind.word()).or_insert(0usize) += 1;
                if show == Some(finding.kind.word()) {
                    println!("{:?}  {line}", line.get(finding.start..finding.end));
                }
            }
        }
    }
    let took = begin.elapsed();
    let bytes = text.len() * rounds;
    println!("{what}: {kinds:?}");
    #[allow(clippy::cast_precision_loss)] // a rate for people
    let rate = bytes as f64 / took.as_secs_f64() / 1e6;
    println!("{what}: {bytes} bytes in {took:?}: {rate:.1} MB/s");
}
