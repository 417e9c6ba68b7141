//! What the tables say: reads tables only.

mod summary;

pub use summary::{ArmSummary, Group, MeasureSummary, Quantiles, Summariser, Summary};
