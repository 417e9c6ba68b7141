//! Testable sentences with a speaker.

use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::Names;

/// A claim's test, parsed and checked against a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim;

/// Reads a test.
///
/// # Errors
/// What is wrong with it.
pub fn parse(_text: &str, _span: Span, _names: &Names) -> Result<Claim, Vec<Diagnostic>> {
    Ok(Claim)
}
