//! What a side believes of a number it doesn't know: a distribution given by its density and its chance.

use crate::math::{Beta, brent, exp, ln, normal_cdf, normal_density};

/// A distribution of one number, given by density and cumulative chance. Implement it for any of your own:
/// every mechanism with private information takes one.
pub trait Distribution {
    /// The density at `x`; 0 outside the support.
    fn density(&self, x: f64) -> f64;

    /// The chance of at most `x`.
    fn cdf(&self, x: f64) -> f64;

    /// Ends of the support, the upper one possibly infinite.
    fn support(&self) -> (f64, f64);

    /// The chance of more than `x`; better given by itself where it becomes tiny.
    fn tail(&self, x: f64) -> f64 {
        1.0 - self.cdf(x)
    }

    /// The number exceeded with chance `q`, 0 < q <= 1.
    fn exceeded_with(&self, q: f64) -> f64 {
        let (low, high) = self.support();
        if q >= 1.0 {
            return low;
        }
        let mut above = if high.is_finite() { high } else { low.abs().max(1.0) };
        while !high.is_finite() && self.tail(above) > q && above < f64::MAX / 4.0 {
            above *= 2.0;
        }
        brent(|x| self.tail(x) - q, low, above, 1e-15 * above.abs()).unwrap_or(above)
    }

    /// Places where the density jumps, inside the support: integrals stop there.
    fn breaks(&self) -> Vec<f64> {
        Vec::new()
    }
}

/// A distribution that can be written in a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Prior {
    /// Known for sure.
    Known(f64),
    /// Even between two ends.
    Uniform {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// Exponential with a rate, from 0 up.
    Exponential {
        /// One over the mean.
        rate: f64,
    },
    /// A beta distribution stretched over an interval.
    Beta {
        /// Shape on [0, 1].
        shape: Beta,
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
    },
    /// A normal distribution cut to an interval.
    Normal {
        /// Mean before cutting.
        mean: f64,
        /// Standard deviation before cutting.
        sd: f64,
        /// Least value.
        low: f64,
        /// Greatest value, possibly infinite.
        high: f64,
    },
    /// Cumulative chances at points, straight between them.
    Table {
        /// Point and chance of at most that, both rising, from chance 0 to 1.
        points: Vec<(f64, f64)>,
    },
}

impl Prior {
    /// Even between 0 and 1.
    pub const UNIT: Self = Self::Uniform { low: 0.0, high: 1.0 };

    /// Whether there is nothing to be uncertain of.
    #[must_use]
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Reads `0.2`, `uniform(0, .4)`, `exponential(1)`, `beta(2, 3)` or `beta(2, 3, low, high)`,
    /// `normal(mean, sd, low)` or `normal(mean, sd, low, high)`, `table(x:chance, ...)`.
    ///
    /// # Errors
    ///
    /// What was expected, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return read_number(text).map(Self::Known).map_err(|_| FORMS.to_owned());
        };
        let inside = rest.strip_suffix(')').ok_or("the closing bracket is missing")?;
        let items: Vec<&str> = inside.split(',').map(str::trim).collect();
        if name.trim() == "table" {
            return read_table(&items);
        }
        let numbers = items.iter().map(|item| read_number(item)).collect::<Result<Vec<f64>, String>>()?;
        match (name.trim(), numbers.as_slice()) {
            ("uniform", &[low, high]) if low < high => Ok(Self::Uniform { low, high }),
            ("uniform", _) => Err("uniform(low, high) with low < high".to_owned()),
            ("exponential", &[rate]) if rate > 0.0 => Ok(Self::Exponential { rate }),
            ("exponential", _) => Err("exponential(rate) with a rate above 0".to_owned()),
            ("beta", &[a, b]) => stretched(a, b, 0.0, 1.0),
            ("beta", &[a, b, low, high]) => stretched(a, b, low, high),
            ("beta", _) => Err("beta(a, b) or beta(a, b, low, high)".to_owned()),
            ("normal", &[mean, sd, low]) => cut(mean, sd, low, f64::INFINITY),
            ("normal", &[mean, sd, low, high]) => cut(mean, sd, low, high),
            ("normal", _) => Err("normal(mean, sd, low) or normal(mean, sd, low, high)".to_owned()),
            _ => Err(FORMS.to_owned()),
        }
    }
}

const FORMS: &str = "a number, uniform(low, high), exponential(rate), beta(a, b), normal(mean, sd, low) or \
                     table(x:chance, ...)";

pub(super) fn read_number(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("`{}` is not a number", text.trim()))?;
    if number.is_finite() { Ok(number) } else { Err(format!("`{}` is not a finite number", text.trim())) }
}

fn stretched(a: f64, b: f64, low: f64, high: f64) -> Result<Prior, String> {
    match Beta::new(a, b) {
        Some(shape) if low < high => Ok(Prior::Beta { shape, low, high }),
        _ => Err("beta(a, b, low, high) with shapes above 0 and low < high".to_owned()),
    }
}

fn cut(mean: f64, sd: f64, low: f64, high: f64) -> Result<Prior, String> {
    let wrong =
        || "normal(mean, sd, low, high) with sd above 0 and low < high around some of its mass".to_owned();
    if sd <= 0.0 || low >= high {
        return Err(wrong());
    }
    let prior = Prior::Normal { mean, sd, low, high };
    if normal_mass((low - mean) / sd, (high - mean) / sd) > 1e-12 { Ok(prior) } else { Err(wrong()) }
}

fn read_table(items: &[&str]) -> Result<Prior, String> {
    let wrong = || "table(x:chance, ...) with points and chances rising, the chances from 0 to 1".to_owned();
    let mut points = Vec::new();
    for item in items {
        let (x, chance) = item.split_once(':').ok_or_else(wrong)?;
        points.push((read_number(x)?, read_number(chance)?));
    }
    let rising = points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
    let whole = points.len() >= 2 && points[0].1 == 0.0 && points[points.len() - 1].1 == 1.0;
    if rising && whole { Ok(Prior::Table { points }) } else { Err(wrong()) }
}

/// The mass of the standard normal between two ends, exact in either tail.
fn normal_mass(low: f64, high: f64) -> f64 {
    if low > 0.0 { normal_cdf(-low) - normal_cdf(-high) } else { normal_cdf(high) - normal_cdf(low) }
}

impl Distribution for Prior {
    fn density(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low || x > high {
            return 0.0;
        }
        match self {
            Self::Known(_) => f64::INFINITY,
            Self::Uniform { low, high } => 1.0 / (high - low),
            Self::Exponential { rate } => rate * exp(-rate * x),
            Self::Beta { shape, low, high } => shape.density((x - low) / (high - low)) / (high - low),
            Self::Normal { mean, sd, low, high } => {
                let mass = normal_mass((low - mean) / sd, (high - mean) / sd);
                normal_density((x - mean) / sd) / (sd * mass)
            }
            Self::Table { points } => {
                let at = points.partition_point(|point| point.0 <= x).clamp(1, points.len() - 1);
                let (from, to) = (points[at - 1], points[at]);
                (to.1 - from.1) / (to.0 - from.0)
            }
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low {
            return 0.0;
        }
        if x >= high {
            return 1.0;
        }
        match self {
            Self::Known(_) => 1.0,
            Self::Uniform { low, high } => (x - low) / (high - low),
            Self::Exponential { rate } => -libm::expm1(-rate * x),
            Self::Beta { shape, low, high } => shape.cdf((x - low) / (high - low)),
            Self::Normal { mean, sd, low, high } => {
                let from = (low - mean) / sd;
                normal_mass(from, (x - mean) / sd) / normal_mass(from, (high - mean) / sd)
            }
            Self::Table { points } => {
                let at = points.partition_point(|point| point.0 <= x).clamp(1, points.len() - 1);
                let (from, to) = (points[at - 1], points[at]);
                from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0)
            }
        }
    }

    fn tail(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x < low {
            return 1.0;
        }
        if x >= high {
            return 0.0;
        }
        match self {
            Self::Uniform { low, high } => (high - x) / (high - low),
            Self::Exponential { rate } => exp(-rate * x),
            Self::Beta { shape, low, high } => shape.upper_tail((high - x) / (high - low)),
            Self::Normal { mean, sd, low, high } => {
                let to = (high - mean) / sd;
                normal_mass((x - mean) / sd, to) / normal_mass((low - mean) / sd, to)
            }
            Self::Known(_) | Self::Table { .. } => 1.0 - self.cdf(x),
        }
    }

    fn support(&self) -> (f64, f64) {
        match self {
            Self::Known(x) => (*x, *x),
            Self::Uniform { low, high } | Self::Beta { low, high, .. } | Self::Normal { low, high, .. } => {
                (*low, *high)
            }
            Self::Exponential { .. } => (0.0, f64::INFINITY),
            Self::Table { points } => (points[0].0, points[points.len() - 1].0),
        }
    }

    fn exceeded_with(&self, q: f64) -> f64 {
        let q = q.min(1.0);
        match self {
            Self::Known(x) => *x,
            Self::Uniform { low, high } => high - q * (high - low),
            Self::Exponential { rate } => -ln(q) / rate,
            Self::Beta { shape, low, high } => high - shape.upper_quantile(q) * (high - low),
            Self::Normal { .. } => {
                let (low, high) = self.support();
                let mut above = if high.is_finite() { high } else { low.abs().max(1.0) };
                while self.tail(above) > q {
                    above *= 2.0;
                }
                brent(|x| self.tail(x) - q, low, above, 1e-15 * above.abs()).unwrap_or(above)
            }
            Self::Table { points } => {
                let at = points.partition_point(|point| point.1 < 1.0 - q).clamp(1, points.len() - 1);
                let (from, to) = (points[at - 1], points[at]);
                from.0 + (to.0 - from.0) * (1.0 - q - from.1) / (to.1 - from.1)
            }
        }
    }

    fn breaks(&self) -> Vec<f64> {
        match self {
            Self::Table { points } => points[1..points.len() - 1].iter().map(|point| point.0).collect(),
            _ => Vec::new(),
        }
    }
}

impl std::fmt::Display for Prior {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Known(x) => write!(f, "{x}"),
            Self::Uniform { low, high } => write!(f, "uniform({low}, {high})"),
            Self::Exponential { rate } => write!(f, "exponential({rate})"),
            Self::Beta { shape, low, high } => {
                let (a, b) = shape.shapes();
                write!(f, "beta({a}, {b}, {low}, {high})")
            }
            Self::Normal { mean, sd, low, high } if high.is_infinite() => {
                write!(f, "normal({mean}, {sd}, {low})")
            }
            Self::Normal { mean, sd, low, high } => write!(f, "normal({mean}, {sd}, {low}, {high})"),
            Self::Table { points } => {
                let items: Vec<String> = points.iter().map(|(x, chance)| format!("{x}:{chance}")).collect();
                write!(f, "table({})", items.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::integrate;

    const WRITTEN: [&str; 6] = [
        "uniform(0.1, 0.4)",
        "exponential(2)",
        "beta(2, 3, 0, 1)",
        "normal(0.3, 0.2, 0)",
        "normal(0.3, 0.2, 0, 1)",
        "table(0:0, 0.2:0.5, 1:1)",
    ];

    #[test]
    fn densities_integrate_to_chances_and_quantiles_invert_them() {
        for text in WRITTEN {
            let prior = Prior::read(text).expect(text);
            assert_eq!(prior.to_string(), text);
            for q in [0.999, 0.7, 0.5, 0.2, 0.01, 1e-6] {
                let x = prior.exceeded_with(q);
                assert!((prior.tail(x) - q).abs() < 1e-12, "{text} {q}");
                assert!((prior.tail(x) + prior.cdf(x) - 1.0).abs() < 1e-14, "{text} {q}");
                let area = integrate(|x| prior.density(x), prior.support().0, x, 1e-13);
                assert!((area - prior.cdf(x)).abs() < 1e-10, "{text} {q}: {area}");
            }
        }
    }

    #[test]
    fn what_is_no_distribution_is_told() {
        for text in [
            "uniform(1, 0)",
            "beta(0, 1)",
            "normal(0, -1, 0)",
            "table(0:0, 1:.5)",
            "triangle(1)",
            "uniform(0, 1",
            "x",
            "normal(0, 1, 90)",
        ] {
            assert!(Prior::read(text).is_err(), "{text}");
        }
        assert_eq!(Prior::read(".2"), Ok(Prior::Known(0.2)));
    }
}
