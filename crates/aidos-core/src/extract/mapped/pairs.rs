//! `key=value` pairs.

use std::borrow::Cow;

/// How pairs are told apart.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Style {
    /// What stands between pairs.
    pub(in crate::extract) separator: String,
    /// What stands between key and value.
    pub(in crate::extract) assign: String,
    /// Characters that are dropped around a value.
    pub(in crate::extract) trim: Vec<char>,
    /// A value goes on until the next key, blanks included, and escapes by a backslash (CEF).
    pub(in crate::extract) open_ended: bool,
}

/// Shows each pair of the text in order; words without an assignment are passed over.
///
/// A value is owned where quotes or escapes were undone in it.
pub(in crate::extract) fn each<'a>(
    text: &'a str,
    style: &Style,
    show: &mut dyn FnMut(&'a str, Cow<'a, str>),
) {
    if style.open_ended {
        each_open(text, style, show);
        return;
    }
    let mut rest = text;
    loop {
        rest = skip_separators(rest, style);
        if rest.is_empty() {
            return;
        }
        let end_of_word = find(rest, &style.separator).unwrap_or(rest.len());
        let assigned = rest
            .get(..end_of_word)
            .and_then(|word| find(word, &style.assign))
            .or_else(|| across(rest, end_of_word, &style.assign));
        let Some(at) = assigned else {
            rest = rest.get(end_of_word..).unwrap_or_default();
            continue;
        };
        let key = rest.get(..at).unwrap_or_default().trim();
        let after = rest.get(at + style.assign.len()..).unwrap_or_default();
        // A blank may stand after a colon, `key: value`, unless blanks are what separates pairs.
        let after = if style.separator.trim().is_empty() {
            after
        } else {
            after.trim_start()
        };
        if let Some((value, next)) = quoted(after) {
            show(key.trim_matches('"'), value);
            rest = next;
            continue;
        }
        let end = find(after, &style.separator).unwrap_or(after.len());
        let value = after.get(..end).unwrap_or_default();
        let value = value.trim_matches(|c: char| style.trim.contains(&c) || c == ' ');
        show(key, Cow::Borrowed(value));
        rest = after.get(end..).unwrap_or_default();
    }
}

/// Where a text first stands. One byte, as separators are, needs none of the tables that longer ones pay for.
fn find(text: &str, what: &str) -> Option<usize> {
    match what.as_bytes() {
        [byte] => memchr::memchr(*byte, text.as_bytes()),
        _ => text.find(what),
    }
}

/// An assignment of several characters that begins before the end of a word and goes on behind it.
fn across(text: &str, end: usize, assign: &str) -> Option<usize> {
    if assign.len() == 1 {
        return None;
    }
    text.find(assign).filter(|&at| at < end)
}

fn skip_separators<'a>(mut text: &'a str, style: &Style) -> &'a str {
    loop {
        let shorter = text.trim_start_matches([' ', '\t']);
        let shorter = shorter
            .strip_prefix(style.separator.as_str())
            .unwrap_or(shorter);
        if shorter.len() == text.len() || shorter.is_empty() {
            return shorter;
        }
        text = shorter;
    }
}

/// A value in quotation marks at the start, and what follows it.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let mut has_escape = false;
    for (index, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => {
                escaped = true;
                has_escape = true;
            }
            b'"' => {
                let value = inside.get(..index)?;
                let rest = inside.get(index + 1..)?;
                let value = if has_escape {
                    Cow::Owned(unescape(value))
                } else {
                    Cow::Borrowed(value)
                };
                return Some((value, rest));
            }
            _ => {}
        }
    }
    None
}

/// The extension of CEF: `src=192.0.2.1 msg=two words act=a\=b`.
fn each_open<'a>(text: &'a str, style: &Style, show: &mut dyn FnMut(&'a str, Cow<'a, str>)) {
    let Some((mut key, mut value_at)) = next_key(text, 0, &style.assign) else {
        return;
    };
    loop {
        let next = next_key(text, value_at, &style.assign);
        let end = next.map_or(text.len(), |(next, _)| offset(text, next));
        let value = text.get(value_at..end).unwrap_or_default().trim();
        let value = value.trim_matches(|c: char| style.trim.contains(&c));
        if value.contains('\\') {
            show(key, Cow::Owned(unescape(value)));
        } else {
            show(key, Cow::Borrowed(value));
        }
        let Some(next) = next else { return };
        (key, value_at) = next;
    }
}

/// The next word that is followed by the assignment, from an offset; and where its value starts.
fn next_key<'a>(text: &'a str, from: usize, assign: &str) -> Option<(&'a str, usize)> {
    let mut search = from;
    loop {
        let at = search + find(text.get(search..)?, assign)?;
        let before = text.get(from..at)?;
        let start = from + before.rfind([' ', '\t']).map_or(0, |blank| blank + 1);
        let key = text.get(start..at)?;
        let sound = !key.is_empty()
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']'))
            // Inside a value a key needs a blank before it.
            && (from == 0 || start > from || before.is_empty());
        if sound {
            return Some((key, at + assign.len()));
        }
        search = at + assign.len();
    }
}

fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// Undoes backslashes: `\n`, `\r`, `\t`, and any other character for itself.
pub(in crate::extract) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn style(separator: &str, trim: &str, open_ended: bool) -> Style {
        Style {
            separator: separator.into(),
            assign: "=".into(),
            trim: trim.chars().collect(),
            open_ended,
        }
    }

    fn all(text: &str, style: &Style) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        each(text, style, &mut |key, value| {
            pairs.push((key.to_owned(), value.into_owned()));
        });
        pairs
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.into(), value.into())
    }

    #[test]
    fn blanks_commas_and_quotes() {
        assert_eq!(
            all(
                "IN=eth0 OUT= DF SRC=192.0.2.1  x=\"a \\\"b\\\" c\" y=1",
                &style(" ", "", false)
            ),
            [
                pair("IN", "eth0"),
                pair("OUT", ""),
                pair("SRC", "192.0.2.1"),
                pair("x", "a \"b\" c"),
                pair("y", "1")
            ]
        );
        assert_eq!(
            all(
                "to=<a@x.org>, relay=none, dsn=2.0.0,",
                &style(" ", "<>,", false)
            ),
            [
                pair("to", "a@x.org"),
                pair("relay", "none"),
                pair("dsn", "2.0.0")
            ]
        );
        assert_eq!(
            all("a=1|b=two words||c=3", &style("|", "", false)),
            [pair("a", "1"), pair("b", "two words"), pair("c", "3")]
        );
    }

    #[test]
    fn open_ended_values_run_to_the_next_key() {
        assert_eq!(
            all(
                r"src=192.0.2.1 msg=two words, a\=b \\ end act=drop cs1Label=",
                &style(" ", "", true)
            ),
            [
                pair("src", "192.0.2.1"),
                pair("msg", r"two words, a=b \ end"),
                pair("act", "drop"),
                pair("cs1Label", "")
            ]
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}|[a-c=\\\\\" ,|]{0,60}", open: bool, separator in "[ ,|]") {
            all(&text, &style(&separator, "<>,", open));
        }
    }
}
