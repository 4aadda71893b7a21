//! The only place that writes to the terminal: data to standard output, words to standard error.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aidos_engine::progress::{Moment, Progress};
use aidos_engine::{Error, Exit};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::size;

/// A failure that the binary itself finds, with the exit code that says so.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The command line or the configuration is wrong.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    ended(Exit::Usage, message)
}

/// A command ends with this code.
pub(crate) fn ended(exit: Exit, message: impl Into<String>) -> anyhow::Error {
    let message = message.into();
    Failure { exit, message }.into()
}

/// Speaks with the person and the script.
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
#[derive(Clone, Debug)]
pub(crate) struct Ui {
    quiet: bool,
    json: bool,
    /// Standard error is a terminal.
    terminal: bool,
    color: bool,
    /// Who read standard output has gone.
    gone: Arc<AtomicBool>,
}

impl Ui {
    /// `quiet` leaves out all words but errors and refusals, `json` prints summaries for scripts.
    pub(crate) fn new(quiet: bool, json: bool) -> Self {
        let terminal = io::stderr().is_terminal();
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            quiet,
            json,
            terminal,
            color: terminal && !dumb && !set("NO_COLOR"),
            gone: Arc::default(),
        }
    }

    /// Whether scripts asked for JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Standard output, buffered.
    pub(crate) fn out(&self) -> Out {
        Out(BufWriter::with_capacity(
            64 << 10,
            Pipe {
                inner: io::stdout(),
                gone: Arc::clone(&self.gone),
            },
        ))
    }

    /// Whether data on standard output is for a person's eye, and may be coloured.
    pub(crate) fn paints_out(&self) -> bool {
        self.color && io::stdout().is_terminal()
    }

    /// Prints a value as one object on one line of standard output.
    pub(crate) fn object(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let mut out = self.out();
        out.write_all(&line)?;
        Ok(out.flush()?)
    }

    /// Says something to a person; nothing when quiet.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            err(text);
        }
    }

    /// Says that an input is refused, also when quiet.
    fn refused(&self, path: &str, reason: &str) {
        let word = self.paint("refused", "33");
        err(&format!("{word}: `{}`: {}", plain(path), plain(reason)));
    }

    /// Prints what ended the job; returns the exit code.
    pub(crate) fn fail(&self, error: &anyhow::Error) -> Exit {
        // Nobody reads any more, and that is the reader's right: `aidos extract … | head`.
        if self.gone.load(Ordering::Relaxed) {
            return Exit::Done;
        }
        let mut message = String::new();
        for cause in error.chain() {
            let text = cause.to_string();
            if message.is_empty() {
                message = text;
            } else if !message.contains(&text) {
                let _ = write!(message, ": {text}");
            }
        }
        let (what, hint) = split_hint(&message);
        err(&format!("{}: {}", self.paint("error", "1;31"), plain(what)));
        if let Some(hint) = hint {
            err(&format!("{}: {}", self.paint("hint", "1;36"), plain(hint)));
        }
        exit_of(error)
    }

    /// Follows a job.
    pub(crate) fn progress(&self) -> Watch {
        Watch {
            ui: self.clone(),
            state: Mutex::default(),
        }
    }

    fn paint(&self, text: &str, code: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// How a job that failed so ends.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    let engine = error.downcast_ref::<Error>().map(Error::exit);
    let own = error.downcast_ref::<Failure>().map(|failure| failure.exit);
    engine.or(own).unwrap_or(Exit::Failed)
}

// If standard error is gone there is nobody to tell.
fn err(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Standard output.
#[derive(Debug)]
pub(crate) struct Out(BufWriter<Pipe>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Notes when nobody reads any more.
#[derive(Debug)]
struct Pipe {
    inner: io::Stdout,
    gone: Arc<AtomicBool>,
}

impl Pipe {
    fn note<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            self.gone.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.note(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.note(result)
    }
}

/// Text of foreign origin, made harmless for a terminal: control characters are escaped.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Bidirectional overrides turn a line around and so hide what it says.
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\n') || turns {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Splits the way out from a message that has the form "what happened; what to do".
fn split_hint(message: &str) -> (&str, Option<&str>) {
    let mut quoted = false;
    let mut last = None;
    for (at, c) in message.char_indices() {
        match c {
            '`' => quoted = !quoted,
            ';' if !quoted
                && message
                    .get(at + 1..)
                    .is_some_and(|rest| rest.starts_with(' ')) =>
            {
                last = last.or(Some(at));
            }
            _ => {}
        }
    }
    match last.and_then(|at| Some((message.get(..at)?, message.get(at + 2..)?))) {
        Some((what, hint)) => (what, Some(hint)),
        None => (message, None),
    }
}

/// A number with its thousands apart: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with its noun: `1 row`, `2,000 rows`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// What a step is counted in where that is not bytes.
fn unit(step: &str) -> Option<&'static str> {
    match step {
        "encrypt" | "correlate" | "decrypt" => Some("units"),
        "enrich" => Some("values"),
        "push" | "pull" | "stream" | "work" => Some("objects"),
        _ => None,
    }
}

/// How long a job may be silent where there is no terminal, and how often it then speaks.
const SILENCE: Duration = Duration::from_secs(5);

/// Shows how a job goes: a bar on a terminal, else a line now and then if it takes long.
#[derive(Debug)]
pub(crate) struct Watch {
    ui: Ui,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bar: Option<ProgressBar>,
    step: &'static str,
    total: Option<u64>,
    begun: Option<Instant>,
    spoke: Option<Instant>,
}

impl Watch {
    fn begin(&self, state: &mut State, step: &'static str, total: Option<u64>) {
        if let Some(bar) = state.bar.take() {
            bar.finish_and_clear();
        }
        let now = Instant::now();
        *state = State {
            bar: None,
            step,
            total,
            begun: Some(now),
            spoke: Some(now),
        };
        if self.ui.quiet || !self.ui.terminal {
            return;
        }
        let (bar, style) = match total {
            Some(total) if unit(step) == Some("units") => (
                ProgressBar::new(total),
                "{msg} [{bar:32}] {pos} of {len} units  {per_sec}  {eta} left",
            ),
            Some(total) if unit(step) == Some("values") => (
                ProgressBar::new(total),
                "enrich [{bar:32}] {pos} of {len} values  {eta} left  {msg}",
            ),
            Some(total) if unit(step).is_some() => (
                ProgressBar::new(total),
                "{msg} [{bar:32}] {pos} of {len} objects  {per_sec}  {eta} left",
            ),
            None if unit(step).is_some() => (
                ProgressBar::new_spinner(),
                "{spinner} {msg} {pos} objects  {elapsed}",
            ),
            Some(total) if total > 0 => (
                ProgressBar::new(total),
                "{msg} [{bar:32}] {binary_bytes} of {binary_total_bytes}  {binary_bytes_per_sec}  {eta} left",
            ),
            // What reads is counted in bytes.
            _ if ["read", "look", "columns", "table"].contains(&step) => (
                ProgressBar::new_spinner(),
                "{spinner} {msg} {binary_bytes}  {elapsed}",
            ),
            _ => (ProgressBar::new_spinner(), "{spinner} {msg}  {elapsed}"),
        };
        let style = ProgressStyle::with_template(style)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        bar.set_style(style);
        bar.set_message(if unit(step) == Some("values") {
            ""
        } else {
            step
        });
        if bar.length().is_none() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        state.bar = Some(bar);
    }

    fn at(&self, state: &mut State, done: u64) {
        if let Some(bar) = &state.bar {
            // Archives unpack to more than their size.
            if bar.length().is_some_and(|length| done > length) {
                bar.set_length(done);
            }
            bar.set_position(done);
            return;
        }
        let (Some(begun), Some(spoke)) = (state.begun, state.spoke) else {
            return;
        };
        if self.ui.quiet || spoke.elapsed() < SILENCE {
            return;
        }
        state.spoke = Some(Instant::now());
        let line = pace(state.step, done, state.total, begun.elapsed());
        self.ui.say(&line);
    }

    /// Prints past the bar, if there is one.
    pub(crate) fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Prints past the bar.
    fn aside(state: &State, print: impl FnOnce()) {
        match &state.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

/// How far a step is, in a line.
fn pace(step: &str, done: u64, total: Option<u64>, time: Duration) -> String {
    let millis = time.as_millis().max(1);
    let rate = u64::try_from(u128::from(done) * 1000 / millis).unwrap_or(u64::MAX);
    let size = |number: u64| match unit(step) {
        Some(unit) => format!("{} {unit}", count(number)),
        None => size::show(number),
    };
    let mut line = format!("{step}: {}", size(done));
    // Archives unpack to more than their size.
    let total = total.filter(|total| *total > 0 && *total >= done);
    if let Some(total) = total {
        let percent = u128::from(done) * 100 / u128::from(total);
        let _ = write!(line, " of {} ({percent} %)", size(total));
    }
    let _ = write!(line, ", {}/s", size(rate));
    if let Some(left) = total.and_then(|total| total.checked_sub(done))
        && rate > 0
    {
        let _ = write!(line, ", {} s left", left.div_ceil(rate));
    }
    line
}

impl Progress for Watch {
    fn take(&self, moment: &Moment<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *moment {
            Moment::Begin { step, total } => self.begin(&mut state, step, total),
            Moment::At(done) => self.at(&mut state, done),
            Moment::Beside(text) => {
                if let Some(bar) = &state.bar {
                    bar.set_message(plain(text));
                }
            }
            Moment::Note(text) => {
                Self::aside(&state, || self.ui.say(&format!("note: {}", plain(text))));
            }
            Moment::Refused { path, reason } => {
                Self::aside(&state, || self.ui.refused(path, reason));
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = &state.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_split_off() {
        assert_eq!(
            split_hint("no provider is called `a; b`; `aidos providers` lists them"),
            (
                "no provider is called `a; b`",
                Some("`aidos providers` lists them")
            )
        );
        assert_eq!(split_hint("it failed"), ("it failed", None));
        assert_eq!(split_hint("a;b;"), ("a;b;", None));
    }

    #[test]
    fn foreign_text_cannot_drive_the_terminal() {
        assert_eq!(
            plain("a\u{1b}[2Jb\u{202e}c\u{7}\nd"),
            "a\\u{1b}[2Jb\\u{202e}c\\u{7}\nd"
        );
        assert_eq!(plain("καλημέρα"), "καλημέρα");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "row", "rows"), "1 row");
        let line = pace("read", 1 << 30, Some(4 << 30), Duration::from_secs(4));
        assert_eq!(
            line,
            "read: 1.0 GiB of 4.0 GiB (25 %), 256.0 MiB/s, 12 s left"
        );
        assert_eq!(
            pace("read", 2048, Some(1024), Duration::from_secs(1)),
            "read: 2.0 KiB, 2.0 KiB/s"
        );
        assert_eq!(pace("read", 0, Some(0), Duration::ZERO), "read: 0 B, 0 B/s");
    }
}
