//! The exact derivative of a pass in one direction: costs less than a pass, without exponentials.

use super::lanes;
use super::structure::{NONE, Numbers, PublicStateGame, Seat, Structure};
use super::sweep::{
    Pass, Scratch, add_log_play, chance_of, expected_ahead, paid_on, spread_play, times_play, width,
    with_width,
};

/// A small change of the numbers, in the shape of the numbers.
#[derive(Clone, Debug)]
pub(super) struct Nudge {
    pub(super) lambda: f64,
    pub(super) payoffs: Vec<f64>,
    pub(super) probabilities: Vec<f64>,
    /// Change of the logarithm of the prior weights.
    pub(super) log_prior: Vec<f64>,
}

impl Nudge {
    pub(super) fn none(numbers: &Numbers) -> Self {
        Self {
            lambda: 0.0,
            payoffs: vec![0.0; numbers.payoffs.len()],
            probabilities: vec![0.0; numbers.probabilities.len()],
            log_prior: vec![0.0; numbers.log_prior.len()],
        }
    }
}

/// Work space of the derivative.
#[derive(Clone, Debug)]
pub(super) struct Change {
    strategy_log: Vec<f64>,
    pub(super) log_weight: Vec<f64>,
    pub(super) value: Vec<f64>,
    /// Change of the logarithm of the strategy that comes out.
    next_log: Vec<f64>,
    scratch: Scratch,
    /// `[joint type]`
    joint: Vec<f64>,
}

impl Change {
    pub(super) fn new(game: &PublicStateGame) -> Self {
        let structure = &*game.structure;
        let joint = structure.joint_types;
        Self {
            strategy_log: vec![0.0; structure.unknowns],
            log_weight: vec![0.0; structure.views * structure.states() * joint],
            value: vec![0.0; structure.rows * structure.players.len() * joint],
            next_log: vec![0.0; structure.unknowns],
            scratch: Scratch::for_all(structure),
            joint: vec![0.0; joint],
        }
    }

    /// The change of `next_score` when the score changes by `score` and, if given, the numbers by `nudge`.
    pub(super) fn apply(
        &mut self,
        game: &PublicStateGame,
        pass: &Pass,
        score: &[f64],
        nudge: Option<&Nudge>,
        out: &mut [f64],
    ) {
        for choice in &game.structure.choices {
            let (score, play) = (&score[choice.clone()], &pass.strategy[choice.clone()]);
            log_softmax_change(score, play, &mut self.strategy_log[choice.clone()]);
        }
        with_width!(game.structure.joint_types, forward_change, (game, pass, self, nudge));
        let lambda = nudge.map_or(0.0, |nudge| nudge.lambda);
        if let Some(nudge) = nudge {
            self.set_terminals(game, |payoffs, out| out.copy_from_slice(payoffs), &nudge.payoffs);
        }
        with_width!(game.structure.joint_types, backward_change, (game, pass, self, nudge, lambda, out));
        if let Some(nudge) = nudge {
            self.set_terminals(game, |_, out| out.fill(0.0), &nudge.payoffs);
        }
    }

    /// Change of the log-probability that went in of a seat's action, by joint type.
    pub(super) fn log_play(&self, game: &PublicStateGame, seat: usize, action: usize, theta: usize) -> f64 {
        let structure = &*game.structure;
        let seat = &structure.seats[seat];
        self.strategy_log[seat.first + structure.type_of[seat.player][theta] as usize * seat.actions + action]
    }

    fn set_terminals(&mut self, game: &PublicStateGame, set: impl Fn(&[f64], &mut [f64]), payoffs: &[f64]) {
        let structure = &*game.structure;
        let block = structure.players.len() * structure.joint_types;
        for (state, &payoff) in structure.terminal_payoff.iter().enumerate() {
            if payoff != NONE {
                set(&payoffs[payoff as usize * block..][..block], &mut self.value[state * block..][..block]);
            }
        }
    }

    /// The change of `next_score` when only lambda changes, by 1.
    pub(super) fn apply_lambda(&mut self, game: &PublicStateGame, pass: &Pass, out: &mut [f64]) {
        self.log_weight.fill(0.0);
        self.strategy_log.fill(0.0);
        with_width!(game.structure.joint_types, backward_change, (game, pass, self, None, 1.0, out));
    }
}

fn forward_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    nudge: Option<&Nudge>,
) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let Change { strategy_log, log_weight, scratch, .. } = change;
    log_weight.fill(0.0);
    for view in 0..structure.views {
        let log_weight = &mut log_weight[view * structure.states() * joint..][..structure.states() * joint];
        let share = &pass.share[view * structure.links.len() * joint..];
        if let Some(nudge) = nudge {
            let prior = &nudge.log_prior[view * joint..][..joint];
            log_weight[structure.root * joint..][..joint].copy_from_slice(prior);
        }
        let played = &mut scratch.row[..joint];
        for &state in &structure.order {
            let state = state as usize;
            let seats = structure.seats_at(state);
            for (offset, at) in structure.joint_at(state).enumerate() {
                if structure.ends[at] {
                    continue;
                }
                let links = structure.links_of(at);
                lanes::copy(played, &log_weight[state * joint..]);
                if seats.len() == 1 {
                    add_log_play::<WIDTH>(structure, seats.start, offset, strategy_log, played);
                } else {
                    for (seat, action) in structure.joint_actions(state, offset) {
                        add_log_play::<WIDTH>(structure, seat, action, strategy_log, played);
                    }
                }
                for link in links {
                    let shape = structure.links[link];
                    if structure.is_terminal(shape.next as usize) {
                        continue;
                    }
                    let share = &share[link * joint..][..joint];
                    let out = &mut log_weight[shape.next as usize * joint..][..joint];
                    lanes::add_product(out, share, played);
                    if let (Some(nudge), true) = (nudge, shape.probability != NONE) {
                        let from = (view * structure.probability_rows + shape.probability as usize) * joint;
                        for theta in 0..joint {
                            let chance = game.numbers.probabilities[from + theta];
                            if chance > 0.0 {
                                out[theta] += share[theta] * nudge.probabilities[from + theta] / chance;
                            }
                        }
                    }
                }
            }
        }
    }
}

fn log_softmax_change(score: &[f64], strategy: &[f64], out: &mut [f64]) {
    let (strategy, out) = (&strategy[..score.len()], &mut out[..score.len()]);
    let mut mean = 0.0;
    for at in 0..score.len() {
        mean += score[at] * strategy[at];
    }
    for at in 0..score.len() {
        out[at] = score[at] - mean;
    }
}

fn backward_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    nudge: Option<&Nudge>,
    lambda_change: f64,
    out_score: &mut [f64],
) {
    let structure = &*game.structure;
    for &state in structure.order.iter().rev() {
        let state = state as usize;
        for at in structure.joint_at(state) {
            if structure.row_of_joint[at] as usize >= structure.states() {
                mix_row_change::<WIDTH>(game, pass, nudge, &mut change.value, at);
            }
        }
        let seats = structure.seats_at(state);
        if seats.len() == 1 {
            alone_change::<WIDTH>(structure, pass, change, (state, seats.start), lambda_change, out_score);
        } else {
            at_once_change::<WIDTH>(structure, pass, change, state, lambda_change, out_score);
        }
    }
}

/// Changes of scores and values where one player moves.
#[inline]
fn alone_change<const WIDTH: usize>(
    structure: &Structure,
    pass: &Pass,
    change: &mut Change,
    (state, seat): (usize, usize),
    lambda_change: f64,
    out_score: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let player = structure.seats[seat].player;
    let slots = &structure.slots(seat)[..joint];
    let joints = structure.joint_at(state);
    let dweight = (structure.view_of[player] * structure.states() + state) * joint;
    let dweight = &change.log_weight[dweight..][..joint];
    let belief = &pass.belief[seat * joint..][..joint];
    let term = &mut change.joint[..joint];
    out_score[structure.unknowns_of(seat)].fill(0.0);
    for (action, at) in joints.clone().enumerate() {
        let dahead = &change.value[structure.row_of_joint[at] as usize * block + player * joint..][..joint];
        let slope = &pass.slope[at * joint..][..joint];
        lanes::two_products(term, (belief, dahead), (slope, dweight));
        lanes::tally(out_score, term, slots, action);
    }
    score_change(structure, pass, seat, lambda_change, out_score, &mut change.next_log);
    let out = &mut change.scratch.row[..block];
    out.fill(0.0);
    let dplay = term;
    for (action, at) in joints.enumerate() {
        let play = &pass.play[at * joint..][..joint];
        lanes::spread(dplay, &change.next_log, slots, action);
        lanes::multiply(dplay, play);
        let row = structure.row_of_joint[at] as usize * block;
        let (ahead, dahead) = (&pass.value[row..][..block], &change.value[row..][..block]);
        lanes::add_two_products_by_row(out, (play, dahead), (dplay, ahead));
    }
    lanes::copy(&mut change.value[state * block..][..block], out);
}

/// Turns changes of a seat's action values into changes of its scores, and notes those of its log-probabilities.
#[inline]
fn score_change(
    structure: &Structure,
    pass: &Pass,
    seat: usize,
    lambda_change: f64,
    out_score: &mut [f64],
    next_log: &mut [f64],
) {
    let unknowns = structure.unknowns_of(seat);
    let scores = &mut out_score[unknowns.clone()];
    let logs = &mut next_log[unknowns.clone()];
    let values = &pass.action_value[unknowns.clone()];
    let play = &pass.next_strategy[unknowns];
    for at in 0..scores.len() {
        scores[at] = pass.lambda * scores[at] + lambda_change * values[at];
    }
    let actions = structure.seats[seat].actions;
    for first in (0..scores.len()).step_by(actions) {
        let choice = first..first + actions;
        log_softmax_change(&scores[choice.clone()], &play[choice.clone()], &mut logs[choice]);
    }
}

/// Changes of scores and values where several players move at once, or none.
fn at_once_change<const WIDTH: usize>(
    structure: &Structure,
    pass: &Pass,
    change: &mut Change,
    state: usize,
    lambda_change: f64,
    out_score: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    for (place, seat) in structure.seats_at(state).enumerate() {
        let Seat { player, actions, .. } = structure.seats[seat];
        let view = structure.view_of[player];
        let belief = &pass.belief[seat * joint..][..joint];
        let dweight = &change.log_weight[(view * structure.states() + state) * joint..][..joint];
        let Scratch { wide, row, own, .. } = &mut change.scratch;
        let dbelief = &mut change.joint[..joint];
        let own_type = &structure.type_of[player];
        belief_change(belief, dweight, own_type, &mut own[..structure.types[player].len()], dbelief);
        out_score[structure.unknowns_of(seat)].fill(0.0);
        expected_ahead::<WIDTH>(structure, state, place, &pass.strategy, &pass.value, row, wide);
        for (action, ahead) in wide.chunks_exact_mut(joint).take(actions).enumerate() {
            lanes::multiply(ahead, dbelief);
            lanes::tally(out_score, ahead, structure.slots(seat), action);
        }
        let (logs, values) = (&change.strategy_log, &change.value);
        expected_ahead_change::<WIDTH>(structure, state, place, pass, (logs, values), row, wide);
        for (action, ahead) in wide.chunks_exact_mut(joint).take(actions).enumerate() {
            lanes::multiply(ahead, belief);
            lanes::tally(out_score, ahead, structure.slots(seat), action);
        }
        score_change(structure, pass, seat, lambda_change, out_score, &mut change.next_log);
    }
    spread_play::<WIDTH>(structure, state, &change.next_log, &mut change.scratch.spread);
    let out = &mut change.scratch.row[..block];
    out.fill(0.0);
    for (offset, at) in structure.joint_at(state).enumerate() {
        let play = &pass.play[at * joint..][..joint];
        let dplay = &mut change.joint[..joint];
        sum_of_changes(structure, state, offset, &change.scratch.spread, dplay);
        lanes::multiply(dplay, play);
        let row = structure.row_of_joint[at] as usize * block;
        let (ahead, dahead) = (&pass.value[row..][..block], &change.value[row..][..block]);
        lanes::add_two_products_by_row(out, (play, dahead), (dplay, ahead));
    }
    lanes::copy(&mut change.value[state * block..][..block], out);
}

/// Change of the log-probability of a joint action, by joint type.
fn sum_of_changes(structure: &Structure, state: usize, offset: usize, spread: &[f64], sum: &mut [f64]) {
    sum.fill(0.0);
    let joint = sum.len();
    let mut at = 0;
    for (seat, action) in structure.joint_actions(state, offset) {
        for (sum, change) in sum.iter_mut().zip(&spread[at + action * joint..]) {
            *sum += change;
        }
        at += structure.seats[seat].actions * joint;
    }
}

fn belief_change(belief: &[f64], dweight: &[f64], own_type: &[u32], mean: &mut [f64], out: &mut [f64]) {
    mean.fill(0.0);
    for theta in 0..out.len() {
        mean[own_type[theta] as usize] += belief[theta] * dweight[theta];
    }
    for theta in 0..out.len() {
        out[theta] = belief[theta] * (dweight[theta] - mean[own_type[theta] as usize]);
    }
}

fn mix_row_change<const WIDTH: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    nudge: Option<&Nudge>,
    dvalue: &mut [f64],
    at: usize,
) {
    let structure = &*game.structure;
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let (states, own) = dvalue.split_at_mut(structure.row_of_joint[at] as usize * block);
    let out = &mut own[..block];
    out.fill(0.0);
    for link in &structure.links[structure.links_of(at)] {
        for player in 0..structure.players.len() {
            let out = &mut out[player * joint..][..joint];
            let from = link.next as usize * block + player * joint;
            let view = structure.view_of[player];
            let chance = chance_of(structure, &game.numbers.probabilities, view, link.probability, joint);
            for theta in 0..joint {
                out[theta] += chance.map_or(1.0, |chance| chance[theta]) * states[from + theta];
            }
            let Some(nudge) = nudge else { continue };
            if let Some(paid) = paid_on(structure, &nudge.payoffs, link.payoff, player, joint) {
                for theta in 0..joint {
                    out[theta] += chance.map_or(1.0, |chance| chance[theta]) * paid[theta];
                }
            }
            if let Some(dchance) = chance_of(structure, &nudge.probabilities, view, link.probability, joint) {
                let paid = paid_on(structure, &game.numbers.payoffs, link.payoff, player, joint);
                for theta in 0..joint {
                    out[theta] +=
                        dchance[theta] * (pass.value[from + theta] + paid.map_or(0.0, |paid| paid[theta]));
                }
            }
        }
    }
}

/// Change of [`expected_ahead`] when the other movers' play and the continuation values change.
fn expected_ahead_change<const WIDTH: usize>(
    structure: &Structure,
    state: usize,
    place: usize,
    pass: &Pass,
    (strategy_log_change, dvalue): (&[f64], &[f64]),
    scratch: &mut [f64],
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let block = structure.players.len() * joint;
    let seats = structure.seats_at(state);
    let mine = structure.seats[seats.start + place];
    let (play, dplay) = scratch.split_at_mut(joint);
    let dplay = &mut dplay[..joint];
    out[..mine.actions * joint].fill(0.0);
    for (offset, at) in structure.joint_at(state).enumerate() {
        play.fill(1.0);
        dplay.fill(0.0);
        let mut own_action = 0;
        for (seat, action) in structure.joint_actions(state, offset) {
            if seat == seats.start + place {
                own_action = action;
                continue;
            }
            times_play::<WIDTH>(structure, seat, action, &pass.strategy, play);
            add_log_play::<WIDTH>(structure, seat, action, strategy_log_change, dplay);
        }
        let from = structure.row_of_joint[at] as usize * block + mine.player * joint;
        let (ahead, dahead) = (&pass.value[from..][..joint], &dvalue[from..][..joint]);
        let out = &mut out[own_action * joint..][..joint];
        for theta in 0..joint {
            out[theta] += play[theta] * (dahead[theta] + dplay[theta] * ahead[theta]);
        }
    }
}
