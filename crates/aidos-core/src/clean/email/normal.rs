//! Characters before addresses: odd blanks, what cannot be seen, and what hides an address from machines.

use aidos_model::{Defect, Defects};
use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

/// The cell with plain blanks, without control and invisible characters, and with `[at]` read.
pub(super) fn normalise<'a>(cell: &'a str, arena: &'a Bump, defects: &mut Defects) -> &'a str {
    let cell = cell.trim_matches(' ');
    let is_odd = |byte: u8| byte >= 0x80 || byte < 0x20 || byte == 0x7f;
    let visible = if cell.bytes().any(is_odd) {
        visible(cell, arena, defects)
    } else {
        cell
    };
    if visible.bytes().any(|byte| matches!(byte, b'[' | b'(' | b'{')) {
        deobfuscate(visible, arena, defects)
    } else {
        visible
    }
}

fn visible<'a>(cell: &str, arena: &'a Bump, defects: &mut Defects) -> &'a str {
    let mut out = ArenaString::with_capacity_in(cell.len(), arena);
    for char in cell.chars() {
        match char {
            '\t' | '\n' | '\r' => out.push(' '),
            // Marks of order and of bytes: they show nothing. The joiners U+200C and U+200D are left,
            // names in some scripts need them.
            '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{ad}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => {
                defects.add(Defect::StrayCharacters);
            }
            _ if !char.is_ascii() && char.is_whitespace() => {
                defects.add(Defect::StrayCharacters);
                out.push(' ');
            }
            _ if char.is_control() => defects.add(Defect::ControlCharacters),
            '\u{ff20}' => {
                defects.add(Defect::Obfuscated);
                out.push('@');
            }
            '\u{201c}'..='\u{201f}' => {
                defects.add(Defect::StrayCharacters);
                out.push('"');
            }
            _ => out.push(char),
        }
    }
    out.into_bump_str().trim_matches(' ')
}

/// Reads `[at]`, `(at)`, `{dot}`, `[.]` and the like, with the blanks around them.
fn deobfuscate<'a>(text: &'a str, arena: &'a Bump, defects: &mut Defects) -> &'a str {
    let mut out: Option<ArenaString<'a>> = None;
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(step) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| matches!(byte, b'[' | b'(' | b'{')))
    {
        let open = at + step;
        at = open + 1;
        let Some((char, len)) = bytes.get(open..).and_then(mark) else {
            continue;
        };
        let out = out.get_or_insert_with(|| ArenaString::with_capacity_in(text.len(), arena));
        out.push_str(text.get(copied..open).unwrap_or_default());
        while out.ends_with(' ') {
            out.pop();
        }
        out.push(char);
        at = open + len;
        while bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        copied = at;
    }
    let Some(mut out) = out else {
        return text;
    };
    out.push_str(text.get(copied..).unwrap_or_default());
    defects.add(Defect::Obfuscated);
    out.into_bump_str()
}

/// The character that a bracketed word stands for, and the length of the word with its brackets.
fn mark(bytes: &[u8]) -> Option<(char, usize)> {
    let (open, inner) = bytes.split_first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let end = inner.iter().take(8).position(|byte| *byte == close)?;
    let word = inner.get(..end)?.trim_ascii();
    let char = if word.eq_ignore_ascii_case(b"at") || word == b"@" {
        '@'
    } else if word.eq_ignore_ascii_case(b"dot") || word == b"." {
        '.'
    } else {
        return None;
    };
    Some((char, end + 2))
}
