//! The NAT clause: `NAT (a->b)->c`, `NAT a->(b->c)`, `NAT a->(b)`, `NAT (a->b)`.

use aidos_model::Event;

use super::firewall::{Address, Ends, endpoint};
use crate::extract::NatRule;

/// What a clause says: the translated address and the side that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Translation {
    pub(super) address: Address,
    pub(super) of_source: bool,
}

/// Where the clause ends, and the defects of its addresses.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clause {
    members: [Option<Address>; 3],
    /// The members that stand in parentheses.
    pair: (usize, usize),
    len: usize,
}

/// Reads the clause after `NAT `; returns it and the number of bytes that it takes.
pub(super) fn read(bytes: &[u8]) -> Option<(Clause, usize)> {
    let mut clause = Clause {
        pair: (usize::MAX, usize::MAX),
        ..Clause::default()
    };
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'(') {
            clause.pair.0 = clause.len;
            at += 1;
        }
        let (address, taken) = endpoint(bytes.get(at..)?, Ends::Nat);
        if taken == 0 || clause.len == 3 {
            return None;
        }
        clause.members[clause.len] = Some(address);
        clause.len += 1;
        at += taken;
        if bytes.get(at) == Some(&b')') {
            clause.pair.1 = clause.len - 1;
            at += 1;
        }
        if bytes.get(at..at + 2) == Some(b"->") {
            at += 2;
        } else {
            break;
        }
    }
    Some((clause, at))
}

impl Clause {
    /// The addresses in their order.
    pub(super) fn members(&self) -> impl Iterator<Item = &Address> {
        self.members.iter().flatten()
    }

    /// Which address is the translated one, and of which side.
    ///
    /// The member of the parenthesised pair that is no endpoint of the main tuple; it belongs to the side
    /// of the other member, a lone member to the side that it stands on.
    pub(super) fn translation(&self, event: &Event<'_>, rule: NatRule) -> Option<Translation> {
        let last = self.members().last().copied()?;
        let (open, close) = self.pair;
        let first = self.members.get(open).copied().flatten();
        let second = self.members.get(close).copied().flatten();
        let found = match (first, second) {
            (Some(lone), Some(_)) if open == close => Some(Translation {
                address: lone,
                of_source: open == 0,
            }),
            (Some(first), Some(second)) => pair(first, second, event, open == 0),
            _ => None,
        };
        match rule {
            NatRule::Semantic => found,
            NatRule::LastIp => Some(Translation {
                address: last,
                of_source: found.is_some_and(|translation| translation.of_source),
            }),
        }
    }
}

fn pair(first: Address, second: Address, event: &Event<'_>, on_left: bool) -> Option<Translation> {
    let source = Address::of(&event.source);
    let destination = Address::of(&event.destination);
    // With ports first: a translation may change the port alone.
    for same in [Address::same, Address::same_ip] {
        for (member, other) in [(first, second), (second, first)] {
            if same(&member, &source) && !same(&other, &source) && !same(&other, &destination) {
                return Some(Translation {
                    address: other,
                    of_source: true,
                });
            }
            if same(&member, &destination) && !same(&other, &source) && !same(&other, &destination)
            {
                return Some(Translation {
                    address: other,
                    of_source: false,
                });
            }
        }
    }
    // Neither is an endpoint (an ICMP error about another flow): the outer side is the translated one.
    let neither = ![first, second]
        .iter()
        .any(|member| member.same_ip(&source) || member.same_ip(&destination));
    neither.then_some(Translation {
        address: if on_left { second } else { first },
        of_source: on_left,
    })
}
