//! Dates and times: all of one subject are shifted by the same keyed amount.
//!
//! The amount is drawn from the key and the subject, uniform over ± `days` and ± `seconds`, never nothing. Keeps:
//! order and gaps inside a subject, to the nanosecond. Leaks: the gaps; the clock pattern where `seconds` is
//! small (people sleep at night); and who knows one true date of a subject knows all of them. Days of the week
//! and seasons are kept only by chance.
//!
//! Back with the key. Not idempotent by the value, see [`Ledger`](super::Ledger). Birthdays are better
//! [generalised](super::generalise): a shift of days leaves the age.

use aidos_model::{Civil, Timestamp};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::key::{CommunityKey, mac};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400;

/// By how much, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The most days either way, at most 36,500.
    pub days: u32,
    /// The most seconds either way on top, below a day. A date without a clock time takes days alone.
    #[serde(default)]
    pub seconds: u32,
    /// What shares one shift: a case, or a person in it. Gaps hold only inside a subject.
    #[serde(default)]
    pub subject: String,
}

impl Shift {
    /// The same bounds for another subject: a policy gives the bounds, the caller whom a date is about.
    #[must_use]
    pub fn of(&self, subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            ..self.clone()
        }
    }

    /// The days and seconds of this subject under this key.
    ///
    /// # Errors
    /// Both bounds are 0 or one is above its limit.
    fn amount(&self, key: &CommunityKey) -> Result<(i64, i64), Error> {
        let wrong = |reason| Error::Parameter {
            technique: "date",
            reason,
        };
        if self.days > 36_500 || self.seconds >= 86_400 {
            return Err(wrong(
                "days are above 36500, or seconds a day or more; take less",
            ));
        }
        if self.days == 0 && self.seconds == 0 {
            return Err(wrong(
                "a shift of no days and no seconds hides nothing; give a bound",
            ));
        }
        let key = key.subkey("date shift", "");
        let draw = |label: &[u8], bound: u32| -> i64 {
            if bound == 0 {
                return 0;
            }
            let digest = mac(
                &key,
                &[label, self.subject.as_bytes(), &bound.to_be_bytes()],
            );
            let number = digest
                .first_chunk()
                .map_or(0, |first| u64::from_be_bytes(*first));
            // 1 to bound either way: 2 · bound values, so that no draw is nothing. 64 bits make the bias 2⁻⁴⁷.
            let bound = u64::from(bound);
            let place = i64::try_from(number % (2 * bound)).unwrap_or(0);
            let bound = i64::try_from(bound).unwrap_or(0);
            if place < bound {
                place - bound
            } else {
                place - bound + 1
            }
        };
        Ok((draw(b"days", self.days), draw(b"seconds", self.seconds)))
    }

    /// The instant, shifted.
    ///
    /// # Errors
    /// A bound is out of range, or the result would be before 1678 or after 2261.
    ///
    /// ```
    /// # use aidos_model::Timestamp;
    /// # use aidos_privacy::{key::CommunityKey, technique::date::Shift};
    /// let key = CommunityKey::from_bytes([7; 32]);
    /// let shift = Shift { days: 30, seconds: 3600, subject: "case 7".into() };
    /// let (a, b) = (Timestamp(1_700_000_000_000_000_000), Timestamp(1_700_000_100_000_000_000));
    /// let (x, y) = (shift.instant(a, &key)?, shift.instant(b, &key)?);
    /// assert_eq!(y.0 - x.0, b.0 - a.0);
    /// assert_eq!(shift.instant_back(x, &key)?, a);
    /// # Ok::<(), aidos_privacy::technique::Error>(())
    /// ```
    pub fn instant(&self, time: Timestamp, key: &CommunityKey) -> Result<Timestamp, Error> {
        self.moved(time, key, 1)
    }

    /// The instant before it was shifted.
    ///
    /// # Errors
    /// As for [`Shift::instant`].
    pub fn instant_back(&self, time: Timestamp, key: &CommunityKey) -> Result<Timestamp, Error> {
        self.moved(time, key, -1)
    }

    /// A date and clock time of no zone, shifted. Dates alone (clock time zero by the caller) take [`Shift::day`].
    ///
    /// # Errors
    /// The date does not exist, or as for [`Shift::instant`].
    pub fn civil(&self, civil: Civil, key: &CommunityKey) -> Result<Civil, Error> {
        let time = civil.at_offset(0).ok_or_else(no_date)?;
        Ok(self.instant(time, key)?.civil())
    }

    /// A date, shifted by the days alone; its clock time stays.
    ///
    /// # Errors
    /// As for [`Shift::civil`].
    pub fn day(&self, civil: Civil, key: &CommunityKey) -> Result<Civil, Error> {
        self.day_moved(civil, key, 1)
    }

    fn day_moved(&self, civil: Civil, key: &CommunityKey, sign: i64) -> Result<Civil, Error> {
        let (days, _) = self.amount(key)?;
        if days == 0 {
            return Err(Error::Parameter {
                technique: "date",
                reason: "a date without a clock time needs a bound of days; give one",
            });
        }
        let time = civil.at_offset(0).ok_or_else(no_date)?;
        Ok(in_range(time, sign * days * DAY)?.civil())
    }

    fn moved(&self, time: Timestamp, key: &CommunityKey, sign: i64) -> Result<Timestamp, Error> {
        let (days, seconds) = self.amount(key)?;
        in_range(time, sign * (days * DAY + seconds))
    }

    /// A text: RFC 3339 becomes RFC 3339 in UTC, `YYYY-MM-DD` a date. Other forms are the caller's to read and write.
    pub(super) fn hide(
        &self,
        kind: &str,
        value: &str,
        key: &CommunityKey,
    ) -> Result<String, Error> {
        self.text(kind, value, key, 1)
    }

    pub(super) fn restore(
        &self,
        kind: &str,
        text: &str,
        key: &CommunityKey,
    ) -> Result<String, Error> {
        self.text(kind, text, key, -1)
    }

    fn text(
        &self,
        kind: &str,
        value: &str,
        key: &CommunityKey,
        sign: i64,
    ) -> Result<String, Error> {
        if let Some(time) = Timestamp::parse(value) {
            return Ok(self.moved(time, key, sign)?.to_string());
        }
        let date = parse_date(value).ok_or_else(|| Error::Shape {
            kind: kind.to_owned(),
            technique: "date",
            reason: "it is neither RFC 3339 nor YYYY-MM-DD",
        })?;
        Ok(date_text(self.day_moved(date, key, sign)?))
    }
}

fn in_range(time: Timestamp, seconds: i64) -> Result<Timestamp, Error> {
    seconds
        .checked_mul(SECOND)
        .and_then(|nanos| time.0.checked_add(nanos))
        .map(Timestamp)
        .filter(|time| (1678..=2261).contains(&time.civil().year))
        .ok_or(Error::Parameter {
            technique: "date",
            reason: "the shifted time is not in the years 1678 to 2261; take a smaller bound",
        })
}

fn no_date() -> Error {
    Error::Parameter {
        technique: "date",
        reason: "the date does not exist; redact it",
    }
}

/// Reads `YYYY-MM-DD`.
pub(super) fn parse_date(text: &str) -> Option<Civil> {
    let mut parts = text.split('-');
    let mut number = |length: usize| {
        parts
            .next()
            .filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let civil = Civil {
        year: number(4)?.parse().ok()?,
        month: number(2)?.parse().ok()?,
        day: number(2)?.parse().ok()?,
        hour: 0,
        minute: 0,
        second: 0,
        nano: 0,
    };
    (parts.next().is_none() && civil.at_offset(0).is_some()).then_some(civil)
}

fn date_text(date: Civil) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_and_gaps_stay(
            a in -5_000_000_000_000_000_000..5_000_000_000_000_000_000_i64,
            gap in 0..1_000_000_000_000_000_i64,
            days in 1..3000_u32,
            seconds in 0..86_400_u32,
            subject: String,
        ) {
            let shift = Shift { days, seconds, subject };
            let (a, b) = (Timestamp(a), Timestamp(a + gap));
            let (x, y) = (shift.instant(a, &key(1)).unwrap(), shift.instant(b, &key(1)).unwrap());
            prop_assert_eq!(y.0 - x.0, gap);
            let moved = (x.0 - a.0).abs();
            prop_assert!(moved > 0 && moved <= (i64::from(days) * DAY + i64::from(seconds)) * SECOND);
            prop_assert_eq!(shift.instant_back(x, &key(1)).unwrap(), a);
            let text = shift.hide("DATE_TIME", &a.to_string(), &key(1)).unwrap();
            prop_assert_eq!(shift.restore("DATE_TIME", &text, &key(1)).unwrap(), a.to_string());
        }

        #[test]
        fn any_text_is_an_answer(text in "[0-9:TZ +.-]{0,30}") {
            let shift = Shift { days: 9, seconds: 0, subject: String::new() };
            let _ = shift.hide("DATE_TIME", &text, &key(1));
        }
    }

    #[test]
    fn subjects_and_communities_have_shifts_of_their_own() {
        let amount = |subject: &str, number| {
            let shift = Shift {
                days: 3000,
                seconds: 80_000,
                subject: subject.to_owned(),
            };
            shift.amount(&key(number)).unwrap()
        };
        assert_ne!(amount("a", 1), amount("b", 1));
        assert_ne!(amount("a", 1), amount("a", 2));
        let narrow = Shift {
            days: 1,
            seconds: 0,
            subject: String::new(),
        };
        assert_eq!(narrow.amount(&key(1)).unwrap().0.abs(), 1);
    }

    #[test]
    fn dates_alone_take_days() {
        let shift = Shift {
            days: 400,
            seconds: 3600,
            subject: "x".to_owned(),
        };
        let hidden = shift.hide("DATE_TIME", "2024-02-29", &key(1)).unwrap();
        assert_eq!(hidden.len(), 10);
        assert_ne!(hidden, "2024-02-29");
        assert_eq!(
            shift.restore("DATE_TIME", &hidden, &key(1)).unwrap(),
            "2024-02-29"
        );
        for text in ["2023-02-29", "29/02/2024", "", "2024-02-29-01"] {
            assert!(shift.hide("DATE_TIME", text, &key(1)).is_err(), "{text}");
        }
        let nothing = Shift {
            days: 0,
            seconds: 0,
            subject: String::new(),
        };
        assert!(nothing.instant(Timestamp(0), &key(1)).is_err());
        let last = Timestamp::parse("2261-12-31T00:00:00Z").unwrap();
        let first = Timestamp::parse("1678-01-01T00:00:00Z").unwrap();
        let far = Shift {
            days: 36_500,
            seconds: 0,
            subject: String::new(),
        };
        assert!(far.instant(last, &key(1)).is_err() || far.instant(first, &key(1)).is_err());
    }
}
