//! What a single value looks like, by itself.

use std::net::IpAddr;

use super::date;
use super::header::fold;
use super::lexicon::{FIRST, LAST, Lexicon};
use crate::pii::check::{luhn, mod97};

/// Declares [`Shape`] and how many there are.
macro_rules! shapes {
    ($($name:ident: $doc:literal,)*) => {
        /// A way in which a value can look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Shape { $(#[doc = $doc] $name,)* Count }
    };
}

shapes! {
    Ip: "an IP address, also with port or prefix",
    Mac: "six octets in hexadecimal digits",
    Email: "an e-mail address",
    Url: "a URL with its scheme",
    Domain: "a domain name",
    Uuid: "a UUID",
    Hash: "32, 40, 64 or 128 hexadecimal digits",
    Cve: "CVE, a year and a number",
    Technique: "T and four digits",
    StixId: "a STIX type and a UUID",
    Asn: "AS and a number",
    Iban: "an account number that passes modulo 97",
    Crypto: "the address of a wallet by its form",
    Card: "13 to 19 digits that pass Luhn",
    CardDigits: "13 to 19 digits in groups of a card",
    PhoneStrong: "a telephone number with its country, brackets or groups",
    PhoneWeak: "the digits of a telephone number",
    Date: "a date",
    DateTime: "a date with a clock time",
    Epoch: "seconds or milliseconds since 1970",
    Bic: "a bank identifier code",
    Icd: "an ICD-10 code",
    UserAgent: "a program with its version",
    FilePath: "a path or the name of a file",
    ZipStrong: "a postal code with letters or a separator",
    ZipWeak: "four to six digits",
    LatLon: "degrees with at least three decimals",
    Integer: "a whole number",
    Decimal: "a number with a fraction",
    Money: "a number with a sign of currency, or two decimals",
    Json: "a JSON object or array",
    HostName: "a name of a machine",
    UserName: "a name of an account",
    Secret: "a password or key",
    Person: "two to four capitalised words, one of them a known name",
    Names: "two to four capitalised words",
    Account: "small letters, digits, points: the form of a name of an account",
    Address: "words and a number",
    Capital: "capitalised words without digits",
    Word: "a single word",
    Sentence: "five words or more",
    Digits: "digits alone",
}

/// A bit for each shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shapes(u64);

impl Shapes {
    fn add(&mut self, shape: Shape, fits: bool) {
        if fits {
            self.0 |= 1 << shape as u64;
        }
    }

    pub(crate) fn has(self, shape: Shape) -> bool {
        self.0 >> (shape as u64) & 1 == 1
    }
}

/// The shapes of a value.
pub(crate) fn of(value: &str, lexicon: &Lexicon) -> Shapes {
    let mut all = Shapes::default();
    let bytes = value.as_bytes();
    let words = value.split_whitespace().count();
    all.add(Shape::Sentence, words >= 5);
    if value.len() > 300 {
        all.add(Shape::Json, is_json(value));
        all.add(Shape::UserAgent, is_user_agent(value));
        all.add(Shape::Url, is_url(value));
        return all;
    }
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    all.add(Shape::Ip, is_ip(value));
    all.add(Shape::Mac, aidos_model::Mac::parse(value).is_some());
    all.add(Shape::Email, is_email(value));
    all.add(Shape::Url, is_url(value));
    all.add(Shape::Uuid, is_uuid(value));
    let hexadecimal = bytes.iter().all(u8::is_ascii_hexdigit);
    let long = matches!(bytes.len(), 32 | 40 | 64 | 128);
    all.add(Shape::Hash, hexadecimal && long && digits < bytes.len());
    all.add(Shape::Cve, is_cve(value));
    all.add(Shape::Technique, is_technique(value));
    all.add(Shape::StixId, is_stix_id(value));
    all.add(Shape::Asn, is_asn(value));
    all.add(Shape::Iban, is_iban(value));
    all.add(Shape::Crypto, is_wallet(value));
    all.add(Shape::Json, is_json(value));
    all.add(Shape::UserAgent, is_user_agent(value));
    all.add(Shape::FilePath, is_file(value));
    all.add(
        Shape::Domain,
        is_domain(value) && !all.has(Shape::FilePath) && !all.has(Shape::Ip),
    );
    if digits > 0 && !all.has(Shape::Ip) {
        let card = is_card(value);
        all.add(Shape::CardDigits, card.is_some());
        all.add(Shape::Card, card == Some(true));
        let phone = phone(value, digits);
        all.add(Shape::PhoneStrong, phone == Some(true));
        all.add(Shape::PhoneWeak, phone.is_some());
        let date = date::read(value);
        all.add(Shape::Date, date.is_some());
        all.add(Shape::DateTime, date.is_some_and(|d| d.clock));
        all.add(Shape::ZipStrong, is_zip(value));
        all.add(Shape::Icd, is_icd(value));
    }
    all.add(Shape::Digits, digits == bytes.len() && digits > 0);
    all.add(
        Shape::ZipWeak,
        all.has(Shape::Digits) && (4..=6).contains(&digits),
    );
    if let Some(number) = number(value) {
        let fraction = value.split_once(['.', ',']).map_or(0, |(_, f)| f.len());
        all.add(Shape::Integer, fraction == 0 && !value.contains(['e', 'E']));
        all.add(Shape::Decimal, fraction > 0);
        all.add(Shape::LatLon, fraction >= 3 && number.abs() <= 180.0);
        all.add(Shape::Money, fraction == 2);
        let epoch = [1.0, 1e3, 1e6]
            .iter()
            .any(|unit| (6.3e8..4.2e9).contains(&(number / unit)));
        all.add(Shape::Epoch, epoch && number > 0.0);
    } else {
        all.add(Shape::Money, is_money(value, digits));
    }
    all.add(Shape::Bic, is_bic(value));
    if !all.has(Shape::Email) && !all.has(Shape::Url) {
        let folded = fold(value);
        all.add(Shape::HostName, is_host(value, &folded));
        all.add(Shape::UserName, is_user(value, &folded, lexicon));
        all.add(Shape::Secret, is_secret(value, letters, digits));
        let names = is_names(value, words);
        all.add(Shape::Names, names);
        all.add(Shape::Person, names && is_known(&folded, lexicon));
        all.add(Shape::Account, is_account(value));
    }
    all.add(
        Shape::Address,
        words >= 2 && digits > 0 && digits <= 9 && letters >= 4,
    );
    let capital = value.chars().next().is_some_and(char::is_uppercase);
    all.add(
        Shape::Capital,
        capital && digits == 0 && letters >= 2 && words <= 4,
    );
    all.add(Shape::Word, words == 1 && letters > 0);
    all
}

/// The number that a value is, with a point or a comma before the fraction.
pub(crate) fn number(value: &str) -> Option<f64> {
    let first = value.trim_start_matches(['-', '+']).bytes().next()?;
    if !(first.is_ascii_digit() || first == b'.') || value.len() > 40 {
        return None;
    }
    let plain = match value.split_once(',') {
        Some((whole, fraction)) if !value.contains('.') && fraction.len() != 3 => {
            format!("{whole}.{fraction}")
        }
        _ => value.to_owned(),
    };
    plain.parse::<f64>().ok().filter(|n| n.is_finite())
}

fn is_ip(value: &str) -> bool {
    let bare = value.trim_matches(['[', ']']);
    if bare.parse::<IpAddr>().is_ok() {
        return true;
    }
    if let Some((host, bits)) = value.split_once('/') {
        return bits.parse::<u8>().is_ok_and(|b| b <= 128) && host.parse::<IpAddr>().is_ok();
    }
    let with_port = value.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok()
            && (host.parse::<std::net::Ipv4Addr>().is_ok()
                || host.starts_with('[') && host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
    });
    // As shared between analysts: `203.0.113[.]7`.
    with_port || value.contains("[.]") && value.replace("[.]", ".").parse::<IpAddr>().is_ok()
}

fn is_email(value: &str) -> bool {
    let inner = match (value.rfind('<'), value.strip_suffix('>')) {
        (Some(at), Some(head)) => head.get(at + 1..).unwrap_or_default(),
        _ => value,
    };
    inner.rsplit_once('@').is_some_and(|(local, domain)| {
        let fine = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
        !local.is_empty()
            && local.chars().all(fine)
            && (is_domain(domain) || !domain.is_ascii() && domain.contains('.'))
    })
}

fn is_url(value: &str) -> bool {
    if let Some((scheme, rest)) = value.split_once("://") {
        let fine = |b: u8| b.is_ascii_alphanumeric() || b"+.-".contains(&b);
        return !scheme.is_empty()
            && scheme.len() <= 20
            && scheme.bytes().all(fine)
            && !rest.is_empty()
            && !value.contains(' ');
    }
    value.starts_with("www.") && !value.contains(' ') && value.contains('/')
}

/// Two labels at least, the last of letters.
fn is_domain(value: &str) -> bool {
    let value = value.replace("[.]", ".");
    let value = value.strip_suffix('.').unwrap_or(&value);
    let fine = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    value.len() <= 253
        && value.split('.').all(fine)
        && value.rsplit_once('.').is_some_and(|(head, top)| {
            let known = top.len() >= 2 && top.chars().all(char::is_alphabetic);
            // `anna.smith` is a name of an account rather than a domain.
            let short = top.chars().count() <= 6 || top.starts_with("xn--") || head.contains('.');
            (known || top.starts_with("xn--")) && short
        })
}

fn is_uuid(value: &str) -> bool {
    let value = value.trim_matches(['{', '}']);
    value.len() == 36
        && value.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_cve(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    let mut parts = upper.split('-');
    parts.next() == Some("CVE")
        && parts
            .next()
            .is_some_and(|y| y.len() == 4 && y.parse::<u16>().is_ok())
        && parts
            .next()
            .is_some_and(|n| (4..=7).contains(&n.len()) && n.parse::<u32>().is_ok())
        && parts.next().is_none()
}

fn is_technique(value: &str) -> bool {
    let Some(rest) = value.strip_prefix(['T', 't']) else {
        return value.len() == 6
            && value.starts_with("TA")
            && value.get(2..).is_some_and(all_digits);
    };
    let (main, sub) = rest.split_once('.').unwrap_or((rest, "000"));
    let tactic = rest.strip_prefix(['A', 'a']);
    main.len() == 4 && all_digits(main) && sub.len() == 3 && all_digits(sub)
        || tactic.is_some_and(|t| t.len() == 4 && all_digits(t))
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_stix_id(value: &str) -> bool {
    value.split_once("--").is_some_and(|(kind, uuid)| {
        !kind.is_empty()
            && kind
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && is_uuid(uuid)
    })
}

fn is_asn(value: &str) -> bool {
    let rest = value
        .strip_prefix("AS")
        .or_else(|| value.strip_prefix("as"));
    rest.is_some_and(|rest| {
        let rest = rest.strip_prefix('N').unwrap_or(rest).trim();
        let number = rest.split(' ').next().unwrap_or_default();
        all_digits(number) && number.len() <= 10
    })
}

fn is_json(value: &str) -> bool {
    (value.starts_with('{') && value.ends_with('}') && value.contains(':') && value.contains('"'))
        || (value.starts_with('[') && value.ends_with(']') && value.contains(['"', ',']))
}

fn is_user_agent(value: &str) -> bool {
    let browsers = [
        "Mozilla/",
        "Opera/",
        "Dalvik/",
        "curl/",
        "Wget/",
        "python-requests/",
        "Go-http-client/",
        "okhttp/",
        "Java/",
        "Googlebot",
        "PostmanRuntime/",
        "libwww-perl/",
        "Apache-HttpClient/",
        "axios/",
        "masscan/",
        "zgrab/",
        "sqlmap/",
        "Microsoft-CryptoAPI/",
        "WhatsApp/",
        "Python-urllib/",
    ];
    browsers.iter().any(|b| value.starts_with(b))
}

/// Endings of names of files.
const ENDINGS: &[&str] = &[
    "exe", "dll", "sys", "bat", "cmd", "ps1", "vbs", "js", "jar", "pdf", "doc", "docx", "docm",
    "xls", "xlsx", "xlsm", "ppt", "pptx", "txt", "log", "csv", "json", "xml", "html", "htm", "php",
    "zip", "rar", "7z", "gz", "tar", "iso", "img", "lnk", "tmp", "dat", "bin", "png", "jpg",
    "jpeg", "gif", "svg", "mp3", "mp4", "avi", "cfg", "conf", "ini", "bak", "db", "sqlite", "elf",
    "apk", "msi", "scr", "hta", "rtf", "eml", "msg", "pcap", "rs", "c", "h", "cpp", "java", "asp",
    "aspx", "jsp", "yml", "yaml", "toml", "md", "odt", "ods", "key", "pem", "so", "dylib", "class",
    "swf", "wsf", "one", "py", "sh", "pl", "rb",
];

fn is_file(value: &str) -> bool {
    if value.contains("://") {
        return false;
    }
    let bytes = value.as_bytes();
    let drive = bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'\\' | b'/'));
    let unix = value.starts_with('/') && value.len() > 2 && !value.contains(' ');
    if drive
        || value.starts_with("\\\\")
        || value.starts_with("~/")
        || value.starts_with("%") && value.contains('\\')
    {
        return true;
    }
    if unix && value.bytes().skip(1).any(|b| b == b'/' || b == b'.') {
        return true;
    }
    value.rsplit_once('.').is_some_and(|(stem, ending)| {
        let ambiguous = ["sh", "pl", "py", "rs", "so", "md", "one"];
        let ending = ending.to_ascii_lowercase();
        let dots = stem.contains('.') && !stem.contains(['_', ' ']);
        !stem.is_empty()
            && !value.contains('@')
            && ENDINGS.contains(&ending.as_str())
            && !(dots && ambiguous.contains(&ending.as_str()))
    })
}

/// Whether 13 to 19 digits in groups pass Luhn; `None` for what is written otherwise.
fn is_card(value: &str) -> Option<bool> {
    let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
    let other = value
        .bytes()
        .any(|b| !b.is_ascii_digit() && b != b' ' && b != b'-');
    let groups = value
        .split([' ', '-'])
        .all(|g| (4..=19).contains(&g.len()) || (1..4).contains(&g.len()));
    if other || !(13..=19).contains(&digits.len()) || !groups {
        return None;
    }
    let network = matches!(digits.first(), Some(b'2'..=b'6'));
    Some(network && luhn(&digits))
}

/// Whether a value looks like a telephone number: surely, perhaps, or not.
fn phone(value: &str, digits: usize) -> Option<bool> {
    let number = value.strip_prefix("tel:").unwrap_or(value);
    let (number, extension) = match number.find(['x', 'e']) {
        Some(at) => number.split_at(at),
        None => (number, ""),
    };
    let extension =
        extension.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '.' || c == ' ');
    if !extension.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fine = |b: u8| b.is_ascii_digit() || b" ()+-./".contains(&b);
    let number = number.trim();
    let count = number.bytes().filter(u8::is_ascii_digit).count();
    if !number.bytes().all(fine) || !(7..=15).contains(&count) || digits > 20 {
        return None;
    }
    if date::read(number).is_some() || number.contains(['.']) && number.split('.').count() == 2 {
        return None;
    }
    let plus = number.starts_with('+') || number.starts_with("00") && count >= 10;
    let brackets = number.contains('(') && number.contains(')');
    let marks = number.bytes().filter(|b| !b.is_ascii_digit()).count();
    let grouped = {
        let groups: Vec<usize> = number
            .split(|c: char| !c.is_ascii_digit())
            .map(str::len)
            .filter(|len| *len > 0)
            .collect();
        let american = matches!(groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4]);
        let national = number.starts_with('0') && groups.len() >= 2 && count >= 8;
        american || national
    };
    let national = number.starts_with('0') && marks == 0 && (9..=12).contains(&count);
    let bare = marks == 0 && (10..=11).contains(&count);
    let spaced = marks > 0 && (8..=12).contains(&count);
    if plus && count >= 8 || brackets || grouped {
        Some(true)
    } else if national || bare || spaced {
        Some(false)
    } else {
        None
    }
}

/// The form of a value: `9` for digits, `A` for capitals, `a` for small letters, the rest as it is.
pub(crate) fn form(value: &str) -> String {
    let one = |c: char| match c {
        c if c.is_ascii_digit() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_lowercase() => 'a',
        c => c,
    };
    value.chars().take(24).map(one).collect()
}

/// Postal codes that numbers are not mistaken for.
fn is_zip(value: &str) -> bool {
    let upper = value.to_ascii_uppercase();
    matches!(
        form(&upper).as_str(),
        "99999-9999"                              // United States
            | "A9A 9A9" | "A9A9A9"                // Canada
            | "9999 AA" | "9999AA"                // Netherlands
            | "99-999"                            // Poland
            | "9999-999"                          // Portugal
            | "99999-999"                         // Brazil
            | "999 99"                            // Greece, Sweden, Czechia
            | "999-9999"                          // Japan
            | "A9 9AA" | "A99 9AA" | "AA9 9AA" | "AA99 9AA" | "A9A 9AA" | "AA9A 9AA" // Britain
            | "A-9999" | "A-99999" | "AA-9999" | "AA-99999" // with the country before it
            | "A99 A999" | "A99 AA99" | "AAA 9999" // Ireland, Malta
    )
}

fn is_icd(value: &str) -> bool {
    let bytes = value.as_bytes();
    let [letter, a, b, rest @ ..] = bytes else {
        return false;
    };
    let tail = match rest {
        [] => true,
        [b'.', tail @ ..] => {
            (1..=4).contains(&tail.len()) && tail.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    };
    letter.is_ascii_uppercase() && a.is_ascii_digit() && (b.is_ascii_digit() || *b == b'A') && tail
}

/// ISO 9362: four letters, a country, two letters or digits, three more where a branch is named.
fn is_bic(value: &str) -> bool {
    let bytes = value.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes.iter().take(6).all(u8::is_ascii_uppercase)
        && bytes
            .iter()
            .skip(6)
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_money(value: &str, digits: usize) -> bool {
    let sign = value.contains(['€', '$', '£', '¥'])
        || ["EUR", "USD", "GBP", "CHF"]
            .iter()
            .any(|c| value.starts_with(c) || value.ends_with(c));
    let rest = value.trim_matches(|c: char| !c.is_ascii_digit());
    let fine = |b: u8| b.is_ascii_digit() || b".,' ".contains(&b);
    // A thousands separator: `1,234.50`, `1.234,50`.
    let grouped = rest == value
        && rest.contains([',', '.'])
        && rest
            .split([',', '.'])
            .skip(1)
            .all(|g| g.len() == 3 || g.len() == 2);
    digits > 0 && rest.bytes().all(fine) && (sign || grouped)
}

/// Words in names of machines.
const MACHINES: &[&str] = &[
    "srv",
    "server",
    "host",
    "web",
    "www",
    "db",
    "sql",
    "mail",
    "mx",
    "smtp",
    "dc",
    "ad",
    "fw",
    "firewall",
    "gw",
    "rtr",
    "router",
    "sw",
    "switch",
    "pc",
    "laptop",
    "lt",
    "ws",
    "wks",
    "desktop",
    "node",
    "vm",
    "app",
    "api",
    "proxy",
    "vpn",
    "dns",
    "ns",
    "ftp",
    "nas",
    "backup",
    "dev",
    "prod",
    "test",
    "stage",
    "staging",
    "win",
    "linux",
    "ubuntu",
    "debian",
    "mac",
    "imac",
    "macbook",
    "printer",
    "prn",
    "cam",
    "nvr",
    "ap",
    "wlc",
    "esx",
    "esxi",
    "k8s",
    "worker",
    "master",
    "cache",
    "redis",
    "kafka",
    "elastic",
    "log",
    "siem",
    "edge",
    "core",
    "lb",
    "bastion",
    "jump",
    "file",
    "fs",
    "print",
    "exchange",
    "sharepoint",
    "citrix",
    "rds",
    "workstation",
    "nb",
    "notebook",
    "box",
    "build",
    "ci",
    "git",
    "monitor",
    "storage",
    "rechner",
    "computer",
    "iot",
    "plc",
    "hmi",
    "scada",
    "kiosk",
];

fn is_host(value: &str, folded: &str) -> bool {
    let fine = value
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !fine || !(3..=63).contains(&value.len()) || number(value).is_some() {
        return false;
    }
    let mut parts = folded
        .split(|c: char| !c.is_alphabetic())
        .filter(|p| !p.is_empty());
    let machine = parts.any(|part| MACHINES.contains(&part));
    let marked = value.bytes().any(|b| b.is_ascii_digit() || b == b'-');
    machine && marked
}

/// Small letters, digits and points, also behind a domain: `CORP\\anna.k`.
fn is_account(value: &str) -> bool {
    let name = value.rsplit('\\').next().unwrap_or(value);
    let fine = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    fine && starts && (3..=32).contains(&name.len())
}

fn is_user(value: &str, folded: &str, lexicon: &Lexicon) -> bool {
    let name = value.rsplit('\\').next().unwrap_or(value);
    let usual = [
        "root",
        "admin",
        "administrator",
        "guest",
        "nobody",
        "daemon",
        "www-data",
        "postgres",
        "oracle",
        "ubuntu",
        "service",
        "svc",
        "user",
    ];
    let marked = name
        .bytes()
        .any(|b| b.is_ascii_digit() || b"._".contains(&b));
    is_account(value)
        && (usual.contains(&name)
            || lexicon.name_inside(folded) && (marked || lexicon.name(folded) == 0))
}

/// Three classes of characters without a blank, or a long random run.
fn is_secret(value: &str, letters: usize, digits: usize) -> bool {
    if value.contains(' ') || !value.is_ascii() || !(6..=200).contains(&value.len()) {
        return false;
    }
    let has = |class: fn(&u8) -> bool| value.as_bytes().iter().any(class);
    let signs = value.bytes().filter(u8::is_ascii_punctuation).count();
    let unusual = value.bytes().any(|b| b"!@#$%^&*()+=?<>{}[]|~".contains(&b));
    let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && digits > 0;
    let password = unusual
        && digits > 0
        && letters > 0
        && value.len() <= 40
        && !value.contains("://")
        && !is_email(value);
    let prefix = [
        "AKIA",
        "ASIA",
        "ghp_",
        "gho_",
        "github_pat_",
        "sk_live_",
        "sk_test_",
        "xoxb-",
        "xoxp-",
        "glpat-",
        "AIza",
        "eyJ",
        "SG.",
        "npm_",
        "hf_",
        "sk-",
        "$2a$",
        "$2b$",
        "$2y$",
        "$6$",
        "$argon2",
    ];
    let key = mixed && value.len() >= 20 && signs <= value.len() / 6;
    password || key || prefix.iter().any(|p| value.starts_with(p))
}

/// Words that stand small inside names of persons.
const PARTICLES: &[&str] = &[
    "de", "la", "van", "von", "der", "den", "del", "di", "da", "dos", "bin", "al", "el", "ten",
    "ter", "zu", "du", "le", "te", "e", "y",
];

/// Two to five capitalised words of letters.
fn is_names(value: &str, words: usize) -> bool {
    let fine = |c: char| c.is_alphabetic() || c.is_whitespace() || "'’.-,".contains(c);
    (2..=5).contains(&words)
        && value.chars().all(fine)
        && value.split_whitespace().all(|word| {
            word.chars().next().is_some_and(char::is_uppercase)
                || PARTICLES.contains(&fold(word).as_str())
        })
}

/// Whether one of the words is a known name.
fn is_known(folded: &str, lexicon: &Lexicon) -> bool {
    folded
        .split(|c: char| c.is_whitespace() || c == ',')
        .map(|w| w.trim_matches(|c: char| !c.is_alphabetic()))
        .any(|word| lexicon.name(word) & (FIRST | LAST) != 0)
}

/// ISO 13616: country, two check digits, up to thirty letters and digits; blanks between groups.
fn is_iban(value: &str) -> bool {
    let plain: Vec<u8> = value
        .bytes()
        .filter(|b| *b != b' ')
        .map(|b| b.to_ascii_uppercase())
        .collect();
    let Some((head, body)) = plain.split_at_checked(4) else {
        return false;
    };
    matches!(head, [a, b, c, d] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
        && (11..=30).contains(&body.len())
        && mod97(body.iter().chain(head).copied()) == Some(1)
}

/// Bitcoin, Ethereum, Monero and the like, by first letters, length and alphabet.
fn is_wallet(value: &str) -> bool {
    let base58 = |b: u8| b.is_ascii_alphanumeric() && !b"0OIl".contains(&b);
    let mixed = value.bytes().any(|b| b.is_ascii_lowercase())
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_digit());
    if let Some(rest) = value.strip_prefix("0x") {
        return rest.len() == 40 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(rest) = value
        .strip_prefix("bc1")
        .or_else(|| value.strip_prefix("ltc1"))
    {
        return (20..=80).contains(&rest.len())
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    }
    let starts = value.starts_with(['1', '3', 'L', 'M', 'D', 'r', 'T', 'X']);
    (26..=35).contains(&value.len()) && starts && mixed && value.bytes().all(base58)
        || value.len() == 95 && value.starts_with(['4', '8']) && value.bytes().all(base58)
}
