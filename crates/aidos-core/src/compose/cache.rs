//! What is met again and again: addresses and providers. Bounded, whatever the log holds.

use std::net::IpAddr;

use aidos_model::Mac;

use super::object::{Address, Author, Id, Label, mac_id};

/// Slots for addresses: about 1 MiB.
const ADDRESSES: usize = 1 << 13;
const MACS: usize = 1 << 10;
/// Providers that are kept; a case has a handful.
const AUTHORS: usize = 64;

/// Addresses by a slot each: a newer address of the same slot takes it over.
pub(super) struct Addresses {
    ips: Vec<Option<Address>>,
    macs: Vec<Option<(Mac, Id)>>,
    scratch: Vec<u8>,
}

impl Addresses {
    pub(super) fn new() -> Self {
        Self {
            ips: vec![None; ADDRESSES],
            macs: vec![None; MACS],
            scratch: Vec::new(),
        }
    }

    /// The address with its text and id, and whether it was there already.
    #[inline]
    pub(super) fn ip(&mut self, ip: IpAddr) -> (Address, bool) {
        let bits = match ip {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => {
                let bits = v6.to_bits();
                #[allow(clippy::cast_possible_truncation)] // the halves
                {
                    (bits >> 64) as u64 ^ (bits as u64).rotate_left(31)
                }
            }
        };
        match self.ips.get_mut(slot(bits, ADDRESSES)) {
            Some(Some(address)) if address.ip() == ip => (*address, true),
            Some(place) => {
                let address = Address::new(ip, &mut self.scratch);
                *place = Some(address);
                (address, false)
            }
            None => (Address::new(ip, &mut self.scratch), false),
        }
    }

    /// The id of a hardware address.
    #[inline]
    pub(super) fn mac(&mut self, mac: Mac) -> Id {
        let bits = mac
            .0
            .iter()
            .fold(0, |bits, byte| (bits << 8) | u64::from(*byte));
        match self.macs.get_mut(slot(bits, MACS)) {
            Some(Some((known, id))) if *known == mac => *id,
            Some(place) => {
                let id = mac_id(mac, &mut self.scratch);
                *place = Some((mac, id));
                id
            }
            None => mac_id(mac, &mut self.scratch),
        }
    }
}

/// Fibonacci hashing: neighbours, of which a log has many, go to different slots.
#[inline]
fn slot(bits: u64, slots: usize) -> usize {
    #[allow(clippy::cast_possible_truncation)] // the upper bits of 64
    let hash = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize;
    hash & (slots - 1)
}

/// Providers as identities.
pub(super) struct Authors {
    known: Vec<Author>,
    last: usize,
}

impl Authors {
    pub(super) fn new() -> Self {
        Self {
            known: Vec::new(),
            last: 0,
        }
    }

    /// The identity of a provider, and whether it was there already.
    #[inline]
    pub(super) fn get(&mut self, name: &str, label: &Label) -> (&Author, bool) {
        let is_last = self
            .known
            .get(self.last)
            .is_some_and(|author| author.name == name);
        let mut was_there = true;
        if !is_last {
            let found = self.known.iter().position(|author| author.name == name);
            self.last = found.unwrap_or_else(|| {
                was_there = false;
                if self.known.len() >= AUTHORS {
                    self.known.clear();
                }
                self.known.push(Author::new(name, label));
                self.known.len() - 1
            });
        }
        (&self.known[self.last], was_there)
    }
}
