//! Nothing, on purpose.
//!
//! `fhe-math` 0.1.1 names `tfhe-ntt` among its dependencies whether or not its feature of that name is on, and
//! uses it only when it is on. That crate stands under BSD-3-Clause-Clear, which grants no patents. The root
//! `Cargo.toml` puts this empty crate in its place; `deny.toml` refuses the published one and its licence.
#![forbid(unsafe_code)]
#![no_std]
