//! Which member fills which field, where several could.

use aidos_model::{Defect, Defects};
use bumpalo::Bump;

use super::keys::{SLOTS, Slot};
use super::record::{Member, Members};
use super::value::{self, Reading, Value};
use crate::clean::moment;
use crate::extract::Sink;

/// What fills a field.
#[derive(Clone, Copy)]
pub(super) enum Filled<'a> {
    /// A value; the member that it came from.
    Good(Value<'a>, Member<'a>),
    /// A damaged value; it is shown in the cleansed row.
    Damaged(Defect, &'a str, Member<'a>),
}

/// The members of a row, each where it belongs.
pub(super) struct Sorted<'a> {
    /// What fills each field, by slot.
    pub(super) filled: [Option<Filled<'a>>; SLOTS],
    /// Members of no field: key and JSON, sorted by key.
    pub(super) unknown: Vec<(&'a str, &'a str)>,
    /// Whether some member has a known key and says something.
    pub(super) has_known: bool,
    /// Fields whose own key is the key of a member that is kept.
    taken: [bool; SLOTS],
    pub(super) defects: Defects,
}

impl<'a> Sorted<'a> {
    /// Sorts the members of a row; notes what is wrong with them.
    pub(super) fn of(members: &Members<'a>, sink: &mut Sink<'a>) -> Self {
        let arena = sink.arena;
        let mut sorted = Self {
            filled: [None; SLOTS],
            unknown: Vec::with_capacity(members.list.len()),
            has_known: false,
            taken: [false; SLOTS],
            defects: Defects::default(),
        };
        // The usual row has one member for a field; those with more are looked at together.
        let mut first: [Option<Member<'a>>; SLOTS] = [None; SLOTS];
        let mut several = [false; SLOTS];
        for member in &members.list {
            let Some(meaning) = member.meaning else {
                sorted.unknown.push((member.key, member.json));
                continue;
            };
            let slot = meaning.slot as usize;
            match (first.get_mut(slot), several.get_mut(slot)) {
                (Some(first @ None), _) => *first = Some(*member),
                (_, Some(several)) => *several = true,
                _ => {}
            }
        }
        for (slot, (first, several)) in Slot::ALL.into_iter().zip(first.into_iter().zip(several)) {
            match first {
                Some(_) if several => {
                    let candidates = sorted.candidates(slot, members, sink);
                    sorted.choose(slot, &candidates, arena, sink);
                }
                Some(only) => sorted.choose(slot, &[only], arena, sink),
                None => {}
            }
        }
        sorted.sort_unknown(sink);
        sorted
    }

    /// Whether a member that is kept has the field's own key.
    pub(super) fn is_taken(&self, slot: Slot) -> bool {
        self.taken.get(slot as usize).copied().unwrap_or_default()
    }

    /// Whether the field is empty, and its own key free.
    pub(super) fn is_free(&self, slot: Slot) -> bool {
        !self.is_taken(slot) && matches!(self.filled.get(slot as usize), Some(None))
    }

    fn note(
        &mut self,
        sink: &mut Sink<'a>,
        rule: Defect,
        field: Option<&'static str>,
        before: &'a str,
        after: Option<&'a str>,
    ) {
        self.defects.add(rule);
        sink.repair(rule, field, before, after);
    }

    /// The members of a field: the surest key first, our own before its
    /// other spellings, then by key; of one key the last.
    fn candidates(&mut self, slot: Slot, members: &Members<'a>, sink: &mut Sink<'a>) -> Vec<Member<'a>> {
        let mut found: Vec<Member<'a>> = members
            .list
            .iter()
            .filter(|member| member.meaning.is_some_and(|meaning| meaning.slot == slot))
            .copied()
            .collect();
        found.sort_by(|one, other| one.key.cmp(other.key));
        let mut distinct: Vec<Member<'a>> = Vec::with_capacity(found.len());
        for group in found.chunk_by(|one, other| one.key == other.key) {
            let (Some(one), Some(last)) = (group.first(), group.last()) else {
                continue;
            };
            if group.len() > 1 {
                let after = Some(last.json);
                self.note(sink, Defect::DuplicateKey, Some(slot.field()), one.json, after);
            }
            distinct.push(*last);
        }
        distinct.sort_by_key(|member| {
            let rank = member.meaning.map(|meaning| meaning.rank);
            (rank, member.key != slot.key())
        });
        distinct
    }

    fn choose(&mut self, slot: Slot, candidates: &[Member<'a>], arena: &'a Bump, sink: &mut Sink<'a>) {
        let mut good: Option<(Value<'a>, Member<'a>)> = None;
        let mut damaged: Option<(Defect, &'a str, Member<'a>)> = None;
        let mut left: Vec<(Member<'a>, bool)> = Vec::new();
        let mut dates = None;
        for &member in candidates {
            let Some(meaning) = member.meaning else {
                continue;
            };
            let (reading, lost) = value::read(meaning, member.json, arena);
            self.has_known |= !matches!(reading, Reading::Unknown | Reading::OtherMeaning);
            match reading {
                Reading::Unknown => {}
                Reading::Good(value) if good.is_none() => {
                    if lost {
                        self.note(sink, Defect::BadEncoding, Some(slot.field()), member.json, None);
                    }
                    good = Some((value, member));
                }
                // Said twice.
                Reading::Good(value) if good.is_some_and(|(other, _)| other.says(value)) => {}
                Reading::Damaged(defect, text) if damaged.is_none() => {
                    damaged = Some((defect, text, member));
                }
                Reading::Damaged(_, text) if slot == Slot::Time && dates.is_none() => {
                    dates = Some((text, member));
                }
                Reading::OtherType => left.push((member, true)),
                _ => left.push((member, false)),
            }
        }
        if good.is_none()
            && let Some((_, one, member)) = damaged
            && let Some((other, _)) = dates
            && let Some(value) = joined(one, other, arena)
        {
            (good, damaged, dates) = (Some((value, member)), None, None);
        }
        if let Some((_, member)) = dates {
            left.push((member, false));
        }
        let filled = match (good, damaged) {
            (Some((value, member)), other) => {
                left.extend(other.map(|(_, _, member)| (member, false)));
                Some(Filled::Good(value, member))
            }
            (None, Some((defect, text, member))) => Some(Filled::Damaged(defect, text, member)),
            (None, None) => None,
        };
        for (member, is_other_type) in left {
            if is_other_type && good.is_none() {
                self.note(sink, Defect::BadType, Some(slot.field()), member.json, Some(member.json));
            }
            if let Some(taken) = self.taken.get_mut(slot as usize) {
                *taken |= member.key == slot.key();
            }
            self.unknown.push((member.key, member.json));
        }
        if let Some(place) = self.filled.get_mut(slot as usize) {
            *place = filled;
        }
    }

    /// Sorts by key; of one key the last member counts.
    fn sort_unknown(&mut self, sink: &mut Sink<'a>) {
        self.unknown.sort_by(|(one, _), (other, _)| one.cmp(other));
        let is_repeated = self
            .unknown
            .windows(2)
            .any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        if !is_repeated {
            return;
        }
        let mut kept = Vec::with_capacity(self.unknown.len());
        let unknown = std::mem::take(&mut self.unknown);
        for group in unknown.chunk_by(|(one, _), (other, _)| one == other) {
            let (Some((_, one)), Some(last)) = (group.first(), group.last()) else {
                continue;
            };
            if group.len() > 1 {
                self.note(sink, Defect::DuplicateKey, None, one, Some(last.1));
            }
            kept.push(*last);
        }
        self.unknown = kept;
    }
}

/// A date and a clock time that stand in two members.
fn joined<'a>(one: &'a str, other: &'a str, arena: &'a Bump) -> Option<Value<'a>> {
    [(one, other), (other, one)].into_iter().find_map(|(date, clock)| {
        if date.len() != 10 || clock.len() > 40 {
            return None;
        }
        let text = bumpalo::format!(in arena, "{} {}", date, clock).into_bump_str();
        moment::read_whole(text).map(|stamp| Value::Time(stamp, text))
    })
}
