//! Events to patterns.

pub mod ranges;
