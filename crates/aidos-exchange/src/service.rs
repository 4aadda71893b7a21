//! Reputation services: what others know of an attacker's value.
//!
//! A service is a file with the same rooms: what it is called and asks for, how a [`Question`] becomes a request, and how
//! bytes become an [`Answer`]. All of them are pure; the [`Desk`] alone asks, and only what the gate let through:
//!
//! ```text
//! Question ─► Asker (gate) ─► Shareable ─► Desk ─► cache ─► quota ─► breaker ─► Client ─► bytes ─► Answer
//! ```
//!
//! | service | answers about | its key |
//! |---|---|---|
//! | [`abuseipdb`] | addresses | `AIDOS_ABUSEIPDB_KEY` |
//! | [`virustotal`] | addresses, domains, hashes | `AIDOS_VIRUSTOTAL_KEY` |
//! | [`ipqualityscore`] | addresses, e-mail addresses | `AIDOS_IPQUALITYSCORE_KEY` |
//! | [`hybrid_analysis`] | addresses, domains | `AIDOS_HYBRID_ANALYSIS_KEY` |
//!
//! Raw answers stay in the cache on this machine. What is passed on are facts, a score and a band.

pub mod abuseipdb;
mod answer;
mod breaker;
mod cache;
mod desk;
mod field;
pub mod hybrid_analysis;
pub mod ipqualityscore;
mod quota;
pub mod virustotal;

use std::fmt;
use std::time::Duration;

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Shareable, Subject};

pub use answer::{Answer, Band, Evidence, Fact, Joined, join};
pub use breaker::{Breaker, Circuit};
pub use cache::{Cache, Kept};
pub use desk::{Desk, Got, Options, Outcome};
pub use quota::{Left, Quota, Span, Window};

use crate::http::{Client, Request, Secret};

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// `AbuseIPDB`.
    AbuseIpDb,
    /// `VirusTotal`.
    VirusTotal,
    /// `IPQualityScore`.
    IpQualityScore,
    /// Hybrid Analysis.
    HybridAnalysis,
}

/// What a service is: all that differs between them but requests and answers.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its word on command lines and in files.
    pub word: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where it is asked, unless a person says otherwise.
    pub address: &'static str,
    /// The environment variable of its key.
    pub key: &'static str,
    /// The header of its key.
    pub header: &'static str,
    /// The header by which it tells what is left in its longest window, where it documents one.
    pub remaining: Option<&'static str>,
    /// What it can be asked about.
    pub subjects: &'static [Subject],
    /// What a free key may ask.
    pub windows: &'static [Window],
    /// What it learns, for who decides.
    pub learns: &'static str,
    /// What its terms ask of who uses it.
    pub terms: &'static str,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::AbuseIpDb,
        Self::VirusTotal,
        Self::IpQualityScore,
        Self::HybridAnalysis,
    ];

    /// What it is.
    pub const fn about(self) -> &'static About {
        match self {
            Self::AbuseIpDb => &abuseipdb::ABOUT,
            Self::VirusTotal => &virustotal::ABOUT,
            Self::IpQualityScore => &ipqualityscore::ABOUT,
            Self::HybridAnalysis => &hybrid_analysis::ABOUT,
        }
    }

    /// Its word: `abuseipdb`.
    pub const fn word(self) -> &'static str {
        self.about().word
    }

    /// The service of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word() == word)
    }

    /// Whether it can be asked about this.
    pub fn answers(self, subject: Subject) -> bool {
        self.about().subjects.contains(&subject)
    }

    /// The request for a question; `None` where it cannot be asked about that.
    pub fn request(self, question: &Shareable<Question>) -> Option<Request> {
        let question = question.item();
        if !self.answers(question.subject) {
            return None;
        }
        Some(match self {
            Self::AbuseIpDb => abuseipdb::request(question),
            Self::VirusTotal => virustotal::request(question),
            Self::IpQualityScore => ipqualityscore::request(question),
            Self::HybridAnalysis => hybrid_analysis::request(question),
        })
    }

    /// Where people see what it knows of a value. Nothing is asked there.
    pub fn page(self, subject: Subject, value: &str) -> Option<String> {
        match self {
            Self::AbuseIpDb => Some(abuseipdb::page(value)),
            Self::VirusTotal => Some(virustotal::page(subject, value)),
            Self::IpQualityScore | Self::HybridAnalysis => None,
        }
    }

    /// Reads an answer of this service about this at this time.
    ///
    /// # Errors
    /// The [`Trouble`] that the service tells of, or that its answer is none.
    pub fn read(
        self,
        subject: Subject,
        status: u16,
        body: &[u8],
        at: Timestamp,
    ) -> Result<Answer, Trouble> {
        match self {
            Self::AbuseIpDb => abuseipdb::read(status, body, at),
            Self::VirusTotal => virustotal::read(subject, status, body, at),
            Self::IpQualityScore => ipqualityscore::read(subject, status, body, at),
            Self::HybridAnalysis => hybrid_analysis::read(status, body, at),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A service that is used: where, with which key.
#[derive(Clone, Debug)]
pub struct Account {
    /// The service.
    pub service: Service,
    /// The client, which holds address and key.
    pub client: Client,
    /// Tells keys apart without showing them; see [`fingerprint`].
    pub fingerprint: String,
    /// What the key may ask.
    pub windows: Vec<Window>,
}

/// Eight hexadecimal digits that tell keys of a service apart. A key has far more randomness than these give away.
pub fn fingerprint(service: Service, key: &Secret) -> String {
    let mut name = zeroize::Zeroizing::new(service.word().as_bytes().to_vec());
    name.push(0);
    name.extend_from_slice(key.reveal().as_bytes());
    let uuid = aidos_model::stix::Uuid::v5(aidos_model::stix::OURS, &name).to_string();
    uuid.chars().take(8).collect()
}

/// Why there is no answer. Holds neither value nor key, and nothing that the service said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The key is not taken.
    #[error("the service does not take the key; see its environment variable or file")]
    Key,
    /// The service says that the quota is used up.
    #[error("the service says that the quota is used up{}", wait(*.0))]
    Quota(Option<Duration>),
    /// The service takes no such question.
    #[error("the service refuses the question (status {0})")]
    Refused(u16),
    /// The service fails.
    #[error("the service fails (status {0})")]
    Failing(u16),
    /// What came is no answer of this service.
    #[error("its answer is not what was expected: {0}")]
    Malformed(&'static str),
    /// No whole answer came.
    #[error("no answer: {0}")]
    Network(&'static str),
    /// It failed too often, and is left alone for a while.
    #[error("it failed too often, and is left alone for a while")]
    LeftAlone,
    /// Our own count says that the quota is used up.
    #[error("the quota of a {0} is used up")]
    UsedUp(Span),
    /// The service asked for a time in which it is left alone, and that is not over.
    #[error("it asked to be left alone for {} seconds more", .0.as_secs())]
    AskedToWait(Duration),
    /// Offline, and the cache holds nothing.
    #[error("the cache holds no answer")]
    Offline,
}

impl Trouble {
    /// The word that files use.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Quota(_) | Self::UsedUp(_) | Self::AskedToWait(_) => "quota",
            Self::Refused(_) => "refused",
            Self::Failing(_) => "failing",
            Self::Malformed(_) => "malformed",
            Self::Network(_) => "network",
            Self::LeftAlone => "left_alone",
            Self::Offline => "offline",
        }
    }

    /// Whether the service or the way to it is to blame.
    pub const fn is_partners(&self) -> bool {
        !matches!(self, Self::Offline | Self::UsedUp(_) | Self::AskedToWait(_))
    }

    /// Whether it was found out by asking; of all others nobody heard.
    pub const fn was_asked(&self) -> bool {
        !matches!(
            self,
            Self::Offline | Self::UsedUp(_) | Self::AskedToWait(_) | Self::LeftAlone
        )
    }
}

fn wait(time: Option<Duration>) -> String {
    time.map(|time| format!("; it asks to wait {} seconds", time.as_secs()))
        .unwrap_or_default()
}

/// What a status means where the body does not say more.
fn refused(status: u16) -> Trouble {
    match status {
        401 | 403 => Trouble::Key,
        402 | 429 => Trouble::Quota(None),
        500.. => Trouble::Failing(status),
        _ => Trouble::Refused(status),
    }
}
