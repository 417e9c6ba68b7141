//! Public-state games.

mod builder;
mod error;
mod krylov;
mod solve;
mod structure;
mod sweep;

pub use builder::{ActionClass, Branch, Mover, PublicStateBuilder};
pub use error::PublicStateError;
pub use structure::{ChanceId, Numbers, Payoff, PayoffId, PublicStateGame, StateId, View};
pub use solve::*;
