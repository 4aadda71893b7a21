//! Traffic Light Protocol 2.0 labels (FIRST, August 2022).

use std::fmt;
use std::str::FromStr;

/// A TLP 2.0 label, ordered from the freest to the strictest.
///
/// ```
/// # use aidos_model::Tlp;
/// assert!(Tlp::Clear < Tlp::Red);
/// assert_eq!("TLP:AMBER+STRICT".parse(), Ok(Tlp::AmberStrict));
/// assert_eq!(Tlp::default().to_string(), "TLP:AMBER");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tlp {
    /// May be shared with the world.
    Clear,
    /// Within the community.
    Green,
    /// On a need-to-know basis, within the organisation and its clients.
    #[default]
    Amber,
    /// Within the organisation only.
    AmberStrict,
    /// For the named recipients only.
    Red,
}

impl Tlp {
    /// All labels, freest first.
    pub const ALL: [Self; 5] = [
        Self::Clear,
        Self::Green,
        Self::Amber,
        Self::AmberStrict,
        Self::Red,
    ];

    /// The word that command lines and STIX's `tlp_2_0` property use, for example `amber+strict`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::AmberStrict => "amber+strict",
            Self::Red => "red",
        }
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TLP:{}", self.word().to_uppercase())
    }
}

/// The text is no TLP 2.0 label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no TLP 2.0 label; use clear, green, amber, amber+strict or red")]
pub struct NoSuchTlp(String);

impl FromStr for Tlp {
    type Err = NoSuchTlp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let word = lower.strip_prefix("tlp:").unwrap_or(&lower);
        let found = Self::ALL.into_iter().find(|tlp| tlp.word() == word);
        // TLP 1.0 called the freest label white.
        found
            .or((word == "white").then_some(Self::Clear))
            .ok_or_else(|| NoSuchTlp(text.into()))
    }
}
