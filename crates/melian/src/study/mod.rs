//! What needs new evaluations.

pub mod backtest;
pub mod claims;
pub mod compare;
pub mod course;
pub mod crisis;
pub mod drivers;
pub mod hinges;
pub mod levers;
pub mod packages;
pub mod policies;
