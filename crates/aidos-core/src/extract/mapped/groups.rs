//! The groups of an expression, found without looking at more of the text than they need.
//!
//! Many expressions end in a group that takes the rest of the line: `… (?<event.reason>.*)$`. To find groups is
//! dear, far dearer than to know that there is a match, and costs by the byte. So the rest is left out of
//! the search: where what stands before it matches, a rest without line breaks always does.

use std::ops::Range;

use regex::Regex;

/// An expression that is asked for its groups.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    whole: Regex,
    short: Option<Short>,
}

/// The expression without the end of its last group, and the number of that group.
#[derive(Clone, Debug)]
struct Short {
    regex: Regex,
    last: usize,
}

impl Groups {
    /// The groups of a compiled expression.
    pub(super) fn new(whole: Regex) -> Self {
        let short = shorten(whole.as_str())
            .and_then(|(source, name)| {
                let regex = Regex::new(&source).ok()?;
                let last = regex.capture_names().position(|own| own == Some(name))?;
                Some(Short { regex, last })
            })
            .filter(|short| short.regex.capture_names().eq(whole.capture_names()));
        Self { whole, short }
    }

    /// The expression itself.
    pub(super) fn as_str(&self) -> &str {
        self.whole.as_str()
    }

    /// The names of the groups, the whole match first.
    pub(super) fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.whole.capture_names()
    }

    /// Shows the number and place of each group that took part, in order, and whether the text matches;
    /// group 0 is not shown.
    pub(super) fn each(&self, text: &str, show: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        let short = self
            .short
            .as_ref()
            .filter(|_| memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_none());
        let regex = short.map_or(&self.whole, |short| &short.regex);
        let Some(captures) = regex.captures(text) else {
            return false;
        };
        for (index, group) in captures.iter().enumerate().skip(1) {
            let Some(group) = group else { continue };
            let is_last = short.is_some_and(|short| short.last == index);
            let end = if is_last { text.len() } else { group.end() };
            show(index, group.start()..end);
        }
        true
    }
}

/// Takes `.*` out of a named group that ends the expression; returns the rest and the group's name.
///
/// `None` where that could change a match: the group or all of it holds alternatives at its own level,
/// or a flag is set somewhere.
fn shorten(source: &str) -> Option<(String, &str)> {
    let head = source.strip_suffix(".*)$")?;
    // Where each open parenthesis stands, and whether an alternative was seen at its level.
    let mut open: Vec<(usize, bool)> = vec![(0, false)];
    let mut classes = 0usize;
    let mut bytes = head.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                // A backslash at the end makes the dot a dot.
                bytes.next()?;
            }
            b'[' => {
                classes += 1;
                // A bracket at the start of a class is a member of it.
                if bytes.peek().is_some_and(|(_, byte)| *byte == b'^') {
                    bytes.next();
                }
                if bytes.peek().is_some_and(|(_, byte)| *byte == b']') {
                    bytes.next();
                }
            }
            b']' => classes = classes.saturating_sub(1),
            _ if classes > 0 => {}
            b'(' => {
                let kind = head.get(at + 1..)?;
                let is_flag = kind.starts_with('?')
                    && !["?:", "?<", "?P<"].iter().any(|k| kind.starts_with(k));
                if is_flag {
                    return None;
                }
                open.push((at, false));
            }
            b')' => {
                open.pop();
            }
            b'|' => open.last_mut()?.1 = true,
            _ => {}
        }
    }
    let [(_, false), (at, false)] = open.as_slice() else {
        return None;
    };
    let group = head.get(at + 1..)?;
    let name = group
        .strip_prefix("?<")
        .or_else(|| group.strip_prefix("?P<"))?;
    let (name, _) = name.split_once('>')?;
    Some((format!("{head})"), name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::mapped::Shipped;
    use crate::extract::mapped::tests::samples::SAMPLES;
    use proptest::prelude::*;

    /// Holds the groups against those of the expression as it was written.
    fn compare(groups: &Groups, text: &str) {
        let mut found = Vec::new();
        let is_match = groups.each(text, &mut |index, range| found.push((index, range)));
        let wanted = groups.whole.captures(text);
        assert_eq!(is_match, wanted.is_some(), "{} {text}", groups.as_str());
        let wanted: Vec<_> = wanted
            .iter()
            .flat_map(|captures| captures.iter().enumerate().skip(1))
            .filter_map(|(index, group)| Some((index, group?.range())))
            .collect();
        assert_eq!(found, wanted, "{} {text}", groups.as_str());
    }

    #[test]
    fn only_what_changes_nothing_is_shortened() {
        for (source, short) in [
            ("^a (?<x>.*)$", Some("^a (?<x>)")),
            ("^(?<y>b|c)(?P<x>IN=.*)$", Some("^(?<y>b|c)(?P<x>IN=)")),
            ("^(?<x>[]|(]+.*)$", Some("^(?<x>[]|(]+)")),
            ("^(?<x>(?:a|b).*)$", Some("^(?<x>(?:a|b))")),
            (r"^(?<x>\.*)$", None),
            (r"^(?<x>\\.*)$", Some(r"^(?<x>\\)")),
            ("^(?<x>a|b.*)$", None),
            ("^a|(?<x>.*)$", None),
            ("^(?s)(?<x>.*)$", None),
            ("^(?s:a)(?<x>.*)$", None),
            ("^(?:b(?<x>.*)$)?", None),
            ("^(?:a.*)$", None),
            ("^(?<x>.*)", None),
        ] {
            let found = shorten(source);
            assert_eq!(found.as_ref().map(|(source, _)| source.as_str()), short);
        }
    }

    proptest! {
        #[test]
        fn groups_are_those_of_the_whole_expression(
            text in "[abIN=@.|\\]( \n\r]{0,14}|\\PC{0,8}",
            source in proptest::sample::select(vec![
                "^a (?<x>.*)$",
                "(?<y>b|a)?(?<x>N=.*)$",
                "^(?<y>.*?)(?:[ |]|^)+(?<x>I.*? ?=.*)$",
                "^(?<x>[]|(]+.*)$",
                "^(?<x>(?:a|(?<y>b)).*)$",
                "^(?<x>[^@]*@.*)$",
                r"(?<x>\\.*)$",
                "^(?<x>a|b.*)$",
            ]),
        ) {
            compare(&Groups::new(Regex::new(source).unwrap()), &text);
        }
    }

    #[test]
    fn shipped_expressions_find_the_same() {
        let mut short = 0;
        for provider in Shipped::compiled() {
            let mapping = provider.mapping();
            for groups in mapping.patterns.iter().filter_map(|p| p.groups.as_ref()) {
                short += usize::from(groups.short.is_some());
                for (_, line) in SAMPLES.iter().filter(|(of, _)| *of == mapping.name) {
                    for (at, _) in line.match_indices(' ') {
                        let (start, rest) = line.split_at(at);
                        compare(groups, start);
                        compare(groups, rest.trim_start());
                    }
                }
            }
        }
        assert!(short > 10, "{short}");
    }
}
