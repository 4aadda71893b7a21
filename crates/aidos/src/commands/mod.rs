//! One file a command, all with the same rooms: its arguments with examples, then `run`.

pub(crate) mod analyse;
pub(crate) mod anonymise;
pub(crate) mod clean;
pub(crate) mod columns;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod decide;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod extract;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod matching;
pub(crate) mod pii;
pub(crate) mod providers;
pub(crate) mod release;
pub(crate) mod run;
pub(crate) mod sample;
pub(crate) mod simulate;
pub(crate) mod stix;
