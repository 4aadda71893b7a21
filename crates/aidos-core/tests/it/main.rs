//! The face of the crate against what others wrote.

mod postfix;
