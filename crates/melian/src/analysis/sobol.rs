//! Sobol' indices from a sample that was made for them: two base samples A and B, and for every input j the rows of A
//! with j taken from B (`ab`), and of B with j taken from A (`ba`).
//!
//! First order `mean(B (AB_j - A)) / V` (Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola 2010, Computer
//! Physics Communications 181, table 2 b), total `mean((A - AB_j)^2) / 2V` (Jansen 1999, the same table, f), second
//! order `mean(BA_j AB_k - A B) / V - S_j - S_k` (Saltelli 2002, the same journal 145), V the variance of A and B
//! together, the output centred before.

use rayon::prelude::*;
use serde::Serialize;

use super::drivers::{FEWEST_ROWS, Pair, Silent, standardise};
use super::resample::{Estimated, Resampler, dot};

/// Outputs of a sample in Saltelli's design; all columns have a row per base point.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaltelliSample {
    /// At the points of A.
    pub a: Vec<f64>,
    /// At the points of B.
    pub b: Vec<f64>,
    /// At A with one input from B, by input.
    pub ab: Vec<Vec<f64>>,
    /// At B with one input from A, by input; empty if second order isn't wanted.
    pub ba: Vec<Vec<f64>>,
}

/// Indices of every input and pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SobolIndices {
    /// Base points that were used.
    pub rows: usize,
    /// Base points left out because an output is missing or no finite number.
    pub left_out: usize,
    /// Mean of the output over A and B.
    pub mean: f64,
    /// Its standard deviation there.
    pub deviation: f64,
    /// First-order index by input.
    pub first: Vec<Estimated>,
    /// Total index by input.
    pub total: Vec<Estimated>,
    /// Every pair in order; empty without second order.
    pub pairs: Vec<Pair>,
}

impl SaltelliSample {
    /// Takes apart outputs that stand base point by base point: A, AB by input, BA by input where `second` is set, B.
    /// That is the order of `SALib`'s sample files. `None` if the number of rows doesn't fit.
    #[must_use]
    pub fn unstack(output: &[f64], inputs: usize, second: bool) -> Option<Self> {
        let step = if second { 2 * inputs + 2 } else { inputs + 2 };
        if inputs == 0 || output.is_empty() || !output.len().is_multiple_of(step) {
            return None;
        }
        let column = |at: usize| -> Vec<f64> { output.iter().skip(at).step_by(step).copied().collect() };
        Some(Self {
            a: column(0),
            b: column(step - 1),
            ab: (0..inputs).map(|input| column(1 + input)).collect(),
            ba: (0..if second { inputs } else { 0 }).map(|input| column(1 + inputs + input)).collect(),
        })
    }

    fn columns(&self) -> impl Iterator<Item = &Vec<f64>> {
        [&self.a, &self.b].into_iter().chain(&self.ab).chain(&self.ba)
    }

    fn columns_mut(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        [&mut self.a, &mut self.b].into_iter().chain(&mut self.ab).chain(&mut self.ba)
    }

    /// Only base points with all outputs, centred and scaled by mean and deviation over all evaluations; with the mean
    /// and deviation over A and B. `None` if the output has one value.
    fn prepared(&self, whole: &[usize]) -> Option<(Self, f64, f64)> {
        let mut sample = self.clone();
        for column in sample.columns_mut() {
            *column = whole.iter().map(|row| column[*row]).collect();
        }
        let mut base: Vec<f64> = sample.a.iter().chain(&sample.b).copied().collect();
        let (mean, deviation) = standardise(&mut base)?;
        let mut all: Vec<f64> = sample.columns().flatten().copied().collect();
        let (centre, scale) = standardise(&mut all)?;
        for value in sample.columns_mut().flatten() {
            *value = (*value - centre) / scale;
        }
        Some((sample, mean, deviation))
    }
}

/// Indices with intervals of `resamples` resamples of the base points.
///
/// # Errors
/// Too few base points (half of [`FEWEST_ROWS`]), or an output of one value.
///
/// # Panics
/// If columns differ in length.
pub fn sobol(sample: &SaltelliSample, resamples: usize, seed: u64) -> Result<SobolIndices, Silent> {
    let points = sample.a.len();
    let whole: Vec<usize> =
        (0..points).filter(|row| sample.columns().all(|column| column[*row].is_finite())).collect();
    let rows = whole.len();
    if 2 * rows < FEWEST_ROWS {
        return Err(Silent::TooFew { rows: 2 * rows });
    }
    let Some((sample, mean, deviation)) = sample.prepared(&whole) else {
        return Err(Silent::Constant { value: sample.a[whole[0]] });
    };
    let resampler = Resampler::new(rows, seed, "drivers/saltelli");
    let weights: Vec<Vec<f64>> = std::iter::once(vec![1.0; rows])
        .chain((0..resamples).into_par_iter().map(|number| resampler.weights(number)).collect::<Vec<_>>())
        .collect();
    Ok(indices(&sample, &weights, (rows, points - rows), (mean, deviation)))
}

/// A sum for each set of weights.
type Sums = Vec<f64>;

fn indices(
    sample: &SaltelliSample,
    weights: &[Vec<f64>],
    (rows, left_out): (usize, usize),
    (mean, deviation): (f64, f64),
) -> SobolIndices {
    let SaltelliSample { a, b, ab, ba } = sample;
    let inputs = ab.len();
    // Every index is a weighted sum of one product per base point.
    let summed = |product: &mut dyn FnMut(usize) -> f64| -> Sums {
        let products: Vec<f64> = (0..rows).map(product).collect();
        weights.iter().map(|weights| dot(weights, &products)).collect()
    };
    let base = summed(&mut |row| a[row] + b[row]);
    let squares = summed(&mut |row| a[row] * a[row] + b[row] * b[row]);
    let both = summed(&mut |row| a[row] * b[row]);
    let doubled = 2.0 * rows as f64;
    // The number of rows times the variance, of each set of weights.
    let spread: Sums = base
        .iter()
        .zip(&squares)
        .map(|(sum, squares)| (squares / doubled - (sum / doubled) * (sum / doubled)) * rows as f64)
        .collect();
    let share = |sums: Sums| -> Sums {
        let of = |(sum, spread): (f64, &f64)| if *spread > 0.0 { sum / spread } else { 0.0 };
        sums.into_iter().zip(&spread).map(of).collect()
    };
    let first: Vec<Sums> =
        ab.par_iter().map(|ab| share(summed(&mut |row| b[row] * (ab[row] - a[row])))).collect();
    let total: Vec<Sums> = ab
        .par_iter()
        .map(|ab| share(summed(&mut |row| (a[row] - ab[row]) * (a[row] - ab[row]) / 2.0)))
        .collect();
    let pairs: Vec<(usize, usize)> = if ba.is_empty() {
        Vec::new()
    } else {
        (0..inputs).flat_map(|j| (j + 1..inputs).map(move |k| (j, k))).collect()
    };
    let pairs = pairs
        .into_par_iter()
        .map(|(j, k)| {
            let mut sums = summed(&mut |row| ba[j][row] * ab[k][row]);
            sums.iter_mut().zip(&both).for_each(|(sum, both)| *sum -= both);
            let mut sums = share(sums);
            for (set, share) in sums.iter_mut().enumerate() {
                *share -= first[j][set] + first[k][set];
            }
            Pair { first: j, second: k, share: estimated(&sums) }
        })
        .collect();
    SobolIndices {
        rows,
        left_out,
        mean,
        deviation,
        first: first.iter().map(|sums| estimated(sums)).collect(),
        total: total.iter().map(|sums| estimated(sums)).collect(),
        pairs,
    }
}

/// The first is of all rows, the others of resamples.
fn estimated(sums: &[f64]) -> Estimated {
    Estimated::resampled(sums[0], &sums[1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::discovery::splitmix;

    fn ishigami(u: &[f64]) -> f64 {
        let x: Vec<f64> = u.iter().map(|u| std::f64::consts::PI * (2.0 * u - 1.0)).collect();
        libm::sin(x[0]) * (1.0 + 0.1 * x[2] * x[2] * x[2] * x[2]) + 7.0 * libm::sin(x[1]) * libm::sin(x[1])
    }

    /// Outputs in the order of `SALib`'s rows; the first half of the columns is A, the second B.
    fn stacked(table: &[Vec<f64>], f: fn(&[f64]) -> f64) -> Vec<f64> {
        let inputs = table.len() / 2;
        let at = |row: usize, from: usize, swapped: Option<usize>| -> f64 {
            let other = inputs - from;
            let column = |j: usize| if swapped == Some(j) { other + j } else { from + j };
            f(&(0..inputs).map(|j| table[column(j)][row]).collect::<Vec<f64>>())
        };
        let mut outputs = Vec::new();
        for row in 0..table.first().map_or(0, Vec::len) {
            outputs.push(at(row, 0, None));
            outputs.extend((0..inputs).map(|j| at(row, 0, Some(j))));
            outputs.extend((0..inputs).map(|j| at(row, inputs, Some(j))));
            outputs.push(at(row, inputs, None));
        }
        outputs
    }

    #[test]
    fn indices_agree_with_salib() {
        // SALib 1.6.0, sobol.analyze on 128 base points of splitmix64 (seed 5) for Ishigami's function.
        let outputs = stacked(&splitmix(5, 128, 6), ishigami);
        let sample = SaltelliSample::unstack(&outputs, 3, true).unwrap();
        let found = sobol(&sample, 400, 1).unwrap();
        let first = [0.326_184_000_712_079_7, 0.339_848_769_367_740_7, -0.039_532_010_986_146_78];
        let total = [0.489_950_263_217_112_3, 0.406_077_946_692_070_1, 0.253_730_147_201_534_3];
        let pairs = [0.027_028_926_859_723_357, 0.181_294_462_973_807_14, 0.079_252_142_306_574_57];
        for input in 0..3 {
            assert!((found.first[input].value - first[input]).abs() < 1e-12);
            assert!((found.total[input].value - total[input]).abs() < 1e-12);
            assert!((found.pairs[input].share.value - pairs[input]).abs() < 1e-12);
        }
        // Its intervals (100 resamples of its own) are within resampling noise of these.
        for (own, salib) in found.first.iter().zip([0.2078, 0.1627, 0.1297]) {
            assert!(((own.high - own.value) / salib - 1.0).abs() < 0.25, "{own:?} {salib}");
        }
    }

    #[test]
    fn ishigami_analytic_indices_lie_inside_the_intervals() {
        for seed in 1..6 {
            let outputs = stacked(&splitmix(seed, 4096, 6), ishigami);
            let found = sobol(&SaltelliSample::unstack(&outputs, 3, true).unwrap(), 100, seed).unwrap();
            // Three standard errors here, so that all of 45 intervals should hold.
            let near = |found: &Estimated, truth: f64| {
                (found.value - truth).abs() < 1.6 * (found.high - found.value)
            };
            for (input, (first, total)) in
                [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)].iter().enumerate()
            {
                assert!(near(&found.first[input], *first), "{seed} {input} {:?}", found.first[input]);
                assert!(near(&found.total[input], *total), "{seed} {input} {:?}", found.total[input]);
            }
            for (pair, truth) in found.pairs.iter().zip([0.0, 0.2437, 0.0]) {
                assert!(near(&pair.share, truth), "{seed} {pair:?}");
            }
        }
    }

    #[test]
    fn base_points_with_a_missing_output_are_left_out() {
        let mut outputs = stacked(&splitmix(5, 128, 6), ishigami);
        outputs[3] = f64::NAN;
        let found = sobol(&SaltelliSample::unstack(&outputs, 3, true).unwrap(), 0, 1).unwrap();
        assert_eq!((found.rows, found.left_out), (127, 1));
        assert!(found.first[0].low.is_nan());
        assert_eq!(SaltelliSample::unstack(&outputs, 3, false), None);
        let constant = SaltelliSample::unstack(&[2.0; 800], 3, true).unwrap();
        assert_eq!(sobol(&constant, 0, 1), Err(Silent::Constant { value: 2.0 }));
    }
}
