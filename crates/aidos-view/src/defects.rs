//! What each defect word means, in a sentence for people.
//!
//! The words are those of `aidos.defects`. Whoever fills the report may give a better sentence; these
//! stand in where none is given.

/// Says what was wrong and what was done, or `None` for a word that is not known here.
///
/// ```
/// assert!(aidos_view::defects::meaning("bad_mac").is_some_and(|m| m.contains("never padded")));
/// assert_eq!(aidos_view::defects::meaning("no such word"), None);
/// ```
pub fn meaning(word: &str) -> Option<&'static str> {
    Some(match word {
        "bad_mac" => {
            "A hardware address that is too short or malformed. Left out, never padded: a guess would name \
             another device."
        }
        "bad_ip" => "An address that no machine can have, such as an octet above 255. Left out.",
        "masked_ip" => {
            "An address hidden by whoever sent the log. Left out; the rest of the row is kept."
        }
        "bad_port" => "A port outside 0 to 65535. Left out.",
        "bad_date" => "A date that no calendar has. The time is left out.",
        "no_date" => {
            "A clock time without its day. The time is left out, since no day can be assumed."
        }
        "no_year" => {
            "A stamp without a year, and no earlier row that tells it. The time is left out."
        }
        "missing_comma" => {
            "Two fields ran together because the comma between them is missing. Parted again."
        }
        "extra_comma" => "A comma too many. Dropped.",
        "missing_space" => {
            "Two words ran together because the blank between them is missing. Parted again."
        }
        "missing_interface" => "The name of the interface is missing. Left out.",
        "merged_line" => {
            "Two records stood on one line. Parted before the second stamp; each counts as a row."
        }
        "unbalanced_paren" => "A parenthesis that is never closed. Closed where the field ends.",
        "truncated" => "The row breaks off. What stands before the break is kept.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::meaning;

    #[test]
    fn every_word_of_the_known_cases_is_explained() {
        for word in [
            "bad_mac",
            "masked_ip",
            "missing_comma",
            "missing_interface",
            "no_date",
            "bad_date",
            "extra_comma",
            "merged_line",
            "missing_space",
            "bad_ip",
            "bad_port",
            "unbalanced_paren",
            "truncated",
            "no_year",
        ] {
            assert!(
                meaning(word).is_some_and(|text| text.ends_with('.')),
                "{word}"
            );
        }
    }
}
