//! The few pieces a page is made of. Every argument is markup unless its name says `text`.

use crate::chart::Caption;
use crate::text::escape;

/// A part of the report under a heading of its own.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) body: String,
}

impl Section {
    pub(crate) fn new(id: impl Into<String>, title: impl Into<String>, body: String) -> Self {
        Self { id: id.into(), title: title.into(), body }
    }

    pub(crate) fn render(&self) -> String {
        let Self { id, title, body } = self;
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{title}</h2>\n{body}\n</section>\n"
        )
    }
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    title: String,
    class: &'static str,
}

/// A column of words.
pub(crate) fn text(title: impl Into<String>) -> Column {
    Column { title: title.into(), class: "t" }
}

/// A column of numbers.
pub(crate) fn number(title: impl Into<String>) -> Column {
    Column { title: title.into(), class: "n" }
}

/// A table that scrolls in its own box where it is wider than the page. The first cell of a row names it; columns
/// in which nobody has anything to say are left out.
pub(crate) fn table(caption_text: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let caption = escape(caption_text);
    let said =
        |i: usize| rows.is_empty() || rows.iter().any(|row| row.get(i).is_some_and(|cell| !cell.is_empty()));
    let shown: Vec<bool> = (0..columns.len()).map(said).collect();
    let heads: String = columns
        .iter()
        .zip(&shown)
        .filter(|(_, shown)| **shown)
        .map(|(column, _)| format!("<th scope=\"col\" class=\"{}\">{}</th>", column.class, column.title))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row
                .iter()
                .zip(columns)
                .enumerate()
                .filter(|(i, _)| shown[*i])
                .map(|(i, (cell, column))| match i {
                    0 => format!("<th scope=\"row\" class=\"{}\">{cell}</th>", column.class),
                    _ => format!("<td class=\"{}\">{cell}</td>", column.class),
                })
                .collect();
            format!("<tr>{cells}</tr>")
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\
         <thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

/// Something closed until it is asked for.
pub(crate) fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{summary}</summary>{body}</details>")
}

/// A chart with its title, how to read it, and its numbers as a table.
pub(crate) fn figure(caption: &Caption<'_>, svg: &str, reading: &str, table: &str) -> String {
    format!(
        "<figure><figcaption><strong>{}</strong> {reading}</figcaption>{svg}{}</figure>",
        escape(caption.title),
        details("The numbers", table)
    )
}

/// A bulleted list.
pub(crate) fn bullets<I: IntoIterator<Item = String>>(items: I) -> String {
    let items: String = items.into_iter().map(|item| format!("<li>{item}</li>")).collect();
    if items.is_empty() { items } else { format!("<ul>{items}</ul>") }
}
