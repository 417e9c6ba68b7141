//! A number with its uncertainty.

use std::fmt;
use std::ops::RangeInclusive;

use crate::math::{Beta, brent, normal_cdf, normal_density, normal_quantile};

/// The values a number may take, ends included; an end may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The smallest value, or minus infinity.
    pub low: f64,
    /// The largest value, or infinity.
    pub high: f64,
}

impl Range {
    /// Every real number.
    pub const ANY: Range = Range { low: f64::NEG_INFINITY, high: f64::INFINITY };
    /// A chance or a share: 0 to 1.
    pub const SHARE: Range = Range { low: 0.0, high: 1.0 };
    /// The issue and salience scale: 0 to 100.
    pub const SCALE: Range = Range { low: 0.0, high: 100.0 };
    /// Zero and above.
    pub const NOT_NEGATIVE: Range = Range { low: 0.0, high: f64::INFINITY };

    /// Whether `value` is a number inside.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
        value.is_finite() && self.low <= value && value <= self.high
    }

    /// The nearest value inside; NaN stays NaN.
    #[must_use]
    #[inline]
    pub fn clamp(self, value: f64) -> f64 {
        let value = if value < self.low { self.low } else { value };
        if value > self.high { self.high } else { value }
    }
}

impl From<RangeInclusive<f64>> for Range {
    fn from(range: RangeInclusive<f64>) -> Range {
        Range { low: *range.start(), high: *range.end() }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low.is_finite(), self.high.is_finite()) {
            (true, true) => write!(f, "{} to {}", self.low, self.high),
            (true, false) => write!(f, "at least {}", self.low),
            (false, true) => write!(f, "at most {}", self.high),
            (false, false) => write!(f, "any number"),
        }
    }
}

/// A number with its uncertainty, as a scenario writes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// A number known exactly.
    Exact(f64),
    /// Any number from `low` to `high`, all alike.
    Uniform {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// The expert's three points: a beta distribution of shape 4 (PERT: Malcolm, Roseboom, Clark and Fazar 1959,
    /// Operations Research 7) on a support that reaches beyond `low` and `high`, since these are not the extremes
    /// but the points that 5 % and 95 % of the probability lie below. `likely` is its mode.
    Pert {
        /// The 5 % point.
        low: f64,
        /// The mode.
        likely: f64,
        /// The 95 % point.
        high: f64,
    },
    /// A normal distribution, truncated to the field's range.
    Normal {
        /// The mean before truncation.
        mean: f64,
        /// The standard deviation before truncation.
        sd: f64,
    },
    /// One of a list of values.
    Discrete {
        /// The values, in any order.
        values: Vec<f64>,
        /// Their weights, of any sum above 0.
        weights: Vec<f64>,
    },
    /// What several experts think, by name; one draw follows one expert throughout.
    Experts(Vec<(String, Estimate)>),
}

/// Why an estimate cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum EstimateProblem {
    /// A number that is NaN, infinite or beyond 1e300 in size.
    NotFinite,
    /// A number the field cannot take.
    OutsideRange {
        /// The number.
        value: f64,
        /// What the field can take.
        range: Range,
    },
    /// Numbers that should ascend do not: low, likely, high.
    OrderWrong {
        /// The number that should be the smaller.
        smaller: f64,
        /// The number that should be the larger.
        larger: f64,
    },
    /// A standard deviation below 0.
    NegativeSpread {
        /// The standard deviation.
        sd: f64,
    },
    /// A list without entries.
    Empty,
    /// Not as many weights as values.
    WeightsMissing {
        /// Number of values.
        values: usize,
        /// Number of weights.
        weights: usize,
    },
    /// A weight below 0.
    NegativeWeight {
        /// The weight.
        weight: f64,
    },
    /// Weights whose sum is not a number above 0.
    NoWeight,
    /// An expert named twice.
    ExpertTwice {
        /// Name of the expert.
        expert: String,
    },
    /// Experts inside an expert's estimate.
    NestedExperts {
        /// Name of the outer expert.
        expert: String,
    },
    /// Several experts where one quantile function is wanted: each has its own.
    SeveralExperts,
    /// A problem with what one expert says.
    Expert {
        /// Name of the expert.
        expert: String,
        /// The problem.
        problem: Box<EstimateProblem>,
    },
}

impl fmt::Display for EstimateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => write!(f, "a number is not a number, infinite or too large"),
            Self::OutsideRange { value, range } => write!(f, "{value} is out of range ({range})"),
            Self::OrderWrong { smaller, larger } => {
                write!(f, "{smaller} should not be above {larger}")
            }
            Self::NegativeSpread { sd } => write!(f, "the standard deviation {sd} is negative"),
            Self::Empty => write!(f, "the list is empty"),
            Self::WeightsMissing { values, weights } => {
                write!(f, "{values} values but {weights} weights")
            }
            Self::NegativeWeight { weight } => write!(f, "the weight {weight} is negative"),
            Self::NoWeight => write!(f, "the weights do not add up to a number above 0"),
            Self::ExpertTwice { expert } => write!(f, "expert `{expert}` is named twice"),
            Self::NestedExperts { expert } => write!(f, "expert `{expert}` has experts inside"),
            Self::SeveralExperts => write!(f, "several experts have no single quantile function"),
            Self::Expert { expert, problem } => write!(f, "expert `{expert}`: {problem}"),
        }
    }
}

impl std::error::Error for EstimateProblem {}

impl Estimate {
    /// Whether the number is known: all draws are alike.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self {
            Self::Exact(_) => true,
            Self::Uniform { low, high } | Self::Pert { low, high, .. } => low == high,
            Self::Normal { sd, .. } => *sd == 0.0,
            Self::Discrete { .. } | Self::Experts(_) => false,
        }
    }

    /// Checks the estimate for a field that takes values in `range`.
    ///
    /// # Errors
    /// The first problem found: see [`EstimateProblem`]. The points of a PERT estimate and the mean of a normal one
    /// must lie in the range; what their distributions have outside it is cut off.
    pub fn check(&self, range: Range) -> Result<(), EstimateProblem> {
        match self {
            Self::Exact(value) => inside(&[*value], range),
            Self::Uniform { low, high } => ascending(&[*low, *high], range),
            Self::Pert { low, likely, high } => ascending(&[*low, *likely, *high], range),
            Self::Normal { mean, sd } => {
                inside(&[*mean], range)?;
                inside(&[*sd], Range::ANY)?;
                if *sd < 0.0 { Err(EstimateProblem::NegativeSpread { sd: *sd }) } else { Ok(()) }
            }
            Self::Discrete { values, weights } => {
                inside(values, range)?;
                check_weights(values.len(), weights)
            }
            Self::Experts(experts) => check_experts(experts, range),
        }
    }

    /// The median of the estimate as written, before anything is cut off at the ends of a range; of several
    /// experts, the median of their equal mixture. For an estimate that passes [`Estimate::check`].
    #[must_use]
    pub fn central(&self) -> f64 {
        match self {
            Self::Exact(value) => *value,
            Self::Uniform { low, high } => low + 0.5 * (high - low),
            Self::Pert { low, .. } => self.continuous().map_or(*low, |pert| pert.quantile(0.5)),
            Self::Normal { mean, .. } => *mean,
            Self::Discrete { values, weights } => discrete_median(values, weights),
            Self::Experts(experts) => mixture_median(experts),
        }
    }

    /// The distribution of a PERT or normal estimate that is not degenerate.
    pub(super) fn continuous(&self) -> Option<Continuous> {
        match self {
            Self::Pert { low, likely, high } => Continuous::pert(*low, *likely, *high),
            Self::Normal { mean, sd } => Continuous::normal(*mean, *sd),
            Self::Exact(_) | Self::Uniform { .. } | Self::Discrete { .. } | Self::Experts(_) => None,
        }
    }

    /// The chance that the number is at most `x`, before truncation.
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if let Some(distribution) = self.continuous() {
            return distribution.cdf(x);
        }
        match self {
            Self::Uniform { low, high } if low < high => Range::SHARE.clamp((x - low) / (high - low)),
            Self::Exact(at)
            | Self::Uniform { low: at, .. }
            | Self::Pert { low: at, .. }
            | Self::Normal { mean: at, .. } => f64::from(u8::from(*at <= x)),
            Self::Discrete { values, weights } => {
                let below: f64 = values.iter().zip(weights).filter(|(v, _)| **v <= x).map(|(_, w)| w).sum();
                below / weights.iter().sum::<f64>()
            }
            Self::Experts(experts) => pooled_cdf(experts, x),
        }
    }
}

/// The chance of at most `x` in the equal mixture of the experts.
fn pooled_cdf(experts: &[(String, Estimate)], x: f64) -> f64 {
    experts.iter().map(|(_, estimate)| estimate.cdf(x)).sum::<f64>() / experts.len() as f64
}

/// Numbers beyond this would overflow on the way to a draw.
const LARGEST: f64 = 1e300;

fn inside(values: &[f64], range: Range) -> Result<(), EstimateProblem> {
    if !values.iter().all(|v| v.abs() <= LARGEST) {
        return Err(EstimateProblem::NotFinite);
    }
    match values.iter().find(|v| !range.contains(**v)) {
        Some(&value) => Err(EstimateProblem::OutsideRange { value, range }),
        None => Ok(()),
    }
}

fn ascending(values: &[f64], range: Range) -> Result<(), EstimateProblem> {
    inside(values, range)?;
    match values.windows(2).find(|pair| pair[0] > pair[1]) {
        Some(pair) => Err(EstimateProblem::OrderWrong { smaller: pair[0], larger: pair[1] }),
        None => Ok(()),
    }
}

fn check_weights(values: usize, weights: &[f64]) -> Result<(), EstimateProblem> {
    if values == 0 {
        return Err(EstimateProblem::Empty);
    }
    if values != weights.len() {
        return Err(EstimateProblem::WeightsMissing { values, weights: weights.len() });
    }
    inside(weights, Range::ANY)?;
    if let Some(&weight) = weights.iter().find(|w| **w < 0.0) {
        return Err(EstimateProblem::NegativeWeight { weight });
    }
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 && sum.is_finite() { Ok(()) } else { Err(EstimateProblem::NoWeight) }
}

fn check_experts(experts: &[(String, Estimate)], range: Range) -> Result<(), EstimateProblem> {
    if experts.is_empty() {
        return Err(EstimateProblem::Empty);
    }
    for (place, (expert, estimate)) in experts.iter().enumerate() {
        if experts[..place].iter().any(|(other, _)| other == expert) {
            return Err(EstimateProblem::ExpertTwice { expert: expert.clone() });
        }
        if matches!(estimate, Estimate::Experts(_)) {
            return Err(EstimateProblem::NestedExperts { expert: expert.clone() });
        }
        estimate.check(range).map_err(|problem| EstimateProblem::Expert {
            expert: expert.clone(),
            problem: Box::new(problem),
        })?;
    }
    Ok(())
}

fn discrete_median(values: &[f64], weights: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = 0.5 * weights.iter().sum::<f64>();
    let mut below = 0.0;
    for (value, weight) in &pairs {
        below += weight;
        if below >= half {
            return *value;
        }
    }
    pairs.last().map_or(f64::NAN, |pair| pair.0)
}

/// The smallest number that at least half of the mixture lies at or below, by bisection between the experts' own
/// medians.
fn mixture_median(experts: &[(String, Estimate)]) -> f64 {
    let medians = || experts.iter().map(|(_, estimate)| estimate.central());
    let mut low = medians().fold(f64::INFINITY, f64::min);
    let mut high = medians().fold(f64::NEG_INFINITY, f64::max);
    if low >= high || pooled_cdf(experts, low) >= 0.5 {
        return low;
    }
    loop {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            return high;
        }
        if pooled_cdf(experts, middle) >= 0.5 {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// The distribution behind [`Estimate::Pert`] or [`Estimate::Normal`]: `location + scale X` of a standard X.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Continuous {
    location: f64,
    scale: f64,
    standard: Standard,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Standard {
    Beta(Beta),
    Normal,
}

impl Continuous {
    /// `None` if the standard deviation is not above 0.
    fn normal(mean: f64, sd: f64) -> Option<Continuous> {
        (sd > 0.0).then_some(Continuous { location: mean, scale: sd, standard: Standard::Normal })
    }

    /// The beta distribution on [a, b] with these 5 % point, mode and 95 % point; `None` if they do not ascend or
    /// low equals high.
    ///
    /// Let s = (likely - a)/(b - a). The shapes are 1 + 4 s and 5 - 4 s, so that s is the mode of the standard
    /// one; let q05(s) and q95(s) be its 5 % and 95 % points. The three demands become
    ///
    /// (s - q05(s))/(q95(s) - q05(s)) = (likely - low)/(high - low),
    /// b - a = (high - low)/(q95(s) - q05(s)), a = low - q05(s) (b - a).
    ///
    /// The left side of the first runs from below 0 at s = 0 to above 1 at s = 1, so there is a solution for
    /// every low <= likely <= high, the ends included.
    fn pert(low: f64, likely: f64, high: f64) -> Option<Continuous> {
        let spread = high - low;
        if !(low <= likely && likely <= high && spread > 0.0 && spread.is_finite()) {
            return None;
        }
        let target = (likely - low) / spread;
        let points = |s: f64| pert_beta(s).map(|beta| (beta.quantile(0.05), 1.0 - beta.upper_quantile(0.05)));
        let miss = |s: f64| points(s).map_or(f64::NAN, |(q05, q95)| (s - q05) / (q95 - q05) - target);
        let s = brent(miss, 0.0, 1.0, 0.0)?;
        let (q05, q95) = points(s)?;
        let scale = spread / (q95 - q05);
        let standard = Standard::Beta(pert_beta(s)?);
        Some(Continuous { location: low - q05 * scale, scale, standard })
    }

    /// The chance of at most `x`.
    pub(super) fn cdf(self, x: f64) -> f64 {
        let z = (x - self.location) / self.scale;
        match self.standard {
            Standard::Beta(beta) => beta.cdf(z),
            Standard::Normal => normal_cdf(z),
        }
    }

    /// The chance of more than `x`.
    pub(super) fn upper_tail(self, x: f64) -> f64 {
        let z = (x - self.location) / self.scale;
        match self.standard {
            Standard::Beta(beta) => beta.upper_tail(1.0 - z),
            Standard::Normal => normal_cdf(-z),
        }
    }

    /// The number that has the mass `p` below it.
    pub(super) fn quantile(self, p: f64) -> f64 {
        let z = match self.standard {
            Standard::Beta(beta) => beta.quantile(p),
            Standard::Normal => normal_quantile(p),
        };
        self.location + self.scale * z
    }

    /// The number that has the mass `q` above it.
    pub(super) fn upper_quantile(self, q: f64) -> f64 {
        let z = match self.standard {
            Standard::Beta(beta) => 1.0 - beta.upper_quantile(q),
            Standard::Normal => -normal_quantile(q),
        };
        self.location + self.scale * z
    }

    pub(super) fn density(self, x: f64) -> f64 {
        let z = (x - self.location) / self.scale;
        let density = match self.standard {
            Standard::Beta(beta) => beta.density(z),
            Standard::Normal => normal_density(z),
        };
        density / self.scale
    }

    /// The values it can take.
    pub(super) fn support(self) -> Range {
        match self.standard {
            Standard::Beta(_) => Range { low: self.location, high: self.location + self.scale },
            Standard::Normal => Range::ANY,
        }
    }
}

/// PERT's beta distribution of mode `s` on the unit interval.
fn pert_beta(s: f64) -> Option<Beta> {
    Beta::new(1.0 + 4.0 * s, 5.0 - 4.0 * s)
}
