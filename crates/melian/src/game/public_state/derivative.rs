//! The exact derivative of a pass in one direction: costs less than a pass, without exponentials.

use super::lanes;
use super::structure::{NONE, Numbers, PublicStateGame, Seat, Spot, Structure};
use super::sweep::{
    Pass, Scratch, add_log_play, chance_of, expected_ahead, paid_on, spread_play, times_play, width,
    with_actions, with_tiles, with_width,
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
        for (seat, &Seat { actions, .. }) in game.structure.seats.iter().enumerate() {
            let unknowns = game.structure.unknowns_of(seat);
            let (score, play) = (&score[unknowns.clone()], &pass.strategy[unknowns.clone()]);
            let out = &mut self.strategy_log[unknowns];
            with_actions!(actions, log_softmax_changes, (actions, score, play, out));
        }
        with_width!(game.structure.joint_types, forward_change, (game, pass, self, nudge));
        let lambda = nudge.map_or(0.0, |nudge| nudge.lambda);
        if let Some(nudge) = nudge {
            self.set_terminals(game, |payoffs, out| out.copy_from_slice(payoffs), &nudge.payoffs);
        }
        with_tiles!(game.structure.joint_types, backward_change, (game, pass, self, nudge, lambda, out));
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
        with_tiles!(game.structure.joint_types, backward_change, (game, pass, self, None, 1.0, out));
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
        for spot in &structure.spots {
            let state = spot.state;
            for (offset, at) in structure.joint_at(state).enumerate() {
                if structure.ends[at] {
                    continue;
                }
                let links = structure.links_of(at);
                if spot.movers == 1 {
                    play_change::<WIDTH>(structure, spot, offset, (log_weight, strategy_log), played);
                } else {
                    lanes::copy(played, &log_weight[state * joint..]);
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

/// Changes of the logarithms of a state's weights and of the one mover's action together.
#[inline]
fn play_change<const WIDTH: usize>(
    structure: &Structure,
    spot: &Spot,
    action: usize,
    (log_weight, strategy_log): (&[f64], &[f64]),
    out: &mut [f64],
) {
    let joint = width::<WIDTH>(structure);
    let logs = &strategy_log[spot.first..][..spot.types * spot.actions];
    let (weights, own_type) =
        (&log_weight[spot.state * joint..][..joint], &structure.type_of[spot.player][..joint]);
    let out = &mut out[..joint];
    for at in 0..joint {
        out[at] = weights[at] + logs[own_type[at] as usize * spot.actions + action];
    }
}

/// Changes of the logarithms of choices, from those of their scores.
#[inline]
fn log_softmax_changes<const A: usize>(actions: usize, score: &[f64], strategy: &[f64], out: &mut [f64]) {
    let actions = if A == 0 { actions } else { A };
    let choices = score.chunks_exact(actions).zip(strategy.chunks_exact(actions));
    for ((score, strategy), out) in choices.zip(out.chunks_exact_mut(actions)) {
        let mut mean = 0.0;
        for at in 0..actions {
            mean += score[at] * strategy[at];
        }
        for at in 0..actions {
            out[at] = score[at] - mean;
        }
    }
}

fn backward_change<const WIDTH: usize, const T: usize>(
    game: &PublicStateGame,
    pass: &Pass,
    change: &mut Change,
    nudge: Option<&Nudge>,
    lambda_change: f64,
    out_score: &mut [f64],
) {
    let structure = &*game.structure;
    for spot in structure.spots.iter().rev() {
        if spot.mixes {
            for at in structure.joint_at(spot.state) {
                if structure.row_of_joint[at] as usize >= structure.states() {
                    mix_row_change::<WIDTH>(game, pass, nudge, &mut change.value, at);
                }
            }
        }
        if spot.movers == 1 {
            action_changes::<T>(structure, pass, change, spot, out_score);
            score_change(structure, pass, spot.seat, lambda_change, out_score, &mut change.next_log);
            value_changes::<T>(structure, pass, change, spot);
        } else {
            at_once_change::<WIDTH>(structure, pass, change, spot.state, lambda_change, out_score);
        }
    }
}

/// Changes of the action values of the one player who moves at a state.
#[inline]
fn action_changes<const T: usize>(
    structure: &Structure,
    pass: &Pass,
    change: &Change,
    spot: &Spot,
    out_score: &mut [f64],
) {
    let Spot { player, actions, .. } = *spot;
    let (players, tiles) = (structure.players.len(), structure.joint_types / T);
    let own_types = structure.type_of[player].as_chunks::<T>().0;
    let belief = &lanes::tiles::<T>(&pass.belief)[spot.seat * tiles..][..tiles];
    let dweight = &lanes::tiles::<T>(&change.log_weight)[spot.weights * tiles..][..tiles];
    let dvalue = lanes::tiles::<T>(&change.value);
    let slope = &lanes::tiles::<T>(&pass.slope)[spot.joint * tiles..][..actions * tiles];
    let out = &mut out_score[spot.first..][..spot.types * actions];
    out.fill(0.0);
    for (action, (row, slope)) in
        structure.row_of_joint[spot.joint..][..actions].iter().zip(slope.chunks_exact(tiles)).enumerate()
    {
        let dahead = &dvalue[(*row as usize * players + player) * tiles..][..tiles];
        for tile in 0..tiles {
            let (belief, dahead, slope, dweight) =
                (&belief[tile], &dahead[tile], &slope[tile], &dweight[tile]);
            let term = std::array::from_fn(|at| belief[at] * dahead[at] + slope[at] * dweight[at]);
            lanes::give(out, term, &own_types[tile], actions, action);
        }
    }
}

/// Changes of the values of a state where one player moves.
#[inline]
fn value_changes<const T: usize>(structure: &Structure, pass: &Pass, change: &mut Change, spot: &Spot) {
    let Spot { player, actions, .. } = *spot;
    let (players, tiles) = (structure.players.len(), structure.joint_types / T);
    let own_types = structure.type_of[player].as_chunks::<T>().0;
    let play = &lanes::tiles::<T>(&pass.play)[spot.joint * tiles..][..actions * tiles];
    let dplay = &mut lanes::tiles_mut::<T>(&mut change.scratch.wide)[..actions * tiles];
    let logs = &change.next_log[spot.first..][..spot.types * actions];
    for action in 0..actions {
        for (tile, own_type) in own_types.iter().enumerate() {
            let (at, log) = (action * tiles + tile, lanes::pick(logs, own_type, actions, action));
            dplay[at] = std::array::from_fn(|lane| log[lane] * play[at][lane]);
        }
    }
    let (value, dvalue) = (lanes::tiles::<T>(&pass.value), lanes::tiles_mut::<T>(&mut change.value));
    let rows = &structure.row_of_joint[spot.joint..][..actions];
    for part in 0..players * tiles {
        let mut sum = [0.0; T];
        for (action, row) in rows.iter().enumerate() {
            let (play, dplay) = (&play[action * tiles + part % tiles], &dplay[action * tiles + part % tiles]);
            let at = *row as usize * players * tiles + part;
            let (ahead, dahead) = (&value[at], &dvalue[at]);
            for lane in 0..T {
                sum[lane] += play[lane] * dahead[lane] + dplay[lane] * ahead[lane];
            }
        }
        dvalue[spot.state * players * tiles + part] = sum;
    }
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
    with_actions!(actions, log_softmax_changes, (actions, scores, play, logs));
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
