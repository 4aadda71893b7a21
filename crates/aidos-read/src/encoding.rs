//! Which encoding: byte order mark, then NUL pattern, then UTF-8, then statistics.

use std::fmt;

use crate::chunk::Invalid;
use encoding_rs::{DecoderResult, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a leaf, and whether that is known or guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    inner: &'static encoding_rs::Encoding,
    certain: bool,
    /// Only ASCII was seen, so the first high byte decides.
    open: bool,
}

impl Encoding {
    /// UTF-8. `certain` is false where only ASCII was seen, which is UTF-8 and many others.
    pub const fn utf8(certain: bool) -> Self {
        Self {
            inner: UTF_8,
            certain,
            open: !certain,
        }
    }

    pub(crate) const fn new(inner: &'static encoding_rs::Encoding, certain: bool) -> Self {
        Self {
            inner,
            certain,
            open: false,
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.open
    }

    /// Its name as in the WHATWG Encoding Standard: `UTF-8`, `windows-1253`, `UTF-16LE` …
    pub fn name(&self) -> &'static str {
        self.inner.name()
    }

    /// Whether a byte order mark or the bytes themselves prove it; false for a guess.
    pub const fn is_certain(&self) -> bool {
        self.certain
    }

    pub(crate) fn inner(&self) -> &'static encoding_rs::Encoding {
        self.inner
    }

    pub(crate) fn is_utf8(&self) -> bool {
        self.inner == UTF_8
    }

    /// How many bytes of the leaf `text` was decoded from. Exact but for East Asian encodings, where
    /// the decoded length stands in.
    pub(crate) fn encoded_len(&self, text: &str, invalid: &[Invalid]) -> u64 {
        let bytes: u64 = invalid.iter().map(|i| i.bytes().len() as u64).sum();
        let count = invalid.len() as u64;
        let (len, per_invalid) = if self.inner == UTF_16LE || self.inner == UTF_16BE {
            (text.encode_utf16().count() as u64 * 2, 2)
        } else if self.inner.is_single_byte() {
            (text.chars().count() as u64, 1)
        } else {
            (text.len() as u64, 3)
        };
        (len + bytes).saturating_sub(count * per_invalid)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if self.certain {
            Ok(())
        } else {
            f.write_str(" (guessed)")
        }
    }
}

/// What [`detect`] found.
pub(crate) struct Detected {
    pub(crate) encoding: Encoding,
    pub(crate) bom: usize,
    pub(crate) why: &'static str,
}

/// Finds the encoding of a file from its head. `None` for encodings that cannot be read (UTF-32).
pub(crate) fn detect(head: &[u8]) -> Option<Detected> {
    let found = |inner, certain, bom, why| {
        Some(Detected {
            encoding: Encoding::new(inner, certain),
            bom,
            why,
        })
    };
    if head.starts_with(&[0xFF, 0xFE, 0, 0]) || head.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return None;
    }
    if let Some((inner, bom)) = encoding_rs::Encoding::for_bom(head) {
        return found(inner, true, bom, "a byte order mark says so");
    }
    if let Some(inner) = utf16_by_zeros(head) {
        return found(inner, false, 0, "every other byte is zero");
    }
    match std::str::from_utf8(head) {
        Ok(text) if text.is_ascii() => {
            let encoding = Encoding::utf8(false);
            return Some(Detected {
                encoding,
                bom: 0,
                why: "the head is plain ASCII",
            });
        }
        Ok(_) => return found(UTF_8, true, 0, "the head is valid UTF-8"),
        // The head may end inside a character.
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => {
            return found(UTF_8, true, 0, "the head is valid UTF-8");
        }
        Err(_) => {}
    }
    match legacy(head) {
        Some(inner) => found(inner, false, 0, "no valid UTF-8; guessed from the letters"),
        None => found(UTF_8, false, 0, "mostly UTF-8 or ASCII with stray bytes"),
    }
}

/// UTF-16 without a mark: ASCII blanks, digits and line ends leave zeros on one side only.
fn utf16_by_zeros(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let pairs = head.len() / 2;
    if pairs < 2 {
        return None;
    }
    let (mut even, mut odd) = (0usize, 0usize);
    for pair in head.chunks_exact(2) {
        if let [a, b] = pair {
            even += usize::from(*a == 0);
            odd += usize::from(*b == 0);
        }
    }
    let enough = pairs.div_ceil(8);
    let inner = match (even, odd) {
        (e, o) if o >= enough && e <= pairs / 50 => UTF_16LE,
        (e, o) if e >= enough && o <= pairs / 50 => UTF_16BE,
        _ => return None,
    };
    // A binary table has zeros too; text decodes to few control characters.
    let (text, _) = inner.decode_without_bom_handling(head);
    let (mut all, mut odd_ones) = (0usize, 0usize);
    for c in text.chars() {
        all += 1;
        odd_ones += usize::from(is_control(c) || c == '\u{FFFD}');
    }
    (odd_ones * 20 <= all).then_some(inner)
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{1b}' | '\u{0c}')
}

/// The legacy encoding of `bytes`, if they look like text in one.
///
/// They do when no valid multi-byte UTF-8 stands among them to speak of, there are no control bytes,
/// and what the guessed encoding makes of the high bytes is letters for the most part.
pub(crate) fn legacy(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let (mut valid_multi, mut broken) = (0usize, 0usize);
    for piece in bytes.utf8_chunks() {
        valid_multi += piece.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!piece.invalid().is_empty());
    }
    if broken == 0 || valid_multi > broken / 4 {
        return None;
    }
    if bytes
        .iter()
        .any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x1b | 0x0c))
    {
        return None;
    }
    if !words_of_high_bytes(bytes) {
        return None;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let inner = detector.guess(None, chardetng::Utf8Detection::Deny);
    let mut decoder = inner.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len().saturating_mul(3).saturating_add(16));
    let (mut high, mut good) = (0usize, 0usize);
    let mut rest = bytes;
    loop {
        // The window may end inside a character, so nothing is declared to be the last.
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, false);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::Malformed(..) => high += 1,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => break,
        }
    }
    for c in text.chars().filter(|c| !c.is_ascii()) {
        high += 1;
        good += usize::from(c.is_alphabetic() || is_legacy_sign(c));
    }
    (high > 0 && good * 10 >= high * 8).then_some(inner)
}

/// At least three high bytes, and no run of one and the same: one stray byte in a page of ASCII, or a
/// block of filling, is no text.
fn words_of_high_bytes(bytes: &[u8]) -> bool {
    let (mut count, mut run, mut before) = (0usize, 0usize, 0u8);
    for &byte in bytes {
        run = if byte == before { run + 1 } else { 0 };
        before = byte;
        if byte >= 0x80 {
            count += 1;
            if run >= 3 {
                return false;
            }
        }
    }
    count >= 3
}

/// Signs that legacy text holds beside its letters: no-break space, quotes, dashes, degree, euro.
fn is_legacy_sign(c: char) -> bool {
    matches!(
        c,
        '\u{a0}'
            | '«'
            | '»'
            | '°'
            | '€'
            | '–'
            | '—'
            | '‘'
            | '’'
            | '“'
            | '”'
            | '…'
            | '΄'
            | '΅'
            | '·'
            | '§'
            | '±'
            | '½'
            | '£'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREEK: &str = "Ο χρήστης συνδέθηκε από τη διεύθυνση 203.0.113.7\nΑποτυχία σύνδεσης\n";

    fn encode(text: &str, name: &str) -> Vec<u8> {
        encoding_rs::Encoding::for_label(name.as_bytes())
            .unwrap()
            .encode(text)
            .0
            .into_owned()
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|u| {
                if little {
                    u.to_le_bytes()
                } else {
                    u.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn knows_marks() {
        let d = detect(b"\xEF\xBB\xBFabc").unwrap();
        assert_eq!(
            (d.encoding.name(), d.encoding.is_certain(), d.bom),
            ("UTF-8", true, 3)
        );
        let d = detect(b"\xFF\xFEa\0").unwrap();
        assert_eq!((d.encoding.name(), d.bom), ("UTF-16LE", 2));
        let d = detect(b"\xFE\xFF\0a").unwrap();
        assert_eq!((d.encoding.name(), d.bom), ("UTF-16BE", 2));
        assert!(
            detect(b"\xFF\xFE\0\0a\0\0\0").is_none(),
            "UTF-32 cannot be read"
        );
    }

    #[test]
    fn knows_utf16_by_its_zeros() {
        for little in [true, false] {
            for text in ["192.0.2.1 in:ether1\n", GREEK] {
                let d = detect(&utf16(text, little)).unwrap();
                assert_eq!(
                    d.encoding.name(),
                    if little { "UTF-16LE" } else { "UTF-16BE" }
                );
                assert!(!d.encoding.is_certain());
            }
        }
    }

    #[test]
    fn guesses_greek() {
        let d = detect(&encode(GREEK, "windows-1253")).unwrap();
        assert!(
            ["windows-1253", "ISO-8859-7"].contains(&d.encoding.name()),
            "{}",
            d.encoding
        );
        assert!(!d.encoding.is_certain());
        let d = detect(GREEK.as_bytes()).unwrap();
        assert_eq!(
            (d.encoding.name(), d.encoding.is_certain()),
            ("UTF-8", true)
        );
    }

    #[test]
    fn stray_bytes_do_not_make_a_legacy_file() {
        let mut bytes = GREEK.as_bytes().to_vec();
        bytes.insert(0, 0xFF);
        assert_eq!(detect(&bytes).unwrap().encoding.name(), "UTF-8");
        assert_eq!(
            detect(b"abc \x80\x81\x82 def\x00\n")
                .unwrap()
                .encoding
                .name(),
            "UTF-8"
        );
    }

    #[test]
    fn a_head_cut_inside_a_character_is_still_utf8() {
        let bytes = GREEK.as_bytes();
        let d = detect(&bytes[..bytes.len() - 30 - 1]).unwrap();
        assert_eq!(d.encoding.name(), "UTF-8");
        assert!(d.encoding.is_certain());
    }
}
