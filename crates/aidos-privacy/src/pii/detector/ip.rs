//! Addresses of the internet protocol, versions 4 and 6 (RFC 4291, RFC 5952).

use std::net::Ipv6Addr;

use crate::pii::window::{Report, Run, Window};
use crate::pii::words::topic;
use crate::pii::{Kind, Proof};

const V4: Report = Report {
    kind: Kind::IpAddress,
    subtype: None,
    detector: "ip",
    score: 0.95,
    proof: Proof::Checked,
    why: "four numbers up to 255 with dots",
};

/// Looks for an IPv4 address at a run of one to three digits.
pub(crate) fn v4(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::IpAddress) || w.word_before(run.start) {
        return;
    }
    // A dot before it is a part of a longer number, such as an object id or a version.
    if w.before(run.start) == b'.' && run.start > 1 && w.at(run.start - 2).is_ascii_alphanumeric() {
        return;
    }
    let Some(end) = v4_end(w, run.start) else {
        return;
    };
    let goes_on = w.at(end) == b'.' && w.at(end + 1).is_ascii_digit();
    if goes_on || w.word_at(end) || w.at(end) == b'_' {
        return;
    }
    let glued = matches!(w.before(run.start), b'-' | b'_')
        && run.start > 1
        && w.at(run.start - 2).is_ascii_alphabetic();
    let version = glued
        || w.nearest_before(topic::VERSION, run.start)
            .is_some_and(|gap| gap <= 2);
    let score = if version { 0.3 } else { V4.score };
    w.report(run.start, end, Report { score, ..V4 });
    // No name is looked for around its dots, unless one goes on behind it.
    if !matches!(w.at(end), b'-' | b'.' | 0x80..) {
        w.host_end = w.host_end.max(end);
    }
}

/// Where four octets that start at `start` end.
fn v4_end(w: &Window<'_>, start: usize) -> Option<usize> {
    let mut place = start;
    for octet in 0..4 {
        if octet > 0 {
            if w.at(place) != b'.' {
                return None;
            }
            place += 1;
        }
        let end = w.digits(place, 4);
        let value = crate::pii::check::number(w.slice(place, end))?;
        if end - place > 3 || value > 255 {
            return None;
        }
        place = end;
    }
    Some(place)
}

/// Looks for an IPv6 address at a run of hexadecimal digits before a colon, or at `::`.
pub(crate) fn v6(w: &mut Window<'_>, start: usize) {
    if !w.wants(Kind::IpAddress)
        || w.word_before(start)
        || w.before(start) == b':' && in_groups(w, start - 1)
    {
        return;
    }
    let mut end = start;
    let mut colons = 0;
    // 39 bytes of groups, or 45 with an IPv4 tail.
    while end - start < 46 {
        match w.at(end) {
            b':' => colons += 1,
            b'.' if w.at(end + 1).is_ascii_digit() => {}
            b if b.is_ascii_hexdigit() => {}
            _ => break,
        }
        end += 1;
    }
    if w.before(end) == b':' && w.slice(end.saturating_sub(2), end) != b"::" {
        end -= 1;
        colons -= 1;
    }
    let shortened = || w.slice(start, end).windows(2).any(|two| two == b"::");
    // Most are times of day.
    if colons < 2 || w.word_at(end) || colons < 6 && !shortened() {
        return;
    }
    let Ok(text) = std::str::from_utf8(w.slice(start, end)) else {
        return;
    };
    // `::` alone and words like `dead::beef` are more often code than addresses.
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    if !digits || text.parse::<Ipv6Addr>().is_err() || (text.len() < 4 && text != "::1") {
        return;
    }
    let why = "groups of hexadecimal digits that RFC 4291 reads";
    w.report(start, end, Report { why, ..V4 });
}

/// Whether the colon at a place follows another one or a group of one to four digits: what
/// comes next is then the middle of an address. `(smtpd:2604::1)` is none.
fn in_groups(w: &Window<'_>, colon: usize) -> bool {
    let mut start = colon;
    while colon - start < 5 && w.before(start).is_ascii_hexdigit() {
        start -= 1;
    }
    w.before(colon) == b':' || start < colon && colon - start < 5 && !w.word_before(start)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn addresses_of_both_versions() {
        for (text, value) in [
            ("from 203.0.113.77:443,", "203.0.113.77"),
            ("10.0.0.1->10.0.0.2", "10.0.0.2"),
            ("net 192.0.2.0/24", "192.0.2.0"),
            ("(smtpd:2604:8d00:0:1::3)", "2604:8d00:0:1::3"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("fe80::1ff:fe23:4567:890a%eth0", "fe80::1ff:fe23:4567:890a"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("listen ::1.", "::1"),
            ("Adresse 198.51.100.4.", "198.51.100.4"),
            ("διεύθυνση 198.51.100.4", "198.51.100.4"),
        ] {
            found(text, Kind::IpAddress, value);
        }
    }

    #[test]
    fn numbers_that_are_no_address() {
        for text in [
            "256.1.1.1",
            "1.2.3",
            "1.3.6.1.4.1.9",
            "version 1.2.3.4",
            "v1.2.3.4",
            "std::vec",
            "a::b",
            "12:34:56",
            "libfoo-1.2.3.4",
            "1.2.3.4a",
            "::",
            "00:11:22:33:44:55",
        ] {
            none(text, Kind::IpAddress);
        }
    }
}
