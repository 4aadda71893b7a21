//! Extra fields on their way into the objects of the hot writer.
//!
//! The hot writer knows where each field of the model stands. Extra fields are few: a bit for each says
//! whether it is still to be written, and each object takes its own before it closes. Nothing is
//! allocated, and an event without extra fields pays one comparison an object.

use super::parse::{Member, member};
use crate::json::push_str;

/// The extra fields of an event that are not written yet.
pub(super) struct Extra<'e> {
    all: &'e [(&'e str, &'e str)],
    /// A bit for each field of `all` that is left.
    left: u64,
}

impl<'e> Extra<'e> {
    /// The fields, all of them still to be written; `None` where only the general writer places them
    /// right: above 64, or where a name is a known field's, or one above or below it.
    pub(super) fn new(all: &'e [(&'e str, &'e str)]) -> Option<Self> {
        let left = match u32::try_from(all.len()).ok()? {
            0 => 0,
            64 => u64::MAX,
            len => 1u64.checked_shl(len)? - 1,
        };
        all.iter()
            .all(|(path, _)| is_free(path))
            .then_some(Self { all, left })
    }

    /// Writes the members that are left of the object with this path (with its final dot, or empty),
    /// each with a comma before it.
    #[inline]
    pub(super) fn join(&mut self, out: &mut Vec<u8>, object: &str) {
        if self.left != 0 {
            self.join_some(out, object);
        }
    }

    fn join_some(&mut self, out: &mut Vec<u8>, object: &str) {
        let own = self.pick(self.left, |path| path.starts_with(object));
        if own != 0 {
            self.left &= !own;
            self.members(out, own, object.len());
        }
    }

    /// Writes the fields of a set, whose paths begin alike with `above` bytes, as members: keys come in
    /// the order of their first field, `defects` and `message` last, as the general writer has them.
    fn members(&self, out: &mut Vec<u8>, set: u64, above: usize) {
        let mut last = [0; 2];
        let mut left = set;
        while let Some(first) = lowest(left) {
            let key = self.key(first, above);
            let group = self.pick(left, |path| key_of(path, above) == key);
            left &= !group;
            match key {
                "defects" => last[0] = group,
                "message" => last[1] = group,
                _ => self.member(out, key, group, above),
            }
        }
        for group in last {
            if let Some(first) = lowest(group) {
                self.member(out, self.key(first, above), group, above);
            }
        }
    }

    /// Writes one member: the value of a field that ends here, or the object of those that do not.
    fn member(&self, out: &mut Vec<u8>, key: &str, group: u64, above: usize) {
        out.push(b',');
        push_str(out, key);
        out.push(b':');
        let end = above + key.len();
        let leaf = lowest(self.pick(group, |path| path.len() == end));
        if let Some((_, json)) = leaf.and_then(|leaf| self.all.get(leaf)) {
            out.extend_from_slice(json.as_bytes());
            return;
        }
        let open = out.len();
        self.members(out, group, end + 1);
        if let Some(comma) = out.get_mut(open) {
            *comma = b'{';
        }
        out.push(b'}');
    }

    /// Those of a set whose path passes the test.
    fn pick(&self, set: u64, test: impl Fn(&str) -> bool) -> u64 {
        let mut left = set;
        let mut picked = 0;
        while let Some(index) = lowest(left) {
            let bit = 1 << index;
            left &= !bit;
            if self.all.get(index).is_some_and(|(path, _)| test(path)) {
                picked |= bit;
            }
        }
        picked
    }

    fn key(&self, index: usize, above: usize) -> &'e str {
        self.all
            .get(index)
            .map_or("", |(path, _)| key_of(path, above))
    }
}

/// The first field of a set.
fn lowest(set: u64) -> Option<usize> {
    (set != 0).then_some(set.trailing_zeros() as usize)
}

/// The part of the path after `above` bytes, up to its dot.
fn key_of(path: &str, above: usize) -> &str {
    let rest = path.get(above..).unwrap_or_default();
    rest.split_once('.').map_or(rest, |(key, _)| key)
}

/// Whether the path is neither a known field's nor one above or below it, so that both can be written.
fn is_free(path: &str) -> bool {
    let mut object = "";
    for key in path.split('.') {
        match member(object, key) {
            Member::Object(inner) => object = inner,
            Member::Field(_) => return false,
            // In `aidos` the defects stand last, but for this name.
            Member::Unknown => return object != "aidos." || key != "message",
        }
    }
    false
}
