//! Rank correlation (Spearman 1904, American Journal of Psychology 15), ties at the middle of their places.

use super::super::rank::ties;
use super::super::resample::dot;

/// A column ready to be ranked under any weights.
pub(super) struct Ranked {
    order: Vec<u32>,
    ends: Vec<usize>,
}

impl Ranked {
    pub(super) fn new(column: &[f64], order: Vec<u32>) -> Self {
        let ends = ties(column, &order).map(|(_, to)| to).collect();
        Self { order, ends }
    }

    /// Middle places of the rows, each row there as often as its weight says, around 0.
    pub(super) fn ranks(&self, weights: &[f64], ranks: &mut [f64]) {
        let middle = weights.len() as f64 / 2.0;
        let (mut from, mut reached) = (0, 0.0);
        for &to in &self.ends {
            let rows = &self.order[from..to];
            let here: f64 = rows.iter().map(|row| weights[*row as usize]).sum();
            for row in rows {
                ranks[*row as usize] = reached + here / 2.0 - middle;
            }
            reached += here;
            from = to;
        }
    }
}

/// The correlation of two columns of ranks around 0 under weights. `weighted` is `second` times the weights.
pub(super) fn correlation(first: &[f64], weights: &[f64], second: &[f64], weighted: &[f64]) -> f64 {
    let both = dot(first, weighted);
    let second = dot(second, weighted);
    let first: f64 = first.iter().zip(weights).map(|(rank, weight)| rank * rank * weight).sum();
    let scale = (first * second).sqrt();
    if scale > 0.0 { (both / scale).clamp(-1.0, 1.0) } else { f64::NAN }
}
