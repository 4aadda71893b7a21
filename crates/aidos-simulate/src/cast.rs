//! Who plays: attackers, peers and the providers' own addresses.
//!
//! Nothing is stored: the n-th member of a group is a function of the seed and n, so a pool of
//! any size costs no memory. Attackers and peers are generated public addresses outside the large
//! clouds; the providers' public addresses come from the documentation ranges (RFC 5737,
//! RFC 3849).

use crate::random::mix;
use crate::text::Address;

/// Members of the pool that attack 8bells and exus alike.
pub(crate) const SHARED: u32 = 48;
/// First member that attacks 8bells only.
pub(crate) const BELLS_ONLY: u32 = 1_000;
/// First member that attacks exus only.
pub(crate) const EXUS_ONLY: u32 = 3_000;
/// First bot of the waves against 8bells.
pub(crate) const BELLS_BOTS: u32 = 10_000;
/// First bot of the waves against exus.
pub(crate) const EXUS_BOTS: u32 = 20_000;
/// Bots a provider sees.
pub(crate) const BOTS: u32 = 3_000;
/// First of the strangers whose single packets 8bells drops.
pub(crate) const BELLS_NOISE: u32 = 40_000;
/// First of the strangers that exus reports now and then.
pub(crate) const EXUS_NOISE: u32 = 300_000;

/// The /16 networks of attackers.
const HOSTILE: [(u8, u8); 24] = [
    (91, 22),
    (62, 70),
    (101, 107),
    (194, 199),
    (31, 136),
    (213, 208),
    (195, 194),
    (77, 29),
    (156, 120),
    (213, 106),
    (82, 32),
    (200, 99),
    (82, 233),
    (193, 146),
    (221, 182),
    (190, 69),
    (85, 49),
    (171, 253),
    (212, 101),
    (141, 76),
    (171, 145),
    (212, 36),
    (171, 124),
    (156, 112),
];

/// The /16 networks of ordinary peers.
const FRIENDLY: [(u8, u8); 24] = [
    (113, 17),
    (190, 130),
    (178, 152),
    (186, 89),
    (85, 13),
    (141, 59),
    (156, 87),
    (223, 223),
    (186, 228),
    (186, 213),
    (62, 35),
    (122, 48),
    (37, 43),
    (77, 184),
    (82, 249),
    (91, 8),
    (80, 174),
    (178, 61),
    (141, 179),
    (145, 187),
    (92, 31),
    (37, 88),
    (89, 172),
    (78, 42),
];

/// Hosts of a /16 without last octets 0 and 255: 254 × 254.
const HOSTS: u64 = 64_516;

/// The n-th address of a set of /16 networks; distinct for n < 24 × 64,516.
fn spread(seed: u64, nets: &[(u8, u8); 24], n: u32) -> Address {
    let n = u64::from(n);
    let (high, low) = nets[(n % 24) as usize];
    // Odd and no multiple of 127, the only primes of HOSTS being 2 and 127: a bijection.
    let step = 127 * 2 * (mix(seed) % 250) + 129;
    // Each network starts elsewhere, or the hosts of all would look alike.
    let host = ((n / 24) * step + mix(seed ^ (n % 24)) % HOSTS) % HOSTS;
    Address::V4(u32::from_be_bytes([
        high,
        low,
        (1 + host / 254) as u8,
        (1 + host % 254) as u8,
    ]))
}

/// The n-th attacker. One in sixteen below [`BELLS_BOTS`] has IPv6.
pub(crate) fn attacker(seed: u64, n: u32) -> Address {
    if n < BELLS_BOTS && n % 16 == 15 {
        let bits = u128::from(mix(seed ^ mix(u64::from(n))));
        // Inside 2a0e::/16, of which 2a00::/12 is given out by the RIPE NCC.
        return Address::V6(0x2a0e << 112 | (bits >> 40) << 72 | u128::from(n) << 16 | bits & 0xff);
    }
    spread(seed, &HOSTILE, n)
}

/// The n-th ordinary peer.
pub(crate) fn peer(seed: u64, n: u32) -> Address {
    spread(seed ^ 0xfeed, &FRIENDLY, n)
}

/// The n-th ordinary IPv6 peer.
pub(crate) fn peer6(seed: u64, n: u32) -> Address {
    let bits = u128::from(mix(seed ^ mix(u64::from(n) + 99)));
    Address::V6(0x2a0f << 112 | (bits >> 40) << 72 | u128::from(n) << 16 | bits & 0xffff)
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

/// One of 2,000 work places behind 8bells: `10.20.1.2` to `10.20.8.251`.
pub(crate) fn bells_host(n: u32) -> Address {
    Address::V4(v4(10, 20, 1, 2) + (n % 2000 / 250) * 256 + n % 250)
}

/// One of 48 servers behind 8bells.
pub(crate) fn bells_server(n: u32) -> Address {
    Address::V4(v4(10, 20, 100, 10) + n % 48)
}

/// One of 254 addresses that a scan of the server network meets.
pub(crate) fn bells_scanned(n: u32) -> Address {
    Address::V4(v4(10, 20, 100, 1) + n % 254)
}

/// One of 12 public addresses of 8bells.
pub(crate) fn bells_public(n: u32) -> Address {
    Address::V4(v4(203, 0, 113, 2) + n % 12)
}

/// One of 254 IPv6 servers of 8bells.
pub(crate) fn bells_server6(n: u32) -> Address {
    Address::V6(0x2001_0db8_08be << 80 | u128::from(1 + n % 254))
}

/// One of 500 IPv6 work places of 8bells.
pub(crate) fn bells_host6(n: u32) -> Address {
    let scattered = mix(u64::from(n % 500));
    Address::V6(0x2001_0db8_08be_0001 << 64 | u128::from(scattered))
}

/// One of 254 servers behind exus.
pub(crate) fn exus_server(n: u32) -> Address {
    Address::V4(v4(172, 16, 10, 1) + n % 254)
}

/// One of 12 public addresses of exus.
pub(crate) fn exus_public(n: u32) -> Address {
    Address::V4(v4(198, 51, 100, 2) + n % 12)
}

/// One of 254 IPv6 servers of exus.
pub(crate) fn exus_server6(n: u32) -> Address {
    Address::V6(0x2001_0db8_0e05 << 80 | u128::from(1 + n % 254))
}

/// The network card of a host: locally administered, a function of its address.
pub(crate) fn card(of: Address) -> [u8; 6] {
    let bits = mix(of.key() ^ 0xca4d).to_be_bytes();
    [
        (bits[0] & 0xf0) | 2,
        bits[1],
        bits[2],
        bits[3],
        bits[4],
        bits[5],
    ]
}

/// Names that attackers try and that people have.
pub(crate) const USERS: [&str; 40] = [
    "admin",
    "root",
    "user",
    "test",
    "support",
    "guest",
    "ubuntu",
    "pi",
    "oracle",
    "postgres",
    "mikrotik",
    "administrator",
    "ftp",
    "backup",
    "nagios",
    "git",
    "www-data",
    "operator",
    "tech",
    "monitor",
    "service",
    "info",
    "web",
    "mysql",
    "deploy",
    "jenkins",
    "ansible",
    "vagrant",
    "tomcat",
    "hadoop",
    "maria.k",
    "nikos",
    "eleni.p",
    "giorgos",
    "anna",
    "s.meyer",
    "jdoe",
    "office",
    "scanner",
    "admin1",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn groups_do_not_meet() {
        for seed in [0, 1, 42, u64::MAX] {
            let mut seen = HashSet::new();
            let ranges = [
                (0, SHARED),
                (BELLS_ONLY, BELLS_ONLY + 500),
                (EXUS_ONLY, EXUS_ONLY + 500),
                (BELLS_BOTS, BELLS_BOTS + BOTS),
                (EXUS_BOTS, EXUS_BOTS + BOTS),
                (BELLS_NOISE, BELLS_NOISE + 20_000),
                (EXUS_NOISE, EXUS_NOISE + 4_000),
            ];
            for (from, to) in ranges {
                for n in from..to {
                    assert!(
                        seen.insert(attacker(seed, n)),
                        "attacker {n} of seed {seed}"
                    );
                }
            }
            for n in 0..50_000 {
                assert!(seen.insert(peer(seed, n)), "peer {n} of seed {seed}");
            }
            for n in 0..2_000 {
                assert!(seen.insert(peer6(seed, n)), "IPv6 peer {n} of seed {seed}");
            }
        }
    }

    #[test]
    fn cards_are_unicast_and_local() {
        for n in 0..100 {
            assert_eq!(card(bells_host(n))[0] & 3, 2);
        }
    }
}
