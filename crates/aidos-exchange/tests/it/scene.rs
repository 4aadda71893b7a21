//! A desk of reputation services before a stand-in, with a clock that a test sets.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use aidos_exchange::http::{Auth, Client, Clock, Secret, Settings, Stop, Timeouts};
use aidos_exchange::service::{Account, Circuit, Desk, Options, Outcome, Service, fingerprint};
use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::{Asker, Question, Shareable, Subject};
use aidos_privacy::policy::{Pap, Policy};
use aidos_privacy::role::{AddressSet, Assets, Role};
use serde_json::{Value, json};

use crate::stand::Stand;

/// A key that must be seen nowhere but in its header.
pub(crate) const CANARY: &str = "CANARY-4f1d9c-KEY";

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T10:00:00Z").unwrap()
}

/// A question that passed the gate.
pub(crate) fn question(subject: Subject, value: &str) -> Shareable<Question> {
    let asker = Asker::new(&Policy::default(), Assets::default(), AddressSet::default());
    let question = Question {
        subject,
        value: value.into(),
        role: Some(Role::Attacker),
        tlp: Tlp::Green,
        pap: Pap::Green,
    };
    asker.ask(question).unwrap()
}

/// A question for a service.
pub(crate) fn of(service: Service) -> Shareable<Question> {
    match service {
        Service::IpQualityScore => question(Subject::Email, "spam7@evil.gr"),
        _ => question(Subject::Ip, "45.3.1.1"),
    }
}

/// A body that a service gives for what it knows.
pub(crate) fn good(service: Service) -> Value {
    match service {
        Service::AbuseIpDb => json!({"data": {
            "ipAddress": "45.3.1.1", "isPublic": true, "ipVersion": 4, "isWhitelisted": null,
            "abuseConfidenceScore": 100, "countryCode": "CN", "usageType": "Data Center/Web Hosting/Transit",
            "isp": "Example Net", "domain": "net.gr", "hostnames": [], "isTor": false, "totalReports": 40,
            "numDistinctUsers": 9, "lastReportedAt": "2026-03-01T08:00:00+00:00"}}),
        Service::VirusTotal => {
            json!({"data": {"id": "45.3.1.1", "type": "ip_address", "attributes": {
            "last_analysis_stats": {"malicious": 8, "suspicious": 2, "harmless": 60, "undetected": 20, "timeout": 1},
            "last_analysis_date": 1_772_359_200, "reputation": -12, "asn": 4134, "as_owner": "Example Net",
            "country": "CN", "network": "45.3.0.0/16", "tags": ["tor"]}}})
        }
        Service::IpQualityScore => {
            json!({"success": true, "message": "Success.", "fraud_score": 92, "valid": "true",
            "disposable": "true", "deliverability": "low", "honeypot": "false", "recent_abuse": "true", "leaked": false,
            "domain_age": {"human": "3 days", "timestamp": 1, "iso": "2026-02-26T00:00:00+00:00"}})
        }
        Service::HybridAnalysis => {
            json!({"search_terms": [{"id": "host", "value": "45.3.1.1"}], "count": 2, "result": [
            {"verdict": "malicious", "av_detect": "70", "threat_score": 85, "vx_family": "Mirai",
             "sha256": "ab".repeat(32), "analysis_start_time": "2026-02-28T10:00:00+00:00"},
            {"verdict": "no specific threat", "threat_score": null, "sha256": "no hash"}]})
        }
    }
}

/// A body of a service that has no record, with its status.
pub(crate) fn nothing(service: Service) -> (u16, Value) {
    match service {
        Service::AbuseIpDb => (
            200,
            json!({"data": {"abuseConfidenceScore": 0, "totalReports": 0,
            "numDistinctUsers": 0, "lastReportedAt": null}}),
        ),
        Service::VirusTotal => (
            404,
            json!({"error": {"code": "NotFoundError", "message": "45.3.1.1 not found"}}),
        ),
        // It always has an opinion.
        Service::IpQualityScore => (200, json!({"success": "true", "fraud_score": 0})),
        Service::HybridAnalysis => (200, json!({"count": 0, "result": []})),
    }
}

/// A clock that a test sets; who waits moves it, and each wait is remembered.
#[derive(Debug)]
pub(crate) struct Hand {
    nanos: AtomicI64,
    /// What stands for chance.
    pub(crate) chance: AtomicU64,
    waits: Mutex<Vec<Duration>>,
}

impl Hand {
    pub(crate) fn pass(&self, time: Duration) {
        let nanos = i64::try_from(time.as_nanos()).unwrap();
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Milliseconds of each wait that was asked since this was called last.
    pub(crate) fn waits(&self) -> Vec<u128> {
        let waits = std::mem::take(&mut *self.waits.lock().unwrap());
        waits.iter().map(Duration::as_millis).collect()
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.nanos.load(Ordering::Relaxed))
    }

    fn wait(&self, time: Duration, _: &Stop) {
        self.waits.lock().unwrap().push(time);
        self.pass(time);
    }

    fn chance(&self) -> u64 {
        self.chance.load(Ordering::Relaxed)
    }
}

/// A desk, its clock, and what it was made of.
pub(crate) struct Scene {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<Hand>,
    pub(crate) settings: Settings,
    pub(crate) options: Options,
    services: Vec<Service>,
    url: String,
}

impl Scene {
    /// A desk for these services, all of which are the stand-in.
    pub(crate) fn of(stand: &Stand, folder: &Path, services: &[Service]) -> Self {
        let clock = Arc::new(Hand {
            nanos: AtomicI64::new(now().0),
            chance: AtomicU64::new(0),
            waits: Mutex::default(),
        });
        let settings = Settings {
            clock: clock.clone(),
            timeouts: Timeouts {
                whole: Duration::from_secs(20),
                ..Timeouts::default()
            },
            ..Settings::default()
        };
        let options = Options::of(folder.to_owned());
        Self {
            desk: Desk::new(options.clone(), Vec::new(), clock.clone(), Stop::default()),
            clock,
            settings,
            options,
            services: services.to_vec(),
            url: stand.url(),
        }
        .with(|_, _| ())
    }

    /// The same desk anew, with other settings or options; its clock goes on.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Settings, &mut Options)) -> Self {
        change(&mut self.settings, &mut self.options);
        let services = self.services.iter();
        let accounts = services.map(|service| self.account(*service)).collect();
        self.desk = Desk::new(
            self.options.clone(),
            accounts,
            self.clock.clone(),
            self.settings.stop.clone(),
        );
        self
    }

    /// The account of a service, with the canary as its key.
    pub(crate) fn account(&self, service: Service) -> Account {
        let key = Secret::new(CANARY);
        let settings = Settings {
            auth: Auth::header(service.about().header, key.clone()),
            ..self.settings.clone()
        };
        Account {
            service,
            client: Client::new(&self.url, settings).unwrap(),
            fingerprint: fingerprint(service, &key),
            windows: service.about().windows.to_vec(),
        }
    }

    pub(crate) fn ask(&mut self, service: Service, question: &Shareable<Question>) -> Outcome {
        self.desk.ask(service, question).unwrap()
    }

    /// What is left in each window of a service.
    pub(crate) fn left(&self, service: Service) -> Vec<u64> {
        let left = self.desk.left(service).unwrap();
        left.iter().map(|left| left.left).collect()
    }

    pub(crate) fn circuit(&self, service: Service) -> Circuit {
        self.desk.circuit(service).unwrap()
    }
}
