//! Addresses that keep their neighbourhood: prefix-preserving encryption for IPv4 and IPv6.
//!
//! The construction is ipcrypt-pfx (draft-denis-ipcrypt; crate `ipcrypt-rs`, not audited), which like
//! Crypto-PAn flips each bit by a keyed function of the bits before it: two addresses that share exactly `n`
//! leading bits share exactly `n` afterwards. It is a bijection and the key undoes it. In a range of 256 addresses one would stand
//! for itself on average; such an address and its neighbour, which has the same flips, stand for each other.
//!
//! On top of it the special ranges of RFC 6890 map inside themselves (10.0.0.0/8 stays 10.0.0.0/8, loopback
//! stays loopback, a ULA a ULA, …): on the way to such a range no bit is flipped. The law of prefixes still
//! holds for all pairs, since a flip still depends on the bits before it alone. 0.0.0.0, 127.0.0.1,
//! 255.255.255.255, `::` and `::1` stay what they are. An IPv4 address inside `::ffff:0:0/96` or `64:ff9b::/96`
//! is hidden as the IPv4 address that it is.
//!
//! Keeps: equality, subnets, special ranges, version. Leaks: frequency; the common prefixes of all pairs; the
//! leading bits that an address shares with a special range and one more (an address beside 10.0.0.0/8 shows
//! its first octet's first bits: 8.8.8.8 shows seven; a random public IPv4 address 4.5 on average, 3 at least). Who plants addresses of his choice in the logs, or knows
//! some by other means, reads the prefixes of all their neighbours: do not use it where an attacker writes the
//! log and reads the release, and narrow the key per case.
//!
//! Not idempotent by the value: an address does not show that it was hidden. See [`Ledger`](super::Ledger).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipcrypt_rs::IpcryptPfx;

use crate::key::CommunityKey;

/// IPv4 networks that map inside themselves: RFC 6890 and its registry, multicast, and single addresses.
const SPECIAL_V4: [(Ipv4Addr, u8); 22] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::UNSPECIFIED, 32),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::LOCALHOST, 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(224, 0, 0, 0), 24),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
];

/// IPv6 networks that map inside themselves.
const SPECIAL_V6: [(Ipv6Addr, u8); 18] = [
    (Ipv6Addr::UNSPECIFIED, 128),
    (Ipv6Addr::LOCALHOST, 128),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 8),
    (Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0), 8),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    // What RFC 4291 lets a link have of it.
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 64),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
    (Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// The addresses of one community: hidden and given back. Make it once, use it for many.
pub struct Addresses {
    cipher: IpcryptPfx,
}

impl Addresses {
    /// The addresses under this key.
    pub fn new(key: &CommunityKey) -> Self {
        let mut halves = key.subkey::<32>("ipcrypt-pfx", "");
        let (first, second) = halves.split_at_mut(16);
        // The crate refuses equal halves by a panic. Chance 2⁻¹²⁸, and then this is as good.
        if first == second
            && let Some(byte) = first.first_mut()
        {
            *byte ^= 1;
        }
        Self {
            cipher: IpcryptPfx::new(*halves),
        }
    }

    /// The address that stands for this one.
    ///
    /// ```
    /// # use aidos_privacy::{key::CommunityKey, technique::ip::Addresses};
    /// let addresses = Addresses::new(&CommunityKey::from_bytes([7; 32]));
    /// let a = addresses.hide("10.1.2.3".parse()?);
    /// let b = addresses.hide("10.1.2.77".parse()?);
    /// assert!(a.to_string().starts_with("10."));
    /// assert_eq!(addresses.restore(b), "10.1.2.77".parse::<std::net::IpAddr>()?);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    pub fn hide(&self, ip: IpAddr) -> IpAddr {
        inside(ip, |ip| {
            let plain = bits(ip);
            let flips = plain ^ self.encrypt(plain, ip);
            let kept = kept(ip);
            let hidden = plain ^ (flips & !kept);
            address(unlike(plain, hidden, kept), ip)
        })
    }

    /// The address that this one stands for: undoes [`Addresses::hide`].
    pub fn restore(&self, ip: IpAddr) -> IpAddr {
        inside(ip, |ip| {
            let hidden = bits(ip);
            // The kept bits are the plain ones, so what the cipher alone makes of them can be computed;
            // below them stands its output already.
            let kept = kept(ip);
            let whole = (self.encrypt(hidden, ip) & kept) | (hidden & !kept);
            let plain = bits_in(self.cipher.decrypt_ipaddr(address(whole, ip)), ip);
            address(unlike(hidden, plain, kept), ip)
        })
    }

    /// The cipher of the crate on the address' own bits, at the low end.
    fn encrypt(&self, plain: u128, like: IpAddr) -> u128 {
        bits_in(self.cipher.encrypt_ipaddr(address(plain, like)), like)
    }
}

/// Another address, or the neighbour where it would be the same: all flips are off then, for both neighbours, so that they swap. What
/// is kept whole stays.
fn unlike(one: u128, other: u128, kept: u128) -> u128 {
    if one == other && kept & 1 == 0 {
        other ^ 1
    } else {
        other
    }
}

/// Does it to the IPv4 address inside of an IPv6 address that holds one.
fn inside(ip: IpAddr, change: impl Fn(IpAddr) -> IpAddr) -> IpAddr {
    const HOLDERS: [u128; 2] = [0xffff_u128 << 32, 0x0064_ff9b_u128 << 96];
    if let IpAddr::V6(v6) = ip
        && HOLDERS.contains(&(v6.to_bits() >> 32 << 32))
    {
        #[allow(clippy::cast_possible_truncation)] // the low 32 bits are meant
        let v4 = Ipv4Addr::from_bits(v6.to_bits() as u32);
        return match change(IpAddr::V4(v4)) {
            IpAddr::V4(v4) => {
                let bits = (v6.to_bits() >> 32 << 32) | u128::from(v4.to_bits());
                IpAddr::V6(Ipv6Addr::from_bits(bits))
            }
            IpAddr::V6(v6) => IpAddr::V6(v6),
        };
    }
    change(ip)
}

/// A mask over the bits that are not flipped: those on the way to a special range.
fn kept(ip: IpAddr) -> u128 {
    // Bit `i` is kept where the bits before it lead to a range that is longer than `i`.
    let way = |width: u32, network: u128, length: u8| {
        let common = ((bits(ip) ^ network) << (128 - width))
            .leading_zeros()
            .min(width);
        (common + 1).min(u32::from(length))
    };
    let (width, length) = match ip {
        IpAddr::V4(_) => {
            let ways = SPECIAL_V4
                .iter()
                .map(|(network, length)| way(32, u128::from(network.to_bits()), *length));
            (32, ways.max().unwrap_or(0))
        }
        IpAddr::V6(_) => {
            let ways = SPECIAL_V6
                .iter()
                .map(|(network, length)| way(128, network.to_bits(), *length));
            (128, ways.max().unwrap_or(0))
        }
    };
    let all = u128::MAX >> (128 - width);
    all & !all.checked_shr(length).unwrap_or(0)
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The bits of an answer of the crate, which writes an IPv6 address as IPv4 where it happens to be a mapped one.
fn bits_in(answer: IpAddr, like: IpAddr) -> u128 {
    match (answer, like) {
        (IpAddr::V4(v4), IpAddr::V6(_)) => v4.to_ipv6_mapped().to_bits(),
        (answer, _) => bits(answer),
    }
}

fn address(bits: u128, like: IpAddr) -> IpAddr {
    match like {
        #[allow(clippy::cast_possible_truncation)] // an IPv4 address has 32
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technique::testing::{hex, key};
    use proptest::prelude::*;

    #[test]
    fn no_address_of_a_small_range_stands_for_itself() {
        for number in 0..24 {
            let addresses = Addresses::new(&CommunityKey::from_bytes([number; 32]));
            let mut taken = std::collections::BTreeSet::new();
            for last in 0..=255 {
                let ip = IpAddr::V4(Ipv4Addr::new(198, 51, 100, last));
                let hidden = addresses.hide(ip);
                assert_ne!(hidden, ip);
                assert!(hidden.to_string().starts_with("198.51.100."));
                assert_eq!(addresses.restore(hidden), ip);
                assert!(taken.insert(hidden));
            }
        }
    }

    /// Vectors of draft-denis-ipcrypt, ipcrypt-pfx.
    #[test]
    fn the_cipher_gives_the_published_vectors() {
        for (key, plain, hidden) in [
            (
                "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301",
                "0.0.0.0",
                "151.82.155.134",
            ),
            (
                "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301",
                "255.255.255.255",
                "94.185.169.89",
            ),
            (
                "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301",
                "192.0.2.1",
                "100.115.72.131",
            ),
            (
                "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301",
                "2001:db8::1",
                "c180:5dd4:2587:3524:30ab:fa65:6ab6:f88",
            ),
            (
                "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a",
                "10.0.0.47",
                "19.214.210.244",
            ),
            (
                "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a",
                "10.0.0.129",
                "19.214.210.80",
            ),
            (
                "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a",
                "172.16.5.193",
                "210.78.229.136",
            ),
            (
                "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a",
                "2001:db8::a5c9:4e2f:bb91:5a7d",
                "7cec:702c:1243:f70:1956:125:b9bd:1aba",
            ),
        ] {
            let cipher = IpcryptPfx::new(hex(key).try_into().unwrap());
            let plain: IpAddr = plain.parse().unwrap();
            assert_eq!(cipher.encrypt_ipaddr(plain).to_string(), hidden);
            assert_eq!(cipher.decrypt_ipaddr(hidden.parse().unwrap()), plain);
        }
    }

    /// Addresses that are often near special ranges, where the rules could clash.
    fn v4() -> impl Strategy<Value = Ipv4Addr> {
        prop_oneof![
            any::<u32>().prop_map(Ipv4Addr::from_bits),
            (0..SPECIAL_V4.len(), any::<u32>(), 0..33_u32).prop_map(|(at, noise, shift)| {
                let noise = noise.checked_shr(shift).unwrap_or(0);
                Ipv4Addr::from_bits(SPECIAL_V4[at].0.to_bits() ^ noise)
            }),
        ]
    }

    fn v6() -> impl Strategy<Value = Ipv6Addr> {
        prop_oneof![
            any::<u128>().prop_map(Ipv6Addr::from_bits),
            (0..SPECIAL_V6.len(), any::<u128>(), 0..129_u32).prop_map(|(at, noise, shift)| {
                let noise = noise.checked_shr(shift).unwrap_or(0);
                Ipv6Addr::from_bits(SPECIAL_V6[at].0.to_bits() ^ noise)
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn prefixes_of_v4_are_kept_exactly(a in v4(), b in v4(), flip in 0..32_u32, seed: u8) {
            let addresses = Addresses::new(&key(seed));
            let near = Ipv4Addr::from_bits(a.to_bits() ^ (1 << flip));
            for other in [b, near] {
                let common = (a.to_bits() ^ other.to_bits()).leading_zeros();
                let (IpAddr::V4(x), IpAddr::V4(y)) = (addresses.hide(a.into()), addresses.hide(other.into()))
                    else { return Err(TestCaseError::fail("version")) };
                prop_assert_eq!((x.to_bits() ^ y.to_bits()).leading_zeros(), common);
                prop_assert_eq!(addresses.restore(x.into()), IpAddr::V4(a));
            }
        }

        #[test]
        fn prefixes_of_v6_are_kept_exactly(a in v6(), b in v6(), flip in 0..128_u32, seed: u8) {
            let addresses = Addresses::new(&key(seed));
            let near = Ipv6Addr::from_bits(a.to_bits() ^ (1 << flip));
            for other in [b, near] {
                let common = (a.to_bits() ^ other.to_bits()).leading_zeros();
                let (IpAddr::V6(x), IpAddr::V6(y)) = (addresses.hide(a.into()), addresses.hide(other.into()))
                    else { return Err(TestCaseError::fail("version")) };
                // Also where one of them holds an IPv4 address and the other does not.
                prop_assert_eq!((x.to_bits() ^ y.to_bits()).leading_zeros(), common);
                prop_assert_eq!(addresses.restore(x.into()), IpAddr::V6(a));
            }
        }

        #[test]
        fn special_ranges_are_closed(at in 0..SPECIAL_V4.len(), noise: u32, seed: u8) {
            let (network, length) = SPECIAL_V4[at];
            let host = noise.checked_shr(u32::from(length)).unwrap_or(0);
            let ip = Ipv4Addr::from_bits(network.to_bits() | host);
            let IpAddr::V4(hidden) = Addresses::new(&key(seed)).hide(ip.into()) else {
                return Err(TestCaseError::fail("version"));
            };
            prop_assert!((hidden.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(length));
        }

        #[test]
        fn special_ranges_of_v6_are_closed(at in 0..SPECIAL_V6.len(), noise: u128, seed: u8) {
            let (network, length) = SPECIAL_V6[at];
            let host = noise.checked_shr(u32::from(length)).unwrap_or(0);
            let ip = Ipv6Addr::from_bits(network.to_bits() | host);
            let IpAddr::V6(hidden) = Addresses::new(&key(seed)).hide(ip.into()) else {
                return Err(TestCaseError::fail("version"));
            };
            prop_assert!((hidden.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(length));
        }
    }

    #[test]
    fn single_addresses_stay() {
        let addresses = Addresses::new(&key(3));
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
        ] {
            let ip: IpAddr = text.parse().unwrap();
            assert_eq!(addresses.hide(ip), ip);
        }
        let mapped = addresses.hide("::ffff:198.51.7.9".parse().unwrap());
        let plain = addresses.hide("198.51.7.9".parse().unwrap());
        assert_eq!(mapped.to_canonical(), plain);
    }

    /// A permutation of a whole /16, and different ones for two communities.
    #[test]
    fn a_network_is_permuted() {
        let (ours, theirs) = (Addresses::new(&key(1)), Addresses::new(&key(2)));
        let mut seen = std::collections::BTreeSet::new();
        let mut equal = 0;
        for host in 0..=u16::MAX {
            let ip = IpAddr::V4(Ipv4Addr::from_bits(0x5d12_0000 | u32::from(host)));
            let hidden = ours.hide(ip);
            equal += u32::from(hidden == theirs.hide(ip));
            assert!(seen.insert(hidden));
        }
        assert!(equal <= 4, "{equal}");
    }
}
