//! Repairs of single values, shared by all providers.

pub mod email;
pub mod ip;
pub mod json;
pub mod moment;
pub mod stamp;
pub mod zone;
