//! Actor tables from spreadsheets: CSV and XLSX in Melian's layout, and KTAB's CSV.
//!
//! The layouts are described in the book under "Tables".

mod import;
mod layout;
mod sheet;
mod workbook;

#[cfg(test)]
mod tests;

use self::layout::Draft;
use super::document::Table;
use crate::diagnostic::{Diagnostic, Sources};

pub use import::to_toml;

/// The layout of an actor table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Melian's own: a header, then a row for each actor and issue.
    Melian,
    /// KTAB's: a line on the scenario, a header, then a row for each actor with all issues side by side.
    Ktab,
}

/// Reads an actor table as the part of a scenario's tree that it stands for: `actor`, `issue` where the
/// scenario declares none, `stance`.
///
/// `bytes` are CSV (comma, semicolon or tab; UTF-8, or UTF-16 with its mark) or XLSX (the sheet named
/// `actors`, else the first). Without a `format` the layout is told from the first rows. The text, or for
/// XLSX a rendering of it in which line n is row n, is added to `sources`. `issues` are the ids that the
/// scenario declares; if it declares exactly one, the column `issue` may be missing.
///
/// # Errors
/// Everything that is wrong with the table, each with its row and column.
pub fn read(
    bytes: &[u8],
    name: &str,
    format: Option<TableFormat>,
    sources: &mut Sources,
    issues: &[&str],
) -> Result<Table, Vec<Diagnostic>> {
    draft(bytes, name, format, sources, issues, false).map(Draft::into_table)
}

fn draft(
    bytes: &[u8],
    name: &str,
    format: Option<TableFormat>,
    sources: &mut Sources,
    issues: &[&str],
    import: bool,
) -> Result<Draft, Vec<Diagnostic>> {
    let sheet = sheet::read(bytes, name, sources)?;
    match format.unwrap_or_else(|| layout::guess(&sheet)) {
        TableFormat::Ktab => layout::ktab(&sheet, issues),
        TableFormat::Melian => layout::melian(&sheet, issues, import),
    }
}
