//! A log entry: the fields of `entries.jsonl`, in the words of ECS.

use std::net::IpAddr;

use aidos_model::{Mac, Timestamp};
use serde_json::{Map, Value};

use super::prose::Setting;
use super::{Anonymiser, Document, REDACTED};
use crate::pii::Finding;
use crate::policy::Text;
use crate::role::{Clues, Direction, End, Role};

/// What becomes of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// A word of ours or of ECS: stays if it is one, else it is text.
    Word,
    /// A number, a flag.
    Number,
    /// A value of this kind at this end.
    Value(&'static str, End),
    /// Text.
    Text(End),
}

/// The rule of a field by its path, names joined by dots. Fields of others are text.
fn rule(path: &str) -> Rule {
    use End::{Destination, Observer, Other, Source, User};
    use Rule::{Number, Text, Word};
    match path {
        "@timestamp" => Rule::Value("DATE_TIME", Other),
        "event.provider"
        | "event.kind"
        | "event.category"
        | "event.action"
        | "event.outcome"
        | "event.type"
        | "network.transport"
        | "aidos.defects"
        | "aidos.routeros.topics"
        | "aidos.routeros.chain"
        | "aidos.routeros.state"
        | "aidos.routeros.flags" => Word,
        "source.ip" | "source.nat.ip" => Rule::Value("IP_ADDRESS", Source),
        "destination.ip" | "destination.nat.ip" => Rule::Value("IP_ADDRESS", Destination),
        // A hardware address is of the own network's next hop, whoever sent the packet.
        "source.mac" | "destination.mac" => Rule::Value("MAC_ADDRESS", Observer),
        "source.port"
        | "destination.port"
        | "source.nat.port"
        | "destination.nat.port"
        | "network.bytes"
        | "log.origin.file.line"
        | "log.syslog.priority" => Number,
        "user.name" | "related.user" => Rule::Value("USER_NAME", User),
        "log.syslog.hostname" | "observer.hostname" | "host.name" => {
            Rule::Value("HOST_NAME", Observer)
        }
        "email.from" | "email.to" | "aidos.email_addresses" => Rule::Value("EMAIL_ADDRESS", Other),
        "related.ip" => Rule::Value("IP_ADDRESS", Other),
        _ if path.starts_with("observer.") => Text(Observer),
        _ => Text(Other),
    }
}

/// What is known of an entry.
#[derive(Clone, Copy)]
struct Place<'f> {
    direction: Direction,
    /// What was found in its message.
    found: &'f [Finding],
}

impl Anonymiser {
    /// An entry of `entries.jsonl`, anonymised in its place; `direction` is what the caller judged of its two sides.
    ///
    /// Known fields are hidden as values, `message` and fields of others as text, with the same replacements: a value of a field is
    /// hidden in the message too. A field that is taken away is gone. What is no object is taken away.
    ///
    /// The caller gives a document for each entry, or one for all of a file.
    pub fn entry(&self, document: &mut Document, entry: &mut Value, direction: Direction) {
        let mut found = Vec::new();
        let message = entry.get("message").and_then(Value::as_str);
        if let Some(message) = message
            && self.policy().text != Text::Redact
        {
            self.scanner.scan(message, &mut found);
        }
        self.entry_with(document, entry, direction, &found);
    }

    /// The same for who has scanned the `message` already: `found` is what [`Anonymiser::scanner`] found in it.
    pub fn entry_with(
        &self,
        document: &mut Document,
        entry: &mut Value,
        direction: Direction,
        found: &[Finding],
    ) {
        let Value::Object(fields) = entry else {
            *entry = Value::Null;
            return;
        };
        let place = Place { direction, found };
        self.learn_entry(document, fields, &mut String::new(), place);
        self.hide_entry(document, fields, &mut String::new(), place);
    }

    /// First the document learns whose the values are, so that the message can be written with it.
    fn learn_entry(
        &self,
        document: &mut Document,
        fields: &Map<String, Value>,
        path: &mut String,
        place: Place<'_>,
    ) {
        for (name, field) in fields {
            let length = join(path, name);
            match field {
                Value::Object(inner) => self.learn_entry(document, inner, path, place),
                Value::String(value) => self.learn_value(document, path, value, place),
                Value::Array(items) => {
                    for value in items.iter().filter_map(Value::as_str) {
                        self.learn_value(document, path, value, place);
                    }
                }
                _ => {}
            }
            path.truncate(length);
        }
    }

    fn learn_value(&self, document: &mut Document, path: &str, value: &str, place: Place<'_>) {
        if let Rule::Value(kind, end) = rule(path)
            && kind != "DATE_TIME"
        {
            // A list that repeats what stands elsewhere says nothing of its own.
            if path.starts_with("related.") && document.known.role(value).is_some() {
                return;
            }
            let clues = Clues {
                entry: Some((place.direction, end)),
                ..Clues::of(kind, value)
            };
            let role = self.judge.role(&clues);
            self.learn(document, kind, role, value);
        }
    }

    fn hide_entry(
        &self,
        document: &mut Document,
        fields: &mut Map<String, Value>,
        path: &mut String,
        place: Place<'_>,
    ) {
        let dropped = document.statistics.dropped;
        fields.retain(|name, field| {
            let length = join(path, name);
            let stays = self.is_name(name) && self.hide_field(document, field, path, place);
            path.truncate(length);
            if !stays {
                document.statistics.dropped += 1;
            }
            stays
        });
        if document.statistics.dropped > dropped && path.is_empty() {
            // What lost all of its fields says nothing.
            fields.retain(|_, field| field.as_object().is_none_or(|inner| !inner.is_empty()));
        }
    }

    /// Whether a field stays.
    fn hide_field(
        &self,
        document: &mut Document,
        field: &mut Value,
        path: &mut String,
        place: Place<'_>,
    ) -> bool {
        match field {
            Value::Object(inner) => {
                self.hide_entry(document, inner, path, place);
                !inner.is_empty()
            }
            Value::Array(items) => {
                items.retain_mut(|item| self.hide_field(document, item, path, place));
                !items.is_empty()
            }
            Value::String(text) => {
                let hidden = self.hide_leaf(document, text, path, place);
                let stays = !hidden.is_empty() || text.is_empty();
                *text = hidden;
                stays
            }
            Value::Number(number) if rule(path) != Rule::Number => {
                let text = number.to_string();
                // A number in which something personal is found goes: it cannot hold a token.
                self.hide_leaf(document, &text, path, place) == text
            }
            Value::Number(_) | Value::Bool(_) | Value::Null => true,
        }
    }

    fn hide_leaf(
        &self,
        document: &mut Document,
        text: &str,
        path: &str,
        place: Place<'_>,
    ) -> String {
        let rule = rule(path);
        let end = match rule {
            Rule::Value(kind, end) => {
                let clues = Clues {
                    entry: Some((place.direction, end)),
                    ..Clues::of(kind, text)
                };
                let judged = self.judge.decided(&clues);
                let role = judged
                    .or_else(|| document.known.role(text))
                    .unwrap_or_else(|| self.role(document, &clues));
                let hidden = fitting(kind, self.hide(document, kind, role, text));
                if role == Role::Attacker && hidden == text {
                    document.statistics.iocs_kept += 1;
                }
                return hidden;
            }
            Rule::Word if is_word(text) => return text.to_owned(),
            Rule::Word | Rule::Number => End::Other,
            Rule::Text(end) => end,
        };
        let setting = Setting {
            entry: Some((place.direction, end)),
            ..Setting::default()
        };
        if path == "message" {
            let found = Some(place.found);
            return self.prose(document, text, &Setting { found, ..setting });
        }
        self.rewrite(document, text, &setting)
    }

    /// Whether a name of a field may stand: a short word in which no detector finds anything.
    fn is_name(&self, name: &str) -> bool {
        let short = name.len() <= 64
            && name.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'@' | b'-')
            });
        // Short words of letters are what ECS has, and hold nothing.
        let plain = name.len() <= 24
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        short
            && (plain || name == "@timestamp" || {
                let mut findings = Vec::new();
                self.scanner.scan(name, &mut findings);
                findings.is_empty()
            })
    }
}

/// A hidden value as a field of its type can hold it: the first address of a network, the first moment of a day, month or year.
/// What is none of that is taken away, so that an entry stays one.
fn fitting(kind: &str, hidden: String) -> String {
    match kind {
        "IP_ADDRESS" => {
            let address = hidden.split('/').next().unwrap_or_default();
            if address.parse::<IpAddr>().is_ok() {
                address.to_owned()
            } else {
                String::new()
            }
        }
        "DATE_TIME" if Timestamp::parse(&hidden).is_some() => hidden,
        "DATE_TIME" => {
            // `2023`, `2023-03` or `2023-03-14`, filled up.
            let rest = "0000-01-01T00:00:00Z"
                .get(hidden.len()..)
                .unwrap_or_default();
            let whole = format!("{hidden}{rest}");
            if Timestamp::parse(&whole).is_some() {
                whole
            } else {
                String::new()
            }
        }
        "MAC_ADDRESS" if Mac::parse(&hidden).is_none() => String::new(),
        _ => hidden,
    }
}

fn join(path: &mut String, name: &str) -> usize {
    let length = path.len();
    if length > 0 {
        path.push('.');
    }
    path.push_str(name);
    length
}

/// A word of ours: small letters, digits, a few signs; no longer than a word is.
fn is_word(text: &str) -> bool {
    text.len() <= 32
        && text != REDACTED
        && text.bytes().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || matches!(byte, b'_' | b'-' | b',' | b'|')
        })
        && text.bytes().filter(u8::is_ascii_digit).count() < 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_keeps_its_type() {
        for (kind, hidden, fits) in [
            ("IP_ADDRESS", "10.20.0.0/16", "10.20.0.0"),
            ("IP_ADDRESS", "2001:db8::/32", "2001:db8::"),
            ("IP_ADDRESS", "203.0.113.7", "203.0.113.7"),
            ("IP_ADDRESS", "<IP_ADDRESS>", ""),
            ("DATE_TIME", "2023-03", "2023-03-01T00:00:00Z"),
            ("DATE_TIME", "2023", "2023-01-01T00:00:00Z"),
            (
                "DATE_TIME",
                "2023-03-14T20:30:23.5Z",
                "2023-03-14T20:30:23.5Z",
            ),
            ("DATE_TIME", "<DATE_TIME>", ""),
            ("MAC_ADDRESS", "00:1b:44:11:3a:b7", "00:1b:44:11:3a:b7"),
            ("MAC_ADDRESS", "<MAC_ADDRESS>", ""),
            ("USER_NAME", "<USER_NAME>", "<USER_NAME>"),
        ] {
            assert_eq!(fitting(kind, hidden.to_owned()), fits, "{kind} {hidden}");
        }
    }
}
