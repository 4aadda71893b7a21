//! Trains the tagger of names: `cargo run --release -p aidos-train -- --seed 1 --out FILE`.
//!
//! Makes texts from word lists and templates, learns weights from them, and writes the model that
//! `aidos_privacy::pii::tagger` reads. The same seed gives the same bytes.

#![allow(clippy::print_stderr)] // a tool says what it does

mod address;
mod calibrate;
mod gazetteer;
mod lists;
mod perceptron;
mod random;
mod template;
mod text;
mod value;

use std::borrow::Cow;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use aidos_privacy::pii::tagger::{Class, Label, Parts, Tagger, Token, UNKNOWN, list};

use crate::perceptron::{Counts, Perceptron};
use crate::random::Random;
use crate::template::Templates;
use crate::text::{Source, Text};
use crate::value::Language;

/// What was asked.
struct Plan {
    seed: u64,
    out: PathBuf,
    texts: u64,
    epochs: u64,
    rows: usize,
    /// Print so many texts with their names, and train nothing.
    show: u64,
}

/// Reads `--name value` pairs.
fn plan() -> Result<Plan, Box<dyn Error>> {
    let mut plan = Plan {
        seed: 1,
        out: PathBuf::new(),
        texts: 250_000,
        epochs: 6,
        rows: 240_000,
        show: 0,
    };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| format!("{name}: no value"))?;
        match name.as_str() {
            "--seed" => plan.seed = value.parse()?,
            "--out" => plan.out = value.into(),
            "--texts" => plan.texts = value.parse()?,
            "--epochs" => plan.epochs = value.parse()?,
            "--rows" => plan.rows = value.parse()?,
            "--show" => plan.show = value.parse()?,
            _ => {
                return Err(format!(
                    "{name}: known are --seed --out --texts --epochs --rows --show"
                )
                .into());
            }
        }
    }
    if plan.out.as_os_str().is_empty() && plan.show == 0 {
        return Err("--out FILE: where the model is written".into());
    }
    Ok(plan)
}

fn main() -> Result<(), Box<dyn Error>> {
    let plan = plan()?;
    let source = source()?;
    let epochs = plan.epochs;
    if plan.show > 0 {
        for n in 0..plan.show {
            show(&source.text(&mut Random::of(plan.seed, n)));
        }
        return Ok(());
    }
    // How sure a margin is, is told by templates that were not learned: one model for that, and then the other.
    let trial = Plan {
        texts: plan.texts / 2,
        epochs: 3,
        ..plan
    };
    let mut parts = learn(&trial, &source.seventh(false))?;
    let held = source.seventh(true);
    let calibration = calibrate::fit(
        &Tagger::from_bytes(Cow::Owned(parts.to_bytes()))?,
        trial.seed ^ 0xca12,
        (0..8000).map(|n| held.text(&mut Random::of(trial.seed ^ 0xca11, n))),
    );
    eprintln!("calibration {calibration:?}");
    let plan = Plan {
        texts: trial.texts * 2,
        epochs,
        ..trial
    };
    parts = learn(&plan, &source)?;
    parts.calibration = calibration;
    let bytes = parts.to_bytes();
    std::fs::write(&plan.out, &bytes)?;
    eprintln!("{} bytes written", bytes.len());
    Ok(())
}

/// Learns the weights from generated texts.
fn learn(plan: &Plan, source: &Source) -> Result<Parts, Box<dyn Error>> {
    let texts: Vec<Text> = (0..plan.texts)
        .map(|n| source.text(&mut Random::of(plan.seed, n)))
        .collect();
    let words = gazetteer::words(&source.lists, &texts);
    eprintln!("{} texts, {} words in lists", texts.len(), words.len());

    // A model without weights, whose lists make the tokens.
    let mut parts = Parts {
        calibration: [(0.0, 0.0); 5],
        transitions: Default::default(),
        weights: vec![Default::default()],
        words,
    };
    let lists = Tagger::from_bytes(Cow::Owned(parts.to_bytes()))?;
    let read: Vec<(Vec<Token>, Vec<Label>)> = texts
        .iter()
        .map(|text| {
            let tokens = lists.tokens(&text.text, 0, text.text.len());
            let gold = gold(text, &tokens);
            (tokens, gold)
        })
        .collect();
    let mut counts = Counts::default();
    for (n, (tokens, gold)) in (0..).zip(&read) {
        counts.add(&forget(tokens, gold, &mut Random::of(plan.seed ^ 0xf0, n)));
    }
    let mut model = Perceptron::new(plan.rows, &counts);
    eprintln!(
        "{} features, {} of {} rows taken",
        counts.len(),
        model.taken(),
        plan.rows
    );
    drop(counts);
    let mut order: Vec<usize> = (0..read.len()).collect();
    for epoch in 0..plan.epochs {
        let mut random = Random::of(plan.seed ^ 0xee, epoch);
        for place in (1..order.len()).rev() {
            order.swap(place, random.below(place + 1));
        }
        let mut wrong = 0;
        for &n in &order {
            if let Some((tokens, gold)) = read.get(n) {
                let tokens = forget(tokens, gold, &mut random);
                wrong += usize::from(model.learn(&tokens, gold));
            }
        }
        eprintln!("epoch {epoch}: {wrong} texts read wrongly");
    }
    (parts.weights, parts.transitions) = model.finish();
    Ok(parts)
}

/// Reads lists and templates from this crate's folder.
fn source() -> Result<Source, Box<dyn Error>> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = home.join("templates");
    let mut languages = Vec::new();
    for language in Language::ALL {
        let code = language.code();
        languages.push(Templates::read(
            &folder,
            &format!("{code}.txt"),
            &format!("{code}.none.txt"),
        )?);
    }
    Ok(Source {
        lists: Rc::new(lists::Lists::read(&home.join("lists"))?),
        languages,
        logs: Templates::read(&folder, "log.names.txt", "log.txt")?,
        numbers: Templates::read(&folder, "number.names.txt", "number.txt")?,
    })
}

/// The right label of every token.
fn gold(text: &Text, tokens: &[Token]) -> Vec<Label> {
    let mut names = text.names.iter().peekable();
    let mut open: Option<usize> = None;
    let label = |token: &Token| {
        while names.next_if(|name| name.1 <= token.piece.start).is_some() {
            open = None;
        }
        let Some(&&(start, end, label)) = names.peek() else {
            return Label::Outside;
        };
        if token.piece.end <= start || token.piece.start >= end {
            return Label::Outside;
        }
        if open.replace(start).is_some() {
            label.inside().unwrap_or(label)
        } else {
            label
        }
    };
    tokens.iter().map(label).collect()
}

/// Tokens of which the names' words and lists are now and then forgotten, so that the model also learns from
/// shapes and from what stands around.
fn forget(tokens: &[Token], gold: &[Label], random: &mut Random) -> Vec<Token> {
    let mut made = tokens.to_vec();
    // Lists fail for whole names rather than for single words.
    let mut whole = false;
    for (token, label) in made.iter_mut().zip(gold) {
        if *label == Label::Outside {
            // Out there most words were never met; they are no names either.
            let word = token.word != 0 && token.piece.class != Class::Mark;
            if word && random.percent(14) {
                token.word = UNKNOWN;
                token.mask &= !list::COMMON;
            }
            continue;
        }
        if !label.goes_on() {
            whole = random.percent(12);
        }
        if token.word != 0 && random.percent(45) {
            token.word = UNKNOWN;
        }
        if whole || random.percent(20) {
            token.mask = 0;
            token.phrase = 0;
        }
    }
    made
}

/// Prints a text with its names marked.
fn show(text: &Text) {
    let mut marked = String::new();
    let mut place = 0;
    for &(start, end, label) in &text.names {
        marked.push_str(text.text.get(place..start).unwrap_or_default());
        marked.push_str(&format!(
            "[{}]({label:?})",
            text.text.get(start..end).unwrap_or_default()
        ));
        place = end;
    }
    marked.push_str(text.text.get(place..).unwrap_or_default());
    eprintln!("{marked}\n====");
}

#[cfg(test)]
mod tests;
