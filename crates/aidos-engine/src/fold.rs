//! Folds rows to conversations, in bounded memory, in the order of the entries.

mod mail;
mod table;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use aidos_core::analysis::conversation::{Key, Stats, read_varint};
use aidos_core::analysis::own::Own;
use aidos_core::analysis::role::{Verdict, verdict};
use aidos_model::{Event, Timestamp};

use crate::sorter::{Merge, Sorter};
use mail::Mail;
use table::{Block, Table};

/// Bytes of entry numbers that a conversation gathers before they go to the sorter.
const BLOCK: usize = 1 << 10;
/// Hours that the timeline keeps before it is told by days alone.
const HOURS: usize = 20_000;

/// The conversations of a case while it is read.
pub(crate) struct Fold {
    own: Own,
    folder: PathBuf,
    budget: usize,
    counts: Counts,
    mail: Mail,
    pub(crate) timeline: Timeline,
}

/// Conversations in bounded memory. Those of several add up.
struct Counts {
    table: Table,
    budget: usize,
    sums: Sorter,
    blocks: Sorter,
    key: Vec<u8>,
    value: Vec<u8>,
}

/// When rows happened, by provider.
#[derive(Debug, Default, Clone)]
pub(crate) struct Timeline {
    pub(crate) hours: BTreeMap<(i64, u8), u64>,
    pub(crate) days: BTreeMap<(i64, u8), u64>,
    pub(crate) too_long: bool,
    pub(crate) undated: u64,
}

impl Timeline {
    fn add(&mut self, time: Option<Timestamp>, provider: u8) {
        let Some(time) = time else {
            self.undated += 1;
            return;
        };
        let seconds = time.seconds();
        *self
            .days
            .entry((seconds.div_euclid(86_400), provider))
            .or_default() += 1;
        if !self.too_long {
            *self
                .hours
                .entry((seconds.div_euclid(3600), provider))
                .or_default() += 1;
            if self.hours.len() > HOURS {
                self.too_long = true;
                self.hours.clear();
            }
        }
    }
}

impl Fold {
    /// An empty fold that keeps to about `budget` bytes and spills into `folder`.
    pub(crate) fn new(folder: &Path, budget: usize, own: Own) -> Self {
        Self {
            own,
            folder: folder.to_owned(),
            budget,
            counts: Counts::new(folder, budget),
            mail: Mail::default(),
            timeline: Timeline::default(),
        }
    }

    /// Takes an entry in; entries come in the order of their numbers.
    pub(crate) fn add(&mut self, event: &Event<'_>, provider: u8, entry: u64) -> io::Result<()> {
        self.timeline.add(event.timestamp, provider);
        let mut addresses = event
            .email_addresses
            .iter()
            .chain(event.email_from)
            .chain(event.email_to);
        // A row may be both: a sensor's alert may quote a mail, a mail server names its client.
        if addresses.next().is_some() {
            self.mail.add(event, provider, entry, &self.folder)?;
        }
        if event.source.ip.is_none() && event.destination.ip.is_none() {
            return Ok(());
        }
        let verdict = verdict(event, &self.own);
        let key = Key::of(event, provider);
        self.counts.add(&key, event.timestamp, verdict, Some(entry))
    }

    /// All conversations in the order of their keys, and what was learned on the way.
    ///
    /// E-mail rows are folded only now; up to `threads` threads share them.
    pub(crate) fn finish(self, threads: usize) -> io::Result<Folded> {
        let mut counts = self.counts;
        counts.drain()?;
        counts.table = Table::new(0);
        let mut all = vec![counts];
        let domains = if self.mail.is_empty() {
            Vec::new()
        } else {
            for counts in &mut all {
                counts.sums.put_down()?;
                counts.blocks.put_down()?;
            }
            let mail = self
                .mail
                .finish(&self.own, &self.folder, self.budget, threads)?;
            all.extend(mail.counts);
            mail.domains
        };
        let (sums, blocks) = all
            .into_iter()
            .map(|counts| (counts.sums, counts.blocks))
            .unzip();
        Ok(Folded {
            conversations: Conversations {
                sums: Sorter::join(sums)?,
                blocks: Sorter::join(blocks)?,
                key: Vec::new(),
            },
            timeline: self.timeline,
            domains,
        })
    }
}

impl Counts {
    fn new(folder: &Path, budget: usize) -> Self {
        Self {
            table: Table::new(budget / 2),
            budget: budget / 2,
            sums: Sorter::new(folder, budget / 4),
            blocks: Sorter::new(folder, budget / 4),
            key: Vec::new(),
            value: Vec::new(),
        }
    }

    /// Counts a row. Those of a conversation come in the order of their entries.
    fn add(
        &mut self,
        key: &Key<'_>,
        time: Option<Timestamp>,
        verdict: Verdict,
        entry: Option<u64>,
    ) -> io::Result<()> {
        self.key.clear();
        key.push(&mut self.key);
        let slot = self.table.add(&self.key, time, verdict, entry);
        if slot.block.len() >= BLOCK {
            push_block(
                &mut self.blocks,
                &mut self.key,
                &mut self.value,
                &mut slot.block,
            )?;
        }
        if self.table.bytes() > self.budget {
            self.drain()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> io::Result<()> {
        let Self {
            table,
            sums,
            blocks,
            key: name,
            value,
            ..
        } = self;
        table.drain(|key, stats, block| {
            value.clear();
            stats.push(value);
            sums.push(key, value)?;
            name.clear();
            name.extend_from_slice(key);
            push_block(blocks, name, value, block)
        })
    }
}

/// Hands a block of entry numbers to the sorter: conversation, then first number.
fn push_block(
    blocks: &mut Sorter,
    key: &mut Vec<u8>,
    bytes: &mut Vec<u8>,
    block: &mut Block,
) -> io::Result<()> {
    bytes.clear();
    let Some(first) = block.take(bytes) else {
        return Ok(());
    };
    // The key's own length ends it, so that no key is the beginning of another.
    key.push(0);
    key.extend_from_slice(&first.to_be_bytes());
    blocks.push(key, bytes)
}

/// A folded case.
pub(crate) struct Folded {
    pub(crate) conversations: Conversations,
    pub(crate) timeline: Timeline,
    /// Own e-mail domains by provider.
    pub(crate) domains: Vec<OwnDomain>,
}

/// An e-mail domain that is a provider's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnDomain {
    pub(crate) provider: u8,
    pub(crate) domain: String,
    /// Rows in which it stands, and all rows with addresses.
    pub(crate) rows: u64,
    pub(crate) of: u64,
    /// Whether it was learned, not given.
    pub(crate) learned: bool,
}

/// The conversations in order; each must be asked for its entries before the next.
pub(crate) struct Conversations {
    sums: Merge,
    blocks: Merge,
    key: Vec<u8>,
}

impl Conversations {
    /// The next conversation: its key's bytes and its sum.
    pub(crate) fn next(&mut self, key: &mut Vec<u8>) -> io::Result<Option<Stats>> {
        // Entries that nobody asked for are passed over, so that the two streams stay side by side.
        if !self.key.is_empty() {
            self.entries(|_| Ok(()))?;
        }
        let Some((found, value)) = self.sums.next()? else {
            return Ok(None);
        };
        let broken = || io::Error::other("a spilled conversation cannot be read back");
        key.clear();
        key.extend_from_slice(found);
        let mut stats = Stats::read(value).ok_or_else(broken)?;
        while self.sums.peek_key()? == Some(key.as_slice()) {
            if let Some((_, value)) = self.sums.next()? {
                stats.merge(&Stats::read(value).ok_or_else(broken)?);
            }
        }
        self.key.clone_from(key);
        self.key.push(0);
        Ok(Some(stats))
    }

    /// The entries of the conversation that [`Conversations::next`] returned last, in order.
    pub(crate) fn entries(
        &mut self,
        mut take: impl FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        loop {
            let belongs = self
                .blocks
                .peek_key()?
                .is_some_and(|key| key.len() == self.key.len() + 8 && key.starts_with(&self.key));
            if !belongs {
                return Ok(());
            }
            let Some((key, mut bytes)) = self.blocks.next()? else {
                return Ok(());
            };
            let first = key
                .last_chunk::<8>()
                .map_or(0, |first| u64::from_be_bytes(*first));
            let mut entry = first;
            while let Some(step) = read_varint(&mut bytes) {
                entry += step;
                take(entry)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aidos_model::{Category, Endpoint, Kind, Outcome};

    #[test]
    fn a_row_with_mail_and_addresses_counts_as_both() {
        let folder = tempfile::tempdir().unwrap();
        let mut fold = Fold::new(folder.path(), 1 << 20, Own::default());
        let alert = Event {
            kind: Kind::Alert,
            source: "198.51.100.7".parse::<std::net::IpAddr>().unwrap().into(),
            destination: "10.0.0.1".parse::<std::net::IpAddr>().unwrap().into(),
            email_addresses: &["eve@evil.example", "own@x.example"],
            ..Event::default()
        };
        let mail = Event {
            category: Category::EMAIL,
            source: "198.51.100.8".parse::<std::net::IpAddr>().unwrap().into(),
            email_from: &["eve@evil.example"],
            email_to: &["own@x.example"],
            ..Event::default()
        };
        let log_in = Event {
            category: Category::AUTHENTICATION,
            outcome: Some(Outcome::Failure),
            ..mail
        };
        let rows = [(alert, 0), (mail, 1), (log_in, 2)];
        for (entry, (event, provider)) in (1..).zip(&rows) {
            fold.add(event, *provider, entry).unwrap();
        }
        let mut folded = fold.finish(1).unwrap();
        let (mut key, mut found) = (Vec::new(), Vec::new());
        let mut mails = 0;
        while let Some(stats) = folded.conversations.next(&mut key).unwrap() {
            let key = Key::read(&key).unwrap();
            if stats.verdict() == Verdict::Correspondence {
                mails += 1;
            } else {
                found.push((key.provider, key.source.to_string(), stats.verdict()));
            }
        }
        assert!(mails >= rows.len());
        assert_eq!(
            found,
            [
                (0, "198.51.100.7".to_owned(), Verdict::Alert),
                (1, "198.51.100.8".to_owned(), Verdict::Unknown),
                (2, "198.51.100.8".to_owned(), Verdict::LoginFailure),
            ]
        );
    }

    #[test]
    fn conversations_have_all_their_entries_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut fold = Fold::new(folder.path(), 0, Own::default());
        let mut wanted: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        let mut state = 3u64;
        for entry in 1..=60_000u64 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let host = (state >> 40) % 500;
            let source = format!("198.51.{}.{}", host / 256, host % 256);
            let event = Event {
                timestamp: Timestamp::from_seconds(1_700_000_000 + i64::try_from(entry).unwrap()),
                source: Endpoint {
                    ip: source.parse().ok(),
                    ..Endpoint::default()
                },
                destination: Endpoint {
                    ip: "10.0.0.1".parse().ok(),
                    ..Endpoint::default()
                },
                ..Event::default()
            };
            fold.add(&event, 0, entry).unwrap();
            wanted.entry(source).or_default().push(entry);
        }
        let mut folded = fold.finish(1).unwrap();
        let mut key = Vec::new();
        let mut found = BTreeMap::new();
        let mut skip = false;
        while let Some(stats) = folded.conversations.next(&mut key).unwrap() {
            let source = Key::read(&key).unwrap().source.to_string();
            assert_eq!(stats.count, wanted[&source].len() as u64);
            skip = !skip;
            if skip {
                wanted.remove(&source);
                continue;
            }
            let mut entries = Vec::new();
            folded
                .conversations
                .entries(|entry| {
                    entries.push(entry);
                    Ok(())
                })
                .unwrap();
            found.insert(source, entries);
        }
        assert_eq!(found, wanted);
    }
}
