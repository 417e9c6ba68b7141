//! What needs new evaluations.

pub mod backtest;
