//! On which input the truth of a claim turns: from the draws that were run, without any new evaluation.

use serde::Serialize;

use super::{Case, Judge};
use crate::analysis::claims::values::Truth;
use crate::ensemble::InputColumn;
use crate::scenario::Guard;

/// The least number of draws on either side for anything to be said.
const LEAST: usize = 20;
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

/// Every input that clearly leans, the strongest first.
pub(super) fn leans(judge: &Judge<'_>, case: &Case, truth: &[Truth], inputs: &[Vec<f64>]) -> Vec<Turn> {
    let guard = Guard::new(judge.scenario());
    let judged: Vec<usize> = (0..truth.len()).filter(|&draw| truth[draw] != Truth::Undefined).collect();
    let yes = judged.iter().filter(|&&draw| truth[draw] == Truth::True).count();
    if yes < LEAST || judged.len() - yes < LEAST {
        return Vec::new();
    }
    let mut found: Vec<(f64, Turn)> = Vec::new();
    for (column, path) in columns(judge, case) {
        let Some(values) = inputs.get(column).filter(|values| values.len() >= truth.len()) else { continue };
        let mut order = judged.clone();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
        let strength = somers(&order, values, truth, yes);
        let (yes, no) = (yes as f64, (judged.len() - yes) as f64);
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
