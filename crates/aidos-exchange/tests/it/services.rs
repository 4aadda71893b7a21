//! Reputation services: bodies as they document them, stand-ins that misbehave, and what never leaves.

use std::fmt::Debug;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aidos_exchange::http::{Auth, Client, Clock, Retry, Secret, Settings, Stop, Timeouts};
use aidos_exchange::service::{
    Account, Answer, Band, Desk, Options, Outcome, Service, Span, Trouble, Window, fingerprint,
};
use aidos_model::{Timestamp, Tlp};
use aidos_privacy::gate::{Asker, NotAsked, Question, Shareable, Subject, is_global};
use aidos_privacy::policy::{Pap, Policy};
use aidos_privacy::role::{AddressSet, Assets, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::stand::{Reply, Stand};

/// A key that must be seen nowhere but in its header.
const CANARY: &str = "CANARY-4f1d9c-KEY";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn now() -> Timestamp {
    at("2026-03-01T10:00:00Z")
}

fn question(subject: Subject, value: &str) -> Shareable<Question> {
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

fn of(service: Service) -> Shareable<Question> {
    match service {
        Service::IpQualityScore => question(Subject::Email, "spam7@evil.gr"),
        _ => question(Subject::Ip, "45.3.1.1"),
    }
}

/// A body that a service gives for what it knows.
fn good(service: Service) -> Value {
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
fn nothing(service: Service) -> (u16, Value) {
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

fn read(service: Service, status: u16, body: &Value) -> Result<Answer, Trouble> {
    let subject = of(service).item().subject;
    service.read(subject, status, body.to_string().as_bytes(), now())
}

#[test]
fn what_a_service_knows_becomes_a_score_with_its_confidence() {
    for (service, score, confidence, band) in [
        // 9 of 9 + 3 weigh 75.
        (Service::AbuseIpDb, 100, 75, Band::Malicious),
        // 8 · 10 + 2 · 5; 90 of 90 + 10 weigh 90 of 90.
        (Service::VirusTotal, 90, 81, Band::Malicious),
        // 3 of 3 + 1.
        (Service::IpQualityScore, 92, 69, Band::Malicious),
        // 2 of 2 + 2; a day old.
        (Service::HybridAnalysis, 100, 49, Band::Malicious),
    ] {
        let answer = read(service, 200, &good(service)).unwrap();
        assert_eq!(
            (answer.score, answer.confidence, answer.band),
            (Some(score), confidence, band),
            "{service}"
        );
    }
    let vt = read(Service::VirusTotal, 200, &good(Service::VirusTotal)).unwrap();
    assert_eq!(
        (vt.labels.as_slice(), vt.asn, vt.country.as_deref()),
        (&["tor"][..], Some(4134), Some("CN"))
    );
    let mail = read(Service::IpQualityScore, 200, &good(Service::IpQualityScore)).unwrap();
    assert_eq!(mail.labels, ["disposable"]);
    assert_eq!(mail.facts()["honeypot"], json!(false));
    assert_eq!(mail.facts()["recent_abuse"], json!(true));
    let sandbox = read(Service::HybridAnalysis, 200, &good(Service::HybridAnalysis)).unwrap();
    assert_eq!(sandbox.facts()["families"], json!(["Mirai"]));
    assert_eq!(sandbox.facts()["sha256"], json!(["ab".repeat(32)]));
}

#[test]
fn who_has_no_record_says_so() {
    for service in Service::ALL {
        let (status, body) = nothing(service);
        let answer = read(service, status, &body).unwrap();
        if service == Service::IpQualityScore {
            assert_eq!((answer.band, answer.score), (Band::Harmless, Some(0)));
        } else {
            assert_eq!(
                (answer.band, answer.score, answer.confidence),
                (Band::Unknown, None, 0),
                "{service}"
            );
        }
    }
    let listed =
        json!({"data": {"abuseConfidenceScore": 30, "isWhitelisted": true, "totalReports": 9}});
    let answer = read(Service::AbuseIpDb, 200, &listed).unwrap();
    assert_eq!((answer.band, answer.score), (Band::Harmless, Some(0)));
}

#[test]
fn every_way_to_say_no_is_told_apart() {
    use Service::{AbuseIpDb, HybridAnalysis, IpQualityScore, VirusTotal};
    let quota = Err(Trouble::Quota(None));
    for (service, status, body, said) in [
        (
            AbuseIpDb,
            429,
            json!({"errors": [{"detail": "Daily rate limit of 1000 requests exceeded", "status": 429}]}),
            quota.clone(),
        ),
        (
            AbuseIpDb,
            401,
            json!({"errors": [{"detail": "Authentication failed.", "status": 401}]}),
            Err(Trouble::Key),
        ),
        (
            AbuseIpDb,
            422,
            json!({"errors": [{"detail": "The ip address must be valid", "status": 422}]}),
            Err(Trouble::Refused(422)),
        ),
        (
            AbuseIpDb,
            200,
            json!({"errors": [{"detail": "?"}]}),
            Err(Trouble::Refused(400)),
        ),
        (
            VirusTotal,
            429,
            json!({"error": {"code": "QuotaExceededError", "message": "Quota exceeded"}}),
            quota.clone(),
        ),
        (
            VirusTotal,
            401,
            json!({"error": {"code": "WrongCredentialsError", "message": "Wrong API key"}}),
            Err(Trouble::Key),
        ),
        (
            VirusTotal,
            400,
            json!({"error": {"code": "InvalidArgumentError"}}),
            Err(Trouble::Refused(400)),
        ),
        (
            VirusTotal,
            404,
            json!({"message": "no such page"}),
            Err(Trouble::Refused(404)),
        ),
        (
            IpQualityScore,
            200,
            json!({"success": false, "message": "You have exceeded your request quota of 1000 per month."}),
            quota.clone(),
        ),
        (
            IpQualityScore,
            200,
            json!({"success": "false", "message": "Invalid or unauthorized key."}),
            Err(Trouble::Key),
        ),
        (
            IpQualityScore,
            200,
            json!({"success": false, "message": "Invalid email"}),
            Err(Trouble::Refused(200)),
        ),
        (
            IpQualityScore,
            200,
            json!({"success": false}),
            Err(Trouble::Refused(200)),
        ),
        (
            HybridAnalysis,
            429,
            json!({"message": "Quota"}),
            quota.clone(),
        ),
        (
            HybridAnalysis,
            403,
            json!({"message": "Failed to authenticate user"}),
            Err(Trouble::Key),
        ),
    ] {
        assert_eq!(
            read(service, status, &body),
            said,
            "{service} {status} {body}"
        );
    }
    for service in Service::ALL {
        for status in [500, 502, 503] {
            assert_eq!(
                read(service, status, &json!({})),
                Err(Trouble::Failing(status))
            );
        }
        let subject = of(service).item().subject;
        for body in [
            "",
            "[]",
            "null",
            "{",
            "<html>",
            "{\"data\": 7}",
            "{\"result\": {}}",
            "{\"success\": \"perhaps\"}",
            "\u{0}",
        ] {
            let read = service.read(subject, 200, body.as_bytes(), now());
            assert!(
                matches!(read, Err(Trouble::Malformed(_))),
                "{service} {body}: {read:?}"
            );
        }
        assert!(service.read(subject, 200, &[0xff; 64], now()).is_err());
    }
}

proptest! {
    #[test]
    fn any_field_may_be_anything(status in 0_u16..600, seed in any::<u64>(), junk in "\\PC{0,40}") {
        for service in Service::ALL {
            let mut body = good(service);
            spoil(&mut body, seed, &junk);
            if let Ok(answer) = read(service, status, &body) {
                prop_assert!(answer.confidence <= 100 && answer.score.is_none_or(|score| score <= 100));
                prop_assert_eq!(answer.band == Band::Unknown, answer.score.is_none());
            }
        }
    }
}

/// Puts junk in place of members, by chance.
fn spoil(value: &mut Value, seed: u64, junk: &str) {
    let next = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    if next >> 61 == 0 {
        *value = match (next >> 40) % 6 {
            0 => Value::Null,
            1 => json!(junk),
            2 => json!(-1),
            3 => json!(1e300),
            4 => json!([junk]),
            _ => json!({ "x": junk }),
        };
        return;
    }
    let mut seed = next;
    let members: Vec<&mut Value> = match value {
        Value::Object(map) => map.values_mut().collect(),
        Value::Array(list) => list.iter_mut().collect(),
        _ => return,
    };
    for member in members {
        seed = seed.rotate_left(17).wrapping_add(0x9e37_79b9_7f4a_7c15);
        spoil(member, seed, junk);
    }
}

/// A clock that a test sets; who waits moves it.
#[derive(Debug)]
struct Hand(AtomicI64);

impl Hand {
    fn pass(&self, time: Duration) {
        self.0
            .fetch_add(i64::try_from(time.as_secs()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed)).unwrap()
    }
    fn wait(&self, time: Duration, _: &Stop) {
        self.pass(time);
    }
    fn chance(&self) -> u64 {
        0
    }
}

struct Scene {
    desk: Desk,
    clock: Arc<Hand>,
}

fn scene(
    service: Service,
    stand: &Stand,
    folder: &Path,
    change: impl FnOnce(&mut Options),
) -> Scene {
    let clock = Arc::new(Hand(AtomicI64::new(now().seconds())));
    let key = Secret::new(CANARY);
    let settings = Settings {
        auth: Auth::header(service.about().header, key.clone()),
        clock: clock.clone(),
        retry: Retry::NEVER,
        timeouts: Timeouts {
            whole: Duration::from_millis(300),
            ..Timeouts::default()
        },
        ..Settings::default()
    };
    let account = Account {
        service,
        client: Client::new(&stand.url(), settings).unwrap(),
        fingerprint: fingerprint(service, &key),
        windows: service.about().windows.to_vec(),
    };
    let mut options = Options::of(folder.to_owned());
    change(&mut options);
    let desk = Desk::new(options, vec![account], clock.clone(), Stop::default()).unwrap();
    Scene { desk, clock }
}

fn ask(scene: &mut Scene, service: Service) -> Outcome {
    let outcome = scene.desk.ask(service, &of(service)).unwrap();
    without_key(&scene.desk);
    without_key(&outcome);
    if let Err(trouble) = &outcome {
        assert!(!trouble.to_string().contains(CANARY));
    }
    outcome
}

fn without_key(what: &impl Debug) {
    let said = format!("{what:?}");
    assert!(!said.contains("CANARY"), "{said}");
}

#[test]
fn a_request_has_its_key_in_one_header_and_nowhere_else() {
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| Reply::json(&good(service)));
        let mut scene = scene(service, &stand, folder.path(), |_| ());
        assert!(!ask(&mut scene, service).unwrap().cached);
        let [asked] = stand.asked().try_into().unwrap();
        let header = service.about().header.to_ascii_lowercase();
        assert_eq!(asked.header(&header), Some(CANARY), "{service}");
        let others = asked.headers.iter().filter(|(name, _)| *name != header);
        let others: String = others.map(|(_, value)| value.as_str()).collect();
        let rest = format!(
            "{}{}{others}",
            asked.path,
            String::from_utf8_lossy(&asked.body)
        );
        assert!(!rest.contains(CANARY), "{rest}");
        let (line, body) = match service {
            Service::AbuseIpDb => ("GET /api/v2/check?ipAddress=45.3.1.1&maxAgeInDays=90", ""),
            Service::VirusTotal => ("GET /api/v3/ip_addresses/45.3.1.1", ""),
            Service::IpQualityScore => ("GET /api/json/email/spam7%40evil.gr", ""),
            Service::HybridAnalysis => ("POST /api/v2/search/terms", "host=45.3.1.1"),
        };
        assert_eq!(
            (asked.line().as_str(), asked.body.as_slice()),
            (line, body.as_bytes())
        );
        if service == Service::HybridAnalysis {
            assert_eq!(asked.header("user-agent"), Some("Falcon Sandbox"));
        }
        // Neither the cache nor the quota knows the key, and both are for their owner alone.
        let mut files = 0;
        for path in walk(folder.path()) {
            let mode = path.metadata().unwrap().permissions().mode() & 0o777;
            if path.is_dir() {
                assert_eq!(mode, 0o700, "{}", path.display());
            } else {
                assert_eq!(mode, 0o600, "{}", path.display());
                files += 1;
                assert!(!std::fs::read_to_string(&path).unwrap().contains("CANARY"));
            }
            assert!(!path.display().to_string().contains("CANARY"));
        }
        assert!(files >= 2);
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn what_was_asked_is_not_asked_again_until_it_is_old() {
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| Reply::json(&good(service)));
        let mut first = scene(service, &stand, folder.path(), |_| ());
        let got = ask(&mut first, service).unwrap();
        let again = ask(&mut first, service).unwrap();
        assert_eq!(
            (got.cached, again.cached, stand.asked().len()),
            (false, true, 1)
        );
        assert_eq!((got.answer, got.at), (again.answer, again.at));
        // Another process, later.
        let mut second = scene(service, &stand, folder.path(), |_| ());
        second.clock.pass(Duration::from_hours(24));
        assert!(ask(&mut second, service).unwrap().cached);
        second.clock.pass(Duration::from_secs(1));
        assert!(!ask(&mut second, service).unwrap().cached);
        assert_eq!(stand.asked().len(), 2);
        // Offline takes what there is, and asks nobody for the rest.
        let mut offline = scene(service, &stand, folder.path(), |options| {
            options.offline = true;
        });
        offline.clock.pass(Duration::from_hours(2160));
        assert!(ask(&mut offline, service).unwrap().cached);
        let other = question(Subject::Ip, "45.9.9.9");
        assert_eq!(
            offline.desk.ask(service, &other).unwrap(),
            Err(Trouble::Offline)
        );
        assert_eq!(stand.asked().len(), 2);
    }
}

#[test]
fn that_there_is_no_record_is_kept_for_half_as_long() {
    let service = Service::VirusTotal;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(move |_| {
        let (status, body) = nothing(service);
        Reply::json(&body).with_status(status)
    });
    let mut scene = scene(service, &stand, folder.path(), |_| ());
    assert_eq!(ask(&mut scene, service).unwrap().answer, Answer::unknown());
    scene.clock.pass(Duration::from_hours(12));
    assert!(ask(&mut scene, service).unwrap().cached);
    scene.clock.pass(Duration::from_secs(1));
    assert!(!ask(&mut scene, service).unwrap().cached);
}

#[test]
fn a_service_that_misbehaves_is_survived_and_left_alone() {
    for service in Service::ALL {
        for (reply, said) in [
            (Reply::status(500).body(CANARY), Trouble::Failing(500)),
            (
                Reply::text("<html>oops"),
                Trouble::Malformed("it is no JSON"),
            ),
            (
                Reply::text("{}").hang(Duration::from_millis(900)),
                Trouble::Network("it takes too long"),
            ),
            (
                Reply::json(&good(service)).drip(1, Duration::from_millis(50)),
                Trouble::Network("it takes too long"),
            ),
            (
                Reply::json(&good(service)).cut(10),
                Trouble::Network("it breaks off"),
            ),
            (
                Reply::status(302).header("Location", "http://127.0.0.2:9/?x"),
                Trouble::Network("it sends on to another host"),
            ),
        ] {
            if service == Service::HybridAnalysis
                && said == Trouble::Network("it sends on to another host")
            {
                // What is posted is never sent on.
                continue;
            }
            let folder = tempfile::tempdir().unwrap();
            let stand = Stand::start(move |_| reply.clone());
            let mut scene = scene(service, &stand, folder.path(), |_| ());
            assert_eq!(ask(&mut scene, service), Err(said), "{service}");
        }
    }
    let service = Service::AbuseIpDb;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(|_| Reply::status(500));
    let mut scene = scene(service, &stand, folder.path(), |_| ());
    for _ in 0..5 {
        assert_eq!(ask(&mut scene, service), Err(Trouble::Failing(500)));
    }
    assert_eq!(ask(&mut scene, service), Err(Trouble::LeftAlone));
    assert_eq!(stand.asked().len(), 5);
    scene.clock.pass(Duration::from_mins(1));
    assert_eq!(ask(&mut scene, service), Err(Trouble::Failing(500)));
}

#[test]
fn a_bad_key_is_tried_once() {
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| match service {
            Service::IpQualityScore => {
                Reply::json(&json!({"success": false, "message": format!("Invalid key {CANARY}")}))
            }
            _ => Reply::json(&json!({"message": CANARY})).with_status(401),
        });
        let mut scene = scene(service, &stand, folder.path(), |_| ());
        assert_eq!(ask(&mut scene, service), Err(Trouble::Key), "{service}");
        assert_eq!(ask(&mut scene, service), Err(Trouble::LeftAlone));
        assert_eq!(stand.asked().len(), 1);
    }
}

#[test]
fn who_says_that_the_quota_is_over_is_left_alone_until_then() {
    let service = Service::AbuseIpDb;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::script(vec![
        Reply::json(&json!({"errors": [{"status": 429}]}))
            .with_status(429)
            .header("Retry-After", "3600"),
        Reply::json(&good(service)).header("X-RateLimit-Remaining", "0"),
    ]);
    let mut scene = scene(service, &stand, folder.path(), |_| ());
    let hour = Duration::from_hours(1);
    assert_eq!(ask(&mut scene, service), Err(Trouble::Quota(Some(hour))));
    assert_eq!(ask(&mut scene, service), Err(Trouble::UsedUp(Span::Day)));
    assert_eq!(stand.asked().len(), 1);
    scene.clock.pass(hour);
    assert!(ask(&mut scene, service).is_ok());
    // It said that nothing is left.
    let other = question(Subject::Ip, "45.9.9.9");
    assert_eq!(
        scene.desk.ask(service, &other).unwrap(),
        Err(Trouble::UsedUp(Span::Day))
    );
    assert_eq!(stand.asked().len(), 2);
    assert_eq!(scene.desk.left(service).unwrap()[0].left, 0);
}

#[test]
fn a_minute_is_waited_for_and_a_day_is_not() {
    let service = Service::VirusTotal;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(move |_| Reply::json(&good(service)));
    let mut scene = scene(service, &stand, folder.path(), |_| ());
    for last in 1..=9 {
        let question = question(Subject::Ip, &format!("45.3.1.{last}"));
        assert!(scene.desk.ask(service, &question).unwrap().is_ok());
    }
    // Four a minute: two minutes went by.
    assert_eq!(scene.clock.now().seconds() - now().seconds(), 120);
    assert_eq!(scene.desk.left(service).unwrap()[1].left, 491);
    assert_eq!(service.about().windows[1], Window::new(Span::Day, 500));
}

#[test]
fn a_panic_shows_no_key() {
    let key = Secret::new(CANARY);
    let auth = Auth::header("Key", key.clone());
    let caught = std::panic::catch_unwind(|| {
        std::hint::black_box(Err::<(), _>((key, auth))).unwrap();
    });
    let message = caught.unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert!(
        message.contains("Secret") && !message.contains("CANARY"),
        "{message}"
    );
}

/// Events that nobody chose: any value, role and labels, half of them of special ranges, own ones or victims.
#[test]
fn of_a_hundred_thousand_events_nothing_protected_is_ever_sent() {
    const EVENTS: u32 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(|_| Reply::json(&good(Service::AbuseIpDb)));
    let service = Service::AbuseIpDb;
    let mut scene = scene(service, &stand, folder.path(), |_| ());
    let policy =
        "community = \"isac\"\n[ask]\ntlp = \"amber+strict\"\npap = \"amber\"\nunknown = true";
    let policy = Policy::parse(policy).unwrap();
    let assets = Assets::parse(["62.0.0.0/8", "corp.gr"]).unwrap();
    let victims: AddressSet = (0..=255)
        .map(|last| std::net::IpAddr::from([91, 1, 1, last]))
        .collect();
    let asker = Asker::new(&policy, assets, victims.clone());
    let mut state = 0x0123_4567_89ab_cdef_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let index = |number: u64, of: u64| usize::try_from(number % of).unwrap();
    let (mut passed, mut sent) = (0_u32, std::collections::BTreeSet::new());
    let mut harmless = std::collections::BTreeSet::new();
    for _ in 0..EVENTS {
        let number = random();
        let [a, b, c, d, ..] = number.to_be_bytes();
        let value = match number % 8 {
            0 => format!("10.{b}.{c}.{d}"),
            1 => format!("62.{b}.{c}.{d}"),
            2 => format!("91.1.1.{d}"),
            3 => format!("::ffff:192.168.{c}.{d}"),
            4 => format!("2001:db8::{d:x}"),
            5 => format!("203.0.113.{d}"),
            _ => format!("{a}.{b}.{c}.{d}"),
        };
        let role = [
            None,
            Some(Role::Attacker),
            Some(Role::Bystander),
            Some(Role::Own),
            Some(Role::Victim),
        ][index(random(), 5)];
        let tlp = Tlp::ALL[index(random(), 5)];
        let pap = [Pap::Clear, Pap::Green, Pap::Amber, Pap::Red][index(random(), 4)];
        let asked = asker.ask(Question {
            subject: Subject::Ip,
            value: value.clone(),
            role,
            tlp,
            pap,
        });
        let ip: std::net::IpAddr = value.parse().unwrap();
        let own = matches!(ip, std::net::IpAddr::V4(ip) if ip.octets()[0] == 62);
        let may = is_global(ip)
            && !own
            && !victims.holds(ip)
            && tlp != Tlp::Red
            && pap != Pap::Red
            && matches!(role, None | Some(Role::Attacker));
        assert_eq!(
            asked.is_ok(),
            may,
            "{value} {role:?} {tlp} {pap}: {asked:?}"
        );
        match asked {
            Ok(question) => {
                passed += 1;
                harmless.insert(question.item().value.clone());
                // Each that may be asked is asked, as far as the stand-in's quota goes.
                if passed <= 500 {
                    let outcome = scene.desk.ask(service, &question).unwrap();
                    assert!(outcome.is_ok(), "{outcome:?}");
                    sent.insert(question.item().value.clone());
                }
            }
            Err(NotAsked::Malformed(_)) => panic!("{value}"),
            Err(_) => {}
        }
    }
    assert!(passed > 3000, "{passed}");
    // What the stub recorded is what passed, and nothing else.
    let recorded: std::collections::BTreeSet<String> = stand
        .asked()
        .iter()
        .map(|asked| {
            let (_, rest) = asked.path.split_once("ipAddress=").unwrap();
            rest.split('&').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(recorded, sent);
    assert!(recorded.is_subset(&harmless));
}
