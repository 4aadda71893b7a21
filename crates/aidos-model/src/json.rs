//! JSON written straight into bytes (RFC 8259).
//!
//! The hot writers of Aidos do not go through a serialiser: they push constants and values. Each is
//! tested to read back equal to what `serde_json` makes of the same value.

mod seed;

use std::net::IpAddr;

pub use seed::TextIn;

/// Whether `push_str` must escape this byte.
const ESCAPE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table[0x7f] = true;
    table
};

const BLOCK: usize = 32;

/// Pushes the text with quotation marks, escaped.
///
/// Control characters, DEL among them, come out as `\u00XX`, so that no terminal obeys a log.
pub fn push_str(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// Pushes the text escaped, without quotation marks.
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    // Whole blocks without a byte to escape are the rule: test a block at a time (the compiler makes
    // vector code of the fold), copy it, and look closer only where one is found.
    while let Some((block, tail)) = rest.split_first_chunk::<BLOCK>() {
        if block_needs_escape(block) {
            push_bytes(out, block);
        } else {
            out.extend_from_slice(block);
        }
        rest = tail;
    }
    push_bytes(out, rest);
}

#[inline]
#[allow(clippy::needless_bitwise_bool)] // lazy operators are branches, and no vector code comes of them
fn block_needs_escape(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(false, |found, &byte| {
        found | (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
    })
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut start = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if ESCAPE[usize::from(byte)] {
            out.extend_from_slice(&bytes[start..index]);
            start = index + 1;
            match byte {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                _ => {
                    out.extend_from_slice(b"\\u00");
                    out.push(HEX[usize::from(byte >> 4)]);
                    out.push(HEX[usize::from(byte & 15)]);
                }
            }
        }
    }
    out.extend_from_slice(&bytes[start..]);
}

/// Pushes `"key":`; the key is a constant of ours or is escaped like any text.
pub fn push_key(out: &mut Vec<u8>, key: &str) {
    push_str(out, key);
    out.push(b':');
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// The lower-case hexadecimal digits of the bytes.
pub fn hex(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes
        .iter()
        .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]])
}

const PAIRS: [[u8; 2]; 100] = {
    let mut table = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        #[allow(clippy::cast_possible_truncation)] // both digits are below ten
        {
            table[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        }
        number += 1;
    }
    table
};

/// Two decimal digits of a number below 100.
#[inline]
pub fn two_digits(number: u8) -> [u8; 2] {
    PAIRS[usize::from(number % 100)]
}

/// Pushes a number in decimal.
pub fn push_u64(out: &mut Vec<u8>, mut number: u64) {
    let mut text = [0; 20];
    let mut at = text.len();
    while number >= 100 {
        at -= 2;
        #[allow(clippy::cast_possible_truncation)] // a remainder below 100
        text[at..at + 2].copy_from_slice(&two_digits((number % 100) as u8));
        number /= 100;
    }
    #[allow(clippy::cast_possible_truncation)] // below 100 now
    let pair = two_digits(number as u8);
    if number >= 10 {
        at -= 2;
        text[at..at + 2].copy_from_slice(&pair);
    } else {
        at -= 1;
        text[at] = pair[1];
    }
    out.extend_from_slice(&text[at..]);
}

/// Pushes a signed number in decimal.
pub fn push_i64(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    push_u64(out, number.unsigned_abs());
}

/// Pushes an address in its standard text (RFC 5952 for IPv6), without quotation marks.
pub fn push_ip(out: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(v4) => {
            let mut text = [0; 15];
            let mut len = 0;
            for (index, octet) in v4.octets().into_iter().enumerate() {
                if index > 0 {
                    text[len] = b'.';
                    len += 1;
                }
                if octet >= 100 {
                    text[len] = b'0' + octet / 100;
                    len += 1;
                }
                let pair = two_digits(octet % 100);
                if octet >= 10 {
                    text[len] = pair[0];
                    len += 1;
                }
                text[len] = pair[1];
                len += 1;
            }
            out.extend_from_slice(&text[..len]);
        }
        IpAddr::V6(v6) => {
            use std::io::Write;
            // Writing to memory cannot fail.
            let _ = write!(out, "{v6}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_reads_back(text in "\\PC{0,80}|[\\x00-\\x7f]{0,80}") {
            let mut out = Vec::new();
            push_str(&mut out, &text);
            let back: String = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(back, text);
            prop_assert!(out.iter().all(|&byte| byte >= 0x20 && byte != 0x7f));
        }

        #[test]
        fn numbers_read_back(number: u64, signed: i64) {
            let mut out = Vec::new();
            push_u64(&mut out, number);
            prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
            let mut out = Vec::new();
            push_i64(&mut out, signed);
            prop_assert_eq!(String::from_utf8(out).unwrap(), signed.to_string());
        }

        #[test]
        fn addresses_read_back(v4: [u8; 4], v6: [u16; 8]) {
            for ip in [IpAddr::from(v4), IpAddr::from(v6)] {
                let mut out = Vec::new();
                push_ip(&mut out, ip);
                prop_assert_eq!(String::from_utf8(out).unwrap(), ip.to_string());
            }
        }
    }
}
