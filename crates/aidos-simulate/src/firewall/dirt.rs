//! Kinds of dirt in the firewall log.
//!
//! A kind is beyond repair only where two different rows would leave the same dirty line.

use super::packet::{Body, Nat, Origin, Packet, Protocol};
use super::style::{Loss, Stamp, Style, comma};
use crate::random::Random;
use crate::text::{Address, MacText};

/// What can befall a row that stays a row. The word in the truth is [`Kind::word`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    MissingComma,
    ExtraComma,
    MissingSpace,
    Blanks,
    MacForm,
    OpenParen,
    NoYear,
    Ansi,
    Priority,
    Misspelt,
    Crlf,
    Nul,
    Zone,
    Mapped,
    BadMac,
    BadIp,
    BadPort,
    MaskedIp,
    Truncated,
    BadDate,
    NoDate,
    MissingInterface,
}

/// All kinds, the frequent ones repeated.
const KINDS: [Kind; 26] = [
    Kind::MissingComma,
    Kind::MissingComma,
    Kind::MissingComma,
    Kind::ExtraComma,
    Kind::ExtraComma,
    Kind::MissingSpace,
    Kind::MissingSpace,
    Kind::Blanks,
    Kind::MacForm,
    Kind::MacForm,
    Kind::OpenParen,
    Kind::NoYear,
    Kind::NoYear,
    Kind::Ansi,
    Kind::Priority,
    Kind::Misspelt,
    Kind::Crlf,
    Kind::Nul,
    Kind::Mapped,
    Kind::BadMac,
    Kind::BadIp,
    Kind::BadPort,
    Kind::MaskedIp,
    Kind::Truncated,
    Kind::BadDate,
    Kind::NoDate,
];

impl Kind {
    /// The word in `dirt`; where the extractors have a word for the defect it is theirs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::MissingComma => "missing_comma",
            Self::ExtraComma => "extra_comma",
            Self::MissingSpace => "missing_space",
            Self::Blanks => "blanks",
            Self::MacForm => "mac_form",
            Self::OpenParen => "unbalanced_paren",
            Self::NoYear => "no_year",
            Self::Ansi => "ansi_escape",
            Self::Priority => "priority",
            Self::Misspelt => "misspelt_unknown",
            Self::Crlf => "crlf",
            Self::Nul => "nul_byte",
            Self::Zone => "zone_id",
            Self::Mapped => "v4_mapped",
            Self::BadMac => "bad_mac",
            Self::BadIp => "bad_ip",
            Self::BadPort => "bad_port",
            Self::MaskedIp => "masked_ip",
            Self::Truncated => "truncated",
            Self::BadDate => "bad_date",
            Self::NoDate => "no_date",
            Self::MissingInterface => "missing_interface",
        }
    }

    /// True where the dirt destroys information.
    pub(crate) fn beyond_repair(self) -> bool {
        matches!(
            self,
            Self::BadMac
                | Self::BadIp
                | Self::BadPort
                | Self::MaskedIp
                | Self::Truncated
                | Self::BadDate
                | Self::NoDate
                | Self::MissingInterface
        )
    }

    /// True where the stamp is destroyed.
    pub(crate) fn loses_time(self) -> bool {
        matches!(self, Self::BadDate | Self::NoDate)
    }

    /// True where a repeated row may suffer it: the true fields stay the same.
    fn suits_repeats(self) -> bool {
        !self.beyond_repair() && self != Self::Priority
    }

    fn fits(self, p: &Packet) -> bool {
        let packet = p.body == Body::Packet;
        let ports = packet && p.protocol.has_ports();
        let local = p.origin == Origin::Local;
        let v4 = !p.source.is_v6() && !p.destination.is_v6();
        match self {
            Self::MissingComma | Self::ExtraComma => packet,
            Self::MissingSpace | Self::MacForm => packet && p.mac.is_some(),
            // The remaining kinds of row must stay apart by port and length.
            Self::BadMac => ports && p.mac.is_some(),
            Self::OpenParen => {
                packet && matches!(p.protocol, Protocol::Tcp(_) | Protocol::Icmp(..))
            }
            Self::NoYear => local,
            Self::Ansi => packet && p.prefix > 0,
            Self::Misspelt => packet && (p.ingress == 0 || p.egress == 0),
            Self::Zone => packet && matches!(p.source, Address::V6(bits) if bits >> 112 == 0xfe80),
            // With a NAT clause the end stands in the line twice and could be read there.
            Self::Mapped | Self::BadIp | Self::BadPort => ports && v4 && p.nat == Nat::None,
            Self::MaskedIp => ports && v4,
            Self::Truncated => ports,
            Self::BadDate | Self::NoDate => ports && local,
            Self::MissingInterface => ports && p.state > 0,
            Self::Priority | Self::Blanks | Self::Crlf | Self::Nul => true,
        }
    }

    /// A kind that fits the row.
    pub(crate) fn draw(random: &mut Random, p: &Packet, repeat: bool) -> Self {
        // Few rows have a link-local source: half of the dirty ones get a zone.
        if Self::Zone.fits(p) && random.percent(50) {
            return Self::Zone;
        }
        for _ in 0..8 {
            // One in forty, so that a row without interfaces stays a rarity.
            let kind = if random.below(40) == 0 {
                Self::MissingInterface
            } else {
                random.pick(&KINDS)
            };
            if kind.fits(p) && (!repeat || kind.suits_repeats()) {
                return kind;
            }
        }
        Self::Crlf
    }

    /// A second kind that goes with this one.
    pub(crate) fn companion(self, random: &mut Random, p: &Packet) -> Option<Self> {
        if !matches!(
            self,
            Self::MissingComma | Self::ExtraComma | Self::NoYear | Self::Blanks
        ) {
            return None;
        }
        let second = random.pick(&[Self::MacForm, Self::Misspelt, Self::Crlf, Self::OpenParen]);
        // Without its comma and its parenthesis a detail has no end that all would agree on.
        let apart = !(self == Self::MissingComma && second == Self::OpenParen);
        (apart && second.fits(p) && random.percent(12)).then_some(second)
    }

    /// Changes style and, where the dirt adds a true field, the row.
    pub(crate) fn apply(self, random: &mut Random, p: &mut Packet, s: &mut Style, repeat: bool) {
        match self {
            Self::MissingComma => s.without_comma = missing(random, p),
            Self::ExtraComma => {
                s.with_comma = if random.percent(40) {
                    0x1ff
                } else {
                    1 << random.below(9)
                };
                // A bit whose separator the row lacks would leave the line clean.
                s.with_comma |= random.pick(&[comma::ENDS, comma::PROTOCOL, comma::END]);
            }
            Self::MissingSpace => s.tight = true,
            Self::Blanks => {
                // Blank 0 stands in every row; 11 is inside the stamp and never a tab.
                s.tabs = random.percent(50);
                s.wide = 1 | random.next() as u16;
                if s.tabs {
                    s.wide &= !(1 << 11);
                }
            }
            Self::MacForm => {
                s.mac = random.pick(&[
                    MacText::Upper,
                    MacText::Dash,
                    MacText::Dotted,
                    MacText::Bare,
                    MacText::Dash,
                ]);
            }
            Self::OpenParen => s.open_paren = true,
            Self::NoYear => match random.below(if repeat { 2 } else { 3 }) {
                0 => s.stamp = Stamp::NoYear,
                1 => s.stamp = Stamp::NoYearIso,
                _ => {
                    p.origin = Origin::Syslog(1 + 2 * random.below(2) as u8);
                    p.priority = random.percent(50).then_some(134);
                    if p.body == Body::Packet && random.percent(50) {
                        p.topics = 0;
                        p.prefix = 7;
                    }
                }
            },
            Self::Ansi => s.ansi = true,
            Self::Priority => p.priority = Some(random.pick(&[134, 134, 30, 6])),
            Self::Misspelt => s.misspelt = true,
            Self::Crlf => s.crlf = true,
            Self::Nul => s.nul = 1 + random.below(3) as u8,
            Self::Zone => s.zone = true,
            Self::Mapped => s.mapped = true,
            Self::BadMac => {
                s.mac = random.pick(&[MacText::Cut, MacText::CutColon, MacText::Dashes]);
            }
            Self::BadIp => {
                let octet = 256 + random.below(744) as u16;
                s.loss = if random.percent(60) {
                    Loss::SourceOctet(octet)
                } else {
                    Loss::DestinationOctet(octet)
                };
            }
            Self::BadPort => {
                let port = 65_536 + random.below(34_464);
                s.loss = if random.percent(50) {
                    Loss::SourcePort(port)
                } else {
                    Loss::DestinationPort(port)
                };
            }
            Self::MaskedIp => {
                s.loss = if p.nat != Nat::None {
                    Loss::MaskedNat
                } else if random.percent(50) {
                    Loss::MaskedSource
                } else {
                    Loss::MaskedDestination
                };
            }
            Self::Truncated => s.loss = Loss::Tail(random.below(4) as u8),
            Self::BadDate => s.stamp = Stamp::Never(random.below(3) as u8),
            Self::NoDate => s.stamp = Stamp::NoDate,
            Self::MissingInterface => s.loss = Loss::Interfaces,
        }
    }
}

/// One, several or all of the commas that the row has.
fn missing(random: &mut Random, p: &Packet) -> u16 {
    let mut there = comma::INTERFACE | comma::PROTOCOL | comma::ENDS;
    if p.mac.is_some() {
        there |= comma::MAC;
    }
    if p.nat != Nat::None {
        there |= comma::NAT;
    }
    let chosen = match random.below(3) {
        0 => 0x1f,
        1 => 1 << random.below(5),
        _ => random.next() as u16,
    };
    if chosen & there == 0 {
        comma::ENDS
    } else {
        chosen & there
    }
}
