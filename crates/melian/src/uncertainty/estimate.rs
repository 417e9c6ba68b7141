//! A number with its uncertainty.

/// A number with its uncertainty, as the user wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// Known.
    Exact(f64),
    /// Anything between, with equal chance.
    Uniform {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
    },
    /// PERT: a beta distribution with its mode at `likely`.
    Pert {
        /// The 5 % point.
        low: f64,
        /// The mode.
        likely: f64,
        /// The 95 % point.
        high: f64,
    },
    /// Normal, truncated to the field's range.
    Normal {
        /// The mean before truncation.
        mean: f64,
        /// The standard deviation before truncation.
        sd: f64,
    },
    /// One of several values.
    Discrete {
        /// The values, in any order.
        values: Vec<f64>,
        /// Their weights, not all 0; they need not sum to one.
        weights: Vec<f64>,
    },
    /// Several experts' estimates, by name: a draw follows one expert throughout.
    Experts(Vec<(String, Estimate)>),
}

impl Estimate {
    /// A typical value: the exact value, the middle, the likely one, the mean, the weighted median,
    /// the mean over experts.
    #[must_use]
    pub fn central(&self) -> f64 {
        match self {
            Self::Exact(value) => *value,
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::Pert { likely, .. } => *likely,
            Self::Normal { mean, .. } => *mean,
            Self::Discrete { values, weights } => weighted_median(values, weights),
            Self::Experts(experts) => {
                experts.iter().map(|(_, estimate)| estimate.central()).sum::<f64>() / experts.len() as f64
            }
        }
    }
}

fn weighted_median(values: &[f64], weights: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * weights.iter().sum::<f64>();
    let mut reached = 0.0;
    for (value, weight) in &pairs {
        reached += weight;
        if reached >= half {
            return *value;
        }
    }
    pairs.last().map_or(f64::NAN, |pair| pair.0)
}
