//! What needs new evaluations.

pub mod course;
