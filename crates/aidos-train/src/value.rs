//! Values for the slots: names, places, addresses, organisations and what is none of them.

use crate::lists::Lists;
use crate::random::Random;

/// A language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    El,
    De,
    Fr,
    Es,
    It,
}

impl Language {
    pub(crate) const ALL: [Language; 6] = [
        Language::En,
        Language::El,
        Language::De,
        Language::Fr,
        Language::Es,
        Language::It,
    ];

    /// The ISO 639-1 code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::El => "el",
            Language::De => "de",
            Language::Fr => "fr",
            Language::Es => "es",
            Language::It => "it",
        }
    }

    /// The locale whose words and jobs are taken.
    fn locale(self) -> &'static str {
        match self {
            Language::En => "en_US",
            Language::El => "el_GR",
            Language::De => "de_DE",
            Language::Fr => "fr_FR",
            Language::Es => "es_ES",
            Language::It => "it_IT",
        }
    }
}

/// What is drawn from the lists, for one text.
pub(crate) struct Values<'a> {
    pub(crate) lists: &'a Lists,
    pub(crate) language: Language,
    pub(crate) random: &'a mut Random,
}

/// A case of Greek names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Nominative,
    Genitive,
    Accusative,
}

impl Values<'_> {
    /// One of the words of a section.
    fn one(&mut self, section: &str) -> String {
        let lists = self.lists;
        let word = self.random.pick::<str, _>(lists.section(section));
        word.unwrap_or_default().to_owned()
    }

    /// One of the words of a section for the language: `own/legal` and `.de`.
    fn own(&mut self, section: &str) -> String {
        self.one(&format!("own/{section}.{}", self.language.code()))
    }

    /// One of the words for any language, in the text's own letters where there is one.
    fn any(&mut self, section: &str) -> String {
        let section = format!("own/{section}.any");
        let greek = self.language == Language::El;
        let mut word = self.one(&section);
        for _ in 0..6 {
            if word.chars().any(|c| ('\u{370}'..='\u{3ff}').contains(&c)) == greek {
                break;
            }
            word = self.one(&section);
        }
        word
    }

    /// A locale of names: the text's own, most often, or any other.
    fn locale(&mut self, file: &str) -> String {
        let own = match self.language {
            Language::En => ["en_US", "en_GB", "en_IE", "en_US", "en_NZ"].as_slice(),
            Language::El => &["el_GR"],
            Language::De => &["de_DE", "de_AT", "de_CH"],
            Language::Fr => &["fr_FR", "fr_BE", "fr_CH"],
            Language::Es => &["es_ES", "es_MX", "es_CO"],
            Language::It => &["it_IT"],
        };
        let home = if self.language == Language::En {
            55
        } else {
            78
        };
        if self.random.percent(home) {
            let locale: &str = self.random.pick(own).unwrap_or("en_US");
            return format!("{file}/{locale}");
        }
        if self.random.percent(35) {
            return format!("{file}/intl");
        }
        let prefix = format!("{file}/");
        let names: Vec<&str> = self
            .lists
            .names(&prefix)
            .filter(|name| !name.ends_with("el_GR"))
            .collect();
        self.random
            .pick::<str, _>(&names)
            .unwrap_or_default()
            .to_owned()
    }

    /// A word that no list holds: the head of one name and the tail of another.
    fn invented(&mut self, file: &str) -> String {
        let section = self.locale(file);
        let (mut a, b) = (self.one(&section), self.one(&section));
        if a.is_empty() {
            a = self.any("city");
        }
        let head: String = a.chars().take(a.chars().count() / 2 + 1).collect();
        let tail: String = b.chars().skip(b.chars().count() / 2).collect();
        head + &tail.to_lowercase()
    }

    /// A unit of measure or count, or what is counted.
    pub(crate) fn unit(&mut self) -> String {
        const ALL: &[&str] = &[
            "kg", "g", "mg", "km", "m", "cm", "mm", "l", "ml", "%", "ms", "s", "min", "h", "GB",
            "MB", "KB", "TB", "Mbit/s", "km/h", "°C", "°", "V", "A", "W", "kW", "kWh", "Hz", "GHz",
            "Nm", "bar", "dB", "px", "x", "m²", "EUR", "USD", "CHF", "€", "$", "£",
        ];
        let own: &[&str] = match self.language {
            Language::En => &[
                "hours", "minutes", "seconds", "days", "weeks", "months", "years", "degrees",
                "watts", "pcs", "pieces", "pages", "users", "items", "times", "points", "cycles",
                "percent", "miles", "inches", "inch", "feet", "pounds", "dollars", "people",
                "packets", "bytes", "lines", "boxes", "bottles", "cups", "attempts", "litres",
            ],
            Language::De => &[
                "Stunden",
                "Minuten",
                "Sekunden",
                "Tage",
                "Wochen",
                "Monate",
                "Jahre",
                "Grad",
                "Watt",
                "Stück",
                "Seiten",
                "Nutzer",
                "Mal",
                "Punkte",
                "Prozent",
                "Meter",
                "Kilometer",
                "Liter",
                "Byte",
                "Euro",
                "Personen",
                "Pakete",
                "Zeilen",
                "Kisten",
                "Versuche",
                "Gramm",
                "Kilo",
                "Plätze",
                "Artikel",
                "Mitarbeiter",
            ],
            Language::Fr => &[
                "heures",
                "minutes",
                "secondes",
                "jours",
                "semaines",
                "mois",
                "ans",
                "degrés",
                "watts",
                "pièces",
                "pages",
                "fois",
                "points",
                "mètres",
                "litres",
                "octets",
                "euros",
                "personnes",
                "paquets",
                "lignes",
                "essais",
                "grammes",
                "articles",
            ],
            Language::Es => &[
                "horas",
                "minutos",
                "segundos",
                "días",
                "semanas",
                "meses",
                "años",
                "grados",
                "vatios",
                "piezas",
                "páginas",
                "veces",
                "puntos",
                "metros",
                "litros",
                "bytes",
                "euros",
                "personas",
                "paquetes",
                "líneas",
                "intentos",
                "gramos",
                "artículos",
            ],
            Language::It => &[
                "ore",
                "minuti",
                "secondi",
                "giorni",
                "settimane",
                "mesi",
                "anni",
                "gradi",
                "watt",
                "pezzi",
                "pagine",
                "volte",
                "punti",
                "metri",
                "litri",
                "byte",
                "euro",
                "persone",
                "pacchetti",
                "righe",
                "tentativi",
                "grammi",
                "articoli",
            ],
            Language::El => &[
                "ώρες",
                "λεπτά",
                "δευτερόλεπτα",
                "δευτ.",
                "ημέρες",
                "εβδομάδες",
                "μήνες",
                "χρόνια",
                "βαθμούς",
                "βαθμοί",
                "βατ",
                "τεμάχια",
                "σελίδες",
                "φορές",
                "μέτρα",
                "χιλιόμετρα",
                "λίτρα",
                "ευρώ",
                "άτομα",
                "πακέτα",
                "γραμμές",
                "προσπάθειες",
                "γραμμάρια",
            ],
        };
        let list = if self.random.percent(45) { ALL } else { own };
        self.random
            .pick::<str, _>(list)
            .unwrap_or_default()
            .to_owned()
    }

    /// A given name.
    pub(crate) fn given(&mut self) -> String {
        if self.random.percent(7) {
            return self.invented("given");
        }
        let section = self.locale("given");
        self.one(&section)
    }

    /// A family name.
    pub(crate) fn family(&mut self) -> String {
        if self.random.percent(10) {
            return self.invented("family");
        }
        let section = self.locale("family");
        self.one(&section)
    }

    /// A whole name, in one of the forms in which names are written.
    pub(crate) fn person(&mut self) -> String {
        let (given_of, family_of) = if self.random.percent(7) {
            (String::new(), String::new())
        } else {
            let given = self.locale("given");
            let family = given.replace("given/", "family/");
            (given, family)
        };
        let given = match given_of.as_str() {
            "" => self.invented("given"),
            of => self.one(of),
        };
        let mut family = match family_of.as_str() {
            "" => self.invented("family"),
            of => self.one(of),
        };
        if family.is_empty() || self.random.percent(8) {
            family = self.family();
        }
        // A French `M.` before a name is a title.
        let french = self.language == Language::Fr;
        let initial = |name: &str| {
            name.chars()
                .next()
                .filter(|c| !(french && *c == 'M'))
                .map_or_else(|| "J".to_owned(), |c| c.to_string())
        };
        let spanish = self.language == Language::Es && self.random.percent(45);
        match self.random.below(100) {
            _ if spanish => format!("{given} {family} {}", self.family()),
            0..6 => format!("{given} {} {family}", self.given()),
            6..11 => format!("{given} {}. {family}", initial(&self.given())),
            11..17 => format!("{}. {family}", initial(&given)),
            17..20 => format!("{given}-{} {family}", self.given()),
            20..24 => format!("{given} {family}-{}", self.family()),
            24..28 => format!("{given} {} {family}", self.one("own/particle.any")),
            28..32 => format!("{given} {}", family.to_uppercase()),
            32..36 => format!("{family} {given}"),
            36..40 => format!("{given} {} {family}", self.family()),
            _ => format!("{given} {family}"),
        }
    }

    /// A whole name as lists write it, the family name first.
    pub(crate) fn reversed(&mut self) -> String {
        let (given, mut family) = (self.given(), self.family());
        if self.language == Language::Es && self.random.percent(45) {
            family = format!("{family} {}", self.family());
        }
        match self.random.below(4) {
            0 => format!("{}, {}", family.to_uppercase(), given.to_uppercase()),
            1 => format!("{}, {given}", family.to_uppercase()),
            _ => format!("{family}, {given}"),
        }
    }

    /// A title with or without its stop.
    pub(crate) fn title(&mut self) -> String {
        self.own("title")
    }

    /// A city.
    pub(crate) fn city(&mut self) -> String {
        match (self.language, self.random.below(100)) {
            (Language::El, 0..40) => self.one("city/el_GR"),
            (Language::De, 0..30) => self.one("city/de_DE"),
            (Language::De, 30..40) => self.one("city/de_AT"),
            (Language::It, 0..30) => self.one("city/it_IT"),
            (_, 78..92) => self.one("city/any"),
            (_, 92..96) => {
                let names: Vec<&str> = self
                    .lists
                    .names("city/")
                    .filter(|name| !name.ends_with("el_GR"))
                    .collect();
                let section = self
                    .random
                    .pick::<str, _>(&names)
                    .unwrap_or_default()
                    .to_owned();
                self.one(&section)
            }
            (Language::En | Language::Fr | Language::Es, 0..12) => {
                let family = self.invented("family");
                let end = ["ville", "ton", "burg", "field", "port", "berg"];
                let end: &str = self.random.pick(&end).unwrap_or_default();
                format!("{family}{end}")
            }
            (Language::En, 12..20) => {
                let head = [
                    "East", "West", "North", "South", "Port", "Lake", "New", "Saint", "Fort", "San",
                ];
                let head: &str = self.random.pick(&head).unwrap_or_default();
                format!("{head} {}", self.given())
            }
            _ => self.any("city"),
        }
    }

    /// A country, in the language of the text.
    pub(crate) fn country(&mut self) -> String {
        if self.random.percent(35) {
            return self.any("country");
        }
        let section = format!("country/{}", self.language.locale());
        self.one(&section)
    }

    /// A region, river or other place.
    pub(crate) fn place(&mut self) -> String {
        if self.random.percent(60) {
            return self.any("place");
        }
        let names: Vec<&str> = self.lists.names("region/").collect();
        let section = self
            .random
            .pick::<str, _>(&names)
            .unwrap_or_default()
            .to_owned();
        let region = self.one(&section);
        if region.chars().count() < 4 {
            self.any("place")
        } else {
            region
        }
    }

    /// A nationality or another group.
    pub(crate) fn group(&mut self) -> String {
        let word = self.own("group");
        let forms = forms(&word, self.language);
        let at = self.random.below(forms.len() * 2);
        forms.get(at).cloned().unwrap_or(word)
    }

    /// An organisation.
    pub(crate) fn organization(&mut self) -> String {
        let legal = if self.random.percent(80) {
            self.own("legal")
        } else {
            self.any("legal")
        };
        let kind = self.own("orgkind");
        match self.random.below(100) {
            0..22 => self.any("org"),
            22..38 => format!("{} {legal}", self.family()),
            38..41 => {
                let and = match self.language {
                    Language::En => "and",
                    Language::El => "και",
                    Language::De => "und",
                    Language::Fr => "et",
                    Language::Es => "y",
                    Language::It => "e",
                };
                let end = if self.random.percent(50) {
                    format!(" {legal}")
                } else {
                    String::new()
                };
                let first = self.family();
                let second = if self.random.percent(60) {
                    format!(", {}", self.family())
                } else {
                    String::new()
                };
                format!("{first}{second} {and} {}{end}", self.family())
            }
            41..44 => format!("{}-{}", self.family(), self.family()),
            44 => format!("The {} {}", capital(&self.word()), capital(&self.word())),
            45..51 if self.language == Language::En => format!("{} {kind} {legal}", self.family()),
            51..58 if self.language == Language::En => format!("{} {kind}", self.city()),
            58..64 if self.language == Language::En => format!("{kind} of {}", self.city()),
            64..68 if self.language == Language::En => {
                format!("{} {kind}", self.invented("family"))
            }
            68..77 if self.language == Language::En => {
                let (a, b) = (capital(&self.word()), capital(&self.word()));
                match self.random.below(4) {
                    0 => format!("{a} {b}"),
                    1 => format!("{a} {b} {kind}"),
                    _ => format!("{a} {kind}"),
                }
            }
            45..51 => format!("{} {}", capital(&self.word()), self.family()),
            51..60 => format!("{kind} {}", self.city()),
            60..64 => format!("{kind} {}", self.family()),
            64..66 => format!("{kind} {}", capital(&self.word())),
            66..68 => format!("{kind} {} {}", self.one("own/particle.any"), self.family()),
            68..72 => format!("{} {kind} {legal}", self.family()),
            72..84 => format!("{} {legal}", self.invented("city")),
            84..90 => {
                let heads = [
                    "Tech", "Cyber", "Data", "Net", "Bio", "Eco", "Medi", "Solar", "Info", "Inter",
                    "Euro", "Global", "Smart", "Nova", "Alpha", "Omega", "Blue", "Green", "Red",
                    "North", "Sky", "Sun",
                ];
                let tails = [
                    "soft",
                    "Net",
                    "Tech",
                    "Corp",
                    "Sys",
                    "works",
                    "line",
                    "Link",
                    " Systems",
                    " Solutions",
                    " Labs",
                    " Energy",
                    " Media",
                    " Security",
                    " Logistics",
                    "care",
                    "bank",
                    " Group",
                    "pharm",
                    "trade",
                ];
                let head: &str = self.random.pick(&heads).unwrap_or_default();
                let tail: &str = self.random.pick(&tails).unwrap_or_default();
                if self.random.percent(40) {
                    format!("{head}{tail} {legal}")
                } else {
                    format!("{head}{tail}")
                }
            }
            90..95 => {
                let letters = self.random.between(2, 5);
                let greek = self.language == Language::El;
                (0..letters).map(|_| self.capital(greek)).collect()
            }
            _ => format!("{} & {}", self.family(), self.family()),
        }
    }

    fn capital(&mut self, greek: bool) -> char {
        let letters: Vec<char> = if greek {
            ('Α'..='Ω').filter(|c| c.is_alphabetic()).collect()
        } else {
            ('A'..='Z').collect()
        };
        letters
            .get(self.random.below(letters.len()))
            .copied()
            .unwrap_or('A')
    }

    /// What a person does.
    pub(crate) fn job(&mut self) -> String {
        let section = match self.language {
            Language::De => "job/de_AT".to_owned(),
            Language::It => return self.own("role"),
            other => format!("job/{}", other.locale()),
        };
        let job = self.one(&section);
        job.split([',', '(', '/'])
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// A person's part in a story: manager, nurse.
    pub(crate) fn role(&mut self) -> String {
        self.own("role")
    }

    /// A word of everyday language.
    pub(crate) fn word(&mut self) -> String {
        let word = if self.random.percent(50) {
            self.own("word")
        } else {
            self.one(&format!("word/{}", self.language.locale()))
        };
        // German nouns have a capital, and join.
        if self.language != Language::De {
            return word.to_lowercase();
        }
        let noun = word.chars().next().is_some_and(char::is_uppercase);
        if noun && self.random.percent(30) {
            let other = self.own("word").to_lowercase();
            let ends = ["", "", "e", "en", "s", "n"];
            let end: &str = self.random.pick(&ends).unwrap_or_default();
            return format!(
                "{word}{}{other}{end}",
                if self.random.percent(25) { "s" } else { "" }
            );
        }
        word
    }

    /// A product, malware or acronym.
    pub(crate) fn product(&mut self) -> String {
        if self.random.percent(75) {
            return self.any("product");
        }
        let head = self.invented("city");
        let tails = [
            "Loader", "RAT", "Bot", "Locker", "Stealer", " 365", " Pro", " Manager", "DB", "OS",
            "-X", " 2.0", " Cloud", " Agent",
        ];
        let tail: &str = self.random.pick(&tails).unwrap_or_default();
        format!("{}{tail}", head.split(' ').next().unwrap_or_default())
    }

    /// A month or a weekday.
    pub(crate) fn month(&mut self) -> String {
        self.any("time")
    }
}

/// A word with a capital.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).collect()
}

/// The forms of a nationality, as adjective and of people; those that the ending tells.
pub(crate) fn forms(word: &str, language: Language) -> Vec<String> {
    let with = |cut: &str, ends: &[&str]| -> Vec<String> {
        let stem = word.strip_suffix(cut).unwrap_or(word);
        ends.iter().map(|end| format!("{stem}{end}")).collect()
    };
    match language {
        Language::De if word.ends_with("sche") => with("e", &["", "e", "er", "en", "es", "em"]),
        Language::De if word.ends_with("er") => with("", &["", "in", "n", "innen"]),
        Language::De if word.ends_with('e') => with("e", &["e", "en"]),
        Language::Fr if word.ends_with('s') => with("", &["", "e", "es"]),
        Language::Fr if word.ends_with('e') => with("", &["", "s"]),
        Language::Fr => with("", &["", "e", "s", "es"]),
        Language::Es if word.ends_with('o') => with("o", &["o", "a", "os", "as"]),
        Language::Es if word.ends_with("és") => with("és", &["és", "esa", "eses", "esas"]),
        Language::Es if word.ends_with("án") => with("án", &["án", "ana", "anes", "anas"]),
        Language::It if word.ends_with("co") => with("co", &["co", "ca", "ci", "chi", "che"]),
        Language::It if word.ends_with('o') => with("o", &["o", "a", "i", "e"]),
        Language::It if word.ends_with('e') => with("e", &["e", "i"]),
        Language::El if word.ends_with("ός") => with("ός", &["ός", "ού", "ό", "οί", "ούς", "ών"]),
        Language::El if word.ends_with("ος") => with("ος", &["ος", "ου", "ο", "οι", "ους"]),
        Language::El if word.ends_with("ική") => {
            with("ή", &["ή", "ής", "ό", "ού", "ός", "ές", "ών", "ά"])
        }
        Language::El if word.ends_with("ίδα") => with("α", &["α", "ας", "ες"]),
        _ => Vec::new(),
    }
}

/// A Greek name in a case; others do not change.
pub(crate) fn decline(name: &str, case: Case) -> String {
    let words: Vec<String> = name
        .split(' ')
        .map(|word| decline_word(word, case))
        .collect();
    words.join(" ")
}

fn decline_word(word: &str, case: Case) -> String {
    let changed = |cut: &str, genitive: &str, accusative: &str| {
        let stem = word.strip_suffix(cut)?;
        let end = match case {
            Case::Nominative => cut,
            Case::Genitive => genitive,
            Case::Accusative => accusative,
        };
        Some(format!("{stem}{end}"))
    };
    let rules = [
        ("ος", "ου", "ο"),
        ("ός", "ού", "ό"),
        ("ης", "η", "η"),
        ("ής", "ή", "ή"),
        ("ας", "α", "α"),
        ("άς", "ά", "ά"),
        ("α", "ας", "α"),
        ("ά", "άς", "ά"),
        ("η", "ης", "η"),
        ("ή", "ής", "ή"),
    ];
    rules
        .iter()
        .find_map(|(cut, genitive, accusative)| changed(cut, genitive, accusative))
        .unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greek_names_decline() {
        assert_eq!(
            decline("Γιώργος Παπαδόπουλος", Case::Genitive),
            "Γιώργου Παπαδόπουλου"
        );
        assert_eq!(decline("Μαρία", Case::Genitive), "Μαρίας");
        assert_eq!(decline("Νίκος", Case::Accusative), "Νίκο");
        assert_eq!(decline("Smith", Case::Genitive), "Smith");
    }
}
