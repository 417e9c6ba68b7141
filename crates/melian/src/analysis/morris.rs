//! Elementary effects (Morris 1991, Technometrics 33): what the output does when one input alone moves, from many places.

use serde::Serialize;

use super::resample::{Estimated, Resampler, dot};

/// Elementary effects of one input, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ElementaryEffects {
    /// How many effects there are.
    pub count: usize,
    /// Their mean: up and down can cancel.
    pub mean: f64,
    /// The mean of their sizes, mu* (Campolongo, Cariboni and Saltelli 2007, Environmental Modelling & Software 22):
    /// how much the input matters.
    pub mean_size: Estimated,
    /// Their standard deviation: how much that depends on where it starts from, on others or on itself.
    pub deviation: f64,
}

/// Sums up effects, each the change of the output per change of the input by its whole range; missing ones (NaN) are
/// left out. One per input, in order.
#[must_use]
pub fn elementary_effects(effects: &[Vec<f64>], resamples: usize, seed: u64) -> Vec<ElementaryEffects> {
    effects
        .iter()
        .map(|effects| {
            let effects: Vec<f64> = effects.iter().copied().filter(|effect| effect.is_finite()).collect();
            let count = effects.len();
            let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
            let resampler = Resampler::new(count, seed, "drivers/morris");
            let over = if count == 0 { 0 } else { resamples };
            let resampled: Vec<f64> =
                (0..over).map(|number| dot(&resampler.weights(number), &sizes) / count as f64).collect();
            let mean = mean(&effects);
            let squares: f64 = effects.iter().map(|effect| (effect - mean) * (effect - mean)).sum();
            ElementaryEffects {
                count,
                mean,
                mean_size: Estimated::resampled(self::mean(&sizes), &resampled),
                deviation: if count > 1 { (squares / (count - 1) as f64).sqrt() } else { f64::NAN },
            }
        })
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Takes the elementary effects out of a table of paths: in a path every row differs from the one before in exactly one
/// input, and each input moves once. `columns[input][row]`; changes are in units of the column's whole range. Effects by
/// input.
///
/// # Errors
/// The number of the first row (from 0) that breaks the design.
///
/// # Panics
/// If columns differ in length from the output.
pub fn effects_of_paths(columns: &[Vec<f64>], output: &[f64]) -> Result<Vec<Vec<f64>>, usize> {
    let inputs = columns.len();
    let ranges: Vec<f64> = columns
        .iter()
        .map(|column| {
            let (low, high) = column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
            high - low
        })
        .collect();
    let mut effects = vec![Vec::new(); inputs];
    for start in (0..output.len()).step_by(inputs + 1) {
        let mut moved = vec![false; inputs];
        for row in start + 1..=start + inputs {
            if row >= output.len() {
                return Err(output.len());
            }
            let changed: Vec<usize> =
                (0..inputs).filter(|input| columns[*input][row] != columns[*input][row - 1]).collect();
            let [input] = changed[..] else { return Err(row) };
            if std::mem::replace(&mut moved[input], true) {
                return Err(row);
            }
            let by = (columns[input][row] - columns[input][row - 1]) / ranges[input];
            effects[input].push((output[row] - output[row - 1]) / by);
        }
    }
    Ok(effects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_a_linear_function_are_its_slopes() {
        // y = 2a - 3b on [0, 1]^2: two paths.
        let a = vec![0.0, 1.0, 1.0, 0.5, 0.5, 1.0];
        let b = vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0];
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - 3.0 * b).collect();
        let effects = effects_of_paths(&[a, b], &y).unwrap();
        assert_eq!(effects, vec![vec![2.0, 2.0], vec![-3.0, -3.0]]);
        let summed = elementary_effects(&effects, 20, 1);
        assert_eq!((summed[1].mean, summed[1].mean_size.value, summed[1].deviation), (-3.0, 3.0, 0.0));
    }

    #[test]
    fn rows_that_are_no_path_are_named() {
        assert_eq!(effects_of_paths(&[vec![0.0, 1.0], vec![0.0, 1.0]], &[0.0, 1.0]), Err(1));
        assert_eq!(effects_of_paths(&[vec![0.0, 0.0]], &[0.0, 1.0]), Err(1));
        assert_eq!(effects_of_paths(&[vec![0.0, 1.0, 0.0]], &[0.0, 1.0, 2.0]), Err(3));
    }

    #[test]
    fn missing_effects_are_left_out() {
        let summed = elementary_effects(&[vec![f64::NAN, 1.0, -1.0]], 0, 1);
        assert_eq!((summed[0].count, summed[0].mean, summed[0].mean_size.value), (2, 0.0, 1.0));
    }
}
