//! Postal addresses in the forms of many countries.

use crate::random::Random;
use crate::value::{Language, Values, capital};

/// A pattern with `9` for a digit and `A` for a capital, filled at random.
pub(crate) fn digits(pattern: &str, random: &mut Random) -> String {
    let letters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    let fill = |c: char| match c {
        '9' => char::from_digit(u32::try_from(random.below(10)).unwrap_or(0), 10).unwrap_or('0'),
        'A' => letters
            .chars()
            .nth(random.below(letters.len()))
            .unwrap_or('A'),
        other => other,
    };
    pattern.chars().map(fill).collect()
}

impl Values<'_> {
    fn number(&mut self) -> String {
        let number = match self.random.below(10) {
            0..6 => self.random.between(1, 199),
            6..9 => self.random.between(1, 2999),
            _ => self.random.between(3000, 99999),
        };
        let number = number.to_string();
        match self.random.below(20) {
            0 => format!("{number}{}", self.pick(&["a", "b", "A", "B"])),
            1 => format!("{number}-{}", self.random.between(2, 99)),
            2 => format!("{number}/{}", self.random.between(1, 20)),
            _ => number,
        }
    }

    fn pick(&mut self, ways: &[&str]) -> String {
        self.random
            .pick::<str, _>(ways)
            .unwrap_or_default()
            .to_owned()
    }

    fn section(&mut self, name: &str) -> String {
        let lists = self.lists;
        self.random
            .pick::<str, _>(lists.section(name))
            .unwrap_or_default()
            .to_owned()
    }

    /// A postal code in the form of the language's country.
    pub(crate) fn zip(&mut self) -> String {
        let patterns: &[&str] = match self.language {
            Language::En => &[
                "99999",
                "99999",
                "99999-9999",
                "AA9 9AA",
                "A99 9AA",
                "AA99 9AA",
            ],
            Language::El => &["999 99", "99999"],
            _ => &["99999"],
        };
        let pattern = self.pick(patterns);
        digits(&pattern, self.random)
    }

    /// A street with its number.
    pub(crate) fn street(&mut self) -> String {
        self.street_of(self.language)
    }

    fn street_of(&mut self, language: Language) -> String {
        let number = self.number();
        let name = match self.random.below(3) {
            0 => self.family(),
            1 => self.given(),
            _ => String::new(),
        };
        let code = language.code();
        let known = self.section(&format!("own/streetname.{code}"));
        let kind = self.section(&format!("own/street.{code}"));
        match language {
            Language::En => {
                let name = if name.is_empty() || self.random.percent(30) {
                    known
                } else {
                    name
                };
                let dot = if kind.chars().count() < 4 && self.random.percent(25) {
                    "."
                } else {
                    ""
                };
                let unit = match self.random.below(8) {
                    0 => format!(
                        "{}{} {}",
                        self.pick(&[", ", " ", "\n"]),
                        self.section("own/unit.en"),
                        self.random.between(1, 999)
                    ),
                    1 => format!(" #{}", self.random.between(1, 99)),
                    _ => String::new(),
                };
                format!("{number} {name} {kind}{dot}{unit}")
            }
            Language::De => match self.random.below(10) {
                0..6 => format!(
                    "{known}{} {number}",
                    self.pick(&[
                        "straße", "strasse", "str.", "weg", "platz", "gasse", "allee"
                    ])
                ),
                6..8 if !name.is_empty() => format!("{name}-{kind} {number}"),
                6 | 7 => {
                    let city = self.section("city/de_DE");
                    let city = city.split([' ', '-']).next().unwrap_or_default();
                    format!(
                        "{city}er {}{} {number}",
                        self.pick(&["", "Land", "Heer"]),
                        self.pick(&["Straße", "Allee", "Weg", "straße"])
                    )
                }
                8 => format!(
                    "Am {known}{} {number}",
                    self.pick(&["berg", "platz", "tor", "hof", "feld"])
                ),
                _ => format!("{known}weg {number}"),
            },
            Language::Fr => {
                let kind = if self.random.percent(25) {
                    capital(&kind)
                } else {
                    kind
                };
                let comma = if self.random.percent(50) { "," } else { "" };
                let more = self.pick(&["", "", "", " bis", " ter"]);
                let name = if name.is_empty() || self.random.percent(60) {
                    known
                } else {
                    name
                };
                format!("{number}{more}{comma} {kind} {name}")
            }
            Language::Es => {
                let name = if name.is_empty() || self.random.percent(60) {
                    known
                } else {
                    name
                };
                let comma = self.pick(&[",", ",", "", " nº"]);
                let floor = match self.random.below(6) {
                    0 => format!(
                        ", {}º {}",
                        self.random.between(1, 9),
                        self.pick(&["A", "B", "C", "D", "izq", "dcha"])
                    ),
                    1 => format!(", piso {}", self.random.between(1, 12)),
                    _ => String::new(),
                };
                format!("{kind} {name}{comma} {number}{floor}")
            }
            Language::It => {
                let name = if name.is_empty() || self.random.percent(60) {
                    known
                } else {
                    name
                };
                let kind = if self.random.percent(15) {
                    kind.to_lowercase()
                } else {
                    kind
                };
                let comma = self.pick(&[",", "", ""]);
                format!("{kind} {name}{comma} {number}")
            }
            Language::El => {
                let name = if name.is_empty() || self.random.percent(75) {
                    known
                } else {
                    crate::value::decline(&name, crate::value::Case::Genitive)
                };
                match self.random.below(10) {
                    0..2 => format!("{kind} {name} {number}"),
                    2 => format!("Λεωφ. {name} {number}"),
                    3 => format!("{name} αρ. {number}"),
                    4 => format!("{name}, {number}"),
                    _ => format!("{name} {number}"),
                }
            }
        }
    }

    /// A street of a country whose language is none of the six.
    fn street_abroad(&mut self) -> String {
        let number = self.number();
        match self.random.below(7) {
            0 => {
                let names: Vec<&str> = self.lists.names("street/").collect();
                let section = self
                    .random
                    .pick::<str, _>(&names)
                    .unwrap_or_default()
                    .to_owned();
                format!("{} {number}", self.section(&section))
            }
            1 => format!(
                "{}{} {number}",
                self.family().replace(' ', ""),
                self.pick(&[
                    "straat", "gatan", "vej", "laan", "katu", "veien", "gade", "plein", "gata",
                    "tie"
                ])
            ),
            2 => format!("ul. {} {number}", self.family()),
            3 => format!("Rua {} {number}", self.family()),
            4 => format!(
                "{} {} {number}",
                self.section("own/street.any"),
                self.family()
            ),
            5 => format!(
                "{} {} {number}",
                self.family(),
                self.section("own/street.any")
            ),
            _ => format!(
                "{number} {} {}",
                self.family(),
                self.section("own/street.en")
            ),
        }
    }

    /// A postal address: street, city, code, country in one of their orders.
    pub(crate) fn address(&mut self) -> String {
        let home = if self.language == Language::En {
            62
        } else {
            82
        };
        let abroad = !self.random.percent(home);
        let language = if abroad {
            Language::ALL
                .get(self.random.below(6))
                .copied()
                .unwrap_or(Language::En)
        } else {
            self.language
        };
        let language = if language == Language::El && self.language != Language::El {
            Language::En
        } else {
            language
        };
        let foreign = abroad && self.random.percent(60);
        let street = if foreign {
            self.street_abroad()
        } else {
            self.street_of(language)
        };
        if self.random.percent(18) {
            return street;
        }
        let city = self.city();
        let gap = self.pick(&[", ", ", ", ", ", "\n", "\n", " ", "\n ", ",\n", " - "]);
        let code = if foreign {
            let pattern = self.pick(&[
                "99999", "9999", "9999 AA", "99-999", "9999-999", "999 99", "999999", "AA-9999",
            ]);
            digits(&pattern, self.random)
        } else {
            self.zip()
        };
        let last = match (language, self.random.below(10)) {
            (Language::En, 0..6) if !foreign => {
                let state = if self.random.percent(75) {
                    self.pick(&[
                        "AL", "AZ", "CA", "CO", "CT", "FL", "GA", "IA", "ID", "IL", "KS", "LA",
                        "MA", "MD", "MI", "MN", "MO", "NC", "NH", "NJ", "NV", "NY", "OH", "OK",
                        "OR", "PA", "SC", "TN", "TX", "UT", "VA", "WA", "WI",
                    ])
                } else {
                    self.section("region/en_US")
                };
                match self.random.below(4) {
                    0 => format!("{city} {state} {code}"),
                    1 => format!("{city}, {state}"),
                    _ => format!("{city}, {state} {code}"),
                }
            }
            (Language::En, 6..8) | (Language::El, 3..5) => format!("{city} {code}"),
            (Language::It, 0..4) => format!("{code} {city} ({})", digits("AA", self.random)),
            (Language::Es, 0..2) => format!("{code} {city} ({city})"),
            (Language::El, 0..3) => format!("Τ.Κ. {code}, {city}"),
            (_, 9) => city,
            (_, 8) => format!("{city}{}{code}", self.pick(&[", ", " ", "\n"])),
            _ => format!("{code} {city}"),
        };
        let country = match self.random.below(10) {
            0..2 => format!("{}{}", self.pick(&[", ", "\n", "\n ", " "]), self.country()),
            2 if foreign => format!(
                "{}{} {}",
                self.pick(&[", ", "\n", "\n "]),
                self.country(),
                digits("9999", self.random)
            ),
            _ => String::new(),
        };
        format!("{street}{gap}{last}{country}")
    }
}
