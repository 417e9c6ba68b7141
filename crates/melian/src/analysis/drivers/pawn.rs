//! How far the whole distribution of the output moves with one input: PAWN (Pianosi and Wagener 2015, Environmental
//! Modelling & Software 67; from given data: 2018, 108). In each of ten classes of the input, the largest distance
//! between the distribution of the output there and over all rows (Kolmogorov and Smirnov); the index is the median
//! over classes.

use super::super::rank::{Classes, ties};

/// Classes of an input.
pub(super) const CLASSES: usize = 10;

/// The median of Kolmogorov's distribution.
const KOLMOGOROV_MEDIAN: f64 = 0.827_573_555_189_905_9;

/// An input's classes along the ascending order of the output.
pub(super) struct Along {
    classes: Vec<u8>,
    count: usize,
}

/// Runs of equal outputs in their ascending order, by their ends.
pub(super) fn ends(output: &[f64], order: &[u32]) -> Vec<usize> {
    ties(output, order).map(|(_, to)| to).collect()
}

impl Along {
    pub(super) fn new(classes: &Classes, order: &[u32]) -> Self {
        let along = order.iter().map(|row| classes.of[*row as usize]).collect();
        Self { classes: along, count: classes.count }
    }

    /// The index: rows weigh as `weights` says, in the ascending order of the output, with runs of equal outputs
    /// ending at `ends`.
    pub(super) fn index(&self, weights: &[f64], ends: &[usize]) -> f64 {
        let mut in_class = [0.0; CLASSES];
        for (class, weight) in self.classes.iter().zip(weights) {
            in_class[usize::from(*class)] += weight;
        }
        let all: f64 = in_class[..self.count].iter().sum();
        let scale = in_class.map(|count| if count > 0.0 { all / count } else { 0.0 });
        // Everything in units of rows: the distance is |class's count so far * all / class's count - count so far|.
        // It is largest just before and just after the rows of a class.
        let (mut reached, mut far) = ([0.0; CLASSES], [0.0_f64; CLASSES]);
        let mut total = 0.0_f64;
        let mut from = 0;
        for &to in ends {
            for class in &self.classes[from..to] {
                let class = usize::from(*class);
                far[class] = far[class].max((reached[class] - total).abs());
            }
            let before = total;
            for (class, weight) in self.classes[from..to].iter().zip(&weights[from..to]) {
                let class = usize::from(*class);
                reached[class] += weight * scale[class];
                total += weight;
            }
            if total > before {
                for class in &self.classes[from..to] {
                    let class = usize::from(*class);
                    far[class] = far[class].max((reached[class] - total).abs());
                }
            }
            from = to;
        }
        let mut distances: Vec<f64> =
            (0..self.count).filter(|class| in_class[*class] > 0.0).map(|class| far[class] / all).collect();
        median(&mut distances)
    }

    /// What an input without influence has by chance: the median distance between a class and all rows.
    pub(super) fn by_chance(&self) -> f64 {
        let rows = self.classes.len() as f64;
        let class = rows / self.count as f64;
        KOLMOGOROV_MEDIAN * (1.0 / class - 1.0 / rows).max(0.0).sqrt()
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}
