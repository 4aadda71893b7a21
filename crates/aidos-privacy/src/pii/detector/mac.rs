//! Hardware addresses: six octets with colons or hyphens, three groups with dots, or bare
//! where a word says so.

use crate::pii::window::{Report, Run, Window};
use crate::pii::words::topic;
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::MacAddress,
    subtype: None,
    detector: "mac",
    score: 0.95,
    proof: Proof::Checked,
    why: "six octets in hexadecimal digits",
};

/// Looks for an address at a run of hexadecimal digits.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::MacAddress) || w.word_before(run.start) {
        return;
    }
    let (size, groups) = match run.len() {
        2 => (2, 6),
        4 => (4, 3),
        12 => {
            if w.nearest_before(topic::ADDRESS_MAC, run.start)
                .is_some_and(|gap| gap <= 12)
            {
                let why = "twelve hexadecimal digits, and a word before it names the type";
                w.report(
                    run.start,
                    run.end,
                    Report {
                        score: 0.8,
                        why,
                        proof: Proof::Context,
                        ..FOUND
                    },
                );
            }
            return;
        }
        _ => return,
    };
    let separator = w.at(run.end);
    let known = if size == 2 {
        matches!(separator, b':' | b'-')
    } else {
        separator == b'.'
    };
    // A separator with a digit before it: the middle of something longer.
    if !known
        || w.before(run.start) == separator
            && run.start > 1
            && w.at(run.start - 2).is_ascii_hexdigit()
    {
        return;
    }
    let mut place = run.start;
    for group in 0..groups {
        if group > 0 {
            if w.at(place) != separator {
                return;
            }
            place += 1;
        }
        if !w
            .slice(place, place + size)
            .iter()
            .all(u8::is_ascii_hexdigit)
        {
            return;
        }
        place += size;
    }
    if netfilter(w, run.start, place) {
        // Destination, source, and the type of the frame: `MAC=` of the kernel's log.
        w.report(run.start, place, FOUND);
        w.report(place + 1, place + 18, FOUND);
        return;
    }
    let longer = w.at(place) == separator && w.at(place + 1).is_ascii_hexdigit();
    if place <= w.bytes.len() && !longer && !w.word_at(place) {
        w.report(run.start, place, FOUND);
    }
}

/// Whether fourteen octets with colons start at a place behind `MAC=`; six end at `six`.
fn netfilter(w: &Window<'_>, start: usize, six: usize) -> bool {
    let rest = w.slice(six, six + 24);
    let octets = rest.chunks(3).all(|octet| match octet {
        [b':', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        _ => false,
    });
    let key = start.checked_sub(4).map(|from| w.slice(from, start));
    rest.len() == 24 && octets && key == Some(b"MAC=") && !w.word_at(six + 24)
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn addresses_in_each_spelling() {
        for (text, value) in [
            ("src-mac 00:1A:2b:3c:4d:5e, proto", "00:1A:2b:3c:4d:5e"),
            ("MAC-Adresse 00-1a-2b-3c-4d-5e.", "00-1a-2b-3c-4d-5e"),
            ("001a.2b3c.4d5e", "001a.2b3c.4d5e"),
            ("mac=001A2B3C4D5E", "001A2B3C4D5E"),
            (
                "IN=eth0 MAC=00:1a:2b:3c:4d:5e:00:1a:2b:3c:4d:5f:08:00 SRC",
                "00:1a:2b:3c:4d:5e",
            ),
            (
                "IN=eth0 MAC=00:1a:2b:3c:4d:5e:00:1a:2b:3c:4d:5f:08:00 SRC",
                "00:1a:2b:3c:4d:5f",
            ),
        ] {
            found(text, Kind::MacAddress, value);
        }
    }

    #[test]
    fn damaged_and_longer_ones() {
        for text in [
            "1:1:1:1:1:1",
            "00:1a:2b:3c:4d",
            "00:1a:2b:3c:4d:5e:6f:70",
            "00:1a:2b:3c:4d:5g",
            "001A2B3C4D5E",
            "00:1a-2b:3c-4d:5e",
            "2023-03-07",
        ] {
            none(text, Kind::MacAddress);
        }
    }
}
