//! The cleansed row of a record that was damaged.

use std::fmt::Write;
use std::net::IpAddr;

use aidos_model::{Defect, Event};
use bumpalo::Bump;
use bumpalo::collections::String;

use super::firewall::{Address, Record};

/// Writes the record as the grammar asks for it, from behind the stamp.
///
/// What could not be read stands as it stood, so that reading the row again finds the same.
#[cold]
pub(super) fn row<'a>(
    event: &Event<'a>,
    record: &Record<'a>,
    nil_host: bool,
    has_stamp: bool,
    arena: &'a Bump,
) -> &'a str {
    let mut row = String::with_capacity_in(256, arena);
    if has_stamp {
        row.push(' ');
    }
    let host = event.hostname.or(nil_host.then_some("-"));
    for word in [host, event.routeros.topics, event.routeros.prefix]
        .into_iter()
        .flatten()
    {
        row.push_str(word);
        row.push(' ');
    }
    let none = "(unknown 0)";
    let ingress = record.ingress.unwrap_or(none);
    let egress = record.egress.unwrap_or(none);
    // Writing to memory cannot fail, here and below.
    let _ = write!(row, "{}: in:{ingress} out:{egress}, ", record.chain);
    for (key, value) in [
        ("packet-mark:", record.packet_mark),
        ("connection-mark:", record.mark),
    ] {
        if let Some(value) = value {
            let _ = write!(row, "{key}{value} ");
        }
    }
    if let Some(state) = event.routeros.state {
        let _ = write!(row, "connection-state:{state} ");
    }
    if let Some(mac) = record.mac {
        let _ = write!(row, "src-mac {mac}, ");
    } else if let Some(text) = record.mac_text {
        let _ = write!(row, "src-mac {text}, ");
    }
    row.push_str("proto ");
    let Some(protocol) = record.protocol else {
        row.push_str(record.rest.unwrap_or_default());
        return row.into_bump_str();
    };
    row.push_str(protocol);
    if let Some(icmp) = event.routeros.icmp
        && let Some((kind, code)) = icmp.split_once('/')
    {
        let _ = write!(row, " (type {kind}, code {code})");
    } else if let Some(flags) = event.routeros.flags {
        let _ = write!(row, " ({flags})");
    }
    row.push_str(", ");
    endpoint(&mut row, &record.source, record.source_text);
    if record.arrow {
        row.push_str("->");
        endpoint(&mut row, &record.destination, record.destination_text);
    }
    if let Some(nat) = record.nat_text {
        let _ = write!(row, ", NAT {nat}");
    }
    if let Some(rest) = record.rest {
        let _ = write!(row, ", {rest}");
    }
    if let Some(len) = record.len {
        let _ = write!(row, ", len {len}");
    } else if record.defects.contains(Defect::Truncated) && record.destination.ip.is_some() {
        // The cut was behind the addresses.
        row.push_str(", le");
    }
    row.into_bump_str()
}

fn endpoint(row: &mut String<'_>, address: &Address, text: &str) {
    let _ = match (address.ip, address.port, address.problem) {
        (Some(IpAddr::V6(ip)), Some(port), None) => write!(row, "[{ip}]:{port}"),
        (Some(ip), Some(port), None) => write!(row, "{ip}:{port}"),
        (Some(ip), None, None) => write!(row, "{ip}"),
        _ => write!(row, "{text}"),
    };
}

/// Fields beyond the model's: packet mark, and text that belongs to no field.
pub(super) fn extra<'a>(record: &Record<'a>, arena: &'a Bump) -> &'a [(&'a str, &'a str)] {
    if record.packet_mark.is_none() && record.rest.is_none() {
        return &[];
    }
    let json = |text: &str| {
        let mut out = Vec::with_capacity(text.len() + 2);
        aidos_model::json::push_str(&mut out, text);
        &*arena.alloc_str(std::str::from_utf8(&out).unwrap_or("\"\""))
    };
    let mut extra = bumpalo::collections::Vec::new_in(arena);
    if let Some(mark) = record.packet_mark {
        extra.push(("aidos.routeros.packet_mark", json(mark)));
    }
    if let Some(rest) = record.rest {
        extra.push(("aidos.routeros.rest", json(rest)));
    }
    extra.into_bump_slice()
}
