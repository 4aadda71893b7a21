//! The face of the crate: laws for every input, and hostile files.

mod boundary;
mod encodings;
mod hostile_text;
mod make;
mod workbooks;
mod zips;
