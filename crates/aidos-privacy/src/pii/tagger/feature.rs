//! What the model sees of a token: its word, shape, ending and lists, and those of its neighbours,
//! each combination as one hash.

use super::lexicon::{Lexicon, Mask, fold, key, list, phrase_key};
use super::token::{Class, Piece};

/// The word of a token that the trainer did not meet often.
pub const UNKNOWN: u32 = 1;

/// Bits of [`Token::phrase`]: what a phrase of several words that the token is in is known as.
pub mod phrase {
    /// The phrase begins here.
    pub const BEGIN: u8 = 1;
    /// A city.
    pub const CITY: u8 = 1 << 1;
    /// A country.
    pub const COUNTRY: u8 = 1 << 2;
    /// Another place.
    pub const PLACE: u8 = 1 << 3;
    /// An organisation.
    pub const ORGANIZATION: u8 = 1 << 4;
    /// None of them: a product, a technical or everyday phrase.
    pub const OTHER: u8 = 1 << 5;
}

/// A token as the model sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, and its sort.
    pub piece: Piece,
    /// The hash of its folded word; [`UNKNOWN`] for a rare one.
    pub word: u32,
    /// Sort, script and length.
    pub shape: u32,
    /// Hashes of its first three letters and of its last two, three and four.
    pub affixes: [u32; 4],
    /// The lists that hold it.
    pub mask: Mask,
    /// The phrase that it is in: bits of [`phrase`].
    pub phrase: u8,
    /// How its line is written: 0 mixed, 1 without capitals, 2 in capitals.
    pub case: u8,
    /// The word before the last colon on its line, as far as six tokens away; 0 where none is.
    pub form: u32,
}

/// A place outside of the text.
const NOTHING: Token = Token {
    piece: Piece {
        start: 0,
        end: 0,
        class: Class::Blank,
    },
    word: 0,
    shape: 0,
    affixes: [0; 4],
    mask: 0,
    phrase: 0,
    case: 0,
    form: 0,
};

/// Bytes of a word that are looked at; the rest of a longer one is passed over.
const LONGEST: usize = 64;

/// Turns pieces of a text into tokens.
pub(crate) fn tokens(text: &str, pieces: &[Piece], lexicon: &Lexicon<'_>, out: &mut Vec<Token>) {
    let first = out.len();
    let mut folded = String::with_capacity(LONGEST);
    let mut keys: Vec<u32> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        folded.clear();
        let whole = text.get(piece.start..piece.end).unwrap_or_default();
        let cut = whole.floor_char_boundary(LONGEST.min(whole.len()));
        fold(whole.get(..cut).unwrap_or_default(), &mut folded);
        let (own, mask) = match piece.class {
            // Numbers and machines' words are told by shape alone.
            Class::Number | Class::Machine | Class::Mixed | Class::Line | Class::Blank => (0, 0),
            Class::Mark => (key(&folded), list::KNOWN),
            _ => {
                folded.retain(|c| c != '.');
                let own = key(&folded);
                let street = if street(&folded) { list::STREET } else { 0 };
                (own, lexicon.mask(own) | street)
            }
        };
        let word = match piece.class {
            Class::Number | Class::Machine | Class::Mixed | Class::Line | Class::Blank => 0,
            _ if mask & list::KNOWN != 0 => own,
            _ => UNKNOWN,
        };
        keys.push(own);
        out.push(Token {
            piece: *piece,
            word,
            shape: shape(piece.class, whole, &folded),
            affixes: affixes(piece.class, &folded),
            mask: mask & !list::KNOWN,
            phrase: 0,
            case: 0,
            form: 0,
        });
    }
    let made = out.get_mut(first..).unwrap_or_default();
    phrases(made, &keys, lexicon);
    lines(text, made);
}

/// Whether a German or Dutch word ends as streets do.
fn street(folded: &str) -> bool {
    const ENDS: [&str; 12] = [
        "strasse", "straße", "weg", "platz", "gasse", "allee", "straat", "gatan", "gata", "damm",
        "ufer", "laan",
    ];
    folded.len() > 6
        && ENDS
            .iter()
            .any(|end| folded.len() > end.len() + 2 && folded.ends_with(end))
}

fn shape(class: Class, whole: &str, folded: &str) -> u32 {
    let first = whole.chars().next().unwrap_or(' ');
    let script = match first {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => 1,
        c if c.is_ascii() || c < '\u{250}' => 0,
        _ => 2,
    };
    let length = match class {
        // A mark is its own shape.
        Class::Mark => return 0x1000 + u32::from(first),
        Class::Line | Class::Blank | Class::Machine => 0,
        Class::Number => {
            let digits = folded.bytes().filter(u8::is_ascii_digit).count().min(7);
            let marked = digits < folded.len();
            digits * 2 + usize::from(marked)
        }
        _ => match folded.chars().count() {
            n @ 0..=3 => n,
            4..=7 => 4,
            8..=11 => 5,
            _ => 6,
        },
    };
    let length = u32::try_from(length).unwrap_or(0);
    (class as u32) << 8 | script << 4 | length
}

fn affixes(class: Class, folded: &str) -> [u32; 4] {
    if matches!(
        class,
        Class::Mark | Class::Line | Class::Blank | Class::Machine | Class::Number
    ) {
        return [0; 4];
    }
    // Where a number of letters from the begin, and from the end, is reached.
    let (head, tails) = if folded.is_ascii() {
        let len = folded.len();
        (len.min(3), [2, 3, 4].map(|n| len.saturating_sub(n)))
    } else {
        let nth = |n| {
            folded
                .char_indices()
                .nth(n)
                .map_or(folded.len(), |(at, _)| at)
        };
        let back = |n: usize| {
            folded
                .char_indices()
                .rev()
                .nth(n - 1)
                .map_or(0, |(at, _)| at)
        };
        (nth(3), [2, 3, 4].map(back))
    };
    let tail = tails.map(|at| key(folded.get(at..).unwrap_or_default()));
    let [two, three, four] = tail;
    [
        key(folded.get(..head).unwrap_or_default()),
        two,
        three,
        four,
    ]
}

/// Marks the longest phrases of two to four words that the lists hold.
fn phrases(tokens: &mut [Token], keys: &[u32], lexicon: &Lexicon<'_>) {
    let mut place = 0;
    while place + 1 < tokens.len() {
        let mut best = (1, 0);
        if begins(tokens.get(place)) {
            let mut joined = keys.get(place).copied().unwrap_or(0);
            for length in 2..=4 {
                let Some(token) = tokens.get(place + length - 1) else {
                    break;
                };
                if matches!(
                    token.piece.class,
                    Class::Line | Class::Blank | Class::Machine | Class::Number
                ) {
                    break;
                }
                joined = phrase_key(joined, keys.get(place + length - 1).copied().unwrap_or(0));
                let mask = lexicon.mask(joined);
                if mask != 0 {
                    best = (length, mask);
                }
            }
        }
        let (length, mask) = best;
        if mask != 0 {
            let bit = |list: Mask, bit: u8| if mask & list == 0 { 0 } else { bit };
            let mut bits = bit(list::CITY, phrase::CITY)
                | bit(list::COUNTRY, phrase::COUNTRY)
                | bit(list::PLACE, phrase::PLACE)
                | bit(list::ORGANIZATION, phrase::ORGANIZATION);
            if bits == 0 {
                bits = phrase::OTHER;
            }
            for (n, token) in tokens.iter_mut().skip(place).take(length).enumerate() {
                token.phrase = if n == 0 { bits | phrase::BEGIN } else { bits };
            }
        }
        place += length;
    }
}

/// Whether a phrase may begin with a token.
fn begins(token: Option<&Token>) -> bool {
    token.is_some_and(|token| {
        matches!(
            token.piece.class,
            Class::Title | Class::Upper | Class::Lower | Class::Camel
        )
    })
}

/// Fills in what depends on the line: how it is written, and the word before its last colon.
fn lines(text: &str, tokens: &mut [Token]) {
    for line in tokens.split_mut(|token| matches!(token.piece.class, Class::Line | Class::Blank)) {
        let (mut small, mut title, mut upper) = (0usize, 0usize, 0usize);
        for token in &*line {
            match token.piece.class {
                Class::Lower => small += 1,
                Class::Title | Class::Camel => title += 1,
                Class::Upper => upper += 1,
                _ => {}
            }
        }
        let case = if title == 0 && upper == 0 && small > 1 {
            1
        } else if upper > 1 && upper > small + title {
            2
        } else {
            0
        };
        let (mut form, mut age) = (0, 0);
        let mut before = NOTHING;
        for token in line {
            token.case = case;
            token.form = if age > 0 { form } else { 0 };
            age = age.max(1) - 1;
            let mark = matches!(text.as_bytes().get(token.piece.start), Some(b':' | b'='));
            if token.piece.class == Class::Mark && mark && before.word != 0 {
                (form, age) = (before.word, 6);
            }
            before = *token;
        }
    }
}

/// Features of a token at most.
pub(crate) const FEATURES: usize = 36;

/// Calls `each` with the hash of every feature of a token.
///
/// A token outside of the slice has none.
pub fn features(tokens: &[Token], at: usize, mut each: impl FnMut(u64)) {
    let token = |place: Option<usize>| {
        place
            .and_then(|place| tokens.get(place))
            .unwrap_or(&NOTHING)
    };
    let Some(t) = tokens.get(at) else {
        return;
    };
    let a = token(at.checked_sub(1));
    let aa = token(at.checked_sub(2));
    let b = token(at.checked_add(1));
    let bb = token(at.checked_add(2));
    let lists = |token: &Token| u32::from(token.mask);
    let mut put = |name: u32, x: u32, y: u32, z: u32| each(hash(name, x, y, z));

    put(0, t.shape, 0, 0);
    put(1, t.word, 0, 0);
    put(2, a.word, 0, 0);
    put(3, b.word, 0, 0);
    put(4, aa.word, 0, 0);
    put(5, bb.word, 0, 0);
    put(6, a.word, t.word, 0);
    put(7, t.word, b.word, 0);
    put(8, aa.word, a.word, kind(t));
    put(9, b.word, bb.word, kind(t));
    put(10, a.shape, t.shape, 0);
    put(11, t.shape, b.shape, 0);
    put(12, kind(a), kind(t), kind(b));
    put(13, t.affixes[0], kind(t), 0);
    put(14, t.affixes[1], kind(t), 0);
    put(15, t.affixes[2], kind(t), 0);
    put(16, t.affixes[3], 0, 0);
    put(17, lists(t), t.shape, 0);
    put(18, lists(a), lists(t), kind(a));
    put(19, lists(t), lists(b), kind(b));
    put(20, lists(a), lists(t), lists(b));
    put(21, lists(t), lists(b), lists(bb));
    put(22, a.word, lists(t), kind(t));
    put(23, lists(t), b.word, kind(t));
    put(
        24,
        u32::from(t.phrase),
        u32::from(t.case),
        u32::from(b.phrase),
    );
    put(25, u32::from(t.case), lists(t), kind(t));
    put(26, sentence(a), kind(t), lists(t));
    put(27, a.word, kind(t), kind(b));
    put(28, kind(a), kind(t), b.word);
    put(29, lists(aa), lists(a), lists(t));
    put(30, t.form, kind(t), lists(t));
    put(31, streets(tokens, at), kind(t), 0);
    put(32, kind(aa), kind(a), kind(t));
    put(33, kind(t), kind(b), kind(bb));
    put(34, a.affixes[2], t.affixes[2], 0);
    put(35, aa.word, kind(a), kind(t));
}

/// The sort of a token; a mark is itself.
fn kind(token: &Token) -> u32 {
    if token.piece.class == Class::Mark || token.piece.class == Class::Number {
        token.shape
    } else {
        token.shape >> 4
    }
}

/// Whether a sentence or line begins behind a token.
fn sentence(before: &Token) -> u32 {
    let end = [
        0x1000 + u32::from('.'),
        0x1000 + u32::from('!'),
        0x1000 + u32::from('?'),
    ];
    u32::from(
        matches!(before.piece.class, Class::Line | Class::Blank) || end.contains(&before.shape),
    )
}

/// Where words of streets and numbers stand, up to three tokens away.
fn streets(tokens: &[Token], at: usize) -> u32 {
    let from = at.saturating_sub(3);
    let mut bits = 0;
    for (n, token) in tokens.iter().skip(from).take(at - from + 4).enumerate() {
        let street = u32::from(token.mask & list::STREET != 0);
        let number = u32::from(matches!(token.piece.class, Class::Number | Class::Mixed));
        bits |= (street | number << 1) << (2 * (n + 3 + from - at));
    }
    bits
}

/// One hash of a feature's name and parts.
#[inline]
fn hash(name: u32, x: u32, y: u32, z: u32) -> u64 {
    const A: u64 = 0x9e37_79b9_7f4a_7c15;
    const B: u64 = 0xd6e8_feb8_6659_fd93;
    let first = (u64::from(name) << 32 | u64::from(x))
        .wrapping_add(1)
        .wrapping_mul(A);
    let second = (u64::from(y) << 32 | u64::from(z)) ^ first ^ first >> 29;
    let mixed = second.wrapping_mul(B);
    (mixed ^ mixed >> 32).wrapping_mul(A)
}
