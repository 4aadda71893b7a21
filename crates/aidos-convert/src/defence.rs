//! Rules of defence: lists for firewalls, Suricata, Sigma, hosts files.
//!
//! All take the same sorted values ([`Threat`]) and give a text; the same values give the same bytes. What a format cannot
//! say is left out and counted ([`Written::skipped`]). Nothing here decides what may be blocked: [`fit`] refuses what
//! belongs to networks of one's own, the caller leaves out victims.

mod blocklist;
mod hosts;
mod sigma;
mod suricata;

pub use blocklist::{blocklist, collapsed};
pub use hosts::hosts;
pub use sigma::sigma;
pub use suricata::suricata;

use crate::indicator::{Kind, Reach, reach_of};

/// A value to be blocked or watched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threat {
    /// What it is.
    pub kind: Kind,
    /// The value, as its kind is spelled.
    pub value: String,
    /// RFC 3339, when it was seen last.
    pub last: Option<String>,
}

/// What stands at the head of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'h> {
    /// What the values are of: the name of a case or of a file.
    pub of: &'h str,
    /// The label of the Traffic Light Protocol, as in `TLP:GREEN`.
    pub tlp: Option<&'h str>,
}

/// A text of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Values in it.
    pub values: u64,
    /// Values that the format has no word for.
    pub skipped: u64,
}

/// What cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More rules than there are numbers from the first one on.
    #[error(
        "cannot number {rules} rules from {first} on: the last number is 4294967295; choose a lower --sid"
    )]
    Sids {
        /// The first number.
        first: u32,
        /// How many rules.
        rules: usize,
    },
}

/// Sorts values, keeps each once (with its last day) and leaves out what is private; gives back how many.
///
/// ```
/// # use aidos_convert::defence::{Threat, fit};
/// # use aidos_convert::indicator::Kind;
/// let ip = |value: &str| Threat { kind: Kind::Ipv4, value: value.into(), last: None };
/// let mut threats = vec![ip("198.51.100.9"), ip("10.0.0.1"), ip("198.51.100.9")];
/// assert_eq!(fit(&mut threats), 1);
/// assert_eq!(threats, [ip("198.51.100.9")]);
/// ```
pub fn fit(threats: &mut Vec<Threat>) -> u64 {
    let before = threats.len();
    threats.retain(|threat| reach_of(threat.kind, &threat.value) != Reach::Private);
    let private = before - threats.len();
    // The last of equal values is the one that was seen last.
    threats.sort_unstable_by(|a, b| order(a).cmp(&order(b)).then_with(|| b.last.cmp(&a.last)));
    threats.dedup_by(|a, b| a.kind == b.kind && a.value == b.value);
    private as u64
}

/// Addresses by their bytes, everything else by its text.
fn order(threat: &Threat) -> (Kind, Option<std::net::IpAddr>, &str) {
    (threat.kind, threat.value.parse().ok(), &threat.value)
}

/// Lines of a comment at the head of a list.
fn comment(head: &Head<'_>, what: &str) -> String {
    let mut text = format!("# {what} of {}", one_line(head.of));
    if let Some(tlp) = head.tlp {
        text += &format!(", {}", one_line(tlp));
    }
    text + "\n"
}

/// A text on one line, without what a terminal or a parser would obey.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests;
