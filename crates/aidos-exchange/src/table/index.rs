//! Many networks and names, found quickly: a look-up a length of network, and a label of a name.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// Networks and texts, each with numbers of the lists that hold them.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By version and length of prefix, then by its bits.
    networks: BTreeMap<(bool, u8), HashMap<u128, Vec<u32>>>,
    texts: HashMap<String, Vec<u32>>,
    /// A name that covers itself and all below it.
    hosts: HashMap<String, Vec<u32>>,
}

impl Index {
    /// Adds an address or network; says whether it is one.
    pub(super) fn network(&mut self, text: &str, list: u32) -> bool {
        let (ip, length) = match text.split_once('/') {
            Some((ip, length)) => (ip, Some(length)),
            None => (text, None),
        };
        let Ok(ip) = ip.trim().parse::<IpAddr>() else {
            return false;
        };
        let (bits, width) = bits_of(ip);
        let length = match length.map(|length| length.trim().parse::<u8>()) {
            None => width,
            Some(Ok(length)) if length <= width => length,
            Some(_) => return false,
        };
        let networks = self.networks.entry((width == 128, length)).or_default();
        add(networks.entry(head(bits, width, length)).or_default(), list);
        true
    }

    /// Adds a text, compared whole and without case.
    pub(super) fn text(&mut self, text: &str, list: u32) {
        add(self.texts.entry(text.to_lowercase()).or_default(), list);
    }

    /// Adds the name of a host, which covers all below it.
    pub(super) fn host(&mut self, name: &str, list: u32) {
        let name = name.trim_matches('.').to_lowercase();
        add(self.hosts.entry(name).or_default(), list);
    }

    /// The lists that hold a value whose host is this.
    pub(super) fn holding(&self, value: &str, host: &str, found: &mut Vec<u32>) {
        if let Ok(ip) = value.parse::<IpAddr>() {
            let (bits, width) = bits_of(ip);
            for ((is_v6, length), networks) in &self.networks {
                if *is_v6 == (width == 128)
                    && let Some(lists) = networks.get(&head(bits, width, *length))
                {
                    found.extend(lists);
                }
            }
        }
        found.extend(self.texts.get(&value.to_lowercase()).into_iter().flatten());
        let host = host.to_lowercase();
        let mut rest = host.trim_matches('.');
        while !rest.is_empty() {
            found.extend(self.hosts.get(rest).into_iter().flatten());
            rest = rest.split_once('.').map_or("", |(_, below)| below);
        }
    }
}

fn add(lists: &mut Vec<u32>, list: u32) {
    // Lists are read one after the other.
    if lists.last() != Some(&list) {
        lists.push(list);
    }
}

fn bits_of(ip: IpAddr) -> (u128, u8) {
    match ip.to_canonical() {
        IpAddr::V4(ip) => (u128::from(ip.to_bits()), 32),
        IpAddr::V6(ip) => (ip.to_bits(), 128),
    }
}

fn head(bits: u128, width: u8, length: u8) -> u128 {
    let drop = u32::from(width.saturating_sub(length));
    bits.checked_shr(drop).unwrap_or(0)
}
