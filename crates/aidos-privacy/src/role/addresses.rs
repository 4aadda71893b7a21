//! Many addresses in little room.

use std::net::IpAddr;

/// A set of addresses: four bytes for each of IPv4, sixteen for each of IPv6, in order.
///
/// An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) is the IPv4 address. `Debug` counts them and shows none.
///
/// ```
/// use aidos_privacy::role::AddressSet;
/// let set: AddressSet = ["203.0.113.7", "2001:db8::1"].iter().filter_map(|text| text.parse().ok()).collect();
/// assert!(set.holds("::ffff:203.0.113.7".parse()?) && !set.holds("203.0.113.8".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AddressSet {
    v4: Vec<u32>,
    v6: Vec<u128>,
}

impl std::fmt::Debug for AddressSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AddressSet({})", self.len())
    }
}

impl AddressSet {
    /// Whether an address is one of them.
    pub fn holds(&self, ip: IpAddr) -> bool {
        match ip.to_canonical() {
            IpAddr::V4(ip) => self.v4.binary_search(&ip.to_bits()).is_ok(),
            IpAddr::V6(ip) => self.v6.binary_search(&ip.to_bits()).is_ok(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FromIterator<IpAddr> for AddressSet {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        let mut set = Self::default();
        for ip in addresses {
            match ip.to_canonical() {
                IpAddr::V4(ip) => set.v4.push(ip.to_bits()),
                IpAddr::V6(ip) => set.v6.push(ip.to_bits()),
            }
        }
        set.v4.sort_unstable();
        set.v4.dedup();
        set.v6.sort_unstable();
        set.v6.dedup();
        set.v4.shrink_to_fit();
        set.v6.shrink_to_fit();
        set
    }
}
