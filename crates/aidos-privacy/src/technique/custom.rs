//! Custom: a template of one's own, from a policy in TOML: `template = "{type}-{token:12}"`.
//!
//! | placeholder | becomes |
//! |---|---|
//! | `{type}` | the kind in lower case |
//! | `{TYPE}` | the kind |
//! | `{token:N}` | N characters, 8 to 40, that stand for the value; the last four are a tag. At most once |
//! | `{key}` | the public name of the key |
//! | `{{`, `}}` | a brace |
//!
//! Keeps: equality, where there is a token. Leaks: frequency. One-way. Idempotent: an output is known by
//! its text around the token and the token's tag. A token of N characters is the same for two of n values with
//! chance n²/2^(5(N-4)+1): take 16 for a million values.

use serde::{Deserialize, Serialize};

use super::token::{TAG, Tokens};
use super::{Error, fold};
use crate::key::CommunityKey;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Lower,
    Upper,
    Token(usize),
    Key,
}

/// A template, read and checked.
///
/// ```
/// # use aidos_privacy::{key::CommunityKey, technique::custom::Template};
/// let key = CommunityKey::from_bytes([7; 32]);
/// let template = Template::parse("[{type}:{token:12}]")?;
/// let hidden = template.apply("PERSON", "Ada", &key);
/// assert!(hidden.starts_with("[person:") && hidden.len() == 8 + 12 + 1);
/// assert_eq!(template.apply("PERSON", &hidden, &key), hidden);
/// # Ok::<(), aidos_privacy::technique::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// An unknown placeholder, a lone brace, a second token, or a length out of range.
    pub fn parse(source: &str) -> Result<Self, Error> {
        let wrong = |reason| Error::Parameter {
            technique: "custom",
            reason,
        };
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            text.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                text.extend(from.chars().next());
                rest = after;
                continue;
            }
            let (name, after) = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or_else(|| wrong("a brace of the template stands alone; write it twice"))?;
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(match name {
                "type" => Part::Lower,
                "TYPE" => Part::Upper,
                "key" => Part::Key,
                _ => {
                    let length = name
                        .strip_prefix("token:")
                        .and_then(|length| length.parse().ok())
                        .ok_or_else(|| {
                            wrong("the template has an unknown placeholder; known are {type}, {TYPE}, {key}, {token:N}")
                        })?;
                    if !(8..=40).contains(&length) {
                        return Err(wrong("a token has 8 to 40 characters; give such a length"));
                    }
                    Part::Token(length)
                }
            });
            rest = after;
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        let tokens = parts
            .iter()
            .filter(|part| matches!(part, Part::Token(_)))
            .count();
        if tokens > 1 {
            return Err(wrong(
                "the template has two tokens; one stands for the value",
            ));
        }
        Ok(Self {
            source: source.to_owned(),
            parts,
        })
    }

    /// What stands for a value.
    pub fn apply(&self, kind: &str, value: &str, key: &CommunityKey) -> String {
        let around = |parts: &[Part]| -> String {
            parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Lower => kind.to_lowercase(),
                    Part::Upper => kind.to_owned(),
                    Part::Key => key.id().to_string(),
                    Part::Token(_) => String::new(),
                })
                .collect()
        };
        let at = self
            .parts
            .iter()
            .position(|part| matches!(part, Part::Token(_)));
        let Some((before, [Part::Token(length), after @ ..])) =
            at.and_then(|at| self.parts.split_at_checked(at))
        else {
            return around(&self.parts);
        };
        let (before, after) = (around(before), around(after));
        let tokens = Tokens::new(key, kind);
        let word = format!("custom {}", self.source);
        let is_own = value
            .strip_prefix(before.as_str())
            .and_then(|rest| rest.strip_suffix(after.as_str()))
            .is_some_and(|token| token.len() == *length && tokens.holds(&word, token));
        if is_own {
            return value.to_owned();
        }
        let body = length.saturating_sub(TAG);
        // Another input than a pseudonym's, so that the two cannot be linked.
        let token = tokens.of(&word, &[b"custom", fold(value).as_bytes()], body);
        format!("{before}{token}{after}")
    }
}

impl TryFrom<String> for Template {
    type Error = Error;

    fn try_from(source: String) -> Result<Self, Error> {
        Self::parse(&source)
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    #[test]
    fn templates_are_read_once_and_checked() {
        for bad in [
            "{",
            "}",
            "{token}",
            "{token:7}",
            "{token:41}",
            "{x}",
            "{token:8}{token:9}",
            "a{b",
        ] {
            assert!(Template::parse(bad).is_err(), "{bad}");
        }
        let braces = Template::parse("{{{TYPE}}}").unwrap();
        assert_eq!(braces.apply("AGE", "5", &key(1)), "{AGE}");
        let with_key = Template::parse("{key}").unwrap();
        assert_eq!(with_key.apply("AGE", "5", &key(1)), key(1).id().to_string());
    }

    proptest! {
        #[test]
        fn twice_is_once(value: String, before in "[^{}]{0,9}", after in "[^{}]{0,9}", length in 8..41_usize) {
            let template = Template::parse(&format!("{before}{{type}}{{token:{length}}}{after}")).unwrap();
            let once = template.apply("PERSON", &value, &key(1));
            prop_assert_eq!(&template.apply("PERSON", &once, &key(1)), &once);
            prop_assert_ne!(template.apply("PERSON", &value, &key(2)), once);
        }

        #[test]
        fn any_template_is_an_answer(source: String) {
            let _ = Template::parse(&source);
        }
    }
}
