//! Digests, fuzzy hashes, fingerprints of TLS, addresses of Bitcoin.

use sha2::{Digest, Sha256};

use super::walk::Line;
use super::{Kind, Reach};

/// A digest of a known length; of JA3 and JARM where the words before it say so.
pub(super) fn digest(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let kind = match word.len() {
        32 => Kind::Md5,
        40 => Kind::Sha1,
        62 => Kind::Jarm,
        64 => Kind::Sha256,
        128 => Kind::Sha512,
        _ => return false,
    };
    if !word.iter().all(u8::is_ascii_hexdigit) || word.iter().all(|byte| *byte == word[0]) {
        return false;
    }
    let before = line.text[start.saturating_sub(24)..start].to_ascii_lowercase();
    let says = |name: &[u8]| memchr::memmem::find(&before, name).is_some();
    let kind = match kind {
        Kind::Md5 if says(b"ja3s") => Kind::Ja3s,
        Kind::Md5 if says(b"ja3") => Kind::Ja3,
        Kind::Jarm if !says(b"jarm") => return false,
        kind => kind,
    };
    // Upper and lower case in one digest is no digest: a piece of base64 may look like it.
    let upper = word.iter().any(u8::is_ascii_uppercase);
    let lower = word.iter().any(u8::is_ascii_lowercase);
    if upper && lower {
        return false;
    }
    if upper {
        let value = String::from_utf8_lossy(word).to_ascii_lowercase();
        line.found(kind, start, end, value.into(), Reach::Public);
    } else {
        line.found_as_is(kind, start, end, Reach::Public);
    }
    true
}

/// `1536:abc…:def…`: a block size of 3·2ⁿ and two signatures in base64.
pub(super) fn ssdeep(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let mut parts = word.split(|byte| *byte == b':');
    let (Some(size), Some(one), Some(two), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let signs = |part: &[u8], least: usize| {
        (least..=64).contains(&part.len())
            && part
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    let size = std::str::from_utf8(size)
        .ok()
        .and_then(|size| size.parse::<u32>().ok());
    let lawful = size.is_some_and(|size| size % 3 == 0 && (size / 3).is_power_of_two());
    // Short ones look like clock times and ports.
    if !lawful || !signs(one, 16) || !signs(two, 4) {
        return false;
    }
    line.found_as_is(Kind::Ssdeep, start, end, Reach::Public);
    true
}

/// An address of Bitcoin: base58check of versions 0 and 5, or bech32 and bech32m of witness programs (BIP 173, 350).
pub(super) fn bitcoin(line: &mut Line<'_, '_>, start: usize, end: usize) -> bool {
    let word = &line.text[start..end];
    let lawful = match word {
        [b'1' | b'3', ..] if (26..=35).contains(&word.len()) => base58check(word),
        [b'b' | b'B', b'c' | b'C', b'1', ..] if (42..=62).contains(&word.len()) => bech32(word),
        _ => false,
    };
    if lawful {
        line.found_as_is(Kind::Bitcoin, start, end, Reach::Public);
    }
    lawful
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn base58check(word: &[u8]) -> bool {
    let mut bytes = [0u8; 25];
    for letter in word {
        let Some(digit) = BASE58.iter().position(|known| known == letter) else {
            return false;
        };
        let mut carry = u32::try_from(digit).unwrap_or(0);
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let (payload, sum) = bytes.split_at(21);
    let digest = Sha256::digest(Sha256::digest(payload));
    matches!(bytes[0], 0 | 5) && digest.starts_with(sum)
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn bech32(word: &[u8]) -> bool {
    let upper = word.iter().any(u8::is_ascii_uppercase);
    if upper && word.iter().any(u8::is_ascii_lowercase) {
        return false;
    }
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let mut sum = (sum & 0x01ff_ffff) << 5 ^ value;
        for (bit, factor) in [
            0x3b6a_57b2,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ]
        .into_iter()
        .enumerate()
        {
            if top >> bit & 1 == 1 {
                sum ^= factor;
            }
        }
        sum
    };
    // The part for people, `bc`, expanded.
    let mut sum = [3, 3, 0, 2, 3].into_iter().fold(1, step);
    let mut version = None;
    for letter in &word[3..] {
        let letter = letter.to_ascii_lowercase();
        let Some(value) = BECH32.iter().position(|known| *known == letter) else {
            return false;
        };
        let value = u32::try_from(value).unwrap_or(0);
        version.get_or_insert(value);
        sum = step(sum, value);
    }
    sum == if version == Some(0) { 1 } else { 0x2bc8_30a3 }
}
