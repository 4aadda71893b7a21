//! What a provider saw, as one object.

use aidos_model::Timestamp;
use aidos_model::stix::canonical::push_str;
use aidos_model::stix::{Kind, Namer, OURS, StixId};

use crate::compose::object::{Author, CREATED, Label, Time};

/// A `grouping` whose id is being computed: takes its members once, sorted.
///
/// Members may be many, so they are not kept. After [`Grouping::finish`] they are given again, in the same
/// order, to [`GroupingWriter::member`].
///
/// ```
/// # use aidos_core::compose::{Options, case::Composer};
/// # use aidos_model::Tlp;
/// # let members = [Tlp::Amber.stix_id()];
/// let mut composer = Composer::new(Options::default());
/// let mut grouping = composer.grouping("8bells", None, None, &mut |_, _, _| {});
/// for id in &members {
///     grouping.member(id);
/// }
/// let mut out = Vec::new();
/// if let Some(mut grouping) = grouping.finish() {
///     grouping.open(&mut out);
///     for id in &members {
///         grouping.member(id, &mut out);
///     }
///     grouping.close(&mut out);
/// }
/// assert!(out.starts_with(b"{\"context\":\"suspicious-activity\""));
/// ```
pub struct Grouping {
    name: Namer,
    head: Vec<u8>,
    middle: Vec<u8>,
    last: Option<StixId>,
    text: Vec<u8>,
}

const CLOSE: &[u8] = b"],\"spec_version\":\"2.1\",\"type\":\"grouping\"}";

impl Grouping {
    pub(super) fn start(
        author: &Author,
        label: &Label,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    ) -> Self {
        let last = last.or(first).map(Time::new);
        let first = first.map(Time::new).or(last);
        let created = last
            .as_ref()
            .map_or(CREATED.as_bytes(), |last| last.milli());
        let mut head = b"{\"context\":\"suspicious-activity\",\"created\":\"".to_vec();
        head.extend_from_slice(created);
        head.extend_from_slice(b"\",");
        head.extend_from_slice(&author.by);
        head.push(b',');
        if let Some((first, last)) = first.zip(last) {
            head.extend_from_slice(b"\"description\":\"From ");
            head.extend_from_slice(first.text());
            head.extend_from_slice(b" to ");
            head.extend_from_slice(last.text());
            head.extend_from_slice(b"\",");
        }
        let mut middle = b"\"modified\":\"".to_vec();
        middle.extend_from_slice(created);
        middle.extend_from_slice(b"\",\"name\":");
        push_str(&mut middle, &format!("Activity seen by {}", author.name));
        middle.push(b',');
        middle.extend_from_slice(&label.refs);
        middle.extend_from_slice(b",\"object_refs\":[");
        let mut name = Namer::new(OURS);
        name.update(&head);
        name.update(&middle);
        Self {
            name,
            head,
            middle,
            last: None,
            text: Vec::new(),
        }
    }

    /// Takes the next member; the same as the one before is passed over.
    pub fn member(&mut self, id: &StixId) {
        if self.last == Some(*id) {
            return;
        }
        self.text.clear();
        push_member(id, self.last.is_none(), &mut self.text);
        self.name.update(&self.text);
        self.last = Some(*id);
    }

    /// The grouping with its id; `None` without members, as the standard wants at least one.
    #[must_use]
    pub fn finish(mut self) -> Option<GroupingWriter> {
        self.last?;
        self.name.update(CLOSE);
        Some(GroupingWriter {
            id: StixId {
                kind: Kind::Grouping,
                uuid: self.name.finish(),
            },
            head: self.head,
            middle: self.middle,
            last: None,
        })
    }
}

fn push_member(id: &StixId, is_first: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if is_first { b"\"" } else { b",\"" });
    id.push(out);
    out.push(b'"');
}

/// A `grouping` whose id is known: takes its members again, to be written.
pub struct GroupingWriter {
    id: StixId,
    head: Vec<u8>,
    middle: Vec<u8>,
    last: Option<StixId>,
}

impl GroupingWriter {
    /// The id.
    pub fn id(&self) -> &StixId {
        &self.id
    }

    /// Appends what stands before the members.
    pub fn open(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(b"\"id\":\"");
        self.id.push(out);
        out.extend_from_slice(b"\",");
        out.extend_from_slice(&self.middle);
    }

    /// Appends the next member; the members and their order must be those that the id was computed of.
    pub fn member(&mut self, id: &StixId, out: &mut Vec<u8>) {
        if self.last != Some(*id) {
            push_member(id, self.last.is_none(), out);
            self.last = Some(*id);
        }
    }

    /// Appends what stands after the members.
    pub fn close(self, out: &mut Vec<u8>) {
        out.extend_from_slice(CLOSE);
    }
}
