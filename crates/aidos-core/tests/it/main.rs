//! The face of `aidos-core`: providers against samples that others wrote.

mod routeros_cases;
