//! Paths and names of files, keys of the registry.

use std::borrow::Cow;

use super::walk::Line;
use super::{Kind, Reach};

const HIVES: [&[u8]; 11] = [
    b"HKLM",
    b"HKCU",
    b"HKCR",
    b"HKU",
    b"HKCC",
    b"HKEY_LOCAL_MACHINE",
    b"HKEY_CURRENT_USER",
    b"HKEY_CLASSES_ROOT",
    b"HKEY_USERS",
    b"HKEY_CURRENT_CONFIG",
    b"HKPD",
];

/// Reads a key of the registry or a path of Windows that begins in a word; gives back where it ends.
pub(super) fn windows(line: &mut Line<'_, '_>, start: usize, end: usize) -> Option<usize> {
    let text = line.text;
    let back = start + memchr::memchr(b'\\', &text[start..end])?;
    let head = &text[start..back];
    // `key:HKLM\…`, `path:C:\…`
    let piece = memchr::memrchr(b':', head).map_or(0, |at| at + 1);
    let (kind, from) = if HIVES
        .iter()
        .any(|hive| head[piece..].eq_ignore_ascii_case(hive))
    {
        (Kind::RegistryKey, start + piece)
    } else if head.last() == Some(&b':') {
        let drive = back.checked_sub(2).filter(|at| *at >= start)?;
        let alone = drive == start || !text[drive - 1].is_ascii_alphanumeric();
        if !text[drive].is_ascii_alphabetic() || !alone {
            return None;
        }
        (Kind::FilePath, drive)
    } else if head.len() >= 3 && head.first() == Some(&b'%') && head.last() == Some(&b'%') {
        (Kind::FilePath, start)
    } else if head.is_empty()
        && text.get(start + 1) == Some(&b'\\')
        && text.get(start + 2).is_some_and(u8::is_ascii_alphanumeric)
    {
        let share = memchr::memchr(b'\\', &text[start + 2..end])?;
        if start + 3 + share >= end {
            return None;
        }
        (Kind::FilePath, start)
    } else {
        return None;
    };
    let to = extent(line, from, back);
    if to <= back + 1 {
        return None;
    }
    let value = std::str::from_utf8(text.get(from..to)?).ok()?;
    // As JSON and C write it.
    let value: Cow<'_, str> = if text.get(back + 1) == Some(&b'\\') && back > from {
        value.replace("\\\\", "\\").into()
    } else {
        value.into()
    };
    line.found(kind, from, to, value, Reach::Public);
    Some(to)
}

/// Where a path ends: at its quotation mark, else a part may hold single blanks when another part follows.
fn extent(line: &Line<'_, '_>, from: usize, back: usize) -> usize {
    let text = line.text;
    let quote = if from > 0 { text[from - 1] } else { 0 };
    if matches!(quote, b'"' | b'\'' | b'`')
        && let Some(len) = memchr::memchr(quote, &text[from..text.len().min(from + 1024)])
        && text[from..from + len].iter().all(|byte| *byte >= b' ')
    {
        return from + len;
    }
    let stops = |byte: u8| {
        byte < b' '
            || matches!(
                byte,
                b'"' | b'<'
                    | b'>'
                    | b'|'
                    | b'*'
                    | b'?'
                    | b','
                    | b';'
                    | b'\''
                    | b'`'
                    | b':'
                    | b'/'
                    | b'='
            )
    };
    let mut at = back;
    // The last place that surely belongs to it.
    let mut sure = back;
    let mut blanks = 0;
    while let Some(&byte) = text.get(at) {
        if at - from > 1024 || stops(byte) {
            break;
        }
        match byte {
            b' ' => {
                blanks += 1;
                if blanks > 4 || text.get(at + 1) == Some(&b' ') {
                    break;
                }
            }
            b'\\' if blanks > 0 => {
                // `…\Run and HKCU\…` are two.
                let last = text[sure..at]
                    .rsplit(|byte| *byte == b' ')
                    .next()
                    .unwrap_or_default();
                if HIVES.iter().any(|hive| last.eq_ignore_ascii_case(hive)) || last.is_empty() {
                    break;
                }
                blanks = 0;
                sure = at + 1;
            }
            _ if blanks == 0 => sure = at + 1,
            _ => {}
        }
        at += 1;
    }
    while sure > from && matches!(text[sure - 1], b'.' | b')' | b']' | b'}') {
        sure -= 1;
    }
    sure
}

/// Folders that begin a path of Unix worth telling.
const ROOTS: [&[u8]; 18] = [
    b"bin", b"boot", b"data", b"dev", b"etc", b"home", b"lib", b"lib64", b"mnt", b"opt", b"proc",
    b"root", b"run", b"sbin", b"tmp", b"usr", b"var", b"Library",
];

/// `/tmp/.x/update`: a known root and a name below it.
pub(super) fn unix(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let Some(rest) = word.strip_prefix(b"/") else {
        return false;
    };
    let Some(slash) = memchr::memchr(b'/', rest) else {
        return false;
    };
    let (root, below) = (&rest[..slash], &rest[slash + 1..]);
    if below.is_empty() || !ROOTS.contains(&root) || memchr::memchr(b':', word).is_some() {
        return false;
    }
    line.found_as_is(Kind::FilePath, start, end, Reach::Public);
    true
}

/// Extensions of files that carry code, are carried by mail, or hide another file. Sorted.
const EXTENSIONS: [&[u8]; 74] = [
    b"7z", b"accdb", b"ace", b"apk", b"asp", b"aspx", b"bat", b"bin", b"cab", b"chm", b"cmd",
    b"cpl", b"crx", b"dat", b"deb", b"dll", b"dmg", b"doc", b"docm", b"docx", b"dotm", b"elf",
    b"exe", b"gz", b"hta", b"img", b"iso", b"jar", b"jnlp", b"js", b"jse", b"jsp", b"jspx", b"lnk",
    b"lzh", b"msc", b"msi", b"msix", b"msp", b"ocx", b"odt", b"one", b"pdf", b"php", b"pif",
    b"pkg", b"pl", b"ppam", b"ppt", b"pptm", b"pptx", b"ps1", b"psm1", b"py", b"rar", b"reg",
    b"rpm", b"rtf", b"scf", b"scr", b"sh", b"sys", b"tar", b"tgz", b"vbe", b"vbs", b"vhd", b"vhdx",
    b"wsf", b"xls", b"xlsb", b"xlsm", b"xlsx", b"zip",
];

/// Libraries whose names look like files.
const LIBRARIES: [&[u8]; 8] = [
    b"node", b"vue", b"next", b"three", b"d3", b"express", b"react", b"angular",
];

/// Whether a word is a name of a file, which is then no domain. Only names that carry code are told.
pub(super) fn file_name(line: &mut Line<'_, '_>, word: usize, start: usize, end: usize) -> bool {
    if line.is_defanged(start, end) {
        return false;
    }
    let text = &line.text[start..end];
    let Some(dot) = memchr::memrchr(b'.', text) else {
        return false;
    };
    let (stem, extension) = (&text[..dot], &text[dot + 1..]);
    let mut lower = [0; 5];
    let Some(lower) = lower.get_mut(..extension.len()) else {
        return false;
    };
    lower.copy_from_slice(extension);
    lower.make_ascii_lowercase();
    let lower: &[u8] = lower;
    if EXTENSIONS.binary_search(&lower).is_err() {
        return false;
    }
    // A label of a country, too: `www.host.pl`.
    if matches!(lower, b"pl" | b"py" | b"sh" | b"zip") && memchr::memchr(b'.', stem).is_some() {
        return false;
    }
    let before = if start > 0 { line.text[start - 1] } else { 0 };
    let call = line.byte(end) == b'(';
    let library = lower == b"js"
        && LIBRARIES
            .iter()
            .any(|known| stem.eq_ignore_ascii_case(known));
    // In a path of a web server it is told by the path's URL, if by anything.
    let of_path = start > word && matches!(before, b'/');
    if !call && !library && !of_path && !stem.is_empty() {
        line.found_as_is(Kind::FileName, start, end, Reach::Public);
    }
    true
}
