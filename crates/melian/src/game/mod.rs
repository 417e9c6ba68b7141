//! Finite games: build, read, solve, certify. Knows nothing of scenarios.
