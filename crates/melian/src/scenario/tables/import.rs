//! A sheet as the text of a scenario of its own.

use std::fmt::Write;

use super::super::document::{Node, Value};
use super::layout::Draft;
use super::{TableFormat, draft};
use crate::diagnostic::{Diagnostic, Sources};

/// Writes a complete, commented scenario from a spreadsheet (see [`read`](super::read) for what is read).
///
/// Ids are made of the sheet's names, which are kept as `name`; names that give the same id are told
/// apart by numbers. Equal bytes and names give equal text. Without a `title` the sheet's own is taken,
/// or the file's name.
///
/// # Errors
/// Everything that is wrong with the table, each with its row and column.
pub fn to_toml(
    bytes: &[u8],
    name: &str,
    format: Option<TableFormat>,
    title: Option<&str>,
    sources: &mut Sources,
) -> Result<String, Vec<Diagnostic>> {
    let sheet = draft(bytes, name, format, sources, &[], true)?;
    Ok(render(&sheet, name, title))
}

fn render(sheet: &Draft, file: &str, title: Option<&str>) -> String {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let title = title.or(sheet.title.as_deref()).filter(|title| !title.is_empty()).unwrap_or(stem);
    let title = if title.trim().is_empty() { "Untitled" } else { title };
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&format!("# Imported from {}.", one_line(base)));
    line("# What the sheet could not say is left as a comment: fill in what you know.");
    line("");
    line("[scenario]");
    line(&format!("title = {}", quoted(title)));
    line("# question = \"What should we expect?\"");
    line("# source = \"where the numbers come from\"");
    line("status = \"hypothetical\"  # \"past\" or \"ongoing\" for a real case");
    line("# from = \"2026-01\"");
    line("# horizon = \"2026-12\"");
    line("");
    line("# Who takes part. Capability is power to press, on one scale for all.");
    for actor in &sheet.actors {
        line("");
        line(&format!("[actor.{}]", actor.id));
        if let Some(name) = &actor.name {
            line(&format!("name = {}", quoted(name)));
        }
        match &actor.capability {
            Some(node) => line(&format!("capability = {}", inline(node))),
            None => line("# capability = 50"),
        }
    }
    line("");
    line("# Over what, from 0 to 100. Say what the points mean and what stands without a deal.");
    for issue in &sheet.issues {
        line("");
        line(&format!("[issue.{}]", issue.id));
        if let Some(name) = &issue.name {
            line(&format!("name = {}", quoted(name)));
        }
        line("# anchors = { 0 = \"...\", 100 = \"...\" }");
        if needs_no_deal(sheet, &issue.id) {
            line("# The sheet has accept ranges: gains need to know what stands without a deal.");
        }
        line("# no_deal = 0");
    }
    line("");
    line("# What each actor wants and how much it cares. `accept` is its red line:");
    line("# accept = { min = 20, max = 80 }");
    for (at, actor) in sheet.actors.iter().enumerate() {
        for stance in sheet.stances.iter().filter(|stance| stance.actor == at) {
            line("");
            line(&format!("[stance.{}.{}]", actor.id, sheet.issues[stance.issue].id));
            for (key, node) in &stance.table.entries {
                line(&format!("{} = {}", key.name, inline(node)));
            }
        }
    }
    line("");
    line("# Whose agreement a deal needs. Without a rule: everyone with an accept range.");
    line("# [[consent]]");
    line("# stage = \"sign\"");
    let ids: Vec<&str> = sheet.actors.iter().take(3).map(|actor| actor.id.as_str()).collect();
    line(&format!("# rule = \"all({})\"", ids.join(", ")));
    out
}

fn needs_no_deal(sheet: &Draft, issue: &str) -> bool {
    sheet
        .stances
        .iter()
        .any(|stance| sheet.issues[stance.issue].id == issue && stance.table.get("accept").is_some())
}

/// A value on one line.
fn inline(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::Integer(value) => value.to_string(),
        // A float keeps its point, so that it stays a float.
        Value::Float(value) => format!("{value:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Date(text) => text.clone(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let entries: Vec<String> =
                table.entries.iter().map(|(key, node)| format!("{} = {}", key.name, inline(node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a string never fails.
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
