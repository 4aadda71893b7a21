//! Text: what detectors find in it and what is known of its document is hidden where it stands.

use std::borrow::Cow;

use super::known::Hit;
use super::{Anonymiser, Document, REDACTED, names};
use crate::pii::Finding;
use crate::policy::Text;
use crate::role::{Clues, Direction, End, Misp, Role, Stix};
use crate::technique::Technique;

/// Rounds until nothing new is found: a text that needs more is taken away.
const ROUNDS: usize = 4;

/// Where a text stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Setting<'s> {
    pub(super) entry: Option<(Direction, End)>,
    pub(super) misp: Option<Misp<'s>>,
    pub(super) stix: Option<Stix<'s>>,
    /// Whether the text is an event's prose: what it names is not an attacker's because an attacker's object holds the prose.
    pub(super) told: bool,
    /// Whether runs of words that look like names are hidden too.
    pub(super) careful: bool,
    /// Whether what is found is remembered for the rest of the document.
    pub(super) learn: bool,
    /// Whether only what is known is looked for, and detectors are not asked.
    pub(super) known_only: bool,
    /// What detectors found in the text, where they were asked already.
    pub(super) found: Option<&'s [Finding]>,
}

impl<'s> Setting<'s> {
    /// A value that stands there.
    pub(super) fn clues(&self, kind: &'s str, value: &'s str) -> Clues<'s> {
        Clues {
            entry: self.entry,
            misp: self.misp,
            stix: self.stix,
            ..Clues::of(kind, value)
        }
    }
}

/// A stretch of a text that something is done with.
struct Span {
    start: usize,
    end: usize,
    kind: Cow<'static, str>,
    role: Role,
    plain: bool,
}

/// The word under which a policy speaks of a finding: its subtype where policies know it, else its type.
pub(super) fn kind_of(finding: &Finding) -> Cow<'static, str> {
    match finding.subtype.as_deref() {
        Some(
            "BIRTHDAY" | "DECEASED_DATE" | "DOMAIN_NAME" | "CITY" | "ADDRESS" | "COUNTRY"
            | "NATIONALITY",
        ) => finding.subtype.clone().unwrap_or_default(),
        _ => Cow::Borrowed(finding.kind.word()),
    }
}

impl Anonymiser {
    /// A text, with what detectors find in it and what is known of the document hidden.
    ///
    /// What is found is remembered in the document, so that it is hidden in all texts that follow. A policy of
    /// [`Text::Redact`] takes the whole text away. Time grows with the length of the text.
    pub fn text(&self, document: &mut Document, text: &str) -> String {
        let setting = Setting {
            learn: true,
            ..Setting::default()
        };
        self.prose(document, text, &setting)
    }

    /// A text at its place, as the policy treats prose.
    pub(super) fn prose(
        &self,
        document: &mut Document,
        text: &str,
        setting: &Setting<'_>,
    ) -> String {
        if text.trim().is_empty() || text == REDACTED {
            return text.to_owned();
        }
        if self.policy().text == Text::Redact {
            document.statistics.texts_redacted += 1;
            return REDACTED.to_owned();
        }
        self.rewrite(document, text, setting)
    }

    /// A text at its place, whatever the policy says of prose.
    pub(super) fn rewrite(
        &self,
        document: &mut Document,
        text: &str,
        setting: &Setting<'_>,
    ) -> String {
        let mut text = Cow::Borrowed(text);
        let mut written = Vec::new();
        let mut found = setting.found.map(<[Finding]>::to_vec);
        for _ in 0..ROUNDS {
            let findings = found.take().unwrap_or_else(|| {
                let mut found = Vec::new();
                if !setting.known_only {
                    self.scanner.scan(&text, &mut found);
                }
                found
            });
            let spans = self.spans(document, &text, &findings, &written, setting);
            if spans.is_empty() {
                return text.into_owned();
            }
            let (next, places) = self.write(document, &text, &spans, &written);
            text = Cow::Owned(next);
            written = places;
        }
        document.statistics.texts_redacted += 1;
        REDACTED.to_owned()
    }

    /// What is to be hidden in a text: sorted, disjoint, and touching nothing that was hidden already.
    fn spans(
        &self,
        document: &mut Document,
        text: &str,
        findings: &[Finding],
        written: &[(usize, usize)],
        setting: &Setting<'_>,
    ) -> Vec<Span> {
        let mut closed = self.closed(document, text);
        closed.extend_from_slice(written);
        let attackers = document.known.find_attackers(text);
        let mut spans = Vec::new();
        for finding in findings {
            let Some(value) = text.get(finding.start..finding.end) else {
                continue;
            };
            if touches(&closed, finding.start, finding.end) {
                continue;
            }
            let kind = kind_of(finding);
            let clues = setting.clues(&kind, value);
            let role = if setting.told && is_telling(&kind) {
                self.role_or(document, &clues, |clues| self.told_role(clues))
            } else {
                self.role(document, &clues)
            };
            let inside = attackers
                .iter()
                .any(|(start, end)| *start <= finding.start && finding.end <= *end);
            let protected = matches!(role, Role::Victim | Role::Own);
            if (inside && !protected) || self.technique(&kind, role, value) == Technique::Keep {
                continue;
            }
            if setting.learn && is_telling(&kind) {
                self.learn(document, &kind, role, value);
            }
            spans.push(Span {
                start: finding.start,
                end: finding.end,
                kind,
                role,
                plain: true,
            });
        }
        let mut hits = document.known.find(text);
        for leak in self.always_search.find(text.as_bytes()) {
            if let Some(own) = self.always.get(leak.value) {
                hits.push(Hit {
                    kind: own.kind.clone(),
                    role: Role::Victim,
                    start: leak.start,
                    end: leak.end,
                    plain: matches!(
                        leak.form,
                        crate::leak::Form::Exact | crate::leak::Form::Folded
                    ),
                    part: false,
                });
            }
        }
        for hit in hits {
            // Part of a name, or a bystander's machine, gives way to an attacker's value that holds it; a person does not.
            let weak = hit.part || (hit.role == Role::Bystander && is_machine(&hit.kind));
            if weak && touches(&attackers, hit.start, hit.end) {
                continue;
            }
            let (start, end) = run_around(text, hit.start, hit.end);
            let Some(value) = text.get(start..end) else {
                continue;
            };
            if touches(&closed, start, end)
                || self.technique(&hit.kind, hit.role, value) == Technique::Keep
            {
                continue;
            }
            spans.push(Span {
                start,
                end,
                kind: Cow::Owned(hit.kind),
                role: hit.role,
                plain: hit.plain,
            });
        }
        if setting.careful {
            let shown = document.known.find_names(text);
            for (start, end) in names::find(text) {
                if [&attackers, &closed, &shown]
                    .iter()
                    .any(|places| touches(places, start, end))
                {
                    continue;
                }
                let Some(value) = text.get(start..end) else {
                    continue;
                };
                let role = self.role(document, &Clues::of("PERSON", value));
                if role == Role::Attacker
                    || self.technique("PERSON", role, value) == Technique::Keep
                {
                    continue;
                }
                spans.push(Span {
                    start,
                    end,
                    kind: Cow::Borrowed("PERSON"),
                    role,
                    plain: true,
                });
            }
        }
        merged(spans)
    }

    /// What is hidden already: tokens of this key, outputs of an earlier pass, what stands for a type.
    pub(super) fn closed(&self, document: &mut Document, text: &str) -> Vec<(usize, usize)> {
        let mut places = self.tokens.find(text);
        let again = |(at, found): (usize, &str)| (at, at + found.len());
        places.extend(text.match_indices(REDACTED).map(again));
        for (open, _) in text.match_indices('<') {
            let rest = text.get(open + 1..).unwrap_or_default();
            let length = rest
                .bytes()
                .take_while(|byte| byte.is_ascii_uppercase() || *byte == b'_')
                .count();
            if length >= 3 && rest.as_bytes().get(length) == Some(&b'>') {
                places.push((open, open + length + 2));
            }
        }
        places.extend(document.earlier_places(text));
        places
    }

    /// The text with its spans hidden, and where what was hidden now stands.
    fn write(
        &self,
        document: &mut Document,
        text: &str,
        spans: &[Span],
        written: &[(usize, usize)],
    ) -> (String, Vec<(usize, usize)>) {
        let mut out = String::with_capacity(text.len() + 32);
        let mut places = Vec::with_capacity(written.len() + spans.len());
        let mut old = written.iter().peekable();
        let mut done = 0;
        for span in spans {
            while let Some((start, end)) = old.next_if(|(start, _)| *start < span.start) {
                // Same distance behind the last byte that was copied.
                places.push((out.len() + (start - done), out.len() + (end - done)));
            }
            out.push_str(text.get(done..span.start).unwrap_or_default());
            done = span.end;
            let value = text.get(span.start..span.end).unwrap_or_default();
            let hidden = if span.plain {
                self.hide(document, &span.kind, span.role, value)
            } else {
                document.count(&span.kind, &Technique::Redact);
                String::new()
            };
            let start = out.len();
            out.push_str(if hidden.is_empty() { REDACTED } else { &hidden });
            places.push((start, out.len()));
        }
        for (start, end) in old {
            places.push((out.len() + (start - done), out.len() + (end - done)));
        }
        out.push_str(text.get(done..).unwrap_or_default());
        (out, places)
    }
}

/// Kinds whose values are worth finding again where no detector would see them.
pub(super) fn is_telling(kind: &str) -> bool {
    matches!(
        kind,
        "PERSON"
            | "EMAIL_ADDRESS"
            | "USER_NAME"
            | "HOST_NAME"
            | "DOMAIN_NAME"
            | "ORGANIZATION"
            | "PHONE_NUMBER"
            | "IP_ADDRESS"
            | "URL"
            | "IBAN_CODE"
            | "CREDIT_CARD"
    )
}

/// Kinds of values that are machines' and not persons'.
fn is_machine(kind: &str) -> bool {
    matches!(
        kind,
        "IP_ADDRESS"
            | "DOMAIN_NAME"
            | "HOST_NAME"
            | "URL"
            | "MAC_ADDRESS"
            | "FILE_NAME"
            | "PATH"
            | "MUTEX"
            | "HASH"
    )
}

pub(super) fn touches(places: &[(usize, usize)], start: usize, end: usize) -> bool {
    places.iter().any(|(from, to)| *from < end && start < *to)
}

/// The letters and digits of ASCII around a place belong to it.
fn run_around(text: &str, start: usize, end: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let is_run = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let (mut start, mut end) = (start, end);
    if is_run(start) {
        while start > 0 && is_run(start - 1) {
            start -= 1;
        }
    }
    if end > 0 && is_run(end - 1) {
        while is_run(end) {
            end += 1;
        }
    }
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while end < bytes.len() && !text.is_char_boundary(end) {
        end += 1;
    }
    (start, end)
}

/// Sorted and disjoint: what overlaps becomes one, of the kind of its longest.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start < last.end => {
                let longer = span.end - span.start > last.end - last.start;
                if longer {
                    (last.kind, last.plain) = (span.kind, span.plain);
                }
                last.role = last.role.max(span.role);
                last.end = last.end.max(span.end);
            }
            _ => out.push(span),
        }
    }
    out
}
