//! The averaged structured perceptron (Collins 2002), with whole numbers only, so that the same seed gives
//! the same bytes on every machine.
//!
//! While it learns, the best path is looked for under a loss (Taskar et al. 2003): a name that is missed
//! costs three times what any other mistake costs.

use std::collections::HashMap;

use aidos_privacy::pii::tagger::{
    LABELS, LANES, Label, Lattice, Scores, Token, Transitions, bar, features, row,
};

/// What a mistake costs at a token, in units of a weight.
const LOSS: i32 = 12;
/// How many times a missed name costs that.
const MISS: i32 = 3;
/// Features that were met fewer times are left out.
const LEAST: u32 = 3;

/// The weights while they are learned.
pub(crate) struct Perceptron {
    /// Which feature each row belongs to: its hash; 0 where none.
    owners: Vec<u64>,
    weights: Vec<[i32; LANES]>,
    /// Sums of every change times the step at which it was made.
    sums: Vec<[i64; LANES]>,
    steps: [Scores; LANES],
    step_sums: [[i64; LANES]; LANES],
    turn: i64,
    lattice: Lattice,
}

/// Counts features.
#[derive(Default)]
pub(crate) struct Counts(HashMap<u64, u32>);

impl Counts {
    pub(crate) fn add(&mut self, tokens: &[Token]) {
        for at in 0..tokens.len() {
            features(tokens, at, |hash| *self.0.entry(hash).or_default() += 1);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Perceptron {
    /// Weights for the most frequent feature of each row.
    pub(crate) fn new(rows: usize, counts: &Counts) -> Perceptron {
        let mut best = vec![(0u32, 0u64); rows];
        for (&hash, &count) in counts.0.iter().filter(|(_, count)| **count >= LEAST) {
            if let Some(place) = best.get_mut(row(hash, rows)) {
                // Of two with the same count the larger hash, whatever the order of the map.
                *place = (*place).max((count, hash));
            }
        }
        Perceptron {
            owners: best.into_iter().map(|(_, hash)| hash).collect(),
            weights: vec![[0; LANES]; rows],
            sums: vec![[0; LANES]; rows],
            steps: [[0; LANES]; LANES],
            step_sums: [[0; LANES]; LANES],
            turn: 0,
            lattice: Lattice::default(),
        }
    }

    /// Rows that belong to a feature.
    pub(crate) fn taken(&self) -> usize {
        self.owners.iter().filter(|owner| **owner != 0).count()
    }

    /// Learns from one text; whether it was read wrongly before.
    pub(crate) fn learn(&mut self, tokens: &[Token], gold: &[Label]) -> bool {
        self.turn += 1;
        let rows = self.owners.len();
        let mut own: Vec<Vec<usize>> = Vec::with_capacity(tokens.len());
        let mut scores: Vec<Scores> = Vec::with_capacity(tokens.len());
        for (at, (token, gold)) in tokens.iter().zip(gold).enumerate() {
            let mut found = Vec::with_capacity(40);
            let mut sum = [0i32; LANES];
            features(tokens, at, |hash| {
                let place = row(hash, rows);
                if self.owners.get(place) == Some(&hash) {
                    found.push(place);
                    for (sum, weight) in sum
                        .iter_mut()
                        .zip(self.weights.get(place).into_iter().flatten())
                    {
                        *sum += weight;
                    }
                }
            });
            for (sum, label) in sum.iter_mut().zip(Label::ALL) {
                if label != *gold {
                    let missed = label == Label::Outside;
                    *sum += if missed { LOSS * MISS } else { LOSS };
                }
            }
            bar(token.piece.class, &mut sum);
            own.push(found);
            scores.push(sum);
        }
        let transitions = Transitions::new(&self.steps);
        self.lattice.decode(&scores, &transitions);
        let path = std::mem::take(&mut self.lattice.path);
        let wrong = path.iter().zip(gold).any(|(a, b)| a != b);
        if wrong {
            let mut before = (None, None);
            for ((found, &gold), &path) in own.iter().zip(gold).zip(&path) {
                if gold != path {
                    for &place in found {
                        self.change(place, gold, 1);
                        self.change(place, path, -1);
                    }
                }
                if let (Some(a), Some(b)) = before
                    && (a, gold) != (b, path)
                {
                    self.change_step(a, gold, 1);
                    self.change_step(b, path, -1);
                }
                before = (Some(gold), Some(path));
            }
        }
        self.lattice.path = path;
        wrong
    }

    fn change(&mut self, place: usize, label: Label, by: i32) {
        let lane = label as usize;
        if let Some(weight) = self
            .weights
            .get_mut(place)
            .and_then(|row| row.get_mut(lane))
        {
            *weight += by;
        }
        if let Some(sum) = self.sums.get_mut(place).and_then(|row| row.get_mut(lane)) {
            *sum += i64::from(by) * self.turn;
        }
    }

    fn change_step(&mut self, from: Label, to: Label, by: i32) {
        if let Some(weight) = self
            .steps
            .get_mut(from as usize)
            .and_then(|row| row.get_mut(to as usize))
        {
            *weight += by;
        }
        if let Some(sum) = self
            .step_sums
            .get_mut(from as usize)
            .and_then(|row| row.get_mut(to as usize))
        {
            *sum += i64::from(by) * self.turn;
        }
    }

    /// The averages, scaled to 8 bits: rows and transitions. The last lane of a row is its feature's check.
    pub(crate) fn finish(&self) -> (Vec<[i8; LANES]>, [[i16; LANES]; LANES]) {
        let turns = self.turn.max(1);
        // The average in steps of 1/256.
        let average = |weight: i32, sum: i64| (i64::from(weight) * turns - sum) * 256 / turns;
        let rows: Vec<[i64; LANES]> = self
            .weights
            .iter()
            .zip(&self.sums)
            .map(|(weights, sums)| {
                let mut row = [0; LANES];
                for (cell, (weight, sum)) in row.iter_mut().zip(weights.iter().zip(sums)) {
                    *cell = average(*weight, *sum);
                }
                row
            })
            .collect();
        // All but one of some thousand weights fit; the others are cut.
        let mut sizes: Vec<i64> = rows
            .iter()
            .flatten()
            .map(|cell| cell.abs())
            .filter(|size| *size > 0)
            .collect();
        sizes.sort_unstable();
        let largest = sizes
            .get(sizes.len() - (sizes.len() / 2000).min(sizes.len()))
            .or(sizes.last());
        let unit = largest.map_or(1, |largest| (largest / 120).max(1));
        let scaled = |cell: i64| (cell + unit.signum() * cell.signum() * unit / 2) / unit;
        let weights = rows
            .iter()
            .zip(&self.owners)
            .map(|(cells, owner)| {
                let mut row = [0i8; LANES];
                for (small, cell) in row.iter_mut().zip(cells).take(LABELS) {
                    *small = i8::try_from(scaled(*cell).clamp(-127, 127)).unwrap_or(0);
                }
                if let Some(check) = row.last_mut() {
                    *check = aidos_privacy::pii::tagger::check(*owner);
                }
                row
            })
            .collect();
        let mut transitions = [[0i16; LANES]; LANES];
        for (small, (weight, sum)) in transitions.iter_mut().flatten().zip(
            self.steps
                .iter()
                .flatten()
                .zip(self.step_sums.iter().flatten()),
        ) {
            *small = i16::try_from(scaled(average(*weight, *sum)).clamp(-3000, 3000)).unwrap_or(0);
        }
        (weights, transitions)
    }
}
