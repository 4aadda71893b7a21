//! Spellings that nobody can click on, and back.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use aidos_model::tld::{Sure, sureness};

use super::Kind;

/// One piece of a line that was read as another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// Where the new piece stands in the refanged line.
    pub(super) clean: usize,
    pub(super) clean_len: usize,
    /// Where the old piece stands in the line.
    pub(super) raw: usize,
    pub(super) raw_len: usize,
}

/// What an edit can begin with. Each is looked at by hand.
const ANCHORS: [&[u8]; 32] = [
    b"[.",
    b"(.",
    b"{.",
    b"[ .",
    b"( .",
    b"[d",
    b"(d",
    b"{d",
    b"[:",
    b"(:",
    b"{:",
    b"[/",
    b"[@",
    b"(@",
    b"{@",
    b"[a",
    b"(a",
    b"{a",
    b"hxxp",
    b"hxtp",
    b"htxp",
    b"h**p",
    b"fxp",
    b" dot ",
    b"\xE2\x80",
    b"\xE2\x81\xA0",
    b"\xEF\xBB\xBF",
    b"\xC2\xAD",
    b"\xE3\x80\x82",
    b"\xEF\xBC\x8E",
    b"\xEF\xBD\xA1",
    b" at ",
];

static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(ANCHORS)
        .ok()
});

/// The line as it is meant, with what was read as another; `None` for a line that is as it is.
pub(super) fn refanged(raw: &[u8]) -> Option<(Vec<u8>, Vec<Edit>)> {
    let finder = FINDER.as_ref()?;
    let mut out: Option<(Vec<u8>, Vec<Edit>)> = None;
    let mut done = 0;
    for found in finder.find_iter(raw) {
        let Some((from, to, new)) = meaning(raw, found.start()) else {
            continue;
        };
        if from < done {
            continue;
        }
        let (clean, edits) = out.get_or_insert_with(Default::default);
        clean.extend_from_slice(&raw[done..from]);
        edits.push(Edit {
            clean: clean.len(),
            clean_len: new.len(),
            raw: from,
            raw_len: to - from,
        });
        clean.extend_from_slice(new);
        done = to;
    }
    let (mut clean, edits) = out?;
    clean.extend_from_slice(&raw[done..]);
    Some((clean, edits))
}

/// What stands at an anchor: from, to, and what it means.
fn meaning(raw: &[u8], at: usize) -> Option<(usize, usize, &'static [u8])> {
    let first = *raw.get(at)?;
    match first {
        b'[' | b'(' | b'{' => bracketed(raw, at),
        b'h' | b'H' | b'f' | b'F' => scheme(raw, at),
        b' ' => spaced(raw, at),
        _ => foreign(raw, at),
    }
}

/// `[.]`, `( dot )`, `[at]`, `[:]`, `[://]`, `[/]`.
fn bracketed(raw: &[u8], at: usize) -> Option<(usize, usize, &'static [u8])> {
    let close = match raw[at] {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let window = &raw[at + 1..raw.len().min(at + 9)];
    let len = window.iter().position(|&byte| byte == close)?;
    let inner = window[..len].trim_ascii();
    let end = at + len + 2;
    let new: &'static [u8] = match inner {
        b"." => b".",
        b"@" => b"@",
        b":" => b":",
        b"://" => b"://",
        b"/" => b"/",
        b"//" => b"//",
        _ if inner.eq_ignore_ascii_case(b"dot") => b".",
        _ if inner.eq_ignore_ascii_case(b"at") => b"@",
        _ => return None,
    };
    if matches!(new, b"." | b"@") {
        // Blanks around belong to it where labels stand on both sides.
        let left = raw[..at].trim_ascii_end_blank();
        let right = raw[end..].trim_ascii_start_blank();
        let (from, to) = (left.len(), raw.len() - right.len());
        let tight = (from, to) == (at, end);
        let joined = is_label(*left.last()?) && is_label(*right.first()?);
        let near = at - from <= 1 && to - end <= 1 && (at - from == to - end);
        return (joined && (tight || near)).then_some((from, to, new));
    }
    let before = *raw[..at].last()?;
    let lawful =
        before.is_ascii_alphanumeric() || matches!(before, b':' | b']' | b')' | b'}' | b'/');
    lawful.then_some((at, end, new))
}

/// `hxxp`, `hXXps`, `h**p`, `fxp` at the start of a word, before `:` or a defanged colon.
fn scheme(raw: &[u8], at: usize) -> Option<(usize, usize, &'static [u8])> {
    if at > 0 && raw[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let web = raw[at].eq_ignore_ascii_case(&b'h');
    let mut end = at + if web { 4 } else { 3 };
    if raw
        .get(end)
        .is_some_and(|byte| byte.eq_ignore_ascii_case(&b's'))
    {
        end += 1;
    }
    let rest = raw.get(end..)?;
    let follows = [
        &b"://"[..],
        b"[:]",
        b"(:)",
        b"{:}",
        b"[://]",
        b"(://)",
        b":[/",
        b":\\\\",
    ];
    if !follows.iter().any(|next| rest.starts_with(next)) {
        return None;
    }
    if web {
        Some((at + 1, at + 3, b"tt"))
    } else {
        Some((at + 1, at + 2, b"t"))
    }
}

/// ` dot ` between labels of which the last is a top-level one, and ` at ` before such a name.
fn spaced(raw: &[u8], at: usize) -> Option<(usize, usize, &'static [u8])> {
    if !is_label(*raw[..at].last()?) {
        return None;
    }
    if raw.get(at + 1)?.eq_ignore_ascii_case(&b'd') {
        let end = at + 5;
        return reaches_top(raw.get(end..)?).then_some((at, end, b"."));
    }
    let end = at + 4;
    let rest = raw.get(end..)?;
    let label = label_of(rest);
    let behind = &rest[label.len()..];
    let named = !label.is_empty()
        && (behind.len() >= 5 && behind[..5].eq_ignore_ascii_case(b" dot "))
        && reaches_top(&behind[5..]);
    named.then_some((at, end, b"@"))
}

/// Words of English that are top-level labels too.
const WORDS: [&[u8]; 22] = [
    b"in", b"it", b"me", b"so", b"to", b"is", b"at", b"be", b"my", b"no", b"us", b"do", b"am",
    b"as", b"by", b"an", b"la", b"now", b"one", b"here", b"day", b"art",
];

/// Whether labels that are joined by ` dot ` end in a top-level one.
fn reaches_top(mut rest: &[u8]) -> bool {
    for _ in 0..8 {
        let label = label_of(rest);
        let behind = &rest[label.len()..];
        if label.is_empty() {
            return false;
        }
        if behind.len() >= 5 && behind[..5].eq_ignore_ascii_case(b" dot ") {
            rest = &behind[5..];
            continue;
        }
        let label = label.to_ascii_lowercase();
        return sureness(&label) == Sure::Plain && !WORDS.contains(&label.as_slice());
    }
    false
}

fn label_of(text: &[u8]) -> &[u8] {
    let len = text
        .iter()
        .take(64)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
        .count();
    &text[..len]
}

/// Characters that nobody sees, inside of a word, and full stops of other scripts between labels.
fn foreign(raw: &[u8], at: usize) -> Option<(usize, usize, &'static [u8])> {
    let rest = &raw[at..];
    let (len, new): (usize, &'static [u8]) = match rest {
        [0xE2, 0x80, 0x8B..=0x8F, ..] | [0xE2, 0x81, 0xA0, ..] | [0xEF, 0xBB, 0xBF, ..] => (3, b""),
        [0xC2, 0xAD, ..] => (2, b""),
        [0xE2, 0x80, 0xA4, ..]
        | [0xE3, 0x80, 0x82, ..]
        | [0xEF, 0xBC, 0x8E, ..]
        | [0xEF, 0xBD, 0xA1, ..] => (3, b"."),
        _ => return None,
    };
    let left = *raw[..at].last()?;
    let right = *rest.get(len)?;
    let lawful = if new.is_empty() {
        left.is_ascii_graphic() && right.is_ascii_graphic()
    } else {
        left.is_ascii_alphanumeric() && right.is_ascii_alphanumeric()
    };
    lawful.then_some((at, at + len, new))
}

fn is_label(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte >= 0x80
}

trait TrimBlank {
    fn trim_ascii_end_blank(&self) -> &[u8];
    fn trim_ascii_start_blank(&self) -> &[u8];
}

impl TrimBlank for [u8] {
    fn trim_ascii_end_blank(&self) -> &[u8] {
        let len = self
            .iter()
            .rposition(|&byte| byte != b' ')
            .map_or(0, |at| at + 1);
        &self[..len]
    }

    fn trim_ascii_start_blank(&self) -> &[u8] {
        let from = self
            .iter()
            .position(|&byte| byte != b' ')
            .unwrap_or(self.len());
        &self[from..]
    }
}

/// Reads defanged spellings of a text as what they mean.
///
/// ```
/// # use aidos_convert::indicator::refang;
/// assert_eq!(refang("hXXps[://]evil [dot] example/x"), "https://evil.example/x");
/// assert_eq!(refang("john(at)evil[.]example"), "john@evil.example");
/// assert_eq!(refang("a [sic] list (at last)"), "a [sic] list (at last)");
/// ```
pub fn refang(text: &str) -> Cow<'_, str> {
    match refanged(text.as_bytes()) {
        None => Cow::Borrowed(text),
        // Pieces are replaced between characters, by ASCII.
        Some((clean, _)) => Cow::Owned(String::from_utf8_lossy(&clean).into_owned()),
    }
}

/// Spells a value so that nobody clicks on it; [`refang`] gives it back. Kinds that nobody can click on stay.
///
/// ```
/// # use aidos_convert::indicator::{Kind, defang};
/// assert_eq!(defang(Kind::Url, "https://evil.example/a.html"), "hxxps[://]evil[.]example/a.html");
/// assert_eq!(defang(Kind::Email, "j.d@evil.example"), "j.d[at]evil[.]example");
/// assert_eq!(defang(Kind::Ipv4, "203.0.113.9"), "203[.]0[.]113[.]9");
/// ```
pub fn defang(kind: Kind, value: &str) -> Cow<'_, str> {
    match kind {
        Kind::Ipv4 | Kind::Domain => value.replace('.', "[.]").into(),
        Kind::Cidr if !value.contains(':') => value.replace('.', "[.]").into(),
        Kind::Email => match value.rsplit_once('@') {
            Some((local, domain)) => format!("{local}[at]{}", domain.replace('.', "[.]")).into(),
            None => value.into(),
        },
        Kind::Url => {
            let Some((scheme, rest)) = value.split_once("://") else {
                return value.into();
            };
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (host, path) = rest.split_at(end);
            let scheme = match scheme {
                "http" => "hxxp",
                "https" => "hxxps",
                "ftp" => "fxp",
                "ftps" => "fxps",
                other => other,
            };
            // Dots of a name and its password stay: what is left of `@` may be anything.
            let (user, host) = host
                .rsplit_once('@')
                .map_or(("", host), |(user, _)| host.split_at(user.len() + 1));
            format!("{scheme}[://]{user}{}{path}", host.replace('.', "[.]")).into()
        }
        _ => value.into(),
    }
}
