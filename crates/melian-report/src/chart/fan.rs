//! How it unfolds: one actor's positions by round, as bands over draws with a path of a single draw on them.

use std::fmt::Write as _;

use super::Caption;
use crate::text::escape;

const WIDTH: f64 = 168.0;
const HEIGHT: f64 = 104.0;
const LEFT: f64 = 24.0;
const TOP: f64 = 6.0;
const BOTTOM: f64 = 88.0;

/// One panel: quantiles at 5, 25, 50, 75 and 95 % by round, and a single draw's positions.
pub(crate) fn fan(caption: &Caption<'_>, rounds: &[[f64; 5]], path: &[f64]) -> String {
    let last = rounds.len().max(2) - 1;
    let x = |round: usize| LEFT + (WIDTH - LEFT - 6.0) * round as f64 / last as f64;
    let y = |value: f64| BOTTOM - (BOTTOM - TOP) * (value / 100.0).clamp(0.0, 1.0);
    let mut body = String::new();
    for tick in [0.0, 50.0, 100.0] {
        let _ = write!(
            body,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{0:.1}\" x2=\"{WIDTH}\" y2=\"{0:.1}\"/><text class=\"tick\" x=\"20\" \
             y=\"{1:.1}\" text-anchor=\"end\">{tick:.0}</text>",
            y(tick),
            y(tick) + 4.0
        );
    }
    for (round, anchor) in [(0, "start"), (last, "end")] {
        let _ = write!(
            body,
            "<text class=\"tick\" x=\"{:.1}\" y=\"101\" text-anchor=\"{anchor}\">{round}</text>",
            x(round)
        );
    }
    for (class, low, high) in [("ninety", 0, 4), ("fifty", 1, 3)] {
        let up = rounds.iter().enumerate().map(|(round, q)| (x(round), y(q[high])));
        let down = rounds.iter().enumerate().rev().map(|(round, q)| (x(round), y(q[low])));
        let _ = write!(body, "<polygon class=\"{class}\" points=\"{}\"/>", points(up.chain(down)));
    }
    let middle = rounds.iter().enumerate().map(|(round, q)| (x(round), y(q[2])));
    let _ = write!(body, "<polyline class=\"middle\" points=\"{}\"/>", points(middle));
    let held = |round: usize| path.get(round).or(path.last()).copied();
    let one = (0..rounds.len()).filter_map(|round| Some((x(round), y(held(round)?))));
    let _ = write!(body, "<polyline class=\"path\" points=\"{}\"/>", points(one));
    let (id, title, description) = (caption.id, escape(caption.title), escape(caption.description));
    format!(
        "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-labelledby=\"{id}-title {id}-desc\">\
         <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>{body}</svg>"
    )
}

pub(super) fn points(places: impl Iterator<Item = (f64, f64)>) -> String {
    let places: Vec<String> = places.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    places.join(" ")
}
