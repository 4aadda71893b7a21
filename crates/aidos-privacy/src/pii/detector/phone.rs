//! Telephone numbers: international (ITU-T E.164) and the national forms of North America and
//! Europe. Strict, because logs are full of digits: a bare number needs a word beside it.

use crate::pii::check::number;
use crate::pii::window::{Report, Run, Window};
use crate::pii::words::topic;
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::PhoneNumber,
    subtype: None,
    detector: "phone",
    score: 0.85,
    proof: Proof::Context,
    why: "+, a country's calling code, and its length",
};

/// How near a word must be to vouch for bare digits.
const NEAR: usize = 32;

/// A group of digits: where it starts and ends, and the separator before it.
#[derive(Clone, Copy, Default)]
struct Group {
    start: usize,
    end: usize,
    separator: u8,
}

impl Group {
    fn len(self) -> usize {
        self.end - self.start
    }
}

/// The digits that follow a place in groups, eight at most; each joined by one separator, or by
/// a bracket and a blank.
struct Groups {
    all: [Group; 8],
    count: usize,
}

impl Groups {
    fn read(w: &Window<'_>, start: usize) -> Groups {
        let mut groups = Groups {
            all: [Group::default(); 8],
            count: 0,
        };
        let mut place = start;
        let mut separator = 0;
        while let Some(slot) = groups.all.get_mut(groups.count) {
            let end = w.digits(place, 16);
            if end == place {
                break;
            }
            *slot = Group {
                start: place,
                end,
                separator,
            };
            groups.count += 1;
            separator = w.at(end);
            place = match (separator, w.at(end + 1), w.at(end + 2)) {
                (b')' | b'/', b' ' | b'-', _) | (b' ', b'(' | b'-' | b'/', b'0'..=b'9') => end + 2,
                (b' ', b'-' | b'/', b' ') => end + 3,
                (b' ' | b'-' | b'.' | b'/' | b')', _, _) => end + 1,
                _ => break,
            };
        }
        groups
    }

    fn get(&self) -> &[Group] {
        self.all.get(..self.count).unwrap_or_default()
    }

    /// The longest prefix of at least two groups (or one) whose digits number within a range.
    fn upto(&self, least: usize, most: usize) -> Option<usize> {
        let mut total = 0;
        let mut best = None;
        for group in self.get() {
            total += group.len();
            if total > most {
                break;
            }
            if total >= least {
                best = Some(group.end);
            }
        }
        best
    }
}

/// The digits of a calling code, and how long national numbers are there.
fn calling_code(digits: &[u8]) -> Option<(usize, usize, usize)> {
    let head = |n: usize| digits.get(..n).and_then(number);
    Some(match (head(1), head(2), head(3)) {
        (Some(1 | 7), _, _) => (1, 10, 10),
        (_, Some(44), _) => (2, 9, 10),
        (_, Some(30), _) => (2, 10, 10),
        (_, Some(33 | 34 | 31 | 41 | 48), _) => (2, 9, 9),
        (_, Some(32 | 45), _) => (2, 8, 9),
        (_, Some(39), _) => (2, 6, 11),
        (_, Some(43 | 49), _) => (2, 6, 12),
        (
            _,
            Some(
                20 | 27 | 36 | 40 | 46 | 47 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98,
            ),
            _,
        ) => (2, 8, 11),
        (
            _,
            _,
            Some(
                211..=299
                | 350..=389
                | 420..=423
                | 500..=599
                | 670..=692
                | 850..=856
                | 880..=886
                | 960..=998,
            ),
        ) => (3, 7, 10),
        _ => return None,
    })
}

/// Looks for an international number at a `+`.
pub(crate) fn at_plus(w: &mut Window<'_>, plus: usize) {
    if !w.wants(Kind::PhoneNumber)
        || w.word_before(plus)
        || matches!(w.before(plus), b'+' | b'.' | b':') && w.number_before(plus)
    {
        return;
    }
    let start = if w.before(plus) == b'(' && w.slice(plus, plus + 8).contains(&b')') {
        plus - 1
    } else {
        plus
    };
    if let Some(end) = international(w, plus + 1) {
        w.report(
            start,
            extension(w, end),
            Report {
                proof: Proof::Checked,
                score: 0.9,
                ..FOUND
            },
        );
    }
}

/// Where a number that begins with a calling code at `place` ends.
fn international(w: &Window<'_>, place: usize) -> Option<usize> {
    let mut digits = [0u8; 16];
    let mut count = 0;
    let mut at = place;
    let mut ends = [0usize; 17];
    let mut gap = 0;
    let mut trunk = false;
    // Digits and where each ends; `(0)` is a trunk prefix that is not dialled from abroad.
    while count < 16 && at - place < 32 {
        let b = w.at(at);
        if w.slice(at, at + 3) == b"(0)" {
            trunk = true;
            at += 3;
            gap = 0;
            continue;
        }
        if b.is_ascii_digit() {
            if let (Some(digit), Some(end)) = (digits.get_mut(count), ends.get_mut(count + 1)) {
                *digit = b;
                *end = at + 1;
            }
            count += 1;
            gap = 0;
        } else if matches!(b, b' ' | b'-' | b'.' | b'/' | b'(' | b')') && gap < 2 && count > 0 {
            gap += 1;
        } else {
            break;
        }
        at += 1;
    }
    let digits = digits.get(..count)?;
    if digits.first() == Some(&b'0') {
        return None;
    }
    let (code, least, most) = calling_code(digits)?;
    // A trunk zero that was written without brackets.
    let extra = usize::from(!trunk && digits.get(code) == Some(&b'0') && most < 12);
    // The longest cut at the end of a group.
    (code + least..=(code + most + extra).min(count))
        .rev()
        .filter_map(|n| ends.get(n).copied())
        .find(|&end| !w.word_at(end) && (!w.number_at(end) || w.at(end) == b','))
}

/// Where the extension behind a number ends: `x123`, ` ext. 123`.
fn extension(w: &Window<'_>, end: usize) -> usize {
    let start = w.skip_blanks(end, 1);
    let words = [
        "ext. ",
        "ext.",
        "ext ",
        "extension ",
        "x",
        "Durchwahl ",
        "DW ",
        "poste ",
        "int. ",
        "interno ",
        "εσωτ. ",
    ];
    for word in words {
        if w.text
            .get(start..start + word.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(word))
        {
            let digits = w.digits(start + word.len(), 6);
            if digits > start + word.len() && !w.word_at(digits) {
                return digits;
            }
        }
    }
    end
}

/// Looks for a national number at a run of digits, or at the bracket before it.
pub(crate) fn at_digits(w: &mut Window<'_>, run: Run) {
    if !w.wants(Kind::PhoneNumber) || run.len() > 15 {
        return;
    }
    let bracket = w.before(run.start) == b'(';
    let start = if bracket { run.start - 1 } else { run.start };
    let before = w.before(start);
    if w.word_before(start)
        || w.number_before(start)
        || matches!(
            before,
            b'+' | b'-' | b'_' | b'.' | b'#' | b'$' | b'/' | b'%' | b'@' | b'\\'
        )
    {
        return;
    }
    // The value of another key (`id=31619-02`) is not vouched for by a word further off.
    let near = if before == b'=' { 1 } else { NEAR };
    let vouched = || {
        w.nearest_before(topic::PHONE, start)
            .is_some_and(|gap| gap <= near)
    };
    // Most numbers in a log end here: no separator, no word.
    let next = w.at(run.end);
    let joined = matches!(next, b' ' | b'-' | b'.' | b'/' | b')') && {
        let beyond = w.at(run.end + 1);
        beyond.is_ascii_digit() || matches!(beyond, b' ' | b'-' | b'(' | b'/')
    };
    let abroad = w.slice(run.start, run.start + 2) == b"00";
    if !(joined || abroad || run.len() >= 7) {
        return;
    }
    let vouched = vouched();
    if !(joined || abroad || vouched) {
        return;
    }
    if abroad
        && let Some(end) = international(w, run.start + 2)
        && (vouched || w.slice(run.start, end).contains(&b' '))
    {
        let why = "00, a country's calling code, and its length";
        w.report(
            start,
            end,
            Report {
                score: if vouched { 0.9 } else { 0.6 },
                why,
                ..FOUND
            },
        );
        return;
    }
    let groups = Groups::read(w, run.start);
    // The shape of a social security number is another detector's to judge.
    let mut lens = groups.get().iter().map(|g| g.len());
    if (lens.next(), lens.next(), lens.next()) == (Some(3), Some(2), Some(4)) {
        return;
    }
    let found = north_american(w, &groups, bracket, vouched)
        .or_else(|| trunk(w, &groups, vouched))
        .or_else(|| grouped(w, &groups))
        .or_else(|| vouched.then(|| bare(w, &groups)).flatten());
    let Some((end, score, why)) = found else {
        return;
    };
    // The whole number in brackets, not its area.
    let area = groups.get().first().is_some_and(|g| w.at(g.end) == b')');
    let start = if bracket && !area { run.start } else { start };
    if w.word_at(end) && extension(w, end) == end
        || w.number_at(end) && w.at(end) != b','
        || matches!(w.at(end), b'%' | b'_')
    {
        return;
    }
    let proof = if vouched {
        Proof::Context
    } else {
        Proof::Shape
    };
    w.report(
        start,
        extension(w, end),
        Report {
            score,
            proof,
            why,
            ..FOUND
        },
    );
}

/// Where a number ends, its score, and why.
type Verdict = Option<(usize, f32, &'static str)>;

/// `(415) 555-0132`, `415-555-0132`, `1-415-555-0132`.
fn north_american(w: &Window<'_>, groups: &Groups, bracket: bool, vouched: bool) -> Verdict {
    let groups = match groups.get() {
        [one, rest @ ..] if one.len() == 1 && w.at(one.start) == b'1' => rest,
        all => all,
    };
    let [area, exchange, line, ..] = groups else {
        return None;
    };
    let lens = (area.len(), exchange.len(), line.len()) == (3, 3, 4);
    let valid = |g: &Group| matches!(w.at(g.start), b'2'..=b'9');
    if !lens || !valid(area) || !valid(exchange) {
        return None;
    }
    // `(415 555 0132` closes nowhere.
    if bracket && w.at(area.end) != b')' {
        return None;
    }
    let score = match (vouched, exchange.separator, line.separator) {
        (true, _, _) => 0.95,
        (_, b')', b'-' | b' ' | b'.') => 0.8,
        (_, b'-', b'-') => 0.7,
        (_, b'.', b'.') => 0.6,
        _ => 0.45,
    };
    Some((
        line.end,
        score,
        "three, three and four digits of the North American plan",
    ))
}

/// A number with the trunk prefix 0: `0171 1234567`, `01 23 45 67 89`, `089/123456`.
fn trunk(w: &Window<'_>, groups: &Groups, vouched: bool) -> Verdict {
    let all = groups.get();
    let (first, second) = (all.first()?, all.get(1));
    if w.at(first.start) != b'0' || w.at(first.start + 1) == b'0' || !(2..=6).contains(&first.len())
    {
        return None;
    }
    let rest = second?.len();
    if rest < 2 {
        return None;
    }
    // Behind the first group one separator is kept, and no group is a single digit.
    let separator = all.get(2).map_or(0, |g| g.separator);
    let mut total = 0;
    let mut end = None;
    let least = if vouched { 7 } else { 9 };
    for (place, group) in all.iter().enumerate() {
        // A single digit is the extension of a switchboard: `040 123456-0`.
        let switchboard =
            group.separator == b'-' && group.len() == 1 && place >= 1 && place + 1 == all.len();
        if !switchboard && (group.len() < 2 || place >= 2 && group.separator != separator) {
            break;
        }
        total += group.len();
        if total > 12 {
            break;
        }
        if total >= least && place >= 1 {
            end = Some(group.end);
        }
    }
    // Pairs of digits with a year at the end are a date, not a number.
    let date = first.len() == 2 && rest == 2 && all.get(2).is_some_and(|g| g.len() == 4);
    if date && !vouched {
        return None;
    }
    Some((
        end?,
        if vouched { 0.95 } else { 0.65 },
        "a trunk prefix and groups of nine to twelve digits",
    ))
}

/// Numbers without a trunk prefix in groups that other numbers are not written in: Spanish, Italian and Greek ones.
fn grouped(w: &Window<'_>, groups: &Groups) -> Verdict {
    let all = groups.get();
    let (first, last) = (all.first()?, all.last()?);
    let joint = all.get(1)?.separator;
    let even = matches!(joint, b' ' | b'-') && all.iter().skip(1).all(|g| g.separator == joint);
    let lens = all.iter().take(4).map(|g| g.len());
    let lens = lens.fold(0, |sum, len| sum * 10 + len.min(9));
    let fits = match (w.at(first.start), w.at(first.start + 1)) {
        (b'2', b'1') => lens == 37 && w.at(first.start + 2) == b'0',
        (b'2', b'3') => lens == 46 && w.slice(first.start, first.end) == b"2310",
        (b'3', b'2'..=b'9') => matches!(lens, 37 | 3223),
        (b'6', b'9') if matches!(lens, 433 | 4222) => true,
        // With blanks they are as well a large number.
        (b'6' | b'7' | b'9', _) if lens == 333 => joint == b'-',
        (b'8' | b'9', _) => lens == 2322,
        _ => false,
    };
    (even && fits && all.len() <= 4).then_some((
        last.end,
        0.55,
        "nine or ten digits in the groups of a country's telephone numbers",
    ))
}

/// Any seven to twelve digits that a word vouches for.
fn bare(w: &Window<'_>, groups: &Groups) -> Verdict {
    let first = groups.get().first()?;
    // Dates, addresses and versions have their own detectors.
    let dotted = groups.get().iter().filter(|g| g.separator == b'.').count() == 3;
    let iso = first.len() == 4
        && groups
            .get()
            .get(1)
            .is_some_and(|g| g.len() == 2 && g.separator == b'-');
    let date = groups.get().get(2).is_some_and(|g| g.len() == 4) && first.len() <= 2;
    if dotted || iso || date {
        return None;
    }
    // `20230101-1234` counts something of a day.
    let part = |from: usize, to: usize| number(w.slice(first.start + from, first.start + to));
    let packed = first.len() == 8
        && matches!(
            (part(0, 4), part(4, 6), part(6, 8)),
            (Some(1900..=2099), Some(1..=12), Some(1..=31))
        );
    if packed {
        return None;
    }
    let single = groups.get().len() == 1;
    let end = groups.upto(if single { 8 } else { 7 }, 12)?;
    // Long bare numbers that begin with 1 are more often counts of seconds.
    let epoch = single && matches!(first.len(), 10) && w.at(first.start) == b'1';
    (!epoch).then_some((
        end,
        0.8,
        "seven to twelve digits behind a word that speaks of telephones",
    ))
}

#[cfg(test)]
mod tests {
    use crate::pii::Kind;
    use crate::pii::scanner::tests::{found, none};

    #[test]
    fn numbers_of_many_countries() {
        for (text, value) in [
            ("call +30 210 1234567 now", "+30 210 1234567"),
            ("+306971234567", "+306971234567"),
            ("tel. +49 (0)30 123456-78", "+49 (0)30 123456-78"),
            ("+1-415-555-0132", "+1-415-555-0132"),
            ("+1 (415) 555-0132 x123", "+1 (415) 555-0132 x123"),
            ("+44 20 7946 0958.", "+44 20 7946 0958"),
            ("+33 1 23 45 67 89, merci", "+33 1 23 45 67 89"),
            ("(415) 555-0132", "(415) 555-0132"),
            ("415-555-0132", "415-555-0132"),
            ("reach me on 020 7946 0958", "020 7946 0958"),
            ("07700 900123", "07700 900123"),
            ("Telefon 030 1234567", "030 1234567"),
            ("089/12345678", "089/12345678"),
            ("01 23 45 67 89", "01 23 45 67 89"),
            ("06.12.34.56.78", "06.12.34.56.78"),
            ("teléfono 612 345 678", "612 345 678"),
            ("cellulare 347 1234567", "347 1234567"),
            ("τηλέφωνο 2101234567", "2101234567"),
            ("κινητό: 697 123 4567", "697 123 4567"),
            ("0030 210 1234567", "0030 210 1234567"),
            ("tel:+31201234567", "+31201234567"),
            ("06-12345678", "06-12345678"),
            ("unter 040 410705-0 informieren", "040 410705-0"),
            ("Colette (01 49 91 44 89).", "01 49 91 44 89"),
            ("(02 69 85 29 39 poste 67)", "02 69 85 29 39 poste 67"),
            ("en el 93 435 37 19 hoy", "93 435 37 19"),
            ("στο 6961 638 676;", "6961 638 676"),
            ("M 348 6759819", "348 6759819"),
            ("al 347 24 15 408.", "347 24 15 408"),
            ("al 694-144-394, gracias", "694-144-394"),
            ("στο 210 3577026", "210 3577026"),
            ("2310 562631", "2310 562631"),
        ] {
            found(text, Kind::PhoneNumber, value);
        }
    }

    #[test]
    fn numbers_of_logs_are_no_telephones() {
        for text in [
            "2023-03-07 10:15:00 host",
            "10.20.30.40:5060",
            "len 1234567890",
            "id=1667303045",
            "200 1234567",
            "v1.23.456.7890",
            "0x0123456789",
            "123-45-6789",
            "20230307101500",
            "[1234567.890123]",
            "00:1a:2b:3c:4d:5e",
            "1.3.6.1.4.1.14988",
            "UTC+02:00 10",
            "07/03/2023 10:15",
            "4111 1111 1111 1111",
            "dst 203.0.113.7:443",
            "call 2023-03-07",
            "kernel: [ 1234.567890]",
            "seq 0123456789 ack 0987654321",
            "550 5.1.1 0 12",
            "contact postmaster, id=31619-02 - spam",
            "call id 20230101-1234",
            "phone none, SSN 078-05-1120",
            "a1b2-415-555-0132",
            "DE89 3704 0044 0532 0130 00",
        ] {
            none(text, Kind::PhoneNumber);
        }
    }
}
