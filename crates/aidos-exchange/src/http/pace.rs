//! When is asked again: `Retry-After` (RFC 9110 section 10.2.3), and exponential back-off with full jitter.

use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aidos_model::Timestamp;
use aidos_model::time::Civil;

use super::Stop;

/// Clock, waiting and chance: what tests put their own in place of.
pub trait Clock: Debug + Send + Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Waits, or returns sooner when it is called off.
    fn wait(&self, time: Duration, stop: &Stop);

    /// A number by chance.
    fn chance(&self) -> u64;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_nanos());
        Timestamp(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    fn wait(&self, time: Duration, stop: &Stop) {
        const SLICE: Duration = Duration::from_millis(50);
        let mut left = time;
        while !left.is_zero() && !stop.is_stopped() {
            let slice = left.min(SLICE);
            thread::sleep(slice);
            left = left.saturating_sub(slice);
        }
    }

    fn chance(&self) -> u64 {
        // Keys of the standard hasher are random: enough to spread clients, and nothing secret hangs on it.
        RandomState::new().hash_one(0_u8)
    }
}

/// How often and after what time is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The most attempts, the first one included.
    pub attempts: u32,
    /// The upper bound of the first pause; each one after it doubles.
    pub first: Duration,
    /// The upper bound of any pause of our own.
    pub longest: Duration,
    /// The longest that a host may make us wait by `Retry-After`; who asks for more is not asked again.
    pub patience: Duration,
}

impl Default for Retry {
    /// 4 attempts, pauses up to 1 s, 2 s, 4 s, and 2 minutes of patience.
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            patience: Duration::from_mins(2),
        }
    }
}

impl Retry {
    /// No second attempt.
    pub const NEVER: Self = Self {
        attempts: 1,
        first: Duration::ZERO,
        longest: Duration::ZERO,
        patience: Duration::ZERO,
    };

    /// The pause before the attempt after the `done`-th, or `None` where there is none.
    ///
    /// Half of the pause is fixed and half is chance: clients that failed together come back one by one, and none at once.
    pub fn pause(&self, done: u32, asked: Option<Duration>, clock: &dyn Clock) -> Option<Duration> {
        if done >= self.attempts {
            return None;
        }
        if let Some(asked) = asked {
            return (asked <= self.patience).then_some(asked);
        }
        let doubled = 2_u32.saturating_pow(done.saturating_sub(1));
        let bound = self.first.saturating_mul(doubled).min(self.longest);
        let half = bound / 2;
        let nanos = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
        Some(half + Duration::from_nanos(clock.chance() % nanos.saturating_add(1)))
    }
}

/// How long a host wants to be left alone: seconds, or a date of HTTP.
///
/// A date that is over asks for no time. What is neither is `None`.
///
/// ```
/// use std::time::Duration;
/// use aidos_exchange::http::retry_after;
/// use aidos_model::Timestamp;
/// let now = Timestamp::parse("2026-03-01T10:00:00Z").unwrap();
/// assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
/// assert_eq!(retry_after("Sun, 01 Mar 2026 10:00:30 GMT", now), Some(Duration::from_secs(30)));
/// assert_eq!(retry_after("soon", now), None);
/// ```
pub fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // What does not fit is for ever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let seconds = http_date(text)?.seconds() - now.seconds();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// A date in the form that HTTP prefers: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = text.split_once(", ")?.1.split(' ');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let year = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':').map(|part| part.parse::<u8>().ok());
    let civil = Civil {
        year,
        month: u8::try_from(month).ok()?,
        day,
        hour: clock.next()??,
        minute: clock.next()??,
        second: clock.next()??,
        nano: 0,
    };
    (parts.next()? == "GMT").then(|| civil.at_offset(0))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed(u64);

    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp(0)
        }
        fn wait(&self, _: Duration, _: &Stop) {}
        fn chance(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn pauses_double_up_to_their_bound_and_end() {
        let retry = Retry {
            attempts: 8,
            first: Duration::from_secs(1),
            longest: Duration::from_secs(10),
            patience: Duration::from_mins(1),
        };
        for (chance, wanted) in [(0, [500, 1000, 2000, 4000, 5000]), (u64::MAX, [0; 5])] {
            for (done, wanted) in (1..).zip(wanted) {
                let pause = retry.pause(done, None, &Fixed(chance)).unwrap();
                let bound = Duration::from_millis(1000 * 2_u64.pow(done - 1)).min(retry.longest);
                assert!(pause >= bound / 2 && pause <= bound, "{done}: {pause:?}");
                if chance == 0 {
                    assert_eq!(pause, Duration::from_millis(wanted));
                }
            }
        }
        assert_eq!(retry.pause(8, None, &Fixed(0)), None);
        let minute = Duration::from_mins(1);
        assert_eq!(retry.pause(1, Some(minute), &Fixed(7)), Some(minute));
        assert_eq!(retry.pause(1, Some(minute * 2), &Fixed(7)), None);
        assert_eq!(Retry::NEVER.pause(1, None, &Fixed(7)), None);
    }

    #[test]
    fn dates_of_http_are_read() {
        let date = http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(date.to_string(), "1994-11-06T08:49:37Z");
        for bad in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
        assert_eq!(
            retry_after("Sun, 06 Nov 1994 08:49:37 GMT", date),
            Some(Duration::ZERO)
        );
        assert_eq!(
            retry_after("99999999999999999999999", date),
            Some(Duration::from_secs(u64::MAX))
        );
        assert_eq!(retry_after("-1", date), None);
        assert_eq!(retry_after("", date), None);
    }
}
