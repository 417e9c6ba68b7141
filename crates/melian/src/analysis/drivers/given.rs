//! Sobol' indices from draws that were made for something else.
//!
//! First order: rows are put into classes of one input, and the share of the variance between classes is corrected for
//! what chance alone would put there (the correlation ratio of Pearson 1905 as Plischke, Borgonovo and Smith 2013,
//! European Journal of Operational Research 226, use it, in the unbiased form of Kelley 1935, PNAS 21). Classes of a
//! continuous input hide what happens inside them; since that loss falls with the square of their width, it is taken
//! out by comparing with classes twice as wide (Richardson 1911).
//!
//! Second order: the same with cells of two inputs. Total: what an input explains alone and in pairs is certain to be
//! its own; what no input and no pair explains may belong to anyone. So a total is a range, exact where alone and in
//! pairs explain everything.

use rayon::prelude::*;

use super::super::rank::Classes;
use super::super::resample::{Estimated, shuffled};
use super::{Pair, Total};

/// Groups of rows left out one by one.
const GROUPS: usize = 32;
/// Most classes of one input.
const FINE: usize = 64;
/// Most classes of each of two inputs.
const CELL: usize = 16;

/// The number of classes of one input for `rows` rows: at least sixteen rows in each, where there are so many.
pub(super) fn fine(rows: usize) -> usize {
    power_below(rows / 16).clamp(4, FINE)
}

/// The number of classes of each of two inputs, so few that the sum over an input's pairs is uncertain by chance
/// alone by no more than about 0.015.
pub(super) fn coarse(rows: usize, inputs: usize) -> usize {
    let cells = (0.015 * rows as f64) * (0.015 * rows as f64) / (2.0 * inputs.max(2) as f64 - 2.0);
    power_below(cells.sqrt() as usize).clamp(4, CELL)
}

fn power_below(number: usize) -> usize {
    if number == 0 { 1 } else { 1 << number.ilog2() }
}

/// Count, sum and sum of squares of rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn of(output: &[f64]) -> Self {
        let squares = output.iter().map(|y| y * y).sum();
        Self { count: output.len() as f64, sum: output.iter().sum(), squares }
    }

    pub(super) fn weighted(output: &[f64], weighted: &[f64]) -> Self {
        let squares = output.iter().zip(weighted).map(|(y, wy)| y * wy).sum();
        Self { count: output.len() as f64, sum: weighted.iter().sum(), squares }
    }

    fn without(self, other: Self) -> Self {
        Self {
            count: self.count - other.count,
            sum: self.sum - other.sum,
            squares: self.squares - other.squares,
        }
    }

    /// The share of the variance between classes, corrected for chance.
    fn between(self, cells: &[Cell]) -> f64 {
        let (mut between, mut occupied) = (0.0, 0.0);
        for cell in cells.iter().filter(|cell| cell.count > 0.0) {
            between += cell.sum * cell.sum / cell.count;
            occupied += 1.0;
        }
        let mean = self.sum * self.sum / self.count;
        let all = self.squares - mean;
        let within = (self.squares - between).max(0.0);
        if self.count > occupied && all > 0.0 {
            1.0 - within / (self.count - occupied) * (self.count - 1.0) / all
        } else {
            0.0
        }
    }
}

/// Rows of one class.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    count: f64,
    sum: f64,
}

/// How cells of half the resolution are made: none where every class is one value.
struct Halves {
    /// The wider cell of each cell.
    of: Vec<u16>,
    count: usize,
}

impl Halves {
    fn of_one(classes: &Classes) -> Option<Self> {
        let of = (0..classes.count).map(|class| class as u16 / 2).collect();
        (!classes.exact).then_some(Self { of, count: classes.count.div_ceil(2) })
    }

    fn of_two(first: &Classes, second: &Classes) -> Option<Self> {
        let step = |classes: &Classes| if classes.exact { 1 } else { 2 };
        let (a, b) = (step(first), step(second));
        let wide = second.count.div_ceil(b);
        let cells = (0..first.count).flat_map(|x| (0..second.count).map(move |y| (x, y)));
        let of = cells.map(|(x, y)| (x / a * wide + y / b) as u16).collect();
        (a * b > 1).then_some(Self { of, count: first.count.div_ceil(a) * wide })
    }
}

/// The share between classes, with what classes hide taken out.
fn share(moments: Moments, cells: &[Cell], halves: Option<&Halves>) -> f64 {
    let fine = moments.between(cells);
    let Some(halves) = halves else { return fine };
    let mut wide = vec![Cell::default(); halves.count];
    for (cell, of) in cells.iter().zip(&halves.of) {
        let into = &mut wide[usize::from(*of)];
        into.count += cell.count;
        into.sum += cell.sum;
    }
    fine + (fine - moments.between(&wide)) / 3.0
}

/// First-order index of one input: `weights` of the rows, `weighted` outputs and their moments.
pub(super) fn first(classes: &Classes, weights: &[f64], weighted: &[f64], moments: Moments) -> f64 {
    let mut cells = vec![Cell::default(); classes.count];
    for ((of, w), wy) in classes.of.iter().zip(weights).zip(weighted) {
        let cell = &mut cells[usize::from(*of)];
        cell.count += w;
        cell.sum += wy;
    }
    share(moments, &cells, Halves::of_one(classes).as_ref())
}

/// First-order index with all rows, and without each group of them.
#[derive(Debug, Clone)]
struct Shares {
    all: f64,
    without: [f64; GROUPS],
}

impl Shares {
    fn zero() -> Self {
        Self { all: 0.0, without: [0.0; GROUPS] }
    }

    fn add(&mut self, other: &Self, sign: f64) {
        self.all += sign * other.all;
        for (own, others) in self.without.iter_mut().zip(&other.without) {
            *own += sign * others;
        }
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { all: f(self.all), without: self.without.map(f) }
    }

    fn estimated(&self) -> Estimated {
        Estimated::left_out(self.all, &self.without)
    }
}

/// Rows dealt into groups by chance: each group's output, and their moments.
struct Dealt {
    order: Vec<usize>,
    /// Where each group starts in `order`, and the end.
    starts: Vec<usize>,
    output: Vec<f64>,
    all: Moments,
    groups: Vec<Moments>,
}

impl Dealt {
    fn new(output: &[f64], seed: u64) -> Self {
        let order = shuffled(output.len(), seed, "drivers/groups");
        let starts: Vec<usize> = (0..=GROUPS).map(|group| group * output.len() / GROUPS).collect();
        let output: Vec<f64> = order.iter().map(|row| output[*row]).collect();
        let groups = starts.windows(2).map(|part| Moments::of(&output[part[0]..part[1]])).collect();
        Self { all: Moments::of(&output), order, starts, output, groups }
    }

    fn deal(&self, classes: &Classes) -> Vec<u8> {
        self.order.iter().map(|row| classes.of[*row]).collect()
    }

    /// The share between `cells` cells, with all rows and without each group.
    fn shares(&self, cells: usize, cell: impl Fn(usize) -> usize, halves: Option<&Halves>) -> Shares {
        let mut by_group = vec![Cell::default(); GROUPS * cells];
        for (group, part) in self.starts.windows(2).enumerate() {
            let own = &mut by_group[group * cells..][..cells];
            for row in part[0]..part[1] {
                let into = &mut own[cell(row)];
                into.count += 1.0;
                into.sum += self.output[row];
            }
        }
        let mut all = vec![Cell::default(); cells];
        for group in by_group.chunks_exact(cells) {
            for (into, own) in all.iter_mut().zip(group) {
                into.count += own.count;
                into.sum += own.sum;
            }
        }
        let mut shares = Shares { all: share(self.all, &all, halves), without: [0.0; GROUPS] };
        let mut rest = vec![Cell::default(); cells];
        for (group, (without, own)) in shares.without.iter_mut().zip(by_group.chunks_exact(cells)).enumerate()
        {
            for ((rest, all), own) in rest.iter_mut().zip(&all).zip(own) {
                *rest = Cell { count: all.count - own.count, sum: all.sum - own.sum };
            }
            *without = share(self.all.without(self.groups[group]), &rest, halves);
        }
        shares
    }

    fn one(&self, classes: &Classes, dealt: &[u8]) -> Shares {
        self.shares(classes.count, |row| usize::from(dealt[row]), Halves::of_one(classes).as_ref())
    }
}

/// First-order indices with the interval of leaving out groups: cheap, for where nothing is resampled.
pub(super) fn firsts(fine: &[&Classes], output: &[f64], seed: u64) -> Vec<Estimated> {
    let dealt = Dealt::new(output, seed);
    fine.par_iter().map(|classes| dealt.one(classes, &dealt.deal(classes)).estimated()).collect()
}

/// What inputs explain with others.
pub(super) struct Together {
    /// By input.
    pub(super) totals: Vec<Total>,
    /// Every pair of two inputs.
    pub(super) pairs: Vec<Pair>,
    /// What neither single inputs nor pairs explain.
    pub(super) unexplained: Estimated,
}

/// Totals and pairs from the classes of each input: `fine` for it alone, `coarse` for it with another.
pub(super) fn together(fine: &[&Classes], coarse: &[&Classes], output: &[f64], seed: u64) -> Together {
    let dealt = Dealt::new(output, seed);
    let firsts: Vec<Shares> =
        fine.par_iter().map(|classes| dealt.one(classes, &dealt.deal(classes))).collect();
    let columns: Vec<Vec<u8>> = coarse.iter().map(|classes| dealt.deal(classes)).collect();
    let alone: Vec<Shares> =
        coarse.par_iter().zip(&columns).map(|(classes, column)| dealt.one(classes, column)).collect();
    let pairs: Vec<(usize, usize)> =
        (0..fine.len()).flat_map(|i| (i + 1..fine.len()).map(move |j| (i, j))).collect();
    let shares: Vec<Shares> = pairs
        .par_iter()
        .map(|&(i, j)| {
            let (a, b) = (&columns[i], &columns[j]);
            let wide = coarse[j].count;
            let cell = |row: usize| usize::from(a[row]) * wide + usize::from(b[row]);
            let halves = Halves::of_two(coarse[i], coarse[j]);
            let mut both = dealt.shares(coarse[i].count * wide, cell, halves.as_ref());
            both.add(&alone[i], -1.0);
            both.add(&alone[j], -1.0);
            both
        })
        .collect();
    let mut own = firsts.clone();
    let mut unexplained = Shares::zero();
    unexplained.all = 1.0;
    unexplained.without = [1.0; GROUPS];
    for first in &firsts {
        unexplained.add(first, -1.0);
    }
    for (&(i, j), share) in pairs.iter().zip(&shares) {
        own[i].add(share, 1.0);
        own[j].add(share, 1.0);
        unexplained.add(share, -1.0);
    }
    let rest = unexplained.map(|share| share.max(0.0));
    let totals = own
        .iter()
        .zip(&firsts)
        .map(|(own, first)| {
            let mut most = own.clone();
            most.add(&rest, 1.0);
            // No total is below what the input explains alone, whatever chance does to its pairs.
            let least = own.estimated().raised(first.all);
            Total { at_least: least, at_most: most.estimated().raised(least.value) }
        })
        .collect();
    let pairs = pairs
        .into_iter()
        .zip(&shares)
        .map(|((first, second), share)| Pair { first, second, share: share.estimated() })
        .collect();
    Together { totals, pairs, unexplained: unexplained.estimated() }
}
