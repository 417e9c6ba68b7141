//! Looking for the nearest change of one input, and of two, that turns an answer over.

use super::ensemble::{Ensemble, Input, Worker, same};
use super::question::{Asked, Reading, Side};

/// Points inside the user's own range at which an input is tried, beside its median and its ends: the middles of so
/// many parts of equal mass.
pub(super) const PARTS: usize = 8;
/// The same where each evaluation is costly.
const FEW_PARTS: usize = 4;
/// Points beyond each end, as shares of the way to the end of what the field may be.
const BEYOND: [f64; 4] = [0.125, 0.25, 0.5, 1.0];
/// The same where the field has no end there, in lengths of the user's range.
const LENGTHS: [f64; 4] = [0.5, 1.0, 3.0, 9.0];
/// Halvings of the stretch in which an answer turns over.
const HALVINGS: usize = 10;
/// Halvings along a ray in two inputs.
const RAY_HALVINGS: usize = 8;
/// Inputs of which pairs are tried: those that move the answer most.
pub(super) const PAIRED: usize = 4;
/// Directions in which a pair is tried: cosine and sine of 22.5, 45 and 67.5 degrees.
const RAYS: [(f64, f64); 3] = [
    (0.923_879_532_511_286_7, 0.382_683_432_365_089_8),
    (std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2),
    (0.382_683_432_365_089_8, 0.923_879_532_511_286_7),
];

/// A value at which an input is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) value: f64,
    /// Inside the user's own range.
    pub(super) allowed: bool,
    /// One of the middles of parts of equal mass.
    pub(super) middle: bool,
}

/// What every question says at every point of one input.
pub(super) struct Scan {
    /// Ascending.
    pub(super) points: Vec<Point>,
    /// The place of the median.
    pub(super) median: usize,
    /// By question: nothing where the input moves none of its rows; else a reading by point.
    pub(super) readings: Vec<Option<Vec<Reading>>>,
    /// Arms whose rows the input moves.
    pub(super) moved: Vec<usize>,
}

/// The nearest value of one input that turns an answer over.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn {
    pub(super) value: f64,
    pub(super) reading: Reading,
    pub(super) up: bool,
    pub(super) allowed: bool,
    pub(super) distance: f64,
    /// How far beyond the user's range, in lengths of it (of what the field may be, for a certain number).
    pub(super) beyond: f64,
}

/// The nearest values of two inputs that turn an answer over together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Both {
    pub(super) values: [f64; 2],
    pub(super) reading: Reading,
    pub(super) distance: f64,
}

/// The points at which an input is tried.
fn points(input: &Input, parts: usize) -> (Vec<Point>, usize) {
    let marginal = &input.marginal;
    let (low, high) = marginal.ends();
    let median = marginal.at(0.5);
    let inside = |value| Point { value, allowed: true, middle: false };
    let mut points: Vec<Point> = [low, median, high].map(inside).to_vec();
    if high > low {
        let middles = (0..parts).map(|part| marginal.at((part as f64 + 0.5) / parts as f64));
        points.extend(middles.map(|value| Point { value, allowed: true, middle: true }));
        points.extend(marginal.values().into_iter().flatten().map(inside));
    }
    let outside = |value| Point { value, allowed: false, middle: false };
    points.extend(beyond(low, input.range.0, high - low).map(outside));
    points.extend(beyond(high, input.range.1, high - low).map(outside));
    // Middles stay apart even where they share a value: each stands for its own mass.
    points.sort_by(|a, b| a.value.total_cmp(&b.value).then(b.middle.cmp(&a.middle)));
    points.dedup_by(|next, kept| next.value == kept.value && !next.middle);
    let median = points.iter().position(|point| point.value == median).unwrap_or(0);
    (points, median)
}

/// Points beyond an end, as far as the field goes.
fn beyond(end: f64, limit: f64, length: f64) -> impl Iterator<Item = f64> {
    let away = if limit > end { 1.0 } else { -1.0 };
    let unit = if length > 0.0 { length } else { end.abs().max(1.0) };
    let steps = if limit.is_finite() { BEYOND } else { LENGTHS };
    let reach = move |step: f64| {
        if limit.is_finite() { end + step * (limit - end) } else { end + away * step * unit }
    };
    steps.into_iter().map(reach).filter(move |value| *value != end)
}

/// Tries an input at all its points.
pub(super) fn scan(
    ensemble: &Ensemble<'_>,
    worker: &mut Worker,
    input: &Input,
    asked: &[Asked<'_>],
    costly: bool,
) -> Scan {
    let (points, median) = points(input, if costly { FEW_PARTS } else { PARTS });
    let moved = moved(ensemble, worker, input, &points, median);
    let touched: Vec<bool> =
        asked.iter().map(|asked| asked.arms.iter().any(|arm| moved.contains(arm))).collect();
    let mut readings: Vec<Option<Vec<Reading>>> =
        touched.iter().map(|touched| touched.then(|| Vec::with_capacity(points.len()))).collect();
    if !moved.is_empty() {
        for point in &points {
            ensemble.pinned(worker, &[(input, point.value)], &moved, |rows| {
                for (asked, readings) in asked.iter().zip(&mut readings) {
                    if let Some(readings) = readings {
                        readings.push(asked.read(rows));
                    }
                }
            });
        }
    }
    Scan { points, median, readings, moved }
}

/// How far an input moves the most sensitive answer between the ends of its range: in shares, or parts of a scale.
pub(super) fn sway(ensemble: &Ensemble<'_>, worker: &mut Worker, input: &Input, asked: &[Asked<'_>]) -> f64 {
    let (low, high) = input.marginal.ends();
    let [one, other] = [low, high].map(|value| {
        ensemble.pinned(worker, &[(input, value)], ensemble.arms(), |rows| {
            asked.iter().map(|asked| asked.read(rows)).collect::<Vec<_>>()
        })
    });
    one.iter().zip(&other).map(|(one, other)| one.apart(other)).fold(0.0, f64::max)
}

/// The arms whose rows differ between an input's outermost values and its median.
fn moved(
    ensemble: &Ensemble<'_>,
    worker: &mut Worker,
    input: &Input,
    points: &[Point],
    median: usize,
) -> Vec<usize> {
    let mut tried = vec![points[0].value, points[median].value, points[points.len() - 1].value];
    tried.dedup();
    let Some((&first, others)) = tried.split_first() else { return Vec::new() };
    let arms = ensemble.arms().to_vec();
    let one = ensemble.pinned(worker, &[(input, first)], &arms, |rows| rows.arms.clone());
    let mut still = arms;
    let mut moved = Vec::new();
    for &value in others {
        let now = ensemble.pinned(worker, &[(input, value)], &still, |rows| {
            let differs = |arm: &usize| !same(&rows.arms[*arm], &one[*arm]);
            still.iter().copied().filter(differs).collect::<Vec<_>>()
        });
        still.retain(|arm| !now.contains(arm));
        moved.extend(now);
    }
    moved.sort_unstable();
    moved
}

/// The nearest point at which the answer is another than `stands`: walked to from the median on either side.
pub(super) fn turn(
    ensemble: &Ensemble<'_>,
    worker: &mut Worker,
    input: &Input,
    asked: &Asked<'_>,
    scan: &Scan,
    readings: &[Reading],
    stands: Side,
) -> Option<Turn> {
    let turned = |reading: &Reading| reading.side.is_some_and(|side| side != stands);
    let up = (scan.median..scan.points.len()).find(|&at| turned(&readings[at]));
    let down = (0..=scan.median).rev().find(|&at| turned(&readings[at]));
    let arms: Vec<usize> = asked.arms.iter().copied().filter(|arm| scan.moved.contains(arm)).collect();
    let mut read =
        |value: f64| ensemble.pinned_once(worker, &[(input, value)], &arms, |rows| asked.read(rows));
    let mut best: Option<Turn> = None;
    for (at, up) in [(up, true), (down, false)] {
        let Some(at) = at else { continue };
        let far = scan.points[at];
        let (mut value, mut reading) = (far.value, readings[at].clone());
        if at != scan.median {
            let near = scan.points[if up { at - 1 } else { at + 1 }];
            let least = Turn::new(input, near.value, reading.clone(), up);
            // On this side it can't be nearer than what was found.
            if best.as_ref().is_some_and(|best| best.order(&least).is_le()) {
                continue;
            }
            (value, reading) = nearest(near, far, reading, input, &mut read, turned);
        }
        let found = Turn::new(input, value, reading, up);
        if best.as_ref().is_none_or(|best| found.order(best).is_lt()) {
            best = Some(found);
        }
    }
    best
}

/// Halves the stretch between a point where the answer stands and one where it has turned over; the far end at the
/// last, where that turns it over too at a number of few digits.
fn nearest(
    near: Point,
    far: Point,
    reading: Reading,
    input: &Input,
    read: &mut impl FnMut(f64) -> Reading,
    turned: impl Fn(&Reading) -> bool,
) -> (f64, Reading) {
    // Of listed values there is none between.
    if near.allowed && far.allowed && input.marginal.values().is_some() {
        return (far.value, reading);
    }
    let (mut near, mut far, mut reading) = (near.value, far.value, reading);
    let end = far;
    for _ in 0..HALVINGS {
        let middle = near + 0.5 * (far - near);
        if middle == near || middle == far {
            break;
        }
        let there = read(middle);
        if turned(&there) { (far, reading) = (middle, there) } else { near = middle }
    }
    let short = rounded(near, far);
    if short != far && (short - far) * (end - far) >= 0.0 && (short - end) * (far - end) >= 0.0 {
        let there = read(short);
        if turned(&there) {
            return (short, there);
        }
    }
    (far, reading)
}

/// The first number of few digits at or beyond `far`, coming from `near`: in steps of a power of ten that is at least
/// the uncertainty of the search.
fn rounded(near: f64, far: f64) -> f64 {
    let width = (far - near).abs();
    if width == 0.0 || !width.is_finite() {
        return far;
    }
    let mut step = 1.0;
    while step < width {
        step *= 10.0;
    }
    while step / 10.0 >= width {
        step /= 10.0;
    }
    let parts = far / step;
    let parts = if far > near { parts.ceil() } else { parts.floor() };
    // Divided rather than multiplied where the step is below 1: 0.12, not 0.12000000000000001.
    if step < 1.0 { parts / (1.0 / step).round() } else { parts * step }
}

impl Turn {
    fn new(input: &Input, value: f64, reading: Reading, up: bool) -> Self {
        let (low, high) = input.marginal.ends();
        let over = (low - value).max(value - high).max(0.0);
        let whole = input.range.1 - input.range.0;
        let length = match high - low {
            own if own > 0.0 => own,
            _ if whole.is_finite() => whole,
            _ => low.abs().max(1.0),
        };
        Self {
            value,
            reading,
            up,
            allowed: over == 0.0,
            distance: input.marginal.crossed(value),
            beyond: over / length,
        }
    }

    /// The nearer first: what the user allowed, by the mass crossed; then the rest, by how far it is beyond.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        let by_mass = self.distance.total_cmp(&other.distance);
        other.allowed.cmp(&self.allowed).then(self.beyond.total_cmp(&other.beyond)).then(by_mass)
    }
}

/// The ways in which a score can go over: up or down, by how the answer stands.
pub(super) fn ways(stands: Side) -> &'static [bool] {
    match stands {
        Side::Yes | Side::Ends(_) | Side::High => &[false],
        Side::No | Side::Low => &[true],
        Side::Anchor(_) => &[true, false],
    }
}

/// How far an input moves the score in one way inside the user's range, and at which of its ends.
pub(super) fn pull(scan: &Scan, readings: &[Reading], up: bool) -> Option<(f64, bool)> {
    let allowed: Vec<usize> = (0..scan.points.len()).filter(|&at| scan.points[at].allowed).collect();
    let (&low, &high) = (allowed.first()?, allowed.last()?);
    if low == high {
        return None;
    }
    let sign = if up { 1.0 } else { -1.0 };
    let central = readings[scan.median].score;
    let [below, above] = [low, high].map(|at| sign * (readings[at].score - central));
    let (most, at_high) = if above >= below { (above, true) } else { (below, false) };
    (most > 0.0).then_some((most, at_high))
}

/// The nearest turn of a pair inside the user's ranges, along a few rays from the medians towards the ends given;
/// rays are halved as if the answer, once turned over, stayed so. The points tried are the same for every question.
pub(super) fn both(
    ensemble: &Ensemble<'_>,
    worker: &mut Worker,
    inputs: [(&Input, bool); 2],
    asked: &Asked<'_>,
    arms: &[usize],
    stands: Side,
) -> Option<Both> {
    let mut best: Option<Both> = None;
    for (cosine, sine) in RAYS {
        let value = |(input, high): (&Input, bool), part: f64| {
            input.marginal.at(if high { 0.5 + part } else { 0.5 - part }.clamp(0.0, 1.0))
        };
        let mut at = |r: f64| {
            let values = [value(inputs[0], r * cosine), value(inputs[1], r * sine)];
            let pins = [(inputs[0].0, values[0]), (inputs[1].0, values[1])];
            let reading = ensemble.pinned_once(worker, &pins, arms, |rows| asked.read(rows));
            let turned = reading.side.is_some_and(|side| side != stands);
            let crossed = pins.map(|(input, value)| input.marginal.crossed(value));
            let distance = (crossed[0] * crossed[0] + crossed[1] * crossed[1]).sqrt();
            (turned, Both { values, reading, distance })
        };
        let limit = best.as_ref().map_or(f64::INFINITY, |best| best.distance);
        let (mut near, mut far) = (0.0, 0.5 / cosine.max(sine));
        let (turned, mut found) = at(far);
        if !turned {
            continue;
        }
        for _ in 0..RAY_HALVINGS {
            // On this ray it can't be nearer than on an earlier one.
            if near >= limit {
                break;
            }
            let middle = 0.5 * (near + far);
            let (turned, there) = at(middle);
            if turned { (far, found) = (middle, there) } else { near = middle }
        }
        if found.distance < limit {
            best = Some(found);
        }
    }
    best
}
