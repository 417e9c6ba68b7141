//! The answer in numbers: counts and quantiles of every measure, per arm and expert.
//!
//! Chunks are folded one by one in the order of draws: integer counts on a fixed grid, float sums per
//! chunk. So the result depends neither on threads nor on whether a run was resumed.

use rayon::prelude::*;
use serde::Serialize;

use crate::ensemble::{Arm, ArmRows, Chunk, Plan};
use crate::lens::{Measure, Quantity, RowStatus, Unit};

/// The answer in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Draws that were run.
    pub draws: u64,
    /// Draws that were asked for; more than `draws` in a partial run.
    pub planned: u64,
    /// One per arm, in the order of the run: base scenario first, then perspectives and policies.
    pub arms: Vec<ArmSummary>,
}

/// What one lens says under one policy and perspective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ArmSummary {
    /// Which.
    pub arm: Arm,
    /// Over all draws.
    pub pooled: Group,
    /// Over the draws that follow each expert, by the expert's name; empty without experts.
    pub by_expert: Vec<(String, Group)>,
}

/// Rows taken together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// All rows.
    pub rows: u64,
    /// Rows that did not converge.
    pub not_converged: u64,
    /// Rows without an answer.
    pub no_solution: u64,
    /// One per measure of the lens, in its order.
    pub measures: Vec<MeasureSummary>,
}

/// One measure over a group of rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureSummary {
    /// Which.
    pub measure: Measure,
    /// Rows that have a value; shares and quantiles are of these.
    pub count: u64,
    /// Their mean: for a flag the share of rows in which it is true. NaN without rows.
    pub mean: f64,
    /// Quantiles, to a thousandth of the range. NaN without rows.
    pub quantiles: Quantiles,
    /// Rows in each of 50 equal bins over `bins_from..=bins_to`; empty for flags.
    pub bins: Vec<u64>,
    /// Where the first bin starts.
    pub bins_from: f64,
    /// Where the last bin ends.
    pub bins_to: f64,
}

/// Quantiles of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quantiles {
    /// 5 %.
    pub p05: f64,
    /// 25 %.
    pub p25: f64,
    /// 50 %.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 95 %.
    pub p95: f64,
}

impl Group {
    /// The summary of a measure; `None` if the lens says nothing of it.
    #[must_use]
    pub fn measure(&self, quantity: Quantity) -> Option<&MeasureSummary> {
        self.measures.iter().find(|summary| summary.measure.quantity == quantity && summary.count > 0)
    }
}

impl Summary {
    /// The arms without policy and perspective: the scenario as written.
    pub fn base(&self) -> impl Iterator<Item = &ArmSummary> {
        self.arms.iter().filter(|summary| summary.arm.policy.is_none() && summary.arm.perspective.is_none())
    }
}

/// Folds chunks into a [`Summary`].
#[derive(Clone)]
pub struct Summariser {
    planned: u64,
    draws: u64,
    arms: Vec<ArmFold>,
}

#[derive(Clone)]
struct ArmFold {
    arm: Arm,
    pooled: GroupFold,
    experts: Vec<(String, GroupFold)>,
}

#[derive(Clone)]
struct GroupFold {
    rows: u64,
    not_converged: u64,
    no_solution: u64,
    measures: Vec<MeasureFold>,
}

#[derive(Clone)]
struct MeasureFold {
    measure: Measure,
    count: u64,
    sum: f64,
    low: f64,
    high: f64,
    grid: Vec<u32>,
}

impl Summariser {
    /// An empty summary of the plan's arms.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let experts = &plan.variants()[0].scenario.experts;
        let arms = plan
            .arms()
            .enumerate()
            .map(|(index, arm)| {
                let empty = GroupFold::new(plan.measures(index));
                let named = |name: &String| (name.clone(), empty.clone());
                ArmFold { arm: arm.clone(), experts: experts.iter().map(named).collect(), pooled: empty }
            })
            .collect();
        Self { planned: plan.settings().draws, draws: 0, arms }
    }

    /// Adds the next chunk. Chunks come in the order of draws.
    pub fn add(&mut self, chunk: &Chunk) {
        self.draws += chunk.draws as u64;
        self.arms.par_iter_mut().zip(&chunk.arms).for_each(|(fold, rows)| {
            fold.pooled.add(rows, |_| true);
            for (expert, (_, group)) in fold.experts.iter_mut().enumerate() {
                group.add(rows, |row| chunk.experts[rows.draws[row] as usize] as usize == expert);
            }
        });
    }

    /// The summary of all chunks so far.
    #[must_use]
    pub fn finish(&self) -> Summary {
        let arms = self
            .arms
            .iter()
            .map(|fold| ArmSummary {
                arm: fold.arm.clone(),
                pooled: fold.pooled.finish(),
                by_expert: fold.experts.iter().map(|(name, group)| (name.clone(), group.finish())).collect(),
            })
            .collect();
        Summary { draws: self.draws, planned: self.planned, arms }
    }
}

impl GroupFold {
    fn new(measures: &[Measure]) -> Self {
        let measures = measures.iter().map(MeasureFold::new).collect();
        Self { rows: 0, not_converged: 0, no_solution: 0, measures }
    }

    fn add(&mut self, rows: &ArmRows, wanted: impl Fn(usize) -> bool) {
        for (_, status) in rows.statuses.iter().enumerate().filter(|(row, _)| wanted(*row)) {
            self.rows += 1;
            self.not_converged += u64::from(*status == RowStatus::NotConverged);
            self.no_solution += u64::from(*status == RowStatus::NoSolution);
        }
        for (fold, column) in self.measures.iter_mut().zip(&rows.columns) {
            fold.add(column, &wanted);
        }
    }

    fn finish(&self) -> Group {
        Group {
            rows: self.rows,
            not_converged: self.not_converged,
            no_solution: self.no_solution,
            measures: self.measures.iter().map(MeasureFold::finish).collect(),
        }
    }
}

/// Cells of the fixed grid that quantiles are read from.
const CELLS: usize = 2000;
/// Bins shown.
const BINS: usize = 50;

/// What the grid of a unit spans. Stakes beyond it are counted in its end cells.
fn span(unit: Unit) -> (f64, f64) {
    match unit {
        Unit::Points => (0.0, 100.0),
        Unit::Stake => (-200.0, 200.0),
        Unit::Flag | Unit::Chance => (0.0, 1.0),
    }
}

impl MeasureFold {
    fn new(measure: &Measure) -> Self {
        let cells = if measure.unit == Unit::Flag { 0 } else { CELLS };
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { measure: measure.clone(), count: 0, sum: 0.0, low, high, grid: vec![0; cells] }
    }

    fn add(&mut self, column: &[f64], wanted: &impl Fn(usize) -> bool) {
        let (from, to) = span(self.measure.unit);
        let per_unit = CELLS as f64 / (to - from);
        let mut sum = 0.0;
        for (row, &value) in column.iter().enumerate() {
            if value.is_nan() || !wanted(row) {
                continue;
            }
            self.count += 1;
            sum += value;
            if !self.grid.is_empty() {
                self.low = self.low.min(value);
                self.high = self.high.max(value);
                // A negative float casts to 0: values below the grid fall into its first cell.
                let cell = ((value - from) * per_unit) as usize;
                self.grid[cell.min(CELLS - 1)] += 1;
            }
        }
        self.sum += sum;
    }

    fn finish(&self) -> MeasureSummary {
        let (from, to) = span(self.measure.unit);
        let mean = if self.count == 0 { f64::NAN } else { self.sum / self.count as f64 };
        let at = |share: f64| self.quantile(share);
        MeasureSummary {
            measure: self.measure.clone(),
            count: self.count,
            mean,
            quantiles: Quantiles { p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) },
            bins: self
                .grid
                .chunks(CELLS / BINS)
                .map(|cells| cells.iter().map(|&count| u64::from(count)).sum())
                .collect(),
            bins_from: from,
            bins_to: to,
        }
    }

    /// Linear within a cell, held inside the least and the greatest value seen, so that a constant
    /// comes out as itself.
    fn quantile(&self, share: f64) -> f64 {
        if self.count == 0 {
            return f64::NAN;
        }
        if self.grid.is_empty() {
            return if self.sum > (1.0 - share) * self.count as f64 { 1.0 } else { 0.0 };
        }
        let (from, to) = span(self.measure.unit);
        let width = (to - from) / CELLS as f64;
        let wanted = share * self.count as f64;
        let mut reached = 0.0;
        for (cell, &count) in self.grid.iter().enumerate() {
            let next = reached + f64::from(count);
            if next >= wanted && count > 0 {
                let within = ((wanted - reached) / f64::from(count)).clamp(0.0, 1.0);
                return (from + width * (cell as f64 + within)).clamp(self.low, self.high);
            }
            reached = next;
        }
        self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::IssueId;

    fn fold(values: &[f64], unit: Unit) -> MeasureSummary {
        let mut fold = MeasureFold::new(&Measure { quantity: Quantity::Terms(IssueId::new(0)), unit });
        fold.add(values, &|_| true);
        fold.finish()
    }

    #[test]
    fn quantiles_of_an_even_spread_are_its_points() {
        let values: Vec<f64> = (0..10_000).map(|i| f64::from(i) / 100.0).collect();
        let summary = fold(&values, Unit::Points);
        for (found, expected) in [
            (summary.quantiles.p05, 5.0),
            (summary.quantiles.p25, 25.0),
            (summary.quantiles.p50, 50.0),
            (summary.quantiles.p95, 95.0),
        ] {
            assert!((found - expected).abs() <= 0.1, "{found} for {expected}");
        }
        assert_eq!(summary.bins, vec![200; 50]);
    }

    #[test]
    fn a_constant_comes_out_as_itself() {
        let summary = fold(&[64.03; 7], Unit::Points);
        assert_eq!(summary.quantiles.p05, 64.03);
        assert_eq!(summary.quantiles.p95, 64.03);
        assert!((summary.mean - 64.03).abs() < 1e-12);
    }

    #[test]
    fn missing_values_are_not_counted_as_zero() {
        let summary = fold(&[f64::NAN, 10.0, f64::NAN, 20.0], Unit::Points);
        assert_eq!(summary.count, 2);
        assert_eq!(summary.mean, 15.0);
        let empty = fold(&[f64::NAN], Unit::Points);
        assert!(empty.mean.is_nan() && empty.quantiles.p50.is_nan());
    }

    #[test]
    fn flags_are_shares() {
        let summary = fold(&[1.0, 0.0, 1.0, 1.0], Unit::Flag);
        assert_eq!(summary.mean, 0.75);
        assert!(summary.bins.is_empty());
    }

    #[test]
    fn stakes_beyond_the_grid_are_counted_at_its_end() {
        let summary = fold(&[-5000.0, -5000.0, 50.0], Unit::Stake);
        assert_eq!(summary.count, 3);
        assert_eq!(summary.bins.iter().sum::<u64>(), 3);
    }
}
