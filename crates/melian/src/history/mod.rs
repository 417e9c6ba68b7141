//! Past negotiations whose outcome is known: what forecasts are scored on, and how wrong they were.

pub mod deu;
pub mod errors;
pub mod mixture;
pub mod residuals;
pub mod score;

pub use deu::{PastActor, PastIssue, PastTable};
pub use errors::PastErrors;
pub use residuals::{Residuals, TrackRecord};
pub use score::{Score, crps};
