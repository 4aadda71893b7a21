//! Hybrid Analysis, API version 2, `search/terms`. Source: <https://www.hybrid-analysis.com/docs/api/v2>.
//!
//! Samples that spoke with a host. Score: the highest of `threat_score`, or 100 for the verdict malicious, 60 for
//! suspicious. Witnesses: samples with a verdict, of whom 2 weigh half; the youngest evidence is the last
//! `analysis_start_time`. There is no search for e-mail addresses.

use aidos_model::Timestamp;
use aidos_privacy::gate::{Question, Subject};
use serde_json::{Value, json};

use super::{About, Answer, Evidence, Span, Trouble, Window, field, refused};
use crate::http::Request;

/// What it is.
pub const ABOUT: About = About {
    word: "hybrid-analysis",
    name: "Hybrid Analysis",
    address: "https://www.hybrid-analysis.com",
    key: "AIDOS_HYBRID_ANALYSIS_KEY",
    header: "api-key",
    remaining: None,
    subjects: &[Subject::Ip, Subject::Domain],
    windows: &[
        Window::new(Span::Minute, 200),
        Window::new(Span::Hour, 2000),
    ],
    learns: "the host, the time, your key and your own address",
    terms: "free after its vetting, for 200 questions a minute; see its terms before answers are passed on",
};

/// Samples that are named.
const NAMED: usize = 10;

/// The request for a host. It is a search: it may be sent twice.
pub(super) fn request(question: &Question) -> Request {
    let term = match question.subject {
        Subject::Domain => "domain",
        _ => "host",
    };
    Request::post("/api/v2/search/terms")
        .form(&[(term, &question.value)])
        .header("User-Agent", "Falcon Sandbox")
        .header("Accept", "application/json")
        .repeatable()
}

/// Reads an answer.
///
/// # Errors
/// See [`Trouble`].
pub fn read(status: u16, body: &[u8], at: Timestamp) -> Result<Answer, Trouble> {
    if status != 200 {
        return Err(refused(status));
    }
    let whole = field::object(body)?;
    let none = Vec::new();
    let samples = match whole.get("result") {
        Some(Value::Array(samples)) => samples,
        // Without a hit it may be left out.
        None | Some(Value::Null) if field::count(&whole, "count") == Some(0) => &none,
        _ => return Err(Trouble::Malformed("no `result`")),
    };
    let mut score = 0;
    let (mut judged, mut malicious) = (0_u64, 0_u64);
    let mut youngest = None;
    let mut families: Vec<String> = Vec::new();
    let mut named = Vec::new();
    for sample in samples {
        let verdict = field::text(sample, "verdict")
            .unwrap_or_default()
            .to_lowercase();
        let by_verdict = match verdict.as_str() {
            "malicious" => Some(100),
            "suspicious" => Some(60),
            "no specific threat" | "no verdict" | "whitelisted" => Some(0),
            _ => None,
        };
        let told = field::score(sample, "threat_score");
        if by_verdict.is_none() && told.is_none() {
            continue;
        }
        judged += 1;
        malicious += u64::from(verdict == "malicious");
        score = score.max(told.unwrap_or(0)).max(by_verdict.unwrap_or(0));
        youngest = youngest.max(field::time(sample, "analysis_start_time"));
        if let Some(family) = field::text(sample, "vx_family")
            && families.len() < NAMED
            && !families.contains(&family)
        {
            families.push(family);
        }
        if let Some(sha256) = field::text(sample, "sha256")
            && named.len() < NAMED
            && sha256.len() == 64
            && sha256.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            named.push(sha256);
        }
    }
    let evidence = Evidence {
        witnesses: judged,
        half: 2,
        youngest,
    };
    let count = field::count(&whole, "count").unwrap_or(samples.len() as u64);
    Ok(Answer::scored(score, evidence, at).with([
        ("samples", Some(count.into())),
        ("malicious_samples", Some(malicious.into())),
        ("families", (!families.is_empty()).then(|| json!(families))),
        ("sha256", (!named.is_empty()).then(|| json!(named))),
        (
            "last_analysis",
            youngest.map(|time| time.to_string().into()),
        ),
    ]))
}
