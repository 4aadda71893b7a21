//! Other inputs as events: free text, tables, syslog and CEF, Suricata's EVE, e-mail.
//!
//! Each reader gives the same list, [`Sightings`]: what was seen, in which role, where, when, how often. It is written as a
//! STIX 2.1 bundle or as a MISP event. Only what may be looked for elsewhere becomes an indicator (`to_ids`): public
//! values of reports, tables and mails, and of logs those that an alert names; never recipients, never what is private or
//! reserved.

mod cef;
mod csv;
mod email;
mod eve;
mod misp;
mod sightings;
mod stix;

use aidos_model::{Timestamp, Tlp};
use serde_json::Value;

use crate::indicator::scan;
pub(crate) use csv::{delimiter, each_row, stamp as time};
pub(crate) use email::date;
pub use sightings::{Mail, Role, Sighted, Sightings, Spot};
pub(crate) use stix::stamp;

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Free text: a report, a page, a log of unknown kind.
    Text,
    /// A table.
    Csv,
    /// Lines of syslog, with CEF in them or without.
    Cef,
    /// Suricata's events, one JSON object a line.
    Eve,
    /// One message of e-mail, RFC 5322.
    Email,
}

impl Format {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Text, Self::Csv, Self::Cef, Self::Eve, Self::Email];

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Csv => "csv",
            Self::Cef => "cef",
            Self::Eve => "eve",
            Self::Email => "email",
        }
    }
}

/// What sightings are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A STIX 2.1 bundle.
    Stix,
    /// A MISP event, `{"Event": {…}}`.
    Misp,
}

/// What a document says beside what was seen.
#[derive(Clone, Debug)]
pub struct Options<'o> {
    /// Its title; usually the name of the file.
    pub title: &'o str,
    /// When it is made, `created` of its objects.
    pub made: Timestamp,
    /// Its label.
    pub tlp: Option<Tlp>,
}

/// Why an input is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A line is not what the format says.
    #[error("line {line} is no {what}; name another format with --from")]
    Line {
        /// Line from 1.
        line: u64,
        /// What was expected.
        what: &'static str,
    },
    /// More values than are kept.
    #[error("more than {most} different values; split the input")]
    TooMany {
        /// How many are kept.
        most: usize,
    },
    /// Nothing was found.
    #[error(
        "nothing was found in it: no address, name, digest or other indicator; name its format with --from if `{tried}` is wrong"
    )]
    Nothing {
        /// As what it was read.
        tried: &'static str,
    },
}

/// Tells what an input is, from its beginning.
///
/// ```
/// # use aidos_convert::read::{Format, sniff};
/// assert_eq!(sniff(b"{\"timestamp\":\"2026-03-07T10:38:03.1+0000\",\"event_type\":\"dns\"}\n"), Format::Eve);
/// assert_eq!(sniff(b"From: a@b.example\nSubject: hi\n\nhello"), Format::Email);
/// assert_eq!(sniff(b"ip,comment\n198.51.100.7,scanner\n"), Format::Csv);
/// assert_eq!(sniff(b"A report. See 198.51.100.7, and others."), Format::Text);
/// ```
pub fn sniff(bytes: &[u8]) -> Format {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(16 << 10)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    let first = head.lines().next().unwrap_or_default();
    if first.starts_with('{') && first.contains("\"event_type\"") {
        Format::Eve
    } else if head.contains("CEF:0|")
        || head.contains("CEF:1|")
        || first.starts_with('<') && cef::priority(first).is_some()
    {
        Format::Cef
    } else if email::looks_like(head) {
        Format::Email
    } else if csv::looks_like(head) {
        Format::Csv
    } else {
        Format::Text
    }
}

/// Reads an input of a format.
///
/// # Errors
/// [`Error`], with the line.
pub fn read(bytes: &[u8], format: Format) -> Result<Sightings, Error> {
    let mut seen = Sightings::new(format);
    match format {
        Format::Text => scan(bytes, &mut |find| {
            let spot = Spot::Byte(find.start);
            seen.add(Sighted::of(&find, Role::Named, spot, true));
        }),
        Format::Csv => csv::read(bytes, &mut seen),
        Format::Cef => cef::read(bytes, &mut seen),
        Format::Eve => eve::read(bytes, &mut seen)?,
        Format::Email => email::read(bytes, &mut seen),
    }
    seen.whole()
}

/// The one call: an input as a document.
///
/// # Errors
/// [`Error`]: see [`read`]; also when nothing was found.
///
/// ```
/// # use aidos_convert::read::{Options, Target, convert};
/// # use aidos_model::Timestamp;
/// let made = Timestamp::parse("2026-03-07T10:38:03Z").expect("a time");
/// let options = Options { title: "note.txt", made, tlp: None };
/// let event = convert(b"C2 at evil[.]com", None, Target::Misp, &options)?;
/// assert_eq!(event["Event"]["Attribute"][0]["value"], "evil.com");
/// # Ok::<(), aidos_convert::read::Error>(())
/// ```
pub fn convert(
    bytes: &[u8],
    from: Option<Format>,
    to: Target,
    options: &Options<'_>,
) -> Result<Value, Error> {
    let format = from.unwrap_or_else(|| sniff(bytes));
    let seen = read(bytes, format)?;
    if seen.is_empty() {
        return Err(Error::Nothing {
            tried: format.word(),
        });
    }
    Ok(match to {
        Target::Stix => seen.stix(options),
        Target::Misp => seen.misp(options),
    })
}

#[cfg(test)]
mod tests;
