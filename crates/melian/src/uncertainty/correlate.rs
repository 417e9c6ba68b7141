//! Rank correlations between inputs, draw by draw.

use std::f64::consts::PI;
use std::fmt;

use crate::math::{Cholesky, normal_cdf, normal_quantile};

/// Coordinates this close to 0 or 1 are drawn in before they become normal numbers.
const NEAREST: f64 = 1.0 / 18_014_398_509_481_984.0;

/// Given Spearman rank correlations between inputs, put on independent coordinates by a Gaussian copula.
///
/// The normal numbers behind the coordinates get the Pearson correlation 2 sin(pi rho/6), which gives the rank
/// correlation rho (Pearson 1907), by the Cholesky factor. Each draw is treated alone, and the first input of a
/// correlated group keeps its coordinate. The rank correlation is that of the coordinates: it is the values' too
/// where inputs are continuous and no experts differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Copula {
    groups: Vec<Group>,
}

/// Inputs connected by correlations, ascending, with the factor of their matrix.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    inputs: Vec<usize>,
    factor: Cholesky,
}

/// Why rank correlations cannot be.
#[derive(Debug, Clone, PartialEq)]
pub enum CorrelationProblem {
    /// A correlation that is not strictly between -1 and 1.
    OutOfRange {
        /// The two inputs.
        inputs: (usize, usize),
        /// The correlation.
        rho: f64,
    },
    /// A correlation of an input with itself.
    WithItself {
        /// The input.
        input: usize,
    },
    /// An input that does not exist.
    UnknownInput {
        /// Its number.
        input: usize,
    },
    /// Two correlations for one pair.
    GivenTwice {
        /// The two inputs.
        inputs: (usize, usize),
    },
    /// Correlations that no numbers can have together: the matrix is not positive definite.
    Impossible {
        /// A smallest set of inputs whose correlations contradict each other (pairs not given count as 0).
        inputs: Vec<usize>,
    },
}

impl fmt::Display for CorrelationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { inputs: (a, b), rho } => {
                write!(f, "the rank correlation {rho} of inputs {a} and {b} is not strictly between -1 and 1")
            }
            Self::WithItself { input } => write!(f, "input {input} is correlated with itself"),
            Self::UnknownInput { input } => write!(f, "there is no input {input}"),
            Self::GivenTwice { inputs: (a, b) } => {
                write!(f, "the rank correlation of inputs {a} and {b} is given twice")
            }
            Self::Impossible { inputs } => {
                write!(f, "no numbers can have the rank correlations given for inputs {inputs:?} together")
            }
        }
    }
}

impl std::error::Error for CorrelationProblem {}

impl Copula {
    /// The copula of `inputs` inputs with these rank correlations of pairs; pairs not given are uncorrelated.
    ///
    /// # Errors
    /// See [`CorrelationProblem`].
    pub fn new(inputs: usize, correlations: &[(usize, usize, f64)]) -> Result<Copula, CorrelationProblem> {
        check(inputs, correlations)?;
        let groups = groups(inputs, correlations)
            .into_iter()
            .map(|inputs| {
                let factor = factor(&inputs, correlations).map_err(|row| CorrelationProblem::Impossible {
                    inputs: smallest_impossible(&inputs[..=row], correlations),
                })?;
                Ok(Group { inputs, factor })
            })
            .collect::<Result<_, _>>()?;
        Ok(Copula { groups })
    }

    /// The inputs that are correlated with others.
    pub fn inputs(&self) -> impl Iterator<Item = usize> + '_ {
        self.groups.iter().flat_map(|group| group.inputs.iter().copied())
    }

    /// Correlates independent coordinates in place: that of input f in lane l stands at `f * stride + l`.
    ///
    /// # Panics
    /// If `coordinates` is too short.
    pub fn apply(&self, lanes: usize, stride: usize, coordinates: &mut [f64]) {
        for group in &self.groups {
            let normals: Vec<f64> = group
                .inputs
                .iter()
                .flat_map(|input| &coordinates[input * stride..input * stride + lanes])
                .map(|u| normal_quantile(u.clamp(NEAREST, 1.0 - 2.0 * NEAREST)))
                .collect();
            for (place, input) in group.inputs.iter().enumerate() {
                let row = group.factor.row(place);
                if row[..place].iter().all(|weight| *weight == 0.0) {
                    continue;
                }
                for (lane, slot) in coordinates[input * stride..input * stride + lanes].iter_mut().enumerate()
                {
                    let sum =
                        row.iter().enumerate().map(|(k, weight)| weight * normals[k * lanes + lane]).sum();
                    *slot = normal_cdf(sum);
                }
            }
        }
    }
}

fn check(inputs: usize, correlations: &[(usize, usize, f64)]) -> Result<(), CorrelationProblem> {
    for (place, &(a, b, rho)) in correlations.iter().enumerate() {
        if let Some(input) = [a, b].into_iter().find(|input| *input >= inputs) {
            return Err(CorrelationProblem::UnknownInput { input });
        }
        if a == b {
            return Err(CorrelationProblem::WithItself { input: a });
        }
        if rho.is_nan() || rho.abs() >= 1.0 {
            return Err(CorrelationProblem::OutOfRange { inputs: (a, b), rho });
        }
        if lookup(&correlations[..place], a, b).is_some() {
            return Err(CorrelationProblem::GivenTwice { inputs: (a, b) });
        }
    }
    Ok(())
}

fn lookup(correlations: &[(usize, usize, f64)], a: usize, b: usize) -> Option<f64> {
    correlations.iter().find(|(x, y, _)| (*x, *y) == (a, b) || (*x, *y) == (b, a)).map(|(_, _, rho)| *rho)
}

/// The connected sets of correlated inputs, each ascending, by their first members.
fn groups(inputs: usize, correlations: &[(usize, usize, f64)]) -> Vec<Vec<usize>> {
    let mut first: Vec<usize> = (0..inputs).collect();
    for &(a, b, _) in correlations {
        let (keep, merge) = (first[a].min(first[b]), first[a].max(first[b]));
        for label in &mut first {
            if *label == merge {
                *label = keep;
            }
        }
    }
    let mut labels: Vec<usize> = correlations.iter().map(|(a, _, _)| first[*a]).collect();
    labels.sort_unstable();
    labels.dedup();
    labels.into_iter().map(|label| (0..inputs).filter(|input| first[*input] == label).collect()).collect()
}

/// The factor of the Pearson correlations of these inputs, or the row at which there is none.
fn factor(inputs: &[usize], correlations: &[(usize, usize, f64)]) -> Result<Cholesky, usize> {
    let pearson = |i: usize, j: usize| {
        if i == j {
            return 1.0;
        }
        lookup(correlations, inputs[i], inputs[j]).map_or(0.0, |rho| 2.0 * libm::sin(PI * rho / 6.0))
    };
    Cholesky::factor(inputs.len(), pearson).map_err(|problem| problem.row)
}

/// Drops inputs from an impossible set as long as what is left is still impossible.
fn smallest_impossible(inputs: &[usize], correlations: &[(usize, usize, f64)]) -> Vec<usize> {
    let mut set = inputs.to_vec();
    for input in inputs {
        let without: Vec<usize> = set.iter().copied().filter(|other| other != input).collect();
        if factor(&without, correlations).is_err() {
            set = without;
        }
    }
    set
}
