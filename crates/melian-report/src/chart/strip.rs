//! Where it will settle: a histogram over a strip of 50 % and 90 % per lens.

use melian::analysis::MeasureSummary;

use super::histogram::histogram;
use super::{Anchor, Canvas, Caption, Guide, Scale};
use crate::number::points;

const ROW: f64 = 58.0;

/// A lens's forecast for an issue.
#[derive(Debug, Clone)]
pub(crate) struct Forecast<'a> {
    pub(crate) label: String,
    /// Over the draws of the inputs alone.
    pub(crate) inputs: &'a MeasureSummary,
    /// With the lens's measured error around it.
    pub(crate) with_error: Option<&'a MeasureSummary>,
}

/// Forecasts on an anchored scale, a row per lens; `room` shades where packages inside the room lie.
pub(crate) fn forecasts(
    caption: &Caption<'_>,
    anchors: &[(f64, String)],
    guides: &[Guide],
    room: Option<(f64, f64)>,
    rows: &[Forecast<'_>],
) -> String {
    let scale = Scale::ISSUE;
    let mut canvas = Canvas::default();
    let top = scale.head(&mut canvas, anchors, guides);
    let bottom = top + ROW * rows.len() as f64;
    if let Some((low, high)) = room {
        canvas.rect("room", (scale.at(low), top), (scale.at(high), bottom));
    }
    scale.grid(&mut canvas, anchors, guides, (top, bottom));
    for (i, row) in rows.iter().enumerate() {
        forecast(&mut canvas, scale, row, top + ROW * i as f64);
    }
    canvas.finish(bottom + 22.0, caption)
}

fn forecast(canvas: &mut Canvas, scale: Scale, row: &Forecast<'_>, top: f64) {
    let (floor, strip) = (top + 36.0, top + 44.0);
    let shown = row.with_error.unwrap_or(row.inputs);
    let class = if row.with_error.is_some() { "bars error" } else { "bars" };
    histogram(canvas, scale, class, &shown.bins, (shown.bins_from, shown.bins_to), (floor, 28.0));
    let q = row.inputs.quantiles;
    if let Some(wide) = row.with_error {
        let (low, high) = (scale.at(wide.quantiles.p05), scale.at(wide.quantiles.p95));
        canvas.line("reach", (low, strip), (high, strip));
        for end in [low, high] {
            canvas.line("reach", (end, strip - 4.0), (end, strip + 4.0));
        }
    }
    canvas.rect("ninety", (scale.at(q.p05), strip - 3.0), (scale.at(q.p95), strip + 3.0));
    canvas.rect("fifty", (scale.at(q.p25), strip - 5.0), (scale.at(q.p75), strip + 5.0));
    canvas.mark("median", (scale.at(q.p50), strip), 6, 6.0);
    canvas.label("name", (0.0, strip + 4.0), Anchor::Start, &row.label, (16, 33));
    canvas.text("value", (100.0, strip + 4.0), Anchor::End, &points(q.p50));
}
