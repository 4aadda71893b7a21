//! From a margin to a probability: a logistic function for each type, fitted on texts that were not learned.

use aidos_privacy::pii::Kind;
use aidos_privacy::pii::tagger::Tagger;

use crate::random::Random;
use crate::text::Text;

/// What is added to the logarithm of the odds: on hand-written texts names are surer than on held templates whose
/// words are forgotten besides, and a miss costs more than a false alarm.
const LEAN: f32 = 1.0;
/// Rounds of the fit.
const ROUNDS: usize = 60;

/// Margins are some hundreds: the fit sees them in this unit.
const UNIT: f64 = 100.0;

/// Slope and shift for persons, places, organisations, groups and titles.
///
/// The lists and words of names are forgotten as often as while the model learned: names out there are known
/// less well than those of the generator.
pub(crate) fn fit(
    tagger: &Tagger,
    seed: u64,
    texts: impl Iterator<Item = Text>,
) -> [(f32, f32); 5] {
    let kinds = [
        Kind::Person,
        Kind::Location,
        Kind::Organization,
        Kind::Nrp,
        Kind::Title,
    ];
    let mut seen: [Vec<(f64, bool)>; 5] = Default::default();
    for (n, text) in (0..).zip(texts) {
        let whole = tagger.tokens(&text.text, 0, text.text.len());
        let tokens = crate::forget(
            &whole,
            &crate::gold(&text, &whole),
            &mut Random::of(seed, n),
        );
        for name in tagger.names_with(&tokens, 0) {
            let first = tokens.get(name.first).map_or(0, |token| token.piece.start);
            let last = name
                .end
                .checked_sub(1)
                .and_then(|last| tokens.get(last))
                .map_or(0, |token| token.piece.end);
            let right = text.names.iter().any(|&(start, end, label)| {
                (start, end) == (first, last)
                    && label.kind().is_some_and(|(kind, _)| kind == name.kind)
            });
            if let Some(place) = kinds.iter().position(|kind| *kind == name.kind)
                && let Some(seen) = seen.get_mut(place)
            {
                seen.push((f64::from(name.margin), right));
            }
        }
    }
    seen.map(|seen| {
        let (slope, shift) = logistic(&seen);
        (slope, shift + LEAN)
    })
}

/// Newton's way to the most likely slope and shift, held back a little; rounded, so that the last bits of
/// a machine's exponential do not show.
fn logistic(seen: &[(f64, bool)]) -> (f32, f32) {
    let (mut slope, mut shift) = (0.5f64, 0.0f64);
    for _ in 0..ROUNDS {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (-slope, -shift, 1.0, 0.0, 1.0);
        for &(margin, right) in seen {
            let margin = margin / UNIT;
            let p = 1.0 / (1.0 + (-(slope * margin + shift)).exp());
            let error = f64::from(u8::from(right)) - p;
            let weight = (p * (1.0 - p)).max(1e-6);
            g0 += error * margin;
            g1 += error;
            h00 += weight * margin * margin;
            h01 += weight * margin;
            h11 += weight;
        }
        let det = h00 * h11 - h01 * h01;
        if det.abs() < 1e-9 {
            break;
        }
        // Short steps: far from the end the curve is flat and a whole step would overshoot.
        slope += ((g0 * h11 - g1 * h01) / det).clamp(-0.3, 0.3);
        shift += ((g1 * h00 - g0 * h01) / det).clamp(-0.3, 0.3);
    }
    #[allow(clippy::cast_possible_truncation)] // small numbers
    let round = |x: f64, step: f64| ((x * step).round() / step) as f32;
    (round(slope / UNIT, 65536.0), round(shift, 64.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_finds_the_share() {
        let seen: Vec<(f64, bool)> = (0..2000)
            .map(|n| (f64::from(n % 200), n % 200 > 50 + n * 31 % 100))
            .collect();
        let (slope, shift) = logistic(&seen);
        assert!(slope > 0.0 && shift < 0.0, "{slope} {shift}");
        assert!(!logistic(&[]).0.is_nan());
    }
}
