//! What a model's labels are to us.
//!
//! A label is a type behind `B-`, `I-` (in, also `M-`), `E-` or `L-` (last), `S-` or `U-` (single), or a type alone (Ramshaw and
//! Marcus 1995 and its kin). Labels of the same type of ours are one group: their probabilities add up.

use aidos_privacy::pii::Kind;

/// Where in a span a token with this label stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It begins one.
    Begin,
    /// It goes on with one, or the label does not say.
    Inside,
    /// It ends one.
    Last,
    /// It is one by itself.
    Single,
}

/// A label: its group and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The group; 0 is what belongs to none.
    pub group: usize,
    /// Where in a span.
    pub place: Place,
}

/// What a group of labels is: a type and what it is more finely.
pub type What = (Kind, Option<&'static str>);

/// The labels of a model, by their numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    marks: Vec<Mark>,
    groups: Vec<Option<What>>,
    ignored: Vec<String>,
}

/// What a type is called by models, by letters and digits alone, and what that is to us.
const KNOWN: [(&str, Kind, Option<&str>); 58] = [
    ("PER", Kind::Person, None),
    ("PERS", Kind::Person, None),
    ("PERSON", Kind::Person, None),
    ("PRIVATEPERSON", Kind::Person, None),
    ("NAME", Kind::Person, None),
    ("FULLNAME", Kind::Person, None),
    ("GIVENNAME", Kind::Person, None),
    ("FIRSTNAME", Kind::Person, None),
    ("MIDDLENAME", Kind::Person, None),
    ("LASTNAME", Kind::Person, None),
    ("SURNAME", Kind::Person, None),
    ("LOC", Kind::Location, None),
    ("LOCATION", Kind::Location, None),
    ("GPE", Kind::Location, None),
    ("FAC", Kind::Location, None),
    ("STATE", Kind::Location, None),
    ("CITY", Kind::Location, Some("CITY")),
    ("COUNTRY", Kind::Location, Some("COUNTRY")),
    ("ADDRESS", Kind::Location, Some("ADDRESS")),
    ("PRIVATEADDRESS", Kind::Location, Some("ADDRESS")),
    ("STREET", Kind::Location, Some("ADDRESS")),
    ("STREETADDRESS", Kind::Location, Some("ADDRESS")),
    ("ORG", Kind::Organization, None),
    ("ORGANIZATION", Kind::Organization, None),
    ("ORGANISATION", Kind::Organization, None),
    ("COMPANY", Kind::Organization, None),
    ("COMPANYNAME", Kind::Organization, None),
    ("NORP", Kind::Nrp, None),
    ("NRP", Kind::Nrp, None),
    ("NATIONALITY", Kind::Nrp, Some("NATIONALITY")),
    ("DATE", Kind::DateTime, None),
    ("TIME", Kind::DateTime, None),
    ("DATETIME", Kind::DateTime, None),
    ("PRIVATEDATE", Kind::DateTime, None),
    ("BIRTHDAY", Kind::DateTime, Some("BIRTHDAY")),
    ("DATEOFBIRTH", Kind::DateTime, Some("BIRTHDAY")),
    ("DOB", Kind::DateTime, Some("BIRTHDAY")),
    ("PHONE", Kind::PhoneNumber, None),
    ("PHONENUMBER", Kind::PhoneNumber, None),
    ("TELEPHONENUM", Kind::PhoneNumber, None),
    ("PRIVATEPHONE", Kind::PhoneNumber, None),
    ("EMAIL", Kind::EmailAddress, None),
    ("EMAILADDRESS", Kind::EmailAddress, None),
    ("PRIVATEEMAIL", Kind::EmailAddress, None),
    ("IP", Kind::IpAddress, None),
    ("IPADDRESS", Kind::IpAddress, None),
    ("PRIVATEURL", Kind::Url, None),
    ("CREDITCARDNUMBER", Kind::CreditCard, None),
    ("IBAN", Kind::IbanCode, None),
    ("SSN", Kind::UsSsn, None),
    ("SOCIALNUM", Kind::UsSsn, None),
    ("TAXNUM", Kind::TaxId, None),
    ("USERNAME", Kind::UserName, None),
    ("PASSWORD", Kind::Secret, None),
    ("ZIP", Kind::ZipCode, None),
    ("ZIPCODE", Kind::ZipCode, None),
    ("POSTCODE", Kind::ZipCode, None),
    ("SEX", Kind::Gender, None),
];

impl Labels {
    /// Reads the labels of a model; `own` is the text of a `labels.toml`, where there is one.
    ///
    /// A line `LABEL = "TYPE"` of it says what a label is, `"TYPE/SUBTYPE"` more finely, `""` that it is left out.
    /// What neither it nor the built-in map knows is [ignored](Labels::ignored).
    ///
    /// ```
    /// use aidos_onnx::Labels;
    /// let labels = Labels::new(&["O", "B-PER", "I-PER", "B-SHIP"].map(String::from), Some("SHIP = \"\""))?;
    /// assert_eq!(labels.len(), 4);
    /// assert_eq!(labels.ignored(), ["SHIP"]);
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with `own`, in words.
    pub fn new(names: &[String], own: Option<&str>) -> Result<Labels, String> {
        let own = match own {
            Some(text) => own_map(text, names)?,
            None => Vec::new(),
        };
        let mut labels = Labels {
            marks: Vec::with_capacity(names.len()),
            groups: vec![None],
            ignored: Vec::new(),
        };
        // Labels that are no type of ours compete by themselves: added to what is no name, they would hide names.
        let mut foreign: Vec<(String, usize)> = Vec::new();
        for name in names {
            let (place, base) = split(name);
            if base == "O" {
                labels.marks.push(Mark { group: 0, place });
                continue;
            }
            let said = own.iter().find(|(label, _)| label == &plain(base));
            let what = said.map_or_else(|| known(base), |(_, what)| *what);
            let group = if let Some(what) = what {
                labels.group(what)
            } else if let Some((_, group)) = foreign.iter().find(|(own, _)| own == base) {
                *group
            } else {
                labels.ignored.push(base.to_owned());
                foreign.push((base.to_owned(), labels.groups.len()));
                labels.groups.push(None);
                labels.groups.len() - 1
            };
            labels.marks.push(Mark { group, place });
        }
        Ok(labels)
    }

    /// The group of a type.
    fn group(&mut self, what: What) -> usize {
        let at = self.groups.iter().position(|own| *own == Some(what));
        at.unwrap_or_else(|| {
            self.groups.push(Some(what));
            self.groups.len() - 1
        })
    }

    /// How many labels there are.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// The labels by their numbers.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// How many groups there are, what belongs to none among them.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// What a group is; `None` for what is no name or left out.
    pub fn what(&self, group: usize) -> Option<What> {
        self.groups.get(group).copied().flatten()
    }

    /// The types that are found.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.groups.iter().flatten().map(|(kind, _)| *kind)
    }

    /// The labels that are left out, without what stands before their types.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }
}

/// A label without its place, and the place.
fn split(name: &str) -> (Place, &str) {
    let name = name.trim();
    let (mark, rest) = match name.split_once('-') {
        Some((mark, rest)) => (mark, rest),
        // `B_PER` is a place, `E_MAIL` is not.
        None => match name.split_once('_') {
            Some((mark @ ("B" | "I"), rest)) => (mark, rest),
            _ => return (Place::Inside, name),
        },
    };
    let place = match mark {
        "B" => Place::Begin,
        "I" | "M" => Place::Inside,
        "E" | "L" => Place::Last,
        "S" | "U" => Place::Single,
        _ => return (Place::Inside, name),
    };
    (place, rest)
}

/// A type by its letters and digits: models write `FIRST_NAME`, `FirstName` and `first name`.
fn plain(base: &str) -> String {
    let kept = base.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_uppercase).collect()
}

/// What the built-in map says of a type.
fn known(base: &str) -> Option<What> {
    let plain = plain(base);
    let found = KNOWN.iter().find(|(word, _, _)| *word == plain);
    found
        .map(|(_, kind, subtype)| (*kind, *subtype))
        .or_else(|| {
            let mut all = Kind::ALL.iter();
            let kind = all.find(|kind| self::plain(kind.word()) == plain)?;
            Some((*kind, None))
        })
}

/// The finer words that a map may use: findings hold them for as long as the program runs.
const SUBTYPES: [&str; 6] = [
    "ADDRESS",
    "BIRTHDAY",
    "CITY",
    "COUNTRY",
    "DECEASED_DATE",
    "NATIONALITY",
];

/// Reads a map of the user's: types by letters and digits, and what they are; `None` leaves one out.
fn own_map(text: &str, names: &[String]) -> Result<Vec<(String, Option<What>)>, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.to_string().trim_end().to_owned())?;
    let mut map = Vec::with_capacity(table.len());
    for (label, value) in table {
        let plain = plain(&label);
        if names.iter().all(|name| self::plain(split(name).1) != plain) {
            return Err(format!(
                "the model has no label `{label}`; it has {}",
                bases(names).join(", ")
            ));
        }
        let Some(word) = value.as_str() else {
            return Err(format!("`{label}` is no text; write {label} = \"PERSON\""));
        };
        let what = match word.split_once('/') {
            _ if word.is_empty() => None,
            None => Some((kind(&label, word)?, None)),
            Some((word, subtype)) => {
                let known = SUBTYPES.iter().find(|own| **own == subtype);
                let subtype = known.ok_or_else(|| {
                    let known = SUBTYPES.join(", ");
                    format!("`{label}`: no finer type `{subtype}`; known are {known}")
                })?;
                Some((kind(&label, word)?, Some(*subtype)))
            }
        };
        map.push((plain, what));
    }
    Ok(map)
}

fn kind(label: &str, word: &str) -> Result<Kind, String> {
    Kind::parse(word).ok_or_else(|| {
        format!(
            "`{label}`: no type `{word}`; `aidos pii scan --types NO_SUCH` lists them, \"\" leaves it out"
        )
    })
}

/// The types that labels name, each once, without what is none.
pub(crate) fn bases(names: &[String]) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    for name in names {
        let base = split(name).1;
        if base != "O" && bases.iter().all(|own| own != base) {
            bases.push(base.to_owned());
        }
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str], own: Option<&str>) -> Result<Labels, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Labels::new(&names, own)
    }

    #[test]
    fn usual_labels_are_known_and_their_places_too() {
        let labels = labels(
            &[
                "O",
                "B-PER",
                "I-PER",
                "L-LOC",
                "U-GPE",
                "S-ORG",
                "E-ORG",
                "B_NORP",
                "DATE",
                "B-MISC",
                "I-MISC",
                "first_name",
            ],
            None,
        )
        .unwrap();
        let seen: Vec<_> = labels
            .marks()
            .iter()
            .map(|mark| (labels.what(mark.group).map(|(kind, _)| kind), mark.place))
            .collect();
        assert_eq!(
            seen,
            [
                (None, Place::Inside),
                (Some(Kind::Person), Place::Begin),
                (Some(Kind::Person), Place::Inside),
                (Some(Kind::Location), Place::Last),
                (Some(Kind::Location), Place::Single),
                (Some(Kind::Organization), Place::Single),
                (Some(Kind::Organization), Place::Last),
                (Some(Kind::Nrp), Place::Begin),
                (Some(Kind::DateTime), Place::Inside),
                (None, Place::Begin),
                (None, Place::Inside),
                (Some(Kind::Person), Place::Inside),
            ]
        );
        assert_eq!(labels.ignored(), ["MISC"]);
        // What is left out is a group of its own, and not the one of what is no name.
        assert_ne!(labels.marks()[9].group, 0);
        assert_eq!(labels.marks()[9].group, labels.marks()[10].group);
    }

    #[test]
    fn every_type_of_ours_is_a_label() {
        for kind in Kind::ALL {
            assert_eq!(known(kind.word()).map(|(own, _)| own), Some(*kind));
        }
    }

    #[test]
    fn a_map_of_the_users_wins_and_its_mistakes_are_named() {
        let names = ["O", "B-LABEL_1", "I-LABEL_1", "B-PER"];
        let own = "LABEL_1 = \"LOCATION/CITY\"\nPER = \"\"\n";
        let read = labels(&names, Some(own)).unwrap();
        assert_eq!(read.what(1), Some((Kind::Location, Some("CITY"))));
        assert_eq!(read.ignored(), ["PER"]);
        for (own, says) in [
            ("SHIP = \"PERSON\"", "it has LABEL_1, PER"),
            ("PER = 7", "write PER = \"PERSON\""),
            ("PER = \"HUMAN\"", "no type `HUMAN`"),
            ("PER = \"PERSON/TALL\"", "no finer type `TALL`"),
            ("PER = ", "TOML"),
        ] {
            let error = labels(&names, Some(own)).unwrap_err();
            assert!(error.contains(says), "{own}: {error}");
        }
    }
}
