//! How far forecasts were from what came of it.

use serde::Serialize;

/// Errors of point forecasts in points of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// How many forecasts were scored.
    pub issues: u32,
    /// Mean absolute error.
    pub mae: f64,
    /// Root mean squared error.
    pub rmse: f64,
    /// Median absolute error (the mean of the middle two for an even number).
    pub median: f64,
    /// Share of forecasts at most 5 points off.
    pub within_5: f64,
    /// Share of forecasts at most 10 points off.
    pub within_10: f64,
}

impl Score {
    /// The score of forecasts with these errors (outcome minus forecast); `None` without any.
    #[must_use]
    pub fn of(errors: &[f64]) -> Option<Self> {
        if errors.is_empty() {
            return None;
        }
        let n = errors.len() as f64;
        let mut sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let share = |limit: f64| sizes.iter().filter(|&&size| size <= limit).count() as f64 / n;
        Some(Self {
            issues: errors.len() as u32,
            mae: sizes.iter().sum::<f64>() / n,
            rmse: (sizes.iter().map(|size| size * size).sum::<f64>() / n).sqrt(),
            median: 0.5 * (sizes[(sizes.len() - 1) / 2] + sizes[sizes.len() / 2]),
            within_5: share(5.0),
            within_10: share(10.0),
        })
    }
}

/// The continuous ranked probability score of a discrete distribution with equal weights at an outcome, in the unit of
/// the values: mean |v - y| minus half of mean |v - v'| (Gneiting and Raftery 2007, Journal of the American
/// Statistical Association 102, equation 21). Lower is better; of a single value it is the absolute error.
#[must_use]
pub fn crps(values: &[f64], outcome: f64) -> f64 {
    let n = values.len() as f64;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let off: f64 = sorted.iter().map(|value| (value - outcome).abs()).sum::<f64>() / n;
    // The sum of |v - v'| over pairs i < j of sorted values: value k is the larger k times, the smaller n - 1 - k times.
    let pairs: f64 = sorted.iter().enumerate().map(|(k, value)| value * (2.0 * k as f64 - n + 1.0)).sum();
    off - pairs / (n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_four_errors() {
        let score = Score::of(&[-5.0, 0.0, 10.0, -20.0]).expect("there are some");
        assert_eq!((score.issues, score.mae, score.median), (4, 8.75, 7.5));
        assert_eq!((score.within_5, score.within_10), (0.5, 0.75));
        assert!((score.rmse - 131.25_f64.sqrt()).abs() < 1e-12);
        assert_eq!(Score::of(&[]), None);
    }

    #[test]
    fn crps_equals_its_definition() {
        let values: [f64; 5] = [3.0, 90.0, 41.0, 41.0, 7.5];
        for outcome in [0.0, 41.0, 66.0] {
            let off: f64 = values.iter().map(|v| (v - outcome).abs()).sum::<f64>() / 5.0;
            let spread: f64 = values.iter().flat_map(|v| values.iter().map(move |w| (v - w).abs())).sum();
            assert!((crps(&values, outcome) - (off - 0.5 * spread / 25.0)).abs() < 1e-12);
        }
        assert_eq!(crps(&[30.0], 50.0), 20.0);
    }
}
