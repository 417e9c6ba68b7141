//! What the tables say: reads tables only.

pub mod claims;
mod discovery;
mod draws;
mod drivers;
mod morris;
mod rank;
mod resample;
mod sobol;
mod summary;
mod table;

pub use discovery::{
    Counts, Discovery, FoundBox, Leaf, Limit, Limits, Nothing, Options as DiscoveryOptions, Predicate,
    PredicateProblem, QuasiP, Side, Step, discover,
};
pub use draws::{ArmDraws, ArmInputs, DrawCollector, DrawTable, MeasureDrivers};
pub use drivers::{
    Driver, DriverInputs, Drivers, FEWEST_ROWS, Options as DriverOptions, Pair, Silent, Total, drivers,
};
pub use morris::{ElementaryEffects, effects_of_paths, elementary_effects};
pub use resample::Estimated;
pub use sobol::{SaltelliSample, SobolIndices, sobol};
pub use summary::{ArmSummary, Group, MeasureSummary, Quantiles, Summariser, Summary};
pub use table::{Column as TableColumn, Table};
