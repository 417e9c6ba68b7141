//! Payoffs on each actor's own stake scale.

use crate::case::{Case, CaseBlock};
use crate::scenario::{ActorId, FieldId, IssueId, Scenario};

/// Below this salience-weighted mean distance from the no-deal points to an actor's own position, in points, there
/// is no distance to be 100 of.
const NOTHING_TO_GAIN: f64 = 1.0;

/// Payoffs of one scenario on each actor's own stake scale, never to be compared across actors.
///
/// 0 = the no-deal points of the scenario without overlays, 100 = the actor's own position on every issue; distance is
/// absolute, weighted with the actor's salience. An actor that stands within one point of the no-deal points can gain
/// nothing: for it 100 is the whole length of the issues' scales, so its payoffs are 0 or below. Issues without a
/// no-deal point count for nobody. An actor with no stance on the others, or no salience, has no payoffs (missing).
#[derive(Debug, Clone, PartialEq)]
pub struct Stakes {
    /// `terms[actor]`: the issues that count for it.
    terms: Vec<Vec<Term>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Term {
    issue: usize,
    position: FieldId,
    salience: FieldId,
    zero: FieldId,
}

impl Stakes {
    /// Makes the payoffs ready.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let of = |actor: ActorId| {
            let issues = scenario.issue_ids();
            issues
                .filter_map(|issue| {
                    let stance = scenario.stance(actor, issue)?;
                    let zero = scenario.issues[issue.index()].stake_zero?;
                    let (position, salience) = (stance.position, stance.salience);
                    Some(Term { issue: issue.index(), position, salience, zero })
                })
                .collect()
        };
        Self { terms: scenario.actor_ids().map(of).collect() }
    }

    /// An actor's payoffs in one draw, issue by issue; `None` where it has none.
    #[must_use]
    pub fn additive(&self, actor: ActorId, case: &Case<'_>) -> Option<Additive> {
        let terms = &self.terms[actor.index()];
        let sum = |of: &dyn Fn(&Term) -> f64| terms.iter().map(of).sum::<f64>();
        let weight = sum(&|term| case.value(term.salience));
        if weight <= 0.0 {
            return None;
        }
        let distance = |term: &Term| (case.value(term.zero) - case.value(term.position)).abs();
        let zero = sum(&|term| case.value(term.salience) * distance(term)) / weight;
        let unit = if zero < NOTHING_TO_GAIN { 100.0 } else { zero };
        let part = |term: &Term| Part {
            issue: term.issue,
            position: case.value(term.position),
            zero: distance(term),
            factor: 100.0 * case.value(term.salience) / (weight * unit),
        };
        Some(Additive { parts: terms.iter().map(part).collect() })
    }

    /// An actor's payoff at `package[issue]` (by lane) in every draw of a block, on its stake scale: what it gains
    /// over no deal.
    pub fn gain(&self, actor: ActorId, cases: &CaseBlock, package: &[Vec<f64>], out: &mut [f64]) {
        let terms = &self.terms[actor.index()];
        for (lane, out) in out.iter_mut().enumerate().take(cases.len()) {
            let (mut weight, mut zero, mut here) = (0.0, 0.0, 0.0);
            for term in terms {
                let salience = cases.value(term.salience, lane);
                let position = cases.value(term.position, lane);
                weight += salience;
                zero += salience * (cases.value(term.zero, lane) - position).abs();
                here += salience * (package[term.issue][lane] - position).abs();
            }
            *out = stake(weight, zero, here);
        }
    }
}

/// One actor's payoffs in one draw: the gain at a package is the sum over issues.
#[derive(Debug, Clone, PartialEq)]
pub struct Additive {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    issue: usize,
    position: f64,
    /// Distance of the no-deal point from the position.
    zero: f64,
    factor: f64,
}

impl Additive {
    /// What the point `at` of an issue adds to the gain over no deal; 0 for an issue that does not count.
    #[must_use]
    pub fn part(&self, issue: IssueId, at: f64) -> f64 {
        let part = self.parts.iter().find(|part| part.issue == issue.index());
        part.map_or(0.0, |part| part.factor * (part.zero - (at - part.position).abs()))
    }

    /// The gain over no deal at `package[issue]`, on the actor's stake scale.
    #[must_use]
    pub fn gain(&self, package: &[f64]) -> f64 {
        package.iter().enumerate().map(|(issue, &at)| self.part(IssueId::new(issue), at)).sum()
    }
}

/// The payoff from sums of salience and of salience times distance, at the no-deal points and here.
fn stake(weight: f64, zero: f64, here: f64) -> f64 {
    if weight <= 0.0 {
        return f64::NAN;
    }
    let (zero, here) = (zero / weight, here / weight);
    let unit = if zero < NOTHING_TO_GAIN { 100.0 } else { zero };
    100.0 * (zero - here) / unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::fixture::Builder;

    #[test]
    fn no_deal_is_0_and_the_own_position_100() {
        let mut b = Builder::new(2, 2);
        b.no_deal(0, 20.0);
        b.no_deal(1, 50.0);
        b.stance(0, 0, 80.0, 40.0);
        b.stance(0, 1, 50.0, 10.0);
        b.stance(1, 0, 20.0, 100.0);
        let scenario = b.scenario();
        let stakes = Stakes::new(&scenario);
        let cases = b.cases(1);
        let at = |actor: usize, package: [f64; 2]| {
            let mut out = [0.0];
            let package: Vec<Vec<f64>> = package.iter().map(|&x| vec![x]).collect();
            stakes.gain(ActorId::new(actor), &cases, &package, &mut out);
            let additive = stakes.additive(ActorId::new(actor), &cases.case(0)).expect("payoffs");
            let point: Vec<f64> = package.iter().map(|issue| issue[0]).collect();
            assert!((additive.gain(&point) - out[0]).abs() < 1e-12);
            out[0]
        };
        assert_eq!(at(0, [20.0, 50.0]), 0.0);
        assert_eq!(at(0, [80.0, 50.0]), 100.0);
        // 40 * 30 + 10 * 20 of 40 * 60 are left.
        assert!((at(0, [50.0, 70.0]) - 100.0 * (1.0 - 1400.0 / 2400.0)).abs() < 1e-12);
        // Stands at the no-deal point: 100 is the whole scale.
        assert_eq!(at(1, [20.0, 0.0]), 0.0);
        assert_eq!(at(1, [60.0, 0.0]), -40.0);
    }

    #[test]
    fn nothing_known_of_no_deal_or_no_salience_is_missing() {
        let mut b = Builder::new(2, 1);
        b.stance(0, 0, 80.0, 40.0);
        let scenario = b.scenario();
        let mut out = [0.0];
        Stakes::new(&scenario).gain(ActorId::new(0), &b.cases(1), &[vec![10.0]], &mut out);
        assert!(out[0].is_nan());
        Stakes::new(&scenario).gain(ActorId::new(1), &b.cases(1), &[vec![10.0]], &mut out);
        assert!(out[0].is_nan());
    }
}
