//! What is known of the place in which a value stands.

/// Who acts towards whom in a log entry. The caller judges it (`aidos-core`'s roles), as it knows the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Both ends are inside.
    Internal,
    /// From inside to outside, or the answer to that.
    Outbound,
    /// From outside to an address that no rule knows as own.
    Passing,
    /// From outside to inside.
    Inbound,
    /// A failed log-in from outside.
    LoginFailure,
    /// A detector said that the source attacks.
    Alert,
    /// Mail between an own address and another.
    Correspondence,
}

impl Direction {
    /// The direction of a rule's word, as `patterns.json` and the verdicts of `aidos-core` write it.
    ///
    /// A word that nobody knows is [`Direction::Unknown`].
    pub fn of_rule(rule: &str) -> Self {
        match rule {
            "both_sides_private" => Self::Internal,
            "from_inside_or_answer" => Self::Outbound,
            "public_source_to_public_destination" => Self::Passing,
            "public_source_to_own_destination" => Self::Inbound,
            "failed_login_from_public_source" => Self::LoginFailure,
            "alert_names_public_source" => Self::Alert,
            "stands_in_a_row_with_own_address" => Self::Correspondence,
            _ => Self::Unknown,
        }
    }
}

/// Which end of a log entry a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Who acts.
    Source,
    /// Towards whom.
    Destination,
    /// The machine that wrote the log, its interfaces.
    Observer,
    /// The account that is named.
    User,
    /// Anything else in the entry.
    Other,
}

/// The place of a value in a MISP event. Empty texts and `None` where something is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Misp<'c> {
    /// The attribute's category: `Network activity`.
    pub category: &'c str,
    /// The attribute's type: `ip-dst`.
    pub kind: &'c str,
    /// Whether it is meant for detection.
    pub to_ids: Option<bool>,
    /// The object's template: `email`.
    pub object: &'c str,
    /// The attribute's relation in the object: `from`.
    pub relation: &'c str,
}

/// The place of a value in a STIX bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stix<'c> {
    /// The type of the object: `indicator`.
    pub kind: &'c str,
    /// The property that the value stands in, or that refers to its object: `pattern`, `to_refs`.
    pub property: &'c str,
    /// The type of an object that relates to this one, and the relationship's word: `indicator`, `based-on`.
    pub related: Option<(&'c str, &'c str)>,
}

/// A value and all that is known of its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Clues<'c> {
    /// The detector's type or a finer kind: `IP_ADDRESS`.
    pub kind: &'c str,
    /// The value.
    pub value: &'c str,
    /// Direction and end of a log entry.
    pub entry: Option<(Direction, End)>,
    /// The place in a MISP event.
    pub misp: Option<Misp<'c>>,
    /// The place in a STIX bundle.
    pub stix: Option<Stix<'c>>,
}

impl<'c> Clues<'c> {
    /// A value of which nothing else is known.
    pub fn of(kind: &'c str, value: &'c str) -> Self {
        Self {
            kind,
            value,
            entry: None,
            misp: None,
            stix: None,
        }
    }
}

impl std::fmt::Debug for Clues<'_> {
    /// The place, never the value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clues")
            .field("kind", &self.kind)
            .field("entry", &self.entry)
            .field("misp", &self.misp)
            .field("stix", &self.stix)
            .finish_non_exhaustive()
    }
}
