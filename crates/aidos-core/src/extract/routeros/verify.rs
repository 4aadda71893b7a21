//! The cleansed row of a damaged record is read once more before it is believed.
//!
//! Names, prefixes and what is left of damaged fields are text of others: written next to each other they
//! may read as something else than they were. Where that is so, the record keeps the text that it had;
//! where that text reads differently too (it was cut out of a line, or its stamp was), nothing is sure and
//! the record is refused.

use aidos_model::{Defect, Event, Message, Raw, Timestamp};
use bumpalo::Bump;

use super::EightBells;
use crate::extract::{Context, Item, Repair, Row, Shape, Sink, Year};

/// Holds the entry that was pushed last, read from `text`, against what its message reads as.
#[cold]
pub(super) fn last<'a>(
    provider: &EightBells,
    line: u64,
    text: &'a str,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let Some(Item::Entry(draft)) = sink.items.last() else {
        return;
    };
    let (mut event, year) = (draft.event, draft.year);
    if stands_as_it_stood(&event, text) {
        return;
    }
    if reads_as_itself(provider, &event, year, context, Text::Same) {
        return;
    }
    let message = event.message;
    let stamp = message.stamp.unwrap_or_default();
    let original = text
        .strip_prefix(message.before)
        .and_then(|rest| rest.strip_prefix(stamp))
        .unwrap_or(text)
        .trim_end();
    // A word joined to the stamp must not be joined to another one; and behind a stamp of RFC 3339 a first
    // word would be a host.
    let parted = bumpalo::format!(in sink.arena, " {}", original).into_bump_str();
    let nil_host = bumpalo::format!(in sink.arena, " -{}", original).into_bump_str();
    let nil_parted = bumpalo::format!(in sink.arena, " - {}", original).into_bump_str();
    for after in [original, parted, nil_host, nil_parted] {
        event.message = Message { after, ..message };
        if reads_as_itself(provider, &event, year, context, Text::Any) {
            let is_parted = [parted, nil_parted].contains(&after);
            let item = sink.items.len().saturating_sub(1);
            if let Some(Item::Entry(draft)) = sink.items.last_mut() {
                draft.event.message = event.message;
                if is_parted {
                    draft.event.defects.add(Defect::MissingSpace);
                    sink.repairs.push(Repair {
                        item,
                        rule: Defect::MissingSpace,
                        field: None,
                        before: Raw::new(text),
                        after: Some(Raw::new(after)),
                    });
                }
            }
            return;
        }
    }
    sink.items.pop();
    sink.reject(line, "unknown_shape", text);
}

/// Whether nothing of the row was repaired or written anew but its stamp, which a blank ends.
fn stands_as_it_stood(event: &Event<'_>, text: &str) -> bool {
    let message = event.message;
    let parts = [
        message.before,
        message.stamp.unwrap_or_default(),
        message.after,
    ];
    event.defects.is_empty()
        && message.stamp.is_some()
        && message.after.starts_with(' ')
        && text.len() == parts.iter().map(|part| part.len()).sum::<usize>()
        && text.ends_with(message.after)
}

/// What the message of a message may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// The same text.
    Same,
    /// Written anew it is another text, which is refused here as it was before.
    Any,
}

/// Whether the event's message reads as the event, whatever becomes of its stamp.
fn reads_as_itself(
    provider: &EightBells,
    event: &Event<'_>,
    year: Year,
    context: &Context<'_>,
    wanted: Text,
) -> bool {
    let times: &[Option<Timestamp>] = match (event.timestamp, year) {
        // The year may be found or not: some time of the form that all times have.
        (None, Year::Missing(_)) => &[None, Some(Timestamp(0))],
        (time, _) => &[time],
    };
    times.iter().all(|time| {
        let arena = Bump::new();
        let mut text = String::new();
        event.message.push_text(*time, &mut text);
        let mut sink = Sink::new(&arena);
        let row = Row {
            line: event.line,
            text: &text,
            shape: Shape::Line,
        };
        provider.read(row, EightBells::first_reading, context, &mut sink);
        let [Item::Entry(again)] = sink.items.as_slice() else {
            return false;
        };
        let mut message = String::new();
        again
            .event
            .message
            .push_text(again.event.timestamp, &mut message);
        let timeless = |event: &Event<'_>| {
            let mut identity = Vec::new();
            let mut event = *event;
            event.timestamp = None;
            event.message.stamp = None;
            event.push_identity(&mut identity);
            identity
        };
        (message == text || wanted == Text::Any)
            && (again.event.timestamp == *time
                || (time.is_none() && again.event.timestamp.is_none()))
            && timeless(&again.event) == timeless(event)
    })
}
