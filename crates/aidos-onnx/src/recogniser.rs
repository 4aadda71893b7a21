//! A model at work: texts to findings.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use aidos_privacy::pii::{Candidate, Finding, Kinds, Pass, Proof};

pub use crate::runner::Runtime;
use crate::runner::{self, Answer, Runner};
use crate::spans::{Piece, Spans};
use crate::tokens::{Stream, Token, Tokens};
use crate::{Error, Folder, Labels};

/// The name of this detector in findings.
const DETECTOR: &str = "onnx";
/// A part of a window that the next one reads again, so that no name stands at the edge of all windows that hold it.
const OVERLAP: usize = 4;
/// What a model reads when it is opened.
const TRIAL: &str = "Maria Rossi of Acme Ltd lives in Berlin.";

/// Finds names by a model of the user's own. It changes nothing while it works, so threads may share it.
pub struct Recogniser {
    path: PathBuf,
    labels: Labels,
    tokens: Tokens,
    runner: Box<dyn Runner>,
    /// Tokens of a text that the model takes at once.
    room: usize,
    failed: OnceLock<Error>,
}

impl std::fmt::Debug for Recogniser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recogniser")
            .field("path", &self.path)
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

impl Recogniser {
    /// Opens the model in a folder and tries it on a short text and on as many tokens as it is ever given, so that a
    /// model that does not fit is told before any work is done.
    ///
    /// # Errors
    /// When a file is missing or wrong, files do not fit each other, or the runner does not take the model.
    pub fn open(folder: &Path, runtime: &Runtime) -> Result<Recogniser, Error> {
        let folder = Folder::read(folder)?;
        let path = folder.model();
        let tokens = Tokens::open(&folder.tokenizer())?;
        let around = tokens.before.len() + tokens.behind.len();
        let room = folder.longest().saturating_sub(around);
        if room < OVERLAP {
            return Err(Error::Tokenizer {
                path: folder.tokenizer(),
                what: format!("it puts {around} tokens around each text, which leaves no room"),
            });
        }
        let runner = runner::open(&path, runtime)?;
        let recogniser = Recogniser {
            path,
            labels: folder.labels().clone(),
            tokens,
            runner,
            room,
            failed: OnceLock::new(),
        };
        recogniser.try_out()?;
        Ok(recogniser)
    }

    /// Runs the model over few and over many tokens.
    fn try_out(&self) -> Result<(), Error> {
        let mut tokens = Vec::new();
        let mut stream = Stream::new(&self.tokens, TRIAL);
        let filled = stream.fill(self.room, &mut tokens);
        filled.map_err(|what| self.failure_at(0, what, "save the tokenizer again"))?;
        tokens.truncate(self.room);
        self.likely(&tokens)?;
        let Some(&one) = tokens.first() else {
            return Ok(());
        };
        tokens.resize(self.room, one);
        self.likely(&tokens).map(drop)
    }

    /// The model's labels that are no types of ours and left out.
    pub fn ignored(&self) -> &[String] {
        self.labels.ignored()
    }

    /// Whether any of the types that the model finds is wanted.
    pub fn serves(&self, kinds: Kinds) -> bool {
        self.labels.kinds().any(|kind| kinds.has(kind))
    }

    /// How likely each label of each token is: as many numbers a token as there are labels.
    fn likely(&self, tokens: &[Token]) -> Result<Vec<f32>, Error> {
        let (before, behind) = (&self.tokens.before, &self.tokens.behind);
        let mut ids = Vec::with_capacity(before.len() + tokens.len() + behind.len());
        ids.extend_from_slice(before);
        ids.extend(tokens.iter().map(|token| token.id));
        ids.extend_from_slice(behind);
        let Answer { shape, mut numbers } = self.runner.run(&ids).map_err(|what| {
            let way = "export it for token classification, with a length that may change, and see that \
                       `max_position_embeddings` in config.json is what it takes";
            self.failure_at(ids.len(), what, way)
        })?;
        let [1, long, labels] = shape.as_slice() else {
            return Err(self.misshapen(ids.len(), shape));
        };
        if *labels != self.labels.len() {
            return Err(Error::Count {
                path: self.path.clone(),
                found: *labels,
                expected: self.labels.len(),
            });
        }
        if *long != ids.len() || numbers.len() != ids.len() * labels {
            return Err(self.misshapen(ids.len(), shape));
        }
        for row in numbers.chunks_exact_mut(*labels) {
            if !softmax(row) {
                let what = "it answers what is no number".to_owned();
                let way = "export it again, in single precision";
                return Err(self.failure_at(ids.len(), what, way));
            }
        }
        let skip = before.len() * labels;
        numbers.drain(..skip.min(numbers.len()));
        numbers.truncate(tokens.len() * labels);
        Ok(numbers)
    }

    fn failure_at(&self, tokens: usize, what: String, way: &'static str) -> Error {
        Error::Run {
            path: self.path.clone(),
            tokens,
            what,
            way,
        }
    }

    fn misshapen(&self, tokens: usize, shape: Vec<usize>) -> Error {
        Error::Shape {
            path: self.path.clone(),
            tokens,
            shape,
        }
    }

    /// Adds what the model finds in a text. Memory follows the window, not the text.
    ///
    /// # Errors
    /// When the tokenizer or the model fails; then nothing was added.
    pub fn read(&self, text: &str, out: &mut Vec<Candidate>) -> Result<(), Error> {
        // Nothing without two letters in a row is a name.
        let mut pairs = text.chars().zip(text.chars().skip(1));
        if !pairs.any(|(a, b)| a.is_alphabetic() && b.is_alphabetic()) {
            return Ok(());
        }
        let mut spans = Spans::new(&self.labels, text);
        let mut stream = Stream::new(&self.tokens, text);
        let mut window: Vec<Token> = Vec::new();
        let overlap = self.room / OVERLAP;
        let mut from = 0;
        loop {
            let filled = stream.fill(self.room + 1, &mut window);
            filled
                .map_err(|what| self.failure_at(window.len(), what, "save the tokenizer again"))?;
            let take = window.len().min(self.room);
            let last = take == window.len();
            let now = window.get(..take).unwrap_or_default();
            if now.is_empty() {
                break;
            }
            let likely = self.likely(now)?;
            // Each window answers for its middle: what stands in the overlap is nearer to the middle of one of both.
            let to = if last { take } else { take - overlap / 2 };
            let rows = likely.chunks_exact(self.labels.len());
            for (token, likely) in now.iter().zip(rows).take(to).skip(from) {
                spans.take(Piece {
                    start: token.start,
                    end: token.end,
                    word: token.word,
                    likely,
                });
            }
            if last {
                break;
            }
            window.drain(..take - overlap);
            from = overlap - overlap / 2;
        }
        out.extend(spans.finish().into_iter().filter_map(|span| {
            let (kind, subtype) = self.labels.what(span.group)?;
            let finding = Finding {
                start: span.start,
                end: span.end,
                kind,
                subtype: subtype.map(Cow::Borrowed),
                score: span.score,
                detector: Cow::Borrowed(DETECTOR),
                why: Cow::Borrowed("onnx: your model takes it for one"),
            };
            Some(Candidate {
                finding,
                proof: Proof::Context,
            })
        }));
        Ok(())
    }
}

impl Pass for Recogniser {
    /// Adds what the model finds. After a failure it finds nothing more, and [`failure`](Pass::failure) says why.
    fn find(&self, text: &str, out: &mut Vec<Candidate>) {
        if self.failed.get().is_none()
            && let Err(error) = self.read(text, out)
        {
            // Of several threads the first one's error says enough.
            let _ = self.failed.set(error);
        }
    }

    fn failure(&self) -> Option<String> {
        self.failed.get().map(ToString::to_string)
    }
}

/// Turns scores into probabilities; `false` where they are no numbers.
fn softmax(row: &mut [f32]) -> bool {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for one in row.iter_mut() {
        *one = (*one - most).exp();
        sum += *one;
    }
    for one in row.iter_mut() {
        *one /= sum;
    }
    row.iter().all(|one| one.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_become_probabilities() {
        let mut row = [1000.0, 1000.0, -1000.0];
        assert!(softmax(&mut row));
        assert!((row[0] - 0.5).abs() < 1e-6 && row[2] < 1e-6, "{row:?}");
        assert!(!softmax(&mut [f32::NAN, 1.0]));
        assert!(!softmax(&mut [f32::INFINITY, 1.0]));
        assert!(!softmax(&mut [f32::NEG_INFINITY, f32::NEG_INFINITY]));
    }
}
