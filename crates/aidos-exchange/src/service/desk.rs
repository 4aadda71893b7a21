//! Where services are asked: cache, quota, breaker, client, in this order.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Shareable};

use super::{Account, Answer, Band, Breaker, Cache, Left, Quota, Service, Trouble};
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
}

impl Desk {
    /// A desk for these accounts. Nothing is asked yet.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(
        options: Options,
        accounts: Vec<Account>,
        clock: Arc<dyn Clock>,
        stop: Stop,
    ) -> Result<Self, Error> {
        let cache = Cache::at(&options.folder)?;
        let mut places = Vec::with_capacity(accounts.len());
        for account in accounts {
            let folder = cache.of(account.service)?;
            places.push(Place {
                quota: Quota::at(&folder, &account.fingerprint, &account.windows),
                breaker: Breaker::default(),
                account,
            });
        }
        Ok(Self {
            options,
            cache,
            places,
            clock,
            stop,
        })
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
        if !place.breaker.lets(self.clock.now()) {
            return Ok(Err(Trouble::LeftAlone));
        }
        let mut taken = place.quota.take(self.clock.now())?;
        if let Err(blocked) = taken
            && let Some(wait) = blocked.wait.filter(|wait| *wait <= self.options.patience)
        {
            self.clock.wait(wait, &self.stop);
            if self.stop.is_stopped() {
                return Err(HttpError::Stopped.into());
            }
            taken = place.quota.take(self.clock.now())?;
        }
        if let Err(blocked) = taken {
            return Ok(Err(Trouble::UsedUp(blocked.span)));
        }
        let answer = match place.account.client.send(&request) {
            Ok(answer) => answer,
            Err(HttpError::Stopped) => return Err(HttpError::Stopped.into()),
            Err(error) => {
                place.breaker.fails(self.clock.now());
                return Ok(Err(network(&error)));
            }
        };
        let now = self.clock.now();
        if let Some(left) = answer
            .header("x-ratelimit-remaining")
            .and_then(|left| left.parse().ok())
        {
            place.quota.told(now, left)?;
        }
        let subject = question.item().subject;
        match service.read(subject, answer.status(), answer.body(), now) {
            Ok(read) => {
                place.breaker.works();
                let address = place.account.client.address();
                self.cache.put(
                    service,
                    &address,
                    question,
                    answer.status(),
                    answer.body(),
                    now,
                )?;
                Ok(Ok(Got {
                    answer: read,
                    at: now,
                    cached: false,
                }))
            }
            Err(trouble) => {
                let trouble = match trouble {
                    Trouble::Quota(told) => Trouble::Quota(told.or_else(|| answer.retry_after())),
                    other => other,
                };
                match &trouble {
                    Trouble::Key => place.breaker.ends(),
                    Trouble::Quota(wait) => place.quota.exhausted(now, *wait)?,
                    // It works, and does not like this question.
                    Trouble::Refused(_) => {}
                    _ => place.breaker.fails(now),
                }
                Ok(Err(trouble))
            }
        }
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
