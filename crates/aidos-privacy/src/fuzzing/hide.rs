//! Anonymising: any document is an answer, twice is once, and what is reversible comes back.

use serde_json::Value;

use super::{picked, text_of};
use crate::anonymise::{Anonymiser, Document};
use crate::key::CommunityKey;
use crate::pii::tagger::Tagger;
use crate::pii::{Kind, Options, Scanner};
use crate::policy::Policy;
use crate::role::{Assets, Direction};

/// The policy whose texts come back.
const REVERSIBLE: &str = "reversible";

/// The policy whose scanner has the tagger.
const TAGGED: &str = "tagged";

/// Anonymisers of different policies: the safe defaults; these with the tagger, as the program has it; one that encrypts all;
/// an irreversible one with a deny list.
///
/// # Panics
///
/// If one cannot be built.
pub fn anonymisers() -> Vec<Anonymiser> {
    let mut reversible = format!("name = \"{REVERSIBLE}\"\n[defaults]\nany = \"encrypt\"\n");
    let kinds = Kind::ALL.iter().map(|kind| kind.word());
    let finer = ["ADDRESS", "BIRTHDAY", "CITY", "COUNTRY", "DECEASED_DATE"];
    for kind in kinds.chain(finer).chain(["DOMAIN_NAME", "NATIONALITY"]) {
        reversible += &format!("[kinds.{kind}]\nany = \"encrypt\"\n");
    }
    let irreversible = "text = \"scan\"\nattacker_persons = true\n[[deny]]\nkind = \"PERSON\"\nvalue = \"Zorvan Quibble\"\n\
         [irreversible]\nk = 3";
    vec![
        built("", false),
        built(&format!("name = \"{TAGGED}\""), true),
        built(&reversible, false),
        built(irreversible, false),
    ]
}

fn built(policy: &str, tagger: bool) -> Anonymiser {
    let policy = Policy::parse(policy).unwrap_or_else(|error| panic!("{error}"));
    let mut scanner = Scanner::new(Options::default()).unwrap_or_else(|error| panic!("{error}"));
    if tagger {
        let tagger = Tagger::shipped().unwrap_or_else(|error| panic!("{error}"));
        scanner = scanner.with_pass(Box::new(tagger));
    }
    let assets = Assets::parse(["corp.example", "198.51.100.0/24"]);
    let assets = assets.unwrap_or_else(|error| panic!("{error}"));
    Anonymiser::new(
        policy,
        CommunityKey::from_bytes([7; 32]),
        scanner,
        assets.with_name("Blue Harbour"),
    )
}

/// A document, by the anonymiser and in the form that the first byte picks: text, log entry, STIX bundle or MISP event.
///
/// `all` are built once by the caller. Whole events with the tagger are hidden once: that a second pass changes nothing of them is held by
/// `a_name_beside_a_token_is_hidden_twice_alike` and not searched for here yet.
///
/// # Panics
///
/// If a second pass changes what the first wrote, or a text of the reversible policy does not come back.
pub fn anonymise(all: &[Anonymiser], bytes: &[u8]) {
    let Some((own, rest)) = picked(all, bytes) else {
        return;
    };
    let form = bytes.first().map_or(0, |pick| pick / 16 % 4);
    if form == 0 {
        text(own, &text_of(rest));
    } else if let Ok(value) = serde_json::from_slice::<Value>(rest) {
        let hide = |document: &mut Document, value: &Value| match form {
            1 => {
                let directions = [Direction::Unknown, Direction::Inbound, Direction::Outbound];
                let direction = directions.get(rest.len() % 4);
                let mut entry = value.clone();
                let direction = direction.copied().unwrap_or(Direction::LoginFailure);
                own.entry(document, &mut entry, direction);
                Some(entry)
            }
            2 => own.stix(document, value).ok(),
            _ => own.misp(document, value).ok(),
        };
        if form > 1 && own.policy().name == TAGGED {
            hide(&mut Document::new(), &value);
        } else {
            twice(&value, &hide);
        }
    }
}

/// Hides a document twice, the second time with the ledger of the first; returns the first.
fn twice<T: PartialEq + std::fmt::Debug>(
    value: &T,
    hide: &dyn Fn(&mut Document, &T) -> Option<T>,
) -> Option<(T, Document)> {
    let mut first = Document::new();
    let once = hide(&mut first, value)?;
    let mut second = Document::after(first.ledger().clone());
    let again = hide(&mut second, &once);
    assert_eq!(again.as_ref(), Some(&once), "twice, of {value:?}");
    Some((once, first))
}

fn text(own: &Anonymiser, text: &str) {
    let hide = |document: &mut Document, text: &String| Some(own.text(document, text));
    let Some((hidden, document)) = twice(&text.to_owned(), &hide) else {
        return;
    };
    let back = own.restore_text(document.ledger(), &hidden);
    let counts = document.statistics();
    let mut used = counts.hidden.values().flat_map(|row| row.keys());
    // What was taken away cannot come back.
    let all_there = used.all(|name| matches!(*name, "encrypt" | "keep"));
    if own.policy().name == REVERSIBLE && all_there && counts.texts_redacted == 0 {
        // A token that stood in the text before comes back with the others; one that stood inside of a value, with the next call.
        let restore = |text: &str| own.restore_text(document.ledger(), text);
        assert_eq!(restore(&back), restore(text), "back from {hidden:?}");
    }
}
