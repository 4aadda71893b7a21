//! Offline tables: what is known of a value without asking anybody.
//!
//! - MISP's warninglists ([`Warninglists`]): values that are known to be harmless, so that nobody blocks a public resolver;
//! - `MaxMind`'s format ([`Places`]): country and autonomous system of an address;
//! - lists of one's own, Tor's exits among them ([`List`]): addresses, networks and texts, one a line.
//!
//! They are looked at first: what stands on a warninglist is marked, and services are not asked about it.

mod index;
mod list;
mod mmdb;
mod warninglist;

use std::net::IpAddr;
use std::path::Path;

use aidos_privacy::gate::Subject;
use serde::Serialize;

use crate::Error;
pub use list::List;
pub use mmdb::Places;
pub use warninglist::Warninglists;

/// All tables that were named.
#[derive(Debug, Default)]
pub struct Tables {
    warninglists: Option<Warninglists>,
    places: Vec<Places>,
    tor: Option<List>,
    lists: Vec<List>,
}

/// What tables know of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Names of the warninglists that it stands on, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warninglists: Vec<String>,
    /// Names of own lists that it stands on, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// Whether Tor's traffic leaves there; absent without a list of its exits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tor_exit: Option<bool>,
    /// Code of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who runs that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_name: Option<String>,
}

impl Tables {
    /// With the warninglists of a folder. Returns what is left out of them, for a person.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or none of its files is a warninglist.
    pub fn warninglists(&mut self, folder: &Path) -> Result<Vec<String>, Error> {
        let (lists, notes) = Warninglists::read(folder)?;
        self.warninglists = Some(lists);
        Ok(notes)
    }

    /// With a table in `MaxMind`'s format; of several the first that knows is believed.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn mmdb(&mut self, file: &Path) -> Result<(), Error> {
        self.places.push(Places::open(file)?);
        Ok(())
    }

    /// With a list of Tor's exits.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn tor(&mut self, file: &Path) -> Result<(), Error> {
        self.tor = Some(List::read(file)?);
        Ok(())
    }

    /// With a list of one's own.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn list(&mut self, file: &Path) -> Result<(), Error> {
        self.lists.push(List::read(file)?);
        Ok(())
    }

    /// What they know of a value, in whatever spelling the gate would see through.
    pub fn look(&self, subject: Subject, value: &str) -> Known {
        let value = &*normal(subject, value);
        let mut known = Known::default();
        if let Some(lists) = &self.warninglists {
            known.warninglists = lists.holding(subject, value);
        }
        let lists = self.lists.iter().filter(|list| list.holds(value));
        known.lists = lists.map(|list| list.name().to_owned()).collect();
        let Ok(ip) = value.parse() else {
            return known;
        };
        known.tor_exit = self.tor.as_ref().map(|tor| tor.holds(value));
        for places in &self.places {
            let place = places.look(ip);
            known.country = known.country.or(place.country);
            known.asn = known.asn.or(place.asn);
            known.as_name = known.as_name.or(place.as_name);
        }
        known
    }
}

/// The spelling that lists have: what is asked about in it has to be looked for in it.
fn normal(subject: Subject, value: &str) -> String {
    let value = value.trim();
    match subject {
        Subject::Ip => value
            .parse::<IpAddr>()
            .map_or_else(|_| value.to_owned(), |ip| ip.to_canonical().to_string()),
        Subject::Hash => value.to_ascii_lowercase(),
        Subject::Domain => value.trim_end_matches('.').to_ascii_lowercase(),
        Subject::Email => match value.trim_end_matches('.').rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain.to_ascii_lowercase()),
            None => value.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_each_spelling() {
        let text = "203.0.113.9\nevil.example\nspam@evil.example\nd41d8cd98f00b204e9800998ecf8427e\n2001:db8::1";
        let tables = Tables {
            lists: vec![List::of("seen".into(), text)],
            ..Tables::default()
        };
        for (subject, value) in [
            (Subject::Ip, " 203.0.113.9"),
            (Subject::Ip, "::ffff:203.0.113.9"),
            (Subject::Ip, "2001:DB8:0:0::1"),
            (Subject::Domain, "\tEvil.Example. "),
            (Subject::Email, "spam@EVIL.example."),
            (Subject::Hash, "D41D8CD98F00B204E9800998ECF8427E"),
        ] {
            assert_eq!(tables.look(subject, value).lists, ["seen"], "{value}");
        }
        assert!(
            tables
                .look(Subject::Domain, "other.example")
                .lists
                .is_empty()
        );
    }
}
