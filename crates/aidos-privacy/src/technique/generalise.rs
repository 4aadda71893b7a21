//! Generalise: a value becomes the wider thing that it belongs to.
//!
//! Needs no key and cannot be undone. Keeps: the band. Leaks: the band, and with other columns often the person:
//! measure it with [`anonymity`](super::anonymity). Idempotent: a band of the same ladder stays; so does a
//! wider one of an address.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::date::parse_date;
use super::{Error, fold};

/// What a value becomes where no step of the ladder fits it.
const NOTHING: &str = "*";

/// How far a date is widened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// `2024-02`.
    Month,
    /// `2024`.
    Year,
    /// `2020-2029`.
    Decade,
}

/// One step of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ladder", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Ladder {
    /// An age becomes a band such as `40-49`; from `top` on, `90+`.
    Age {
        /// Width in years, from 1.
        width: u32,
        /// The age from which all are one, as the oldest are few; 90 as in HIPAA's safe harbour.
        #[serde(default = "ninety")]
        top: u32,
    },
    /// A weight or another number becomes a band of whole numbers such as `80-89`; its unit is dropped.
    Number {
        /// Width, from 1.
        width: u32,
    },
    /// A postal code keeps its first characters: `123**`. Separators stay.
    Zip {
        /// How many letters and digits stay.
        keep: u8,
    },
    /// A place becomes what a table says of it, such as a city its country.
    Place {
        /// From the place to the wider one; spelling and case of the place do not matter.
        within: BTreeMap<String, String>,
    },
    /// A date or time becomes its month, year or decade.
    Date {
        /// How wide.
        to: To,
    },
    /// A date of birth becomes a band of years such as `1980-1984`.
    Birthday {
        /// Width in years, from 1.
        years: u32,
    },
    /// An address becomes its network: `203.0.113.0/24`. Source: RFC 6235, truncation.
    Ip {
        /// Bits that stay of IPv4, at most 32.
        v4: u8,
        /// Bits that stay of IPv6, at most 128.
        v6: u8,
    },
}

fn ninety() -> u32 {
    90
}

impl Ladder {
    /// The wider value.
    ///
    /// # Errors
    /// The value is not what the ladder is for, or a width is 0 or too large.
    ///
    /// ```
    /// # use aidos_privacy::technique::generalise::Ladder;
    /// assert_eq!(Ladder::Age { width: 10, top: 90 }.apply("AGE", "42 years")?, "40-49");
    /// assert_eq!(Ladder::Zip { keep: 3 }.apply("ZIP_CODE", "115 28")?, "115 **");
    /// assert_eq!(Ladder::Ip { v4: 24, v6: 48 }.apply("IP_ADDRESS", "203.0.113.77")?, "203.0.113.0/24");
    /// # Ok::<(), aidos_privacy::technique::Error>(())
    /// ```
    pub fn apply(&self, kind: &str, value: &str) -> Result<String, Error> {
        let value = value.trim();
        if value == NOTHING {
            return Ok(value.to_owned());
        }
        let made = match self {
            Self::Age { width, top } => age(value, positive(*width)?, *top),
            Self::Number { width } => number(value, positive(*width)?),
            Self::Zip { keep } => Some(zip(value, usize::from(*keep))),
            Self::Place { within } => Some(place(value, within)),
            Self::Date { to } => date(value, *to),
            Self::Birthday { years } => birthday(value, positive(*years)?),
            Self::Ip { v4, v6 } => network(value, *v4, *v6),
        };
        made.ok_or_else(|| Error::Shape {
            kind: kind.to_owned(),
            technique: "generalise",
            reason: "it is not what the ladder is for",
        })
    }
}

fn positive(width: u32) -> Result<u32, Error> {
    if (1..=1_000_000).contains(&width) {
        Ok(width)
    } else {
        Err(Error::Parameter {
            technique: "generalise",
            reason: "the width of a band is 1 to 1000000; give one of these",
        })
    }
}

/// The leading number of a text, whole part; what follows must be a unit, not another number.
fn leading(value: &str) -> Option<u32> {
    let end = value
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(value.len());
    let (digits, rest) = value.split_at_checked(end)?;
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => fraction.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => rest,
    };
    let is_unit = !rest.chars().any(char::is_numeric) && !rest.starts_with('-');
    is_unit.then(|| digits.parse().ok())?
}

/// A band of this width, if the text is one that starts where they start.
fn is_band(value: &str, width: u32) -> bool {
    value.split_once('-').is_some_and(|(low, high)| {
        let (low, high, width) = (low.parse::<u64>(), high.parse::<u64>(), u64::from(width));
        matches!((low, high), (Ok(low), Ok(high)) if low % width == 0 && high.checked_sub(low) == Some(width - 1))
            && !value.contains('+')
    })
}

fn band(number: u32, width: u32) -> String {
    let low = number - number % width;
    format!("{low}-{}", u64::from(low) + u64::from(width) - 1)
}

fn age(value: &str, width: u32, top: u32) -> Option<String> {
    let above = format!("{top}+");
    if value == above {
        return Some(above.clone());
    }
    // A band that the top cuts is shown as it is: the next one is `90+`.
    let cut = |band: String| {
        let ends = band
            .split_once('-')
            .map(|(low, high)| (low.parse::<u64>(), high.parse::<u64>()));
        match ends {
            Some((Ok(low), _)) if low >= u64::from(top) => above.clone(),
            Some((Ok(low), Ok(high))) if high >= u64::from(top) => {
                format!("{low}-{}", top.saturating_sub(1))
            }
            _ => band,
        }
    };
    if is_band(value, width) {
        return Some(cut(value.to_owned()));
    }
    if let Some((low, high)) = value.split_once('-')
        && let (Ok(low), Ok(high)) = (low.parse::<u32>(), high.parse::<u32>())
        && low < top
        && high == top.saturating_sub(1)
        && low % width == 0
        && high - low < width
    {
        return Some(value.to_owned());
    }
    let age = leading(value)?;
    Some(if age >= top {
        above.clone()
    } else {
        cut(band(age, width))
    })
}

fn number(value: &str, width: u32) -> Option<String> {
    if is_band(value, width) {
        return Some(value.to_owned());
    }
    Some(band(leading(value)?, width))
}

fn zip(value: &str, keep: usize) -> String {
    let mut seen = 0;
    value
        .chars()
        .map(|letter| {
            if !letter.is_alphanumeric() {
                return letter;
            }
            seen += 1;
            if seen <= keep { letter } else { '*' }
        })
        .collect()
}

fn place(value: &str, within: &BTreeMap<String, String>) -> String {
    // Of several spellings of a wider place the first stands for all, so that it is the same the second time.
    let wider = |wanted: &str| within.values().find(|wide| fold(wide) == wanted);
    let wanted = fold(value);
    let found = || within.iter().find(|(place, _)| fold(place) == wanted);
    wider(&wanted)
        .or_else(|| found().and_then(|(_, wide)| wider(&fold(wide))))
        .map_or_else(|| NOTHING.to_owned(), String::clone)
}

/// Year and month of a date, a time, or an output of this ladder.
fn year_and_month(value: &str) -> Option<(u32, Option<u32>)> {
    let parsed = aidos_model::Timestamp::parse(value)
        .map(aidos_model::Timestamp::civil)
        .or_else(|| parse_date(value));
    if let Some(civil) = parsed {
        return Some((
            u32::try_from(civil.year).ok()?,
            Some(u32::from(civil.month)),
        ));
    }
    let digits = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())?
    };
    match value.split_once('-') {
        None => Some((digits(value, 4)?, None)),
        Some((year, month)) => {
            let month = digits(month, 2).filter(|month| (1..=12).contains(month))?;
            Some((digits(year, 4)?, Some(month)))
        }
    }
}

fn date(value: &str, to: To) -> Option<String> {
    if to == To::Decade && is_band(value, 10) {
        return Some(value.to_owned());
    }
    let (year, month) = year_and_month(value)?;
    match to {
        To::Month => Some(format!("{year:04}-{:02}", month?)),
        To::Year => Some(format!("{year:04}")),
        To::Decade => Some(band(year, 10)),
    }
}

fn birthday(value: &str, years: u32) -> Option<String> {
    if is_band(value, years) {
        return Some(value.to_owned());
    }
    Some(band(year_and_month(value)?.0, years))
}

fn network(value: &str, v4: u8, v6: u8) -> Option<String> {
    let (ip, length) = match value.split_once('/') {
        Some((ip, length)) => (ip, Some(length.parse::<u8>().ok()?)),
        None => (value, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    let (width, bits) = match ip {
        IpAddr::V4(_) => (32, v4.min(32)),
        IpAddr::V6(_) => (128, v6.min(128)),
    };
    if length.is_some_and(|length| length > width) {
        return None;
    }
    let bits = length.unwrap_or(width).min(bits);
    let shift = u32::from(width - bits);
    let network = match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    };
    Some(format!("{network}/{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(ladder: &Ladder, value: &str) -> Option<String> {
        ladder.apply("X", value).ok()
    }

    fn ladders() -> Vec<Ladder> {
        vec![
            Ladder::Age { width: 10, top: 90 },
            Ladder::Age { width: 20, top: 90 },
            Ladder::Number { width: 5 },
            Ladder::Zip { keep: 2 },
            Ladder::Place {
                within: [
                    ("Athens", "Greece"),
                    ("Αθήνα", "Greece"),
                    ("Lyon", "France"),
                ]
                .map(|(city, country)| (city.to_owned(), country.to_owned()))
                .into(),
            },
            Ladder::Date { to: To::Month },
            Ladder::Date { to: To::Year },
            Ladder::Date { to: To::Decade },
            Ladder::Birthday { years: 5 },
            Ladder::Ip { v4: 24, v6: 48 },
        ]
    }

    #[test]
    fn odd_ladders_say_the_same_twice() {
        let within = [("Athens", "Greece"), ("Patras", "GREECE")]
            .map(|(city, country)| (city.to_owned(), country.to_owned()))
            .into();
        for (ladder, value, wide) in [
            (Ladder::Age { width: 10, top: 42 }, "50-59", "42+"),
            (Ladder::Age { width: 10, top: 42 }, "40-49", "40-41"),
            (
                Ladder::Number { width: 10_000 },
                "4294967295",
                "4294960000-4294969999",
            ),
            (Ladder::Place { within }, "patras", "Greece"),
        ] {
            assert_eq!(made(&ladder, value).as_deref(), Some(wide), "{ladder:?}");
            assert_eq!(made(&ladder, wide).as_deref(), Some(wide), "{ladder:?}");
        }
    }

    #[test]
    fn each_ladder_widens() {
        for (index, value, wide) in [
            (0, "42", Some("40-49")),
            (0, "97", Some("90+")),
            (0, "0", Some("0-9")),
            (0, "forty", None),
            (0, "-4", None),
            (1, "85", Some("80-89")),
            (1, "7.5 months", Some("0-19")),
            (2, "82.4 kg", Some("80-84")),
            (2, "82-13", None),
            (3, "SW1A 1AA", Some("SW** ***")),
            (4, "ΑΘΗΝΑ", Some("Greece")),
            (4, "Paris", Some("*")),
            (5, "2024-02-29", Some("2024-02")),
            (5, "2024-02-29T10:00:00Z", Some("2024-02")),
            (5, "2024", None),
            (6, "2024-02-29", Some("2024")),
            (7, "2024-02-29", Some("2020-2029")),
            (8, "1983-07-02", Some("1980-1984")),
            (9, "203.0.113.77", Some("203.0.113.0/24")),
            (9, "2001:db8:1:2::3", Some("2001:db8:1::/48")),
            (9, "10.0.0.0/8", Some("10.0.0.0/8")),
            (9, "10.0.0.0/99", None),
        ] {
            assert_eq!(
                made(&ladders()[index], value).as_deref(),
                wide,
                "{index} {value}"
            );
        }
        assert!(made(&Ladder::Number { width: 0 }, "5").is_none());
        assert_eq!(
            made(&Ladder::Ip { v4: 0, v6: 0 }, "8.8.8.8").as_deref(),
            Some("0.0.0.0/0")
        );
    }

    proptest! {
        #[test]
        fn twice_is_once(
            which in 0..10_usize,
            value in prop_oneof![
                "\\PC{0,20}", "[0-9]{1,3}", "[0-9]{1,3}-[0-9]{1,3}", "[12][0-9]{3}-[01][0-9]-[0-3][0-9]",
                any::<std::net::IpAddr>().prop_map(|ip| ip.to_string()),
            ],
        ) {
            let ladder = &ladders()[which];
            if let Some(once) = made(ladder, &value) {
                prop_assert_eq!(made(ladder, &once), Some(once));
            }
        }
    }
}
