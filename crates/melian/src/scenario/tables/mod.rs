//! Actor tables.

use super::document::Table;
use crate::diagnostic::{Code, Diagnostic, Sources};

/// The layout of an actor table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Melian's own.
    Melian,
    /// KTAB's.
    Ktab,
}

/// Reads an actor table.
///
/// # Errors
/// What is wrong with it.
pub fn read(
    _bytes: &[u8],
    name: &str,
    _format: Option<TableFormat>,
    _sources: &mut Sources,
    _issues: &[&str],
) -> Result<Table, Vec<Diagnostic>> {
    Err(vec![Diagnostic::general(Code::TABLE_FORMAT, format!("`{name}` is not a table that can be read"))])
}
