//! The crate's face, against stand-ins on loopback.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::match_same_arms,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    clippy::unused_self,
    clippy::unwrap_used,
    reason = "helpers of tests fail by panicking, small numbers fit, stand-ins follow a script line by line"
)]

// Parts use what they need of it.
#[allow(dead_code)]
mod case;
#[allow(dead_code)]
mod scene;
#[allow(dead_code)]
mod stand;

mod feeds;
mod http;
mod medallion;
mod misp;
mod opencti;
mod platform;
mod questions;
mod released;
mod secrets;
mod seeds;
mod services;
mod situations;
mod tables;
mod taxii;
mod tls;
