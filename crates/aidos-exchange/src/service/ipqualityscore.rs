//! `IPQualityScore`, proxy detection and e-mail validation. Source: <https://www.ipqualityscore.com/documentation>.
//!
//! The key goes into the header `IPQS-KEY`, never into the path. Failures come with status 200 and `success: false`,
//! told apart by their `message`; booleans may be texts. Score: `fraud_score`. It names no witnesses: it counts as one
//! of whom one weighs half, and as three where it saw abuse lately (`recent_abuse`).

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Subject};
use serde_json::Value;

use super::{About, Answer, Evidence, Span, Trouble, Window, field, refused};
use crate::http::{Request, encode};

/// What it is.
pub const ABOUT: About = About {
    word: "ipqualityscore",
    name: "IPQualityScore",
    address: "https://www.ipqualityscore.com",
    key: "AIDOS_IPQUALITYSCORE_KEY",
    header: "IPQS-KEY",
    remaining: None,
    subjects: &[Subject::Ip, Subject::Email],
    windows: &[Window::new(Span::Month, 1000)],
    learns: "the value, the time, your key and your own address; for an e-mail address it may speak with its mail server",
    terms: "free for 1,000 to 5,000 questions a month; see its terms before answers are passed on",
};

/// The request for a value.
pub(super) fn request(question: &Question) -> Request {
    let value = encode(&question.value);
    if question.subject == Subject::Email {
        return Request::get(format!("/api/json/email/{value}")).shown_as("/api/json/email/…");
    }
    Request::get(format!("/api/json/ip/{value}"))
        .query("strictness", "0")
        .shown_as("/api/json/ip/…")
}

/// Reads an answer.
///
/// # Errors
/// See [`Trouble`].
pub fn read(subject: Subject, status: u16, body: &[u8], at: Timestamp) -> Result<Answer, Trouble> {
    if status != 200 {
        return Err(refused(status));
    }
    let whole = field::object(body)?;
    match field::flag(&whole, "success") {
        Some(true) => {}
        Some(false) => return Err(failure(&whole, at)),
        None => return Err(Trouble::Malformed("no `success`")),
    }
    let score =
        field::score(&whole, "fraud_score").ok_or(Trouble::Malformed("no `fraud_score`"))?;
    let flag = |name| field::flag(&whole, name);
    let recent = flag("recent_abuse");
    let evidence = Evidence {
        witnesses: if recent == Some(true) { 3 } else { 1 },
        half: 1,
        youngest: None,
    };
    let answer = Answer::scored(score, evidence, at).with([
        ("fraud_score", Some(score.into())),
        ("recent_abuse", recent.map(Value::from)),
    ]);
    Ok(if subject == Subject::Email {
        email(answer, &whole)
    } else {
        ip(answer, &whole)
    })
}

fn ip(answer: Answer, whole: &Value) -> Answer {
    let flag = |name| field::flag(whole, name);
    let mut answer = answer
        .label(flag("tor"), "tor")
        .label(flag("vpn"), "vpn")
        .label(flag("proxy"), "proxy")
        .label(flag("bot_status"), "bot")
        .label(flag("is_crawler"), "crawler")
        .with([
            ("proxy", flag("proxy").map(Value::from)),
            ("vpn", flag("vpn").map(Value::from)),
            ("tor", flag("tor").map(Value::from)),
            ("bot_status", flag("bot_status").map(Value::from)),
            ("is_crawler", flag("is_crawler").map(Value::from)),
            (
                "abuse_velocity",
                field::text(whole, "abuse_velocity").map(Value::from),
            ),
            (
                "connection_type",
                field::text(whole, "connection_type").map(Value::from),
            ),
        ]);
    answer.country = field::country(whole, "country_code");
    answer.asn = field::asn(whole, "ASN");
    answer.owner = field::text(whole, "ISP");
    answer
}

fn email(answer: Answer, whole: &Value) -> Answer {
    let flag = |name| field::flag(whole, name);
    let age = whole
        .get("domain_age")
        .and_then(|age| field::time(age, "iso"));
    answer
        .label(flag("disposable"), "disposable")
        .label(flag("honeypot"), "honeypot")
        .label(flag("leaked"), "leaked")
        .with([
            ("valid", flag("valid").map(Value::from)),
            ("disposable", flag("disposable").map(Value::from)),
            (
                "deliverability",
                field::text(whole, "deliverability").map(Value::from),
            ),
            ("honeypot", flag("honeypot").map(Value::from)),
            ("leaked", flag("leaked").map(Value::from)),
            ("suspect", flag("suspect").map(Value::from)),
            ("domain_since", age.map(|age| age.to_string().into())),
        ])
}

/// What a failure with status 200 means, by its words: `You have exceeded your request quota of 200 per day.`
fn failure(whole: &Value, at: Timestamp) -> Trouble {
    let message = field::text(whole, "message")
        .unwrap_or_default()
        .to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["exceed", "quota", "credits", "limit"]) {
        let spans = [
            (Span::Minute, "minute"),
            (Span::Hour, "hour"),
            (Span::Day, "day"),
            (Span::Day, "daily"),
        ];
        let named = spans.iter().find(|(_, word)| message.contains(word));
        Trouble::Quota(named.and_then(|(span, _)| span.left(at)))
    } else if has(&["key", "unauthorized", "unauthorised", "account"]) {
        Trouble::Key
    } else {
        Trouble::Refused(200)
    }
}
