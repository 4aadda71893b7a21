//! Addresses with their ports.

use std::net::IpAddr;

use aidos_model::{Defect, Endpoint};

use crate::clean::ip;

/// An address with its port, and what is wrong with it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::extract::routeros) struct Address {
    pub(in crate::extract::routeros) ip: Option<IpAddr>,
    pub(in crate::extract::routeros) port: Option<u16>,
    pub(in crate::extract::routeros) problem: Option<Defect>,
    /// A v4-mapped address or one with a zone: the text is not the value's own.
    pub(in crate::extract::routeros) respelt: bool,
}

impl Address {
    pub(in crate::extract::routeros) fn of(side: &Endpoint) -> Self {
        Self {
            ip: side.ip,
            port: side.port,
            ..Self::default()
        }
    }

    pub(in crate::extract::routeros) fn same(&self, other: &Self) -> bool {
        self.same_ip(other) && self.port == other.port
    }

    pub(in crate::extract::routeros) fn same_ip(&self, other: &Self) -> bool {
        self.ip.is_some() && self.ip == other.ip
    }
}

/// Where an address may end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::extract::routeros) enum Ends {
    /// In the main tuple.
    Tuple,
    /// In a NAT clause: at a parenthesis too.
    Nat,
}

/// Reads an address with an optional port; returns it and the bytes it takes (0: none is there).
#[inline]
pub(in crate::extract::routeros) fn endpoint(bytes: &[u8], ends: Ends) -> (Address, usize) {
    if let Some((v4, mut at)) = ip::v4_prefix(bytes) {
        let mut port = None;
        if bytes.get(at) == Some(&b':') {
            let digits = bytes[at + 1..]
                .iter()
                .take(6)
                .take_while(|b| b.is_ascii_digit())
                .count();
            let number = bytes[at + 1..=at + digits]
                .iter()
                .fold(0u32, |sum, byte| sum * 10 + u32::from(byte - b'0'));
            if let (1..=5, Ok(number)) = (digits, u16::try_from(number)) {
                port = Some(number);
                at += digits + 1;
            }
        }
        let goes_on = matches!(bytes.get(at), Some(b'0'..=b'9' | b'.' | b':'));
        if !goes_on {
            let address = Address {
                ip: Some(IpAddr::V4(v4)),
                port,
                ..Address::default()
            };
            return (address, at);
        }
    }
    odd_endpoint(bytes, ends)
}

/// IPv6 and what is damaged.
#[cold]
fn odd_endpoint(bytes: &[u8], ends: Ends) -> (Address, usize) {
    let end = (0..bytes.len())
        .find(|&at| match bytes[at] {
            b',' | b' ' => true,
            b'-' => bytes.get(at + 1) == Some(&b'>'),
            b'(' | b')' => ends == Ends::Nat,
            _ => false,
        })
        .unwrap_or(bytes.len());
    let Ok(text) = std::str::from_utf8(&bytes[..end]) else {
        return (
            Address {
                problem: Some(Defect::BadIp),
                ..Address::default()
            },
            end,
        );
    };
    let (host, port_text) = if let Some(close) = text.find(']') {
        (&text[..=close], text[close + 1..].strip_prefix(':'))
    } else if text.matches(':').count() > 1 {
        (text, None)
    } else {
        text.split_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port)))
    };
    let mut address = Address {
        ip: ip::parse(host),
        ..Address::default()
    };
    address.respelt =
        host.contains('%') || (host.contains(':') && matches!(address.ip, Some(IpAddr::V4(_))));
    if address.ip.is_none() {
        address.problem = Some(if ip::is_masked(host) {
            Defect::MaskedIp
        } else {
            Defect::BadIp
        });
    }
    if let Some(port_text) = port_text {
        address.port = ip::port(port_text);
        if address.port.is_none() && address.problem.is_none() {
            address.problem = Some(Defect::BadPort);
        }
    }
    (address, end)
}
