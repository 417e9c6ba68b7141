//! The exponential and the logarithm over slices, branch-free so that they run in lanes, with the same bits on every system.

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts, the first with enough trailing zeros for exact products with exponents.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and taking away 1.5 * 2^52 rounds to the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Below this the result is taken as 0: no normal number.
const LEAST: f64 = -708.0;

/// Replaces every entry by its exponential. For entries at most 709; below -708 the result is 0.
#[inline]
pub(super) fn exp_all(values: &mut [f64]) {
    for value in values {
        *value = exp_one(*value);
    }
}

/// Cody and Waite's (1980) reduction with the Taylor polynomial of degree 13 on half an interval of ln 2.
#[inline]
fn exp_one(x: f64) -> f64 {
    let clamped = x.max(LEAST);
    let shifted = clamped * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (clamped - whole * LN2_HIGH) - whole * LN2_LOW;
    let square = r * r;
    let fourth = square * square;
    // Estrin's order: pairs first.
    let a = 1.0 + r;
    let b = 0.5 + r * (1.0 / 6.0);
    let c = 1.0 / 24.0 + r * (1.0 / 120.0);
    let d = 1.0 / 720.0 + r * (1.0 / 5_040.0);
    let e = 1.0 / 40_320.0 + r * (1.0 / 362_880.0);
    let f = 1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0);
    let g = 1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0);
    let low = a + square * b;
    let middle = c + square * d;
    let high = (e + square * f) + fourth * g;
    let value = low + fourth * (middle + fourth * high);
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    if x < LEAST { 0.0 } else { value * scale }
}

/// Replaces every entry by its natural logarithm. For finite entries that aren't negative; below the least normal number
/// the result is negative infinity.
#[inline]
pub(super) fn ln_all(values: &mut [f64]) {
    for value in values {
        *value = ln_one(*value);
    }
}

/// Bits of the root of 1/2, where one binade of the reduced argument begins.
const HALF_ROOT: u64 = 0x3FE6_A09E_667F_3BCD;
/// Bits of 1.
const ONE: u64 = 1023 << 52;
/// Bits of 2^52: a whole number added to them is the float 2^52 plus that number.
const WHOLE: u64 = 1075 << 52;

/// ln x = k ln 2 + 2 artanh(f / (2 + f)) with f within (root 1/2 - 1, root 2 - 1); the series of the inverse hyperbolic
/// tangent to the 21st power.
#[inline]
fn ln_one(x: f64) -> f64 {
    let shifted = x.to_bits().wrapping_add(ONE - HALF_ROOT);
    let biased = shifted >> 52;
    let k = f64::from_bits(WHOLE | biased) - (4_503_599_627_370_496.0 + 1023.0);
    let f = f64::from_bits(x.to_bits().wrapping_sub(biased << 52).wrapping_add(ONE)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let square = z * z;
    let fourth = square * square;
    let a = 2.0 / 3.0 + z * (2.0 / 5.0);
    let b = 2.0 / 7.0 + z * (2.0 / 9.0);
    let c = 2.0 / 11.0 + z * (2.0 / 13.0);
    let d = 2.0 / 15.0 + z * (2.0 / 17.0);
    let e = 2.0 / 19.0 + z * (2.0 / 21.0);
    let tail = z * ((a + square * b) + fourth * ((c + square * d) + fourth * e));
    // f - s f = 2 s, and the difference is exact where it matters.
    let value = (f - s * (f - tail)) + k * LN2_LOW + k * LN2_HIGH;
    if x < f64::MIN_POSITIVE { f64::NEG_INFINITY } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_libm() {
        let mut inputs: Vec<f64> = (0..200_000).map(|at| -708.0 + 0.007_085 * f64::from(at)).collect();
        inputs.extend([0.0, -0.0, 1e-300, -1e-17, 0.5, -0.5, 1.0, -1.0]);
        let mut found = inputs.clone();
        exp_all(&mut found);
        for (x, found) in inputs.iter().zip(found) {
            let expected = libm::exp(*x);
            assert!(
                (found - expected).abs() <= 4.0 * f64::EPSILON * expected,
                "exp({x}) = {found}, not {expected}"
            );
        }
    }

    #[test]
    fn logarithm_agrees_with_libm() {
        let mut inputs: Vec<f64> = (0..200_000).map(|at| libm::exp(-700.0 + 0.007 * f64::from(at))).collect();
        inputs.extend((1..100_000).map(|at| 0.5 + f64::from(at) / 40_000.0));
        inputs.extend([1.0, 1.0 + f64::EPSILON, 1.0 - f64::EPSILON, 2.0, 0.5, f64::MIN_POSITIVE, f64::MAX]);
        let mut found = inputs.clone();
        ln_all(&mut found);
        for (x, found) in inputs.iter().zip(found) {
            let expected = libm::log(*x);
            assert!(
                (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
                "ln({x}) = {found}, not {expected}"
            );
        }
        let mut ends = [0.0, 1e-310, 1.0];
        ln_all(&mut ends);
        assert_eq!(ends, [f64::NEG_INFINITY, f64::NEG_INFINITY, 0.0]);
    }

    #[test]
    fn ends() {
        let mut values = [0.0, f64::NEG_INFINITY, -1e300, -709.0];
        exp_all(&mut values);
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0]);
    }
}
