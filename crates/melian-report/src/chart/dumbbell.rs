//! What differs: several marks on one line per row, joined from the lowest to the highest.

use super::{Anchor, Canvas, Caption, Guide, Scale};

const ROW: f64 = 28.0;

/// One value with its kind: lenses keep their shape and colour throughout a report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) at: f64,
    pub(crate) kind: usize,
}

/// A row of marks.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) marks: Vec<Mark>,
    /// How far it reaches over draws, shown behind the marks.
    pub(crate) reach: Option<(f64, f64)>,
    /// What to print at the end of the row.
    pub(crate) value: String,
}

/// Rows on one issue's scale; `band` is shaded through all.
pub(crate) fn dumbbell(
    caption: &Caption<'_>,
    anchors: &[(f64, String)],
    guides: &[Guide],
    rows: &[Row],
    band: Option<(f64, f64)>,
) -> String {
    let scale = Scale::ISSUE;
    let mut canvas = Canvas::default();
    let top = scale.head(&mut canvas, anchors, guides);
    let bottom = top + ROW * rows.len() as f64;
    if let Some((low, high)) = band {
        canvas.rect("room", (scale.at(low), top), (scale.at(high), bottom));
    }
    scale.grid(&mut canvas, anchors, guides, (top, bottom));
    for (i, row) in rows.iter().enumerate() {
        let y = top + ROW * (i as f64 + 0.5);
        canvas.label("name", (0.0, y + 4.0), Anchor::Start, &row.label, (15, 32));
        if let Some((low, high)) = row.reach {
            canvas.rect("ninety", (scale.at(low), y - 3.5), (scale.at(high), y + 3.5));
        }
        if let Some((low, high)) = span(row) {
            canvas.line("join", (scale.at(low), y), (scale.at(high), y));
        }
        for mark in &row.marks {
            canvas.mark(&color(mark.kind), (scale.at(mark.at), y), mark.kind, 5.0);
        }
        canvas.text("value", (100.0, y + 4.0), Anchor::End, &row.value);
    }
    canvas.finish(bottom + 22.0, caption)
}

/// The marks of a chart with their names, as inline text.
pub(crate) fn legend(names: &[String]) -> String {
    let items: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(kind, name)| {
            let mut canvas = Canvas::default();
            canvas.fixed_mark(&color(kind), (8.0, 8.0), kind, 5.0);
            format!(
                "<li><svg class=\"key\" aria-hidden=\"true\" width=\"16\" height=\"16\">{}</svg> {}</li>",
                canvas.body,
                crate::text::escape(name)
            )
        })
        .collect();
    format!("<ul class=\"legend\">{}</ul>", items.concat())
}

/// The class of a kind's colour: shifted each time the shapes start anew, so that no two kinds look the same.
fn color(kind: usize) -> String {
    format!("k{}", (kind + kind / 7) % 7)
}

/// From the lowest to the highest mark.
pub(crate) fn span(row: &Row) -> Option<(f64, f64)> {
    let at = || row.marks.iter().map(|mark| mark.at);
    Some((at().min_by(f64::total_cmp)?, at().max_by(f64::total_cmp)?))
}
