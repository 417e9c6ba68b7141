//! Shares over time that sum to one: layers on one another, a band each.

use std::fmt::Write as _;

use super::Caption;
use super::fan::points;
use crate::text::escape;

const WIDTH: f64 = 640.0;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 634.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 208.0;
const HEIGHT: f64 = 236.0;
/// A layer thinner than this share at its thickest has no number on it.
const LABELLED: f64 = 0.09;

/// One layer: a name, and its share at each time.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// Its number in the legend.
    pub(crate) mark: usize,
    /// A class of the style sheet that gives its colour.
    pub(crate) class: String,
    /// 0..1, by time.
    pub(crate) shares: Vec<f64>,
}

/// Layers from the bottom up, with the names of the times along the foot.
pub(crate) fn layers(caption: &Caption<'_>, layers: &[Layer], times: &[String]) -> String {
    let last = times.len().max(2) - 1;
    let x = |time: usize| LEFT + (RIGHT - LEFT) * time as f64 / last as f64;
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share.clamp(0.0, 1.0);
    let mut body = String::new();
    let mut below = vec![0.0; times.len()];
    let mut numbers = String::new();
    for layer in layers {
        let above: Vec<f64> = below.iter().zip(&layer.shares).map(|(low, share)| low + share).collect();
        let up = above.iter().enumerate().map(|(time, &at)| (x(time), y(at)));
        let down = below.iter().enumerate().rev().map(|(time, &at)| (x(time), y(at)));
        let _ =
            write!(body, "<polygon class=\"layer {}\" points=\"{}\"/>", layer.class, points(up.chain(down)));
        let thickest = (0..times.len())
            .fold(0, |most, time| if layer.shares[time] > layer.shares[most] { time } else { most });
        if layer.shares.get(thickest).is_some_and(|&share| share >= LABELLED) {
            let at = x(thickest).clamp(LEFT + 10.0, RIGHT - 10.0);
            let middle = y(below[thickest] + 0.5 * layer.shares[thickest]) + 4.0;
            let _ = write!(
                numbers,
                "<text class=\"onlayer\" x=\"{at:.1}\" y=\"{middle:.1}\" text-anchor=\"middle\">{}</text>",
                layer.mark
            );
        }
        below = above;
    }
    for tick in [0, 50, 100] {
        let _ = write!(
            body,
            "<text class=\"tick\" x=\"28\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
            y(f64::from(tick) / 100.0) + 4.0
        );
    }
    let step = times.len().div_ceil(12).max(1);
    for (time, name) in times.iter().enumerate().filter(|(time, _)| time % step == 0 || *time == last) {
        if time != last && last - time < step && time > 0 {
            continue;
        }
        let anchor = if time == 0 {
            "start"
        } else if time == last {
            "end"
        } else {
            "middle"
        };
        let _ = write!(
            body,
            "<text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            x(time),
            BOTTOM + 18.0,
            escape(name)
        );
    }
    let (id, title, description) = (caption.id, escape(caption.title), escape(caption.description));
    format!(
        "<svg class=\"chart wide\" role=\"img\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" aria-labelledby=\"{id}-title {id}-desc\">\
         <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{description}</desc>{body}{numbers}</svg>"
    )
}
