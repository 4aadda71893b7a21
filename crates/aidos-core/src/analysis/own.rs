//! What an organisation says is its own: networks and e-mail domains.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::ranges::is_private;
use crate::clean::ip;

/// Networks and domains that belong to the providers, beyond the private ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    networks: Vec<Network>,
    /// Networks of one address: there may be very many.
    hosts: BTreeSet<IpAddr>,
    domains: Vec<String>,
}

/// An address range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u8,
}

/// The text is neither a network nor a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither an address, a network such as 203.0.113.0/24, nor a domain such as example.org"
)]
pub struct NotOwn(String);

impl Own {
    /// Reads addresses, networks in CIDR form, and domains.
    ///
    /// ```
    /// # use aidos_core::analysis::own::Own;
    /// let own = Own::parse(["203.0.113.0/24", "Hospital.example"])?;
    /// assert!(own.has_ip("203.0.113.9".parse().unwrap()));
    /// assert!(own.has_domain("mail.hospital.example"));
    /// # Ok::<(), aidos_core::analysis::own::NotOwn>(())
    /// ```
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, NotOwn> {
        let mut own = Self::default();
        for text in texts {
            let wrong = || NotOwn(text.to_owned());
            let (host, bits) = match text.split_once('/') {
                Some((host, bits)) => (host, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
                None => (text, None),
            };
            if let Some(address) = ip::parse(host) {
                let width = if address.is_ipv4() { 32 } else { 128 };
                let bits = bits.unwrap_or(width);
                if bits > width {
                    return Err(wrong());
                }
                if bits == width {
                    own.hosts.insert(address);
                } else {
                    own.networks.push(Network { address, bits });
                }
            } else {
                let domain = host
                    .trim_start_matches('@')
                    .trim_end_matches('.')
                    .to_lowercase();
                let fine = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
                if bits.is_some() || !domain.contains('.') || !domain.chars().all(fine) {
                    return Err(wrong());
                }
                own.domains.push(domain);
            }
        }
        Ok(own)
    }

    /// Whether the address is private or in one of the networks.
    pub fn has_ip(&self, ip: IpAddr) -> bool {
        is_private(ip)
            || self.hosts.contains(&ip)
            || self.networks.iter().any(|network| network.holds(ip))
    }

    /// Whether the domain is one of ours or below one.
    pub fn has_domain(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| {
            domain
                .strip_suffix(own.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    /// Networks in the order in which they were named, addresses in theirs, and domains, as text.
    pub fn names(&self) -> Vec<String> {
        let networks = self
            .networks
            .iter()
            .map(|network| format!("{}/{}", network.address, network.bits));
        let hosts = self.hosts.iter().map(|address| {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            format!("{address}/{bits}")
        });
        networks
            .chain(hosts)
            .chain(self.domains.iter().cloned())
            .collect()
    }

    /// The domains that were named.
    pub fn domains(&self) -> &[String] {
        &self.domains
    }
}

impl Network {
    fn holds(self, ip: IpAddr) -> bool {
        match (self.address, ip) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => {
                let shift = 32 - u32::from(self.bits);
                own.to_bits().checked_shr(shift) == ip.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(ip)) => {
                let shift = 128 - u32::from(self.bits);
                own.to_bits().checked_shr(shift) == ip.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// The domain of an e-mail address; empty where it has none.
pub fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_is_in_them() {
        let own = Own::parse(["198.51.100.0/25", "2001:db8::/33", "8.8.8.8", "0.0.0.0/0"]).unwrap();
        assert!(own.networks[0].holds("198.51.100.127".parse().unwrap()));
        assert!(!own.networks[0].holds("198.51.100.128".parse().unwrap()));
        assert!(own.networks[1].holds("2001:db8:7fff::1".parse().unwrap()));
        assert!(!own.networks[1].holds("2001:db8:8000::1".parse().unwrap()));
        assert!(own.networks[2].holds("1.2.3.4".parse().unwrap()));
        assert!(own.has_ip("8.8.8.8".parse().unwrap()));
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["", "10.0.0.0/33", "a b.org", "localhost", "example.org/24"] {
            assert!(Own::parse([text]).is_err(), "{text}");
        }
        assert!(!Own::parse(["a.org"]).unwrap().has_domain("ba.org"));
    }
}
