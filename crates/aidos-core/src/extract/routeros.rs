//! Firewall and log-in lines of MikroTik RouterOS: provider `8bells`.
//!
//! ```text
//! line  = [pri] [stamp [host]] [topics] [prefix] chain ":" " in:" iface " out:" iface sep {attr sep}
//!         "proto " proto [" (" detail ")"] sep ep "->" ep [sep nat] [sep "len " int]
//! ```
//!
//! A clean line takes one pass without allocation. Where a step does not find what the grammar asks for,
//! the cold branch of that step repairs, notes what it did, and the pass goes on. Operators choose
//! prefixes, interface names and marks, attackers choose user names: addresses are looked for only after
//! `proto`, users end at the last ` from `.

mod firewall;
mod head;
mod login;
mod nat;
mod render;
mod split;
mod verify;

use aidos_model::{Defect, Defects};
use memchr::memmem::Finder;

use super::{Context, Provider, Row, Sample, Score, Shape, Sink};

/// What every firewall line has between chain and interface.
const IN: &str = ": in:";
/// What every failed log-in has.
const LOGIN: &str = "login failure for user ";

/// The provider `8bells`.
#[derive(Debug)]
pub struct EightBells {
    ingress: Finder<'static>,
    egress_of: Finder<'static>,
    log_in: Finder<'static>,
}

impl Default for EightBells {
    fn default() -> Self {
        Self {
            ingress: Finder::new(IN),
            egress_of: Finder::new(" out:"),
            log_in: Finder::new(LOGIN),
        }
    }
}

/// How a record that may be damaged is read.
type Reader<'a> = fn(&EightBells, u64, &'a str, Defects, &Context<'a>, &mut Sink<'a>) -> bool;

impl EightBells {
    /// Whether the line has the shape of a record: a chain and `proto`, or a failed log-in.
    fn recognises(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        self.log_in.find(bytes).is_some()
            || (self.ingress.find(bytes).is_some() && text.contains("proto"))
    }

    /// Reads one record whose message reads as the same; false when it has not the shape of one.
    fn record<'a>(
        &self,
        line: u64,
        text: &'a str,
        given: Defects,
        context: &Context<'a>,
        sink: &mut Sink<'a>,
    ) -> bool {
        let found = self.first_reading(line, text, given, context, sink);
        if found {
            verify::last(self, line, text, context, sink);
        }
        found
    }

    fn first_reading<'a>(
        &self,
        line: u64,
        text: &'a str,
        given: Defects,
        context: &Context<'a>,
        sink: &mut Sink<'a>,
    ) -> bool {
        if let Some(at) = self.ingress.find(text.as_bytes()) {
            let read = firewall::read(self, line, text, at, given, context, sink);
            if read {
                return true;
            }
        }
        if let Some(at) = self.log_in.find(text.as_bytes()) {
            return login::read(line, text, at, given, context, sink);
        }
        firewall::loose_anchor(text)
            .is_some_and(|at| firewall::read(self, line, text, at, given, context, sink))
    }

    /// Reads a row; what does not read cleanly goes through `record`.
    #[inline]
    fn read<'a>(
        &self,
        row: Row<'a, '_>,
        record: Reader<'a>,
        context: &Context<'a>,
        sink: &mut Sink<'a>,
    ) {
        let text = row.text;
        match text.as_bytes().first() {
            None | Some(b'#') => return sink.skip(),
            Some(byte) if byte.is_ascii_whitespace() && text.trim().is_empty() => {
                return sink.skip();
            }
            Some(_) => {}
        }
        // The quick way: a line that reads to its end without a defect and has no control character.
        if let Some(at) = self.ingress.find(text.as_bytes())
            && firewall::read_clean(self, row.line, text, at, context, sink)
        {
            return;
        }
        self.repair(row, record, context, sink);
    }

    /// The way of lines that do not read cleanly as they stand.
    #[cold]
    fn repair<'a>(
        &self,
        row: Row<'a, '_>,
        record: Reader<'a>,
        context: &Context<'a>,
        sink: &mut Sink<'a>,
    ) {
        let mut text = row.text;
        let mut given = Defects::default();
        if let Some(stripped) = split::without_controls(text, sink.arena) {
            given.add(Defect::ControlCharacters);
            text = stripped;
        }
        if let Some(blank) = split::without_tabs(text, sink.arena) {
            given.add(Defect::ExtraSpace);
            text = blank;
        }
        let single = split::with_single_blanks(text, sink.arena);
        let pieces = split::records(self, single.unwrap_or(text));
        if pieces.len() > 1 {
            given.add(Defect::MergedLine);
            for piece in pieces {
                let noted = given;
                note_given(noted, row.text, piece, sink);
                if !record(self, row.line, piece, given, context, sink) {
                    sink.reject(row.line, "unknown_shape", piece);
                }
            }
            return;
        }
        // As it stands first: blanks inside a prefix or an interface's name may be meant.
        let before = sink.items.len();
        note_given(given, row.text, text, sink);
        if record(self, row.line, text, given, context, sink) {
            return;
        }
        debug_assert_eq!(
            before,
            sink.items.len(),
            "a record that is none pushes nothing"
        );
        if let Some(single) = single {
            given.add(Defect::ExtraSpace);
            sink.forget();
            note_given(given, row.text, single, sink);
            if record(self, row.line, single, given, context, sink) {
                return;
            }
        }
        sink.reject(row.line, "unknown_shape", row.text);
    }
}

/// Notes the repairs that were made before the record was read.
fn note_given<'a>(given: Defects, before: &'a str, after: &'a str, sink: &mut Sink<'a>) {
    for defect in given.iter() {
        sink.repair(defect, None, before, Some(after));
    }
}

impl Provider for EightBells {
    fn name(&self) -> &'static str {
        "8bells"
    }

    fn score(&self, sample: &Sample<'_, '_>) -> Score {
        let mut fit = 0u32;
        let mut all = 0u32;
        for row in sample.rows {
            let text = row.text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            all += 1;
            fit += u32::from(!matches!(row.shape, Shape::Json { .. }) && self.recognises(text));
        }
        let value = if all == 0 {
            0.0
        } else {
            f64::from(fit) / f64::from(all)
        };
        Score {
            value,
            why: format!("{fit} of {all} lines are RouterOS firewall or log-in lines"),
        }
    }

    fn extract<'a>(&self, row: Row<'a, '_>, context: &Context<'a>, sink: &mut Sink<'a>) {
        self.read(row, Self::record, context, sink);
    }
}

#[cfg(test)]
mod tests;
