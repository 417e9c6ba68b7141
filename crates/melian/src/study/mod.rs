//! What needs new evaluations.
