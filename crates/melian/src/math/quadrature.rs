//! Integrals of functions of one variable.

/// Nodes of the 15-point Kronrod rule on [-1, 1], from the end to the middle; every second one is a node of the
/// 7-point Gauss rule (Piessens and others 1983, QUADPACK, routine QK15).
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_83,
];
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];

/// Halvings of an interval before what is left of a singularity is taken as it is.
const DEEPEST: u32 = 40;

/// The integral of `f` from `a` to `b` (both finite), to within about `tolerance` for functions that are smooth
/// but for a few places; the ends themselves are never evaluated. Kronrod's 15-point rule on intervals that are
/// halved until it agrees with Gauss's 7-point rule.
pub fn integrate(mut f: impl FnMut(f64) -> f64, a: f64, b: f64, tolerance: f64) -> f64 {
    let mut waiting = vec![(a, b, 0)];
    let mut sum = 0.0;
    while let Some((a, b, depth)) = waiting.pop() {
        let (value, error) = kronrod(&mut f, a, b);
        let share = tolerance * libm::exp2(-f64::from(depth));
        if error <= share.max(1e-15 * value.abs()) || depth >= DEEPEST || !value.is_finite() {
            sum += value;
        } else {
            let middle = a + 0.5 * (b - a);
            waiting.push((middle, b, depth + 1));
            waiting.push((a, middle, depth + 1));
        }
    }
    sum
}

/// Kronrod's value and its distance to Gauss's.
fn kronrod(f: &mut impl FnMut(f64) -> f64, a: f64, b: f64) -> (f64, f64) {
    let (middle, half) = (a + 0.5 * (b - a), 0.5 * (b - a));
    let at_middle = f(middle);
    let (mut fine, mut coarse) = (KRONROD[7] * at_middle, GAUSS[3] * at_middle);
    for (index, (&node, &weight)) in NODES.iter().zip(&KRONROD).take(7).enumerate() {
        let pair = f(middle - half * node) + f(middle + half * node);
        fine += weight * pair;
        if index % 2 == 1 {
            coarse += GAUSS[index / 2] * pair;
        }
    }
    (half * fine, (half * (fine - coarse)).abs())
}

/// Gauss's nodes on [0, 1] with the integrals up to each of them: integrates a function and its running integral
/// together (Gauss collocation; Hairer, Norsett and Wanner 1993, II.7).
#[derive(Debug, Clone, PartialEq)]
pub struct Collocation {
    /// The nodes, rising.
    pub nodes: Vec<f64>,
    /// Weights of the integral over [0, 1].
    pub weights: Vec<f64>,
    /// Weights of the integral from 0 to each node, by node.
    pub running: Vec<Vec<f64>>,
}

impl Collocation {
    /// The rule with `points` nodes, exact for polynomials of degree `points - 1` in running integrals and of
    /// degree `2 points - 1` in the whole.
    #[must_use]
    pub fn new(points: usize) -> Self {
        let order = points as f64;
        let mut roots: Vec<f64> = (0..points)
            .map(|index| {
                let guess = -libm::cos(std::f64::consts::PI * (index as f64 + 0.75) / (order + 0.5));
                (0..20).fold(guess, |x, _| {
                    let values = legendre(points, x);
                    let slope = order * (x * values[points] - values[points - 1]) / (x * x - 1.0);
                    x - values[points] / slope
                })
            })
            .collect();
        roots.sort_by(f64::total_cmp);
        let weight = |x: f64| {
            let below = legendre(points, x)[points - 1];
            2.0 * (1.0 - x * x) / (order * order * below * below)
        };
        let weights: Vec<f64> = roots.iter().map(|&x| weight(x)).collect();
        let running = roots.iter().map(|&to| running_weights(points, &roots, &weights, to)).collect();
        Self {
            nodes: roots.iter().map(|x| 0.5 * (x + 1.0)).collect(),
            weights: weights.iter().map(|w| 0.5 * w).collect(),
            running,
        }
    }
}

/// Weights of the integral from -1 to `to` of the polynomial through the nodes, halved for [0, 1].
fn running_weights(points: usize, roots: &[f64], weights: &[f64], to: f64) -> Vec<f64> {
    let ends = legendre(points + 1, to);
    let integral = |degree: usize| match degree {
        0 => to + 1.0,
        n => (ends[n + 1] - ends[n - 1]) / (2.0 * n as f64 + 1.0),
    };
    let weigh = |(&x, &w): (&f64, &f64)| {
        let values = legendre(points, x);
        let sum: f64 =
            (0..points).map(|n| (n as f64 + 0.5) * values[n] * integral(n)).fold(0.0, |sum, term| sum + term);
        0.5 * w * sum
    };
    roots.iter().zip(weights).map(weigh).collect()
}

/// Legendre's polynomials of degree 0 to `degree` at `x`.
fn legendre(degree: usize, x: f64) -> Vec<f64> {
    let mut values = vec![1.0, x];
    for n in 1..degree {
        let m = n as f64;
        values.push(((2.0 * m + 1.0) * x * values[n] - m * values[n - 1]) / (m + 1.0));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{exp, ln, pow};

    /// Kronrod's rule is exact to degree 22, Gauss's to 13: elementary integrals.
    #[test]
    fn polynomials_are_integrated_exactly() {
        for degree in 0..=22 {
            let exact = if degree % 2 == 1 { 0.0 } else { 2.0 / (f64::from(degree) + 1.0) };
            let (fine, error) = kronrod(&mut |x| pow(x, f64::from(degree)), -1.0, 1.0);
            assert!((fine - exact).abs() < 1e-15, "{degree}: {fine}");
            assert!(degree > 13 || error < 1e-15, "{degree}: {error}");
        }
    }

    #[test]
    fn ends_may_be_singular_and_kinks_are_found() {
        assert!((integrate(ln, 0.0, 1.0, 1e-13) + 1.0).abs() < 1e-11);
        assert!((integrate(|x| 1.0 / x.sqrt(), 0.0, 1.0, 1e-12) - 2.0).abs() < 1e-5);
        assert!((integrate(|x| (x - 0.3_f64).abs(), 0.0, 1.0, 1e-13) - 0.29).abs() < 1e-12);
        assert!((integrate(exp, 1.0, 0.0, 1e-14) - (1.0 - exp(1.0))).abs() < 1e-14);
    }

    #[test]
    fn running_integrals_are_those_of_polynomials() {
        let rule = Collocation::new(8);
        for degree in 0..8 {
            let power = f64::from(degree);
            let whole: f64 = rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * pow(*x, power)).sum();
            assert!((whole - 1.0 / (power + 1.0)).abs() < 4e-15);
            for (to, weights) in rule.nodes.iter().zip(&rule.running) {
                let sum: f64 = rule.nodes.iter().zip(weights).map(|(x, w)| w * pow(*x, power)).sum();
                assert!((sum - pow(*to, power + 1.0) / (power + 1.0)).abs() < 4e-15, "{degree}");
            }
        }
    }
}
