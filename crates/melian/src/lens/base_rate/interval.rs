//! Intervals of shares.

use crate::math::Beta;

/// The 90 % interval of a share seen in `count` of `of` cases: the 5 % and 95 % points of the beta distribution with
/// parameters `count` + 1/2 and `of` - `count` + 1/2 (Jeffreys' prior; Brown, Cai and `DasGupta` 2001, Statistical
/// Science 16, section 4.1.2). The lower end is 0 where no case counts, the upper end 1 where every case does.
pub(super) fn jeffreys(count: u32, of: u32) -> (f64, f64) {
    let beta = Beta::new(f64::from(count) + 0.5, f64::from(of - count) + 0.5);
    let point = |chance: f64| beta.map_or(f64::NAN, |beta| beta.quantile(chance));
    (if count == 0 { 0.0 } else { point(0.05) }, if count == of { 1.0 } else { point(0.95) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_symmetry() {
        let ((low, high), (low2, high2)) = (jeffreys(3, 10), jeffreys(7, 10));
        assert!((low + high2 - 1.0).abs() < 1e-12 && (high + low2 - 1.0).abs() < 1e-12);
        assert_eq!(jeffreys(0, 5).0, 0.0);
        assert_eq!(jeffreys(5, 5).1, 1.0);
    }
}
