//! What needs new evaluations.

pub mod backtest;
pub mod claims;
pub mod course;
pub mod levers;
pub mod packages;
