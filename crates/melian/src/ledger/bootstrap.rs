//! Intervals for mean scores, by drawing whole conflicts anew.

use crate::uncertainty::StreamKey;

const RESAMPLES: u64 = 2000;

/// The 90 % percentile interval of a mean over questions, when conflicts are drawn with replacement (Efron 1979, Annals
/// of Statistics 7; by clusters, since questions of one conflict stand and fall together). `clusters` holds each conflict's
/// scores; the same clusters give the same interval. `None` for fewer than two conflicts, or scores without bound.
pub(super) fn interval(clusters: &[Vec<f64>]) -> Option<(f64, f64)> {
    let bounded = clusters.iter().flatten().all(|score| score.is_finite());
    if clusters.len() < 2 || !bounded {
        return None;
    }
    let sums: Vec<(f64, f64)> =
        clusters.iter().map(|scores| (scores.iter().sum(), scores.len() as f64)).collect();
    let key = StreamKey::new(1, "ledger scores");
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|resample| {
            let mut stream = key.draw(resample);
            let mut total = (0.0, 0.0);
            for _ in 0..sums.len() {
                let pick = ((stream.uniform() * sums.len() as f64) as usize).min(sums.len() - 1);
                total = (total.0 + sums[pick].0, total.1 + sums[pick].1);
            }
            total.0 / total.1
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |level: f64| means[((level * RESAMPLES as f64) as usize).min(means.len() - 1)];
    Some((at(0.05), at(0.95)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_of_a_mean_is_near_the_normal_one() {
        // 100 conflicts, half scored 0 and half 1: the mean's standard error is 0.05, so 0.5 -+ 1.645 * 0.05.
        let clusters: Vec<Vec<f64>> = (0..100).map(|i| vec![f64::from(i % 2)]).collect();
        let (low, high) = interval(&clusters).expect("two conflicts and more");
        assert!((low - 0.418).abs() < 0.011 && (high - 0.582).abs() < 0.011, "{low} {high}");
    }

    #[test]
    fn one_conflict_has_no_interval() {
        assert_eq!(interval(&[vec![0.1, 0.9]]), None);
        assert_eq!(interval(&[vec![0.1], vec![f64::INFINITY]]), None);
    }
}
