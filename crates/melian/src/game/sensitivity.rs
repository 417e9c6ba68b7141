//! How a quantal-response equilibrium moves with a payoff, a chance probability or the precision: implicit
//! differentiation of its equations, one linear solve a parameter.
//!
//! From `z - ln m - lambda Q(z; theta) = 0`:
//! `dz = (I - lambda Q_z)^-1 (lambda Q_theta dtheta + Q dlambda)`, then beliefs, reach and values follow by one exact directional derivative of the sweeps.

use super::arena::{Arena, ChanceId, OutcomeId, PlayerId};
use super::payoffs::Numbers;
use super::solve::qre::{BranchPoint, Choice, Model, QreError};
use super::sweep::Sweep;
use super::tangent::Tangent;
use crate::math::exp;

/// What is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// One payoff of one outcome.
    Payoff(OutcomeId, PlayerId),
    /// The probability of one move (counted from 0) of a chance set, strictly between 0 and 1; the others
    /// make room in proportion.
    Chance(ChanceId, usize),
    /// The precision.
    Lambda,
}

/// Derivatives in one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// Of the probability of each action.
    pub profile: Vec<f64>,
    /// Of the probability of reaching each node.
    pub node: Vec<f64>,
    /// Of the belief at each node of each information set, sets in order and nodes in order.
    pub belief: Vec<f64>,
    /// Of each player's expected payoff.
    pub value: Vec<f64>,
}

/// Why derivatives cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoDerivative {
    /// The equations cannot be set up.
    Qre(QreError),
    /// There is no such parameter, or a probability is 0 or 1.
    BadParameter(Parameter),
    /// The equilibrium is at a turning point or bifurcation.
    Singular,
}

impl std::fmt::Display for NoDerivative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Qre(e) => e.fmt(f),
            Self::BadParameter(p) => write!(f, "there is no derivative in {p:?}"),
            Self::Singular => write!(f, "the equilibrium is at a turning point or bifurcation"),
        }
    }
}

impl std::error::Error for NoDerivative {}

/// Derivatives of a solution (a point of a branch, at its lambda) in each parameter.
///
/// # Errors
/// See [`NoDerivative`].
pub fn sensitivity(
    arena: &Arena,
    numbers: &Numbers,
    choice: &Choice,
    at: &BranchPoint,
    parameters: &[Parameter],
    memory: u64,
) -> Result<Vec<Derivative>, NoDerivative> {
    let mut model = Model::new(arena, numbers, choice, memory).map_err(NoDerivative::Qre)?;
    if at.log_profile.len() != arena.actions() || !at.lambda.is_finite() {
        return Err(NoDerivative::Qre(QreError::BadNumbers));
    }
    let mut sweep = Sweep::new(arena, numbers);
    sweep.set_logits(arena, &at.log_profile);
    sweep.run(arena, &numbers.payoff);
    let mut shifts = Vec::with_capacity(parameters.len());
    let mut direct = Tangent::new(arena);
    for &parameter in parameters {
        shifts.push(if parameter == Parameter::Lambda {
            sweep.q.clone()
        } else {
            aim(&mut direct, arena, &sweep, parameter)?;
            direct.run(arena, &sweep);
            direct.q.iter().map(|q| at.lambda * q).collect()
        });
    }
    let moves = model.response(at, &shifts).ok_or(NoDerivative::Singular)?;
    let mut out = Vec::with_capacity(parameters.len());
    for (&parameter, dz) in parameters.iter().zip(moves) {
        aim(&mut direct, arena, &sweep, parameter)?;
        for i in 0..arena.infosets() {
            let r = arena.acts(i);
            let mean: f64 = r.clone().map(|s| sweep.p[s] * dz[s]).sum();
            for s in r {
                direct.lp[s] = dz[s] - mean;
            }
        }
        direct.run(arena, &sweep);
        out.push(Derivative {
            profile: (0..arena.actions()).map(|s| sweep.p[s] * direct.lp[s]).collect(),
            node: sweep.reach.iter().zip(&direct.reach).map(|(&r, d)| exp(r) * d).collect(),
            belief: direct.belief.clone(),
            value: direct.value[..arena.players()].to_vec(),
        });
    }
    Ok(out)
}

/// Points the tangent's payoffs and chance moves along a parameter, actions at rest.
fn aim(
    tangent: &mut Tangent,
    arena: &Arena,
    sweep: &Sweep,
    parameter: Parameter,
) -> Result<(), NoDerivative> {
    let bad = NoDerivative::BadParameter(parameter);
    tangent.lp.fill(0.0);
    tangent.payoff.fill(0.0);
    match parameter {
        Parameter::Lambda => {}
        Parameter::Payoff(outcome, player) => {
            let known = outcome.index() < arena.outcomes() && player.index() < arena.players();
            if !known || outcome.index() == 0 {
                return Err(bad);
            }
            tangent.payoff[outcome.index() * arena.players() + player.index()] = 1.0;
        }
        Parameter::Chance(set, k) => {
            if set.index() >= arena.chances() || k >= arena.chance_slots(set).len() {
                return Err(bad);
            }
            let slots = arena.chance_slots(set);
            let p = sweep.p[slots.start + k];
            if p <= 0.0 || p >= 1.0 {
                return Err(bad);
            }
            for (j, s) in slots.enumerate() {
                tangent.lp[s] = if j == k { 1.0 / p } else { -1.0 / (1.0 - p) };
            }
        }
    }
    Ok(())
}
