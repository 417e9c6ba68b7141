//! How wrong a point forecast was on history, as a distribution to put around it.

use super::deu::{PUBLIC_ROWS, PastIssue, PastTable};
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
/// A draw picks a dossier, with a weight of its number of scored issues, and hands its residuals out in a random order;
/// where the scenario has more issues, further dossiers follow. So the issues of one draw err together as issues of
/// one dossier did, and each issue by itself errs like a scored issue picked with equal weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Residuals {
    /// All residuals, dossier by dossier.
    errors: Vec<f64>,
    /// The dossier of each residual: where its residuals begin and end.
    dossiers: Vec<(usize, usize)>,
    record: TrackRecord,
}

impl Residuals {
    /// The residuals of `predict` on the scored issues of a table; `None` if it predicts none.
    #[must_use]
    pub fn of(table: &PastTable, predict: impl Fn(&PastIssue) -> Option<f64>) -> Option<Self> {
        let mut rows: Vec<(&str, f64, f64)> = table
            .scored()
            .filter_map(|issue| {
                let (outcome, point) = (issue.outcome?, predict(issue)?);
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
        Some(Self { errors, dossiers, record })
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

    /// Draws a residual for each of `out`, jointly; `uniform` gives numbers in [0, 1).
    pub fn draw(&self, mut uniform: impl FnMut() -> f64, out: &mut [f64]) {
        let mut pick = |count: usize| ((uniform() * count as f64) as usize).min(count - 1);
        let mut left: Vec<f64> = Vec::new();
        for out in out {
            if left.is_empty() {
                let (first, end) = self.dossiers[pick(self.errors.len())];
                left.extend(&self.errors[first..end]);
            }
            let index = pick(left.len());
            *out = left.swap_remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::deu;

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
    fn single_issues_err_like_any_scored_issue_and_several_like_one_dossier() {
        let residuals =
            Residuals::of(deu::public(), |issue| Some(mean(issue))).expect("there are scored issues");
        assert_eq!(residuals.errors().len(), 242);
        let mut uniform = uniforms(5);
        let (mut sum, mut pair) = (0.0, [0.0; 2]);
        let n = 40_000;
        for _ in 0..n {
            residuals.draw(&mut uniform, &mut pair);
            sum += pair[1].abs();
            let together = residuals.dossiers.iter().any(|&(first, end)| {
                let dossier = &residuals.errors[first..end];
                end - first == 1 || pair.iter().all(|error| dossier.contains(error))
            });
            assert!(together);
        }
        // The mean absolute error of the second issue is that of all rows, 23.86, within sampling error.
        assert!((sum / f64::from(n) - residuals.record().mae).abs() < 0.5, "{}", sum / f64::from(n));
    }

    #[test]
    fn a_lens_that_predicts_nothing_has_no_residuals() {
        assert_eq!(Residuals::of(deu::public(), |_| None), None);
    }
}
