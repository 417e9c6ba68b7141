//! The numbers of a game apart from its structure, so that many variants share one arena.

use super::arena::Arena;

/// Payoffs and chance probabilities of one variant of an arena's structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Row by outcome, column by player; row 0 (the null outcome) is all zero.
    pub payoff: Vec<f64>,
    /// Probability of every chance move, in the order of their slots.
    pub chance: Vec<f64>,
}

impl Numbers {
    /// The arena's own numbers.
    #[must_use]
    pub fn of(arena: &Arena) -> Self {
        Self {
            payoff: arena.payoff.clone(),
            chance: arena.chance.iter().map(super::Rational::to_f64).collect(),
        }
    }

    /// Whether the sizes fit the arena, all numbers are finite, the null outcome pays nothing and chance
    /// probabilities are at least 0 and sum to 1 (within 1e-9) in every set.
    #[must_use]
    pub fn fit(&self, arena: &Arena) -> bool {
        let sets_sum = (0..arena.chances()).all(|c| {
            let slots = arena.chance_slots(super::ChanceId::new(c));
            let at = slots.start - arena.actions()..slots.end - arena.actions();
            (self.chance[at].iter().sum::<f64>() - 1.0).abs() <= 1e-9
        });
        self.payoff.len() == arena.payoff.len()
            && self.chance.len() == arena.chance.len()
            && self.payoff.iter().all(|x| x.is_finite())
            && self.payoff[..arena.players()].iter().all(|x| *x == 0.0)
            && self.chance.iter().all(|p| *p >= 0.0)
            && sets_sum
    }
}

/// The largest spread over players of a player's path totals; 1 if there is none.
pub(super) fn range(arena: &Arena, payoff: &[f64]) -> f64 {
    let widest = spreads(arena, payoff).into_iter().fold(0.0, f64::max);
    if widest > 0.0 && widest.is_finite() { widest } else { 1.0 }
}

/// The same of every player alone: what a player's gains are to be measured by.
pub(super) fn ranges(arena: &Arena, payoff: &[f64]) -> Vec<f64> {
    let or_one = |spread: f64| if spread > 0.0 && spread.is_finite() { spread } else { 1.0 };
    spreads(arena, payoff).into_iter().map(or_one).collect()
}

fn spreads(arena: &Arena, payoff: &[f64]) -> Vec<f64> {
    let n = arena.players();
    let mut low = vec![0.0; arena.nodes()];
    let mut high = vec![0.0; arena.nodes()];
    let spread = |player: usize| {
        for node in (0..arena.nodes()).rev() {
            let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
            for &c in arena.kids(node) {
                lo = lo.min(low[c as usize]);
                hi = hi.max(high[c as usize]);
            }
            if lo > hi {
                (lo, hi) = (0.0, 0.0);
            }
            let own = payoff[arena.outcome[node] as usize * n + player];
            low[node] = own + lo;
            high[node] = own + hi;
        }
        high[0] - low[0]
    };
    (0..n).map(spread).collect()
}
