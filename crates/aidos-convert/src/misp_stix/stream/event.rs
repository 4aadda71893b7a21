//! An event out of a bundle that is not in memory.

use std::io::{Read, Seek, Write};

use aidos_model::json::Shape;
use aidos_model::misp::{
    Attribute, Event, EventReport, Galaxy, Object as MispObject, ObjectReference, Organisation,
    Sighting,
};
use aidos_model::stix::{Body, Kind, Object};
use serde_json::{Value, json};

use super::facts::{Facts, of_uuid};
use super::home::{As, Fresh, Home};
use super::library::{Library, flag};
use super::{Follow, Streamed, Unstreamed};
use crate::misp_stix::extension::definition;
use crate::misp_stix::natural::{self, Made};
use crate::misp_stix::restore::Index;
use crate::misp_stix::to_misp::{Gathered, Part, begin, is_maker, part, takes_in};
use crate::misp_stix::to_stix::{Head, Maker, Pointer, ROOT};

/// What an object becomes, where it is no attribute; above these stand the kinds of clusters in the order in which they came.
const OBJECT: u16 = 1;
const REPORT: u16 = 2;
const CLUSTER: u16 = 3;

/// Converts a bundle of `size` bytes.
pub(super) fn event<R: Read + Seek>(
    source: R,
    size: u64,
    out: &mut dyn Write,
    follow: &mut dyn Follow,
) -> Result<Streamed, Unstreamed> {
    let mut facts = Facts::default();
    let (library, _) = Library::read(source, size, &mut facts, follow)?;
    let index = Index::Read(&library);
    let number = facts.main();
    let main = match number {
        Some(unit) => Some(library.cut(unit)?.0),
        None => None,
    };
    let event = main.as_ref().and_then(|object| index.event(object));
    let name = facts.name.clone();
    let event =
        event.unwrap_or_else(|| begin(main.as_ref(), facts.latest, || name.finish(), &index));
    library.check()?;
    drop(main);

    let wanted = std::mem::take(&mut facts.wanted);
    let mut maker = Maker::new(Fresh::new(&library, wanted));
    let mut bare = Event {
        attributes: Vec::new().into(),
        objects: Vec::new().into(),
        reports: Vec::new().into(),
        galaxies: Vec::new().into(),
        ..event.clone()
    };
    let head = maker.open(&mut bare);
    let home = Home::new(&library, &head.id, maker.by.clone())?;
    let mut writer = Writer {
        library: &library,
        index,
        facts: &facts,
        number,
        by: event.orgc.clone(),
        size,
        maker,
        home,
        head: Some(head),
        out,
        follow,
        buffer: Vec::new(),
        members: 0,
        early: Vec::new(),
        open: Vec::new(),
        kinds: Vec::new(),
        made: Streamed::default(),
    };
    writer.run(event, bare)?;
    Ok(Streamed {
        objects: library.objects(),
        losses: writer.home.losses,
        ..writer.made
    })
}

/// An object of the event whose references wait until all that they may lead to is there.
struct Open {
    unit: u32,
    /// Its number in the event.
    number: u64,
    /// Its id at home, where that is another one than it has in the bundle.
    id: Option<Box<str>>,
}

/// Writes an event, list by list.
struct Writer<'w, R> {
    library: &'w Library<R>,
    index: Index<'w>,
    facts: &'w Facts,
    /// The object of the event, and who made it.
    number: Option<u32>,
    by: Option<Organisation>,
    size: u64,
    maker: Maker<Fresh<'w, R>>,
    home: Home<'w, R>,
    head: Option<Head>,
    out: &'w mut dyn Write,
    follow: &'w mut dyn Follow,
    buffer: Vec<u8>,
    /// Lists that were written.
    members: u64,
    early: Vec<Pointer>,
    open: Vec<Open>,
    /// The kinds of clusters, in the order in which they came.
    kinds: Vec<Kind>,
    made: Streamed,
}

/// A list that is being written.
struct List {
    name: &'static str,
    items: u64,
}

fn list(name: &'static str) -> List {
    List { name, items: 0 }
}

impl<R: Read + Seek> Writer<'_, R> {
    fn run(&mut self, mut event: Event, bare: Event) -> Result<(), Unstreamed> {
        self.settle(As::Part)?;
        self.inside()?;
        self.write(b"{\"Event\":{")?;
        self.attributes(&mut event)?;
        self.objects(&mut event)?;
        self.reports(&mut event)?;
        let clusters = self.galaxies(&mut event)?;
        self.references()?;
        self.buffer.clear();
        event.write(&mut self.buffer);
        let members = self.buffer.get(1..).unwrap_or_default();
        if self.members > 0 && members.len() > 1 {
            self.out.write_all(b",").map_err(Unstreamed::Write)?;
        }
        self.out.write_all(members).map_err(Unstreamed::Write)?;
        self.write(b"}")?;
        if let Some(head) = self.head.take() {
            let main = self.maker.close(bare, head, clusters);
            self.home.take(main, As::Main, self.follow)?;
        }
        for object in definition() {
            self.home.take(object, As::Part, self.follow)?;
        }
        self.home.end(self.follow)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Unstreamed> {
        self.out.write_all(bytes).map_err(Unstreamed::Write)
    }

    /// Writes an item.
    fn push(&mut self, list: &mut List, item: &impl Shape) -> Result<(), Unstreamed> {
        self.begin_item(list);
        item.write(&mut self.buffer);
        self.out.write_all(&self.buffer).map_err(Unstreamed::Write)
    }

    /// What stands before an item, in the buffer.
    fn begin_item(&mut self, list: &mut List) {
        self.buffer.clear();
        if list.items == 0 {
            if self.members > 0 {
                self.buffer.push(b',');
            }
            self.members += 1;
            self.buffer
                .extend_from_slice(format!("\"{}\":[", list.name).as_bytes());
        } else {
            self.buffer.push(b',');
        }
        list.items += 1;
    }

    /// Ends a list; one without items is written as the event has it.
    fn end(&mut self, list: &List) -> Result<(), Unstreamed> {
        if list.items > 0 {
            self.write(b"]")?;
        }
        Ok(())
    }

    /// Compares what was made; `how` is the last object.
    fn settle(&mut self, how: As) -> Result<(), Unstreamed> {
        self.maker.ledger.clear();
        let made = std::mem::take(&mut self.maker.store.objects);
        let last = made.len();
        for (at, object) in made.into_iter().enumerate() {
            self.home.take(
                object,
                if at + 1 == last { how } else { As::Part },
                self.follow,
            )?;
        }
        Ok(())
    }

    /// Goes over the objects that `wants` picks by their flags.
    fn pass(
        &mut self,
        step: &'static str,
        wants: impl Fn(&Library<R>, u32) -> bool,
        take: &mut dyn FnMut(&mut Self, u32, &Object) -> Result<(), Unstreamed>,
    ) -> Result<(), Unstreamed> {
        self.follow.begin(step, self.size);
        let mut said = 0;
        for unit in 0..self.library.len() {
            let (offset, _) = self.library.place(unit);
            if offset - said >= 256 << 10 {
                said = offset;
                if !self.follow.at(offset) {
                    return Err(Unstreamed::Stopped);
                }
            }
            if !wants(self.library, unit) {
                continue;
            }
            let object = self.library.next(unit)?;
            take(self, unit, &object)?;
            self.library.check()?;
        }
        Ok(())
    }

    /// Notes the observables that stand in observed data.
    fn inside(&mut self) -> Result<(), Unstreamed> {
        self.pass(
            "observed",
            |library, unit| library.has(unit, flag::OBSERVED),
            &mut |writer, _, object| {
                if let Body::ObservedData(body) = &object.body
                    && takes_in(object, &writer.index)
                {
                    for id in body.object_refs.iter().flatten() {
                        if let Some(unit) = writer.library.unit_of(id) {
                            writer.library.set(unit, flag::INSIDE);
                        }
                    }
                }
                Ok(())
            },
        )
    }

    fn is_inside(&self, object: &Object) -> bool {
        let unit = self.library.unit_of(object.id());
        unit.is_some_and(|unit| self.library.has(unit, flag::INSIDE))
    }

    fn attributes(&mut self, event: &mut Event) -> Result<(), Unstreamed> {
        let mut list = list("Attribute");
        let empty = event.attributes.clone_empty();
        for one in std::mem::take(&mut event.attributes) {
            self.attribute(&mut list, one)?;
        }
        let number = self.number;
        self.pass(
            "attributes",
            |_, unit| Some(unit) != number,
            &mut |writer, unit, object| {
                match writer.part(object) {
                    Part::Attribute(one) => writer.attribute(&mut list, *one)?,
                    Part::Object(_) => writer.library.set(unit, OBJECT),
                    Part::Report(_) => writer.library.set(unit, REPORT),
                    Part::Furniture | Part::Sighting(..) | Part::Reference(..) => {}
                    Part::Other if writer.is_inside(object) => {}
                    Part::Other => match natural::made(object, &writer.index) {
                        Made::Attributes(all) => {
                            for one in all {
                                writer.attribute(&mut list, one)?;
                            }
                        }
                        Made::Object(_) => writer.library.set(unit, OBJECT),
                        Made::Report(_) => writer.library.set(unit, REPORT),
                        Made::Galaxy(_) => {
                            let class = object.kind().map(|kind| writer.class_of(kind));
                            writer.library.set(unit, class.unwrap_or_default());
                        }
                    },
                }
                Ok(())
            },
        )?;
        if list.items == 0 {
            event.attributes = empty;
        }
        self.end(&list)
    }

    fn class_of(&mut self, kind: Kind) -> u16 {
        let at = self.kinds.iter().position(|known| *known == kind);
        let at = at.unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        u16::try_from(at).unwrap_or_default() + CLUSTER
    }

    fn attribute(&mut self, list: &mut List, mut one: Attribute) -> Result<(), Unstreamed> {
        let found = self.sightings_of(one.uuid.as_deref())?;
        one.sightings.extend(found);
        self.library.check()?;
        let number = list.items;
        self.push(list, &one)?;
        self.made.attributes += 1;
        self.maker
            .attribute(&ROOT.item("Attribute", place(number)), one);
        self.settle(As::Part)
    }

    fn sightings_of(&mut self, uuid: Option<&str>) -> Result<Vec<Sighting>, Unstreamed> {
        let all = of_uuid(&self.facts.sightings, uuid.unwrap_or_default());
        let mut found = Gathered::default();
        let Some((_, first)) = all.first() else {
            return Ok(Vec::new());
        };
        if !self.library.has(*first, flag::SEEN) {
            self.library.set(*first, flag::SEEN);
            for (_, unit) in all.iter().filter(|(_, unit)| Some(*unit) != self.number) {
                let object = self.library.other(*unit)?;
                if let Part::Sighting(of, at, one) = self.part(&object) {
                    found.add(of, at, *one);
                }
            }
        }
        Ok(found.take(uuid).collect())
    }

    fn references_of(&mut self, uuid: Option<&str>) -> Result<Vec<ObjectReference>, Unstreamed> {
        let mut found = Gathered::default();
        for (_, unit) in of_uuid(&self.facts.references, uuid.unwrap_or_default()) {
            if Some(*unit) == self.number {
                continue;
            }
            let object = self.library.other(*unit)?;
            match self.part(&object) {
                Part::Reference(from, at, one) => found.add(from, at, *one),
                Part::Object(_) => {
                    for (at, one) in Index::references(&object) {
                        found.add(object.id().to_owned(), at, one);
                    }
                }
                _ => {}
            }
        }
        Ok(found.take(uuid).collect())
    }

    /// The references of an object, where it is the first of its UUID.
    fn first_references_of(
        &mut self,
        uuid: Option<&str>,
    ) -> Result<Vec<ObjectReference>, Unstreamed> {
        match of_uuid(&self.facts.references, uuid.unwrap_or_default()).first() {
            Some((_, first)) if !self.library.has(*first, flag::LED) => {
                self.library.set(*first, flag::LED);
                self.references_of(uuid)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn part(&self, object: &Object) -> Part {
        // Who made the event stands there already.
        if is_maker(self.by.as_ref(), object) {
            return Part::Furniture;
        }
        part(object, &self.index)
    }

    /// What an object of the bundle is as an object of the event.
    fn object_of(&self, object: &Object) -> Option<MispObject> {
        match self.part(object) {
            Part::Object(one) => Some(*one),
            Part::Other => match natural::made(object, &self.index) {
                Made::Object(one) => Some(*one),
                _ => None,
            },
            _ => None,
        }
    }

    fn objects(&mut self, event: &mut Event) -> Result<(), Unstreamed> {
        let mut list = list("Object");
        let empty = event.objects.clone_empty();
        for one in std::mem::take(&mut event.objects) {
            self.object(&mut list, one, None)?;
        }
        self.pass(
            "objects",
            |library, unit| library.class(unit) == OBJECT,
            &mut |writer, unit, object| match writer.object_of(object) {
                Some(one) => writer.object(&mut list, one, Some((unit, object.id()))),
                None => Ok(()),
            },
        )?;
        if list.items == 0 {
            event.objects = empty;
        }
        self.end(&list)
    }

    fn object(
        &mut self,
        list: &mut List,
        mut one: MispObject,
        from: Option<(u32, &str)>,
    ) -> Result<(), Unstreamed> {
        let found = self.first_references_of(one.uuid.as_deref())?;
        one.references.extend(found);
        self.library.check()?;
        let number = list.items;
        self.push(list, &one)?;
        self.made.attributes += one.attributes.len() as u64;
        self.maker.object(&ROOT.item("Object", place(number)), one);
        let mut pointers = std::mem::take(&mut self.maker.pointers);
        let how = if pointers.is_empty() {
            As::Part
        } else {
            As::Open
        };
        match (from, pointers.first()) {
            (Some((unit, id)), Some(first)) => self.open.push(Open {
                unit,
                number,
                id: (first.from != id).then(|| first.from.as_str().into()),
            }),
            _ => self.early.append(&mut pointers),
        }
        self.settle(how)
    }

    fn reports(&mut self, event: &mut Event) -> Result<(), Unstreamed> {
        let mut list = list("EventReport");
        let empty = event.reports.clone_empty();
        for one in std::mem::take(&mut event.reports) {
            self.report(&mut list, one)?;
        }
        self.pass(
            "reports",
            |library, unit| library.class(unit) == REPORT,
            &mut |writer, _, object| match writer.part(object) {
                Part::Report(one) => writer.report(&mut list, *one),
                Part::Other => match natural::made(object, &writer.index) {
                    Made::Report(one) => writer.report(&mut list, *one),
                    _ => Ok(()),
                },
                _ => Ok(()),
            },
        )?;
        if list.items == 0 {
            event.reports = empty;
        }
        self.end(&list)
    }

    fn report(&mut self, list: &mut List, one: EventReport) -> Result<(), Unstreamed> {
        let number = list.items;
        self.push(list, &one)?;
        if let Some(head) = &self.head {
            let path = ROOT.item("EventReport", place(number));
            self.maker.report(&path, one, &head.id);
        }
        self.settle(As::Part)
    }

    /// Writes the galaxies; what is kept of them at home.
    fn galaxies(&mut self, event: &mut Event) -> Result<Option<Value>, Unstreamed> {
        let mut list = list("Galaxy");
        let empty = event.galaxies.clone_empty();
        let mut own = std::mem::take(&mut event.galaxies);
        for one in &own {
            self.push(&mut list, one)?;
        }
        let mut kept = self.maker.galaxies(&ROOT, &mut own);
        self.settle(As::Part)?;
        for class in 0..self.kinds.len() {
            let class = u16::try_from(class).unwrap_or_default() + CLUSTER;
            self.galaxy(&mut list, class)?;
            // One more than there was: never what the object said, whatever it is.
            let all = kept.get_or_insert_with(|| json!([]));
            if let Value::Array(all) = all {
                all.push(Value::Null);
            }
        }
        if list.items == 0 {
            event.galaxies = empty;
        }
        self.end(&list)?;
        Ok(kept)
    }

    /// Writes one galaxy with all clusters of its kind.
    fn galaxy(&mut self, list: &mut List, class: u16) -> Result<(), Unstreamed> {
        let mut clusters = 0_u64;
        let mut fits = true;
        let cluster_of = |object: &Object, index: &Index<'_>| match natural::made(object, index) {
            Made::Galaxy(one) => Some(*one),
            _ => None,
        };
        self.pass(
            "clusters",
            |library, unit| library.class(unit) == class,
            &mut |writer, _, object| {
                let Some(mut galaxy) = cluster_of(object, &writer.index) else {
                    return Ok(());
                };
                fits = fits && writer.maker.clusters(&galaxy).is_some();
                let own = std::mem::take(&mut galaxy.clusters);
                if clusters == 0 {
                    writer.begin_item(list);
                    begin_galaxy(&galaxy, &mut writer.buffer);
                } else {
                    writer.buffer.clear();
                }
                for one in own {
                    if clusters > 0 {
                        writer.buffer.push(b',');
                    }
                    clusters += 1;
                    one.write(&mut writer.buffer);
                }
                writer
                    .out
                    .write_all(&writer.buffer)
                    .map_err(Unstreamed::Write)
            },
        )?;
        if clusters > 0 {
            self.write(b"]}")?;
        }
        // A galaxy goes home as objects if all of its clusters can.
        if !fits {
            return Ok(());
        }
        self.pass(
            "clusters",
            |library, unit| library.class(unit) == class,
            &mut |writer, _, object| {
                if let Some(galaxy) = cluster_of(object, &writer.index) {
                    writer.maker.galaxy(galaxy);
                }
                writer.settle(As::Part)
            },
        )
    }

    /// Takes the references of objects home.
    fn references(&mut self) -> Result<(), Unstreamed> {
        let mut left: Vec<(String, Vec<Value>)> = Vec::new();
        for pointer in std::mem::take(&mut self.early) {
            let from = pointer.from.clone();
            if left.last().is_none_or(|(last, _)| *last != from) {
                left.push((from, Vec::new()));
            }
            let kept = self.maker.pointer(pointer);
            if let Some((_, left)) = left.last_mut() {
                left.extend(kept);
            }
            self.settle(As::Part)?;
        }
        for (from, left) in left {
            self.home.leave(&from, &left, self.follow)?;
        }
        self.follow.begin("references", self.size);
        for open in std::mem::take(&mut self.open) {
            if !self.follow.at(self.library.place(open.unit).0) {
                return Err(Unstreamed::Stopped);
            }
            let object = self.library.next(open.unit)?;
            let Some(mut one) = self.object_of(&object) else {
                continue;
            };
            let found = self.references_of(one.uuid.as_deref())?;
            self.library.check()?;
            one.references.extend(found);
            let from = open.id.map_or_else(|| object.id().to_owned(), String::from);
            let path = ROOT.item("Object", place(open.number));
            let mut left = Vec::new();
            for (at, reference) in one.references.into_iter().enumerate() {
                let kept = self.maker.pointer(Pointer {
                    from: from.clone(),
                    reference,
                    at,
                    path: path.item("ObjectReference", at).to_string(),
                });
                left.extend(kept);
                self.settle(As::Part)?;
            }
            self.home.leave(&from, &left, self.follow)?;
        }
        Ok(())
    }
}

/// The place of an item, as paths have it.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A galaxy up to its first cluster.
fn begin_galaxy(galaxy: &Galaxy, out: &mut Vec<u8>) {
    galaxy.write(out);
    // The closing brace; a galaxy of ours has members.
    out.pop();
    out.extend_from_slice(b",\"GalaxyCluster\":[");
}
