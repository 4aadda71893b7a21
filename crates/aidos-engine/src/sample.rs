//! A sample of entries that looks like the whole: seeded, stratified, in bounded memory.
//!
//! Two passes over the same entries. The first counts each stratum; then the sample's rows are shared out
//! in proportion, at least one to each stratum while there are enough. The second takes rows at random
//! within each stratum and writes them at once, in the order of the input (selection sampling: Knuth,
//! *The Art of Computer Programming*, vol. 2, 3.4.2, algorithm S). So the memory is that of the counts,
//! however many rows are asked for, and the same seed over the same entries gives the same bytes.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hasher;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use aidos_model::Event;
use aidos_model::event::Value;
use bumpalo::Bump;
use serde::Serialize;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::Error;
use crate::export::{each_cell, push_text};
use crate::progress::Cancel;

/// More strata than this are refused: they would be no strata but rows.
const MOST_STRATA: usize = 1_000_000;
/// The longest entry.
const LONGEST_LINE: usize = 64 << 20;

/// What a sample is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Rows of the sample; all rows where there are no more.
    pub rows: u64,
    /// Chooses everything that chance decides.
    pub seed: u64,
    /// Dotted ECS fields whose values make the strata; `day` is the day of `@timestamp` in UTC. None: one
    /// stratum.
    pub by: Vec<String>,
}

impl Default for Plan {
    /// A thousand rows, by provider and day.
    fn default() -> Self {
        Self {
            rows: 1_000,
            seed: 1,
            by: vec!["event.provider".to_owned(), "day".to_owned()],
        }
    }
}

/// What was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sampled {
    /// Entries that there were.
    pub entries: u64,
    /// Entries of the sample.
    pub sampled: u64,
    /// Strata that there were.
    pub strata: u64,
    /// Strata of which the sample holds at least one entry.
    pub strata_sampled: u64,
    /// Entries that have none of the fields that make the strata.
    pub without_field: u64,
}

/// Draws a sample.
///
/// `pass` writes all entries as lines to the writer it is given. It is called twice and must give the same
/// lines both times.
///
/// # Errors
/// What `pass` returns; [`Error::NotEntries`] with the line; [`Error::File`] when `out` cannot take it;
/// [`Error::Usage`] for more than a million strata; [`Error::Cancelled`].
pub fn sample(
    plan: &Plan,
    pass: &mut dyn FnMut(Box<dyn Write + Send>) -> Result<(), Error>,
    out: Box<dyn Write + Send>,
    cancel: &Cancel,
) -> Result<Sampled, Error> {
    let drawn = Arc::new(Mutex::new(Draw::new(plan, out, cancel)));
    let mut once = || {
        let writer = Lines {
            draw: Arc::clone(&drawn),
            cut: Vec::new(),
        };
        let result = pass(Box::new(writer));
        let mut draw = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        // What the draw says is the cause; what the pass says then is only that it could not write.
        match draw.failed.take() {
            Some(error) => Err(error),
            None => result,
        }
    };
    once()?;
    drawn
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .share_out();
    once()?;
    let mut draw = drawn.lock().unwrap_or_else(PoisonError::into_inner);
    if draw.strata.values().any(|stratum| stratum.rows > 0) {
        return Err(changed());
    }
    draw.out.flush().map_err(failed)?;
    Ok(draw.done.clone())
}

fn failed(source: io::Error) -> Error {
    Error::File {
        deed: "write",
        path: Path::new("the sample").to_owned(),
        source,
    }
}

/// One stratum.
#[derive(Clone, Copy, Debug, Default)]
struct Stratum {
    /// Its rows; in the second pass those that are still to come.
    rows: u64,
    /// How many more of them are taken.
    wanted: u64,
    /// Its own stream of chance.
    chance: u64,
}

struct Draw {
    plan: Plan,
    /// By a keyed hash of the values.
    strata: HashMap<u128, Stratum>,
    second: bool,
    line: u64,
    out: Box<dyn Write + Send>,
    cancel: Cancel,
    arena: Bump,
    name: String,
    done: Sampled,
    failed: Option<Error>,
}

impl Draw {
    fn new(plan: &Plan, out: Box<dyn Write + Send>, cancel: &Cancel) -> Self {
        Self {
            plan: plan.clone(),
            strata: HashMap::new(),
            second: false,
            line: 0,
            out,
            cancel: cancel.clone(),
            arena: Bump::new(),
            name: String::new(),
            done: Sampled::default(),
            failed: None,
        }
    }

    /// Takes a line of a pass.
    fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        self.line += 1;
        if self.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let number = self.line;
        let wrong = |what: String| Error::NotEntries { line: number, what };
        let text = std::str::from_utf8(line).map_err(|_| wrong("it is no UTF-8 text".into()))?;
        if text.trim_end().is_empty() {
            return Ok(());
        }
        self.arena.reset();
        self.name.clear();
        let event = Event::parse(text.trim_end(), &self.arena).map_err(|e| wrong(e.to_string()))?;
        let any = push_stratum(&event, &self.plan.by, &mut self.name);
        let mut hasher = SipHasher13::new_with_keys(self.plan.seed, 0x7374_7261_7461);
        hasher.write(self.name.as_bytes());
        let key = hasher.finish128().as_u128();
        if !self.second {
            self.done.entries += 1;
            self.done.without_field += u64::from(!any && !self.plan.by.is_empty());
            self.strata.entry(key).or_default().rows += 1;
            if self.strata.len() > MOST_STRATA {
                return Err(Error::Usage(format!(
                    "`{}` has more than {MOST_STRATA} different values; choose a coarser field with --by",
                    self.plan.by.join(",")
                )));
            }
            return Ok(());
        }
        let Some(stratum) = self.strata.get_mut(&key) else {
            return Err(changed());
        };
        if stratum.rows == 0 {
            return Err(changed());
        }
        // One of `rows` that are left, with equal chances: it is taken if it falls among the wanted ones.
        let pick = (u128::from(next(&mut stratum.chance)) * u128::from(stratum.rows)) >> 64;
        stratum.rows -= 1;
        if pick < u128::from(stratum.wanted) {
            stratum.wanted -= 1;
            self.done.sampled += 1;
            self.out
                .write_all(text.trim_end().as_bytes())
                .and_then(|()| self.out.write_all(b"\n"))
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Shares the rows out among the strata and makes ready for the second pass.
    fn share_out(&mut self) {
        let mut keys: Vec<u128> = self.strata.keys().copied().collect();
        // The keys are hashes under the seed: their order is chance, and always the same.
        keys.sort_unstable();
        let rows: Vec<u64> = keys
            .iter()
            .map(|key| self.strata.get(key).map_or(0, |stratum| stratum.rows))
            .collect();
        let wanted = share(&rows, self.plan.rows);
        for (key, wanted) in keys.iter().zip(&wanted) {
            if let Some(stratum) = self.strata.get_mut(key) {
                stratum.wanted = *wanted;
                // The low half of a keyed hash: as good as chance.
                #[allow(clippy::cast_possible_truncation)]
                let start = *key as u64;
                stratum.chance = start ^ self.plan.seed;
            }
        }
        self.done.strata = keys.len() as u64;
        self.done.strata_sampled = wanted.iter().filter(|wanted| **wanted > 0).count() as u64;
        self.second = true;
        self.line = 0;
    }
}

fn changed() -> Error {
    Error::Usage(
        "the input changed while it was sampled; copy it first and sample the copy".to_owned(),
    )
}

/// Shares `wanted` rows out among strata of these sizes: all rows where there are no more; else one to each
/// stratum while there are enough, and the rest in proportion, by largest remainder. Ties go to the first.
fn share(sizes: &[u64], wanted: u64) -> Vec<u64> {
    let all: u64 = sizes.iter().sum();
    let strata = sizes.len() as u64;
    if wanted >= all {
        return sizes.to_vec();
    }
    let least = u64::from(wanted >= strata);
    let (rest, of) = (wanted - least * strata, all - least * strata);
    let mut shares = Vec::with_capacity(sizes.len());
    let mut remainders = Vec::with_capacity(sizes.len());
    let mut given = 0;
    for (index, size) in sizes.iter().enumerate() {
        let product = u128::from(rest) * u128::from(size - least);
        let of = u128::from(of.max(1));
        // At most `rest`, which is a u64.
        let whole = u64::try_from(product / of).unwrap_or(rest);
        given += whole;
        shares.push(least + whole);
        remainders.push((product % of, index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let left = usize::try_from(rest - given).unwrap_or(usize::MAX);
    for (_, index) in remainders.into_iter().take(left) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

/// Appends the values that make the stratum of an entry; whether it has any of them.
fn push_stratum(event: &Event<'_>, by: &[String], out: &mut String) -> bool {
    let mut any = false;
    for field in by {
        let start = out.len();
        each_cell(event, &mut |path, value| match value {
            Value::Time(time) if field == "day" && path == "@timestamp" => {
                let civil = time.civil();
                let _ = write!(out, "{}-{}-{}", civil.year, civil.month, civil.day);
            }
            value if path == field => push_text(out, value),
            _ => {}
        });
        any |= out.len() > start;
        out.push('\u{1f}');
    }
    any
}

/// The next number of a stream of chance: `SplitMix64` (Steele, Lea, Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Cuts what is written to it into lines.
struct Lines {
    draw: Arc<Mutex<Draw>>,
    /// The begin of a line whose end is to come.
    cut: Vec<u8>,
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut draw = self.draw.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = bytes;
        while let Some(end) = memchr_newline(rest) {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            let result = if self.cut.is_empty() {
                draw.line(line)
            } else {
                self.cut.extend_from_slice(line);
                let result = draw.line(&self.cut);
                self.cut.clear();
                result
            };
            if let Err(error) = result {
                draw.failed = Some(error);
                return Err(io::Error::other("the sample stopped"));
            }
        }
        if self.cut.len() + rest.len() > LONGEST_LINE {
            draw.failed = Some(Error::NotEntries {
                line: draw.line + 1,
                what: "longer than 64 MiB, so it is no entry".to_owned(),
            });
            return Err(io::Error::other("the sample stopped"));
        }
        self.cut.extend_from_slice(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Lines {
    /// The last line may have no line end.
    fn drop(&mut self) {
        let mut draw = self.draw.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.cut.is_empty()
            && draw.failed.is_none()
            && let Err(error) = draw.line(&self.cut)
        {
            draw.failed = Some(error);
        }
    }
}

fn memchr_newline(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(provider: &str, day: u32, number: u64) -> String {
        format!(
            r#"{{"@timestamp":"2023-03-{day:02}T10:38:03Z","event":{{"provider":"{provider}","kind":"event"}},"log":{{"origin":{{"file":{{"line":{number}}}}}}},"message":"row"}}"#
        )
    }

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn draw(plan: &Plan, text: &str, piece: usize) -> Result<(String, Sampled), Error> {
        let sink = Sink::default();
        let mut pass = |mut writer: Box<dyn Write + Send>| {
            for piece in text.as_bytes().chunks(piece) {
                writer.write_all(piece).map_err(failed)?;
            }
            Ok(())
        };
        let done = sample(plan, &mut pass, Box::new(sink.clone()), &Cancel::default())?;
        let bytes = sink.0.lock().unwrap().clone();
        Ok((String::from_utf8(bytes).unwrap(), done))
    }

    fn lines() -> String {
        let mut text = String::new();
        for number in 0..990 {
            text += &entry("8bells", 1 + u32::from(number % 3 == 0), number);
            text.push('\n');
        }
        for number in 0..10 {
            text += &entry("dpc", 5, 1_000 + number);
            text.push('\n');
        }
        text
    }

    #[test]
    fn a_sample_keeps_proportions_and_is_reproducible() {
        let text = lines();
        let plan = Plan {
            rows: 100,
            ..Plan::default()
        };
        let (first, done) = draw(&plan, &text, 7).unwrap();
        assert_eq!(
            done,
            Sampled {
                entries: 1_000,
                sampled: 100,
                strata: 3,
                strata_sampled: 3,
                without_field: 0
            }
        );
        let count = |what: &str| first.lines().filter(|line| line.contains(what)).count();
        assert_eq!(
            count("\"dpc\""),
            2,
            "one of its own and one of ninety-seven"
        );
        assert!(
            (64..=67).contains(&count("2023-03-01")),
            "{}",
            count("2023-03-01")
        );
        let (again, _) = draw(&plan, &text, 1 << 20).unwrap();
        assert_eq!(first, again, "whatever the pieces");
        let other = Plan { seed: 2, ..plan };
        assert_ne!(first, draw(&other, &text, 64).unwrap().0);
        // In the order of the input, and from it.
        let all: Vec<&str> = text.lines().collect();
        let places: Vec<usize> = first
            .lines()
            .map(|line| all.iter().position(|other| *other == line).unwrap())
            .collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn each_row_of_a_stratum_has_the_same_chance() {
        let text: String = (0..20).map(|number| entry("p", 1, number) + "\n").collect();
        let mut hits = [0u32; 20];
        for seed in 0..2_000 {
            let plan = Plan {
                rows: 5,
                seed,
                ..Plan::default()
            };
            let (drawn, _) = draw(&plan, &text, 4_096).unwrap();
            for (number, hit) in hits.iter_mut().enumerate() {
                *hit += u32::from(drawn.contains(&format!("\"line\":{number}}}")));
            }
        }
        assert_eq!(hits.iter().sum::<u32>(), 10_000);
        // 500 each; the standard deviation is about 19.
        assert!(
            hits.iter().all(|hits| (400..600).contains(hits)),
            "{hits:?}"
        );
    }

    #[test]
    fn fields_that_nobody_has_are_told() {
        let plan = Plan {
            rows: 3,
            by: vec!["user.name".to_owned()],
            ..Plan::default()
        };
        let (_, done) = draw(&plan, &lines(), 4_096).unwrap();
        assert_eq!(
            (done.without_field, done.strata, done.sampled),
            (1_000, 1, 3)
        );
    }

    #[test]
    fn what_is_no_entry_or_changes_is_told() {
        let error = draw(&Plan::default(), "{}\n", 9).unwrap_err();
        assert!(
            matches!(error, Error::NotEntries { line: 1, .. }),
            "{error}"
        );
        let error = draw(&Plan::default(), "no line end", 3).unwrap_err();
        assert!(
            matches!(error, Error::NotEntries { line: 1, .. }),
            "{error}"
        );
        let mut passes = 0;
        let mut pass = |mut writer: Box<dyn Write + Send>| {
            passes += 1;
            writeln!(writer, "{}", entry("p", passes, 1)).map_err(failed)
        };
        let sink = Box::new(Sink::default());
        let error = sample(&Plan::default(), &mut pass, sink, &Cancel::default()).unwrap_err();
        assert!(error.to_string().contains("changed"), "{error}");
        let cancel = Cancel::default();
        cancel.cancel();
        let mut pass = |mut writer: Box<dyn Write + Send>| {
            writeln!(writer, "{}", entry("p", 1, 1)).map_err(failed)
        };
        let sink = Box::new(Sink::default());
        let error = sample(&Plan::default(), &mut pass, sink, &cancel).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
    }

    proptest! {
        #[test]
        fn shares_add_up(sizes in prop::collection::vec(1u64..1_000, 1..50), wanted in 0u64..20_000) {
            let shares = share(&sizes, wanted);
            let all: u64 = sizes.iter().sum();
            prop_assert_eq!(shares.iter().sum::<u64>(), wanted.min(all));
            for (share, size) in shares.iter().zip(&sizes) {
                prop_assert!(share <= size);
                prop_assert!(*share >= 1 || wanted < sizes.len() as u64);
            }
        }
    }
}
