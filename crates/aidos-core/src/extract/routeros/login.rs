//! Failed log-ins: `login failure for user admin from 198.51.100.7 via ssh`.

use aidos_model::{Category, Defect, Defects, Event, Kind, Mac, Message, Outcome};

use super::{LOGIN, head};
use crate::clean::ip;
use crate::extract::{Context, Sink, Year, apply_stamp};

/// Reads a log-in line whose text begins at `at`.
pub(super) fn read<'a>(
    line: u64,
    text: &'a str,
    at: usize,
    given: Defects,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) -> bool {
    let Some(body) = text.get(at + LOGIN.len()..) else {
        return false;
    };
    let head = head::read(&text[..at]);
    let mut event = Event {
        provider: context.provider,
        kind: Kind::Event,
        category: Category::AUTHENTICATION,
        outcome: Some(Outcome::Failure),
        path: context.path,
        line,
        defects: given,
        hostname: head.host,
        priority: head.priority,
        ..Event::default()
    };
    event.routeros.topics = head.topics;
    event.routeros.prefix = head.prefix;
    // The user's name is the attacker's text and may hold anything: the last ` from ` ends it.
    let trimmed = body.trim_end_matches([' ', ',']);
    let (user, origin) = match trimmed.rfind(" from ") {
        Some(from) => (&trimmed[..from], &trimmed[from + " from ".len()..]),
        None => (trimmed, ""),
    };
    if origin.is_empty() {
        event.defects.add(Defect::Truncated);
        sink.repair(Defect::Truncated, None, text, None);
    }
    let (address, service) = match origin.split_once(" via ") {
        Some((address, service)) => (address, service),
        None => (origin, ""),
    };
    // Blanks at the edges of the fields are none of theirs.
    let fields = [user, address, service];
    let [user, address, service] = fields.map(|field| field.trim_matches(' '));
    let spaced = fields != [user, address, service];
    event.user = (!user.is_empty()).then_some(user);
    if spaced {
        event.defects.add(Defect::ExtraSpace);
        sink.repair(Defect::ExtraSpace, None, text, None);
    }
    if let Some(found) = ip::parse(address) {
        event.source.ip = Some(found);
    } else if let Some(mac) = Mac::parse(address) {
        event.source.mac = Some(mac);
    } else if !address.is_empty() {
        let defect = if ip::is_masked(address) {
            Defect::MaskedIp
        } else {
            Defect::BadIp
        };
        event.defects.add(defect);
        sink.repair(defect, Some("source.ip"), address, None);
    }
    let action = bumpalo::format!(in sink.arena, "login-failure{}{}",
        if service.is_empty() { "" } else { "-" }, service);
    event.action = Some(action.into_bump_str());
    if service.is_empty() && !origin.is_empty() {
        event.defects.add(Defect::Truncated);
        sink.repair(Defect::Truncated, Some("event.action"), text, None);
    }
    let mut year = Year::None;
    if let Some((stamp, stamp_text)) = head.stamp {
        year = apply_stamp(&mut event, stamp.when(context.zone), stamp_text, sink);
    }
    let after = &text[head.after_stamp..];
    let after = if head.needs_nil_host && head.prefix.is_some() && !after.starts_with(" - ") {
        bumpalo::format!(in sink.arena, " -{}", after).into_bump_str()
    } else {
        after
    };
    event.message = Message {
        before: head.priority_text,
        stamp: head.stamp.map(|(_, stamp_text)| stamp_text),
        after: after.trim_end(),
    };
    sink.entry(event, year);
    true
}
