//! One entry: what is found in it, and what partners would see of it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use aidos_core::analysis::own::Own;
use aidos_core::analysis::role::verdict;
use aidos_model::Event;
use aidos_privacy::anonymise::{Anonymiser, Document, Statistics};
use aidos_privacy::gate::{Attack, Attacker};
use aidos_privacy::pii::{CodePoints, Finding};
use aidos_privacy::role::{Assets, Direction, Role};
use bumpalo::Bump;
use serde_json::Value;

use super::rare::Row;
use super::sample::{self, Sample};
use super::{Pair, SHOWN};
use crate::Error;
use crate::pii::{push_span, whole};

/// What is counted.
#[derive(Default)]
pub(super) struct Done {
    pub(super) findings: BTreeMap<&'static str, u64>,
    pub(super) statistics: Statistics,
    pub(super) sample: Sample,
    pub(super) samples: Vec<Pair>,
}

impl Done {
    /// Keeps the first message of a provider.
    pub(super) fn show(&mut self, pair: Pair) {
        let known = self.samples.iter().any(|own| own.provider == pair.provider);
        if !known && self.samples.len() < SHOWN {
            self.samples.push(pair);
        }
    }
}

/// What a batch gave.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) findings: Vec<u8>,
    pub(super) shared: Vec<u8>,
    /// Of an irreversible release, by [`Row::key`].
    pub(super) rows: Vec<[u8; 32]>,
    pub(super) done: Done,
}

/// Hides entries; shared by all threads.
pub(super) struct Worker<'w> {
    pub(super) anonymiser: &'w Anonymiser,
    pub(super) own: &'w Own,
}

impl Worker<'_> {
    /// Hides an entry. `document` knows of no other; its counts go on.
    pub(super) fn entry(
        &self,
        number: u64,
        line: &[u8],
        arena: &Bump,
        document: &mut Document,
        out: &mut Batch,
    ) -> Result<(), Error> {
        let wrong = |what: String| Error::NotEntries { line: number, what };
        let text = std::str::from_utf8(line).map_err(|error| wrong(error.to_string()))?;
        let event = Event::parse(text, arena).map_err(|error| wrong(error.to_string()))?;
        let direction = direction(&event, self.own);
        let mut entry: Value =
            serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let policy = self.anonymiser.policy();
        let raw = policy.irreversible.is_some().then(|| entry.clone());
        let message = entry.get("message").and_then(Value::as_str);
        let message = message.unwrap_or_default().to_owned();
        let mut found = Vec::new();
        self.anonymiser.scanner().scan(&message, &mut found);
        push_findings(&mut out.findings, number, &event, &message, &found);
        for finding in &found {
            *out.done.findings.entry(finding.kind.word()).or_default() += 1;
        }
        self.anonymiser
            .entry_with(document, &mut entry, direction, &found);
        whole(self.anonymiser.scanner())?;
        if let Some(raw) = raw {
            out.rows.push(Row::of(&raw, &entry).key());
        }
        let hidden = entry.get("message").and_then(Value::as_str);
        let hidden = hidden.unwrap_or_default();
        for finding in &found {
            if let Some(value) = message.get(finding.start..finding.end)
                && !hidden.contains(value)
            {
                out.done.sample.add(finding.kind.word(), value);
            }
        }
        for (kind, value) in document.hidden() {
            out.done.sample.add(kind, value);
        }
        let seen = |pair: &Pair| pair.provider == event.provider;
        if !out.done.samples.iter().any(seen) {
            out.done.show(Pair {
                provider: event.provider.to_owned(),
                after: hidden.to_owned(),
                before: message,
            });
        }
        serde_json::to_writer(&mut out.shared, &entry).map_err(|error| wrong(error.to_string()))?;
        out.shared.push(b'\n');
        Ok(())
    }

    /// What is the organisations' own, as it looks when it is hidden.
    ///
    /// Domains that were learned are learned again.
    pub(super) fn hidden_own(&self, targets: &BTreeSet<IpAddr>, domains: &[String]) -> Own {
        let addresses = targets.iter().map(|ip| {
            let hidden = self
                .anonymiser
                .value("IP_ADDRESS", Role::Own, &ip.to_string());
            hidden.text
        });
        let domains = domains.iter().filter_map(|domain| {
            let address = format!("somebody@{domain}");
            let hidden = self.anonymiser.value("EMAIL_ADDRESS", Role::Own, &address);
            hidden
                .text
                .rsplit_once('@')
                .map(|(_, domain)| domain.to_owned())
        });
        // What a technique made no address or domain of is nobody's in what is shared either.
        let fine = addresses
            .chain(domains)
            .filter(|text| Own::parse([text.as_str()]).is_ok());
        let texts: Vec<String> = fine.collect();
        Own::parse(texts.iter().map(String::as_str)).unwrap_or_default()
    }

    /// Plants values in every field of an entry that hides its values, and looks whether they come through.
    pub(super) fn canaries(&self) -> Attack {
        let mut attack = Attack::default();
        for (kind, canary) in sample::CANARIES {
            let mut entry = sample::planted(canary);
            let mut document = Document::new();
            self.anonymiser
                .entry(&mut document, &mut entry, Direction::Inbound);
            let Ok(attacker) = Attacker::new([(*kind, *canary)]) else {
                continue;
            };
            let mut found = attacker.begin();
            attacker.line(&mut found, "canary", 1, entry.to_string().as_bytes());
            found.canaries = found.values;
            attack = attack.and(found);
        }
        attack
    }
}

/// What is own, by its texts. What is no asset by its form is own all the same: it is hidden as a name.
pub(crate) fn assets(texts: Vec<String>) -> Assets {
    let (fine, odd): (Vec<String>, Vec<String>) = texts
        .into_iter()
        .partition(|text| Assets::parse([text.as_str()]).is_ok());
    let assets = Assets::parse(fine.iter().map(String::as_str)).unwrap_or_default();
    odd.iter()
        .fold(assets, |assets, name| assets.with_name(name))
}

/// Who acts towards whom in an entry.
pub(crate) fn direction(event: &Event<'_>, own: &Own) -> Direction {
    if event.source.ip.is_none() && event.destination.ip.is_none() {
        let mail = !event.email_addresses.is_empty()
            || !event.email_from.is_empty()
            || !event.email_to.is_empty();
        return if mail {
            Direction::Correspondence
        } else {
            Direction::Unknown
        };
    }
    Direction::of_rule(verdict(event, own).rule())
}

/// Writes the findings of a message, a line each: entry, place in the input, and code points of the message.
fn push_findings(
    out: &mut Vec<u8>,
    entry: u64,
    event: &Event<'_>,
    message: &str,
    found: &[Finding],
) {
    let mut points = CodePoints::new(message);
    for finding in found {
        out.extend_from_slice(b"{\"entry\":");
        aidos_model::json::push_u64(out, entry);
        out.extend_from_slice(b",\"path\":");
        aidos_model::json::push_str(out, event.path);
        out.extend_from_slice(b",\"line\":");
        aidos_model::json::push_u64(out, event.line);
        out.extend_from_slice(b",\"field\":\"message\",");
        let place = (
            points.at(finding.start) as u64,
            points.at(finding.end) as u64,
        );
        push_span(out, place, finding);
        out.extend_from_slice(b"}\n");
    }
}
