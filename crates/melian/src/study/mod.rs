//! What needs new evaluations.

pub mod backtest;
pub mod course;
pub mod crisis;
pub mod levers;
pub mod packages;
