//! A root of a function of one variable.

/// A root of `f` between `a` and `b`, to within `tolerance` plus rounding; `None` if `f` has the same sign at
/// both ends or is NaN there. Brent (1973, Algorithms for Minimization without Derivatives, chapter 4).
pub fn brent(mut f: impl FnMut(f64) -> f64, a: f64, b: f64, tolerance: f64) -> Option<f64> {
    let (mut a, mut b) = (a, b);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa.is_nan() || fb.is_nan() || (fa > 0.0 && fb > 0.0) || (fa < 0.0 && fb < 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut last_step = step;
    for _ in 0..200 {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            last_step = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let slack = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let half = 0.5 * (c - b);
        if half.abs() <= slack || fb == 0.0 {
            break;
        }
        let bisect = last_step.abs() < slack || fa.abs() <= fb.abs();
        let interpolated =
            if bisect { None } else { interpolate([a, b, c], [fa, fb, fc], half, slack, last_step) };
        (last_step, step) = interpolated.map_or((half, half), |new| (step, new));
        (a, fa) = (b, fb);
        b += if step.abs() > slack { step } else { slack.copysign(half) };
        fb = f(b);
    }
    Some(b)
}

/// The secant or inverse quadratic step from b, unless it is too long to trust.
fn interpolate(x: [f64; 3], fx: [f64; 3], half: f64, slack: f64, last_step: f64) -> Option<f64> {
    let [a, b, c] = x;
    let [fa, fb, fc] = fx;
    let s = fb / fa;
    let (p, q) = if a == c {
        (2.0 * half * s, 1.0 - s)
    } else {
        let q = fa / fc;
        let r = fb / fc;
        (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    let (p, q) = if p > 0.0 { (p, -q) } else { (-p, q) };
    let short_enough = 2.0 * p < (3.0 * half * q - (slack * q).abs()).min((last_step * q).abs());
    short_enough.then(|| p / q)
}
