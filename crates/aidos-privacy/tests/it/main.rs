//! The face of the crate, as another room uses it.

mod techniques;
