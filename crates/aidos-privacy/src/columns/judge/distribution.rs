//! How numbers and dates are distributed.

use super::super::kind::Type;
use super::super::shape::Shape;
use super::super::stats::{Numbers, Stats};
use super::{Candidates, Source, percent};

/// Adds what numbers and dates say by where they lie.
pub(super) fn judge(all: &mut Candidates, stats: &Stats<'_>) {
    if let Some(dates) = stats.dates
        && all.has(Type::Birthday)
    {
        let span = dates.last - dates.first;
        let why = format!(
            "its dates span {span:.0} years, the middle one in {:.0}",
            dates.middle.floor()
        );
        let size = if span >= 25.0 && dates.middle < 2005.0 {
            8.0
        } else if span >= 12.0 && dates.middle < 2012.0 {
            3.0
        } else {
            -3.0
        };
        all.of(Type::Birthday).add(Source::Distribution, size, why);
    }
    let Some(numbers) = stats.numbers.filter(|n| n.share >= 0.9) else {
        return;
    };
    let enough = stats.distinct() >= 8;
    let says = |what: &str| {
        format!(
            "its numbers lie around {:.1}, nine of ten between {:.1} and {:.1}, {what}",
            numbers.mean, numbers.low, numbers.high
        )
    };
    let bounded = numbers.max <= 120.0 && numbers.min >= 0.0;
    if numbers.whole > 0.99
        && bounded
        && enough
        && fits(&numbers, (18.0, 72.0), (6.0, 27.0), (0.0, 99.0))
    {
        // Percentages and scores pile up at the ends and fill them evenly; ages thin out above 80.
        let top = numbers.high <= 93.0 && numbers.max <= 108.0;
        let adult = numbers.low >= 15.0;
        let size = if top && adult {
            4.0
        } else if top {
            3.0
        } else {
            1.0
        };
        all.of(Type::Age)
            .add(Source::Distribution, size, says("as ages do"));
    }
    if enough && bounded_weight(&numbers) {
        let size = if numbers.whole < 0.6 { 4.2 } else { 3.4 };
        all.of(Type::Weight).add(
            Source::Distribution,
            size,
            says("as weights of persons in kilograms do"),
        );
    }
    let metres = fits(&numbers, (1.5, 1.9), (0.05, 0.2), (1.2, 2.15));
    let centimetres = fits(&numbers, (150.0, 188.0), (5.0, 20.0), (125.0, 212.0));
    if enough && (metres || centimetres) {
        all.of(Type::Height)
            .add(Source::Distribution, 4.5, says("as heights of persons do"));
    }
    let whole = numbers.whole > 0.99;
    if whole && numbers.min >= 1900.0 && numbers.max <= 2100.0 && stats.distinct() >= 2 {
        all.of(Type::Year)
            .add(Source::Distribution, 5.0, says("as years do"));
    }
    if whole
        && numbers.min >= 100.0
        && numbers.max <= 599.0
        && stats.distinct() >= 2
        && stats.distinct() <= 30
    {
        let known = [
            "200", "404", "301", "302", "500", "403", "304", "401", "204",
        ];
        let share: f64 = stats
            .values
            .iter()
            .filter(|(v, _)| known.contains(v))
            .map(|(_, t)| t / stats.total)
            .sum();
        if share >= 0.6 {
            all.of(Type::HttpStatus).add(
                Source::Distribution,
                6.5,
                format!("{} of its values are common codes", percent(share)),
            );
        }
    }
    if whole && numbers.min >= 0.0 && numbers.max <= 65_535.0 && stats.distinct() >= 3 {
        let known = [
            "80", "443", "22", "53", "25", "21", "23", "110", "143", "3389", "445", "8080", "8443",
            "3306", "5432", "123", "161", "1433", "993", "995", "587", "389", "636", "139", "135",
            "5900", "6379", "27017", "9200", "1723", "5060", "1900", "514", "69",
        ];
        let share: f64 = stats
            .values
            .iter()
            .filter(|(v, _)| known.contains(v))
            .map(|(_, t)| t / stats.total)
            .sum();
        let different = stats
            .values
            .iter()
            .filter(|(v, _)| known.contains(v))
            .count();
        if share >= 0.3 && different >= 3 {
            all.of(Type::Port).add(
                Source::Distribution,
                6.0,
                format!(
                    "{} of its values are ports of known services",
                    percent(share)
                ),
            );
        } else if numbers.min >= 1024.0
            && numbers.low >= 1024.0
            && numbers.max > 40_000.0
            && numbers.high > 55_000.0
            && stats.variety() > 0.5
        {
            all.of(Type::Port)
                .add(Source::Distribution, 4.0, says("as ports of clients do"));
        }
    }
    if stats.share(Shape::LatLon) >= 0.7 && numbers.whole < 0.2 {
        let latitude = numbers.min >= -90.0 && numbers.max <= 90.0;
        let longitude = numbers.min >= -180.0 && numbers.max <= 180.0;
        let positive = numbers.spread > 0.0001;
        if latitude && positive {
            // Where people live: most latitudes lie between 30 and 60.
            let home =
                numbers.mean.abs() > 20.0 && numbers.mean.abs() < 62.0 && numbers.spread < 35.0;
            all.of(Type::Latitude).add(
                Source::Distribution,
                if home { 3.2 } else { 2.2 },
                says("with degrees' decimals"),
            );
        }
        if longitude && positive {
            let beyond = numbers.min < -90.0 || numbers.max > 90.0;
            all.of(Type::Longitude).add(
                Source::Distribution,
                if beyond { 5.0 } else { 2.4 },
                says("with degrees' decimals"),
            );
        }
    }
    let epoch = stats.share(Shape::Epoch);
    if epoch >= 0.95 && numbers.low > 0.0 && numbers.high / numbers.low < 1.35 && stats.form > 0.9 {
        all.of(Type::Time).add(
            Source::Distribution,
            5.0,
            "its numbers are seconds since 1970 of few years".into(),
        );
    }
    zip(all, stats, &numbers);
    if whole
        && stats.variety() > 0.999
        && stats.total >= 5.0
        && numbers.rising > 0.98
        && epoch < 0.5
    {
        all.of(Type::Identifier).add(
            Source::Distribution,
            4.5,
            "its numbers rise from row to row and none comes twice".into(),
        );
    }
    if numbers.whole < 0.8
        && stats.share(Shape::Money) > 0.6
        && numbers.min >= 0.0
        && numbers.high > 1000.0
    {
        all.of(Type::Amount)
            .add(Source::Distribution, 1.0, says("with cents"));
    }
}

/// How well a distribution fits a range of means and spreads.
fn fits(numbers: &Numbers, mean: (f64, f64), spread: (f64, f64), range: (f64, f64)) -> bool {
    (mean.0..=mean.1).contains(&numbers.mean)
        && (spread.0..=spread.1).contains(&numbers.spread)
        && numbers.low >= range.0
        && numbers.high <= range.1
}

fn bounded_weight(numbers: &Numbers) -> bool {
    let kilograms = fits(numbers, (58.0, 95.0), (7.0, 24.0), (38.0, 140.0));
    kilograms && numbers.min >= 20.0 && numbers.max <= 220.0
}

/// Numbers of four to six digits that may be postal codes.
fn zip(all: &mut Candidates, stats: &Stats<'_>, numbers: &Numbers) {
    let weak = stats.share(Shape::ZipWeak);
    if weak < 0.95
        || stats.form < 0.95
        || numbers.whole < 1.0
        || stats.distinct() < 5
        || numbers.rising > 0.9
    {
        return;
    }
    let five = (4.6..=5.4).contains(&stats.length);
    let size = match (five, stats.zeros > 0.01) {
        (true, true) => 5.5,
        (true, false) => 2.6,
        (false, true) => 2.0,
        (false, false) => 0.8,
    };
    let zeros = if stats.zeros > 0.01 {
        ", some with a zero in front"
    } else {
        ""
    };
    let why = format!("its numbers all have {:.0} digits{zeros}", stats.length);
    all.of(Type::Zip).add(Source::Distribution, size, why);
}
