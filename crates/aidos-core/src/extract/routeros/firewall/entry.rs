//! A record to its entry.

use aidos_model::{Category, Defect, Defects, Endpoint, Event, Kind, Message, RouterOs};

use super::address::Address;
use super::{Record, head, render};
use crate::extract::{Context, Sink, Year, apply_stamp};

/// Makes the entry of a record and pushes it.
#[inline]
pub(super) fn push<'a>(
    line: u64,
    text: &'a str,
    head: &head::Head<'a>,
    record: &Record<'a>,
    given: Defects,
    context: &Context<'a>,
    sink: &mut Sink<'a>,
) {
    let mut defects = given;
    defects.extend(record.defects);
    let source = &record.source;
    let destination = &record.destination;
    let mut event = Event {
        provider: context.provider,
        kind: Kind::Event,
        category: Category::NETWORK,
        source: Endpoint {
            ip: source.ip,
            port: source.port,
            mac: record.mac,
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: destination.ip,
            port: destination.port,
            ..Endpoint::default()
        },
        transport: record.protocol.map(|word| transport(word, sink)),
        bytes: record.len,
        ingress: record.ingress,
        egress: record.egress,
        hostname: head.host,
        priority: head.priority,
        path: context.path,
        line,
        defects,
        routeros: RouterOs {
            topics: head.topics,
            prefix: head.prefix,
            chain: Some(record.chain),
            state: record.state,
            mark: record.mark,
            flags: None,
            icmp: None,
        },
        ..Event::default()
    };
    if record.spaced_state
        && let Some(state) = record.state
    {
        let mut tight = bumpalo::collections::String::with_capacity_in(state.len(), sink.arena);
        tight.extend(state.chars().filter(|c| *c != ' '));
        event.routeros.state = Some(tight.into_bump_str());
    }
    if let Some(detail) = record.detail {
        match icmp(detail, sink) {
            Some(icmp) => event.routeros.icmp = Some(icmp),
            None => event.routeros.flags = Some(detail),
        }
    }
    if let Some(translation) = record
        .nat
        .as_ref()
        .and_then(|clause| clause.translation(&event, context.nat))
        && translation.address.ip.is_some()
    {
        let side = if translation.of_source {
            &mut event.source
        } else {
            &mut event.destination
        };
        side.nat_ip = translation.address.ip;
        side.nat_port = translation.address.port;
    }
    event.extra = render::extra(record, sink.arena);
    let mut year = Year::None;
    if let Some((stamp, stamp_text)) = head.stamp {
        year = apply_stamp(&mut event, stamp.when(context.zone), stamp_text, sink);
    }
    let own = !record.defects.is_empty();
    let needs_nil = head.needs_nil_host && head.prefix.is_some();
    let after = &text[head.after_stamp..];
    event.message = Message {
        before: head.priority_text,
        stamp: head.stamp.map(|(_, stamp_text)| stamp_text),
        after: if own || record.respelt || record.spaced_state || needs_nil {
            render::row(&event, record, needs_nil, head.stamp.is_some(), sink.arena)
        } else {
            after.trim_end()
        },
    };
    if own {
        note(text, &event, record, sink);
    }
    sink.entry(event, year);
}

/// `type 8, code 0` → `8/0`.
#[inline]
fn icmp<'a>(detail: &'a str, sink: &Sink<'a>) -> Option<&'a str> {
    let numbers = detail.strip_prefix("type ")?;
    let comma = numbers.bytes().position(|byte| byte == b',')?;
    let (kind, code) = (&numbers[..comma], &numbers[comma + 1..]);
    let code = code.trim_start().strip_prefix("code ")?;
    let fine = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !fine(kind) || !fine(code) {
        return None;
    }
    // The one that fills most logs needs no allocation.
    if (kind, code) == ("8", "0") {
        return Some("8/0");
    }
    Some(bumpalo::format!(in sink.arena, "{}/{}", kind, code).into_bump_str())
}

/// One repair for each defect of the record.
#[cold]
fn note<'a>(text: &'a str, event: &Event<'a>, record: &Record<'a>, sink: &mut Sink<'a>) {
    for defect in record.defects.iter() {
        let (field, before, after) = match defect {
            Defect::BadMac => (
                Some("source.mac"),
                record.mac_text.unwrap_or_default(),
                None,
            ),
            Defect::MissingInterface => (Some("observer"), text, None),
            Defect::BadIp | Defect::MaskedIp | Defect::BadPort => {
                let of = |address: &Address| address.problem == Some(defect);
                if of(&record.source) {
                    (Some("source"), record.source_text, None)
                } else if of(&record.destination) {
                    (Some("destination"), record.destination_text, None)
                } else {
                    (Some("nat"), record.nat_text.unwrap_or_default(), None)
                }
            }
            Defect::ExtraText => (None, record.rest.unwrap_or_default(), None),
            Defect::Truncated => (None, text, None),
            _ => (None, text, Some(event.message.after)),
        };
        sink.repair(defect, field, before, after);
    }
}

/// The text in lower case, without allocation for the usual protocols.
#[inline]
fn transport<'a>(word: &'a str, sink: &Sink<'a>) -> &'a str {
    match word {
        "TCP" => "tcp",
        "UDP" => "udp",
        "ICMP" => "icmp",
        "ICMPv6" => "icmpv6",
        "GRE" => "gre",
        _ if word.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            let lower = sink.arena.alloc_str(word);
            lower.make_ascii_lowercase();
            lower
        }
        _ => word,
    }
}
