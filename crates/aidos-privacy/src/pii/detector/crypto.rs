//! Wallets: Bitcoin and its kin (`Base58Check`; Bech32 of BIP-173 and Bech32m of BIP-350),
//! Ethereum (EIP-55), Monero (its Base58 in blocks), Tron.

use sha2::{Digest as _, Sha256};
use sha3::Keccak256;

use crate::pii::window::{Report, Run, Window};
use crate::pii::words::topic;
use crate::pii::{Kind, Proof};

const FOUND: Report = Report {
    kind: Kind::Crypto,
    subtype: None,
    detector: "crypto",
    score: 0.98,
    proof: Proof::Checked,
    why: "the form of a wallet's address, and its checksum holds",
};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Looks for a wallet at a run with letters and digits.
pub(crate) fn at_run(w: &mut Window<'_>, run: Run) {
    if !(14..=106).contains(&run.len())
        || !w.wants(Kind::Crypto)
        || w.word_before(run.start)
        || matches!(w.before(run.start), b'_')
    {
        return;
    }
    let bytes = w.slice(run.start, run.end);
    let coin = match (bytes.first(), run.len()) {
        (Some(b'0'), 42) => {
            ethereum(w, run);
            return;
        }
        (Some(b'4' | b'8'), 95 | 106) => monero(bytes).then_some("MONERO"),
        (
            Some(
                b'1' | b'3' | b'2' | b'm' | b'n' | b'L' | b'M' | b'D' | b'A' | b'9' | b'X' | b'7'
                | b'T',
            ),
            25..=35,
        ) => base58check(bytes),
        (Some(b'b' | b'l' | b't' | b'B' | b'L' | b'T'), _) => bech32(bytes),
        _ => None,
    };
    if let Some(coin) = coin {
        w.report(
            run.start,
            run.end,
            Report {
                subtype: Some(coin),
                ..FOUND
            },
        );
    }
}

/// `0x` and forty hexadecimal digits; in mixed case the case is the checksum.
fn ethereum(w: &mut Window<'_>, run: Run) {
    let bytes = w.slice(run.start, run.end);
    let Some(digits) = bytes
        .strip_prefix(b"0x")
        .or_else(|| bytes.strip_prefix(b"0X"))
    else {
        return;
    };
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return;
    }
    let mixed =
        digits.iter().any(u8::is_ascii_uppercase) && digits.iter().any(u8::is_ascii_lowercase);
    if mixed {
        let hash = Keccak256::digest(digits.to_ascii_lowercase());
        let holds = digits.iter().enumerate().all(|(place, d)| {
            let byte = hash.get(place / 2).copied().unwrap_or(0);
            let high = (if place % 2 == 0 { byte >> 4 } else { byte & 15 }) >= 8;
            !d.is_ascii_alphabetic() || d.is_ascii_uppercase() == high
        });
        if holds {
            w.report(
                run.start,
                run.end,
                Report {
                    subtype: Some("ETHEREUM"),
                    ..FOUND
                },
            );
        }
    } else {
        let near = w.near(topic::WALLET, run.start, run.end);
        let why = "0x and forty hexadecimal digits";
        let score = if near { 0.95 } else { 0.7 };
        w.report(
            run.start,
            run.end,
            Report {
                subtype: Some("ETHEREUM"),
                score,
                why,
                ..FOUND
            },
        );
    }
}

/// The place of a byte in an alphabet.
fn index(alphabet: &[u8], byte: u8) -> Option<u32> {
    alphabet
        .iter()
        .position(|&b| b == byte)
        .and_then(|p| u32::try_from(p).ok())
}

/// `Base58Check`: a version, twenty bytes, four of a double SHA-256. Returns the coin.
fn base58check(bytes: &[u8]) -> Option<&'static str> {
    let mut number = [0u8; 25];
    for &b in bytes {
        let mut carry = index(BASE58, b)?;
        for slot in number.iter_mut().rev() {
            carry += u32::from(*slot) * 58;
            *slot = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            return None;
        }
    }
    let (body, sum) = number.split_at_checked(21)?;
    let hash = Sha256::digest(Sha256::digest(body));
    // Each leading zero byte is written as one `1`.
    let zeros = number.iter().take_while(|&&b| b == 0).count();
    let ones = bytes.iter().take_while(|&&b| b == b'1').count();
    if hash.get(..4) != Some(sum) || zeros != ones {
        return None;
    }
    Some(match number.first()? {
        0x00 | 0x05 | 0x6F | 0xC4 => "BITCOIN",
        0x30 | 0x32 => "LITECOIN",
        0x1E | 0x16 => "DOGECOIN",
        0x4C | 0x10 => "DASH",
        0x41 => "TRON",
        _ => return None,
    })
}

/// Bech32 or Bech32m: the prefix, a witness version, and a polynomial over 32 elements.
fn bech32(bytes: &[u8]) -> Option<&'static str> {
    let lower = bytes.to_ascii_lowercase();
    // Mixed case is not allowed.
    if lower != bytes && bytes.to_ascii_uppercase() != bytes {
        return None;
    }
    let (prefix, coin): (&[u8], _) = match lower.get(..3)? {
        b"bc1" => (b"bc", "BITCOIN"),
        b"tb1" => (b"tb", "BITCOIN"),
        b"ltc" => (b"ltc", "LITECOIN"),
        _ => return None,
    };
    let data = lower.get(prefix.len() + 1..)?;
    if lower.get(prefix.len()) != Some(&b'1') || data.len() < 14 {
        return None;
    }
    let mut sum = 1u32;
    let mut push = |value: u32| {
        const GENERATOR: [u32; 5] = [
            0x3b6a_57b2,
            0x2650_8e6d,
            0x1ea1_19fa,
            0x3d42_33dd,
            0x2a14_62b3,
        ];
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ value;
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    };
    for &c in prefix {
        push(u32::from(c >> 5));
    }
    push(0);
    for &c in prefix {
        push(u32::from(c & 31));
    }
    for &c in data {
        push(index(BECH32, c)?);
    }
    let version = index(BECH32, *data.first()?)?;
    let wanted = if version == 0 { 1 } else { 0x2bc8_30a3 };
    (sum == wanted && version <= 16).then_some(coin)
}

/// Monero: eleven letters stand for eight bytes each, and four bytes of Keccak-256 end it.
fn monero(bytes: &[u8]) -> bool {
    let mut number = Vec::with_capacity(80);
    for block in bytes.chunks(11) {
        let size = match block.len() {
            11 => 8,
            7 => 5,
            _ => return false,
        };
        let value = block
            .iter()
            .try_fold(0u128, |n, &b| Some(n * 58 + u128::from(index(BASE58, b)?)));
        let Some(value) = value.filter(|v| v >> (8 * size) == 0) else {
            return false;
        };
        let all = value.to_be_bytes();
        number.extend_from_slice(all.get(16 - size..).unwrap_or_default());
    }
    let Some((body, sum)) = number
        .len()
        .checked_sub(4)
        .and_then(|at| number.split_at_checked(at))
    else {
        return false;
    };
    matches!(body.first(), Some(18 | 19 | 42)) && Keccak256::digest(body).get(..4) == Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::scanner::tests::{found, found_as, none};

    /// Writes bytes in Monero's blocks.
    fn in_blocks(bytes: &[u8]) -> String {
        let mut out = String::new();
        for block in bytes.chunks(8) {
            let len = match block.len() {
                8 => 11,
                5 => 7,
                _ => unreachable!("an address has 69 bytes"),
            };
            let mut n = block.iter().fold(0u128, |n, &b| n << 8 | u128::from(b));
            let mut text = vec![b'1'; len];
            for slot in text.iter_mut().rev() {
                *slot = BASE58[(n % 58) as usize];
                n /= 58;
            }
            out.push_str(std::str::from_utf8(&text).unwrap());
        }
        out
    }

    #[test]
    fn published_addresses() {
        found_as(
            "pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa now",
            Kind::Crypto,
            "BITCOIN",
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        );
        found(
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            Kind::Crypto,
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        );
        found(
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq.",
            Kind::Crypto,
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        );
        let taproot = "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr";
        found(taproot, Kind::Crypto, taproot);
        found_as(
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            Kind::Crypto,
            "ETHEREUM",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        );
        found(
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            Kind::Crypto,
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        );
    }

    #[test]
    fn a_made_monero_address_and_a_broken_one() {
        let mut bytes = vec![18u8];
        bytes.extend((0..64).map(|n: u8| n.wrapping_mul(37)));
        let sum = Keccak256::digest(&bytes);
        bytes.extend(&sum[..4]);
        let address = in_blocks(&bytes);
        assert_eq!(address.len(), 95);
        found_as(&format!("xmr {address}"), Kind::Crypto, "MONERO", &address);
        *bytes.last_mut().unwrap() ^= 1;
        none(&in_blocks(&bytes), Kind::Crypto);
    }

    #[test]
    fn one_changed_letter_breaks_each() {
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx",
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcq",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae",
        ] {
            none(text, Kind::Crypto);
        }
    }
}
