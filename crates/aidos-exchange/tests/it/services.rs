//! Reputation services: bodies as they document them, stand-ins that misbehave, and what never leaves.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use aidos_exchange::http::{Clock as _, Retry};
use aidos_exchange::service::{Answer, Band, Outcome, Service, Span, Trouble, Window};
use aidos_privacy::gate::Subject;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::scene::{CANARY, Scene, good, nothing, now, of, question};
use crate::stand::{Reply, Stand};

fn scene(service: Service, stand: &Stand, folder: &Path) -> Scene {
    Scene::of(stand, folder, &[service]).with(|settings, _| settings.retry = Retry::NEVER)
}

fn ask(scene: &mut Scene, service: Service) -> Outcome {
    scene.ask(service, &of(service))
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

#[test]
fn a_request_has_its_key_in_one_header_and_nowhere_else() {
    for service in Service::ALL {
        let folder = tempfile::tempdir().unwrap();
        let stand = Stand::start(move |_| Reply::json(&good(service)));
        let mut scene = scene(service, &stand, folder.path());
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
        let mut first = scene(service, &stand, folder.path());
        let got = ask(&mut first, service).unwrap();
        let again = ask(&mut first, service).unwrap();
        assert_eq!(
            (got.cached, again.cached, stand.asked().len()),
            (false, true, 1)
        );
        assert_eq!((got.answer, got.at), (again.answer, again.at));
        // Another process, later.
        let mut second = scene(service, &stand, folder.path());
        second.clock.pass(Duration::from_hours(24));
        assert!(ask(&mut second, service).unwrap().cached);
        second.clock.pass(Duration::from_secs(1));
        assert!(!ask(&mut second, service).unwrap().cached);
        assert_eq!(stand.asked().len(), 2);
        // Offline takes what there is, and asks nobody for the rest.
        let mut offline = scene(service, &stand, folder.path()).with(|_, options| {
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
    let mut scene = scene(service, &stand, folder.path());
    assert_eq!(ask(&mut scene, service).unwrap().answer, Answer::unknown());
    scene.clock.pass(Duration::from_hours(12));
    assert!(ask(&mut scene, service).unwrap().cached);
    scene.clock.pass(Duration::from_secs(1));
    assert!(!ask(&mut scene, service).unwrap().cached);
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
    let mut scene = scene(service, &stand, folder.path());
    let hour = Duration::from_hours(1);
    assert_eq!(ask(&mut scene, service), Err(Trouble::Quota(Some(hour))));
    assert_eq!(ask(&mut scene, service), Err(Trouble::AskedToWait(hour)));
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
    let mut scene = scene(service, &stand, folder.path());
    for last in 1..=9 {
        let question = question(Subject::Ip, &format!("45.3.1.{last}"));
        assert!(scene.desk.ask(service, &question).unwrap().is_ok());
    }
    // Four a minute: two minutes went by.
    assert_eq!(scene.clock.now().seconds() - now().seconds(), 120);
    assert_eq!(scene.desk.left(service).unwrap()[1].left, 491);
    assert_eq!(service.about().windows[1], Window::new(Span::Day, 500));
}
