//! Sizes as people write them: `64MiB`, `1GiB`, `500MB`.

/// Reads a size in bytes: a number, with a fraction if there is a unit, and `B`, `kB`, `MB`, `GB`, `TB`
/// (powers of 1000) or `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024), in any case.
///
/// A bare `M` is refused: tools disagree on what it means.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number.replace('_', "");
    let wrong = |why: &str| format!("`{text}` is no size: {why}; write it as 64MiB, 1GiB or 500MB");
    let scale: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        "k" | "m" | "g" | "t" => {
            return Err(wrong("the unit may mean powers of 1000 or of 1024"));
        }
        _ => return Err(wrong("the unit is not known")),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if whole.is_empty() || number.ends_with('.') || fraction.contains('.') {
        return Err(wrong("it does not begin with a number"));
    }
    if !fraction.is_empty() && scale == 1 {
        return Err(wrong("bytes have no fractions"));
    }
    let too_large = || wrong("it is too large");
    let bytes = whole
        .parse::<u64>()
        .ok()
        .and_then(|whole| whole.checked_mul(scale))
        .ok_or_else(too_large)?;
    // Digits beyond the eighteenth are less than a byte.
    let digits = fraction.get(..18).unwrap_or(fraction);
    let part = match digits.parse::<u128>() {
        Ok(part) => part * u128::from(scale) / 10u128.pow(u32::try_from(digits.len()).unwrap_or(18)),
        Err(_) => 0,
    };
    u64::try_from(part)
        .ok()
        .and_then(|part| bytes.checked_add(part))
        .ok_or_else(too_large)
}

/// Renders bytes so that a person takes them in at a glance: `1.5 GiB`.
pub(crate) fn show(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    let mut scale: u64 = 1;
    while unit + 1 < units.len() && bytes / scale >= 1024 {
        scale <<= 10;
        unit += 1;
    }
    let name = units.get(unit).copied().unwrap_or_default();
    if unit == 0 {
        return format!("{bytes} {name}");
    }
    let tenths = u128::from(bytes) * 10 / u128::from(scale);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// Renders a size exactly, so that [`parse`] reads the same number: `224MiB`.
pub(crate) fn exact(bytes: u64) -> String {
    for (scale, unit) in [(1u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
        if bytes >= scale && bytes.is_multiple_of(scale) {
            return format!("{}{unit}", bytes / scale);
        }
    }
    format!("{bytes}B")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_read() {
        for (text, wanted) in [
            ("64MiB", 64 << 20),
            ("1GiB", 1 << 30),
            ("500MB", 500_000_000),
            ("1.5 GiB", 3 << 29),
            ("0.5kib", 512),
            ("1_000", 1_000),
            ("7B", 7),
            ("2TB", 2_000_000_000_000),
            ("16777215TiB", 16_777_215 << 40),
        ] {
            assert_eq!(parse(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "", "MiB", "64M", "1.5", "1.2.3MB", "-1MB", "1 GiB x", "99999999TiB", ".5MB", "5.MB", "1e9",
            "18446744073709551616",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("64M").unwrap_err().contains("64MiB"));
    }

    #[test]
    fn sizes_show() {
        assert_eq!(show(0), "0 B");
        assert_eq!(show(1023), "1023 B");
        assert_eq!(show(1536), "1.5 KiB");
        assert_eq!(show(u64::MAX), "16383.9 PiB");
        assert_eq!(exact(224 << 20), "224MiB");
        assert_eq!(exact(1_000), "1000B");
    }

    proptest! {
        #[test]
        fn exact_reads_back(bytes: u64) {
            prop_assert_eq!(parse(&exact(bytes)), Ok(bytes));
        }

        #[test]
        fn nothing_panics(text in "[0-9._]{0,40}[ a-zA-Z\u{e9}]{0,5}") {
            let _ = parse(&text);
        }
    }
}
