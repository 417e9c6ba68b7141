//! What needs new evaluations.

pub mod levers;
pub mod packages;
