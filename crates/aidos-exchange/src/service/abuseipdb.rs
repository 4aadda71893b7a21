//! `AbuseIPDB`, API version 2, `check`. Source: <https://docs.abuseipdb.com/#check-endpoint>.
//!
//! Score: `abuseConfidenceScore`. Witnesses: `numDistinctUsers`, of whom 3 weigh half; the youngest evidence is
//! `lastReportedAt`. What it calls whitelisted is harmless by 10 witnesses. An address without reports is unknown.

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Subject};
use serde_json::Value;

use super::{About, Answer, Evidence, Span, Trouble, Window, field, refused};
use crate::http::Request;

/// What it is.
pub const ABOUT: About = About {
    word: "abuseipdb",
    name: "AbuseIPDB",
    address: "https://api.abuseipdb.com",
    key: "AIDOS_ABUSEIPDB_KEY",
    header: "Key",
    remaining: Some("x-ratelimit-remaining"),
    subjects: &[Subject::Ip],
    windows: &[Window::new(Span::Day, 1000)],
    learns: "the address, the time, your key and your own address",
    terms: "free for 1,000 checks a day; see its terms before answers are passed on",
};

/// Reports of so many days count.
const DAYS: &str = "90";

/// The request for an address.
pub(super) fn request(question: &Question) -> Request {
    Request::get("/api/v2/check")
        .query("ipAddress", &question.value)
        .query("maxAgeInDays", DAYS)
        .header("Accept", "application/json")
}

/// Reads an answer. `errors: [{detail, status}]` may come with any status.
///
/// # Errors
/// See [`Trouble`].
pub fn read(status: u16, body: &[u8], at: Timestamp) -> Result<Answer, Trouble> {
    if status >= 500 {
        return Err(refused(status));
    }
    let whole = match field::object(body) {
        Ok(whole) => whole,
        Err(_) if status != 200 => return Err(refused(status)),
        Err(trouble) => return Err(trouble),
    };
    if let Some(errors) = whole.get("errors").and_then(Value::as_array) {
        let told = errors
            .iter()
            .find_map(|error| field::count(error, "status"));
        let told = told.and_then(|status| u16::try_from(status).ok());
        return Err(refused(told.unwrap_or(if status == 200 {
            400
        } else {
            status
        })));
    }
    if status != 200 {
        return Err(refused(status));
    }
    let data = whole
        .get("data")
        .filter(|data| data.is_object())
        .ok_or(Trouble::Malformed("no `data`"))?;
    let score = field::score(data, "abuseConfidenceScore")
        .ok_or(Trouble::Malformed("no `abuseConfidenceScore`"))?;
    let reports = field::count(data, "totalReports");
    let users = field::count(data, "numDistinctUsers");
    let whitelisted = field::flag(data, "isWhitelisted");
    let tor = field::flag(data, "isTor");
    let youngest = field::time(data, "lastReportedAt");
    let listed = whitelisted == Some(true);
    let evidence = Evidence {
        // Where only reports are told, at least one user made them.
        witnesses: if listed {
            10
        } else {
            users.unwrap_or_else(|| reports.unwrap_or(0).min(1))
        },
        half: 3,
        youngest: youngest.filter(|_| !listed),
    };
    let mut answer = Answer::scored(if listed { 0 } else { score }, evidence, at)
        .label(tor, "tor")
        .label(whitelisted, "whitelisted")
        .with([
            ("abuse_confidence_score", Some(score.into())),
            ("total_reports", reports.map(Value::from)),
            ("num_distinct_users", users.map(Value::from)),
            (
                "last_reported_at",
                youngest.map(|time| time.to_string().into()),
            ),
            ("is_tor", tor.map(Value::from)),
            ("is_whitelisted", whitelisted.map(Value::from)),
            ("is_public", field::flag(data, "isPublic").map(Value::from)),
            (
                "usage_type",
                field::text(data, "usageType").map(Value::from),
            ),
            ("domain", field::text(data, "domain").map(Value::from)),
        ]);
    answer.country = field::country(data, "countryCode");
    answer.owner = field::text(data, "isp");
    Ok(answer)
}

/// Where people see the same answer. Only notes hold it; it is not asked.
pub(super) fn page(value: &str) -> String {
    format!(
        "https://www.abuseipdb.com/check/{}",
        crate::http::encode(value)
    )
}
