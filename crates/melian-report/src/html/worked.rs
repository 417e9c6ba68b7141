//! One case of a lens worked through: its formulas and every number, folded.

use melian::lens::{Trace, TraceStep, TraceTable};

use super::markup::details;
use crate::number::{count, exact};
use crate::text::{escape, plural};

/// Cells shown of one lens at most; the first step with numbers is shown whatever its size.
const CELLS: usize = 3000;

/// The steps of a trace as far as there is room for them; `command` shows all.
pub(super) fn worked(trace: &Trace, command: &str) -> String {
    let (mut body, mut cells, mut left_out) = (String::new(), 0, 0_u64);
    for told in &trace.steps {
        let size: usize = told.tables.iter().map(|table| table.rows.len() * table.columns.len()).sum();
        if cells > 0 && cells + size > CELLS {
            left_out += 1;
            continue;
        }
        cells += size;
        body.push_str(&step(told));
    }
    let rest = match left_out {
        0 => "The same, and for any draw by its number, on the command line".to_owned(),
        _ => format!(
            "{} left out here to keep the page short; all of them",
            plural(left_out, "step is", "steps are")
        ),
    };
    body.push_str(&format!("<p class=\"note\">{rest}: <code>{}</code></p>", escape(command)));
    details(
        &format!(
            "Worked by hand: every number of these talks, {} of {} steps",
            count(trace.steps.len() as u64 - left_out),
            count(trace.steps.len() as u64)
        ),
        &format!("<div class=\"worked\">{body}</div>"),
    )
}

fn step(step: &TraceStep) -> String {
    let lines: Vec<&str> = step.text.lines().collect();
    let said = match lines.as_slice() {
        [] => String::new(),
        [one] => format!("<p>{}</p>", escape(one)),
        lines => {
            let items: String = lines.iter().map(|line| format!("<li>{}</li>", escape(line))).collect();
            format!("<ul>{items}</ul>")
        }
    };
    let tables: String = step.tables.iter().map(table).collect();
    format!("<p class=\"step\">{}</p>{said}{tables}", escape(&step.title))
}

/// Many small numbers: no attribute on any cell.
fn table(table: &TraceTable) -> String {
    let caption = escape(&table.title);
    let heads: String =
        table.columns.iter().map(|head| format!("<th scope=\"col\">{}</th>", escape(head))).collect();
    let rows: String = table
        .rows
        .iter()
        .map(|(name, values)| {
            let cells: String =
                values
                    .iter()
                    .map(|&value| {
                        if value.is_nan() { "<td/>".to_owned() } else { format!("<td>{}</td>", exact(value)) }
                    })
                    .collect();
            format!("<tr><th scope=\"row\">{}</th>{cells}</tr>", escape(name))
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\
         <thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}
