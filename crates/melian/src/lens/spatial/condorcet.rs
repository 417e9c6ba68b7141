//! The probabilistic Condorcet election: coalitions, pairwise chances, a distribution.

use super::lanes::{LANES, Lanes, positive};
use super::options::{CondorcetModel, VictoryModel, VotingRule};
use super::vote::{self, Rule};

/// Strength every coalition starts from, so that none is ever empty.
const LEAST_COALITION: f64 = 1e-8;

/// Rounds after which a Markov chain that hasn't come to rest is cut off. The chain is
/// averaged with its last state, so that it can't alternate; this only bounds the work.
const MOST_ROUNDS: usize = 10_000;

/// Chances that the first and the second of two coalitions of these strengths win.
#[must_use]
pub fn victory(model: VictoryModel, first: f64, second: f64) -> (f64, f64) {
    let total = first + second;
    match model {
        VictoryModel::Linear => (first / total, second / total),
        VictoryModel::Square => power(first, second, 1),
        VictoryModel::Quartic => power(first, second, 2),
        VictoryModel::Octic => power(first, second, 3),
        VictoryModel::Binary => {
            const LOSER: f64 = 1e-6;
            const SUM: f64 = 1.0 + LOSER;
            if first >= 1.1 * second {
                (1.0 / SUM, LOSER / SUM)
            } else if second >= 1.1 * first {
                (LOSER / SUM, 1.0 / SUM)
            } else {
                let ramp = |share: f64| ((2.1 * share - 1.0) / 0.1).clamp(0.0, 1.0);
                let (p, q) = (ramp(first / total), ramp(second / total));
                (p / (p + q), q / (p + q))
            }
        }
    }
}

fn power(first: f64, second: f64, squarings: u32) -> (f64, f64) {
    // Shares first: no strength is then too large to be raised to a power.
    let (mut a, mut b) = (first / (first + second), second / (first + second));
    for _ in 0..squarings {
        a *= a;
        b *= b;
    }
    (a / (a + b), b / (a + b))
}

/// Working space for elections over up to a fixed number of options.
#[derive(Debug, Clone)]
pub(super) struct Election {
    rule: fn(&mut Election, &Lanes, &[f64], usize),
    victory: VictoryModel,
    model: CondorcetModel,
    strength: Lanes,
    chance: Lanes,
    next: Vec<f64>,
    challenge: Lanes,
    column: Vec<f64>,
}

impl Election {
    pub(super) fn new(
        voting: VotingRule,
        victory: VictoryModel,
        model: CondorcetModel,
        most_options: usize,
    ) -> Self {
        let rule = match voting {
            VotingRule::Binary => Self::coalitions::<vote::Binary>,
            VotingRule::PropBin => Self::coalitions::<vote::PropBin>,
            VotingRule::Prop => Self::coalitions::<vote::Prop>,
            VotingRule::PropCbc => Self::coalitions::<vote::PropCbc>,
            VotingRule::Cubic => Self::coalitions::<vote::Cubic>,
            VotingRule::AsymProsp => Self::coalitions::<vote::AsymProsp>,
        };
        Self {
            rule,
            victory,
            model,
            strength: Lanes::new(most_options, most_options),
            chance: Lanes::new(most_options, most_options),
            next: vec![0.0; most_options],
            challenge: Lanes::new(most_options, most_options),
            column: vec![0.0; most_options],
        }
    }

    /// The distribution over the first `probability.len()` columns of `utility` (a row per
    /// voter), voters having these weights.
    pub(super) fn hold(&mut self, utility: &Lanes, weight: &[f64], probability: &mut [f64]) {
        (self.rule)(self, utility, weight, probability.len());
        self.contest(probability.len());
        self.distribute(probability);
    }

    /// The distribution given the strength of every coalition: `strength[i * options + j]`
    /// is that of `i` against `j`.
    pub(super) fn hold_on_strengths(&mut self, strength: &[f64], probability: &mut [f64]) {
        let options = probability.len();
        for i in 0..options {
            for j in 0..options {
                let own = if i == j { LEAST_COALITION } else { strength[i * options + j] };
                self.strength.set(i, j, own);
            }
        }
        self.contest(options);
        self.distribute(probability);
    }

    fn coalitions<R: Rule>(&mut self, utility: &Lanes, weight: &[f64], options: usize) {
        for i in 0..options {
            for block in 0..i.div_ceil(LANES) {
                let mut first = [LEAST_COALITION; LANES];
                let mut second = [LEAST_COALITION; LANES];
                for (k, &w) in weight.iter().enumerate() {
                    let mine = utility.get(k, i);
                    let theirs = utility.row(k)[block];
                    for lane in 0..LANES {
                        let v = R::vote(w, mine - theirs[lane]);
                        first[lane] += positive(v);
                        second[lane] += positive(-v);
                    }
                }
                for lane in 0..LANES.min(i - block * LANES) {
                    let j = block * LANES + lane;
                    self.strength.set(i, j, first[lane]);
                    self.strength.set(j, i, second[lane]);
                }
            }
            self.strength.set(i, i, LEAST_COALITION);
        }
    }

    fn contest(&mut self, options: usize) {
        for i in 0..options {
            self.chance.set(i, i, 0.5);
            for j in 0..i {
                let (p, q) = victory(self.victory, self.strength.get(i, j), self.strength.get(j, i));
                self.chance.set(i, j, p);
                self.chance.set(j, i, q);
            }
        }
    }

    fn distribute(&mut self, probability: &mut [f64]) {
        match self.model {
            CondorcetModel::Conditional => self.conditional(probability),
            CondorcetModel::MarkovUniform => self.markov_uniform(probability),
            CondorcetModel::MarkovIncentive => self.markov_incentive(probability),
        }
    }

    fn conditional(&self, probability: &mut [f64]) {
        // All options are rescaled together, by a power of two, before the largest could
        // vanish: with many options the products leave the range of doubles.
        const SMALL: f64 = 1e-60;
        const RESCALE: f64 = (1u128 << 120) as f64;
        let options = probability.len();
        probability.fill(1.0);
        for j in 0..options {
            let mut largest = 0.0;
            for (i, p) in probability.iter_mut().enumerate() {
                *p *= self.chance.get(i, j);
                largest = if *p > largest { *p } else { largest };
            }
            while largest > 0.0 && largest < SMALL {
                for p in probability.iter_mut() {
                    *p *= RESCALE;
                }
                largest *= RESCALE;
            }
        }
        normalise(probability);
    }

    fn markov_uniform(&mut self, probability: &mut [f64]) {
        let options = probability.len();
        probability.fill(1.0 / options as f64);
        for _ in 0..MOST_ROUNDS {
            for i in 0..options {
                let sum = (0..options)
                    .map(|j| self.chance.get(i, j) * (probability[i] + probability[j]))
                    .sum::<f64>();
                self.next[i] = sum / options as f64;
            }
            if self.average(probability) <= 1e-6 {
                break;
            }
        }
        normalise(probability);
    }

    fn markov_incentive(&mut self, probability: &mut [f64]) {
        let options = probability.len();
        for j in 0..options {
            for i in 0..options {
                let idle = if i == j { 1e-10 } else { 0.0 };
                self.column[i] = self.strength.get(i, j) * self.chance.get(i, j) + idle;
            }
            let sum = self.column[..options].iter().sum::<f64>();
            for i in 0..options {
                self.challenge.set(i, j, self.column[i] / sum);
            }
        }
        probability.fill(1.0 / options as f64);
        for _ in 0..MOST_ROUNDS {
            for i in 0..options {
                self.next[i] = (0..options)
                    .map(|j| {
                        self.chance.get(i, j)
                            * (probability[i] * self.challenge.get(j, i)
                                + probability[j] * self.challenge.get(i, j))
                    })
                    .sum();
            }
            if self.average(probability) <= 1e-8 {
                break;
            }
        }
        normalise(probability);
    }

    /// Moves the distribution half way to the next one; returns how far apart they were.
    fn average(&self, probability: &mut [f64]) -> f64 {
        let mut apart = 0.0;
        for (p, &q) in probability.iter_mut().zip(&self.next) {
            let gap = (q - *p).abs();
            apart = if gap > apart { gap } else { apart };
            *p = f64::midpoint(*p, q);
        }
        apart
    }
}

fn normalise(probability: &mut [f64]) {
    let sum = probability.iter().sum::<f64>();
    for p in probability {
        *p /= sum;
    }
}

/// The distribution over options, given the strength of each coalition of `i` against `j`
/// (`strength[i * options + j]`; the diagonal is not read).
///
/// # Panics
/// If `strength` isn't a square of `options`.
#[must_use]
pub fn condorcet(victory: VictoryModel, model: CondorcetModel, strength: &[f64], options: usize) -> Vec<f64> {
    assert_eq!(strength.len(), options * options, "a strength for every pair");
    let mut probability = vec![0.0; options];
    Election::new(VotingRule::Prop, victory, model, options).hold_on_strengths(strength, &mut probability);
    probability
}
