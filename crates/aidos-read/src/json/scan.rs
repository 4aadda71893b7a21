//! One JSON object: where it ends, or where it breaks.
//!
//! The scanner checks just enough grammar to notice a lost quote or brace close to where it was lost,
//! because an object that never ends would swallow what follows:
//!
//! - a string holds no raw line end (RFC 8259, section 7);
//! - after a string comes `,` `:` `}` or `]`;
//! - `{` is followed by a name or `}`, and stands where a value may stand;
//! - brackets close in the order in which they opened.
//!
//! Whether the values are well formed is left to the parser of the caller.

use memchr::memchr3;

/// How deep the kinds of brackets are remembered; below that only their number counts.
const REMEMBERED: u32 = 128;

/// The state of following one object; may be fed in pieces.
#[derive(Debug, Clone, Default)]
pub(super) struct Scan {
    state: State,
    depth: u32,
    deepest: u32,
    /// A bit a level, 1 for an object.
    kinds: u128,
    /// The last byte outside strings that was no blank.
    before: u8,
    /// Where the last string opened, in bytes from the start of the object.
    string: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Between,
    AfterOpen,
    InString,
    Escaped,
    AfterString,
}

/// What [`Scan::run`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The object is complete and ends before this byte.
    End(usize),
    /// No object can go on like this.
    Broken {
        /// The first byte that cannot be.
        at: usize,
        /// The damage lies here or after: the start of the string where that is in doubt.
        from: usize,
    },
    /// The text ended first.
    More,
}

impl Scan {
    pub(super) fn deepest(&self) -> u32 {
        self.deepest
    }

    /// Goes on at `at` of `bytes`, whose first byte is the `{` of the object when `base` is 0.
    ///
    /// `base` is how many bytes of the object lie before `bytes`; places in the answer count from the
    /// start of `bytes` (a string that opened before them gives 0).
    #[inline]
    pub(super) fn run(&mut self, bytes: &[u8], mut at: usize, base: usize) -> Found {
        loop {
            if self.state == State::InString {
                let Some(found) = bytes
                    .get(at..)
                    .and_then(|rest| memchr3(b'"', b'\\', b'\n', rest))
                else {
                    return Found::More;
                };
                at += found + 1;
                match bytes.get(at - 1) {
                    Some(b'"') => self.state = State::AfterString,
                    Some(b'\\') => self.state = State::Escaped,
                    _ => return self.broken_string(at - 1, base),
                }
                continue;
            }
            let Some(&byte) = bytes.get(at) else {
                return Found::More;
            };
            at += 1;
            match self.state {
                State::InString => {}
                State::Escaped if byte == b'\n' => {
                    return self.broken_string(at - 1, base);
                }
                State::Escaped => self.state = State::InString,
                _ if is_blank(byte) => {}
                State::AfterString if !matches!(byte, b',' | b':' | b'}' | b']') => {
                    return self.broken_string(at - 1, base);
                }
                State::AfterOpen if !matches!(byte, b'"' | b'}') => {
                    return Found::Broken {
                        at: at - 1,
                        from: at - 1,
                    };
                }
                State::Between | State::AfterOpen | State::AfterString => {
                    self.state = State::Between;
                    match byte {
                        b'"' => {
                            self.string = base + at - 1;
                            self.state = State::InString;
                        }
                        b'{' => {
                            if !self.value_may_stand() {
                                return Found::Broken {
                                    at: at - 1,
                                    from: at - 1,
                                };
                            }
                            self.push(true);
                            self.state = State::AfterOpen;
                        }
                        b'[' => {
                            if !self.value_may_stand() {
                                return Found::Broken {
                                    at: at - 1,
                                    from: at - 1,
                                };
                            }
                            self.push(false);
                        }
                        b'}' | b']' => {
                            if !self.pop(byte == b'}') {
                                return Found::Broken {
                                    at: at - 1,
                                    from: at - 1,
                                };
                            }
                            if self.depth == 0 {
                                return Found::End(at);
                            }
                        }
                        _ => {}
                    }
                    self.before = byte;
                }
            }
        }
    }

    /// Where the string starts that is open, or that was not yet followed by anything.
    pub(super) fn doubtful(&self) -> Option<usize> {
        matches!(
            self.state,
            State::InString | State::Escaped | State::AfterString
        )
        .then_some(self.string)
    }

    fn broken_string(&self, at: usize, base: usize) -> Found {
        Found::Broken {
            at,
            from: self.string.saturating_sub(base),
        }
    }

    /// Whether a bracket may open here: after `:` in an object, after `[` or `,` in an array.
    fn value_may_stand(&self) -> bool {
        match self.depth {
            0 => true,
            d if d > REMEMBERED => matches!(self.before, b':' | b'[' | b','),
            _ if self.kinds & 1 == 1 => self.before == b':',
            _ => matches!(self.before, b'[' | b','),
        }
    }

    fn push(&mut self, object: bool) {
        self.depth = self.depth.saturating_add(1);
        self.deepest = self.deepest.max(self.depth);
        if self.depth <= REMEMBERED {
            self.kinds = self.kinds << 1 | u128::from(object);
        }
    }

    fn pop(&mut self, object: bool) -> bool {
        if self.depth <= REMEMBERED {
            if (self.kinds & 1 == 1) != object {
                return false;
            }
            self.kinds >>= 1;
        }
        self.depth = self.depth.saturating_sub(1);
        true
    }
}

#[inline]
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Found {
        let whole = Scan::default().run(text.as_bytes(), 0, 0);
        // Fed byte by byte the answer is the same, but for places that lie in earlier pieces.
        let mut scan = Scan::default();
        for (i, byte) in text.bytes().enumerate() {
            match scan.run(&[byte], 0, i) {
                Found::More => {}
                Found::End(end) => {
                    assert_eq!(whole, Found::End(i + end));
                    return whole;
                }
                Found::Broken { .. } => {
                    assert!(matches!(whole, Found::Broken { at, .. } if at == i));
                    return whole;
                }
            }
        }
        assert_eq!(whole, Found::More);
        whole
    }

    fn broken_from(text: &str) -> Option<usize> {
        match run(text) {
            Found::Broken { from, .. } => Some(from),
            _ => None,
        }
    }

    #[test]
    fn finds_the_end() {
        assert_eq!(run("{}"), Found::End(2));
        assert_eq!(run(r#"{"a":{"b":[1,{"c":"}\"{"}]}} x"#), Found::End(28));
        assert_eq!(run("{\n  \"a\": 1\n}\n"), Found::End(12));
        assert_eq!(run(r#"{"a":1"#), Found::More);
        assert_eq!(run(r#"{"a":"x\"#), Found::More);
    }

    #[test]
    fn notices_what_was_lost() {
        assert_eq!(
            broken_from("{\"a\":\"x\n\"}"),
            Some(5),
            "a line end in a string"
        );
        assert_eq!(broken_from(r#"{"a":"x},{"b":1}"#), Some(5), "a lost quote");
        assert_eq!(broken_from("{\"a\":1,\n{\"b\":2}"), Some(8), "a lost brace");
        assert_eq!(
            broken_from("{\"a\":[1\n{\"b\":2}"),
            Some(8),
            "a lost bracket"
        );
        assert_eq!(broken_from(r#"{"a":[1}"#), Some(7), "the wrong bracket");
        assert_eq!(broken_from("{a:1}"), Some(1), "no name");
    }

    #[test]
    fn counts_depth_beyond_what_it_remembers() {
        let text = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
        let mut scan = Scan::default();
        assert_eq!(scan.run(text.as_bytes(), 0, 0), Found::End(text.len()));
        assert_eq!(scan.deepest(), 5001);
    }
}
