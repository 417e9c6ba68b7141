//! Estimates, their quantile functions, designs in the unit cube and named random streams.
//!
//! A draw is a point in the unit cube pushed through quantile functions. Nothing here has a state: any block of
//! draws can be computed alone, on any thread, with the same bits.

mod correlate;
mod design;
mod estimate;
mod marginal;
mod quantile;
mod sampler;
mod stream;

pub use correlate::{Copula, CorrelationProblem};
pub use design::{Axis, Design, DesignProblem, LATIN_MOST, SOBOL_DIMENSIONS};
pub use estimate::{Estimate, EstimateProblem, Range};
pub use marginal::Marginal;
pub use quantile::{Affine, Quantile, Tabulated};
pub use sampler::{EXPERT_PATH, NO_EXPERT, Sampler, SamplerInput, SamplerProblem};
pub use stream::{Coordinates, Stream, StreamKey};
