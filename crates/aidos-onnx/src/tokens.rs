//! Texts to tokens, by the tokenizer that a model was trained with.
//!
//! A text is tokenised in parts of some KiB, so that memory does not follow it.

use std::path::Path;

use tokenizers::Tokenizer;

use crate::Error;
use crate::runner::guarded;

/// Bytes of a text that are tokenised at once; a part ends with a line, else at a blank, where there is one.
const PART: usize = 8 << 10;

/// A token: its number, its place in the text, and the word that it is a piece of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) id: i64,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) word: u32,
}

/// A tokenizer, and what it puts around each text.
pub(crate) struct Tokens {
    tokenizer: Tokenizer,
    /// The tokens before each text, such as `[CLS]`.
    pub(crate) before: Vec<i64>,
    /// The tokens behind each text, such as `[SEP]`.
    pub(crate) behind: Vec<i64>,
}

impl Tokens {
    /// Opens `tokenizer.json`.
    pub(crate) fn open(path: &Path) -> Result<Tokens, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        let wrong = |what: String| Error::Tokenizer {
            path: path.to_owned(),
            what,
        };
        guarded(|| read(&bytes)).map_err(wrong)
    }

    /// Adds the tokens of a part of a text, whose words are numbered from `word`; returns the next part's first word.
    fn part(
        &self,
        text: &str,
        (start, end): (usize, usize),
        word: u32,
        out: &mut Vec<Token>,
    ) -> Result<u32, String> {
        let own = text.get(start..end).unwrap_or_default();
        let encoded = guarded(|| {
            let encoded = self.tokenizer.encode(own, false);
            encoded.map_err(|error| error.to_string())
        })?;
        let mut next = word;
        let places = encoded.get_offsets().iter().zip(encoded.get_word_ids());
        for (id, ((from, to), own)) in encoded.get_ids().iter().zip(places) {
            let number = word.wrapping_add(own.unwrap_or(0));
            next = number.wrapping_add(1);
            out.push(Token {
                id: i64::from(*id),
                start: start + from,
                end: start + to,
                word: number,
            });
        }
        Ok(next)
    }
}

/// Reads a tokenizer, and what it puts around a text.
fn read(bytes: &[u8]) -> Result<Tokens, String> {
    let said = |error: tokenizers::Error| error.to_string();
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(said)?;
    // Windows are ours: what was set for training would cut texts silently.
    tokenizer.with_truncation(None).map_err(said)?;
    tokenizer.with_padding(None);
    // A text that spells `[SEP]` is a text.
    tokenizer.set_encode_special_tokens(true);
    let around = tokenizer.encode("a", true).map_err(said)?;
    let special: Vec<bool> = around
        .get_special_tokens_mask()
        .iter()
        .map(|mask| *mask == 1)
        .collect();
    let ids: Vec<i64> = around.get_ids().iter().map(|id| i64::from(*id)).collect();
    let first = special.iter().take_while(|own| **own).count();
    let last = special.iter().rev().take_while(|own| **own).count();
    let before = ids.get(..first).unwrap_or_default().to_vec();
    // All of them are special where the tokenizer makes nothing of a letter.
    let from = ids.len().saturating_sub(last).max(first);
    let behind = ids.get(from..).unwrap_or_default().to_vec();
    Ok(Tokens {
        tokenizer,
        before,
        behind,
    })
}

/// The tokens of a text, part by part.
pub(crate) struct Stream<'t> {
    tokens: &'t Tokens,
    text: &'t str,
    place: usize,
    word: u32,
}

impl<'t> Stream<'t> {
    pub(crate) fn new(tokens: &'t Tokens, text: &'t str) -> Stream<'t> {
        Stream {
            tokens,
            text,
            place: 0,
            word: 0,
        }
    }

    /// Adds tokens until there are `enough` or the text ends; says whether it ended.
    pub(crate) fn fill(&mut self, enough: usize, out: &mut Vec<Token>) -> Result<bool, String> {
        while out.len() < enough && self.place < self.text.len() {
            let end = part_end(self.text, self.place);
            let part = (self.place, end);
            self.word = self.tokens.part(self.text, part, self.word, out)?;
            self.place = end;
        }
        Ok(self.place >= self.text.len())
    }
}

/// Where the part of a text that begins at `start` ends: always further on.
fn part_end(text: &str, start: usize) -> usize {
    let most = text.floor_char_boundary(start.saturating_add(PART));
    let rest = text.get(start..most).unwrap_or_default();
    if most >= text.len() || rest.is_empty() {
        return text.len();
    }
    // What ended the part before is the first of this one.
    let further = |at: &usize| *at > 0;
    let line = rest.rfind('\n').filter(further);
    let cut = line.or_else(|| rest.rfind(char::is_whitespace).filter(further));
    cut.map_or(most, |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_text_and_end_where_words_do() {
        let line = "Maria lives in Ἀθήνα and it is ὡραῖα ";
        for text in [
            line.repeat(1_000),
            line.repeat(1_000).replace("and ", "\n"),
            format!("{line}\n{}", line.repeat(1_000)),
            "ὡ".repeat(20_000),
            String::new(),
            "a".repeat(PART),
            "\n".repeat(3 * PART),
        ] {
            let (mut place, mut all) = (0, String::new());
            while place < text.len() {
                let end = part_end(&text, place);
                assert!(place < end && end - place <= PART, "{place} {end}");
                all.push_str(&text[place..end]);
                let cut = text[..end]
                    .chars()
                    .next_back()
                    .filter(|c| c.is_alphanumeric());
                let goes_on = text[end..]
                    .chars()
                    .next()
                    .is_some_and(char::is_alphanumeric);
                assert!(
                    cut.is_none() || !goes_on || !text.contains([' ', '\n']),
                    "{end}"
                );
                place = end;
            }
            assert_eq!(all, text);
        }
    }
}
