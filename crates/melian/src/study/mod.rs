//! What needs new evaluations.

pub mod backtest;
pub mod course;
pub mod drivers;
pub mod levers;
pub mod packages;
