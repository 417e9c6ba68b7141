//! The formulas, over draws laid side by side.

use crate::math::ln;

/// How the actors' weights are made of capability `c` and salience `s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weighting {
    /// 1 each.
    Equal,
    /// s.
    Salience,
    /// c.
    Capability,
    /// c times s.
    CapabilitySalience,
}

/// How positions become terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// sum w x / sum w.
    Mean,
    /// The first position, ascending, at which the sum of weights reaches half.
    LowerMedian,
    /// argmax of sum `w_i` `ln(u_i(x)` - `d_i)`.
    Nash(Nash),
}

/// A reading of the asymmetric Nash bargaining solution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nash {
    pub(crate) utility: Utility,
    pub(crate) disagreement: Disagreement,
    /// Only multiples of this are tried; `None`: the exact maximum.
    pub(crate) grid: Option<f64>,
}

/// An actor's utility of terms `x` when it wants `x_i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Utility {
    /// 100 - |x - `x_i`|.
    Linear,
    /// (100^2 - (x - `x_i)^2`) / 100.
    Quadratic,
}

/// An actor's utility of no agreement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Disagreement {
    /// The same number for all.
    At(f64),
    /// The utility of the no-deal point; only terms that nobody likes less are allowed.
    Reference,
}

impl Utility {
    fn of(self, x: f64, wanted: f64) -> f64 {
        let distance = (x - wanted).abs();
        match self {
            Self::Linear => 100.0 - distance,
            Self::Quadratic => 100.0 - distance * distance / 100.0,
        }
    }
}

/// One issue in several draws: columns by lane.
pub(crate) struct Side<'a> {
    /// `positions[actor]`.
    pub(crate) positions: &'a [&'a [f64]],
    /// `weights[actor]`, not all 0 in any lane.
    pub(crate) weights: &'a [Vec<f64>],
    /// The no-deal point.
    pub(crate) reference: Option<&'a [f64]>,
}

/// Replaces weights that are all 0 in a lane by 1.
pub(crate) fn mend(weights: &mut [Vec<f64>]) {
    let lanes = weights.first().map_or(0, Vec::len);
    for lane in 0..lanes {
        if weights.iter().all(|weight| weight[lane] <= 0.0) {
            for weight in &mut *weights {
                weight[lane] = 1.0;
            }
        }
    }
}

impl Rule {
    /// The terms in each lane; missing where nobody has a position.
    pub(crate) fn solve(self, side: &Side<'_>, out: &mut [f64]) {
        if side.positions.is_empty() {
            out.fill(f64::NAN);
            return;
        }
        match self {
            Self::Mean => mean(side, out),
            Self::LowerMedian => median(side, out),
            Self::Nash(nash) => match nash.grid {
                None => nash.maximise(side, out),
                Some(step) => nash.search_grid(side, step, out),
            },
        }
    }
}

fn mean(side: &Side<'_>, out: &mut [f64]) {
    let mut total = vec![0.0; out.len()];
    out.fill(0.0);
    for (positions, weights) in side.positions.iter().zip(side.weights) {
        for (lane, total) in total.iter_mut().enumerate() {
            out[lane] += weights[lane] * positions[lane];
            *total += weights[lane];
        }
    }
    out.iter_mut().zip(total).for_each(|(out, total)| *out /= total);
}

fn median(side: &Side<'_>, out: &mut [f64]) {
    let mut order: Vec<usize> = (0..side.positions.len()).collect();
    for (lane, out) in out.iter_mut().enumerate() {
        order.sort_by(|&a, &b| side.positions[a][lane].total_cmp(&side.positions[b][lane]));
        let half = 0.5 * side.weights.iter().map(|weight| weight[lane]).sum::<f64>();
        let mut reached = 0.0;
        *out = f64::NAN;
        for &actor in &order {
            reached += side.weights[actor][lane];
            *out = side.positions[actor][lane];
            if reached >= half {
                break;
            }
        }
    }
}

/// Halvings of the scale: the maximum is known to 100 / 2^50 points.
const HALVINGS: usize = 50;

/// Terms this close to a position or an end are put there: the maximum of a sum of kinked curves is often at a kink.
const SNAP: f64 = 1e-9;

impl Nash {
    /// The logarithms are concave in `x`, so the derivative falls through 0 at most once.
    fn maximise(self, side: &Side<'_>, out: &mut [f64]) {
        let lanes = out.len();
        let ceilings: Vec<Vec<f64>> =
            side.positions.iter().map(|positions| self.ceiling(positions, side.reference)).collect();
        let (mut low, mut high) = self.allowed(side, lanes);
        let (first, last) = (low.clone(), high.clone());
        let mut slope = vec![0.0; lanes];
        let mut middle = vec![0.0; lanes];
        for _ in 0..HALVINGS {
            for lane in 0..lanes {
                middle[lane] = 0.5 * (low[lane] + high[lane]);
                slope[lane] = 0.0;
            }
            for ((positions, weights), ceiling) in side.positions.iter().zip(side.weights).zip(&ceilings) {
                match self.utility {
                    Utility::Linear => linear_slope(&middle, positions, weights, ceiling, &mut slope),
                    Utility::Quadratic => quadratic_slope(&middle, positions, weights, ceiling, &mut slope),
                }
            }
            for lane in 0..lanes {
                let rising = slope[lane] > 0.0;
                low[lane] = if rising { middle[lane] } else { low[lane] };
                high[lane] = if rising { high[lane] } else { middle[lane] };
            }
        }
        for lane in 0..lanes {
            let mut x = 0.5 * (low[lane] + high[lane]);
            for end in side.positions.iter().map(|positions| positions[lane]).chain([first[lane], last[lane]])
            {
                if (x - end).abs() < SNAP {
                    x = end;
                }
            }
            out[lane] = x;
        }
    }

    /// `A_i` in `u_i(x)` - `d_i` = (`A_i` - distance) or (`A_i` - distance^2) / 100.
    fn ceiling(self, positions: &[f64], reference: Option<&[f64]>) -> Vec<f64> {
        let of = |lane: usize, wanted: f64| match (self.disagreement, reference) {
            (Disagreement::Reference, Some(reference)) => {
                let distance = (reference[lane] - wanted).abs();
                if self.utility == Utility::Linear { distance } else { distance * distance }
            }
            (Disagreement::At(level), _) if self.utility == Utility::Linear => 100.0 - level,
            (Disagreement::At(level), _) => 100.0 * (100.0 - level),
            (Disagreement::Reference, None) => f64::NAN,
        };
        positions.iter().enumerate().map(|(lane, &wanted)| of(lane, wanted)).collect()
    }

    /// The terms that nobody likes less than no agreement.
    fn allowed(self, side: &Side<'_>, lanes: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut low, mut high) = (vec![0.0_f64; lanes], vec![100.0_f64; lanes]);
        if let (Disagreement::Reference, Some(reference)) = (self.disagreement, side.reference) {
            for positions in side.positions {
                for lane in 0..lanes {
                    let (stands, wanted) = (reference[lane], positions[lane]);
                    let across = 2.0 * wanted - stands;
                    low[lane] = low[lane].max(stands.min(across));
                    high[lane] = high[lane].min(stands.max(across));
                }
            }
        }
        (low, high)
    }

    /// The best multiple of `step`, with 1e-6 in the logarithm and 1e-9 on the weights, as in the published scores.
    fn search_grid(self, side: &Side<'_>, step: f64, out: &mut [f64]) {
        for (lane, out) in out.iter_mut().enumerate() {
            let reference = side.reference.map(|reference| reference[lane]);
            let mut best = f64::NEG_INFINITY;
            *out = reference.filter(|_| self.disagreement == Disagreement::Reference).unwrap_or(f64::NAN);
            for index in 0..=(100.0 / step) as u32 {
                let x = f64::from(index) * step;
                if let Some(value) = self.value(side, lane, x, reference)
                    && value > best
                {
                    best = value;
                    *out = x;
                }
            }
        }
    }

    /// The objective; `None` where the terms are not allowed.
    fn value(self, side: &Side<'_>, lane: usize, x: f64, reference: Option<f64>) -> Option<f64> {
        let mut sum = 0.0;
        for (positions, weights) in side.positions.iter().zip(side.weights) {
            let utility = self.utility.of(x, positions[lane]);
            let gain = match self.disagreement {
                Disagreement::At(level) => utility - level,
                Disagreement::Reference => utility - self.utility.of(reference?, positions[lane]),
            };
            if self.disagreement == Disagreement::Reference && gain < -1e-9 {
                return None;
            }
            sum += (weights[lane] + 1e-9) * ln(gain.max(0.0) + 1e-6);
        }
        Some(sum)
    }
}

/// Adds `w_i` times the derivative of ln(A - |x - `x_i`|).
fn linear_slope(at: &[f64], positions: &[f64], weights: &[f64], ceiling: &[f64], slope: &mut [f64]) {
    for lane in 0..slope.len() {
        let towards = positions[lane] - at[lane];
        let pull = weights[lane] / (ceiling[lane] - towards.abs());
        slope[lane] += if towards > 0.0 { pull } else { -pull };
    }
}

/// Adds half of `w_i` times the derivative of ln(A - (x - `x_i)^2`).
fn quadratic_slope(at: &[f64], positions: &[f64], weights: &[f64], ceiling: &[f64], slope: &mut [f64]) {
    for lane in 0..slope.len() {
        let towards = positions[lane] - at[lane];
        slope[lane] += weights[lane] * towards / (ceiling[lane] - towards * towards);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(rule: Rule, positions: &[f64], weights: &[f64], reference: Option<f64>) -> f64 {
        let columns: Vec<[f64; 1]> = positions.iter().map(|&x| [x]).collect();
        let columns: Vec<&[f64]> = columns.iter().map(<[f64; 1]>::as_slice).collect();
        let mut weights: Vec<Vec<f64>> = weights.iter().map(|&w| vec![w]).collect();
        mend(&mut weights);
        let reference = reference.map(|x| [x]);
        let reference = reference.as_ref().map(<[f64; 1]>::as_slice);
        let mut out = [0.0];
        rule.solve(&Side { positions: &columns, weights: &weights, reference }, &mut out);
        out[0]
    }

    fn nash(utility: Utility, disagreement: Disagreement, grid: Option<f64>) -> Rule {
        Rule::Nash(Nash { utility, disagreement, grid })
    }

    const FAR: f64 = -10_000.0;

    /// Acceptance case P9 of the project's reference on forecasting models.
    #[test]
    fn three_actors_with_two_at_one_pole() {
        let w = [1.0; 3];
        assert!((terms(Rule::Mean, &[0.0, 100.0, 100.0], &w, None) - 66.667).abs() < 1e-3);
        let far = nash(Utility::Quadratic, Disagreement::At(FAR), None);
        assert!((terms(far, &[0.0, 100.0, 100.0], &w, None) - 66.667).abs() < 0.5);
        assert_eq!(terms(far, &[100.0, 100.0, 100.0], &w, None), 100.0);
        assert!((terms(Rule::Mean, &[0.0, 0.0, 100.0], &w, None) - 33.333).abs() < 1e-3);
    }

    #[test]
    fn linear_nash_far_away_is_the_weighted_median() {
        let rule = nash(Utility::Linear, Disagreement::At(-1e7), None);
        let (x, w) = ([0.0, 30.0, 80.0, 100.0], [1.0, 2.0, 1.0, 1.5]);
        assert_eq!(terms(rule, &x, &w, None), terms(Rule::LowerMedian, &x, &w, None));
    }

    #[test]
    fn two_actors_on_either_side_of_the_no_deal_point_keep_it() {
        for utility in [Utility::Linear, Utility::Quadratic] {
            let rule = nash(utility, Disagreement::Reference, None);
            assert_eq!(terms(rule, &[0.0, 100.0], &[1.0, 9.0], Some(40.0)), 40.0);
        }
    }

    /// Above no deal, equal weights, linear: gains x on the way to the nearer, 2 * 60 - x beyond it.
    #[test]
    fn with_a_no_deal_point_gains_are_counted_from_there() {
        let rule = nash(Utility::Linear, Disagreement::Reference, None);
        // ln x + ln x up to 60, then ln(120 - x) + ln x: the most at 60.
        assert_eq!(terms(rule, &[60.0, 100.0], &[1.0, 1.0], Some(0.0)), 60.0);
        // Weight 3 on the farther: 3 / x = 1 / (120 - x) at 90.
        assert!((terms(rule, &[60.0, 100.0], &[1.0, 3.0], Some(0.0)) - 90.0).abs() < 1e-9);
    }

    #[test]
    fn nobody_with_a_position_says_nothing_and_no_weight_is_equal_weight() {
        assert!(terms(Rule::Mean, &[], &[], None).is_nan());
        assert_eq!(terms(Rule::Mean, &[0.0, 50.0], &[0.0, 0.0], None), 25.0);
        assert_eq!(terms(Rule::LowerMedian, &[0.0, 50.0], &[0.0, 0.0], None), 0.0);
    }

    fn rules() -> Vec<Rule> {
        let mut rules = vec![Rule::Mean, Rule::LowerMedian];
        for utility in [Utility::Linear, Utility::Quadratic] {
            rules.push(nash(utility, Disagreement::At(0.0), None));
            rules.push(nash(utility, Disagreement::Reference, None));
        }
        rules.push(nash(Utility::Quadratic, Disagreement::At(FAR), None));
        rules
    }

    fn actors() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0.0..100.0_f64, 0.1..100.0_f64), 2..8)
    }

    proptest! {
        /// Relabelling actors and scaling capability change nothing (P12).
        #[test]
        fn order_and_units_do_not_matter(actors in actors(), reference in 0.0..100.0_f64, factor in 0.01..100.0_f64) {
            let split = |list: &[(f64, f64)]| -> (Vec<f64>, Vec<f64>) { list.iter().copied().unzip() };
            let (x, w) = split(&actors);
            let turned: Vec<(f64, f64)> = actors.iter().rev().map(|(x, w)| (*x, w * factor)).collect();
            let (x2, w2) = split(&turned);
            for rule in rules() {
                let (a, b) = (terms(rule, &x, &w, Some(reference)), terms(rule, &x2, &w2, Some(reference)));
                prop_assert!((a - b).abs() < 1e-6, "{rule:?} {a} {b}");
            }
        }

        /// Mirroring positions mirrors terms (P12); medians only away from ties.
        #[test]
        fn mirrored_positions_give_mirrored_terms(actors in actors(), reference in 0.0..100.0_f64) {
            let (x, w): (Vec<f64>, Vec<f64>) = actors.iter().copied().unzip();
            let turned: Vec<f64> = x.iter().map(|x| 100.0 - x).collect();
            for rule in rules() {
                let a = terms(rule, &x, &w, Some(reference));
                let b = terms(rule, &turned, &w, Some(100.0 - reference));
                prop_assert!((a + b - 100.0).abs() < 1e-6, "{rule:?} {a} {b}");
            }
        }

        /// An actor that does not care does not move the compromise (P12), nor the median.
        #[test]
        fn salience_0_does_not_move(actors in actors(), idle in 0.0..100.0_f64) {
            let (mut x, mut w): (Vec<f64>, Vec<f64>) = actors.iter().copied().unzip();
            let before: Vec<f64> = rules().into_iter().map(|rule| terms(rule, &x, &w, None)).collect();
            x.push(idle);
            w.push(0.0);
            for (rule, before) in rules().into_iter().zip(before) {
                if !matches!(rule, Rule::Nash(Nash { disagreement: Disagreement::Reference, .. })) {
                    prop_assert!((terms(rule, &x, &w, None) - before).abs() < 1e-6);
                }
            }
        }

        /// Quadratic utility with disagreement ever worse tends to the weighted mean (P12).
        #[test]
        fn far_disagreement_tends_to_the_mean(actors in actors()) {
            let (x, w): (Vec<f64>, Vec<f64>) = actors.iter().copied().unzip();
            let far = terms(nash(Utility::Quadratic, Disagreement::At(-1e9), None), &x, &w, None);
            prop_assert!((far - terms(Rule::Mean, &x, &w, None)).abs() < 1e-3);
        }

        /// No multiple of 0.5 is better than the exact maximum.
        #[test]
        fn the_exact_maximum_beats_the_grid(actors in actors(), reference in 0.0..100.0_f64) {
            let (x, w): (Vec<f64>, Vec<f64>) = actors.iter().copied().unzip();
            for utility in [Utility::Linear, Utility::Quadratic] {
                for disagreement in [Disagreement::At(0.0), Disagreement::At(FAR), Disagreement::Reference] {
                    let exact = terms(nash(utility, disagreement, None), &x, &w, Some(reference));
                    let grid = terms(nash(utility, disagreement, Some(0.5)), &x, &w, Some(reference));
                    prop_assert!((exact - grid).abs() <= 0.51, "{utility:?} {disagreement:?}: {exact}, {grid}");
                }
            }
        }
    }
}
