//! Postal codes: behind a word for one, or in the shape that an address gives them.

use crate::pii::window::{Report, Run, Window, char_at};
use crate::pii::words::{Hit, topic};
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::ZipCode,
    subtype: None,
    detector: "zip_code",
    score: 0.8,
    proof: Proof::Context,
    why: "the shape of a postal code in an address",
};

/// The report of a code with another score than the usual one.
fn scored(score: f32) -> Report {
    Report { score, ..FOUND }
}

/// The states and territories of the United States.
const STATES: &[u8] = b"ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYPRGUVI";

/// The postal areas of the United Kingdom.
const AREAS: &str = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX \
    FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR \
    NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD \
    WF WN WR WS WV YO ZE ";

/// Looks for a code behind a word for one.
pub(crate) fn after_key(w: &mut Window<'_>, hit: Hit) {
    let mut start = hit.end;
    while start - hit.end < 4 && matches!(w.at(start), b' ' | b':' | b'=' | b'"' | b'.' | b'\'') {
        start += 1;
    }
    for link in ["is ", "ist ", "είναι ", "est ", "es ", "è "] {
        if w.text.get(start..).is_some_and(|t| t.starts_with(link)) {
            start += link.len();
        }
    }
    let asked = || answer(w, hit.end).and_then(|at| Some((at, code_end(w, at)?)));
    let told = || (start > hit.end && !w.word_before(start)).then_some(start);
    let code = told().and_then(|at| Some((at, code_end(w, at)?)));
    if let Some((start, end)) = code.or_else(asked) {
        let why = "a code behind a word for postal codes";
        w.report(
            start,
            end,
            Report {
                score: 0.9,
                why,
                proof: Proof::Checked,
                ..FOUND
            },
        );
    }
}

/// Where the line begins that answers a question: `your postcode please?`, then `46842`, `[Ada] 46842` or `Ada: 46842`. The
/// answer says nothing else.
fn answer(w: &Window<'_>, key_end: usize) -> Option<usize> {
    let behind = w.slice(key_end, (key_end + 120).min(w.bytes.len()));
    let line = behind.iter().position(|b| *b == b'\n')?;
    let asks = behind.get(..line)?.trim_ascii_end().ends_with(b"?");
    let says = behind.get(line + 1..)?;
    let says = says.split(|b| *b == b'\n').next()?.trim_ascii_end();
    let code = says.iter().rposition(|b| matches!(b, b']' | b':' | b'>'));
    let start = key_end + line + 1 + code.map_or(0, |at| at + 1);
    let start = w.skip_blanks(start, 2);
    let whole = key_end + line + 1 + says.len();
    let is_whole = |end: usize| w.slice(end.min(whole), whole).iter().all(|b| *b == b'.');
    (asks && code_end(w, start).is_some_and(|end| end <= whole && is_whole(end))).then_some(start)
}

/// Where a code of any known shape that starts at a place ends.
fn code_end(w: &Window<'_>, start: usize) -> Option<usize> {
    const SHAPES: &[&[u8]] = &[
        b"99999-9999",
        b"999 99",
        b"9999 AA",
        b"9999AA",
        b"99-999",
        b"9999-999",
        b"99999-999",
        b"A99 9AA",
        b"A9 9AA",
        b"A9A 9AA",
        b"AA9 9AA",
        b"AA99 9AA",
        b"AA9A 9AA",
        b"A9A 9A9",
        b"A9A9A9",
        b"999999",
        b"99999",
        b"9999",
    ];
    SHAPES.iter().find_map(|shape| {
        let fits = shape
            .iter()
            .enumerate()
            .all(|(place, &wanted)| match wanted {
                b'9' => w.at(start + place).is_ascii_digit(),
                b'A' => w.at(start + place).is_ascii_alphabetic(),
                other => w.at(start + place) == other,
            });
        let end = start + shape.len();
        (fits && !w.word_at(end) && !(w.number_at(end) && w.at(end) != b',')).then_some(end)
    })
}

/// Whether a word with a capital follows after one blank.
fn place_follows(w: &Window<'_>, end: usize) -> bool {
    w.at(end) == b' '
        && char_at(w.text, end + 1).is_some_and(char::is_uppercase)
        && w.text
            .get(end + 1..)
            .and_then(|t| t.chars().nth(1))
            .is_some_and(char::is_lowercase)
}

/// Whether a street is named shortly before, by the last part of a German word.
fn compound(w: &Window<'_>, start: usize) -> bool {
    let before = String::from_utf8_lossy(w.slice(start.saturating_sub(40), start)).to_lowercase();
    [
        "straße ", "strasse ", "str. ", "weg ", "platz ", "gasse ", "allee ", "straat ", "gatan ",
    ]
    .iter()
    .any(|part| before.contains(part))
}

/// Looks for a code at a run of digits.
pub(crate) fn at_digits(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::ZipCode) || w.word_before(run.start) || w.number_before(run.start) {
        return;
    }
    let street = || w.nearest_before(topic::STREET, run.start).is_some() || compound(w, run.start);
    match run.len() {
        5 => {
            let plus = w.digits(run.end + 1, 5);
            let end = if w.at(run.end) == b'-' && plus == run.end + 5 {
                plus
            } else {
                run.end
            };
            let outside = w.word_at(end) || w.number_at(end) && w.at(end) != b',';
            // `New York, NY 10001`.
            let state = w.slice(run.start.saturating_sub(3), run.start.saturating_sub(1));
            let state = w.before(run.start) == b' '
                && STATES.chunks(2).any(|s| s == state)
                && run
                    .start
                    .checked_sub(4)
                    .is_some_and(|p| matches!(w.at(p), b' ' | b','));
            let prefix = w.before(run.start) == b'-'
                && run.start > 1
                && w.at(run.start - 2).is_ascii_uppercase();
            if outside {
            } else if state {
                w.report(run.start, end, FOUND);
            } else if place_follows(w, end) && (street() || prefix) {
                w.report(run.start, end, scored(0.65));
            } else if end > run.end && street() {
                w.report(run.start, end, scored(0.7));
            }
        }
        // The Netherlands: four digits, two capitals, a place or an address.
        4 => {
            let (a, b) = (w.at(run.end + 1), w.at(run.end + 2));
            let letters = w.at(run.end) == b' ' && a.is_ascii_uppercase() && b.is_ascii_uppercase();
            let unused = [
                b"SA", b"SD", b"SS", b"AM", b"PM", b"KB", b"MB", b"GB", b"TB", b"MS", b"AD", b"BC",
            ];
            let end = run.end + 3;
            if letters
                && w.at(run.start) != b'0'
                && !w.word_at(end)
                && !unused.iter().any(|u| **u == [a, b])
                && (place_follows(w, end) || street())
            {
                w.report(run.start, end, scored(0.65));
            }
        }
        // Greece, Sweden, Czechia: `106 75 Αθήνα`.
        3 => {
            let end = run.end + 3;
            let two = w.at(run.end) == b' ' && w.digits(run.end + 1, 3) == end;
            if two && place_follows(w, end) && street() {
                w.report(run.start, end, scored(0.65));
            }
        }
        _ => {}
    }
}

/// Looks for a British or Canadian code at a run of letters and digits: `SW1A 1AA`, `K1A 0B1`.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    if !(2..=4).contains(&run.len())
        || w.at(run.end) != b' '
        || !w.wants(Kind::ZipCode)
        || w.word_before(run.start)
    {
        return;
    }
    let end = run.end + 4;
    let (outward, inward) = (w.slice(run.start, run.end), w.slice(run.end + 1, end));
    let &[x, y, z] = inward else { return };
    if w.word_at(end) || matches!(w.before(run.start), b'-' | b'_' | b'/' | b'.') {
        return;
    }
    if let &[a, b, c] = outward
        && a.is_ascii_uppercase()
        && b.is_ascii_digit()
        && c.is_ascii_uppercase()
        && x.is_ascii_digit()
        && y.is_ascii_uppercase()
        && z.is_ascii_digit()
        && !b"DFIOQUWZ".contains(&a)
    {
        w.report(run.start, end, scored(0.65));
        return;
    }
    let letters = outward
        .iter()
        .take_while(|b| b.is_ascii_uppercase())
        .count();
    let (area, district) = outward.split_at_checked(letters).unwrap_or_default();
    let known =
        std::str::from_utf8(area).is_ok_and(|a| !a.is_empty() && AREAS.contains(&format!(" {a} ")));
    let district = match district {
        [d] | [d, _] if !d.is_ascii_digit() => false,
        [_] => true,
        [_, b] => b.is_ascii_digit() || b.is_ascii_uppercase(),
        _ => false,
    };
    let unit = x.is_ascii_digit()
        && [y, z]
            .iter()
            .all(|c| c.is_ascii_uppercase() && !b"CIKMOV".contains(c));
    if known && district && unit {
        let why = "a British postal area, district and unit";
        w.report(
            run.start,
            end,
            Report {
                score: 0.8,
                why,
                proof: Proof::Checked,
                ..FOUND
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn codes_of_many_countries() {
        for (text, value) in [
            ("New York, NY 10001", "10001"),
            ("Springfield, IL 62704-1234.", "62704-1234"),
            ("zip: 90210", "90210"),
            ("ZIP code 12345-6789", "12345-6789"),
            ("London SW1A 1AA, UK", "SW1A 1AA"),
            ("M1 1AE", "M1 1AE"),
            ("Hauptstraße 5, 10115 Berlin", "10115"),
            ("PLZ: 10115", "10115"),
            ("12 rue de la Paix, 75002 Paris", "75002"),
            ("Calle Mayor 1, 28013 Madrid", "28013"),
            ("CAP 00184", "00184"),
            ("via Roma 1, 00184 Roma", "00184"),
            ("Τ.Κ. 106 75", "106 75"),
            ("οδός Ερμού 1, 106 75 Αθήνα", "106 75"),
            ("Damrak 1, 1012 LG Amsterdam", "1012 LG"),
            ("Ottawa K1A 0B1", "K1A 0B1"),
            ("postcode 1012 LG", "1012 LG"),
            (
                "Your postcode please?\n[Customer] 46842\n[Agent] Thanks",
                "46842",
            ),
            ("Can I have the postcode?\nSW1A 1AA.", "SW1A 1AA"),
            ("Ποιος είναι ο Τ.Κ.;\nΤ.Κ. 106 75", "106 75"),
        ] {
            found(text, Kind::ZipCode, value);
        }
    }

    #[test]
    fn numbers_that_are_no_code() {
        for text in [
            "port 12345",
            "len 10001",
            "1024 KB Free",
            "pid 62704 Started",
            "zip file 12345678901",
            "What is a postcode?\n12345 letters came",
            "the postcode\n46842",
            "12345 Berlin",
            "AB1 2CD",
        ] {
            none(text, Kind::ZipCode);
        }
    }
}
