//! Canaries: a person's values planted in every field of every object type, in every form, and searched for afterwards
//! as an adversary would; what attackers use has to stay byte for byte. 40 documents of each sort in a plain run; `AIDOS_CANARIES=10000`
//! says how many instead, and `AIDOS_CANARY_FROM` the first that is tried.

mod misp;
mod stix;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aidos_model::stix::{OBSERVABLES, OURS, Uuid};
use aidos_privacy::anonymise::{Anonymiser, Document};
use aidos_privacy::key::CommunityKey;
use aidos_privacy::leak::Search;
use aidos_privacy::pii::{Options, Scanner};
use aidos_privacy::policy::Policy;
use aidos_privacy::role::Assets;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Draws numbers from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A place below a length.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }

    /// A word with a vowel in every two letters that no token of this crate holds (`i`, `o`, `u`).
    fn word(&mut self, syllables: u64) -> String {
        self.spell(syllables, *b"fgkpvz", *b"iou")
    }

    /// A word that shares no letter with those of [`Dice::word`]: an attacker's, which has to stay and may hold no part of a
    /// canary by chance.
    fn other_word(&mut self, syllables: u64) -> String {
        self.spell(syllables, *b"bdmrst", *b"aey")
    }

    fn spell(&mut self, syllables: u64, consonants: [u8; 6], vowels: [u8; 3]) -> String {
        let mut out = String::new();
        for _ in 0..syllables {
            out.push(char::from(consonants[self.place(6)]));
            out.push(char::from(vowels[self.place(3)]));
        }
        out
    }
}

/// A person of whom nothing may be left.
pub(crate) struct Canary {
    name: String,
    mail: String,
    ip: String,
    phone: String,
    card: String,
    host: String,
    dice: Dice,
    turn: usize,
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

impl Canary {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        for _ in 0..8 {
            dice.below(2);
        }
        let (first, last, corp) = (dice.word(4), dice.word(5), dice.word(5));
        let mut digits = vec![4_u64, 5];
        while digits.len() < 15 {
            digits.push(dice.below(10));
        }
        let sum: u64 = digits
            .iter()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                if at % 2 == 0 {
                    let two = digit * 2;
                    two / 10 + two % 10
                } else {
                    *digit
                }
            })
            .sum();
        digits.push((10 - sum % 10) % 10);
        Self {
            name: format!("{} {}", capital(&first), capital(&last)),
            mail: format!("{first}.{last}@{corp}.example"),
            ip: format!(
                "{}.{}.{}.{}",
                60 + dice.below(30),
                dice.below(250),
                dice.below(250),
                1 + dice.below(250)
            ),
            phone: format!(
                "+30 69{} {:06}",
                10 + dice.below(80),
                100_000 + dice.below(899_999)
            ),
            card: digits.iter().map(u64::to_string).collect(),
            host: format!("{}-{}.{corp}.example", dice.word(4), dice.below(9)),
            dice,
            turn: 0,
        }
    }

    fn values(&self) -> [&str; 6] {
        [
            &self.name,
            &self.mail,
            &self.ip,
            &self.phone,
            &self.card,
            &self.host,
        ]
    }

    /// One of the values in one of the forms, another each time.
    fn form(&mut self) -> String {
        self.turn += 1;
        let value = self.values()[self.turn % 6].to_owned();
        let letters: String = value
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect();
        match (self.turn / 6) % 12 {
            0 | 6 => value,
            1 => value.to_uppercase(),
            2 => letters,
            3 => base64(value.as_bytes()),
            4 => base64(format!("x{value}yz").as_bytes()),
            5 => hex(value.as_bytes()),
            7 => value
                .bytes()
                .fold(String::new(), |out, byte| out + &format!("%{byte:02X}")),
            8 => hex(&md5::Md5::digest(&value)),
            9 => hex(&sha1::Sha1::digest(value.to_lowercase())).to_uppercase(),
            10 => hex(&Sha256::digest(&value)),
            _ => Uuid::v5(OBSERVABLES, format!("{{\"value\":\"{value}\"}}").as_bytes()).to_string(),
        }
    }

    /// Prose with a value in it.
    pub(crate) fn prose(&mut self) -> String {
        let form = self.form();
        match self.dice.below(5) {
            0 => form,
            1 => format!("seen ({form}) there"),
            2 => format!("C:\\data\\{form}.pdf"),
            3 => format!("https://files.example/{form}?a={form}"),
            _ => format!("{} and {form}, it was said", self.name),
        }
    }

    /// A UUID that gives a value away.
    pub(crate) fn uuid(&mut self) -> String {
        self.turn += 1;
        let value = self.values()[self.turn % 6];
        Uuid::v5(OURS, value.as_bytes()).to_string()
    }

    /// Another such UUID, which no object of a document has.
    pub(crate) fn strange_uuid(&mut self) -> String {
        self.turn += 1;
        let value = self.values()[self.turn % 6];
        Uuid::v5(OBSERVABLES, value.as_bytes()).to_string()
    }

    /// What is still found of it.
    fn leaks(&self, search: &Search, text: &str) -> Vec<String> {
        let values = self.values();
        let found = search.find(text.as_bytes());
        found
            .iter()
            .map(|leak| {
                let (from, to) = (
                    leak.start.saturating_sub(60),
                    (leak.end + 20).min(text.len()),
                );
                let around = String::from_utf8_lossy(&text.as_bytes()[from..to]).into_owned();
                format!("{:?} of {:?}: …{around}…", leak.form, values[leak.value])
            })
            .collect()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(
                    alphabet[(number >> (18 - 6 * place)) as usize & 63],
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// What attackers use in a document: never the canary's, and all of it has to stay.
pub(crate) struct Iocs {
    pub(crate) ip: String,
    pub(crate) ip6: String,
    pub(crate) domain: String,
    pub(crate) url: String,
    pub(crate) mail: String,
    pub(crate) md5: String,
    pub(crate) sha1: String,
    pub(crate) sha256: String,
    pub(crate) file: String,
    pub(crate) mutex: String,
    pub(crate) key: String,
}

impl Iocs {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0xdead_beef);
        dice.below(9);
        let domain = format!(
            "{}-login.{}.example",
            dice.other_word(3),
            dice.other_word(3)
        );
        Self {
            ip: format!(
                "{}.{}.{}.{}",
                110 + dice.below(9),
                dice.below(250),
                dice.below(250),
                1 + dice.below(250)
            ),
            ip6: format!(
                "2a0b:{:x}::{:x}",
                1 + dice.below(0xfffe),
                1 + dice.below(0xfffe)
            ),
            url: format!("http://{domain}/gate.php?id={}", dice.below(1000)),
            mail: format!("billing@{domain}"),
            md5: hex(&md5::Md5::digest(domain.as_bytes())),
            sha1: hex(&sha1::Sha1::digest(domain.as_bytes())),
            sha256: hex(&Sha256::digest(domain.as_bytes())),
            file: format!("{}.exe", dice.other_word(4)),
            mutex: format!("Global\\{}", dice.other_word(4)),
            key: format!(
                "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\{}",
                dice.other_word(4)
            ),
            domain,
        }
    }

    /// Prose in which they are named.
    pub(crate) fn prose(&self) -> String {
        format!(
            "{} loads {} from {} and {}, then calls {} ({})",
            self.file, self.sha256, self.url, self.ip, self.domain, self.ip6
        )
    }
}

fn anonymiser(policy: &str) -> Anonymiser {
    Anonymiser::new(
        Policy::parse(policy).unwrap(),
        CommunityKey::from_bytes([5; 32]),
        Scanner::new(Options::default()).unwrap(),
        Assets::default(),
    )
}

/// A number that the environment gives.
fn asked(name: &str) -> Option<u64> {
    #[allow(clippy::disallowed_methods)] // the test asks, not what it tests
    std::env::var(name)
        .ok()
        .and_then(|number| number.parse().ok())
}

/// A document, and texts that its attackers' values are written as: all of them have to stand in what comes out.
type Made = (Value, Vec<String>);

#[allow(clippy::print_stderr)] // a long run says what it found
fn check(
    policy: &str,
    make: impl Fn(u64, &mut Canary, &Iocs) -> Made + Sync,
    hide: impl Fn(&Anonymiser, &mut Document, &Value) -> Value + Sync,
) {
    let anonymiser = anonymiser(policy);
    let seeds = asked("AIDOS_CANARY_FROM").unwrap_or(1)..=asked("AIDOS_CANARIES").unwrap_or(40);
    let next = AtomicU64::new(*seeds.start());
    // All seeds are tried before the verdict: which one fails says less than how many do.
    let failures = Mutex::new(Vec::new());
    let kept = AtomicU64::new(0);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) {
                return;
            }
            let (problems, iocs) = check_one(seed, &anonymiser, &make, &hide);
            kept.fetch_add(iocs, Ordering::Relaxed);
            // A long run says at once what is wrong.
            for problem in &problems {
                eprintln!("{problem}");
            }
            failures.lock().unwrap().extend(problems);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} failures: {:#?}",
        failures.len(),
        &failures[..failures.len().min(30)]
    );
    let number = seeds.clone().count();
    let kept = kept.into_inner();
    eprintln!("{number} documents: nothing found, {kept} attackers' values kept");
}

/// What is wrong with the document of a seed, and how many attackers' values were kept in it.
fn check_one(
    seed: u64,
    anonymiser: &Anonymiser,
    make: &impl Fn(u64, &mut Canary, &Iocs) -> Made,
    hide: &impl Fn(&Anonymiser, &mut Document, &Value) -> Value,
) -> (Vec<String>, u64) {
    let mut problems = Vec::new();
    let mut canary = Canary::new(seed);
    let (document, iocs) = make(seed, &mut canary, &Iocs::new(seed));
    let search = Search::new(canary.values()).unwrap();
    let planted = search.find(document.to_string().as_bytes()).len();
    assert!(planted > 50, "the canaries are not planted");
    let mut first = Document::new();
    let hidden = hide(anonymiser, &mut first, &document);
    let text = hidden.to_string();
    let leaks = canary.leaks(&search, &text);
    if let Some(leak) = leaks.first() {
        problems.push(format!("seed {seed}: {} leaks, first {leak}", leaks.len()));
    }
    let gone = iocs.iter().filter(|ioc| !text.contains(*ioc));
    problems.extend(gone.map(|ioc| format!("seed {seed}: {ioc} is gone")));
    if seed % 7 == 1 {
        let mut second = Document::after(first.ledger().clone());
        let twice = hide(anonymiser, &mut second, &hidden);
        let lines = |value: &Value| serde_json::to_string_pretty(value).unwrap();
        let (one, other) = (lines(&hidden), lines(&twice));
        if one != other {
            let changed: Vec<_> = one
                .lines()
                .zip(other.lines())
                .filter(|(a, b)| a != b)
                .take(4)
                .collect();
            problems.push(format!("seed {seed}: twice is not once: {changed:#?}"));
        }
    }
    (problems, iocs.len() as u64)
}

#[test]
fn nothing_of_a_canary_is_left_in_a_bundle() {
    check("", stix::bundle, |own, document, bundle| {
        own.stix(document, bundle).unwrap()
    });
}

#[test]
fn nothing_of_a_canary_is_left_in_an_event() {
    check("", misp::event, |own, document, event| {
        own.misp(document, event).unwrap()
    });
}
