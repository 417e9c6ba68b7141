//! How one draw came about, for the terminal.

use std::fmt::Write;

use melian::lens::{Trace, TraceTable};

/// A trace as text: each step with its words and its tables.
#[must_use]
pub fn trace(lens: &str, draw: u64, trace: &Trace) -> String {
    let mut text = format!("{lens}, draw {draw}\n");
    for step in &trace.steps {
        let _ = write!(text, "\n{}\n", step.title);
        if !step.text.is_empty() {
            let _ = writeln!(text, "  {}", step.text);
        }
        step.tables.iter().for_each(|table| write_table(&mut text, table));
    }
    text
}

fn write_table(text: &mut String, table: &TraceTable) {
    if !table.title.is_empty() {
        let _ = writeln!(text, "\n  {}", table.title);
    }
    let cells: Vec<Vec<String>> =
        table.rows.iter().map(|(_, values)| values.iter().map(|&value| number(value)).collect()).collect();
    let name_width = table
        .rows
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(table.columns.first().map(String::as_str))
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    let widths: Vec<usize> = (0..table.columns.len().saturating_sub(1))
        .map(|column| {
            let head = table.columns[column + 1].chars().count();
            cells.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0).max(head)
        })
        .collect();
    let mut line = |name: &str, values: &mut dyn Iterator<Item = &str>| {
        let mut row = format!("  {name:<name_width$}");
        for (value, width) in values.zip(&widths) {
            let _ = write!(row, "  {value:>width$}");
        }
        let _ = writeln!(text, "{}", row.trim_end());
    };
    if let Some((first, rest)) = table.columns.split_first() {
        line(first, &mut rest.iter().map(String::as_str));
    }
    for ((name, _), row) in table.rows.iter().zip(&cells) {
        line(name, &mut row.iter().map(String::as_str));
    }
}

/// Six digits at most, no needless zeros; nothing for a missing value.
fn number(value: f64) -> String {
    if value.is_nan() {
        return String::new();
    }
    let text = format!("{value:.6}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}
