//! What is left of a key: counted before each question, kept on disk, shared among processes.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aidos_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::keep;

/// A time in which so many questions are free. Windows begin with the minute, hour, day or month of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month.
    Month,
}

impl Span {
    /// The number of the window in which a time lies.
    fn index(self, now: Timestamp) -> i64 {
        let seconds = now.seconds();
        match self {
            Self::Minute => seconds.div_euclid(60),
            Self::Hour => seconds.div_euclid(3600),
            Self::Day => seconds.div_euclid(86_400),
            Self::Month => {
                let civil = now.civil();
                i64::from(civil.year) * 12 + i64::from(civil.month)
            }
        }
    }

    /// How long it is until the next window begins; `None` for a month: nobody waits so long.
    pub(super) fn left(self, now: Timestamp) -> Option<Duration> {
        let length = match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Month => return None,
        };
        let left = length - now.seconds().rem_euclid(length);
        u64::try_from(left).ok().map(Duration::from_secs)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        })
    }
}

/// So many questions in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The time.
    pub span: Span,
    /// The most questions.
    pub most: u64,
}

impl Window {
    /// So many questions in this time.
    pub const fn new(span: Span, most: u64) -> Self {
        Self { span, most }
    }
}

/// What is left in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The window.
    pub window: Window,
    /// Questions that are left in it.
    pub left: u64,
}

/// Why no question may be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The window that is used up; `None` where the service asked to be left alone.
    pub span: Option<Span>,
    /// How long it is until then; `None` for longer than anybody waits.
    pub wait: Option<Duration>,
}

/// The longest that a service is left alone because it asked for it: what asks for more is a mistake.
const LONGEST: Duration = Duration::from_hours(31 * 24);

/// The count of one key of one service.
#[derive(Clone, Debug)]
pub struct Quota {
    path: PathBuf,
    windows: Vec<Window>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    #[serde(default)]
    used: Vec<Used>,
    /// Seconds of Unix until which the service asked to be left alone.
    #[serde(default)]
    not_before: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Used {
    span: Span,
    window: i64,
    count: u64,
}

impl Quota {
    /// The count in a folder, which is made when first something is counted, of the key with this fingerprint.
    pub fn at(folder: &Path, fingerprint: &str, windows: &[Window]) -> Self {
        Self {
            path: folder.join(format!("quota-{fingerprint}.json")),
            windows: windows.to_vec(),
        }
    }

    /// Counts one question, if every window has one left. It counts before it is asked: a crash never overspends.
    ///
    /// # Errors
    /// When the file cannot be read, written or locked.
    pub fn take(&self, now: Timestamp) -> Result<Result<(), Blocked>, Error> {
        let _lock = self.lock()?;
        let mut state: State = keep::recall(&self.path)?;
        state.pass(now);
        if state.not_before > now.seconds() {
            let wait = u64::try_from(state.not_before - now.seconds()).unwrap_or(0);
            return Ok(Err(Blocked {
                span: None,
                wait: Some(Duration::from_secs(wait)),
            }));
        }
        // The longest wait counts.
        let full = self
            .windows
            .iter()
            .filter(|window| state.of(window.span) >= window.most);
        if let Some(window) = full.max_by_key(|window| window.span) {
            return Ok(Err(Blocked {
                span: Some(window.span),
                wait: window.span.left(now),
            }));
        }
        for window in &self.windows {
            state.set(window.span, now, state.of(window.span) + 1);
        }
        keep::remember(&self.path, &state)?;
        Ok(Ok(()))
    }

    /// Notes that the service wants to be left alone for this time, a month at most. Where it does not say for how long, a
    /// window is used up: the shortest at first, and a longer one where it said so `before` and nothing was answered since.
    ///
    /// # Errors
    /// As [`Quota::take`].
    pub fn exhausted(
        &self,
        now: Timestamp,
        wait: Option<Duration>,
        before: usize,
    ) -> Result<(), Error> {
        let _lock = self.lock()?;
        let mut state: State = keep::recall(&self.path)?;
        state.pass(now);
        let mut windows = self.windows.clone();
        windows.sort_by_key(|window| window.span);
        let window = windows.get(before).or(windows.last());
        match (wait, window) {
            (None, Some(window)) => state.set(window.span, now, window.most),
            (wait, _) => {
                let wait = wait.unwrap_or(Duration::from_mins(1)).min(LONGEST);
                let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
                let until = now.seconds().saturating_add(seconds);
                // Another process may know of a longer time.
                state.not_before = state.not_before.max(until);
            }
        }
        keep::remember(&self.path, &state)
    }

    /// Notes what the service itself says is left in its longest window; only less than our own count is believed.
    ///
    /// # Errors
    /// As [`Quota::take`].
    pub fn told(&self, now: Timestamp, left: u64) -> Result<(), Error> {
        let Some(window) = self.windows.iter().max_by_key(|window| window.span) else {
            return Ok(());
        };
        let _lock = self.lock()?;
        let mut state: State = keep::recall(&self.path)?;
        state.pass(now);
        let used = window.most.saturating_sub(left);
        if used > state.of(window.span) {
            state.set(window.span, now, used);
            keep::remember(&self.path, &state)?;
        }
        Ok(())
    }

    /// What is left in each window.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn left(&self, now: Timestamp) -> Result<Vec<Left>, Error> {
        let mut state: State = keep::recall(&self.path)?;
        state.pass(now);
        let left = self.windows.iter().map(|window| Left {
            window: *window,
            left: window.most.saturating_sub(state.of(window.span)),
        });
        Ok(left.collect())
    }

    fn lock(&self) -> Result<File, Error> {
        if let Some(folder) = self.path.parent() {
            keep::make(folder)?;
        }
        let path = self.path.with_extension("lock");
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(Error::file("open", &path))?;
        file.lock().map_err(Error::file("lock", &path))?;
        Ok(file)
    }
}

impl State {
    /// Forgets windows that are over.
    fn pass(&mut self, now: Timestamp) {
        self.used.retain(|used| used.window == used.span.index(now));
    }

    fn of(&self, span: Span) -> u64 {
        let used = self.used.iter().find(|used| used.span == span);
        used.map_or(0, |used| used.count)
    }

    fn set(&mut self, span: Span, now: Timestamp, count: u64) {
        self.used.retain(|used| used.span != span);
        let window = span.index(now);
        self.used.push(Used {
            span,
            window,
            count,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn windows_are_counted_over_processes_and_end_with_their_time() {
        let folder = tempfile::tempdir().unwrap();
        let windows = [Window::new(Span::Minute, 2), Window::new(Span::Day, 3)];
        let quota = || Quota::at(folder.path(), "0a1b2c3d", &windows);
        let first = at("2026-03-01T10:00:20Z");
        assert_eq!(quota().take(first).unwrap(), Ok(()));
        assert_eq!(quota().take(first).unwrap(), Ok(()));
        let blocked = quota().take(first).unwrap().unwrap_err();
        assert_eq!(
            (blocked.span, blocked.wait),
            (Some(Span::Minute), Some(Duration::from_secs(40)))
        );
        assert_eq!(quota().take(at("2026-03-01T10:01:00Z")).unwrap(), Ok(()));
        let blocked = quota()
            .take(at("2026-03-01T10:02:00Z"))
            .unwrap()
            .unwrap_err();
        assert_eq!(blocked.span, Some(Span::Day));
        let left = quota().left(at("2026-03-01T10:02:00Z")).unwrap();
        assert_eq!(
            left.iter().map(|left| left.left).collect::<Vec<_>>(),
            [2, 0]
        );
        assert_eq!(quota().take(at("2026-03-02T00:00:00Z")).unwrap(), Ok(()));
        // Another key has its own.
        let other = Quota::at(folder.path(), "ffffffff", &windows);
        assert_eq!(other.take(first).unwrap(), Ok(()));
    }

    #[test]
    fn what_the_service_says_is_believed_where_it_is_less() {
        let folder = tempfile::tempdir().unwrap();
        let quota = Quota::at(folder.path(), "x", &[Window::new(Span::Month, 10)]);
        let now = at("2026-03-31T10:00:00Z");
        quota.take(now).unwrap().unwrap();
        quota.told(now, 100).unwrap();
        assert_eq!(quota.left(now).unwrap()[0].left, 9);
        quota.told(now, 1).unwrap();
        quota.take(now).unwrap().unwrap();
        let blocked = quota.take(now).unwrap().unwrap_err();
        assert_eq!((blocked.span, blocked.wait), (Some(Span::Month), None));
        assert_eq!(quota.take(at("2026-04-01T00:00:00Z")).unwrap(), Ok(()));
    }

    #[test]
    fn who_asks_to_be_left_alone_is() {
        let folder = tempfile::tempdir().unwrap();
        let quota = Quota::at(folder.path(), "x", &[Window::new(Span::Day, 10)]);
        let now = at("2026-03-31T10:00:00Z");
        let half = Some(Duration::from_secs(30));
        quota.exhausted(now, half, 0).unwrap();
        let blocked = quota.take(now).unwrap().unwrap_err();
        assert_eq!((blocked.span, blocked.wait), (None, half));
        // A shorter time that comes late does not shorten it.
        quota.exhausted(now, Some(Duration::ZERO), 0).unwrap();
        assert_eq!(quota.take(now).unwrap().unwrap_err().wait, half);
        assert_eq!(quota.take(at("2026-03-31T10:00:30Z")).unwrap(), Ok(()));
        // Nobody locks a key up for ever.
        let ever = Some(Duration::from_secs(u64::MAX));
        quota.exhausted(now, ever, 0).unwrap();
        assert_eq!(quota.take(now).unwrap().unwrap_err().wait, Some(LONGEST));
        assert_eq!(quota.take(at("2026-05-01T10:00:00Z")).unwrap(), Ok(()));
    }

    #[test]
    fn who_does_not_say_for_how_long_is_left_alone_for_a_longer_window_each_time() {
        let folder = tempfile::tempdir().unwrap();
        let windows = [Window::new(Span::Day, 10), Window::new(Span::Minute, 4)];
        let quota = Quota::at(folder.path(), "x", &windows);
        let now = at("2026-03-31T10:00:00Z");
        for (before, span) in [(0, Span::Minute), (1, Span::Day), (7, Span::Day)] {
            quota.exhausted(now, None, before).unwrap();
            let blocked = quota.take(now).unwrap().unwrap_err();
            assert_eq!((blocked.span, blocked.wait), (Some(span), span.left(now)));
        }
        let none = Quota::at(folder.path(), "y", &[]);
        none.exhausted(now, None, 0).unwrap();
        let minute = Some(Duration::from_mins(1));
        assert_eq!(none.take(now).unwrap().unwrap_err().wait, minute);
    }

    #[test]
    fn a_folder_is_made_when_something_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        let quota = Quota::at(&below, "x", &[Window::new(Span::Day, 10)]);
        let now = at("2026-03-31T10:00:00Z");
        assert_eq!(quota.left(now).unwrap()[0].left, 10);
        assert!(!folder.path().join("a").exists());
        quota.take(now).unwrap().unwrap();
        assert_eq!(quota.left(now).unwrap()[0].left, 9);
    }
}
