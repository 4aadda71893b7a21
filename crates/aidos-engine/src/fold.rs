//! Folds rows to conversations, in bounded memory, in the order of the entries.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use aidos_core::analysis::conversation::{Key, Party, Stats, push_varint, read_varint};
use aidos_core::analysis::own::{Own, domain_of};
use aidos_core::analysis::role::{Verdict, verdict};
use aidos_model::{Event, Timestamp};

use crate::sorter::{Merge, Sorter, unlinked};

/// Bytes of entry numbers that a conversation gathers before they go to the sorter.
const BLOCK: usize = 1 << 10;
/// Hours that the timeline keeps before it is told by days alone.
const HOURS: usize = 20_000;

/// The conversations of a case while it is read.
pub(crate) struct Fold {
    own: Own,
    folder: PathBuf,
    table: HashMap<Box<[u8]>, Slot>,
    bytes: usize,
    budget: usize,
    sums: Sorter,
    blocks: Sorter,
    mail: Mail,
    key: Vec<u8>,
    value: Vec<u8>,
    pub(crate) timeline: Timeline,
}

#[derive(Default)]
struct Slot {
    stats: Stats,
    block: Block,
}

/// Entry numbers, each as the difference to the one before.
#[derive(Default)]
struct Block {
    first: u64,
    last: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn push(&mut self, entry: u64) {
        if self.bytes.is_empty() {
            self.first = entry;
            push_varint(&mut self.bytes, 0);
        } else {
            push_varint(&mut self.bytes, entry - self.last);
        }
        self.last = entry;
    }
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
            table: HashMap::new(),
            bytes: 0,
            budget: budget / 2,
            sums: Sorter::new(folder, budget / 4),
            blocks: Sorter::new(folder, budget / 4),
            mail: Mail::default(),
            key: Vec::new(),
            value: Vec::new(),
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
        self.count(&key, event.timestamp, verdict, Some(entry))
    }

    fn count(
        &mut self,
        key: &Key<'_>,
        time: Option<Timestamp>,
        verdict: Verdict,
        entry: Option<u64>,
    ) -> io::Result<()> {
        self.key.clear();
        key.push(&mut self.key);
        let slot = if let Some(slot) = self.table.get_mut(self.key.as_slice()) {
            slot
        } else {
            // What a slot takes with its key, free slots of the table and the allocator's share, about.
            self.bytes += self.key.len() + size_of::<Slot>() * 2 + 96;
            self.table.entry(self.key.as_slice().into()).or_default()
        };
        let before = slot.block.bytes.capacity() + slot.stats.days.capacity() * 16;
        slot.stats.add(time, verdict);
        if let Some(entry) = entry {
            slot.block.push(entry);
        }
        self.bytes += slot.block.bytes.capacity() + slot.stats.days.capacity() * 16 - before;
        if slot.block.bytes.len() >= BLOCK {
            push_block(&mut self.blocks, &mut self.key, &mut slot.block)?;
        }
        if self.bytes > self.budget {
            self.drain()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> io::Result<()> {
        for (key, mut slot) in std::mem::take(&mut self.table) {
            self.value.clear();
            slot.stats.push(&mut self.value);
            self.sums.push(&key, &self.value)?;
            if !slot.block.bytes.is_empty() {
                self.key.clear();
                self.key.extend_from_slice(&key);
                push_block(&mut self.blocks, &mut self.key, &mut slot.block)?;
            }
        }
        self.bytes = 0;
        Ok(())
    }

    /// All conversations in the order of their keys, and what was learned on the way.
    pub(crate) fn finish(mut self) -> io::Result<Folded> {
        let mail = std::mem::take(&mut self.mail);
        let domains = mail.finish(&mut self)?;
        self.drain()?;
        Ok(Folded {
            conversations: Conversations {
                sums: self.sums.finish()?,
                blocks: self.blocks.finish()?,
                key: Vec::new(),
            },
            timeline: self.timeline,
            domains,
        })
    }
}

/// Hands a block of entry numbers to the sorter: conversation, then first number.
fn push_block(blocks: &mut Sorter, key: &mut Vec<u8>, block: &mut Block) -> io::Result<()> {
    let len = key.len();
    // The key's own length ends it, so that no key is the beginning of another.
    key.push(0);
    key.extend_from_slice(&block.first.to_be_bytes());
    blocks.push(key, &block.bytes)?;
    key.truncate(len);
    block.bytes.clear();
    Ok(())
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

/// E-mail rows, kept until all are seen: only then is it known which domain is the provider's own.
#[derive(Default)]
struct Mail {
    spool: Option<BufWriter<std::fs::File>>,
    providers: BTreeMap<u8, Domains>,
    record: Vec<u8>,
}

/// Most domains that are counted at once.
const COUNTERS: usize = 4096;

/// Counts domains; those in at least half of the rows are sure to be among the counted ones.
#[derive(Default)]
struct Domains {
    rows: u64,
    counts: HashMap<String, u64>,
}

impl Domains {
    /// Counts a domain of a row; each domain once a row.
    fn add(&mut self, domain: &str) {
        if let Some(count) = self.counts.get_mut(domain) {
            *count += 1;
        } else if self.counts.len() < COUNTERS {
            self.counts.insert(domain.to_owned(), 1);
        } else {
            // Misra and Gries: everything loses one, what is frequent survives.
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }
}

impl Mail {
    fn add(
        &mut self,
        event: &Event<'_>,
        provider: u8,
        entry: u64,
        folder: &Path,
    ) -> io::Result<()> {
        if self.spool.is_none() {
            self.spool = Some(BufWriter::new(unlinked(folder)?));
        }
        let domains = self.providers.entry(provider).or_default();
        domains.rows += 1;
        let mut seen: Vec<&str> = Vec::new();
        let all = || {
            event
                .email_addresses
                .iter()
                .chain(event.email_from)
                .chain(event.email_to)
        };
        for address in all() {
            let domain = domain_of(address);
            if !domain.is_empty() && !seen.contains(&domain) {
                domains.add(domain);
                seen.push(domain);
            }
        }
        self.record.clear();
        self.record.push(provider);
        push_varint(&mut self.record, entry);
        let time = event.timestamp.map_or(i64::MIN, |time| time.0);
        self.record.extend_from_slice(&time.to_le_bytes());
        for address in all() {
            self.record.extend_from_slice(address.as_bytes());
            self.record.push(0);
        }
        if let Some(spool) = &mut self.spool {
            let len = u32::try_from(self.record.len()).map_err(io::Error::other)?;
            spool.write_all(&len.to_le_bytes())?;
            spool.write_all(&self.record)?;
        }
        Ok(())
    }

    /// Pairs own addresses with the others of their rows and counts the pairs.
    fn finish(self, fold: &mut Fold) -> io::Result<Vec<OwnDomain>> {
        let Some(spool) = self.spool else {
            return Ok(Vec::new());
        };
        let mut file = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        let given = fold.own.clone();
        // The counters are lower bounds: count the candidates exactly.
        let mut exact: BTreeMap<(u8, String), u64> = BTreeMap::new();
        for (provider, domains) in &self.providers {
            for domain in domains.counts.keys() {
                exact.insert((*provider, domain.clone()), 0);
            }
        }
        file.rewind()?;
        each_row(&mut file, |row| {
            let mut seen: Vec<&str> = Vec::new();
            for address in row.addresses() {
                let domain = domain_of(address);
                if !seen.contains(&domain) {
                    seen.push(domain);
                    if let Some(count) = exact.get_mut(&(row.provider, domain.to_owned())) {
                        *count += 1;
                    }
                }
            }
            Ok(())
        })?;
        let mut own = Vec::new();
        for ((provider, domain), rows) in exact {
            let of = self
                .providers
                .get(&provider)
                .map_or(0, |domains| domains.rows);
            let named = given.has_domain(&domain);
            // What was given is believed; only where nothing was given is a domain learned.
            let learned = given.domains().is_empty() && rows * 2 >= of;
            if named || learned {
                own.push(OwnDomain {
                    provider,
                    domain,
                    rows,
                    of,
                    learned: !named,
                });
            }
        }
        let is_own = |provider: u8, address: &str| {
            let domain = domain_of(address);
            given.has_domain(domain)
                || own
                    .iter()
                    .any(|own| own.provider == provider && own.domain == domain)
        };
        file.rewind()?;
        each_row(&mut file, |row| {
            let mut inside: Vec<&str> = Vec::new();
            let mut outside: Vec<&str> = Vec::new();
            for address in row.addresses() {
                let list = if is_own(row.provider, address) {
                    &mut inside
                } else {
                    &mut outside
                };
                if !list.contains(&address) {
                    list.push(address);
                }
            }
            if inside.is_empty() {
                return Ok(());
            }
            // Each side once with its entries, each pair without: a mailing to many makes many pairs.
            for target in &inside {
                let key = pair(row.provider, Party::Unknown, Party::Email(target));
                fold.count(&key, row.time, Verdict::Correspondence, Some(row.entry))?;
            }
            for counterpart in &outside {
                let key = pair(row.provider, Party::Email(counterpart), Party::Unknown);
                fold.count(&key, row.time, Verdict::Correspondence, Some(row.entry))?;
                for target in &inside {
                    let key = pair(
                        row.provider,
                        Party::Email(counterpart),
                        Party::Email(target),
                    );
                    fold.count(&key, row.time, Verdict::Correspondence, None)?;
                }
            }
            Ok(())
        })?;
        Ok(own)
    }
}

/// The key of an e-mail address, or of two in one row.
fn pair<'a>(provider: u8, source: Party<'a>, destination: Party<'a>) -> Key<'a> {
    Key {
        provider,
        source,
        destination,
        port: None,
        transport: "",
    }
}

struct MailRow<'r> {
    provider: u8,
    entry: u64,
    time: Option<Timestamp>,
    addresses: &'r [u8],
}

impl MailRow<'_> {
    fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses
            .split(|byte| *byte == 0)
            .filter(|address| !address.is_empty())
            .filter_map(|address| std::str::from_utf8(address).ok())
    }
}

fn each_row(
    file: &mut std::fs::File,
    mut take: impl FnMut(&MailRow<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, file);
    let mut record = Vec::new();
    loop {
        let mut len = [0; 4];
        match reader.read_exact(&mut len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            result => result?,
        }
        record.resize(u32::from_le_bytes(len) as usize, 0);
        reader.read_exact(&mut record)?;
        let mut rest = record.as_slice();
        let broken = || io::Error::other("a spilled e-mail row cannot be read back");
        let (&provider, after) = rest.split_first().ok_or_else(broken)?;
        rest = after;
        let entry = read_varint(&mut rest).ok_or_else(broken)?;
        let (nanos, addresses) = rest.split_first_chunk::<8>().ok_or_else(broken)?;
        let nanos = i64::from_le_bytes(*nanos);
        let time = (nanos != i64::MIN).then_some(Timestamp(nanos));
        take(&MailRow {
            provider,
            entry,
            time,
            addresses,
        })?;
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
        let mut folded = fold.finish().unwrap();
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
        let mut folded = fold.finish().unwrap();
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
