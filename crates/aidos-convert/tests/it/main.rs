//! The face of the crate: both ways, over a made corpus.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking"
)]

mod corpus;
mod home;
mod stream;
