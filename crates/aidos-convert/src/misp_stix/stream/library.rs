//! The objects of a bundle that is not in memory: where each lies, and how it is found.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

use aidos_model::json::read;
use aidos_model::stix::{Body, Object, Piece, Splitter, Take};

use super::facts::Facts;
use super::{Follow, Unstreamed};
use crate::misp_stix::document::upgrade;
use crate::misp_stix::restore::{Look, tlp_of_marking, uuid_of};

/// The most bytes of one object, but for the references of a report: such an object is held whole.
pub(super) const OBJECT: usize = 64 << 20;

/// References of an object beyond so many bytes are not held.
const LIST: usize = 64 << 10;

/// The most bytes of the objects that one object takes values from.
const CLOSURE: u64 = 128 << 20;

/// All of them together are at most this many times the bundle: hostile bundles would have us read for weeks.
const AGAIN: u64 = 64;

/// Read ahead, and kept of what was read before: what an object refers to mostly stands near it.
const AHEAD: u64 = 1 << 20;
const BEHIND: u64 = 256 << 10;

/// Bytes of objects that are kept as they were parsed.
const CACHE: u64 = 1 << 20;

/// What became of an object.
pub(super) mod flag {
    /// A marking of TLP.
    pub(in super::super) const TLP: u16 = 1 << 4;
    /// Observed data.
    pub(in super::super) const OBSERVED: u16 = 1 << 5;
    /// It stands in observed data (set at the first of an id).
    pub(in super::super) const INSIDE: u16 = 1 << 6;
    /// It is there when the event goes home.
    pub(in super::super) const HOME: u16 = 1 << 7;
    /// A part of the event has the UUID (set at the first of a UUID).
    pub(in super::super) const STANDS: u16 = 1 << 8;
    /// Sightings, references of this UUID were given away (set at the first of them).
    pub(in super::super) const SEEN: u16 = 1 << 9;
    pub(in super::super) const LED: u16 = 1 << 10;
    /// Its extension is lost, which was noted.
    pub(in super::super) const LOST: u16 = 1 << 11;
    /// It has a long list of references.
    pub(in super::super) const LONG: u16 = 1 << 12;
    /// The part of the event that it becomes: the lowest four bits.
    pub(in super::super) const CLASS: u16 = 0b1111;
}

/// Where an object lies, in 16 bytes.
#[derive(Clone, Copy)]
struct Unit {
    /// Offset: 32 bits and 16 more.
    low: u32,
    high: u16,
    flags: u16,
    len: u32,
    /// Its number in the bundle: an object of STIX 2.0 may be several of 2.1.
    at: u32,
}

impl Unit {
    fn offset(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }
}

/// Finds an object by its id, in 16 bytes: ordered by UUID, then by id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    uuid: u64,
    id: u32,
    unit: u32,
}

/// A hash of a text, the same each time.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn entry(id: &str) -> Entry {
    Entry {
        uuid: hash(uuid_of(id)),
        #[allow(clippy::cast_possible_truncation)] // the lower half of a hash is one
        id: hash(id) as u32,
        unit: 0,
    }
}

/// The objects of a bundle that can be read again.
pub(super) struct Library<R>(RefCell<Shelf<R>>);

struct Shelf<R> {
    source: R,
    /// Whether the bundle is of STIX 2.0.
    old: bool,
    units: Vec<Unit>,
    entries: Vec<Entry>,
    /// UUIDs of parts that are of no object of the bundle: of the attributes in objects, most of all.
    stands: HashSet<u64>,
    window: Vec<u8>,
    window_at: u64,
    spare: Vec<u8>,
    cache: HashMap<u32, Rc<Object>>,
    cached: VecDeque<(u32, u32)>,
    weight: u64,
    /// The objects of 2.1 that the last one of 2.0 was, and where that lies.
    group: (u64, Vec<Rc<Object>>),
    /// Bytes of what was looked up, for this object and for all.
    closure: u64,
    work: u64,
    most: u64,
    /// Objects of the bundle.
    objects: u64,
    failed: Option<Unstreamed>,
}

/// Takes the objects of a bundle one after the other.
struct Indexer<'i, R> {
    shelf: &'i mut Shelf<R>,
    facts: &'i mut Facts,
    base: u64,
    failed: Option<Unstreamed>,
}

impl<R> Take for Indexer<'_, R> {
    fn object(&mut self, piece: Piece<'_>) -> Result<(), String> {
        let number = self.shelf.objects;
        self.shelf.objects += 1;
        let object: Object = read(piece.bytes).map_err(|error| error.to_string())?;
        let mut made = Vec::new();
        upgrade(object, self.shelf.old, &mut made);
        let offset = self.base + piece.at;
        let (Ok(high), Ok(len), Ok(at)) = (
            u16::try_from(offset >> 32),
            u32::try_from(piece.len),
            u32::try_from(number),
        ) else {
            self.failed = Some(Unstreamed::Many);
            return Err(String::new());
        };
        for object in made {
            let Ok(unit) = u32::try_from(self.shelf.units.len()) else {
                self.failed = Some(Unstreamed::Many);
                return Err(String::new());
            };
            let mut flags = 0;
            if tlp_of_marking(object.id()).is_some() {
                flags |= flag::TLP;
            }
            if matches!(object.body, Body::ObservedData(_)) {
                flags |= flag::OBSERVED;
            }
            if piece.is_cut {
                flags |= flag::LONG;
            }
            self.facts.take(&object, unit);
            let entry = entry(object.id());
            self.shelf.entries.push(Entry { unit, ..entry });
            self.shelf.units.push(Unit {
                #[allow(clippy::cast_possible_truncation)] // its upper half stands in `high`
                low: offset as u32,
                high,
                flags,
                len,
                at,
            });
        }
        Ok(())
    }
}

impl<R: Read + Seek> Library<R> {
    /// Reads a bundle once, or twice where it says behind its objects that it is of STIX 2.0; `facts` gets what was seen. Gives
    /// the bytes of the envelope.
    pub(super) fn read(
        source: R,
        size: u64,
        facts: &mut Facts,
        follow: &mut dyn Follow,
    ) -> Result<(Self, Vec<u8>), Unstreamed> {
        let mut shelf = Shelf {
            source,
            old: false,
            units: Vec::new(),
            entries: Vec::new(),
            stands: HashSet::new(),
            window: Vec::new(),
            window_at: 0,
            spare: Vec::new(),
            cache: HashMap::new(),
            cached: VecDeque::new(),
            weight: 0,
            group: (u64::MAX, Vec::new()),
            closure: 0,
            work: 0,
            most: size.saturating_mul(AGAIN).saturating_add(1 << 30),
            objects: 0,
            failed: None,
        };
        let mut version = None;
        loop {
            shelf.units.clear();
            shelf.entries.clear();
            shelf.objects = 0;
            *facts = Facts::default();
            let told = version.is_some();
            let (envelope, behind) = shelf.index(size, facts, version, follow)?;
            // Only what stands behind the objects can say another version.
            if told || behind == shelf.old {
                shelf.units.shrink_to_fit();
                shelf.entries.shrink_to_fit();
                shelf.entries.sort_unstable();
                facts.end();
                return Ok((Self(RefCell::new(shelf)), envelope));
            }
            version = Some(behind);
        }
    }

    /// How many objects there are, those of 2.0 as the several that they are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.0.borrow().units.len()).unwrap_or(u32::MAX)
    }

    /// How many objects stand in the bundle.
    pub(super) fn objects(&self) -> u64 {
        self.0.borrow().objects
    }

    pub(super) fn has(&self, unit: u32, flags: u16) -> bool {
        self.0.borrow().has(unit, flags)
    }

    pub(super) fn set(&self, unit: u32, flags: u16) {
        self.0.borrow_mut().set(unit, flags);
    }

    pub(super) fn class(&self, unit: u32) -> u16 {
        let shelf = self.0.borrow();
        shelf
            .units
            .get(unit as usize)
            .map_or(0, |one| one.flags & flag::CLASS)
    }

    /// Where an object lies, and its number in the bundle.
    pub(super) fn place(&self, unit: u32) -> (u64, u32) {
        let shelf = self.0.borrow();
        let unit = shelf.units.get(unit as usize);
        unit.map_or((0, 0), |unit| (unit.offset(), unit.at))
    }

    /// All objects of an id, the first one first.
    pub(super) fn all(&self, id: &str) -> Range<usize> {
        self.0.borrow().run(id)
    }

    /// The first object of an id.
    pub(super) fn unit_of(&self, id: &str) -> Option<u32> {
        let shelf = self.0.borrow();
        let all = shelf.run(id);
        let entry = shelf.entries.get(all.start).filter(|_| !all.is_empty());
        entry.map(|entry| entry.unit)
    }

    pub(super) fn unit(&self, at: usize) -> Option<u32> {
        self.0.borrow().entries.get(at).map(|entry| entry.unit)
    }

    /// The next object of a pass; `CLOSURE` begins anew.
    pub(super) fn next(&self, unit: u32) -> Result<Rc<Object>, Unstreamed> {
        let mut shelf = self.0.borrow_mut();
        shelf.closure = 0;
        shelf.load(unit, true)
    }

    /// Another object than the next one.
    pub(super) fn other(&self, unit: u32) -> Result<Rc<Object>, Unstreamed> {
        let mut shelf = self.0.borrow_mut();
        shelf.charge(unit)?;
        shelf.load(unit, false)
    }

    /// An object with its references cut, and hashes of them all where it has a list of texts.
    pub(super) fn cut(&self, unit: u32) -> Result<(Object, Option<Vec<u64>>), Unstreamed> {
        self.0.borrow_mut().cut(unit)
    }

    /// What went wrong while objects were looked up.
    pub(super) fn check(&self) -> Result<(), Unstreamed> {
        self.0.borrow_mut().failed.take().map_or(Ok(()), Err)
    }

    /// Notes that a part has this UUID.
    pub(super) fn stand(&self, uuid: &str) {
        let mut shelf = self.0.borrow_mut();
        match shelf.first_of(uuid) {
            Some(unit) => shelf.set(unit, flag::STANDS),
            None => drop(shelf.stands.insert(hash(uuid))),
        }
    }

    /// Whether a part has this UUID.
    pub(super) fn stands(&self, uuid: &str) -> bool {
        let shelf = self.0.borrow();
        match shelf.first_of(uuid) {
            Some(unit) => shelf.has(unit, flag::STANDS),
            None => shelf.stands.contains(&hash(uuid)),
        }
    }
}

impl<R: Read + Seek> Look for Library<R> {
    fn look(&self, id: &str) -> Option<Rc<Object>> {
        let mut shelf = self.0.borrow_mut();
        if shelf.failed.is_some() {
            return None;
        }
        for at in shelf.run(id) {
            let unit = shelf.entries.get(at)?.unit;
            match shelf.charge(unit).and_then(|()| shelf.load(unit, false)) {
                Ok(object) if object.id() == id => return Some(object),
                Ok(_) => {}
                Err(error) => {
                    shelf.failed = Some(error);
                    return None;
                }
            }
        }
        None
    }
}

impl<R> Shelf<R> {
    fn has(&self, unit: u32, flags: u16) -> bool {
        self.units
            .get(unit as usize)
            .is_some_and(|one| one.flags & flags != 0)
    }

    fn set(&mut self, unit: u32, flags: u16) {
        if let Some(one) = self.units.get_mut(unit as usize) {
            one.flags |= flags;
        }
    }

    fn run(&self, id: &str) -> Range<usize> {
        let wanted = entry(id);
        let key = |entry: &Entry| (entry.uuid, entry.id);
        let begin = self
            .entries
            .partition_point(|entry| key(entry) < key(&wanted));
        let rest = self.entries.get(begin..).unwrap_or_default();
        let len = rest.partition_point(|entry| key(entry) == key(&wanted));
        begin..begin + len
    }

    /// The first object whose id has this UUID.
    fn first_of(&self, uuid: &str) -> Option<u32> {
        let wanted = hash(uuid);
        let begin = self.entries.partition_point(|entry| entry.uuid < wanted);
        let entry = self.entries.get(begin)?;
        (entry.uuid == wanted).then_some(entry.unit)
    }

    fn charge(&mut self, unit: u32) -> Result<(), Unstreamed> {
        let Some(unit) = self.units.get(unit as usize) else {
            return Ok(());
        };
        let (offset, several) = (self.group.0, self.group.1.len() as u64);
        let len = match unit.len {
            len if offset == unit.offset() => u64::from(len) / several.max(1),
            len => u64::from(len),
        };
        self.closure += len;
        self.work += len;
        if self.closure > CLOSURE || self.work > self.most {
            return Err(Unstreamed::Entangled {
                number: u64::from(unit.at) + 1,
            });
        }
        Ok(())
    }
}

impl<R: Read + Seek> Shelf<R> {
    /// Reads the whole bundle; gives its envelope, and whether that says STIX 2.0.
    fn index(
        &mut self,
        size: u64,
        facts: &mut Facts,
        version: Option<bool>,
        follow: &mut dyn Follow,
    ) -> Result<(Vec<u8>, bool), Unstreamed> {
        let base = super::begin(&mut self.source)?;
        let mut splitter = Splitter::new(OBJECT).cut("object_refs", LIST);
        follow.begin("index", size);
        let mut chunk = vec![0; 256 << 10];
        let mut done = base;
        loop {
            let read = super::fill(&mut self.source, &mut chunk)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            if splitter.objects() == 0 {
                // The version mostly stands before the objects, in the first bytes.
                self.old = version.unwrap_or_else(|| super::says_old(splitter.seen(), bytes));
            }
            let mut indexer = Indexer {
                shelf: self,
                facts,
                base,
                failed: None,
            };
            let fed = splitter.feed(bytes, &mut indexer);
            if let Some(error) = indexer.failed.take() {
                return Err(error);
            }
            fed?;
            done += bytes.len() as u64;
            if !follow.at(done) {
                return Err(Unstreamed::Stopped);
            }
        }
        let envelope = splitter.envelope()?;
        let old = super::envelope_of(&envelope)?.spec_version.as_deref() == Some("2.0");
        Ok((envelope, old))
    }

    fn load(&mut self, number: u32, ahead: bool) -> Result<Rc<Object>, Unstreamed> {
        if let Some(object) = self.cache.get(&number) {
            return Ok(Rc::clone(object));
        }
        let Some(&unit) = self.units.get(number as usize) else {
            return Err(Unstreamed::Changed);
        };
        let first = self.units.partition_point(|one| one.at < unit.at);
        let nth = (number as usize).saturating_sub(first);
        if self.group.0 == unit.offset() {
            return self.group.1.get(nth).cloned().ok_or(Unstreamed::Changed);
        }
        if unit.len as usize > OBJECT {
            return Err(Unstreamed::Large {
                number: u64::from(unit.at) + 1,
                most: OBJECT,
            });
        }
        let old = self.old;
        let bytes = self.bytes(unit, ahead)?;
        let object: Object = read(bytes).map_err(|_| Unstreamed::Changed)?;
        let mut made = Vec::new();
        upgrade(object, old, &mut made);
        if made.len() > 1 {
            let made: Vec<Rc<Object>> = made.into_iter().map(Rc::new).collect();
            let object = made.get(nth).cloned();
            self.group = (unit.offset(), made);
            return object.ok_or(Unstreamed::Changed);
        }
        let object = Rc::new(made.pop().ok_or(Unstreamed::Changed)?);
        if u64::from(unit.len) < CACHE / 4 {
            self.weight += u64::from(unit.len);
            self.cached.push_back((number, unit.len));
            self.cache.insert(number, Rc::clone(&object));
            while self.weight > CACHE
                && let Some((number, len)) = self.cached.pop_front()
            {
                self.weight -= u64::from(len);
                self.cache.remove(&number);
            }
        }
        Ok(object)
    }

    /// The bytes of an object.
    fn bytes(&mut self, unit: Unit, ahead: bool) -> Result<&[u8], Unstreamed> {
        let (offset, len) = (unit.offset(), u64::from(unit.len));
        let end = self.window_at + self.window.len() as u64;
        if offset < self.window_at || offset + len > end {
            let (from, size, into) = if ahead {
                let from = offset.saturating_sub(BEHIND);
                self.window_at = from;
                (from, (offset - from + len).max(AHEAD), &mut self.window)
            } else {
                (offset, len, &mut self.spare)
            };
            into.clear();
            // What one large object needed is given back.
            into.shrink_to(usize::try_from(size.max(2 * AHEAD)).unwrap_or(OBJECT));
            self.source
                .seek(SeekFrom::Start(from))
                .and_then(|_| (&mut self.source).take(size).read_to_end(into))
                .map_err(Unstreamed::Read)?;
            if !ahead {
                let whole = self.spare.len() as u64 == len;
                return whole.then_some(&*self.spare).ok_or(Unstreamed::Changed);
            }
        }
        let from = usize::try_from(offset - self.window_at).map_err(|_| Unstreamed::Changed)?;
        self.window
            .get(from..from.saturating_add(unit.len as usize))
            .ok_or(Unstreamed::Changed)
    }

    fn cut(&mut self, number: u32) -> Result<(Object, Option<Vec<u64>>), Unstreamed> {
        struct Cut {
            object: Option<Object>,
            left_out: Vec<u64>,
        }
        impl Take for Cut {
            fn object(&mut self, piece: Piece<'_>) -> Result<(), String> {
                self.object = read(piece.bytes).ok();
                Ok(())
            }
            fn left_out(&mut self, text: &str) {
                self.left_out.push(hash(text));
            }
        }
        if !self.has(number, flag::LONG) {
            let object = (*self.load(number, false)?).clone();
            let refs = refs_of(&object).map(|refs| refs.iter().map(|id| hash(id)).collect());
            return Ok((object, refs));
        }
        let Some(&unit) = self.units.get(number as usize) else {
            return Err(Unstreamed::Changed);
        };
        let mut taken = Cut {
            object: None,
            left_out: Vec::new(),
        };
        let mut splitter = Splitter::inside(OBJECT).cut("object_refs", LIST);
        self.source
            .seek(SeekFrom::Start(unit.offset()))
            .map_err(Unstreamed::Read)?;
        let mut chunk = vec![0; 64 << 10];
        let mut source = (&mut self.source).take(u64::from(unit.len));
        loop {
            let read = super::fill(&mut source, &mut chunk)?;
            let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            splitter.feed(bytes, &mut taken)?;
        }
        let first = self.units.partition_point(|one| one.at < unit.at);
        let mut made = Vec::new();
        upgrade(
            taken.object.ok_or(Unstreamed::Changed)?,
            self.old,
            &mut made,
        );
        let nth = (number as usize).saturating_sub(first);
        let object = made.into_iter().nth(nth).ok_or(Unstreamed::Changed)?;
        let refs = refs_of(&object).map(|refs| {
            let mut all: Vec<u64> = refs.iter().map(|id| hash(id)).collect();
            all.append(&mut taken.left_out);
            all
        });
        Ok((object, refs))
    }
}

/// What a report or a grouping refers to.
fn refs_of(object: &Object) -> Option<&Vec<String>> {
    match &object.body {
        Body::Report(body) => body.object_refs.as_ref(),
        Body::Grouping(body) => body.object_refs.as_ref(),
        _ => None,
    }
}
