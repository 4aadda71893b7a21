//! What proposals for lines of text share: the syslog header, the stamp at the start.

use super::most;
use super::values::{Kind, kind};
use super::write::File;
use crate::clean::stamp::{self, Stamp};
use crate::extract::mapped::head;

/// A stamp that the formats of a mapping read, for `[parts]`; RFC 3339 too, as in cleansed messages.
pub(super) const OTHER_STAMP: &str = r"[0-9]+[./-][0-9A-Za-z]+[./-][0-9]+(?:,? [0-9]+:[0-9]+(?::[0-9]+)?(?: ?[AaPp][Mm])?)?|%{stamp}";

/// The lines without what stands before the interesting part.
pub(super) struct Bodies<'a> {
    pub(super) texts: Vec<&'a str>,
    pub(super) is_syslog: bool,
    program: Option<&'a str>,
}

impl<'a> Bodies<'a> {
    pub(super) fn new(lines: &[&'a str]) -> Self {
        let heads: Vec<head::Head<'a>> = lines.iter().map(|line| head::read(line)).collect();
        let is_syslog = most(&heads, |head| {
            head.stamp.is_some() && head.program.is_some()
        });
        if !is_syslog {
            return Self {
                texts: lines.to_vec(),
                is_syslog,
                program: None,
            };
        }
        let program = heads.first().and_then(|head| head.program);
        let same = heads.iter().all(|head| head.program == program);
        Self {
            texts: heads.iter().map(|head| head.body).collect(),
            is_syslog,
            program: program.filter(|_| same),
        }
    }

    fn write(&self, file: &mut File) {
        if self.is_syslog {
            file.comment("Stamp, host and program are read from the syslog header.");
            file.key("head", "syslog");
        }
        if let Some(program) = self.program {
            file.list("program", &[program]);
        }
    }
}

pub(super) fn start(name: &str, about: &str, bodies: &Bodies<'_>, comments: usize) -> File {
    let mut file = File::new(name, "text", about);
    bodies.write(&mut file);
    if comments > 0 {
        file.list("skip", &["^#", "^//"]);
    }
    file
}

/// The length of the stamp at the start of a body, and whether a format is needed for it.
pub(super) fn leading_stamp(body: &str) -> Option<(usize, bool)> {
    let words: Vec<usize> = body
        .match_indices(' ')
        .map(|(at, _)| at)
        .chain([body.len()])
        .take(4)
        .collect();
    let own = stamp::read(body).filter(|(found, _)| !matches!(found, Stamp::ClockOnly));
    // The day first, where the known reader takes it for the month.
    let other = words.iter().rev().find_map(|&at| {
        let text = body.get(..at)?.trim_end_matches([',', ':', ';', '|']);
        (kind(text) == Some(Kind::Stamp) && text.len() > 10).then_some(text.len())
    });
    match (own, other) {
        (Some((_, len)), _) => Some((len, false)),
        (None, Some(len)) => Some((len, true)),
        (None, None) => None,
    }
}
