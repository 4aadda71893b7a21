//! JSON written straight into bytes (RFC 8259).
//!
//! The hot writers of Aidos do not go through a serialiser: they push constants and values. Each is
//! tested to read back equal to what `serde_json` makes of the same value.

mod seed;
pub(crate) mod shape;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use seed::TextIn;
pub use shape::{Fields, Malformed, Read, Shape, push_value, read};

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
#[inline]
pub fn push_str(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    push_escaped(out, text);
    out.push(b'"');
}

/// Pushes the text escaped, without quotation marks.
#[inline]
pub fn push_escaped(out: &mut Vec<u8>, text: &str) {
    // Text without a byte to escape is the rule: one look, one copy.
    if is_plain(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_blocks(out, text.as_bytes());
    }
}

/// Copies what needs no escape a block at a time, and looks closer only where a block does.
#[cold]
fn push_blocks(out: &mut Vec<u8>, mut rest: &[u8]) {
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

/// Whether no byte of the text needs an escape.
///
/// Looks at blocks, at words in short texts; the last of them overlaps the one before it.
#[inline]
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    if let Some(last) = bytes.last_chunk::<BLOCK>() {
        return !block_needs_escape(last)
            && !bytes.as_chunks::<BLOCK>().0.iter().any(block_needs_escape);
    }
    if let Some(last) = bytes.last_chunk::<8>() {
        let words = bytes.as_chunks::<8>().0;
        return !word_needs_escape(u64::from_le_bytes(*last))
            && !words
                .iter()
                .any(|word| word_needs_escape(u64::from_le_bytes(*word)));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let word =
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
        return !word_needs_escape(word);
    }
    !bytes.iter().any(|byte| ESCAPE[usize::from(*byte)])
}

// The compiler makes vector code of the fold.
#[inline]
#[allow(clippy::needless_bitwise_bool)] // lazy operators are branches, and no vector code comes of them
fn block_needs_escape(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(false, |found, &byte| {
        found | (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
    })
}

/// The same of eight bytes in a register.
///
/// Source: "Bit Twiddling Hacks" of Sean Eron Anderson, "determine if a word has a byte less than n".
#[inline]
const fn word_needs_escape(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const fn is_zero(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = is_zero(word ^ (ONES * b'"' as u64));
    let backslash = is_zero(word ^ (ONES * b'\\' as u64));
    let delete = is_zero(word ^ (ONES * 0x7f));
    (control | quote | backslash | delete) & HIGH != 0
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

/// The decimal text of each octet, and how many bytes of it count.
const OCTETS: [([u8; 4], u8); 256] = {
    let mut table = [([0; 4], 0); 256];
    let mut octet = 0_u8;
    loop {
        let (hundreds, tens, ones) = (
            b'0' + octet / 100,
            b'0' + octet / 10 % 10,
            b'0' + octet % 10,
        );
        table[octet as usize] = match octet {
            0..10 => ([ones, 0, 0, 0], 1),
            10..100 => ([tens, ones, 0, 0], 2),
            100.. => ([hundreds, tens, ones, 0], 3),
        };
        if octet == u8::MAX {
            break;
        }
        octet += 1;
    }
    table
};

/// Pushes an address in its standard text (RFC 5952 for IPv6), without quotation marks.
#[inline]
pub fn push_ip(out: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(v4) => push_v4(out, v4),
        IpAddr::V6(v6) => push_v6(out, v6),
    }
}

#[inline]
fn push_v4(out: &mut Vec<u8>, v4: Ipv4Addr) {
    let mut text = [0; 16];
    let mut len = 0;
    for octet in v4.octets() {
        let (digits, count) = OCTETS[usize::from(octet)];
        text[len..len + 4].copy_from_slice(&digits);
        len += usize::from(count);
        text[len] = b'.';
        len += 1;
    }
    out.extend_from_slice(&text[..len - 1]);
}

fn push_v6(out: &mut Vec<u8>, v6: Ipv6Addr) {
    if let Some(v4) = v6.to_ipv4_mapped() {
        out.extend_from_slice(b"::ffff:");
        return push_v4(out, v4);
    }
    let groups = v6.segments();
    // The longest run of two or more zeros, the first of equals, becomes `::`.
    let (mut from, mut len) = (groups.len(), 1);
    let mut run = 0;
    for (index, group) in groups.iter().enumerate() {
        run = if *group == 0 { run + 1 } else { 0 };
        if run > len {
            (from, len) = (index + 1 - run, run);
        }
    }
    let mut index = 0;
    while index < groups.len() {
        if index == from {
            out.extend_from_slice(b"::");
            index += len;
            continue;
        }
        if index > 0 && index != from + len {
            out.push(b':');
        }
        let group = groups[index];
        let digits = [group >> 12, group >> 8 & 15, group >> 4 & 15, group & 15]
            .map(|digit| HEX[usize::from(digit)]);
        let zeros =
            usize::from(group < 0x1000) + usize::from(group < 0x100) + usize::from(group < 0x10);
        out.extend_from_slice(&digits[zeros..]);
        index += 1;
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
        fn addresses_read_back(v4: [u8; 4], v6: [u16; 8], zeros: u8) {
            let holes = std::array::from_fn::<u16, 8, _>(|at| v6[at] * u16::from(zeros >> at & 1));
            let small = holes.map(|group| group % 20);
            let mapped = std::net::Ipv4Addr::from(v4).to_ipv6_mapped();
            for ip in [v4.into(), v6.into(), holes.into(), small.into(), IpAddr::from(mapped)] {
                let mut out = Vec::new();
                push_ip(&mut out, ip);
                prop_assert_eq!(String::from_utf8(out).unwrap(), ip.to_string());
            }
        }
    }
}
