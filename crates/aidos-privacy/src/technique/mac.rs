//! Hardware addresses: the vendor stays, the device is permuted.
//!
//! A universally administered address keeps its first three octets (the OUI) and the last three go through
//! a keyed permutation of their own for each OUI. A locally administered one has no vendor: 46 bits are permuted
//! and the two that say so stay. IPv6 multicast (33:33:…) keeps its prefix. `00:00:00:00:00:00` and
//! `ff:ff:ff:ff:ff:ff` are nobody's and stay. Separators are kept, and capitals where
//! there are some.
//!
//! Keeps: equality, vendor, the bits "local" and "group". Leaks: these and frequency; a rare vendor names its
//! device. Back with the key. Not idempotent by the value, see [`Ledger`](super::Ledger).

use aidos_model::Mac;

use super::Error;
use super::permute::Permutation;
use crate::key::CommunityKey;

const ALL: u64 = 0xffff_ffff_ffff;

/// The address that stands for this one, in the same spelling.
///
/// # Errors
/// The value is no EUI-48 address in a usual spelling.
///
/// ```
/// # use aidos_privacy::{key::CommunityKey, technique::mac};
/// let key = CommunityKey::from_bytes([7; 32]);
/// let hidden = mac::hide("MAC_ADDRESS", "00-1B-44-11-3A-B7", &key)?;
/// assert!(hidden.starts_with("00-1B-44-"));
/// assert_eq!(mac::restore("MAC_ADDRESS", &hidden, &key)?, "00-1B-44-11-3A-B7");
/// # Ok::<(), aidos_privacy::technique::Error>(())
/// ```
pub fn hide(kind: &str, value: &str, key: &CommunityKey) -> Result<String, Error> {
    change(kind, value, key, false)
}

/// The address that [`hide`] hid.
///
/// # Errors
/// As for [`hide`].
pub fn restore(kind: &str, hidden: &str, key: &CommunityKey) -> Result<String, Error> {
    change(kind, hidden, key, true)
}

fn change(kind: &str, value: &str, key: &CommunityKey, back: bool) -> Result<String, Error> {
    let mac = Mac::parse(value).ok_or_else(|| Error::Shape {
        kind: kind.to_owned(),
        technique: "mac",
        reason: "it is no hardware address of 48 bits",
    })?;
    let plain = mac
        .0
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    let hidden = permute(&Permutation::new(key, "mac", ""), plain, back);
    let upper = value.bytes().any(|byte| byte.is_ascii_uppercase())
        || (value.bytes().all(|byte| !byte.is_ascii_lowercase()) && value.contains('-'));
    let mut digits = (0..12).rev().map(|at| {
        let digit = u32::try_from((hidden >> (4 * at)) & 15).unwrap_or(0);
        let digit = char::from_digit(digit, 16).unwrap_or('0');
        if upper {
            digit.to_ascii_uppercase()
        } else {
            digit
        }
    });
    Ok(value
        .chars()
        .map(|letter| {
            if letter.is_ascii_hexdigit() {
                digits.next().unwrap_or(letter)
            } else {
                letter
            }
        })
        .collect())
}

fn permute(permutation: &Permutation, mac: u64, back: bool) -> u64 {
    let is_nobody = |mac: u64| mac == 0 || mac == ALL;
    let is_multicast = |mac: u64| mac >> 32 == 0x3333;
    if is_nobody(mac) {
        return mac;
    }
    if is_multicast(mac) {
        let low = permutation.number(b"33:33", mac & 0xffff_ffff, 1 << 32, back);
        return (0x3333 << 32) | low;
    }
    let flags = (mac >> 40) & 3;
    if flags & 2 == 0 {
        let vendor = mac >> 24;
        let low = permutation.walk(
            &vendor.to_be_bytes(),
            mac & 0xff_ffff,
            1 << 24,
            back,
            |low| !is_nobody((vendor << 24) | low),
        );
        return (vendor << 24) | low;
    }
    // The two flags stand in the first octet's low bits: they are taken out and put back.
    let pack = |mac: u64| ((mac >> 42) << 40) | (mac & 0xff_ffff_ffff);
    let unpack = |packed: u64| ((packed >> 40) << 42) | (flags << 40) | (packed & 0xff_ffff_ffff);
    unpack(
        permutation.walk(&flags.to_be_bytes(), pack(mac), 1 << 46, back, |packed| {
            let mac = unpack(packed);
            !is_nobody(mac) && !is_multicast(mac)
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::key;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn addresses_come_back(mac in prop_oneof![any::<[u8; 6]>(), any::<u8>().prop_map(|low| [0x33, 0x33, 0, 0, 0, low])]) {
            let text = Mac(mac).to_string();
            let hidden = hide("MAC_ADDRESS", &text, &key(1)).unwrap();
            prop_assert_eq!(restore("MAC_ADDRESS", &hidden, &key(1)).unwrap(), text.clone());
            let out = Mac::parse(&hidden).unwrap().0;
            prop_assert_eq!(out[0] & 3, mac[0] & 3);
            if mac[0] & 2 == 0 || mac[..2] == [0x33, 0x33] {
                prop_assert_eq!(&out[..2], &mac[..2]);
            }
            if mac[0] & 2 == 0 {
                prop_assert_eq!(out[2], mac[2]);
            }
            prop_assert_eq!(out == mac, [[0; 6], [255; 6]].contains(&mac));
            prop_assert_ne!(hide("MAC_ADDRESS", &text, &key(2)).unwrap(), hidden);
        }
    }

    #[test]
    fn spelling_is_kept() {
        let hidden = |text| hide("MAC_ADDRESS", text, &key(1)).unwrap();
        let (dots, dashes) = (hidden("001b.4411.3ab7"), hidden("00-1B-44-11-3A-B7"));
        assert!(dots.starts_with("001b.44") && dashes.starts_with("00-1B-44-"));
        assert_eq!(
            dots.replace('.', ""),
            dashes.replace('-', "").to_lowercase()
        );
        for text in ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"] {
            assert_eq!(hidden(text), text);
        }
        assert!(hide("MAC_ADDRESS", "1:1:1:1:1:1", &key(1)).is_err());
    }
}
