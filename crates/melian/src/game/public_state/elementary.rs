//! The exponential over slices, branch-free so that it runs in lanes, with the same bits on every system.

const LOG2_E: f64 = std::f64::consts::LOG2_E;
/// ln 2 in two parts, the first with enough trailing zeros for exact products with exponents.
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and taking away 1.5 * 2^52 rounds to the nearest integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Below this the result is taken as 0: no normal number.
const LEAST: f64 = -708.0;

/// Replaces every entry by its exponential. For entries at most 709; below -708 the result is 0.
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
    fn ends() {
        let mut values = [0.0, f64::NEG_INFINITY, -1e300, -709.0];
        exp_all(&mut values);
        assert_eq!(values, [1.0, 0.0, 0.0, 0.0]);
    }
}
