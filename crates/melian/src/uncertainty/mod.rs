//! Designs in the unit cube, quantile functions and named random streams.

mod estimate;

pub use estimate::Estimate;
