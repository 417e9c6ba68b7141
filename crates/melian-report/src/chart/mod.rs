//! Charts as SVG: fluid without scripts, since places along the scale are shares of the width and
//! everything else is in pixels. Colours and type come from the page's style sheet.

mod dumbbell;
mod fan;
mod histogram;
mod icon_array;
mod interval;
mod layers;
mod scale;
mod strip;

use std::fmt::Write as _;

pub(crate) use dumbbell::{Mark, Row as DumbbellRow, dumbbell, legend, span};
pub(crate) use fan::fan;
pub(crate) use icon_array::{Kind, icon_array};
pub(crate) use interval::{Accepts, Position, ShareRow, positions, shares};
pub(crate) use layers::{Layer, layers};
pub(crate) use scale::{Guide, Scale};
pub(crate) use strip::{Forecast, forecasts};

use crate::text::{escape, shorten};

/// What a chart says to those who can't see it, and its name in the page.
#[derive(Debug, Clone)]
pub(crate) struct Caption<'a> {
    /// Unique in the page, fit for an attribute.
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
}

/// Where a text hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under construction. `x` in per cent of the width, `y` in pixels.
#[derive(Debug, Default)]
struct Canvas {
    body: String,
}

impl Canvas {
    fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{x1:.2}%\" y1=\"{y1:.1}\" x2=\"{x2:.2}%\" y2=\"{y2:.1}\"/>"
        );
    }

    fn rect(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let (width, height) = ((x2 - x1).max(0.0), (y2 - y1).max(0.0));
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{x1:.2}%\" y=\"{y1:.1}\" width=\"{width:.2}%\" height=\"{height:.1}\"/>"
        );
    }

    fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{x:.2}%\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escape(text)
        );
    }

    /// A text that is cut to `phone` columns on a narrow screen and to `desk` on others.
    fn label(
        &mut self,
        class: &str,
        at: (f64, f64),
        anchor: Anchor,
        text: &str,
        (phone, desk): (usize, usize),
    ) {
        let (short, long) = (shorten(text, phone), shorten(text, desk));
        if short == long {
            self.text(class, at, anchor, &long);
        } else {
            self.text(&format!("{class} desk"), at, anchor, &long);
            self.text(&format!("{class} phone"), at, anchor, &short);
        }
    }

    /// One of [`SHAPES`], `radius` pixels large.
    fn mark(&mut self, class: &str, (x, y): (f64, f64), shape: usize, radius: f64) {
        let path = SHAPES[shape % SHAPES.len()];
        let _ = write!(
            self.body,
            "<svg class=\"{class}\" x=\"{x:.2}%\" y=\"{y:.1}\" overflow=\"visible\"><path transform=\"scale({radius:.2})\" d=\"{path}\"/></svg>"
        );
    }

    /// A mark at a place in pixels.
    fn fixed_mark(&mut self, class: &str, (x, y): (f64, f64), shape: usize, radius: f64) {
        let path = SHAPES[shape % SHAPES.len()];
        let _ = write!(
            self.body,
            "<path class=\"{class}\" transform=\"translate({x:.1} {y:.1}) scale({radius:.2})\" d=\"{path}\"/>"
        );
    }

    fn finish(self, height: f64, caption: &Caption<'_>) -> String {
        let (id, title, description) = (caption.id, escape(caption.title), escape(caption.description));
        format!(
            "<svg class=\"chart\" role=\"img\" width=\"100%\" height=\"{height:.0}\" aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>{}</svg>",
            self.body
        )
    }
}

/// Shapes of radius 1, so that nothing is told by colour alone: disc, square, diamond, two triangles, cross, bar.
const SHAPES: [&str; 7] = [
    "M-1,0a1,1 0 1,0 2,0a1,1 0 1,0 -2,0z",
    "M-.88,-.88h1.76v1.76h-1.76z",
    "M0,-1.25L1.25,0L0,1.25L-1.25,0z",
    "M0,-1.15L1.15,.9H-1.15z",
    "M0,1.15L1.15,-.9H-1.15z",
    "M-1.1,-.4h.7v-.7h.8v.7h.7v.8h-.7v.7h-.8v-.7h-.7z",
    "M-.45,-1.3h.9v2.6h-.9z",
];
