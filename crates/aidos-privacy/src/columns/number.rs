//! Numbers of states and firms in a column: how many values pass a check, against chance.
//!
//! A check digit alone says little: one number in ten passes Luhn. What speaks is a share of passes far above
//! that of random values of the same shape, which is measured here, not assumed.

use super::kind::Type;
use super::sample::mix;
use crate::pii::detector::national::{self, Id};

/// Random values that the rate of chance is measured on.
const TRIALS: usize = 300;

/// What the values of a column say about one kind of number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    pub(crate) kind: Type,
    /// Share of the values that have its shape and pass its check.
    pub(crate) share: f64,
    /// Share of random values of these shapes that pass.
    pub(crate) chance: f64,
    /// Whether a checksum is computed.
    pub(crate) checksum: bool,
    /// How far the most trusted of its shapes is trusted without a word beside it.
    pub(crate) bare: f64,
    /// Whether nearly all values stand in a shape with separators or letters, which random numbers have not.
    pub(crate) marked: bool,
}

/// All kinds of number that detectors know.
pub(crate) fn types() -> impl Iterator<Item = Type> {
    national::all().map(|id| Type::Number(id.kind, id.subtype))
}

/// The words that speak of each kind.
pub(crate) fn words() -> impl Iterator<Item = (Type, &'static str)> {
    national::all().map(|id| (Type::Number(id.kind, id.subtype), id.words))
}

/// Looks at the values, each with how often it comes, against every kind of number.
pub(crate) fn passed(values: &[(&str, f64)]) -> Vec<Passed> {
    let total: f64 = values.iter().map(|(_, times)| times).sum();
    // Most columns hold nothing like it: only short values with a digit can.
    let likely: f64 = values
        .iter()
        .filter(|(value, _)| value.len() <= 32 && value.bytes().any(|b| b.is_ascii_digit()))
        .map(|(_, times)| times)
        .sum();
    if total <= 0.0 || likely < 0.5 * total {
        return Vec::new();
    }
    let mut all: Vec<Passed> = Vec::new();
    for id in national::all() {
        if let Some(found) = one(id, values, total) {
            all.push(found);
        }
    }
    all
}

/// One kind of number.
fn one(id: &Id, values: &[(&str, f64)], total: f64) -> Option<Passed> {
    let (mut passes, mut marked, mut trials, mut lucky) = (0.0, 0.0, 0u64, 0u64);
    let mut failed = 0.0;
    let each = (TRIALS / values.len().max(1)).max(1);
    for (value, times) in values {
        let Some(payload) = id.payload(value) else {
            failed += times;
            if failed > 0.5 * total {
                return None;
            }
            continue;
        };
        if (id.check)(&payload) {
            passes += times;
            if !value.bytes().all(|b| b.is_ascii_digit()) {
                marked += times;
            }
        }
        // Random digits in place of digits, random letters in place of letters.
        for _ in 0..each {
            let random: Vec<u8> = payload
                .iter()
                .zip(0u64..)
                .map(|(byte, place)| {
                    let chance = mix(trials << 8 ^ place);
                    let (first, many) = if byte.is_ascii_digit() {
                        (b'0', 10)
                    } else {
                        (b'A', 26)
                    };
                    u8::try_from(chance % many).map_or(*byte, |n| first + n)
                })
                .collect();
            trials += 1;
            lucky += u64::from((id.check)(&random));
        }
    }
    let share = passes / total;
    if share < 0.5 {
        return None;
    }
    #[allow(clippy::cast_precision_loss)] // at most some hundreds
    let chance = (lucky as f64 + 0.5) / (trials as f64 + 1.0);
    let bare = id
        .shapes
        .iter()
        .map(|(_, bare)| f64::from(*bare))
        .fold(0.0, f64::max);
    Some(Passed {
        kind: Type::Number(id.kind, id.subtype),
        share,
        chance: chance.min(1.0),
        checksum: id.checksum,
        bare,
        marked: marked >= 0.9 * passes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_numbers_pass_and_random_ones_do_not() {
        let spanish = ["12345678Z", "87654321X", "11111111H", "00000000T"];
        let values: Vec<(&str, f64)> = spanish.iter().map(|v| (*v, 1.0)).collect();
        let found = passed(&values);
        let nif = found
            .iter()
            .find(|p| p.kind.own_word() == "ES_NIF")
            .unwrap();
        assert!(
            nif.share > 0.99 && nif.chance < 0.15 && nif.checksum,
            "{nif:?}"
        );
        let random: Vec<String> = (0..100)
            .map(|n| format!("{:08}A", mix(n) % 100_000_000))
            .collect();
        let values: Vec<(&str, f64)> = random.iter().map(|v| (v.as_str(), 1.0)).collect();
        assert!(
            passed(&values)
                .iter()
                .all(|p| p.kind.own_word() != "ES_NIF")
        );
        assert!(passed(&[("no number", 1.0)]).is_empty());
    }
}
