//! What a token can be: begin or inside of a name, or nothing.

use crate::pii::Kind;

/// The number of labels; a row of the model holds one weight for each, and one that is spare.
pub const LABELS: usize = 15;

/// What a token is a part of.
///
/// A place begins as what it is (a city, a country, another place) and goes on as `InPlace`, so
/// that the type is decided once, at its begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Label {
    /// No name.
    Outside,
    /// Begins a person's name.
    Person,
    /// Goes on with a person's name.
    InPerson,
    /// Begins a postal address.
    Address,
    /// Goes on with a postal address.
    InAddress,
    /// Begins a city's name.
    City,
    /// Begins a country's name.
    Country,
    /// Begins another place's name.
    Place,
    /// Goes on with a city, country or other place.
    InPlace,
    /// Begins an organisation's name.
    Organization,
    /// Goes on with an organisation's name.
    InOrganization,
    /// Begins a nationality, religious or political group.
    Group,
    /// Goes on with such a group.
    InGroup,
    /// Begins a form of address.
    Title,
    /// Goes on with a form of address: its stop.
    InTitle,
}

impl Label {
    /// All labels, in the order of a row.
    pub const ALL: [Label; LABELS] = [
        Label::Outside,
        Label::Person,
        Label::InPerson,
        Label::Address,
        Label::InAddress,
        Label::City,
        Label::Country,
        Label::Place,
        Label::InPlace,
        Label::Organization,
        Label::InOrganization,
        Label::Group,
        Label::InGroup,
        Label::Title,
        Label::InTitle,
    ];

    /// The label of a number; [`Label::Outside`] for one that is none's.
    pub fn of(number: u8) -> Label {
        Label::ALL
            .get(usize::from(number))
            .copied()
            .unwrap_or(Label::Outside)
    }

    /// The type of a name that begins or goes on so, and its finer word.
    pub fn kind(self) -> Option<(Kind, Option<&'static str>)> {
        match self {
            Label::Outside => None,
            Label::Person | Label::InPerson => Some((Kind::Person, None)),
            Label::Address | Label::InAddress => Some((Kind::Location, Some("ADDRESS"))),
            Label::City => Some((Kind::Location, Some("CITY"))),
            Label::Country => Some((Kind::Location, Some("COUNTRY"))),
            Label::Place | Label::InPlace => Some((Kind::Location, None)),
            Label::Organization | Label::InOrganization => Some((Kind::Organization, None)),
            Label::Group | Label::InGroup => Some((Kind::Nrp, None)),
            Label::Title | Label::InTitle => Some((Kind::Title, None)),
        }
    }

    /// The label with which a name that began as this one goes on; none for [`Label::Outside`].
    pub fn inside(self) -> Option<Label> {
        match self {
            Label::Outside => None,
            Label::Person | Label::InPerson => Some(Label::InPerson),
            Label::Address | Label::InAddress => Some(Label::InAddress),
            Label::City | Label::Country | Label::Place | Label::InPlace => Some(Label::InPlace),
            Label::Organization | Label::InOrganization => Some(Label::InOrganization),
            Label::Group | Label::InGroup => Some(Label::InGroup),
            Label::Title | Label::InTitle => Some(Label::InTitle),
        }
    }

    /// Whether this label goes on with a name and so needs one before it.
    pub fn goes_on(self) -> bool {
        self.inside() == Some(self)
    }

    /// Whether this label may stand behind another; at the begin of a text that is `Outside`.
    ///
    /// ```
    /// use aidos_privacy::pii::tagger::Label;
    /// assert!(Label::InPlace.may_follow(Label::City));
    /// assert!(!Label::InPerson.may_follow(Label::Outside));
    /// ```
    pub fn may_follow(self, before: Label) -> bool {
        !self.goes_on() || before.inside() == Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_labels_agree() {
        for (number, label) in (0u8..).zip(Label::ALL) {
            assert_eq!(label as u8, number);
            assert_eq!(Label::of(number), label);
        }
        assert_eq!(Label::of(200), Label::Outside);
    }

    #[test]
    fn a_name_goes_on_only_behind_its_begin() {
        for label in Label::ALL.into_iter().filter(|label| label.goes_on()) {
            assert!(!label.may_follow(Label::Outside), "{label:?}");
            assert!(label.may_follow(label), "{label:?}");
        }
        assert!(!Label::InPerson.may_follow(Label::Organization));
        assert!(Label::Person.may_follow(Label::InPerson));
    }
}
