//! Public-state games.

mod builder;
mod elementary;
mod error;
mod judge;
mod krylov;
mod reading;
mod sensitivity;
mod simplex;
mod solve;
mod strategy;
mod structure;
mod sweep;

pub use builder::{ActionClass, Branch, Mover, PublicStateBuilder};
pub use error::PublicStateError;
pub use structure::{ChanceId, Numbers, Payoff, PayoffId, PublicStateGame, StateId, View};
pub use judge::{Certificate, JudgeOptions, Method, Regret, judge};
pub use reading::{BeliefRow, CourseStep, Reading};
pub use sensitivity::{Parameter, Sensitivity, sensitivities};
pub use solve::{Control, Event, Progress, Solution, SolveOptions, Status, branches, solve, solve_variants, trace};
pub use strategy::Strategy;
