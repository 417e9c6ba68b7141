//! The standard normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{exp, ln};

/// 1/sqrt(2) minus its nearest double.
const FRAC_1_SQRT_2_REST: f64 = -4.833_646_656_726_457e-17;
/// 1/sqrt(2 pi).
const FRAC_1_SQRT_2_PI: f64 = 0.398_942_280_401_432_7;
/// 2/sqrt(pi).
const FRAC_2_SQRT_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// The density of the standard normal distribution at `z`.
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    FRAC_1_SQRT_2_PI * exp(-0.5 * z * z)
}

/// The chance that a standard normal number is at most `z`, exact to a few units in the last place
/// in both tails; the chance of exceeding `z` is `normal_cdf(-z)`.
///
/// Through the complementary error function, Phi(z) = erfc(-z/sqrt 2)/2 (Abramowitz and Stegun 1964,
/// 26.2.29), with the rounding of z/sqrt 2 put back to first order: in the tails it would cost z^2 units.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    if z.is_infinite() {
        return if z > 0.0 { 1.0 } else { 0.0 };
    }
    let t = -z * FRAC_1_SQRT_2;
    let rest = libm::fma(-z, FRAC_1_SQRT_2, -t) - z * FRAC_1_SQRT_2_REST;
    0.5 * (libm::erfc(t) - FRAC_2_SQRT_PI * exp(-t * t) * rest)
}

/// The number a standard normal variable stays below with chance `p`: the inverse of [`normal_cdf`].
///
/// Relative error about 1e-16 (Wichura 1988, Applied Statistics 37, algorithm AS 241, PPND16). Minus and
/// plus infinity at 0 and 1, NaN outside. For the upper tail use `-normal_quantile(q)` with the tail's mass.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(&CENTRE, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-ln(tail)).sqrt();
    let z = if r <= 5.0 { ratio(&NEAR_TAIL, r - 1.6) } else { ratio(&FAR_TAIL, r - 5.0) };
    if q < 0.0 { -z } else { z }
}

/// Numerator and denominator, constant term first.
type Rational = [[f64; 8]; 2];

fn ratio(coefficients: &Rational, x: f64) -> f64 {
    let [above, below] = coefficients.map(|c| c.iter().rev().fold(0.0, |sum, term| sum * x + term));
    above / below
}

/// AS 241 for 0.075 <= p <= 0.925.
const CENTRE: Rational = [
    [
        3.387_132_872_796_366_5,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_3e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];

/// AS 241 for tails above exp(-25).
const NEAR_TAIL: Rational = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

/// AS 241 for tails below exp(-25).
const FAR_TAIL: Rational = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_049e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];
