//! Repairs of single values, shared by all providers.

pub mod ip;
pub mod stamp;
pub mod zone;
