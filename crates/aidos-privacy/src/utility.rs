//! What a release is still good for: measured over pairs of documents before and after.
//!
//! - **Correlation**: two entries that share a value (an address, an account, a hash) are joined by an edge. How many edges of before
//!   are there afterwards, and how many are new? [`Correlation::jaccard`] is 1.00 where all are kept and none was made up. Two
//!   releases under two keys are measured in the same way: what they still share can be linked.
//! - **Prefixes**: the share of neighbouring hidden addresses whose common prefix is as long as before.
//! - **Times**: the share of neighbouring times whose order, and whose gap, stayed.
//! - **Attackers' values**: how many are there byte for byte.
//!
//! Memory is bounded: values are kept as 8 bytes of a keyed hash, at most [`Meter::LIMIT`] of each kind; beyond it a value counts only
//! where its hash falls into a sample that gets smaller, so that what is measured stays a fair share of values
//! (distinct sampling, Gibbons 2001).
//!
//! ```
//! use aidos_privacy::utility::Meter;
//! use serde_json::json;
//! let mut meter = Meter::new();
//! for (before, after) in [("10.0.0.1", "10.0.0.77"), ("10.0.0.2", "10.0.0.9"), ("10.0.0.1", "10.0.0.77")] {
//!     meter.pair(&json!({"source": {"ip": before}}), &json!({"source": {"ip": after}}));
//! }
//! let measured = meter.measured();
//! assert_eq!(measured.correlation.jaccard(), 1.0);
//! ```

#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

use std::collections::BTreeMap;
use std::net::IpAddr;

use aidos_model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Edges before and after: pairs of places that share a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Correlation {
    /// Edges that stand in both.
    pub kept: u64,
    /// Edges that stood before alone.
    pub lost: u64,
    /// Edges that stand afterwards alone: places that share a value now and did not before.
    pub made: u64,
}

impl Correlation {
    /// Edges in both, of edges in either: 1 where nothing changed, also where there were none.
    #[allow(clippy::cast_precision_loss)] // a share; 2⁵³ edges are more than any release has
    pub fn jaccard(&self) -> f64 {
        let all = self.kept + self.lost + self.made;
        if all == 0 {
            1.0
        } else {
            self.kept as f64 / all as f64
        }
    }
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many stayed.
    pub kept: u64,
    /// How many there were.
    pub of: u64,
}

impl Share {
    fn count(&mut self, kept: bool) {
        self.of += 1;
        self.kept += u64::from(kept);
    }

    /// The share, 0 to 1; 1 where there were none.
    #[allow(clippy::cast_precision_loss)] // as above
    pub fn value(&self) -> f64 {
        if self.of == 0 {
            1.0
        } else {
            self.kept as f64 / self.of as f64
        }
    }
}

/// What was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// Documents compared.
    pub documents: u64,
    /// Places that share a value.
    pub correlation: Correlation,
    /// Pairs of hidden addresses, one behind the other, with the same common prefix as before.
    pub prefixes: Share,
    /// Neighbouring times in the same order as before.
    pub order: Share,
    /// Neighbouring times as far apart as before, to the nanosecond.
    pub gaps: Share,
    /// Values that stayed byte for byte.
    pub same: Share,
    /// Places that are there before and not afterwards.
    pub gone: u64,
    /// One of this many values was looked at; 1 is all of them.
    pub sampled: u64,
}

/// Compares documents before and after, one pair at a time.
#[derive(Debug, Default)]
pub struct Meter {
    /// By the hash of the value before: how often with each value after.
    joint: BTreeMap<u64, BTreeMap<u64, u64>>,
    values: usize,
    shift: u32,
    last_ip: Option<(IpAddr, IpAddr)>,
    last_time: Option<(Timestamp, Timestamp)>,
    measured: Measured,
}

impl Meter {
    /// Pairs of values that are kept in memory, some 100 bytes each.
    pub const LIMIT: usize = 1 << 18;

    /// Nothing measured yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares a document with what became of it, place by place: fields of the same name, items of the same number.
    ///
    /// What stands at another place afterwards counts as gone. For bundles, whose ids are new, that is right as long as the
    /// order of objects stays.
    pub fn pair(&mut self, before: &Value, after: &Value) {
        self.measured.documents += 1;
        self.walk("", before, Some(after));
    }

    fn walk(&mut self, name: &str, before: &Value, after: Option<&Value>) {
        match before {
            Value::Object(members) => {
                for (name, value) in members {
                    self.walk(name, value, after.and_then(|after| after.get(name)));
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    self.walk(name, value, after.and_then(|after| after.get(at)));
                }
            }
            Value::String(text) => match after.and_then(Value::as_str) {
                // Prose and what names the object alone correlate nothing.
                _ if matches!(
                    name,
                    "message" | "id" | "uuid" | "description" | "comment" | "info"
                ) => {}
                Some(after) => self.texts(text, after),
                None => self.measured.gone += 1,
            },
            _ => {}
        }
    }

    /// Compares a value with what became of it.
    pub fn texts(&mut self, before: &str, after: &str) {
        if let (Some(old), Some(new)) = (Timestamp::parse(before), Timestamp::parse(after)) {
            if let Some((last_old, last_new)) = self.last_time.replace((old, new)) {
                self.measured
                    .order
                    .count(old.cmp(&last_old) == new.cmp(&last_new));
                let gap = |a: Timestamp, b: Timestamp| i128::from(a.0) - i128::from(b.0);
                self.measured
                    .gaps
                    .count(gap(old, last_old) == gap(new, last_new));
            }
            return;
        }
        self.measured.same.count(before == after);
        // Beside a kept address, which is not of the hidden ones' world, a common prefix says nothing.
        if before != after
            && let (Ok(old), Ok(new)) = (before.parse::<IpAddr>(), after.parse::<IpAddr>())
            && let Some((last_old, last_new)) = self.last_ip.replace((old, new))
            && let Some(common) = common_prefix(old, last_old)
        {
            self.measured
                .prefixes
                .count(common_prefix(new, last_new) == Some(common));
        }
        let (old, new) = (hash(before), hash(after));
        self.join(old, new);
    }

    fn join(&mut self, old: u64, new: u64) {
        // The sample is taken by the value before, so that all places of a value are in it or none.
        if old.trailing_zeros() < self.shift {
            return;
        }
        let row = self.joint.entry(old).or_default();
        let count = row.entry(new).or_default();
        *count += 1;
        if *count == 1 {
            self.values += 1;
        }
        while self.values > Self::LIMIT {
            self.shift += 1;
            let shift = self.shift;
            self.joint.retain(|old, _| old.trailing_zeros() >= shift);
            self.values = self.joint.values().map(BTreeMap::len).sum();
        }
    }

    /// What was measured so far.
    ///
    /// Edges are counted from how often each value before stands for each value after: a value in n places is n(n−1)/2
    /// edges.
    pub fn measured(&self) -> Measured {
        let edges = |places: u64| places.saturating_mul(places.saturating_sub(1)) / 2;
        let mut correlation = Correlation::default();
        let mut after: BTreeMap<u64, u64> = BTreeMap::new();
        let mut before = 0_u64;
        for row in self.joint.values() {
            before = before.saturating_add(edges(row.values().sum()));
            for (new, count) in row {
                correlation.kept = correlation.kept.saturating_add(edges(*count));
                *after.entry(*new).or_default() += count;
            }
        }
        let after = after
            .values()
            .fold(0_u64, |sum, count| sum.saturating_add(edges(*count)));
        correlation.lost = before.saturating_sub(correlation.kept);
        correlation.made = after.saturating_sub(correlation.kept);
        Measured {
            correlation,
            sampled: 1_u64.checked_shl(self.shift).unwrap_or(u64::MAX),
            ..self.measured
        }
    }
}

/// The values that two releases of the same data under two keys still share, of those that were hidden in the first.
///
/// Each item is the value before, the value in the one and in the other release. A value that both releases show as it was says nothing of
/// keys and is not counted. 0 is what two communities should have; addresses of small special ranges meet by chance.
///
/// ```
/// # use aidos_privacy::utility::linkable;
/// let share = linkable([("ada", "user-1", "user-2"), ("evil.example", "evil.example", "evil.example")]);
/// assert_eq!((share.kept, share.of), (0, 1));
/// ```
pub fn linkable<'t>(values: impl IntoIterator<Item = (&'t str, &'t str, &'t str)>) -> Share {
    let mut share = Share::default();
    for (before, one, other) in values {
        if one != before || other != before {
            share.count(one == other);
        }
    }
    share
}

/// How many leading bits two addresses of one version share.
fn common_prefix(a: IpAddr, b: IpAddr) -> Option<u32> {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => Some((a.to_bits() ^ b.to_bits()).leading_zeros()),
        (IpAddr::V6(a), IpAddr::V6(b)) => Some((a.to_bits() ^ b.to_bits()).leading_zeros()),
        _ => None,
    }
}

/// 8 bytes of a hash that nobody can steer, so that a sample is fair.
fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let first: [u8; 8] = digest.first_chunk().copied().unwrap_or_default();
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::CommunityKey;
    use crate::technique::Technique;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn edges_are_counted() {
        let mut meter = Meter::new();
        // One clique of three becomes two and one; two strangers become one.
        for (before, after) in [("a", "x"), ("a", "x"), ("a", "y"), ("b", "z"), ("c", "z")] {
            meter.texts(before, after);
        }
        let correlation = meter.measured().correlation;
        assert_eq!(
            correlation,
            Correlation {
                kept: 1,
                lost: 2,
                made: 1
            }
        );
        assert!((correlation.jaccard() - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_false_clique_shows() {
        // What Presidio's `replace` does: all are one.
        let mut meter = Meter::new();
        for value in ["a", "b", "c", "d"] {
            meter.texts(value, "<PERSON>");
        }
        assert_eq!(
            meter.measured().correlation,
            Correlation {
                kept: 0,
                lost: 0,
                made: 6
            }
        );
        assert!(meter.measured().correlation.jaccard().abs() < 1e-12);
    }

    #[test]
    fn memory_is_bounded_and_the_sample_fair() {
        let mut meter = Meter::new();
        for number in 0..(Meter::LIMIT * 2) {
            let value = number.to_string();
            meter.texts(&value, &value);
            meter.texts(&value, &value);
        }
        assert!(meter.values <= Meter::LIMIT && meter.measured().sampled >= 2);
        assert!((meter.measured().correlation.jaccard() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_gone_is_counted() {
        let mut meter = Meter::new();
        meter.pair(
            &json!({"a": "x", "b": ["y", "z"], "id": "1"}),
            &json!({"b": ["y"], "id": "2"}),
        );
        let measured = meter.measured();
        assert_eq!(
            (measured.gone, measured.same.kept, measured.same.of),
            (2, 1, 1)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn one_community_keeps_all_and_two_share_nothing(
            values in prop::collection::vec("[a-c]{1,2}@[a-c]{1,2}\\.example", 1..30),
            addresses in prop::collection::vec(any::<std::net::Ipv4Addr>(), 2..30),
            times in prop::collection::vec(0..2_000_000_000_i64, 2..20),
        ) {
            let (a, b) = (CommunityKey::from_bytes([1; 32]), CommunityKey::from_bytes([2; 32]));
            let mut meter = Meter::new();
            let mut two = Vec::new();
            for value in &values {
                let one = Technique::Pseudonym.apply("EMAIL_ADDRESS", value, &a).unwrap().text;
                let other = Technique::Pseudonym.apply("EMAIL_ADDRESS", value, &b).unwrap().text;
                meter.texts(value, &one);
                two.push((value.clone(), one, other));
            }
            for ip in &addresses {
                let ip = ip.to_string();
                meter.texts(&ip, &Technique::Ip.apply("IP_ADDRESS", &ip, &a).unwrap().text);
            }
            let shift = Technique::Date(crate::technique::date::Shift { days: 90, seconds: 3600, subject: "case".to_owned() });
            for time in &times {
                let time = Timestamp(time * 1_000_000_000).to_string();
                meter.texts(&time, &shift.apply("DATE_TIME", &time, &a).unwrap().text);
            }
            let measured = meter.measured();
            prop_assert!((measured.correlation.jaccard() - 1.0).abs() < 1e-12);
            prop_assert_eq!(measured.prefixes.kept, measured.prefixes.of);
            prop_assert_eq!(measured.order.kept, measured.order.of);
            prop_assert_eq!(measured.gaps.kept, measured.gaps.of);
            let shared = linkable(two.iter().map(|(x, y, z)| (x.as_str(), y.as_str(), z.as_str())));
            prop_assert_eq!(shared.kept, 0);
        }
    }
}
