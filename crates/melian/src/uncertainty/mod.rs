//! Estimates, their quantile functions, designs in the unit cube and named random streams.
//!
//! A draw is a point in the unit cube pushed through quantile functions. Nothing here has a state: any block of
//! draws can be computed alone, on any thread, with the same bits.

mod estimate;
mod quantile;
mod stream;

pub use estimate::{Estimate, EstimateProblem, Range};
pub use quantile::{Affine, Quantile};
pub use stream::{Coordinates, Stream, StreamKey};
