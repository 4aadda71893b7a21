//! `bundle.json`: the whole case as one STIX 2.1 bundle, sorted outside of memory.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use aidos_core::analysis::conversation::{Key, Party, Stats};
use aidos_core::analysis::role::Verdict;
use aidos_core::compose::Options;
use aidos_core::compose::case::{BundleId, Composer, Conversation, GroupingWriter};
use aidos_model::Timestamp;
use aidos_model::stix::{Kind, StixId, Uuid};

use crate::plan::RunPlan;
use crate::sorter::{Sorter, unlinked};

/// Gathers the objects of a case.
pub(crate) struct CaseBundle<'n> {
    folder: PathBuf,
    composer: Composer,
    names: &'n [String],
    objects: Sorter,
    members: Sorter,
    /// Objects and members that others gathered.
    more: Vec<(Sorter, Sorter)>,
    times: BTreeMap<u8, (Option<Timestamp>, Option<Timestamp>)>,
    key: Vec<u8>,
    /// Own e-mail addresses that were written lately.
    own: HashSet<String>,
}

/// Own e-mail addresses that are remembered as written.
const OWN: usize = 1 << 14;

/// A grouping whose members wait in a file.
struct Group {
    writer: GroupingWriter,
    members: File,
}

impl<'n> CaseBundle<'n> {
    pub(crate) fn new(folder: &Path, budget: usize, plan: &RunPlan, names: &'n [String]) -> Self {
        let options = Options {
            tlp: plan.tlp,
            rules: plan.objects.clone(),
        };
        Self {
            folder: folder.to_owned(),
            composer: Composer::new(options),
            names,
            objects: Sorter::new(folder, budget / 4 * 3),
            members: Sorter::new(folder, budget / 4),
            more: Vec::new(),
            times: BTreeMap::new(),
            key: Vec::new(),
            own: HashSet::new(),
        }
    }

    /// Takes the objects of a conversation.
    ///
    /// A row of e-mail addresses pairs each own one with each of the others: mass mailings would fill the
    /// bundle. What stands in it is the counterpart with all its rows, and the own addresses as observables.
    /// Who met whom says `patterns.json`.
    pub(crate) fn conversation(&mut self, key: &Key<'_>, stats: &Stats) -> io::Result<()> {
        if stats.verdict() != Verdict::Correspondence {
            return self.objects_of(key, stats);
        }
        if let Party::Email(own) = key.destination
            && !self.own.contains(own)
        {
            if self.own.len() >= OWN {
                self.own.clear();
            }
            self.own.insert(own.to_owned());
            // Without a time there is the observable alone.
            self.objects_of(
                &Key {
                    source: Party::Unknown,
                    ..*key
                },
                &Stats::default(),
            )?;
        }
        if key.destination == Party::Unknown {
            self.objects_of(key, stats)
        } else {
            Ok(())
        }
    }

    fn objects_of(&mut self, key: &Key<'_>, stats: &Stats) -> io::Result<()> {
        let conversation = Conversation {
            provider: &self.names[usize::from(key.provider)],
            source: key.source,
            destination: key.destination,
            destination_port: key.port,
            transport: (!key.transport.is_empty()).then_some(key.transport),
            count: stats.count,
            first: stats.first,
            last: stats.last,
            verdict: stats.verdict(),
        };
        let mut failed = None;
        let objects = &mut self.objects;
        let members = self
            .composer
            .conversation(&conversation, &mut |_, id, json| {
                if let Err(error) = push_object(objects, id, json) {
                    failed.get_or_insert(error);
                }
            });
        if let Some(error) = failed {
            return Err(error);
        }
        for member in members.iter() {
            self.key.clear();
            self.key.push(key.provider);
            self.key.push(member.kind as u8);
            self.key.extend_from_slice(&member.uuid.0);
            self.members.push(&self.key, &[])?;
            let (first, last) = self.times.entry(key.provider).or_default();
            *first = [*first, stats.first].into_iter().flatten().min();
            *last = (*last).max(stats.last);
        }
        Ok(())
    }

    /// Takes in what another gathered of the same case.
    pub(crate) fn join(&mut self, other: Self) {
        self.more.push((other.objects, other.members));
        self.more.extend(other.more);
        for (provider, (first, last)) in other.times {
            let (begin, end) = self.times.entry(provider).or_default();
            *begin = [*begin, first].into_iter().flatten().min();
            *end = (*end).max(last);
        }
    }

    /// Writes the bundle; returns the number of its objects.
    pub(crate) fn write(mut self, out: &mut dyn Write) -> io::Result<u64> {
        let mut groups = self.groups()?.into_iter().peekable();
        let mut bundle = BundleId::new();
        let objects =
            std::iter::once(self.objects).chain(self.more.into_iter().map(|(objects, _)| objects));
        let mut merge = Sorter::join(objects.collect())?;
        let mut count = 0;
        let mut last: Vec<u8> = Vec::new();
        let mut text = Vec::new();
        out.write_all(b"{\"objects\":[")?;
        loop {
            let next = merge.next()?;
            let (key, json) = next.unwrap_or((&[], &[]));
            while let Some(group) = groups
                .next_if(|group| key.is_empty() || sort_key(group.writer.id()).as_slice() < key)
            {
                out.write_all(if count > 0 { b",\n" } else { b"\n" })?;
                count += 1;
                bundle.object(group.writer.id());
                group.write(out)?;
            }
            if key.is_empty() {
                break;
            }
            // Equal ids are equal objects.
            if key == last.as_slice() {
                continue;
            }
            last.clear();
            last.extend_from_slice(key);
            let id = read_key(key).ok_or_else(|| io::Error::other("a spilled object has no id"))?;
            bundle.object(&id);
            out.write_all(if count > 0 { b",\n" } else { b"\n" })?;
            out.write_all(json)?;
            count += 1;
        }
        // The id is known now that all objects are: it stands at the end.
        text.extend_from_slice(b"\n],\"id\":\"");
        bundle.finish().push(&mut text);
        text.extend_from_slice(b"\",\"type\":\"bundle\"}\n");
        out.write_all(&text)?;
        Ok(count)
    }

    /// The groupings in the order of their ids, their members spooled.
    fn groups(&mut self) -> io::Result<Vec<Group>> {
        let mut members = vec![self.members.take()];
        members.extend(self.more.iter_mut().map(|(_, members)| members.take()));
        let mut merge = Sorter::join(members)?;
        let mut groups = Vec::new();
        for (provider, (first, last)) in std::mem::take(&mut self.times) {
            let mut failed = None;
            let objects = &mut self.objects;
            let mut grouping = self.composer.grouping(
                &self.names[usize::from(provider)],
                first,
                last,
                &mut |_, id, json| {
                    if let Err(error) = push_object(objects, id, json) {
                        failed.get_or_insert(error);
                    }
                },
            );
            if let Some(error) = failed {
                return Err(error);
            }
            let mut spool = BufWriter::new(unlinked(&self.folder)?);
            while merge
                .peek_key()?
                .is_some_and(|key| key.first() == Some(&provider))
            {
                if let Some((key, _)) = merge.next()?
                    && let Some(id) = member(&key[1..])
                {
                    grouping.member(&id);
                    spool.write_all(&key[1..])?;
                }
            }
            if let Some(writer) = grouping.finish() {
                let members = spool.into_inner().map_err(io::IntoInnerError::into_error)?;
                groups.push(Group { writer, members });
            }
        }
        groups.sort_by_key(|group| sort_key(group.writer.id()));
        Ok(groups)
    }
}

impl Group {
    fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.writer.open(&mut text);
        self.members.rewind()?;
        let mut reader = BufReader::new(&mut self.members);
        let mut bytes = [0; 17];
        loop {
            match reader.read_exact(&mut bytes) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                result => result?,
            }
            if let Some(id) = member(&bytes) {
                self.writer.member(&id, &mut text);
            }
            if text.len() > 1 << 16 {
                out.write_all(&text)?;
                text.clear();
            }
        }
        self.writer.close(&mut text);
        out.write_all(&text)
    }
}

/// Reads a kind's number and an id.
fn member(bytes: &[u8]) -> Option<StixId> {
    let (kind, uuid) = bytes.split_first()?;
    let kind = *Kind::ALL.iter().find(|known| **known as u8 == *kind)?;
    Some(StixId {
        kind,
        uuid: Uuid(*uuid.first_chunk::<16>()?),
    })
}

/// The bytes that objects are ordered by: type, then id. One byte stands for the type's word, so that the
/// first eight bytes tell nearly all apart.
fn sort_key(id: &StixId) -> [u8; 17] {
    let mut key = [0; 17];
    let (kind, uuid) = key.split_at_mut(1);
    kind.fill(rank(id.kind));
    uuid.copy_from_slice(&id.uuid.0);
    key
}

/// How many types have a lower word.
fn rank(kind: Kind) -> u8 {
    static RANKS: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let mut ranks = vec![0; 256];
        for &kind in Kind::ALL {
            let lower = Kind::ALL.iter().filter(|other| other.word() < kind.word());
            if let Some(rank) = ranks.get_mut(kind as usize) {
                *rank = u8::try_from(lower.count()).unwrap_or(u8::MAX);
            }
        }
        ranks
    });
    RANKS.get(kind as usize).copied().unwrap_or(u8::MAX)
}

fn read_key(key: &[u8]) -> Option<StixId> {
    let (rank_of, uuid) = key.split_first()?;
    Some(StixId {
        kind: *Kind::ALL.iter().find(|kind| rank(**kind) == *rank_of)?,
        uuid: Uuid(*uuid.first_chunk::<16>()?),
    })
}

fn push_object(objects: &mut Sorter, id: &StixId, json: &[u8]) -> io::Result<()> {
    objects.push(&sort_key(id), json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_type_and_id_do_and_read_back() {
        let ids: Vec<StixId> = Kind::ALL
            .iter()
            .flat_map(|kind| {
                [[0; 16], [7; 16], [255; 16]].map(|uuid| StixId {
                    kind: *kind,
                    uuid: Uuid(uuid),
                })
            })
            .collect();
        for a in &ids {
            assert_eq!(read_key(&sort_key(a)), Some(*a));
            for b in &ids {
                let words = (a.kind.word(), a.uuid.0).cmp(&(b.kind.word(), b.uuid.0));
                assert_eq!(sort_key(a).cmp(&sort_key(b)), words);
            }
        }
    }
}
