//! What is own, and what is publicly known to be harmless: domains, networks, values.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::str::FromStr;

/// A network: an address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Network {
    bits: u128,
    length: u8,
    is_v6: bool,
}

/// The text is neither a network, an address nor a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read an asset: it is no domain, address or network; write `example.org` or `198.51.100.0/24`"
)]
pub struct NoAsset;

impl FromStr for Network {
    type Err = NoAsset;

    /// Reads `198.51.100.0/24` or an address, which is a network of one.
    fn from_str(text: &str) -> Result<Self, NoAsset> {
        let (ip, length) = match text.trim().split_once('/') {
            Some((ip, length)) => (ip, Some(length)),
            None => (text.trim(), None),
        };
        let ip: IpAddr = ip.parse().map_err(|_| NoAsset)?;
        let (bits, width) = bits_of(ip);
        let length = match length {
            Some(length) => length
                .parse()
                .ok()
                .filter(|length| *length <= width)
                .ok_or(NoAsset)?,
            None => width,
        };
        Ok(Self {
            bits: mask(bits, width, length),
            length,
            is_v6: width == 128,
        })
    }
}

impl Network {
    /// The network of one address.
    fn of(ip: IpAddr) -> Self {
        let (bits, length) = bits_of(ip);
        Self {
            bits,
            length,
            is_v6: length == 128,
        }
    }

    fn is_host(&self) -> bool {
        self.length == if self.is_v6 { 128 } else { 32 }
    }

    /// Whether an address lies in it. An IPv4 address inside IPv6 (`::ffff:a.b.c.d`) counts as the IPv4 address.
    pub fn holds(&self, ip: IpAddr) -> bool {
        let (bits, width) = bits_of(ip);
        (width == 128) == self.is_v6 && mask(bits, width, self.length) == self.bits
    }
}

fn bits_of(ip: IpAddr) -> (u128, u8) {
    match ip.to_canonical() {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    }
}

fn mask(bits: u128, width: u8, length: u8) -> u128 {
    let drop = u32::from(width.saturating_sub(length));
    bits.checked_shr(drop)
        .map_or(0, |kept| kept.checked_shl(drop).unwrap_or(0))
}

/// What belongs to the organisation that shares: domains, networks, names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Assets {
    domains: BTreeSet<String>,
    networks: Vec<Network>,
    /// Networks of one address: there may be very many.
    hosts: BTreeSet<Network>,
    names: BTreeSet<String>,
}

impl std::fmt::Debug for Assets {
    /// Counts, never values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Assets({} domains, {} networks, {} names)",
            self.domains.len(),
            self.networks.len() + self.hosts.len(),
            self.names.len()
        )
    }
}

impl Assets {
    /// Reads domains, addresses and networks, one a text.
    ///
    /// # Errors
    /// A text is none of them. The error does not show it.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, NoAsset> {
        let mut assets = Self::default();
        for text in texts {
            let text = text.trim();
            if let Ok(network) = text.parse::<Network>() {
                if network.is_host() {
                    assets.hosts.insert(network);
                } else {
                    assets.networks.push(network);
                }
            } else if is_domain(text) {
                assets
                    .domains
                    .insert(text.trim_start_matches('.').to_ascii_lowercase());
            } else {
                return Err(NoAsset);
            }
        }
        Ok(assets)
    }

    /// The assets with a name more: of the organisation, a brand, a site. It is hidden wherever it stands.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        if !name.trim().is_empty() {
            self.names.insert(name.trim().to_owned());
        }
        self
    }

    /// Whether a value is one of them, lies in one of the networks, or below one of the domains.
    pub fn holds(&self, value: &str) -> bool {
        self.holds_at(value, address_of(value))
    }

    /// The same, with the address of the value.
    pub(super) fn holds_at(&self, value: &str, ip: Option<IpAddr>) -> bool {
        self.names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(value.trim()))
            || ip.is_some_and(|ip| {
                self.hosts.contains(&Network::of(ip))
                    || self.networks.iter().any(|network| network.holds(ip))
            })
            || (!self.domains.is_empty()
                && self
                    .domains
                    .iter()
                    .any(|domain| is_in_domain(value, domain)))
    }

    /// All domains and names: what is hidden as text wherever it stands.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let domains = self
            .domains
            .iter()
            .map(|domain| ("DOMAIN_NAME", domain.as_str()));
        domains.chain(
            self.names
                .iter()
                .map(|name| ("ORGANIZATION", name.as_str())),
        )
    }
}

/// What is publicly known to be harmless, such as MISP's warninglists: public resolvers, the first ranks of the web.
#[derive(Clone, Default)]
pub struct Warnings {
    values: BTreeSet<String>,
    networks: Vec<Network>,
    domains: BTreeSet<String>,
}

impl std::fmt::Debug for Warnings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Warnings({} values, {} networks)",
            self.values.len(),
            self.networks.len()
        )
    }
}

impl Warnings {
    /// A list: what reads as a network is one, what begins with a dot is a domain and all below it, all else is
    /// a value that is compared without case.
    pub fn new<'t>(entries: impl IntoIterator<Item = &'t str>) -> Self {
        let mut list = Self::default();
        for entry in entries {
            let entry = entry.trim();
            if let Ok(network) = entry.parse() {
                list.networks.push(network);
            } else if let Some(domain) = entry.strip_prefix('.') {
                list.domains.insert(domain.to_ascii_lowercase());
            } else if !entry.is_empty() {
                list.values.insert(entry.to_ascii_lowercase());
            }
        }
        list
    }

    /// Whether a value stands on the list.
    pub fn holds(&self, value: &str) -> bool {
        self.holds_at(value, address_of(value))
    }

    /// The same, with the address of the value.
    pub(super) fn holds_at(&self, value: &str, ip: Option<IpAddr>) -> bool {
        let value = value.trim();
        (!self.values.is_empty() && self.values.contains(&value.to_ascii_lowercase()))
            || (!self.domains.is_empty()
                && self
                    .domains
                    .iter()
                    .any(|domain| is_in_domain(value, domain)))
            || ip.is_some_and(|ip| self.networks.iter().any(|network| network.holds(ip)))
    }
}

fn is_domain(text: &str) -> bool {
    text.contains('.')
        && !text.contains("..")
        && text.len() <= 253
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'))
}

/// The host in a value: of a URL, an e-mail address, a host with a port, or the value itself.
pub(crate) fn host_of(value: &str) -> &str {
    let value = value.trim();
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split(']').next().unwrap_or_default();
    }
    // One colon ends a name or an IPv4 address; more are an IPv6 address.
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') => name,
        _ => host,
    }
}

/// The address that a value is, or that a URL or a pair with a port has as its host.
pub(crate) fn address_of(value: &str) -> Option<IpAddr> {
    let value = value.trim();
    value.parse().ok().or_else(|| host_of(value).parse().ok())
}

/// Whether the host of a value is this domain or lies below it.
pub(crate) fn is_in_domain(value: &str, domain: &str) -> bool {
    let host = host_of(value).trim_end_matches('.');
    let domain = domain.trim_matches('.');
    let Some(at) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    host.get(at..)
        .is_some_and(|end| end.eq_ignore_ascii_case(domain))
        && (at == 0 || host.as_bytes().get(at.wrapping_sub(1)) == Some(&b'.'))
        && !domain.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_networks_and_domains() {
        let assets = Assets::parse([
            "Corp.Example",
            "198.51.100.0/24",
            "2001:db8::/32",
            "10.0.0.1",
        ])
        .unwrap()
        .with_name("Blue Harbour");
        for own in [
            "corp.example",
            "mail.CORP.example.",
            "ada@corp.example",
            "https://u:p@www.corp.example:8443/x",
            "198.51.100.77",
            "http://198.51.100.77:80/",
            "198.51.100.77:22",
            "2001:db8::7",
            "[2001:db8::7]:22",
            "::ffff:198.51.100.1",
            "10.0.0.1",
            "blue harbour",
        ] {
            assert!(assets.holds(own), "{own}");
        }
        for other in [
            "notcorp.example",
            "corp.example.org",
            "198.51.101.1",
            "10.0.0.2",
            "",
            "x",
        ] {
            assert!(!assets.holds(other), "{other}");
        }
        assert!(Assets::parse(["no asset"]).is_err());
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .holds("9.9.9.9".parse().unwrap())
        );
        assert!(!format!("{assets:?}").contains("orp"));
    }

    #[test]
    fn listed_values_are_found() {
        let list = Warnings::new(["8.8.8.8", ".example.com", "www.example.org", "192.0.2.0/24"]);
        for listed in ["8.8.8.8", "a.example.com", "WWW.example.org", "192.0.2.9"] {
            assert!(list.holds(listed), "{listed}");
        }
        assert!(!list.holds("example.org"));
    }
}
