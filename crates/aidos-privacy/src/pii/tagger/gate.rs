//! Which lines of a text may hold names in running text, a form or an address: told by counting, so
//! that the lines of logs cost little.

/// Bytes of a part of a text at which it ends with the line; a longer line is cut at a blank.
const PART: usize = 4096;

/// Lines of no more bytes go on with what stands before them: the last line of an address.
const SHORT: usize = 12;

/// Calls `each` with the start and end of every part of a text that is worth the tagger's time.
///
/// A part is lines one below the other, 4 KiB of them at most, or somewhat more where the last
/// line is long. Which parts there are depends on the text alone.
pub(crate) fn parts(text: &str, mut each: impl FnMut(usize, usize)) {
    let mut open: Option<usize> = None;
    let mut place = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let next = place + line.len();
        let verdict = look(line.as_bytes());
        let goes_on = match verdict {
            Verdict::Prose => true,
            Verdict::Short => open.is_some(),
            Verdict::Other => false,
        };
        if goes_on {
            let start = *open.get_or_insert(place);
            end = next;
            if end - start >= PART {
                cut(text, start, end, &mut each);
                open = None;
            }
        } else if let Some(start) = open.take() {
            each(start, end);
        }
        place = next;
    }
    if let Some(start) = open {
        each(start, end);
    }
}

/// Cuts a part that holds a long line at blanks.
fn cut(text: &str, mut start: usize, end: usize, each: &mut impl FnMut(usize, usize)) {
    while end - start > 2 * PART {
        let most = text.floor_char_boundary(start + 2 * PART);
        let part = text.get(start..most).unwrap_or_default();
        let at = part.rfind(char::is_whitespace).filter(|at| *at > PART);
        let stop = at.map_or(most, |at| start + at);
        each(start, stop);
        start = stop;
    }
    if start < end {
        each(start, end);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Prose,
    /// Too little to tell.
    Short,
    Other,
}

/// What a byte is to the gate.
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;
/// Part of a character beyond ASCII.
const WIDE: u8 = 3;
/// A blank, or a mark that may stand before or behind a word.
const BLANK: u8 = 4;
const EDGE: u8 = 5;
/// Joins two parts of a word.
const JOINT: u8 = 6;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut b = 0;
    while b < 256 {
        #[allow(clippy::cast_possible_truncation)] // b < 256 by the loop
        let byte = b as u8;
        class[b] = match byte {
            b'a'..=b'z' => SMALL,
            b'A'..=b'Z' => CAPITAL,
            0x80.. => WIDE,
            b' ' | b'\t' | b'\r' | b'\n' => BLANK,
            b'"' | b'\'' | b'(' | b')' | b',' | b'.' | b';' | b':' | b'!' | b'?' | b'=' | b'>'
            | b'|' | b'*' | b'<' | b'[' | b']' | b'{' | b'}' | b'#' => EDGE,
            b'-' | b'&' => JOINT,
            _ => 0,
        };
        b += 1;
    }
    class
};

/// Counts the words of a line: stretches of letters between blanks, quotes or stops.
///
/// Two words with capitals beside each other are looked at in any line, a single one only where letters
/// outweigh the rest: so do lines of logs differ from sentences.
fn look(line: &[u8]) -> Verdict {
    let (mut seen, mut words, mut titles, mut letters) = (0usize, 0usize, 0usize, 0usize);
    // The word that is open: its length, whether it began with a capital, its small letters.
    let (mut length, mut capital, mut small) = (0usize, false, 0usize);
    // Whether a word may begin, and whether what is open is one at all.
    let mut clean = true;
    // Whether the word before has a capital and only blanks and commas stand since; such pairs.
    let (mut before, mut pairs) = (false, 0usize);
    for &byte in line.iter().chain(std::iter::once(&b' ')) {
        let class = CLASS.get(usize::from(byte)).copied().unwrap_or(0);
        match class {
            SMALL | CAPITAL | WIDE => {
                if length == 0 {
                    capital =
                        class == CAPITAL || class == WIDE && matches!(byte, 0xc3..=0xc5 | 0xce);
                }
                small += usize::from(class != CAPITAL);
                length += 1;
                seen += 1;
            }
            JOINT => {
                seen += 1;
                if length > 0 && clean {
                    // `Jean-Luc` is two words.
                    letters += length;
                    length = 0;
                }
            }
            BLANK | EDGE => {
                if clean && length > 0 {
                    let title = capital && small > 0 && length > 1;
                    letters += length;
                    words += usize::from(length > 1);
                    titles += usize::from(title && length > 2);
                    pairs += usize::from(title && before);
                    before = title;
                } else if !clean {
                    before = false;
                }
                if class == EDGE {
                    seen += 1;
                    before &= byte == b',';
                }
                clean = true;
                (length, small) = (0, 0);
            }
            _ => {
                seen += 1;
                clean = false;
                length = 0;
            }
        }
    }
    // A short line holds little else: `10115 Berlin`.
    let most = if seen < 60 {
        letters * 2 >= seen
    } else {
        letters * 3 >= seen * 2
    };
    if pairs > 0 && letters * 5 >= seen
        || titles > 0 && most
        || words > 1 && letters * 4 >= seen * 3
    {
        Verdict::Prose
    } else if seen <= SHORT {
        Verdict::Short
    } else {
        Verdict::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn passes(line: &str) -> bool {
        look(line.as_bytes()) == Verdict::Prose
    }

    #[test]
    fn prose_forms_and_addresses_pass() {
        for line in [
            "Please call Maria Rossi tomorrow.",
            "can you ask john about it",
            "Name: Maria Rossi",
            "ΟΝΟΜΑ: ΓΕΩΡΓΙΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ",
            "η Μαρία μένει στην Αθήνα",
            "10115 Berlin",
            "12, rue de la Paix",
            "{\"name\":\"Maria Rossi\",\"city\":\"Rome\",\"age\":34}",
            "Mar  3 10:22:11 host app: password of John Smith was reset by Ada Byron",
            "Athens",
            "{\"time\":\"2024-03-01T11:20:01Z\",\"name\":\"Maria Rossi\",\"ip\":\"192.0.2.7\"}",
        ] {
            assert!(passes(line), "{line}");
        }
    }

    #[test]
    fn lines_of_logs_do_not() {
        for line in [
            "Mar/11/2023 00:03:32 firewall,info drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 02:17:10:88:bc:02, proto TCP (SYN), 31.136.31.61:44290->203.0.113.2:111, len 48",
            "2023-03-14T20:30:23.255485+01:00 MikroTik firewall,info A|dmz-in| forward: in:sfp-sfpplus1 out:bridge-srv, connection-state:established src-mac 02:17:10:88:bc:02, proto TCP (ACK), 178.152.192.100:35714->10.20.100.40:993, len 44",
            "2023-03-08 15:59:10,chiara.martin@mail.example,leon.brown@mail.example",
            "10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET /index.html HTTP/1.0\" 200 2326",
            "",
            "----------------------------",
        ] {
            assert!(!passes(line), "{line}");
        }
    }

    #[test]
    fn lines_one_below_the_other_are_one_part() {
        let text = "10.0.0.1:80 -> 10.0.0.2:8080 len=48 ttl=64\nMain Street 4\n\n4101\nx=1 y=2 z=3 u=5 v=7\nBerlin";
        let mut found = Vec::new();
        parts(text, |start, end| found.push(&text[start..end]));
        assert_eq!(found, ["Main Street 4\n\n4101\n", "Berlin"]);
    }

    proptest! {
        #[test]
        fn parts_are_in_order_and_on_characters(pieces in prop::collection::vec("[A-Za-zéΩ ]{0,900}\n?", 0..40)) {
            let text = pieces.concat();
            let mut last = 0;
            parts(&text, |start, end| {
                assert!(last <= start && start < end && end - start <= 3 * PART);
                assert!(text.get(start..end).is_some());
                last = end;
            });
        }
    }
}
