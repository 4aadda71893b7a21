//! Each service in each situation: what comes of it, how often it is asked, who waits how long, and what is left.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use aidos_exchange::http::{Retry, Stop};
use aidos_exchange::service::{Band, Circuit, Desk, Outcome, Service, Span, Trouble, Window};
use aidos_privacy::gate::Subject;
use serde_json::{Value, json};

use crate::scene::{Scene, good, nothing, of, question};
use crate::stand::{Reply, Stand};

/// What a service may do to who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Situation {
    Good,
    Unknown,
    Quota,
    BadKey,
    NoSuccess,
    Texts,
    Malformed,
    Fails,
    Overloaded,
    Hangs,
    Drips,
}

const SITUATIONS: [Situation; 11] = [
    Situation::Good,
    Situation::Unknown,
    Situation::Quota,
    Situation::BadKey,
    Situation::NoSuccess,
    Situation::Texts,
    Situation::Malformed,
    Situation::Fails,
    Situation::Overloaded,
    Situation::Hangs,
    Situation::Drips,
];

/// What comes of the first question, and of the same asked at once again.
#[derive(Debug, PartialEq)]
struct Row {
    /// Band, score and confidence, or why there is none.
    outcome: Result<(Band, Option<u8>, u8), Trouble>,
    /// Requests that were sent.
    requests: usize,
    /// Milliseconds of each wait.
    waits: Vec<u128>,
    /// What is left of a free key, window by window.
    left: Vec<u64>,
    circuit: Circuit,
    again: Again,
}

#[derive(Debug, PartialEq)]
enum Again {
    /// The cache answers.
    Cached,
    /// It is asked again.
    Asked,
    /// Nobody is asked.
    Not(Trouble),
}

/// Back-off without chance: half of 1, 2 and 4 seconds.
const BACK_OFF: [u128; 3] = [500, 1000, 2000];
/// From 10:00 to the end of the day.
const DAY_LEFT: Duration = Duration::from_hours(14);
const MINUTE: u128 = 60_000;

/// The table: what a service says in a situation, and what is to come of it. Where a service documents no such thing the
/// second part of the pair says why; what it would come to is tested all the same.
#[allow(clippy::too_many_lines)] // a table
fn row(service: Service, situation: Situation) -> (Reply, Row, Option<&'static str>) {
    use Service::{AbuseIpDb, HybridAnalysis, IpQualityScore, VirusTotal};
    use Situation::{
        BadKey, Drips, Fails, Good, Hangs, Malformed, NoSuccess, Overloaded, Quota, Texts, Unknown,
    };
    let known = match service {
        AbuseIpDb => (Band::Malicious, Some(100), 75),
        VirusTotal => (Band::Malicious, Some(90), 81),
        IpQualityScore => (Band::Malicious, Some(92), 69),
        HybridAnalysis => (Band::Malicious, Some(100), 49),
    };
    let one = match service {
        AbuseIpDb => vec![999],
        VirusTotal => vec![3, 499],
        IpQualityScore => vec![999],
        HybridAnalysis => vec![199, 1999],
    };
    let four: Vec<u64> = one.iter().map(|left| left - 3).collect();
    let answered = |outcome| Row {
        outcome: Ok(outcome),
        requests: 1,
        waits: Vec::new(),
        left: one.clone(),
        circuit: Circuit::Closed,
        again: Again::Cached,
    };
    let failed = |trouble| Row {
        outcome: Err(trouble),
        again: Again::Asked,
        ..answered(known)
    };
    let repeated = |trouble| Row {
        requests: 4,
        waits: BACK_OFF.to_vec(),
        left: four.clone(),
        ..failed(trouble)
    };
    let slow = || repeated(Trouble::Network("it takes too long"));
    match (situation, service) {
        (Good, _) => (Reply::json(&good(service)), answered(known), None),

        (Unknown, IpQualityScore) => (
            Reply::json(&nothing(service).1),
            answered((Band::Harmless, Some(0), 50)),
            Some("it scores every value, and has no word for one that it never saw"),
        ),
        (Unknown, _) => {
            let (status, body) = nothing(service);
            let reply = Reply::json(&body).with_status(status);
            (reply, answered((Band::Unknown, None, 0)), None)
        }

        // Its header says when the day is over.
        (Quota, AbuseIpDb) => (
            Reply::json(&json!({"errors": [{"detail": "Daily rate limit of 1000 requests exceeded for this endpoint.", "status": 429}]}))
                .with_status(429)
                .header("Retry-After", "50400")
                .header("X-RateLimit-Limit", "1000")
                .header("X-RateLimit-Remaining", "0"),
            Row {
                left: vec![0],
                again: Again::Not(Trouble::AskedToWait(DAY_LEFT)),
                ..failed(Trouble::Quota(Some(DAY_LEFT)))
            },
            None,
        ),
        // It does not say which quota it is: the minute is waited for, then it is the day.
        (Quota, VirusTotal) => (
            Reply::json(&json!({"error": {"code": "QuotaExceededError", "message": "Quota exceeded"}}))
                .with_status(429),
            Row {
                requests: 2,
                waits: vec![MINUTE],
                left: vec![3, 0],
                again: Again::Not(Trouble::UsedUp(Span::Day)),
                ..failed(Trouble::Quota(None))
            },
            None,
        ),
        // Its words say that it is the day's.
        (Quota, IpQualityScore) => (
            Reply::json(&json!({"success": false, "message": "You have exceeded your request quota of 35 per day. Please upgrade to increase your request quota.", "request_id": "x"})),
            Row {
                again: Again::Not(Trouble::AskedToWait(DAY_LEFT)),
                ..failed(Trouble::Quota(Some(DAY_LEFT)))
            },
            None,
        ),
        (Quota, HybridAnalysis) => (
            Reply::json(&json!({"message": "Exceeded maximum API requests per minute(200)", "validation_errors": []}))
                .with_status(429),
            Row {
                requests: 2,
                waits: vec![MINUTE],
                left: vec![199, 0],
                again: Again::Not(Trouble::UsedUp(Span::Hour)),
                ..failed(Trouble::Quota(None))
            },
            None,
        ),

        (BadKey, _) => {
            let (status, body) = match service {
                AbuseIpDb => (401, json!({"errors": [{"detail": "Authentication failed. Your API key is either missing, incorrect, or revoked.", "status": 401}]})),
                VirusTotal => (401, json!({"error": {"code": "WrongCredentialsError", "message": "Wrong API key"}})),
                IpQualityScore => (200, json!({"success": false, "message": "Invalid or unauthorized key. Please check the API key and try again."})),
                HybridAnalysis => (403, json!({"message": "Failed to authenticate user", "validation_errors": []})),
            };
            let row = Row {
                circuit: Circuit::ForGood,
                again: Again::Not(Trouble::LeftAlone),
                ..failed(Trouble::Key)
            };
            (Reply::json(&body).with_status(status), row, None)
        }

        (NoSuccess, IpQualityScore) => (
            Reply::json(&json!({"success": false, "message": "Invalid email or server error."})),
            failed(Trouble::Refused(200)),
            None,
        ),
        (NoSuccess, _) => {
            let part = match service {
                AbuseIpDb => "no `data`",
                VirusTotal => "no `data.attributes`",
                _ => "no `result`",
            };
            (
                Reply::json(&json!({"success": false, "message": "no"})),
                failed(Trouble::Malformed(part)),
                Some("its failures have a status of their own and a body of errors, never `success`"),
            )
        }

        (Texts, _) => {
            let why = match service {
                IpQualityScore => None,
                AbuseIpDb => Some("it documents booleans of JSON; texts are read alike"),
                VirusTotal => Some("what is read of it has no booleans; numbers as texts are read alike"),
                HybridAnalysis => Some("what is read of it has no booleans; numbers as texts are read alike"),
            };
            (Reply::json(&as_texts(&good(service))), answered(known), why)
        }

        (Malformed, _) => {
            let body = good(service).to_string();
            let half = &body[..body.len() / 2];
            (Reply::text(half), failed(Trouble::Malformed("it is no JSON")), None)
        }

        (Fails, _) => (
            Reply::status(500).body("<html>Internal Server Error"),
            failed(Trouble::Failing(500)),
            None,
        ),
        (Overloaded, _) => (
            Reply::status(503).body("<html>Service Unavailable"),
            repeated(Trouble::Failing(503)),
            None,
        ),
        (Hangs, _) => (
            Reply::json(&good(service)).hang(Duration::from_millis(900)),
            slow(),
            None,
        ),
        (Drips, _) => (
            Reply::json(&good(service)).drip(1, Duration::from_millis(30)),
            slow(),
            None,
        ),
    }
}

/// The same with texts in place of booleans and numbers.
fn as_texts(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, inner)| (name.clone(), as_texts(inner)))
            .collect(),
        Value::Array(items) => items.iter().map(as_texts).collect(),
        Value::Bool(_) | Value::Number(_) => Value::from(value.to_string()),
        other => other.clone(),
    }
}

fn said(outcome: &Outcome) -> Result<(Band, Option<u8>, u8), Trouble> {
    let answer = outcome.as_ref().map(|got| &got.answer);
    answer
        .map(|answer| (answer.band, answer.score, answer.confidence))
        .map_err(Clone::clone)
}

#[test]
fn each_service_in_each_situation() {
    let undocumented: usize = thread::scope(|scope| {
        let threads = Service::ALL.map(|service| scope.spawn(move || each_situation(service)));
        threads.map(|thread| thread.join().unwrap()).iter().sum()
    });
    assert_eq!(undocumented, 7);
}

/// Compares each row of a service; says how many of them it does not document.
fn each_situation(service: Service) -> usize {
    let mut undocumented = 0;
    for situation in SITUATIONS {
        let name = format!("{service} {situation:?}");
        let (reply, wanted, why) = row(service, situation);
        undocumented += usize::from(why.is_some());
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| reply.clone());
        let mut scene = Scene::of(&stand, folder.path(), &[service]).with(|settings, _| {
            if matches!(situation, Situation::Hangs | Situation::Drips) {
                settings.timeouts.whole = Duration::from_millis(250);
            }
        });
        let first = scene.ask(service, &of(service));
        let mut seen = Row {
            outcome: said(&first),
            requests: stand.asked().len(),
            waits: scene.clock.waits(),
            left: scene.left(service),
            circuit: scene.circuit(service),
            again: Again::Asked,
        };
        stand.forget();
        let second = scene.ask(service, &of(service));
        if stand.asked().is_empty() {
            seen.again = match &second {
                Ok(got) if got.cached => Again::Cached,
                Ok(_) => panic!("{name}: an answer of nobody"),
                Err(trouble) => Again::Not(trouble.clone()),
            };
        }
        assert_eq!(seen, wanted, "{name} {}", why.unwrap_or_default());
        // An answer is kept as it was, a failure is not kept.
        match seen.again {
            Again::Cached | Again::Asked => assert_eq!(said(&second), wanted.outcome, "{name}"),
            Again::Not(_) => {}
        }
        let kept = scene.desk.known(service, &of(service)).unwrap();
        assert_eq!(kept.is_some(), wanted.outcome.is_ok(), "{name}");
    }
    undocumented
}

#[test]
fn that_nothing_is_known_is_kept_for_half_a_day_by_each_service() {
    for service in Service::ALL {
        let (reply, wanted, _) = row(service, Situation::Unknown);
        let is_unknown = wanted.outcome == Ok((Band::Unknown, None, 0));
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| reply.clone());
        let mut scene = Scene::of(&stand, folder.path(), &[service]);
        let hours = Duration::from_hours(if is_unknown { 12 } else { 24 });
        assert!(!scene.ask(service, &of(service)).unwrap().cached);
        scene.clock.pass(hours);
        assert!(scene.ask(service, &of(service)).unwrap().cached);
        scene.clock.pass(Duration::from_secs(1));
        assert!(!scene.ask(service, &of(service)).unwrap().cached);
        assert_eq!(stand.asked().len(), 2, "{service}");
    }
}

#[test]
fn a_service_that_keeps_failing_is_left_alone_and_tried_with_one_request() {
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |asked| {
            if String::from_utf8_lossy(&asked.body).contains("45.3.1.1")
                || asked.path.contains("45.3.1.1")
                || asked.path.contains("spam7")
            {
                Reply::json(&good(service))
            } else {
                Reply::status(503)
            }
        });
        let mut scene = Scene::of(&stand, folder.path(), &[service]);
        let bad = question(Subject::Ip, "45.9.9.9");
        let failing = Err(Trouble::Failing(503));
        for _ in 0..4 {
            assert_eq!(scene.ask(service, &bad), failing);
            assert_eq!(scene.circuit(service), Circuit::Closed);
            // No window of a minute is in the way.
            scene.clock.pass(Duration::from_mins(2));
        }
        assert_eq!(scene.ask(service, &bad), failing);
        assert_eq!(scene.circuit(service), Circuit::Open);
        assert_eq!(stand.asked().len(), 20, "{service}");
        let before = scene.left(service);
        scene.clock.waits();
        assert_eq!(scene.ask(service, &bad), Err(Trouble::LeftAlone));
        // Nobody was asked, nothing was counted, nobody waited.
        assert_eq!((stand.asked().len(), scene.left(service)), (20, before));
        assert!(scene.clock.waits().is_empty());

        // One request says that it still fails: twice as long.
        scene.clock.pass(Duration::from_mins(1));
        assert_eq!(scene.circuit(service), Circuit::HalfOpen);
        assert_eq!(scene.ask(service, &bad), failing);
        assert_eq!(
            (stand.asked().len(), scene.circuit(service)),
            (21, Circuit::Open)
        );
        scene.clock.pass(Duration::from_secs(119));
        assert_eq!(scene.circuit(service), Circuit::Open);
        scene.clock.pass(Duration::from_secs(1));
        // One that works closes it, and the failures are forgotten.
        assert!(scene.ask(service, &of(service)).is_ok());
        assert_eq!(
            (stand.asked().len(), scene.circuit(service)),
            (22, Circuit::Closed)
        );
        scene.clock.pass(Duration::from_mins(2));
        assert_eq!(scene.ask(service, &bad), failing);
        assert_eq!(
            (stand.asked().len(), scene.circuit(service)),
            (26, Circuit::Closed)
        );
    }
}

#[test]
fn a_refusal_between_failures_says_that_the_service_works() {
    let service = Service::AbuseIpDb;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(|asked| {
        Reply::status(if asked.path.contains("45.8.8.8") {
            422
        } else {
            500
        })
    });
    let mut scene = Scene::of(&stand, folder.path(), &[service]);
    let (bad, refused) = (
        question(Subject::Ip, "45.9.9.9"),
        question(Subject::Ip, "45.8.8.8"),
    );
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(scene.ask(service, &bad), Err(Trouble::Failing(500)));
        }
        assert_eq!(scene.ask(service, &refused), Err(Trouble::Refused(422)));
    }
    assert_eq!(scene.circuit(service), Circuit::Closed);
}

#[test]
fn who_asks_to_wait_is_waited_for_in_seconds_and_to_a_date() {
    for service in Service::ALL {
        for (after, waits, answered) in [
            ("7", vec![7000], true),
            ("Sun, 01 Mar 2026 10:00:30 GMT", vec![30_000], true),
            // A date that is over.
            ("Sun, 01 Mar 2026 09:00:00 GMT", vec![0], true),
            // What is no time: back-off of our own.
            ("soon", vec![500], true),
            // Two minutes of patience.
            ("120", vec![120_000], true),
            ("121", vec![], false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let stand = Stand::script(vec![
                Reply::status(503).header("Retry-After", after),
                Reply::json(&good(service)),
            ]);
            let mut scene = Scene::of(&stand, folder.path(), &[service]);
            assert_eq!(
                scene.ask(service, &of(service)).is_ok(),
                answered,
                "{service} {after}"
            );
            assert_eq!(scene.clock.waits(), waits, "{service} {after}");
        }
        // The same for the quota, as far as the patience goes: 90 seconds.
        for (after, waits, answered) in [("75", vec![75_000], true), ("91", vec![], false)] {
            let folder = tempfile::tempdir().unwrap();
            let stand = Stand::script(vec![
                Reply::status(429).header("Retry-After", after),
                Reply::json(&good(service)),
            ]);
            let mut scene = Scene::of(&stand, folder.path(), &[service]);
            let said = match service {
                // It says so with status 200, but whoever stands before it may not.
                _ if answered => scene.ask(service, &of(service)).is_ok(),
                _ => {
                    let told = Some(Duration::from_secs(91));
                    scene.ask(service, &of(service)) != Err(Trouble::Quota(told))
                }
            };
            assert_eq!(
                (said, scene.clock.waits()),
                (answered, waits),
                "{service} {after}"
            );
        }
    }
}

#[test]
fn pauses_are_spread_by_chance() {
    let service = Service::AbuseIpDb;
    let pauses = |chance: u64| {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(|_| Reply::status(502));
        let mut scene = Scene::of(&stand, folder.path(), &[service]);
        scene.clock.chance.store(chance, Ordering::Relaxed);
        assert_eq!(scene.ask(service, &of(service)), Err(Trouble::Failing(502)));
        scene.clock.waits()
    };
    let all: Vec<_> = [0, 123_456_789, 400_000_000, u64::MAX].map(pauses).to_vec();
    for pauses in &all {
        for (pause, bound) in pauses.iter().zip([1000, 2000, 4000]) {
            assert!((bound / 2..=bound).contains(pause), "{pauses:?}");
        }
    }
    assert_eq!(all[0], BACK_OFF);
    assert_eq!(all[1], [623, 1123, 2123]);
    assert_ne!(all[2], all[3]);
}

#[test]
fn each_request_counts_and_no_quota_goes_below_zero() {
    // 4 a minute: the fifth request of a question that is sent again waits for the next minute.
    let service = Service::VirusTotal;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(|_| Reply::status(503));
    let mut scene = Scene::of(&stand, folder.path(), &[service]).with(|settings, _| {
        settings.retry = Retry {
            attempts: 6,
            ..Retry::default()
        };
    });
    assert_eq!(scene.ask(service, &of(service)), Err(Trouble::Failing(503)));
    assert_eq!(stand.asked().len(), 6);
    // After 0.5, 1, 2 and 4 s it is 10:00:07.
    assert_eq!(scene.clock.waits(), [500, 1000, 2000, 4000, 53_000, 8000]);
    assert_eq!(scene.left(service), [2, 494]);
    // Of another key nothing was counted, and another process knows what this one counted.
    let again = Scene::of(&stand, folder.path(), &[service]);
    again.clock.pass(Duration::from_secs(70));
    assert_eq!(again.left(service), [2, 494]);
    let mut account = again.account(service);
    account.fingerprint = "another".into();
    let clock = again.clock.clone();
    let other = Desk::new(again.options.clone(), vec![account], clock, Stop::default());
    assert_eq!(other.left(service).unwrap()[1].left, 500);
}

#[test]
fn two_desks_at_once_share_one_quota_for_each_service() {
    const MOST: u64 = 12;
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| Reply::json(&good(service)));
        let desk = || {
            let scene = Scene::of(&stand, folder.path(), &[service]);
            let mut account = scene.account(service);
            account.windows = vec![Window::new(Span::Day, MOST)];
            let clock = scene.clock.clone();
            Desk::new(scene.options.clone(), vec![account], clock, Stop::default())
        };
        let ask = |number: u64| {
            let mut desk = desk();
            let (mut answered, mut used_up) = (0, 0);
            for last in 1..=10 {
                let value = question(Subject::Ip, &format!("45.3.{number}.{last}"));
                match desk.ask(service, &value).unwrap() {
                    Ok(_) => answered += 1,
                    Err(Trouble::UsedUp(Span::Day)) => used_up += 1,
                    Err(other) => panic!("{service}: {other}"),
                }
                assert!(desk.left(service).unwrap()[0].left <= MOST);
            }
            (answered, used_up)
        };
        let counts: Vec<(u64, u64)> = thread::scope(|scope| {
            let threads: Vec<_> = (0..3)
                .map(|number| scope.spawn(move || ask(number)))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let answered: u64 = counts.iter().map(|(answered, _)| answered).sum();
        let used_up: u64 = counts.iter().map(|(_, used_up)| used_up).sum();
        assert_eq!((answered, used_up), (MOST, 30 - MOST), "{service}");
        assert_eq!(stand.asked().len() as u64, MOST, "{service}");
        assert_eq!(desk().left(service).unwrap()[0].left, 0);
    }
}

#[test]
fn who_is_offline_asks_nobody_and_who_only_looks_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("cache/aidos");
    let stand = Stand::start(|_| Reply::json(&good(Service::AbuseIpDb)));
    let mut scene =
        Scene::of(&stand, &below, &Service::ALL).with(|_, options| options.offline = true);
    for service in Service::ALL {
        assert_eq!(scene.ask(service, &of(service)), Err(Trouble::Offline));
        assert!(scene.desk.known(service, &of(service)).unwrap().is_none());
        assert!(scene.desk.would_ask(service, &of(service)).is_some());
        let most: Vec<u64> = service.about().windows.iter().map(|own| own.most).collect();
        assert_eq!(scene.left(service), most);
    }
    assert!(stand.asked().is_empty());
    // A dry run does no more than this.
    assert!(!folder.path().join("cache").exists());
    let mut scene = scene.with(|_, options| options.offline = false);
    assert!(
        scene
            .ask(Service::AbuseIpDb, &of(Service::AbuseIpDb))
            .is_ok()
    );
    assert!(below.join("abuseipdb").is_dir() && !below.join("virustotal").exists());
}

#[test]
fn a_file_that_we_did_not_write_is_no_answer() {
    let service = Service::AbuseIpDb;
    let folder = tempfile::tempdir().unwrap();
    let stand = Stand::start(|_| Reply::json(&good(Service::AbuseIpDb)));
    let mut scene = Scene::of(&stand, folder.path(), &[service]);
    scene.ask(service, &of(service)).unwrap();
    let kept = std::fs::read_dir(folder.path().join("abuseipdb/ip")).unwrap();
    let [path] = kept
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    for (bytes, cached) in [
        (Vec::new(), false),
        (b"{}".to_vec(), false),
        (vec![b' '; (16 << 20) + 8192], false),
    ] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(scene.ask(service, &of(service)).unwrap().cached, cached);
        assert!(scene.ask(service, &of(service)).unwrap().cached);
    }
    // The largest answer that is read, each byte of which needs two in the cache.
    let body = format!(
        "{}{}",
        good(service),
        "\n".repeat((8 << 20) - good(service).to_string().len())
    );
    let stand = Stand::start(move |_| Reply::text(&body));
    let mut scene = Scene::of(&stand, folder.path(), &[service]);
    assert!(!scene.ask(service, &of(service)).unwrap().cached);
    assert!(scene.ask(service, &of(service)).unwrap().cached);
}
