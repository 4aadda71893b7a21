//! STIX patterns (STIX 2.1 section 9), written as the text of a JSON string.

use std::net::IpAddr;

use aidos_model::json::push_u64;

use super::object::Address;

/// Pushes a text as a string of the pattern language, with its quotation marks.
///
/// The language escapes `'` and `\` by a backslash, and JSON then escapes that backslash.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'\'');
    for &byte in text.as_bytes() {
        match byte {
            b'\'' => out.extend_from_slice(b"\\\\'"),
            b'\\' => out.extend_from_slice(b"\\\\\\\\"),
            b'"' => out.extend_from_slice(b"\\\""),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.extend(aidos_model::json::hex(&[byte]));
            }
            _ => out.push(byte),
        }
    }
    out.push(b'\'');
}

/// Pushes `[ipv4-addr:value = '…']`.
pub(super) fn push_address(out: &mut Vec<u8>, address: &Address) {
    out.push(b'[');
    out.extend_from_slice(address.kind().word().as_bytes());
    out.extend_from_slice(b":value = '");
    out.extend_from_slice(address.text());
    out.extend_from_slice(b"']");
}

/// Pushes `[email-addr:value = '…']`.
pub(super) fn push_email(out: &mut Vec<u8>, value: &str) {
    out.extend_from_slice(b"[email-addr:value = ");
    push_text(out, value);
    out.push(b']');
}

/// What a pattern asks of traffic.
#[derive(Clone, Copy)]
pub(super) struct Traffic<'a> {
    pub(super) source: Option<&'a Address>,
    pub(super) destination: Option<&'a Address>,
    pub(super) destination_port: Option<u16>,
    pub(super) transport: Option<&'a str>,
}

/// Pushes the pattern of the traffic, of its source alone, or of either.
#[inline]
pub(super) fn push(out: &mut Vec<u8>, traffic: Option<Traffic<'_>>, source: Option<&Address>) {
    if let Some(traffic) = traffic {
        push_traffic(out, traffic);
    }
    if let Some(source) = source {
        if traffic.is_some() {
            out.extend_from_slice(b" OR ");
        }
        push_address(out, source);
    }
}

/// Pushes what to call the traffic: `198.51.100.7 to 192.168.1.2 port 22/tcp`.
#[inline]
pub(super) fn push_name(out: &mut Vec<u8>, traffic: Traffic<'_>) {
    match traffic.source {
        Some(source) => out.extend_from_slice(source.text()),
        None => out.extend_from_slice(b"traffic"),
    }
    if let Some(destination) = traffic.destination {
        out.extend_from_slice(b" to ");
        out.extend_from_slice(destination.text());
    }
    match (traffic.destination_port, traffic.transport) {
        (Some(port), transport) => {
            out.extend_from_slice(b" port ");
            push_u64(out, port.into());
            if let Some(transport) = transport {
                out.push(b'/');
                out.extend_from_slice(transport.as_bytes());
            }
        }
        (None, Some(transport)) => {
            out.push(b' ');
            out.extend_from_slice(transport.as_bytes());
        }
        (None, None) => {}
    }
}

/// Pushes one observation of traffic; at least one end must be known.
pub(super) fn push_traffic(out: &mut Vec<u8>, traffic: Traffic<'_>) {
    let mut and: &[u8] = b"[";
    if let Some(source) = traffic.source {
        out.extend_from_slice(match source.ip() {
            IpAddr::V4(_) => {
                b"[network-traffic:src_ref.type = 'ipv4-addr' AND network-traffic:src_ref.value = '"
            }
            IpAddr::V6(_) => {
                b"[network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:src_ref.value = '"
            }
        });
        out.extend_from_slice(source.text());
        out.push(b'\'');
        and = b" AND ";
    }
    if let Some(destination) = traffic.destination {
        out.extend_from_slice(and);
        out.extend_from_slice(match destination.ip() {
            IpAddr::V4(_) => {
                b"network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '"
            }
            IpAddr::V6(_) => {
                b"network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '"
            }
        });
        out.extend_from_slice(destination.text());
        out.push(b'\'');
        and = b" AND ";
    }
    if let Some(port) = traffic.destination_port {
        out.extend_from_slice(and);
        out.extend_from_slice(b"network-traffic:dst_port = ");
        push_u64(out, port.into());
        and = b" AND ";
    }
    if let Some(transport) = traffic.transport {
        out.extend_from_slice(and);
        out.extend_from_slice(b"network-traffic:protocols[*] = '");
        out.extend_from_slice(transport.as_bytes());
        out.push(b'\'');
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped_twice() {
        let mut out = vec![b'"'];
        push_email(&mut out, "o'brien\\\"\u{1}@x.org");
        out.push(b'"');
        let pattern: String = serde_json::from_slice(&out).unwrap();
        assert_eq!(pattern, "[email-addr:value = 'o\\'brien\\\\\"\u{1}@x.org']");
    }
}
