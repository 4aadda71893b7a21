//! What the name claims and the values deny.

use super::super::kind::Type;
use super::super::shape::Shape;
use super::super::stats::Stats;
use super::{Candidates, Source};

/// Weighs what the name claims and the values deny, or answer.
pub(super) fn judge(all: &mut Candidates, stats: &Stats<'_>, min_share: f64) {
    let numeric = stats.share(Shape::Integer) + stats.share(Shape::Decimal);
    let technical = [
        Shape::Ip,
        Shape::Email,
        Shape::Url,
        Shape::Uuid,
        Shape::Hash,
        Shape::Date,
        Shape::Mac,
    ]
    .iter()
    .map(|s| stats.share(*s))
    .fold(0.0, f64::max);
    let passed: Vec<Type> = stats
        .passed
        .iter()
        .filter(|p| p.share >= min_share)
        .map(|p| p.kind)
        .collect();
    for candidate in &mut all.0 {
        let kind = candidate.kind;
        if !candidate
            .evidence
            .iter()
            .any(|e| e.source == Source::Header)
        {
            continue;
        }
        let denied = if let Type::Number(_, subtype) = kind {
            // A generic word (tax id, passport) is for numbers of countries that no detector knows, too.
            let generic = subtype.is_none() && kind.own_word() == "TAX_ID";
            let fine = passed.contains(&kind)
                || generic
                    && stats.share(Shape::Sentence) < 0.2
                    && stats.words < 2.5
                    && stats.share(Shape::Digits) + 0.5 * stats.share(Shape::Word) > 0.4;
            (!fine).then_some(1.0)
        } else if let Some(shapes) = demands(kind) {
            let share = shapes.iter().map(|s| stats.share(*s)).fold(0.0, f64::max);
            let sum: f64 = shapes.iter().map(|s| stats.share(*s)).sum::<f64>().min(1.0);
            let share = share.max(sum);
            let year = kind == Type::Birthday
                && stats
                    .numbers
                    .is_some_and(|n| n.min >= 1880.0 && n.max <= 2030.0);
            (share < min_share && !year).then(|| 1.0 - share / min_share)
        } else if is_wordy(kind) {
            let codes = matches!(
                kind,
                Type::Gender
                    | Type::MaritalStatus
                    | Type::Smoking
                    | Type::Deceased
                    | Type::Severity
                    | Type::UserName
                    | Type::Secret
                    | Type::HostName
            );
            let wrong = if codes {
                technical
            } else {
                technical.max(numeric)
            };
            let wrong = if matches!(kind, Type::HostName) {
                wrong.max(numeric)
            } else {
                wrong
            };
            (wrong > 0.5).then_some(wrong)
        } else {
            None
        };
        if let Some(size) = denied {
            candidate.add(
                Source::Values,
                -9.0 * (0.4 + 0.6 * size),
                "its values do not look like it".into(),
            );
        }
    }
    ranges(all, stats);
    // A flag beside a name that says smoking, deceased, married: it is the answer to that question.
    let flag = all.score(Type::Boolean).is_some_and(|score| score > 0.0);
    let asked = [
        Type::Smoking,
        Type::Deceased,
        Type::MaritalStatus,
        Type::Gender,
    ];
    for kind in asked {
        let named = all
            .0
            .iter()
            .any(|c| c.kind == kind && c.evidence.iter().any(|e| e.source == Source::Header));
        if flag && named {
            let size = if kind == Type::Gender { 2.0 } else { 5.0 };
            all.of(kind).add(
                Source::Vocabulary,
                size,
                "its values answer the question of its name by yes and no".into(),
            );
        }
    }
    // `deceased` over dates is the date.
    if stats.share(Shape::Date) >= min_share
        && let Some(claim) = all
            .0
            .iter()
            .find(|c| c.kind == Type::Deceased)
            .and_then(|c| c.evidence.first().cloned())
        && claim.source == Source::Header
    {
        all.of(Type::DeceasedDate)
            .add(Source::Header, claim.log_odds, claim.why);
    }
    // A life's date by its name: a plain date is what it also is.
    for kind in [Type::Birthday, Type::DeceasedDate] {
        let named = all
            .0
            .iter()
            .any(|c| c.kind == kind && c.evidence.iter().any(|e| e.source == Source::Header));
        if named && stats.share(Shape::Date) >= min_share {
            all.of(kind)
                .add(Source::Values, 5.5, "its values are dates".into());
        }
    }
}

/// Ranges that numbers of a type keep.
fn ranges(all: &mut Candidates, stats: &Stats<'_>) {
    let Some(n) = stats.numbers else { return };
    for candidate in &mut all.0 {
        let fine = match candidate.kind {
            Type::Age => n.min >= 0.0 && n.high <= 110.0 && n.max <= 130.0,
            Type::Weight => n.min > 0.0 && n.high <= 500.0,
            Type::Height => n.min > 0.0 && n.high <= 280.0,
            Type::Latitude => n.min >= -90.0 && n.max <= 90.0,
            Type::Longitude => n.min >= -180.0 && n.max <= 180.0,
            Type::Port => n.min >= 0.0 && n.max <= 65_535.0,
            Type::Year => n.min >= 1000.0 && n.max <= 2200.0,
            Type::HttpStatus => n.min >= 100.0 && n.max < 600.0,
            _ => continue,
        };
        let named = candidate
            .evidence
            .iter()
            .any(|e| e.source == Source::Header);
        if named && !fine {
            candidate.add(
                Source::Distribution,
                -8.0,
                "its numbers lie outside of what it can be".into(),
            );
        } else if named && fine && n.share >= 0.6 {
            candidate.add(
                Source::Distribution,
                2.0,
                "its numbers lie where they can".into(),
            );
        }
    }
}

/// What the values of a type must look like where only the name claims it.
fn demands(kind: Type) -> Option<&'static [Shape]> {
    Some(match kind {
        Type::Ip => &[Shape::Ip],
        Type::Mac => &[Shape::Mac],
        Type::Iban => &[Shape::Iban],
        Type::Crypto => &[Shape::Crypto],
        Type::Email => &[Shape::Email],
        Type::Url => &[Shape::Url, Shape::Domain],
        Type::Domain => &[Shape::Domain],
        Type::Uuid => &[Shape::Uuid],
        Type::Hash => &[Shape::Hash],
        Type::Cve => &[Shape::Cve],
        Type::Technique => &[Shape::Technique],
        Type::StixId => &[Shape::StixId],
        Type::Asn => &[Shape::Asn, Shape::Integer],
        Type::Phone => &[Shape::PhoneStrong, Shape::PhoneWeak],
        Type::Time => &[Shape::Date, Shape::Epoch],
        Type::Birthday | Type::DeceasedDate => &[Shape::Date],
        Type::Card => &[Shape::CardDigits],
        Type::Zip => &[Shape::ZipStrong, Shape::ZipWeak],
        Type::Latitude | Type::Longitude => &[Shape::LatLon, Shape::Decimal],
        Type::Age | Type::Port | Type::HttpStatus | Type::Year | Type::Integer => &[Shape::Integer],
        Type::Weight | Type::Height => &[Shape::Integer, Shape::Decimal],
        Type::Amount => &[Shape::Integer, Shape::Decimal, Shape::Money],
        Type::Bic => &[Shape::Bic],
        Type::UserAgent => &[Shape::UserAgent, Shape::Sentence],
        _ => return None,
    })
}

/// Types of words: numbers, addresses of machines and dates speak against them.
fn is_wordy(kind: Type) -> bool {
    matches!(
        kind,
        Type::Person
            | Type::FirstName
            | Type::LastName
            | Type::Title
            | Type::City
            | Type::Region
            | Type::Country
            | Type::Nationality
            | Type::Religion
            | Type::Ethnicity
            | Type::JobTitle
            | Type::Medication
            | Type::Organization
            | Type::Address
            | Type::Malware
            | Type::MaritalStatus
            | Type::Language
            | Type::Gender
            | Type::Smoking
            | Type::Severity
            | Type::Deceased
            | Type::HostName
            | Type::UserName
            | Type::Secret
    )
}
