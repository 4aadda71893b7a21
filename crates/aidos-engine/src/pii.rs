//! Personal data in files and texts: where it stands, what it is and why. Never the value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use aidos_model::json::{push_str, push_u64};
use aidos_privacy::pii::tagger::Tagger;
use aidos_privacy::pii::{CodePoints, Finding, Kind, Language, Options, Scanner};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Error;
use crate::case::Checkpoint;
use crate::entries::LONGEST_LINE;
use crate::export::Row;
use crate::feed::total_bytes;
use crate::names::Names;
use crate::output::Output;
use crate::pipeline::{Pipeline, Style};
use crate::plan::Reading;
use crate::progress::{Cancel, Moment, Progress};
use crate::summary::Refused;
use crate::turnstile::Turnstile;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a finding.
    Json,
    /// A table of one row a finding, with a header (RFC 4180). Cells that a spreadsheet would run begin with `'`.
    Csv,
    /// One line of words a finding; with colours for a terminal where `colour`.
    Words {
        /// Whether types stand out by escape sequences.
        colour: bool,
    },
}

/// What a scan found, counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scanned {
    /// Records that were scanned.
    pub rows_read: u64,
    /// Records too long to be scanned: they are named on no line of the output.
    pub unscanned: u64,
    /// Findings of each type.
    pub findings: BTreeMap<&'static str, u64>,
    /// Bytes of input, unpacked and decoded.
    pub bytes_in: u64,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Inputs, and files in them, that were refused.
    pub refused: Vec<Refused>,
}

/// Builds a scanner; it also finds names of persons, places and organisations as `names` says, unless none of
/// the types that these find is wanted.
///
/// # Errors
/// When a detector of the user's is wrong, or the program was built with a broken model.
pub fn scanner(options: Options, names: &Names) -> Result<Scanner, Error> {
    let usage = |error: &dyn std::fmt::Display| Error::Usage(error.to_string());
    let kinds = options.kinds;
    let mut scanner = Scanner::new(options).map_err(|error| usage(&error))?;
    if names.tagger && Tagger::serves(kinds) {
        let tagger = Tagger::shipped().map_err(|error| usage(&error))?;
        scanner = scanner.with_pass(Box::new(tagger));
    }
    if let Some(pass) = names.model.as_ref().and_then(|model| model.pass(kinds)) {
        scanner = scanner.with_pass(pass);
    }
    Ok(scanner)
}

/// Whether a scanner found all that it can find.
///
/// # Errors
/// When a pass of it failed at a text.
pub(crate) fn whole(scanner: &Scanner) -> Result<(), Error> {
    match scanner.failure() {
        Some(what) => Err(Error::Model { what }),
        None => Ok(()),
    }
}

/// The columns of [`Form::Csv`].
const COLUMNS: [&str; 9] = [
    "path", "line", "start", "end", "type", "subtype", "score", "detector", "why",
];

/// Scans every row of the inputs, whoever's logs they are, and writes the findings in the order of the rows.
///
/// A place is path, line of the record, and code points inside the record, the end exclusive.
///
/// # Errors
/// When the output cannot be written, a model of the user's failed at a text, or somebody cancelled.
pub fn scan(
    mut reading: Reading,
    stdin: Option<Box<dyn Read + Send>>,
    scanner: &Scanner,
    form: Form,
    mut out: Box<dyn Write + Send + '_>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Scanned, Error> {
    let started = Instant::now();
    if form == Form::Csv {
        let mut header = Row::default();
        for name in COLUMNS {
            header.cell(name);
        }
        let written = out.write_all(header.end());
        written.map_err(Error::file("write to", Path::new("standard output")))?;
    }
    let scratch = std::env::temp_dir();
    // Nobody is asked whose log it is: any text may hold personal data.
    reading.provider = Some(0);
    progress.take(&Moment::Begin {
        step: "scan",
        total: total_bytes(&reading.inputs),
    });
    let outcome = Pipeline {
        reading: &reading,
        progress,
        cancel,
        scratch: &scratch,
        stdin,
        outputs: [
            Some(Output::stream(out, "standard output")),
            None,
            None,
            None,
        ],
        compress: false,
        style: Style::Findings(scanner, form),
        from: Checkpoint::default(),
        fold: None,
        composers: Vec::new(),
        checkpoint: None,
    }
    .run()?;
    whole(scanner)?;
    Ok(Scanned {
        rows_read: outcome.found.counts.rows,
        unscanned: outcome.found.counts.rejected,
        findings: outcome.found.findings,
        bytes_in: outcome.fed.bytes,
        seconds: started.elapsed().as_secs_f64(),
        refused: outcome.fed.refused,
    })
}

/// Writes a finding in the text of a record as one line.
pub(crate) fn push_finding(
    out: &mut Vec<u8>,
    form: Form,
    (path, line): (&str, u64),
    points: &mut CodePoints<'_>,
    finding: &Finding,
) {
    let (start, end) = (
        points.at(finding.start) as u64,
        points.at(finding.end) as u64,
    );
    match form {
        Form::Json => {
            out.extend_from_slice(b"{\"path\":");
            push_str(out, path);
            out.extend_from_slice(b",\"line\":");
            push_u64(out, line);
            out.push(b',');
            push_span(out, (start, end), finding);
            out.extend_from_slice(b"}\n");
        }
        Form::Csv => {
            let cells: [&str; COLUMNS.len()] = [
                path,
                &line.to_string(),
                &start.to_string(),
                &end.to_string(),
                finding.kind.word(),
                finding.subtype.as_deref().unwrap_or_default(),
                &format!("{:.2}", finding.score),
                &finding.detector,
                &finding.why,
            ];
            let mut row = Row::default();
            for cell in cells {
                row.cell(cell);
            }
            out.extend_from_slice(row.end());
        }
        Form::Words { colour } => {
            let (bold, plain) = if colour {
                ("\u{1b}[1m", "\u{1b}[0m")
            } else {
                ("", "")
            };
            let subtype = finding.subtype.as_deref();
            let slash = if subtype.is_some() { "/" } else { "" };
            let place = format!("{}:{line}:{}-{}", path.escape_debug(), start + 1, end);
            let kind = format!(
                "{}{slash}{}",
                finding.kind.word(),
                subtype.unwrap_or_default()
            );
            let words = format!(
                "{place}  {bold}{kind}{plain}  {:.2}  {}: {}\n",
                finding.score, finding.detector, finding.why
            );
            out.extend_from_slice(words.as_bytes());
        }
    }
}

/// The members of a span that are the same in all forms of JSON, without brackets.
pub(crate) fn push_span(out: &mut Vec<u8>, (start, end): (u64, u64), finding: &Finding) {
    out.extend_from_slice(b"\"start\":");
    push_u64(out, start);
    out.extend_from_slice(b",\"end\":");
    push_u64(out, end);
    out.extend_from_slice(b",\"type\":");
    push_str(out, finding.kind.word());
    if let Some(subtype) = &finding.subtype {
        out.extend_from_slice(b",\"subtype\":");
        push_str(out, subtype);
    }
    out.extend_from_slice(b",\"score\":");
    push_score(out, finding.score);
    out.extend_from_slice(b",\"detector\":");
    push_str(out, &finding.detector);
    out.extend_from_slice(b",\"why\":");
    push_str(out, &finding.why);
}

/// A score with two digits behind the point, between 0 and 1.
fn push_score(out: &mut Vec<u8>, score: f32) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 100
    let hundredths = (f64::from(score).clamp(0.0, 1.0) * 100.0).round_ties_even() as u64;
    push_u64(out, hundredths / 100);
    out.push(b'.');
    push_u64(out, hundredths / 10 % 10);
    push_u64(out, hundredths % 10);
}

/// A line that asks for the spans of a text; other members are passed over. `"tagger": false` leaves the tagger out.
#[derive(Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    types: Option<Vec<String>>,
    language: Option<String>,
    tagger: Option<bool>,
}

/// Lines that a worker takes at once.
const LINES: usize = 128 << 10;
/// Scanners that a worker keeps for other types and languages than the usual ones.
const KEPT: usize = 32;

/// The lines that are left, numbered in batches.
struct Lines<'i> {
    input: &'i mut (dyn BufRead + Send),
    /// The next batch.
    batch: u64,
    /// The next line, from 1.
    line: u64,
}

/// Answers each line `{"id", "text", "types"?, "language"?, "tagger"?}` by one `{"id", "spans": […]}`, in order, on
/// several threads. Offsets are code points of the text, the end exclusive.
///
/// # Errors
/// When a line is no such object, the output cannot be written, a model of the user's failed at a text, or somebody
/// cancelled.
pub fn spans(
    input: &mut (dyn BufRead + Send),
    out: &mut (dyn Write + Send),
    (options, names): (&Options, &Names),
    threads: usize,
    cancel: &Cancel,
) -> Result<u64, Error> {
    let usual = scanner(options.clone(), names)?;
    let lines = Mutex::new(Lines {
        input,
        batch: 0,
        line: 1,
    });
    let written = Turnstile::new(out);
    let count = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1))
            .map(|_| {
                let (lines, written, usual) = (&lines, &written, &usual);
                scope.spawn(move || {
                    let result = answer(lines, written, usual, (options, names), cancel);
                    if result.is_err() {
                        written.break_down();
                    }
                    result
                })
            })
            .collect();
        let mut count = 0;
        let mut failed: Option<Option<Error>> = None;
        for worker in workers {
            match worker.join() {
                Ok(Ok(lines)) => count += lines,
                // An error of its own says more than that another worker had one.
                Ok(Err(error)) => failed = Some(failed.flatten().or(error)),
                Err(_) => failed = Some(Some(Error::Worker)),
            }
        }
        match failed {
            Some(error) => Err(error.unwrap_or(Error::Worker)),
            None => Ok(count),
        }
    })?;
    let out = written.into_inner();
    out.flush()
        .map_err(Error::file("write", Path::new("standard output")))?;
    Ok(count)
}

/// One thread's answers; an error that another thread has is `None`.
fn answer(
    lines: &Mutex<Lines<'_>>,
    written: &Turnstile<&mut (dyn Write + Send)>,
    usual: &Scanner,
    options: (&Options, &Names),
    cancel: &Cancel,
) -> Result<u64, Option<Error>> {
    let mut kept = Vec::new();
    let (mut text, mut ends) = (Vec::new(), Vec::new());
    let mut answers = Vec::new();
    let mut count = 0;
    loop {
        if cancel.is_cancelled() {
            return Err(Some(Error::Cancelled));
        }
        let Some((batch, first)) = take(lines, &mut text, &mut ends).map_err(Some)? else {
            return Ok(count);
        };
        answers.clear();
        let mut wrong = None;
        let mut begin = 0;
        for (line, &end) in (first..).zip(&ends) {
            let asked = text.get(begin..end).unwrap_or_default();
            begin = end;
            if asked.trim_ascii().is_empty() {
                continue;
            }
            count += 1;
            if let Err(what) = one(asked, usual, options, &mut kept, &mut answers) {
                wrong = Some(Error::NotTexts { line, what });
                break;
            }
        }
        if let Some(what) = options.1.failure() {
            return Err(Some(Error::Model { what }));
        }
        // What was answered before a wrong line is written all the same.
        let result = written.pass(batch, |out| out.write_all(&answers));
        result
            .map_err(|_| None)?
            .map_err(Error::file("write", Path::new("standard output")))
            .map_err(Some)?;
        if let Some(wrong) = wrong {
            return Err(Some(wrong));
        }
    }
}

/// Takes the next lines and where each ends; returns the batch's number and its first line's.
fn take(
    lines: &Mutex<Lines<'_>>,
    text: &mut Vec<u8>,
    ends: &mut Vec<usize>,
) -> Result<Option<(u64, u64)>, Error> {
    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    text.clear();
    ends.clear();
    let first = lines.line;
    while text.len() < LINES {
        let before = text.len();
        let len = (&mut *lines.input)
            .take(LONGEST_LINE)
            .read_until(b'\n', text)
            .map_err(Error::file("read", Path::new("the input")))?;
        if len == 0 {
            break;
        }
        let line = lines.line;
        lines.line += 1;
        if len as u64 == LONGEST_LINE && text.last() != Some(&b'\n') {
            text.truncate(before);
            let what = "longer than 64 MiB".to_owned();
            return Err(Error::NotTexts { line, what });
        }
        ends.push(text.len());
    }
    if text.is_empty() {
        return Ok(None);
    }
    let batch = lines.batch;
    lines.batch += 1;
    Ok(Some((batch, first)))
}

/// A scanner for types and a language that a line asked for.
type Special = ((Option<Vec<String>>, Option<String>, bool), Scanner);

/// Answers one line.
fn one(
    line: &[u8],
    usual: &Scanner,
    (options, names): (&Options, &Names),
    kept: &mut Vec<Special>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let asked: Asked<'_> = serde_json::from_slice(line).map_err(|error| {
        // Without the line and column of the fragment, which would mislead.
        let words = error.to_string();
        words
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned()
    })?;
    let tagger = asked.tagger.unwrap_or(names.tagger);
    let special = asked.types.is_some() || asked.language.is_some() || tagger != names.tagger;
    let scanner = if special {
        let key = (asked.types.clone(), asked.language.clone(), tagger);
        let at = if let Some(at) = kept.iter().position(|(known, _)| *known == key) {
            at
        } else {
            let mut options = options.clone();
            if let Some(types) = &asked.types {
                options.kinds = types.iter().filter_map(|word| Kind::parse(word)).collect();
            }
            if let Some(language) = asked.language.as_deref().and_then(Language::parse) {
                options.language = Some(language);
            }
            let names = Names {
                tagger,
                ..names.clone()
            };
            let scanner = scanner(options, &names).map_err(|error| error.to_string())?;
            if kept.len() == KEPT {
                kept.remove(0);
            }
            kept.push((key, scanner));
            kept.len() - 1
        };
        kept.get(at).map_or(usual, |(_, scanner)| scanner)
    } else {
        usual
    };
    let mut found = Vec::new();
    scanner.scan(&asked.text, &mut found);
    let mut points = CodePoints::new(&asked.text);
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(asked.id.map_or("null", RawValue::get).as_bytes());
    out.extend_from_slice(b",\"spans\":[");
    for (index, finding) in found.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'{');
        let (start, end) = (points.at(finding.start), points.at(finding.end));
        push_span(out, (start as u64, end as u64), finding);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &str, threads: usize) -> Result<String, Error> {
        let mut out = Vec::new();
        let options = Options::default();
        let cancel = Cancel::default();
        spans(
            &mut input.as_bytes(),
            &mut out,
            (&options, &Names::default()),
            threads,
            &cancel,
        )?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_line_has_its_answer_in_order_on_any_number_of_threads() {
        let mut input = String::new();
        for id in 0..5_000 {
            let line = serde_json::json!({
                "id": id, "text": format!("Ἀθήνα {id}: mail a{id}@example.org"), "more": [1, 2],
            });
            input.push_str(&format!("{line}\n"));
        }
        let one = answers(&input, 1).unwrap();
        assert_eq!(one, answers(&input, 3).unwrap());
        for (id, line) in one.lines().enumerate() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(value["id"], id);
            let span = &value["spans"][0];
            let before = format!("Ἀθήνα {id}: mail ").chars().count();
            assert_eq!(span["start"], before);
            assert_eq!(span["end"], before + format!("a{id}@example.org").len());
            assert_eq!(span["type"], "EMAIL_ADDRESS");
        }
        assert_eq!(one.lines().count(), 5_000);
    }

    #[test]
    fn types_and_language_are_those_of_the_line() {
        let text = "a@example.org from 203.0.113.7";
        let line = |types: &str| format!("{{\"id\":\"x\",\"text\":\"{text}\"{types}}}\n");
        let kinds = |types: &str| {
            let value: serde_json::Value =
                serde_json::from_str(&answers(&line(types), 1).unwrap()).unwrap();
            let spans = value["spans"].as_array().unwrap().iter();
            spans
                .map(|span| span["type"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(""), ["EMAIL_ADDRESS", "IP_ADDRESS"]);
        let german = ",\"types\":[\"IP_ADDRESS\"],\"language\":\"de\"";
        assert_eq!(kinds(german), ["IP_ADDRESS"]);
        assert_eq!(kinds(",\"types\":[\"NO_SUCH_TYPE\"]"), Vec::<String>::new());
    }

    #[test]
    fn names_are_found_unless_the_line_or_its_types_leave_them_out() {
        let line = |more: &str| {
            format!("{{\"id\":1,\"text\":\"Please call Maria Rossi in Berlin.\"{more}}}\n")
        };
        let kinds = |more: &str| {
            let value: serde_json::Value =
                serde_json::from_str(&answers(&line(more), 1).unwrap()).unwrap();
            let spans = value["spans"].as_array().unwrap().iter();
            spans
                .map(|span| span["type"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(""), ["PERSON", "LOCATION"]);
        assert_eq!(kinds(",\"types\":[\"LOCATION\"]"), ["LOCATION"]);
        assert_eq!(kinds(",\"types\":[\"URL\"]"), Vec::<String>::new());
        assert_eq!(kinds(",\"tagger\":false"), Vec::<String>::new());
    }

    #[test]
    fn a_wrong_line_is_named_and_what_came_before_is_answered() {
        let input = "{\"id\":1,\"text\":\"x\"}\n\n{\"id\":2}\n";
        let mut out = Vec::new();
        let cancel = Cancel::default();
        let result = spans(
            &mut input.as_bytes(),
            &mut out,
            (&Options::default(), &Names::default()),
            2,
            &cancel,
        );
        let error = result.unwrap_err().to_string();
        assert!(
            error.contains("line 3") && error.contains("text"),
            "{error}"
        );
        assert_eq!(out, b"{\"id\":1,\"spans\":[]}\n");
    }
}
