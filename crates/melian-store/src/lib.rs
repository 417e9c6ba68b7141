//! Run directories: what a run leaves on disk, and how a run that was stopped goes on.
//!
//! ```text
//! NAME.run/
//!   run.json                      what makes the run what it is
//!   scenario/                     a copy of the scenario and its tables
//!   inputs/part-00000.parquet     a row per draw, a column per uncertain number
//!   outcomes/part-00000.parquet   a row per policy, perspective, lens, reading, draw and branch
//! ```
//!
//! A part holds [`PART_DRAWS`] draws. It is written aside and renamed, so a part that is there is whole;
//! a run that was killed goes on from its first missing part and ends with the same bytes.

mod directory;
mod error;
mod execute;
mod ledger;
mod runs;
mod table;

pub use directory::RunDirectory;
pub use error::StoreError;
pub use execute::{Finished, Progress, collect, execute, tally, visit};
pub use ledger::{LedgerFile, read_ledger};

/// Draws per part.
pub const PART_DRAWS: u64 = 65_536;
