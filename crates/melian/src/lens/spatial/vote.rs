//! Utilities and votes.

use super::options::VotingRule;

/// Utility to an actor with risk attitude `risk` of a position at `distance` (0..1) from its
/// ideal: `(1 - d)(1 + dR)`, and `(1 - d)(1 + R)` past 1.
#[inline]
#[must_use]
pub fn utility(distance: f64, risk: f64) -> f64 {
    let slope = if distance < 1.0 { distance } else { 1.0 };
    (1.0 - distance) * (1.0 + slope * risk)
}

/// The vote of an actor of this weight on a difference in utility between two options;
/// positive for the first.
#[must_use]
pub fn vote(rule: VotingRule, weight: f64, difference: f64) -> f64 {
    match rule {
        VotingRule::Binary => Binary::vote(weight, difference),
        VotingRule::PropBin => PropBin::vote(weight, difference),
        VotingRule::Prop => Prop::vote(weight, difference),
        VotingRule::PropCbc => PropCbc::vote(weight, difference),
        VotingRule::Cubic => Cubic::vote(weight, difference),
        VotingRule::AsymProsp => AsymProsp::vote(weight, difference),
    }
}

/// A voting rule as a type, so that the inner loops are built once for each.
pub(super) trait Rule {
    fn vote(weight: f64, difference: f64) -> f64;
}

/// 1 or -1 by the sign, with KTAB's ramp over 1e-8. Below 1e-12 it is rounding noise, which
/// must not vote: the strength every coalition starts from is weaker than that.
#[inline]
fn sign(difference: f64) -> f64 {
    let x = if difference.abs() < 1e-12 { 0.0 } else { difference / 1e-8 };
    let x = if x < 1.0 { x } else { 1.0 };
    if x > -1.0 { x } else { -1.0 }
}

#[derive(Debug)]
pub(super) struct Binary;
impl Rule for Binary {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        weight * sign(difference)
    }
}

#[derive(Debug)]
pub(super) struct PropBin;
impl Rule for PropBin {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        weight * (0.8 * difference + 0.2 * sign(difference))
    }
}

#[derive(Debug)]
pub(super) struct Prop;
impl Rule for Prop {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        weight * difference
    }
}

#[derive(Debug)]
pub(super) struct PropCbc;
impl Rule for PropCbc {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        weight * (0.5 * difference + 0.5 * (difference * difference * difference))
    }
}

#[derive(Debug)]
pub(super) struct Cubic;
impl Rule for Cubic {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        weight * (difference * difference * difference)
    }
}

#[derive(Debug)]
pub(super) struct AsymProsp;
impl Rule for AsymProsp {
    #[inline]
    fn vote(weight: f64, difference: f64) -> f64 {
        let share = if difference < 0.0 { 1.0 } else { 2.0 / 3.0 };
        weight * (share * difference)
    }
}
