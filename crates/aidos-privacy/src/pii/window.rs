//! What a detector sees of a text, and how it reports.

use std::borrow::Cow;

use super::words::{Hit, Topic};
use super::{Candidate, Finding, Kind, Kinds, Proof};

/// Bytes before a value in which a word counts as its context.
const BEFORE: usize = 64;
/// Bytes after a value in which a word counts as its context.
const AFTER: usize = 32;

/// Digits of a run.
pub(crate) const DIGIT: u8 = 1;
/// Letters `a`–`f` of a run, of either case.
pub(crate) const HEX: u8 = 2;
/// Other letters of a run.
pub(crate) const ALPHA: u8 = 4;

/// A longest stretch of ASCII letters and digits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Which of [`DIGIT`], [`HEX`], [`ALPHA`] it holds.
    pub(crate) class: u8,
}

impl Run {
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// One text under scan.
pub(crate) struct Window<'t> {
    pub(crate) text: &'t str,
    pub(crate) bytes: &'t [u8],
    pub(crate) hits: &'t [Hit],
    /// Where the host that was read last ends, so that none is read twice.
    pub(crate) host_end: usize,
    /// Where the password that was reported last ends, for the same reason.
    pub(crate) password_end: usize,
    pub(crate) kinds: Kinds,
    pub(crate) min_score: f32,
    pub(crate) found: Vec<Candidate>,
}

/// What a detector reports beside the span.
#[derive(Clone, Copy)]
pub(crate) struct Report {
    pub(crate) kind: Kind,
    pub(crate) subtype: Option<&'static str>,
    pub(crate) detector: &'static str,
    pub(crate) score: f32,
    pub(crate) proof: Proof,
    pub(crate) why: &'static str,
}

impl<'t> Window<'t> {
    /// A window over a text and the words found in it; all types and scores are wanted.
    pub(crate) fn of(text: &'t str, hits: &'t [Hit]) -> Window<'t> {
        Window {
            text,
            bytes: text.as_bytes(),
            hits,
            host_end: 0,
            password_end: 0,
            kinds: Kinds::ALL,
            min_score: 0.0,
            found: Vec::new(),
        }
    }

    /// The byte at a place; 0 outside of the text.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> u8 {
        self.bytes.get(place).copied().unwrap_or(0)
    }

    /// The byte before a place; 0 at the begin.
    #[inline]
    pub(crate) fn before(&self, place: usize) -> u8 {
        place.checked_sub(1).map_or(0, |p| self.at(p))
    }

    /// Part of the text as bytes; empty where the bounds are outside.
    #[inline]
    pub(crate) fn slice(&self, start: usize, end: usize) -> &'t [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Whether a letter or digit of any script ends right before a place.
    #[inline]
    pub(crate) fn word_before(&self, place: usize) -> bool {
        match self.before(place) {
            b if b.is_ascii() => b.is_ascii_alphanumeric(),
            _ => char_before(self.text, place).is_some_and(char::is_alphanumeric),
        }
    }

    /// Whether a letter or digit of any script starts at a place.
    #[inline]
    pub(crate) fn word_at(&self, place: usize) -> bool {
        match self.at(place) {
            b if b.is_ascii() => b.is_ascii_alphanumeric(),
            _ => char_at(self.text, place).is_some_and(char::is_alphanumeric),
        }
    }

    /// Whether a number goes on before a place: a digit, or a separator with a digit before it.
    #[inline]
    pub(crate) fn number_before(&self, place: usize) -> bool {
        let b = self.before(place);
        b.is_ascii_digit()
            || matches!(b, b'.' | b'-' | b',' | b':' | b'/')
                && place
                    .checked_sub(1)
                    .is_some_and(|p| self.before(p).is_ascii_digit())
    }

    /// Whether a number goes on at a place: a digit, or a separator with a digit behind it.
    #[inline]
    pub(crate) fn number_at(&self, place: usize) -> bool {
        let b = self.at(place);
        b.is_ascii_digit()
            || matches!(b, b'.' | b'-' | b',' | b':' | b'/') && self.at(place + 1).is_ascii_digit()
    }

    /// The end of the digits that start at a place, `most` of them at most.
    #[inline]
    pub(crate) fn digits(&self, place: usize, most: usize) -> usize {
        let mut end = place;
        while end - place < most && self.at(end).is_ascii_digit() {
            end += 1;
        }
        end
    }

    /// A place with the blanks behind it skipped, `most` of them at most.
    pub(crate) fn skip_blanks(&self, place: usize, most: usize) -> usize {
        let mut end = place;
        while end - place < most && self.at(end) == b' ' {
            end += 1;
        }
        end
    }

    /// Whether a word of a topic stands near a span: within 64 bytes before, 32 behind.
    pub(crate) fn near(&self, topic: Topic, start: usize, end: usize) -> bool {
        self.nearest_before(topic, start).is_some() || self.nearest_after(topic, end).is_some()
    }

    /// The bytes between a place and the last word of a topic before it.
    pub(crate) fn nearest_before(&self, topic: Topic, start: usize) -> Option<usize> {
        let upto = self.hits.partition_point(|hit| hit.end <= start);
        let hits = self.hits.get(..upto)?.iter().rev();
        hits.map_while(|hit| {
            let gap = start - hit.end;
            (gap <= BEFORE).then_some((hit.topic, gap))
        })
        .find_map(|(t, gap)| (t == topic).then_some(gap))
    }

    /// The bytes between a place and the first word of a topic behind it.
    pub(crate) fn nearest_after(&self, topic: Topic, end: usize) -> Option<usize> {
        // Hits are sorted by end; one that starts at `end` or later also ends later.
        let from = self.hits.partition_point(|hit| hit.end <= end);
        let hits = self.hits.get(from..)?.iter();
        hits.take_while(|hit| hit.end <= end + AFTER)
            .filter(|hit| hit.start >= end && hit.topic == topic)
            .map(|hit| hit.start - end)
            .next()
    }

    /// Whether anyone wants findings of a type.
    #[inline]
    pub(crate) fn wants(&self, kind: Kind) -> bool {
        self.kinds.has(kind)
    }

    /// Reports a span, unless its type is not wanted or its score too low.
    pub(crate) fn report(&mut self, start: usize, end: usize, report: Report) {
        let Report {
            kind,
            subtype,
            detector,
            score,
            proof,
            why,
        } = report;
        let fits =
            start < end && self.text.is_char_boundary(start) && self.text.is_char_boundary(end);
        if !fits || score < self.min_score || !self.kinds.has(kind) {
            return;
        }
        let finding = Finding {
            start,
            end,
            kind,
            subtype: subtype.map(Cow::Borrowed),
            score,
            detector: Cow::Borrowed(detector),
            why: Cow::Borrowed(why),
        };
        self.found.push(Candidate { finding, proof });
    }
}

/// The character that ends right before a byte offset.
pub(crate) fn char_before(text: &str, place: usize) -> Option<char> {
    text.get(..place)?.chars().next_back()
}

/// The character that starts at a byte offset.
pub(crate) fn char_at(text: &str, place: usize) -> Option<char> {
    text.get(place..)?.chars().next()
}
