//! Whole texts with their names marked: templates filled, joined and roughened.

use std::rc::Rc;

use aidos_privacy::pii::tagger::Label;

use crate::address::digits;
use crate::lists::Lists;
use crate::random::Random;
use crate::template::{Part, Templates, choose, parts};
use crate::value::{Case, Language, Values, capital, decline};

/// A text, and where the names in it begin and end, in bytes.
#[derive(Debug, Default, Clone)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// Start, end, and the label with which the name begins.
    pub(crate) names: Vec<(usize, usize, Label)>,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn push_name(&mut self, name: &str, label: Label) {
        let start = self.text.len();
        self.text.push_str(name);
        if !name.is_empty() {
            self.names.push((start, self.text.len(), label));
        }
    }

    fn append(&mut self, other: &Text) {
        let start = self.text.len();
        self.text.push_str(&other.text);
        self.names.extend(
            other
                .names
                .iter()
                .map(|(from, to, label)| (from + start, to + start, *label)),
        );
    }

    /// The text with every stretch changed by a function; names keep their places.
    fn map(&self, change: impl Fn(&str) -> String) -> Text {
        let mut made = Text::default();
        let mut place = 0;
        for &(from, to, label) in &self.names {
            made.push(&change(self.text.get(place..from).unwrap_or_default()));
            made.push_name(&change(self.text.get(from..to).unwrap_or_default()), label);
            place = to;
        }
        made.push(&change(self.text.get(place..).unwrap_or_default()));
        made
    }
}

/// Everything that texts are made from.
pub(crate) struct Source {
    pub(crate) lists: Rc<Lists>,
    /// The templates of each language, in the order of [`Language::ALL`].
    pub(crate) languages: Vec<Templates>,
    /// Lines of logs with names, and without.
    pub(crate) logs: Templates,
    /// Numbers of all sorts among words, with names and without, in any language.
    pub(crate) numbers: Templates,
}

impl Source {
    /// The same with every seventh template, or with all others.
    pub(crate) fn seventh(&self, held: bool) -> Source {
        let keep = |n: usize| (n % 7 == 3) == held;
        Source {
            lists: Rc::clone(&self.lists),
            languages: self
                .languages
                .iter()
                .map(|templates| templates.part(keep))
                .collect(),
            logs: self.logs.part(keep),
            numbers: self.numbers.part(keep),
        }
    }

    /// Makes one text.
    pub(crate) fn text(&self, random: &mut Random) -> Text {
        let language = match random.below(100) {
            0..40 => 0,
            40..55 => 1,
            55..67 => 2,
            67..78 => 3,
            78..89 => 4,
            _ => 5,
        };
        let (Some(&own), Some(templates)) =
            (Language::ALL.get(language), self.languages.get(language))
        else {
            return Text::default();
        };
        match random.below(100) {
            0..10 => self.lines(own, &self.logs.without, random),
            10..15 => self.lines(own, &self.logs.with, random),
            15..22 => self.prose(own, &self.numbers, 0, random),
            22..28 => self.prose(own, &self.numbers, 100, random),
            28..38 => self.prose(own, templates, 0, random),
            _ => self.prose(own, templates, 72, random),
        }
    }

    /// Lines of a log.
    fn lines(&self, language: Language, templates: &[String], random: &mut Random) -> Text {
        let mut made = Text::default();
        for n in 0..random.between(1, 2) {
            if n > 0 {
                made.push("\n");
            }
            let template = random
                .pick::<str, _>(templates)
                .unwrap_or_default()
                .to_owned();
            made.append(&self.fill(language, &template, random));
        }
        made
    }

    /// Sentences; so many of a hundred hold names.
    fn prose(
        &self,
        language: Language,
        templates: &Templates,
        share: usize,
        random: &mut Random,
    ) -> Text {
        let mut made = Text::default();
        let sentences = match random.below(10) {
            0..5 => 1,
            5..8 => 2,
            _ => random.between(3, 5),
        };
        for n in 0..sentences {
            if n > 0 {
                let gap = [" ", " ", " ", "\n", "\n\n"];
                made.push(random.pick::<str, _>(&gap).unwrap_or_default());
            }
            let list = if random.percent(share) {
                &templates.with
            } else {
                &templates.without
            };
            let template = random.pick::<str, _>(list).unwrap_or_default().to_owned();
            made.append(&self.fill(language, &template, random));
        }
        roughen(&made, random)
    }

    fn fill(&self, language: Language, template: &str, random: &mut Random) -> Text {
        let chosen = choose(template, random);
        let mut values = Values {
            lists: &self.lists,
            language,
            random,
        };
        let mut made = Text::default();
        for part in parts(&chosen) {
            match part {
                Part::Text(text) => made.push(text),
                Part::Slot(name) => slot(name, &mut values, &mut made),
            }
        }
        made
    }
}

/// Fills one slot.
fn slot(name: &str, values: &mut Values<'_>, out: &mut Text) {
    let (name, case) = match name.split_once('.') {
        Some((name, "g")) => (name, Case::Genitive),
        Some((name, _)) => (name, Case::Accusative),
        None => (name, Case::Nominative),
    };
    let greek = values.language == Language::El;
    let declined = |name: String| if greek { decline(&name, case) } else { name };
    match name {
        "person" => out.push_name(&declined(values.person()), Label::Person),
        "given" => out.push_name(&declined(values.given()), Label::Person),
        "family" => {
            let name = if greek && values.random.percent(50) {
                decline(&values.family(), Case::Accusative)
            } else {
                declined(values.family())
            };
            out.push_name(&name, Label::Person);
        }
        "reversed" => out.push_name(&values.reversed(), Label::Person),
        "title" => out.push_name(&values.title(), Label::Title),
        "address" => out.push_name(&values.address(), Label::Address),
        "street" => out.push_name(&values.street(), Label::Address),
        "city" => out.push_name(&values.city(), Label::City),
        "country" => out.push_name(&values.country(), Label::Country),
        "place" => out.push_name(&values.place(), Label::Place),
        "org" => out.push_name(&values.organization(), Label::Organization),
        "group" => out.push_name(&values.group(), Label::Group),
        other => {
            let filler = filler(other, values);
            out.push(&filler);
        }
    }
}

/// What stands in texts and is no name.
fn filler(name: &str, values: &mut Values<'_>) -> String {
    let english = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    match name {
        "job" => values.job(),
        "role" => values.role(),
        "product" => values.product(),
        "month" | "weekday" => values.month(),
        "word" => values.word(),
        "Word" => capital(&values.word()),
        "zip" => values.zip(),
        "Mon" => values
            .random
            .pick::<str, _>(&english)
            .unwrap_or_default()
            .to_owned(),
        "year" => values.random.between(1950, 2029).to_string(),
        "age" => values.random.between(1, 99).to_string(),
        "num" => {
            let digits = values.random.between(1, 9);
            let most = 10usize.pow(u32::try_from(digits).unwrap_or(1));
            values.random.below(most).to_string()
        }
        "num2" => values.random.between(1, 31).to_string(),
        "time" => {
            let (hour, minute) = (values.random.below(24), values.random.below(60));
            match values.random.below(4) {
                0 => format!("{}:{minute:02} pm", hour % 12 + 1),
                1 => format!("{hour:02}:{minute:02}:{:02}", values.random.below(60)),
                _ => format!("{hour:02}:{minute:02}"),
            }
        }
        "date" => {
            let (day, month, year) = (
                values.random.between(1, 28),
                values.random.between(1, 12),
                values.random.between(1950, 2029),
            );
            match values.random.below(6) {
                0 => format!("{day}/{month}/{year}"),
                1 => format!("{day:02}.{month:02}.{year}"),
                2 => format!("{} {day}, {year}", values.month()),
                3 => format!("{day} {} {year}", values.month()),
                4 => format!("{day} {}", values.month()),
                _ => format!("{year}-{month:02}-{day:02}"),
            }
        }
        "phone" => {
            let patterns = [
                "+99 999 9999999",
                "+99 99 9999 9999",
                "+99 (0)99 9999999",
                "+999999999999",
                "+9-999-999-9999",
                "+99-99-9999-9999",
                "0099 999 999999",
                "0099 99 9999 9999",
                "(999) 999-9999",
                "(099) 9999 9999",
                "(09999) 999999",
                "999-999-9999",
                "999.999.9999",
                "999 999 9999",
                "999 999 999",
                "999 9999999",
                "9999 999 999",
                "9999 99 99 99",
                "9999999999",
                "09999 999999",
                "099 9999 9999",
                "099 999 9999",
                "0999 999 999",
                "099 999999-9",
                "0999 / 999999",
                "099 / 999 99 99",
                "99 99 99 99 99",
                "99 999 99 99",
                "999 99 99 99",
                "999 999999",
            ];
            let pattern = values.random.pick::<str, _>(&patterns).unwrap_or_default();
            let end = match values.random.below(12) {
                0 => " ext. 99",
                1 => " x999",
                _ => "",
            };
            digits(&format!("{pattern}{end}"), values.random)
        }
        "number" => number(values.random),
        "amount" => {
            let (number, unit) = (number(values.random), values.unit());
            let gap = if values.random.percent(85) { " " } else { "" };
            format!("{number}{gap}{unit}")
        }
        "version" => {
            let v = if values.random.percent(20) { "v" } else { "" };
            let pattern = ["9.9", "9.99", "99.9.9", "9.99.99", "99.99.99", "9.9.9-9"];
            let pattern = values.random.pick::<str, _>(&pattern).unwrap_or_default();
            format!("{v}{}", digits(pattern, values.random))
        }
        "letters" => {
            let known = [
                "CPU", "GPU", "RAM", "SSD", "USB", "PDF", "CSV", "XML", "JSON", "HTTP", "HTTPS",
                "SQL", "VPN", "DNS", "DHCP", "API", "URL", "ID", "FAQ", "PIN", "TAN", "SMS", "GB",
                "MB", "KB", "TB", "RGB", "LED", "TV", "PC", "IT", "HR", "PR", "QA", "ETA", "ASAP",
                "FYI", "MFA", "SSO", "TLS", "SSH", "LAN", "WLAN", "UTC", "AM", "PM", "NB", "PS",
                "IP", "ECG", "MRI", "BP", "RSVP", "DIY", "CV", "PO", "SSN", "IBAN", "BIC", "VAT",
                "TBD", "OK",
            ];
            let known = values.random.pick::<str, _>(&known).unwrap_or_default();
            known.to_owned()
        }
        "money" => {
            let sum = values.random.between(1, 99_999);
            match values.random.below(4) {
                0 => format!("${sum}"),
                1 => format!("{sum} €"),
                2 => format!("{sum} EUR"),
                _ => format!("£{sum}.50"),
            }
        }
        "ip" => (0..4)
            .map(|_| values.random.between(1, 254).to_string())
            .collect::<Vec<_>>()
            .join("."),
        "cve" => format!(
            "CVE-{}-{}",
            values.random.between(2014, 2029),
            values.random.between(1000, 49999)
        ),
        "hash" => (0..32)
            .map(|_| {
                char::from_digit(u32::try_from(values.random.below(16)).unwrap_or(0), 16)
                    .unwrap_or('0')
            })
            .collect(),
        "user" => {
            let (given, family) = (ascii(&values.given()), ascii(&values.family()));
            match values.random.below(4) {
                0 => format!("{}{family}", given.chars().next().unwrap_or('x')),
                1 => format!("{given}.{family}"),
                2 => [
                    "admin", "root", "www-data", "backup", "guest", "oracle", "test", "nagios",
                ]
                .get(values.random.below(8))
                .map_or_else(String::new, ToString::to_string),
                _ => format!("{given}{}", values.random.below(99)),
            }
        }
        "email" => format!(
            "{}.{}@{}.example",
            ascii(&values.given()),
            ascii(&values.family()),
            values
                .random
                .pick::<str, _>(&["mail", "corp", "web"])
                .unwrap_or_default()
        ),
        "url" => format!(
            "https://{}.example/{}",
            ascii(&values.family()),
            ascii(&values.given())
        ),
        "host" => {
            let kinds = ["web", "db", "mail", "fw", "srv", "app", "dc", "proxy", "ns"];
            let kind = values
                .random
                .pick::<str, _>(&kinds)
                .unwrap_or_default()
                .to_owned();
            let end = if values.random.percent(50) {
                ".corp.example"
            } else {
                ""
            };
            format!("{kind}{}{end}", values.random.between(1, 40))
        }
        "file" => format!(
            "{}.{}",
            ascii(&values.family()),
            values
                .random
                .pick::<str, _>(&["exe", "dll", "doc", "zip", "py", "log"])
                .unwrap_or_default()
        ),
        // A slot that has no values shows itself, so that a test sees it.
        other => format!("{{{other}}}"),
    }
}

/// A number as people write counts, measures and sums.
fn number(random: &mut Random) -> String {
    let patterns = [
        "9", "9", "99", "99", "99", "999", "999", "9999", "99999", "9.9", "99.9", "99.99", "9,9",
        "99,9", "999.99", "999,99", "9,999", "99,999", "999,999", "9.999", "9,999.99", "9.999,99",
        "99 999", "9/9", "9-9", "99-99", "-9", "99x99",
    ];
    let pattern = random.pick::<str, _>(&patterns).unwrap_or_default();
    digits(pattern, random)
}

/// The small ASCII letters of a name.
fn ascii(name: &str) -> String {
    let small: String = name
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .collect();
    if small.is_empty() {
        "user".to_owned()
    } else {
        small
    }
}

/// Writes a text as people do: without capitals, in capitals, in a list, quoted.
fn roughen(text: &Text, random: &mut Random) -> Text {
    // `US` in small letters is no country.
    let short = text.names.iter().any(|name| name.1 - name.0 < 4);
    let mut made = match random.below(100) {
        0..7 if !short => text.map(str::to_lowercase),
        7..11 => text.map(str::to_uppercase),
        11..15 if text.names.is_empty() => text.map(headline),
        _ => text.clone(),
    };
    if random.percent(15)
        && made.text.ends_with('.')
        && made
            .names
            .last()
            .is_none_or(|name| name.1 < made.text.len())
    {
        made.text.pop();
    }
    if random.percent(7) {
        let marks = ["- ", "> ", "* ", "1. ", "• ", "\"", "("];
        let mut marked = Text::default();
        marked.push(random.pick::<str, _>(&marks).unwrap_or_default());
        marked.append(&made);
        made = marked;
    }
    made
}

/// Every word with a capital.
fn headline(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(capital).collect();
    words.join(" ")
}
