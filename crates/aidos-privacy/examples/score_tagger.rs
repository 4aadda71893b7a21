//! Scores the tagger on the hand-labelled texts: `score_tagger [FILE] [mistakes]`.
//!
//! Of a file of one's own all types are scored; `tests/data/texts/texts.jsonl` is one. Without a file, the names of `names.jsonl`.
//!
//! Prints precision, recall and F2 by type, language and domain at an overlap of 0.9, the share of labelled
//! characters that no finding covers, and how often a score was right.

#![allow(clippy::print_stdout, clippy::disallowed_methods, clippy::unwrap_used)] // an example reads and prints

#[path = "../tests/it/score.rs"]
mod score;

use aidos_privacy::pii::tagger::Tagger;
use aidos_privacy::pii::{Options, Scanner};
use score::{Labelled, Score};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/names.jsonl");
    let file = std::env::args().nth(1);
    let types = if file.is_some() {
        score::ALL
    } else {
        score::NAMES
    };
    let texts = std::fs::read_to_string(file.as_deref().unwrap_or(home))?;
    let texts = score::read(&texts);
    let tagger = match std::env::var("AIDOS_TAGGER_MODEL") {
        Ok(path) => Tagger::from_bytes(std::fs::read(path)?.into())?,
        Err(_) => Tagger::shipped()?,
    };
    let scanner = Scanner::new(Options::default())?.with_pass(Box::new(tagger));
    let whole = score::score(&scanner, types, texts.iter());
    for (kind, count) in &whole.types {
        println!(
            "{kind:<14} precision {:.3}  recall {:.3}  F2 {:.3}  ({} right, {} false, {} missed)",
            count.precision(),
            count.recall(),
            count.f2(),
            count.right,
            count.false_alarms,
            count.missed
        );
    }
    println!("leaked {} of {} characters", whole.leaked, whole.characters);
    println!(
        "findings in {} of {} texts without names",
        whole.alarmed, whole.empty
    );
    for by in ["language", "domain"] {
        let key = |text: &Labelled| {
            if by == "language" {
                text.language.clone()
            } else {
                text.domain.clone()
            }
        };
        let mut keys: Vec<String> = texts.iter().map(key).collect();
        keys.sort();
        keys.dedup();
        for one in keys {
            let part = score::score(
                &scanner,
                types,
                texts.iter().filter(|text| key(text) == one),
            );
            println!("{by} {one:<7} {}", line(&part));
        }
    }
    for (tenth, count) in &whole.sure {
        println!(
            "score 0.{tenth}: {:.2} right of {}",
            count.precision(),
            count.right + count.false_alarms
        );
    }
    if std::env::args().nth(2).is_some() {
        for mistake in &whole.mistakes {
            println!("{mistake}");
        }
    }
    Ok(())
}

/// F2 of the types in one line.
fn line(score: &Score) -> String {
    let mut out = String::new();
    for (kind, count) in &score.types {
        out.push_str(&format!("{kind} {:.2}  ", count.f2()));
    }
    out
}
