//! What needs new evaluations.

pub mod backtest;
pub mod claims;
pub mod course;
pub mod crisis;
pub mod drivers;
pub mod hinges;
pub mod levers;
pub mod packages;
pub mod policies;

use crate::lens::Family;

/// Draws of a lens of the crisis family, where a study solves it many times over: its games take milliseconds each.
const COSTLY_DRAWS: u64 = 64;

/// How many of so many draws a study can afford of a family's lenses.
fn affordable(family: Family, draws: u64) -> u64 {
    if family == Family::Crisis { draws.min(COSTLY_DRAWS) } else { draws }
}
