//! The model: weights, lists and calibration in one run of bytes, read in place.
//!
//! Layout, the lower byte of a number first:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `AIDOSTG1` |
//! | 4 | rows of weights |
//! | 4 | slots of the word lists |
//! | 4 × 2 × 5 | calibration: slope and shift of persons, places, organisations, groups, titles (binary32) |
//! | 2 × 16 × 16 | score of a label behind another (16-bit), in steps of a weight |
//! | 16 × rows | weights (8-bit) of a feature, the last byte of the row its check |
//! | 4 × slots | keys of the word lists |
//! | 2 × slots | bits of the word lists |

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::decode::{LANES, Scores, Transitions};
use super::feature::{FEATURES, Token, features};
use super::lexicon::{Lexicon, Mask, table};
use crate::pii::Kind;

/// What a model begins with.
const MAGIC: [u8; 8] = *b"AIDOSTG1";
/// Bytes before the weights.
const HEAD: usize = 16 + CALIBRATED * 8 + 2 * LANES * LANES;
/// Types with a calibration of their own.
const CALIBRATED: usize = 5;

/// Bytes that are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadModel {
    /// They do not begin as a model does.
    #[error("cannot read the tagger's model: it does not begin with AIDOSTG1; train it again")]
    Magic,
    /// Their number is not what their head says.
    #[error(
        "cannot read the tagger's model: {found} bytes, but its head asks for {wanted}; train it again"
    )]
    Length {
        /// Bytes there are.
        found: usize,
        /// Bytes that the head asks for.
        wanted: usize,
    },
}

/// What a model is written from.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Slope and shift of the logistic function from margin to probability, for persons, places,
    /// organisations, groups and titles in this order.
    pub calibration: [(f32, f32); CALIBRATED],
    /// Scores of a label (second index) behind another (first index).
    pub transitions: [[i16; LANES]; LANES],
    /// A row of weights for each hash.
    pub weights: Vec<[i8; LANES]>,
    /// The word lists, by key.
    pub words: BTreeMap<u32, Mask>,
}

impl Parts {
    /// The bytes of the model.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (keys, masks) = table(&self.words);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        let mut out = Vec::from(MAGIC);
        out.extend(number(self.weights.len()));
        out.extend(number(keys.len() / 4));
        for (slope, shift) in self.calibration {
            out.extend(slope.to_le_bytes());
            out.extend(shift.to_le_bytes());
        }
        for score in self.transitions.iter().flatten() {
            out.extend(score.to_le_bytes());
        }
        out.extend(
            self.weights
                .iter()
                .flatten()
                .map(|weight| weight.cast_unsigned()),
        );
        out.extend(keys);
        out.extend(masks);
        out
    }
}

/// A model over bytes that it does not copy.
#[derive(Clone)]
pub(crate) struct Model {
    bytes: Cow<'static, [u8]>,
    rows: usize,
    slots: usize,
    calibration: [(f32, f32); CALIBRATED],
    pub(crate) transitions: Transitions,
}

impl Model {
    /// Reads the head; weights and lists stay where they are.
    pub(crate) fn new(bytes: Cow<'static, [u8]>) -> Result<Model, BadModel> {
        if !bytes.starts_with(&MAGIC) {
            return Err(BadModel::Magic);
        }
        let number = |at: usize| {
            let found = bytes.get(at..).and_then(<[u8]>::first_chunk);
            found.map_or(0, |four| u32::from_le_bytes(*four))
        };
        let (rows, slots) = (number(8) as usize, number(12) as usize);
        let wanted = HEAD
            .saturating_add(rows.saturating_mul(LANES))
            .saturating_add(slots.saturating_mul(6));
        if wanted != bytes.len() || rows == 0 || slots == 0 {
            let found = bytes.len();
            return Err(BadModel::Length { found, wanted });
        }
        let mut calibration = [(0.0, 0.0); CALIBRATED];
        for (n, (slope, shift)) in calibration.iter_mut().enumerate() {
            *slope = f32::from_bits(number(16 + 8 * n));
            *shift = f32::from_bits(number(20 + 8 * n));
        }
        let mut scores = [[0; LANES]; LANES];
        let given = bytes
            .get(16 + CALIBRATED * 8..)
            .unwrap_or_default()
            .chunks(2);
        for (score, given) in scores.iter_mut().flatten().zip(given) {
            *score = given
                .first_chunk()
                .map_or(0, |two| i32::from(i16::from_le_bytes(*two)));
        }
        Ok(Model {
            rows,
            slots,
            calibration,
            transitions: Transitions::new(&scores),
            bytes,
        })
    }

    /// The word lists.
    pub(crate) fn lexicon(&self) -> Lexicon<'_> {
        let keys = HEAD + self.rows * LANES;
        let masks = keys + self.slots * 4;
        let part = |from: usize, to: usize| self.bytes.get(from..to).unwrap_or_default();
        let lexicon = Lexicon::new(part(keys, masks), part(masks, masks + self.slots * 2));
        // The head was checked: the parts fit.
        lexicon.unwrap_or(Lexicon::NONE)
    }

    /// The scores of all labels at each token.
    pub(crate) fn score(&self, tokens: &[Token], out: &mut Vec<Scores>) {
        let weights = self
            .bytes
            .get(HEAD..HEAD + self.rows * LANES)
            .unwrap_or_default();
        let (weights, _) = weights.as_chunks::<LANES>();
        for at in 0..tokens.len() {
            // Rows lie far apart in memory. First those of learned features are picked, without a branch that waits for
            // one of them, so that many are on their way at once; what is picked is near when it is added.
            let (mut picked, mut count) = ([0; FEATURES], 0);
            features(tokens, at, |hash| {
                let place = row(hash, weights.len());
                let last = weights.get(place).map_or(0, |[.., last]| *last);
                if let Some(slot) = picked.get_mut(count) {
                    *slot = place;
                }
                count += usize::from(last == check(hash).cast_unsigned());
            });
            let mut sum = [0i16; LANES];
            let picked = picked.get(..count).unwrap_or(&picked);
            for row in picked.iter().filter_map(|place| weights.get(*place)) {
                for (sum, weight) in sum.iter_mut().zip(row) {
                    // Some 40 weights of 8 bits each: far from the end of 16.
                    *sum = sum.wrapping_add(i16::from(weight.cast_signed()));
                }
            }
            out.push(sum.map(i32::from));
        }
    }

    /// The probability that a name of a type with this margin is one.
    pub(crate) fn probability(&self, kind: Kind, margin: i32) -> f32 {
        let place = match kind {
            Kind::Person => 0,
            Kind::Location => 1,
            Kind::Organization => 2,
            Kind::Nrp => 3,
            _ => 4,
        };
        let (slope, shift) = self.calibration.get(place).copied().unwrap_or_default();
        #[allow(clippy::cast_precision_loss)] // margins are small
        let odds = slope * margin as f32 + shift;
        let probability = 1.0 / (1.0 + (-odds).exp());
        // A file may hold anything; a score is between 0 and 1.
        if probability.is_finite() {
            probability.clamp(0.01, 0.99)
        } else {
            0.01
        }
    }
}

/// What the last lane of a row says of the one feature that it belongs to, so that a feature that was not
/// learned takes the weights of another in about one of 256 cases only.
pub fn check(hash: u64) -> i8 {
    let [low, ..] = hash.to_le_bytes();
    low.cast_signed()
}

/// The row of a hash: its share of the whole range.
pub fn row(hash: u64, rows: usize) -> usize {
    let wide = (hash >> 32) * rows as u64;
    usize::try_from(wide >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vec<u8> {
        let parts = Parts {
            calibration: [(0.1, -1.0); 5],
            transitions: [[0; LANES]; LANES],
            weights: vec![[1; LANES]; 7],
            words: BTreeMap::from([(5, 3)]),
        };
        parts.to_bytes()
    }

    #[test]
    fn what_was_written_is_read() {
        let model = Model::new(Cow::Owned(small())).unwrap();
        assert_eq!(model.lexicon().mask(5), 3);
        assert!(model.probability(Kind::Person, 1000) > 0.98);
        assert!(model.probability(Kind::Person, -1000) < 0.02);
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let whole = small();
        assert!(matches!(
            Model::new(Cow::Borrowed(b"")),
            Err(BadModel::Magic)
        ));
        for end in 8..whole.len() {
            let cut = whole[..end].to_vec();
            assert!(matches!(
                Model::new(Cow::Owned(cut)),
                Err(BadModel::Length { .. })
            ));
        }
        let mut huge = whole;
        huge[8..16].fill(0xff);
        assert!(matches!(
            Model::new(Cow::Owned(huge)),
            Err(BadModel::Length { .. })
        ));
    }

    #[test]
    fn rows_lie_inside() {
        assert_eq!(row(u64::MAX, 7), 6);
        assert_eq!(row(0, 7), 0);
    }
}
