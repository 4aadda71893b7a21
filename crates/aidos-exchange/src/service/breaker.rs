//! A service that fails again and again is left alone for a while.

use std::time::Duration;

use aidos_model::Timestamp;

/// Failures in a row after which it is left alone.
const MOST: u32 = 5;
/// For how long, first; each further failure doubles it.
const FIRST: Duration = Duration::from_mins(1);
/// The longest.
const LONGEST: Duration = Duration::from_hours(1);

/// What a breaker does with the next question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circuit {
    /// It is asked.
    Closed,
    /// It is not asked.
    Open,
    /// It is asked to see whether the service works again.
    HalfOpen,
    /// Nothing is asked any more.
    ForGood,
}

/// A circuit breaker. Open, it lets nothing through; when its time is over it lets one question through, whose fate decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    until: Option<i64>,
    for_good: bool,
}

impl Breaker {
    /// What it does with the next question.
    pub fn circuit(&self, now: Timestamp) -> Circuit {
        match self.until {
            _ if self.for_good => Circuit::ForGood,
            None => Circuit::Closed,
            Some(until) if now.seconds() >= until => Circuit::HalfOpen,
            Some(_) => Circuit::Open,
        }
    }

    /// Whether a question may be asked.
    pub fn lets(&self, now: Timestamp) -> bool {
        matches!(self.circuit(now), Circuit::Closed | Circuit::HalfOpen)
    }

    /// An answer came.
    pub fn works(&mut self) {
        *self = Self::default();
    }

    /// No answer came.
    pub fn fails(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if let Some(more) = self.failures.checked_sub(MOST) {
            let pause = FIRST
                .saturating_mul(2_u32.saturating_pow(more))
                .min(LONGEST);
            let seconds = i64::try_from(pause.as_secs()).unwrap_or(i64::MAX);
            self.until = Some(now.seconds().saturating_add(seconds));
        }
    }

    /// Nothing will help: the key is not taken.
    pub fn ends(&mut self) {
        self.for_good = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_waits_tries_once_and_closes() {
        let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            breaker.fails(at(0));
            assert!(breaker.lets(at(0)));
        }
        breaker.fails(at(0));
        assert!(!breaker.lets(at(59)) && breaker.lets(at(60)));
        assert_eq!(breaker.circuit(at(59)), Circuit::Open);
        assert_eq!(breaker.circuit(at(60)), Circuit::HalfOpen);
        breaker.fails(at(60));
        assert!(!breaker.lets(at(179)) && breaker.lets(at(180)));
        breaker.works();
        assert_eq!(breaker, Breaker::default());
        assert_eq!(breaker.circuit(at(0)), Circuit::Closed);
        (0..100).for_each(|_| breaker.fails(at(0)));
        assert!(breaker.lets(at(3600)));
        breaker.ends();
        assert!(!breaker.lets(at(9_000_000_000)));
        assert_eq!(breaker.circuit(at(0)), Circuit::ForGood);
    }
}
