//! How much of the probability that somebody gave a number lies where.

use super::estimate::{Estimate, EstimateProblem, Range};
use super::quantile::{Affine, Quantile};

/// The distribution of one number, whoever of several experts is asked: of experts, their equal mixture.
#[derive(Debug, Clone)]
pub struct Marginal {
    parts: Vec<Part>,
    range: Range,
    affine: Affine,
}

/// What one expert thinks, or what is thought where there are none.
#[derive(Debug, Clone)]
struct Part {
    estimate: Estimate,
    quantile: Quantile,
    /// The mass below the range, and inside it.
    below: f64,
    inside: f64,
}

impl Marginal {
    /// The distribution of an estimate inside a range, scaled, shifted and clamped to the range by `affine`.
    ///
    /// # Errors
    /// What [`Estimate::check`] finds.
    pub fn new(estimate: &Estimate, range: Range, affine: Affine) -> Result<Self, EstimateProblem> {
        let experts: Vec<&Estimate> = match estimate {
            Estimate::Experts(experts) => experts.iter().map(|(_, estimate)| estimate).collect(),
            one => vec![one],
        };
        let part = |estimate: &Estimate| {
            let quantile = Quantile::tabulate(estimate, range)?.under(affine)?;
            let (below, above) = match estimate.continuous() {
                Some(distribution) => (distribution.cdf(range.low), distribution.upper_tail(range.high)),
                None => (0.0, 0.0),
            };
            Ok(Part { estimate: estimate.clone(), quantile, below, inside: 1.0 - below - above })
        };
        Ok(Self { parts: experts.into_iter().map(part).collect::<Result<_, _>>()?, range, affine })
    }

    /// The chance that the number is at most `x`.
    #[must_use]
    pub fn up_to(&self, x: f64) -> f64 {
        if self.affine.scale == 0.0 {
            return f64::from(self.range.clamp(self.affine.shift) <= x);
        }
        if x >= self.range.high {
            return 1.0;
        }
        if x < self.range.low {
            return 0.0;
        }
        let given = (x - self.affine.shift) / self.affine.scale;
        let of = |part: &Part| ((part.estimate.cdf(given) - part.below) / part.inside).clamp(0.0, 1.0);
        self.parts.iter().map(of).sum::<f64>() / self.parts.len() as f64
    }

    /// The smallest number that at least the share `u` lies at or below, to the rounding of a bisection for several
    /// experts.
    #[must_use]
    pub fn at(&self, u: f64) -> f64 {
        let own = || self.parts.iter().map(|part| part.quantile.at(u));
        let mut low = own().fold(f64::INFINITY, f64::min);
        let mut high = own().fold(f64::NEG_INFINITY, f64::max);
        if self.up_to(low) >= u {
            return low;
        }
        for _ in 0..200 {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.up_to(middle) >= u { high = middle } else { low = middle }
        }
        high
    }

    /// The share of the probability between the median and `x`, `x` itself and the median aside: what is crossed
    /// on the way there, 0 to 1/2.
    #[must_use]
    pub fn crossed(&self, x: f64) -> f64 {
        let median = self.at(0.5);
        if x == median {
            return 0.0;
        }
        let share = if x > median { self.up_to(x.next_down()) - 0.5 } else { 0.5 - self.up_to(x) };
        share.clamp(0.0, 0.5)
    }

    /// The values it can only take, ascending, where they are listed: of exact and discrete estimates.
    #[must_use]
    pub fn values(&self) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        for Part { estimate, .. } in &self.parts {
            match estimate {
                Estimate::Exact(value) => values.push(*value),
                Estimate::Discrete { values: listed, weights } => {
                    let possible = listed.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
                    values.extend(possible.map(|(value, _)| *value));
                }
                Estimate::Uniform { low, high } if low == high => values.push(*low),
                _ => return None,
            }
        }
        let moved = |value: f64| self.range.clamp(self.affine.scale * value + self.affine.shift);
        let mut values: Vec<f64> = values.into_iter().map(moved).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        Some(values)
    }

    /// The least and the most it can be; where it has tails, the points that a share of 2^-54 lies beyond, or the ends
    /// of the range.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        let ends = |u: f64| self.parts.iter().map(move |part| part.quantile.at(u));
        (ends(0.0).fold(f64::INFINITY, f64::min), ends(1.0).fold(f64::NEG_INFINITY, f64::max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marginal(estimate: &Estimate) -> Marginal {
        Marginal::new(estimate, Range::SCALE, Affine::NONE).expect("an estimate")
    }

    #[test]
    fn a_uniform_is_crossed_in_proportion() {
        let m = marginal(&Estimate::Uniform { low: 20.0, high: 60.0 });
        assert_eq!(m.at(0.5), 40.0);
        assert!((m.crossed(50.0) - 0.25).abs() < 1e-12);
        assert!((m.crossed(30.0) - 0.25).abs() < 1e-12);
        assert!((m.crossed(60.0) - 0.5).abs() < 1e-12);
        assert_eq!((m.crossed(90.0), m.crossed(40.0)), (0.5, 0.0));
        assert_eq!(m.ends(), (20.0, 60.0));
        assert!(m.values().is_none());
    }

    #[test]
    fn quantile_and_share_are_inverse_for_tails_cut_off() {
        for estimate in [
            Estimate::Normal { mean: 95.0, sd: 10.0 },
            Estimate::Pert { low: 2.0, likely: 5.0, high: 90.0 },
            Estimate::Experts(vec![
                ("a".into(), Estimate::Uniform { low: 0.0, high: 10.0 }),
                ("b".into(), Estimate::Normal { mean: 50.0, sd: 20.0 }),
            ]),
        ] {
            let m = marginal(&estimate);
            for u in [0.01, 0.3, 0.5, 0.9, 0.999] {
                assert!((m.up_to(m.at(u)) - u).abs() < 1e-5, "{estimate:?} at {u}: {}", m.up_to(m.at(u)));
            }
        }
    }

    #[test]
    fn listed_values_are_crossed_whole() {
        let m =
            marginal(&Estimate::Discrete { values: vec![0.0, 50.0, 100.0], weights: vec![1.0, 2.0, 1.0] });
        assert_eq!(m.values(), Some(vec![0.0, 50.0, 100.0]));
        assert_eq!(m.at(0.5), 50.0);
        // From 50 to 100: the half of 50's own weight that lies above the median.
        assert!((m.crossed(100.0) - 0.25).abs() < 1e-12);
        assert!((m.crossed(0.0) - 0.25).abs() < 1e-12);
        assert_eq!(marginal(&Estimate::Exact(7.0)).crossed(8.0), 0.5);
    }

    #[test]
    fn what_an_overlay_does_moves_the_distribution() {
        let affine = Affine { scale: 2.0, shift: 10.0 };
        let m =
            Marginal::new(&Estimate::Uniform { low: 10.0, high: 30.0 }, Range::SCALE, affine).expect("ok");
        assert_eq!(m.at(0.5), 50.0);
        assert!((m.up_to(40.0) - 0.25).abs() < 1e-12);
    }
}
