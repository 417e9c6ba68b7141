//! A small classification tree (CART: Breiman, Friedman, Olshen and Stone 1984): splits of one input each that make the
//! parts purer, by Gini's index.

use serde::Serialize;

use super::limits::{Counts, Limits};
use super::{Options, Rows};

/// A split that takes less than this share of all impurity away isn't worth its words (the usual complexity parameter
/// of rpart, Therneau and Atkinson).
const WORTH: f64 = 0.01;

/// A part of the tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Leaf {
    /// Where it is.
    pub limits: Limits,
    /// What it holds.
    pub counts: Counts,
}

/// The leaves, in the order of the tree.
pub(super) fn grow(rows: &Rows<'_>, options: &Options) -> Vec<Leaf> {
    let all: Vec<u32> = (0..rows.cases.len() as u32).collect();
    let smallest = ((options.smallest * all.len() as f64) as u64).max(5);
    let root = rows.count(&all);
    let mut leaves = Vec::new();
    let tree = Tree { rows, smallest, worth: WORTH * impurity(root) };
    tree.part(&all, Limits::default(), options.depth, &mut leaves);
    leaves
}

/// Rows times Gini's index.
fn impurity(counts: Counts) -> f64 {
    let share = counts.density();
    2.0 * counts.rows as f64 * share * (1.0 - share)
}

struct Tree<'a> {
    rows: &'a Rows<'a>,
    smallest: u64,
    worth: f64,
}

struct Split {
    input: usize,
    left: Cut,
    gain: f64,
}

enum Cut {
    AtMost(f64),
    Among(Vec<u32>),
}

impl Cut {
    fn holds(&self, value: f64) -> bool {
        match self {
            Self::AtMost(cut) => value <= *cut,
            Self::Among(names) => names.iter().any(|name| f64::from(*name) == value),
        }
    }
}

impl Tree<'_> {
    fn part(&self, rows: &[u32], limits: Limits, depth: usize, leaves: &mut Vec<Leaf>) {
        let split = if depth == 0 { None } else { self.best(rows) };
        let Some(split) = split else {
            leaves.push(Leaf { counts: self.rows.count(rows), limits });
            return;
        };
        let values = &self.rows.inputs[split.input];
        let (left, right): (Vec<u32>, Vec<u32>) =
            rows.iter().partition(|row| split.left.holds(values[**row as usize]));
        let (mut below, mut above) = (limits.clone(), limits);
        match split.left {
            Cut::AtMost(cut) => {
                below.on(split.input).high = Some(cut);
                // What is above the cut is at least the next number that there is.
                above.on(split.input).low = Some(least(values, &right));
            }
            Cut::Among(names) => {
                let mut others: Vec<u32> = right.iter().map(|row| values[*row as usize] as u32).collect();
                others.sort_unstable();
                others.dedup();
                below.on(split.input).without.extend(others);
                above.on(split.input).without.extend(names);
            }
        }
        self.part(&left, below, depth - 1, leaves);
        self.part(&right, above, depth - 1, leaves);
    }

    /// The split that takes most impurity away; of equal ones the first.
    fn best(&self, rows: &[u32]) -> Option<Split> {
        let all = self.rows.count(rows);
        if all.cases == 0 || all.cases == all.rows {
            return None;
        }
        let mut best: Option<Split> = None;
        for input in 0..self.rows.inputs.len() {
            let split = if self.rows.named[input] {
                self.split_names(input, rows, all)
            } else {
                self.split_numbers(input, rows, all)
            };
            if let Some(split) = split
                && split.gain >= self.worth
                && best.as_ref().is_none_or(|best| split.gain > best.gain * (1.0 + 1e-12))
            {
                best = Some(split);
            }
        }
        best
    }

    fn gain(&self, all: Counts, left: Counts) -> Option<f64> {
        let right = all.without(left);
        (left.rows >= self.smallest && right.rows >= self.smallest)
            .then(|| impurity(all) - impurity(left) - impurity(right))
    }

    fn split_numbers(&self, input: usize, rows: &[u32], all: Counts) -> Option<Split> {
        let values = &self.rows.inputs[input];
        let mut sorted: Vec<(f64, bool)> =
            rows.iter().map(|row| (values[*row as usize], self.rows.cases[*row as usize])).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut left = Counts::default();
        let mut best: Option<Split> = None;
        for pair in sorted.windows(2) {
            left.add(pair[0].1);
            if pair[0].0 == pair[1].0 {
                continue;
            }
            let Some(gain) = self.gain(all, left) else { continue };
            if best.as_ref().is_none_or(|best| gain > best.gain) {
                let cut = f64::midpoint(pair[0].0, pair[1].0);
                let cut = if cut < pair[1].0 { cut } else { pair[0].0 };
                best = Some(Split { input, left: Cut::AtMost(cut), gain });
            }
        }
        best
    }

    /// With two classes, some split along the categories in the order of their density is the best of all
    /// (Breiman et al. 1984, theorem 4.5).
    fn split_names(&self, input: usize, rows: &[u32], all: Counts) -> Option<Split> {
        let values = &self.rows.inputs[input];
        let mut names: Vec<(u32, Counts)> = Vec::new();
        for row in rows {
            let name = values[*row as usize] as u32;
            let at = match names.binary_search_by_key(&name, |(name, _)| *name) {
                Ok(at) => at,
                Err(at) => {
                    names.insert(at, (name, Counts::default()));
                    at
                }
            };
            names[at].1.add(self.rows.cases[*row as usize]);
        }
        names.sort_by(|a, b| a.1.density().total_cmp(&b.1.density()));
        let mut left = Counts::default();
        let mut best: Option<Split> = None;
        for (place, (_, counts)) in names.iter().enumerate().take(names.len().saturating_sub(1)) {
            left = left.with(*counts);
            let Some(gain) = self.gain(all, left) else { continue };
            if best.as_ref().is_none_or(|best| gain > best.gain) {
                let among = names[..=place].iter().map(|(name, _)| *name).collect();
                best = Some(Split { input, left: Cut::Among(among), gain });
            }
        }
        best
    }
}

fn least(values: &[f64], rows: &[u32]) -> f64 {
    rows.iter().fold(f64::INFINITY, |least, row| least.min(values[*row as usize]))
}
