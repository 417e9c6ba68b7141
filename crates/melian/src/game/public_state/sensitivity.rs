//! Derivatives of an equilibrium by the implicit function theorem: at the cost of one linear solve a parameter.

use super::derivative::{Change, Nudge};
use super::error::PublicStateError;
use super::krylov::Gmres;
use super::reading::{chance, joint_probability};
use super::strategy::Strategy;
use super::structure::{ChanceId, NONE, PayoffId, PublicStateGame, StateId, View};
use super::sweep::Pass;
use crate::math::exp;

/// A number of the game that may move.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// The precision.
    Lambda,
    /// A payoff to a player, for one of its types or for all.
    Payoff {
        /// The block.
        payoff: PayoffId,
        /// Paid to whom.
        player: usize,
        /// `None` moves all types' payoffs alike.
        own_type: Option<usize>,
    },
    /// The prior, in a direction: change of the probability of each joint type, summing to 0.
    Prior {
        /// Whose prior. The truth moves the beliefs of those without a view of their own.
        view: View,
        /// Change per unit.
        direction: Vec<f64>,
    },
    /// A chance distribution, in a direction: change of the probability of each branch, summing to 0.
    /// Branches of probability 0 can't move.
    Chance {
        /// The distribution.
        chance: ChanceId,
        /// Whose.
        view: View,
        /// Change per unit.
        direction: Vec<f64>,
    },
}

/// Derivatives by one parameter along the branch of equilibria.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Of every choice probability, in the order of [`PublicStateGame::strategy_range`].
    pub strategy: Vec<f64>,
    /// Of the true probability of each way to end.
    pub outcomes: Vec<f64>,
    /// `[player][type]`: of the expected payoff before play by the type's own view.
    pub values: Vec<Vec<f64>>,
    /// Relative residual of the linear system. Large where the branch turns: there the derivatives don't exist.
    pub residual: f64,
    /// `[view][state][joint type]`: logarithms of weights, and their derivatives.
    log_weight: Vec<f64>,
    log_weight_change: Vec<f64>,
}

impl Sensitivity {
    /// Derivative of the belief about a player's type at a decision state, of somebody who sees the public states alone.
    #[must_use]
    pub fn belief(
        &self,
        game: &PublicStateGame,
        view: View,
        state: StateId,
        about: usize,
    ) -> Option<Vec<f64>> {
        let structure = &*game.structure;
        let view = match view {
            View::Truth => 0,
            View::Of(player) => *structure.view_of.get(player)?,
        };
        let joint = structure.joint_types;
        let start = (view * structure.states() + state.index()) * joint;
        let weights = self.log_weight.get(start..start + joint)?;
        let changes = &self.log_weight_change[start..start + joint];
        let own_type = structure.type_of.get(about)?;
        let top = weights.iter().fold(f64::NEG_INFINITY, |top, &weight| top.max(weight));
        if top == f64::NEG_INFINITY {
            return None;
        }
        let total: f64 = weights.iter().map(|&weight| exp(weight - top)).sum();
        let mean: f64 =
            weights.iter().zip(changes).map(|(&weight, change)| exp(weight - top) / total * change).sum();
        let mut belief = vec![0.0; structure.types[about].len()];
        for theta in 0..joint {
            belief[own_type[theta] as usize] += exp(weights[theta] - top) / total * (changes[theta] - mean);
        }
        Some(belief)
    }
}

const LINEAR_TOLERANCE: f64 = 1e-11;
const LINEAR_WORK: usize = 2_000;

/// Derivatives of an equilibrium by each parameter. The strategy should be an equilibrium at `lambda` to high precision.
///
/// # Errors
/// If the strategy doesn't fit the game or a parameter doesn't exist or has a direction of the wrong shape.
pub fn sensitivities(
    game: &PublicStateGame,
    lambda: f64,
    strategy: &Strategy,
    parameters: &[Parameter],
) -> Result<Vec<Sensitivity>, PublicStateError> {
    if strategy.logs().len() != game.strategy_len() {
        let why = format!("{} entries given, {} expected", strategy.logs().len(), game.strategy_len());
        return Err(PublicStateError::BadStrategy { why });
    }
    let nudges: Vec<Nudge> =
        parameters.iter().map(|parameter| nudge(game, parameter)).collect::<Result<_, _>>()?;
    let mut pass = Pass::new(game);
    pass.run(game, strategy.logs(), lambda);
    let mut change = Change::new(game);
    let mut gmres = Gmres::default();
    Ok(nudges.iter().map(|nudge| one(game, &pass, &mut change, &mut gmres, nudge)).collect())
}

fn one(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    gmres: &mut Gmres,
    nudge: &Nudge,
) -> Sensitivity {
    let size = game.structure.unknowns;
    let still = vec![0.0; size];
    let mut direct = vec![0.0; size];
    change.apply(game, pass, &still, Some(nudge), &mut direct);
    let mut score = vec![0.0; size];
    let product = |x: &[f64], out: &mut [f64]| {
        change.apply(game, pass, x, None, out);
        for (out, x) in out.iter_mut().zip(x) {
            *out = x - *out;
        }
    };
    let solved = gmres.solve(product, &direct, &mut score, LINEAR_TOLERANCE, 120, LINEAR_WORK);
    change.apply(game, pass, &score, Some(nudge), &mut direct);
    Sensitivity {
        strategy: strategy_change(game, pass, &score),
        outcomes: outcome_change(game, pass, change, nudge),
        values: value_change(game, pass, change, nudge),
        residual: solved.relative,
        log_weight: pass.log_weight.clone(),
        log_weight_change: change.log_weight.clone(),
    }
}

fn strategy_change(game: &PublicStateGame, pass: &Pass, score: &[f64]) -> Vec<f64> {
    let structure = &*game.structure;
    let mut out = vec![0.0; score.len()];
    for seat in &structure.seats {
        for own in 0..structure.types[seat.player].len() {
            let range = seat.first + own * seat.actions..seat.first + (own + 1) * seat.actions;
            let mean: f64 = range.clone().map(|at| score[at] * pass.strategy[at]).sum();
            for at in range {
                out[at] = pass.strategy[at] * (score[at] - mean);
            }
        }
    }
    out
}

fn outcome_change(game: &PublicStateGame, pass: &Pass, change: &Change, nudge: &Nudge) -> Vec<f64> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let mut out = vec![0.0; structure.outcomes.len()];
    for &state in &structure.order {
        let state = state as usize;
        for (offset, at) in structure.joint_at(state).enumerate() {
            for link in &structure.links[structure.links_of(at)] {
                let label = structure.outcome[link.next as usize];
                if label == NONE {
                    continue;
                }
                for theta in 0..joint {
                    let here = exp(pass.log_weight[state * joint + theta]);
                    if here == 0.0 {
                        continue;
                    }
                    let moved: f64 = change.log_weight[state * joint + theta]
                        + structure
                            .joint_actions(state, offset)
                            .map(|(seat, action)| change.log_play(game, seat, action, theta))
                            .sum::<f64>();
                    let dchance = if link.probability == NONE {
                        0.0
                    } else {
                        nudge.probabilities[link.probability as usize * joint + theta]
                    };
                    out[label as usize] += here
                        * joint_probability(game, &pass.strategy, state, offset, theta)
                        * (chance(game, 0, link.probability, theta) * moved + dchance);
                }
            }
        }
    }
    out
}

fn value_change(game: &PublicStateGame, pass: &Pass, change: &Change, nudge: &Nudge) -> Vec<Vec<f64>> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let root = structure.root * structure.players.len() * joint;
    (0..structure.players.len())
        .map(|player| {
            let view = structure.view_of[player] * joint;
            (0..structure.types[player].len())
                .map(|own| {
                    let members: Vec<usize> = (0..joint)
                        .filter(|&theta| structure.type_of[player][theta] as usize == own)
                        .collect();
                    let weights: Vec<f64> =
                        members.iter().map(|&theta| exp(game.numbers.log_prior[view + theta])).collect();
                    let mass: f64 = weights.iter().sum();
                    if mass == 0.0 {
                        return 0.0;
                    }
                    let drift: f64 = members
                        .iter()
                        .zip(&weights)
                        .map(|(&theta, w)| w / mass * nudge.log_prior[view + theta])
                        .sum();
                    members
                        .iter()
                        .zip(&weights)
                        .map(|(&theta, weight)| {
                            let at = root + player * joint + theta;
                            weight / mass
                                * (change.value[at]
                                    + pass.value[at] * (nudge.log_prior[view + theta] - drift))
                        })
                        .sum()
                })
                .collect()
        })
        .collect()
}

fn nudge(game: &PublicStateGame, parameter: &Parameter) -> Result<Nudge, PublicStateError> {
    let structure = &*game.structure;
    let joint = structure.joint_types;
    let players = structure.players.len();
    let mut nudge = Nudge::none(&game.numbers);
    match parameter {
        Parameter::Lambda => nudge.lambda = 1.0,
        Parameter::Payoff { payoff, player, own_type } => {
            if *player >= players {
                return Err(PublicStateError::NoSuchPlayer { player: *player });
            }
            if payoff.index() >= structure.payoff_blocks {
                return Err(PublicStateError::NoSuchPayoff { payoff: *payoff });
            }
            for theta in 0..joint {
                if own_type.is_none_or(|own| structure.type_of[*player][theta] as usize == own) {
                    nudge.payoffs[(payoff.index() * players + player) * joint + theta] = 1.0;
                }
            }
        }
        Parameter::Prior { view, direction } => {
            balanced(direction, joint).map_err(|why| PublicStateError::BadPrior { why })?;
            let view = meant(game, *view)?;
            for (theta, change) in direction.iter().enumerate() {
                let weight = exp(game.numbers.log_prior[view * joint + theta]);
                nudge.log_prior[view * joint + theta] = if weight > 0.0 { change / weight } else { 0.0 };
            }
        }
        Parameter::Chance { chance, view, direction } => {
            let shape = structure
                .chances
                .get(chance.index())
                .ok_or(PublicStateError::NoSuchChance { chance: *chance })?;
            balanced(direction, shape.branches)
                .map_err(|why| PublicStateError::BadChance { chance: *chance, why })?;
            let view = meant(game, *view)?;
            for (branch, change) in direction.iter().enumerate() {
                let start = (view * structure.probability_rows + shape.first + branch) * joint;
                nudge.probabilities[start..start + joint].fill(*change);
            }
        }
    }
    Ok(nudge)
}

fn meant(game: &PublicStateGame, view: View) -> Result<usize, PublicStateError> {
    match view {
        View::Truth => Ok(0),
        View::Of(player) => match game.structure.view_of.get(player) {
            None => Err(PublicStateError::NoSuchPlayer { player }),
            Some(0) => Err(PublicStateError::NoOwnView { player }),
            Some(&view) => Ok(view),
        },
    }
}

fn balanced(direction: &[f64], expected: usize) -> Result<(), String> {
    if direction.len() != expected {
        return Err(format!("a direction of {} numbers given, {expected} expected", direction.len()));
    }
    let total: f64 = direction.iter().sum();
    if total.is_finite() && total.abs() <= 1e-9 {
        Ok(())
    } else {
        Err(format!("the direction sums to {total}, not to 0"))
    }
}
