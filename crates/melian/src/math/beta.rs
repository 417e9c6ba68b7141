//! The beta distribution on the unit interval.

use super::{exp, ln};

/// A beta distribution on the unit interval, its constant computed once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
    ln_norm: f64,
}

impl Beta {
    /// The distribution with density proportional to x^(a-1) (1-x)^(b-1); `None` unless both shapes are
    /// finite and above 0.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Option<Beta> {
        let valid = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
        valid.then(|| Beta { a, b, ln_norm: libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b) })
    }

    /// The two shapes.
    #[must_use]
    pub fn shapes(self) -> (f64, f64) {
        (self.a, self.b)
    }

    /// The distribution of one minus the variable.
    #[must_use]
    pub fn mirrored(self) -> Beta {
        Beta { a: self.b, b: self.a, ..self }
    }

    /// The density at `x`; 0 outside the unit interval.
    #[must_use]
    pub fn density(self, x: f64) -> f64 {
        if !(0.0..=1.0).contains(&x) {
            return 0.0;
        }
        exp(power_log(self.a - 1.0, ln(x)) + power_log(self.b - 1.0, libm::log1p(-x)) - self.ln_norm)
    }

    /// The chance that the variable is at most `x`: the regularised incomplete beta function `I_x`(a, b), by its
    /// continued fraction (Abramowitz and Stegun 1964, 26.5.8) evaluated by Lentz's method.
    ///
    /// Relative error about 1e-15 for shapes up to ten or so, and 1e-12 for shapes in the hundreds.
    #[must_use]
    pub fn cdf(self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        if x <= (self.a + 1.0) / (self.a + self.b + 2.0) {
            self.lower_tail(x, 1.0 - x)
        } else {
            1.0 - self.mirrored().lower_tail(1.0 - x, x)
        }
    }

    /// The chance that the variable exceeds `1 - y`, exact also where it is tiny.
    #[must_use]
    pub fn upper_tail(self, y: f64) -> f64 {
        self.mirrored().cdf(y)
    }

    /// `I_x`(a, b) for x left of the switch-over point; `y` is 1 - x.
    fn lower_tail(self, x: f64, y: f64) -> f64 {
        let front = exp(self.a * ln(x) + self.b * ln(y) - self.ln_norm) / self.a;
        front * continued_fraction(self.a, self.b, x)
    }

    /// The number the variable stays below with chance `p`: 0 and 1 at the ends, NaN for `p` outside [0, 1].
    ///
    /// Newton's method on the logarithms of chance and number (in the tails they are proportional), kept inside
    /// a bracket; for p above one half on the mirrored distribution.
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        if p > 0.5 { 1.0 - self.mirrored().lower_quantile(1.0 - p) } else { self.lower_quantile(p) }
    }

    /// One minus the number the variable exceeds with chance `q`, exact also near the upper end.
    #[must_use]
    pub fn upper_quantile(self, q: f64) -> f64 {
        self.mirrored().quantile(q)
    }

    fn lower_quantile(self, p: f64) -> f64 {
        if p <= 0.0 {
            return 0.0;
        }
        let ln_p = ln(p);
        let (mut low, mut high) = (0.0, 1.0);
        let mut x = exp((ln_p + ln(self.a) + self.ln_norm) / self.a).min(self.a / (self.a + self.b));
        for _ in 0..200 {
            let chance = self.cdf(x);
            if chance < p {
                low = x;
            } else {
                high = x;
            }
            let step = (ln_p - ln(chance)) * chance / (x * self.density(x));
            let newton = x * exp(step);
            // Newton's error is squared by each step: after one this short nothing is left.
            if (newton - x).abs() <= 1e-9 * x {
                return newton.clamp(low, high);
            }
            x = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
            if high - low <= f64::EPSILON * low {
                break;
            }
        }
        x
    }
}

/// `power * ln_x`, with 0 times minus infinity taken as 0.
fn power_log(power: f64, ln_x: f64) -> f64 {
    if power == 0.0 { 0.0 } else { power * ln_x }
}

/// The factor behind x^a (1-x)^b / (a B(a, b)).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..=10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            factor = c * d;
            value *= factor;
        }
        if (factor - 1.0).abs() <= 2.0 * f64::EPSILON {
            break;
        }
    }
    value
}
