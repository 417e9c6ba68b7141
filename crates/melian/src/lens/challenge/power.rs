//! Exponential and logarithm on whole arrays, without branches, so that the compiler can work
//! on several numbers at once; the same bits on every system, a few units in the last place
//! from exact.

const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding and subtracting this rounds to a whole number, which is then in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Stands for the logarithm of 0: any power of it that is asked for is 0 again.
const LN_0: f64 = -1e5;

#[inline]
fn exp_of(x: f64) -> f64 {
    let in_range = if x > -700.0 { x } else { -700.0 };
    let shifted = in_range * std::f64::consts::LOG2_E + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (in_range - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut sum = 1.0 / 6_227_020_800.0;
    for term in [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        sum = sum * r + term;
    }
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52));
    if x > -700.0 { sum * scale } else { 0.0 }
}

#[inline]
fn ln_of(x: f64) -> f64 {
    // Exponent and mantissa, the latter between the roots of 1/2 and 2.
    let bits = x.to_bits();
    let above = bits.wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits());
    // A biased exponent in the low bits of a number near 2^52 subtracts exactly.
    let biased = ((above >> 52) & 0xfff) ^ 0x800;
    let k = f64::from_bits(biased | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 2048.0);
    let m = f64::from_bits(bits.wrapping_sub(above & 0xfff0_0000_0000_0000));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut sum = 1.0 / 21.0;
    for term in [
        1.0 / 19.0,
        1.0 / 17.0,
        1.0 / 15.0,
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        0.2,
        1.0 / 3.0,
        1.0,
    ] {
        sum = sum * square + term;
    }
    let ln = k * LN_2_HIGH + (2.0 * s * sum + k * LN_2_LOW);
    if x > 0.0 { ln } else { LN_0 }
}

/// Natural logarithms of numbers from 0 up; that of 0 is a large negative number.
pub(super) fn ln(numbers: &mut [f64]) {
    for x in numbers {
        *x = ln_of(*x);
    }
}

/// Exponentials of numbers up to a few hundred; below -700 they are 0.
pub(super) fn exp(numbers: &mut [f64]) {
    for x in numbers {
        *x = exp_of(*x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_agree_with_libm() {
        let bases: Vec<f64> = (1..=4000).map(|k| f64::from(k) / 4000.0).collect();
        for exponent in [0.5, 0.75, 1.0, 1.3, 2.0] {
            let mut powers = bases.clone();
            ln(&mut powers);
            for x in &mut powers {
                *x *= exponent;
            }
            exp(&mut powers);
            for (base, power) in bases.iter().zip(powers) {
                let exact = libm::pow(*base, exponent);
                assert!((power - exact).abs() <= 4e-15 * exact, "{base} {exponent}: {power}");
            }
        }
    }

    #[test]
    fn each_agrees_with_libm() {
        for k in 1..20_000 {
            let x = f64::from(k) * 1.37e-4;
            assert!((ln_of(x) - libm::log(x)).abs() <= 4e-16 * libm::log(x).abs().max(1.0));
            let y = -f64::from(k) * 0.034;
            assert!((exp_of(y) - libm::exp(y)).abs() <= 4e-16 * libm::exp(y), "{y}");
        }
        for x in [1e-300, 1e-17, 1.0, 1e17] {
            assert!((ln_of(x) - libm::log(x)).abs() <= 1e-13, "{x}");
        }
    }

    #[test]
    fn nothing_to_any_power_is_nothing() {
        let mut x = [0.0];
        ln(&mut x);
        x[0] *= 0.5;
        exp(&mut x);
        assert_eq!(x, [0.0]);
        assert_eq!(exp_of(0.0), 1.0);
        assert_eq!(ln_of(1.0), 0.0);
    }
}
