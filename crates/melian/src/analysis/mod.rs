//! What the tables say: reads tables only.

pub mod claims;
mod summary;

pub use summary::{ArmSummary, Group, MeasureSummary, Quantiles, Summariser, Summary};
