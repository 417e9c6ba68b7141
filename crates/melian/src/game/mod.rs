//! Finite games: build, read, solve, certify. Knows nothing of scenarios.
pub mod public_state;
