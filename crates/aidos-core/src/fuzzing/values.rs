//! Cleaners of single values: what they make is what they would make of it again.

use aidos_model::{Defect, Timestamp};
use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::text_of;
use crate::clean::email::{self, Piece};
use crate::clean::stamp::{self, Stamp, When};
use crate::clean::zone::Zone;
use crate::clean::{json, moment};

/// A cell of e-mail addresses.
///
/// # Panics
///
/// If an address does not read as itself, or a piece of another kind is not flagged.
pub fn email(bytes: &[u8]) {
    let cell = text_of(bytes);
    let arena = Bump::new();
    let mut pieces = Vec::new();
    let defects = email::clean(&cell, &arena, &mut pieces);
    for piece in &pieces {
        assert!(!piece.text().is_empty(), "an empty piece of {cell:?}");
        let flag = match piece {
            Piece::Address(text) => {
                let mut again = Vec::new();
                let defects = email::clean(text, &arena, &mut again);
                assert!(defects.is_empty(), "{text:?} of {cell:?}: {defects:?}");
                assert_eq!(again, [*piece], "of {cell:?}");
                assert!(text.contains('@'), "{text:?} of {cell:?}");
                continue;
            }
            Piece::Ambiguous(_) => Defect::AmbiguousAddress,
            Piece::Bad(_) => Defect::BadAddress,
            Piece::Text(_) => Defect::ExtraText,
        };
        assert!(defects.contains(flag), "{piece:?} of {cell:?}");
    }
    if email::is_plain(cell.as_bytes()) {
        let one = Piece::Address(&cell);
        assert_eq!(pieces, [one]);
        assert!(
            email::reads_back(one, &arena),
            "the slow way differs: {cell:?}"
        );
    }
}

/// A stamp at the start of a row or as a value of its own.
///
/// # Panics
///
/// If its length is no place in the text, or the time that it becomes does not read as that time.
pub fn stamp(bytes: &[u8]) {
    let text = text_of(bytes);
    if let Some((read, len)) = stamp::read(&text) {
        let Some(own) = text.get(..len) else {
            panic!("{len} is inside of a character of {text:?}");
        };
        assert_eq!(stamp::read(own), Some((read, len)), "{own:?} of {text:?}");
        of_stamp(read, &text);
    }
    if let Some((read, len)) = moment::read_prefix(&text) {
        let Some(own) = text.get(..len) else {
            panic!("{len} is inside of a character of {text:?}");
        };
        assert_eq!(
            moment::read_prefix(own),
            Some((read, len)),
            "{own:?} of {text:?}"
        );
        of_stamp(read, &text);
    }
    if let Some(read) = moment::read_whole(&text) {
        of_stamp(read, &text);
        assert_eq!(moment::read_whole(text.trim()), Some(read), "{text:?}");
    }
    if let Ok(zone) = Zone::parse(&text) {
        let Some((civil, _)) = stamp::read("2023-03-26 03:30:00") else {
            panic!("a stamp that everyone knows");
        };
        assert!(matches!(civil.when(&zone), When::At(..)), "zone {text:?}");
    }
}

fn of_stamp(read: Stamp, text: &str) {
    for zone in [
        Zone::UTC,
        Zone::Fixed(-86_340),
        Zone::Fixed(7 * 3600 + 1800),
    ] {
        match read.when(&zone) {
            When::At(time, ..) => same_time(time, text),
            When::NeedsYear(civil) => {
                let year = stamp::last_year_with(civil, 2023);
                assert!(year.is_some(), "no year has {civil:?} of {text:?}");
            }
            When::Unknown(_) => {}
        }
    }
}

/// A time stands in the message as it is rendered, and is read from there.
fn same_time(time: Timestamp, text: &str) {
    let shown = time.to_string();
    assert_eq!(Timestamp::parse(&shown), Some(time), "of {text:?}");
    match stamp::read(&shown) {
        Some((stamp, len)) if len == shown.len() => match stamp.when(&Zone::Fixed(3600)) {
            When::At(again, ..) => assert_eq!(again, time, "of {text:?}"),
            other => panic!("{shown} of {text:?} is {other:?}"),
        },
        other => panic!("{shown} of {text:?} is {other:?}"),
    }
}

/// Text that should be JSON.
///
/// # Panics
///
/// If what was repaired is no JSON, or what was valid is changed.
pub fn json_repair(bytes: &[u8]) {
    let text = text_of(bytes);
    let arena = Bump::new();
    let Ok(repaired) = json::repair(&text, &arena) else {
        return;
    };
    let made = repaired.json;
    assert!(
        serde_json::from_str::<IgnoredAny>(made).is_ok(),
        "{text:?} made {made:?}"
    );
    match json::repair(made, &arena) {
        Ok(again) => {
            assert_eq!(again.json, made, "repaired twice: {text:?}");
            assert!(
                again.fixes.is_empty() && again.cut.is_none(),
                "{made:?} of {text:?}: {again:?}"
            );
        }
        Err(json::TooDeep) => panic!("{made:?} of {text:?} is too deep"),
    }
    if let Ok(value) = serde_json::from_str::<Value>(&text)
        && (value.is_object() || value.is_array())
    {
        assert!(
            repaired.fixes.is_empty() && repaired.cut.is_none(),
            "{text:?} needs no repair: {repaired:?}"
        );
        assert_eq!(serde_json::from_str::<Value>(made).ok(), Some(value));
    }
    compact(made, &arena);
    let mut members = 0_usize;
    if json::members(made, &arena, &mut |_, value| {
        members += 1;
        assert!(!value.is_empty());
        json::only_element(value);
    })
    .is_ok()
    {
        assert!(made.starts_with('{') && made.matches(':').count() >= members);
    }
}

/// Compacting keeps the value, and what is compact stays.
fn compact(made: &str, arena: &Bump) {
    let mut once = ArenaString::new_in(arena);
    let lost = json::push_compact(&mut once, made, arena);
    let mut twice = ArenaString::new_in(arena);
    let lost_again = json::push_compact(&mut twice, &once, arena);
    assert_eq!(once, twice, "of {made:?}");
    assert!(!lost_again, "{once:?} of {made:?}");
    if !lost && let Ok(value) = serde_json::from_str::<Value>(made) {
        assert_eq!(
            serde_json::from_str::<Value>(&once).ok(),
            Some(value),
            "of {made:?}"
        );
    }
}
