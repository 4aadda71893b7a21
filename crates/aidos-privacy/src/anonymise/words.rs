//! Texts that are looked for as whole words, and that may become more at any time.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Texts, and where they stand in others. Finding takes time in proportion to the text, however many they are.
#[derive(Default)]
pub(super) struct Words {
    texts: Vec<String>,
    /// Finds the first of the texts; the rest are few and looked for one by one.
    index: Option<(AhoCorasick, usize)>,
}

impl Words {
    /// One text more.
    pub(super) fn push(&mut self, text: &str) {
        self.texts.push(text.to_owned());
        let inside = self.index.as_ref().map_or(0, |(_, count)| *count);
        // Built anew when it doubled: each text is indexed a few times at most.
        if self.texts.len() >= 2 * inside + 16 {
            self.index = build(&self.texts);
        }
    }

    /// Leaves out those for which `keep` says no: an empty text, which is found nowhere, stands in the place of each, so that
    /// the index stays as it is.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(usize, &str) -> bool) {
        for (at, text) in self.texts.iter_mut().enumerate() {
            if !text.is_empty() && !keep(at, text) {
                text.clear();
            }
        }
    }

    /// All of them, in the order in which they came; those that were left out are empty.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }

    /// Tells which text stands where: as a whole word, whatever its case of ASCII.
    pub(super) fn find(&self, text: &str, say: &mut impl FnMut(usize, usize, usize)) {
        let mut rest = 0;
        if let Some((finder, count)) = &self.index {
            rest = *count;
            for found in finder.find_overlapping_iter(text) {
                let at = found.pattern().as_usize();
                let stays = self.texts.get(at).is_some_and(|own| !own.is_empty());
                if stays && is_word(text, found.start(), found.end()) {
                    say(at, found.start(), found.end());
                }
            }
        }
        for (at, own) in self.texts.iter().enumerate().skip(rest) {
            each(text, own, &mut |start, end| say(at, start, end));
        }
    }

    /// Where any of them stands.
    pub(super) fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        self.find(text, &mut |_, start, end| places.push((start, end)));
        places
    }
}

fn build(texts: &[String]) -> Option<(AhoCorasick, usize)> {
    if texts.len() < 16 {
        return None;
    }
    let finder = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(texts);
    finder.ok().map(|finder| (finder, texts.len()))
}

/// Where one text stands as a whole word.
fn each(text: &str, own: &str, say: &mut impl FnMut(usize, usize)) {
    let (bytes, own) = (text.as_bytes(), own.as_bytes());
    let Some((&first, rest)) = own.split_first() else {
        return;
    };
    let last = bytes.len().saturating_sub(rest.len());
    for (start, byte) in bytes.iter().enumerate().take(last) {
        if !byte.eq_ignore_ascii_case(&first) {
            continue;
        }
        let end = start + own.len();
        let same = bytes
            .get(start + 1..end)
            .is_some_and(|found| found.eq_ignore_ascii_case(rest));
        if same && is_word(text, start, end) {
            say(start, end);
        }
    }
}

/// Whether no letter or digit of ASCII stands beside, and the places are between characters.
pub(super) fn is_word(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    text.is_char_boundary(start)
        && text.is_char_boundary(end)
        && !before.is_some_and(u8::is_ascii_alphanumeric)
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_index_finds_what_the_slow_way_finds(
            texts in prop::collection::vec("[a-b.]{1,3}", 0..60),
            gone in "[a-b.]{1,2}",
            text in "[a-bA-B .é]{0,40}",
        ) {
            let mut words = Words::default();
            for own in &texts {
                words.push(own);
            }
            words.retain(|_, own| own != gone);
            let (mut fast, mut slow) = (Vec::new(), Vec::new());
            words.find(&text, &mut |at, start, end| fast.push((at, start, end)));
            for (at, own) in texts.iter().enumerate().filter(|(_, own)| **own != gone) {
                each(&text, own, &mut |start, end| slow.push((at, start, end)));
            }
            fast.sort_unstable();
            slow.sort_unstable();
            prop_assert_eq!(fast, slow);
        }
    }
}
