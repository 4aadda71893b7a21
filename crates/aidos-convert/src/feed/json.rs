//! JSON with a list in it: items are texts or objects.

use serde_json::Value;

use super::{Column, Definition, Feed, Item, Wrong, comment};
use crate::indicator::{scan, whole_value};
use crate::read::{date, time};

pub(super) fn read(feed: &Definition, bytes: &[u8], out: &mut Feed) -> Result<(), Wrong> {
    let whole: Value = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        (place, "no JSON".to_owned())
    })?;
    let there = |pointer: &str| whole.pointer(pointer);
    let list = there(&feed.list)
        .ok_or_else(|| (format!("`{}`", feed.list), "it is not there".to_owned()))?;
    let items: Vec<&Value> = match list {
        Value::Array(items) => items.iter().collect(),
        // An object of items by their keys.
        Value::Object(members) => members.values().collect(),
        _ => return Err((format!("`{}`", feed.list), "it is no list".to_owned())),
    };
    for (number, item) in (1..).zip(items) {
        let part = |column: &Option<Column>| match column {
            Some(Column::Name(pointer)) => item.pointer(pointer),
            _ => None,
        };
        let value = match &feed.value {
            Some(_) => part(&feed.value),
            None => Some(item),
        };
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let seen = text(part(&feed.date)).and_then(|text| time(&text).or_else(|| date(&text)));
        let note = text(part(&feed.comment)).as_deref().and_then(comment);
        let mut found = false;
        let mut add = |kind, value| {
            found = true;
            out.add(Item {
                kind,
                value,
                seen,
                comment: note.clone(),
                place: number,
            });
        };
        let values = match value {
            Some(Value::Array(values)) => values.iter().collect(),
            other => Vec::from_iter(other),
        };
        for value in values {
            if let Some(text) = text(Some(value)) {
                if let Some((kind, value)) = whole_value(&text) {
                    add(kind, value);
                } else {
                    scan(text.as_bytes(), &mut |find| {
                        add(find.kind, find.value.into_owned());
                    });
                }
            }
        }
        out.unread += u64::from(!found);
    }
    Ok(())
}
