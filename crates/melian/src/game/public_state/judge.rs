//! The judge: how good a strategy is, found without any code of the solver.
//!
//! Two questions. Is it a quantal-response equilibrium: how far is each probability from the logit choice at its own
//! action values and Bayes beliefs? And what could a deviator gain who, unlike the strategies, remembers the whole
//! public history? The deviator's state is (public state, belief over the others' types); its value, as a function of
//! unnormalised weights, is convex and positively homogeneous. With two possible types of one opponent it is the upper
//! envelope of finitely many vectors and found exactly (Smallwood and Sondik 1973); beyond, it is bounded from above by
//! chords on grids over the simplex of each opponent's likelihoods (Lovejoy 1991) and from below by deviations that are
//! actually carried out.

use rayon::prelude::*;

use super::error::PublicStateError;
use super::simplex::ProductGrid;
use super::strategy::Strategy;
use super::structure::{NONE, PublicStateGame, Structure};
use crate::math::{exp, ln};

/// How much work the judge may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JudgeOptions {
    /// Most vectors kept at a state where the value is found exactly; beyond, some are dropped and the loss is counted.
    pub vectors: usize,
    /// Most grid points at a state where the value is bounded by chords.
    pub points: usize,
}

impl Default for JudgeOptions {
    fn default() -> Self {
        Self { vectors: 2_000, points: 1_001 }
    }
}

/// How a bound on a deviator's gain was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Exactly, up to rounding.
    Exact,
    /// By vectors, some of them dropped; the bounds enclose the loss.
    Vectors,
    /// By chords on a grid of this many points a state, and the best deviation found.
    Grid {
        /// Points a state.
        points: usize,
    },
}

/// What one type of one player could gain by any history-dependent deviation, before play, by its own beliefs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regret {
    /// What the type expects under the strategy.
    pub value: f64,
    /// Gain of the best deviation found.
    pub lower: f64,
    /// No deviation gains more than this.
    pub upper: f64,
    /// How the bounds were found.
    pub method: Method,
}

/// The judge's findings.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The precision judged at.
    pub lambda: f64,
    /// Largest distance of a probability from its logit choice.
    pub residual: f64,
    /// Largest gain of a type at a state from another choice there alone, given its beliefs.
    pub one_shot_regret: f64,
    /// `[player][type]`. Types of zero prior have regret 0.
    pub regrets: Vec<Vec<Regret>>,
    /// Widest range of payoffs of a player over whole plays.
    pub range: f64,
}

impl Certificate {
    /// No deviation of any type gains more.
    #[must_use]
    pub fn regret_upper(&self) -> f64 {
        self.regrets.iter().flatten().map(|regret| regret.upper).fold(0.0, f64::max)
    }

    /// Some deviation of some type gains this.
    #[must_use]
    pub fn regret_lower(&self) -> f64 {
        self.regrets.iter().flatten().map(|regret| regret.lower).fold(0.0, f64::max)
    }

    /// Whether the regret is known to within `epsilon`; otherwise say "not certified" and give the lower bound.
    #[must_use]
    pub fn certified(&self, epsilon: f64) -> bool {
        self.regrets.iter().flatten().all(|regret| regret.upper - regret.lower <= epsilon)
    }
}

/// Judges a strategy.
///
/// # Errors
/// If the strategy doesn't fit the game.
pub fn judge(
    game: &PublicStateGame,
    lambda: f64,
    strategy: &Strategy,
    options: &JudgeOptions,
) -> Result<Certificate, PublicStateError> {
    if strategy.logs().len() != game.strategy_len() {
        let why = format!("{} entries given, {} expected", strategy.logs().len(), game.strategy_len());
        return Err(PublicStateError::BadStrategy { why });
    }
    let play = Play::new(game, strategy);
    let (residual, one_shot_regret) = play.residual(lambda);
    let pairs: Vec<(usize, usize)> = (0..game.players().len())
        .flat_map(|player| (0..game.types(player).len()).map(move |own| (player, own)))
        .collect();
    let found: Vec<Regret> =
        pairs.par_iter().map(|&(player, own)| play.regret(player, own, options)).collect();
    let mut found = found.into_iter();
    let regrets = (0..game.players().len())
        .map(|player| found.by_ref().take(game.types(player).len()).collect())
        .collect();
    Ok(Certificate { lambda, residual, one_shot_regret, regrets, range: game.payoff_range() })
}

/// A strategy with its values, computed by plain recursions.
struct Play<'a> {
    game: &'a PublicStateGame,
    structure: &'a Structure,
    logs: &'a [f64],
    probabilities: Vec<f64>,
    /// `[state][player][joint type]`
    values: Vec<f64>,
}

impl<'a> Play<'a> {
    fn new(game: &'a PublicStateGame, strategy: &'a Strategy) -> Self {
        let structure = &*game.structure;
        let mut play = Self {
            game,
            structure,
            logs: strategy.logs(),
            probabilities: strategy.probabilities(),
            values: Vec::new(),
        };
        play.values = play.backward();
        play
    }

    fn chance(&self, player: usize, link: usize, theta: usize) -> f64 {
        let row = self.structure.links[link].probability;
        if row == NONE {
            return 1.0;
        }
        let view = self.structure.view_of[player];
        let joint = self.structure.joint_types;
        self.game.numbers.probabilities
            [(view * self.structure.probability_rows + row as usize) * joint + theta]
    }

    fn paid(&self, block: u32, player: usize, theta: usize) -> f64 {
        if block == NONE {
            return 0.0;
        }
        let joint = self.structure.joint_types;
        self.game.numbers.payoffs[(block as usize * self.structure.players.len() + player) * joint + theta]
    }

    /// Entry of the strategy for a seat's action, by joint type.
    fn entry(&self, seat: usize, action: usize, theta: usize) -> usize {
        let seat = &self.structure.seats[seat];
        seat.first + self.structure.type_of[seat.player][theta] as usize * seat.actions + action
    }

    fn value(&self, values: &[f64], state: usize, player: usize, theta: usize) -> f64 {
        values[(state * self.structure.players.len() + player) * self.structure.joint_types + theta]
    }

    fn backward(&self) -> Vec<f64> {
        let structure = self.structure;
        let (players, joint) = (structure.players.len(), structure.joint_types);
        let mut values = vec![0.0; structure.states() * players * joint];
        for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
            for player in 0..players {
                for theta in 0..joint {
                    values[(state * players + player) * joint + theta] = self.paid(payoff, player, theta);
                }
            }
        }
        for &state in structure.order.iter().rev() {
            let state = state as usize;
            for (offset, at) in structure.joint_at(state).enumerate() {
                for theta in 0..joint {
                    let played: f64 = structure
                        .joint_actions(state, offset)
                        .map(|(seat, action)| self.probabilities[self.entry(seat, action, theta)])
                        .product();
                    for link in structure.links_of(at) {
                        let shape = structure.links[link];
                        for player in 0..players {
                            let ahead = self.paid(shape.payoff, player, theta)
                                + self.value(&values, shape.next as usize, player, theta);
                            values[(state * players + player) * joint + theta] +=
                                played * self.chance(player, link, theta) * ahead;
                        }
                    }
                }
            }
        }
        values
    }

    /// Logarithms of the weights of joint types at every state, as `player` sees them: `[state][joint type]`.
    fn log_weights(&self, player: usize) -> Vec<f64> {
        let structure = self.structure;
        let joint = structure.joint_types;
        let view = structure.view_of[player];
        let mut arrivals: Vec<Vec<f64>> = vec![Vec::new(); structure.states() * joint];
        let mut weights = vec![f64::NEG_INFINITY; structure.states() * joint];
        for theta in 0..joint {
            arrivals[structure.root * joint + theta].push(self.game.numbers.log_prior[view * joint + theta]);
        }
        for &state in &structure.order {
            let state = state as usize;
            for theta in 0..joint {
                let weight = log_sum(&arrivals[state * joint + theta]);
                weights[state * joint + theta] = weight;
                for (offset, at) in structure.joint_at(state).enumerate() {
                    let played: f64 = structure
                        .joint_actions(state, offset)
                        .map(|(seat, action)| self.logs[self.entry(seat, action, theta)])
                        .sum();
                    for link in structure.links_of(at) {
                        let next = structure.links[link].next as usize;
                        arrivals[next * joint + theta]
                            .push(weight + played + ln(self.chance(player, link, theta)));
                    }
                }
            }
        }
        weights
    }

    /// Belief over joint types at a state given the own type; where play can't arrive, by the prior, else even odds.
    fn belief(&self, weights: &[f64], player: usize, own: usize, state: usize) -> Vec<(usize, f64)> {
        let joint = self.structure.joint_types;
        let members = self.members(player, own);
        let prior = &self.game.numbers.log_prior[self.structure.view_of[player] * joint..][..joint];
        let mut logs: Vec<f64> = members.iter().map(|&theta| weights[state * joint + theta]).collect();
        let mut total = log_sum(&logs);
        if total == f64::NEG_INFINITY {
            logs = members.iter().map(|&theta| prior[theta]).collect();
            total = log_sum(&logs);
        }
        if total == f64::NEG_INFINITY {
            logs = vec![0.0; members.len()];
            total = log_sum(&logs);
        }
        members.into_iter().zip(logs).map(|(theta, log)| (theta, exp(log - total))).collect()
    }

    fn members(&self, player: usize, own: usize) -> Vec<usize> {
        (0..self.structure.joint_types)
            .filter(|&theta| self.structure.type_of[player][theta] as usize == own)
            .collect()
    }

    /// Largest distance from logit choice, and largest gain from one other choice.
    fn residual(&self, lambda: f64) -> (f64, f64) {
        let structure = self.structure;
        let (mut residual, mut gain) = (0.0f64, 0.0f64);
        for player in 0..structure.players.len() {
            let weights = self.log_weights(player);
            for &state in &structure.order {
                let state = state as usize;
                for seat in structure.seats_at(state).filter(|&seat| structure.seats[seat].player == player) {
                    for own in 0..structure.types[player].len() {
                        let (distance, better) = self.choice(&weights, lambda, state, seat, own);
                        residual = residual.max(distance);
                        gain = gain.max(better);
                    }
                }
            }
        }
        (residual, gain)
    }

    fn choice(&self, weights: &[f64], lambda: f64, state: usize, seat: usize, own: usize) -> (f64, f64) {
        let structure = self.structure;
        let shape = structure.seats[seat];
        let belief = self.belief(weights, shape.player, own, state);
        let mut action_values = vec![0.0; shape.actions];
        for (offset, at) in structure.joint_at(state).enumerate() {
            for &(theta, weight) in &belief {
                let (mut played, mut own_action) = (1.0, 0);
                for (other, action) in structure.joint_actions(state, offset) {
                    if other == seat {
                        own_action = action;
                    } else {
                        played *= self.probabilities[self.entry(other, action, theta)];
                    }
                }
                for link in structure.links_of(at) {
                    let next = structure.links[link];
                    let ahead = self.paid(next.payoff, shape.player, theta)
                        + self.value(&self.values, next.next as usize, shape.player, theta);
                    action_values[own_action] +=
                        weight * played * self.chance(shape.player, link, theta) * ahead;
                }
            }
        }
        let scores: Vec<f64> = action_values
            .iter()
            .enumerate()
            .map(|(action, value)| structure.log_measure[shape.measure + action] + lambda * value)
            .collect();
        let total = log_sum(&scores);
        let first = shape.first + own * shape.actions;
        let played = &self.probabilities[first..first + shape.actions];
        let distance = scores
            .iter()
            .zip(played)
            .map(|(score, played)| (exp(score - total) - played).abs())
            .fold(0.0, f64::max);
        let best = action_values.iter().fold(f64::NEG_INFINITY, |best, &value| best.max(value));
        let mean: f64 = action_values.iter().zip(played).map(|(value, played)| value * played).sum();
        (distance, best - mean)
    }

    fn regret(&self, player: usize, own: usize, options: &JudgeOptions) -> Regret {
        let structure = self.structure;
        let joint = structure.joint_types;
        let members = self.members(player, own);
        let prior: Vec<f64> = members
            .iter()
            .map(|&theta| exp(self.game.numbers.log_prior[structure.view_of[player] * joint + theta]))
            .collect();
        let mass: f64 = prior.iter().sum();
        if mass == 0.0 {
            return Regret { value: 0.0, lower: 0.0, upper: 0.0, method: Method::Exact };
        }
        let value = members
            .iter()
            .zip(&prior)
            .map(|(&theta, weight)| weight * self.value(&self.values, structure.root, player, theta))
            .sum::<f64>()
            / mass;
        let deviator = Deviator { play: self, player, members, prior };
        let (lower, upper, method) = if deviator.members.len() == 2 {
            deviator.by_vectors(options.vectors)
        } else {
            deviator.by_grid(options.points)
        };
        // Rounding of as many additions and products as the longest play has steps, generously.
        let slack = structure.order.len() as f64 * 4.0 * f64::EPSILON * (upper / mass).abs().max(value.abs());
        Regret {
            value,
            lower: (lower / mass - value).max(0.0),
            upper: (upper / mass - value).max(0.0) + slack,
            method,
        }
    }
}

fn log_sum(logs: &[f64]) -> f64 {
    let top = logs.iter().fold(f64::NEG_INFINITY, |top, &log| top.max(log));
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + ln(logs.iter().map(|&log| exp(log - top)).sum::<f64>())
}

/// One type of one player, free to deviate. `members` are the joint types it thinks possible, with their prior weights.
struct Deviator<'a> {
    play: &'a Play<'a>,
    player: usize,
    members: Vec<usize>,
    prior: Vec<f64>,
}

impl Deviator<'_> {
    /// The deviator's action in a joint action (0 where it doesn't move) and the number of its actions there.
    fn own_actions(&self, state: usize) -> usize {
        let structure = self.play.structure;
        structure
            .seats_at(state)
            .find(|&seat| structure.seats[seat].player == self.player)
            .map_or(1, |seat| structure.seats[seat].actions)
    }

    /// The joint actions with a given action of the deviator.
    fn joint_with(&self, state: usize, own_action: usize) -> Vec<usize> {
        let structure = self.play.structure;
        (0..structure.joint_at(state).len())
            .filter(|&offset| {
                structure
                    .joint_actions(state, offset)
                    .all(|(seat, action)| structure.seats[seat].player != self.player || action == own_action)
            })
            .collect()
    }

    /// Probability of a joint action and a branch by member, the deviator's own part left out.
    fn likelihood(&self, state: usize, offset: usize, link: usize) -> Vec<f64> {
        let play = self.play;
        self.members
            .iter()
            .map(|&theta| {
                play.structure
                    .joint_actions(state, offset)
                    .filter(|&(seat, _)| play.structure.seats[seat].player != self.player)
                    .map(|(seat, action)| play.probabilities[play.entry(seat, action, theta)])
                    .product::<f64>()
                    * play.chance(self.player, link, theta)
            })
            .collect()
    }

    fn paid(&self, block: u32) -> Vec<f64> {
        self.members.iter().map(|&theta| self.play.paid(block, self.player, theta)).collect()
    }

    /// Two members: the upper envelope, exactly unless it grows beyond `most` vectors. Lower and upper bound and method.
    fn by_vectors(&self, most: usize) -> (f64, f64, Method) {
        let structure = self.play.structure;
        let mut envelopes: Vec<Vec<[f64; 2]>> = vec![Vec::new(); structure.states()];
        let mut lost = vec![0.0f64; structure.states()];
        for (state, envelope) in envelopes.iter_mut().enumerate() {
            if structure.is_terminal(state) {
                let paid = self.paid(structure.terminal_payoff[state]);
                *envelope = vec![[paid[0], paid[1]]];
            }
        }
        for &state in structure.order.iter().rev() {
            let state = state as usize;
            let mut candidates = Vec::new();
            for own_action in 0..self.own_actions(state) {
                let mut sum = vec![[0.0, 0.0]];
                for offset in self.joint_with(state, own_action) {
                    for link in structure.links_of(structure.joint_at(state).start + offset) {
                        let shape = structure.links[link];
                        let likelihood = self.likelihood(state, offset, link);
                        let paid = self.paid(shape.payoff);
                        let ahead: Vec<[f64; 2]> = envelopes[shape.next as usize]
                            .iter()
                            .map(|vector| {
                                [likelihood[0] * (vector[0] + paid[0]), likelihood[1] * (vector[1] + paid[1])]
                            })
                            .collect();
                        sum = envelope_sum(&sum, &envelope(ahead));
                        lost[state] = lost[state].max(lost[shape.next as usize]);
                    }
                }
                candidates.extend(sum);
            }
            let mut found = envelope(candidates);
            lost[state] += thin(&mut found, most);
            envelopes[state] = found;
        }
        let (lower, _) = best_of(&envelopes[structure.root], [self.prior[0], self.prior[1]]);
        let loss = lost[structure.root] * (self.prior[0] + self.prior[1]);
        (lower, lower + loss, if loss == 0.0 { Method::Exact } else { Method::Vectors })
    }

    /// Any number of members: chords from above, deviations carried out from below.
    fn by_grid(&self, points: usize) -> (f64, f64, Method) {
        let factors = self.factors();
        let grid = ProductGrid::new(&factors.sizes, points);
        let structure = self.play.structure;
        let mut bounds: Vec<Option<StateBounds>> = (0..structure.states()).map(|_| None).collect();
        for &state in structure.order.iter().rev() {
            let state = state as usize;
            let steps = self.steps(state, &factors);
            let mut found = StateBounds { upper: Vec::new(), vectors: Vec::new() };
            for point in 0..grid.points() {
                let (upper, vector) = self.backup(&steps, &bounds, &grid, &factors, &grid.point(point));
                found.upper.push(upper);
                found.vectors.extend(vector);
            }
            bounds[state] = Some(found);
        }
        let even: Vec<Vec<f64>> = factors.sizes.iter().map(|&size| vec![1.0; size]).collect();
        let (upper, vector) =
            self.backup(&self.steps(structure.root, &factors), &bounds, &grid, &factors, &even);
        let lower: f64 = vector.iter().zip(&self.prior).map(|(value, weight)| value * weight).sum();
        let exact = factors.sizes.iter().all(|&size| size == 1);
        (lower, upper.max(lower), if exact { Method::Exact } else { Method::Grid { points: grid.points() } })
    }

    /// How beliefs factor: by opponent, if every chance that depends on types does; else all members are one factor.
    fn factors(&self) -> Factors {
        let structure = self.play.structure;
        let others: Vec<usize> = (0..structure.players.len()).filter(|&other| other != self.player).collect();
        let by_opponent = Factors {
            sizes: others.iter().map(|&other| structure.types[other].len()).collect(),
            of_member: self
                .members
                .iter()
                .map(|&theta| others.iter().map(|&other| structure.type_of[other][theta] as usize).collect())
                .collect(),
        };
        let splits = (0..structure.links.len()).all(|link| {
            let chance: Vec<f64> =
                self.members.iter().map(|&theta| self.play.chance(self.player, link, theta)).collect();
            by_opponent.split(&chance).is_some()
        });
        if splits {
            by_opponent
        } else {
            Factors {
                sizes: vec![self.members.len()],
                of_member: (0..self.members.len()).map(|member| vec![member]).collect(),
            }
        }
    }

    /// Everything that can happen at a state, by own action.
    fn steps(&self, state: usize, factors: &Factors) -> Vec<Vec<Step>> {
        let structure = self.play.structure;
        (0..self.own_actions(state))
            .map(|own_action| {
                let mut steps = Vec::new();
                for offset in self.joint_with(state, own_action) {
                    for link in structure.links_of(structure.joint_at(state).start + offset) {
                        let likelihood = self.likelihood(state, offset, link);
                        let shape = structure.links[link];
                        let mut paid = self.paid(shape.payoff);
                        let next = shape.next as usize;
                        if structure.is_terminal(next) {
                            for (paid, end) in paid.iter_mut().zip(self.paid(structure.terminal_payoff[next]))
                            {
                                *paid += end;
                            }
                        }
                        let split = factors.split(&likelihood).unwrap_or_default();
                        steps.push(Step {
                            next: (!structure.is_terminal(next)).then_some(next),
                            likelihood,
                            split,
                            paid,
                        });
                    }
                }
                steps
            })
            .collect()
    }

    /// Upper bound on the value at likelihoods `at` (by factor, any scale), and a vector that a deviation attains.
    fn backup(
        &self,
        steps: &[Vec<Step>],
        bounds: &[Option<StateBounds>],
        grid: &ProductGrid,
        factors: &Factors,
        at: &[Vec<f64>],
    ) -> (f64, Vec<f64>) {
        let size = self.members.len();
        let weights: Vec<f64> =
            (0..size).map(|member| self.prior[member] * factors.weight(member, at)).collect();
        let mut best_upper = f64::NEG_INFINITY;
        let mut best_lower = f64::NEG_INFINITY;
        let mut best_vector = vec![0.0; size];
        let mut vector = vec![0.0; size];
        for own_action in steps {
            let mut upper = 0.0;
            vector.fill(0.0);
            for step in own_action {
                for member in 0..size {
                    let paid = step.likelihood[member] * step.paid[member];
                    vector[member] += paid;
                    upper += weights[member] * paid;
                }
                let Some(ahead) = step.next.and_then(|next| bounds[next].as_ref()) else {
                    continue;
                };
                let moved: Vec<Vec<f64>> = at
                    .iter()
                    .zip(&step.split)
                    .map(|(at, split)| at.iter().zip(split).map(|(a, b)| a * b).collect())
                    .collect();
                let Some((scale, corners)) = grid.locate(&moved) else {
                    continue;
                };
                upper +=
                    scale * corners.iter().map(|&(point, share)| share * ahead.upper[point]).sum::<f64>();
                let attained =
                    ahead.best_corner(&corners, size, |member| weights[member] * step.likelihood[member]);
                for member in 0..size {
                    vector[member] += step.likelihood[member] * attained[member];
                }
            }
            let lower: f64 = vector.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
            best_upper = best_upper.max(upper);
            if lower > best_lower {
                best_lower = lower;
                best_vector.copy_from_slice(&vector);
            }
        }
        (best_upper, best_vector)
    }
}

struct Factors {
    sizes: Vec<usize>,
    /// `[member][factor]`: index within the factor.
    of_member: Vec<Vec<usize>>,
}

impl Factors {
    fn weight(&self, member: usize, at: &[Vec<f64>]) -> f64 {
        self.of_member[member].iter().zip(at).map(|(&index, values)| values[index]).product()
    }

    /// Writes a function of members as a product over factors, if it is one.
    fn split(&self, values: &[f64]) -> Option<Vec<Vec<f64>>> {
        let base = (0..values.len()).fold(
            0,
            |best, member| {
                if values[member] > values[best] { member } else { best }
            },
        );
        let top = values[base];
        let mut split: Vec<Vec<f64>> = self.sizes.iter().map(|&size| vec![0.0; size]).collect();
        if top > 0.0 {
            for (member, indices) in self.of_member.iter().enumerate() {
                let mut apart =
                    (0..indices.len()).filter(|&factor| indices[factor] != self.of_member[base][factor]);
                if let (Some(factor), None) = (apart.next(), apart.next()) {
                    split[factor][indices[factor]] = values[member] / top;
                }
            }
            for (factor, own) in split.iter_mut().enumerate() {
                own[self.of_member[base][factor]] = 1.0;
            }
            if let Some(first) = split.first_mut() {
                for value in first {
                    *value *= top;
                }
            }
        }
        let fits = (0..values.len())
            .all(|member| (self.weight(member, &split) - values[member]).abs() <= 1e-12 * top);
        fits.then_some(split)
    }
}

struct Step {
    /// `None` if play ends.
    next: Option<usize>,
    likelihood: Vec<f64>,
    split: Vec<Vec<f64>>,
    paid: Vec<f64>,
}

struct StateBounds {
    /// Upper bound at every grid point.
    upper: Vec<f64>,
    /// A vector that a deviation attains, for every grid point.
    vectors: Vec<f64>,
}

const CORNERS_TRIED: usize = 8;

impl StateBounds {
    /// The best at these weights of the vectors of the corners that weigh most.
    fn best_corner(&self, corners: &[(usize, f64)], size: usize, weight: impl Fn(usize) -> f64) -> &[f64] {
        let mut order: Vec<&(usize, f64)> = corners.iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut best = (f64::NEG_INFINITY, 0);
        for &&(point, _) in order.iter().take(CORNERS_TRIED) {
            let value: f64 =
                (0..size).map(|member| weight(member) * self.vectors[point * size + member]).sum();
            if value > best.0 {
                best = (value, point);
            }
        }
        &self.vectors[best.1 * size..(best.1 + 1) * size]
    }
}

/// The vectors that are best for some non-negative weights, first entry falling, second rising.
fn envelope(mut vectors: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    vectors.sort_by(|a, b| b[0].total_cmp(&a[0]).then(b[1].total_cmp(&a[1])));
    let mut hull: Vec<[f64; 2]> = Vec::with_capacity(vectors.len());
    for vector in vectors {
        if hull.last().is_some_and(|last| vector[1] <= last[1]) {
            continue;
        }
        while let [.., before, last] = hull[..] {
            let turn = (last[0] - before[0]) * (vector[1] - before[1])
                - (last[1] - before[1]) * (vector[0] - before[0]);
            if turn > 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(vector);
    }
    hull
}

/// Envelope of the sums of a vector from each: the edges of both in order of slope.
fn envelope_sum(a: &[[f64; 2]], b: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut sum = Vec::with_capacity(a.len() + b.len());
    let (mut at, mut bt) = (0, 0);
    loop {
        sum.push([a[at][0] + b[bt][0], a[at][1] + b[bt][1]]);
        let step = match (at + 1 < a.len(), bt + 1 < b.len()) {
            (false, false) => return sum,
            (true, false) => (true, false),
            (false, true) => (false, true),
            (true, true) => {
                let edge_a = [a[at + 1][0] - a[at][0], a[at + 1][1] - a[at][1]];
                let edge_b = [b[bt + 1][0] - b[bt][0], b[bt + 1][1] - b[bt][1]];
                let turn = edge_a[0] * edge_b[1] - edge_a[1] * edge_b[0];
                (turn >= 0.0, turn <= 0.0)
            }
        };
        at += usize::from(step.0);
        bt += usize::from(step.1);
    }
}

/// Drops vectors until at most `most` are left; returns the largest loss at weights that sum to 1.
fn thin(vectors: &mut Vec<[f64; 2]>, most: usize) -> f64 {
    let mut lost = 0.0;
    let mut allowed = 1e-15;
    while vectors.len() > most.max(3) {
        let mut kept = vec![vectors[0]];
        let mut worst = 0.0f64;
        let mut at = 1;
        while at < vectors.len() {
            let before = kept[kept.len() - 1];
            let loss = if at + 1 < vectors.len() {
                loss_without(before, vectors[at], vectors[at + 1])
            } else {
                f64::INFINITY
            };
            if loss <= allowed {
                worst = worst.max(loss);
                kept.push(vectors[at + 1]);
                at += 2;
            } else {
                kept.push(vectors[at]);
                at += 1;
            }
        }
        *vectors = kept;
        lost += worst;
        allowed *= 4.0;
    }
    lost
}

/// How much is lost, where its neighbours are equally good, without the middle vector.
fn loss_without(before: [f64; 2], middle: [f64; 2], after: [f64; 2]) -> f64 {
    let (fall, rise) = (before[0] - after[0], after[1] - before[1]);
    let weights = [rise / (rise + fall), fall / (rise + fall)];
    let at = |vector: [f64; 2]| weights[0] * vector[0] + weights[1] * vector[1];
    at(middle) - at(before)
}

fn best_of(vectors: &[[f64; 2]], weights: [f64; 2]) -> (f64, usize) {
    vectors.iter().enumerate().fold((f64::NEG_INFINITY, 0), |best, (at, vector)| {
        let value = weights[0] * vector[0] + weights[1] * vector[1];
        if value > best.0 { (value, at) } else { best }
    })
}
