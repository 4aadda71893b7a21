//! Numbers in words a person reads at a glance.

/// Groups digits by commas: `1,234,567`.
///
/// ```
/// assert_eq!(aidos_view::number::thousands(1_234_567), "1,234,567");
/// ```
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in bytes, in the unit that leaves three digits: `1.2 MB`; decimal units.
///
/// ```
/// assert_eq!(aidos_view::number::bytes(999), "999 B");
/// assert_eq!(aidos_view::number::bytes(1_234_567), "1.2 MB");
/// ```
pub fn bytes(value: u64) -> String {
    const UNITS: [(&str, u64); 5] = [
        ("PB", 1_000_000_000_000_000),
        ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("kB", 1_000),
    ];
    for (unit, size) in UNITS {
        if value >= size {
            let tenths = value / (size / 10);
            return if tenths >= 1_000 {
                format!("{} {unit}", thousands(tenths / 10))
            } else {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            };
        }
    }
    format!("{value} B")
}

/// The share of `part` in `whole` in per cent, never rounded to "all" or "none" when it is not.
///
/// A `whole` of zero gives `0 %`.
///
/// ```
/// use aidos_view::number::percent;
/// assert_eq!(percent(1, 3), "33.3 %");
/// assert_eq!(percent(99_999, 100_000), "99.9 %");
/// assert_eq!(percent(1, 100_000), "< 0.1 %");
/// assert_eq!(percent(5, 5), "100 %");
/// ```
pub fn percent(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return "0 %".to_owned();
    }
    if part >= whole {
        return "100 %".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let tenths = ((part * 1_000 + whole / 2) / whole).min(999);
    match (tenths / 10, tenths % 10) {
        (0, 0) => "< 0.1 %".to_owned(),
        (whole, 0) => format!("{whole} %"),
        (whole, tenth) => format!("{whole}.{tenth} %"),
    }
}

/// The same as [`percent`] with one decimal in any case, for a column: `6.0 %`.
///
/// ```
/// use aidos_view::number::share;
/// assert_eq!((share(6, 100), share(5, 5)), ("6.0 %".to_owned(), "100.0 %".to_owned()));
/// ```
pub fn share(part: u64, whole: u64) -> String {
    let text = percent(part, whole);
    match text.strip_suffix(" %") {
        Some(digits) if !digits.contains('.') => format!("{digits}.0 %"),
        _ => text,
    }
}

/// A number with its noun: `1 row`, `1,204 rows`, `no rows`.
///
/// ```
/// use aidos_view::number::counted;
/// assert_eq!(counted(1, "row", "rows"), "1 row");
/// assert_eq!(counted(0, "row", "rows"), "no rows");
/// ```
pub fn counted(value: u64, one: &str, many: &str) -> String {
    match value {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        n => format!("{} {many}", thousands(n)),
    }
}

/// `part` of `whole` as a length in per cent for SVG (`12.5%`), at most `100%`.
///
/// What is not nothing is at least half a per cent long, so that it is seen.
pub(crate) fn length(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return "0%".to_owned();
    }
    let hundredths = (u128::from(part.min(whole)) * 10_000 / u128::from(whole)).max(50);
    coordinate(hundredths)
}

/// Hundredths of a per cent as SVG wants them, without trailing zeros.
pub(crate) fn coordinate(hundredths: u128) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{whole}%"),
        (whole, rest) if rest % 10 == 0 => format!("{whole}.{}%", rest / 10),
        (whole, rest) => format!("{whole}.{rest:02}%"),
    }
}

/// The smallest round number that is not below `value`: the end of a scale.
///
/// All but 1 are even, so that the middle of the scale is a whole number too.
pub(crate) fn nice_ceiling(value: u64) -> u64 {
    if let Some(small) = [1, 2, 4, 6, 8].into_iter().find(|step| *step >= value) {
        return small;
    }
    let mut unit = 1_u64;
    loop {
        for factor in [10, 12, 16, 20, 24, 30, 40, 50, 60, 80] {
            match unit.checked_mul(factor) {
                Some(step) if step >= value => return step,
                Some(_) => {}
                None => return value,
            }
        }
        match unit.checked_mul(10) {
            Some(next) => unit = next,
            None => return value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        for (value, text) in [(0, "0"), (12, "12"), (123, "123"), (1_234, "1,234")] {
            assert_eq!(thousands(value), text);
        }
        assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn sizes_keep_three_digits() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(123_456), "123 kB");
        assert_eq!(bytes(u64::MAX), "18,446 PB");
    }

    #[test]
    fn shares_do_not_overflow() {
        assert_eq!(percent(u64::MAX - 1, u64::MAX), "99.9 %");
        assert_eq!(percent(1, u64::MAX), "< 0.1 %");
        assert_eq!(percent(3, 0), "0 %");
        assert_eq!(length(u64::MAX, 1), "100%");
        assert_eq!(length(1, u64::MAX), "0.5%");
        assert_eq!(length(1, 8), "12.5%");
    }

    #[test]
    fn scales_end_on_round_numbers() {
        assert_eq!(nice_ceiling(0), 1);
        assert_eq!(nice_ceiling(7), 8);
        assert_eq!(nice_ceiling(9), 10);
        assert_eq!(nice_ceiling(1_001), 1_200);
        assert_eq!(nice_ceiling(99_999), 100_000);
        assert_eq!(nice_ceiling(u64::MAX), u64::MAX);
    }
}
