//! Drivers: which inputs explain the spread of an output, from rows alone.
//!
//! Works on plain columns, so that rows of any origin will do. Every number has an interval, every input is measured in
//! several ways, because each of them is blind to something: the first-order index to what inputs do only together,
//! totals to more than two at once (they are ranges), the rank correlation to ups that cancel downs, PAWN to nothing but
//! it can't tell alone from together.

mod given;
mod pawn;
mod spearman;

use rayon::prelude::*;
use serde::Serialize;

use super::rank::{Classes, ascending};
use super::resample::{Estimated, Resampler, dot};

/// Fewer rows than this tell nothing that is worth printing.
pub const FEWEST_ROWS: usize = 100;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Resamples for the intervals; with 0, first-order indices have the interval of leaving out groups, and the
    /// others none.
    pub resamples: usize,
    /// Whether totals and pairs are wanted; their cost grows with the square of the number of inputs.
    pub together: bool,
    /// The seed of the resamples.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { resamples: 100, together: true, seed: 1 }
    }
}

/// What explains an output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drivers {
    /// Rows that were used.
    pub rows: usize,
    /// Rows left out because the output or an input is missing or no finite number.
    pub left_out: usize,
    /// Mean of the output over the rows used.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
    /// One per input that varies, the strongest first (by first-order index).
    pub drivers: Vec<Driver>,
    /// Inputs that have one value in all rows: they explain nothing here.
    pub fixed: Vec<usize>,
    /// Pairs of inputs that are clearly not independent, with their rank correlation: totals and pairs have no
    /// meaning then and are left out.
    pub dependent: Vec<(usize, usize, f64)>,
    /// Pairs that clearly explain something beyond what each does alone, the strongest first.
    pub pairs: Vec<Pair>,
    /// The share of the variance that neither single inputs nor pairs explain: three or more at once, chance inside
    /// the model, or steps finer than the classes. `None` without totals.
    pub unexplained: Option<Estimated>,
}

/// One input's part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Driver {
    /// Number of the input.
    pub input: usize,
    /// First-order Sobol' index: the share of the variance that would go if this input were known. An estimate of a
    /// small share can be slightly negative.
    pub first: Estimated,
    /// Total Sobol' index: with all that it does together with others. `None` where it wasn't asked for, or inputs are
    /// not independent.
    pub total: Option<Total>,
    /// PAWN: how far the output's distribution moves with it, 0..1.
    pub pawn: Estimated,
    /// What `pawn` would be about for an input that does nothing.
    pub pawn_by_chance: f64,
    /// Spearman's rank correlation with the output, -1..1.
    pub rank_correlation: Estimated,
}

/// A total index, between two bounds that each have an interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Total {
    /// What the input explains alone and in pairs.
    pub at_least: Estimated,
    /// That, with all that nothing else explains.
    pub at_most: Estimated,
}

/// What two inputs explain together beyond what each does alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pair {
    /// One of them.
    pub first: usize,
    /// The other.
    pub second: usize,
    /// Second-order Sobol' index.
    pub share: Estimated,
}

/// Why nothing can be said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Silent {
    /// Fewer than [`FEWEST_ROWS`] rows with a value.
    TooFew {
        /// How many there are.
        rows: usize,
    },
    /// The output has one value in all rows.
    Constant {
        /// The value.
        value: f64,
    },
    /// No input varies.
    NoInputs,
}

impl std::fmt::Display for Silent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFew { rows } => {
                write!(f, "too few rows have a value: {rows}, and at least {FEWEST_ROWS} are needed")
            }
            Self::Constant { value } => write!(f, "it is {value} in every row, so nothing moves it"),
            Self::NoInputs => write!(f, "no input varies"),
        }
    }
}

/// What explains `output`, of which `inputs` are the columns: equal rows belong together.
///
/// # Errors
/// See [`Silent`].
///
/// # Panics
/// If a column is not as long as the output.
pub fn drivers(inputs: &[Vec<f64>], output: &[f64], options: &Options) -> Result<Drivers, Silent> {
    DriverInputs::new(inputs).explain(output, options)
}

/// Inputs of several outputs: what can be done once for all of them is.
pub struct DriverInputs<'a> {
    columns: &'a [Vec<f64>],
    /// Rows in which no input is missing.
    whole: Vec<usize>,
    /// Over those, where they are enough.
    sorted: Option<Sorted>,
}

impl<'a> DriverInputs<'a> {
    /// Inputs as columns of equal length.
    #[must_use]
    pub fn new(columns: &'a [Vec<f64>]) -> Self {
        let rows = columns.first().map_or(0, Vec::len);
        let whole: Vec<usize> =
            (0..rows).filter(|row| columns.iter().all(|column| column[*row].is_finite())).collect();
        let sorted = (whole.len() >= FEWEST_ROWS).then(|| Sorted::new(columns, &whole));
        Self { columns, whole, sorted }
    }

    /// What explains an output.
    ///
    /// # Errors
    /// See [`Silent`].
    ///
    /// # Panics
    /// If the output is not as long as the inputs.
    pub fn explain(&self, output: &[f64], options: &Options) -> Result<Drivers, Silent> {
        let judged: Vec<usize> = self.whole.iter().copied().filter(|row| output[*row].is_finite()).collect();
        let rows = judged.len();
        if rows < FEWEST_ROWS {
            return Err(Silent::TooFew { rows });
        }
        let mut values: Vec<f64> = judged.iter().map(|row| output[*row]).collect();
        let (mean, deviation) = standardise(&mut values).ok_or(Silent::Constant { value: values[0] })?;
        let own;
        let sorted = match &self.sorted {
            Some(sorted) if rows == self.whole.len() => sorted,
            _ => {
                own = Sorted::new(self.columns, &judged);
                &own
            }
        };
        if sorted.varying.is_empty() {
            return Err(Silent::NoInputs);
        }
        let mut found = sorted.explain(&values, options);
        (found.mean, found.deviation) = (mean, deviation);
        found.left_out = output.len() - rows;
        Ok(found)
    }
}

/// Inputs over some rows, sorted and put into classes.
struct Sorted {
    varying: Vec<usize>,
    fixed: Vec<usize>,
    prepared: Vec<Prepared>,
    dependent: Vec<(usize, usize, f64)>,
}

impl Sorted {
    fn new(inputs: &[Vec<f64>], rows: &[usize]) -> Self {
        let columns: Vec<Vec<f64>> =
            inputs.par_iter().map(|column| rows.iter().map(|row| column[*row]).collect()).collect();
        let varies = |input: &usize| columns[*input].iter().any(|value| *value != columns[*input][0]);
        let (varying, fixed): (Vec<usize>, Vec<usize>) = (0..inputs.len()).partition(varies);
        let prepared: Vec<Prepared> =
            varying.par_iter().map(|input| Prepared::new(&columns[*input], varying.len())).collect();
        let dependent = dependent(&varying, &prepared);
        Self { varying, fixed, prepared, dependent }
    }

    /// What explains a standardised output.
    fn explain(&self, output: &[f64], options: &Options) -> Drivers {
        let together = (options.together && self.dependent.is_empty()).then(|| {
            let fine: Vec<&Classes> = self.prepared.iter().map(|input| &input.fine).collect();
            let coarse: Vec<&Classes> = self.prepared.iter().map(|input| &input.coarse).collect();
            given::together(&fine, &coarse, output, options.seed)
        });
        let mut drivers = measured(&self.varying, &self.prepared, output, options);
        let (mut pairs, mut unexplained) = (Vec::new(), None);
        if let Some(together) = together {
            for (driver, total) in drivers.iter_mut().zip(together.totals) {
                driver.total = Some(total);
            }
            unexplained = Some(together.unexplained);
            pairs = clear(together.pairs, &self.varying);
        }
        drivers.sort_by(|a, b| b.first.value.total_cmp(&a.first.value));
        Drivers {
            rows: output.len(),
            left_out: 0,
            mean: 0.0,
            deviation: 1.0,
            drivers,
            fixed: self.fixed.clone(),
            dependent: self.dependent.clone(),
            pairs,
            unexplained,
        }
    }
}

/// Takes the mean out and divides by the standard deviation; gives both. `None` for a column of one value, or of what
/// is one value but for rounding.
pub(crate) fn standardise(column: &mut [f64]) -> Option<(f64, f64)> {
    let rows = column.len() as f64;
    let mean = column.iter().sum::<f64>() / rows;
    let squares: f64 = column.iter().map(|value| (value - mean) * (value - mean)).sum();
    let deviation = (squares / rows).sqrt();
    let most = column.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    if deviation <= 1e-12 * most || !deviation.is_finite() {
        return None;
    }
    for value in column.iter_mut() {
        *value = (*value - mean) / deviation;
    }
    Some((mean, deviation))
}

/// An input, sorted and put into classes.
struct Prepared {
    fine: Classes,
    coarse: Classes,
    pawn: Classes,
    ranked: spearman::Ranked,
    ranks: Vec<f64>,
}

impl Prepared {
    fn new(column: &[f64], inputs: usize) -> Self {
        let order = ascending(column);
        let rows = column.len();
        let classes = |most| Classes::new(column, &order, most);
        let (fine, coarse) = (classes(given::fine(rows)), classes(given::coarse(rows, inputs)));
        let pawn = classes(pawn::CLASSES);
        let ranked = spearman::Ranked::new(column, order);
        let mut ranks = vec![0.0; rows];
        ranked.ranks(&vec![1.0; rows], &mut ranks);
        Self { fine, coarse, pawn, ranked, ranks }
    }
}

/// Pairs of inputs whose rank correlation is beyond chance and not negligible.
fn dependent(varying: &[usize], prepared: &[Prepared]) -> Vec<(usize, usize, f64)> {
    let rows = prepared.first().map_or(0, |input| input.ranks.len()) as f64;
    let limit = 0.1 + 4.0 / rows.sqrt();
    let norms: Vec<f64> = prepared.iter().map(|input| dot(&input.ranks, &input.ranks).sqrt()).collect();
    let pairs: Vec<(usize, usize)> =
        (0..prepared.len()).flat_map(|i| (i + 1..prepared.len()).map(move |j| (i, j))).collect();
    pairs
        .par_iter()
        .filter_map(|&(i, j)| {
            let correlation = dot(&prepared[i].ranks, &prepared[j].ranks) / (norms[i] * norms[j]);
            (correlation.abs() > limit).then_some((varying[i], varying[j], correlation))
        })
        .collect()
}

/// Pairs whose share is clear of chance: three standard errors, since there are many of them.
fn clear(pairs: Vec<Pair>, varying: &[usize]) -> Vec<Pair> {
    let clear = |pair: &Pair| pair.share.value > 0.005 && pair.share.low > pair.share.value / 3.0;
    let mut pairs: Vec<Pair> = pairs
        .into_iter()
        .filter(clear)
        .map(|pair| Pair { first: varying[pair.first], second: varying[pair.second], ..pair })
        .collect();
    pairs.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
    pairs
}

/// First order, PAWN and rank correlation of every input.
fn measured(varying: &[usize], prepared: &[Prepared], output: &[f64], options: &Options) -> Vec<Driver> {
    let rows = output.len();
    let order = ascending(output);
    let sorted = Output {
        values: output,
        ends: pawn::ends(output, &order),
        ranked: spearman::Ranked::new(output, order.clone()),
        order,
    };
    let along: Vec<pawn::Along> =
        prepared.par_iter().map(|input| pawn::Along::new(&input.pawn, &sorted.order)).collect();
    let values = sorted.measure(&vec![1.0; rows], prepared, &along);
    let resampler = Resampler::new(rows, options.seed, "drivers/bootstrap");
    let resamples: Vec<Vec<Measured>> = (0..options.resamples)
        .into_par_iter()
        .map(|number| sorted.measure(&resampler.weights(number), prepared, &along))
        .collect();
    let left_out = if options.resamples == 0 {
        let fine: Vec<&Classes> = prepared.iter().map(|input| &input.fine).collect();
        given::firsts(&fine, output, options.seed)
    } else {
        Vec::new()
    };
    varying
        .iter()
        .zip(&values)
        .enumerate()
        .map(|(place, (&input, value))| {
            let over = |of: fn(&Measured) -> f64| -> Estimated {
                let resampled: Vec<f64> = resamples.iter().map(|inputs| of(&inputs[place])).collect();
                Estimated::resampled(of(value), &resampled)
            };
            Driver {
                input,
                first: left_out.get(place).copied().unwrap_or_else(|| over(|measured| measured.first)),
                total: None,
                pawn: over(|measured| measured.pawn),
                pawn_by_chance: along[place].by_chance(),
                rank_correlation: over(|measured| measured.correlation),
            }
        })
        .collect()
}

/// What a resample says of an input.
struct Measured {
    first: f64,
    pawn: f64,
    correlation: f64,
}

/// The output, sorted.
struct Output<'a> {
    values: &'a [f64],
    order: Vec<u32>,
    ends: Vec<usize>,
    ranked: spearman::Ranked,
}

impl Output<'_> {
    /// All inputs, with rows weighing as `weights` says.
    fn measure(&self, weights: &[f64], inputs: &[Prepared], along: &[pawn::Along]) -> Vec<Measured> {
        let rows = weights.len();
        let times = |column: &[f64]| -> Vec<f64> { column.iter().zip(weights).map(|(y, w)| y * w).collect() };
        let weighted = times(self.values);
        let moments = given::Moments::weighted(self.values, &weighted);
        let sorted: Vec<f64> = self.order.iter().map(|row| weights[*row as usize]).collect();
        let mut ranks = vec![0.0; rows];
        self.ranked.ranks(weights, &mut ranks);
        let weighted_ranks = times(&ranks);
        let mut own = vec![0.0; rows];
        inputs
            .iter()
            .zip(along)
            .map(|(input, along)| {
                input.ranked.ranks(weights, &mut own);
                Measured {
                    first: given::first(&input.fine, weights, &weighted, moments),
                    pawn: along.index(&sorted, &self.ends),
                    correlation: spearman::correlation(&own, weights, &ranks, &weighted_ranks),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
