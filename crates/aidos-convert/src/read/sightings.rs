//! What was seen in an input, each value of each role once.

use std::collections::BTreeMap;

use aidos_model::Timestamp;

use super::{Error, Format};
use crate::indicator::{Find, Kind, Reach};

/// Values that are kept: more make no event that anybody reads.
const MOST: usize = 200_000;
/// The longest context that is kept, in characters.
const LONGEST_CONTEXT: usize = 400;

/// What a value did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It stands there, no more is known.
    Named,
    /// Traffic came from it.
    Source,
    /// Traffic went to it.
    Destination,
    /// It sent a message.
    Sender,
    /// It got a message.
    Recipient,
    /// A message passed it.
    Relay,
    /// It was attached to a message.
    Attachment,
}

impl Role {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Relay => "relay",
            Self::Attachment => "attachment",
        }
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A byte of a text, from 0.
    Byte(u64),
    /// A line of a file, from 1.
    Line(u64),
}

/// One value, seen once or more often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighted {
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
    /// What it did.
    pub role: Role,
    /// Where it stands first.
    pub spot: Spot,
    /// When it was seen first and last, where the input says so.
    pub times: Option<(Timestamp, Timestamp)>,
    /// What the input says of it: the name of an alert, the comment of a row.
    pub context: Option<String>,
    /// How often.
    pub count: u64,
    /// Whether it may be looked for elsewhere.
    pub watch: bool,
    /// Who may own it.
    pub reach: Reach,
}

impl Sighted {
    /// A find in a role. It is watched if the caller says so and anybody may own it.
    pub(super) fn of(find: &Find<'_>, role: Role, spot: Spot, watch: bool) -> Self {
        Self {
            kind: find.kind,
            value: find.value.to_string(),
            role,
            spot,
            times: None,
            context: None,
            count: 1,
            watch: watch && find.reach == Reach::Public && role != Role::Recipient,
            reach: find.reach,
        }
    }

    pub(super) fn at(mut self, time: Option<Timestamp>) -> Self {
        self.times = time.map(|time| (time, time));
        self
    }

    pub(super) fn about(mut self, context: Option<&str>) -> Self {
        self.context = context
            .filter(|context| !context.trim().is_empty())
            .map(|context| {
                let line = context
                    .trim()
                    .chars()
                    .map(|sign| if sign.is_control() { ' ' } else { sign });
                line.take(LONGEST_CONTEXT).collect()
            });
        self
    }
}

/// The head of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// The first address of `From`.
    pub from: Option<String>,
    /// The addresses of `To`.
    pub to: Vec<String>,
    /// `Date`.
    pub date: Option<Timestamp>,
}

/// All that was seen in an input.
#[derive(Clone, Debug)]
pub struct Sightings {
    format: Format,
    values: BTreeMap<(Kind, String, Role), Sighted>,
    beyond: bool,
    /// The head of the message, of an e-mail.
    pub mail: Option<Mail>,
    /// Lines or rows that were read.
    pub rows: u64,
    /// Lines that could not be read.
    pub bad: u64,
}

impl Sightings {
    pub(super) const fn new(format: Format) -> Self {
        Self {
            format,
            values: BTreeMap::new(),
            beyond: false,
            mail: None,
            rows: 0,
            bad: 0,
        }
    }

    /// As what the input was read.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Each value of each role, in the order of kinds, values, roles.
    pub fn values(&self) -> impl Iterator<Item = &Sighted> {
        self.values.values()
    }

    pub(super) fn add(&mut self, sighted: Sighted) {
        let key = (sighted.kind, sighted.value.clone(), sighted.role);
        let full = self.values.len() >= MOST;
        let Some(known) = self.values.get_mut(&key) else {
            if full {
                self.beyond = true;
            } else {
                self.values.insert(key, sighted);
            }
            return;
        };
        known.count += sighted.count;
        known.watch |= sighted.watch;
        known.times = match (known.times, sighted.times) {
            (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
            (one, other) => one.or(other),
        };
        if known.context.is_none() {
            known.context = sighted.context;
        }
    }

    pub(super) fn whole(self) -> Result<Self, Error> {
        if self.beyond {
            return Err(Error::TooMany { most: MOST });
        }
        Ok(self)
    }
}
