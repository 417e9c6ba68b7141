//! What needs new evaluations.

pub mod backtest;
pub mod compare;
pub mod course;
pub mod levers;
pub mod packages;
