//! Who attacks whom: roles of a row, conversations, and the patterns they make.

pub mod conversation;
pub mod own;
pub mod ranges;
pub mod role;
