//! The bytes that a batch adds to each output.

use std::path::Path;

use aidos_core::extract::{Context, Item as RowItem};
use aidos_model::place::Cut;
use aidos_model::{Change, Place, Raw, Reject};
use aidos_read::Oversize;
use sha2::{Digest, Sha256};

use super::Style;
use super::worker::{Fate, Taken, Work, Worker};
use crate::Error;
use crate::feed::Leaf;
use crate::output::{Output, compress};

/// A rejected row above this is cut to its head.
const WHOLE_REJECT: usize = 1 << 20;

/// What is kept of it.
const REJECT_HEAD: usize = 4 << 10;

impl Worker<'_, '_, '_> {
    /// Makes the batch's bytes of each output.
    pub(super) fn render(&mut self, taken: &Taken<'_, '_>, cut: Option<Cut>) -> Work<()> {
        let Taken {
            leaf,
            context,
            sink,
            fates,
            ..
        } = taken;
        let wanted: [bool; 4] = std::array::from_fn(|at| self.shared.outputs[at].is_some());
        let [entries, changes, rejects, bundles] = &mut self.texts;
        let mut repairs = sink.repairs.iter().peekable();
        for (at, (item, fate)) in sink.items.iter().zip(fates).enumerate() {
            match (item, fate) {
                (RowItem::Entry(draft), Fate::Entry(_)) => {
                    if wanted[0] {
                        match self.shared.style {
                            Style::Full => draft.event.write_json(entries),
                            Style::Rows => push_row(&draft.event, entries),
                            // Findings have no entries.
                            Style::Findings(..) => {}
                        }
                    }
                    if wanted[3]
                        && let Some(composer) = &mut self.composer
                    {
                        composer.entry(&draft.event, bundles);
                    }
                }
                (RowItem::Reject { line, reason, text }, _) if wanted[2] => {
                    push_reject(rejects, leaf, *line, reason, text.reveal(), cut, context);
                }
                _ => {}
            }
            while let Some(repair) = repairs.next_if(|repair| repair.item <= at) {
                if let (true, RowItem::Entry(draft)) = (wanted[1], item) {
                    Change {
                        provider: context.provider,
                        place: Place {
                            path: &leaf.path,
                            line: draft.event.line,
                            field: repair.field,
                        },
                        rule: repair.rule.word(),
                        before: repair.before,
                        after: repair.after,
                    }
                    .write_json(changes);
                }
            }
            if let (true, RowItem::Entry(draft), Fate::Duplicate) = (wanted[1], item, fate) {
                let mut text = String::new();
                draft
                    .event
                    .message
                    .push_text(draft.event.timestamp, &mut text);
                Change {
                    provider: context.provider,
                    place: Place {
                        path: &leaf.path,
                        line: draft.event.line,
                        field: None,
                    },
                    rule: "duplicate",
                    before: Raw::new(&text),
                    after: None,
                }
                .write_json(changes);
            }
        }
        if self.shared.compress {
            for (text, output) in self.texts.iter_mut().zip(self.shared.outputs) {
                if matches!(output, Some(Output::File { .. })) {
                    compress(text, &mut self.packed).map_err(|error| {
                        Some(Error::file("compress", Path::new(&leaf.path))(error))
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// The entry without what was extracted: `aidos clean`.
fn push_row(event: &aidos_model::Event<'_>, out: &mut Vec<u8>) {
    let mut message = String::new();
    event.message.push_text(event.timestamp, &mut message);
    aidos_model::Event {
        provider: event.provider,
        path: event.path,
        line: event.line,
        defects: event.defects,
        message: aidos_model::Message::plain(&message),
        ..aidos_model::Event::default()
    }
    .write_json(out);
}

pub(super) fn cut_of(oversize: &Oversize) -> Cut {
    Cut {
        offset: oversize.offset,
        length: oversize.len,
        sha256: oversize.sha256,
    }
}

fn push_reject(
    out: &mut Vec<u8>,
    leaf: &Leaf,
    line: u64,
    reason: &str,
    text: &str,
    cut: Option<Cut>,
    context: &Context<'_>,
) {
    let place = Place {
        path: &leaf.path,
        line,
        field: None,
    };
    let (mut text, mut cut) = (text, cut);
    if cut.is_none() && text.len() > WHOLE_REJECT {
        cut = Some(Cut {
            offset: 0,
            length: text.len() as u64,
            sha256: Sha256::digest(text.as_bytes()).into(),
        });
        let mut end = REJECT_HEAD;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text = &text[..end];
    }
    Reject {
        provider: context.provider,
        place,
        reason,
        text: Raw::new(text),
        cut,
    }
    .write_json(out);
}
