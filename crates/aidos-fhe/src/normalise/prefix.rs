//! IPv4 networks. Those of up to 4,096 addresses become addresses; wider ones become prefixes of fixed lengths,
//! which every address of a query then carries too. Who holds the map of a query learns the length that matched.

use std::net::Ipv4Addr;

use super::{Kind, Value};

/// The lengths in which wide networks are compared.
const LENGTHS: [u8; 4] = [8, 12, 16, 20];

/// The most addresses that a network is expanded into: those of a /20.
pub const MOST_ADDRESSES: u32 = 1 << 12;

/// A network: its first address and the length of its prefix.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    first: u32,
    length: u8,
}

impl Prefix {
    /// Reads `10.0.0.0/8`; bits behind the prefix are taken for zero. A single address is a /32.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (address, length) = text.trim().split_once('/').unwrap_or((text.trim(), "32"));
        let address: Ipv4Addr = address
            .parse()
            .map_err(|_| "it has no IPv4 address before its /")?;
        let length: u8 = length
            .parse()
            .ok()
            .filter(|length| *length <= 32)
            .ok_or("its length is not 0 to 32")?;
        Ok(Self::of(address.into(), length))
    }

    fn of(address: u32, length: u8) -> Self {
        let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        Self {
            first: address & mask,
            length,
        }
    }

    /// All its addresses, for an IPv4 list; none if it has more than [`MOST_ADDRESSES`].
    pub fn addresses(self) -> Option<impl Iterator<Item = Value>> {
        let count = 1_u64 << (32 - self.length);
        (count <= u64::from(MOST_ADDRESSES)).then(|| {
            let last = self.first | u32::try_from(count - 1).unwrap_or(0);
            (self.first..=last).map(Value::Number)
        })
    }

    /// The networks of the fixed lengths that it consists of, for a list of networks; none if it has 12 bits or
    /// fewer behind it, as then it has addresses. One wider than a /8 is 2 to 256 of them.
    pub fn pieces(self) -> Option<impl Iterator<Item = Value>> {
        let length = LENGTHS.into_iter().find(|length| self.length <= *length)?;
        (self.addresses().is_none()).then(|| {
            (0..1_u32 << (length - self.length)).filter_map(move |piece| {
                let shift = 32 - u32::from(length);
                Self::of(self.first | piece << shift, length).value().ok()
            })
        })
    }

    /// As a value of its own; its length must be one of the fixed ones.
    pub(super) fn value(self) -> Result<Value, &'static str> {
        if !LENGTHS.contains(&self.length) {
            return Err("its length is not 8, 12, 16 or 20; cut it into pieces of these");
        }
        let [a, b, c, _] = self.first.to_be_bytes();
        Ok(Kind::Cidr.tagged(&[self.length, a, b, c]))
    }
}

/// The networks of the fixed lengths around an address: what a query asks a list of networks for.
pub fn prefixes_of(address: Ipv4Addr) -> impl Iterator<Item = Value> {
    LENGTHS
        .into_iter()
        .filter_map(move |length| Prefix::of(address.into(), length).value().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Prefix {
        Prefix::parse(text).unwrap()
    }

    #[test]
    fn narrow_networks_are_addresses() {
        let all: Vec<Value> = parse("192.0.2.77/24").addresses().unwrap().collect();
        assert_eq!(all.len(), 256);
        assert!(all[0] == Value::Number(0xc000_0200) && all[255] == Value::Number(0xc000_02ff));
        assert_eq!(parse("255.255.255.255").addresses().unwrap().count(), 1);
        assert_eq!(parse("0.0.0.0/20").addresses().unwrap().count(), 4096);
        assert!(parse("0.0.0.0/19").addresses().is_none());
        assert!(parse("0.0.0.0/20").pieces().is_none());
    }

    #[test]
    fn an_address_finds_the_wide_network_around_it() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.16.0.0/13", "10.23.255.255", "10.24.0.0"),
            ("10.32.0.0/19", "10.32.31.255", "10.32.32.0"),
            ("0.0.0.0/0", "255.255.255.255", ""),
            ("128.0.0.0/1", "200.1.2.3", "127.255.255.255"),
        ] {
            let pieces: Vec<Value> = parse(network).pieces().unwrap().collect();
            let hits = |address: &str| {
                prefixes_of(address.parse().unwrap())
                    .filter(|prefix| pieces.contains(prefix))
                    .count()
            };
            assert_eq!(hits(inside), 1, "{network}");
            assert!(outside.is_empty() || hits(outside) == 0, "{network}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.0/-1",
            "::/8",
        ] {
            assert!(Prefix::parse(bad).is_err(), "{bad}");
        }
    }
}
