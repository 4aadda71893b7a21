//! The simulated fortnight and the ways to write its moments.
//!
//! A [`Moment`] counts microseconds from 2023-03-01T00:00:00Z. The period ends before
//! 2023-03-15, so a year or month boundary never stands in the way.

use crate::text::{int, padded};

/// Microseconds since 2023-03-01T00:00:00Z.
pub(crate) type Moment = u64;

/// Microseconds in a second.
pub(crate) const SECOND: Moment = 1_000_000;
/// Days in the period.
const DAYS: u64 = 14;
/// Length of the period.
pub(crate) const PERIOD: Moment = DAYS * 86_400 * SECOND;
/// Unix time of the period's begin.
pub(crate) const EPOCH: u64 = 1_677_628_800;

/// How busy each hour of a day is.
const HOURS: [u64; 24] = [
    3, 2, 2, 2, 2, 3, 4, 7, 11, 13, 14, 13, 12, 12, 13, 13, 12, 10, 8, 7, 6, 5, 4, 3,
];

/// Turns the share of a file that is written into the time that its next line shows, so that a
/// larger file is denser, not longer, and nights and weekends are quieter.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Weight before each hour of the period; one entry more than hours.
    before: Vec<u64>,
    hour: usize,
    latest: Moment,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let mut before = vec![0];
        let mut sum = 0;
        for day in 0..DAYS {
            for weight in HOURS {
                // 2023-03-01 is a Wednesday: days 3, 4, 10 and 11 are a weekend.
                sum += if matches!(day % 7, 3 | 4) {
                    weight + 4
                } else {
                    weight * 3
                };
                before.push(sum);
            }
        }
        Self {
            before,
            hour: 0,
            latest: 0,
        }
    }

    /// The moment when `done` of `all` bytes are written; never earlier than the answer before.
    pub(crate) fn at(&mut self, done: u64, all: u64) -> Moment {
        let total = self.before[self.before.len() - 1];
        // Micro-units of weight, in 128 bits so that no size overflows.
        let wanted = u128::from(done.min(all)) * u128::from(total) * u128::from(SECOND)
            / u128::from(all.max(1));
        let wanted = wanted as u64;
        while self.hour + 2 < self.before.len() && self.before[self.hour + 1] * SECOND <= wanted {
            self.hour += 1;
        }
        let start = self.before[self.hour];
        let weight = self.before[self.hour + 1] - start;
        let into = wanted.saturating_sub(start * SECOND) * 3600 / weight;
        let moment = (self.hour as u64 * 3600 * SECOND + into).min(PERIOD - 1);
        self.latest = self.latest.max(moment);
        self.latest
    }
}

/// The parts of a moment that are written.
struct Civil {
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    micros: u64,
}

fn civil(moment: Moment) -> Civil {
    let seconds = moment / SECOND;
    Civil {
        day: 1 + seconds / 86_400,
        hour: seconds / 3600 % 24,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        micros: moment % SECOND,
    }
}

/// Appends `hh:mm:ss`.
pub(crate) fn time_of_day(out: &mut Vec<u8>, moment: Moment) {
    let at = civil(moment);
    padded(out, at.hour, 2);
    out.push(b':');
    padded(out, at.minute, 2);
    out.push(b':');
    padded(out, at.second, 2);
}

/// Appends the day of the month with two digits.
pub(crate) fn day(out: &mut Vec<u8>, moment: Moment) {
    padded(out, civil(moment).day, 2);
}

/// Appends the day of the month with a blank before a single digit, as BSD syslog does.
pub(crate) fn day_blank(out: &mut Vec<u8>, moment: Moment) {
    let day = civil(moment).day;
    if day < 10 {
        out.push(b' ');
    }
    int(out, day);
}

/// Appends `2023-03-07T10:38:03` with `digits` of fraction, without a zone.
pub(crate) fn iso(out: &mut Vec<u8>, moment: Moment, between: u8, digits: usize) {
    out.extend_from_slice(b"2023-03-");
    day(out, moment);
    out.push(between);
    time_of_day(out, moment);
    if digits > 0 {
        out.push(b'.');
        let start = out.len();
        padded(out, civil(moment).micros, 6);
        out.truncate(start + digits);
    }
}

/// Appends the form of the truth: RFC 3339, UTC, `Z`, fraction without trailing zeros.
pub(crate) fn stix(out: &mut Vec<u8>, moment: Moment) {
    let micros = moment % SECOND;
    if micros == 0 {
        iso(out, moment, b'T', 0);
    } else {
        iso(out, moment, b'T', 6);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.push(b'Z');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn forms() {
        let moment = (6 * 86_400 + 10 * 3600 + 38 * 60 + 3) * SECOND + 120_000;
        assert_eq!(written(|o| stix(o, moment)), "2023-03-07T10:38:03.12Z");
        assert_eq!(
            written(|o| stix(o, moment - 120_000)),
            "2023-03-07T10:38:03Z"
        );
        assert_eq!(
            written(|o| iso(o, moment, b' ', 3)),
            "2023-03-07 10:38:03.120"
        );
        assert_eq!(written(|o| day_blank(o, moment)), " 7");
        assert_eq!(written(|o| day(o, PERIOD - 1)), "14");
    }

    #[test]
    fn time_runs_forward_and_fills_the_period() {
        let mut clock = Clock::new();
        let mut before = 0;
        for done in 0..=10_000 {
            let now = clock.at(done, 10_000);
            assert!(now >= before && now < PERIOD);
            before = now;
        }
        assert!(before > PERIOD - 3600 * SECOND);
    }
}
