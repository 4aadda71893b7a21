//! The ends of a packet: `source->destination` and the NAT clause.

use super::packet::{Nat, Packet};
use super::style::{Loss, Style};
use crate::text::{Address, int, ip};

/// Appends `source->destination`; gives the place after the arrow.
pub(super) fn endpoints(p: &Packet, s: &Style, o: &mut Vec<u8>) -> usize {
    let ports = p.protocol.has_ports();
    match s.loss {
        Loss::MaskedSource => masked(o, b"x.x.x.x", ports.then_some(p.source_port)),
        Loss::SourceOctet(octet) => wrong_octet(o, p.source, octet, p.source_port),
        Loss::SourcePort(port) => {
            ip(o, p.source);
            o.push(b':');
            int(o, u64::from(port));
        }
        _ if s.mapped => mapped(o, p.source, p.source_port),
        _ => {
            end(o, p.source, ports.then_some(p.source_port), s.zone);
        }
    }
    o.extend_from_slice(b"->");
    let after = o.len();
    match s.loss {
        Loss::MaskedDestination => masked(o, b"y.y.y.y", ports.then_some(p.destination_port)),
        Loss::DestinationOctet(octet) => wrong_octet(o, p.destination, octet, p.destination_port),
        Loss::DestinationPort(port) => {
            ip(o, p.destination);
            o.push(b':');
            int(o, u64::from(port));
        }
        _ if s.mapped => mapped(o, p.destination, p.destination_port),
        _ => end(o, p.destination, ports.then_some(p.destination_port), false),
    }
    after
}

fn end(o: &mut Vec<u8>, address: Address, port: Option<u16>, zone: bool) {
    let brackets = address.is_v6() && port.is_some();
    if brackets {
        o.push(b'[');
    }
    ip(o, address);
    if zone {
        o.extend_from_slice(b"%ether1");
    }
    if brackets {
        o.push(b']');
    }
    if let Some(port) = port {
        o.push(b':');
        int(o, u64::from(port));
    }
}

fn mapped(o: &mut Vec<u8>, address: Address, port: u16) {
    o.extend_from_slice(b"[::ffff:");
    ip(o, address);
    o.extend_from_slice(b"]:");
    int(o, u64::from(port));
}

fn masked(o: &mut Vec<u8>, mask: &[u8], port: Option<u16>) {
    o.extend_from_slice(mask);
    if let Some(port) = port {
        o.push(b':');
        int(o, u64::from(port));
    }
}

fn wrong_octet(o: &mut Vec<u8>, address: Address, octet: u16, port: u16) {
    let bits = if let Address::V4(bits) = address {
        bits
    } else {
        0
    };
    let hit = usize::from(octet % 4);
    for (i, right) in bits.to_be_bytes().into_iter().enumerate() {
        if i > 0 {
            o.push(b'.');
        }
        int(
            o,
            if i == hit {
                u64::from(octet)
            } else {
                u64::from(right)
            },
        );
    }
    o.push(b':');
    int(o, u64::from(port));
}

/// Appends the NAT clause.
pub(super) fn nat(p: &Packet, s: &Style, o: &mut Vec<u8>) {
    let ports = p.protocol.has_ports();
    let source = |o: &mut Vec<u8>| end(o, p.source, ports.then_some(p.source_port), false);
    let target =
        |o: &mut Vec<u8>| end(o, p.destination, ports.then_some(p.destination_port), false);
    let member = |o: &mut Vec<u8>, address, port| {
        if s.loss == Loss::MaskedNat {
            masked(o, b"x.y.z.a", ports.then_some(port));
        } else {
            end(o, address, ports.then_some(port), false);
        }
    };
    o.extend_from_slice(b"NAT ");
    match p.nat {
        Nat::None => {}
        Nat::Source(address, port) => {
            o.push(b'(');
            source(o);
            o.extend_from_slice(b"->");
            member(o, address, port);
            o.extend_from_slice(b")->");
            target(o);
        }
        Nat::Destination(address, port) => {
            source(o);
            o.extend_from_slice(b"->(");
            member(o, address, port);
            o.extend_from_slice(b"->");
            target(o);
            o.push(b')');
        }
        Nat::Onward(address, port) => {
            source(o);
            o.extend_from_slice(b"->(");
            target(o);
            o.extend_from_slice(b"->");
            member(o, address, port);
            o.push(b')');
        }
        Nat::Lone(address, port) => {
            source(o);
            o.extend_from_slice(b"->(");
            member(o, address, port);
            o.push(b')');
        }
        Nat::Error(peer, address) => {
            ip(o, peer);
            o.extend_from_slice(b"->(");
            member(o, address, 0);
            o.extend_from_slice(b"->");
            target(o);
            o.push(b')');
        }
    }
}
