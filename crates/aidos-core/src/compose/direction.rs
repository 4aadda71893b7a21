//! Who acts towards whom.

use std::net::IpAddr;

use aidos_model::Event;

use crate::analysis::ranges::is_private;

/// From where an event comes and where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From an address outside to one inside.
    Inward,
    /// From an address inside to one outside.
    Outward,
    /// Between addresses inside.
    Internal,
    /// The event does not say, or both ends are outside.
    Unknown,
}

impl Direction {
    /// The word of STIX's `indicator-type-ov` for such traffic as long as nothing else is known of it.
    pub const fn indicator_type(self) -> &'static str {
        match self {
            Self::Inward => "anomalous-activity",
            Self::Outward | Self::Internal => "benign",
            Self::Unknown => "unknown",
        }
    }

    /// What it means, in a sentence for people.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Inward => "An address outside acts towards the inside.",
            Self::Outward => "An address inside acts towards the outside.",
            Self::Internal => "Both ends are inside.",
            Self::Unknown => "Which end is inside is not known.",
        }
    }
}

/// Whether an address is outside: public, not one that only a network of one's own uses.
#[inline]
pub fn outside(ip: IpAddr) -> bool {
    !is_private(ip)
}

/// The direction of an event.
///
/// An end is inside when its address, or what a translator calls it, is private. So is the destination
/// of a firewall's `input` chain and the source of its `output` chain, which are the firewall itself, and
/// the missing destination of a log-in, which is the machine that wrote the log.
#[inline]
pub fn direction(event: &Event<'_>) -> Direction {
    let inside = |ip: Option<IpAddr>, nat: Option<IpAddr>, own: bool| {
        own.then_some(true).or_else(|| {
            let ip = ip?;
            Some(is_private(ip) || nat.is_some_and(is_private))
        })
    };
    let chain = event.routeros.chain;
    let (source, destination) = (&event.source, &event.destination);
    let log_in = event.user.is_some() && destination.ip.is_none();
    match (
        inside(source.ip, source.nat_ip, chain == Some("output")),
        inside(
            destination.ip,
            destination.nat_ip,
            chain == Some("input") || log_in,
        ),
    ) {
        (Some(false), Some(true)) => Direction::Inward,
        (Some(true), Some(false)) => Direction::Outward,
        (Some(true), Some(true)) => Direction::Internal,
        _ => Direction::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aidos_model::{Endpoint, RouterOs};

    fn event(source: &str, destination: &str) -> Event<'static> {
        let end = |text: &str| Endpoint {
            ip: text.parse().ok(),
            ..Endpoint::default()
        };
        Event {
            source: end(source),
            destination: end(destination),
            ..Event::default()
        }
    }

    #[test]
    fn ends_tell_the_direction() {
        for (source, destination, expected) in [
            ("198.51.100.7", "192.168.1.2", Direction::Inward),
            ("192.168.1.2", "198.51.100.7", Direction::Outward),
            ("192.168.1.2", "10.0.0.1", Direction::Internal),
            ("198.51.100.7", "203.0.113.9", Direction::Unknown),
            ("198.51.100.7", "", Direction::Unknown),
            ("", "192.168.1.2", Direction::Unknown),
        ] {
            assert_eq!(direction(&event(source, destination)), expected);
        }
    }

    #[test]
    fn the_firewall_itself_is_inside() {
        let mut to_firewall = event("198.51.100.7", "203.0.113.9");
        to_firewall.routeros = RouterOs {
            chain: Some("input"),
            ..RouterOs::default()
        };
        assert_eq!(direction(&to_firewall), Direction::Inward);
        let mut translated = event("198.51.100.7", "203.0.113.9");
        translated.destination.nat_ip = "192.168.1.2".parse().ok();
        assert_eq!(direction(&translated), Direction::Inward);
        let mut log_in = event("198.51.100.7", "");
        log_in.user = Some("admin");
        assert_eq!(direction(&log_in), Direction::Inward);
    }
}
