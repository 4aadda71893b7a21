//! Tokens: short texts that stand for a value, and that the key's holders recognise as tokens.
//!
//! A token is a word, a hyphen and 16 characters of a lower-case alphabet without `i l o u`, such as
//! `person-4f7k2m9x0qdpa3cz`: 12 characters (60 bits) of an HMAC over the value, then 4 (20 bits) of an HMAC
//! over the first 12 and the word. The second part lets [`Tokens::holds`] tell a token from a value, so that
//! hiding a token again gives it back. A stranger's text passes for a token with chance 2⁻²⁰.
//!
//! Two values share a token with chance n²/2⁶¹ for n values: 4 in 10 million for a million of them.

use zeroize::Zeroizing;

use crate::key::{CommunityKey, mac};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of the tag at the end of a token.
pub(super) const TAG: usize = 4;
/// Characters of a token before its tag.
pub(super) const BODY: usize = 12;

/// Makes the tokens of one type under one key.
pub(super) struct Tokens {
    body: Zeroizing<[u8; 32]>,
    tag: Zeroizing<[u8; 32]>,
}

impl Tokens {
    /// The tokens of this kind. All communities' and kinds' tokens are apart.
    pub(super) fn new(key: &CommunityKey, kind: &str) -> Self {
        Self {
            body: key.subkey("token", kind),
            tag: key.subkey("token tag", ""),
        }
    }

    /// The token of a value: body and tag, without a word before them.
    ///
    /// `word` is what the caller writes around the token; the tag covers it.
    pub(super) fn of(&self, word: &str, parts: &[&[u8]], body: usize) -> String {
        let mut text = letters(&mac(&self.body, parts), body);
        text.push_str(&self.tag_of(word, &text));
        text
    }

    /// `word-token` of a value.
    pub(super) fn worded(&self, word: &str, parts: &[&[u8]]) -> String {
        format!("{word}-{}", self.of(word, parts, BODY))
    }

    /// Whether this is the body and the tag of a token with this word.
    pub(super) fn holds(&self, word: &str, token: &str) -> bool {
        let Some((body, tag)) = token
            .len()
            .checked_sub(TAG)
            .and_then(|at| token.split_at_checked(at))
        else {
            return false;
        };
        !body.is_empty()
            && body.bytes().all(|byte| ALPHABET.contains(&byte))
            && tag == self.tag_of(word, body)
    }

    /// Whether this is a `word-token` of this word.
    pub(super) fn holds_worded(&self, word: &str, text: &str) -> bool {
        text.len() == word.len() + 1 + BODY + TAG
            && text
                .strip_prefix(word)
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|token| self.holds(word, token))
    }

    /// The tokens inside a text, whatever their words: start and end, in order, disjoint.
    ///
    /// A token is `word-` and its characters with no letter or digit of ASCII behind it; the word is taken
    /// from what stands before the hyphen. Letters may stand before it, as the text had them before the value; so a stranger's
    /// text passes for one with up to 17 times the chance.
    pub(super) fn inside(&self, text: &str) -> Vec<(usize, usize)> {
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut free = 0;
        for (hyphen, _) in text.match_indices('-') {
            let end = hyphen + 1 + BODY + TAG;
            let Some(token) = text.get(hyphen + 1..end) else {
                continue;
            };
            if bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
                || !token.bytes().all(|byte| ALPHABET.contains(&byte))
            {
                continue;
            }
            let before = bytes.get(free..hyphen).unwrap_or_default();
            let run = before.iter().rev().take(17);
            let length = run.take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let starts = hyphen.saturating_sub(length)..hyphen;
            let mut words = starts.filter_map(|at| Some((at, text.get(at..hyphen)?)));
            if let Some((start, _)) = words.find(|(_, word)| self.holds(word, token)) {
                found.push((start, end));
                free = end;
            }
        }
        found
    }

    fn tag_of(&self, word: &str, body: &str) -> String {
        letters(&mac(&self.tag, &[word.as_bytes(), body.as_bytes()]), TAG)
    }
}

/// The first characters of a digest, five bits each.
fn letters(digest: &[u8; 32], count: usize) -> String {
    let mut bytes = digest.iter();
    let (mut bits, mut have) = (0_u32, 0_u32);
    let mut text = String::with_capacity(count);
    while text.len() < count {
        if have < 5 {
            // 32 bytes are 51 characters: `count` is at most 48 by the callers.
            let Some(byte) = bytes.next() else { break };
            bits = (bits << 8) | u32::from(*byte);
            have += 8;
        }
        have -= 5;
        let index = (bits >> have) & 31;
        bits &= (1 << have) - 1;
        text.extend(
            ALPHABET
                .get(index as usize)
                .map(|letter| char::from(*letter)),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;

    #[test]
    fn tokens_are_recognised_with_the_key_alone() {
        let (ours, theirs) = (
            Tokens::new(&key(1), "PERSON"),
            Tokens::new(&key(2), "PERSON"),
        );
        let token = ours.worded("person", &[b"ada"]);
        assert_eq!(token.len(), 7 + 16);
        assert!(ours.holds_worded("person", &token));
        assert!(!theirs.holds_worded("person", &token));
        assert!(!ours.holds_worded("user", &token.replace("person", "user")));
        assert!(!ours.holds_worded("person", "person-0000000000000000"));
        assert!(!ours.holds("person", "é"));
        assert!(!ours.holds("person", ""));
    }

    /// Found by the fuzz target `anonymise`: a URL stood behind a word without a blank.
    #[test]
    fn tokens_behind_letters_are_found() {
        let tokens = Tokens::new(&key(1), "");
        let token = tokens.worded("url", &[b"https://ada.example"]);
        for (before, behind) in [("", ""), ("quibb", " x"), ("a b", "."), ("12-", "-")] {
            let text = format!("{before}{token}{behind}");
            let place = (before.len(), before.len() + token.len());
            assert_eq!(tokens.inside(&text), [place], "{text}");
        }
        assert_eq!(tokens.inside(&format!("{token}x")), []);
    }

    #[test]
    fn letters_take_five_bits_each() {
        let mut digest = [0; 32];
        digest[0] = 0b0000_1000;
        digest[1] = 0b1000_0000;
        assert_eq!(letters(&digest, 4), "1200");
        assert_eq!(letters(&[255; 32], 48), "z".repeat(48));
    }
}
