//! The bivariate standard normal distribution.

use std::f64::consts::PI;

use super::{exp, integrate, normal_cdf};

/// The chance that two standard normal numbers with correlation `rho` are at most `x` and `y`, to about 1e-15.
///
/// Phi(x) Phi(y) plus the integral of the density over the correlation from 0 to `rho`, by its angle (Plackett
/// 1954, Biometrika 41, in the form of Drezner and Wesolowsky 1990, J. Statist. Comput. Simul. 35). For
/// `rho` > 0 all terms are positive, so that tails keep their digits. NaN for `rho` outside [-1, 1].
#[must_use]
pub fn bivariate_normal_cdf(x: f64, y: f64, rho: f64) -> f64 {
    if x.is_nan() || y.is_nan() || !(-1.0..=1.0).contains(&rho) {
        return f64::NAN;
    }
    if rho == 1.0 {
        return normal_cdf(x.min(y));
    }
    if rho == -1.0 {
        return (normal_cdf(x) - normal_cdf(-y)).max(0.0);
    }
    let apart = normal_cdf(x) * normal_cdf(y);
    if x.is_infinite() || y.is_infinite() {
        return apart;
    }
    let density = |angle: f64| {
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        exp(-0.5 * ((x - y * sin) * (x - y * sin) / (cos * cos) + y * y))
    };
    (apart + integrate(density, 0.0, libm::asin(rho), 1e-16) / (2.0 * PI)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::normal_quantile;

    /// Sheppard (1899): both negative with chance 1/4 + asin(rho) / (2 pi).
    #[test]
    fn quadrants_have_their_closed_form() {
        for rho in [-0.999_999, -0.9, -0.5, -0.1, 0.0, 0.3, std::f64::consts::FRAC_1_SQRT_2, 0.95, 0.999_999]
        {
            let exact = 0.25 + libm::asin(rho) / (2.0 * PI);
            assert!((bivariate_normal_cdf(0.0, 0.0, rho) - exact).abs() < 1e-15, "{rho}");
        }
    }

    /// Margins, complements and symmetry: exact identities over a grid.
    #[test]
    fn identities_hold() {
        let points = [-6.0, -3.1, -1.2, -0.4, 0.0, 0.7, 1.9, 3.3, 6.0];
        for rho in [-0.99, -0.6, 0.0, 0.2, std::f64::consts::FRAC_1_SQRT_2, 0.97] {
            for x in points {
                for y in points {
                    let both = bivariate_normal_cdf(x, y, rho);
                    let rest = bivariate_normal_cdf(x, -y, -rho);
                    assert!((both + rest - normal_cdf(x)).abs() < 2e-15, "{x} {y} {rho}");
                    assert!((both - bivariate_normal_cdf(y, x, rho)).abs() < 2e-15, "{x} {y} {rho}");
                    let above = bivariate_normal_cdf(-x, -y, rho);
                    let one = normal_cdf(x) + normal_cdf(y) - both + above;
                    assert!((one - 1.0).abs() < 4e-15, "{x} {y} {rho}");
                }
            }
        }
    }

    /// The larger of two independent numbers, turned by 45 degrees: P(X <= a, (X + Y)/sqrt 2 <= a) by one
    /// integral over X with a rule of its own.
    #[test]
    fn an_integral_over_one_number_agrees() {
        for (x, y, rho) in
            [(0.3, -0.8, 0.6), (-1.4, -0.2, std::f64::consts::FRAC_1_SQRT_2), (1.1, 0.4, -0.85)]
        {
            let side = (1.0_f64 - rho * rho).sqrt();
            let over = |p: f64| normal_cdf((y - rho * normal_quantile(p)) / side);
            let sum = integrate(over, 0.0, normal_cdf(x), 1e-14);
            assert!((bivariate_normal_cdf(x, y, rho) - sum).abs() < 1e-12, "{x} {y} {rho}");
        }
    }

    #[test]
    fn limits_are_limits() {
        assert_eq!(bivariate_normal_cdf(0.4, 1.0, 1.0), normal_cdf(0.4));
        assert_eq!(bivariate_normal_cdf(-0.4, -1.0, -1.0), 0.0);
        assert_eq!(bivariate_normal_cdf(f64::INFINITY, 0.4, 0.5), normal_cdf(0.4));
        assert_eq!(bivariate_normal_cdf(f64::NEG_INFINITY, 0.4, 0.5), 0.0);
        assert!(bivariate_normal_cdf(0.0, 0.0, 1.5).is_nan());
    }
}
