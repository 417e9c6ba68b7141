//! The Pareto frontier of a set of outcomes and the solution points on it.
//!
//! An outcome is a package with each party's utility of it. On a discrete set the solution concepts need
//! conventions; these are theirs here, over frontier points at which every utility reaches its
//! reservation value `r`, with gains `g = u - r`:
//!
//! * Nash (1950): the greatest product of gains.
//! * Kalai (1977), egalitarian: the greatest least gain.
//! * Kalai and Smorodinsky (1975): with `a = g / (greatest u over all outcomes - r)`, either the least
//!   spread `max a - min a` or the greatest least `a`: see [`KalaiSmorodinsky`].
//! * utilitarian: the greatest sum of utilities.
//!
//! Ties go to the outcome that comes first.

/// Utilities of every outcome for every party.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcomes {
    parties: usize,
    /// `utilities[party * len + outcome]`.
    utilities: Vec<f64>,
    len: usize,
}

/// What "equal shares of the ideal" means where no outcome gives exactly equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KalaiSmorodinsky {
    /// The point whose shares differ least.
    LeastSpread,
    /// The point whose least share is greatest.
    GreatestLeast,
}

/// Indices of outcomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// Outcomes that no other outcome beats for somebody without being worse for anybody, ascending.
    /// Reservation values play no part in it.
    pub frontier: Vec<usize>,
    /// How many outcomes reach every reservation value.
    pub acceptable: usize,
    /// Nash's point; none if no outcome is acceptable, as for the others.
    pub nash: Option<usize>,
    /// Kalai's egalitarian point.
    pub kalai: Option<usize>,
    /// Kalai and Smorodinsky's point.
    pub kalai_smorodinsky: Option<usize>,
    /// The utilitarian point.
    pub utilitarian: Option<usize>,
}

impl Outcomes {
    /// Outcomes from each party's utilities, one column per party.
    ///
    /// Returns `None` if there is no party, the columns differ in length, or a utility is not finite.
    #[must_use]
    pub fn new(columns: &[Vec<f64>]) -> Option<Self> {
        let len = columns.first()?.len();
        if columns.iter().any(|column| column.len() != len || column.iter().any(|u| !u.is_finite())) {
            return None;
        }
        Some(Self { parties: columns.len(), utilities: columns.concat(), len })
    }

    /// The number of outcomes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no outcome.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// One party's utilities.
    #[must_use]
    pub fn of(&self, party: usize) -> &[f64] {
        &self.utilities[party * self.len..][..self.len]
    }

    /// One party's utility of one outcome.
    #[must_use]
    #[inline]
    pub fn utility(&self, party: usize, outcome: usize) -> f64 {
        self.utilities[party * self.len + outcome]
    }

    /// Frontier and solution points for the given reservation values, one per party.
    ///
    /// # Panics
    /// If there is not one reservation value per party.
    #[must_use]
    pub fn points(&self, reservations: &[f64], rule: KalaiSmorodinsky) -> Points {
        assert_eq!(reservations.len(), self.parties, "one reservation value per party");
        let frontier = self.frontier();
        let reaches = |&outcome: &usize| {
            (0..self.parties).all(|party| self.utility(party, outcome) >= reservations[party])
        };
        let candidates: Vec<usize> = frontier.iter().copied().filter(reaches).collect();
        let gains = |outcome: usize| {
            (0..self.parties).map(move |party| self.utility(party, outcome) - reservations[party])
        };
        let ranges: Vec<f64> = (0..self.parties)
            .map(|party| {
                self.of(party).iter().copied().fold(f64::NEG_INFINITY, f64::max) - reservations[party]
            })
            .collect();
        let shares = |outcome: usize| {
            gains(outcome).zip(&ranges).map(|(gain, range)| if *range > 0.0 { gain / range } else { 0.0 })
        };
        let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::NEG_INFINITY, f64::max);
        Points {
            acceptable: self.acceptable(reservations),
            nash: best(&candidates, |outcome| gains(outcome).product()),
            kalai: best(&candidates, |outcome| least(&mut gains(outcome))),
            kalai_smorodinsky: best(&candidates, |outcome| match rule {
                KalaiSmorodinsky::LeastSpread => least(&mut shares(outcome)) - most(&mut shares(outcome)),
                KalaiSmorodinsky::GreatestLeast => least(&mut shares(outcome)),
            }),
            utilitarian: best(&candidates, |outcome| {
                (0..self.parties).map(|party| self.utility(party, outcome)).sum()
            }),
            frontier,
        }
    }

    /// How many outcomes reach every reservation value.
    fn acceptable(&self, reservations: &[f64]) -> usize {
        let mut reached = vec![true; self.len];
        for (party, reservation) in reservations.iter().enumerate() {
            for (reached, utility) in reached.iter_mut().zip(self.of(party)) {
                *reached &= utility >= reservation;
            }
        }
        reached.iter().filter(|reached| **reached).count()
    }

    /// The Pareto frontier, ascending.
    #[must_use]
    pub fn frontier(&self) -> Vec<usize> {
        let mut rest = self.not_beaten_by_strong();
        // Whoever beats an outcome comes before it in this order, or has equal utilities.
        rest.sort_unstable_by(|&a, &b| {
            let by_party = |party| self.utility(party, b).total_cmp(&self.utility(party, a));
            (0..self.parties).map(by_party).find(|order| order.is_ne()).unwrap_or_else(|| a.cmp(&b))
        });
        let mut frontier = match self.parties {
            1 | 2 => self.sweep_two(&rest),
            3 => self.sweep_three(&rest),
            _ => self.sweep_all(&rest),
        };
        frontier.sort_unstable();
        frontier
    }

    /// Outcomes that a few strong ones don't beat: a pass each, and it spares most of the sorting.
    fn not_beaten_by_strong(&self) -> Vec<usize> {
        const PASSES: usize = 4;
        let mut rest: Vec<usize> = (0..self.len).collect();
        let sums: Vec<f64> = (0..self.len)
            .map(|outcome| (0..self.parties).map(|party| self.utility(party, outcome)).sum())
            .collect();
        let mut used = Vec::with_capacity(PASSES);
        for _ in 0..PASSES {
            let fresh = rest.iter().copied().filter(|outcome| !used.contains(outcome));
            let Some(strong) = fresh.max_by(|&a, &b| sums[a].total_cmp(&sums[b])) else { break };
            used.push(strong);
            rest.retain(|&outcome| !self.beats(strong, outcome));
        }
        rest
    }

    /// Whether `one` is no worse than `other` for anybody and better for somebody.
    fn beats(&self, one: usize, other: usize) -> bool {
        let mut better = false;
        for party in 0..self.parties {
            let (a, b) = (self.utility(party, one), self.utility(party, other));
            if a < b {
                return false;
            }
            better |= a > b;
        }
        better
    }

    fn same(&self, one: usize, other: usize) -> bool {
        (0..self.parties).all(|party| self.utility(party, one) == self.utility(party, other))
    }

    /// One or two parties, ordered: what raises the second party's utility is on the frontier.
    fn sweep_two(&self, ordered: &[usize]) -> Vec<usize> {
        let last = self.parties - 1;
        let mut frontier: Vec<usize> = Vec::new();
        let mut reached = f64::NEG_INFINITY;
        for &outcome in ordered {
            let utility = self.utility(last, outcome);
            let equal = frontier.last().is_some_and(|&kept| self.same(kept, outcome));
            if equal || (utility > reached && (self.parties == 2 || frontier.is_empty())) {
                frontier.push(outcome);
                reached = reached.max(utility);
            }
        }
        frontier
    }

    /// Three parties, ordered: a staircase in the second and third utilities of what came before.
    fn sweep_three(&self, ordered: &[usize]) -> Vec<usize> {
        // Ascending in the second utility, descending in the third.
        let mut stairs: Vec<(f64, f64)> = Vec::new();
        let mut frontier: Vec<usize> = Vec::new();
        for &outcome in ordered {
            let (second, third) = (self.utility(1, outcome), self.utility(2, outcome));
            let from = stairs.partition_point(|step| step.0 < second);
            let under = stairs.get(from).is_some_and(|step| step.1 >= third);
            let equal = frontier.last().is_some_and(|&kept| self.same(kept, outcome));
            if equal {
                frontier.push(outcome);
            } else if !under {
                frontier.push(outcome);
                let to = from + usize::from(stairs.get(from).is_some_and(|step| step.0 == second));
                let lower = stairs[..from].partition_point(|step| step.1 > third);
                stairs.splice(lower..to, [(second, third)]);
            }
        }
        frontier
    }

    /// Any number of parties, ordered: each against the frontier so far.
    fn sweep_all(&self, ordered: &[usize]) -> Vec<usize> {
        let mut frontier: Vec<usize> = Vec::new();
        for &outcome in ordered {
            if !frontier.iter().any(|&kept| self.beats(kept, outcome)) {
                frontier.push(outcome);
            }
        }
        frontier
    }
}

/// The candidate with the greatest value, the first of equals.
fn best(candidates: &[usize], value: impl Fn(usize) -> f64) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for &candidate in candidates {
        let value = value(candidate);
        if best.is_none_or(|(known, _)| value > known) {
            best = Some((value, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Additive utilities over issues with listed options, first issue slowest.
    fn additive(weights: &[f64], values: &[&[f64]]) -> Vec<f64> {
        let mut utilities = vec![0.0];
        for (weight, options) in weights.iter().zip(values) {
            utilities = utilities
                .iter()
                .flat_map(|&so_far| options.iter().map(move |option| so_far + weight * option))
                .collect();
        }
        utilities
    }

    /// Reference P11: a two-party domain of three issues with four options, checked against negmas 0.16.
    #[test]
    fn the_two_party_domain_gives_negmas_points() {
        let a = additive(
            &[0.360_826, 0.332_004, 0.307_170],
            &[
                &[1.0, 0.523_748, 0.0, 0.516_384],
                &[1.0, 0.686_505, 0.850_228, 0.0],
                &[0.398_722, 0.466_944, 0.0, 1.0],
            ],
        );
        let b = additive(
            &[0.183_108, 0.505_610, 0.311_283],
            &[
                &[0.068_34, 0.685_312, 1.0, 0.0],
                &[0.462_883, 1.0, 0.461_673, 0.0],
                &[0.553_761, 0.868_879, 0.0, 1.0],
            ],
        );
        let outcomes = Outcomes::new(&[a, b]).expect("two parties");
        let points = outcomes.points(&[0.3, 0.3], KalaiSmorodinsky::LeastSpread);
        assert_eq!(points.acceptable, 47);
        let near = |x: f64, y: f64, tolerance: f64| (x - y).abs() < tolerance;
        let frontier: Vec<(f64, f64)> =
            points.frontier.iter().map(|&o| (outcomes.utility(0, o), outcomes.utility(1, o))).collect();
        for (x, y) in [(0.8959, 0.8294), (0.7241, 0.9424), (1.0, 0.5578), (0.5351, 1.0)] {
            assert!(frontier.iter().any(|f| near(f.0, x, 6e-5) && near(f.1, y, 6e-5)), "({x}, {y})");
        }
        assert_eq!(frontier.len(), 4);
        let deal = 7; // options 0, 1 and 3
        assert_eq!(points.nash, Some(deal));
        assert_eq!(points.kalai, Some(deal));
        assert_eq!(points.kalai_smorodinsky, Some(deal));
        assert!(near(outcomes.utility(0, deal), 0.895_918, 2e-6));
        assert!(near(outcomes.utility(1, deal), 0.829_406, 2e-6));
        let sum = points.utilitarian.map(|o| outcomes.utility(0, o) + outcomes.utility(1, o));
        assert!(sum.is_some_and(|sum| near(sum, 1.725_324, 2e-6)));
    }

    #[test]
    fn equal_outcomes_are_all_on_the_frontier() {
        for parties in 1..=4 {
            let outcomes = Outcomes::new(&vec![vec![1.0, 0.0, 1.0]; parties]).expect("parties");
            assert_eq!(outcomes.frontier(), [0, 2], "{parties} parties");
        }
    }

    #[test]
    fn nothing_acceptable_gives_no_points() {
        let outcomes = Outcomes::new(&[vec![0.1, 0.9], vec![0.9, 0.1]]).expect("two parties");
        let points = outcomes.points(&[0.5, 0.5], KalaiSmorodinsky::GreatestLeast);
        assert_eq!((points.acceptable, points.nash, points.kalai), (0, None, None));
        assert_eq!(points.frontier, [0, 1]);
    }

    #[test]
    fn what_can_t_be_compared_is_refused() {
        assert!(Outcomes::new(&[]).is_none());
        assert!(Outcomes::new(&[vec![1.0], vec![1.0, 2.0]]).is_none());
        assert!(Outcomes::new(&[vec![f64::NAN]]).is_none());
    }

    proptest! {
        /// Against the definition, with few distinct values so that ties are common.
        #[test]
        fn the_frontier_is_what_nothing_beats(
            parties in 1_usize..=4,
            values in prop::collection::vec(0_u8..6, 4..160),
        ) {
            let len = values.len() / parties;
            let columns: Vec<Vec<f64>> =
                (0..parties).map(|p| values[p * len..][..len].iter().map(|&v| f64::from(v)).collect()).collect();
            let outcomes = Outcomes::new(&columns).expect("parties");
            let plain: Vec<usize> =
                (0..len).filter(|&o| !(0..len).any(|other| outcomes.beats(other, o))).collect();
            prop_assert_eq!(outcomes.frontier(), plain);
        }
    }
}
