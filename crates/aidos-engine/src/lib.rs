//! What happens: all contact with the world, and the order of the steps.
//!
//! [`run`] is the main job and the file to read first.

mod seen;
mod sorter;
mod turnstile;
