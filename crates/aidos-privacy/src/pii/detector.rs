//! The detectors, a file each. Every one checks a bounded window at an anchor that the
//! dispatcher in `scanner` chose, and reports what it is sure of.

pub(super) mod account;
pub(super) mod age;
pub(super) mod card;
pub(super) mod crypto;
pub(super) mod date;
pub(super) mod email;
pub(super) mod iban;
pub(super) mod ip;
pub(super) mod mac;
pub(crate) mod national;
pub(super) mod phone;
pub(super) mod secret;
pub(super) mod traits;
pub(super) mod url;
pub(super) mod zip;
