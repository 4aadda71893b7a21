//! The `aidos` command.
fn main() {}
