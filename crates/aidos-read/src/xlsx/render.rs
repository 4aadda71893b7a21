//! A cell as text, a row as CSV.

use std::{borrow::Cow, fmt::Write};

use calamine::{DataRef, ExcelDateTime};

/// The text of a cell as a log would write it; empty for an empty cell.
pub(super) fn cell(value: DataRef<'_>) -> Cow<'_, str> {
    match value {
        DataRef::Int(n) => n.to_string().into(),
        // Without an exponent, so that large numbers (epochs, counters) stay readable as numbers.
        DataRef::Float(n) => n.to_string().into(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.into()
        }
        DataRef::SharedString(text) => text.into(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(time) => date_time(&time).into(),
        DataRef::Error(error) => error.to_string().into(),
        DataRef::Empty => "".into(),
    }
}

/// `YYYY-MM-DDTHH:MM:SS`, with milliseconds if there are any; a bare clock time or a duration as
/// `HH:MM:SS`.
fn date_time(time: &ExcelDateTime) -> String {
    let days = time.as_f64();
    if !days.is_finite() {
        return days.to_string();
    }
    let mut text = String::new();
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    // Writing to a string does not fail.
    let _ = if time.is_duration() || (0.0..1.0).contains(&days) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond the range saturates"
        )]
        let millis = (days * 86_400_000.0).round() as i64;
        let sign = if millis < 0 { "-" } else { "" };
        let millis_abs = millis.unsigned_abs();
        let seconds = millis_abs / 1000;
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(text, "{sign}{h:02}:{m:02}:{s:02}")
            .and_then(|()| fraction(&mut text, millis_abs % 1000))
    } else {
        write!(
            text,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )
        .and_then(|()| fraction(&mut text, u64::from(milli)))
    };
    text
}

fn fraction(text: &mut String, millis: u64) -> std::fmt::Result {
    if millis == 0 {
        Ok(())
    } else {
        write!(text, ".{millis:03}")
    }
}

/// Appends one CSV field, quoted where it must be.
pub(super) fn field(out: &mut String, text: &str) {
    if memchr::memchr3(b'"', b'\n', b'\r', text.as_bytes()).is_none() && !text.contains(',') {
        out.push_str(text);
        return;
    }
    out.push('"');
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    #[test]
    fn renders_times() {
        let show = |days, kind| date_time(&ExcelDateTime::new(days, kind, false));
        assert_eq!(show(45_413.5, DateTime), "2024-05-01T12:00:00");
        assert_eq!(show(45_943.541, DateTime), "2025-10-13T12:59:02.400");
        assert_eq!(show(0.5, DateTime), "12:00:00");
        assert_eq!(show(1.25, TimeDelta), "30:00:00");
        assert_eq!(show(f64::NAN, DateTime), "NaN");
    }

    #[test]
    fn renders_numbers_without_exponent() {
        assert_eq!(cell(DataRef::Float(1_714_557_600_000.0)), "1714557600000");
        assert_eq!(cell(DataRef::Float(0.5)), "0.5");
    }

    #[test]
    fn quotes_fields() {
        let mut out = String::new();
        for text in ["a", "b,c", "d\"e", "f\ng"] {
            field(&mut out, text);
            out.push(';');
        }
        assert_eq!(out, "a;\"b,c\";\"d\"\"e\";\"f\ng\";");
    }
}
