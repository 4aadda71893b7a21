//! What attackers send: SQL injection in four encodings, scripts, paths, and ordinary requests.

use crate::random::Random;
use crate::text::{base64, percent_encoded};

const TABLES: [&str; 8] = [
    "users", "accounts", "orders", "patients", "sessions", "invoices", "staff", "tokens",
];

/// A parameter with SQL injection: plain, URL-encoded, encoded twice, or base64.
pub(super) fn sql_injection(random: &mut Random) -> String {
    let n = random.below(90_000);
    let table = random.pick(&TABLES);
    let attack = match random.below(12) {
        0 => format!("{n}' OR '1'='1"),
        1 => format!("{n}' OR 1=1-- -"),
        2 => format!("-{n} UNION SELECT username,password FROM {table}--"),
        3 => format!("{n}' UNION ALL SELECT NULL,NULL,concat(login,0x3a,pass) FROM {table}#"),
        4 => format!("{n}; DROP TABLE {table};--"),
        5 => format!("{n}' AND SLEEP({})-- ", 1 + n % 9),
        6 => "admin'--".to_owned(),
        7 => format!("{n} AND 1=CONVERT(int,(SELECT TOP 1 name FROM {table}))"),
        8 => format!("{n}') OR ('a'='a"),
        9 => format!("{n}\" OR \"\"=\""),
        10 => format!("{n} AND (SELECT COUNT(*) FROM {table})>0"),
        _ => format!("{n}';WAITFOR DELAY '0:0:{}'--", 1 + n % 9),
    };
    let key = random.pick(&["id", "q", "user", "page", "cat", "item"]);
    match random.below(10) {
        0..5 => format!("{key}={attack}"),
        5..8 => format!("{key}={}", percent_encoded(&attack)),
        8 => format!("{key}={}", percent_encoded(&percent_encoded(&attack))),
        _ => format!("{key}={}", base64(attack.as_bytes())),
    }
}

/// A parameter with a script.
pub(super) fn script(random: &mut Random) -> String {
    let n = random.below(100_000);
    match random.below(4) {
        0 => format!("q=<script>alert({n})</script>"),
        1 => format!("name=\"><img src=x onerror=alert({n})>"),
        2 => format!(
            "q={}",
            percent_encoded(&format!(
                "<script>document.location='//x.test/{n}'</script>"
            ))
        ),
        _ => format!("comment=<svg/onload=confirm({n})>"),
    }
}

/// A path that climbs out.
pub(super) fn path(random: &mut Random) -> String {
    let up = "../".repeat(3 + random.below(5) as usize);
    let file = random.pick(&[
        "etc/passwd",
        "etc/shadow",
        "windows/win.ini",
        "proc/self/environ",
    ]);
    if random.percent(40) {
        format!("file={}{}", up.replace('/', "%2f"), file)
    } else {
        format!("GET /download?f={up}{file} HTTP/1.1")
    }
}

/// A request that is nothing but a request.
pub(super) fn ordinary(random: &mut Random) -> String {
    let n = random.below(100_000);
    match random.below(4) {
        0 => format!("GET /index.html?session={n} HTTP/1.1"),
        1 => format!("GET /search?q=o'neill+and+sons&page={} HTTP/1.1", n % 50),
        2 => format!("POST /login HTTP/1.1\r\nContent-Length: {}", n % 900),
        _ => format!("GET /images/{n}.png HTTP/1.1"),
    }
}
