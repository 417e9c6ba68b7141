//! Rows with ranges: actors on an issue, shares with their intervals.

use super::{Anchor, Canvas, Caption, Guide, Scale};
use crate::number::points;

const ROW: f64 = 24.0;

/// An actor on an issue.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    pub(crate) name: String,
    /// What it wants, typically.
    pub(crate) at: f64,
    /// The range the scenario allows for what it wants.
    pub(crate) extent: (f64, f64),
    /// What it takes for sure and at most, where it has a red line.
    pub(crate) accept: Option<Accepts>,
    /// Weight against the heaviest actor, 0..=1; `None` where capability is not given.
    pub(crate) weight: Option<f64>,
}

/// A red line whose ends may be uncertain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepts {
    /// Taken whatever the draw; empty where the first is above the second.
    pub(crate) surely: (f64, f64),
    /// Taken in some draw.
    pub(crate) perhaps: (f64, f64),
}

/// Actors on an anchored scale: a bar for what each accepts, a disc (area by weight) for what it wants.
pub(crate) fn positions(
    caption: &Caption<'_>,
    anchors: &[(f64, String)],
    guides: &[Guide],
    rows: &[Position],
) -> String {
    let scale = Scale::ISSUE;
    let mut canvas = Canvas::default();
    let top = scale.head(&mut canvas, anchors, guides);
    let bottom = top + ROW * rows.len() as f64;
    scale.grid(&mut canvas, anchors, guides, (top, bottom));
    for (i, row) in rows.iter().enumerate() {
        let y = top + ROW * (i as f64 + 0.5);
        canvas.label("name", (0.0, y + 4.0), Anchor::Start, &row.name, (15, 32));
        if let Some(accept) = row.accept {
            let (from, to) = accept.perhaps;
            canvas.rect("perhaps", (scale.at(from), y - 5.0), (scale.at(to), y + 5.0));
            let (from, to) = accept.surely;
            if from <= to {
                canvas.rect("accepts", (scale.at(from), y - 5.0), (scale.at(to), y + 5.0));
            }
        }
        if row.extent.0 < row.extent.1 {
            canvas.line("whisker", (scale.at(row.extent.0), y), (scale.at(row.extent.1), y));
        }
        let radius = row.weight.map_or(4.5, |weight| 2.5 + 5.5 * weight.max(0.0).sqrt());
        canvas.mark("wants", (scale.at(row.at), y), 0, radius);
        canvas.text("value", (100.0, y + 4.0), Anchor::End, &points(row.at));
    }
    canvas.finish(bottom + 22.0, caption)
}

/// A share of cases with its interval.
#[derive(Debug, Clone)]
pub(crate) struct ShareRow {
    pub(crate) label: String,
    pub(crate) share: f64,
    /// Where the number of cases leaves it uncertain.
    pub(crate) interval: Option<(f64, f64)>,
    /// What to print at the end of the row.
    pub(crate) value: String,
}

/// Shares as bars from zero, each with its number and, where it has one, its interval.
pub(crate) fn shares(caption: &Caption<'_>, rows: &[ShareRow]) -> String {
    const TALL: f64 = 44.0;
    let mut canvas = Canvas::default();
    let bottom = TALL * rows.len() as f64;
    let place = |share: f64| share * 94.0;
    for (i, row) in rows.iter().enumerate() {
        let y = TALL * i as f64;
        canvas.label("name", (0.0, y + 14.0), Anchor::Start, &row.label, (38, 90));
        canvas.text("value", (100.0, y + 14.0), Anchor::End, &row.value);
        canvas.rect("track", (0.0, y + 20.0), (place(1.0), y + 34.0));
        canvas.rect("share", (0.0, y + 20.0), (place(row.share), y + 34.0));
        if let Some((low, high)) = row.interval {
            let (low, high) = (place(low), place(high));
            canvas.line("whisker", (low, y + 27.0), (high, y + 27.0));
            for end in [low, high] {
                canvas.line("whisker", (end, y + 23.0), (end, y + 31.0));
            }
        }
    }
    canvas.finish(bottom, caption)
}
