//! The best sequence of labels, and how far ahead of the next best it is.

use super::label::{LABELS, Label};

/// Weights in a row; the last is spare, so that a row fills 16 lanes.
pub const LANES: usize = 16;

/// The score of each label at a token.
pub type Scores = [i32; LANES];

/// What can never be.
const NEVER: i32 = -(1 << 28);

/// The scores of one label behind another.
#[derive(Debug, Clone)]
pub struct Transitions {
    /// `next[before][after]`.
    next: [Scores; LANES],
    /// `before[after][before]`, the same turned over.
    before: [Scores; LANES],
}

impl Transitions {
    /// The transitions of given scores; what may not follow never does, whatever its score.
    pub fn new(scores: &[Scores; LANES]) -> Transitions {
        let mut made = Transitions {
            next: [[NEVER; LANES]; LANES],
            before: [[NEVER; LANES]; LANES],
        };
        for (first, (row, given)) in Label::ALL.into_iter().zip(made.next.iter_mut().zip(scores)) {
            let cells = row.iter_mut().zip(given).zip(&mut made.before);
            for (second, ((cell, score), turned)) in Label::ALL.into_iter().zip(cells) {
                if second.may_follow(first) {
                    *cell = *score;
                    if let Some(turned) = turned.get_mut(first as usize) {
                        *turned = *score;
                    }
                }
            }
        }
        made
    }
}

/// Room that a walk needs; kept from text to text.
#[derive(Debug, Default)]
pub struct Lattice {
    /// The best score of a path that ends at a token with a label.
    ahead: Vec<Scores>,
    /// The best score of a path from a token with a label to the end, without the token's own.
    behind: Vec<Scores>,
    /// The best path.
    pub path: Vec<Label>,
    /// The score of the best path.
    pub best: i32,
}

impl Lattice {
    /// Finds the best path through the scores of the tokens. Time grows with their number.
    pub fn decode(&mut self, tokens: &[Scores], transitions: &Transitions) {
        self.ahead.clear();
        self.behind.clear();
        self.path.clear();
        self.best = 0;
        let mut last: Option<Scores> = None;
        for own in tokens {
            let mut now = [NEVER; LANES];
            match last {
                None => {
                    for ((now, own), label) in now.iter_mut().zip(own).zip(Label::ALL) {
                        if label.may_follow(Label::Outside) {
                            *now = *own;
                        }
                    }
                }
                Some(last) => {
                    for (score, row) in last.iter().zip(&transitions.next).take(LABELS) {
                        for (now, step) in now.iter_mut().zip(row) {
                            *now = (*now).max(score + step);
                        }
                    }
                    for (now, own) in now.iter_mut().zip(own) {
                        *now = (*now + own).max(NEVER);
                    }
                }
            }
            self.ahead.push(now);
            last = Some(now);
        }
        let Some(last) = last else {
            return;
        };
        let (mut label, best) = highest(&last);
        self.best = best;
        self.path.resize(tokens.len(), Label::Outside);
        // Backwards: the label before is the one whose way leads here.
        for place in (0..tokens.len()).rev() {
            if let Some(path) = self.path.get_mut(place) {
                *path = label;
            }
            let Some(before) = place.checked_sub(1).and_then(|p| self.ahead.get(p)) else {
                break;
            };
            let Some(steps) = transitions.before.get(label as usize) else {
                break;
            };
            let mut ways = [NEVER; LANES];
            for ((way, score), step) in ways.iter_mut().zip(before).zip(steps) {
                *way = score + step;
            }
            label = highest(&ways).0;
        }
    }

    /// Prepares [`margin`](Self::margin) for the path that was decoded last.
    pub fn look_back(&mut self, tokens: &[Scores], transitions: &Transitions) {
        self.behind.clear();
        self.behind.resize(tokens.len(), [0; LANES]);
        let mut after: Option<Scores> = None;
        for (own, behind) in tokens.iter().zip(&mut self.behind).rev() {
            if let Some(after) = after {
                *behind = [NEVER; LANES];
                for (score, row) in after.iter().zip(&transitions.before).take(LABELS) {
                    for (behind, step) in behind.iter_mut().zip(row) {
                        *behind = (*behind).max(score + step);
                    }
                }
            }
            let mut with = *behind;
            for (with, own) in with.iter_mut().zip(own) {
                *with = (*with + own).max(NEVER);
            }
            after = Some(with);
        }
    }

    /// How much worse the best path is that gives a token none of the labels for which `same` holds.
    pub fn margin(&self, place: usize, same: impl Fn(Label) -> bool) -> i32 {
        let (Some(ahead), Some(behind)) = (self.ahead.get(place), self.behind.get(place)) else {
            return 0;
        };
        let mut other = NEVER;
        for ((label, ahead), behind) in Label::ALL.into_iter().zip(ahead).zip(behind) {
            if !same(label) {
                other = other.max(ahead + behind);
            }
        }
        self.best.saturating_sub(other)
    }
}

fn highest(scores: &Scores) -> (Label, i32) {
    let mut best = (Label::Outside, NEVER * 2);
    for (label, score) in Label::ALL.into_iter().zip(scores) {
        if *score > best.1 {
            best = (label, *score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn score(path: &[Label], tokens: &[Scores], transitions: &Transitions) -> i32 {
        let own: i32 = path.iter().zip(tokens).map(|(l, t)| t[*l as usize]).sum();
        let steps = path.windows(2);
        own + steps
            .map(|w| transitions.next[w[0] as usize][w[1] as usize])
            .sum::<i32>()
    }

    /// All lawful paths of a length.
    fn paths(length: usize) -> Vec<Vec<Label>> {
        let mut all = vec![Vec::new()];
        for _ in 0..length {
            let mut longer = Vec::new();
            for path in all {
                for label in Label::ALL {
                    if label.may_follow(path.last().copied().unwrap_or(Label::Outside)) {
                        let mut path = path.clone();
                        path.push(label);
                        longer.push(path);
                    }
                }
            }
            all = longer;
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
        #[test]
        fn the_best_path_is_the_best_of_all(
            tokens in prop::collection::vec(prop::array::uniform16(-50i32..50), 1..4),
            steps in prop::array::uniform16(prop::array::uniform16(-20i32..20)),
        ) {
            let transitions = Transitions::new(&steps);
            let mut lattice = Lattice::default();
            lattice.decode(&tokens, &transitions);
            lattice.look_back(&tokens, &transitions);
            let all = paths(tokens.len());
            let best = all.iter().map(|path| score(path, &tokens, &transitions)).max().unwrap();
            prop_assert_eq!(lattice.best, best);
            prop_assert_eq!(score(&lattice.path, &tokens, &transitions), best);
            for place in 0..tokens.len() {
                let own = lattice.path[place];
                let without = all.iter().filter(|path| path[place] != own);
                let next = without.map(|path| score(path, &tokens, &transitions)).max().unwrap();
                prop_assert_eq!(lattice.margin(place, |label| label == own), best - next);
            }
        }
    }

    #[test]
    fn no_tokens_have_no_path() {
        let mut lattice = Lattice::default();
        lattice.decode(&[], &Transitions::new(&[[0; LANES]; LANES]));
        lattice.look_back(&[], &Transitions::new(&[[0; LANES]; LANES]));
        assert!(lattice.path.is_empty());
        assert_eq!(lattice.margin(0, |_| true), 0);
    }
}
