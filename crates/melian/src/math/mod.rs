//! Numerics that know nothing of crises: pure functions, the same bits on every system.

mod beta;
mod bivariate;
mod cholesky;
mod normal;
mod quadrature;
mod root;

pub use beta::Beta;
pub use bivariate::bivariate_normal_cdf;
pub use cholesky::{Cholesky, NotPositiveDefinite};
pub use normal::{normal_cdf, normal_density, normal_quantile};
pub use quadrature::{Collocation, integrate};
pub use root::brent;

/// The natural exponential, with the same bits on every system.
#[inline]
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm, with the same bits on every system.
#[inline]
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `base` to the power `exponent`, with the same bits on every system.
#[inline]
#[must_use]
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}
