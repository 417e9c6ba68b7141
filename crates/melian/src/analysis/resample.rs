//! Resamples of rows, and the intervals they give. The numbers depend on a seed, the name of what is resampled and
//! the number of the resample, so that threads and order change nothing.

use serde::Serialize;

use crate::uncertainty::StreamKey;

/// The normal quantile of a 95 % interval.
const Z95: f64 = 1.959_963_984_540_054;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimated {
    /// The number.
    pub value: f64,
    /// The low end; NaN if no interval was asked for.
    pub low: f64,
    /// The high end; NaN if no interval was asked for.
    pub high: f64,
}

impl Estimated {
    /// A number without an interval.
    #[must_use]
    pub fn alone(value: f64) -> Self {
        Self { value, low: f64::NAN, high: f64::NAN }
    }

    /// A number with the interval of its resamples, `value` ± 1.96 of their standard deviation: what resampling adds
    /// to an estimator's bias stays out of it.
    #[must_use]
    pub fn resampled(value: f64, resamples: &[f64]) -> Self {
        Self::with_error(value, deviation(resamples))
    }

    /// A number with the interval of its standard error.
    #[must_use]
    pub fn with_error(value: f64, error: f64) -> Self {
        Self { value, low: value - Z95 * error, high: value + Z95 * error }
    }

    /// A number with the interval of leaving out groups: Student's quantile, to its first correction, of one degree of
    /// freedom fewer than there are groups.
    pub(crate) fn left_out(value: f64, without: &[f64]) -> Self {
        let student = Z95 + (Z95 * Z95 * Z95 + Z95) / (4.0 * (without.len() as f64 - 1.0));
        Self::with_error(value, jackknife_error(without) * student / Z95)
    }

    /// The same, raised to a value that it can't be below.
    pub(crate) fn raised(self, least: f64) -> Self {
        let value = self.value.max(least);
        Self { value, low: self.low, high: self.high.max(value) }
    }

    /// Whether its interval holds `value`.
    #[must_use]
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether its whole interval lies above `value`.
    #[must_use]
    pub fn above(&self, value: f64) -> bool {
        self.low > value
    }
}

/// The standard deviation of a sample; NaN of fewer than two.
fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// How often each row is in a resample: multinomial counts (Efron 1979, Annals of Statistics 7), any resample at any
/// time.
pub(crate) struct Resampler {
    key: StreamKey,
    rows: usize,
}

impl Resampler {
    pub(crate) fn new(rows: usize, seed: u64, name: &str) -> Self {
        Self { key: StreamKey::new(seed, name), rows }
    }

    /// The counts of resample `number`, as weights.
    pub(crate) fn weights(&self, number: usize) -> Vec<f64> {
        let mut stream = self.key.draw(number as u64);
        let mut counts = vec![0.0; self.rows];
        // Two rows from each word: each half of it times the number of rows.
        let mut left = self.rows;
        while left > 0 {
            let bits = stream.next_u64();
            for half in [bits & 0xffff_ffff, bits >> 32].into_iter().take(left) {
                counts[((half * self.rows as u64) >> 32) as usize] += 1.0;
                left -= 1;
            }
        }
        counts
    }
}

/// The rows in an order that depends on the seed only (Fisher and Yates 1938).
pub(crate) fn shuffled(rows: usize, seed: u64, name: &str) -> Vec<usize> {
    let mut stream = StreamKey::new(seed, name).draw(0);
    let mut order: Vec<usize> = (0..rows).collect();
    for last in (1..rows).rev() {
        let at = ((u128::from(stream.next_u64()) * (last as u128 + 1)) >> 64) as usize;
        order.swap(last, at);
    }
    order
}

/// The standard error of a number by leaving out one of `without.len()` random groups at a time (Kott 2001, Journal of
/// Official Statistics 17).
pub(crate) fn jackknife_error(without: &[f64]) -> f64 {
    let groups = without.len() as f64;
    let mean = without.iter().sum::<f64>() / groups;
    let squares: f64 = without.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares * (groups - 1.0) / groups).sqrt()
}

/// The inner product, summed in eight fixed lanes.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (left_parts, left_rest) = left.as_chunks::<8>();
    let (right_parts, right_rest) = right.as_chunks::<8>();
    for (a, b) in left_parts.iter().zip(right_parts) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(a, b)| a * b).sum();
    let halves = [lanes[0] + lanes[4], lanes[1] + lanes[5], lanes[2] + lanes[6], lanes[3] + lanes[7]];
    (halves[0] + halves[2]) + (halves[1] + halves[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resample_has_as_many_rows_as_the_sample() {
        for rows in [1, 2, 7, 1000] {
            for number in 0..5 {
                let counts = Resampler::new(rows, 1, "test").weights(number);
                assert_eq!(counts.iter().sum::<f64>(), rows as f64);
            }
        }
        let first = |seed| Resampler::new(50, seed, "test").weights(0);
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn resamples_of_a_mean_have_its_standard_error() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let resampler = Resampler::new(400, 3, "mean");
        let means: Vec<f64> =
            (0..2000).map(|number| dot(&resampler.weights(number), &values) / 400.0).collect();
        // The variance of 0..19 all alike is (20^2 - 1)/12.
        let exact = (399.0_f64 / 12.0 / 400.0).sqrt();
        assert!((deviation(&means) / exact - 1.0).abs() < 0.05, "{} for {exact}", deviation(&means));
    }

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        // Groups of one row each: exactly the textbook standard error.
        let values = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        let total: f64 = values.iter().sum();
        let without: Vec<f64> = values.iter().map(|value| (total - value) / 5.0).collect();
        let textbook = deviation(&values) / 6.0_f64.sqrt();
        assert!((jackknife_error(&without) - textbook).abs() < 1e-12);
    }

    #[test]
    fn a_shuffle_keeps_every_row() {
        let mut order = shuffled(100, 1, "test");
        assert_ne!(order, (0..100).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..100).collect::<Vec<_>>());
    }
}
