//! `VirusTotal`, API version 3. Source: <https://docs.virustotal.com/reference/overview>.
//!
//! Score: 10 for each engine that says malicious and 5 for each that says suspicious, 100 at most. Witnesses: all engines
//! that gave a word (`last_analysis_stats` without failures and timeouts), of whom 10 weigh half; the youngest evidence is
//! `last_analysis_date`.

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Subject};
use serde_json::Value;

use super::{About, Answer, Evidence, Span, Trouble, Window, field, refused};
use crate::http::Request;

/// What it is.
pub const ABOUT: About = About {
    word: "virustotal",
    name: "VirusTotal",
    address: "https://www.virustotal.com",
    key: "AIDOS_VIRUSTOTAL_KEY",
    header: "x-apikey",
    remaining: None,
    subjects: &[Subject::Ip, Subject::Domain, Subject::Hash],
    windows: &[Window::new(Span::Minute, 4), Window::new(Span::Day, 500)],
    learns: "the value, the time, your key and your own address; its customers can see that a value was looked up",
    terms: "the free key is not for commercial products, services or workflows; answers must not be sold on",
};

/// The request for a value.
pub(super) fn request(question: &Question) -> Request {
    let kind = match question.subject {
        Subject::Domain => "domains",
        Subject::Hash => "files",
        Subject::Ip | Subject::Email => "ip_addresses",
    };
    let value = crate::http::encode(&question.value);
    Request::get(format!("/api/v3/{kind}/{value}"))
        .shown_as(format!("/api/v3/{kind}/…"))
        .header("Accept", "application/json")
}

/// Reads an answer. An error is `{"error": {"code", "message"}}`; `NotFoundError` means no record.
///
/// # Errors
/// See [`Trouble`].
pub fn read(subject: Subject, status: u16, body: &[u8], at: Timestamp) -> Result<Answer, Trouble> {
    if status >= 500 {
        return Err(refused(status));
    }
    let whole = match field::object(body) {
        Ok(whole) => whole,
        Err(_) if status != 200 && status != 404 => return Err(refused(status)),
        Err(trouble) => return Err(trouble),
    };
    if let Some(error) = whole.get("error") {
        return match error
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "NotFoundError" => Ok(Answer::unknown()),
            "QuotaExceededError" | "TooManyRequestsError" => Err(Trouble::Quota(None)),
            "AuthenticationRequiredError"
            | "WrongCredentialsError"
            | "ForbiddenError"
            | "UserNotActiveError" => Err(Trouble::Key),
            "TransientError" | "DeadlineExceededError" => Err(Trouble::Failing(status)),
            _ => Err(refused(if status == 200 { 400 } else { status })),
        };
    }
    if status != 200 {
        // A 404 of somebody else, a proxy, is no answer of the service.
        return Err(refused(status));
    }
    let attributes = whole
        .get("data")
        .and_then(|data| data.get("attributes"))
        .filter(|attributes| attributes.is_object())
        .ok_or(Trouble::Malformed("no `data.attributes`"))?;
    let stats = attributes
        .get("last_analysis_stats")
        .filter(|stats| stats.is_object())
        .ok_or(Trouble::Malformed("no `last_analysis_stats`"))?;
    let of = |name| field::count(stats, name).unwrap_or(0).min(10_000);
    let (malicious, suspicious) = (of("malicious"), of("suspicious"));
    let engines = malicious + suspicious + of("harmless") + of("undetected");
    let youngest = field::seconds(attributes, "last_analysis_date");
    let evidence = Evidence {
        witnesses: engines,
        half: 10,
        youngest,
    };
    let score = u8::try_from((10 * malicious + 5 * suspicious).min(100)).unwrap_or(100);
    let has = |tag: &str| {
        let tags = attributes.get("tags").and_then(Value::as_array);
        tags.map(|tags| tags.iter().any(|own| own.as_str() == Some(tag)))
    };
    let reputation = attributes.get("reputation").and_then(Value::as_i64);
    let first = field::seconds(attributes, "first_submission_date");
    let mut answer = Answer::scored(score, evidence, at)
        .label(has("tor"), "tor")
        .label(has("vpn"), "vpn")
        .label(has("proxy"), "proxy")
        .with([
            ("malicious", Some(malicious.into())),
            ("suspicious", Some(suspicious.into())),
            ("engines", Some(engines.into())),
            ("reputation", reputation.map(Value::from)),
            (
                "last_analysis_date",
                youngest.map(|time| time.to_string().into()),
            ),
            (
                "first_submission_date",
                first.map(|time| time.to_string().into()),
            ),
            (
                "network",
                field::text(attributes, "network").map(Value::from),
            ),
        ]);
    if subject == Subject::Ip {
        answer.country = field::country(attributes, "country");
        answer.asn = field::asn(attributes, "asn");
        answer.owner = field::text(attributes, "as_owner");
    }
    Ok(answer)
}

/// Where people see the same answer. Only MISP objects and notes hold it; it is not asked.
pub(super) fn page(subject: Subject, value: &str) -> String {
    let kind = match subject {
        Subject::Domain => "domain",
        Subject::Hash => "file",
        Subject::Ip | Subject::Email => "ip-address",
    };
    format!(
        "https://www.virustotal.com/gui/{kind}/{}",
        crate::http::encode(value)
    )
}
