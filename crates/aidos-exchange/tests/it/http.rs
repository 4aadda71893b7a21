//! The client under all that partners do.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aidos_exchange::http::{
    Auth, Client, Error, Method, Request, Retry, Secret, Settings, Timeouts,
};
use serde_json::{Value, json};

use crate::stand::{Reply, Stand, still};

fn client(stand: &Stand) -> Client {
    Client::new(&stand.url(), still().0).unwrap()
}

#[test]
fn an_answer_has_status_headers_and_body() {
    let stand = Stand::start(|asked| {
        Reply::json(&json!({"path": asked.path, "agent": asked.header("user-agent")}))
            .header("ETag", "\"abc\"")
            .header("X-Result-Count", "7")
            .gzip()
    });
    let answer = client(&stand)
        .send(&Request::get("/a").query("b c", "d&e"))
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("etag"), Some("\"abc\""));
    assert_eq!(answer.header("X-Result-Count"), Some("7"));
    let body: Value = answer.json().unwrap();
    assert_eq!(body["path"], "/a?b%20c=d%26e");
    assert_eq!(body["agent"], concat!("aidos/", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_method_comes_through() {
    let stand = Stand::start(|asked| Reply::text(&asked.method));
    let client = client(&stand);
    for method in [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ] {
        let answer = client.send(&Request::new(method, "/")).unwrap();
        assert_eq!(answer.body(), method.name().as_bytes());
    }
    let answer = client.send(&Request::head("/x")).unwrap();
    assert_eq!((answer.status(), answer.body().len()), (200, 0));
}

#[test]
fn bodies_are_sent_plain_or_packed() {
    let stand = Stand::start(|asked| Reply::status(200).body(asked.body.clone()));
    let client = client(&stand);
    let long = json!({"text": "x".repeat(4000)});
    let short = json!({"text": "x"});
    for (value, packed) in [(&long, Some("gzip")), (&short, None)] {
        let answer = client
            .send(&Request::post("/").json(value).gzipped())
            .unwrap();
        assert_eq!(answer.json::<Value>().unwrap(), *value);
        let last = stand.asked().pop().unwrap();
        assert_eq!(last.header("content-encoding"), packed);
        assert_eq!(last.header("content-type"), Some("application/json"));
    }
    client
        .send(&Request::post("/").form(&[("host", "a b"), ("n", "1")]))
        .unwrap();
    let last = stand.asked().pop().unwrap();
    assert_eq!(last.body, b"host=a%20b&n=1");
    assert_eq!(
        last.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
}

#[test]
fn keys_go_in_their_header_and_nowhere_else() {
    let stand = Stand::start(|_| Reply::status(403));
    let key = "0123456789012345678901234567890123456789";
    for (auth, name, value) in [
        (
            Auth::header("Authorization", Secret::new(key)),
            "authorization",
            key.to_owned(),
        ),
        (
            Auth::header("x-apikey", Secret::new(key)),
            "x-apikey",
            key.to_owned(),
        ),
        (
            Auth::Bearer(Secret::new(key)),
            "authorization",
            format!("Bearer {key}"),
        ),
    ] {
        let settings = Settings { auth, ..still().0 };
        let shown = format!("{settings:?}");
        let client = Client::new(&stand.url(), settings).unwrap();
        let answer = client.send(&Request::get("/x?q=secret-query")).unwrap();
        let error = answer.success().unwrap_err();
        for text in [
            shown,
            error.to_string(),
            format!("{error:?}"),
            format!("{client:?}"),
        ] {
            assert!(
                !text.contains(key) && !text.contains("secret-query"),
                "{text}"
            );
        }
        assert!(
            error.to_string().ends_with("/x was answered with 403"),
            "{error}"
        );
        assert_eq!(
            stand.asked().pop().unwrap().header(name),
            Some(value.as_str())
        );
    }
}

#[test]
fn a_host_that_asks_to_wait_is_asked_later() {
    let stand = Stand::script(vec![
        Reply::status(429).header("Retry-After", "7"),
        Reply::status(503).header("Retry-After", "Sun, 01 Mar 2026 10:00:30 GMT"),
        Reply::status(503),
        Reply::text("now"),
    ]);
    let (settings, clock) = still();
    let client = Client::new(&stand.url(), settings).unwrap();
    assert_eq!(client.send(&Request::get("/")).unwrap().body(), b"now");
    let waits = clock.waits.lock().unwrap().clone();
    // The third pause is our own: half of 4 s, as chance says nothing.
    assert_eq!(waits, [7, 30, 2].map(Duration::from_secs));
}

#[test]
fn attempts_are_counted_and_patience_ends() {
    let stand = Stand::start(|asked| match asked.path.as_str() {
        "/hour" => Reply::status(429).header("Retry-After", "3600"),
        _ => Reply::status(503),
    });
    let client = client(&stand);
    assert_eq!(client.send(&Request::get("/")).unwrap().status(), 503);
    assert_eq!(stand.asked().len(), 4);
    stand.forget();
    let answer = client.send(&Request::get("/hour")).unwrap();
    assert_eq!(stand.asked().len(), 1);
    assert_eq!(answer.retry_after(), Some(Duration::from_hours(1)));
    let error = answer.success().unwrap_err();
    assert!(error.is_passing());
    assert!(
        error
            .to_string()
            .ends_with("429, and asks to wait 3600 seconds"),
        "{error}"
    );
}

#[test]
fn what_must_not_be_repeated_is_not() {
    let stand = Stand::start(|_| Reply::status(503));
    let client = client(&stand);
    client
        .send(&Request::post("/add").json(&json!({})))
        .unwrap();
    assert_eq!(stand.asked().len(), 1);
    stand.forget();
    client
        .send(&Request::post("/search").json(&json!({})).repeatable())
        .unwrap();
    assert_eq!(stand.asked().len(), 4);
}

#[test]
fn an_answer_that_breaks_off_is_asked_again() {
    for reply in [
        Reply::text(&"x".repeat(5000)).cut(1000),
        Reply::text(&"x".repeat(5000)).chunked().cut(1000),
        Reply::text(&"xyz".repeat(5000)).gzip().cut(10),
    ] {
        let stand = Stand::script(vec![reply.clone(), Reply::text("whole")]);
        assert_eq!(
            client(&stand).send(&Request::get("/")).unwrap().body(),
            b"whole"
        );
        let stand = Stand::script(vec![reply; 4]);
        let error = client(&stand).send(&Request::get("/")).unwrap_err();
        assert!(matches!(error, Error::Cut { .. }), "{error:?}");
    }
}

#[test]
fn who_drips_is_cut_off() {
    let stand = Stand::start(|_| Reply::text(&"x".repeat(1000)).drip(1, Duration::from_millis(20)));
    let settings = Settings {
        timeouts: Timeouts {
            whole: Duration::from_millis(150),
            ..Timeouts::default()
        },
        retry: Retry::NEVER,
        ..still().0
    };
    let client = Client::new(&stand.url(), settings).unwrap();
    let begun = Instant::now();
    let error = client.send(&Request::get("/")).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_stream_that_drips_is_cut_off_and_a_patient_one_is_not() {
    let stand = Stand::start(|_| Reply::text(&"x".repeat(15)).drip(1, Duration::from_millis(20)));
    let settings = Settings {
        timeouts: Timeouts {
            idle: Duration::from_millis(100),
            least_rate: 1 << 30,
            ..Timeouts::default()
        },
        retry: Retry::NEVER,
        ..still().0
    };
    let client = Client::new(&stand.url(), settings).unwrap();
    let mut text = String::new();
    let mut stream = client.stream(&Request::get("/")).unwrap().patient();
    assert_eq!(stream.read_to_string(&mut text).unwrap(), 15);
    // A second has to pass before a rate a second is known.
    let stand = Stand::start(|_| Reply::text(&"x".repeat(100)).drip(1, Duration::from_millis(20)));
    let client = Client::new(&stand.url(), client.settings().clone()).unwrap();
    let mut stream = client.stream(&Request::get("/")).unwrap();
    let error = stream.read_to_string(&mut text).unwrap_err();
    let error = stream.error(error);
    assert!(matches!(error, Error::TooSlow { .. }), "{error:?}");
}

#[test]
fn more_than_the_limit_is_refused() {
    let stand = Stand::start(|asked| {
        let reply = Reply::text(&"x".repeat(100_000));
        match asked.path.as_str() {
            "/packed" => reply.gzip(),
            "/chunked" => reply.chunked(),
            _ => reply,
        }
    });
    let client = client(&stand);
    for path in ["/packed", "/chunked", "/plain"] {
        let error = client.send(&Request::get(path).limit(99_999)).unwrap_err();
        assert!(
            matches!(error, Error::TooLarge { limit: 99_999, .. }),
            "{error:?}"
        );
        assert_eq!(
            client
                .send(&Request::get(path).limit(100_000))
                .unwrap()
                .body()
                .len(),
            100_000
        );
        let mut stream = client.stream(&Request::get(path).limit(5_000)).unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(matches!(stream.error(error), Error::TooLarge { .. }));
    }
}

#[test]
fn redirects_stay_with_their_host() {
    let other = Stand::start(|_| Reply::text("caught"));
    let away = other.url();
    let stand = Stand::start(move |asked| match asked.path.as_str() {
        "/a" => Reply::status(302).header("Location", "/b?c=d"),
        "/b?c=d" => Reply::text("here"),
        "/round" => Reply::status(301).header("Location", "/round"),
        "/post" => Reply::status(307).header("Location", "/b?c=d"),
        _ => Reply::status(302).header("Location", &format!("{away}/x?key=1")),
    });
    let settings = Settings {
        auth: Auth::Bearer(Secret::new("key")),
        ..still().0
    };
    let client = Client::new(&stand.url(), settings).unwrap();
    assert_eq!(client.send(&Request::get("/a")).unwrap().body(), b"here");
    assert_eq!(client.send(&Request::post("/post")).unwrap().status(), 307);
    for path in ["/away", "/round"] {
        let error = client.send(&Request::get(path)).unwrap_err();
        assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
        assert!(!error.to_string().contains("key"), "{error}");
    }
    assert!(other.asked().is_empty());
}

#[test]
fn nobody_there_is_said() {
    // The port is free again, as the stand-in is gone.
    let url = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let (settings, clock) = still();
    let error = Client::new(&url, settings)
        .unwrap()
        .send(&Request::post("/add"))
        .unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(error.to_string().ends_with("connection refused"), "{error}");
    // Who was never reached was not asked: also a POST is tried again.
    assert_eq!(clock.waits.lock().unwrap().len(), 3);
}

#[test]
fn what_is_called_off_ends_at_once() {
    let stand = Stand::start(|_| Reply::text("late").hang(Duration::from_secs(3)));
    let (settings, _) = still();
    let stop = settings.stop.clone();
    let client = Client::new(&stand.url(), settings).unwrap();
    let begun = Instant::now();
    let asking = std::thread::spawn(move || client.send(&Request::get("/")).map(|_| ()));
    while stand.asked().is_empty() {
        std::thread::yield_now();
    }
    stop.stop();
    let error = asking.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Stopped), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_and_clones_share() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let stand = Stand::start(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Reply::text("x")
    });
    let client = client(&stand);
    assert!(!client.settings().proxy_from_environment);
    let other = client.clone();
    for client in [client, other] {
        client.send(&Request::get("/")).unwrap();
    }
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[test]
fn what_is_no_json_is_said_by_its_place_alone() {
    let stand = Stand::start(|_| Reply::text("{\"victim\": alice@example.org"));
    let error = client(&stand)
        .send(&Request::get("/"))
        .unwrap()
        .json::<Value>()
        .unwrap_err();
    assert!(
        error.to_string().ends_with("no JSON, line 1 column 12"),
        "{error}"
    );
}

#[test]
fn files_for_tls_are_looked_at_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let settings = |path: &std::path::Path| Settings {
        ca_file: Some(path.to_owned()),
        ..Settings::default()
    };
    let error = Client::new("https://a.example", settings(&path)).unwrap_err();
    assert!(error.to_string().contains("ca.pem"), "{error}");
    std::fs::write(&path, "no certificate").unwrap();
    let error = Client::new("https://a.example", settings(&path)).unwrap_err();
    assert!(
        error.to_string().contains("neither a certificate"),
        "{error}"
    );
}
