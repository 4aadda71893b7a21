//! How much of each list the page shows. The engine may cut earlier; what is cut is said.

/// Rows of a list of attackers, targets, repairs, reasons and the like.
pub const ROWS: usize = 50;

/// Rows of a list that are not folded away.
pub const FIRST: usize = 10;

/// Rows of the list of files.
pub const FILES: usize = 200;

/// Examples of a repair, and samples of a reason for rejection.
pub const EXAMPLES: usize = 5;

/// Blocks of evidence.
pub const EVIDENCE: usize = 400;

/// Stretches of lines in a block of evidence.
pub const RANGES: usize = 40;

/// Sample rows in a block of evidence.
pub const SAMPLES: usize = 3;

/// Names in one cell: the ports or providers of a party.
pub const NAMES: usize = 8;

/// Providers in the heat map.
pub const PROVIDERS: usize = 12;
