//! Fields of foreign JSON, as services write them: booleans as texts, numbers as texts, nothing at all.

use aidos_model::Timestamp;
use serde_json::Value;

use super::Trouble;

/// The longest text that is taken over from a service.
const LONGEST: usize = 120;
/// The largest answer that is read.
pub(super) const LARGEST: usize = 8 << 20;

/// The object that a body is.
pub(super) fn object(body: &[u8]) -> Result<Value, Trouble> {
    if body.len() > LARGEST {
        return Err(Trouble::Malformed("it is too large"));
    }
    let value: Value =
        serde_json::from_slice(body).map_err(|_| Trouble::Malformed("it is no JSON"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err(Trouble::Malformed("it is no JSON object"))
    }
}

/// A boolean: `true`, `"true"`, `"True"`, `1`, `"1"`; what is none is unknown.
pub(super) fn flag(value: &Value, name: &str) -> Option<bool> {
    match value.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A count: a number or its text, a fraction cut off, nothing below 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // held to the range first
pub(super) fn count(value: &Value, name: &str) -> Option<u64> {
    let number = match value.get(name)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    (number.is_finite() && (0.0..9e15).contains(&number)).then_some(number as u64)
}

/// A score of 0 to 100; more is 100.
pub(super) fn score(value: &Value, name: &str) -> Option<u8> {
    count(value, name).map(|number| u8::try_from(number.min(100)).unwrap_or(100))
}

/// A text without control characters, shortened; empty ones and `N/A` are none.
pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    let clean: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST)
        .collect();
    let clean = clean.trim();
    (!clean.is_empty() && clean != "N/A" && clean != "-").then(|| clean.to_owned())
}

/// The code of a country: two letters.
pub(super) fn country(value: &Value, name: &str) -> Option<String> {
    let code = text(value, name)?.to_ascii_uppercase();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(code)
}

/// The number of an autonomous system.
pub(super) fn asn(value: &Value, name: &str) -> Option<u32> {
    let number = count(value, name)?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}

/// A time in RFC 3339, with any offset.
pub(super) fn time(value: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::parse(value.get(name)?.as_str()?)
}

/// A time in seconds of Unix.
pub(super) fn seconds(value: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::from_seconds(i64::try_from(count(value, name)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_read_however_they_are_written() {
        for (value, said) in [
            (json!(true), Some(true)),
            (json!("True"), Some(true)),
            (json!("false"), Some(false)),
            (json!(0), Some(false)),
            (json!("1"), Some(true)),
            (json!("maybe"), None),
            (json!(null), None),
            (json!(2), None),
            (json!([]), None),
        ] {
            assert_eq!(flag(&json!({"x": value}), "x"), said);
        }
        for (value, said) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(7.9), Some(7)),
            (json!(-1), None),
            (json!("NaN"), None),
            (json!(1e300), None),
            (json!({}), None),
        ] {
            assert_eq!(count(&json!({"x": value}), "x"), said);
        }
        assert_eq!(score(&json!({"x": 250}), "x"), Some(100));
        assert_eq!(
            text(&json!({"x": " a\u{1b}b "}), "x").as_deref(),
            Some("ab")
        );
        assert_eq!(text(&json!({"x": "N/A"}), "x"), None);
        assert_eq!(
            text(&json!({"x": "y".repeat(500)}), "x").unwrap().len(),
            LONGEST
        );
        assert_eq!(country(&json!({"x": "gr"}), "x").as_deref(), Some("GR"));
        assert_eq!(country(&json!({"x": "Greece"}), "x"), None);
    }
}
