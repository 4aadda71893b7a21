//! The face of the crate: jobs over files, judged by what they write.

mod truth;
