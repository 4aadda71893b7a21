//! The objects of a whole case, folded by conversation.
//!
//! A case may hold more than fits into memory, so nothing here keeps a list: [`Composer::conversation`] emits
//! the objects of one conversation one by one, the caller sorts them by id outside (equal ids are equal
//! bytes, so that doubles drop out), names the bundle by [`BundleId`], and writes it. [`Grouping`] takes the
//! ids of its members twice, once to compute its own id, once to be written.
//!
//! A conversation becomes
//! - its observables, and `network-traffic` from `start` to `end`;
//! - `observed-data` with the first and last time and the number of entries (999,999,999 at most, the
//!   standard's limit);
//! - an `indicator`, valid from the first time. Where the source attacks by the analysis it is
//!   `anomalous-activity` of the verdict's confidence, from 70 (STIX: high) on `malicious-activity`, and on
//!   the source too; else it is `benign` where the inside acts, else `unknown`, both of low confidence;
//! - a `sighting` of that indicator by the provider, with the observed data behind it;
//! - the `relationship` indicator `based-on` observed data.
//!
//! Between two e-mail addresses there is no traffic object, as the log tells no route. The indicator is on the
//! source where the verdict makes it the counterpart of an own one; it is `unknown` with a confidence below 50,
//! as to write to somebody is no attack. With any other verdict there is none.
//!
//! `created` and `modified` are the last time, when the fold was complete. A conversation without times has
//! its observables only.

mod frame;
mod grouping;

use aidos_model::Timestamp;
use aidos_model::stix::{Kind, StixId};

use crate::analysis::role::Verdict;

pub use crate::analysis::conversation::Party;

use super::cache::{Addresses, Authors};
use super::object::{
    Address, Id, Indicator, Label, Said, Seen, Time, Traffic, push_based_on, push_indicator,
    push_observable, push_observed, push_sighting, text_id,
};
use super::rules::{LOW, indicator_type};
use super::{ObjectRules, Options, pattern, protocol, value};

pub use frame::{BundleId, bundle_close, bundle_open};
pub use grouping::{Grouping, GroupingWriter};

/// All entries of a provider between two ends, to one port, over one transport.
#[derive(Clone, Copy, Debug)]
pub struct Conversation<'a> {
    /// `event.provider`.
    pub provider: &'a str,
    /// Who began.
    pub source: Party<'a>,
    /// Whom it went to.
    pub destination: Party<'a>,
    /// To which port.
    pub destination_port: Option<u16>,
    /// `network.transport`.
    pub transport: Option<&'a str>,
    /// How many entries; none counts as one.
    pub count: u64,
    /// The time of the first that has one.
    pub first: Option<Timestamp>,
    /// The time of the last that has one.
    pub last: Option<Timestamp>,
    /// What the analysis says of the source; between e-mail addresses, that it is the counterpart.
    pub verdict: Verdict,
}

/// The members that a conversation gives to its provider's [`Grouping`]: the indicator and the observed
/// data, where they exist; none of a conversation that is held to be benign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// The indicator.
    pub indicator: Option<StixId>,
    /// The observed data.
    pub observed: Option<StixId>,
}

impl Members {
    /// The ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = StixId> + use<> {
        [self.indicator, self.observed].into_iter().flatten()
    }
}

/// Takes an object: its type, its id and its JSON (canonical, without a newline).
pub type Emit<'e> = dyn FnMut(Kind, &StixId, &[u8]) + 'e;

/// Writes the objects of a case.
///
/// It keeps what it met, within bounds, and does not emit again what it knows to have emitted. Use one for one
/// case, or several whose output is sorted together.
pub struct Composer {
    rules: ObjectRules,
    label: Label,
    authors: Authors,
    addresses: Addresses,
    scratch: Vec<u8>,
    json: Vec<u8>,
    left_out: u64,
}

impl Composer {
    /// A composer of these options.
    pub fn new(options: Options) -> Self {
        Self {
            rules: options.rules,
            label: Label::new(options.tlp),
            authors: Authors::new(),
            addresses: Addresses::new(),
            scratch: Vec::new(),
            json: Vec::new(),
            left_out: 0,
        }
    }

    /// How many e-mail addresses were no valid value of an observable, over all conversations so far.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Emits the objects of a conversation, and those of its provider when it is met first.
    pub fn conversation(
        &mut self,
        conversation: &Conversation<'_>,
        emit: &mut Emit<'_>,
    ) -> Members {
        self.provider(conversation.provider, emit);
        let (first, last) = match (conversation.first, conversation.last) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            (a, b) => (a.or(b), b.or(a)),
        };
        let times = first.zip(last).map(|(first, last)| Times::new(first, last));

        let mut observables = Vec::with_capacity(3);
        let source = self.party(conversation.source, 0, &mut observables, emit);
        let destination = self.party(conversation.destination, 1, &mut observables, emit);
        let ends = Ends {
            source: source.ip(),
            destination: destination.ip(),
            destination_port: conversation.destination_port,
            transport: conversation.transport.and_then(protocol::word),
        };
        if self.rules.traffic {
            self.traffic(&ends, times.as_ref(), &mut observables, emit);
        }
        observables.sort_unstable();
        observables.dedup();
        let Some(times) = times else {
            return Members::default();
        };

        let Self {
            rules,
            label,
            authors,
            json,
            ..
        } = self;
        let (author, _) = authors.get(conversation.provider, label);
        let said = Said {
            author,
            label,
            time: &times.last,
        };
        let seen = times.seen(conversation.count);
        let mut put = |id: Id, json: &mut Vec<u8>| {
            emit(id.kind, &id.stix(), json);
            json.clear();
            id
        };
        json.clear();
        let observed = (rules.observed && !observables.is_empty()).then(|| {
            let id = push_observed(json, said, seen, observables.iter());
            put(id, json)
        });
        let judged = Judged::new(conversation, &ends, &source, rules);
        let indicator = judged.as_ref().map(|judged| {
            let id = judged.push(json, said, &times.first);
            put(id, json)
        });
        if let Some(indicator) = &indicator {
            if rules.sighting {
                let id = push_sighting(json, said, seen, indicator, observed.as_ref());
                put(id, json);
            }
            if rules.relationship
                && let Some(observed) = &observed
            {
                let id = push_based_on(json, said, indicator, observed);
                put(id, json);
            }
        }
        if judged.is_some() && conversation.verdict.is_benign() {
            return Members::default();
        }
        Members {
            indicator: indicator.map(|id| id.stix()),
            observed: observed.map(|id| id.stix()),
        }
    }

    /// Begins the grouping of a provider's objects, from the first to the last time of them all, and emits the
    /// provider's objects when it is met first.
    pub fn grouping(
        &mut self,
        provider: &str,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
        emit: &mut Emit<'_>,
    ) -> Grouping {
        self.provider(provider, emit);
        let (author, _) = self.authors.get(provider, &self.label);
        Grouping::start(author, &self.label, first, last)
    }

    /// Emits identity and marking where they were not yet.
    fn provider(&mut self, name: &str, emit: &mut Emit<'_>) {
        let (author, was_there) = self.authors.get(name, &self.label);
        if !was_there {
            emit(Kind::Identity, &author.id.stix(), &author.json);
            emit(
                Kind::MarkingDefinition,
                &self.label.id.stix(),
                &self.label.json,
            );
        }
    }

    /// Emits an end, where it is a value and the rules want it.
    fn party<'a>(
        &mut self,
        party: Party<'a>,
        at: usize,
        observables: &mut Vec<Id>,
        emit: &mut Emit<'_>,
    ) -> End<'a> {
        match party {
            Party::Ip(ip) if self.rules.wants_ip(at, ip) => {
                let (address, was_there) = self.addresses.ip(ip);
                let id = address.id();
                if !was_there {
                    self.json.clear();
                    push_observable(&mut self.json, &id, address.text(), &self.label);
                    emit(id.kind, &id.stix(), &self.json);
                }
                observables.push(id);
                End::Ip(address)
            }
            Party::Email(text) if self.rules.wants_email() => {
                let Some(email) = value::email(text.trim()) else {
                    self.left_out += 1;
                    return End::None;
                };
                self.json.clear();
                let mut quoted = Vec::with_capacity(email.len() + 2);
                aidos_model::stix::canonical::push_str(&mut quoted, &email);
                let id = text_id(Kind::EmailAddr, &quoted, &mut self.scratch);
                let text = quoted.get(1..quoted.len() - 1).unwrap_or_default();
                push_observable(&mut self.json, &id, text, &self.label);
                emit(id.kind, &id.stix(), &self.json);
                observables.push(id);
                End::Email(email)
            }
            _ => End::None,
        }
    }

    fn traffic(
        &mut self,
        ends: &Ends<'_>,
        times: Option<&Times>,
        observables: &mut Vec<Id>,
        emit: &mut Emit<'_>,
    ) {
        let traffic = Traffic {
            source: ends.source,
            destination: ends.destination,
            source_port: None,
            destination_port: ends.destination_port,
            transport: ends.transport,
            bytes: None,
            start: times.map(|times| &times.first),
            end: times.and_then(Times::end),
        };
        if let Some(id) = traffic.id(&mut self.scratch) {
            self.json.clear();
            traffic.push(&mut self.json, &id, &self.label);
            emit(id.kind, &id.stix(), &self.json);
            observables.push(id);
        }
    }
}

/// An end that became an observable.
enum End<'a> {
    Ip(Address),
    Email(std::borrow::Cow<'a, str>),
    None,
}

impl End<'_> {
    fn ip(&self) -> Option<&Address> {
        match self {
            Self::Ip(address) => Some(address),
            _ => None,
        }
    }
}

/// What is known of a conversation's traffic.
struct Ends<'a> {
    source: Option<&'a Address>,
    destination: Option<&'a Address>,
    destination_port: Option<u16>,
    transport: Option<&'a str>,
}

/// First and last time.
struct Times {
    first: Time,
    last: Time,
    /// Both with six digits, where their own texts sort the wrong way round.
    padded: Option<[[u8; 27]; 2]>,
}

impl Times {
    fn new(first: Timestamp, last: Timestamp) -> Self {
        let (first, last) = (Time::new(first), Time::new(last));
        // `03Z` sorts behind `03.5Z`: stix2-validator compares texts, and would call the later the earlier.
        let padded = (last.text() < first.text()).then(|| [first.padded(), last.padded()]);
        Self {
            first,
            last,
            padded,
        }
    }

    /// The end of the traffic. Its text cannot be padded, as the traffic's id hangs on it; where it would sort
    /// before the start, less than a second before, it is left out.
    fn end(&self) -> Option<&Time> {
        self.padded.is_none().then_some(&self.last)
    }

    fn seen(&self, count: u64) -> Seen<'_> {
        let (first, last) = match &self.padded {
            Some([first, last]) => (&first[..], &last[..]),
            None => (self.first.text(), self.last.text()),
        };
        Seen { first, last, count }
    }
}

/// What is held of a conversation.
struct Judged<'a> {
    word: &'static str,
    confidence: u8,
    description: String,
    on: On<'a>,
}

enum On<'a> {
    Traffic {
        named: pattern::Traffic<'a>,
        traffic: bool,
        address: Option<&'a Address>,
    },
    Email(&'a str),
}

impl<'a> Judged<'a> {
    /// `None` where there is nothing to watch for.
    fn new(
        conversation: &Conversation<'_>,
        ends: &'a Ends<'a>,
        source: &'a End<'a>,
        rules: &ObjectRules,
    ) -> Option<Self> {
        let verdict = conversation.verdict;
        let word = indicator_type(verdict);
        if let End::Email(email) = source
            && verdict == Verdict::Correspondence
        {
            return rules.indicator.source.then_some(Self {
                word,
                confidence: verdict.confidence(),
                description: verdict.explanation().to_owned(),
                on: On::Email(email),
            });
        }
        ends.source.or(ends.destination)?;
        let address = ends
            .source
            .filter(|_| rules.indicator.source && verdict.is_attack());
        if !rules.indicator.traffic && address.is_none() {
            return None;
        }
        let (word, confidence, description) = if verdict.is_attack() {
            (
                if verdict.confidence() >= HIGH {
                    "malicious-activity"
                } else {
                    word
                },
                verdict.confidence(),
                format!("{} Rule: {}.", verdict.explanation(), verdict.rule()),
            )
        } else {
            (word, LOW, verdict.explanation().to_owned())
        };
        Some(Self {
            word,
            confidence,
            description,
            on: On::Traffic {
                named: pattern::Traffic {
                    source: ends.source,
                    destination: ends.destination,
                    destination_port: ends.destination_port,
                    transport: ends.transport,
                },
                traffic: rules.indicator.traffic,
                address,
            },
        })
    }

    fn push(&self, out: &mut Vec<u8>, said: Said<'_>, valid_from: &Time) -> Id {
        let indicator = Indicator {
            confidence: self.confidence,
            description: &self.description,
            word: self.word,
            valid_from,
        };
        match &self.on {
            On::Traffic {
                named,
                traffic,
                address,
            } => push_indicator(
                out,
                said,
                indicator,
                |out| pattern::push_name(out, *named),
                |out| pattern::push(out, traffic.then_some(*named), *address),
            ),
            On::Email(email) => push_indicator(
                out,
                said,
                indicator,
                // An address of `value::email` has nothing to escape.
                |out| out.extend_from_slice(email.as_bytes()),
                |out| pattern::push_email(out, email),
            ),
        }
    }
}

/// The confidence that STIX calls high begins here (appendix A of the standard).
const HIGH: u8 = 70;
