//! On which inputs the truth of a claim turns: from the draws that were run, without any new evaluation. One input with
//! the value that parts true from false best; where that is not enough, a box of several.

use rayon::prelude::*;
use serde::Serialize;

use super::{Case, Judge};
use crate::analysis::claims::values::Truth;
use crate::analysis::discovery::{self, Counts, Options, discover};
use crate::ensemble::InputColumn;
use crate::scenario::Guard;

/// The least number of draws on either side for anything to be said.
const LEAST: usize = 8;
/// Inputs that a box is looked for in: those whose classes differ most in how often the claim is true.
const BOXED: usize = 12;
/// Classes of an input that are compared for that.
const CLASSES: usize = 8;
/// The least share of draws in a box that must be of its kind.
const DENSE: f64 = 0.8;
/// A cut that leaves no more than this share of the rarer draws on the wrong side is enough.
const ENOUGH: f64 = 0.2;
/// How many standard errors from chance an input must lie: with a hundred inputs, one in some hundred reports is chance.
const CLEAR: f64 = 4.0;

/// An input with which the claim is true more often, or less.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lean {
    /// The path of the input.
    pub input: String,
    /// Whether the claim is true more often the higher the input.
    pub rises: bool,
}

/// The input on which the claim turns most, and where.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// The input, and whether the claim is true more often the higher it is.
    #[serde(flatten)]
    pub lean: Lean,
    /// -1..1: twice the chance that the input is higher in a draw in which the claim is true than in one in which it is
    /// not, less one (Somers' D; 0: it has no part in it). Missing where the guard allows a direction only.
    pub strength: Option<f64>,
    /// The value that parts true from false best. Missing where the guard allows a direction only.
    pub cut: Option<Cut>,
}

/// A value of an input, with the draws on both sides of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cut {
    /// The value.
    pub at: f64,
    /// Below it: draws in which the claim is true, and judged draws.
    pub below: (u64, u64),
    /// At it or above.
    pub above: (u64, u64),
}

/// Several inputs between whose limits the claim is nearly always true, or nearly always false.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Region {
    /// Whether it is true there.
    pub holds: bool,
    /// The limits, all of which must be kept.
    pub limits: Vec<Edge>,
    /// Inside: draws in which it is so, and judged draws.
    pub inside: (u64, u64),
    /// Outside.
    pub outside: (u64, u64),
}

/// A limit on one input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edge {
    /// The path of the input.
    pub input: String,
    /// At least this.
    pub low: Option<f64>,
    /// At most this.
    pub high: Option<f64>,
}

/// The inputs of the first draws, each with the draws in ascending order: every claim asks for that.
pub(super) struct Sorted<'a> {
    inputs: &'a [Vec<f64>],
    orders: Vec<Vec<u32>>,
}

impl<'a> Sorted<'a> {
    pub(super) fn new(inputs: &'a [Vec<f64>]) -> Self {
        let order = |values: &Vec<f64>| {
            let mut order: Vec<u32> = (0..values.len() as u32).collect();
            order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]).then(a.cmp(&b)));
            order
        };
        Self { inputs, orders: inputs.par_iter().map(order).collect() }
    }

    /// The values of an input with its judged draws in order, if it has all draws.
    fn of(&self, column: usize, truth: &[Truth]) -> Option<(&'a [f64], Vec<usize>)> {
        let values = self.inputs.get(column).filter(|values| values.len() >= truth.len())?;
        let judged = |draw: &usize| truth.get(*draw).is_some_and(|truth| *truth != Truth::Undefined);
        Some((values, self.orders[column].iter().map(|&draw| draw as usize).filter(judged).collect()))
    }
}

/// How many draws are true, and how many judged; `None` if there are too few on either side for anything to be said.
pub(super) fn sides(truth: &[Truth]) -> Option<(usize, usize)> {
    let of = |side: Truth| truth.iter().filter(|truth| **truth == side).count();
    let (yes, no) = (of(Truth::True), of(Truth::False));
    (yes >= LEAST && no >= LEAST).then_some((yes, yes + no))
}

/// Every input that clearly leans, the strongest first.
pub(super) fn leans(judge: &Judge<'_>, case: &Case, truth: &[Truth], sorted: &Sorted<'_>) -> Vec<Turn> {
    let guard = Guard::new(judge.scenario());
    let Some((yes, judged)) = sides(truth) else { return Vec::new() };
    let mut found: Vec<(f64, Turn)> = Vec::new();
    for (column, path) in columns(judge, case) {
        let Some((values, order)) = sorted.of(column, truth) else { continue };
        let strength = somers(&order, values, truth, yes);
        let (yes, no) = (yes as f64, (judged - yes) as f64);
        // The standard error of Mann and Whitney's statistic, scaled as D is.
        let error = ((yes + no + 1.0) / (3.0 * yes * no)).sqrt();
        if strength.abs() < CLEAR * error {
            continue;
        }
        let hidden = guard.hides(&path);
        let lean = Lean { input: path, rises: strength > 0.0 };
        let cut = if hidden { None } else { cut(&order, values, truth) };
        found.push((strength, Turn { lean, strength: (!hidden).then_some(strength), cut }));
    }
    found.sort_by(|(a, _), (b, _)| b.abs().total_cmp(&a.abs()));
    found.into_iter().map(|(_, turn)| turn).collect()
}

/// A box of several inputs in which the rarer of true and false is mostly so, where `turn` alone doesn't tell enough;
/// inputs that the guard hides are left out of it.
pub(super) fn region(
    judge: &Judge<'_>,
    case: &Case,
    truth: &[Truth],
    turn: Option<&Turn>,
    sorted: &Sorted<'_>,
) -> Option<Region> {
    let (yes, judged) = sides(truth)?;
    let holds = 2 * yes <= judged;
    let rarer = yes.min(judged - yes);
    if turn.and_then(|turn| turn.cut).is_some_and(|cut| cut.wrong() <= ENOUGH * rarer as f64) {
        return None;
    }
    let guard = Guard::new(judge.scenario());
    let mut known: Vec<(f64, usize, String)> = columns(judge, case)
        .into_iter()
        .filter(|(_, path)| !guard.hides(path))
        .filter_map(|(column, path)| Some((parted(&sorted.of(column, truth)?.1, truth, yes), column, path)))
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    known.truncate(BOXED);
    let kept: Vec<usize> = (0..truth.len()).filter(|&draw| truth[draw] != Truth::Undefined).collect();
    let of_kept = |values: &[f64]| kept.iter().map(|&draw| values[draw]).collect::<Vec<f64>>();
    let inputs: Vec<Vec<f64>> = known.iter().map(|(_, column, _)| of_kept(&sorted.inputs[*column])).collect();
    let wanted: Vec<f64> =
        kept.iter().map(|&draw| f64::from((truth[draw] == Truth::True) == holds)).collect();
    let options = Options { boxes: 1, depth: 0, density: DENSE, ..Options::default() };
    let found = discover(&inputs, &vec![false; inputs.len()], &wanted, &options).ok()?;
    let (all, one) = (found.all, found.boxes.into_iter().next()?);
    if one.limits.0.len() < 2 || one.counts.density() < DENSE {
        return None;
    }
    let edge = |limit: &discovery::Limit| Edge {
        input: known[limit.input].2.clone(),
        low: limit.low,
        high: limit.high,
    };
    let share = |counts: Counts| (counts.cases, counts.rows);
    let outside = Counts { rows: all.rows - one.counts.rows, cases: all.cases - one.counts.cases };
    Some(Region {
        holds,
        limits: one.limits.0.iter().map(edge).collect(),
        inside: share(one.counts),
        outside: share(outside),
    })
}

impl Cut {
    /// Draws on the wrong side of it.
    fn wrong(&self) -> f64 {
        let ((below, of_below), (above, of_above)) = (self.below, self.above);
        let rising = below + (of_above - above);
        rising.min(of_below - below + above) as f64
    }
}

/// How much the classes of an input differ in how often the claim is true: Pearson's chi-square, whatever the shape.
fn parted(order: &[usize], truth: &[Truth], yes: usize) -> f64 {
    let share = yes as f64 / order.len() as f64;
    let class = |class: usize| {
        let part = &order[class * order.len() / CLASSES..(class + 1) * order.len() / CLASSES];
        let hits = part.iter().filter(|&&draw| truth[draw] == Truth::True).count();
        let off = hits as f64 - share * part.len() as f64;
        if part.is_empty() { 0.0 } else { off * off / (share * (1.0 - share) * part.len() as f64) }
    };
    (0..CLASSES).map(class).sum()
}

/// The columns of the inputs that bear on a case, one per path: as its perspective has it, else as written, else as one
/// of its policies has it.
fn columns(judge: &Judge<'_>, case: &Case) -> Vec<(usize, String)> {
    let perspective = judge.perspective(case.perspective).map(|overlay| overlay.id.as_str());
    let used = judge.claim(case.claim).expression.overlays();
    let rank = |column: &InputColumn| {
        let variant = &judge.plan.variants()[column.variant];
        match (variant.policy.as_deref(), variant.perspective.as_deref()) {
            (None, Some(id)) if Some(id) == perspective => Some(0),
            (None, None) => Some(1),
            (Some(id), None) | (None, Some(id)) if used.iter().flatten().any(|own| own == id) => Some(2),
            _ => None,
        }
    };
    let mut best: Vec<(usize, String, u8)> = Vec::new();
    for (index, column) in judge.plan.inputs().iter().enumerate() {
        let Some(rank) = rank(column) else { continue };
        let path = column.name.split('@').next().unwrap_or_default();
        match best.iter_mut().find(|(_, known, _)| known == path) {
            Some(known) if rank < known.2 => *known = (index, path.to_owned(), rank),
            Some(_) => {}
            None => best.push((index, path.to_owned(), rank)),
        }
    }
    best.into_iter().map(|(index, path, _)| (index, path)).collect()
}

/// Somers' D of the input against the truth, ties counted half.
fn somers(order: &[usize], values: &[f64], truth: &[Truth], yes: usize) -> f64 {
    let mut ranks = 0.0;
    let mut from = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let middle = from as f64 + f64::midpoint(tied.len() as f64, 1.0);
        ranks += middle * tied.iter().filter(|&&draw| truth[draw] == Truth::True).count() as f64;
        from += tied.len();
    }
    let (yes, all) = (yes as f64, order.len() as f64);
    let above = ranks - yes * (yes + 1.0) / 2.0;
    2.0 * above / (yes * (all - yes)) - 1.0
}

/// The cut that parts true from false best (Breiman et al. 1984: the least Gini impurity), halfway between two values.
fn cut(order: &[usize], values: &[f64], truth: &[Truth]) -> Option<Cut> {
    let is_true = |draw: &usize| u64::from(truth[*draw] == Truth::True);
    let all: u64 = order.iter().map(is_true).sum();
    let total = order.len() as u64;
    let impurity = |yes: u64, of: u64| 2.0 * yes as f64 * (of - yes) as f64 / of as f64;
    let mut best: Option<(f64, Cut)> = None;
    let mut below = (0, 0);
    for pair in order.windows(2) {
        below = (below.0 + is_true(&pair[0]), below.1 + 1);
        let (left, right) = (values[pair[0]], values[pair[1]]);
        if left == right {
            continue;
        }
        let above = (all - below.0, total - below.1);
        let worth = impurity(below.0, below.1) + impurity(above.0, above.1);
        if best.as_ref().is_none_or(|(least, _)| worth < *least) {
            best = Some((worth, Cut { at: f64::midpoint(left, right), below, above }));
        }
    }
    best.map(|(_, cut)| cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_is() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let truth: Vec<Truth> = values.iter().map(|value| Truth::of(*value >= 70.0)).collect();
        let order: Vec<usize> = (0..100).collect();
        assert!((somers(&order, &values, &truth, 30) - 1.0).abs() < 1e-12);
        assert_eq!(cut(&order, &values, &truth), Some(Cut { at: 69.5, below: (0, 70), above: (30, 30) }));
    }

    #[test]
    fn an_input_that_is_always_the_same_has_no_part_in_it() {
        let values = vec![5.0; 10];
        let truth: Vec<Truth> = (0..10).map(|draw| Truth::of(draw < 4)).collect();
        let order: Vec<usize> = (0..10).collect();
        assert!(somers(&order, &values, &truth, 4).abs() < 1e-12);
        assert_eq!(cut(&order, &values, &truth), None);
    }
}
