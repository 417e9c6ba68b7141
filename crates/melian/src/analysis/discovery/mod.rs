//! Scenario discovery: in which part of the input space is something true?
//!
//! Works on plain columns. Boxes by PRIM (peeled, pasted, their limits tested), and a small tree beside them, which
//! partitions everything instead of looking for one dense place.

mod limits;
mod predicate;
mod prim;
mod tree;

use rayon::prelude::*;
use serde::Serialize;

pub use limits::{Counts, Limit, Limits, Side};
pub use predicate::{Predicate, PredicateProblem};
pub use prim::Step;
pub use tree::Leaf;

use crate::math::Beta;

/// How boxes are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The share of the box that one peel takes.
    pub peel: f64,
    /// The share of the box that one paste adds; 0 for no pasting.
    pub paste: f64,
    /// No box, and no part of the tree, has fewer than this share of all rows.
    pub smallest: f64,
    /// The first box on the way that is at least this dense is taken; without any, the densest.
    pub density: f64,
    /// Limits whose quasi-p-value is above this are dropped; 1 for keeping all.
    pub significance: f64,
    /// At most so many boxes, each looked for in what is outside those before.
    pub boxes: usize,
    /// Splits from the top of the tree to a leaf.
    pub depth: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { peel: 0.05, paste: 0.05, smallest: 0.05, density: 0.8, significance: 0.05, boxes: 3, depth: 3 }
    }
}

/// Where something is true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discovery {
    /// Rows judged, and in how many it is true.
    pub all: Counts,
    /// Rows left out: not judged, or an input is missing.
    pub left_out: usize,
    /// Boxes, the first found first.
    pub boxes: Vec<FoundBox>,
    /// The leaves of the tree.
    pub tree: Vec<Leaf>,
}

/// A box in which something is mostly true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundBox {
    /// Its limits.
    pub limits: Limits,
    /// What it holds of the rows outside earlier boxes.
    pub counts: Counts,
    /// The rows outside earlier boxes.
    pub among: Counts,
    /// The quasi-p-value of each end of a limit: the chance of so many cases in the box, if its density were that of the
    /// box without this limit (Bryant and Lempert 2010). Small: the limit does something.
    pub quasi_p: Vec<QuasiP>,
    /// The way of peeling, from everything to the smallest box.
    pub trajectory: Vec<Step>,
    /// The place on it that was taken, before limits were dropped and the box grew.
    pub taken: usize,
}

/// The quasi-p-value of one end of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QuasiP {
    /// The input.
    pub input: usize,
    /// The end.
    pub side: Side,
    /// The value, 0..1.
    pub value: f64,
}

/// Columns of inputs with what is true of each row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    inputs: &'a [Vec<f64>],
    /// Which inputs are categories, numbered from 0.
    named: &'a [bool],
    cases: &'a [bool],
}

impl Rows<'_> {
    fn count(&self, rows: &[u32]) -> Counts {
        Counts::of(rows.iter().map(|row| self.cases[*row as usize]))
    }
}

/// Why nothing can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {
    /// Fewer rows than would fill a few boxes.
    TooFew {
        /// Rows judged.
        rows: u64,
    },
    /// It is true, or false, in every row.
    Always {
        /// Which.
        value: bool,
    },
}

impl std::fmt::Display for Nothing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFew { rows } => {
                write!(f, "too few rows can be judged: {rows}, and at least {FEWEST} are needed")
            }
            Self::Always { value } => write!(f, "it is {value} in every row that can be judged"),
        }
    }
}

/// Fewer rows than this have no boxes worth printing.
const FEWEST: u64 = 100;

/// The part of the input space in which `truth` is 1 (0: false, NaN: can't be judged). Inputs marked in `named` are
/// categories, numbered from 0.
///
/// # Errors
/// See [`Nothing`].
///
/// # Panics
/// If a column is not as long as `truth`, or `named` not as long as `inputs`.
pub fn discover(
    inputs: &[Vec<f64>],
    named: &[bool],
    truth: &[f64],
    options: &Options,
) -> Result<Discovery, Nothing> {
    let whole: Vec<usize> = (0..truth.len())
        .filter(|row| !truth[*row].is_nan() && inputs.iter().all(|column| column[*row].is_finite()))
        .collect();
    let columns: Vec<Vec<f64>> =
        inputs.par_iter().map(|column| whole.iter().map(|row| column[*row]).collect()).collect();
    let cases: Vec<bool> = whole.iter().map(|row| truth[*row] != 0.0).collect();
    let rows = Rows { inputs: &columns, named, cases: &cases };
    let all = Counts::of(cases.iter().copied());
    if all.rows < FEWEST {
        return Err(Nothing::TooFew { rows: all.rows });
    }
    if all.cases == 0 || all.cases == all.rows {
        return Err(Nothing::Always { value: all.cases > 0 });
    }
    Ok(Discovery {
        all,
        left_out: truth.len() - whole.len(),
        boxes: boxes(&rows, options),
        tree: tree::grow(&rows, options),
    })
}

/// Box after box, each in what the others left, as long as they are dense enough.
fn boxes(rows: &Rows<'_>, options: &Options) -> Vec<FoundBox> {
    let smallest = options.smallest * rows.cases.len() as f64;
    let mut active = vec![true; rows.cases.len()];
    let mut found: Vec<FoundBox> = Vec::new();
    while found.len() < options.boxes {
        let one = one_box(rows, &active, smallest, options);
        // Without limits there is no box; after the first, only such as were asked for are worth more words.
        let dense = found.is_empty() || one.counts.density() >= options.density;
        if one.limits.0.is_empty() || !dense {
            break;
        }
        for (row, active) in active.iter_mut().enumerate() {
            *active = *active && !one.limits.hold(rows.inputs, row);
        }
        let cases = active.iter().zip(rows.cases).any(|(active, case)| *active && *case);
        found.push(one);
        if !cases {
            break;
        }
    }
    found
}

fn one_box(rows: &Rows<'_>, active: &[bool], smallest: f64, options: &Options) -> FoundBox {
    let trajectory = prim::peel(rows, active, smallest, options);
    let taken = trajectory
        .iter()
        .position(|step| step.counts.density() >= options.density)
        .unwrap_or(trajectory.len() - 1);
    let mut step = trajectory[taken].clone();
    // Dropping comes first: a box should grow only along limits that are worth having.
    step = dropped(rows, active, step, options.significance);
    if options.paste > 0.0 {
        step = prim::paste(rows, active, step, options.paste);
    }
    FoundBox {
        quasi_p: quasi_p(rows, active, &step),
        among: trajectory[0].counts,
        limits: step.limits,
        counts: step.counts,
        trajectory,
        taken,
    }
}

/// The box without limits that do nothing clear, the least clear dropped first.
fn dropped(rows: &Rows<'_>, active: &[bool], from: Step, significance: f64) -> Step {
    let mut step = from;
    loop {
        let worst = quasi_p(rows, active, &step)
            .into_iter()
            .filter(|p| p.value > significance)
            .reduce(|worst, p| if p.value > worst.value { p } else { worst });
        let Some(worst) = worst else { return step };
        let limits = step.limits.freed(worst.input, worst.side);
        step = Step { counts: counts(rows, active, &limits), limits };
    }
}

fn counts(rows: &Rows<'_>, active: &[bool], limits: &Limits) -> Counts {
    let inside = (0..active.len()).filter(|row| active[*row] && limits.hold(rows.inputs, *row));
    Counts::of(inside.map(|row| rows.cases[row]))
}

fn quasi_p(rows: &Rows<'_>, active: &[bool], step: &Step) -> Vec<QuasiP> {
    step.limits
        .sides()
        .into_par_iter()
        .map(|(input, side)| {
            let without = counts(rows, active, &step.limits.freed(input, side));
            QuasiP { input, side, value: at_least(step.counts, without.density()) }
        })
        .collect()
}

/// The chance of at least so many cases among so many rows, if each is one with chance `p`: the binomial tail as a
/// beta distribution.
fn at_least(counts: Counts, p: f64) -> f64 {
    if counts.cases == 0 {
        return 1.0;
    }
    let (cases, others) = (counts.cases as f64, (counts.rows - counts.cases) as f64);
    Beta::new(cases, others + 1.0).map_or(f64::NAN, |beta| beta.cdf(p))
}

#[cfg(test)]
mod tests;

/// For tests: columns of splitmix64 numbers, filled row by row (Steele, Lea and Flood 2014): u = (x >> 11) 2^-53.
#[cfg(test)]
pub(crate) fn splitmix(seed: u64, rows: usize, columns: usize) -> Vec<Vec<f64>> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    };
    let mut table = vec![vec![0.0; rows]; columns];
    for row in 0..rows {
        for column in &mut table {
            column[row] = next();
        }
    }
    table
}
