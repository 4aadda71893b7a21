//! An OpenCTI: bundles pushed in pieces, objects pulled, its live stream followed.
//!
//! The queries stand in `opencti/queries`, and the build checks them against `opencti/schema.graphql`.

mod client;
pub mod ids;
pub mod pull;
pub mod push;
pub mod shape;
pub mod sse;
pub mod stream;

pub use client::{About, Latest, Offered, OpenCti, QUERIES, Query, Work};

/// The excerpt of the platform's schema that the queries were checked against.
pub const SCHEMA: &str = include_str!("opencti/schema.graphql");
