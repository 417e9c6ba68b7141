//! What needs new evaluations.

pub mod backtest;
pub mod claims;
pub mod course;
pub mod crisis;
pub mod hinges;
pub mod levers;
pub mod packages;
pub mod policies;
