//! What a strategy means: how play ends, how high the ladder is climbed, who believes what, what to expect.

use super::strategy::Strategy;
use super::structure::{NONE, PublicStateGame, StateId, View};
use super::sweep::Pass;
use crate::math::exp;

/// Beliefs about one player's type at one period, over the plays that reach it.
#[derive(Clone, Debug, PartialEq)]
pub struct BeliefRow {
    /// The period.
    pub period: u32,
    /// Who believes. A view is what somebody knows who sees the public states alone.
    pub view: View,
    /// The player about whom.
    pub about: usize,
    /// Only plays in which that player is of this type; `None` for all plays.
    pub given: Option<usize>,
    /// True chance (given the type, if any) that play reaches the period.
    pub reached: f64,
    /// Mean over those plays of the probability of each type. Over all plays, while none has ended, this is the prior:
    /// beliefs move for good only where a type is given.
    pub belief: Vec<f64>,
}

/// One step of the expected course.
#[derive(Clone, Debug, PartialEq)]
pub struct CourseStep {
    /// Where it starts.
    pub state: StateId,
    /// The action of each mover, in order.
    pub actions: Vec<usize>,
    /// Which branch of the transition, counted from 0.
    pub branch: usize,
    /// Where it leads.
    pub next: StateId,
    /// Chance of this step given all steps before.
    pub probability: f64,
}

/// Results of a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// True probability of each way to end, in the order of [`PublicStateGame::outcomes`].
    pub outcomes: Vec<f64>,
    /// True probability that a rung is the highest reached, for every rung that occurs, rising.
    pub highest_rung: Vec<(u32, f64)>,
    /// `[player][type]`: expected payoff before play by the type's own view.
    pub values: Vec<Vec<f64>>,
    /// `[player][type]`: expected payoff before play as it truly is. Equal to `values` where all views are.
    pub true_values: Vec<Vec<f64>>,
    /// True chance that play passes through each state.
    pub reach: Vec<f64>,
    /// Beliefs by period.
    pub beliefs: Vec<BeliefRow>,
    /// The most likely next step again and again, from the root to an end.
    pub course: Vec<CourseStep>,
    /// `[view][state][joint type]`: logarithms of the weights of joint types.
    log_weight: Vec<f64>,
    joint: usize,
    states: usize,
}

impl Reading {
    /// Reads a strategy of the game's length.
    #[must_use]
    pub fn new(game: &PublicStateGame, strategy: &Strategy) -> Self {
        let structure = &*game.structure;
        let probabilities = strategy.probabilities();
        let mut pass = Pass::new(game);
        pass.run(game, strategy.logs(), 0.0);
        let weights = forward(game, &probabilities);
        let joint = structure.joint_types;
        let reach: Vec<f64> = weights.chunks(joint).map(|weights| weights.iter().sum()).collect();
        let own_views = expected(game, &probabilities, |player| structure.view_of[player]);
        let mut reading = Self {
            outcomes: outcome_sums(game, &reach),
            highest_rung: highest_rung(game, &probabilities),
            values: interim(game, &own_views, |player| structure.view_of[player]),
            true_values: interim(game, &expected(game, &probabilities, |_| 0), |_| 0),
            reach,
            beliefs: Vec::new(),
            course: course(game, &probabilities),
            log_weight: pass.log_weight,
            joint,
            states: structure.states(),
        };
        reading.beliefs = reading.by_period(game, &probabilities, &weights);
        reading
    }

    /// Belief about a player's type at a decision state, of somebody who sees the public states alone.
    /// `None` where play can't arrive in this view, and at terminals.
    #[must_use]
    pub fn belief(
        &self,
        game: &PublicStateGame,
        view: View,
        state: StateId,
        about: usize,
    ) -> Option<Vec<f64>> {
        let view = match view {
            View::Truth => 0,
            View::Of(player) => *game.structure.view_of.get(player)?,
        };
        let weights =
            self.log_weight.get((view * self.states + state.index()) * self.joint..)?.get(..self.joint)?;
        let own_type = game.structure.type_of.get(about)?;
        let top = weights.iter().fold(f64::NEG_INFINITY, |top, &weight| top.max(weight));
        if top == f64::NEG_INFINITY {
            return None;
        }
        let mut belief = vec![0.0; game.structure.types[about].len()];
        for (&weight, &own) in weights.iter().zip(own_type) {
            belief[own as usize] += exp(weight - top);
        }
        let total: f64 = belief.iter().sum();
        for value in &mut belief {
            *value /= total;
        }
        Some(belief)
    }

    fn by_period(&self, game: &PublicStateGame, probabilities: &[f64], weights: &[f64]) -> Vec<BeliefRow> {
        let structure = &*game.structure;
        let entering = entering(game, probabilities, weights);
        let mut periods: Vec<u32> =
            structure.order.iter().map(|&state| structure.period[state as usize]).collect();
        periods.sort_unstable();
        periods.dedup();
        let own = (0..structure.players.len()).filter(|&player| structure.view_of[player] != 0).map(View::Of);
        let views: Vec<View> = [View::Truth].into_iter().chain(own).collect();
        let mut rows = Vec::new();
        for &period in &periods {
            for &view in &views {
                for about in 0..structure.players.len() {
                    let types = structure.types[about].len();
                    for given in [None].into_iter().chain((0..types).map(Some)) {
                        rows.push(self.row(game, &entering, (period, view, about, given)));
                    }
                }
            }
        }
        rows
    }

    fn row(
        &self,
        game: &PublicStateGame,
        entering: &[f64],
        (period, view, about, given): (u32, View, usize, Option<usize>),
    ) -> BeliefRow {
        let structure = &*game.structure;
        let own_type = &structure.type_of[about];
        let counts = |theta: usize| given.is_none_or(|given| own_type[theta] as usize == given);
        let mut belief = vec![0.0; structure.types[about].len()];
        let mut total = 0.0;
        for &state in structure.order.iter().filter(|&&state| structure.period[state as usize] == period) {
            let here = &entering[state as usize * self.joint..][..self.joint];
            let mass: f64 = (0..self.joint).filter(|&theta| counts(theta)).map(|theta| here[theta]).sum();
            if let Some(own) = self.belief(game, view, StateId(state), about).filter(|_| mass > 0.0) {
                total += mass;
                for (sum, own) in belief.iter_mut().zip(own) {
                    *sum += mass * own;
                }
            }
        }
        if total > 0.0 {
            for value in &mut belief {
                *value /= total;
            }
        }
        let prior: f64 = (0..self.joint)
            .filter(|&theta| counts(theta))
            .map(|theta| exp(game.numbers.log_prior[theta]))
            .sum();
        BeliefRow {
            period,
            view,
            about,
            given,
            reached: if prior > 0.0 { total / prior } else { 0.0 },
            belief,
        }
    }
}

fn entry(game: &PublicStateGame, seat: usize, action: usize, theta: usize) -> usize {
    let seat = &game.structure.seats[seat];
    seat.first + game.structure.type_of[seat.player][theta] as usize * seat.actions + action
}

/// Probability of a joint action given the joint type.
pub(super) fn joint_probability(
    game: &PublicStateGame,
    probabilities: &[f64],
    state: usize,
    offset: usize,
    theta: usize,
) -> f64 {
    let actions = game.structure.joint_actions(state, offset);
    actions.map(|(seat, action)| probabilities[entry(game, seat, action, theta)]).product()
}

pub(super) fn chance(game: &PublicStateGame, view: usize, row: u32, theta: usize) -> f64 {
    if row == NONE {
        return 1.0;
    }
    let structure = &*game.structure;
    game.numbers.probabilities
        [(view * structure.probability_rows + row as usize) * structure.joint_types + theta]
}

/// Calls `visit(link, theta, probability of the step)` for every step that can be taken from a state.
pub(super) fn for_each_step(
    game: &PublicStateGame,
    probabilities: &[f64],
    state: usize,
    mut visit: impl FnMut(usize, usize, f64),
) {
    let structure = &*game.structure;
    for (offset, at) in structure.joint_at(state).enumerate() {
        for theta in 0..structure.joint_types {
            let played = joint_probability(game, probabilities, state, offset, theta);
            for link in structure.links_of(at) {
                visit(link, theta, played * chance(game, 0, structure.links[link].probability, theta));
            }
        }
    }
}

/// Probability that play passes through every state with every joint type, in a view: `[state][joint type]`.
///
/// What a [`Reading`] sums up, for those who need no more.
#[must_use]
pub fn reach_by_type(game: &PublicStateGame, strategy: &Strategy, view: View) -> Vec<f64> {
    let view = match view {
        View::Truth => 0,
        View::Of(player) => game.structure.view_of.get(player).copied().unwrap_or(0),
    };
    weights_in(game, &strategy.probabilities(), view)
}

/// True probability that play ever stands on a rung at least as high as each of these.
#[must_use]
pub fn reach_of_rungs(game: &PublicStateGame, strategy: &Strategy, rungs: &[u32]) -> Vec<f64> {
    let steps = true_steps(game, &strategy.probabilities());
    rungs.iter().map(|&rung| reaching(game, &steps, rung)).collect()
}

/// What a number at every end of play is expected to be, by true chances, from every state on: `[state][joint type]`.
#[must_use]
pub fn expect_ahead(
    game: &PublicStateGame,
    strategy: &Strategy,
    at_end: &dyn Fn(StateId, usize) -> f64,
) -> Vec<f64> {
    let structure = &*game.structure;
    let probabilities = strategy.probabilities();
    let joint = structure.joint_types;
    let mut values = vec![0.0; structure.states() * joint];
    for state in (0..structure.states()).filter(|&state| structure.is_terminal(state)) {
        for theta in 0..joint {
            values[state * joint + theta] = at_end(StateId(state as u32), theta);
        }
    }
    for &state in structure.order.iter().rev() {
        let mut here = vec![0.0; joint];
        for_each_step(game, &probabilities, state as usize, |link, theta, step| {
            here[theta] += step * values[structure.links[link].next as usize * joint + theta];
        });
        values[state as usize * joint..][..joint].copy_from_slice(&here);
    }
    values
}

/// True probability of every (state, joint type).
fn forward(game: &PublicStateGame, probabilities: &[f64]) -> Vec<f64> {
    weights_in(game, probabilities, 0)
}

fn weights_in(game: &PublicStateGame, probabilities: &[f64], view: usize) -> Vec<f64> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let mut weights = vec![0.0; structure.states() * joint];
    for theta in 0..joint {
        weights[structure.root * joint + theta] = exp(game.numbers.log_prior[view * joint + theta]);
    }
    for &state in &structure.order {
        for (offset, at) in structure.joint_at(state as usize).enumerate() {
            for theta in 0..joint {
                let weight = weights[state as usize * joint + theta];
                if weight == 0.0 {
                    continue;
                }
                let played = weight * joint_probability(game, probabilities, state as usize, offset, theta);
                for link in structure.links_of(at) {
                    let step = chance(game, view, structure.links[link].probability, theta);
                    weights[structure.links[link].next as usize * joint + theta] += played * step;
                }
            }
        }
    }
    weights
}

/// Of the weights, what arrives from another period.
fn entering(game: &PublicStateGame, probabilities: &[f64], weights: &[f64]) -> Vec<f64> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let mut entering = weights.to_vec();
    for &state in &structure.order {
        for_each_step(game, probabilities, state as usize, |link, theta, step| {
            let next = structure.links[link].next as usize;
            if structure.period[next] == structure.period[state as usize] {
                entering[next * joint + theta] -= weights[state as usize * joint + theta] * step;
            }
        });
    }
    for value in &mut entering {
        *value = value.max(0.0);
    }
    entering
}

fn outcome_sums(game: &PublicStateGame, reach: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; game.structure.outcomes.len()];
    for (&label, reach) in game.structure.outcome.iter().zip(reach) {
        if label != NONE {
            sums[label as usize] += reach;
        }
    }
    sums
}

fn highest_rung(game: &PublicStateGame, probabilities: &[f64]) -> Vec<(u32, f64)> {
    let mut rungs = game.structure.rung.clone();
    rungs.sort_unstable();
    rungs.dedup();
    let steps = true_steps(game, probabilities);
    let at_least: Vec<f64> = rungs.iter().map(|&rung| reaching(game, &steps, rung)).collect();
    rungs
        .iter()
        .enumerate()
        .map(|(at, &rung)| (rung, at_least[at] - at_least.get(at + 1).copied().unwrap_or(0.0)))
        .collect()
}

/// True probability of every step given where it starts: `[link][joint type]`.
fn true_steps(game: &PublicStateGame, probabilities: &[f64]) -> Vec<f64> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let mut steps = vec![0.0; structure.links.len() * joint];
    for &state in &structure.order {
        for_each_step(game, probabilities, state as usize, |link, theta, step| {
            steps[link * joint + theta] = step;
        });
    }
    steps
}

/// True probability that play ever stands on a rung at least this high.
fn reaching(game: &PublicStateGame, steps: &[f64], rung: u32) -> f64 {
    let structure = &*game.structure;
    if structure.rung[structure.root] >= rung {
        return 1.0;
    }
    let joint = structure.joint_types;
    let mut weights = vec![0.0; structure.states() * joint];
    for theta in 0..joint {
        weights[structure.root * joint + theta] = exp(game.numbers.log_prior[theta]);
    }
    let mut reached = 0.0;
    for &state in &structure.order {
        let from = state as usize * joint;
        if weights[from..from + joint].iter().all(|&weight| weight == 0.0) {
            continue;
        }
        for link in structure.joint_at(state as usize).flat_map(|at| structure.links_of(at)) {
            let next = structure.links[link].next as usize;
            let high = structure.rung[next] >= rung;
            for theta in 0..joint {
                let mass = weights[from + theta] * steps[link * joint + theta];
                if high {
                    reached += mass;
                } else {
                    weights[next * joint + theta] += mass;
                }
            }
        }
    }
    reached
}

/// Expected payoffs `[player][joint type]` at the root, each player by the view given.
fn expected(game: &PublicStateGame, probabilities: &[f64], view_of: impl Fn(usize) -> usize) -> Vec<f64> {
    let structure = &*game.structure;
    let (players, joint) = (structure.players.len(), structure.joint_types);
    let paid = |block: u32, player: usize, theta: usize| {
        if block == NONE {
            0.0
        } else {
            game.numbers.payoffs[(block as usize * players + player) * joint + theta]
        }
    };
    let mut values = vec![0.0; structure.states() * players * joint];
    for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
        for at in 0..players * joint {
            values[state * players * joint + at] = paid(payoff, at / joint, at % joint);
        }
    }
    for &state in structure.order.iter().rev() {
        let state = state as usize;
        for (offset, joint_action) in structure.joint_at(state).enumerate() {
            for theta in 0..joint {
                let played = joint_probability(game, probabilities, state, offset, theta);
                for link in &structure.links[structure.links_of(joint_action)] {
                    for player in 0..players {
                        let at = player * joint + theta;
                        let ahead = paid(link.payoff, player, theta)
                            + values[link.next as usize * players * joint + at];
                        values[state * players * joint + at] +=
                            played * chance(game, view_of(player), link.probability, theta) * ahead;
                    }
                }
            }
        }
    }
    values[structure.root * players * joint..][..players * joint].to_vec()
}

/// `[player][type]`: expectation over the others' types by the view given. Types of zero prior get 0.
fn interim(game: &PublicStateGame, values: &[f64], view_of: impl Fn(usize) -> usize) -> Vec<Vec<f64>> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    (0..structure.players.len())
        .map(|player| {
            let prior = &game.numbers.log_prior[view_of(player) * joint..][..joint];
            let mut sums = vec![(0.0, 0.0); structure.types[player].len()];
            for theta in 0..joint {
                let weight = exp(prior[theta]);
                let sum = &mut sums[structure.type_of[player][theta] as usize];
                sum.0 += weight * values[player * joint + theta];
                sum.1 += weight;
            }
            sums.into_iter().map(|(sum, mass)| if mass > 0.0 { sum / mass } else { 0.0 }).collect()
        })
        .collect()
}

/// The most likely step given the steps before, until play ends. Ties go to the first.
fn course(game: &PublicStateGame, probabilities: &[f64]) -> Vec<CourseStep> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let mut weights: Vec<f64> = game.numbers.log_prior[..joint].iter().map(|&log| exp(log)).collect();
    let mut state = structure.root;
    let mut course = Vec::new();
    while !structure.is_terminal(state) {
        let mut best = (0, 0, -1.0);
        for (offset, at) in structure.joint_at(state).enumerate() {
            for link in structure.links_of(at) {
                let row = structure.links[link].probability;
                let mass: f64 = (0..joint)
                    .map(|theta| {
                        weights[theta]
                            * joint_probability(game, probabilities, state, offset, theta)
                            * chance(game, 0, row, theta)
                    })
                    .sum();
                if mass > best.2 {
                    best = (offset, link, mass);
                }
            }
        }
        let (offset, link, mass) = best;
        let shape = structure.links[link];
        course.push(CourseStep {
            state: StateId(state as u32),
            actions: structure.joint_actions(state, offset).map(|(_, action)| action).collect(),
            branch: link - structure.links_of(structure.joint_at(state).start + offset).start,
            next: StateId(shape.next),
            probability: mass,
        });
        for (theta, weight) in weights.iter_mut().enumerate() {
            *weight *= joint_probability(game, probabilities, state, offset, theta)
                * chance(game, 0, shape.probability, theta);
        }
        let total: f64 = weights.iter().sum();
        if total > 0.0 {
            for weight in &mut weights {
                *weight /= total;
            }
        }
        state = shape.next as usize;
    }
    course
}
