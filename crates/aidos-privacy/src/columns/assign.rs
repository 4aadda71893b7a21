//! Assignments by hand, which win over all evidence, and lists of columns that are or are not personal.
//!
//! ```toml
//! allow = ["event_*"]         # never personal
//! deny = ["remarks"]          # always personal, whatever is found
//!
//! [[column]]
//! name = "cust_ref"           # the column's name; * stands for any letters
//! type = "RECORD_NUMBER"      # a type's word, or NONE
//! why = "asked the owner of the table"
//! ```

use serde::{Deserialize, Serialize};

use super::kind::Type;
use crate::message::{of_toml, one_line};

/// A column and its type, by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assigned {
    /// The column's name without regard to ASCII case; `*` stands for any letters.
    pub name: String,
    /// A type's word (`CITY`, `LOCATION/CITY`, `US_SSN`), or `NONE` for a column that is none.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why, for those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// All that was decided by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignments {
    /// Columns that are never personal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Columns that are always personal; `CUSTOM` where no other type is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny: Vec<String>,
    /// Columns and their types; of several that fit the first counts.
    #[serde(default, rename = "column", skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Assigned>,
}

/// Why assignments cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document is not what it should be.
    #[error("cannot read the assignments: {problem}; see the guide on columns for their fields")]
    Toml {
        /// What the reader says, with line and column.
        problem: String,
    },
    /// A type that there is none of.
    #[error("column `{name}`: no type `{word}`; use a type's word such as CITY, or NONE")]
    UnknownType {
        /// The column.
        name: String,
        /// The word.
        word: String,
    },
}

impl Assignments {
    /// Reads a TOML document.
    ///
    /// ```
    /// use aidos_privacy::columns::{Assignments, Type};
    /// let by_hand = Assignments::from_toml("[[column]]\nname = 'loc_*'\ntype = 'CITY'")?;
    /// assert_eq!(by_hand.of("LOC_HOME"), Some(Some(Type::City)));
    /// # Ok::<(), aidos_privacy::columns::AssignError>(())
    /// ```
    ///
    /// # Errors
    /// Where the document is no TOML, has fields that there are none of, or names an unknown type.
    pub fn from_toml(document: &str) -> Result<Assignments, Error> {
        let all: Assignments = toml::from_str(document).map_err(|error| Error::Toml {
            problem: of_toml(document, &error),
        })?;
        all.columns.iter().try_for_each(Assigned::check)?;
        Ok(all)
    }

    /// The document that [`from_toml`](Assignments::from_toml) reads.
    ///
    /// # Errors
    /// Where it cannot be written as TOML, which no name or reason causes.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string_pretty(self).map_err(|error| Error::Toml {
            problem: error.to_string(),
        })
    }

    /// Assigns one column; an earlier assignment of the same name is replaced.
    ///
    /// # Errors
    /// Where there is no such type.
    pub fn set(&mut self, name: &str, kind: &str, why: Option<String>) -> Result<(), Error> {
        let new = Assigned {
            name: name.to_owned(),
            kind: kind.to_owned(),
            why,
        };
        new.check()?;
        self.columns
            .retain(|known| !known.name.eq_ignore_ascii_case(name));
        self.columns.insert(0, new);
        Ok(())
    }

    /// The type that a column was given: `Some(None)` for one that was said to be nothing personal.
    pub fn of(&self, name: &str) -> Option<Option<Type>> {
        let found = self.columns.iter().find(|c| fits(&c.name, name))?;
        Some(Type::parse(&found.kind))
    }

    /// Why a column was given its type.
    pub(crate) fn why(&self, name: &str) -> Option<&str> {
        self.columns
            .iter()
            .find(|c| fits(&c.name, name))?
            .why
            .as_deref()
    }

    /// Whether a column is on the allow list.
    pub fn allows(&self, name: &str) -> bool {
        self.allow.iter().any(|known| fits(known, name))
    }

    /// Whether a column is on the deny list.
    pub fn denies(&self, name: &str) -> bool {
        self.deny.iter().any(|known| fits(known, name))
    }
}

impl Assigned {
    fn check(&self) -> Result<(), Error> {
        if self.kind.eq_ignore_ascii_case("none") || Type::parse(&self.kind).is_some() {
            return Ok(());
        }
        Err(Error::UnknownType {
            name: one_line(&self.name),
            word: one_line(&self.kind),
        })
    }
}

/// Whether a name fits a pattern with `*`, without regard to ASCII case. Takes time in proportion to the product
/// of the lengths at most.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let (p, n) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < n.len() {
        if p.get(at) == Some(&b'*') {
            star = Some((at, place));
            at += 1;
        } else if p.get(at) == n.get(place) {
            at += 1;
            place += 1;
        } else if let Some((behind, from)) = star {
            at = behind + 1;
            place = from + 1;
            star = Some((behind, from + 1));
        } else {
            return false;
        }
    }
    p.get(at..).unwrap_or_default().iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit() {
        for (pattern, name, wanted) in [
            ("a", "A", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("a.b", "a.b", true),
        ] {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn documents_read_back_and_mistakes_are_named() {
        let mut all = Assignments::default();
        all.set("x", "CITY", Some("asked".into())).unwrap();
        all.set("X", "none", None).unwrap();
        all.set("ssn", "us_ssn", None).unwrap();
        all.allow.push("port".into());
        let document = all.to_toml().unwrap();
        assert_eq!(Assignments::from_toml(&document).unwrap(), all);
        assert_eq!(all.of("x"), Some(None));
        assert_eq!(all.of("y"), None);
        assert!(all.allows("PORT") && !all.denies("port"));
        let wrong = Assignments::from_toml("[[column]]\nname='a'\ntype='SHOE'")
            .unwrap_err()
            .to_string();
        assert!(wrong.contains("`SHOE`") && wrong.contains("`a`"), "{wrong}");
        assert!(Assignments::from_toml("[[column]]\nnam='a'").is_err());
    }
}
