//! E-mail rows, kept until all are seen: only then is it known which domain is the provider's own.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use aidos_core::analysis::conversation::{Key, Party, push_varint, read_varint};
use aidos_core::analysis::own::{Own, domain_of};
use aidos_core::analysis::role::Verdict;
use aidos_model::{Event, Timestamp};

use super::{Counts, OwnDomain};
use crate::lookup::Section;
use crate::sorter::unlinked;

/// Most domains that are counted at once.
const COUNTERS: usize = 4096;
/// About how many bytes of rows a thread takes at the least.
const PART: u64 = 256 << 10;

/// The rows, and how often each domain stands in them.
#[derive(Default)]
pub(super) struct Mail {
    spool: Option<BufWriter<File>>,
    len: u64,
    /// Where rows begin, about one in [`PART`] bytes.
    marks: Vec<u64>,
    providers: BTreeMap<u8, Domains>,
    record: Vec<u8>,
}

/// What the rows came to.
pub(super) struct Mailed {
    /// Own domains by provider.
    pub(super) domains: Vec<OwnDomain>,
    /// The conversations, in parts that follow each other.
    pub(super) counts: Vec<Counts>,
}

/// Counts domains; those in at least half of the rows are sure to be among the counted ones.
#[derive(Default)]
struct Domains {
    rows: u64,
    counts: HashMap<String, u64>,
    /// Whether counts were lowered: each may be too low.
    lowered: bool,
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
            self.lowered = true;
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }
}

impl Mail {
    pub(super) fn is_empty(&self) -> bool {
        self.spool.is_none()
    }

    /// Keeps a row.
    pub(super) fn add(
        &mut self,
        event: &Event<'_>,
        provider: u8,
        entry: u64,
        folder: &Path,
    ) -> io::Result<()> {
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
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(BufWriter::new(unlinked(folder)?)),
        };
        if self.marks.last().is_none_or(|mark| self.len >= mark + PART) {
            self.marks.push(self.len);
        }
        let len = u32::try_from(self.record.len()).map_err(io::Error::other)?;
        spool.write_all(&len.to_le_bytes())?;
        spool.write_all(&self.record)?;
        self.len += 4 + u64::from(len);
        Ok(())
    }

    /// Pairs own addresses with the others of their rows and counts the pairs.
    pub(super) fn finish(
        self,
        given: &Own,
        folder: &Path,
        budget: usize,
        threads: usize,
    ) -> io::Result<Mailed> {
        let mut mailed = Mailed {
            domains: Vec::new(),
            counts: Vec::new(),
        };
        let Some(spool) = self.spool else {
            return Ok(mailed);
        };
        let file = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        let whole = [(0, self.len)];
        mailed.domains = own_domains(&self.providers, given, &file, whole[0])?;
        let parts = parts(&self.marks, self.len, threads);
        let pair = |(from, to): (u64, u64)| {
            let mut counts = Counts::new(folder, budget / parts.len().max(1));
            each_row(&file, (from, to), |row| {
                count(&mut counts, row, given, &mailed.domains)
            })?;
            counts.drain()?;
            Ok(counts)
        };
        let counts: io::Result<Vec<Counts>> = match parts.as_slice() {
            &[part] => pair(part).map(|counts| vec![counts]),
            parts => std::thread::scope(|scope| {
                let running: Vec<_> = parts
                    .iter()
                    .map(|&part| {
                        let pair = &pair;
                        scope.spawn(move || pair(part))
                    })
                    .collect();
                running
                    .into_iter()
                    .map(|thread| {
                        let lost = |_| Err(io::Error::other("a thread over e-mail rows panicked"));
                        thread.join().unwrap_or_else(lost)
                    })
                    .collect()
            }),
        };
        mailed.counts = counts?;
        Ok(mailed)
    }
}

/// The rows cut into up to `threads` parts of about the same size.
fn parts(marks: &[u64], len: u64, threads: usize) -> Vec<(u64, u64)> {
    let count = threads.clamp(1, marks.len().max(1));
    let begin = |part: usize| {
        let mark = marks.get(part * marks.len() / count);
        mark.copied().unwrap_or(len)
    };
    (0..count)
        .map(|part| (begin(part), begin(part + 1)))
        .collect()
}

/// The domains that are the providers' own, by what was given or by their share of the rows.
fn own_domains(
    providers: &BTreeMap<u8, Domains>,
    given: &Own,
    file: &File,
    whole: (u64, u64),
) -> io::Result<Vec<OwnDomain>> {
    let mut exact: BTreeMap<(u8, String), u64> = BTreeMap::new();
    for (provider, domains) in providers {
        for (domain, rows) in &domains.counts {
            exact.insert((*provider, domain.clone()), *rows);
        }
    }
    if providers.values().any(|domains| domains.lowered) {
        // The counters are lower bounds: count the candidates exactly.
        for rows in exact.values_mut() {
            *rows = 0;
        }
        each_row(file, whole, |row| {
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
    }
    let mut own = Vec::new();
    for ((provider, domain), rows) in exact {
        let of = providers.get(&provider).map_or(0, |domains| domains.rows);
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
    Ok(own)
}

/// Counts the pairs of a row.
fn count(
    counts: &mut Counts,
    row: &MailRow<'_>,
    given: &Own,
    domains: &[OwnDomain],
) -> io::Result<()> {
    let is_own = |address: &str| {
        let domain = domain_of(address);
        given.has_domain(domain)
            || domains
                .iter()
                .any(|own| own.provider == row.provider && own.domain == domain)
    };
    let mut inside: Vec<&str> = Vec::new();
    let mut outside: Vec<&str> = Vec::new();
    for address in row.addresses() {
        let list = if is_own(address) {
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
        counts.add(&key, row.time, Verdict::Correspondence, Some(row.entry))?;
    }
    for counterpart in &outside {
        let key = pair(row.provider, Party::Email(counterpart), Party::Unknown);
        counts.add(&key, row.time, Verdict::Correspondence, Some(row.entry))?;
        for target in &inside {
            let key = pair(
                row.provider,
                Party::Email(counterpart),
                Party::Email(target),
            );
            counts.add(&key, row.time, Verdict::Correspondence, None)?;
        }
    }
    Ok(())
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

/// Reads the rows that stand between two marks.
fn each_row(
    file: &File,
    (from, to): (u64, u64),
    mut take: impl FnMut(&MailRow<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let section = Section {
        file,
        at: from,
        end: to,
    };
    let mut reader = BufReader::with_capacity(256 << 10, section);
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
    use crate::fold::Fold;

    #[test]
    fn parts_follow_each_other_and_hold_everything() {
        for count in [1usize, 2, 3, 10] {
            let marks: Vec<u64> = (0..count as u64).map(|mark| mark * 100).collect();
            for threads in 1..12 {
                let parts = parts(&marks, 12_345, threads);
                assert_eq!(parts.len(), threads.min(count));
                assert_eq!((parts[0].0, parts[parts.len() - 1].1), (0, 12_345));
                assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].0));
                assert!(parts.iter().all(|(from, to)| from < to));
            }
        }
    }

    /// A conversation's key, its sum as text, and its entries.
    type Told = (Vec<u8>, String, Vec<u64>);

    fn told(threads: usize, domains: u64) -> (Vec<Told>, Vec<OwnDomain>) {
        let folder = tempfile::tempdir().unwrap();
        let mut fold = Fold::new(folder.path(), 1 << 20, Own::default());
        for entry in 1..=30_000u64 {
            let from = format!("writer{}@other{}.example", entry % 700, entry % domains);
            let to = format!(
                "reader{}@own.example",
                (entry.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) % 300
            );
            let event = Event {
                timestamp: Timestamp::from_seconds(
                    1_700_000_000 + i64::try_from(entry * 17).unwrap(),
                ),
                email_from: &[&from],
                email_to: &[&to, "all@own.example"],
                ..Event::default()
            };
            fold.add(&event, 1, entry).unwrap();
        }
        let mut folded = fold.finish(threads).unwrap();
        let (mut key, mut all) = (Vec::new(), Vec::new());
        while let Some(stats) = folded.conversations.next(&mut key).unwrap() {
            let mut entries = Vec::new();
            folded
                .conversations
                .entries(|entry| {
                    entries.push(entry);
                    Ok(())
                })
                .unwrap();
            all.push((key.clone(), format!("{stats:?}"), entries));
        }
        (all, folded.domains)
    }

    #[test]
    fn any_number_of_threads_tells_the_same() {
        // More domains than are counted at once: the counts must be taken again.
        for domains in [7, 9000] {
            let alone = told(1, domains);
            assert!(alone.0.len() > 5000);
            let [own] = alone.1.as_slice() else {
                panic!("{:?}", alone.1);
            };
            assert_eq!((own.domain.as_str(), own.rows), ("own.example", 30_000));
            let all = alone
                .0
                .iter()
                .filter(|(_, _, entries)| entries.len() == 30_000);
            assert_eq!(all.count(), 1, "one address stands in every row");
            for threads in [2, 5] {
                assert!(told(threads, domains) == alone, "{threads} threads");
            }
        }
    }
}
