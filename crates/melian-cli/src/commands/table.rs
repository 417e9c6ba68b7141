//! Tables of samples for a command.

use std::path::Path;

use melian::analysis::Table;
use melian::diagnostic::Sources;

use super::drivers::likely;
use crate::exit::Failure;
use crate::{files, render};

/// Reads a CSV file.
pub(super) fn read(file: &Path) -> Result<Table, Failure> {
    let bytes = files::read(file)?;
    let mut sources = Sources::default();
    Table::read_csv(&bytes, &file.display().to_string(), &mut sources).map_err(|diagnostics| {
        render::to_stderr(&diagnostics, &sources);
        Failure::Told
    })
}

/// The number of a column.
pub(super) fn column(table: &Table, name: &str) -> Result<usize, Failure> {
    table
        .names
        .iter()
        .position(|known| known == name)
        .ok_or_else(|| likely(Failure::used(format!("the table has no column `{name}`")), name, &table.names))
}

/// The columns that are inputs: those named; else all with numbers that are not `taken`.
pub(super) fn inputs(table: &Table, names: &[String], taken: &[usize]) -> Result<Vec<usize>, Failure> {
    if !names.is_empty() {
        return names
            .iter()
            .map(|name| {
                let column = column(table, name)?;
                if table.values(column).is_none() {
                    return Err(Failure::used(format!(
                        "`{name}` holds text that is neither numbers nor few words"
                    )));
                }
                Ok(column)
            })
            .collect();
    }
    let numbers = |column: &usize| table.values(*column).is_some() && table.words(*column).is_none();
    let inputs: Vec<usize> =
        (0..table.names.len()).filter(numbers).filter(|column| !taken.contains(column)).collect();
    if inputs.is_empty() {
        return Err(Failure::used("the table has no other column of numbers").help("an input is needed"));
    }
    Ok(inputs)
}
