//! A histogram on a scale, as part of a row.

use super::{Canvas, Scale};

/// Draws `bins` over `from..=to` as bars standing on `floor`, the tallest `height` pixels high.
pub(super) fn histogram(
    canvas: &mut Canvas,
    scale: Scale,
    class: &str,
    bins: &[u64],
    (from, to): (f64, f64),
    (floor, height): (f64, f64),
) {
    let Some(tallest) = bins.iter().copied().max().filter(|&most| most > 0) else { return };
    let step = (to - from) / bins.len() as f64;
    for (i, &rows) in bins.iter().enumerate().filter(|(_, rows)| **rows > 0) {
        let left = from + step * i as f64;
        let rise = height * rows as f64 / tallest as f64;
        canvas.rect(class, (scale.at(left), floor - rise), (scale.at(left + step), floor));
    }
}
