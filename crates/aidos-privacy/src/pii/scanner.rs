//! The dispatcher: one walk over a text, each detector called where its shape can begin.

use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::custom::{self, Custom};
use super::detector::{
    account, age, card, crypto, date, email, iban, ip, mac, national, phone, secret, traits, url,
    zip,
};
use super::finding::{agree, resolve};
use super::swar;
use super::window::{ALPHA, DIGIT, HEX, Report, Run, Window};
use super::words::{Hit, Words, is_whole, topic};
use super::{Candidate, Error, Finding, Kind, Kinds, Language, Proof};
use crate::decision::{Decisions, Verdict};

/// What a scanner looks for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The types to report.
    pub kinds: Kinds,
    /// The language whose words count, with the English ones; all where `None`.
    pub language: Option<Language>,
    /// The least score that is reported, 0 to 1.
    pub min_score: f32,
    /// Values that are never reported, whatever found them; compared without ASCII case.
    pub allow: Vec<String>,
    /// Values that are always reported, as whole words without ASCII case, and their type.
    pub deny: Vec<(Kind, String)>,
    /// Detectors of the user's own.
    pub custom: Vec<Custom>,
}

impl Default for Options {
    /// All types and languages, from a score of 0.5, no lists.
    fn default() -> Options {
        Options {
            kinds: Kinds::ALL,
            language: None,
            min_score: 0.5,
            allow: Vec::new(),
            deny: Vec::new(),
            custom: Vec::new(),
        }
    }
}

/// One more way to find personal data, such as a tagger of names; its candidates join those of
/// the detectors before overlaps are resolved.
///
/// Offsets must lie on character boundaries of `text`; what does not is dropped. What several passes find
/// is joined; where two agree on a type and overlap, the better span is surer.
pub trait Pass: Send + Sync {
    /// Adds what this pass finds in one text.
    fn find(&self, text: &str, out: &mut Vec<Candidate>);

    /// Why a text could not be read, so that not all that is there was found; most passes cannot fail.
    fn failure(&self) -> Option<String> {
        None
    }
}

impl<P: Pass + ?Sized> Pass for Arc<P> {
    fn find(&self, text: &str, out: &mut Vec<Candidate>) {
        (**self).find(text, out);
    }

    fn failure(&self) -> Option<String> {
        (**self).failure()
    }
}

/// Finds personal data in texts. Built once, then shared: a scan changes nothing in it.
pub struct Scanner {
    kinds: Kinds,
    min_score: f32,
    words: Words,
    national: national::Index,
    allow: Vec<String>,
    deny: Option<(AhoCorasick, Vec<Kind>)>,
    custom: custom::Compiled,
    passes: Vec<Box<dyn Pass>>,
    decisions: Decisions,
}

impl std::fmt::Debug for Scanner {
    /// Says what is looked for; the lists may hold personal data and are not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner")
            .field("kinds", &self.kinds)
            .field("min_score", &self.min_score)
            .finish_non_exhaustive()
    }
}

impl Scanner {
    /// Builds a scanner.
    ///
    /// # Errors
    /// Where a custom detector is wrong or a list is too large.
    pub fn new(options: Options) -> Result<Scanner, Error> {
        let Options {
            kinds,
            language,
            min_score,
            allow,
            deny,
            custom,
        } = options;
        let custom = custom::Compiled::new(custom)?;
        let words = Words::new(language, custom.words().chain(national::Index::words()));
        let deny = if deny.is_empty() {
            None
        } else {
            let finder = AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .match_kind(MatchKind::LeftmostLongest)
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .build(deny.iter().map(|(_, value)| value))
                .map_err(|e| Error::Words {
                    problem: e.to_string(),
                })?;
            Some((finder, deny.into_iter().map(|(kind, _)| kind).collect()))
        };
        let mut allow: Vec<String> = allow.iter().map(|a| a.to_ascii_lowercase()).collect();
        allow.sort();
        Ok(Scanner {
            kinds,
            min_score,
            words,
            national: national::Index::new(),
            allow,
            deny,
            custom,
            passes: Vec::new(),
            decisions: Decisions::default(),
        })
    }

    /// The scanner with one pass more.
    #[must_use]
    pub fn with_pass(mut self, pass: Box<dyn Pass>) -> Scanner {
        self.passes.push(pass);
        self
    }

    /// The scanner that reports nothing that a person rejected.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Decisions) -> Scanner {
        self.decisions = decisions;
        self
    }

    /// Why a pass could not read some text: what was found is then not all that is there.
    pub fn failure(&self) -> Option<String> {
        self.passes.iter().find_map(|pass| pass.failure())
    }

    /// Adds the findings in `text` to `out`: sorted by start, without overlaps.
    ///
    /// What is found depends on this text alone. Time grows with its length, whatever it holds.
    pub fn scan(&self, text: &str, out: &mut Vec<Finding>) {
        let mut words = Vec::with_capacity(text.len() / 5 + 4);
        swar::words(text.as_bytes(), &mut words);
        let mut hits: Vec<Hit> = Vec::with_capacity(16);
        self.words.find(text, &words, &mut hits);
        let mut window = Window {
            kinds: self.kinds,
            min_score: self.min_score,
            ..Window::of(text, &hits)
        };
        walk(&mut window, &words, &self.national);
        for &hit in &hits {
            spoken(&mut window, hit);
        }
        self.custom.find(&mut window);
        self.find_denied(&mut window);
        if !self.passes.is_empty() {
            let own = window.found.len();
            let mut begins = Vec::with_capacity(self.passes.len());
            for pass in &self.passes {
                begins.push(window.found.len());
                pass.find(text, &mut window.found);
            }
            if begins.len() > 1 {
                agree(&mut window.found, &begins);
            }
            age::behind_names(&mut window, own);
            let mut place = 0;
            window.found.retain(|candidate| {
                place += 1;
                let f = &candidate.finding;
                let wanted = self.kinds.has(f.kind) && f.score >= self.min_score;
                place <= own || wanted && f.start < f.end && text.get(f.start..f.end).is_some()
            });
        }
        let mut found = window.found;
        if !self.allow.is_empty() {
            found.retain(|candidate| {
                let value = text.get(candidate.finding.start..candidate.finding.end);
                let value = value.unwrap_or_default().to_ascii_lowercase();
                self.allow.binary_search(&value).is_err()
            });
        }
        if !self.decisions.is_empty() {
            found.retain(|candidate| {
                let f = &candidate.finding;
                let value = text.get(f.start..f.end).unwrap_or_default();
                self.decisions.value(f.kind, value) != Some(Verdict::Reject)
            });
        }
        resolve(text, found, out);
    }

    /// Reports the values of the deny list.
    fn find_denied(&self, w: &mut Window<'_>) {
        let Some((finder, kinds)) = &self.deny else {
            return;
        };
        for found in finder.find_iter(w.text) {
            if is_whole(w.text, found.start(), found.end())
                && let Some(&kind) = kinds.get(found.pattern().as_usize())
            {
                let report = Report {
                    kind,
                    subtype: None,
                    detector: "deny_list",
                    score: 1.0,
                    proof: Proof::Checked,
                    why: "a value of the deny list",
                };
                w.report(found.start(), found.end(), report);
            }
        }
    }
}

/// Whether a byte that is no letter and no digit may begin something, or stand in its middle.
fn is_anchor(byte: u8) -> bool {
    const ANCHORS: u128 = {
        let (all, mut bits, mut at) = (b"@:.+<\\/[(", 0u128, 0);
        while at < all.len() {
            bits |= 1 << all[at];
            at += 1;
        }
        bits
    };
    byte < 0x80 && ANCHORS >> byte & 1 == 1
}

/// Goes over the text once, its words and what stands between them, and calls the detectors at their anchors.
fn walk(w: &mut Window<'_>, words: &[(usize, usize)], national: &national::Index) {
    let mut place = 0;
    for &(start, end) in words {
        between(w, place, start);
        let class = class(w.bytes, start, end);
        word(w, Run { start, end, class }, national);
        place = end;
    }
    between(w, place, w.bytes.len());
}

/// Calls the detectors at the anchors of a stretch without letters and digits.
fn between(w: &mut Window<'_>, start: usize, end: usize) {
    for (place, &byte) in (start..).zip(w.slice(start, end)) {
        if is_anchor(byte) {
            anchor(w, byte, place);
        }
    }
}

/// Which of [`DIGIT`], [`HEX`] and [`ALPHA`] a word holds.
fn class(bytes: &[u8], start: usize, end: usize) -> u8 {
    let mut class = 0;
    let mut place = start;
    while place < end {
        let eight = swar::cut(swar::load(bytes, place), end - place);
        let (letters, hex) = (swar::letters(eight), swar::hex_letters(eight));
        let has = |mask: u64, class| if mask == 0 { 0 } else { class };
        class |= has(swar::digits(eight), DIGIT) | has(hex, HEX) | has(letters & !hex, ALPHA);
        place += 8;
    }
    class
}

/// Calls the detectors that start at, or lie around, a byte that is no letter or digit.
fn anchor(w: &mut Window<'_>, byte: u8, place: usize) {
    let next = w.at(place + 1);
    match byte {
        b'@' => email::at_sign(w, place),
        b'<' => account::at_angle(w, place),
        b'/' => account::at_slash(w, place),
        b'\\' => {
            account::at_slash(w, place);
            account::at_backslash(w, place);
        }
        b'+' if next.is_ascii_digit() => phone::at_plus(w, place),
        b'[' | b'(' if next.eq_ignore_ascii_case(&b'a') => email::at_bracket(w, place),
        b':' if next == b'/' && w.at(place + 2) == b'/' && place >= w.host_end => {
            if let Some(end) = url::at_colon(w, place) {
                w.host_end = w.host_end.max(end);
            }
        }
        b':' if next == b':' && !w.word_before(place) => ip::v6(w, place),
        b'.' if place >= w.host_end && (next.is_ascii_alphanumeric() || next >= 0x80) => {
            let before = w.before(place);
            if (before.is_ascii_alphanumeric() || before >= 0x80)
                && let Some(end) = url::at_dot(w, place)
            {
                w.host_end = w.host_end.max(end);
            }
        }
        _ => {}
    }
}

/// Calls the detectors that can begin with a run of letters and digits.
fn word(w: &mut Window<'_>, run: Run, national: &national::Index) {
    national.at_run(w, run);
    secret::at_run(w, run);
    let next = w.at(run.end);
    if run.class & DIGIT == 0 {
        if next == b'-' && matches!(run.len(), 3 | 6 | 7) {
            account::windows_host(w, run.start, run.end);
        }
        // Letters only: hexadecimal ones may start an address.
        if run.class == HEX && run.len() <= 4 {
            match next {
                b':' => hex_colon(w, run),
                b'-' | b'.' => mac::at_run(w, run),
                _ => {}
            }
        }
        return;
    }
    if run.class == DIGIT {
        date::at_digits(w, run);
        phone::at_digits(w, run);
        zip::at_digits(w, run);
        age::at_digits(w, run);
        if run.len() <= 3 && next == b'.' {
            ip::v4(w, run);
        }
        if run.len() >= 4 {
            card::at_digits(w, run);
        }
    }
    if run.class != DIGIT {
        crypto::at_run(w, run);
        zip::at_run(w, run);
    }
    if run.class & ALPHA != 0 && run.len() <= 6 && w.at(run.start).is_ascii_digit() {
        age::at_run(w, run);
        if matches!(w.before(run.end), b'm' | b'M') {
            date::at_run(w, run);
        }
    }
    if run.class & ALPHA == 0 {
        if next == b':' && run.len() <= 4 {
            hex_colon(w, run);
        } else if matches!(run.len(), 2 | 4 | 12) {
            mac::at_run(w, run);
        }
    }
    if run.len() >= 4 && !w.at(run.start).is_ascii_digit() {
        iban::at_run(w, run);
    }
}

/// Calls the detectors that begin with a word of the vocabulary.
fn spoken(w: &mut Window<'_>, hit: Hit) {
    match hit.topic {
        topic::MONTH => date::at_month(w, hit),
        topic::AGE_UNIT => age::before_unit(w, hit),
        topic::YEARS => age::before_years(w, hit),
        topic::AGE_KEY => age::after_key(w, hit),
        topic::AGE_SAID => age::after_said(w, hit),
        topic::GENDER => traits::gender(w, hit),
        topic::MARITAL => traits::marital(w, hit),
        topic::SMOKING => traits::smoking(w, hit),
        topic::SMOKING_SURE => traits::smoker(w, hit),
        topic::WEIGHT_UNIT => traits::weight(w, hit),
        topic::WEIGHT_KEY => traits::weight_key(w, hit),
        topic::LANGUAGE => traits::language(w, hit),
        topic::NATION => traits::nation(w, hit),
        topic::GROUP => traits::group(w, hit),
        topic::TITLE => traits::title(w, hit),
        topic::DEAD => traits::dead(w, hit),
        topic::USER_KEY => account::after_user_key(w, hit),
        topic::HOST_KEY => account::after_host_key(w, hit),
        topic::SECRET_KEY => secret::after_key(w, hit),
        topic::ZIP => zip::after_key(w, hit),
        topic::YES_NO => traits::answer(w, hit),
        _ => {}
    }
}

/// A run of hexadecimal digits before a colon.
fn hex_colon(w: &mut Window<'_>, run: Run) {
    ip::v6(w, run.start);
    if run.len() == 2 {
        mac::at_run(w, run);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::OnceLock;

    /// One scanner for all tests of detectors.
    pub(crate) fn scanner() -> &'static Scanner {
        static SCANNER: OnceLock<Scanner> = OnceLock::new();
        SCANNER.get_or_init(|| Scanner::new(Options::default()).unwrap())
    }

    fn all(text: &str) -> Vec<(Kind, Option<String>, String)> {
        let mut out = Vec::new();
        scanner().scan(text, &mut out);
        out.into_iter()
            .map(|f| {
                (
                    f.kind,
                    f.subtype.map(Into::into),
                    text[f.start..f.end].to_owned(),
                )
            })
            .collect()
    }

    /// Holds that exactly one finding of a type is in a text, with this value.
    #[track_caller]
    pub(crate) fn found(text: &str, kind: Kind, value: &str) {
        let all = all(text);
        let values: Vec<&str> = all
            .iter()
            .filter(|f| f.0 == kind)
            .map(|f| f.2.as_str())
            .collect();
        assert!(
            values.contains(&value),
            "{text:?}: wanted {kind:?} {value:?}, found {all:?}"
        );
    }

    /// Holds that a finding with a subtype is in a text.
    #[track_caller]
    pub(crate) fn found_as(text: &str, kind: Kind, subtype: &str, value: &str) {
        let all = all(text);
        let wanted = (kind, Some(subtype.to_owned()), value.to_owned());
        assert!(
            all.contains(&wanted),
            "{text:?}: wanted {wanted:?}, found {all:?}"
        );
    }

    /// Holds that nothing of a type is in a text.
    #[track_caller]
    pub(crate) fn none(text: &str, kind: Kind) {
        let all = all(text);
        assert!(
            all.iter().all(|f| f.0 != kind),
            "{text:?}: wanted no {kind:?}, found {all:?}"
        );
    }

    #[test]
    fn allow_and_deny_lists_have_the_last_word() {
        let options = Options {
            allow: vec!["NOC@example.org".into()],
            deny: vec![(Kind::Person, "Ada Lovelace".into())],
            ..Options::default()
        };
        let scanner = Scanner::new(options).unwrap();
        let mut out = Vec::new();
        scanner.scan(
            "noc@example.org and ADA LOVELACE, not ada lovelaces",
            &mut out,
        );
        assert_eq!(out.len(), 1);
        assert_eq!(
            (out[0].kind, out[0].start, out[0].end),
            (Kind::Person, 20, 32)
        );
    }

    #[test]
    fn only_wanted_types_and_scores() {
        let kinds = [Kind::IpAddress].into_iter().collect();
        let scanner = Scanner::new(Options {
            kinds,
            ..Options::default()
        })
        .unwrap();
        let mut out = Vec::new();
        scanner.scan("ada@example.org 203.0.113.7", &mut out);
        assert_eq!(out.len(), 1);
        let scanner = Scanner::new(Options {
            min_score: 0.99,
            ..Options::default()
        })
        .unwrap();
        out.clear();
        scanner.scan("203.0.113.7", &mut out);
        assert_eq!(out, []);
    }

    #[test]
    fn a_pass_joins_before_overlaps_are_resolved_and_wrong_offsets_are_dropped() {
        struct Names;
        impl Pass for Names {
            fn find(&self, text: &str, out: &mut Vec<Candidate>) {
                for (start, end) in [(0, 3), (4, 99), (1, 2)] {
                    let finding = Finding {
                        start,
                        end: end.min(text.len() + 1),
                        kind: Kind::Person,
                        subtype: None,
                        score: 0.9,
                        detector: "names".into(),
                        why: "".into(),
                    };
                    out.push(Candidate {
                        finding,
                        proof: Proof::Context,
                    });
                }
            }
        }
        let scanner = Scanner::new(Options::default())
            .unwrap()
            .with_pass(Box::new(Names));
        let mut out = Vec::new();
        scanner.scan("Ada ada@example.org", &mut out);
        let spans: Vec<_> = out.iter().map(|f| (f.start, f.end)).collect();
        assert_eq!(spans, [(0, 3), (4, 19)]);
        assert!((out[0].score - 0.9).abs() < 1e-6);
        // A second one that says the same makes it surer.
        let scanner = scanner.with_pass(Box::new(Names));
        out.clear();
        scanner.scan("Ada ada@example.org", &mut out);
        let spans: Vec<_> = out.iter().map(|f| (f.start, f.end)).collect();
        assert_eq!(spans, [(0, 3), (4, 19)]);
        assert!((out[0].score - 0.99).abs() < 1e-6);
        assert_eq!(scanner.failure(), None);
    }
}
