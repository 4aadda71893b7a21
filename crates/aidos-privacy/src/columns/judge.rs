//! Evidence for each type a column could be, in log-odds, from its name and its values alone.

mod contradict;
mod distribution;

use super::header::Claim;
use super::kind::Type;
use super::lexicon::Lexicon;
use super::shape::Shape;
use super::stats::{Stats, as_float};

/// What speaks before anything is seen: most columns are not of a given type.
pub(crate) const PRIOR: f64 = -3.0;

/// Where evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The name of the column.
    Header,
    /// The look of its values, and checksums.
    Values,
    /// Word lists.
    Vocabulary,
    /// The distribution of numbers or dates.
    Distribution,
    /// Other columns of the table.
    Relation,
    /// A person's assignment.
    Assignment,
}

impl Source {
    /// As reports write it.
    pub fn word(self) -> &'static str {
        match self {
            Source::Header => "header",
            Source::Values => "values",
            Source::Vocabulary => "vocabulary",
            Source::Distribution => "distribution",
            Source::Relation => "relation",
            Source::Assignment => "assignment",
        }
    }
}

/// A reason for or against a type; it holds no value of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Where it comes from.
    pub source: Source,
    /// The reason in words.
    pub why: String,
    /// How much it says: natural logarithm of odds, above 0 for the type and below against it.
    pub log_odds: f64,
}

/// A type that a column could be.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) kind: Type,
    pub(crate) evidence: Vec<Evidence>,
}

impl Candidate {
    pub(crate) fn score(&self) -> f64 {
        PRIOR + self.evidence.iter().map(|e| e.log_odds).sum::<f64>()
    }

    pub(crate) fn add(&mut self, source: Source, log_odds: f64, why: String) {
        self.evidence.push(Evidence {
            source,
            why,
            log_odds,
        });
    }
}

/// The candidates of a column.
#[derive(Debug, Default)]
pub(crate) struct Candidates(pub(crate) Vec<Candidate>);

impl Candidates {
    /// The candidate of a type, opened where there is none yet.
    pub(crate) fn of(&mut self, kind: Type) -> &mut Candidate {
        let known = self.0.iter().position(|c| c.kind == kind);
        let at = known.unwrap_or_else(|| {
            self.0.push(Candidate {
                kind,
                evidence: Vec::new(),
            });
            self.0.len() - 1
        });
        // The place was just found or made.
        &mut self.0[at]
    }

    pub(crate) fn has(&self, kind: Type) -> bool {
        self.0.iter().any(|c| c.kind == kind)
    }

    pub(crate) fn score(&self, kind: Type) -> Option<f64> {
        self.0.iter().find(|c| c.kind == kind).map(Candidate::score)
    }
}

/// The look that a type demands, with how much a full share says for it.
const LOOKS: &[(Type, &[Shape], f64)] = &[
    (Type::Ip, &[Shape::Ip], 9.0),
    (Type::Mac, &[Shape::Mac], 9.0),
    (Type::Email, &[Shape::Email], 9.0),
    (Type::Url, &[Shape::Url], 9.0),
    (Type::Domain, &[Shape::Domain], 6.5),
    (Type::Uuid, &[Shape::Uuid], 9.0),
    (Type::Hash, &[Shape::Hash], 8.0),
    (Type::Cve, &[Shape::Cve], 9.0),
    (Type::Technique, &[Shape::Technique], 7.5),
    (Type::StixId, &[Shape::StixId], 9.5),
    (Type::Asn, &[Shape::Asn], 8.0),
    (Type::Iban, &[Shape::Iban], 9.5),
    (Type::Crypto, &[Shape::Crypto], 8.5),
    (Type::Phone, &[Shape::PhoneStrong], 7.0),
    (Type::Time, &[Shape::Date], 6.0),
    (Type::Bic, &[Shape::Bic], 7.0),
    (Type::Diagnosis, &[Shape::Icd], 5.5),
    (Type::UserAgent, &[Shape::UserAgent], 8.5),
    (Type::FilePath, &[Shape::FilePath], 6.5),
    (Type::Zip, &[Shape::ZipStrong], 6.5),
    (Type::HostName, &[Shape::HostName], 5.5),
    (Type::Secret, &[Shape::Secret], 5.5),
];

/// Gathers the evidence of one column.
pub(crate) fn judge(
    stats: &Stats<'_>,
    claims: &[Claim],
    lexicon: &Lexicon,
    min_share: f64,
) -> Candidates {
    let mut all = Candidates::default();
    if stats.total <= 0.0 {
        return all;
    }
    for claim in claims {
        let why = format!("its name says `{}`", claim.word);
        all.of(claim.kind).add(Source::Header, claim.log_odds, why);
    }
    looks(&mut all, stats, min_share);
    vocabulary(&mut all, stats, lexicon, min_share);
    checks(&mut all, stats, min_share);
    distribution::judge(&mut all, stats);
    contradict::judge(&mut all, stats, min_share);
    all
}

/// How far a share stands above the least that counts, 0 to 1.
fn above(share: f64, least: f64) -> f64 {
    ((share - least) / (1.0 - least).max(0.01)).clamp(0.0, 1.0)
}

/// One or two values say less than many.
fn seen(stats: &Stats<'_>) -> f64 {
    1.0 - 0.45f64.powf(stats.total.min(20.0))
}

/// What a value says on average where so many stand in a list that covers so much of a type, and so much of
/// anything else by chance.
fn likelihood(share: f64, coverage: f64, chance: f64) -> f64 {
    share * (coverage / chance).ln() + (1.0 - share) * ((1.0 - coverage) / (1.0 - chance)).ln()
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn looks(all: &mut Candidates, stats: &Stats<'_>, min_share: f64) {
    for &(kind, shapes, strength) in LOOKS {
        let share: f64 = shapes.iter().map(|s| stats.share(*s)).sum::<f64>().min(1.0);
        // A name of an account or machine, or a password, is seen in a part of them only.
        let least = match kind {
            Type::HostName => 0.35,
            Type::Secret => 0.45,
            _ => min_share,
        };
        if share < least {
            continue;
        }
        let size = (0.35 + 0.65 * above(share, least)) * strength * seen(stats);
        let why = format!(
            "{} of its values are {}",
            percent(share),
            shape_words(shapes)
        );
        all.of(kind).add(Source::Values, size, why);
    }
    // Names that are known among words of this form, against how often they are by chance.
    let known = [
        (
            Type::Person,
            Shape::Names,
            Shape::Person,
            (0.6, 0.04),
            6.5,
            "capitalised words, of them hold a known name",
        ),
        (
            Type::UserName,
            Shape::Account,
            Shape::UserName,
            (0.4, 0.04),
            5.5,
            "small letters and digits, of them hold a known name",
        ),
    ];
    for (kind, form, name, (coverage, chance), cap, words) in known {
        let share = stats.share(form);
        if share < min_share {
            continue;
        }
        let named: f64 = stats.share(name) / share;
        let each = likelihood(named, coverage, chance);
        let size = cap * (each * as_float(stats.distinct()).min(12.0) / cap).tanh() * seen(stats);
        if size > 0.0 {
            let (form, hold) = words.split_once(", ").unwrap_or((words, ""));
            let why = format!(
                "{} of its values are {form}; {} {hold}",
                percent(share),
                percent(named)
            );
            all.of(kind).add(Source::Values, size, why);
        }
    }
    let (dates, clock) = (stats.share(Shape::Date), stats.share(Shape::DateTime));
    if dates >= min_share && clock < 0.5 {
        // A date without a clock may be of a person's life.
        all.of(Type::Birthday);
        all.of(Type::DeceasedDate);
    }
    // Street and number, in words and digits.
    let address = stats.share(Shape::Address);
    if address >= min_share {
        let why = format!("{} of its values are words and a number", percent(address));
        all.of(Type::Address)
            .add(Source::Values, 1.5 * above(address, 0.4), why);
    }
    let money = stats.share(Shape::Money);
    if money >= 0.8 && stats.share(Shape::LatLon) < 0.2 {
        let spread = stats
            .numbers
            .map_or(5.0, |n| if n.high > 200.0 { 4.5 } else { 1.5 });
        let why = format!(
            "{} of its values have two decimals or a sign of currency",
            percent(money)
        );
        all.of(Type::Amount).add(Source::Values, spread, why);
    }
    let json = stats.share(Shape::Json);
    if json >= 0.8 {
        let why = format!("{} of its values are objects or arrays", percent(json));
        all.of(Type::Json).add(Source::Values, 8.0, why);
    }
}

fn shape_words(shapes: &[Shape]) -> &'static str {
    match shapes.first() {
        Some(Shape::Ip) => "an IP address",
        Some(Shape::Mac) => "a hardware address",
        Some(Shape::Email) => "an e-mail address",
        Some(Shape::Url) => "a URL",
        Some(Shape::Domain) => "a domain name",
        Some(Shape::Uuid) => "a UUID",
        Some(Shape::Hash) => "a digest in hexadecimal digits",
        Some(Shape::Cve) => "a CVE identifier",
        Some(Shape::Technique) => "an ATT&CK identifier",
        Some(Shape::StixId) => "a STIX identifier",
        Some(Shape::Asn) => "AS and a number",
        Some(Shape::PhoneStrong) => "a telephone number by its form",
        Some(Shape::Date) => "a date",
        Some(Shape::Bic) => "a bank identifier code by its form",
        Some(Shape::Icd) => "an ICD-10 code by its form",
        Some(Shape::UserAgent) => "a program with its version",
        Some(Shape::FilePath) => "a path or a name of a file",
        Some(Shape::ZipStrong) => "a postal code by its form",
        Some(Shape::HostName) => "like a name of a machine",
        Some(Shape::Iban) => "an account number that passes its check",
        Some(Shape::Crypto) => "the address of a wallet by its form",
        _ => "like a password or key",
    }
}

fn vocabulary(all: &mut Candidates, stats: &Stats<'_>, lexicon: &Lexicon, min_share: f64) {
    for ((list, &(cells, values)), &listed) in
        lexicon.lists().iter().zip(&stats.lists).zip(&stats.listed)
    {
        if listed == 0 {
            continue;
        }
        // Cells and different values, so that neither one frequent nor many rare values decide alone.
        let share = f64::midpoint(cells, values);
        let (coverage, chance) = (list.coverage, list.chance);
        let each = likelihood(share, coverage, chance);
        let many = as_float(stats.distinct()).min(12.0);
        let closed = coverage > 0.9;
        let cap = if closed { 7.0 } else { 6.0 };
        let size = cap * (each * many / cap).tanh();
        // Of open classes a name alone is enough to be looked at; of closed ones most values must stand there.
        if size <= 0.0 || closed && cells < min_share {
            continue;
        }
        // Single letters and figures stand in several lists.
        let short = closed && stats.length < 1.5;
        let size = if short && list.kind != Type::Gender {
            size.min(3.5)
        } else {
            size
        };
        let size = if stats.share(Shape::Sentence) > 0.5 && list.kind != Type::Address {
            size * 0.3
        } else {
            size
        };
        let why = format!(
            "{} of its values stand in the list of {}",
            percent(share),
            list.kind.own_word()
        );
        let candidate = all.of(list.kind);
        // Two lists of one type: the better one speaks.
        if let Some(known) = candidate
            .evidence
            .iter_mut()
            .find(|e| e.source == Source::Vocabulary)
        {
            if known.log_odds < size {
                (known.log_odds, known.why) = (size, why);
            }
        } else {
            candidate.add(Source::Vocabulary, size, why);
        }
    }
    if all.has(Type::Gender) && stats.distinct() < 2 && stats.length < 1.5 {
        all.of(Type::Gender)
            .add(Source::Vocabulary, -3.0, "one single letter alone".into());
    }
    let lower = stats.share(Shape::Capital) < 0.2 && stats.share(Shape::Word) > 0.8;
    for kind in [Type::FirstName, Type::LastName, Type::City] {
        if all.has(kind) && lower {
            let why = "its words are not capitalised".into();
            all.of(kind).add(Source::Values, -1.5, why);
        }
    }
}

fn checks(all: &mut Candidates, stats: &Stats<'_>, min_share: f64) {
    let least = min_share.max(0.7);
    for passed in &stats.passed {
        if passed.share < least {
            continue;
        }
        let claimed = all.has(passed.kind);
        if !passed.checksum {
            // A shape alone says little; one that nothing else has says more.
            let size = 2.0 * passed.bare * above(passed.share, least);
            if claimed || passed.marked && passed.bare >= 0.5 {
                let why = format!("{} of its values have the shape", percent(passed.share));
                let size = if passed.marked {
                    size + 3.0 * passed.bare
                } else {
                    size
                };
                all.of(passed.kind).add(Source::Values, size, why);
            }
            continue;
        }
        // The likelihood of so many passes, against the rate of random values.
        let odds = (passed.share / passed.chance).ln() * passed.share
            + (1.0 - passed.share)
                * ((1.0 - passed.share).max(0.02) / (1.0 - passed.chance).max(0.02)).ln();
        let many = as_float(stats.distinct()).min(16.0);
        let cap = 6.0 + 2.0 * passed.bare;
        let size = cap * (odds * many / cap).tanh();
        let why = format!(
            "{} of its values have the shape and pass the check, {} of random ones do",
            percent(passed.share),
            percent(passed.chance)
        );
        if size > 0.0 {
            all.of(passed.kind).add(Source::Values, size, why);
        }
    }
    let (card, digits) = (stats.share(Shape::Card), stats.share(Shape::CardDigits));
    if digits >= least {
        let passes = card / digits;
        let odds = passes * (passes.max(0.01) / 0.1).ln()
            + (1.0 - passes) * ((1.0 - passes).max(0.02) / 0.9).ln();
        let size = 8.0 * (odds * as_float(stats.distinct()).min(16.0) / 8.0).tanh();
        let why = format!(
            "{} of its values of 13 to 19 digits pass Luhn, 10 % of random ones do",
            percent(passes)
        );
        if size > 0.0 || all.has(Type::Card) {
            all.of(Type::Card).add(Source::Values, size, why);
        }
    }
    let (weak, strong) = (
        stats.share(Shape::PhoneWeak),
        stats.share(Shape::PhoneStrong),
    );
    if weak >= 0.8 && strong < 0.85 {
        // Digits alone may be any number; some with a country or brackets among them tell.
        let zeros = stats.zeros > 0.7 && stats.length >= 9.0;
        let size = if strong >= 0.15 {
            6.0
        } else if zeros {
            4.0
        } else {
            2.2
        };
        let why = format!(
            "{} of its values have the digits of telephone numbers, {} also the form",
            percent(weak),
            percent(strong)
        );
        all.of(Type::Phone).add(Source::Values, size, why);
    }
}
