//! Messages of one line: what a file says must not end the line of a message, nor be obeyed by a terminal.

/// The text with its control characters escaped.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// What the reader of TOML says of a document, with line and column from 1.
pub(crate) fn of_toml(document: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = document.get(..start).unwrap_or(document);
    let line = before.split('\n').count();
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |own| own.chars().count())
        + 1;
    let words = error.message().trim().replace('\n', " ");
    format!("line {line}, column {column}: {}", one_line(&words))
}

/// What the compiler of expressions says: its last line, without the drawing above it.
pub(crate) fn of_regex(error: &regex::Error) -> String {
    let words = error.to_string();
    let last = words.lines().last().unwrap_or_default().trim();
    let last = last.strip_prefix("error: ").unwrap_or(last);
    one_line(last.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_and_controls_are_left_out() {
        assert_eq!(one_line("a\u{1b}[1m\nb"), "a\\u{1b}[1m\\nb");
        let source = "a = 1\nb = ?";
        let error = toml::from_str::<toml::Table>(source).unwrap_err();
        let said = of_toml(source, &error);
        assert!(said.starts_with("line 2, column 5: "), "{said}");
        #[allow(clippy::invalid_regex)] // that is what is tested
        let error = regex::Regex::new("a(b").unwrap_err();
        assert_eq!(of_regex(&error), "unclosed group");
    }
}
