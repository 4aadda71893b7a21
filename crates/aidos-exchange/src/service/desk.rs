//! Where services are asked: cache, quota, breaker, client, in this order.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Shareable, Subject};

use super::{Account, Answer, Band, Breaker, Cache, Circuit, Left, Quota, Service, Span, Trouble};
use crate::Error;
use crate::http::{Clock, Error as HttpError, Request, Stop};

/// How services are asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of cache and quotas.
    pub folder: PathBuf,
    /// Nothing is asked: the cache alone answers, however old.
    pub offline: bool,
    /// How old an answer may be.
    pub fresh: Duration,
    /// How old the answer that there is no record may be.
    pub fresh_unknown: Duration,
    /// How long is waited for the next window of a quota.
    pub patience: Duration,
}

impl Options {
    /// A day, half a day, and up to 90 seconds for the next window.
    pub fn of(folder: PathBuf) -> Self {
        Self {
            folder,
            offline: false,
            fresh: Duration::from_hours(24),
            fresh_unknown: Duration::from_hours(12),
            patience: Duration::from_secs(90),
        }
    }
}

/// An answer, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// What the service says.
    pub answer: Answer,
    /// When it was asked.
    pub at: Timestamp,
    /// Whether it stood in the cache.
    pub cached: bool,
}

/// An answer, or why there is none.
pub type Outcome = Result<Got, Trouble>;

/// Asks services what the gate let through.
#[derive(Debug)]
pub struct Desk {
    options: Options,
    cache: Cache,
    places: Vec<Place>,
    clock: Arc<dyn Clock>,
    stop: Stop,
}

#[derive(Debug)]
struct Place {
    account: Account,
    quota: Quota,
    breaker: Breaker,
    /// How often in a row it said that the quota is used up, and not for how long.
    refusals: usize,
}

/// An answer as it came.
struct Said {
    answer: Answer,
    status: u16,
    body: Vec<u8>,
    at: Timestamp,
}

/// A request that no answer came of.
struct Failed {
    trouble: Trouble,
    again: Again,
}

/// When the same may be asked again.
enum Again {
    Never,
    /// After a pause, for which the service may say how long it is.
    After(Option<Duration>),
    /// As soon as the quota lets it be asked.
    Counted,
}

/// Who waits, and for how long still.
struct Waits<'d> {
    clock: &'d dyn Clock,
    stop: &'d Stop,
    patience: Duration,
}

impl Waits<'_> {
    fn wait(&self, time: Duration) -> Result<(), Error> {
        self.clock.wait(time, self.stop);
        if self.stop.is_stopped() {
            return Err(HttpError::Stopped.into());
        }
        Ok(())
    }
}

impl Place {
    /// Counts one request; waits for it where that is short.
    fn take(&self, waits: &mut Waits<'_>) -> Result<Result<(), Trouble>, Error> {
        loop {
            let Err(blocked) = self.quota.take(waits.clock.now())? else {
                return Ok(Ok(()));
            };
            let Some(wait) = blocked.wait.filter(|wait| *wait <= waits.patience) else {
                return Ok(Err(match (blocked.span, blocked.wait) {
                    (None, Some(wait)) => Trouble::AskedToWait(wait),
                    (span, _) => Trouble::UsedUp(span.unwrap_or(Span::Month)),
                }));
            };
            waits.patience -= wait;
            waits.wait(wait)?;
        }
    }

    /// Sends one request.
    fn once(
        &mut self,
        subject: Subject,
        request: &Request,
        clock: &dyn Clock,
    ) -> Result<Result<Said, Failed>, Error> {
        let Account {
            service, client, ..
        } = &self.account;
        let answer = match client.send_once(request) {
            Ok(answer) => answer,
            Err(HttpError::Stopped) => return Err(HttpError::Stopped.into()),
            Err(error) => {
                let again = if error.is_passing() {
                    Again::After(None)
                } else {
                    Again::Never
                };
                let trouble = network(&error);
                return Ok(Err(Failed { trouble, again }));
            }
        };
        let now = clock.now();
        let left = service.about().remaining;
        let left = left.and_then(|name| answer.header(name)?.parse().ok());
        if let Some(left) = left {
            self.quota.told(now, left)?;
        }
        // A partner that repeats the key would have it in the cache and among the facts.
        let body = client.settings().auth.hide_in(answer.body());
        let status = answer.status();
        let trouble = match service.read(subject, status, &body, now) {
            Ok(read) => {
                self.breaker.works();
                self.refusals = 0;
                return Ok(Ok(Said {
                    answer: read,
                    status,
                    body: body.into_owned(),
                    at: now,
                }));
            }
            Err(Trouble::Quota(told)) => {
                let wait = told.or_else(|| answer.retry_after());
                self.quota.exhausted(now, wait, self.refusals)?;
                self.refusals += usize::from(wait.is_none());
                return Ok(Err(Failed {
                    trouble: Trouble::Quota(wait),
                    again: Again::Counted,
                }));
            }
            Err(trouble) => trouble,
        };
        let again = match trouble {
            Trouble::Failing(502..=504) | Trouble::Refused(408) => {
                Again::After(answer.retry_after())
            }
            _ => Again::Never,
        };
        Ok(Err(Failed { trouble, again }))
    }

    /// Tells the breaker what came of a question.
    fn note(&mut self, trouble: &Trouble, now: Timestamp) {
        match trouble {
            Trouble::Key => self.breaker.ends(),
            // It works, and does not like this question or this time.
            Trouble::Refused(_) | Trouble::Quota(_) => self.breaker.works(),
            trouble if trouble.was_asked() => self.breaker.fails(now),
            _ => {}
        }
    }
}

impl Desk {
    /// A desk for these accounts. Nothing is asked yet, and no folder made.
    pub fn new(
        options: Options,
        accounts: Vec<Account>,
        clock: Arc<dyn Clock>,
        stop: Stop,
    ) -> Self {
        let cache = Cache::at(&options.folder);
        let places = accounts.into_iter().map(|account| {
            let folder = cache.of(account.service);
            Place {
                quota: Quota::at(&folder, &account.fingerprint, &account.windows),
                breaker: Breaker::default(),
                refusals: 0,
                account,
            }
        });
        Self {
            places: places.collect(),
            options,
            cache,
            clock,
            stop,
        }
    }

    /// The services that can be asked, in the order in which they were named.
    pub fn services(&self) -> Vec<Service> {
        self.places
            .iter()
            .map(|place| place.account.service)
            .collect()
    }

    /// What is left of the quota of a service.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn left(&self, service: Service) -> Result<Vec<Left>, Error> {
        match self.place(service) {
            Some(place) => place.quota.left(self.clock.now()),
            None => Ok(Vec::new()),
        }
    }

    /// What the breaker of a service does with the next question.
    pub fn circuit(&self, service: Service) -> Option<Circuit> {
        let place = self.place(service)?;
        Some(place.breaker.circuit(self.clock.now()))
    }

    /// Whether nothing is asked.
    pub fn is_offline(&self) -> bool {
        self.options.offline
    }

    /// What would be sent about a question, and the whole address of it; the key is in neither.
    pub fn would_ask(
        &self,
        service: Service,
        question: &Shareable<Question>,
    ) -> Option<(String, Request)> {
        let request = service.request(question)?;
        let client = &self.place(service)?.account.client;
        Some((format!("{}{}", client.address(), request.path()), request))
    }

    /// The answer that the cache holds and that is young enough; offline of any age.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn known(
        &self,
        service: Service,
        question: &Shareable<Question>,
    ) -> Result<Option<Got>, Error> {
        let Some(place) = self.place(service) else {
            return Ok(None);
        };
        let address = place.account.client.address();
        let kept = self.cache.get(service, &address, question)?;
        Ok(kept.and_then(|kept| {
            let most = match kept.answer.band {
                Band::Unknown => self.options.fresh_unknown,
                _ => self.options.fresh,
            };
            let age = self.clock.now().seconds().saturating_sub(kept.at.seconds());
            // What was asked in the future was asked by a clock that is not to be trusted.
            let young = u64::try_from(age).is_ok_and(|age| age <= most.as_secs());
            (self.options.offline || young).then_some(Got {
                answer: kept.answer,
                at: kept.at,
                cached: true,
            })
        }))
    }

    /// Asks a service, unless the cache knows.
    ///
    /// # Errors
    /// When our own files fail, or when it was called off; what the service does wrong is an [`Outcome`].
    pub fn ask(
        &mut self,
        service: Service,
        question: &Shareable<Question>,
    ) -> Result<Outcome, Error> {
        if let Some(got) = self.known(service, question)? {
            return Ok(Ok(got));
        }
        if self.options.offline {
            return Ok(Err(Trouble::Offline));
        }
        let request = service.request(question);
        let place = self
            .places
            .iter_mut()
            .find(|place| place.account.service == service);
        let (Some(place), Some(request)) = (place, request) else {
            return Ok(Err(Trouble::Refused(0)));
        };
        let retry = place.account.client.settings().retry;
        let attempts = match place.breaker.circuit(self.clock.now()) {
            Circuit::Open | Circuit::ForGood => return Ok(Err(Trouble::LeftAlone)),
            // One request shows whether it works again.
            Circuit::HalfOpen => 1,
            Circuit::Closed => retry.attempts.max(1),
        };
        let mut waits = Waits {
            clock: self.clock.as_ref(),
            stop: &self.stop,
            patience: self.options.patience,
        };
        let subject = question.item().subject;
        let mut last = None;
        for done in 1..=attempts {
            // What is sent again counts again.
            if let Err(blocked) = place.take(&mut waits)? {
                last.get_or_insert(blocked);
                break;
            }
            let failed = match place.once(subject, &request, waits.clock)? {
                Ok(said) => {
                    let address = place.account.client.address();
                    let (status, body) = (said.status, &said.body);
                    self.cache
                        .put(service, &address, question, status, body, said.at)?;
                    return Ok(Ok(Got {
                        answer: said.answer,
                        at: said.at,
                        cached: false,
                    }));
                }
                Err(failed) => failed,
            };
            last = Some(failed.trouble);
            match failed.again {
                _ if done == attempts => break,
                Again::Never => break,
                Again::Counted => {}
                Again::After(asked) => match retry.pause(done, asked, waits.clock) {
                    Some(pause) => waits.wait(pause)?,
                    None => break,
                },
            }
        }
        let trouble = last.unwrap_or(Trouble::LeftAlone);
        place.note(&trouble, self.clock.now());
        Ok(Err(trouble))
    }

    fn place(&self, service: Service) -> Option<&Place> {
        self.places
            .iter()
            .find(|place| place.account.service == service)
    }
}

fn network(error: &HttpError) -> Trouble {
    Trouble::Network(match error {
        HttpError::Connect { .. } => "nobody is reached",
        HttpError::Timeout { .. } | HttpError::TooSlow { .. } => "it takes too long",
        HttpError::Cut { .. } => "it breaks off",
        HttpError::TooLarge { .. } => "it is too large",
        HttpError::Redirect { .. } => "it sends on to another host",
        _ => "it cannot be asked",
    })
}
