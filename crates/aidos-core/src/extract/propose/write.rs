//! The text of a proposed mapping file.

use std::fmt::Write as _;

use super::names::Guess;

/// A mapping file on its way. Writing to a string cannot fail.
pub(super) struct File {
    text: String,
}

impl File {
    pub(super) fn new(name: &str, format: &str, about: &str) -> Self {
        let mut text = String::from(
            "# Proposed from a sample: read it before you use it. Every key is described in\n\
             # docs/reference/mappings.md. Names and fields may be changed, lines left out.\n",
        );
        let _ = writeln!(text, "# {}", one_line(about));
        let _ = writeln!(text, "name = {}\nformat = \"{format}\"", quoted(name));
        Self { text }
    }

    /// `key = "value"`.
    pub(super) fn key(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.text, "{key} = {}", quoted(value));
    }

    pub(super) fn list(&mut self, key: &str, values: &[&str]) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        let _ = writeln!(self.text, "{key} = [{}]", values.join(", "));
    }

    /// A condition: the path is there.
    pub(super) fn present(&mut self, path: &str) {
        let _ = writeln!(self.text, "{} = true", quoted(path));
    }

    pub(super) fn table(&mut self, name: &str) {
        let _ = writeln!(self.text, "\n{name}");
    }

    pub(super) fn comment(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {}", one_line(text));
    }

    /// The sources and their fields, each with its reason behind it.
    pub(super) fn guesses(&mut self, guesses: &[Guess]) {
        for guess in guesses {
            let source = quoted(&guess.source);
            let why = one_line(&guess.why);
            let _ = match &guess.field {
                Some(field) => writeln!(self.text, "{source} = \"{field}\" # {why}"),
                None => writeln!(self.text, "# {source} = \"…\" # {why}"),
            };
        }
    }

    /// Types of the fields of our own.
    pub(super) fn types(&mut self, guesses: &[Guess]) {
        let typed: Vec<(&String, &str)> = guesses
            .iter()
            .filter_map(|guess| Some((guess.field.as_ref()?, guess.kind?)))
            .collect();
        if typed.is_empty() {
            return;
        }
        self.table("[fields]");
        for (field, kind) in typed {
            let _ = writeln!(self.text, "\"{field}\" = {{ type = \"{kind}\" }}");
        }
    }

    pub(super) fn done(self) -> String {
        self.text
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let is_plain = !text.contains(['\'', '\\', '"']) && !text.chars().any(char::is_control);
    if is_plain {
        return format!("\"{text}\"");
    }
    if !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Comments may hold no control characters.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
