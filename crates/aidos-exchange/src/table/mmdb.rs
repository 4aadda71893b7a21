//! Country and autonomous system of an address, from a table in `MaxMind`'s format.
//!
//! Source: `MaxMind` DB File Format Specification 2.0. Names of fields are those of `GeoLite2` (`country.iso_code`,
//! `autonomous_system_number`), and those that other makers write (`country_code`, `country`, `asn`, `as_name`).

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{PathElement, Reader};

use crate::Error;
use crate::keep;

/// The largest table.
const LARGEST: u64 = 2 << 30;

/// A table.
pub struct Places(Reader<Vec<u8>>);

/// What a table knows of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Code of the country.
    pub country: Option<String>,
    /// Number of the autonomous system.
    pub asn: Option<u32>,
    /// Who runs that.
    pub as_name: Option<String>,
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Places({})", self.0.metadata().database_type)
    }
}

impl Places {
    /// Opens a table.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let missing = || Error::file("read", path)(std::io::ErrorKind::NotFound.into());
        let bytes = keep::read(path, LARGEST)?.ok_or_else(missing)?;
        Reader::from_source(bytes)
            .map(Self)
            .map_err(|_| Error::Form {
                path: path.to_owned(),
                why: "it is no table in MaxMind's format; name a file `….mmdb`".into(),
            })
    }

    /// What it knows. A damaged row is one that knows nothing.
    pub fn look(&self, ip: IpAddr) -> Place {
        let Ok(row) = self.0.lookup(ip.to_canonical()) else {
            return Place::default();
        };
        let text = |path: &[&str]| -> Option<String> {
            let path: Vec<PathElement<'_>> = path.iter().map(|key| PathElement::Key(key)).collect();
            let text: Option<String> = row.decode_path(&path).ok()?;
            text.filter(|text| !text.is_empty())
        };
        let number = |name: &str| -> Option<u32> {
            row.decode_path(&[PathElement::Key(name)]).ok().flatten()
        };
        let country = [
            &["country", "iso_code"] as &[&str],
            &["registered_country", "iso_code"],
            &["country_code"],
            &["country"],
        ];
        let country = country.into_iter().find_map(text);
        let asn = number("autonomous_system_number").or_else(|| {
            // `AS15169`
            let named = text(&["asn"])?;
            named.trim_start_matches("AS").parse().ok()
        });
        let names = [&["autonomous_system_organization"] as &[&str], &["as_name"]];
        Place {
            country: country.filter(|code| code.len() == 2),
            asn,
            as_name: names.into_iter().find_map(text),
        }
    }
}
