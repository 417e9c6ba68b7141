//! How one draw came about, for the terminal.

use std::fmt::Write;

use melian::lens::{Trace, TraceTable};
use melian::scenario::{FieldId, Scenario};
use unicode_width::UnicodeWidthStr;

use crate::text::{clean, shorten, wrap};

/// Columns before a table's row is split.
const LEAST_WIDTH: usize = 60;

/// The numbers a case (`draw 7`) gives to the actors on each issue and to everything else that is uncertain, in `width`
/// columns; `value` is what it gives a field.
#[must_use]
pub fn inputs(scenario: &Scenario, case: &str, width: usize, value: impl Fn(FieldId) -> f64) -> String {
    let mut text = format!("{}: the numbers of {case}\n", clean(&scenario.about.title));
    let mut shown: Vec<FieldId> = Vec::new();
    let mut take = |field: Option<FieldId>| {
        field.map_or(f64::NAN, |field| {
            shown.push(field);
            value(field)
        })
    };
    for issue in scenario.issue_ids() {
        let seated = scenario.actor_ids().filter_map(|actor| Some((actor, scenario.stance(actor, issue)?)));
        let mut rows = Vec::new();
        for (id, stance) in seated {
            let actor = &scenario.actors[id.index()];
            let accept = stance.accept;
            let fields = [
                Some(stance.position),
                Some(stance.salience),
                actor.capability.get(issue.index()).copied(),
                accept.and_then(|accept| accept.min),
                accept.and_then(|accept| accept.max),
            ];
            rows.push((actor.name.clone(), fields.map(&mut take).to_vec()));
        }
        let about = &scenario.issues[issue.index()];
        let no_deal = take(about.no_deal);
        let stands = if no_deal.is_nan() {
            String::new()
        } else {
            format!("; without a deal it stands at {}", number(no_deal))
        };
        let columns = ["actor", "position", "salience", "capability", "accepts from", "to"];
        let table = TraceTable {
            title: format!("{}{stands}", clean(&about.name)),
            columns: columns.map(str::to_owned).to_vec(),
            rows,
        };
        write_table(&mut text, &table, width);
    }
    let rest: Vec<(String, Vec<f64>)> = scenario
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| (FieldId::new(index), field))
        .filter(|(id, field)| !field.is_certain() && !shown.contains(id))
        .map(|(id, field)| (field.path.clone(), vec![value(id)]))
        .collect();
    if !rest.is_empty() {
        let columns = vec!["field".to_owned(), "value".to_owned()];
        write_table(
            &mut text,
            &TraceTable { title: "Other uncertain numbers".to_owned(), columns, rows: rest },
            width,
        );
    }
    text
}

/// A trace as text of `width` columns: each step with its words, a line of them at a time, and its tables.
#[must_use]
pub fn trace(lens: &str, case: &str, trace: &Trace, width: usize) -> String {
    let head = format!("{lens}, {case}");
    let mut text = format!("{head}\n{}\n", "=".repeat(head.width()));
    for step in &trace.steps {
        let title = clean(&step.title);
        let _ = write!(text, "\n{title}\n{}\n", "-".repeat(title.width()));
        for told in step.text.lines() {
            for (i, line) in wrap(&clean(told), width.max(LEAST_WIDTH) - 4).iter().enumerate() {
                let _ = writeln!(text, "{}{line}", if i == 0 { "  " } else { "    " });
            }
        }
        step.tables.iter().for_each(|table| write_table(&mut text, table, width));
    }
    text
}

/// A table; one that is wider than the page continues below with the rows named again.
fn write_table(text: &mut String, table: &TraceTable, width: usize) {
    let width = width.max(LEAST_WIDTH);
    if !table.title.is_empty() {
        text.push('\n');
        for line in wrap(&clean(&table.title), width - 2) {
            let _ = writeln!(text, "  {line}");
        }
    }
    let Some((first, heads)) = table.columns.split_first() else { return };
    let cells: Vec<Vec<String>> =
        table.rows.iter().map(|(_, values)| values.iter().map(|&value| number(value)).collect()).collect();
    let names: Vec<String> = table.rows.iter().map(|(name, _)| shorten(name, width / 2)).collect();
    let name_width = names
        .iter()
        .map(String::as_str)
        .chain([first.as_str()])
        .map(UnicodeWidthStr::width)
        .max()
        .unwrap_or(0);
    let heads: Vec<String> = heads.iter().map(|head| shorten(head, 18)).collect();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(column, head)| {
            cells
                .iter()
                .filter_map(|row| row.get(column))
                .map(String::len)
                .max()
                .unwrap_or(0)
                .max(head.width())
        })
        .collect();
    let mut from = 0;
    while from < heads.len() {
        let mut used = 2 + name_width;
        let mut to = from;
        while to < heads.len() && (to == from || used + 2 + widths[to] <= width) {
            used += 2 + widths[to];
            to += 1;
        }
        if from > 0 {
            text.push('\n');
        }
        let mut line = |name: &str, values: &[String]| {
            let mut row = format!("  {name}{}", " ".repeat(name_width - name.width()));
            for (value, width) in values.iter().skip(from).take(to - from).zip(&widths[from..to]) {
                let _ = write!(row, "  {}{value}", " ".repeat(width - value.width()));
            }
            let _ = writeln!(text, "{}", row.trim_end());
        };
        line(first, &heads);
        names.iter().zip(&cells).for_each(|(name, row)| line(name, row));
        from = to;
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
