//! The face of `aidos-core`: providers against samples that others wrote.

mod postfix;
mod routeros_cases;
