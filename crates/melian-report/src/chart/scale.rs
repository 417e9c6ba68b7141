//! The horizontal scale: from values to shares of the width, with anchors in words.

use super::{Anchor, Canvas};
use crate::number::points;

/// Where the labels of rows end and the plot begins, in per cent.
const LEFT: f64 = 31.0;
/// Where the plot ends and the column of values begins.
const RIGHT: f64 = 87.0;
/// Pixels per line of text.
const LINE: f64 = 16.0;

/// A linear scale over the plot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
}

/// A vertical line through a chart with a word on it.
#[derive(Debug, Clone)]
pub(crate) struct Guide {
    pub(crate) at: f64,
    pub(crate) label: String,
    /// `nodeal` or `outcome`.
    pub(crate) class: &'static str,
}

impl Scale {
    /// An issue's scale, 0 to 100.
    pub(crate) const ISSUE: Self = Self { from: 0.0, to: 100.0 };

    /// Where a value lies, in per cent of the width; values outside are put on the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        LEFT + share * (RIGHT - LEFT)
    }

    /// Draws anchors, guides and ticks from the top; returns where rows may start.
    pub(super) fn head(self, canvas: &mut Canvas, anchors: &[(f64, String)], guides: &[Guide]) -> f64 {
        let mut y = 2.0;
        for (at, words) in anchors {
            y += LINE;
            self.note(canvas, "anchor", *at, y, &format!("{} {words}", points(*at)));
        }
        for guide in guides {
            y += LINE;
            self.note(canvas, guide.class, guide.at, y, &format!("{} {}", guide.label, points(guide.at)));
        }
        y + 10.0
    }

    /// Draws what stands behind the rows: ticks at the anchors and guides, down to `bottom`.
    pub(super) fn grid(
        self,
        canvas: &mut Canvas,
        anchors: &[(f64, String)],
        guides: &[Guide],
        (top, bottom): (f64, f64),
    ) {
        let default: Vec<f64> =
            (0..=4).map(|i| self.from + 0.25 * f64::from(i) * (self.to - self.from)).collect();
        let ticks: Vec<f64> =
            if anchors.is_empty() { default } else { anchors.iter().map(|(at, _)| *at).collect() };
        for tick in &ticks {
            canvas.line("grid", (self.at(*tick), top), (self.at(*tick), bottom));
        }
        let mut free = f64::NEG_INFINITY;
        for tick in ticks {
            let x = self.at(tick);
            if x - free >= 6.0 {
                canvas.text("tick", (x, bottom + 14.0), Anchor::Middle, &points(tick));
                free = x;
            }
        }
        for guide in guides {
            canvas.line(guide.class, (self.at(guide.at), top - 6.0), (self.at(guide.at), bottom));
        }
    }

    /// A line of text over its place on the scale, hung so that it stays inside the chart.
    fn note(self, canvas: &mut Canvas, class: &str, at: f64, y: f64, text: &str) {
        let x = self.at(at);
        let anchor = match x {
            x if x < 45.0 => Anchor::Start,
            x if x > 75.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        canvas.label(class, (x, y), anchor, text, (36, 84));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_the_scale_stay_on_the_chart() {
        assert_eq!(Scale::ISSUE.at(-5.0), LEFT);
        assert_eq!(Scale::ISSUE.at(250.0), RIGHT);
        assert_eq!(Scale::ISSUE.at(50.0), f64::midpoint(LEFT, RIGHT));
    }
}
