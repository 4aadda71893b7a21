//! How a row is written: its stamp form, its separators, and what damage left of it.

use crate::text::MacText;

/// How the time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stamp {
    /// `Mar/07/2023 10:38:03`; a relay and BSD syslog have their own form instead.
    #[default]
    Usual,
    /// `mar/07/2023 10:38:03`
    Lower,
    /// `2023-03-07 10:38:03`
    Iso,
    /// `2023-03-07T10:38:03Z`
    Rfc3339,
    /// `1678185483`
    Epoch,
    /// `mar/07 10:38:03`
    NoYear,
    /// `03-07 10:38:03`
    NoYearIso,
    /// `10:38:03`: beyond repair.
    NoDate,
    /// A date that never was, by choice of three: beyond repair.
    Never(u8),
}

/// What is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Loss {
    /// Nothing.
    #[default]
    Nothing,
    /// An octet of the source becomes this number above 255.
    SourceOctet(u16),
    /// An octet of the destination becomes this number above 255.
    DestinationOctet(u16),
    /// The source port becomes this number above 65535.
    SourcePort(u32),
    /// The destination port becomes this number above 65535.
    DestinationPort(u32),
    /// `x.x.x.x` for the source.
    MaskedSource,
    /// `y.y.y.y` for the destination.
    MaskedDestination,
    /// `x.y.z.a` for the translated address.
    MaskedNat,
    /// ` in:… out:…` becomes ` out`.
    Interfaces,
    /// The line ends early, by choice of four.
    Tail(u8),
}

/// How a row is written; the default is clean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools)] // Independent switches, any of which may be on.
pub(crate) struct Style {
    pub(crate) stamp: Stamp,
    /// Bit i: the comma of separator i is missing.
    pub(crate) without_comma: u16,
    /// Bit i: one comma more at separator i.
    pub(crate) with_comma: u16,
    /// Blanks that words can do without are missing.
    pub(crate) tight: bool,
    /// Bit i: blank i is doubled.
    pub(crate) wide: u16,
    /// The wide blanks are tabs instead.
    pub(crate) tabs: bool,
    pub(crate) mac: MacText,
    pub(crate) loss: Loss,
    /// Carriage return before the line feed.
    pub(crate) crlf: bool,
    /// A NUL byte at place 1 (begin), 2 (end) or 3 (after the stamp); 0 is none.
    pub(crate) nul: u8,
    /// Colour codes around the prefix.
    pub(crate) ansi: bool,
    /// `(unkown 0)`.
    pub(crate) misspelt: bool,
    /// The closing parenthesis is missing.
    pub(crate) open_paren: bool,
    /// `%ether1` after a link-local source.
    pub(crate) zone: bool,
    /// `[::ffff:…]` for the endpoints.
    pub(crate) mapped: bool,
}

/// The separators that carry a comma, by bit.
pub(crate) mod comma {
    /// After the out interface.
    pub(crate) const INTERFACE: u16 = 1;
    /// After the MAC.
    pub(crate) const MAC: u16 = 1 << 1;
    /// After the protocol.
    pub(crate) const PROTOCOL: u16 = 1 << 2;
    /// After the endpoints.
    pub(crate) const ENDS: u16 = 1 << 3;
    /// After the NAT clause.
    pub(crate) const NAT: u16 = 1 << 4;
    /// After the topics (extra only, as those below).
    pub(crate) const TOPICS: u16 = 1 << 5;
    /// After the in interface.
    pub(crate) const INGRESS: u16 = 1 << 6;
    /// After the state.
    pub(crate) const STATE: u16 = 1 << 7;
    /// At the end of the line.
    pub(crate) const END: u16 = 1 << 8;
}
