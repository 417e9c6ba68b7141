//! What needs new evaluations.

pub mod backtest;
pub mod course;
