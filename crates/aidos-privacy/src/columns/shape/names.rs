//! Names of persons, accounts and machines, and what only their owner should know.

use super::super::header::fold;
use super::super::lexicon::{FIRST, LAST, Lexicon};
use super::number;
use super::technical::is_email;

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

pub(super) fn is_host(value: &str, folded: &str) -> bool {
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
pub(super) fn is_account(value: &str) -> bool {
    let name = value.rsplit('\\').next().unwrap_or(value);
    let fine = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    fine && starts && (3..=32).contains(&name.len())
}

pub(super) fn is_user(value: &str, folded: &str, lexicon: &Lexicon) -> bool {
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
pub(super) fn is_secret(value: &str, letters: usize, digits: usize) -> bool {
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
pub(super) fn is_names(value: &str, words: usize) -> bool {
    let fine = |c: char| c.is_alphabetic() || c.is_whitespace() || "'’.-,".contains(c);
    (2..=5).contains(&words)
        && value.chars().all(fine)
        && value.split_whitespace().all(|word| {
            word.chars().next().is_some_and(char::is_uppercase)
                || PARTICLES.contains(&fold(word).as_str())
        })
}

/// Whether one of the words is a known name.
pub(super) fn is_known(folded: &str, lexicon: &Lexicon) -> bool {
    folded
        .split(|c: char| c.is_whitespace() || c == ',')
        .map(|w| w.trim_matches(|c: char| !c.is_alphabetic()))
        .any(|word| lexicon.name(word) & (FIRST | LAST) != 0)
}
