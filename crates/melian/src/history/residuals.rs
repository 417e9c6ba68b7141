//! How wrong a point forecast was on history, as a distribution to put around it.

use super::deu::{PUBLIC_ROWS, PastTable};
use super::score::Score;
use serde::Serialize;

/// A lens's error on past negotiations whose outcome is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrackRecord {
    /// Which cases.
    pub data: &'static str,
    /// How many issues were scored.
    pub issues: u32,
    /// Mean absolute error, in points of the scale.
    pub mae: f64,
    /// The unweighted mean's error on the same issues.
    pub mae_of_mean: f64,
}

/// Outcomes minus a lens's own points on past issues, kept together by dossier. They say how the terms of a deal
/// scatter around the lens's point, given that there is a deal; nothing about whether there is one.
///
/// A draw picks a dossier, with a weight of its number of scored issues, and hands its residuals' ranks out in a random order;
/// where the scenario has more issues, further dossiers follow. So the issues of one draw err together as issues of
/// one dossier did, and the first issue errs like a scored issue picked with equal weights; later ones nearly so, since
/// a dossier of a single issue hands on to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// All residuals, dossier by dossier.
    errors: Vec<f64>,
    /// The dossier of each residual: where its residuals begin and end.
    dossiers: Vec<(usize, usize)>,
    /// How many residuals are below each.
    ranks: Vec<f64>,
    record: TrackRecord,
}

impl Residuals {
    /// The residuals of points on the scored issues of a table (`points[i]` on issue `i` of the table); `None` if there
    /// are none.
    #[must_use]
    pub fn of(table: &PastTable, points: &[Option<f64>]) -> Option<Self> {
        let mut rows: Vec<(&str, f64, f64)> = table
            .issues
            .iter()
            .zip(points)
            .filter(|(issue, _)| issue.is_scored())
            .filter_map(|(issue, point)| {
                let (outcome, point) = (issue.outcome?, (*point)?);
                let mean =
                    issue.actors.iter().map(|actor| actor.position).sum::<f64>() / issue.actors.len() as f64;
                Some((issue.dossier.as_str(), outcome - point, outcome - mean))
            })
            .filter(|(_, error, _)| error.is_finite())
            .collect();
        rows.sort_by_key(|row| row.0);
        let errors: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let of_mean: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let (score, mean) = (Score::of(&errors)?, Score::of(&of_mean)?);
        let same = |row: &(&str, f64, f64)| {
            (rows.partition_point(|r| r.0 < row.0), rows.partition_point(|r| r.0 <= row.0))
        };
        let dossiers = rows.iter().map(same).collect();
        let record =
            TrackRecord { data: PUBLIC_ROWS, issues: score.issues, mae: score.mae, mae_of_mean: mean.mae };
        let mut order: Vec<usize> = (0..errors.len()).collect();
        order.sort_by(|&a, &b| errors[a].total_cmp(&errors[b]));
        let mut ranks = vec![0.0; errors.len()];
        for (rank, &index) in order.iter().enumerate() {
            ranks[index] = rank as f64;
        }
        Some(Self { errors, dossiers, ranks, record })
    }

    /// How wrong the lens was.
    #[must_use]
    pub fn record(&self) -> &TrackRecord {
        &self.record
    }

    /// All residuals, in points, dossier by dossier.
    #[must_use]
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// Draws a number in [0, 1) for each of `out`, jointly: where a residual stands among all, in ascending order. Each by
    /// itself is even on [0, 1). `uniform` gives such numbers, independent.
    pub fn draw_ranks(&self, mut uniform: impl FnMut() -> f64, out: &mut [f64]) {
        let mut left: Vec<usize> = Vec::new();
        for out in out {
            let mut pick = |count: usize| ((uniform() * count as f64) as usize).min(count - 1);
            if left.is_empty() {
                let (first, end) = self.dossiers[pick(self.errors.len())];
                left.extend(first..end);
            }
            let index = pick(left.len());
            let rank = self.ranks[left.swap_remove(index)];
            *out = (rank + uniform()) / self.errors.len() as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{PastIssue, deu};

    fn mean(issue: &PastIssue) -> f64 {
        issue.actors.iter().map(|actor| actor.position).sum::<f64>() / issue.actors.len() as f64
    }

    fn uniforms(mut state: u64) -> impl FnMut() -> f64 {
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / 9_007_199_254_740_992.0
        }
    }

    #[test]
    fn ranks_of_single_issues_are_even_and_several_come_from_one_dossier() {
        let points: Vec<Option<f64>> = deu::public().issues.iter().map(|issue| Some(mean(issue))).collect();
        let residuals = Residuals::of(deu::public(), &points).expect("there are scored issues");
        assert_eq!(residuals.errors().len(), 242);
        let mut uniform = uniforms(5);
        let (mut tenths, mut pair) = ([0_u32; 10], [0.0; 2]);
        for _ in 0..40_000 {
            residuals.draw_ranks(&mut uniform, &mut pair);
            tenths[(pair[0] * 10.0) as usize] += 1;
            let ranks = pair.map(|u| (u * 242.0).floor());
            let together = residuals.dossiers.iter().any(|&(first, end)| {
                let dossier = &residuals.ranks[first..end];
                end - first == 1 || ranks.iter().all(|rank| dossier.contains(rank))
            });
            assert!(together);
        }
        assert!(tenths.iter().all(|count| (3_700..4_300).contains(count)), "{tenths:?}");
    }

    #[test]
    fn a_lens_that_predicts_nothing_has_no_residuals() {
        assert_eq!(Residuals::of(deu::public(), &[None; 255]), None);
    }
}
