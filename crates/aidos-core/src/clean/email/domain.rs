//! Domain names of addresses.

use std::borrow::Cow;

use bumpalo::Bump;

/// Whether the bytes are a domain name in its canonical spelling: lower case, A-labels, two labels or
/// more, the last one of letters. `localhost` is one too.
#[inline]
pub(super) fn is_canonical(domain: &[u8]) -> bool {
    let mut start = 0;
    let mut labels = 0;
    let mut letters = true;
    let mut previous = b'.';
    for (index, &byte) in domain.iter().enumerate() {
        match byte {
            b'a'..=b'z' => {}
            b'0'..=b'9' => letters = false,
            b'-' if previous != b'.' => letters = false,
            b'.' if previous != b'.' && previous != b'-' && index - start <= 63 => {
                start = index + 1;
                labels += 1;
                letters = true;
            }
            _ => return false,
        }
        previous = byte;
    }
    let last = domain.get(start..).unwrap_or_default();
    let top = last.len() >= 2
        && last.len() <= 63
        && previous != b'-'
        && (letters || last.starts_with(b"xn--"));
    top && domain.len() <= 253 && (labels > 0 || domain == b"localhost")
}

/// The canonical spelling of a domain name, or `None` where the text is none.
pub(super) fn canonical<'a>(domain: &'a str, arena: &'a Bump) -> Option<&'a str> {
    if is_canonical(domain.as_bytes()) {
        return Some(domain);
    }
    if domain.len() > 1024 {
        return None; // longer than any name could be, and than worth the tables
    }
    let lower = if domain.is_ascii() {
        Cow::Owned(domain.to_ascii_lowercase())
    } else {
        idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::STD3).ok()?
    };
    is_canonical(lower.as_bytes()).then(|| &*arena.alloc_str(&lower))
}
