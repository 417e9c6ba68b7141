//! Intervals of shares.

use crate::math::{exp, ln};

/// The 90 % interval of a share seen in `count` of `of` cases: the 5 % and 95 % points of the beta distribution with
/// parameters `count` + 1/2 and `of` - `count` + 1/2 (Jeffreys' prior; Brown, Cai and `DasGupta` 2001, Statistical Science
/// 16, section 4.1.2). The lower end is 0 where no case, the upper end 1 where every case counts.
pub(super) fn jeffreys(count: u32, of: u32) -> (f64, f64) {
    let (a, b) = (f64::from(count) + 0.5, f64::from(of - count) + 0.5);
    let low = if count == 0 { 0.0 } else { quantile(a, b, 0.05) };
    let high = if count == of { 1.0 } else { quantile(a, b, 0.95) };
    (low, high)
}

fn quantile(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(a, b, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17.22, continued
/// fraction; 8.17.4 for the other half).
fn below(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - below(b, a, 1.0 - x);
    }
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * ln(x) + b * ln(1.0 - x);
    exp(front) / (a * fraction(a, b, x))
}

/// 1 + d1 / (1 + d2 / (1 + ...)), from the far end.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut tail = 1.0;
    for m in (1..=200).rev() {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let k = m - 1.0;
        let odd = -(a + k) * (a + b + k) * x / ((a + 2.0 * k) * (a + 2.0 * k + 1.0));
        tail = 1.0 + odd / (1.0 + even / tail);
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends that have closed forms: with no case of n, the beta(1/2, n + 1/2) distribution; for n = 1, 2 of 1 the arcsine
    /// law of beta(1/2, 1/2) is reached with none of none, whose 5 % point is sin^2(pi / 40).
    #[test]
    fn arcsine_law_and_symmetry() {
        let expected = libm::sin(std::f64::consts::PI / 40.0);
        assert!((quantile(0.5, 0.5, 0.05) - expected * expected).abs() < 1e-12);
        let ((low, high), (low2, high2)) = (jeffreys(3, 10), jeffreys(7, 10));
        assert!((low + high2 - 1.0).abs() < 1e-12 && (high + low2 - 1.0).abs() < 1e-12);
        assert_eq!(jeffreys(0, 5).0, 0.0);
        assert_eq!(jeffreys(5, 5).1, 1.0);
    }

    /// beta(1, b): 1 - (1 - x)^b.
    #[test]
    fn closed_form_of_the_distribution() {
        for (b, x) in [(3.0_f64, 0.2_f64), (7.5, 0.6), (40.0, 0.01)] {
            assert!((below(1.0, b, x) - (1.0 - libm::pow(1.0 - x, b))).abs() < 1e-13);
        }
        // Binomial tail: at least 2 of 3 at chance x is beta(2, 2).
        assert!((below(2.0, 2.0, 0.3) - (3.0 * 0.09 * 0.7 + 0.027)).abs() < 1e-14);
        assert!((below(150.5, 266.5, 0.36) + below(266.5, 150.5, 0.64) - 1.0).abs() < 1e-12);
    }
}
