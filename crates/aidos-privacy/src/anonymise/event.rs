//! What whole events have in common: values in their places, names, times, hashes.

use aidos_model::Timestamp;
use serde_json::{Map, Value};

use super::prose::{Setting, kind_of, touches};
use super::{Anonymiser, Document, REDACTED, names};
use crate::pii::Kind;
use crate::policy::Text;
use crate::role::{Role, is_in_domain};
use crate::technique::Technique;

/// Why a document cannot be anonymised as an event. Holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The document is no STIX bundle.
    #[error(
        "cannot anonymise as STIX: the document is neither a bundle nor an object with a type; pass it as text"
    )]
    NotStix,
    /// The document is no MISP event.
    #[error("cannot anonymise as MISP: the document has no `Event`; pass it as text")]
    NotMisp,
}

/// One event under work.
pub(super) struct Work<'w> {
    pub(super) own: &'w Anonymiser,
    pub(super) document: &'w mut Document,
}

impl Work<'_> {
    /// Tells the document whose a value is.
    pub(super) fn know(&mut self, kind: &str, role: Role, value: &str) {
        if value == REDACTED {
            return;
        }
        self.own.learn(self.document, kind, role, value);
        if kind == "URL" && role == Role::Attacker {
            self.learn_url(value);
        }
    }

    /// An e-mail address in the path or query of an attacker's URL is whom it was sent to, unless it is of the same host.
    fn learn_url(&mut self, url: &str) {
        let after = url.split_once("://").map_or(url, |(_, rest)| rest);
        let Some((host, rest)) = after.split_once(['/', '?', '#']) else {
            return;
        };
        let rest = rest.replace("%40", "@").replace(['=', '&', '/'], " ");
        let mut findings = Vec::new();
        self.own.scanner.scan(&rest, &mut findings);
        for finding in findings
            .iter()
            .filter(|finding| finding.kind == Kind::EmailAddress)
        {
            if let Some(mail) = rest.get(finding.start..finding.end)
                && !is_in_domain(mail, host.rsplit('@').next().unwrap_or(host))
            {
                self.document.know("EMAIL_ADDRESS", Role::Victim, mail);
            }
        }
    }

    /// A value at its place; `None` where nothing may stand for it.
    pub(super) fn value(&mut self, kind: &str, role: Role, text: &str) -> Option<String> {
        // What an earlier pass took away is nobody's value.
        if text == REDACTED {
            return Some(text.to_owned());
        }
        let role = self.document.role_of(kind, text, role);
        if self.own.technique(kind, role, text) == Technique::Keep {
            return Some(self.kept(kind, role, text));
        }
        let hidden = self.own.hide(self.document, kind, role, text);
        (!hidden.is_empty()).then_some(hidden)
    }

    /// A value that stays, but for what is known of victims inside of it.
    fn kept(&mut self, kind: &str, role: Role, text: &str) -> String {
        let setting = Setting {
            known_only: true,
            ..Setting::default()
        };
        let out = self.own.rewrite(self.document, text, &setting);
        self.document.count(kind, &Technique::Keep);
        if role == Role::Attacker {
            let counts = &mut self.document.statistics;
            *(if out == text {
                &mut counts.iocs_kept
            } else {
                &mut counts.iocs_changed
            }) += 1;
        }
        out
    }

    /// Prose, as the policy says; `None` where it takes prose away.
    pub(super) fn prose(&mut self, text: &str, setting: &Setting<'_>) -> Option<String> {
        if self.own.policy().text == Text::Redact {
            self.document.statistics.texts_redacted += 1;
            return None;
        }
        let careful = self.own.policy().text == Text::Careful;
        let setting = Setting {
            told: true,
            careful,
            ..*setting
        };
        Some(self.own.rewrite(self.document, text, &setting))
    }

    /// A short text that is no prose: a name, a label. Never taken away by the policy's rule for prose.
    pub(super) fn name(&mut self, text: &str, setting: &Setting<'_>) -> String {
        self.own.rewrite(self.document, text, setting)
    }

    /// A word of a standard: stays where nothing is known to hide in it.
    pub(super) fn is_clean(&self, text: &str) -> bool {
        self.document.known.find(text).is_empty()
            && self.own.always_search.find(text.as_bytes()).is_empty()
    }

    /// A time, as the policy's technique for `DATE_TIME` makes it; `None` for what is no time.
    pub(super) fn time(&mut self, text: &str) -> Option<String> {
        let time = Timestamp::parse(text).filter(|_| text.len() <= 40)?;
        let technique = self.own.technique("DATE_TIME", Role::Bystander, text);
        if technique == Technique::Keep {
            return Some(text.to_owned());
        }
        if let Some(earlier) = self.document.earlier_output("DATE_TIME", text) {
            return Some(earlier);
        }
        let hidden = technique
            .apply("DATE_TIME", &time.to_string(), &self.own.key)
            .ok()?;
        let mut out = if let Some(time) = Timestamp::parse(&hidden.text) {
            time.to_string()
        } else {
            // A month or a year, as the instant at which it begins.
            let full = hidden.text.get(..7).map_or_else(
                || format!("{}-01-01T00:00:00Z", hidden.text),
                |month| format!("{month}-01T00:00:00Z"),
            );
            Timestamp::parse(&full)?.to_string()
        };
        if text.contains('.') && !out.contains('.') {
            out = out.replace('Z', ".000Z");
        }
        self.document.count("DATE_TIME", &technique);
        self.document.note(
            "DATE_TIME",
            &crate::technique::Hidden {
                text: out.clone(),
                reversible: false,
            },
        );
        Some(out)
    }

    /// A hash of a file: of an attacker's it stays, unless it is the hash of something known.
    pub(super) fn hash(&mut self, role: Role, text: &str) -> Option<String> {
        let shaped = (8..=200).contains(&text.len())
            && text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'/' | b'+' | b'=' | b',')
            });
        let technique = self.own.technique("HASH", role, text);
        if !shaped || !self.is_clean(text) {
            self.document.count("HASH", &Technique::Redact);
            return None;
        }
        if technique == Technique::Keep {
            self.document.count("HASH", &technique);
            self.document.statistics.iocs_kept += u64::from(role == Role::Attacker);
            return Some(text.to_owned());
        }
        let hidden = self.own.hide(self.document, "HASH", role, text);
        (!hidden.is_empty()).then_some(hidden)
    }

    /// Learns what prose tells of persons, before anything is written.
    pub(super) fn learn_prose(&mut self, text: &str, setting: &Setting<'_>) {
        // What an earlier pass wrote tells of nobody, whatever it looks like beside its new neighbours.
        let closed = self.own.closed(self.document, text);
        let mut findings = Vec::new();
        self.own.scanner.scan(text, &mut findings);
        for finding in &findings {
            if touches(&closed, finding.start, finding.end) {
                continue;
            }
            if let Some(value) = text.get(finding.start..finding.end) {
                let kind = kind_of(finding);
                let role = self.own.told_role(&setting.clues(&kind, value));
                if super::prose::is_telling(&kind) {
                    self.know(&kind, role, value);
                }
            }
        }
        if self.own.policy().text == Text::Careful {
            for (start, end) in names::find(text) {
                if touches(&closed, start, end) {
                    continue;
                }
                if let Some(value) = text.get(start..end) {
                    self.document.know("PERSON", Role::Bystander, value);
                }
            }
        }
    }

    /// Counts what was left out.
    pub(super) fn dropped(&mut self) {
        self.document.statistics.dropped += 1;
    }
}

/// The text of a property.
pub(super) fn text<'m>(object: &'m Map<String, Value>, name: &str) -> &'m str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a text is a version such as `2.1` or `7.0.1-rc3`: digits and dots first, few letters.
pub(super) fn is_version(text: &str) -> bool {
    text.len() <= 16
        && text != REDACTED
        && text
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
        && text.bytes().filter(u8::is_ascii_alphabetic).count() <= 3
        && text.bytes().filter(u8::is_ascii_digit).count() <= 8
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}
