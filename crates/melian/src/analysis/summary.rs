//! The answer in numbers: counts and quantiles of every measure, per arm and expert.

use serde::Serialize;

use crate::ensemble::Arm;
use crate::lens::{Measure, Quantity};

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
