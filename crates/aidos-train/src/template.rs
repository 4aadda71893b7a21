//! Templates: text with slots `{name}` and choices `[[this|that]]`, a line each.

use std::fs;
use std::io;
use std::path::Path;

use crate::random::Random;

/// The templates of one language: those with names, and those without any.
#[derive(Debug)]
pub(crate) struct Templates {
    pub(crate) with: Vec<String>,
    pub(crate) without: Vec<String>,
}

impl Templates {
    /// Reads two files of templates.
    pub(crate) fn read(folder: &Path, with: &str, without: &str) -> io::Result<Templates> {
        Ok(Templates {
            with: lines(&folder.join(with))?,
            without: lines(&folder.join(without))?,
        })
    }

    /// Those templates whose number in their file is kept.
    pub(crate) fn part(&self, keep: impl Fn(usize) -> bool) -> Templates {
        let part = |all: &[String]| -> Vec<String> {
            let kept = all.iter().enumerate().filter(|(n, _)| keep(*n));
            kept.map(|(_, template)| template.clone()).collect()
        };
        Templates {
            with: part(&self.with),
            without: part(&self.without),
        }
    }
}

fn lines(path: &Path) -> io::Result<Vec<String>> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(|line| line.replace("\\n", "\n")).collect())
}

/// Decides all choices of a template, the inner ones first.
pub(crate) fn choose(template: &str, random: &mut Random) -> String {
    let mut text = template.to_owned();
    // Each turn takes one choice away.
    while let Some(open) = text.rfind("[[") {
        let Some(length) = text.get(open + 2..).and_then(|rest| rest.find("]]")) else {
            break;
        };
        let inner = text.get(open + 2..open + 2 + length).unwrap_or_default();
        let ways: Vec<&str> = inner.split('|').collect();
        let way = random.pick::<str, _>(&ways).unwrap_or_default().to_owned();
        text.replace_range(open..open + length + 4, &way);
    }
    text
}

/// A part of a template whose choices are decided.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    Text(&'t str),
    Slot(&'t str),
}

/// Parts a template at its slots: a small or capital word in braces.
pub(crate) fn parts(template: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        let close = from.find('}').unwrap_or(0);
        let name = from.get(1..close).unwrap_or_default();
        let is_slot =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let end = if is_slot { close + 1 } else { 1 };
        let (slot, behind) = from.split_at(end);
        if is_slot {
            out.push(Part::Text(before));
            out.push(Part::Slot(name));
        } else {
            out.push(Part::Text(before));
            out.push(Part::Text(slot));
        }
        rest = behind;
    }
    out.push(Part::Text(rest));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_and_slots() {
        let mut random = Random::new(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            seen.insert(choose("a [[b|c [[d|e]]|]]!", &mut random));
        }
        let all: Vec<&str> = seen.iter().map(String::as_str).collect();
        assert_eq!(all, ["a !", "a b!", "a c d!", "a c e!"]);
        let cut = parts("{\"n\": \"{person}\"}");
        assert!(cut.contains(&Part::Slot("person")));
        assert_eq!(
            cut.iter()
                .filter(|part| matches!(part, Part::Slot(_)))
                .count(),
            1
        );
    }
}
