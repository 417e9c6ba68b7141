//! Testable sentences with a speaker.

/// A claim's test, parsed and checked against a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim;
